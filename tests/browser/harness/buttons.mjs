// Presses the buttons of `@metamask/test-dapp` and sees each through: on the page, on both devices, on the chain.

import assert from "node:assert/strict";
import { Screens } from "./screens.mjs";
import { closeWindows, windows } from "./signing.mjs";
import { phoneShows } from "./wallet.mjs";

/** What of a wallet the page's own scripts ask for; the rest are reads. */
const ASKS =
    /^(eth_sendTransaction|personal_sign|eth_sign.*|wallet_.*|eth_requestAccounts|eth_decrypt|eth_getEncryptionPublicKey|personal_ecRecover)$/;
const PATIENCE_MS = 60_000;

/**
 * Not a device's own: what it saw for the first time, another may have seen before; and whether a call fails, only the
 * device that prepares it has asked so far.
 */
const shared = (risk) => !/risk\/(first-time|likely-to-fail|new-origin)$/.test(risk);

export class Buttons {
    /** Rows that were seen through, as `button: what came of it`. */
    rows = [];

    constructor(world, page, address) {
        this.world = world;
        this.page = page;
        this.address = address;
    }

    /** Clicks; gives the calls that the page made of the wallet because of it, as they are answered. */
    async click(button) {
        const { page } = this;
        await page.bringToFront();
        await page.waitForSelector(`#${button}:not([disabled])`, { state: "attached" });
        await page.evaluate((id) => {
            window.calls.length = 0;
            // Some are in sections that are folded away.
            document.getElementById(id).click();
        }, button);
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

    /** Approves on both devices what they show alike. */
    async sign() {
        const { world } = this;
        const window = await world.approvalWindow();
        const request = await window.card();
        // The phone may still show how the request before ended.
        await phoneShows(world, request.request);
        const card = await this.sameCard(window);
        await window.approve();
        await world.phone.approve();
        await world.phone.closeResult();
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

    /** Something that this device alone decides. */
    async here(button, wanted) {
        await this.click(button);
        const call = await this.asked();
        if (!call.done) await (await this.world.approvalWindow()).approve();
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
        await this.page.bringToFront();
        await this.page.waitForSelector(`#${button}:not([disabled])`, { state: "attached" });
        await this.page.evaluate((id) => document.getElementById(id).click(), button);
        await this.text(id, wanted);
        return this.done(button, "shown");
    }

    /** After a test that failed half-way: nothing waits for the next one. */
    async clear() {
        for (const page of windows(this.world)) {
            const window = new Screens(page);
            for (const id of ["reject-all", "reject"]) {
                const button = window.hook(id);
                if (await button.count()) await button.click({ timeout: 2_000 }).catch(() => undefined);
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
        this.rows.push(`${button}: ${what}`);
        for (const page of windows(this.world)) {
            const window = new Screens(page);
            if (await window.hook("result").count()) await window.closeResult().catch(() => undefined);
        }
        await closeWindows(this.world);
        return value;
    }
}
