// The phone's page: one tab holds the wallet, a worker of it runs the core, the screens talk to the worker.

import init from "#glue/ui.js";
import { provideBridge, showUnavailable } from "../../crate/wasm/js/screens.js";

const NOTIFY = '{"type":"notify"';

/** Whether this tab is the only one with the wallet: then the lock is held for as long as the page lives. */
async function onlyTab(): Promise<"only" | "other" | "blocked"> {
    return new Promise((resolve) => {
        const held = navigator.locks.request("symbolon", { ifAvailable: true }, (lock) => {
            resolve(lock === null ? "other" : "only");
            return lock === null ? undefined : new Promise<void>(() => undefined);
        });
        // A browser that refuses storage to a page refuses it locks as well.
        held.catch(() => resolve("blocked"));
    });
}

function startScreens(): void {
    provideBridge((onMessage, onLost) => {
        const worker = new Worker("worker.js", { type: "module" });
        worker.addEventListener("message", ({ data }: MessageEvent<string>) => {
            if (data.startsWith(NOTIFY)) void tell(data);
            else onMessage(data);
        });
        worker.addEventListener("error", (event) => {
            // The script or its module could not be loaded; errors inside of the core are the runner's business.
            if (event instanceof ErrorEvent && event.message) return;
            worker.terminate();
            onLost();
        });
        // Back on screen after a sleep: timers of a hidden page are late.
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "visible") worker.postMessage('{"type":"ping"}');
        });
        window.addEventListener("online", () => worker.postMessage('{"type":"ping"}'));
        return { send: (json) => worker.postMessage(json) };
    });
    init({ module_or_path: "ui_bg.wasm" }).catch(() => {
        showUnavailable("ui/failed", "The screens could not be loaded. Nothing was lost.", () => location.reload());
    });
}

/** Outside of the page only, and only where the owner allowed it. */
async function tell(json: string): Promise<void> {
    if (document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted")
        return;
    const { title, body } = JSON.parse(json) as { title: string; body: string };
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, { body, icon: "icon/192.png", tag: "symbolon" });
}

async function open(): Promise<void> {
    const again = (): void => location.reload();
    if (!window.isSecureContext || !navigator.locks) {
        showUnavailable("host/insecure", "This address is not secure. Open Symbolon through https.", again);
        return;
    }
    const tab = await onlyTab();
    if (tab === "blocked") {
        showUnavailable(
            "store/blocked",
            "This browser refuses storage to the wallet. Nothing was lost. Leave private browsing or allow storage, then try again.",
            again,
        );
    } else if (tab === "other") {
        showUnavailable(
            "host/other-tab",
            "Symbolon is open in another tab. Close it there, then try again here.",
            again,
        );
    } else {
        startScreens();
        void navigator.serviceWorker?.register("sw.js").catch(() => undefined);
        void navigator.storage?.persist?.().catch(() => undefined);
    }
}

await open();
