// The rest of the buttons of `@metamask/test-dapp`: collections, bundles, ten at once, networks, taking permission back;
// and the list of all of them, none of which the tests leave out unsaid.
// Every button is the page's own; what came of each is asserted on the page, on the node, and on both devices' screens.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startTestDapp } from "./harness/buttons.mjs";
import { startChain } from "./harness/chain.mjs";
import { closeWindows, windows } from "./harness/signing.mjs";
import { CANNOT, DRIVEN, buttonsOf } from "./harness/test-dapp-buttons.mjs";

const LIMIT = { timeout: 240_000 };
const ETHER = 10n ** 18n;
const HOME = "0x7a69";
/** Chains that a test starts, by what it uses them for. */
const chains = {};
let address;
let buttons;
let page;
let site;
let world;

before(
    async () => {
        ({ address, buttons, page, site, world } = await startTestDapp());
        await connect();
    },
    { timeout: 240_000 },
);

afterEach(() => buttons.clear());

after(async () => {
    console.log(`${buttons?.rows.length ?? 0} buttons\n  ${buttons?.rows.join("\n  ")}`);
    await world?.stop();
    for (const chain of Object.values(chains)) await chain.stop();
    await site?.stop();
});

/** Connects without counting the button, which another file tests. */
async function connect() {
    await buttons.click("connectButton");
    await (await world.approvalWindow()).approve();
    await buttons.text("accounts", address);
    await closeWindows(world);
}

/** Asks as a page does, beside its buttons. */
const ask = (method, params) =>
    page.evaluate(([method, params]) => window.announced.request({ method, params }), [method, params]);

/** The owner chooses a network in the wallet, and the page hears of it. */
async function choose(chainId) {
    const { browser } = world;
    await browser.page.bringToFront();
    await browser.home();
    await browser.hook("network-picker").selectOption(String(Number(chainId)));
    await page.bringToFront();
    await buttons.text("chainId", chainId);
}

/** A chain of its own, which both devices know; their owner switches to it. */
async function chain(name, id, symbol = "ETH") {
    chains[name] = await startChain({ id });
    await chains[name].fund(address, 10n * ETHER);
    for (const device of [world.browser, world.phone]) {
        await device.page.bringToFront();
        await device.home();
        await device.addNetwork({ chain: id, name, rpc: chains[name].url, symbol });
        await device.click("nav-home");
    }
    await page.bringToFront();
    await buttons.text("chainId", `0x${id.toString(16)}`);
    return chains[name];
}

/** Sends by a button, and finds the transaction on this chain. */
async function sentOn(node, button) {
    await buttons.click(button);
    const card = await buttons.sign();
    const [{ code, message, result }] = await buttons.answered();
    assert.equal(code, undefined, message);
    const sent = await node.rpc("eth_getTransactionByHash", result);
    assert.equal(sent.from, address);
    return buttons.done(button, `sent, ${card.headline}`, { card, result, sent });
}

