// Ceremonies per party: native, wasm under node, wasm in Chromium. The same cases, timed by the same code.
//
//   node tests/browser/bench-ceremonies.mjs <native rows as JSON file> [runs]

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM } from "./harness/browser.mjs";
import { root } from "./harness/process.mjs";
import { serve } from "./harness/server.mjs";

const [, , nativeRows, runs = "11"] = process.argv;
const glue = join(root, "target/glue");

show("native", JSON.parse(await readFile(nativeRows, "utf8")));
show("wasm, node", await inNode());
show("wasm, Chromium", await inChromium());

async function inNode() {
    const { initSync, table } = await import(pathToFileURL(join(glue, "bench.js")));
    initSync({ module: await readFile(join(glue, "bench_bg.wasm")) });
    return JSON.parse(table(Number(runs), () => performance.now()));
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

function show(where, rows) {
    console.log(`\n${where}`);
    console.table(rows);
}
