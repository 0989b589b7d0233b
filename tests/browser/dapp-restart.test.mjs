// A pass of `@metamask/test-dapp`'s own buttons in which the extension's worker dies once at each of them, at a step that
// is drawn at random: nothing is lost, and nothing comes twice. `SEED=<number>` draws the same steps again; with
// `EVERY_BUTTON=1` the pass is of all buttons that sign or send, some minutes more.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { startTestDapp } from "./harness/buttons.mjs";
import { mortal } from "./harness/death.mjs";
import { leave, signThrough, told, transactions, windows } from "./harness/signing.mjs";

const EVERY_BUTTON = Boolean(process.env.EVERY_BUTTON);
const LIMIT = { timeout: EVERY_BUTTON ? 600_000 : 180_000 };
/** A signature takes about so many steps, and a death that is drawn beyond the last one does not come. */
const STEPS = 24;
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const draw = generator(seed);
/** Names of the steps before which the worker died, and how often. */
const deaths = {};
const hashes = [];
let address;
let asked = 0;
let buttons;
let page;
let retries = 0;
let site;
let started;
let world;

before(
    async () => {
        console.log(`    SEED=${seed}`);
        ({ address, buttons, page, site, world } = await startTestDapp());
        // Every answer that reaches the page, by the id of its question: a promise would hide a second one.
        await page.evaluate(() => {
            window.heard = {};
            addEventListener("message", ({ data }) => {
                if (data?.target === "symbolon:inpage" && data.id !== undefined)
                    window.heard[data.id] = (window.heard[data.id] ?? 0) + 1;
            });
        });
        await buttons.here("connectButton");
        await buttons.text("accounts", address);
        started = await transactions(world, address);
    },
    { timeout: 240_000 },
);

// A test that failed half-way leaves no request behind for the next.
afterEach(() => buttons.clear());

after(async () => {
    await world?.stop();
    await site?.stop();
});

/** Numbers from 0 up to a bound (mulberry32, public domain): the same for the same seed. */
function generator(state) {
    return (bound) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % bound;
    };
}

/** The worker that runs now; woken if none does. */
async function worker() {
    await page.evaluate(() => window.announced.request({ method: "eth_chainId" }));
    return world.extension.context.serviceWorkers().at(-1);
}

/** What the page's script asked of the wallet and was answered, once it is. */
async function answers() {
    const calls = await page.evaluate(() =>
        window.calls.filter(({ method }) => /^(eth_send|eth_sign|personal_sign|wallet_sendCalls)/.test(method)),
    );
    return calls.length > 0 && calls.every((call) => call.done) && calls;
}

/** Presses the button, and the owner's on both devices, while the worker dies at some step. Gives the answers. */
async function press(button, { approvals = 1 } = {}) {
    const mortality = await mortal(await worker(), draw(STEPS * approvals));
    await buttons.click(button);
    const bury = () => world.extension.killWorker(page);
    const through = await signThrough(world, page, {
        bury,
        death: mortality.died,
        heard: answers,
    });
    let { died } = through;
    assert.ok(windows(world).length < 2, `two windows for one request (${button}, death before: ${died})`);
    if (died === undefined) {
        // Steps that come after the page has its answer.
        died = await Promise.race([mortality.died, page.waitForTimeout(700)]);
        if (died === undefined) {
            await mortality.spare();
            died = "none came";
        } else await bury();
    }
    deaths[died] = (deaths[died] ?? 0) + 1;
    retries += through.retries;
    asked += 1;
    await leave(world);
    for (const { code, message } of through.hash) assert.equal(code, undefined, `${button} (${died}): ${message}`);
    buttons.driven.add(button);
    return through.hash.map(({ result }) => result);
}

/** A transaction, which the node has. */
async function sent(button) {
    const results = await press(button);
    for (const hash of results) await buttons.receipt(hash);
    hashes.push(...results);
}

for (const [what, sending, signing] of [
    ["ether is sent", ["sendButton", "sendEIP1559Button", "sendEIP1559WithoutGasButton"], []],
    [
        "messages and typed data are signed",
        [],
        ["personalSign", "signTypedData", "signTypedDataV4", "signPermit", "siwe"],
    ],
]) {
    test(`${what}, whatever the worker was at when it died`, LIMIT, async () => {
        for (const button of sending) await sent(button);
        for (const button of signing) for (const one of await press(button)) assert.match(one, /^0x[0-9a-f]{130}$/);
    });
}

test("a contract is deployed and used", LIMIT, async () => {
    await sent("deployButton");
    await buttons.text("contractStatus", "Deployed");
    await sent("depositButton");
    await buttons.text("contractStatus", "Deposit completed");
    await sent("withdrawButton");
    await buttons.text("contractStatus", "Withdrawn");
});

test("a token is created, sent and allowed to be sent", LIMIT, async () => {
    await sent("createToken");
    await buttons.text("erc20TokenAddresses", /0x[0-9a-fA-F]{40}/);
    await sent("transferTokens");
    await sent("approveTokens");
});

const REST = { ...LIMIT, skip: EVERY_BUTTON ? false : "EVERY_BUTTON is not set" };

