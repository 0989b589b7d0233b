// What goes wrong in daily life: each fault is said in a plain sentence on the screen, and nothing is lost by it.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { swapRow } from "./harness/atrest.mjs";
import { launchPhone } from "./harness/browser.mjs";
import { startChain } from "./harness/chain.mjs";
import { Screens } from "./harness/screens.mjs";
import { compare, makeKey } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const ETHER = 10n ** 18n;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const RELAY_UNREACHABLE =
    "The relay cannot be reached, so your devices cannot find each other. Symbolon keeps trying by itself; " +
    "your funds are safe.";
let address;
let demo;
/** A second phone, which is never let in. */
let stranger;
let strangerBrowser;
let world;

before(
    async () => {
        world = await World.start();
        const browser = await world.openExtension();
        const phone = await world.openPhone();
        await browser.setUp({ name: "Laptop", password: PASSWORD, relay: world.relayUrl });
        await phone.setUp({ join: true, name: "Phone", password: PASSWORD });
    },
    { timeout: 120_000 },
);

// The next request gets a window of its own.
afterEach(() => Promise.all(windows().map((page) => page.close().catch(() => undefined))));

after(async () => {
    await strangerBrowser?.close();
    await world?.stop();
});

const windows = () => world.extension.context.pages().filter((page) => page.url().includes("approval.html"));
const ask = (method, params) =>
    demo.evaluate(
        ([method, params]) =>
            window.ethereum.request({ method, params }).then(
                (result) => ({ result }),
                (error) => ({ code: error.code, message: error.message }),
            ),
        [method, params],
    );
const devices = (screens) =>
    screens.hook("device-row").evaluateAll((rows) => rows.map((row) => row.dataset.name).sort());

/** The second phone's browser with a page that is not loaded yet, and its quota, which may be closed and opened. */
async function openStranger() {
    strangerBrowser = await launchPhone("about:blank", { profile: join(world.directory, "stranger") });
    stranger = new Screens(strangerBrowser.page, { name: "stranger" });
    const session = await strangerBrowser.context.newCDPSession(stranger.page);
    const { origin } = new URL(world.phoneUrl);
    return {
        full: () => session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 }),
        roomy: () => session.send("Storage.overrideQuotaForOrigin", { origin }),
    };
}

test("a browser without any space says so, and opens once there is some", LIMIT, async () => {
    const storage = await openStranger();
    await storage.full();
    await stranger.page.goto(world.phoneUrl);
    const unavailable = stranger.hook("unavailable");
    await unavailable.waitFor();
    assert.equal(await unavailable.getAttribute("data-code"), "store/full");
    assert.equal(
        await unavailable.getByRole("paragraph").innerText(),
        "There is no space left on this device. Nothing was lost. Free some space, then try again.",
    );
    await storage.roomy();
    await unavailable.getByRole("button").click();
    await stranger.on("welcome");
});

test("a browser whose owner forbids storage says so", LIMIT, async () => {
    const profile = join(world.directory, "forbidding");
    await mkdir(join(profile, "Default"), { recursive: true });
    // As its settings write it: no site may save anything.
    const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
    await writeFile(join(profile, "Default/Preferences"), JSON.stringify(settings));
    const forbidding = await launchPhone(world.phoneUrl, { profile });
    try {
        const unavailable = forbidding.page.getByTestId("unavailable");
        await unavailable.waitFor({ timeout: 20_000 });
        assert.equal(await unavailable.getAttribute("data-code"), "store/blocked");
        assert.equal(
            await unavailable.getByRole("paragraph").innerText(),
            "This browser refuses storage to the wallet. Nothing was lost. Leave private browsing or allow storage, " +
                "then try again.",
        );
    } finally {
        await forbidding.close();
    }
});

test("a step that cannot be stored is not done, and said not to be", LIMIT, async () => {
    // Chromium remembers for a while how much space there was: another one does not.
    await strangerBrowser.close();
    const storage = await openStranger();
    await storage.full();
    await stranger.page.goto(world.phoneUrl);
    await stranger.setUp({ join: true, name: "Stranger", password: PASSWORD });
    const notice = stranger.page.locator('[data-testid="notice"][data-code="store/full"]');
    await notice.waitFor();
    assert.equal(
        (await notice.innerText()).trim(),
        "The storage of this device is full, so the last step was not saved. Nothing was signed. Free some space, " +
            "then try again.",
    );
    await stranger.on("set-up");
    assert.equal((await stranger.refusal()).code, "store/full");
    await storage.roomy();
    // The form is as it was left: a second press of its button is all that it takes.
    await stranger.click("set-up");
    await stranger.on("linking", "join");
    await notice.waitFor({ state: "detached" });
});

