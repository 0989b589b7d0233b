// The extension's provider as a page meets it, before any wallet exists.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchExtension } from "./harness/browser.mjs";
import { root } from "./harness/process.mjs";
import { serve } from "./harness/server.mjs";

const LIMIT = { timeout: 30_000 };
const EMPTY = { body: "<!doctype html><title>page</title>" };
let directory;
let extension;
let site;

before(async () => {
    site = await serve(undefined, {
        extra: {
            "/": EMPTY,
            "/early": {
                body: `<!doctype html><script>
                    window.found = [];
                    addEventListener("eip6963:announceProvider", (event) => found.push(event.detail));
                    dispatchEvent(new Event("eip6963:requestProvider"));
                    window.inSameTick = found.length;
                    window.ethereumAtStart = window.ethereum;
                </script>`,
            },
            "/script.js": { body: "window.foreignRan = true", type: "text/javascript" },
            "/framing": { body: `<!doctype html><iframe src="/"></iframe>` },
            "/nailed": {
                body: `<!doctype html><script>
                    window.pollution = {};
                    Object.defineProperty(Object.prototype, "polluted", { value: "yes", enumerable: true });
                </script>`,
            },
        },
    });
    // The very extension, with one page more: a debugger's evaluate bypasses the policy, so only a script that the
    // page loads by itself is a witness of it.
    directory = await mkdtemp(join(tmpdir(), "symbolon-probe-"));
    await cp(join(root, "target/extension"), directory, { recursive: true });
    await writeFile(join(directory, "probe.html"), '<!doctype html><script src="probe.js"></script>');
    await writeFile(join(directory, "probe.js"), `(${probe})("${site.url}")`);
    extension = await launchExtension({ directory });
});

after(async () => {
    await extension?.close();
    await site?.stop();
    await rm(directory, { recursive: true, force: true });
});

async function probe(foreign) {
    const caught = (run) => {
        try {
            run();
            return "ran";
        } catch (error) {
            return error.name;
        }
    };
    const loaded = (fill) =>
        new Promise((resolve) => {
            const script = document.createElement("script");
            fill(script);
            script.onload = () => resolve("ran");
            script.onerror = () => resolve("refused");
            document.addEventListener("securitypolicyviolation", () => resolve("refused"), { once: true });
            document.head.append(script);
        });
    const probed = {
        eval: caught(() => eval("1")),
        function: caught(() => new Function("return 1")()),
        inline: await loaded((script) => (script.textContent = "window.inlineRan = true")),
        foreign: await loaded((script) => (script.src = `${foreign}/script.js`)),
        wasm: await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => "compiles", String),
    };
    if (window.inlineRan) probed.inline = "ran";
    window.probed = probed;
}

async function visit(path = "/") {
    const page = await extension.context.newPage();
    await page.goto(site.url + path);
    return page;
}

const ask = (page, method, params) =>
    page.evaluate(
        ([method, params]) =>
            window.ethereum.request(params === undefined ? { method } : { method, params }).then(
                (result) => ({ result }),
                (error) => ({ code: error.code, message: error.message, isError: error instanceof Error }),
            ),
        [method, params],
    );

