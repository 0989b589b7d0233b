// Nothing that dies takes a request with it: worker, phone page and relay stop in the middle of a signing; any two of
// the three devices sign, and one alone never does.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Screens } from "./harness/screens.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const ETHER = 10n ** 18n;
let address;
let demo;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world, { approve: true });
        await world.chain.fund(address, 100n * ETHER);
        // Off until its own tests: which device signs is then no matter of who is back first after a restart.
        await world.stopCosigner();
        demo = await world.openDemo();
        await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
        await (await world.approvalWindow()).approve();
        await demo.waitForFunction(() => document.getElementById("account").textContent.startsWith("0x"));
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

// A test that failed half-way leaves no request behind for the next.
afterEach(async () => {
    for (const page of world.extension.context.pages()) {
        if (page.url().includes("approval.html")) await page.close().catch(() => undefined);
    }
});

const count = async () => BigInt(await world.chain.rpc("eth_getTransactionCount", address, "latest"));

async function ask() {
    await demo.bringToFront();
    await demo.evaluate(() => delete document.getElementById("send-result").dataset.state);
    await demo.click("#send button");
    return world.approvalWindow();
}

async function hash() {
    await demo.waitForFunction(
        () => /^(done|failed)$/.test(document.getElementById("send-result").dataset.state ?? ""),
        undefined,
        { timeout: 90_000 },
    );
    const { state, text, value } = await demo.locator("#send-result").evaluate((place) => ({
        state: place.dataset.state,
        text: place.textContent,
        value: place.dataset.value,
    }));
    assert.equal(state, "done", text);
    return value;
}

/** Exactly one transaction more, and one entry for it in the activity. */
async function once(before, transaction) {
    assert.equal(await count(), before + 1n);
    const page = await world.extension.open("app.html");
    const screens = new Screens(page);
    await screens.on("home");
    await screens.click("nav-activity");
    await page.waitForSelector(`[data-testid="activity-row"][data-transaction="${transaction}"]`);
    assert.equal(await page.locator(`[data-testid="activity-row"][data-transaction="${transaction}"]`).count(), 1);
    await page.close();
}

async function settle() {
    if (await world.phone.hook("result").count()) await world.phone.closeResult();
}

const steps = {
    "while the owner reads": async (window) => {
        await window.card();
        await world.extension.killWorker(demo);
        await approveOnBoth(world, "read");
    },
    "after the browser approved": async (window) => {
        await window.card();
        await window.approve();
        await world.extension.killWorker(demo);
        await world.phone.approve();
    },
    "just before the phone approves": async (window) => {
        await window.card();
        await window.approve();
        await world.phone.card();
        await Promise.all([world.extension.killWorker(demo), world.phone.approve()]);
    },
    "just after the phone approved": async (window) => {
        await window.card();
        await window.approve();
        await world.phone.approve();
        await world.extension.killWorker(demo);
    },
};

for (const [when, act] of Object.entries(steps)) {
    test(`the worker is killed ${when}: the request is signed once`, LIMIT, async () => {
        const before = await count();
        await act(await ask());
        await once(before, await hash());
        await settle();
    });
}

test("the phone's page is loaded again in the middle: the request is still there", LIMIT, async () => {
    const before = await count();
    const window = await ask();
    await window.card();
    await window.approve();
    await world.phone.card();
    await world.phone.page.reload();
    await world.phone.unlock(PASSWORD);
    await world.phone.card();
    await world.phone.approve();
    await once(before, await hash());
    await settle();
});

test("the relay is stopped and started in the middle: the request is signed once", LIMIT, async () => {
    const before = await count();
    const window = await ask();
    await window.card();
    await world.stopRelay();
    await window.approve();
    await world.startRelay();
    await world.phone.approve();
    await once(before, await hash());
    await settle();
});

test("with the third device off nothing waits for it", LIMIT, async () => {
    const before = await count();
    await ask();
    await approveOnBoth(world, "two");
    await once(before, await hash());
    await settle();
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
    await once(before, await hash());
});
