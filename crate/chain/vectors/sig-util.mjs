// Writes sig-util.json: typed data, and the digest that MetaMask's own package makes of it, or null where it refuses.
//
//   npm install --no-save @metamask/eth-sig-util@8.2.0 && node crate/chain/vectors/sig-util.mjs
//
// The package publishes its code without its tests' snapshots, so that the code is asked. The cases are those that its
// tests are about: every type with values of every writing, lists, structures that are not there, recursion, and what
// is malformed. "Missing" is a field that the message does not have.

import { writeFileSync } from "node:fs";
import { SignTypedDataVersion, TypedDataUtils, typedSignatureHash } from "@metamask/eth-sig-util";

const cases = [];

function structured(name, data, versions = ["V3", "V4"]) {
    for (const version of versions) {
        // As a page's request arrives: through JSON.
        const asked = JSON.parse(JSON.stringify(data));
        cases.push({ name, version, data, digest: digest(() => eip712(asked, version)) });
    }
}

function listed(name, data) {
    cases.push({
        name,
        version: "V1",
        data,
        digest: digest(() => typedSignatureHash(JSON.parse(JSON.stringify(data)))),
    });
}

const eip712 = (data, version) => "0x" + TypedDataUtils.eip712Hash(data, SignTypedDataVersion[version]).toString("hex");

function digest(hash) {
    try {
        return hash();
    } catch {
        return null;
    }
}

// --- messages of the standard, and whole ones ------------------------------------------------------------------------

