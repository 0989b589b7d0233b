// Daily use, by the owner's hands on both devices: names for addresses, limits on approvals and taking them back,
// what a transaction is expected to move and to cost, speeding up and cancelling, the line of nonces, the history of a
// site, the activity as a file, packs of descriptors and lists of sites from files.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { HARVEST, packSaying, VAULT } from "./harness/pack.mjs";
import { Screens } from "./harness/screens.mjs";
import { Shots } from "./harness/shots.mjs";
import { closeWindows, connectDemo, leave, transactions, windows } from "./harness/signing.mjs";
import { approveOnBoth, makeWallet, phoneShows } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const ETHER = 10n ** 18n;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const UNLIMITED = "f".repeat(64);
let address;
let demo;
let token;
let world;

before(
    async () => {
        const shots = process.env.SHOTS && new Shots(process.env.SHOTS);
        await shots?.begin();
        world = await World.start({ shots });
        address = await makeWallet(world, { cosigner: false });
        await world.chain.fund(address, 10n * ETHER);
        demo = await connectDemo(world);
    },
    { timeout: 240_000 },
);

after(() => world?.stop());
afterEach(() => closeWindows(world));

/** The demo page asks; whatever comes of it is kept in `window.outcome`. */
const ask = (method, params) =>
    demo.evaluate(
        ([method, params]) => {
            window.outcome = undefined;
            window.ethereum.request({ method, params }).then(
                (result) => (window.outcome = { result }),
                ({ code, message }) => (window.outcome = { code, message }),
            );
        },
        [method, params],
    );

const outcome = async () => {
    await demo.waitForFunction(() => window.outcome !== undefined);
    return demo.evaluate(() => window.outcome);
};

const receipt = async (hash) => {
    for (;;) {
        const mined = await world.chain.rpc("eth_getTransactionReceipt", hash);
        if (mined) return mined;
        await demo.waitForTimeout(50);
    }
};

/** A page of the wallet in the browser. */
async function open(...tabs) {
    const { browser } = world;
    await browser.page.bringToFront();
    await browser.home();
    for (const tab of tabs) await browser.click(tab);
    return browser;
}

/** Leaves what is shown of a request that ended; a window that still draws its end is closed. */
async function goOn() {
    await leave(world);
    await closeWindows(world);
}

/** Approves on both devices what the page asked for; gives the page's answer. */
async function approveInWindow() {
    const window = await world.approvalWindow();
    const { request } = await window.card();
    await window.approve();
    await phoneShows(world, request);
    await world.phone.approve();
    const { result } = await outcome();
    await goOn();
    return result;
}

/** Approves on both devices what the wallet itself asked for in the browser's own tab. */
async function approveInTab(step) {
    const card = await world.browser.card();
    await world.browser.approve(`${step} review`);
    await phoneShows(world, card.request);
    const phoneCard = await world.phone.card();
    assert.equal(phoneCard.digest, card.digest);
    await world.phone.approve(`${step} review`);
    await world.browser.hook("result").waitFor();
    await world.browser.shot(`${step} done`);
    assert.equal(windows(world).length, 0, "what is on screen in a tab of ours opens no window");
    await world.browser.home();
    await world.phone.home();
    return card;
}

test("an address is named, chosen by its name and shown by it", LIMIT, async () => {
    const browser = await open("nav-settings", "open-contacts");
    await browser.hook("contact-name").fill("Bob");
    await browser.hook("contact-address").fill(BOB);
    await browser.click("contact-save");
    await browser.page.waitForSelector(`[data-testid="contact-row"][data-name="Bob"]`);
    await browser.shot("contacts");
    await open("send");
    await browser.hook("contact-choice").selectOption(BOB);
    assert.equal((await browser.hook("send-to").inputValue()).toLowerCase(), BOB.toLowerCase());
    await browser.hook("send-amount").fill("0.5");
    await browser.click("send-submit");
    const { headline } = await approveInTab("named");
    assert.equal(headline, "Send 0.5 ETH to Bob");
});

