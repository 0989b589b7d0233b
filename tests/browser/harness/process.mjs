// Programs that a test starts, and free ports for them.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** A port that nobody uses now. */
export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/** A binary of this workspace, from whichever profile built it. */
export function binary(name) {
    const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
    const found = [process.env.SYMBOLON_PROFILE, "release", "debug"]
        .filter(Boolean)
        .map((profile) => join(target, profile, name))
        .find(existsSync);
    if (!found) throw new Error(`${name} is not built: ./build.sh builds it`);
    return found;
}

/** Starts a program and waits until `ready(line)` is true of a line that it wrote. */
export function start(command, args, { ready, env = {}, timeoutMs = 20_000 }) {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const lines = [];
    let stopped = false;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const running = {
        child,
        lines,
        async stop(signal = "SIGTERM") {
            stopped = true;
            if (child.exitCode === null && child.signalCode === null) child.kill(signal);
            const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
            await exited;
            clearTimeout(late);
        },
    };
    return new Promise((resolve, reject) => {
        const fail = (why) => {
            child.kill("SIGKILL");
            reject(new Error(`${command}: ${why}\n${lines.slice(-20).join("\n")}`));
        };
        const timer = setTimeout(() => fail("not ready in time"), timeoutMs);
        let rest = "";
        const read = (chunk) => {
            rest += chunk;
            const parts = rest.split("\n");
            rest = parts.pop();
            for (const line of parts) {
                lines.push(line);
                if (lines.length > 2_000) lines.shift();
                if (ready(line)) {
                    clearTimeout(timer);
                    resolve(running);
                }
            }
        };
        child.stdout.on("data", read);
        child.stderr.on("data", read);
        child.once("error", (error) => fail(error.message));
        child.once("exit", (code) => {
            clearTimeout(timer);
            if (!stopped) fail(`ended with ${code}`);
        });
    });
}
