// The provider that a page sees: EIP-1193, announced by EIP-6963. It runs in the page's own world, so it holds no
// secret and decides nothing; every call goes to the worker, which learns the origin from the browser.

import icon from "../icon/symbolon.svg";
import {
    DISCONNECTED,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARAMS_LIMIT,
    TO_CONTENT,
    TO_INPAGE,
    type ToPage,
} from "./wire.js";

type Listener = (...data: unknown[]) => void;
interface Rpc {
    id?: unknown;
    jsonrpc?: string;
    method: string;
    params?: unknown;
}
type Callback = (
    error: Error | null,
    response?: { id: unknown; jsonrpc: "2.0"; result?: unknown; error?: unknown },
) => void;

// Taken before any script of the page runs: what a page, or a library in it, replaces later changes nothing here.
const { apply, defineProperty } = Reflect;
const { hasOwn } = Object;
const { parse, stringify } = JSON;
const { isArray } = Array;
const pageOrigin = self.origin;
const timeout = setTimeout.bind(window);
const dispatch = window.dispatchEvent.bind(window);
const toRelay = window.postMessage.bind(window) as (message: unknown, target: string) => void;
const { get: mapGet, set: mapSet, delete: mapDelete, clear: mapClear } = Map.prototype;
const then = Promise.prototype.then;
const ThePromise = Promise;

