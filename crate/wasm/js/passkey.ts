// The passkey's ceremony: what only a page can ask the browser for. Its outcome goes to the core as an order.
//
// WebAuthn level 3, section 10.1.4 (`prf`): the authenticator makes 32 bytes of a salt, after its owner showed to be
// there. The page hands them on and keeps nothing.

/** Hex text; `output` opens the vault and is a secret. */
export interface MadePasskey {
    credential: string;
    salt: string;
    output: string;
}

/** What the screens call; every rejection is one of `PasskeyFailure`. */
export interface Passkeys {
    /** Makes a passkey for this device; an earlier one of the same device on the same authenticator goes. */
    create(device: string, name: string): Promise<MadePasskey>;
    /** Makes a passkey that its owner finds without a device's help; what it makes of the salt, hex. */
    createToRecover(name: string, salt: string): Promise<string>;
    /** What the passkey makes of the salt, hex. Without a credential the owner chooses among those of this address. */
    use(credential: string, salt: string): Promise<string>;
}

/** Why there is no outcome: cancelled or not there, this address or browser cannot, the authenticator has no PRF. */
export type PasskeyFailure = "cancelled" | "no-prf" | "unsupported";

/** Gives the screens their passkeys, `globalThis.symbolonPasskeys`. */
export function providePasskeys(): void {
    const passkeys: Passkeys = { create, createToRecover, use };
    Object.defineProperty(globalThis, "symbolonPasskeys", { value: Object.freeze(passkeys) });
}

async function create(device: string, name: string): Promise<MadePasskey> {
    const salt = crypto.getRandomValues(new Uint8Array(32));
    return { ...(await made(fromHex(device), name, salt, "preferred")), salt: toHex(salt) };
}

async function createToRecover(name: string, salt: string): Promise<string> {
    // An id of its own: the passkeys that open devices stay.
    const user = crypto.getRandomValues(new Uint8Array(16));
    return (await made(user, name, fromHex(salt), "required")).output;
}

async function made(
    user: Uint8Array<ArrayBuffer>,
    name: string,
    salt: Uint8Array<ArrayBuffer>,
    residentKey: ResidentKeyRequirement,
): Promise<{ credential: string; output: string }> {
    const credential = await asked(() =>
        navigator.credentials.create({
            publicKey: {
                attestation: "none",
                authenticatorSelection: { residentKey, userVerification: "required" },
                // Nobody checks the signature: what opens the vault is the function's output.
                challenge: crypto.getRandomValues(new Uint8Array(32)),
                extensions: { prf: { eval: { first: salt } } },
                pubKeyCredParams: ALGORITHMS.map((alg) => ({ alg, type: "public-key" })),
                rp: { name: "Symbolon" },
                timeout: PATIENCE_MS,
                user: { displayName: name, id: user, name },
            },
        }),
    );
    const { prf } = credential.getClientExtensionResults();
    if (!prf?.enabled && !prf?.results) throw failure("no-prf");
    const id = toHex(new Uint8Array(credential.rawId));
    // Some authenticators make it at once, others only when the new passkey is used for the first time.
    return { credential: id, output: prf.results ? taken(prf.results.first) : await use(id, toHex(salt)) };
}

async function use(credential: string, salt: string): Promise<string> {
    const used = await asked(() =>
        navigator.credentials.get({
            publicKey: {
                allowCredentials: credential === "" ? [] : [{ id: fromHex(credential), type: "public-key" }],
                challenge: crypto.getRandomValues(new Uint8Array(32)),
                extensions: { prf: { eval: { first: fromHex(salt) } } },
                timeout: PATIENCE_MS,
                userVerification: "required",
            },
        }),
    );
    const results = used.getClientExtensionResults().prf?.results;
    if (!results) throw failure("no-prf");
    return taken(results.first);
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
    if (!("PublicKeyCredential" in globalThis) || !navigator.credentials) throw failure("unsupported");
    const answer = await ask().catch((error: unknown) => {
        // Cancelled, timed out and "not on this device" are one error, so that pages cannot tell them apart.
        const name = error instanceof DOMException ? error.name : "";
        throw failure(CANCELLED.has(name) ? "cancelled" : "unsupported");
    });
    if (!(answer instanceof PublicKeyCredential)) throw failure("unsupported");
    return answer;
}

function failure(reason: PasskeyFailure): Error {
    return new Error(reason);
}

/** Hex of the bytes, which are wiped. */
function taken(source: BufferSource): string {
    const bytes = ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source);
    const hex = toHex(bytes);
    bytes.fill(0);
    return hex;
}

function toHex(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** COSE: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];
const CANCELLED = new Set(["AbortError", "InvalidStateError", "NotAllowedError"]);
const PATIENCE_MS = 60_000;
