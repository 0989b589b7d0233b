// `@metamask/test-dapp`, a page that we did not write, with two real devices: connecting, sending, contracts, networks.
// Every button is the page's own; what came of each is asserted on the page, on the node, and on both devices' screens.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startTestDapp } from "./harness/buttons.mjs";

const LIMIT = { timeout: 240_000 };
afterEach(() => buttons.clear());
let address;
let buttons;
let page;
let site;
let world;

before(
    async () => {
        ({ address, buttons, page, site, world } = await startTestDapp());
    },
    { timeout: 240_000 },
);

after(async () => {
    console.log(`${buttons?.rows.length ?? 0} buttons\n  ${buttons?.rows.join("\n  ")}`);
    await world?.stop();
    await site?.stop();
});

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

test("it sends ether in all ways that it knows", LIMIT, async () => {
    const { receipt } = await buttons.transaction("sendButton");
    assert.equal(receipt.type, "0x0");
    await buttons.transaction("sendEIP1559Button");
    await buttons.transaction("sendEIP1559WithoutGasButton");
    await buttons.fill("dataInput", "0x");
    await buttons.fill("toInput", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
    await buttons.fill("amountInput", "0x1");
    await buttons.fill("gasInput", "0x2540be400");
    await buttons.transaction("submitForm");
});

test("a piggy bank is created, filled and emptied", LIMIT, async () => {
    const { card, receipt } = await buttons.transaction("deployButton");
    assert.match(card.headline, /^Create a contract/);
    assert.notEqual(await world.chain.rpc("eth_getCode", receipt.contractAddress, "latest"), "0x");
    await buttons.text("contractStatus", "Deployed");
    await buttons.transaction("depositButton");
    await buttons.text("contractStatus", "Deposit completed");
    await buttons.transaction("withdrawButton");
    await buttons.text("contractStatus", "Withdrawn");
});

test("a transaction that fails is sent with its warning, and fails", LIMIT, async () => {
    await buttons.transaction("deployFailingButton");
    await buttons.text("failingContractStatus", "Deployed");
    await buttons.transaction("sendFailingButton", { reverts: true });
});

test("a multisig takes ether", LIMIT, async () => {
    await buttons.transaction("deployMultisigButton");
    await buttons.text("multisigContractStatus", "Deployed");
    // Its gas is too little for a contract that takes ether: the page means it so.
    await buttons.transaction("sendMultisigButton", { reverts: true });
    await buttons.text("multisigContractStatus", /Transaction completed/);
});

test("96 kB of call data are sent", LIMIT, async () => {
    const { receipt } = await buttons.transaction("sendHeavyHexDataButton");
    const sent = await world.chain.rpc("eth_getTransactionByHash", receipt.transactionHash);
    assert.ok(sent.input.length > 10_000);
});

test("a token is created, moved and allowed to be moved", LIMIT, async () => {
    await buttons.transaction("createToken");
    await buttons.text("erc20TokenAddresses", /0x[0-9a-fA-F]{40}/);
    assert.match((await buttons.transaction("transferTokens")).card.headline, /^Send /);
    // Of its own tokens, and not yet allowed: the contract's node says no, and the page asks for no signature.
    await buttons.fill("transferFromSenderInput", address);
    await buttons.fill("transferFromRecipientInput", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
    await buttons.click("transferFromTokens");
    await buttons.text("tokenMethodsResult", /\S/);
    const calls = await page.evaluate(() => window.calls);
    assert.equal(calls.find((call) => call.method === "eth_estimateGas").code, 3);
    assert.ok(calls.every((call) => call.method !== "eth_sendTransaction"));
    await buttons.fill("approveTo", address);
    assert.match((await buttons.transaction("approveTokens")).card.headline, /^Let /);
    await buttons.transaction("increaseTokenAllowance");
    await buttons.fill("allowanceOwner", address);
    await buttons.fill("allowanceSpender", address);
    await buttons.verify("getAllowance", "allowanceAmountResult", "8.0000");
    await buttons.transaction("transferFromTokens");
    await buttons.verify("getAllowance", "allowanceAmountResult", "6.5000");
    await buttons.transaction("transferTokensWithoutGas");
    await buttons.transaction("approveTokensWithoutGas");
    await buttons.here("watchAssets", true);
});

test("no button of this part was left out", () => buttons.all("dapp"));
