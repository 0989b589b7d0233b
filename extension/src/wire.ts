// What in-page provider, content relay and worker say to each other, and how much of it is let through.

/** A page's call. Parameters travel as JSON text, so that nothing of the page's objects does. */
export interface Call {
    id: string;
    method: string;
    params: string;
}

/** Relay or worker to page. */
export type ToPage =
    /** JSON text of `{result}` or `{error}`. */
    | { kind: "answer"; id: string; answer: string }
    /** JSON text of the event's argument. */
    | { kind: "event"; name: string; data: string }
    /** The owner wants this wallet at `window.ethereum`, whoever else is there. */
    | { kind: "default" }
    /** The owner lets this site take the wallet for MetaMask. */
    | { kind: "compatible" }
    /** The owner lets frames of this site ask. */
    | { kind: "frame" };

/** The owner's rules for a site, as far as they matter outside of the core. */
export interface SiteRules {
    compatibility: boolean;
    frames: boolean;
}

/** Where `storage.local` has the rules of all sites that have any, by origin. */
export const SITE_RULES = "siteRules";

/** The rules of one origin in what was stored. */
export function rulesOf(stored: unknown, origin: string): SiteRules {
    const own = (value: unknown, name: string): unknown =>
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
            ? (value as Record<string, unknown>)[name]
            : undefined;
    const rules = own(stored, origin);
    return { compatibility: own(rules, "compatibility") === true, frames: own(rules, "frames") === true };
}

/** Names the direction on `window.postMessage`, where everybody's messages meet. */
export const TO_CONTENT = "symbolon:content";
export const TO_INPAGE = "symbolon:inpage";

/** Names of the ports. */
export const PROVIDER_PORT = "provider";
export const SCREEN_PORT = "screen";

/** Reads a call; undefined if it is none, or too much. */
export function callOf(value: unknown): Call | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const { id, method, params } = value as Record<string, unknown>;
    if (typeof id !== "string" || !ID.test(id)) return undefined;
    if (typeof method !== "string" || method.length === 0 || method.length > METHOD_LIMIT) return undefined;
    if (typeof params !== "string" || params.length > PARAMS_LIMIT) return undefined;
    return { id, method, params };
}

/** JSON text of an error answer. */
export function errorAnswer(code: number, message: string): string {
    return JSON.stringify({ error: { code, message } });
}

/** EIP-1193: the provider is disconnected from all chains; here, the worker cannot be reached. */
export const DISCONNECTED = 4900;
/** EIP-1474. */
export const INVALID_PARAMS = -32602;
export const INVALID_REQUEST = -32600;
export const LIMIT_EXCEEDED = -32005;

/** Characters of a call's parameters as JSON, 1 Mi. */
export const PARAMS_LIMIT = 1024 * 1024;

const ID = /^[0-9a-zA-Z-]{1,64}$/;
const METHOD_LIMIT = 100;
