// Measures a module under node by CPU time, so that what else runs on the machine is not counted.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { root } from "./harness/process.mjs";

export const glue = join(root, "target/glue");

/** A module, and a run of it that warms it up. */
export async function warm(module, run) {
    // Only the compiler that code which is used often ends up with: the other one hands over in the background, and
    // the time of that would count.
    setFlagsFromString("--no-liftoff");
    const code = await import(pathToFileURL(join(glue, `${module}.js`)));
    code.initSync({ module: await readFile(join(glue, `${module}_bg.wasm`)) });
    run(code);
    return code;
}

/** CPU time of this process in ms. */
export function cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}

/** Prints rows, and what they were measured in. */
export function show(where, rows) {
    console.log(`\n${where}`);
    const round = (ms) => Number(ms.toPrecision(3));
    console.table(
        rows.map((row) => ({
            ...row,
            cpu_ms: round(row.cpu_ms),
            after_approval_ms: round(row.after_approval_ms),
        })),
    );
}
