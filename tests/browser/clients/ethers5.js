import { ethers } from "ethers5";
import { found, listen } from "./found.js";

const announced = await found();
listen(announced);
const provider = new ethers.providers.Web3Provider(announced, "any");

window.client = {
    connect: () => provider.send("eth_requestAccounts", []),
    accounts: () => provider.listAccounts(),
    chain: async () => (await provider.getNetwork()).chainId,
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
    send: async (to) => (await provider.getSigner().sendTransaction({ to, value: 1 })).hash,
    sign: (message) => provider.getSigner().signMessage(message),
    disconnect: () => provider.send("wallet_revokePermissions", [{ eth_accounts: {} }]),
};