test("“They are different” on one device: both say so, and neither has the other", LIMIT, async () => {
    const { browser, phone } = world;
    await phone.joinWith(await browser.invite());
    await Promise.all([browser.symbols(), phone.symbols()]);
    await phone.click("symbols-different");
    assert.deepEqual(await phone.pairingFailure(), {
        code: "pairing/different",
        message:
            "You said that the symbols differ. Nothing was paired: somebody may be between the two devices. " +
            "Try again, on another network if you can.",
    });
    assert.deepEqual(await browser.pairingFailure(), {
        code: "pairing/different",
        message:
            "The other device said that the symbols differ, or cancelled. Nothing was paired. Make a new invitation " +
            "and try again.",
    });
    await browser.click("pair-cancel");
    await browser.on("linking");
    assert.deepEqual(await devices(browser), ["Laptop"]);
    await phone.click("pair-cancel");
    await phone.on("linking");
    assert.deepEqual(await devices(phone), ["Phone"]);
});

test("an invitation of another version of the wallet is said to be one", LIMIT, async () => {
    const { phone } = world;
    // The first byte behind the mark is the invitation's format: here a newer one.
    await phone.joinWith(`${world.phoneUrl}#pair=AgAA`);
    assert.deepEqual(await phone.refusal(), {
        code: "pairing/other-version",
        message: "This invitation was made by another version of the wallet. Update both devices, then make a new one.",
    });
    assert.deepEqual(await devices(world.browser), ["Laptop"]);
});

test("an invitation that has expired pairs nobody, and both devices say so", LIMIT, async () => {
    const { browser, phone } = world;
    const link = await browser.invite();
    // Two minutes pass on the inviting device, whose clock alone decides.
    const worker = world.extension.context.serviceWorkers().at(-1);
    await worker.evaluate((ms) => {
        const real = Date.now;
        Object.assign(globalThis, { real });
        Date.now = () => real() + ms;
    }, 2 * 60_000);
    await phone.joinWith(link);
    const expired = {
        code: "pairing/expired",
        message: "The invitation has expired. Nothing was paired. Make a new invitation and try again.",
    };
    assert.deepEqual(await phone.pairingFailure(), expired);
    assert.deepEqual(await browser.pairingFailure(), expired);
    await worker.evaluate(() => void (Date.now = globalThis.real));
    for (const [name, device] of Object.entries({ Laptop: browser, Phone: phone })) {
        await device.click("pair-cancel");
        await device.on("linking");
        assert.deepEqual(await devices(device), [name]);
    }
});

test("an invitation that was used lets no second device in", LIMIT, async () => {
    const { browser, phone } = world;
    const link = await browser.invite();
    await phone.joinWith(link);
    await compare(browser, phone);
    await browser.page.waitForSelector('[data-testid="device-row"][data-name="Phone"]');
    await stranger.joinWith(link);
    assert.deepEqual(await stranger.pairingFailure(), {
        code: "pairing/used",
        message:
            "This invitation was used by another device already. If that was not yours, cancel there. Nothing was " +
            "paired. Make a new invitation and try again.",
    });
    assert.deepEqual(await devices(browser), ["Laptop", "Phone"]);
});

test("after all that the key is made", LIMIT, async () => {
    const { browser } = world;
    await world.startCosigner(await browser.invite());
    await browser.symbols();
    await browser.sameSymbols();
    await browser.page.waitForSelector('[data-testid="device-row"][data-name="Cosigner"][data-online="true"]');
    address = await makeKey(world, { devices: 3, threshold: 2 });
    await world.chain.fund(address, 10n * ETHER);
});

test("a device of another version is named, nothing is lost, and once it is replaced it signs", LIMIT, async () => {
    const { browser, phone } = world;
    const notice = (device) => device.page.locator('[data-testid="notice"][data-code="device/version"]');
    const says = async (device, sentence) => {
        await notice(device).filter({ hasText: sentence }).waitFor();
        assert.equal(await notice(device).count(), 1);
    };
    for (const [version, sentence] of [
        [0, "Cosigner is older than this device, so they cannot talk. Update the wallet on Cosigner."],
        [9, "This device is older than Cosigner, so they cannot talk. Update the wallet on this device."],
    ]) {
        await world.stopCosigner();
        await world.startCosigner(undefined, { version });
        for (const device of [browser, phone]) {
            await says(device, sentence);
            assert.equal(await device.address(), address);
        }
    }
    await world.stopCosigner();
    await world.startCosigner();
    for (const device of [browser, phone]) {
        await notice(device).waitFor({ state: "detached" });
        await device.click("nav-devices");
        await device.page.waitForSelector('[data-testid="device-row"][data-name="Cosigner"][data-online="true"]');
        await device.click("nav-home");
    }
    await world.stopCosigner();
});

