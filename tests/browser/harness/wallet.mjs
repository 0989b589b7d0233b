// From nothing to a wallet of three devices, through the real screens.

import assert from "node:assert/strict";
import { PASSWORD } from "./world.mjs";

const ANVIL = { chain: 31337, name: "Anvil", symbol: "ETH" };

/**
 * Sets up browser and phone, pairs them by QR and camera, adds the cosigner by link, and makes a 2-of-3 key; without
 * `cosigner`, with these two alone. With `recovery`, a recovery share is dealt, too: it is told the codes and the file's
 * path. Gives the address. `say` is told of every step.
 */
export async function makeWallet(
    world,
    { approve = false, cosigner = true, guardians, last, recovery, say = () => undefined, threshold = 2 } = {},
) {
    // Two browsers, neither of which waits for the other until they meet.
    const [browser, phone] = await Promise.all([
        world.browser ?? world.openExtension(),
        world.phone ?? world.openPhone(),
    ]);
    await Promise.all([
        browser.setUp({ name: "Laptop", password: PASSWORD, relay: world.relayUrl }),
        phone.setUp({ join: true, name: "Phone", password: PASSWORD }),
    ]);
    await browser.on("linking");
    say("browser and phone are set up");

    say("the browser shows a QR code, the phone's camera films it");
    await browser.invite();
    await world.showQrToPhone();
    await phone.on("linking", "join");
    if ((await phone.hook("scan-camera").count()) === 0) await phone.click("join-other");
    await phone.click("scan-camera");
    await compare(browser, phone, say);

    await browser.on("linking");
    if (!cosigner) return makeKey(world, { devices: 2, guardians, last, recovery, say, threshold });
    say("the cosigner joins by link");
    const link = await browser.invite();
    await world.startCosigner(link, { approve });
    await browser.symbols();
    await browser.sameSymbols();
    await browser.page.waitForSelector('[data-testid="device-row"][data-name="Cosigner"][data-online="true"]');
    await browser.shot("all paired");

    return makeKey(world, { devices: 3, guardians, last, recovery, say, threshold });
}

/**
 * Makes the key with the devices that are paired, and adds the chain to browser and phone. Gives the address. `last` may
 * do something around the last device's agreeing.
 */
export async function makeKey(
    world,
    { devices, guardians, last = (agree) => agree(), recovery, say = () => undefined, threshold },
) {
    const { browser, phone } = world;
    say(`the key is made, ${threshold} of ${devices}${recovery ? " and a recovery share" : ""}`);
    const codes = await browser.createKey(threshold, { guardians, recovery: recovery !== undefined });
    const [words, phoneWords] = await Promise.all([browser.rosterWords(), phone.rosterWords()]);
    assert.deepEqual(phoneWords, words, "both devices show the same words");
    await browser.shot("roster");
    await browser.click("roster-same");
    await phone.shot("roster");
    await last(() => phone.click("roster-same"));
    if (recovery) {
        say("the recovery file is kept, on the browser for both");
        await phone.on("keep-file");
        const file = await browser.keepFile(world.directory);
        await recovery({ codes, file });
    }
    await Promise.all([browser.on("home"), phone.on("home")]);
    const address = await browser.address();
    assert.match(address, /^0x[0-9a-fA-F]{40}$/);
    assert.equal(await phone.address(), address, "both devices show the same address");
    await browser.shot("home");
    await phone.shot("home");

    say("the chain is added as a network, on both");
    await addNetworks(world);
    return address;
}

/** Adds the chain to browser and phone. */
export async function addNetworks({ browser, chain, phone }) {
    await Promise.all(
        [browser, phone].map(async (device) => {
            await device.addNetwork({ ...ANVIL, rpc: chain.url });
            await device.click("nav-home");
        }),
    );
}

/** Says on both devices that the symbols are the same, which they must be. */
export async function compare(one, other, say = () => undefined) {
    const [symbols, others] = await Promise.all([one.symbols(), other.symbols()]);
    assert.equal(symbols.length, 6);
    assert.deepEqual(others, symbols, "both devices show the same symbols");
    say(`both show ${symbols.join(", ")}`);
    await one.sameSymbols();
    await other.sameSymbols();
}

/** Approves the request that waits on browser and phone; gives the two cards, each as its device decoded it. */
export async function approveOnBoth(world, step) {
    const window = await world.approvalWindow();
    const card = await window.card();
    await window.approve(`${step} review`);
    const { phone } = world;
    const phoneCard = await phone.card();
    assert.equal(phoneCard.digest, card.digest, "both devices decoded the same digest");
    assert.equal(phoneCard.headline, card.headline, "both devices show the same sentence");
    await phone.approve(`${step} review`);
    return { card, phoneCard, window };
}

/** Waits until the phone shows this request; it may still show how the one before ended. */
export async function phoneShows(world, request) {
    const { page } = world.phone;
    const wanted = page.locator(`[data-testid="request"][data-request="${request}"]`);
    const close = page.getByTestId("result-close");
    for (let tries = 0; tries < 300; tries += 1) {
        if (await wanted.count()) return;
        if (await close.count()) await close.click({ timeout: 500 }).catch(() => undefined);
        await page.waitForTimeout(100);
    }
    throw new Error("the phone does not show the request");
}