test("what a transaction is expected to move is shown on both devices", LIMIT, async () => {
    await ask("eth_sendTransaction", [{ from: address, to: BOB, value: "0xde0b6b3a7640000" }]);
    const window = await world.approvalWindow();
    const { request } = await window.card();
    await phoneShows(world, request);
    for (const device of [window, world.phone]) {
        await device.page.waitForSelector('[data-testid="simulation"][data-status="changes"]');
        assert.match(await device.hook("simulated-change").first().innerText(), /−1 ETH/);
    }
    await window.shot("simulated");
    await window.click("fee-edit");
    await window.hook("fee-gas-used").filter({ hasText: "Run in advance, it used 21000 gas" }).waitFor();
    const fees = await window.hook("fee-speed").evaluateAll((all) => all.map(({ dataset }) => ({ ...dataset })));
    const speeds = fees.filter(({ speed }) => speed !== "custom");
    assert.deepEqual(
        speeds.map(({ speed }) => speed),
        ["slow", "normal", "fast"],
    );
    for (const { expected, maximum } of speeds) {
        const [likely, most] = [expected, maximum].map((text) => Number(/^([\d.]+) ETH$/.exec(text)[1]));
        assert.ok(likely > 0 && likely < most, `${expected}, ${maximum} at most`);
    }
    await window.shot("fees");
    await window.click("fee-edit");
    await world.phone.shot("simulated");
    await window.approve();
    await world.phone.approve();
    assert.equal((await receipt((await outcome()).result)).status, "0x1");
    await goOn();
});

test("an approval without limit is given one, found again and taken back", LIMIT, async () => {
    await demo.bringToFront();
    await demo.click("#deploy");
    await approveOnBoth(world, "deploy");
    const contract = demo.locator("#token input[name=contract]");
    await demo.waitForFunction(() => /^0x/.test(document.querySelector("#token input[name=contract]").value));
    token = await contract.inputValue();
    await goOn();
    const data = `0x095ea7b3${BOB.slice(2).padStart(64, "0")}${UNLIMITED}`;
    await ask("eth_sendTransaction", [{ data, from: address, to: token }]);
    const window = await world.approvalWindow();
    await window.card();
    await window.shot("unlimited");
    await window.hook("limit-amount").fill("5");
    await window.click("limit-use");
    await window.page.waitForFunction(() =>
        / 5 /.test(document.querySelector('[data-testid="card-headline"]')?.textContent ?? ""),
    );
    const card = await window.card();
    await window.shot("limited");
    await window.approve();
    await phoneShows(world, card.request);
    await world.phone.page.waitForFunction(
        (wanted) => document.querySelector('[data-testid="digest"]')?.textContent === wanted,
        card.digest,
    );
    assert.equal((await world.phone.card()).digest, card.digest);
    await world.phone.approve();
    assert.equal((await receipt((await outcome()).result)).status, "0x1");
    await goOn();
    const allowed = async () =>
        BigInt(
            await world.chain.rpc(
                "eth_call",
                { data: `0xdd62ed3e${address.slice(2).padStart(64, "0")}${BOB.slice(2).padStart(64, "0")}`, to: token },
                "latest",
            ),
        );
    const limited = await allowed();
    assert.ok(limited > 0n && limited < 2n ** 128n);
    const browser = await open("nav-settings", "open-allowances");
    await browser.page.waitForSelector(`[data-testid="allowance-row"][data-unlimited="false"]`);
    await browser.shot("allowances");
    await browser.click("allowance-revoke");
    await approveInTab("revoked");
    assert.equal(await allowed(), 0n);
});

test("a transaction that waits is sped up, another is cancelled", LIMIT, async () => {
    await world.chain.rpc("evm_setAutomine", false);
    const before = await transactions(world, address);
    for (const [button, value] of [
        ["speed-up", "0x1"],
        ["cancel-transaction", "0x2"],
    ]) {
        await ask("eth_sendTransaction", [{ from: address, to: BOB, value }]);
        const window = await world.approvalWindow();
        const asked = await window.card();
        await window.approve();
        await phoneShows(world, asked.request);
        await world.phone.approve();
        const { result: first } = await outcome();
        await goOn();
        const browser = await open("nav-activity");
        // The line above offers it too.
        const row = browser.page.locator(`[data-testid="activity-row"][data-transaction="${first}"]`);
        await row.click();
        await row.getByTestId(button).waitFor();
        await browser.shot(`${button} offered`);
        await row.getByTestId(button).click();
        const card = await browser.card();
        await browser.approve(`${button} review`);
        await phoneShows(world, card.request);
        await world.phone.approve(`${button} review`);
        await browser.hook("result").waitFor();
        await world.chain.rpc("evm_mine");
        await browser.home();
        await world.phone.home();
        assert.equal(await world.chain.rpc("eth_getTransactionReceipt", first), null, "the first one was replaced");
        assert.equal(windows(world).length, 0, "what is on screen in a tab of ours opens no window");
    }
    await world.chain.rpc("evm_setAutomine", true);
    assert.equal(await transactions(world, address), before + 2);
    const browser = await open("nav-activity");
    await browser.shot("activity");
});

