// Runs a module's table under node, by CPU time, so that what else runs on the machine is not counted.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { root } from "./harness/process.mjs";

export const glue = join(root, "target/glue");

/** The rows of `module`'s function `table`, each the median of so many runs. */
export async function inNode(module, table, runs) {
    const code = await import(pathToFileURL(join(glue, `${module}.js`)));
    code.initSync({ module: await readFile(join(glue, `${module}_bg.wasm`)) });
    // Once before, and a pause: V8 compiles what is hot on threads whose time would count.
    code[table](2, cpu);
    await setTimeout(1000);
    return JSON.parse(code[table](runs, cpu));
}

/** CPU time of this process in ms. */
function cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}

/** Prints rows, by what they were measured in. */
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
