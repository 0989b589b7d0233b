// What is in the memory of a worker or a page, seen through the browser's debugger: the memories of its WebAssembly
// instances and the texts of its heap. The debugger shows neither JavaScript's own arrays of bytes nor garbage.

import { open, readFile, readdir } from "node:fs/promises";

/** A debugger's session with one of them. */
export class Debugger {
    #root;

    /** The worker of the extension that runs in this context. */
    static async ofExtension({ context, origin }) {
        const root = await context.browser().newBrowserCDPSession();
        const { targetInfos } = await root.send("Target.getTargets");
        const worker = targetInfos.find(({ type, url }) => type === "service_worker" && url.startsWith(origin));
        const { sessionId } = await root.send("Target.attachToTarget", { targetId: worker.targetId, flatten: false });
        return new Debugger(root, nested(root, sessionId));
    }

    /** The only worker of a page. */
    static async ofPage(page) {
        const session = await page.context().newCDPSession(page);
        // Its service worker, which keeps the page's files, is told too.
        const attached = new Promise((resolve) => {
            session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
                if (targetInfo.type === "worker") resolve(sessionId);
            });
        });
        await session.send("Target.setAutoAttach", { autoAttach: true, flatten: false, waitForDebuggerOnStart: false });
        return new Debugger(session, nested(session, await attached));
    }

    /** A page itself. */
    static async ofScreen(page) {
        const session = await page.context().newCDPSession(page);
        const on = (method, listener) => {
            session.on(method, listener);
            return () => session.off(method, listener);
        };
        return new Debugger(session, { on, send: (method, params) => session.send(method, params) });
    }

    constructor(root, worker) {
        this.#root = root;
        this.send = worker.send;
        this.on = worker.on;
    }

    /** What it holds now, after a collection of garbage: texts first, which what follows would add to. */
    async snapshot() {
        const texts = await this.#texts();
        const { result } = await this.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
        const { objects } = await this.send("Runtime.queryObjects", {
            objectGroup: SCAN,
            prototypeObjectId: result.objectId,
        });
        const memories = [];
        for (let at = 0; ; at += 1) {
            const memory = await this.#bytes(objects.objectId, at);
            if (!memory) break;
            memories.push(memory);
        }
        await this.send("Runtime.releaseObjectGroup", { objectGroup: SCAN });
        return { memories, texts };
    }

    async #texts() {
        const chunks = [];
        const stop = this.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
        await this.send("HeapProfiler.enable");
        await this.send("HeapProfiler.collectGarbage");
        await this.send("HeapProfiler.takeHeapSnapshot", { captureNumericValue: false, reportProgress: false });
        await this.send("HeapProfiler.disable");
        stop();
        return JSON.parse(chunks.join("")).strings;
    }

    /** The bytes of one of these memories; nothing if there are not so many. */
    async #bytes(objectId, at) {
        const parts = [];
        for (let from = 0; ; from += PART) {
            const { exceptionDetails, result } = await this.send("Runtime.callFunctionOn", {
                functionDeclaration: `function () {
                    if (!this[${at}]) return undefined;
                    const bytes = new Uint8Array(this[${at}].buffer).subarray(${from}, ${from + PART});
                    let text = "";
                    for (let at = 0; at < bytes.length; at += 32768)
                        text += String.fromCharCode(...bytes.subarray(at, at + 32768));
                    return btoa(text);
                }`,
                objectId,
                returnByValue: true,
            });
            if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
            if (result.value === undefined) return undefined;
            if (result.value === "") return Buffer.concat(parts);
            parts.push(Buffer.from(result.value, "base64"));
        }
    }

    async close() {
        await this.#root.detach();
    }
}

/** The writable memory of every process that this one started, and of theirs, part by part (proc(5): maps, mem). */
export async function* processMemory() {
    const parents = new Map();
    for (const name of await readdir("/proc")) {
        const stat = /^\d+$/.test(name) && (await readFile(`/proc/${name}/stat`, "latin1").catch(() => ""));
        // A command's name may hold anything, brackets too.
        if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]));
    }
    const isOurs = (pid) => parents.has(pid) && (parents.get(pid) === process.pid || isOurs(parents.get(pid)));
    for (const pid of [...parents.keys()].filter(isOurs)) {
        const memory = await open(`/proc/${pid}/mem`).catch(() => undefined);
        if (!memory) continue;
        const maps = await readFile(`/proc/${pid}/maps`, "latin1");
        for (const [, from, to] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
            const end = Number.parseInt(to, 16);
            for (let at = Number.parseInt(from, 16); at < end; at += PROCESS_PART) {
                const part = Buffer.alloc(Math.min(PROCESS_PART, end - at));
                // Some ranges belong to devices, and cannot be read.
                const read = await memory.read(part, 0, part.length, at).catch(() => ({ bytesRead: 0 }));
                yield part.subarray(0, read.bytesRead);
            }
        }
        await memory.close();
    }
}

/** A session within a session: messages to it and from it are wrapped. */
function nested(root, sessionId) {
    let last = 0;
    const waiting = new Map();
    const listeners = new Map();
    root.on("Target.receivedMessageFromTarget", ({ message, sessionId: from }) => {
        if (from !== sessionId) return;
        const { error, id, method, params, result } = JSON.parse(message);
        if (method) for (const listener of listeners.get(method) ?? []) listener(params);
        const asked = waiting.get(id);
        waiting.delete(id);
        if (asked && error) asked.reject(new Error(error.message));
        else asked?.resolve(result);
    });
    return {
        on(method, listener) {
            listeners.set(method, new Set([...(listeners.get(method) ?? []), listener]));
            return () => listeners.get(method).delete(listener);
        },
        send(method, params = {}) {
            const id = ++last;
            const answered = new Promise((resolve, reject) => waiting.set(id, { reject, resolve }));
            const message = JSON.stringify({ id, method, params });
            return root.send("Target.sendMessageToTarget", { message, sessionId }).then(() => answered);
        },
    };
}

const PROCESS_PART = 1 << 24;
const SCAN = "scan";
const PART = 1 << 20;
