// Nothing that dies in the middle of a change of devices costs the wallet: the extension's worker dies, and the phone's
// page is loaded again, at every step of a renewal of all shares. Afterwards the change is made, by itself or asked for
// again, the address is the same, a transaction is signed, and no screen shows half a change.
//
// All deaths take three quarters of an hour; with the variable EVERY_DEATH set they are all tried, and otherwise a few,
// spread over the change.

import { after, before, test } from "node:test";
import { dieAt, dieOften, EVERY, isWhole, sign, victims } from "./harness/deaths.mjs";
import { press, sitThrough } from "./harness/owner.mjs";
import { connectDemo } from "./harness/signing.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: EVERY ? 3_600_000 : 240_000 };
/** A run of the suite tries the deaths at these steps; a step that there is none of is a change without a death. */
const SOME = [7, 31];
const ETHER = 10n ** 18n;
const NAMES = ["Cosigner", "Laptop", "Phone"];
/** How long the owner waits for a change before asking again. */
const ASK_AGAIN_MS = 8_000;
let address;
let demo;
let epoch = 1;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world);
        await world.chain.fund(address, 1_000n * ETHER);
        demo = await connectDemo(world);
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

/** Who holds shares of which epoch, as the page of devices says. */
async function holders(screens) {
    const rows = await screens.page
        .locator('[data-testid="device-row"][data-party]')
        .evaluateAll((all) => all.map(({ dataset: { epoch, name } }) => `${name} ${epoch}`));
    return rows.sort();
}

const all = (number) => NAMES.map((name) => `${name} ${number}`);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Renews all shares once while the device dies before its step `at`. */
async function turn(victim, at) {
    const { browser } = world;
    let asked = 0;
    let askedAt = 0;
    const act = async (screens) => {
        if (screens !== browser) return press(screens, "change-agree");
        if (await press(browser, "draft-ask")) {
            asked += 1;
            askedAt = Date.now();
        } else if (!(await press(browser, "change-agree")) && Date.now() - askedAt > ASK_AGAIN_MS) {
            if (!(await press(browser, "rotate"))) await press(browser, "nav-devices");
        }
    };
    const isDone = async () => same(await holders(browser), all(epoch + 1));
    const died = await dieAt(at, victim, async (death) => {
        await browser.page.bringToFront();
        await browser.click("nav-devices");
        return sitThrough(world, { act, ...death, isDone });
    });
    epoch += 1;
    await isWhole(world, { address, epoch, names: NAMES, said: ["change/done"] });
    await sign(world, { address, demo });
    return { again: asked - 1, died };
}

const dies = (who) => dieOften(who, { least: 20, some: SOME }, (at) => turn(victims(world)[who], at));

test("the worker dies in a renewal of shares: it is made, and the wallet signs", LIMIT, () => dies("worker"));

test("the phone's page is loaded again in a renewal of shares: it is made, and the wallet signs", LIMIT, () =>
    dies("phone"),
);
