// Pages that mean harm: what they do to their own world, to our messages and to the owner's patience changes nothing.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Screens } from "./harness/screens.mjs";
import { serve } from "./harness/server.mjs";
import { closeWindows, windows } from "./harness/signing.mjs";
import { makeWallet, phoneShows } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const HTML = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
let address;
let site;
let world;

before(
    async () => {
        world = await World.start();
        address = (await makeWallet(world, { cosigner: false })).toLowerCase();
        await world.chain.fund(address, 10n ** 19n);
        site = await serve(undefined, {
            extra: {
                "/": { body: "<!doctype html><title>page</title>" },
                // Asks by a script of its own: a debugger's evaluate needs what was replaced.
                "/tampered": { body: `<!doctype html><script>(${tamper})(); (${askTampered})()</script>` },
                "/frames": { body: `<!doctype html><iframe src="/"></iframe>` },
            },
        });
    },
    { timeout: 240_000 },
);

after(async () => {
    await world?.stop();
    await site?.stop();
});

afterEach(async () => {
    for (const page of windows(world)) {
        const window = new Screens(page);
        for (const button of ["reject-all", "reject"]) {
            if (await window.hook(button).count()) await window.click(button).catch(() => undefined);
        }
    }
    await closeWindows(world);
});

/** Everything that a page, or a library in it, could replace after our script ran. */
function tamper() {
    const wrong = () => {
        throw new Error("tampered");
    };
    JSON.parse = () => ({ error: { code: 666, message: "tampered" } });
    JSON.stringify = wrong;
    for (const name of ["call", "apply", "bind"]) Function.prototype[name] = wrong;
    for (const name of ["get", "set", "delete", "has", "clear"]) Map.prototype[name] = wrong;
    for (const name of ["push", "slice", "filter", "map", "find", "findIndex", "concat"]) Array.prototype[name] = wrong;
    Array.isArray = () => false;
    Array.prototype[Symbol.iterator] = wrong;
    Reflect.apply = wrong;
    Object.hasOwn = () => true;
    window.postMessage = wrong;
    window.dispatchEvent = wrong;
    Object.prototype.error = { code: 666, message: "polluted" };
    Object.prototype.method = "eth_sign";
    Object.prototype.target = "symbolon:inpage";
    Object.prototype.kind = "answer";
    window.Promise = class extends Promise {
        constructor() {
            super(() => undefined);
        }
    };
}

function askTampered() {
    const call = Object.create(null);
    call.method = "eth_chainId";
    window.ethereum.request(call).then(
        (result) => (document.title = `answer ${result}`),
        (error) => (document.title = `error ${error.message}`),
    );
}

async function visit(path = "/", host = "127.0.0.1") {
    const page = await world.extension.context.newPage();
    await page.goto(site.url.replace("127.0.0.1", host) + path);
    return page;
}

const ask = (page, method, params = []) =>
    page.evaluate(
        ([method, params]) =>
            window.ethereum.request({ method, params }).then(
                (result) => ({ result }),
                ({ code, data, message }) => ({ code, data, message }),
            ),
        [method, params],
    );

async function connect(page) {
    const asked = ask(page, "eth_requestAccounts");
    asked.catch(() => undefined);
    const { result } = await ask(page, "eth_accounts");
    if (result.length === 0) await (await world.approvalWindow()).approve();
    assert.deepEqual((await asked).result, [address]);
    await closeWindows(world);
}

const hex = (text) => `0x${Buffer.from(text).toString("hex")}`;

test(
    "a page that replaced JSON, Promise, Map, Array and Function.prototype still gets true answers",
    LIMIT,
    async () => {
        const page = await visit("/tampered");
        for (let tries = 0; tries < 100 && (await page.title()) === ""; tries += 1) await page.waitForTimeout(100);
        assert.equal(await page.title(), "answer 0x7a69");
        await page.close();
    },
);

test("answers that a page forges for itself end nobody's request", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const asked = page.evaluate((account) => {
        const asked = window.ethereum.request({ method: "personal_sign", params: ["0x6869", account] });
        for (const id of ["0", "1", "x"]) {
            for (const message of [
                { target: "symbolon:inpage", kind: "answer", id, answer: '{"result":"0xforged"}' },
                { target: "symbolon:inpage", kind: "event", name: "accountsChanged", data: '["0xforged"]' },
            ]) {
                window.postMessage(message, origin);
                window.dispatchEvent(new CustomEvent("message", { detail: message }));
                window.dispatchEvent(new MessageEvent("message", { data: message, origin: "https://evil.example" }));
            }
        }
        return asked.then(
            (result) => ({ result }),
            ({ code }) => ({ code }),
        );
    }, address);
    asked.catch(() => undefined);
    const window = await world.approvalWindow();
    assert.equal((await window.card()).origin, site.url);
    await window.click("reject");
    assert.deepEqual(await asked, { code: 4001 });
    await page.close();
});

