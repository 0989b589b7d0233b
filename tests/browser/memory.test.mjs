// What is left in memory once a device is locked: the memories of the worker's and the page's WebAssembly instances, and
// the texts of their heaps, are searched for the password, for what opens the vault, and for every share.
//
// With the variable EVERY_PROCESS set so are all of the browsers' processes, to the last byte: minutes, and Linux only.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openRecord, records, secrets, vaultKeyOf } from "./harness/atrest.mjs";
import { Debugger, processMemory } from "./harness/memory.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 600_000 };
const ETHER = 10n ** 18n;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/** What an open device works with, by the names of `canaries`; the data key of a record goes as soon as it is read. */
const IN_USE = [
    "channel key of the device",
    "scalar of key/active/ecdsa-secp256k1",
    "scalar of key/active/ed25519",
    "scalar of key/active/schnorr-secp256k1",
    "seed of the device",
    "vault key",
];
let world;

before(
    async () => {
        world = await World.start();
        const address = await makeWallet(world, { cosigner: false });
        await world.chain.fund(address, 10n * ETHER);
        await sign();
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

/** Sends once, so that every secret of a device was in use. */
async function sign() {
    const { browser, phone } = world;
    await browser.send({ amount: "1", to: BOB });
    for (const device of [browser, phone]) {
        await device.page.bringToFront();
        await device.approve();
    }
    for (const device of [browser, phone]) {
        await device.page.bringToFront();
        await device.page.waitForSelector('[data-testid="result"]');
        await device.home();
    }
}

/** Everything that a locked device must not hold, by name; read off its disk by the documentation and the password. */
async function canaries(page) {
    const all = await records(page);
    const { stretched, vaultKey } = await vaultKeyOf(PASSWORD, all);
    const { plain } = openRecord(vaultKey, "device/identity", Buffer.from(all["device/identity"], "hex"));
    return {
        ...secrets(vaultKey, all),
        // version, 1 ‖ seed of the signing key, 32 ‖ key of the channels, 32
        "channel key of the device": plain.subarray(33, 65),
        password: Buffer.from(PASSWORD),
        "seed of the device": plain.subarray(1, 33),
        "stretched password": stretched,
    };
}

/** How a secret may be written: as text, and as bytes. */
function writings(needle) {
    // The same bytes at another place of a longer text: without what its neighbours have a part in.
    const base64 = [0, 1, 2].map((offset) =>
        Buffer.concat([Buffer.alloc(offset), needle])
            .toString("base64")
            .slice(offset && 4, -4),
    );
    const texts = [needle.toString("latin1"), needle.toString("hex"), ...base64];
    // Words of a number stand the other way round in memory.
    const bytes = [Buffer.from(needle).reverse(), ...texts.map((text) => Buffer.from(text, "latin1"))];
    return { bytes: [...bytes, ...texts.map((text) => Buffer.from(text, "utf16le"))], texts };
}

/** Names of the canaries that are in a snapshot. */
function found({ memories, texts }, needles) {
    const has = (name) => {
        const forms = writings(needles[name]);
        return (
            memories.some((memory) => forms.bytes.some((form) => memory.includes(form))) ||
            texts.some((text) => forms.texts.some((form) => text.includes(form)))
        );
    };
    return Object.keys(needles).filter(has).sort();
}

/**
 * Names of the canaries that are anywhere in the browsers' processes, garbage and the engine's own memory included. The
 * password is not looked for: as a text it passes through the browser's own processes, and is found there.
 */
async function inProcesses({ password: _, ...needles }) {
    const hits = new Set();
    const forms = Object.entries(needles).map(([name, needle]) => [name, writings(needle).bytes]);
    for await (const part of processMemory()) {
        for (const [name, all] of forms) if (all.some((form) => part.includes(form))) hits.add(name);
    }
    return [...hits].sort();
}

/** Puts a text into the worker that a scan of texts must find; it is made there. */
async function plant(worker) {
    const seed = [...crypto.getRandomValues(new Uint8Array(24))];
    await worker.send("Runtime.evaluate", {
        expression: `globalThis.planted =
            ${JSON.stringify(seed)}.map((byte) => byte.toString(16).padStart(2, "0")).join("")`,
    });
    return { "planted text": Buffer.from(seed) };
}

for (const name of ["browser", "phone"]) {
    test(`once the ${name} is locked, neither its worker nor its page holds a secret`, LIMIT, async () => {
        const screens = world[name];
        await screens.page.bringToFront();
        const worker =
            name === "browser" ? await Debugger.ofExtension(world.extension) : await Debugger.ofPage(screens.page);
        const page = await Debugger.ofScreen(screens.page);
        try {
            const planted = await plant(worker);
            const needles = { ...(await canaries(screens.page)), ...planted };
            const open = [...IN_USE, ...Object.keys(planted)].sort();
            const first = await worker.snapshot();
            assert.deepEqual(found(first, needles), open, "open: what it works with, and nothing else");

            await screens.click("nav-home");
            await screens.click("lock");
            await screens.on("unlock");
            assert.deepEqual(found(await worker.snapshot(), needles), Object.keys(planted), "locked");
            assert.deepEqual(found(await page.snapshot(), needles), [], "locked, the page");

            if (process.env["EVERY_PROCESS"])
                assert.deepEqual(await inProcesses(needles), Object.keys(planted), "garbage");
            await screens.unlock(PASSWORD);
            await screens.on("home");
            assert.deepEqual(found(await page.snapshot(), needles), [], "open again, the page");
            const again = await worker.snapshot();
            assert.deepEqual(found(again, needles), open, "open again");
            assert.equal(again.memories.length, first.memories.length, "no instance is kept for each password");
            const size = again.memories.reduce((sum, memory) => sum + memory.length, 0);
            console.log(
                `    ${name}: ${Object.keys(needles).length} canaries in ${again.memories.length} memories, ` +
                    `${size} bytes and ${again.texts.length} texts`,
            );
        } finally {
            await page.close();
            await worker.close();
        }
    });
}