/** A map whose methods nobody can replace. */
class Table<Value> {
    #map = new Map<string, Value>();
    get = (key: string): Value | undefined => apply(mapGet, this.#map, [key]) as Value | undefined;
    set = (key: string, value: Value): void => void apply(mapSet, this.#map, [key, value]);
    delete = (key: string): void => void apply(mapDelete, this.#map, [key]);
    clear = (): void => apply(mapClear, this.#map, []);
}

/** A property of the object's own: a prototype that was tampered with answers nothing. */
function own(object: unknown, name: string): unknown {
    return typeof object === "object" && object !== null && hasOwn(object, name)
        ? (object as Record<string, unknown>)[name]
        : undefined;
}

/** EIP-1193's `ProviderRpcError`. */
class ProviderRpcError extends Error {
    readonly code: number;
    readonly data?: unknown;

    constructor(code: number, message: string, data?: unknown) {
        super(message);
        this.name = "ProviderRpcError";
        this.code = code;
        if (data !== undefined) this.data = data;
    }
}

class Provider {
    /** Says which wallet this is, as wallets do. */
    readonly isSymbolon = true;
    /** Last known values, for pages older than EIP-1193. */
    chainId: string | null = null;
    networkVersion: string | null = null;
    selectedAddress: string | null = null;
    #connected = true;
    #listeners = new Table<Listener[]>();
    #next = 0;
    #pageLoad = randomHex(8);
    #waiting = new Table<{
        method: string;
        resolve: (result: unknown) => void;
        reject: (error: Error) => void;
    }>();

    request = (request: { method: string; params?: unknown }): Promise<unknown> =>
        new ThePromise((resolve, reject) => {
            const method = own(request, "method");
            const params = own(request, "params");
            if (typeof method !== "string" || method.length === 0) {
                throw new ProviderRpcError(INVALID_REQUEST, "The request needs a method.");
            }
            if (params !== undefined && (typeof params !== "object" || params === null)) {
                throw new ProviderRpcError(INVALID_REQUEST, "The parameters must be an array or an object.");
            }
            const json = jsonOf(params ?? []);
            const id = `${this.#pageLoad}-${this.#next++}`;
            this.#waiting.set(id, { method, resolve, reject });
            toRelay({ target: TO_CONTENT, id, method, params: json }, pageOrigin);
        });

    isConnected = (): boolean => this.#connected;

    enable = (): Promise<unknown> => this.request({ method: "eth_requestAccounts" });

    /** Some pages give no callback: they ask all the same. */
    sendAsync = (payload: Rpc | Rpc[], callback?: Callback): void => {
        const tell: Callback = typeof callback === "function" ? callback : () => undefined;
        if (isArray(payload)) {
            const all = ThePromise.all(payload.map((one) => this.#respond(one)));
            void (apply(then, all, [(answers: unknown) => tell(null, answers as never)]) as unknown);
            return;
        }
        const respond = (response: unknown): void =>
            tell((own(response, "error") as Error | undefined) ?? null, response as never);
        void (apply(then, this.#respond(payload), [respond]) as unknown);
    };

    send = (first: string | Rpc, second?: unknown): unknown => {
        if (typeof first === "string") return this.#respond({ method: first, params: second ?? [] }, true);
        if (typeof second === "function") return this.sendAsync(first, second as Callback);
        // Answers at once, from what is known: what web3 0.20 asked synchronously.
        const known: Record<string, unknown> = {
            eth_accounts: this.selectedAddress === null ? [] : [this.selectedAddress],
            eth_coinbase: this.selectedAddress,
            net_version: this.networkVersion,
        };
        if (typeof first?.method !== "string" || !hasOwn(known, first.method)) {
            throw new ProviderRpcError(INVALID_REQUEST, "This call needs a callback.");
        }
        return { id: first.id, jsonrpc: "2.0", result: known[first.method] };
    };

    on = (name: string, listener: Listener): this => {
        const before = this.#listeners.get(name);
        const after: Listener[] = [];
        for (let index = 0; index < (before?.length ?? 0); index += 1) define(after, index, before![index]!);
        define(after, after.length, listener);
        this.#listeners.set(name, after);
        return this;
    };

    addListener = this.on;

    once = (name: string, listener: Listener): this => {
        const once: Listener = (...data) => {
            this.removeListener(name, once);
            listener(...data);
        };
        (once as { of?: Listener }).of = listener;
        return this.on(name, once);
    };

    removeListener = (name: string, listener: Listener): this => {
        const before = this.#listeners.get(name);
        const after: Listener[] = [];
        let found = false;
        for (let index = 0; index < (before?.length ?? 0); index += 1) {
            const one = before![index]!;
            if (!found && (one === listener || (one as { of?: Listener }).of === listener)) found = true;
            else define(after, after.length, one);
        }
        if (found) this.#listeners.set(name, after);
        return this;
    };

    off = this.removeListener;

    removeAllListeners = (name?: string): this => {
        if (name === undefined) this.#listeners.clear();
        else this.#listeners.delete(name);
        return this;
    };

    listeners = (name: string): Listener[] => {
        const present = this.#listeners.get(name);
        const copy: Listener[] = [];
        for (let index = 0; index < (present?.length ?? 0); index += 1) define(copy, index, present![index]!);
        return copy;
    };

    listenerCount = (name: string): number => this.#listeners.get(name)?.length ?? 0;

    emit = (name: string, ...data: unknown[]): boolean => {
        const listeners = this.listeners(name);
        for (let index = 0; index < listeners.length; index += 1) {
            // One page's broken listener does not keep the others from hearing.
            try {
                apply(listeners[index]!, this, data);
            } catch (error) {
                timeout(() => {
                    throw error;
                }, 0);
            }
        }
        return listeners.length > 0;
    };

    /** From the relay. Not part of what a page sees: a closure below holds it. */
    static heard(provider: Provider, message: ToPage): void {
        if (message.kind === "answer") provider.#answered(message.id, message.answer);
        if (message.kind === "event") provider.#event(message.name, parse(message.data) as unknown);
    }

    #answered(id: string, json: string): void {
        const waiting = this.#waiting.get(id);
        if (!waiting) return;
        this.#waiting.delete(id);
        const answer = parse(json) as unknown;
        const error = own(answer, "error") as { code: number; message: string } | undefined;
        const result = own(answer, "result");
        if (error) {
            if (error.code === DISCONNECTED) this.#lost(error.message);
            waiting.reject(new ProviderRpcError(error.code, error.message, own(error, "data")));
            return;
        }
        this.#learn(waiting.method, result);
        waiting.resolve(result);
    }

    #event(name: string, data: unknown): void {
        if (name === "chainChanged" && typeof data === "string") this.#chain(data);
        if (name === "accountsChanged" && isArray(data)) this.selectedAddress = (data[0] as string | undefined) ?? null;
        this.emit(name, data);
    }

    #learn(method: string, result: unknown): void {
        if (method === "eth_chainId" && typeof result === "string") {
            const first = this.chainId === null || !this.#connected;
            this.#connected = true;
            this.#chain(result);
            if (first) this.emit("connect", { chainId: result });
        }
        if ((method === "eth_accounts" || method === "eth_requestAccounts") && isArray(result)) {
            this.selectedAddress = (result[0] as string | undefined) ?? null;
        }
    }

    #chain(chainId: string): void {
        this.chainId = chainId;
        this.networkVersion = BigInt(chainId).toString();
    }

    #lost(message: string): void {
        if (!this.#connected) return;
        this.#connected = false;
        this.emit("disconnect", new ProviderRpcError(DISCONNECTED, message));
    }

    async #respond(payload: Rpc, rejects = false): Promise<unknown> {
        const head = { id: payload?.id, jsonrpc: "2.0" as const };
        try {
            return { ...head, result: await this.request({ method: payload?.method, params: payload?.params }) };
        } catch (error) {
            if (rejects) throw error;
            return { ...head, error };
        }
    }
}

function jsonOf(params: unknown): string {
    let json: string | undefined;
    try {
        json = stringify(params);
    } catch {
        throw new ProviderRpcError(INVALID_PARAMS, "The parameters cannot be written as JSON.");
    }
    if (json === undefined || json.length > PARAMS_LIMIT) {
        throw new ProviderRpcError(INVALID_PARAMS, "The parameters are larger than 1 MiB.");
    }
    return json;
}

function randomHex(bytes: number): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
        "",
    );
}

