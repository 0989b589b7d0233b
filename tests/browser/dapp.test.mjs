// `@metamask/test-dapp`, a page that we did not write, with two real devices.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestDapp, serveTestDapp } from "./harness/dapp.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const ETHER = 10n ** 18n;
let address;
let page;
let site;
let world;

before(
    async () => {
        world = await World.start();
        address = (await makeWallet(world)).toLowerCase();
        await world.chain.fund(address, 10n * ETHER);
        site = await serveTestDapp();
        page = await openTestDapp(world.extension.context, site.url);
    },
    { timeout: 180_000 },
);

after(async () => {
    await world?.stop();
    await site?.stop();
});

const text = (id) => page.locator(`#${id}`).textContent();
const becomes = (id, wanted) =>
    page.waitForFunction(([id, wanted]) => document.getElementById(id)?.textContent.trim() === wanted, [id, wanted]);

/** Asks with a button, approves on both devices, puts both screens back. */
async function ask(button, step) {
    await page.bringToFront();
    await page.click(`#${button}`);
    const { card, window } = await approveOnBoth(world, step);
    await world.phone.closeResult();
    if (!window.page.isClosed()) await window.closeResult().catch(() => undefined);
    await page.bringToFront();
    return card;
}

test("it connects", LIMIT, async () => {
    await page.click("#connectButton");
    const window = await world.approvalWindow();
    assert.equal((await window.card()).origin, site.url);
    await window.approve();
    await becomes("accounts", address);
    await becomes("chainId", "0x7a69");
});

test("it sends ether", LIMIT, async () => {
    const before = BigInt(await world.chain.rpc("eth_getTransactionCount", address, "latest"));
    await ask("sendButton", "send");
    await page.waitForTimeout(1_000);
    assert.equal(BigInt(await world.chain.rpc("eth_getTransactionCount", address, "latest")), before + 1n);
});

test("it deploys a token and transfers of it", LIMIT, async () => {
    await ask("createToken", "create token");
    await page.waitForFunction(() =>
        /0x[0-9a-f]{40}/i.test(document.getElementById("erc20TokenAddresses").textContent),
    );
    await page.waitForSelector("#transferTokens:not([disabled])");
    const card = await ask("transferTokens", "transfer tokens");
    assert.match(card.headline, /^Send /);
});

test("it has a message signed, and verifies it in two ways", LIMIT, async () => {
    await ask("personalSign", "personal sign");
    await page.waitForSelector("#personalSignVerify:not([disabled])");
    await page.click("#personalSignVerify");
    await becomes("personalSignVerifySigUtilResult", address);
    await becomes("personalSignVerifyECRecoverResult", address);
});

test("it has typed data signed, and verifies it", LIMIT, async () => {
    await ask("signTypedDataV4", "typed data");
    await page.waitForSelector("#signTypedDataV4Verify:not([disabled])");
    await page.click("#signTypedDataV4Verify");
    await becomes("signTypedDataV4VerifyResult", address);
});

test("it switches to another chain and hears of it", LIMIT, async () => {
    const switched = page.evaluate(() => {
        const heard = new Promise((resolve) => window.announced.on("chainChanged", resolve));
        const params = [{ chainId: "0x1" }];
        return Promise.all([window.announced.request({ method: "wallet_switchEthereumChain", params }), heard]);
    });
    switched.catch(() => undefined);
    const window = await world.approvalWindow().catch(() => undefined);
    if (window) await window.approve().catch(() => undefined);
    assert.deepEqual(await switched, [null, "0x1"]);
    await becomes("chainId", "0x1");
});
