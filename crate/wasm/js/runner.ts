// Keeps one core running: opens it, restarts it when it dies, and loses no call on the way.

import init, { Core, __wbg_reset_state, type Host } from "#glue/core.js";
import { deriveKey } from "./kdf.js";
import type { Message, Refusal, ToScreen } from "./messages.js";

/** What differs between the extension's worker and the phone's. No method may throw. */
export interface Platform {
    readonly appVersion: string;
    readonly database: string;
    readonly defaultRelay: string;
    readonly kind: "browser" | "phone";
    /** Addresses of the two modules. */
    readonly wasm: { core: string; kdf: string };
    alarm(at: number): void;
    answer(client: number, id: string, answer: string): void;
    emit(origin: string | undefined, name: string, data: string): void;
    forget(): void;
    notify(title: string, body: string): void;
    remember(key: Uint8Array): void;
    /** A copy, which is wiped after use. */
    remembered(): Promise<Uint8Array | undefined>;
    reply(reply: number, error: Refusal | undefined, given?: string): void;
    showApproval(): void;
    /** The core cannot be opened; a sentence for the screens. */
    unavailable(refusal: Refusal): void;
    view(json: string): void;
}

type Provider = Extract<Message, { type: "provider" }>;
type ProviderHere = Extract<Message, { type: "providerHere" }>;

export class Runner {
    #core: Core | undefined;
    #platform: Platform;
    /** Commands without a reply yet. */
    #commands = new Set<number>();
    /** Pages that listen, to be introduced again to the next instance. */
    #clients = new Map<number, ProviderHere>();
    /** Calls without an answer yet, to be asked again of the next instance: (origin, id) is idempotent. */
    #calls = new Map<string, Provider>();
    #deaths: number[] = [];
    #instance = 0;
    #refusal: Refusal | undefined;
    #refusedAt = 0;
    #viewQueued = false;
    #waiting: Message[] = [];

    constructor(platform: Platform) {
        this.#platform = platform;
        void this.#open();
    }

