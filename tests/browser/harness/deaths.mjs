// A ceremony whose devices die in the middle, one at a time, at one step after the other.
//
// With the variable EVERY_DEATH set, death comes at every step of its number, so that 1 means each, until a turn that
// nobody dies in.

import assert from "node:assert/strict";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { mortal } from "./death.mjs";
import { askToSend, closeWindows, leave, signThrough, told, transactions } from "./signing.mjs";
import { PASSWORD } from "./world.mjs";

const asked = process.env["EVERY_DEATH"];
/** Of how many steps one is tried; none if a few will do. */
export const EVERY = asked ? Number(asked) || 1 : 0;
const MOST_FAILURES = 5;
/** How long after its end steps of a ceremony may come. */
const LATE_MS = 1_000;

/** Who dies: how it is reached, and what follows its death. */
export const victims = (world) => ({
    phone: {
        async bury() {
            await world.phone.page.reload();
            await world.phone.unlock(PASSWORD);
        },
        reach: async () => world.phone.page.workers()[0],
    },
    worker: {
        bury: () => world.extension.killWorker(world.browser.page),
        // Its page connects to a new one at once.
        reach: async () => {
            const { context } = world.extension;
            return context.serviceWorkers().at(-1) ?? context.waitForEvent("serviceworker");
        },
    },
});

/**
 * Goes through a ceremony once while the victim dies before its step `at`; gives the step, if there was such a one.
 * `go` is given the promise of the death, and gives the step if it came to that.
 */
export async function dieAt(at, { bury, reach }, go) {
    const mortality = await mortal(await reach(), at);
    let died = await go({ bury, death: mortality.died });
    if (died === undefined) {
        // Steps that come after the screen says that it is done.
        let timer;
        const late = new Promise((resolve) => (timer = setTimeout(resolve, LATE_MS)));
        died = await Promise.race([mortality.died, late]);
        clearTimeout(timer);
        if (died === undefined && (await mortality.spare())) died = await mortality.died;
        if (died !== undefined) await bury();
    }
    return died;
}

/** One turn for each death: at the steps `some`, or, with EVERY_DEATH set, at all of which there must be `least`. */
export async function dieOften(what, { least, some }, turn) {
    const failures = [];
    const steps = {};
    let again = 0;
    let deaths = 0;
    for (let number = 0; EVERY || number < some.length; number += 1) {
        const at = EVERY ? number * EVERY : some[number];
        try {
            const run = await turn(at);
            again += run.again;
            if (EVERY) console.log(`    ${what}, step ${at}: ${run.died}; asked again ${run.again} times`);
            if (run.died === undefined && EVERY) break;
            if (run.died === undefined) continue;
            deaths += 1;
            steps[run.died] = (steps[run.died] ?? 0) + 1;
        } catch (error) {
            console.log(`    ${what}, step ${at}: ${error}`);
            failures.push(new Error(`${what}, step ${at}`, { cause: error }));
            // One may tell of another; whoever runs all for an hour wants to hear of more than one.
            if (!EVERY || failures.length >= MOST_FAILURES) break;
        }
    }
    console.log(`    ${what}: ${deaths} deaths, ${JSON.stringify(steps)}; asked again ${again} times`);
    if (failures.length > 0) throw failures[0];
    const wanted = EVERY ? Math.floor(least / EVERY) : some.length;
    assert.ok(deaths >= wanted, `only ${deaths} deaths: the steps are not seen any more`);
}

