// The script of all three pages: the bridge to the worker, then the screens.

import init from "#glue/ui.js";
import { provideBridge, showUnavailable } from "../../crate/wasm/js/screens.js";
import { SCREEN_PORT } from "./wire.js";

if (location.search === "?onboarding") document.documentElement.dataset["screen"] = "onboarding";

provideBridge((onMessage, onLost) => {
    const port = chrome.runtime.connect({ name: SCREEN_PORT });
    // Messages keep the worker alive while somebody looks at it; an open port alone does not.
    const ping = setInterval(() => post('{"type":"ping"}'), PING_MS);
    const post = (json: string): void => {
        try {
            port.postMessage(json);
        } catch {
            // Closed meanwhile: `onDisconnect` follows.
        }
    };
    port.onMessage.addListener((json: string) => onMessage(json));
    port.onDisconnect.addListener(() => {
        void chrome.runtime?.lastError;
        clearInterval(ping);
        if (chrome.runtime?.id) onLost();
        else showUnavailable("host/gone", "Symbolon was updated. Open it again.", () => window.close());
    });
    return { send: post };
});

init({ module_or_path: "ui_bg.wasm" }).catch(() => {
    showUnavailable("ui/failed", "The screens could not be loaded. Nothing was lost.", () => location.reload());
});

if (document.documentElement.dataset["screen"] === "approval") {
    // One window for requests: a worker that died while it opened one does not know of it, and the next worker
    // opens another. The older one goes, whatever it shows.
    navigator.locks
        .request("approval", { steal: true }, () => new Promise(() => undefined))
        .catch(() => window.close());
    // One that has no request left is in the way.
    let closing: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
        clearTimeout(closing);
        if (document.querySelector('main[data-screen-name="idle"]'))
            closing = setTimeout(() => window.close(), IDLE_MS);
    };
    const attributes = { attributeFilter: ["data-screen-name"], childList: true, subtree: true };
    new MutationObserver(look).observe(document.body, attributes);
}

/** How long the owner sees that nothing is left. */
const IDLE_MS = 1_200;
const PING_MS = 20_000;
