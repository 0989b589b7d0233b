// Pictures of the screens, numbered in the order in which they were taken.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

export class Shots {
    #next = 1;

    constructor(directory) {
        this.directory = directory;
    }

    async begin() {
        await rm(this.directory, { recursive: true, force: true });
        await mkdir(this.directory, { recursive: true });
    }

    async take(page, name) {
        const number = String(this.#next++).padStart(2, "0");
        await page.screenshot({
            path: join(this.directory, `${number}-${name.replaceAll(" ", "-")}.png`),
            animations: "disabled",
        });
    }
}
