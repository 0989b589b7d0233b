// Nothing that dies while a lost phone is recovered costs the wallet: the browser's worker dies, and the new phone's
// page is loaded again, at every step from opening the recovery file to keeping the new one. Afterwards the new phone
// has its share, by itself or asked for again, the address is the one of before, the new file opens with the new code,
// and the wallet signs.
//
// With EVERY_DEATH=1 death comes at every such step, with 2 at every second one, and otherwise at a few.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dieAt, dieOften, EVERY, isWhole, paperOpens, Profiles, sign, victims } from "./harness/deaths.mjs";
import { Drill } from "./harness/drill.mjs";
import { Papers, press, pressOn, recoveryStage, screenName, sitThrough } from "./harness/owner.mjs";
import { reopenDemo } from "./harness/signing.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: EVERY ? 3_600_000 : 240_000 };
/** A run of the suite tries the deaths at these steps. */
const SOME = { phone: [4, 20], worker: [12, 40] };
const NAMES = ["Laptop", "New phone"];
/** The new phone has not heard of a network that it could reach. */
const SAID = ["chain/unreachable", "change/done"];
let drill;
let profiles;
let world;

before(
    async () => {
        world = await World.start();
        profiles = new Profiles(world);
        await world.openExtension({ profile: profiles.path("browser") });
        drill = new Drill(world);
        await drill.create();
        await drill.losePhone();
        await drill.linkNewPhone({ profile: profiles.path("phone") });
        await world.phone.page.waitForSelector('[data-testid="opened"][data-missing="0"]');
        await sees(world.browser, "New phone");
        await profiles.close();
        await drill.lostPhone.close();
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

/** Waits until a device lists another one, and that it is there. */
const sees = (screens, other) =>
    screens.page.waitForSelector(`[data-testid="device-row"][data-name="${other}"][data-online="true"]`);

/** Recovers the phone once, from file and code, while the device dies before its step `at`. */
async function turn(who, at) {
    const { browser, phone } = world;
    const { address } = drill;
    await drill.devicesPage(browser);
    await Promise.all([sees(browser, "New phone"), sees(phone, "Laptop")]);
    const papers = new Papers();
    const [code] = drill.kept.codes;
    let asked = 0;
    const act = async (screens) => {
        const name = await screenName(screens);
        if (name === "change") return pressOn(screens, "change-agree");
        if (screens === browser) return press(browser, "change-agree");
        if (name === "linking") return press(phone, "recover");
        if (name === "recovery-code") return papers.draw(phone);
        if (name === "keep-file") return papers.keep(phone, profiles.directory);
        if (name !== "recover") return;
        if ((await recoveryStage(phone)) === "open") return papers.open(phone, { code, file: drill.kept.file });
        if (await pressOn(phone, "recovery-ask")) asked += 1;
        else await press(phone, "draw-code");
    };
    const isDone = async () => (await screenName(phone)) === "home";
    const died = await dieAt(at, victims(world)[who], (death) => sitThrough(world, { act, ...death, isDone }));
    await isWhole(world, { address, epoch: 2, names: NAMES, said: SAID });
    await paperOpens(world, papers);
    await sign(world, { address, demo: await reopenDemo(world) });
    return { again: asked - 1, died };
}

const dies = (who) => dieOften(who, { least: 20, some: SOME[who] }, (at) => profiles.turn(() => turn(who, at)));

test("the browser's worker dies in a recovery: the phone is recovered, and signs", LIMIT, () => dies("worker"));

test("the new phone's page is loaded again in a recovery: it is recovered, and signs", LIMIT, () => dies("phone"));
