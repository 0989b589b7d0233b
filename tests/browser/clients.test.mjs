// Pages built with the libraries that dApps are built with, from npm and as they are. None is treated specially: each
// finds the wallet by EIP-6963, connects, is still connected after a reload, adds and switches chains, sends, signs
// and disconnects.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { verifyMessage } from "viem";
import { startChain } from "./harness/chain.mjs";
import { root } from "./harness/process.mjs";
import { serve } from "./harness/server.mjs";
import { closeWindows } from "./harness/signing.mjs";
import { approveOnBoth, makeWallet, phoneShows } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 240_000 };
const CLIENTS = ["viem", "wagmi", "ethers6", "ethers5", "web3", "onboard"];
const HOME = 31337;
const TO = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const done = [];
let address;
let other;
let sites;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world, { cosigner: false });
        await world.chain.fund(address, 10n ** 19n);
        other = await startChain();
        sites = await Promise.all(CLIENTS.map((name, index) => page(name, 40_001 + index)));
    },
    { timeout: 240_000 },
);

after(async () => {
    console.log(`clients: ${done.length} of ${CLIENTS.length * 8} steps: ${CLIENTS.join(", ")}`);
    await world?.stop();
    await other?.stop();
    for (const site of sites ?? []) await site.stop();
});

/** A page of one library, on an origin of its own. */
async function page(name, id) {
    const { outputFiles } = await build({
        absWorkingDir: root,
        bundle: true,
        conditions: ["browser"],
        define: { global: "window", "process.env.NODE_ENV": '"production"' },
        entryPoints: [join(root, "tests/browser/clients", `${name}.js`)],
        format: "esm",
        logLevel: "error",
        platform: "browser",
        target: "es2022",
        write: false,
    });
    const chains = JSON.stringify([
        { id: HOME, name: "Anvil", url: world.chain.url },
        { id, name: `Chain of ${name}`, url: other.url },
    ]);
    const site = await serve(undefined, {
        extra: {
            "/": {
                body: `<!doctype html><title>${name}</title><script>window.chains = ${chains}; window.process = { env: {} };</script>
                    <script type="module" src="/page.js"></script>`,
            },
            "/page.js": { body: outputFiles[0].contents, type: "text/javascript" },
        },
    });
    return { ...site, chain: { id, name: `Chain of ${name}`, url: other.url } };
}

const call = (tab, name, argument) =>
    tab.evaluate(([name, argument]) => window.client[name](argument), [name, argument]);

/** The library says the chain, too; ethers 6 keeps an answer for a quarter of a second. */
const chain = (tab, wanted) => until(async () => (await call(tab, "chain")) === wanted);

/** Waits until a library is so far; a page's own `waitForFunction` takes a promise for an answer. */
async function until(is) {
    const late = Date.now() + 30_000;
    while (!(await is())) {
        assert.ok(Date.now() < late, "not within half a minute");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

async function open(site, tab) {
    await (tab ? tab.reload() : (tab = await world.extension.context.newPage()).goto(site.url));
    await tab.waitForFunction(() => window.client !== undefined);
    return tab;
}

/** Starts something that asks, and approves it here; gives what the page gets. */
async function agree(asked) {
    asked.catch(() => undefined);
    await (await world.approvalWindow()).approve();
    const result = await asked;
    await closeWindows(world);
    return result;
}

/** Starts something to be signed, and approves it on both devices. */
async function sign(asked, step) {
    asked.catch(() => undefined);
    await phoneShows(world, (await (await world.approvalWindow()).card()).request);
    await approveOnBoth(world, step);
    await world.phone.closeResult();
    const result = await asked;
    await closeWindows(world);
    return result;
}

const lower = (list) => list.map((one) => one.toLowerCase());

for (const [index, name] of CLIENTS.entries()) {
    test(`${name} does all that it does with other wallets`, LIMIT, async (t) => {
        const site = sites[index];
        const me = address.toLowerCase();
        const step = async (title, act) => {
            await t.test(title, LIMIT, async () => {
                await act();
                done.push(`${name}: ${title}`);
            });
        };
        let tab = await open(site);
        tab.setDefaultTimeout(60_000);

        await step("it connects", async () => {
            assert.deepEqual(lower(await agree(call(tab, "connect"))), [me]);
        });
        await step("it is connected after a reload, and nobody is asked", async () => {
            tab = await open(site, tab);
            await until(async () => (await call(tab, "accounts")).length > 0);
            assert.deepEqual(lower(await call(tab, "accounts")), [me]);
            assert.equal(world.extension.context.pages().filter((one) => one.url().includes("approval")).length, 0);
        });
        await step("it adds a chain, which becomes the active one", async () => {
            await other.rpc("anvil_setChainId", site.chain.id);
            await agree(call(tab, "add", site.chain));
            await tab.waitForFunction((id) => window.heard.at(-1) === id, `0x${site.chain.id.toString(16)}`);
            await chain(tab, site.chain.id);
        });
        await step("it switches back", async () => {
            await agree(call(tab, "switch", HOME));
            await tab.waitForFunction((id) => window.heard.at(-1) === id, `0x${HOME.toString(16)}`);
            await chain(tab, HOME);
        });
        await step("it sends", async () => {
            const hash = await sign(call(tab, "send", TO), `${name} send`);
            const receipt = await world.chain.rpc("eth_getTransactionReceipt", hash);
            assert.deepEqual([receipt.from, receipt.to, receipt.status], [me, TO, "0x1"]);
        });
        await step("it has a message signed", async () => {
            const message = `signed with ${name}`;
            const signature = await sign(call(tab, "sign", message), `${name} sign`);
            assert.equal(await verifyMessage({ address, message, signature }), true);
        });
        await step("a refusal reaches it as code 4001", async () => {
            const refused = tab.evaluate(async () => {
                const codes = [];
                await window.client.sign("no").catch((error) => {
                    for (let one = error; one; one = one.cause ?? one.innerError ?? one.info?.error ?? one.error) {
                        codes.push(one.code);
                    }
                });
                return codes;
            });
            refused.catch(() => undefined);
            const window = await world.approvalWindow();
            await window.click("reject");
            const codes = await refused;
            assert.ok(codes.includes(4001) || codes.includes("ACTION_REJECTED"), String(codes));
            await closeWindows(world);
            await world.phone.closeResult().catch(() => undefined);
        });
        await step("it disconnects, and is not connected after a reload", async () => {
            await call(tab, "disconnect");
            tab = await open(site, tab);
            assert.deepEqual(await call(tab, "accounts"), []);
        });
        await tab.close();
    });
}
