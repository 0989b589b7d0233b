// The extension's worker: woken by events, killed at will. All listeners are registered at once, synchronously; the
// core opens meanwhile and finds what arrived in the runner's queue.

import { fromScreen, type Refusal, type ToScreen } from "../../crate/wasm/js/messages.js";
import { Runner, replyOf } from "../../crate/wasm/js/runner.js";
import { RateLimit } from "./limits.js";
import { showApproval } from "./window.js";
import {
    callOf,
    errorAnswer,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    PROVIDER_PORT,
    rulesOf,
    SCREEN_PORT,
    SITE_RULES,
    type SiteRules,
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
let siteRules: string | undefined;

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
        // News of a subscription is for the page that asked: once one of its site is here, nobody need be called.
        const served = name === "message" && [...pages.values()].some((page) => page.origin === origin);
        if (!served) void reconnectPages();
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
    reply(number, error, given) {
        const to = replies.get(number);
        replies.delete(number);
        if (to) toScreen(to.port, replyOf(to.reply, error, given));
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
    // Who asks is what the browser says. Documents without an origin are not served.
    if (id !== chrome.runtime.id || frameId === undefined || !origin || !/^https?:\/\//.test(origin)) {
        port.disconnect();
        return;
    }
    if (frameId === 0) {
        serve(port, origin);
        return;
    }
    // A frame inside of a page: what it says waits until the owner's rule for its site is known.
    const early: unknown[] = [];
    const keep = (message: unknown): void => {
        if (early.length < FRAME_EARLY_LIMIT) early.push(message);
    };
    port.onMessage.addListener(keep);
    void chrome.storage.local.get(SITE_RULES).then((stored) => {
        port.onMessage.removeListener(keep);
        if (!rulesOf(stored[SITE_RULES], origin).frames) return port.disconnect();
        const hear = serve(port, origin);
        for (const message of early) hear(message);
    });
}

/** Serves a page; gives what hears its messages. */
function serve(port: chrome.runtime.Port, origin: string): (message: unknown) => void {
    const client = ++nextNumber;
    pages.set(client, { origin, port });
    runner.dispatch({ type: "providerHere", client, origin });
    port.onDisconnect.addListener(() => {
        void chrome.runtime.lastError;
        pages.delete(client);
        runner.dispatch({ type: "providerGone", client });
    });
    const hear = (message: unknown): void => {
        const call = callOf(message);
        if (!call) return;
        const refuse = (code: number, text: string): void =>
            post(port, { kind: "answer", id: call.id, answer: errorAnswer(code, text) } satisfies ToPage);
        if (!rate.admits(origin)) return refuse(LIMIT_EXCEEDED, "This site asks too often. Try again in a second.");
        if (!isParams(call.params)) return refuse(INVALID_REQUEST, "The parameters must be an array or an object.");
        runner.dispatch({ type: "provider", client, origin, ...call });
    };
    port.onMessage.addListener(hear);
    for (const event of events) {
        if (Date.now() - event.at < EVENT_KEPT_MS && (event.origin === undefined || event.origin === origin)) {
            post(port, event.message);
        }
    }
    return hear;
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
    const view = JSON.parse(json) as {
        phase: string;
        requests: { canDecide: boolean }[];
        settings: { defaultProvider: boolean };
        sites: (SiteRules & { origin: string })[];
    };
    const waiting = view.requests.filter((request) => request.canDecide).length;
    void chrome.action.setBadgeText({ text: waiting === 0 ? "" : String(waiting) });
    if (view.settings.defaultProvider !== defaultProvider) {
        defaultProvider = view.settings.defaultProvider;
        void chrome.storage.local.set({ defaultProvider });
    }
    // A locked wallet shows no sites; their rules stay as they are. One that is erased or not made yet has none.
    if (view.phase === "locked") return;
    const ruled = view.sites.filter((site) => site.compatibility || site.frames);
    const rules = Object.fromEntries(
        ruled.map(({ compatibility, frames, origin }) => [origin, { compatibility, frames } satisfies SiteRules]),
    );
    const text = JSON.stringify(rules);
    if (text !== siteRules) {
        siteRules = text;
        void chrome.storage.local.set({ [SITE_RULES]: rules });
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
/** Most calls of a frame that wait for its rule. */
const FRAME_EARLY_LIMIT = 64;
/** `setTimeout` takes 32 bits. */
const LONGEST_TIMER_MS = 0x7fff_ffff;
const REMEMBERED = "vaultKey";
const SCREENS = new Set(["/app.html", "/approval.html", "/popup.html"]);
