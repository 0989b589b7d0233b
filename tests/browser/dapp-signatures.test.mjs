// The signatures, hostile requests and malformed requests of `@metamask/test-dapp`, with two real devices.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startTestDapp } from "./harness/buttons.mjs";
import { closeWindows } from "./harness/signing.mjs";

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
        await buttons.here("connectButton");
        await buttons.text("accounts", address);
    },
    { timeout: 240_000 },
);

after(async () => {
    console.log(`${buttons?.rows.length ?? 0} buttons\n  ${buttons?.rows.join("\n  ")}`);
    await world?.stop();
    await site?.stop();
});

for (const [button, code] of [
    ["ethSign", -32601],
    ["getEncryptionKeyButton", -32004],
    ["signInvalidType", -32602],
    ["signEmptyDomain", -32602],
    ["signInvalidPrimaryType", -32602],
    ["signNoPrimaryTypeDefined", -32602],
    ["signInvalidVerifyingContractType", -32602],
    ["sendWithInvalidValue", -32602],
    ["sendWithInvalidTxType", -32602],
    ["sendWithInvalidRecipient", -32602],
    ["sendWithInvalidGasLimit", -32602],
    ["sendWithInvalidMaxFeePerGas", -32602],
    ["sendTempoBatchTx", -32602],
    ["maliciousSendWithOddHexData", -32602],
    ["maliciousApproveERC20WithOddHexData", -32602],
    ["maliciousSendWithoutHexPrefixValue", -32602],
    ["maliciousPermitIntAddress", -32602],
    ["ppomSendMaliciousERC20TransferButton", 5760],
    ["ppomSendMaliciousERC20ApprovalButton", 5760],
    ["ppomSendMaliciousSetApprovalForAllButton", 5760],
    ["ppomSendMaliciousContractInteractionButton", 5760],
    ["ppomSendThreeMaliciousTxsButton", 5760],
]) {
    test(`${button} is refused with ${code} before any window opens`, LIMIT, () => buttons.refused(button, code));
}

for (const [button, verify, place] of [
    ["personalSign", "personalSignVerify", "personalSignVerifyECRecoverResult"],
    ["signTypedData", "signTypedDataVerify", "signTypedDataVerifyResult"],
    ["signTypedDataV3", "signTypedDataV3Verify", "signTypedDataV3VerifyResult"],
    ["signTypedDataV4", "signTypedDataV4Verify", "signTypedDataV4VerifyResult"],
    ["signPermit", "signPermitVerify", "signPermitVerifyResult"],
]) {
    test(`${button} is signed, and the page recovers the account from it`, LIMIT, async () => {
        await buttons.signature(button);
        await buttons.verify(verify, place, address);
    });
}

for (const [button, danger] of [
    ["siwe", false],
    ["siweResources", false],
    ["siweBadDomain", true],
    ["siweBadAccount", true],
    ["siweMalformed", undefined],
    ["signBlurOrder", undefined],
    ["signPermitSingle", undefined],
    ["signPermitBatch", undefined],
    ["signSeaportBulkOrder", undefined],
    ["signExtraDataNotTyped", undefined],
    ["maliciousPermit", undefined],
    ["maliciousPermitHexPaddedChain", undefined],
    ["maliciousTradeOrder", undefined],
    ["maliciousSeaport", undefined],
]) {
    const how = danger === undefined ? "" : danger ? ", with its danger" : ", and nothing is dangerous about it";
    test(`${button} is signed as both devices show it${how}`, LIMIT, () => buttons.signature(button, { danger }));
}

for (const button of [
    "maliciousRawEthButton",
    "maliciousERC20TransferButton",
    "maliciousApprovalButton",
    "maliciousSetApprovalForAll",
    "maliciousContractInteractionButton",
]) {
    test(`${button} is sent if both owners insist`, LIMIT, () => buttons.transaction(button, {}));
}

for (const button of ["signTypedDataV4Batch", "sendEIP1559Queue", "signTypedDataV4Queue"]) {
    test(`${button} is refused together`, LIMIT, async () => {
        await buttons.click(button);
        const window = await world.approvalWindow();
        await window.card();
        // Those that wait for one another come one by one.
        const all = window.hook("reject-all");
        await page.waitForTimeout(500);
        await ((await all.count()) ? all.click() : window.click("reject"));
        await page.waitForFunction(() => window.calls.some((call) => call.code === 4001));
        await closeWindows(world);
        const codes = await page.evaluate(() => window.calls.filter((call) => call.done).map((call) => call.code));
        assert.ok(codes.filter((code) => code === 4001).length > 0);
        await buttons.done(button, `refused, ${codes.length} calls`);
        await page.reload({ waitUntil: "domcontentloaded" });
        await page.waitForSelector("#personalSign:not([disabled])", { state: "attached" });
    });
}

test("what follows from a key of encryption stays disabled, and asked for directly it is refused", LIMIT, async () => {
    for (const id of ["encryptMessageInput", "encryptButton", "decryptButton"])
        assert.ok(await page.locator(`#${id}`).isDisabled(), id);
    const code = await page.evaluate(
        (address) =>
            window.announced.request({ method: "eth_decrypt", params: ["0x7b7d", address] }).then(
                () => undefined,
                (error) => error.code,
            ),
        address,
    );
    assert.equal(code, -32004);
});

test("no button of this part was left out", () => buttons.all("dapp-signatures"));