    /** Hands an event to the core, now or as soon as it is open. */
    dispatch(message: Message): void {
        if (message.type === "command") this.#commands.add(message.reply);
        if (message.type === "provider") this.#calls.set(callKey(message.client, message.id), message);
        if (message.type === "providerHere") this.#clients.set(message.client, message);
        if (message.type === "providerGone") this.#forgetClient(message.client);
        // Whatever was wrong may be over: the next call after a while finds out.
        if (this.#refusal && Date.now() - this.#refusedAt > RETRY_AFTER_MS) this.retry();
        if (this.#core) this.#hand(this.#core, message);
        else if (this.#refusal && message.type !== "wake") this.#refuse(message, this.#refusal);
        else if (this.#waiting.length < WAITING_LIMIT) this.#waiting.push(message);
        else this.#refuse(message, BUSY);
    }

    /** Asks for a view soon; several questions at once are one. */
    askView(): void {
        if (this.#refusal) this.#platform.unavailable(this.#refusal);
        if (this.#viewQueued || !this.#core) return;
        this.#viewQueued = true;
        setTimeout(() => {
            this.#viewQueued = false;
            const view = this.#alive((core) => core.view());
            if (view !== undefined) this.#platform.view(view);
        }, 0);
    }

    /** Tries to open once more after a refusal. */
    retry(): void {
        if (this.#core || !this.#refusal) return;
        const died = this.#refusal === STOPPED;
        this.#refusal = undefined;
        if (died) __wbg_reset_state();
        void this.#open();
    }

    async #open(): Promise<void> {
        const instance = ++this.#instance;
        const { appVersion, database, defaultRelay, kind, wasm } = this.#platform;
        let remembered: Uint8Array | undefined;
        try {
            await init({ module_or_path: wasm.core });
            remembered = await this.#platform.remembered();
            const config = JSON.stringify({ appVersion, database, defaultRelay, kind });
            const core = await Core.open(this.#host(instance), config, remembered);
            if (instance !== this.#instance) return;
            this.#core = core;
        } catch (error) {
            // A panic while opening has already planned the next attempt.
            if (instance === this.#instance) this.#unavailable(refusalOf(error));
            return;
        } finally {
            remembered?.fill(0);
        }
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const message of waiting) if (this.#core) this.#hand(this.#core, message);
        this.askView();
    }

    #host(instance: number): Host {
        const platform = this.#platform;
        // What a dead instance still says is not heard.
        const alive = (): boolean => instance === this.#instance;
        return {
            alarm: (at) => alive() && platform.alarm(at),
            answer: (client, id, answer) => {
                if (alive() && this.#calls.delete(callKey(client, id))) platform.answer(client, id, answer);
            },
            deriveKey: (password, salt, memoryKib, passes, lanes) =>
                deriveKey(platform.wasm.kdf, password, salt, memoryKib, passes, lanes),
            died: (place) => alive() && this.#died(place),
            emit: (origin, name, data) => alive() && platform.emit(origin, name, data),
            forget: () => alive() && platform.forget(),
            notify: (title, body) => alive() && platform.notify(title, body),
            remember: (key) => alive() && platform.remember(key),
            reply: (reply, error, given) => {
                if (alive() && this.#commands.delete(reply)) {
                    platform.reply(reply, error === undefined ? undefined : (JSON.parse(error) as Refusal), given);
                }
            },
            showApproval: () => alive() && platform.showApproval(),
            viewChanged: () => alive() && this.askView(),
        } as Host;
    }

    #hand(core: Core, message: Message): void {
        try {
            core.dispatch(JSON.stringify(message));
        } catch {
            if (this.#core === core)
                this.#refuse(message, { code: "host/message", message: "This was not understood. Nothing was done." });
        }
    }

    #alive<R>(ask: (core: Core) => R): R | undefined {
        try {
            return this.#core && ask(this.#core);
        } catch {
            return undefined;
        }
    }

    /** The panic hook spoke. The instance is still on the stack: the next one starts in a task of its own. */
    #died(place: string): void {
        console.error(`the core stopped at ${place}`);
        this.#core = undefined;
        this.#instance += 1;
        for (const reply of this.#commands) this.#platform.reply(reply, RESTARTED);
        this.#commands.clear();
        const now = Date.now();
        this.#deaths = [...this.#deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now];
        if (this.#deaths.length > DEATHS_LIMIT) {
            setTimeout(() => this.#unavailable(STOPPED), 0);
            return;
        }
        this.#waiting = [...this.#clients.values(), ...this.#calls.values()];
        setTimeout(
            () => {
                __wbg_reset_state();
                void this.#open();
            },
            RESTART_MS * 2 ** (this.#deaths.length - 1),
        );
    }

    #unavailable(refusal: Refusal): void {
        this.#refusal = refusal;
        this.#refusedAt = Date.now();
        this.#platform.unavailable(refusal);
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const message of waiting) this.#refuse(message, refusal);
    }

    #refuse(message: Message, refusal: Refusal): void {
        if (message.type === "command" && this.#commands.delete(message.reply)) {
            this.#platform.reply(message.reply, refusal);
        }
        if (message.type === "provider" && this.#calls.delete(callKey(message.client, message.id))) {
            const answer = { error: { code: INTERNAL, message: refusal.message } };
            this.#platform.answer(message.client, message.id, JSON.stringify(answer));
        }
    }

    #forgetClient(client: number): void {
        this.#clients.delete(client);
        for (const [key, call] of this.#calls) if (call.client === client) this.#calls.delete(key);
    }
}

/** The answer to a screen's command, as a message for it. */
export function replyOf(reply: number, error: Refusal | undefined, given: string | undefined): ToScreen {
    if (error) return { type: "reply", reply, error };
    return given === undefined ? { type: "reply", reply, ok: true } : { type: "reply", reply, ok: true, given };
}

function callKey(client: number, id: string): string {
    return `${client} ${id}`;
}

/** Sorts what `Core.open` threw. Its messages are those of `symbolon_wallet::store::StoreError`. */
function refusalOf(error: unknown): Refusal {
    const message = error instanceof Error ? error.message : "";
    return (
        OPEN_ERRORS[message] ?? {
            code: "store/unavailable",
            message: "The wallet could not be opened. Nothing was lost; try again.",
        }
    );
}

const OPEN_ERRORS: Record<string, Refusal> = {
    "storage is blocked": {
        code: "store/blocked",
        message:
            "This browser refuses storage to the wallet. Nothing was lost. Leave private browsing or allow storage, then try again.",
    },
    "storage is damaged": {
        code: "store/damaged",
        message:
            "What is stored here cannot be read. Nothing was overwritten. Your other devices still hold their shares.",
    },
    "storage is full": {
        code: "store/full",
        message: "There is no space left on this device. Nothing was lost. Free some space, then try again.",
    },
};
const BUSY: Refusal = { code: "host/busy", message: "The wallet is busy. Nothing was done; try again." };
const RESTARTED: Refusal = {
    code: "host/restarted",
    message: "The wallet had to restart. Nothing was signed; try again.",
};
const STOPPED: Refusal = {
    code: "host/stopped",
    message: "The wallet stopped several times. Nothing was signed and nothing was lost. Try again.",
};
const DEATHS_LIMIT = 4;
const DEATHS_WITHIN_MS = 60_000;
/** JSON-RPC internal error (EIP-1474). */
const INTERNAL = -32603;
const RESTART_MS = 50;
const RETRY_AFTER_MS = 10_000;
const WAITING_LIMIT = 1000;
