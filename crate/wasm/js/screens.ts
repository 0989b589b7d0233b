// The page's end of the pipe between screens and host, and the sentence that is shown where there is no host.

import { providePasskeys } from "./passkey.js";

/** A connection to the host; `onMessage` is called with JSON text. */
export interface Pipe {
    send(json: string): void;
}

/** Opens a connection; `onLost` is called once when it ends. */
export type Connect = (onMessage: (json: string) => void, onLost: () => void) => Pipe;

/** Gives the screens their bridge, `globalThis.symbolonBridge`. The pipe is opened anew whenever it is lost. */
export function provideBridge(connect: Connect): void {
    const bridge = {
        connect(toScreen: (json: string) => void): Pipe {
            let hello: string | undefined;
            let pipe: Pipe | undefined;
            let lostInARow = 0;
            /** Given while there was no pipe: an order that nobody answers would wait for ever. */
            let unsent: string[] = [];
            const open = (): void => {
                pipe = connect(
                    (json) => {
                        lostInARow = 0;
                        if (!drawUnavailable(json, () => pipe?.send('{"type":"retry"}'))) toScreen(json);
                    },
                    () => {
                        pipe = undefined;
                        toScreen('{"type":"gone"}');
                        setTimeout(open, Math.min(100 * 2 ** lostInARow++, 5_000));
                    },
                );
                if (hello !== undefined) pipe.send(hello);
                for (const json of unsent) pipe.send(json);
                unsent = [];
            };
            open();
            return {
                send(json) {
                    if (json.includes('"type":"hello"')) hello = json;
                    if (pipe) pipe.send(json);
                    else if (json !== hello) unsent.push(json);
                },
            };
        },
    };
    providePasskeys();
    Object.defineProperty(globalThis, "symbolonBridge", { value: Object.freeze(bridge) });
}

/** Shows a plain sentence in the page's `#unavailable`, with one next step. */
export function showUnavailable(code: string, message: string, again: () => void): void {
    const box = document.getElementById("unavailable");
    if (!box) return;
    box.dataset["code"] = code;
    box.querySelector("p")?.replaceChildren(message);
    const button = box.querySelector("button");
    if (button) {
        button.onclick = () => {
            box.hidden = true;
            again();
        };
    }
    box.hidden = false;
}

function drawUnavailable(json: string, again: () => void): boolean {
    if (!json.startsWith('{"type":"unavailable"')) return false;
    const { code, message } = JSON.parse(json) as { code: string; message: string };
    showUnavailable(code, message, again);
    return true;
}
