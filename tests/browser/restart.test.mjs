// Nothing that dies takes a request with it: the worker dies at every step of a signing, the phone's page is loaded
// again at every step, the relay stops in the middle. Any two of the three devices sign, and one alone never does. With
// `EVERY_DEATH` set it is every step, otherwise every third.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mortal } from "./harness/death.mjs";
import {
    answer,
    askToSend,
    closeWindows,
    connectDemo,
    leave,
    signThrough,
    told,
    transactions,
    windows,
} from "./harness/signing.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
/** For a death at every step. */
const LONG = { timeout: 240_000 };
const STRIDE = process.env.EVERY_DEATH ? 1 : 3;
const ETHER = 10n ** 18n;
let address;
let demo;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world, { approve: true });
        await world.chain.fund(address, 1_000n * ETHER);
        // Off until its own tests: which device signs is then no matter of who is back first after a restart.
        await world.stopCosigner();
        demo = await connectDemo(world);
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

// A test that failed half-way leaves no request behind for the next.
afterEach(() => closeWindows(world));

const count = () => transactions(world, address);

async function ask() {
    await askToSend(demo);
    return world.approvalWindow();
}

/** Exactly one transaction more, and one entry for it in the activity. */
async function once(before, transaction) {
    assert.equal(await count(), before + 1);
    assert.deepEqual(await told(world.browser, [transaction]), [1]);
}

/** The worker that runs now; woken if none does. */
async function worker() {
    await demo.evaluate(() => window.ethereum.request({ method: "eth_chainId" }));
    return world.extension.context.serviceWorkers().at(-1);
}

/** Signs once while the device dies before its step `at`; gives the step, or nothing if there was no such step. */
async function dieAt(at, victim, bury) {
    const before = await count();
    const mortality = await mortal(await victim(), at);
    await askToSend(demo);
    const signed = await signThrough(world, demo, { bury, death: mortality.died });
    let { died } = signed;
    assert.ok(windows(world).length < 2, `two windows for one request (death before: ${died})`);
    if (died === undefined) {
        // Steps that come after the page has its answer.
        died = await Promise.race([mortality.died, demo.waitForTimeout(700)]);
        if (died === undefined) await mortality.spare();
        else await bury();
    }
    await leave(world);
    assert.equal(await count(), before + 1);
    const late = Date.now() + 3_000;
    while (windows(world).length > 0 && Date.now() < late) await demo.waitForTimeout(20);
    assert.equal(windows(world).length, 0, `a window stays (death before: ${died})`);
    return { died, hash: signed.hash, retries: signed.retries };
}

/** Deaths at the steps from `first` on, one after the other, until there is none left. */
async function dieEverywhere(what, victim, bury, { first = 0, prepare = () => undefined } = {}) {
    const steps = {};
    const hashes = [];
    let retries = 0;
    let at = first % STRIDE;
    for (; ; at += STRIDE) {
        await prepare();
        const run = await dieAt(at, victim, bury);
        hashes.push(run.hash);
        retries += run.retries;
        if (run.died === undefined) break;
        steps[run.died] = (steps[run.died] ?? 0) + 1;
    }
    const deaths = hashes.length - 1;
    console.log(`    ${what}: ${deaths} deaths, ${JSON.stringify(steps)}; "try again" pressed ${retries} times`);
    assert.deepEqual(
        await told(world.browser, hashes),
        hashes.map(() => 1),
    );
    // How many there are depends on what one acknowledgement covers; that frames and writes are seen does not.
    const areSeen = steps["sent put"] > 0 && steps.stored > 0;
    assert.ok(at > 10 && areSeen, `only ${at} steps, ${deaths} deaths: they are not seen any more`);
}

const kill = () => world.extension.killWorker(demo);

test("the worker dies at every step of a first signature: each is signed once", LONG, () =>
    // A worker that just started has no set-up with the phone.
    dieEverywhere("worker, first signature", worker, kill, { prepare: kill }),
);

test("the worker dies at every step of a next signature: each is signed once", LONG, () =>
    dieEverywhere("worker, next signature", worker, kill, { first: 1 }),
);

async function reload() {
    await world.phone.page.reload();
    await world.phone.unlock(PASSWORD);
}

test("the phone's page is loaded again at every step: each is signed once", LONG, () =>
    dieEverywhere("phone", async () => world.phone.page.workers()[0], reload, { first: 2 }),
);

test("an approval given while the worker is away is not lost", LIMIT, async () => {
    const before = await count();
    const window = await ask();
    await window.card();
    await window.armed();
    // A page whose timers are late, so that its owner presses before there is another worker.
    await window.page.evaluate(() => {
        const { setTimeout } = globalThis;
        globalThis.setTimeout = (act, ms) => setTimeout(act, ms * 30);
    });
    const away = window.page.locator('.notices > [role="status"] > .banner.info');
    await kill();
    await away.waitFor();
    await window.click("approve");
    assert.equal(await away.count(), 1, "pressed too late");
    await world.phone.approve();
    await demo.waitForFunction(() => document.getElementById("send-result").dataset.state === "done");
    await leave(world);
    await once(before, await answer(demo));
});

test("the relay is stopped and started in the middle: the request is signed once", LIMIT, async () => {
    const before = await count();
    const window = await ask();
    await window.card();
    await world.stopRelay();
    await window.approve();
    await world.startRelay();
    await world.phone.approve();
    const { hash } = await signThrough(world, demo);
    await leave(world);
    await once(before, hash);
});

test("with the third device off nothing waits for it", LIMIT, async () => {
    const before = await count();
    await ask();
    await approveOnBoth(world, "two");
    const { hash } = await signThrough(world, demo);
    await leave(world);
    await once(before, hash);
});

test("one device alone never signs", LIMIT, async () => {
    const before = await count();
    await world.phoneBrowser.page.goto("about:blank");
    const window = await ask();
    await window.card();
    await window.approve();
    await demo.waitForTimeout(10_000);
    assert.equal(await demo.locator("#send-result").getAttribute("data-state"), "asking");
    assert.equal(await count(), before);
});

test("browser and cosigner sign without the phone", LIMIT, async () => {
    const before = await count();
    await world.startCosigner(undefined, { approve: true });
    const { hash } = await signThrough(world, demo);
    await once(before, hash);
});
