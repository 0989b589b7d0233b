// Has axe look at every screen that a test comes by, in both themes. Takes the place of `Shots`.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export class Axe {
    /** Sentences, one for each element with which axe finds fault. */
    findings = [];
    /** Names of the screens seen so far. */
    screens = new Set();
    /** How often axe looked. */
    looks = 0;

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
        await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    }
}