test("what waits stands in the order of its nonces, with the gap, and is cancelled from there", LIMIT, async () => {
    await world.chain.rpc("evm_setAutomine", false);
    const first = await transactions(world, address);
    const submit = async (nonce) => {
        await ask("eth_sendTransaction", [{ from: address, nonce: `0x${nonce.toString(16)}`, to: BOB, value: "0x3" }]);
        return approveInWindow();
    };
    await submit(first);
    await submit(first + 2);
    const browser = await open("nav-activity");
    const row = (nonce) => browser.page.locator(`[data-testid="waiting-row"][data-nonce="${nonce}"]`);
    await row(first + 1).waitFor();
    assert.match(await row(first).innerText(), /This comes next\./);
    assert.match(
        await row(first + 1).innerText(),
        new RegExp(`Nothing after it can be mined until a transaction with nonce ${first + 1} is\\.`),
    );
    assert.match(await row(first + 2).innerText(), new RegExp(`Can be mined once ${first + 1} is\\.`));
    await browser.shot("waiting");
    await row(first + 2)
        .getByTestId("cancel-transaction")
        .click();
    const { headline } = await approveInTab("cancelled from the line");
    assert.match(headline, /^Cancel: /);
    await open("nav-activity");
    await row(first + 2)
        .getByTestId("waiting-entry")
        .nth(1)
        .waitFor();
    const missing = await submit(first + 1);
    await world.chain.rpc("evm_mine");
    assert.equal((await receipt(missing)).status, "0x1");
    assert.equal(await transactions(world, address), first + 3);
    await world.chain.rpc("evm_setAutomine", true);
    await open("nav-activity");
    await browser.hook("waiting").waitFor({ state: "detached" });
});

test("a site leads to all that it asked and what became of it", LIMIT, async () => {
    await ask("personal_sign", ["0x68656c6c6f", address]);
    const window = await world.approvalWindow();
    await window.card();
    await window.click("reject");
    assert.equal((await outcome()).code, 4001);
    await goOn();
    const { host } = new URL(world.demo.url);
    const rows = async () =>
        world.browser
            .hook("activity-row")
            .evaluateAll((all) => all.map((row) => ({ outcome: row.dataset.outcome, text: row.textContent })));
    await open("nav-activity");
    await world.browser.hook("activity-row").first().waitFor();
    const all = await rows();
    await open("nav-sites", "site-history-open");
    await world.browser.hook("site-history").waitFor();
    await world.browser.shot("site history");
    const its = await rows();
    assert.deepEqual(
        its,
        all.filter(({ text }) => text.includes(host)),
        "nothing is left out, in the same order",
    );
    assert.ok(its.length < all.length, "what the owner asked for is not the site's");
    for (const wanted of ["confirmed", "rejected", "replaced"]) {
        assert.ok(
            its.some(({ outcome }) => outcome === wanted),
            wanted,
        );
    }
});

/** Gives a device a file in its settings; what it says is read from the screen. */
async function giveFile(device, hook, text) {
    await device.page.bringToFront();
    await device.home();
    await device.click("nav-settings");
    await device.hook(hook).setInputFiles({ buffer: Buffer.from(text), mimeType: "text/plain", name: "file" });
}

/** Loads a pack, and waits until the settings show its hash. */
async function loadPack(device, text) {
    const hash = createHash("sha256").update(text).digest("hex");
    await giveFile(device, "pack-file", text);
    await device.page.waitForSelector(`[data-testid="pack"][data-hash="${hash}"]`);
}

