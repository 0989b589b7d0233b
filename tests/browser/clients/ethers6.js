import { BrowserProvider } from "ethers";
import { found, listen } from "./found.js";

const announced = await found();
listen(announced);
const provider = new BrowserProvider(announced, "any");

window.client = {
    connect: () => provider.send("eth_requestAccounts", []),
    accounts: async () => (await provider.listAccounts()).map((signer) => signer.address),
    chain: async () => Number((await provider.getNetwork()).chainId),
    add: ({ id, name, url }) =>
        provider.send("wallet_addEthereumChain", [
            {
                chainId: `0x${id.toString(16)}`,
                chainName: name,
                nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" },
                rpcUrls: [url],
            },
        ]),
    switch: (id) => provider.send("wallet_switchEthereumChain", [{ chainId: `0x${id.toString(16)}` }]),
    send: async (to) => (await (await provider.getSigner()).sendTransaction({ to, value: 1n })).hash,
    sign: async (message) => (await provider.getSigner()).signMessage(message),
    disconnect: () => provider.send("wallet_revokePermissions", [{ eth_accounts: {} }]),
};
