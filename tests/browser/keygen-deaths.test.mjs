// Nothing that dies while the key is made costs anything: the extension's worker dies, and the phone's page is loaded
// again, at every step of making a key of browser, phone and a recovery share, from drawing the code to the kept file.
// Afterwards the key is there on both, by itself or asked for again; the file and the code that were kept open its
// recovery share, and the wallet signs.
//
// With EVERY_DEATH=1 death comes at every such step, with 2 at every second one, and otherwise at a few.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dieAt, dieOften, EVERY, isWhole, paperOpens, Profiles, sign, victims } from "./harness/deaths.mjs";
import { Papers, press, pressOn, screenName, sitThrough } from "./harness/owner.mjs";
import { connectDemo } from "./harness/signing.mjs";
import { addNetworks, compare } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: EVERY ? 3_600_000 : 240_000 };
/** A run of the suite tries the deaths at these steps. */
const SOME = { phone: [2, 22], worker: [12, 34] };
const ETHER = 10n ** 18n;
let profiles;
let world;

before(
    async () => {
        world = await World.start();
        profiles = new Profiles(world);
        const [browser, phone] = await Promise.all([
            world.openExtension({ profile: profiles.path("browser") }),
            world.openPhone({ profile: profiles.path("phone") }),
        ]);
        await Promise.all([
            browser.setUp({ name: "Laptop", password: PASSWORD, relay: world.relayUrl }),
            phone.setUp({ join: true, name: "Phone", password: PASSWORD }),
        ]);
        await browser.on("linking");
        await phone.joinWith(await browser.invite());
        await compare(browser, phone);
        await areLinked();
        await profiles.close();
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

async function areLinked() {
    const { browser, phone } = world;
    for (const [screens, other] of [
        [browser, "Phone"],
        [phone, "Laptop"],
    ]) {
        await screens.on("linking");
        await screens.page.waitForSelector(`[data-testid="device-row"][data-name="${other}"][data-online="true"]`);
    }
}

/** Makes the key once, from linked devices, while the device dies before its step `at`. */
async function turn(who, at) {
    await areLinked();
    const { browser, phone } = world;
    const papers = new Papers();
    let asked = 0;
    const act = async (screens) => {
        const name = await screenName(screens);
        if (name === "roster") return press(screens, "roster-same");
        if (screens === phone) return;
        if (name === "recovery-code") return papers.draw(browser);
        if (name === "keep-file") return papers.keep(browser, profiles.directory);
        if (name !== "linking" && name !== "keygen") return;
        if (await pressOn(browser, "create-key")) asked += 1;
        else await press(browser, "draw-code");
    };
    const isDone = async () => same(await Promise.all([browser, phone].map(screenName)), ["home", "home"]);
    const died = await dieAt(at, victims(world)[who], (death) => sitThrough(world, { act, ...death, isDone }));
    const address = await browser.address();
    assert.match(address, /^0x[0-9a-fA-F]{40}$/);
    await addNetworks(world);
    await isWhole(world, { address, epoch: 1, names: ["Laptop", "Phone"] });
    await paperOpens(world, papers);
    await world.chain.fund(address, 10n * ETHER);
    await sign(world, { address, demo: await connectDemo(world) });
    return { again: asked - 1, died };
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const dies = (who) => dieOften(who, { least: 15, some: SOME[who] }, (at) => profiles.turn(() => turn(who, at)));

test("the worker dies while the key is made: it is made, and the wallet signs", LIMIT, () => dies("worker"));

test("the phone's page is loaded again while the key is made: it is made, and the wallet signs", LIMIT, () =>
    dies("phone"),
);
