// Presses the buttons of `@metamask/test-dapp` and sees each through: on the page, on both devices, on the chain.

import assert from "node:assert/strict";
import { join } from "node:path";
import { openTestDapp, serveTestDapp } from "./dapp.mjs";
import { root } from "./process.mjs";
import { Screens } from "./screens.mjs";
import { closeWindows, windows } from "./signing.mjs";
import { DRIVEN } from "./test-dapp-buttons.mjs";
import { makeWallet, phoneShows } from "./wallet.mjs";
import { World } from "./world.mjs";

const ETHER = 10n ** 18n;

/** What of a wallet the page's own scripts ask for; the rest are reads. */
const ASKS =
    /^(eth_sendTransaction|personal_sign|eth_sign.*|wallet_.*|eth_requestAccounts|eth_decrypt|eth_getEncryptionPublicKey|personal_ecRecover)$/;
const PATIENCE_MS = 60_000;

/**
 * Not a device's own: what it saw for the first time, another may have seen before; and whether a call fails, only the
 * device that prepares it has asked so far.
 */
const shared = (risk) => !/risk\/(first-time|likely-to-fail|new-origin)$/.test(risk);

/** A funded wallet of two devices, and the test dApp's page in the browser of one of them; not connected yet. */
export async function startTestDapp() {
    const world = await World.start();
    let site;
    try {
        const address = (await makeWallet(world, { cosigner: false })).toLowerCase();
        await world.chain.fund(address, 1_000n * ETHER);
        site = await serveTestDapp();
        const page = await openTestDapp(world.extension.context, site.url);
        page.setDefaultTimeout(60_000);
        return { address, buttons: new Buttons(world, page, address), page, site, world };
    } catch (error) {
        // Nobody else knows of them yet.
        await site?.stop();
        await world.stop();
        throw error;
    }
}

export class Buttons {
    /** Ids of the buttons that were seen through. */
    driven = new Set();
    /** Rows that were seen through, as `button: what came of it`. */
    rows = [];
    #clicked = 0;
    /** The request that both devices approved last. */
    #signed = "";

    constructor(world, page, address) {
        this.world = world;
        this.page = page;
        this.address = address;
    }

    /** Clicks; gives the calls that the page made of the wallet because of it, as they are answered. */
    async click(button) {
        const { page } = this;
        this.#clicked = performance.now();
        await page.bringToFront();
        await page.waitForSelector(`#${button}:not([disabled])`, { state: "attached" });
        await page.evaluate((id) => {
            window.calls.length = 0;
            // Some are in sections that are folded away.
            document.getElementById(id).click();
        }, button);
    }

    /** Writes into a field of the page, which hears of it. */
    fill(id, value) {
        return this.page.evaluate(
            ([id, value]) => {
                const input = document.getElementById(id);
                input.value = value;
                for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
            },
            [id, value],
        );
    }

    /** The first call that asks for something, once there is one. */
    async asked() {
        const found = await this.page.waitForFunction(
            (source) => window.calls.find((call) => new RegExp(source).test(call.method)),
            ASKS.source,
            { timeout: PATIENCE_MS },
        );
        return found.jsonValue();
    }

    /** All calls that asked for something, once they are answered. */
    async answered(count = 1) {
        const found = await this.page.waitForFunction(
            ([source, count]) => {
                const calls = window.calls.filter((call) => new RegExp(source).test(call.method));
                return calls.length >= count && calls.every((call) => call.done) && calls;
            },
            [ASKS.source, count],
            { timeout: PATIENCE_MS },
        );
        return found.jsonValue();
    }

    /** Both devices show the same card; what each learns about tokens may come a moment later. */
    async sameCard(window) {
        const { phone } = this.world;
        for (let tries = 0; ; tries += 1) {
            const [card, theirs] = [await window.card(), await phone.card()];
            try {
                assert.equal(theirs.digest, card.digest);
                assert.equal(theirs.headline, card.headline);
                assert.deepEqual(theirs.rows, card.rows);
                assert.deepEqual(theirs.risks.filter(shared), card.risks.filter(shared));
                assert.equal(theirs.origin, card.origin);
                return card;
            } catch (error) {
                if (tries === 50) throw error;
                await this.page.waitForTimeout(200);
            }
        }
    }

    /** The window with the request that is next; it may still show how the one before ended. */
    async next() {
        for (;;) {
            const window = await this.world.approvalWindow();
            const close = window.hook("result-close");
            const other = `[data-testid="request"]:not([data-request="${this.#signed}"])`;
            const either = window.page.locator(`[data-testid="result-close"], ${other}`).first();
            // A window whose last request has ended closes by itself.
            const there = await either.waitFor().then(
                () => true,
                (error) => assert.ok(window.page.isClosed(), error),
            );
            if (there && !(await close.count().catch(() => 1))) return window;
            await close.click({ timeout: 500 }).catch(() => undefined);
        }
    }

    /** Approves on both devices what they show alike. */
    async sign() {
        const { world } = this;
        const window = await this.next();
        const request = await window.card();
        // The phone may still show how the request before ended.
        await phoneShows(world, request.request);
        const card = await this.sameCard(window);
        await window.approve();
        await world.phone.approve();
        await world.phone.closeResult();
        this.#signed = request.request;
        return card;
    }

