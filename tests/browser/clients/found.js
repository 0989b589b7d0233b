// Our wallet among those that announce themselves (EIP-6963).

export function found(rdns = "org.symbolon.wallet") {
    return new Promise((resolve) => {
        const heard = ({ detail }) => {
            if (detail.info.rdns !== rdns) return;
            window.removeEventListener("eip6963:announceProvider", heard);
            resolve(detail.provider);
        };
        window.addEventListener("eip6963:announceProvider", heard);
        window.dispatchEvent(new Event("eip6963:requestProvider"));
    });
}

/** Keeps what a provider's chain becomes, for the test to look at. */
export function listen(provider) {
    window.heard = [];
    provider.on("chainChanged", (chainId) => window.heard.push(chainId));
}
