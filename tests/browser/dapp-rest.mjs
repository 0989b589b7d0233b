// More buttons of `@metamask/test-dapp`: collections, bundles, queues, networks. Run by hand, for they were not all seen
// through yet: node --test tests/browser/dapp-rest.mjs
// Every button is the page's own; what came of each is asserted on the page, on the node, and on both devices' screens.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Buttons } from "./harness/buttons.mjs";
import { startChain } from "./harness/chain.mjs";
import { openTestDapp, serveTestDapp } from "./harness/dapp.mjs";
import { closeWindows, windows } from "./harness/signing.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 240_000 };
afterEach(() => buttons.clear());
const ETHER = 10n ** 18n;
let address;
let buttons;
let other;
let page;
let site;
let world;

before(
    async () => {
        world = await World.start();
        address = (await makeWallet(world, { cosigner: false })).toLowerCase();
        await world.chain.fund(address, 1_000n * ETHER);
        site = await serveTestDapp();
        page = await openTestDapp(world.extension.context, site.url);
        page.setDefaultTimeout(60_000);
        buttons = new Buttons(world, page, address);
    },
    { timeout: 240_000 },
);

after(async () => {
    console.log(`${buttons?.rows.length ?? 0} buttons\n  ${buttons?.rows.join("\n  ")}`);
    await world?.stop();
    await other?.stop();
    await site?.stop();
});

const fill = (id, value) =>
    page.evaluate(
        ([id, value]) => {
            const input = document.getElementById(id);
            input.value = value;
            for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
        },
        [id, value],
    );

test("it connects and hears of its permission", LIMIT, async () => {
    await buttons.click("connectButton");
    const window = await world.approvalWindow();
    assert.equal((await window.card()).origin, site.url);
    await window.approve();
    await buttons.text("accounts", address);
    await buttons.text("chainId", "0x7a69");
    await buttons.done("connectButton", "connected");
    await buttons.here("requestPermissions");
    await buttons.text("permissionsResult", "eth_accounts");
    await buttons.click("getAccounts");
    await buttons.text("getAccountsResult", address);
    await buttons.done("getAccounts", "answered");
    await buttons.answer("getPermissions", ([permission]) =>
        assert.deepEqual(permission.caveats[0], { type: "restrictReturnedAccounts", value: [address] }),
    );
});

test("items of a collection are made, moved and watched", LIMIT, async () => {
    await buttons.transaction("deployNFTsButton");
    await buttons.text("nftsStatus", "Deployed");
    await buttons.transaction("mintButton");
    await buttons.text("nftsStatus", "Mint completed");
    await buttons.transaction("approveButton");
    await buttons.transaction("setApprovalForAllButton");
    await buttons.transaction("revokeButton");
    await buttons.signature("sign721Permit");
    await buttons.verify("sign721PermitVerify", "sign721PermitVerifyResult", address);
    await buttons.here("watchNFTButton", true);
    await buttons.transaction("transferFromButton");
    await buttons.text("nftsStatus", "Transfer From completed");
});

test("items of which there are many are made, moved and watched", LIMIT, async () => {
    await buttons.transaction("deployERC1155Button");
    await buttons.text("erc1155TokenAddresses", /0x[0-9a-fA-F]{40}/);
    await buttons.transaction("batchMintButton");
    await buttons.text("erc1155Status", "Batch Minting completed");
    await buttons.transaction("setApprovalForAllERC1155Button");
    await buttons.transaction("revokeERC1155Button");
    await buttons.here("watchAssetButton", true);
    await buttons.transaction("batchTransferFromButton");
    await buttons.text("erc1155Status", "Batch Transfer From completed");
});

test("tokens are watched", LIMIT, async () => {
    await buttons.here("watchAssets", true);
    await buttons.here("eip747WatchButton", true);
});

