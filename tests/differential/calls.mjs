// Call data of every function that the wallet knows by its selector alone, as ethers encodes it and with bytes changed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Interface, concat, dataSlice, getBytes, hexlify } from "ethers";
import { altered, attempt } from "./random.mjs";

// From the source, so that a new function is covered by itself.
const table = readFileSync(new URL("../../crate/chain/src/evm/functions/table.rs", import.meta.url), "utf8");
const texts = [...table.matchAll(/^ {4}"([^"]+)",$/gm)].map(([, text]) => text);
const interface_ = new Interface(texts.map((text) => `function ${text}`));
const fragments = interface_.fragments;
assert.ok(fragments.length > 190 && fragments.length === texts.length, "the table of functions was not found");

/** Functions that were met as such, in any form. */
export const met = new Set();

export function make(random) {
    const fragment = random.pick(fragments);
    const values = fragment.inputs.map((type) => draw(random, type));
    const data = interface_.encodeFunctionData(fragment, values);
    if (random.once(2)) return about(fragment, data, true);
    if (fragment.inputs.length === 0) return about(fragment, concat([data, random.hex(1 + random.below(40))]), false);
    return about(fragment, hexlify(altered(random, getBytes(data), 4)), false);
}

function about(fragment, data, isWhole) {
    const check = (answer) => {
        const coder = interface_.getAbiCoder();
        // Loosely: a last word that is cut short is read with zeros, as a contract reads it.
        const theirs = attempt(() => coder.decode(fragment.inputs, dataSlice(data, 4), true));
        const values = theirs && attempt(() => fragment.inputs.map((type, index) => plain(type, theirs[index])));
        if (answer.other) {
            if (isWhole) return "as written: shown as more than a call";
            return values ? "changed: not read here alone, or shown as more" : "changed: read by neither";
        }
        met.add(answer.signature);
        assert.equal(answer.signature, fragment.format("sighash"));
        assert.ok(values, "read what ethers does not");
        assert.deepEqual(answer.values.map(written), values);
        const isCanonical = attempt(() => coder.encode(fragment.inputs, theirs)) === dataSlice(data, 4);
        // Odd is what an encoder does not write, and, where calls may be carried, what is odd within them.
        const mayCarry = fragment.inputs.some((type) => /bytes($|\[)/.test(type.format()) || type.baseType === "tuple");
        assert.ok(answer.odd === !isCanonical || (answer.odd && mayCarry), "odd is what an encoder does not write");
        if (isWhole) return "as written: alike";
        return answer.odd ? "changed: read alike, flagged" : "changed: read alike, as ordinary";
    };
    return { question: { call: data }, check };
}

/** A card writes characters that hide or reorder others by their number. */
function written(value) {
    if (Array.isArray(value)) return value.map(written);
    if (typeof value !== "string") return value;
    return value.replace(/⟨U\+([0-9A-F]+)⟩/g, (_, digits) => String.fromCodePoint(parseInt(digits, 16)));
}

/** And all spaces and ends of lines in one way (crate/chain/src/text.rs). */
function onCard(text) {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\ufe0f/g, "");
    return lines.replace(/[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ");
}

function plain(type, value) {
    if (type.baseType === "array") return [...value].map((item) => plain(type.arrayChildren, item));
    if (type.baseType === "tuple") return type.components.map((inner, index) => plain(inner, value[index]));
    if (type.type === "address") return value.toLowerCase();
    if (typeof value === "bigint") return `${value}`;
    return type.type === "string" ? onCard(value) : value;
}

function draw(random, type) {
    if (type.baseType === "array") {
        const length = type.arrayLength === -1 ? random.below(4) : type.arrayLength;
        return Array.from({ length }, () => draw(random, type.arrayChildren));
    }
    if (type.baseType === "tuple") return type.components.map((inner) => draw(random, inner));
    const [, name, size] = /^([a-z]+)(\d*)$/.exec(type.type);
    switch (name) {
        case "address":
            return random.hex(20);
        case "bool":
            return random.once(2);
        case "bytes":
            return random.hex(size ? Number(size) : random.below(70));
        case "int":
            return BigInt.asIntN(Number(size), random.number(Number(size)));
        case "string":
            return random.text(40);
        case "uint":
            return random.number(Number(size));
        default:
            throw new Error(`${type.type} is in no function`);
    }
}
