// The extension's worker: woken by events, killed at will. All listeners are registered at once, synchronously; the
// core opens meanwhile and finds what arrived in the runner's queue.

import { fromScreen, type Refusal, type ToScreen } from "../../crate/wasm/js/messages.js";
import { Runner } from "../../crate/wasm/js/runner.js";
import { RateLimit } from "./limits.js";
import { showApproval } from "./window.js";
import {
    callOf,
    errorAnswer,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    PROVIDER_PORT,
    SCREEN_PORT,
    type ToPage,
} from "./wire.js";

interface Page {
    origin: string;
    port: chrome.runtime.Port;
}

/** Connections are never numbered alike, not even by two lives of the worker. */
let nextNumber = Date.now() * 1000;
const pages = new Map<number, Page>();
const screens = new Map<number, chrome.runtime.Port>();
/** Whose reply it is, by the number that the core knows. */
const replies = new Map<number, { port: chrome.runtime.Port; reply: number }>();
const rate = new RateLimit();
let events: { at: number; origin: string | undefined; message: ToPage }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let alarmAt: number | undefined;
let defaultProvider: boolean | undefined;

const runner = new Runner({
    appVersion: chrome.runtime.getManifest().version,
    database: "symbolon",
    defaultRelay: DEFAULT_RELAY,
    kind: "browser",
    wasm: { core: chrome.runtime.getURL("core_bg.wasm"), kdf: chrome.runtime.getURL("kdf_bg.wasm") },

    alarm(at) {
        clearTimeout(timer);
        timer = setTimeout(wake, Math.max(0, Math.min(at - Date.now(), LONGEST_TIMER_MS)));
        // The timer dies with the worker; the browser's own alarm does not, but is never sooner than half a minute.
        const when = Math.max(at, Date.now() + ALARM_FLOOR_MS);
        if (alarmAt !== undefined && alarmAt > Date.now() && alarmAt <= when + ALARM_SLACK_MS) return;
        alarmAt = when;
        void chrome.alarms.create(ALARM, { when });
    },
    answer(client, id, answer) {
        post(pages.get(client)?.port, { kind: "answer", id, answer } satisfies ToPage);
    },
    emit(origin, name, data) {
        const message: ToPage = { kind: "event", name, data };
        for (const page of pages.values()) {
            if (origin === undefined || page.origin === origin) post(page.port, message);
        }
        // Pages whose port died with an earlier worker connect again, and are told what they missed.
        const now = Date.now();
        events = [...events.filter((event) => now - event.at < EVENT_KEPT_MS), { at: now, origin, message }];
        void reconnectPages();
    },
    forget() {
        void chrome.storage.session.remove(REMEMBERED);
    },
    notify(title, message) {
        void chrome.notifications.create({
            iconUrl: chrome.runtime.getURL("icon/128.png"),
            message,
            title,
            type: "basic",
        });
    },
    remember(key) {
        void chrome.storage.session.set({ [REMEMBERED]: btoa(String.fromCharCode(...key)) });
    },
    async remembered() {
        const stored = (await chrome.storage.session.get(REMEMBERED))[REMEMBERED];
        return typeof stored === "string" ? Uint8Array.from(atob(stored), (c) => c.charCodeAt(0)) : undefined;
    },
    reply(number, error) {
        const to = replies.get(number);
        replies.delete(number);
        if (to)
            toScreen(
                to.port,
                error ? { type: "reply", reply: to.reply, error } : { type: "reply", reply: to.reply, ok: true },
            );
    },
    showApproval,
    unavailable(refusal: Refusal) {
        for (const port of screens.values()) toScreen(port, { type: "unavailable", ...refusal });
    },
    view(json) {
        const message = `{"type":"view","view":${json}}`;
        for (const port of screens.values()) post(port, message);
        mirror(json);
    },
});

chrome.runtime.onConnect.addListener((port) => {
    if (port.name === PROVIDER_PORT) pageConnected(port);
    else if (port.name === SCREEN_PORT && isScreen(port.sender)) screenConnected(port);
    else port.disconnect();
});

chrome.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name !== ALARM) return;
    alarmAt = undefined;
    wake();
});

chrome.idle.onStateChanged.addListener((state) => {
    if (state === "locked") runner.dispatch({ type: "systemLocked" });
});

chrome.notifications.onClicked.addListener(() => showApproval());

chrome.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") void chrome.tabs.create({ url: chrome.runtime.getURL("app.html?onboarding") });
});