/** What a bundle came to, once it is over. */
const settled = (id) =>
    page.evaluate(async (id) => {
        for (;;) {
            const status = await window.announced.request({ method: "wallet_getCallsStatus", params: [id] });
            if (status.status !== 100) return status;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
    }, id);

test("items of a collection are made, moved and watched", LIMIT, async () => {
    await buttons.transaction("deployNFTsButton");
    await buttons.text("nftsStatus", "Deployed");
    await buttons.fill("mintAmountInput", "2");
    await buttons.transaction("mintButton");
    await buttons.text("nftsStatus", "Mint completed");
    await buttons.transaction("approveButton");
    await buttons.text("nftsStatus", "Approve completed");
    await buttons.transaction("setApprovalForAllButton");
    await buttons.text("nftsStatus", "Set Approval For All completed");
    await buttons.transaction("revokeButton");
    await buttons.text("nftsStatus", "Revoke completed");
    await buttons.here("watchNFTButton", true);
    // One question for each item, all at once, by the older way of asking, and without a place for the answers.
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await buttons.click("watchNFTsButton");
    // In the order in which the node said whose they are.
    const items = [];
    while (items.length < 2) {
        const window = await world.approvalWindow();
        const seen = items.map((item) => `:not([data-value="${item}"])`).join("");
        await window.page.waitForSelector(`[data-testid="card-row"][data-label="Item"]${seen}`);
        items.push((await window.card()).rows.Item);
        await window.approve();
    }
    assert.deepEqual(items.sort(), ["1", "2"]);
    await buttons.done("watchNFTsButton", "2 items watched");
    assert.deepEqual(errors, []);
    await buttons.transaction("transferFromButton");
    await buttons.text("nftsStatus", "Transfer From completed");
});

test(
    "a permit whose domain has no type is signed as the page reads it, and says what it does not bind",
    LIMIT,
    async () => {
        const { card } = await buttons.signature("sign721Permit");
        assert.ok(
            card.risks.some((risk) => /unsigned-fields$/.test(risk)),
            card.risks.join("; "),
        );
        await buttons.verify("sign721PermitVerify", "sign721PermitVerifyResult", address);
    },
);

test("items of which there are many are made, moved and watched", LIMIT, async () => {
    await buttons.transaction("deployERC1155Button");
    await buttons.text("erc1155TokenAddresses", /0x[0-9a-fA-F]{40}/);
    await buttons.fill("batchMintTokenIds", "1, 2, 3");
    await buttons.fill("batchMintIdAmounts", "1, 1, 1000000000000000");
    await buttons.transaction("batchMintButton");
    await buttons.text("erc1155Status", "Batch Minting completed");
    await buttons.transaction("setApprovalForAllERC1155Button");
    await buttons.text("erc1155Status", "Set Approval For All completed");
    await buttons.transaction("revokeERC1155Button");
    await buttons.text("erc1155Status", "Revoke completed");
    await buttons.here("watchAssetButton", true);
    await buttons.fill("batchTransferTokenIds", "1, 2, 3");
    await buttons.fill("batchTransferTokenAmounts", "1, 1, 1");
    await buttons.transaction("batchTransferFromButton");
    await buttons.text("erc1155Status", "Batch Transfer From completed");
});

test("a token is watched", LIMIT, async () => {
    await buttons.fill("eip747ContractAddress", "0x5fbdb2315678afecb367f032d93f642f64180aa3");
    await buttons.fill("eip747Symbol", "LAB");
    await buttons.fill("eip747Decimals", "6");
    await buttons.here("eip747WatchButton", true);
});

test("bundles that must be one transaction are refused", LIMIT, async () => {
    await buttons.answer("eip5792GetCapabilitiesButton", (all) =>
        assert.deepEqual(all[HOME], { atomic: { status: "unsupported" } }),
    );
    await buttons.refused("eip5792SendCallsButton", 5760);
    await buttons.refused("eip5792SendCallsApprovalButton", 5760);
    await buttons.refused("ppomSendMaliciousEthButton", 5760);
    assert.ok(await page.locator("#ppomGetCallsStatusButton").isDisabled());
});

test("bundles that need not be are sent call by call, and the page is told how each went", LIMIT, async () => {
    await page.evaluate(() => (window.contentWithSteps = true));
    // Its own form: two calls are there, one more is added and taken away again.
    await buttons.click("eip5792SendCallsEdit");
    assert.equal(await page.locator(".eip5792Call").count(), 2);
    await buttons.done("eip5792SendCallsEdit", "shows 2 calls");
    await buttons.click("eip5792AddCall");
    assert.equal(await page.locator(".eip5792Call").count(), 3);
    await buttons.done("eip5792AddCall", "shows 3 calls");
    await page.evaluate(() => [...document.querySelectorAll(".eip5792CallRemove")].at(-1).click());
    assert.equal(await page.locator(".eip5792Call").count(), 2);
    await buttons.done("Remove Call", "shows 2 calls");
    const { cards, id } = await buttons.bundle("eip5792SendCallsButton", 2);
    assert.equal(new Set(cards.map((card) => card.digest)).size, 2);
    assert.equal(await page.inputValue("#eip5792RequestIdInput"), id);
    const status = await settled(id);
    assert.deepEqual([status.atomic, status.id, status.receipts.length, status.status], [false, id, 2, 200]);
    await buttons.answer("eip5792GetCallsStatusButton", (answer) => assert.deepEqual(answer, status));
    const { id: other } = await buttons.bundle("ppomSendMaliciousEthButton", 3);
    assert.equal((await settled(other)).receipts.length, 3);
    await buttons.answer("ppomGetCallsStatusButton", (answer) => assert.equal(answer.id, other));
    await page.evaluate(() => (window.contentWithSteps = false));
});

test("ten sends at once stand in line, and the rest can be refused together", LIMIT, async () => {
    const before = BigInt(await world.chain.rpc("eth_getTransactionCount", address, "latest"));
    await buttons.click("sendEIP1559Batch");
    const first = await world.approvalWindow();
    await first.page.waitForFunction(() => /of 10$/.test(document.querySelector('[data-testid="queue"]')?.textContent));
    await buttons.sign();
    await buttons.sign();
    await (await buttons.next()).click("reject-all");
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
    // The page's own address.
    chains.other = await startChain({ id: 0x53a, port: 8546 });
    await buttons.refused("switchEthereumChain", 4902);
    await buttons.here("addEthereumChain", null);
    await buttons.text("chainId", "0x53a");
    await choose(HOME);
    await buttons.here("switchEthereumChain", null);
    await buttons.text("chainId", "0x53a");
    await choose(HOME);
});

test(
    "the page's own picker switches to a network of the wallet, and learns which it does not have",
    LIMIT,
    async () => {
        const modal = page.locator(".network-modal");
        const open = async () => {
            await buttons.click("openNetworkPicker");
            assert.ok(await modal.isVisible());
        };
        await open();
        await page.evaluate(() => document.querySelector('.network-modal-item[data-chain-id="0x1079"]').click());
        const [refused] = await buttons.answered();
        assert.equal(refused.code, 4902);
        await page.locator("#networkError").waitFor();
        await open();
        await page.evaluate(() => document.querySelector('.network-modal-item[data-chain-id="0xe708"]').click());
        await (await world.approvalWindow()).approve();
        const [switched] = await buttons.answered();
        assert.equal(switched.result, null, switched.message);
        await buttons.text("currentNetworkName", "Current Network: Linea");
        await buttons.done("openNetworkPicker", "switched to Linea; a network that is not known: 4902");
        await open();
        await page.evaluate(() => document.querySelector(".network-modal-close").click());
        await modal.waitFor({ state: "hidden" });
        await buttons.done("network-modal-close", "closed");
        await choose(HOME);
    },
);

test("a name of ENS that nobody can look up is the page's own trouble", LIMIT, () =>
    buttons.verify("ensSubmit", "ensResult", "Failed to resolve address"),
);

test("what the page offers on Sepolia alone", LIMIT, async () => {
    const sepolia = await chain("Sepolia", 11_155_111);
    await page.locator("#mintSepoliaERC20:not([hidden])").waitFor({ state: "attached" });
    await sentOn(sepolia, "mintSepoliaERC20");
});

test("what the page offers on Ethereum alone", LIMIT, async () => {
    const mainnet = await chain("Ethereum", 1);
    for (const [button, input] of [
        ["resetConfigButton", "ethAmountInput"],
        ["batchUsdcSwapResetButton", "batchUsdcSwapAmount"],
    ]) {
        await buttons.fill(input, "0.5");
        await buttons.click(button);
        assert.equal(await page.inputValue(`#${input}`), "");
        await buttons.done(button, "emptied its form");
    }
    const { result } = await sentOn(mainnet, "swapComparisonSwapButton");
    await buttons.text("swapTxHash", result);
    await buttons.refused("eip5792SendCallsRequiredAssetsButton", 5700);
    await buttons.refused("batchUsdcSwapExecuteButton", 5760);
    assert.ok(await page.locator("#batchUsdcSwapCheckStatusButton").isDisabled());
    await page.evaluate(() => (window.contentWithSteps = true));
    const { id } = await buttons.bundle("batchUsdcSwapExecuteButton", 3);
    await page.evaluate(() => (window.contentWithSteps = false));
    await buttons.click("batchUsdcSwapCheckStatusButton");
    assert.equal(await page.inputValue("#eip5792RequestIdInput"), id);
    await buttons.done("batchUsdcSwapCheckStatusButton", "filled in the bundle's id");
});

test("on a chain whose node is down, a send ends with 4901 when the owner gives up", LIMIT, async () => {
    await chains.Ethereum.stop();
    await buttons.click("swapComparisonSwapButton");
    const window = await world.approvalWindow();
    await window.status("prepareFailed");
    await window.click("reject");
    const [{ code }] = await buttons.answered();
    assert.equal(code, 4901);
    await buttons.done("swapComparisonSwapButton", "4901");
    await choose(HOME);
});

test("it takes its permission back at once and without a prompt", LIMIT, async () => {
    const took = await page.evaluate(async () => {
        await window.announced.request({ method: "eth_chainId" });
        const warm = performance.now();
        await window.announced.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] });
        return performance.now() - warm;
    });
    console.log(`wallet_revokePermissions answered in ${took.toFixed(1)} ms`);
    assert.ok(took < 100, `${took} ms`);
    await buttons.text("accounts", "");
    assert.equal(windows(world).length, 0);
    await connect();
    await buttons.answer("revokeAccountsPermission", (result) => assert.equal(result, null));
    await buttons.text("accounts", "");
});

test("the page's way to a provider that was not announced asks nothing of the wallet", LIMIT, async () => {
    await buttons.click("useWindowProviderButton");
    await buttons.text("chainId", "");
    assert.deepEqual(await page.evaluate(() => window.calls), []);
    assert.equal(await ask("eth_chainId", []), HOME);
    await buttons.done("useWindowProviderButton", "the page forgets its provider, the wallet is not asked");
    await page.getByRole("button", { name: "Use Symbolon" }).evaluate((button) => button.click());
    await buttons.text("chainId", HOME);
    await buttons.done("Use Symbolon", "the page has its provider again");
});

test("no button of this part was left out", () => buttons.all("dapp-rest"));

test("the tests press every button that the page has, but those which nobody can press here", async () => {
    const driven = Object.values(DRIVEN).flat();
    assert.equal(new Set(driven).size, driven.length, "a button belongs to one file");
    for (const [button, why] of Object.entries(CANNOT)) assert.ok(why.length > 20 && !driven.includes(button), button);
    assert.deepEqual((await buttonsOf(page)).sort(), [...driven, ...Object.keys(CANNOT)].sort());
    console.log(`${driven.length} buttons driven, ${Object.keys(CANNOT).length} that nobody can press`);
});
