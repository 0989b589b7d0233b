// Nothing that dies in the middle of a change of devices costs the wallet: the extension's worker dies, and the phone's
// page is loaded again, at every step of a renewal of all shares. Afterwards the change is made, by itself or asked for
// again, the address is the same, a transaction is signed, and no screen shows half a change.
//
// All deaths take three quarters of an hour; with the variable EVERY_DEATH set they are all tried, and otherwise a few, spread over
// the change.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mortal } from "./harness/death.mjs";
import { askToSend, closeWindows, connectDemo, leave, signThrough, told, transactions } from "./harness/signing.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const EVERY = Boolean(process.env["EVERY_DEATH"]);
const LIMIT = { timeout: EVERY ? 3_600_000 : 240_000 };
/** A run of the suite tries the deaths at these steps; a step that there is none of is a change without a death. */
const SOME = [7, 31];
const ETHER = 10n ** 18n;
const NAMES = ["Cosigner", "Laptop", "Phone"];
/** How long the owner waits for a change before asking again. */
const ASK_AGAIN_MS = 8_000;
const PATIENCE_MS = 120_000;
let address;
let demo;
let epoch = 1;
let world;

before(
    async () => {
        world = await World.start();
        address = await makeWallet(world);
        await world.chain.fund(address, 1_000n * ETHER);
        demo = await connectDemo(world);
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

const kill = () => world.extension.killWorker(world.browser.page);

async function reload() {
    await world.phone.page.reload();
    await world.phone.unlock(PASSWORD);
}

/** The worker that runs now; woken if none does. */
async function worker() {
    await demo.evaluate(() => window.ethereum.request({ method: "eth_chainId" }));
    return world.extension.context.serviceWorkers().at(-1);
}

/** Presses a button if it is there and can be pressed; whether it was. */
async function press(screens, hook) {
    const button = screens.page.locator(`[data-testid="${hook}"]:not([disabled])`).first();
    if (!(await button.isVisible().catch(() => false))) return false;
    return button.click({ timeout: 1_000 }).then(
        () => true,
        () => false,
    );
}

/** Who holds shares of which epoch, as the page of devices says. */
async function holders(screens) {
    const rows = await screens.page
        .locator('[data-testid="device-row"][data-party]')
        .evaluateAll((all) => all.map(({ dataset: { epoch, name } }) => `${name} ${epoch}`));
    return rows.sort();
}

const all = (number) => NAMES.map((name) => `${name} ${number}`);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The owner sits before both devices until all hold new shares, whatever dies; gives how often they were asked for. */
async function renewThrough({ bury, death }) {
    const { browser, phone } = world;
    const late = Date.now() + PATIENCE_MS;
    let asked = 0;
    let askedAt = 0;
    let buried;
    let died;
    void death.then((step) => (died = step));
    for (;;) {
        if (died !== undefined && buried === undefined) {
            buried = died;
            await bury();
        }
        await browser.page.bringToFront();
        if (same(await holders(browser), all(epoch + 1))) return { asked, died: buried };
        if (Date.now() >= late) assert.fail(`not changed within ${PATIENCE_MS} ms; died at ${died}; ${await seen()}`);
        if (await press(browser, "draft-ask")) {
            asked += 1;
            askedAt = Date.now();
        } else if (!(await press(browser, "change-agree")) && Date.now() - askedAt > ASK_AGAIN_MS) {
            if (!(await press(browser, "rotate"))) await press(browser, "nav-devices");
        }
        await phone.page.bringToFront();
        await press(phone, "change-agree");
        await browser.page.waitForTimeout(50);
    }
}

/** What both screens say, for whoever has to find out why a test failed. */
async function seen() {
    const texts = [world.browser, world.phone].map(async ({ name, page }) => `${name}: ${await page.innerText("body")}`);
    return [...(await Promise.all(texts)), ...world.cosigner.lines.slice(-20)].join("\n---\n");
}

/** No screen shows anything but the wallet as it is now. */
async function isWhole() {
    for (const screens of [world.browser, world.phone]) {
        await screens.page.bringToFront();
        await screens.home();
        await screens.on("home");
        assert.equal(await screens.address(), address, "the address stays");
        const notices = await screens.hook("notice").evaluateAll((every) => every.map((one) => one.dataset.code));
        const half = notices.filter((code) => code !== "change/done");
        assert.deepEqual(half, [], `${screens.name} says something`);
        await screens.click("nav-devices");
        for (const name of NAMES) {
            // There, too: which device signs next is then no matter of who is back first.
            const row = `[data-testid="device-row"][data-name="${name}"][data-epoch="${epoch}"][data-party]`;
            await screens.page.waitForSelector(`${row}[data-online="true"]`);
        }
        for (const hook of ["change-line", "change-progress", "draft-line", "form-error", "unavailable"])
            assert.equal(await screens.hook(hook).filter({ visible: true }).count(), 0, `${screens.name}: ${hook}`);
        await screens.home();
    }
}

async function sign() {
    const before = await transactions(world, address);
    await askToSend(demo);
    const { hash } = await signThrough(world, demo);
    await leave(world);
    assert.equal(await transactions(world, address), before + 1);
    assert.deepEqual(await told(world.browser, [hash]), [1]);
    await closeWindows(world);
}

/** Renews all shares once while the device dies before its step `at`; gives the step, if there was such a one. */
async function dieAt(at, victim, bury) {
    const mortality = await mortal(await victim(), at);
    await world.browser.page.bringToFront();
    await world.browser.click("nav-devices");
    const renewed = await renewThrough({ bury, death: mortality.died });
    let { died } = renewed;
    if (died === undefined) {
        // Steps that come after the screen says that it is done.
        died = await Promise.race([mortality.died, demo.waitForTimeout(1_000)]);
        if (died === undefined && (await mortality.spare())) died = await mortality.died;
        if (died !== undefined) await bury();
    }
    epoch += 1;
    await isWhole();
    await sign();
    return { again: renewed.asked - 1, died };
}

async function dieOften(what, victim, bury) {
    const steps = {};
    let again = 0;
    let deaths = 0;
    for (let turn = 0; EVERY || turn < SOME.length; turn += 1) {
        const run = await dieAt(EVERY ? turn : SOME[turn], victim, bury);
        again += run.again;
        if (run.died === undefined && EVERY) break;
        if (run.died === undefined) continue;
        deaths += 1;
        steps[run.died] = (steps[run.died] ?? 0) + 1;
    }
    console.log(`    ${what}: ${deaths} deaths, ${JSON.stringify(steps)}; asked for again ${again} times`);
    assert.ok(deaths >= (EVERY ? 20 : SOME.length), `only ${deaths} deaths: the steps are not seen any more`);
}

test("the worker dies in a renewal of shares: it is made, and the wallet signs", LIMIT, () =>
    dieOften("worker", worker, kill),
);

test("the phone's page is loaded again in a renewal of shares: it is made, and the wallet signs", LIMIT, () =>
    dieOften("phone", async () => world.phone.page.workers()[0], reload),
);
