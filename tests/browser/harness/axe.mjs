// Has axe look at every screen that a test comes by, in both themes, and measures whether it fits a narrow and a wide
// window. Takes the place of `Shots`; given a directory, it leaves pictures there.

import { mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Widths of a small phone and of a window on a desk, in CSS pixels, with heights that go with them. */
const SIZES = [
    { name: "narrow", width: 360, height: 740 },
    { name: "wide", width: 1280, height: 800 },
];

export class Axe {
    /** Sentences, one for each element with which axe finds fault. */
    findings = [];
    /** Names of the screens seen so far. */
    screens = new Set();
    /** How often axe looked. */
    looks = 0;
    #taken = 0;

    constructor({ directory } = {}) {
        this.directory = directory;
    }

    async begin() {
        if (!this.directory) return;
        await rm(this.directory, { recursive: true, force: true });
        await mkdir(this.directory, { recursive: true });
    }

    async take(page, name) {
        const screen = await page
            .locator('[data-testid="screen"]')
            .getAttribute("data-screen-name", { timeout: 1_000 })
            .catch(() => undefined);
        if (screen) this.screens.add(screen);
        for (const theme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
            // A content security policy forbids scripts of others in a page; a debugger's is none.
            const violations = await page.evaluate(`(async () => {
                if (!globalThis.axe) { ${source} }
                await Promise.all(document.getAnimations()
                    .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
                    .map((one) => one.finished.catch(() => undefined)));
                return (await axe.run(document)).violations;
            })()`);
            this.looks += 1;
            for (const { help, id, nodes } of violations)
                for (const { failureSummary, html } of nodes)
                    this.findings.push(
                        `${name}, ${theme}: ${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`,
                    );
        }
        await this.#fits(page, name);
        await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    }

    /** Nothing sticks out of the window, at either width; in the gallery, in pictures of both themes. */
    async #fits(page, name) {
        const before = page.viewportSize() ?? (await page.evaluate(() => ({ height: innerHeight, width: innerWidth })));
        const number = String(++this.#taken).padStart(2, "0");
        // A popup has a size of its own.
        const popup = page.url().includes("/popup.html");
        for (const { height, name: size, width } of popup ? [{ ...before, name: "popup" }] : SIZES) {
            await page.setViewportSize({ height, width });
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (over > 0) this.findings.push(`${name}: ${over} px wider than a ${size} window`);
            if (!this.directory) continue;
            // All of it at once: as high a window as it needs.
            const whole = await page.evaluate(() => document.documentElement.scrollHeight);
            await page.setViewportSize({ height: Math.max(height, whole), width });
            for (const colorScheme of ["light", "dark"]) {
                await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
                await page.screenshot({
                    animations: "disabled",
                    path: join(this.directory, `${number}-${name.replaceAll(" ", "-")}-${size}-${colorScheme}.png`),
                });
            }
        }
        await page.setViewportSize(before);
    }
}
