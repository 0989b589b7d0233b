import { Web3 } from "web3";
import { found, listen } from "./found.js";

const announced = await found();
listen(announced);
const web3 = new Web3(announced);
const account = async () => (await web3.eth.getAccounts())[0];

window.client = {
    connect: () => web3.eth.requestAccounts(),
    accounts: () => web3.eth.getAccounts(),
    chain: async () => Number(await web3.eth.getChainId()),
    add: ({ id, name, url }) =>
        announced.request({
            method: "wallet_addEthereumChain",
            params: [
                {
                    chainId: web3.utils.toHex(id),
                    chainName: name,
                    nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" },
                    rpcUrls: [url],
                },
            ],
        }),
    switch: (id) =>
        announced.request({ method: "wallet_switchEthereumChain", params: [{ chainId: web3.utils.toHex(id) }] }),
    send: async (to) => (await web3.eth.sendTransaction({ from: await account(), to, value: "1" })).transactionHash,
    sign: async (message) => web3.eth.personal.sign(web3.utils.utf8ToHex(message), await account(), ""),
    disconnect: () => announced.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] }),
};
