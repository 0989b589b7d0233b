// An owner who sits before both devices, and goes on with what their screens offer, whatever dies meanwhile.

import assert from "node:assert/strict";

const PATIENCE_MS = 120_000;
/** How long a press may take to show. */
const SHOWN_MS = 2_000;
const SAVED_MS = 3_000;

/** Presses a button if it is there and can be pressed; whether it was. */
export async function press(screens, hook) {
    const button = screens.page.locator(`[data-testid="${hook}"]:not([disabled])`).first();
    if (!(await button.isVisible().catch(() => false))) return false;
    return button.click({ timeout: 1_000 }).then(
        () => true,
        () => false,
    );
}

/** An attribute of what has this hook, or nothing if it is not there. */
async function attribute(screens, hook, name) {
    const all = await screens
        .hook(hook)
        .evaluateAll((every, name) => every.map((one) => one.getAttribute(name)), name)
        .catch(() => []);
    return all[0] ?? undefined;
}

/** The name of the screen that is up. */
export const screenName = (screens) => attribute(screens, "screen", "data-screen-name");

/** How far a screen for recovery codes and files is. */
export const recoveryStage = (screens) => attribute(screens, "recovery-stage", "data-stage");

/** Presses a button that leads away from what is on screen, and waits for that; whether it was pressed. */
export async function pressOn(screens, hook) {
    const pressed = await press(screens, hook);
    const button = screens.page.locator(`[data-testid="${hook}"]:not([disabled])`);
    if (pressed) await gone(button);
    return pressed;
}

/** Waits a moment until it is gone; whoever pressed looks at the screen again if it stays. */
const gone = (locator) => locator.waitFor({ state: "detached", timeout: SHOWN_MS }).catch(() => undefined);

/**
 * On each device the owner does what `act` says, until `isDone`. `death` is a promise of one death, and `bury` what
 * follows it. Gives the step that was not done any more, if somebody has died.
 */
export async function sitThrough(world, { act, bury, death, isDone, patience = PATIENCE_MS }) {
    const devices = [world.browser, world.phone];
    const late = Date.now() + patience;
    let buried;
    let died;
    void death.then((step) => (died = step));
    for (;;) {
        for (const screens of devices) {
            if (died !== undefined && buried === undefined) {
                buried = died;
                await bury();
            }
            // A page in the background draws once a second.
            await screens.page.bringToFront();
            await act(screens);
        }
        if (await isDone()) return buried;
        if (Date.now() >= late) assert.fail(`not done within ${patience} ms; died at ${died}; ${await seen(world)}`);
        await world.browser.page.waitForTimeout(50);
    }
}

/** What both screens say, for whoever has to find out why a test failed. */
export async function seen(world) {
    const texts = [world.browser, world.phone].map(
        async ({ name, page }) => `${name}: ${await page.innerText("body")}`,
    );
    return [...(await Promise.all(texts)), ...(world.cosigner?.lines.slice(-20) ?? [])].join("\n---\n");
}

/** The codes that the owner wrote down, and the files that were saved. */
export class Papers {
    /** Codes by the names of their sheets. */
    codes = new Map();
    /** The file that was saved last. */
    file;
    /** The sheet that was written last. */
    sheet;

    /** Goes on with the screen that draws a code. */
    async draw(screens) {
        const stage = await recoveryStage(screens);
        if (stage === "choose") await press(screens, "code-draw");
        if (stage === "shown") {
            const [shown] = await screens.hook("code-sheet").evaluateAll((sheets) =>
                sheets.map((sheet) => ({
                    code: [...sheet.querySelectorAll('[data-testid="code-group"]')]
                        .map((group) => group.textContent)
                        .join("-"),
                    sheet: sheet.dataset.sheet,
                })),
            );
            if (shown) {
                this.codes.set(shown.sheet, shown.code);
                this.sheet = shown.sheet;
            }
            await press(screens, "code-written");
        }
        if (stage === "type-in") {
            // A code that was not seen, or that the device has forgotten: another one is drawn.
            const isRefused = await screens.hook("form-error").isVisible();
            if (isRefused || this.sheet === undefined) await press(screens, "code-again");
            else if (await this.#typeIn(screens, this.codes.get(this.sheet))) await pressOn(screens, "code-confirm");
        }
        if (stage === "ready") await press(screens, "code-continue");
    }

    /** Opens a recovery file with its code. */
    async open(screens, { code, file }) {
        await screens.hook("recovery-file").setInputFiles(file, { timeout: SHOWN_MS });
        if (await this.#typeIn(screens, code)) await pressOn(screens, "recovery-open");
    }

    /** Saves the file on screen, and chooses it again. */
    async keep(screens, directory) {
        const { page } = screens;
        const coming = page.waitForEvent("download", { timeout: SAVED_MS }).catch(() => undefined);
        if (!(await press(screens, "file-download"))) return;
        const download = await coming;
        if (download === undefined) return;
        const file = `${directory}/${download.suggestedFilename()}`;
        await download.saveAs(file);
        this.file = file;
        await screens
            .hook("file-check")
            .setInputFiles(file, { timeout: SHOWN_MS })
            .catch(() => undefined);
        await gone(page.locator('[data-screen-name="keep-file"]'));
    }

    #typeIn(screens, code) {
        return screens
            .hook("code-input")
            .first()
            .fill(code, { timeout: SHOWN_MS })
            .then(
                () => true,
                () => false,
            );
    }
}
