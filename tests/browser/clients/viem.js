import { createWalletClient, custom, defineChain } from "viem";
import { found, listen } from "./found.js";

const provider = await found();
listen(provider);
const client = createWalletClient({ transport: custom(provider) });
const account = async () => (await client.getAddresses())[0];

window.client = {
    connect: () => client.requestAddresses(),
    accounts: () => client.getAddresses(),
    chain: () => client.getChainId(),
    add: ({ id, name, url }) =>
        client.addChain({
            chain: defineChain({
                id,
                name,
                nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" },
                rpcUrls: { default: { http: [url] } },
            }),
        }),
    switch: (id) => client.switchChain({ id }),
    send: async (to) => client.sendTransaction({ account: await account(), chain: null, to, value: 1n }),
    sign: async (message) => client.signMessage({ account: await account(), message }),
    disconnect: () => client.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] }),
};