test("a call that a page posts under another origin's name is that page's own", LIMIT, async () => {
    const page = await visit("/", "localhost");
    await page.evaluate(() => {
        const call = { id: "forged-1", method: "eth_requestAccounts", params: "[]", origin: "https://bank.example" };
        window.postMessage({ target: "symbolon:content", ...call }, origin);
    });
    const window = await world.approvalWindow();
    assert.equal((await window.card()).origin, site.url.replace("127.0.0.1", "localhost"));
    await window.click("reject");
    await page.close();
});

test("keys that pollute prototypes are refused or signed as what they are", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const typed = JSON.stringify({
        domain: { chainId: 31337 },
        message: { a: "1" },
        primaryType: "__proto__",
        types: { EIP712Domain: [{ name: "chainId", type: "uint256" }], __proto__: [{ name: "a", type: "string" }] },
    }).replace('"types":{', '"types":{"__proto__":[{"name":"a","type":"string"}],');
    assert.equal((await ask(page, "eth_signTypedData_v4", [address, typed])).code, -32602);
    const polluting = await page.evaluate(() =>
        window.ethereum
            .request({
                method: "eth_sendTransaction",
                params: JSON.parse('[{"__proto__":{"from":"0x1"},"constructor":{"prototype":{"to":"0x1"}}}]'),
            })
            .catch((error) => error.code),
    );
    assert.equal(polluting, -32602);
    await page.close();
});

test("HTML in a message, a token and a network is text on both devices", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const asked = ask(page, "personal_sign", [hex(HTML), address]);
    asked.catch(() => undefined);
    const window = await world.approvalWindow();
    const card = await window.card();
    await phoneShows(world, card.request);
    const phoneCard = await world.phone.card();
    for (const [screens, shown] of [
        [window, card],
        [world.phone, phoneCard],
    ]) {
        assert.equal(shown.rows["Message"], HTML);
        assert.equal(await screens.page.evaluate(() => window.ran), undefined);
        assert.equal(await screens.page.locator('main img[src="x"]').count(), 0);
    }
    await window.click("reject");
    assert.equal((await asked).code, 4001);
    await closeWindows(world);

    const token = { type: "ERC20", options: { address, symbol: "<b>x</b>", decimals: 1 } };
    const watched = page.evaluate(
        (params) => window.ethereum.request({ method: "wallet_watchAsset", params }).catch(({ code }) => code),
        token,
    );
    watched.catch(() => undefined);
    const second = await world.approvalWindow();
    assert.match((await second.card()).headline, /<b>x<\/b>/);
    await second.click("reject");
    assert.equal(await watched, 4001);
    await page.close();
});

test("parameters of a mebibyte, and many of half a one, keep nobody from being served", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const codes = await page.evaluate(
        (account) =>
            Promise.all(
                Array.from({ length: 20 }, () =>
                    window.ethereum
                        .request({ method: "personal_sign", params: [`0x${"00".repeat(2 ** 19 - 1_000)}`, account] })
                        .catch((error) => error.code),
                ),
            ),
        address,
    );
    assert.deepEqual([...new Set(codes)], [-32602]);
    const other = await visit("/", "localhost");
    assert.equal((await ask(other, "eth_chainId")).result, "0x7a69");
    assert.equal(windows(world).length, 0);
    await other.close();
    await page.close();
});

test("a site that floods is muted with one press, and stays connected", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const asked = page.evaluate(
        (account) =>
            Promise.all(
                Array.from({ length: 40 }, () =>
                    window.ethereum
                        .request({ method: "personal_sign", params: ["0x6869", account] })
                        .catch((e) => e.code),
                ),
            ),
        address,
    );
    asked.catch(() => undefined);
    const window = await world.approvalWindow();
    await window.click("site-mute");
    const codes = await asked;
    assert.equal(codes.filter((code) => code === -32005).length, 10, "thirty may wait");
    assert.equal(codes.filter((code) => code === 4001).length, 30);
    await closeWindows(world);
    assert.deepEqual(await ask(page, "personal_sign", ["0x6869", address]), {
        code: 4001,
        data: { cause: "muted" },
        message: "The user has muted this site.",
    });
    assert.equal(windows(world).length, 0);
    assert.deepEqual((await ask(page, "eth_accounts")).result, [address]);

    await rule("site-muted", false);
    const heard = ask(page, "personal_sign", ["0x6869", address]);
    heard.catch(() => undefined);
    await (await world.approvalWindow()).click("reject");
    assert.equal((await heard).code, 4001);
    await page.close();
});

/** The owner's rule for the site, on the sites' screen. */
async function rule(id, on) {
    const { browser } = world;
    await browser.page.bringToFront();
    await browser.home();
    await browser.click("nav-sites");
    const row = browser.page.locator(`[data-testid="site-row"][data-origin="${site.url}"]`);
    await row.getByTestId("site-rules").locator("summary").click();
    await row.getByTestId(id).setChecked(on);
    await browser.page.waitForTimeout(500);
    await browser.click("nav-home");
}