test("dangerous ones are sent, and signed, if both owners insist", REST, async () => {
    await sent("sendHeavyHexDataButton");
    for (const button of [
        "maliciousRawEthButton",
        "maliciousERC20TransferButton",
        "maliciousApprovalButton",
        "maliciousSetApprovalForAll",
        "maliciousContractInteractionButton",
    ])
        await sent(button);
    for (const button of [
        "signTypedDataV3",
        "siweResources",
        "siweBadDomain",
        "siweBadAccount",
        "siweMalformed",
        "signBlurOrder",
        "signPermitSingle",
        "signPermitBatch",
        "signSeaportBulkOrder",
        "signExtraDataNotTyped",
        "maliciousPermit",
        "maliciousPermitHexPaddedChain",
        "maliciousTradeOrder",
        "maliciousSeaport",
    ])
        for (const one of await press(button)) assert.match(one, /^0x[0-9a-f]{130}$/);
});

test("contracts that fail or hold ether for several are made and used", REST, async () => {
    await sent("deployFailingButton");
    await buttons.text("failingContractStatus", "Deployed");
    await sent("sendFailingButton");
    await sent("deployMultisigButton");
    await buttons.text("multisigContractStatus", "Deployed");
    await sent("sendMultisigButton");
    await sent("transferTokensWithoutGas");
    await sent("approveTokensWithoutGas");
    await sent("increaseTokenAllowance");
});

test("items of collections are made, allowed and moved", REST, async () => {
    await sent("deployNFTsButton");
    await buttons.text("nftsStatus", "Deployed");
    await buttons.fill("mintAmountInput", "2");
    for (const [button, status] of [
        ["mintButton", "Mint completed"],
        ["approveButton", "Approve completed"],
        ["setApprovalForAllButton", "Set Approval For All completed"],
        ["revokeButton", "Revoke completed"],
        ["transferFromButton", "Transfer From completed"],
    ]) {
        await sent(button);
        await buttons.text("nftsStatus", status);
    }
    for (const one of await press("sign721Permit")) assert.match(one, /^0x[0-9a-f]{130}$/);
    await sent("deployERC1155Button");
    await buttons.text("erc1155TokenAddresses", /0x[0-9a-fA-F]{40}/);
    await buttons.fill("batchMintTokenIds", "1, 2, 3");
    await buttons.fill("batchMintIdAmounts", "1, 1, 1000000000000000");
    for (const [button, status] of [
        ["batchMintButton", "Batch Minting completed"],
        ["setApprovalForAllERC1155Button", "Set Approval For All completed"],
        ["revokeERC1155Button", "Revoke completed"],
    ]) {
        await sent(button);
        await buttons.text("erc1155Status", status);
    }
    await buttons.fill("batchTransferTokenIds", "1, 2, 3");
    await buttons.fill("batchTransferTokenAmounts", "1, 1, 1");
    await sent("batchTransferFromButton");
    await buttons.text("erc1155Status", "Batch Transfer From completed");
});

test("a bundle is sent call by call", LIMIT, async () => {
    await page.evaluate(() => (window.contentWithSteps = true));
    const [{ id }] = await press("eip5792SendCallsButton", { approvals: 2 });
    await page.evaluate(() => (window.contentWithSteps = false));
    // The page has its answer with the first call, and the owner goes on.
    const status = (id) => window.announced.request({ method: "wallet_getCallsStatus", params: [id] });
    const heard = async () => {
        const bundle = await page.evaluate(status, id);
        return bundle.status !== 100 && bundle;
    };
    const { hash: bundle } = await signThrough(world, page, { heard });
    await leave(world);
    assert.deepEqual([bundle.status, bundle.receipts.length], [200, 2]);
    hashes.push(...bundle.receipts.map(({ transactionHash }) => transactionHash));
});

test("nothing was lost, and nothing came twice", LIMIT, async () => {
    assert.equal(new Set(hashes).size, hashes.length, "each answer is a transaction of its own");
    const all = await Promise.all(hashes.map((hash) => world.chain.rpc("eth_getTransactionByHash", hash)));
    const nonces = all.map(({ nonce }) => Number(nonce)).sort((a, b) => a - b);
    assert.deepEqual(
        nonces,
        hashes.map((_, index) => started + index),
    );
    assert.equal(await transactions(world, address), started + hashes.length, "the node has no other one");
    for (const device of [world.browser, world.phone])
        assert.deepEqual(
            await told(device, hashes),
            hashes.map(() => 1),
        );
    const heard = await page.evaluate(() => Object.values(window.heard));
    assert.ok(heard.length >= asked && heard.every((times) => times === 1), "each question was answered once");
    const died = Object.entries(deaths).filter(([step]) => step !== "none came");
    assert.ok(died.reduce((sum, [, times]) => sum + times, 0) >= buttons.driven.size / 3, "hardly any death came");
    console.log(
        `    ${buttons.driven.size} buttons, ${asked} questions, ${heard.length} answers heard, ` +
            `${hashes.length} transactions with nonces ${nonces[0]} to ${nonces.at(-1)}; ` +
            `deaths before ${JSON.stringify(deaths)}; "try again" pressed ${retries} times`,
    );
});
