// The devices of a wallet change, by the owner's hands on real screens: all get new shares, then a lost phone is replaced
// by another one. The address stays, and what the demo page asks for is signed with the new device.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { askToSend, closeWindows, connectDemo, leave, transactions } from "./harness/signing.mjs";
import { approveOnBoth, compare, makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

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

const row = (screens, name) => screens.page.locator(`[data-testid="device-row"][data-name="${name}"]`);

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

test("a lost phone is replaced, and the new one signs", LIMIT, async () => {
    await world.phoneBrowser.close();
    const browser = await devicesPage();
    const tablet = await world.openPhone();
    await tablet.setUp({ join: true, name: "Tablet", password: PASSWORD });
    await tablet.joinWith(await browser.invite());
    await compare(browser, tablet);
    // The cosigner was told of it by the browser.
    await tablet.page.waitForSelector('[data-testid="device-row"][data-name="Cosigner"][data-online="true"]');
    await row(browser, "Tablet").waitFor();
    await row(browser, "Phone").getByTestId("device-replace").click();
    await browser.shot("replacement drafted");
    await browser.click("draft-ask");
    await Promise.all([browser.on("change"), tablet.on("change")]);
    for (const device of [browser, tablet]) {
        assert.deepEqual(await device.hook("change-line").allInnerTexts(), ["Replace Phone with Tablet"]);
        await device.shot("replacement asked");
    }
    const [words, others] = await Promise.all(
        [browser, tablet].map((device) => device.hook("change-words").locator("li").allTextContents()),
    );
    assert.equal(words.length, 8);
    assert.deepEqual(others, words, "both devices show the same words");
    await browser.click("change-agree");
    await tablet.click("change-agree");
    await tablet.on("home");
    assert.equal(await tablet.address(), address, "the address stays");
    await browser.on("devices");
    await holds(browser, 3, ["Laptop", "Tablet", "Cosigner"]);
    await browser.shot("replaced");
    await browser.home();
    assert.equal(await browser.address(), address, "the address stays");
    await send();
});
