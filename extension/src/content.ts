// Carries calls between a page and the worker. It keeps what is unanswered, and asks again when the worker died in
// between; once the extension itself is gone (reloaded, updated, removed), every call is answered 4900.

import {
    callOf,
    DISCONNECTED,
    errorAnswer,
    INVALID_REQUEST,
    PROVIDER_PORT,
    rulesOf,
    SITE_RULES,
    TO_CONTENT,
    TO_INPAGE,
    type Call,
    type ToPage,
} from "./wire.js";

const pending = new Map<string, Call>();
let port: chrome.runtime.Port | undefined;
let failures = 0;
/** This page has asked something: it is interested in events. */
let used = false;
const isFrame = window !== window.top;
/** A frame sleeps unless the owner allows its site; the worker refuses it as well. */
let awake = !isFrame;

window.addEventListener("message", (event) => {
    if (!awake || event.source !== window || event.origin !== self.origin) return;
    if ((event.data as { target?: unknown } | null)?.target !== TO_CONTENT) return;
    const call = callOf(event.data);
    if (!call) {
        const id: unknown = (event.data as { id?: unknown }).id;
        if (typeof id === "string") refuse(id, INVALID_REQUEST, "The request is malformed or too large.");
        return;
    }
    used = true;
    pending.set(call.id, call);
    if (port) post(port, call);
    else connect();
});

window.addEventListener("pageshow", (event) => {
    // Back from the back/forward cache, which closed the port.
    if (event.persisted && used && !port) connect();
});

/** The worker has an event for pages that it may have lost the port of. */
try {
    chrome.runtime.onMessage.addListener((message: unknown, sender) => {
        if (sender.id === chrome.runtime.id && message === "reconnect" && used && !port) connect();
    });
    void chrome.storage.local.get(["defaultProvider", SITE_RULES]).then((stored) => {
        const rules = rulesOf(stored[SITE_RULES], self.origin);
        // Before the provider shows itself, so that nobody sees it without.
        if (rules.compatibility) toPage({ kind: "compatible" });
        if (isFrame && rules.frames) {
            awake = true;
            toPage({ kind: "frame" });
        }
        if (stored["defaultProvider"] === true && awake) toPage({ kind: "default" });
    });
} catch {
    // Orphaned from the start; calls are answered below.
}

function connect(): void {
    if (!alive()) return orphaned();
    let opened: chrome.runtime.Port;
    try {
        opened = chrome.runtime.connect({ name: PROVIDER_PORT });
    } catch {
        return orphaned();
    }
    port = opened;
    opened.onMessage.addListener((message: ToPage) => {
        failures = 0;
        if (message.kind === "answer") pending.delete(message.id);
        toPage(message);
    });
    opened.onDisconnect.addListener(() => {
        // Read, or the browser complains that nobody did.
        void chrome.runtime?.lastError;
        if (port === opened) port = undefined;
        if (!alive()) return orphaned();
        if (pending.size === 0) return;
        failures += 1;
        if (failures > FAILURES_LIMIT) refuseAll("The wallet does not answer.");
        else setTimeout(() => !port && pending.size > 0 && connect(), FIRST_RETRY_MS * 2 ** (failures - 1));
    });
    for (const call of pending.values()) post(opened, call);
}

function post(to: chrome.runtime.Port, call: Call): void {
    try {
        to.postMessage(call);
    } catch {
        // Disconnected meanwhile: `onDisconnect` asks again.
    }
}

function alive(): boolean {
    return chrome.runtime?.id !== undefined;
}

function orphaned(): void {
    refuseAll("The wallet was updated or removed. Reload this page.");
}

function refuseAll(message: string): void {
    failures = 0;
    for (const id of [...pending.keys()]) refuse(id, DISCONNECTED, message);
}

function refuse(id: string, code: number, message: string): void {
    pending.delete(id);
    toPage({ kind: "answer", id, answer: errorAnswer(code, message) });
}

function toPage(message: ToPage): void {
    window.postMessage({ ...message, target: TO_INPAGE }, self.origin);
}

const FAILURES_LIMIT = 8;
const FIRST_RETRY_MS = 20;
