// Typed data (version 4): structures in structures and lists, all atomic types, domains of any fields; and with one
// value that does not fit its type, or is written in a way that some readers take.

import assert from "node:assert/strict";
import { TypedDataEncoder } from "ethers";
import { attempt } from "./random.mjs";

export function make(random) {
    const { types, primary } = drawTypes(random);
    const domain = drawDomain(random);
    const message = drawStructure(random, types, primary);
    const isWhole = !random.once(3);
    if (!isWhole) spoil(random, types, primary, message);
    return about(domain, types, primary, message, isWhole);
}

const DOMAIN = { name: "string", version: "string", chainId: "uint256", verifyingContract: "address", salt: "bytes32" };

/** A question about typed data, and what ethers makes of it. `digest` is what is expected, if not what ethers says. */
export function about(domain, types, primary, message, isWhole, digest) {
    const named = Object.entries(DOMAIN).filter(([name]) => domain[name] !== undefined);
    const data = {
        types: { EIP712Domain: named.map(([name, type]) => ({ name, type })), ...types },
        primaryType: primary,
        domain,
        message,
    };
    const typed = JSON.stringify(data);
    const chain = Number(domain.chainId ?? 1);
    const check = (answer) => {
        const theirs = digest ?? attempt(() => TypedDataEncoder.hash(domain, types, message));
        if (answer.refused) {
            assert.ok(!isWhole, `refused what fits: ${answer.refused}`);
            return theirs
                ? `refused here alone: ${answer.refused.replace(/ its type .*$/, " its type")}`
                : "refused by both";
        }
        // A structure that is not there is zero in MetaMask's version 4, and an error in ethers.
        if (!theirs && lacksStructure(types, primary, message)) return "a structure is missing: read as MetaMask does";
        // And it takes whole numbers beyond 2^53 if JavaScript holds them exactly; ethers takes them as text alone.
        if (!theirs && isBeyondSafe(message)) return "a number beyond 2^53: read as MetaMask does";
        assert.ok(theirs, "read what ethers does not");
        assert.equal(answer.digest, theirs);
        return isWhole ? "as written: alike" : "one value changed: read alike";
    };
    return { question: { typed, version: "V4", chain }, check };
}

function lacksStructure(types, type, value) {
    const array = /^(.*)\[\d*\]$/.exec(type);
    if (array) return Array.isArray(value) && value.some((item) => lacksStructure(types, array[1], item));
    if (!types[type]) return false;
    return value == null || types[type].some((field) => lacksStructure(types, field.type, value[field.name]));
}

function isBeyondSafe(value) {
    if (typeof value === "object" && value !== null) return Object.values(value).some(isBeyondSafe);
    return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function drawTypes(random) {
    const names = [];
    while (names.length < 1 + random.below(4)) {
        const name = random.pick([..."ABMZabz_"]) + random.pick(["", "0", "x", "Mail", "_"]);
        if (!names.includes(name)) names.push(name);
    }
    const types = Object.fromEntries(names.map((name) => [name, []]));
    const add = (owner, type) => types[owner].push({ name: `f${types[owner].length}`, type });
    names.forEach((name, index) => {
        // Used by one before it: ethers takes the type that no other uses for the primary one.
        if (index > 0) add(names[random.below(index)], name + random.pick(["", "", "[]", "[2]", "[][1]"]));
    });
    for (const name of names) {
        for (const type of random.list(4, () => atomic(random)))
            add(name, type + random.pick(["", "", "", "[]", "[3]", "[2][]"]));
        if (types[name].length === 0) add(name, "bool");
    }
    return { types, primary: names[0] };
}

function atomic(random) {
    switch (random.below(7)) {
        case 0:
            return "address";
        case 1:
            return "bool";
        case 2:
            return "bytes";
        case 3:
            return `bytes${1 + random.below(32)}`;
        case 4:
            return `int${8 * (1 + random.below(32))}`;
        case 5:
            return "string";
        default:
            return `uint${8 * (1 + random.below(32))}`;
    }
}

function drawDomain(random) {
    const domain = {};
    if (random.once(2)) domain.name = random.text(12);
    if (random.once(2)) domain.version = random.text(3);
    if (random.once(2)) domain.chainId = writing(random, 1n + random.number(40));
    if (random.once(2)) domain.verifyingContract = random.hex(20);
    if (random.once(4)) domain.salt = random.hex(32);
    return domain;
}

function drawStructure(random, types, name) {
    return Object.fromEntries(types[name].map((field) => [field.name, drawValue(random, types, field.type)]));
}

function drawValue(random, types, type) {
    const array = /^(.*)\[(\d*)\]$/.exec(type);
    if (array) {
        const length = array[2] ? Number(array[2]) : random.below(3);
        return Array.from({ length }, () => drawValue(random, types, array[1]));
    }
    if (types[type]) return drawStructure(random, types, type);
    const [, name, size] = /^([a-z]+)(\d*)$/.exec(type);
    switch (name) {
        case "address":
            return random.hex(20);
        case "bool":
            return random.once(2);
        case "bytes":
            return random.hex(size ? Number(size) : random.below(70));
        case "int":
            return writing(random, BigInt.asIntN(Number(size), random.number(Number(size))));
        case "string":
            return random.text(30);
        default:
            return writing(random, random.number(Number(size)));
    }
}

/** A number as pages write it. */
function writing(random, number) {
    switch (random.below(3)) {
        case 0:
            return number < 0n ? `${number}` : `0x${number.toString(16)}`;
        case 1:
            if (number <= Number.MAX_SAFE_INTEGER && number >= Number.MIN_SAFE_INTEGER) return Number(number);
        // falls through: JSON has no larger ones that JavaScript reads as they are
        default:
            return `${number}`;
    }
}

const ODD = [
    "",
    " ",
    "12 ",
    "0x",
    "0b11",
    "0o17",
    "1_000",
    "+5",
    "-0x5",
    "0X1f",
    "00012",
    "1e3",
    "0xzz",
    "text",
    "-1",
    null,
    true,
    1.5,
    -1,
    2 ** 53,
    [],
    {},
];

/** Puts something else in place of one value. */
function spoil(random, types, name, structure) {
    const field = random.pick(types[name]);
    structure[field.name] = spoiled(random, types, field.type, structure[field.name]);
    if (structure[field.name] === undefined) delete structure[field.name];
}

function spoiled(random, types, type, value) {
    const array = /^(.*)\[(\d*)\]$/.exec(type);
    if (array) {
        if (value.length === 0 || random.once(4))
            return random.pick([[...value, ...value, 1], null, {}, "0x", value.slice(1)]);
        const at = random.below(value.length);
        return value.map((item, index) => (index === at ? (spoiled(random, types, array[1], item) ?? null) : item));
    }
    if (types[type] && !random.once(5)) {
        const other = { ...value };
        spoil(random, types, type, other);
        return other;
    }
    const bits = Number(/^u?int(\d+)$/.exec(type)?.[1] ?? 0);
    switch (random.below(4)) {
        case 0:
            return undefined;
        case 1:
            if (bits)
                return `${random.pick([-1n, 1n]) * ((1n << BigInt(bits - random.below(2))) - BigInt(random.below(2)))}`;
        // falls through
        case 2:
            return random.hex(random.below(34));
        default:
            return random.pick(ODD);
    }
}