/** No screen shows anything but the wallet as it is now: who holds shares, of which epoch; only `said` is said. */
export async function isWhole(world, { address, epoch, names, said = [] }) {
    for (const screens of [world.browser, world.phone]) {
        await screens.page.bringToFront();
        await screens.home();
        await screens.on("home");
        assert.equal(await screens.address(), address, `${screens.name}: the address`);
        const notices = await screens.hook("notice").evaluateAll((every) => every.map((one) => one.dataset.code));
        assert.deepEqual(
            notices.filter((code) => !said.includes(code)),
            [],
            `${screens.name} says something`,
        );
        await screens.click("nav-devices");
        for (const name of names) {
            // There, too: which device signs next is then no matter of who is back first.
            const row = `[data-testid="device-row"][data-name="${name}"][data-epoch="${epoch}"][data-party]`;
            await screens.page.waitForSelector(`${row}[data-online="true"]`);
        }
        const holders = '[data-testid="device-row"][data-party]';
        assert.equal(await screens.page.locator(holders).count(), names.length, `${screens.name}: who holds shares`);
        for (const hook of ["change-line", "change-progress", "draft-line", "form-error", "unavailable"])
            assert.equal(await screens.hook(hook).filter({ visible: true }).count(), 0, `${screens.name}: ${hook}`);
        await screens.home();
    }
}

/** Of the codes that were written down one belongs to the key: it opens the file that was kept, on a new device. */
export async function paperOpens(world, { codes, file }) {
    const { browser, phone, phoneBrowser } = world;
    for (const screens of [browser, phone]) {
        await screens.click("nav-devices");
        await screens.page.waitForSelector('[data-testid="recovery-row"][data-kept="true"]');
        const sheets = await screens.hook("recovery-row").evaluateAll((rows) => rows.map((row) => row.dataset.sheet));
        assert.equal(sheets.length, 1, `${screens.name}: one recovery share`);
        codes = new Map([...codes].filter(([sheet]) => sheet === sheets[0]));
        assert.equal(codes.size, 1, `${screens.name}: the code of sheet ${sheets[0]} was written down`);
    }
    // Another origin: a device of its own, in the same browser.
    const page = await phoneBrowser.context.newPage();
    await page.goto(world.phoneUrl.replace("127.0.0.1", "localhost"));
    const fresh = world.screens(page, "new device");
    await fresh.setUp({ name: "New", password: PASSWORD, recover: true });
    await fresh.openRecoveryFile(file, [...codes.values()]);
    await fresh.codeStage("opened");
    await page.close();
}

/** Browser and phone sign a transaction of the demo page. */
export async function sign(world, { address, demo }) {
    const before = await transactions(world, address);
    await askToSend(demo);
    const { hash } = await signThrough(world, demo);
    await leave(world);
    assert.equal(await transactions(world, address), before + 1);
    assert.deepEqual(await told(world.browser, [hash]), [1]);
    await closeWindows(world);
}

/** Both browsers' profiles as they were before a ceremony: every turn begins with copies of them. */
export class Profiles {
    #kept;
    #turns = 0;
    /** Of the turn that goes on. */
    directory;

    constructor(world) {
        this.world = world;
        this.#kept = join(world.directory, "profiles");
    }

    /** Where a profile is to be made. */
    path(name) {
        return join(this.#kept, name);
    }

    /** A turn, with both browsers as they were and the wallet open on both. */
    async turn(act) {
        try {
            await this.#open();
            return await act();
        } finally {
            await this.close();
        }
    }

    async #open() {
        const { world } = this;
        this.#turns += 1;
        this.directory = join(world.directory, `turn-${this.#turns}`);
        await mkdir(this.directory);
        // Without what a turn before left in its mailboxes.
        await world.stopRelay();
        await Promise.all([
            cp(this.#kept, this.directory, { recursive: true, verbatimSymlinks: true }),
            world.startRelay(),
        ]);
        await Promise.all([
            world.openExtension({ profile: join(this.directory, "browser") }),
            world.openPhone({ profile: join(this.directory, "phone") }),
        ]);
        await Promise.all([world.browser, world.phone].map((screens) => screens.unlock(PASSWORD)));
    }

    /** Closes both; what a turn left goes. */
    async close() {
        await Promise.all([this.world.extension.close(), this.world.phoneBrowser.close()]);
        if (this.directory !== undefined) await rm(this.directory, { recursive: true, force: true });
    }
}