test("a page finds the provider in the tick in which it asks", LIMIT, async () => {
    const page = await visit("/early");
    const found = await page.evaluate(() => ({
        inSameTick: window.inSameTick,
        frozen: Object.isFrozen(found[0]) && Object.isFrozen(found[0].info),
        info: found[0].info,
        providerIsFrozen: Object.isFrozen(found[0].provider),
        isMetaMask: "isMetaMask" in found[0].provider,
        same: found[0].provider === window.ethereumAtStart,
    }));
    assert.equal(found.inSameTick, 1);
    assert.equal(found.frozen, true);
    assert.equal(found.providerIsFrozen, false);
    assert.equal(found.isMetaMask, false);
    assert.equal(found.same, true);
    assert.equal(found.info.rdns, "org.symbolon.wallet");
    assert.match(found.info.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(found.info.icon, /^data:image\/svg\+xml/);
    await page.close();
});

test("a page that is loaded again gets another uuid", LIMIT, async () => {
    const page = await visit("/early");
    const first = await page.evaluate(() => found[0].info.uuid);
    await page.reload();
    assert.notEqual(await page.evaluate(() => found[0].info.uuid), first);
    await page.close();
});

test("the chain and the accounts are answered before a wallet exists", LIMIT, async () => {
    const page = await visit();
    assert.match((await ask(page, "eth_chainId")).result, /^0x[1-9a-f][0-9a-f]*$/);
    assert.match((await ask(page, "net_version")).result, /^[1-9][0-9]*$/);
    assert.deepEqual(await ask(page, "eth_accounts"), { result: [] });
    await page.close();
});

test("pages of before EIP-1193 are answered through send and sendAsync", LIMIT, async () => {
    const page = await visit();
    const legacy = await page.evaluate(async () => {
        const { ethereum } = window;
        const called = (act) => new Promise((resolve) => act((error, response) => resolve({ error, response })));
        const payload = { id: 7, jsonrpc: "2.0", method: "eth_chainId", params: [] };
        const promised = await ethereum.send("eth_chainId");
        return {
            promised,
            back: await called((callback) => ethereum.send(payload, callback)),
            async: await called((callback) => ethereum.sendAsync(payload, callback)),
            batch: await called((callback) => ethereum.sendAsync([payload, { ...payload, id: 8 }], callback)),
            atOnce: ethereum.send({ id: 9, method: "net_version" }),
            never: (() => {
                try {
                    return ethereum.send({ id: 10, method: "toString" });
                } catch (error) {
                    return error.code;
                }
            })(),
            refused: (await called((callback) => ethereum.sendAsync({ id: 11, method: "eth_nonsense" }, callback)))
                .error.code,
        };
    });
    assert.match(legacy.promised.result, /^0x/);
    for (const { error, response } of [legacy.back, legacy.async]) {
        assert.equal(error, null);
        assert.deepEqual([response.id, response.result], [7, legacy.promised.result]);
    }
    assert.deepEqual(
        legacy.batch.response.map(({ id, result }) => [id, result]),
        [
            [7, legacy.promised.result],
            [8, legacy.promised.result],
        ],
    );
    assert.equal(legacy.atOnce.result, String(Number(legacy.promised.result)));
    assert.deepEqual([legacy.never, legacy.refused], [-32600, -32601]);
    await page.close();
});

test("listeners come, go and break without each other's knowledge", LIMIT, async () => {
    const page = await visit();
    const heard = await page.evaluate(() => {
        const { ethereum } = window;
        const heard = [];
        const one = (data) => heard.push(`one ${data}`);
        const broken = () => {
            throw new Error("broken");
        };
        window.addEventListener("error", (event) => event.preventDefault());
        ethereum
            .on("x", one)
            .on("x", broken)
            .once("x", (data) => heard.push(`once ${data}`))
            .addListener("x", one);
        ethereum.emit("x", 1);
        ethereum.off("x", one);
        ethereum.emit("x", 2);
        ethereum.removeListener("x", broken);
        const count = ethereum.listenerCount("x");
        ethereum.removeAllListeners("x");
        return { heard, count, any: ethereum.emit("x", 3) };
    });
    assert.deepEqual(heard, { heard: ["one 1", "once 1", "one 1", "one 2"], count: 1, any: false });
    await page.close();
});

test("an unknown method is -32601 and opens no window", LIMIT, async () => {
    const page = await visit();
    const pages = extension.context.pages().length;
    const answer = await ask(page, "eth_nonsense");
    assert.equal(answer.code, -32601);
    assert.equal(answer.message, 'The method "eth_nonsense" does not exist / is not available.');
    assert.equal(answer.isError, true);
    assert.equal(extension.context.pages().length, pages);
    await page.close();
});

test("parameters over a mebibyte are refused in the page", LIMIT, async () => {
    const page = await visit();
    const answer = await page.evaluate(() =>
        window.ethereum.request({ method: "eth_call", params: ["x".repeat(1024 * 1024)] }).catch((error) => error.code),
    );
    assert.equal(answer, -32602);
    await page.close();
});

test("a forged message that is too large never reaches the worker", LIMIT, async () => {
    const page = await visit();
    const answer = await page.evaluate(
        () =>
            new Promise((resolve) => {
                addEventListener("message", ({ data }) => data?.target === "symbolon:inpage" && resolve(data));
                postMessage(
                    { target: "symbolon:content", id: "a", method: "eth_call", params: "x".repeat(2 ** 21) },
                    origin,
                );
            }),
    );
    assert.equal(JSON.parse(answer.answer).error.code, -32600);
    await page.close();
});

test("a frame inside of a page has no provider", LIMIT, async () => {
    const page = await visit("/framing");
    const frame = page.frames()[1];
    await frame.waitForLoadState();
    assert.equal(await frame.evaluate(() => typeof window.ethereum), "undefined");
    await page.close();
});

test("a polluted prototype changes no answer", LIMIT, async () => {
    const page = await visit("/nailed");
    assert.deepEqual(await ask(page, "eth_accounts"), { result: [] });
    await page.close();
});

test("a flood of calls is refused, and other sites are served meanwhile", LIMIT, async () => {
    const page = await visit();
    const codes = await page.evaluate(() =>
        Promise.all(
            Array.from({ length: 1_500 }, () =>
                window.ethereum.request({ method: "eth_chainId" }).catch((e) => e.code),
            ),
        ),
    );
    assert.ok(codes.includes(-32005));
    const other = await extension.context.newPage();
    await other.goto(site.url.replace("127.0.0.1", "localhost"));
    assert.match((await ask(other, "eth_chainId")).result, /^0x/);
    await other.close();
    await page.close();
});

test("a call outlives the worker's death", LIMIT, async () => {
    const page = await visit();
    await page.waitForTimeout(1_500); // The flood of the test before has drained off.
    assert.match((await ask(page, "eth_chainId")).result, /^0x/);
    for (let round = 0; round < 5; round += 1) {
        const killed = extension.killWorker(page);
        const answers = await Promise.all(Array.from({ length: 5 }, () => ask(page, "eth_chainId")));
        await killed;
        for (const answer of answers) assert.match(answer.result, /^0x/);
    }
    await page.close();
});

test("the extension's pages run no eval, no inline script and no foreign script", LIMIT, async () => {
    const page = await extension.open("probe.html");
    await page.waitForFunction(() => window.probed);
    assert.deepEqual(await page.evaluate(() => window.probed), {
        eval: "EvalError",
        foreign: "refused",
        function: "EvalError",
        inline: "refused",
        wasm: "compiles",
    });
    await page.close();
});

test("no page can frame or load a page of the extension", LIMIT, async () => {
    const page = await visit();
    const loaded = await page.evaluate(
        (address) =>
            fetch(address).then(
                () => "loaded",
                () => "refused",
            ),
        `${extension.origin}/popup.html`,
    );
    assert.equal(loaded, "refused");
    await page.close();
});
