import {
    connect,
    createConfig,
    createStorage,
    disconnect,
    getConnection,
    http,
    reconnect,
    sendTransaction,
    signMessage,
    switchChain,
    watchChainId,
} from "@wagmi/core";
import { defineChain } from "viem";

// The test's chains; the page is served with them.
const chains = window.chains.map(({ id, name, url }) =>
    defineChain({
        id,
        name,
        nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" },
        rpcUrls: { default: { http: [url] } },
    }),
);
const config = createConfig({
    chains,
    multiInjectedProviderDiscovery: true,
    storage: createStorage({ storage: window.localStorage }),
    transports: Object.fromEntries(chains.map((chain) => [chain.id, http()])),
});
window.heard = [];
watchChainId(config, { onChange: (id) => window.heard.push(`0x${id.toString(16)}`) });
const ours = () => config.connectors.find((connector) => connector.id === "org.symbolon.wallet");
while (!ours()) await new Promise((resolve) => setTimeout(resolve, 20));
await reconnect(config);

window.client = {
    connect: async () => (await connect(config, { connector: ours() })).accounts,
    accounts: () => getConnection(config).addresses ?? [],
    chain: () => getConnection(config).chainId,
    // Switching to a chain that the wallet does not know makes wagmi add it.
    add: ({ id }) => switchChain(config, { chainId: id }),
    switch: (id) => switchChain(config, { chainId: id }),
    send: (to) => sendTransaction(config, { to, value: 1n }),
    sign: (message) => signMessage(config, { message }),
    disconnect: () => disconnect(config),
};
