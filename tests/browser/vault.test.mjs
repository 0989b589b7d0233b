// Who opens a device, and what is left of its secrets once it is locked: passkeys beside the password, auto-lock, and
// scans of the profile's files.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { filesWith, records, secrets } from "./harness/atrest.mjs";
import { launchExtension } from "./harness/browser.mjs";
import { authenticator } from "./harness/passkeys.mjs";
import { Screens } from "./harness/screens.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ETHER = 10n ** 18n;
const LIMIT = { timeout: 180_000 };
const NEW_PASSWORD = "three halves of a token";
let address;
let profile;
let world;

before(
    async () => {
        world = await World.start();
        profile = join(world.directory, "profile");
        await world.openExtension({ profile });
        // Passkeys belong to a name, and an address in numbers is none.
        const phoneUrl = `http://localhost:${world.relayPort}/`;
        Object.defineProperty(world, "phoneUrl", { value: phoneUrl });
        await world.openPhone();
        address = await makeWallet(world, { cosigner: false });
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

/** Opens the part of the settings that holds this hook. */
async function unfold(screens, hook) {
    await screens.click("nav-settings");
    const summary = screens.page
        .locator("details")
        .filter({ has: screens.hook(hook) })
        .locator("summary");
    if (!(await screens.hook(hook).isVisible())) await summary.first().click();
}

async function lock(screens) {
    await screens.click("nav-home");
    await screens.click("lock");
    await screens.on("unlock");
}

async function addPasskey(screens, password = PASSWORD) {
    await unfold(screens, "passkey-password");
    await screens.hook("passkey-password").fill(password);
    await screens.click("passkey-add");
}

const passkey = (screens, there) =>
    screens.page.waitForSelector(`[data-testid="passkey-state"][data-there="${there}"]`);

async function sessionKeys() {
    const worker = world.extension.context.serviceWorkers().at(-1);
    return worker.evaluate(() => chrome.storage.session.get(null));
}

for (const name of ["browser", "phone"]) {
    test(`on the ${name} a passkey opens the device beside the password, until it is removed`, LIMIT, async () => {
        const screens = world[name];
        await screens.page.bringToFront();
        const keys = await authenticator(screens.page);
        try {
            await addPasskey(screens, "not the password");
            assert.equal((await screens.refusal()).code, "vault/wrong-password");
            assert.equal(await keys.count(), 0, "the browser was not asked before the password was right");
            await addPasskey(screens);
            await passkey(screens, true);
            assert.equal(await keys.count(), 1);

            await lock(screens);
            await screens.click("unlock-passkey");
            await screens.on("home");
            assert.equal(await screens.address(), address);

            // Deleted elsewhere: a plain sentence, and the password opens.
            await lock(screens);
            await keys.forget();
            await screens.click("unlock-passkey");
            assert.deepEqual(await screens.refusal(), {
                code: "passkey/cancelled",
                message:
                    "The passkey was not used: it was cancelled, or it is not on this device. Nothing is lost; your " +
                    "password opens this device.",
            });
            await screens.unlock(PASSWORD);
            await screens.on("home");

            await screens.click("nav-settings");
            await screens.click("passkey-remove");
            await passkey(screens, false);
            await lock(screens);
            assert.equal(await screens.hook("unlock-passkey").count(), 0);
            await screens.unlock(PASSWORD);
            await screens.on("home");
        } finally {
            await keys.remove();
        }
    });
}

test("a passkey that keeps no secret is refused in a plain sentence, and nothing changes", LIMIT, async () => {
    const { browser } = world;
    await browser.page.bringToFront();
    const keys = await authenticator(browser.page, { prf: false });
    try {
        await addPasskey(browser);
        assert.deepEqual(await browser.refusal(), {
            code: "passkey/no-prf",
            message:
                "This passkey cannot open a device, because it keeps no secret of its own (PRF). Nothing was changed. " +
                "Use another one, or your password.",
        });
        await passkey(browser, false);
    } finally {
        await keys.remove();
    }
});

test("a new password opens, the old one does not", LIMIT, async () => {
    const { browser } = world;
    await unfold(browser, "password-old");
    await browser.hook("password-old").fill(PASSWORD);
    await browser.hook("password-new").fill(NEW_PASSWORD);
    await browser.hook("password-new-again").fill(NEW_PASSWORD);
    await browser.click("password-save");
    await browser.page.getByText("The password is changed.").waitFor();
    await lock(browser);
    await browser.unlock(PASSWORD);
    assert.equal((await browser.refusal()).code, "vault/wrong-password");
    await browser.unlock(NEW_PASSWORD);
    await browser.on("home");
});

test("the phone's page that was hidden for the time of auto-lock is locked when it is back", LIMIT, async () => {
    const { phone } = world;
    await phone.page.bringToFront();
    const [worker] = phone.page.workers();
    // Six minutes pass in one moment, as they do for a page that was frozen.
    await worker.evaluate((ms) => {
        const real = Date.now;
        Object.assign(globalThis, { real });
        Date.now = () => real() + ms;
    }, 6 * 60_000);
    await phone.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await phone.on("unlock");
    await worker.evaluate(() => void (Date.now = globalThis.real));
    await phone.unlock(PASSWORD);
    await phone.on("home");
});

test("when the screen of the computer locks, so does the browser's device", LIMIT, async () => {
    const { browser } = world;
    const worker = world.extension.context.serviceWorkers().at(-1);
    assert.ok("vaultKey" in (await sessionKeys()));
    await worker.evaluate(() => chrome.idle.onStateChanged.dispatch("locked"));
    await browser.on("unlock");
    assert.equal("vaultKey" in (await sessionKeys()), false);
    await browser.unlock(NEW_PASSWORD);
    await browser.on("home");
});

test("once locked neither the session nor the disk has what opens a share", LIMIT, async () => {
    const { browser } = world;
    const { vaultKey } = await sessionKeys();
    // The key, then the time to lock.
    const key = Buffer.from(vaultKey, "base64").subarray(0, 32);
    const needles = secrets(key, await records(browser.page));
    assert.equal(Object.keys(needles).length, 7, "three roots, each with a data key and a scalar, and the vault key");
    needles["password"] = Buffer.from(NEW_PASSWORD);
    await lock(browser);
    assert.equal("vaultKey" in (await sessionKeys()), false);

    await browser.unlock(NEW_PASSWORD);
    await browser.on("home");
    // While it is open the files are no different: what is open is in memory only.
    const whileOpen = await filesWith(profile, needles);
    assert.deepEqual(whileOpen.hits, []);
    await lock(browser);
    const afterwards = await filesWith(profile, needles);
    assert.deepEqual(afterwards.hits, []);
    console.log(`${afterwards.files} files looked through for ${Object.keys(needles).length} secrets`);
    await browser.unlock(NEW_PASSWORD);
    await browser.on("home");
});

test("a copied profile asks for the password, and nothing else opens it", LIMIT, async () => {
    const { browser } = world;
    const { vaultKey } = await sessionKeys();
    const needles = secrets(Buffer.from(vaultKey, "base64").subarray(0, 32), await records(browser.page));
    needles["password"] = Buffer.from(NEW_PASSWORD);
    const copy = join(world.directory, "copy");
    // As a thief takes it: while the wallet is open.
    await cp(profile, copy, { filter: (from) => !/Singleton|DevToolsActivePort/.test(from), recursive: true });
    assert.deepEqual((await filesWith(copy, needles)).hits, []);
    const thief = await launchExtension({ profile: copy });
    try {
        const screens = new Screens(await thief.open("app.html"), { name: "copy" });
        await screens.on("unlock");
        assert.equal(await screens.hook("address").count(), 0);
        for (const guess of [PASSWORD, NEW_PASSWORD.toUpperCase()]) {
            await screens.unlock(guess);
            assert.equal((await screens.refusal()).code, "vault/wrong-password");
        }
        await screens.on("unlock");
    } finally {
        await thief.close();
    }
});

/** Codes of the notices on a page's home. */
async function noticed(screens, code) {
    await screens.page.bringToFront();
    await screens.home();
    await screens.page.waitForSelector(`[data-testid="notice"][data-code="${code}"]`);
}

test(
    "a copy that is opened with the password exists twice: both screens say so, and it signs nothing",
    LIMIT,
    async () => {
        const { browser, phone } = world;
        const copy = join(world.directory, "copy");
        const thief = await launchExtension({ profile: copy });
        const screens = new Screens(await thief.open("app.html"), { name: "copy" });
        await screens.unlock(NEW_PASSWORD);
        await screens.on("home");
        await noticed(browser, "relay/opened-elsewhere");
        await thief.close();

        // The owner opens the browser's device again; the phone has seen another opening of it.
        await lock(browser);
        await browser.unlock(NEW_PASSWORD);
        await noticed(phone, "device/fell-back");
        await noticed(browser, "device/fell-back-here");
        await world.chain.fund(address, 10n * ETHER);
        await browser.home();
        await browser.send({ amount: "1", to: BOB });
        await browser.page.waitForSelector('[data-testid="result"]');
        assert.match(await browser.page.innerText("main"), /exists twice/);
        await browser.home();

        // It was the owner's own copy: accepted on the phone, the device signs again.
        await phone.page.bringToFront();
        await phone.click("nav-devices");
        await phone.click("device-accept");
        await phone.page.waitForSelector('[data-testid="device-accept"]', { state: "detached" });
        await browser.page.bringToFront();
        await browser.page.waitForSelector('[data-testid="notice"][data-code="device/fell-back-here"]', {
            state: "detached",
        });
        await browser.send({ amount: "1", to: BOB });
        for (const device of [browser, phone]) {
            await device.page.bringToFront();
            await device.approve();
        }
        await browser.page.bringToFront();
        await browser.page.waitForSelector('[data-testid="result"]');
        assert.equal(Number(await world.chain.rpc("eth_getTransactionCount", address, "latest")), 1);
    },
);