/** Version 4 (RFC 9562, section 5.4); `crypto.randomUUID` is absent on pages without TLS. */
function uuid(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Writes an element past any setter that a page put on the prototype of arrays. */
function define(list: Listener[], index: number, value: Listener): void {
    defineProperty(list, index, { configurable: true, enumerable: true, value, writable: true });
}

const COMPATIBLE = { configurable: true, enumerable: true, value: true, writable: true };
let appeared = false;
const provider = new Provider();
const detail = Object.freeze({
    info: Object.freeze({ uuid: uuid(), name: "Symbolon", icon, rdns: "org.symbolon.wallet" }),
    provider,
});

function announce(): void {
    dispatch(new CustomEvent("eip6963:announceProvider", { detail }));
}

window.addEventListener("message", (event) => {
    if (event.source !== window || event.origin !== pageOrigin) return;
    const message = event.data as ToPage;
    if (own(message, "target") !== TO_INPAGE) return;
    if (message.kind === "default") takePlace();
    else if (message.kind === "compatible") defineProperty(provider, "isMetaMask", COMPATIBLE);
    else if (message.kind === "frame") appear();
    else Provider.heard(provider, message);
});

// In a frame, the provider does not exist for the page until the owner's rule for its site says so.
if (window === window.top) appear();

function appear(): void {
    if (appeared) return;
    appeared = true;
    window.addEventListener("eip6963:requestProvider", announce);
    announce();
    // `window.ethereum`, for pages older than EIP-6963, only where no other wallet is.
    if (!("ethereum" in window)) takePlace();
}

function takePlace(): void {
    try {
        if ((window as { ethereum?: unknown }).ethereum === provider) return;
        defineProperty(window, "ethereum", {
            value: provider,
            configurable: true,
            enumerable: true,
            writable: true,
        });
        dispatch(new Event("ethereum#initialized"));
    } catch {
        // The page, or another wallet, nailed it down: EIP-6963 remains.
    }
}