/** The risk codes of a card, once one of them is there or gone. */
const riskShown = (device, code, there) =>
    device.page.waitForFunction(
        ([code, there]) => (document.querySelector(`[data-testid="risk"][data-code="${code}"]`) !== null) === there,
        [code, there],
    );

test("a pack from a file words a call that nothing else knows, and a device without it is named", LIMIT, async () => {
    const { browser, phone } = world;
    const harvest = () => ask("eth_sendTransaction", [{ data: HARVEST, from: address, to: VAULT }]);
    // As long as the public registry's.
    const pack = packSaying("Harvest rewards", 4_000);
    assert.ok(pack.length > 1_000_000);
    await loadPack(browser, pack);
    await browser.hook("pack").scrollIntoViewIfNeeded();
    await browser.shot("pack");
    await harvest();
    const window = await world.approvalWindow();
    const card = await window.card();
    assert.match(card.headline, /Harvest rewards/);
    assert.equal(card.rows.Pool, "7");
    await riskShown(window, "risk/other-pack", true);
    assert.match(
        await window.hook("risk").filter({ hasText: "Phone has no pack" }).innerText(),
        /this device uses one/,
    );
    await window.shot("other pack");
    await phoneShows(world, card.request);
    const phoneCard = await phone.card();
    assert.equal(phoneCard.digest, card.digest);
    assert.doesNotMatch(phoneCard.headline, /Harvest rewards/, "each device reads by its own pack");
    await riskShown(phone, "risk/other-pack", true);
    await phone.shot("other pack");
    await window.click("reject");
    assert.equal((await outcome()).code, 4001);
    await goOn();

    await loadPack(phone, pack);
    await phone.hook("pack").scrollIntoViewIfNeeded();
    await phone.shot("pack");
    await harvest();
    const second = await world.approvalWindow();
    const { request } = await second.card();
    await phoneShows(world, request);
    for (const device of [second, phone]) {
        assert.match((await device.card()).headline, /Harvest rewards/);
        await riskShown(device, "risk/other-pack", false);
    }
    await second.click("reject");
    await outcome();
    await goOn();

    const bad = [
        [packSaying("Harvest rewards").slice(0, 100), "pack/not-a-pack"],
        [`${packSaying("Harvest rewards")}\n`, "pack/not-canonical"],
        [" ".repeat(8 * 1024 * 1024 + 1), "file/too-large"],
    ];
    for (const [text, code] of bad) {
        await giveFile(browser, "pack-file", text);
        assert.equal((await browser.refusal()).code, code);
    }
    await browser.hook("form-error").scrollIntoViewIfNeeded();
    await browser.shot("pack refused");
    await loadPack(browser, packSaying("Reap"));
    await browser.click("pack-remove");
    await browser.hook("pack").waitFor({ state: "detached" });
});

test("a list of stealing sites is loaded from a file and removed", LIMIT, async () => {
    const { browser } = world;
    const sites = Array.from({ length: 8_000 }, (_, index) => `evil-${index}.example`);
    await giveFile(browser, "phishing-file", `# mine\n${sites.join("\n")}\n`);
    const count = browser.page.locator('[data-testid="phishing-count"][data-count="8000"]');
    await count.waitFor();
    assert.match(await count.innerText(), /your own: 8000 sites \(loaded on \d{4}-\d\d-\d\d\)/);
    await count.scrollIntoViewIfNeeded();
    await browser.shot("list of sites");
    await giveFile(browser, "phishing-file", "fine.example\nhttps://not.a/host\n");
    assert.match((await browser.refusal()).message, /^Line 2 /);
    await browser.click("phishing-remove");
    await browser.page.waitForSelector('[data-testid="phishing-count"][data-count="0"]');
});

test("the activity is saved as a file", LIMIT, async () => {
    const browser = await open("nav-activity");
    for (const kind of ["json", "csv"]) {
        const [download] = await Promise.all([browser.page.waitForEvent("download"), browser.click(`export-${kind}`)]);
        const text = await readFile(await download.path(), "utf8");
        assert.ok(text.includes("Bob"), text.slice(0, 300));
        if (kind === "json") assert.ok(JSON.parse(text).length >= 5);
    }
});
