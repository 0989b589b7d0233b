// A dApp as others write them: it finds wallets by EIP-6963 and speaks EIP-1193. Results stand in <output>s, with
// `data-state` (asking, done, failed) and `data-value` (a hash, a signature) for tests.

import { TOKEN_CODE } from "./token.js";

interface Eip1193 {
    request(call: { method: string; params?: unknown }): Promise<unknown>;
    on(name: string, listener: (data: never) => void): void;
}
interface Announced {
    info: { uuid: string; name: string; icon: string; rdns: string };
    provider: Eip1193;
}

const wallets = new Map<string, Announced>();
let provider: Eip1193 | undefined;
let account: string | undefined;
let chain: string | undefined;

window.addEventListener("eip6963:announceProvider", (event) => {
    const announced = (event as CustomEvent<Announced>).detail;
    wallets.set(announced.info.uuid, announced);
    drawWallets();
});
window.dispatchEvent(new Event("eip6963:requestProvider"));

function drawWallets(): void {
    find("wallets").replaceChildren(
        ...[...wallets.values()].map(({ info, provider: theirs }) => {
            const button = document.createElement("button");
            const icon = document.createElement("img");
            icon.src = info.icon;
            icon.alt = "";
            button.type = "button";
            button.dataset["rdns"] = info.rdns;
            button.append(icon, `Connect ${info.name}`);
            button.addEventListener("click", () => void connect(theirs));
            return button;
        }),
    );
}

async function connect(chosen: Eip1193): Promise<void> {
    if (provider !== chosen) {
        provider = chosen;
        chosen.on("accountsChanged", (accounts: string[]) => {
            log("accountsChanged", accounts);
            void learn(accounts[0]);
        });
        chosen.on("chainChanged", (id: string) => {
            log("chainChanged", id);
            void learn(account);
        });
        chosen.on("connect", (info: unknown) => log("connect", info));
        chosen.on("disconnect", (error: Error) => log("disconnect", error.message));
    }
    try {
        const [first] = (await ask("eth_requestAccounts")) as string[];
        await learn(first);
    } catch (error) {
        log("eth_requestAccounts", textOf(error));
    }
}

async function learn(next: string | undefined): Promise<void> {
    account = next;
    chain = (await ask("eth_chainId")) as string;
    find("account").textContent = account ?? "–";
    find("chain").textContent = chain;
    if (!account) return;
    try {
        find("balance").textContent = `${fromWei((await ask("eth_getBalance", [account, "latest"])) as string)} ETH`;
    } catch (error) {
        find("balance").textContent = textOf(error);
    }
}

onSubmit("network", (fields) =>
    ask("wallet_switchEthereumChain", [{ chainId: fields("chain") }]).then(() => learn(account)),
);

onSubmit("send", (fields) => run("send-result", () => transact({ to: fields("to"), value: toWei(fields("amount")) })));

find("deploy").addEventListener("click", () =>
    run("deploy-result", async () => {
        const receipt = await transact({ data: TOKEN_CODE });
        (document.querySelector("#token input[name=contract]") as HTMLInputElement).value = String(
            receipt["contractAddress"],
        );
        return receipt;
    }),
);

onSubmit("token", (fields) =>
    run("token-result", () => {
        // transfer(address,uint256), ERC-20.
        const data = `0xa9059cbb${word(fields("to"))}${word(toWei(fields("amount")))}`;
        return transact({ to: fields("contract"), data });
    }),
);

onSubmit("personal", (fields) =>
    run("personal-result", () => ask("personal_sign", [toHex(fields("message")), account])),
);

find("typed").addEventListener("click", () =>
    run("typed-result", () => ask("eth_signTypedData_v4", [account, JSON.stringify(typedData())])),
);

/** The EIP's own example, on the chain that is active. */
function typedData(): unknown {
    return {
        domain: {
            name: "Ether Mail",
            version: "1",
            chainId: Number(chain),
            verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        message: {
            from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            contents: "Hello, Bob!",
        },
        primaryType: "Mail",
        types: {
            EIP712Domain: [
                { name: "name", type: "string" },
                { name: "version", type: "string" },
                { name: "chainId", type: "uint256" },
                { name: "verifyingContract", type: "address" },
            ],
            Mail: [
                { name: "from", type: "Person" },
                { name: "to", type: "Person" },
                { name: "contents", type: "string" },
            ],
            Person: [
                { name: "name", type: "string" },
                { name: "wallet", type: "address" },
            ],
        },
    };
}

/** Sends, then waits for the receipt as dApps do: through the wallet's own RPC. */
async function transact(fields: Record<string, string>): Promise<Record<string, unknown>> {
    const hash = (await ask("eth_sendTransaction", [{ from: account, ...fields }])) as string;
    log("hash", hash);
    for (;;) {
        const receipt = (await ask("eth_getTransactionReceipt", [hash])) as Record<string, unknown> | null;
        if (receipt) {
            void learn(account);
            return receipt;
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

async function run(output: string, work: () => Promise<unknown>): Promise<void> {
    const place = find(output);
    const show = (state: string, text: string, value: string): void => {
        place.dataset["state"] = state;
        place.dataset["value"] = value;
        place.textContent = text;
    };
    show("asking", "Waiting for the wallet …", "");
    try {
        const result = await work();
        if (typeof result === "string") return show("done", result, result);
        const receipt = result as Record<string, string>;
        const sentence = receipt["status"] === "0x1" ? "Mined" : "Failed";
        show(
            "done",
            `${sentence} in block ${Number(receipt["blockNumber"])}: ${receipt["transactionHash"]}`,
            receipt["transactionHash"] ?? "",
        );
    } catch (error) {
        show("failed", textOf(error), String((error as { code?: number }).code ?? ""));
    }
}

function ask(method: string, params?: unknown[]): Promise<unknown> {
    if (!provider) return Promise.reject(new Error("Connect a wallet first."));
    return provider.request(params ? { method, params } : { method });
}

function onSubmit(id: string, work: (fields: (name: string) => string) => Promise<unknown>): void {
    const form = find(id) as HTMLFormElement;
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        const data = new FormData(form);
        work((name) => String(data.get(name) ?? "").trim()).catch((error: unknown) => log(id, textOf(error)));
    });
}

function log(name: string, data: unknown): void {
    const line = document.createElement("li");
    line.textContent = `${name}: ${typeof data === "string" ? data : JSON.stringify(data)}`;
    find("log").append(line);
}

function find(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (!found) throw new Error(`no #${id}`);
    return found;
}

function textOf(error: unknown): string {
    const { code, message } = error as { code?: number; message?: string };
    return code === undefined ? String(message) : `${message} (${code})`;
}

function toWei(amount: string): string {
    const [whole = "0", fraction = ""] = amount.split(".");
    return `0x${BigInt(whole + fraction.padEnd(18, "0").slice(0, 18)).toString(16)}`;
}

function fromWei(hex: string): string {
    const digits = BigInt(hex).toString().padStart(19, "0");
    return `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, "");
}

function word(hex: string): string {
    return hex.replace(/^0x/, "").toLowerCase().padStart(64, "0");
}

function toHex(text: string): string {
    return `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
