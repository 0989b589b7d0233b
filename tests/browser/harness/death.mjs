// Death of a process at a chosen step: from there on nothing that it does reaches a disk, the network or a window.

/** How long nothing leaves a worker that has nothing to do. */
const QUIET_MS = 250;

/**
 * A worker's steps are what leaves it: frames that it sends, writes to its store, transactions that it broadcasts,
 * windows that it opens. They are counted by themselves, so a new message of the protocol is a new step here.
 *
 * With `at` the worker dies just before its step of this number, counted from 0; what came in between two steps
 * changes nothing outside. The process itself is to be killed as soon as `died` resolves. Keep-alives are not
 * counted: they come with time, not with the protocol.
 */
export async function mortal(worker, at) {
    await worker.evaluate(arm);
    // What is still under way, such as the channel's handshake after a start, is not part of what is asked next.
    await worker.evaluate(quiet, QUIET_MS);
    await worker.evaluate((at) => void Object.assign(globalThis.mortality, { at, steps: [] }), at);
    return {
        /** Resolves with the name of the step that was not done any more. */
        died: worker.evaluate(() => globalThis.mortality.died).catch(() => "killed"),
        /** Lets it live; whether it was too late for that. */
        spare: () =>
            worker
                .evaluate(() => {
                    globalThis.mortality.at = undefined;
                    return globalThis.mortality.dead;
                })
                .catch(() => false),
        /** Names of the steps done so far. */
        steps: () => worker.evaluate(() => globalThis.mortality.steps),
    };
}

// Runs in the worker.
async function quiet(ms) {
    let seen;
    while (seen !== globalThis.mortality.steps.length) {
        seen = globalThis.mortality.steps.length;
        await new Promise((resolve) => setTimeout(resolve, ms));
    }
}

// Runs in the worker.
function arm() {
    if (globalThis.mortality) return;
    const mortality = { at: undefined, dead: false, steps: [] };
    mortality.died = new Promise((resolve) => (mortality.tell = resolve));
    globalThis.mortality = mortality;
    const never = () => new Promise(() => undefined);
    /** Whether this step is still done. */
    const step = (name) => {
        if (mortality.dead) return false;
        mortality.dead = mortality.steps.length === mortality.at;
        if (mortality.dead) mortality.tell(name);
        else mortality.steps.push(name);
        return !mortality.dead;
    };
    const replace = (holder, method, make) => {
        const real = holder[method];
        holder[method] = function (...given) {
            return make(() => real.apply(this, given), ...given);
        };
    };

    // crate/link/src/mailbox/frame.rs: version, then the number of the variant.
    const FRAMES = ["hello", "open", "close", "put", "ack", "ping"];
    replace(WebSocket.prototype, "send", (send, bytes) => {
        const name = FRAMES[new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0)[1]] ?? "frame";
        if (name === "ping" ? !mortality.dead : step(`sent ${name}`)) send();
    });
    // A transaction that nothing ever comes of: who waits for it waits until the end.
    const silent = new Proxy(() => undefined, {
        apply: () => silent,
        get: () => silent,
        getPrototypeOf: () => IDBTransaction.prototype,
        set: () => true,
    });
    replace(IDBDatabase.prototype, "transaction", (begin, _names, mode) =>
        mode === "readwrite" && !step("stored") ? silent : begin(),
    );
    // A request does not tell its body again.
    const broadcasts = new WeakSet();
    globalThis.Request = new Proxy(Request, {
        construct(target, given) {
            const request = new target(...given);
            if (String(given[1]?.body).includes("eth_sendRawTransaction")) broadcasts.add(request);
            return request;
        },
    });
    replace(globalThis, "fetch", (ask, request) =>
        (broadcasts.has(request) ? step("broadcast") : !mortality.dead) ? ask() : never(),
    );
    if (globalThis.chrome?.windows) {
        replace(chrome.windows, "create", (open) => (step("opened a window") ? open() : never()));
        replace(chrome.storage.session, "set", (keep) => (step("remembered") ? keep() : never()));
    }
}
