// A real EVM node: anvil.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort, root, start } from "./process.mjs";

/** Starts anvil, with its ten funded development accounts. */
export async function startChain({ blockTime, id = 31337, port } = {}) {
    const chosen = port ?? (await freePort());
    const args = ["--host", "127.0.0.1", "--port", String(chosen), "--chain-id", String(id)];
    if (blockTime) args.push("--block-time", String(blockTime));
    const node = await start(anvil(), args, {
        ready: (line) => line.includes("Listening on"),
    });
    const url = `http://127.0.0.1:${chosen}`;
    return {
        url,
        rpc: (method, ...params) => rpc(url, method, params),
        /** Sends ether from the first development account. */
        async fund(address, wei) {
            const [from] = await rpc(url, "eth_accounts", []);
            const value = `0x${BigInt(wei).toString(16)}`;
            const hash = await rpc(url, "eth_sendTransaction", [{ from, to: address, value }]);
            return rpc(url, "eth_getTransactionReceipt", [hash]);
        },
        stop: () => node.stop(),
    };
}

// The package of the platform holds the binary itself; elsewhere, one on the path will do.
function anvil() {
    const packaged = join(root, "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
    return existsSync(packaged) ? packaged : "anvil";
}

export async function rpc(url, method, params) {
    const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id: 1, jsonrpc: "2.0", method, params }),
    });
    const { error, result } = await response.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
}
