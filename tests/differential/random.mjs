// Seeded inputs: the same seed gives the same inputs on every machine.

/** xoshiro128** (Blackman and Vigna), seeded by splitmix32. Not for secrets. */
export class Random {
    #state = new Uint32Array(4);

    constructor(seed) {
        let z = seed >>> 0;
        this.#state.forEach((_, index) => {
            z = (z + 0x9e3779b9) >>> 0;
            let t = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
            t = Math.imul(t ^ (t >>> 13), 0xc2b2ae35);
            this.#state[index] = t ^ (t >>> 16);
        });
    }

    word() {
        const s = this.#state;
        const x = Math.imul(s[1], 5);
        const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
        const t = s[1] << 9;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = (s[3] << 11) | (s[3] >>> 21);
        return result;
    }

    /** Below a small limit. */
    below(limit) {
        return this.word() % limit;
    }

    /** Once in so many times. */
    once(times) {
        return this.below(times) === 0;
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    list(most, make) {
        return Array.from({ length: this.below(most + 1) }, make);
    }

    bytes(length) {
        return Uint8Array.from({ length }, () => this.word() >>> 24);
    }

    hex(length) {
        return "0x" + Buffer.from(this.bytes(length)).toString("hex");
    }

    /** A number below 2^bits: of any length, and often at an edge. */
    number(bits) {
        const top = (1n << BigInt(bits)) - 1n;
        switch (this.below(8)) {
            case 0:
                return BigInt(this.below(2));
            case 1:
                return top - BigInt(this.below(2));
            default: {
                const all = BigInt(this.hex(Math.ceil(bits / 8))) & top;
                return all >> BigInt(this.below(bits));
            }
        }
    }

    /** Text of one to four bytes a character, none of which a card writes in another way. */
    text(most) {
        return this.list(most, () => this.pick(CHARACTERS)).join("");
    }
}

const CHARACTERS = [
    ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;<>&'\"\\/{}[]()éßñΩжשقक漢字한🙂🐙",
];

/** Bytes with something changed: a bit, a byte, one more, one less, or the end cut off. */
export function altered(random, bytes, from = 0) {
    const at = from + random.below(Math.max(1, bytes.length - from));
    const before = bytes.slice(0, at);
    const after = bytes.slice(at);
    const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
    switch (random.below(5)) {
        case 0:
            return join(before, [(after[0] ?? 0) ^ (1 << random.below(8))], after.slice(1));
        case 1:
            return join(before, [random.below(256)], after.slice(1));
        case 2:
            return join(before, [random.below(256)], after);
        case 3:
            return join(before, after.slice(1));
        default:
            return random.once(2) ? before : join(bytes, random.bytes(1 + random.below(40)));
    }
}

/** What a function returns, or nothing if it throws. */
export function attempt(call) {
    try {
        return call();
    } catch {
        return undefined;
    }
}
