// What hosts, screens and the core say to each other. Mirrors crate/wasm/src/message.rs and crate/ui/src/wire.rs.

/** Host to core. */
export type Message =
    | { type: "command"; reply: number; command: unknown }
    | { type: "provider"; client: number; origin: string; id: string; method: string; params: string }
    | { type: "providerGone"; client: number }
    | { type: "providerHere"; client: number; origin: string }
    | { type: "systemLocked" }
    | { type: "wake" };

/** A pinned code and a plain sentence. */
export interface Refusal {
    code: string;
    message: string;
}

/** Page to host. `ping` keeps an extension's worker alive while a screen is open,
 * `retry` opens a core that could not be opened. */
export type FromScreen =
    | { type: "command"; reply: number; command: unknown }
    | { type: "hello"; screen: string }
    | { type: "ping" }
    | { type: "retry" };

/** Host to page. `unavailable` is for the page's own script: the core could not be opened. */
export type ToScreen =
    | { type: "gone" }
    | { type: "reply"; reply: number; ok: true; given?: string }
    | { type: "reply"; reply: number; error: Refusal }
    | { type: "unavailable"; code: string; message: string };

/** Reads a message of a screen; undefined if it is none. */
export function fromScreen(json: unknown): FromScreen | undefined {
    if (typeof json !== "string" || json.length > SCREEN_LIMIT) return undefined;
    let value: unknown;
    try {
        value = JSON.parse(json);
    } catch {
        return undefined;
    }
    if (typeof value !== "object" || value === null) return undefined;
    const message = value as Record<string, unknown>;
    switch (message["type"]) {
        case "command": {
            const { reply, command } = message;
            if (typeof reply !== "number" || !Number.isSafeInteger(reply) || reply < 0) return undefined;
            return typeof command === "object" && command !== null ? { type: "command", reply, command } : undefined;
        }
        case "hello":
            return typeof message["screen"] === "string" ? { type: "hello", screen: message["screen"] } : undefined;
        case "ping":
        case "retry":
            return { type: message["type"] };
        default:
            return undefined;
    }
}

/** The longest order carries a file of the owner's: 8 MiB at most (`MAX_PACK` of crate/chain), of which JSON may write
 * each character in six. A browser passes on 64 MiB. */
const SCREEN_LIMIT = 50 * 1024 * 1024;
