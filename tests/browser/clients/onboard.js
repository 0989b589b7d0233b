import Onboard from "@web3-onboard/core";
import injectedModule from "@web3-onboard/injected-wallets";
import { BrowserProvider } from "ethers";

const hex = (id) => `0x${id.toString(16)}`;
const onboard = Onboard({
    accountCenter: { desktop: { enabled: false }, mobile: { enabled: false } },
    appMetadata: { description: "a test", icon: "<svg></svg>", name: "Test" },
    chains: window.chains.map(({ id, name, url }) => ({ id: hex(id), label: name, rpcUrl: url, token: "ETH" })),
    connect: { autoConnectLastWallet: true },
    notify: { enabled: false },
    wallets: [injectedModule()],
});
window.heard = [];
onboard.state.select("wallets").subscribe(([wallet]) => {
    const id = wallet?.chains[0]?.id;
    if (id && window.heard.at(-1) !== id) window.heard.push(id);
});
const wallet = () => onboard.state.get().wallets[0];
const signer = () => new BrowserProvider(wallet().provider, "any").getSigner();
const addresses = () => (wallet()?.accounts ?? []).map((account) => account.address);

window.client = {
    connect: async () => {
        await onboard.connectWallet({ autoSelect: { disableModals: true, label: "Symbolon" } });
        return addresses();
    },
    accounts: () => addresses(),
    chain: () => Number(wallet()?.chains[0]?.id),
    // Setting a chain that the wallet does not know makes web3-onboard add it.
    add: ({ id }) => onboard.setChain({ chainId: hex(id) }),
    switch: (id) => onboard.setChain({ chainId: hex(id) }),
    send: async (to) => (await (await signer()).sendTransaction({ to, value: 1n })).hash,
    sign: async (message) => (await signer()).signMessage(message),
    disconnect: async () => {
        const { label, provider } = wallet();
        await provider.request({ method: "wallet_revokePermissions", params: [{ eth_accounts: {} }] });
        await onboard.disconnectWallet({ label });
    },
};
