// Ceremonies per party: native, wasm under node, wasm in Chromium. The same cases, timed by the same code.
//
//   node tests/browser/bench-ceremonies.mjs <native rows as JSON file> [runs]

import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { cpu, glue, show, warm } from "./bench-node.mjs";
import { CHROMIUM } from "./harness/browser.mjs";
import { serve } from "./harness/server.mjs";

const [, , nativeRows, runs = "11"] = process.argv;

show("native", JSON.parse(await readFile(nativeRows, "utf8")));
show("wasm, node, CPU time", await inNode());
show("wasm, Chromium", await inChromium());

async function inNode() {
    const bench = await warm("bench", (code) => code.table(2, cpu));
    return JSON.parse(bench.table(Number(runs), cpu));
}

async function inChromium() {
    const site = await serve(glue, { extra: { "/": { body: "<!doctype html><title>bench</title>" } } });
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const browser = await chromium.launch({ executablePath: CHROMIUM, args });
    const page = await browser.newPage();
    await page.goto(site.url);
    const json = await page.evaluate(async (runs) => {
        const bench = await import("/bench.js");
        await bench.default({ module_or_path: "/bench_bg.wasm" });
        return bench.table(runs, () => performance.now());
    }, Number(runs));
    await browser.close();
    await site.stop();
    return JSON.parse(json);
}
