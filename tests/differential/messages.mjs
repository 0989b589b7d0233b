// Personal messages: the digest.

import assert from "node:assert/strict";
import { hashMessage, hexlify, toUtf8Bytes } from "ethers";

export function make(random) {
    const message = random.once(2)
        ? toUtf8Bytes(random.text(60))
        : random.bytes(random.below(random.once(9) ? 4000 : 150));
    const check = (answer) => {
        assert.equal(answer.digest, hashMessage(message));
        return "alike";
    };
    return { question: { message: hexlify(message) }, check };
}
