// A transfer that the demo page asks for, from the click to the chain, whatever dies on the way.

import assert from "node:assert/strict";
import { Screens } from "./screens.mjs";

const PATIENCE_MS = 60_000;
/** How long a dangerous approval is held. */
const HOLD_MS = 2_500;
/** Hooks of the buttons that an owner presses until a request is through. */
const PRESSED =
    '[data-testid="approve"][data-armed="true"]:not([disabled]), [data-testid="try-again"]:not([disabled]), ' +
    '[data-testid="result-close"]';

/** The demo page, connected. */
export async function connectDemo(world) {
    const demo = await world.openDemo();
    await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
    await (await world.approvalWindow()).approve();
    await isConnected(demo);
    await closeWindows(world);
    return demo;
}

/** The demo page, which was connected before. */
export async function reopenDemo(world) {
    const demo = await world.openDemo();
    await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
    await isConnected(demo);
    return demo;
}

const isConnected = (demo) =>
    demo.waitForFunction(() => document.getElementById("account").textContent.startsWith("0x"));

/** The extension's windows for requests that are open. */
export const windows = (world) =>
    world.extension.context.pages().filter((page) => page.url().includes("approval.html") && !page.isClosed());

/** Closes the windows that a test leaves. */
export const closeWindows = (world) => Promise.all(windows(world).map((page) => page.close().catch(() => undefined)));

/** Clicks the demo page's "send". */
export async function askToSend(demo) {
    await demo.bringToFront();
    await demo.evaluate(() => delete document.getElementById("send-result").dataset.state);
    await demo.click("#send button");
}

/** How many transactions of the account the chain has. */
export const transactions = async (world, address) =>
    Number(await world.chain.rpc("eth_getTransactionCount", address, "latest"));

/** What the demo page was answered: nothing yet, or the transaction's hash. */
export async function answer(demo) {
    const { state, text, value } = await demo.locator("#send-result").evaluate((place) => ({
        state: place.dataset.state,
        text: place.textContent,
        value: place.dataset.value,
    }));
    assert.notEqual(state, "failed", text);
    return state === "done" ? value : undefined;
}

/**
 * The owner sits before both devices and presses what can be pressed until the page has its answer, which `heard` gives
 * as soon as it is there. `death` is a promise of one death, and `bury` what follows it. Gives the answer as `hash`, and
 * how often "try again" was needed.
 */
export async function signThrough(world, demo, { bury = () => undefined, death, heard = () => answer(demo) } = {}) {
    const late = Date.now() + PATIENCE_MS;
    let died;
    void death?.then((step) => (died = step));
    let buried;
    let retries = 0;
    for (;;) {
        if (died !== undefined && buried === undefined) {
            buried = died;
            await bury();
        }
        const hash = await heard();
        if (hash) return { died: buried, hash, retries };
        assert.ok(Date.now() < late, `no answer within ${PATIENCE_MS} ms; died at ${died}`);
        for (const page of [...windows(world), world.phone.page]) {
            const acknowledge = page.locator('[data-testid="acknowledge"]:not(:checked)');
            if (await acknowledge.count().catch(() => 0))
                await acknowledge.check({ timeout: 500 }).catch(() => undefined);
            const button = page.locator(PRESSED).first();
            if (!(await button.isVisible().catch(() => false))) continue;
            const [id, held] = await button
                .evaluate((one) => [one.dataset.testid, one.dataset.hold === "true"], undefined, { timeout: 200 })
                .catch(() => []);
            const pressed = await button.click({ delay: held ? HOLD_MS : 0, timeout: 500 + HOLD_MS }).then(
                () => true,
                () => false,
            );
            if (pressed && id === "try-again") retries += 1;
        }
        await demo.waitForTimeout(30);
    }
}

/** Leaves both screens that say how a request ended; the window goes by it. */
export async function leave(world) {
    for (const page of windows(world)) {
        const window = new Screens(page);
        if ((await window.hook("result").count()) > 0) await window.closeResult();
    }
    // A page that was loaded again meanwhile knows of no request that it has shown.
    await world.phone.home();
}

/** How often the activity of a device tells of each of these transactions. */
export async function told(screens, transactions) {
    // A page in the background draws once a second.
    await screens.page.bringToFront();
    await screens.home();
    await screens.click("nav-activity");
    await screens.page.waitForSelector(`[data-testid="activity-row"][data-transaction="${transactions.at(-1)}"]`);
    const rows = await screens.hook("activity-row").evaluateAll((all) => all.map((row) => row.dataset.transaction));
    await screens.click("nav-home");
    return transactions.map((wanted) => rows.filter((row) => row === wanted).length);
}
