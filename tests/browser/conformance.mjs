// The conformance suite as wasm under node, against the same suite run natively: every count and every byte alike.
//
//   node --test tests/browser/conformance.mjs     CONFORMANCE_NATIVE=<what the native suite printed>

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./harness/process.mjs";

const glue = join(root, "target/glue");

test("wasm passes the suite and sends what native code sends, byte for byte", async () => {
    const native = JSON.parse(await readFile(process.env.CONFORMANCE_NATIVE, "utf8"));
    const { initSync, run } = await import(pathToFileURL(join(glue, "conformance.js")));
    initSync({ module: await readFile(join(glue, "conformance_bg.wasm")) });
    const began = performance.now();
    const wasm = JSON.parse(run());
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.table(wasm.map((part) => ({ ...part, digest: part.digest.slice(0, 16) })));
    console.log(`as wasm: ${seconds} s`);
    assert.ok(wasm.length > 0 && wasm.every((part) => part.ceremonies > 0 && part.frames > 0));
    assert.deepEqual(wasm, native);
});
