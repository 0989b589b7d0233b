// The devices of a wallet get new shares, by the owner's hands on real screens, and what the demo page asks for is signed
// with them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { askToSend, closeWindows, connectDemo, leave, transactions } from "./harness/signing.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 240_000 };
const ETHER = 10n ** 18n;
let address;
let demo;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world);
        await world.chain.fund(address, 10n * ETHER);
        demo = await connectDemo(world);
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

async function devicesPage() {
    const { browser } = world;
    await browser.page.bringToFront();
    await browser.home();
    await browser.click("nav-devices");
    await browser.on("devices");
    return browser;
}

/** Waits until these devices, and no others, hold shares of an epoch. */
async function holds(screens, epoch, names) {
    for (const name of names) {
        await screens.page.waitForSelector(
            `[data-testid="device-row"][data-name="${name}"][data-epoch="${epoch}"][data-party]`,
        );
    }
    assert.equal(await screens.page.locator('[data-testid="device-row"][data-party]').count(), names.length);
}

/** Asks the demo page to send, and approves on both devices; the transaction's hash. */
async function send() {
    const before = await transactions(world, address);
    await askToSend(demo);
    await approveOnBoth(world);
    await demo.waitForFunction(() => document.getElementById("send-result").dataset.state === "done");
    assert.equal(await transactions(world, address), before + 1);
    await leave(world);
    await closeWindows(world);
}

test("all devices get new shares when their owner agrees on each", LIMIT, async () => {
    const browser = await devicesPage();
    await holds(browser, 1, ["Laptop", "Phone", "Cosigner"]);
    await browser.click("rotate");
    await browser.shot("rotation drafted");
    await browser.click("draft-ask");
    await world.phone.on("change");
    assert.deepEqual(await world.phone.hook("change-line").allInnerTexts(), ["New shares for the same devices"]);
    await world.phone.shot("rotation asked");
    await world.phone.click("change-agree");
    await holds(browser, 2, ["Laptop", "Phone", "Cosigner"]);
    await browser.page.waitForSelector('[data-testid="rotated"][data-due="false"]');
    await browser.shot("rotated");
    await send();
});