test("a frame is served once the owner allows its site, and under its own name", LIMIT, async () => {
    const connected = await visit();
    await connect(connected);
    await connected.close();
    const framing = await visit("/frames", "localhost");
    const frame = () => framing.frames()[1];
    await frame().waitForLoadState();
    assert.equal(await frame().evaluate(() => typeof window.ethereum), "undefined");
    const forged = await frame().evaluate(
        () =>
            new Promise((resolve) => {
                addEventListener("message", ({ data }) => data?.kind === "answer" && resolve(data));
                postMessage({ target: "symbolon:content", id: "a", method: "eth_accounts", params: "[]" }, origin);
                setTimeout(() => resolve("silence"), 1_000);
            }),
    );
    assert.equal(forged, "silence");
    await framing.close();

    await rule("site-frames", true);
    const page = await world.extension.context.newPage();
    await page.goto(`${site.url.replace("127.0.0.1", "localhost")}/`);
    await page.evaluate((src) => {
        const inner = document.createElement("iframe");
        inner.src = src;
        document.body.append(inner);
    }, `${site.url}/`);
    await page.waitForFunction(() => window.frames.length === 1);
    const inner = page.frames()[1];
    await inner.waitForFunction(() => typeof window.ethereum === "object");
    assert.deepEqual(
        await inner.evaluate(() => window.ethereum.request({ method: "eth_accounts" })),
        [address],
        "the frame's own site is connected",
    );
    assert.deepEqual((await ask(page, "eth_accounts")).result, [], "the page around it is not");
    await page.close();
    await rule("site-frames", false);
});

test("a provider calls itself MetaMask where the owner says so, and nowhere else", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    assert.equal(await page.evaluate(() => "isMetaMask" in window.ethereum), false);
    await rule("site-compatibility", true);
    await page.reload();
    await page.waitForFunction(() => window.ethereum.isMetaMask === true);
    const other = await visit("/", "localhost");
    await other.waitForTimeout(500);
    assert.equal(await other.evaluate(() => "isMetaMask" in window.ethereum), false);
    await other.close();
    await rule("site-compatibility", false);
    await page.close();
});

test("a page that closes in the middle of its request leaves a window that can still be refused", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    void ask(page, "personal_sign", ["0x6869", address]).catch(() => undefined);
    const window = await world.approvalWindow();
    await window.card();
    await page.close();
    await window.click("reject");
    const again = await visit();
    assert.deepEqual((await ask(again, "eth_accounts")).result, [address]);
    await again.close();
});

test("two tabs ask at once: both stand in line, and each gets its own answer", LIMIT, async () => {
    const [one, two] = [await visit(), await visit()];
    await connect(one);
    const asked = [one, two].map((page, index) => ask(page, "personal_sign", [hex(`tab ${index}`), address]));
    for (const each of asked) each.catch(() => undefined);
    const window = await world.approvalWindow();
    await window.page.waitForFunction(() => /of 2$/.test(document.querySelector('[data-testid="queue"]')?.textContent));
    assert.equal(windows(world).length, 1);
    await window.click("reject");
    const first = await Promise.race(asked);
    assert.equal(first.code, 4001);
    await (await world.approvalWindow()).click("reject");
    assert.deepEqual(
        (await Promise.all(asked)).map((answer) => answer.code),
        [4001, 4001],
    );
    await one.close();
    await two.close();
});

test("subscriptions tell a page of new blocks, by the event of EIP-1193", LIMIT, async () => {
    const page = await visit();
    await connect(page);
    const told = page.evaluate(async () => {
        const id = await window.ethereum.request({ method: "eth_subscribe", params: ["newHeads"] });
        return new Promise((resolve) =>
            window.ethereum.on("message", ({ data, type }) => resolve({ mine: data.subscription === id, type, data })),
        );
    });
    told.catch(() => undefined);
    await page.waitForTimeout(1_000);
    await world.chain.rpc("anvil_mine", "0x1");
    const { data, mine, type } = await told;
    assert.deepEqual([mine, type], [true, "eth_subscription"]);
    assert.match(data.result.hash, /^0x[0-9a-f]{64}$/);
    await page.close();
});

test(
    "a locked wallet and a dead worker answer what must not wait, and a connect waits for the password",
    LIMIT,
    async () => {
        const page = await visit();
        await connect(page);
        await world.browser.page.bringToFront();
        await world.browser.home();
        await world.browser.click("lock");
        await world.browser.on("unlock");
        await world.extension.killWorker(page);
        assert.equal((await ask(page, "eth_chainId")).result, "0x7a69");
        assert.equal((await ask(page, "net_version")).result, "31337");
        assert.deepEqual((await ask(page, "eth_accounts")).result, [address]);
        assert.equal((await ask(page, "wallet_getPermissions")).result[0].caveats[0].value[0], address);
        const asked = ask(page, "eth_requestAccounts");
        asked.catch(() => undefined);
        const window = await world.approvalWindow();
        await window.unlock(PASSWORD);
        assert.deepEqual((await asked).result, [address]);
        await page.close();
    },
);
