// Unsigned transactions as ethers encodes them, and with bytes changed: fields and digest.

import assert from "node:assert/strict";
import { Transaction, getBytes, hexlify } from "ethers";
import { altered, attempt } from "./random.mjs";

export function make(random) {
    const payload = Transaction.from(fields(random)).unsignedSerialized;
    if (random.once(2)) return about(payload, true);
    return about(hexlify(altered(random, getBytes(payload))), false);
}

function fields(random) {
    const type = random.below(3);
    const fee = random.number(128);
    const common = {
        type,
        chainId: 1n + random.number(62),
        nonce: Number(random.number(53)),
        gasLimit: random.number(64),
        to: random.once(4) ? null : random.hex(20),
        value: random.number(256),
        data: hexlify(random.bytes(random.once(20) ? random.below(2000) : random.below(80))),
    };
    const accessList = random.list(3, () => ({
        address: random.hex(20),
        storageKeys: random.list(3, () => random.hex(32)),
    }));
    if (type === 0) return { ...common, gasPrice: fee };
    if (type === 1) return { ...common, gasPrice: fee, accessList };
    return { ...common, maxFeePerGas: fee, maxPriorityFeePerGas: fee >> BigInt(random.below(20)), accessList };
}

/** A question about a payload. What ethers wrote must be read; anything else must be read alike, if it is. */
export function about(payload, isWhole) {
    const check = (answer) => {
        const theirs = attempt(() => Transaction.from(payload));
        const readable = theirs && attempt(() => read(theirs));
        if (answer.refused) {
            assert.ok(!isWhole, `refused what ethers wrote: ${answer.refused}`);
            return readable ? `refused here alone: ${answer.refused}` : "refused by both";
        }
        // ethers keeps a nonce as a JavaScript number.
        if (!readable && BigInt(answer.nonce) > Number.MAX_SAFE_INTEGER) return "nonce too large for ethers";
        assert.ok(readable, "read what ethers does not");
        assert.deepEqual(answer, readable);
        return isWhole ? "as written: alike" : "changed: read alike";
    };
    return { question: { transaction: payload }, check };
}

function read(tx) {
    assert.equal(tx.signature, null);
    const fees = tx.type === 2 ? [tx.maxFeePerGas, tx.maxPriorityFeePerGas] : [tx.gasPrice];
    return {
        type: tx.type,
        chainId: `${tx.chainId}`,
        nonce: `${tx.nonce}`,
        gasLimit: `${tx.gasLimit}`,
        fees: fees.map(String),
        to: tx.to?.toLowerCase() ?? null,
        value: `${tx.value}`,
        data: tx.data,
        accessList: (tx.accessList ?? []).map((item) => [item.address.toLowerCase(), item.storageKeys]),
        digest: tx.unsignedHash,
    };
}
