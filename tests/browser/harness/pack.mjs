// A pack of descriptors, for a contract that nothing else knows.

/** A contract that only a pack knows, and a call of its `harvest(uint256)`. */
export const VAULT = "0x0000000000000000000000000000000000c0ffee";
export const HARVEST = `0xddc63262${"7".padStart(64, "0")}`;

/** A pack in its one form: keys sorted, no spaces. With `copies` of its descriptor it is as long as a registry's. */
export function packSaying(intent, copies = 1) {
    const descriptor = {
        context: { contract: { deployments: [{ address: VAULT, chainId: 31337 }] } },
        display: {
            formats: {
                "harvest(uint256 pool)": { fields: [{ format: "raw", label: "Pool", path: "pool" }], intent },
            },
        },
    };
    const names = Array.from({ length: copies }, (_, index) => `vault-${String(index).padStart(6, "0")}`);
    const descriptors = Object.fromEntries(names.map((name) => [name, descriptor]));
    return JSON.stringify({ descriptors, source: "registry 3b66ba2", symbolonPack: 1 });
}