test("a wrong password is refused, the right one then opens the same wallet", LIMIT, async () => {
    const { browser } = world;
    await browser.click("lock");
    await browser.unlock("three halves of a token");
    assert.deepEqual(await browser.refusal(), {
        code: "vault/wrong-password",
        message: "The password is wrong. Nothing is lost; try again.",
    });
    await browser.unlock(PASSWORD);
    await browser.on("home");
    assert.equal(await browser.address(), address);
});

test("a garbled row is said to be damage, and left alone; with it back the same wallet opens", LIMIT, async () => {
    const { phone } = world;
    const { page } = phone;
    await page.bringToFront();
    // The header is missed at once, a sealed record when the vault opens, one of the sites' side at once again.
    for (const [name, isSealed] of [
        ["vault/header", false],
        ["key/life", true],
        ["dapp/networks", false],
    ]) {
        const garbled = [1, 2, 3];
        const before = await swapRow(page, name, garbled);
        await page.reload();
        if (isSealed) await phone.unlock(PASSWORD);
        await phone.on("unusable");
        await page.locator('[data-testid="notice"][data-code="store/damaged"]').waitFor();
        // The way out, which nobody takes here.
        await page.locator("details summary").click();
        assert.ok(await phone.hook("erase").isVisible());
        assert.deepEqual(await swapRow(page, name, before), garbled, "nothing was written over it");
        await page.reload();
        await phone.unlock(PASSWORD);
        await phone.on("home");
        assert.equal(await phone.address(), address);
    }
});

test("while the relay is gone both devices say so, and find it again by themselves", LIMIT, async () => {
    const { browser, phone } = world;
    await world.stopRelay();
    for (const device of [browser, phone]) {
        await device.hook("relay-state").waitFor();
        assert.equal((await device.hook("relay-state").innerText()).trim(), RELAY_UNREACHABLE);
        assert.equal(await device.address(), address);
    }
    await world.startRelay();
    for (const device of [browser, phone]) await device.hook("relay-state").waitFor({ state: "detached" });
});

test("more than the account has is refused before anything is signed", LIMIT, async () => {
    const { browser } = world;
    await browser.page.bringToFront();
    await browser.send({ amount: "1000", to: BOB });
    const said = await browser.status("prepareFailed");
    assert.match(
        said,
        /Insufficient funds: this needs up to 1000\.\d+ ETH, and the account has 10 ETH\. Nothing was signed\./,
    );
    assert.equal(await browser.hook("approve").count(), 0);
    await browser.click("reject");
    await browser.home();
});

test("while the chain's node is down nothing is signed; once it is back, “Try again” sends", LIMIT, async () => {
    const { browser } = world;
    await world.chain.stop();
    await browser.send({ amount: "1", to: BOB });
    const said = await browser.status("prepareFailed");
    assert.match(said, /Anvil cannot be reached \(unreachable\)\. Nothing was signed\. Try again in a moment\./);
    world.chain = await startChain({ port: Number(new URL(world.chain.url).port) });
    await world.chain.fund(address, 10n * ETHER);
    await browser.click("try-again");
    for (const device of [browser, world.phone]) {
        await device.page.bringToFront();
        assert.equal((await device.card()).headline, "Send 1 ETH to 0x7099…79C8");
        await device.approve();
    }
    for (const device of [browser, world.phone]) {
        await device.page.bringToFront();
        await device.page.waitForSelector('[data-testid="result"]');
        await device.home();
    }
    assert.equal(await world.chain.rpc("eth_getTransactionCount", address, "latest"), "0x1");
    const bob = BigInt(await world.chain.rpc("eth_getBalance", BOB, "latest"));
    assert.equal(bob, 10_001n * ETHER);
});

test("a malformed transaction is -32602, and no window opens for it", LIMIT, async () => {
    demo = await world.openDemo();
    await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
    await (await world.approvalWindow()).approve();
    await demo.waitForFunction(() => document.getElementById("account").textContent.startsWith("0x"));
    await Promise.all(windows().map((page) => page.close()));
    const malformed = [
        [],
        ["0x"],
        [{ to: BOB, value: "0x1" }],
        [{ from: address, to: "0x12", value: "0x1" }],
        [{ from: address, to: BOB, value: "-0x1" }],
        [{ from: address, to: BOB, value: `0x1${"0".repeat(64)}` }],
        [{ from: address, to: BOB, data: "0x1", input: "0x2" }],
        [{ from: address, value: "0x1" }],
        [{ from: address, to: BOB, chainId: "0x1" }],
    ];
    for (const params of malformed) {
        const answer = await ask("eth_sendTransaction", params);
        assert.equal(answer.code, -32602, `${JSON.stringify(params)}: ${JSON.stringify(answer)}`);
        assert.ok(answer.message.length > 10, "the page is told what is wrong");
    }
    assert.equal(windows().length, 0);
});