// The browser started: an event is all that it takes to open the core.
chrome.runtime.onStartup.addListener(wake);

function wake(): void {
    runner.dispatch({ type: "wake" });
}

function pageConnected(port: chrome.runtime.Port): void {
    const { frameId, id, origin } = port.sender ?? {};
    // Who asks is what the browser says. Frames inside of pages are not served, nor documents without an origin.
    if (id !== chrome.runtime.id || frameId !== 0 || !origin || !/^https?:\/\//.test(origin)) {
        port.disconnect();
        return;
    }
    const client = ++nextNumber;
    pages.set(client, { origin, port });
    runner.dispatch({ type: "providerHere", client, origin });
    port.onDisconnect.addListener(() => {
        void chrome.runtime.lastError;
        pages.delete(client);
        runner.dispatch({ type: "providerGone", client });
    });
    port.onMessage.addListener((message: unknown) => {
        const call = callOf(message);
        if (!call) return;
        const refuse = (code: number, text: string): void =>
            post(port, { kind: "answer", id: call.id, answer: errorAnswer(code, text) } satisfies ToPage);
        if (!rate.admits(origin)) return refuse(LIMIT_EXCEEDED, "This site asks too often. Try again in a second.");
        if (!isParams(call.params)) return refuse(INVALID_REQUEST, "The parameters must be an array or an object.");
        runner.dispatch({ type: "provider", client, origin, ...call });
    });
    for (const event of events) {
        if (Date.now() - event.at < EVENT_KEPT_MS && (event.origin === undefined || event.origin === origin)) {
            post(port, event.message);
        }
    }
}

function screenConnected(port: chrome.runtime.Port): void {
    const number = ++nextNumber;
    screens.set(number, port);
    port.onDisconnect.addListener(() => {
        void chrome.runtime.lastError;
        screens.delete(number);
        for (const [known, to] of replies) if (to.port === port) replies.delete(known);
    });
    port.onMessage.addListener((json: unknown) => {
        const message = fromScreen(json);
        if (message?.type === "hello") runner.askView();
        if (message?.type === "retry") runner.retry();
        if (message?.type !== "command") return;
        const known = ++nextNumber;
        replies.set(known, { port, reply: message.reply });
        runner.dispatch({ type: "command", reply: known, command: message.command });
    });
}

/** A page of this extension, in a tab or window of its own. */
function isScreen(sender: chrome.runtime.MessageSender | undefined): boolean {
    const own = chrome.runtime.getURL("");
    if (sender?.id !== chrome.runtime.id || !sender.url?.startsWith(own)) return false;
    return SCREENS.has(new URL(sender.url).pathname);
}

function isParams(json: string): boolean {
    return json.startsWith("[") || json.startsWith("{");
}

async function reconnectPages(): Promise<void> {
    for (const tab of await chrome.tabs.query({})) {
        // Tabs without our relay have nobody who answers.
        if (tab.id !== undefined) void chrome.tabs.sendMessage(tab.id, "reconnect").catch(() => undefined);
    }
}

/** Shows outside of the core what of the view belongs there: the badge, and whether we are the default provider. */
function mirror(json: string): void {
    const view = JSON.parse(json) as { requests: { canDecide: boolean }[]; settings: { defaultProvider: boolean } };
    const waiting = view.requests.filter((request) => request.canDecide).length;
    void chrome.action.setBadgeText({ text: waiting === 0 ? "" : String(waiting) });
    if (view.settings.defaultProvider !== defaultProvider) {
        defaultProvider = view.settings.defaultProvider;
        void chrome.storage.local.set({ defaultProvider });
    }
}

function toScreen(port: chrome.runtime.Port, message: ToScreen): void {
    post(port, JSON.stringify(message));
}

function post(port: chrome.runtime.Port | undefined, message: ToPage | string): void {
    try {
        port?.postMessage(message);
    } catch {
        // Closed meanwhile; `onDisconnect` tidies up.
    }
}

const ALARM = "wake";
const ALARM_FLOOR_MS = 30_000;
const ALARM_SLACK_MS = 1_000;
const EVENT_KEPT_MS = 5_000;
/** `setTimeout` takes 32 bits. */
const LONGEST_TIMER_MS = 0x7fff_ffff;
const REMEMBERED = "vaultKey";
const SCREENS = new Set(["/app.html", "/approval.html", "/popup.html"]);