const DOMAIN_TYPE = [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
];
const DOMAIN = {
    name: "Ether Mail",
    version: "1",
    chainId: 1,
    verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
};
const COW = { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" };
const BOB = { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" };
const PERSON = [
    { name: "name", type: "string" },
    { name: "wallet", type: "address" },
];
const MAIL_TYPES = {
    EIP712Domain: DOMAIN_TYPE,
    Person: PERSON,
    Mail: [
        { name: "from", type: "Person" },
        { name: "to", type: "Person" },
        { name: "contents", type: "string" },
    ],
};
const mail = (change = {}) => ({
    types: MAIL_TYPES,
    primaryType: "Mail",
    domain: DOMAIN,
    message: { from: COW, to: BOB, contents: "Hello, Bob!" },
    ...change,
});
const message = (change) => mail({ message: { ...mail().message, ...change } });
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

structured("mail", mail());
structured("unsigned field", message({ extra: "not typed" }));
structured("unsigned field in a structure", message({ from: { ...COW, extra: 1 } }));
structured("unsigned key beside the message", mail({ extra: "not typed" }));
structured("a type that nothing uses", mail({ types: { ...MAIL_TYPES, Other: PERSON } }));
structured("structure null", message({ to: null }));
structured("structure missing", mail({ message: without(mail().message, "to") }));
structured("text missing", mail({ message: without(mail().message, "contents") }));
structured("text null", message({ contents: null }));
structured("text in a structure missing", message({ from: { wallet: COW.wallet } }));
structured("structure as text", message({ to: "Bob" }));
structured("structure as list", message({ to: [BOB] }));
structured("message empty", mail({ message: {} }));

// --- domains ---------------------------------------------------------------------------------------------------------

const inDomain = (names, domain) =>
    mail({ types: { ...MAIL_TYPES, EIP712Domain: DOMAIN_TYPE.filter((field) => names.includes(field.name)) }, domain });
structured("no domain type", mail({ types: without(MAIL_TYPES, "EIP712Domain") }));
structured("no domain type, empty domain", mail({ types: without(MAIL_TYPES, "EIP712Domain"), domain: {} }));
structured("empty domain type", inDomain([], {}));
for (const { name } of DOMAIN_TYPE) structured(`domain of ${name} alone`, inDomain([name], { [name]: DOMAIN[name] }));
structured("domain type of two fields, domain of four", inDomain(["name", "chainId"], DOMAIN));
structured("domain without a field of its type", mail({ domain: without(DOMAIN, "version") }));
structured("domain with salt", {
    ...mail({ domain: { ...DOMAIN, salt: "0x" + "5a".repeat(32) } }),
    types: { ...MAIL_TYPES, EIP712Domain: [...DOMAIN_TYPE, { name: "salt", type: "bytes32" }] },
});
for (const chainId of ["1", "0x1", "0x01", "0x" + "1".padStart(77, "0")]) {
    structured(`chain id ${JSON.stringify(chainId)}`, mail({ domain: { ...DOMAIN, chainId } }));
}
structured(
    "contract in lower case",
    mail({ domain: { ...DOMAIN, verifyingContract: DOMAIN.verifyingContract.toLowerCase() } }),
);

// --- primary types and names -----------------------------------------------------------------------------------------

structured("primary type of the domain", mail({ primaryType: "EIP712Domain" }));
structured("primary type that is not there", mail({ primaryType: "Letter" }));
structured("no primary type", mail({ primaryType: undefined }));
structured(
    "field of a type that is not there",
    mail({ types: { ...MAIL_TYPES, Person: [{ name: "name", type: "Name" }] } }),
);
structured("type name with a colon", {
    types: {
        EIP712Domain: DOMAIN_TYPE,
        "Exchange:Send": [
            { name: "amount", type: "string" },
            { name: "time", type: "uint64" },
        ],
    },
    primaryType: "Exchange:Send",
    domain: DOMAIN,
    message: { amount: "1.5", time: 1700000000000 },
});
structured("types in an order other than the alphabet's", {
    types: {
        EIP712Domain: [],
        M: ["Z", "A", "a", "B10", "B2", "_"].map((type) => ({ name: `of${type}`, type })),
        ...Object.fromEntries(["a", "_", "Z", "B2", "A", "B10"].map((name) => [name, [{ name: "x", type: "bool" }]])),
    },
    primaryType: "M",
    domain: {},
    message: Object.fromEntries(["Z", "A", "a", "B10", "B2", "_"].map((name) => [`of${name}`, { x: true }])),
});

// --- recursion and lists -----------------------------------------------------------------------------------------------

const family = (person) => ({
    types: {
        EIP712Domain: DOMAIN_TYPE,
        Person: [
            { name: "name", type: "string" },
            { name: "mother", type: "Person" },
            { name: "father", type: "Person" },
        ],
    },
    primaryType: "Person",
    domain: DOMAIN,
    message: person,
});
structured(
    "recursive, parents missing",
    family({
        name: "Jon",
        mother: { name: "Lyanna", father: { name: "Rickard" } },
        father: { name: "Rhaegar", father: { name: "Aeris II" } },
    }),
);
structured(
    "recursive, parents null",
    family({ name: "Jon", mother: null, father: { name: "Rhaegar", mother: null, father: null } }),
);
structured("recursive, one level", family({ name: "Jon" }));
structured("recursive, name missing", family({ name: "Jon", mother: {} }));

const tree = (root) => ({
    types: {
        EIP712Domain: [],
        Node: [
            { name: "value", type: "uint8" },
            { name: "children", type: "Node[]" },
        ],
    },
    primaryType: "Node",
    domain: {},
    message: root,
});
structured(
    "tree",
    tree({
        value: 1,
        children: [
            { value: 2, children: [] },
            { value: 3, children: [{ value: 4, children: [] }] },
        ],
    }),
);
structured("tree, a child null", tree({ value: 1, children: [null, { value: 3, children: [] }] }));
structured("tree, children missing", tree({ value: 1 }));

structured("lists of structures with lists", {
    types: {
        EIP712Domain: DOMAIN_TYPE,
        Person: [
            { name: "name", type: "string" },
            { name: "wallets", type: "address[]" },
        ],
        Mail: [
            { name: "from", type: "Person" },
            { name: "to", type: "Person[]" },
            { name: "contents", type: "string" },
        ],
        Group: [
            { name: "name", type: "string" },
            { name: "members", type: "Person[]" },
        ],
    },
    primaryType: "Mail",
    domain: DOMAIN,
    message: {
        contents: "Hello, Bob!",
        from: { name: "Cow", wallets: [COW.wallet, "0xDeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF"] },
        to: [{ name: "Bob", wallets: [BOB.wallet, "0xB0B0b0b0b0b0B000000000000000000000000000"] }],
    },
});

// --- each type, each writing -------------------------------------------------------------------------------------------

const one = (type, message) => ({
    types: { EIP712Domain: [], M: [{ name: "x", type }] },
    primaryType: "M",
    domain: {},
    message,
});
const ADDRESSES = [
    COW.wallet,
    COW.wallet.toLowerCase(),
    COW.wallet.slice(2),
    "0x0",
    "0x",
    "",
    10,
    "10",
    "0x" + "ab".repeat(21),
];
const INTEGERS = [
    0,
    1,
    -1,
    127,
    128,
    -128,
    -129,
    255,
    256,
    1.5,
    2 ** 53,
    1e21,
    "0",
    "1",
    "-1",
    "0x0",
    "0x1",
    "0xff",
    "-0x1",
];
const MORE_INTEGERS = ["255", "256", "0x100", "007", "", "0x", " 1", "1e2", "abc", true, null, [], [1]];
const BYTES = ["0x", "0x10", "0x1", "0x1234", "10", "", "text", 0, 1, 10, -1, true, null, "0x" + "5a".repeat(31)];
const MORE_BYTES = ["0x" + "5a".repeat(32), "0x" + "5a".repeat(33)];
const TEXTS = ["", "text", "0x10", "0", "😁", "a\u0000b", 10, 0, true, null, ["a"], {}];
for (const [types, values] of [
    [["address"], [...ADDRESSES, true, null]],
    [["bool"], [true, false, "true", "false", "", 0, 1, -1, null, [], {}]],
    [
        ["bytes", "bytes1", "bytes32"],
        [...BYTES, ...MORE_BYTES],
    ],
    [
        ["int8", "int256", "uint8", "uint256", "int", "uint"],
        [...INTEGERS, ...MORE_INTEGERS],
    ],
    [["string"], TEXTS],
    [
        ["uint7", "uint264", "bytes0", "bytes33", "function", "fixed", "tuple", "Unknown"],
        [1, "0x10"],
    ],
]) {
    for (const type of types) {
        for (const value of values) structured(`${type}: ${JSON.stringify(value)}`, one(type, { x: value }));
        structured(`${type}: missing`, one(type, {}));
    }
}
for (const [type, values] of [
    ["uint8[]", [[], [1], [1, 2, 255], ["1", "0xff"], [256], [null], null, "1", {}, 1]],
    ["uint8[2]", [[1, 2], [1], [1, 2, 3], []]],
    ["uint8[][]", [[], [[]], [[1], []], [[1, 2], [3]], [1]]],
    [
        "uint8[2][]",
        [
            [
                [1, 2],
                [3, 4],
            ],
            [[1]],
        ],
    ],
    ["string[]", [["a", "b"], [""], [1]]],
    ["bytes[]", [["0x", "0x10"], ["text"]]],
    ["bytes4[]", [["0xdeadbeef"], ["0xdead"]]],
    ["bool[]", [[true, false], ["true"]]],
    ["address[]", [[COW.wallet, BOB.wallet], [COW.wallet.toLowerCase()]]],
    ["uint8[0]", [[], [1]]],
    ["uint8[-1]", [[], [1]]],
    ["uint8[", [[1]]],
]) {
    for (const value of values) structured(`${type}: ${JSON.stringify(value)}`, one(type, { x: value }));
}

// --- version 1 -----------------------------------------------------------------------------------------------------------

listed("the test dApp's", [
    { type: "string", name: "Message", value: "Hi, Alice!" },
    { type: "uint32", name: "A number", value: "1337" },
]);
listed("empty", []);
listed("no list", {});
listed("no name", [{ type: "string", value: "a" }]);
listed("no value", [{ type: "string", name: "a" }]);
listed("no type", [{ name: "a", value: "a" }]);
listed("a name twice", [
    { type: "string", name: "a", value: "a" },
    { type: "string", name: "a", value: "b" },
]);
for (const [types, values] of [
    [["address"], ADDRESSES],
    [["bool"], [true, false, "true", "false", 0, 1]],
    [
        ["bytes", "bytes1", "bytes4", "bytes32"],
        [...BYTES, ...MORE_BYTES, "0xdeadbeef"],
    ],
    [
        ["int8", "uint8", "uint256", "int16"],
        [...INTEGERS, ...MORE_INTEGERS],
    ],
    [["string"], TEXTS],
    [["uint8[]"], [[], [1], [1, 2], ["3"], [256]]],
    [["address[]"], [[COW.wallet, BOB.wallet]]],
    [["string[]", "bytes[]"], [["a"]]],
    [["Unknown", "uint7"], [1]],
]) {
    for (const type of types) {
        for (const value of values) listed(`${type}: ${JSON.stringify(value)}`, [{ type, name: "x", value }]);
    }
}

const lines = cases.map((one) => JSON.stringify(one)).join(",\n");
writeFileSync(new URL("sig-util.json", import.meta.url), `[\n${lines}\n]\n`);
console.log(`${cases.length} cases, ${cases.filter((one) => one.digest === null).length} of them refused`);
