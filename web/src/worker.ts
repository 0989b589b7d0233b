// The phone's worker: the same core as in the extension, without windows and pages.

import { fromScreen, type ToScreen } from "../../crate/wasm/js/messages.js";
import { Runner, replyOf } from "../../crate/wasm/js/runner.js";

/** The page's own messages, beside those of its screens. */
export type ToPage = { type: "notify"; title: string; body: string };

let timer: ReturnType<typeof setTimeout> | undefined;
/** Lives as long as the page; a page that is loaded anew asks for the password again. */
let key: Uint8Array | undefined;

const runner = new Runner({
    appVersion: APP_VERSION,
    database: "symbolon",
    defaultRelay: `${self.location.origin.replace(/^http/, "ws")}/v1/relay`,
    kind: "phone",
    wasm: {
        core: new URL("core_bg.wasm", self.location.href).href,
        kdf: new URL("kdf_bg.wasm", self.location.href).href,
    },

    alarm(at) {
        clearTimeout(timer);
        timer = setTimeout(wake, Math.max(0, Math.min(at - Date.now(), LONGEST_TIMER_MS)));
    },
    answer() {},
    emit() {},
    forget() {
        key?.fill(0);
        key = undefined;
    },
    notify(title, body) {
        toPage({ type: "notify", title, body });
    },
    remember(bytes) {
        key?.fill(0);
        key = bytes.slice();
    },
    remembered: () => Promise.resolve(key?.slice()),
    reply(reply, error, given) {
        toPage(replyOf(reply, error, given));
    },
    showApproval() {},
    unavailable(refusal) {
        toPage({ type: "unavailable", ...refusal });
    },
    view(json) {
        self.postMessage(`{"type":"view","view":${json}}`);
    },
});

self.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const message = fromScreen(data);
    if (message?.type === "hello") runner.askView();
    if (message?.type === "ping") wake();
    if (message?.type === "retry") runner.retry();
    if (message?.type === "command") runner.dispatch(message);
});

function wake(): void {
    runner.dispatch({ type: "wake" });
}

function toPage(message: ToScreen | ToPage): void {
    self.postMessage(JSON.stringify(message));
}

const LONGEST_TIMER_MS = 0x7fff_ffff;