    /** A transaction: the page gets the hash, the node has it from this account, with this fate if one is given. */
    async transaction(button, { reverts } = { reverts: false }) {
        await this.click(button);
        const early = await this.asked();
        assert.equal(early.code, undefined, `${button}: ${early.message}`);
        const card = await this.sign();
        const [{ code, message, result }] = await this.answered();
        assert.equal(code, undefined, message);
        const receipt = await this.receipt(result);
        assert.equal(receipt.from, this.address);
        if (reverts !== undefined) assert.equal(receipt.status, reverts ? "0x0" : "0x1", button);
        return this.done(button, `mined, ${card.headline}`, { card, receipt, result });
    }

    /** A signature: 65 bytes, v 27 or 28. */
    async signature(button, { danger } = {}) {
        await this.click(button);
        const card = await this.sign();
        const [{ code, message, result }] = await this.answered();
        assert.equal(code, undefined, message);
        assert.match(result, /^0x[0-9a-f]{128}(1b|1c)$/);
        if (danger !== undefined) {
            const dangerous = card.risks.filter((risk) => risk.startsWith("danger"));
            assert.equal(dangerous.length > 0, danger, `${button}: ${card.risks.join("; ")}`);
        }
        return this.done(button, `signed, ${card.headline}`, { card, result });
    }

    /** A bundle of so many calls, each approved on both devices in its turn. Gives the cards and what the page got. */
    async bundle(button, count) {
        await this.click(button);
        const cards = [];
        for (let at = 0; at < count; at += 1) cards.push(await this.sign());
        const [{ code, message, result }] = await this.answered();
        assert.equal(code, undefined, message);
        return this.done(button, `${count} calls sent`, { cards, id: result.id });
    }

    /** Something that this device alone decides. */
    async here(button, wanted) {
        await this.click(button);
        const call = await this.asked();
        if (!call.done) {
            // Or it is answered after all, once the node has said what it is.
            const answered = this.answered();
            answered.catch(() => undefined);
            await Promise.race([this.world.approvalWindow().then((window) => window.approve()), answered]);
        }
        const [{ code, message, result }] = await this.answered();
        assert.equal(code, undefined, message);
        if (wanted !== undefined) assert.deepEqual(result, wanted);
        return this.done(button, "agreed to", { result });
    }

    /** Refused with this code, and no window opens. */
    async refused(button, code) {
        await this.click(button);
        const [call] = await this.answered();
        assert.equal(call.code, code, `${button}: ${call.message ?? JSON.stringify(call.result)}`);
        assert.equal(windows(this.world).length, 0, "no window opens");
        return this.done(button, `refused with ${code}`, call);
    }

    /** Answered at once, without the owner. */
    async answer(button, check) {
        await this.click(button);
        const [call] = await this.answered();
        assert.equal(call.code, undefined, call.message);
        check?.(call.result);
        assert.equal(windows(this.world).length, 0, "no window opens");
        return this.done(button, "answered", call);
    }

    /** The page's own doing: its text becomes this. */
    async text(id, wanted) {
        const pattern = wanted instanceof RegExp ? wanted : new RegExp(`^${wanted}$`);
        const place = this.page.locator(`#${id}`);
        for (let tries = 0; tries < 300; tries += 1) {
            if (pattern.test((await place.textContent()).trim())) return;
            await this.page.waitForTimeout(100);
        }
        throw new Error(`#${id} is "${(await place.textContent()).trim()}", not ${pattern}`);
    }

    /** A button that only computes, and what it shows. */
    async verify(button, id, wanted) {
        await this.click(button);
        await this.text(id, wanted);
        return this.done(button, "shown");
    }

    /** This file has seen through what it is to, and nothing else that is not on the list of another file. */
    all(file) {
        const others = Object.entries(DRIVEN).flatMap(([other, buttons]) => (other === file ? [] : buttons));
        const own = [...this.driven].filter((button) => !others.includes(button));
        assert.deepEqual(own.sort(), [...DRIVEN[file]].sort());
    }

    /** After a test that failed half-way: nothing waits for the next one, and pictures in shots/ tell what did. */
    async clear() {
        const left = windows(this.world);
        for (const [at, page] of (left.length > 0 ? [...left, this.world.phone.page] : []).entries())
            await page
                .screenshot({ path: join(root, `shots/left-${at}-${this.rows.length}.png`) })
                .catch(() => undefined);
        for (const page of left) {
            const window = new Screens(page);
            const any = page.locator(
                '[data-testid="reject-all"], [data-testid="reject"], [data-testid="result-close"]',
            );
            while (await any.count().catch(() => 0)) {
                const all = window.hook("reject-all");
                const button = (await all.count().catch(() => 0)) ? all : any.first();
                await button.click({ timeout: 2_000 }).catch(() => undefined);
            }
        }
        await closeWindows(this.world);
    }

    async receipt(hash) {
        for (let tries = 0; tries < 100; tries += 1) {
            const receipt = await this.world.chain.rpc("eth_getTransactionReceipt", hash);
            if (receipt) return receipt;
            await this.page.waitForTimeout(100);
        }
        throw new Error(`no receipt of ${hash}`);
    }

    async done(button, what, value) {
        this.driven.add(button);
        this.rows.push(`${button}: ${what} (${Math.round(performance.now() - this.#clicked)} ms)`);
        for (const page of windows(this.world)) {
            const window = new Screens(page);
            if (await window.hook("result").count()) await window.closeResult().catch(() => undefined);
        }
        await closeWindows(this.world);
        return value;
    }
}
