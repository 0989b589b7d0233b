// The whole story, through the real screens: three devices make a wallet, a dApp asks, two owners' screens approve, a
// chain mines. Prints each step; leaves a picture of each in shots/. Ends with 1 if anything is not as told.

import assert from "node:assert/strict";
import { getAddress, recoverMessageAddress, recoverTypedDataAddress } from "viem";
import { tell } from "./harness/telling.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";

const ETHER = 10n ** 18n;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

let say;
let shots;
let world;
await tell((itsWorld, itsSay, itsShots) => {
    [world, say, shots] = [itsWorld, itsSay, itsShots];
    return story();
});

async function story() {
    const address = await makeWallet(world, { say });
    say(`the wallet's address is ${address}`);
    await world.chain.fund(address, 10n * ETHER);
    say("funded with 10 ETH");

    const demo = await world.openDemo();
    await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
    const connect = await world.approvalWindow();
    const asked = await connect.card();
    assert.equal(asked.origin, world.demo.url);
    await connect.approve("connect");
    await demo.waitForFunction(
        (wanted) => document.getElementById("account").textContent === wanted,
        address.toLowerCase(),
    );
    say(`${world.demo.url} is connected, found by EIP-6963`);

    await transaction(demo, address, {
        ask: () => demo.click("#send button"),
        name: "send ETH",
        output: "send-result",
        check: async ({ to, value }) => {
            assert.equal(getAddress(to), BOB);
            assert.equal(BigInt(value), ETHER / 4n);
        },
    });
    await transaction(demo, address, {
        ask: () => demo.click("#deploy"),
        name: "deploy token",
        output: "deploy-result",
    });
    await transaction(demo, address, {
        ask: () => demo.click("#token button"),
        name: "token transfer",
        output: "token-result",
        check: async ({ to }) => {
            const balance = await world.chain.rpc(
                "eth_call",
                { to, data: `0x70a08231${BOB.slice(2).padStart(64, "0")}` },
                "latest",
            );
            assert.equal(BigInt(balance), (ETHER * 25n) / 2n);
        },
    });

    const message = await demo.inputValue("#personal input");
    const personal = await signature(demo, "personal sign", () => demo.click("#personal button"), "personal-result");
    assert.equal(await recoverMessageAddress({ message, signature: personal }), address);
    say(`personal_sign ${personal}\n          recovered: ${address}`);

    const typed = await signature(demo, "typed data", () => demo.click("#typed"), "typed-result");
    assert.equal(await recoverTypedDataAddress({ ...typedData(), signature: typed }), address);
    say(`eth_signTypedData_v4 ${typed}\n          recovered: ${address}`);

    await world.browser.page.bringToFront();
    await world.browser.home();
    await world.browser.click("nav-activity");
    await world.browser.page.waitForSelector('[data-testid="activity-row"]');
    await world.browser.shot("activity");
    say("done");
}

/** Asks, approves on both devices, and waits for the receipt. */
async function transaction(demo, address, { ask, check, name, output }) {
    await demo.bringToFront();
    await ask();
    const { card, window } = await approveOnBoth(world, name);
    say(`${name}: "${card.headline}" approved on both devices`);
    const hash = await done(demo, output);
    const [receipt, mined] = await Promise.all([
        world.chain.rpc("eth_getTransactionReceipt", hash),
        world.chain.rpc("eth_getTransactionByHash", hash),
    ]);
    assert.equal(receipt.status, "0x1");
    assert.equal(getAddress(mined.from), address, "the node recovers the wallet as the sender");
    await check?.(mined);
    say(
        `${name}: ${hash}\n          block ${Number(receipt.blockNumber)}, gas ${Number(receipt.gasUsed)}, from ${getAddress(mined.from)}`,
    );
    await finish(window, name);
    await demo.bringToFront();
    await shots.take(demo, `${name} demo`);
}

async function signature(demo, name, ask, output) {
    await demo.bringToFront();
    await ask();
    const { window } = await approveOnBoth(world, name);
    const value = await done(demo, output);
    await finish(window, name);
    return value;
}

async function done(demo, output) {
    await demo.waitForFunction(
        (id) => /^(done|failed)$/.test(document.getElementById(id).dataset.state ?? ""),
        output,
        {
            timeout: 60_000,
        },
    );
    const { state, text, value } = await demo.locator(`#${output}`).evaluate((place) => ({
        state: place.dataset.state,
        text: place.textContent,
        value: place.dataset.value,
    }));
    assert.equal(state, "done", text);
    return value;
}

async function finish(window, name) {
    await world.phone.shot(`${name} done`);
    if (!window.page.isClosed()) await window.closeResult().catch(() => undefined);
    await world.phone.closeResult();
}

/** What the demo page signs; the EIP's own example. */
function typedData() {
    const person = [
        { name: "name", type: "string" },
        { name: "wallet", type: "address" },
    ];
    return {
        domain: {
            name: "Ether Mail",
            version: "1",
            chainId: 31337,
            verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        message: {
            from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            contents: "Hello, Bob!",
        },
        primaryType: "Mail",
        types: {
            Mail: [
                { name: "from", type: "Person" },
                { name: "to", type: "Person" },
                { name: "contents", type: "string" },
            ],
            Person: person,
        },
    };
}
