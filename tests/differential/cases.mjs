// ethers' own published cases, all of them: npm `@ethersproject/testcases` 5.8.0.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { keccak256 } from "ethers";
import assert from "node:assert/strict";
import { about as aboutTransaction } from "./transactions.mjs";
import { about as aboutTyped } from "./typed.mjs";

const package_ = createRequire(import.meta.url).resolve("@ethersproject/testcases/package.json");
const load = (name) => {
    const file = new URL(`testcases/${name}.json.gz`, `file://${package_}`);
    return JSON.parse(gunzipSync(readFileSync(file)));
};

/** Every case as a question, under the name of its file. */
export function* cases() {
    for (const { domain, types, primaryType, data, digest } of load("eip712")) {
        yield ["eip712", aboutTyped(domain, types, primaryType, data, true, digest)];
    }
    for (const { unsigned } of load("typed-transactions")) yield ["typed-transactions", transaction(unsigned)];
    for (const { unsignedTransaction, unsignedTransactionChainId5 } of load("transactions")) {
        yield ["transactions", transaction(unsignedTransactionChainId5)];
        // From before EIP-155: good on every chain, and refused here.
        yield ["transactions without a chain", aboutTransaction(unsignedTransaction, false)];
    }
}

function transaction(payload) {
    const { question, check } = aboutTransaction(payload, false);
    return {
        question,
        check: (answer) => {
            if (!answer.refused) assert.equal(answer.digest, keccak256(payload));
            return check(answer);
        },
    };
}
