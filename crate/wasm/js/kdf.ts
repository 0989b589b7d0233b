// Argon2id in an instance that is wiped and thrown away: memory of a wasm instance is never given back while it lives, and
// an engine may keep a dead one's for long.

import init, { __wbg_reset_state, stretch } from "#glue/kdf.js";

/** Stretches a password to 32 bytes; undefined where the platform has no memory for it. */
export async function deriveKey(
    wasm: string,
    password: Uint8Array,
    salt: Uint8Array,
    memoryKib: number,
    passes: number,
    lanes: number,
): Promise<Uint8Array | undefined> {
    let memory: WebAssembly.Memory | undefined;
    try {
        ({ memory } = await init({ module_or_path: wasm }));
        return stretch(password, salt, memoryKib, passes, lanes);
    } catch {
        return undefined;
    } finally {
        password.fill(0);
        // The outcome, and all that it was made of.
        if (memory) new Uint8Array(memory.buffer).fill(0);
        // Puts an empty instance in the place of the one that just grew; the old one's memory becomes garbage.
        try {
            __wbg_reset_state();
        } catch {
            // Never was instantiated: nothing to throw away.
        }
    }
}