test("bundles of calls: refused if they must be atomic, else sent one after another", LIMIT, async () => {
    await buttons.answer("eip5792GetCapabilitiesButton", (all) =>
        assert.deepEqual(all["0x7a69"], { atomic: { status: "unsupported" } }),
    );
    await buttons.refused("eip5792SendCallsButton", 5760);
    await buttons.refused("eip5792SendCallsApprovalButton", 5760);
    // The same calls without the demand, as the page's own provider sends them.
    const calls = await page.evaluate(() => window.calls.find((call) => call.method === "wallet_sendCalls").params[0]);
    const asked = page.evaluate(
        (params) => window.announced.request({ method: "wallet_sendCalls", params: [params] }),
        { ...calls, atomicRequired: false, calls: [...calls.calls.slice(0, 2)] },
    );
    asked.catch(() => undefined);
    for (const _ of calls.calls.slice(0, 2)) await buttons.sign();
    const { id } = await asked;
    await fill("eip5792RequestIdInput", id);
    const status = await page.evaluate(async (id) => {
        for (;;) {
            const status = await window.announced.request({ method: "wallet_getCallsStatus", params: [id] });
            if (status.status !== 100) return status;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
    }, id);
    assert.deepEqual([status.atomic, status.id, status.receipts.length], [false, id, 2]);
    assert.ok([200, 500, 600].includes(status.status));
    await buttons.answer("eip5792GetCallsStatusButton", (answer) => assert.deepEqual(answer, status));
    await closeWindows(world);
});

test("ten sends at once stand in line, and the rest can be refused together", LIMIT, async () => {
    const before = BigInt(await world.chain.rpc("eth_getTransactionCount", address, "latest"));
    await buttons.click("sendEIP1559Batch");
    const first = await world.approvalWindow();
    await first.page.waitForFunction(() => /of 10$/.test(document.querySelector('[data-testid="queue"]')?.textContent));
    await buttons.sign();
    await buttons.sign();
    const window = await world.approvalWindow();
    await window.click("reject-all");
    const calls = await buttons.answered(10);
    const hashes = calls.filter((call) => call.result).map((call) => call.result);
    assert.equal(hashes.length, 2);
    assert.equal(calls.filter((call) => call.code === 4001).length, 8);
    const nonces = await Promise.all(
        hashes.map(async (hash) => BigInt((await world.chain.rpc("eth_getTransactionByHash", hash)).nonce)),
    );
    assert.deepEqual(nonces.sort(), [before, before + 1n]);
    await buttons.done("sendEIP1559Batch", "2 of 10 sent, the rest refused together");
});

test("networks are added and switched, and the page hears of it", LIMIT, async () => {
    other = await startChain({ port: 8546 });
    await other.rpc("anvil_setChainId", 0x53a);
    await buttons.refused("switchEthereumChain", 4902);
    await buttons.here("addEthereumChain", null);
    await buttons.text("chainId", "0x53a");
    const back = (chainId) =>
        page.evaluate(
            (chainId) => window.announced.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] }),
            chainId,
        );
    const home = back("0x7a69");
    home.catch(() => undefined);
    await (await world.approvalWindow()).approve();
    assert.equal(await home, null);
    await buttons.text("chainId", "0x7a69");
    await closeWindows(world);
    await buttons.here("switchEthereumChain", null);
    await buttons.text("chainId", "0x53a");
    const mainnet = back("0x1");
    mainnet.catch(() => undefined);
    await (await world.approvalWindow()).approve();
    await mainnet;
    await buttons.text("chainId", "0x1");
    await closeWindows(world);
});

test("on a chain whose node is down, a send ends with 4901 when the owner gives up", LIMIT, async () => {
    await buttons.refused("eip5792SendCallsRequiredAssetsButton", 5760);
    await buttons.refused("batchUsdcSwapExecuteButton", 5760);
    await buttons.click("swapComparisonSwapButton");
    const window = await world.approvalWindow();
    await window.status("prepare-failed");
    await window.click("reject");
    const [{ code }] = await buttons.answered();
    assert.equal(code, 4901);
    await buttons.done("swapComparisonSwapButton", "4901");
});

test("it takes its permission back at once and without a prompt", LIMIT, async () => {
    const took = await page.evaluate(async () => {
        const begun = performance.now();
        await window.announced.request({ method: "eth_chainId" });
        const warm = performance.now();
        await window.announced.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] });
        return { cold: warm - begun, revoke: performance.now() - warm };
    });
    console.log(`wallet_revokePermissions answered in ${took.revoke.toFixed(1)} ms`);
    assert.ok(took.revoke < 100, `${took.revoke} ms`);
    await buttons.text("accounts", "");
    assert.equal(windows(world).length, 0);
    await buttons.here("requestPermissions");
    await buttons.answer("revokeAccountsPermission", (result) => assert.equal(result, null));
    await buttons.text("accounts", "");
});
