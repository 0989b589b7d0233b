// Writes corpus.json: requests of hostile pages, as the pages would send them. `node tests/hostile/make.mjs`.
//
// An account in `ME` is the wallet's own; the test puts it in. Addresses of known contracts are mainnet's.

import { writeFileSync } from "node:fs";
import { encodeFunctionData, parseAbi, stringToHex } from "viem";

const ME = "0x1111111111111111111111111111111111111111";
const THIEF = "0xbad0000000000000000000000000000000000bad";
/** A contract of the thief's: the test's node says that it has code. */
const TRAP = "0xbadc0de000000000000000000000000000000bad";
const ZERO = "0x0000000000000000000000000000000000000000";
const USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const DAI = "0x6b175474e89094c44da98b954eedeac495271d0f";
const WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const PERMIT2 = "0x000000000022d473030f116ddee9f6b43ac78ba3";
const APES = "0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d";
const MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";
const UNIVERSAL_ROUTER = "0x66a9893cc07d91d95644aedd05d03f95e1dba8af";
const ROUTER_V2 = "0x7a250d5630b4cf539739df2c5dacb4c659f2488d";
const ROUTER_V3 = "0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45";
const SEAPORT = "0x0000000000000068f116a894984e2db1123eb395";
const SAFE = "0x1db92e2eebc8e0c075a02bea49a2935bcd2dfcf4";
const MULTISEND = "0x40a2accbd92bca938b02010e17a5b8929b49130d";
const MAX = 2n ** 256n - 1n;
const MAX160 = 2n ** 160n - 1n;
const NEVER = 281474976710655n;

const cases = [];
const add = (name, why, method, params) => cases.push({ name, why, method, params });

// --- transactions --------------------------------------------------------------------------------------------------

const call = (abi, functionName, args) => encodeFunctionData({ abi: parseAbi([`function ${abi}`]), functionName, args });
const send = (name, why, to, data = "0x", value = "0x0", more = {}) =>
    add(name, why, "eth_sendTransaction", [{ from: ME, ...(to ? { to } : {}), data, value, ...more }]);

const approve = (spender, amount) => call("approve(address,uint256)", "approve", [spender, amount]);
send("approve-unlimited-account", "an allowance without limit for a person", USDC, approve(THIEF, MAX));
send("approve-unlimited-contract", "an allowance without limit", USDC, approve(TRAP, MAX));
send("approve-half", "2^255 is no limit either", DAI, approve(TRAP, 2n ** 255n));
send("approve-some", "an allowance of a stranger", USDC, approve(THIEF, 5_000_000n));
send("approve-unknown-token", "of a token that nobody vouches for", TRAP, approve(THIEF, MAX));
send("approve-dirty-address", "high bits that a decoder may ignore", USDC,
    `0x095ea7b3${"ff".repeat(12)}${THIEF.slice(2)}${"ff".repeat(32)}`);
send("approve-short", "an amount cut short, which the EVM fills with zeros", USDC,
    approve(THIEF, 2n ** 248n).slice(0, -60));
send("approve-trailing", "words behind the arguments", USDC, `${approve(THIEF, 1n)}${"ab".repeat(32)}`);
send("increase-allowance", "the other door to an allowance", USDC,
    call("increaseAllowance(address,uint256)", "increaseAllowance", [THIEF, MAX]));
send("approval-for-all-721", "every item of a collection", APES,
    call("setApprovalForAll(address,bool)", "setApprovalForAll", [THIEF, true]));
send("approval-for-all-1155", "the same of a contract of several kinds", TRAP,
    call("setApprovalForAll(address,bool)", "setApprovalForAll", [THIEF, true]));
send("approve-item", "one item, by the ERC-20 function's selector", APES, approve(THIEF, 8817n));
send("permit-call", "a permit sent as a transaction", USDC,
    call("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "permit",
        [ME, THIEF, MAX, MAX, 27, `0x${"99".repeat(32)}`, `0x${"22".repeat(32)}`]));
send("transfer-from-third-party", "tokens of somebody else, by an allowance of ours", USDC,
    call("transferFrom(address,address,uint256)", "transferFrom", [TRAP, THIEF, 1_000_000n]));
send("transfer-zero-poisoning", "a transfer of nothing, to write a look-alike into the history", USDC,
    call("transferFrom(address,address,uint256)", "transferFrom", [ME, THIEF, 0n]));
send("transfer-to-token", "to the token's own contract: lost", USDC,
    call("transfer(address,uint256)", "transfer", [USDC, 1_000_000n]));
send("transfer-to-zero", "to nobody: lost", USDC, call("transfer(address,uint256)", "transfer", [ZERO, 1_000_000n]));
send("transfer-trailing", "words behind the arguments", USDC,
    `${call("transfer(address,uint256)", "transfer", [THIEF, 1n])}${"cd".repeat(64)}`);
send("transfer-unknown-token", "of a token without decimals", TRAP,
    call("transfer(address,uint256)", "transfer", [THIEF, 10n ** 18n]));
send("item-transfer", "an item to a stranger", APES,
    call("safeTransferFrom(address,address,uint256)", "safeTransferFrom", [ME, THIEF, 8817n]));
send("items-transfer", "many items to a stranger", TRAP,
    call("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", "safeBatchTransferFrom",
        [ME, THIEF, [1n, 2n], [10n, 20n], "0x"]));
send("native-to-zero", "ether to nobody", ZERO, "0x", "0xde0b6b3a7640000");
send("claim-with-ether", "a reward that costs", TRAP, "0x4e71d92d", "0xde0b6b3a7640000");
send("security-update", "a name that comforts", TRAP, "0x5fba79f5", "0x16345785d8a0000");
send("unknown-selector", "a function that nobody knows", TRAP, `0xdeadbeef${"00".repeat(64)}`);
send("three-bytes", "no selector at all", TRAP, "0xa9059c");
send("deploy-with-ether", "a contract made of a page's bytes", undefined, "0x60806040523480156100105760006000fd5b50", "0xde0b6b3a7640000");
send("transfer-ownership", "a contract of ours given away", TRAP,
    call("transferOwnership(address)", "transferOwnership", [THIEF]));
send("upgrade-to", "a proxy of ours gets another body", TRAP,
    call("upgradeToAndCall(address,bytes)", "upgradeToAndCall", [THIEF, "0x"]));
send("permit2-approve", "an allowance inside of Permit2", PERMIT2,
    call("approve(address,address,uint160,uint48)", "approve", [USDC, THIEF, MAX160, Number(NEVER)]));
const multicall = (calls) => call("multicall(bytes[])", "multicall", [calls]);
send("multicall-approve", "an allowance among other calls", TRAP, multicall(["0xd0e30db0", approve(THIEF, MAX)]));
send("multicall-nested", "calls in calls", TRAP, multicall([multicall([multicall([approve(THIEF, MAX)])])]));
send("multicall-deep", "deeper than anybody reads", TRAP,
    Array.from({ length: 12 }).reduce((inner) => multicall([inner]), approve(THIEF, MAX)));
send("router-multicall-stranger", "a swap whose tokens go to a stranger", ROUTER_V3, multicall([
    call("exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))", "exactInputSingle",
        [[USDC, WETH, 500, THIEF, 1_000_000n, 0n, 0n]]),
]));
send("aggregate3", "a bundle that takes tokens", MULTICALL3,
    call("aggregate3((address,bool,bytes)[])", "aggregate3", [[
        [USDC, true, call("transferFrom(address,address,uint256)", "transferFrom", [ME, THIEF, 1_000_000n])],
    ]]));
send("universal-router-transfer", "Permit2's tokens to a stranger, as a swap", UNIVERSAL_ROUTER,
    call("execute(bytes,bytes[],uint256)", "execute", ["0x02", [
        `0x${[USDC, THIEF].map((it) => it.slice(2).padStart(64, "0")).join("")}${(5_000_000).toString(16).padStart(64, "0")}`,
    ], NEVER]));
send("universal-router-unknown", "a command that no router knows", UNIVERSAL_ROUTER,
    call("execute(bytes,bytes[],uint256)", "execute", ["0x3f", ["0x1234"], NEVER]));
send("swap-to-stranger", "a swap of ours for somebody else, at any price", ROUTER_V2,
    call("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)", "swapExactTokensForTokens",
        [1_000_000n, 0n, [USDC, WETH], THIEF, NEVER]));
const execute = (to, data, operation) =>
    call("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", "execTransaction",
        [to, 0n, data, operation, 0n, 0n, 0n, ZERO, ZERO, "0x"]);
send("bybit-call", "a Safe's body replaced by a delegate call that looks like a transfer", SAFE,
    execute(TRAP, call("transfer(address,uint256)", "transfer", [THIEF, 0n]), 1));
send("safe-transfer", "tokens of a Safe", SAFE,
    execute(USDC, call("transfer(address,uint256)", "transfer", [THIEF, 1_000_000n]), 0));
const packed = (to, data) => {
    const bytes = data.slice(2);
    return `00${to.slice(2)}${"0".repeat(64)}${(bytes.length / 2).toString(16).padStart(64, "0")}${bytes}`;
};
send("safe-multisend", "an allowance in a bundle in a Safe", SAFE,
    execute(MULTISEND, call("multiSend(bytes)", "multiSend", [`0x${packed(USDC, approve(THIEF, MAX))}`]), 1));
send("safe-module", "a module may do whatever the Safe may", SAFE,
    execute(SAFE, call("enableModule(address)", "enableModule", [TRAP]), 0));
send("safe-owner", "an owner of a Safe replaced", SAFE,
    execute(SAFE, call("swapOwner(address,address,address)", "swapOwner", [TRAP, ME, THIEF]), 0));
send("bridge-to-stranger", "a bridge whose other end is a stranger's", "0x5c7bcd6e7de5423a257d81b442095a1a6ced35c5",
    call("depositV3(address,address,address,address,uint256,uint256,uint256,address,uint32,uint32,uint32,bytes)", "depositV3",
        [ME, THIEF, USDC, USDC, 1_000_000n, 1n, 10n, ZERO, 1, 2, 0, "0x"]));
send("authorised-transfer-call", "EIP-3009 as a call", USDC,
    call("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
        "transferWithAuthorization",
        [ME, THIEF, 1n, 0n, MAX, `0x${"33".repeat(32)}`, 27, `0x${"99".repeat(32)}`, `0x${"22".repeat(32)}`]));
send("look-alike", "an address whose ends are those of one that was paid before", "0x709979c51812dc3a010c7d01b50e0d17dc7979c8", "0x", "0x1");
send("authorization-list", "EIP-7702: code for the account itself", THIEF, "0x", "0x0",
    { authorizationList: [{ address: TRAP, chainId: "0x0", nonce: "0x0" }] });
send("type-4", "EIP-7702 by its type", THIEF, "0x", "0x0", { type: "0x4" });
send("type-3", "blobs", THIEF, "0x", "0x0", { type: "0x3" });
send("type-unknown", "a type that Ethereum does not have", THIEF, "0x", "0x0", { type: "0x76" });
send("value-unprefixed", "a number without 0x", THIEF, "0x", "16345785d8a0000");
send("value-decimal", "a number that is none", THIEF, "0x", 1000000000000000000);
send("data-odd", "half a byte", THIEF, "0xabc");
send("to-short", "an address cut short", "0xbad");
send("other-account", "an account of somebody else", THIEF, "0x", "0x1", { from: THIEF });
send("other-chain", "for another network than the page is on", THIEF, "0x", "0x1", { chainId: "0xa" });
send("gas-absurd", "more gas than fits", THIEF, "0x", "0x0", { gas: `0x${"f".repeat(64)}` });

// --- typed data ----------------------------------------------------------------------------------------------------

const fields = (text) =>
    text.split(",").map((field) => {
        const [type, name] = field.trim().split(" ");
        return { name, type };
    });
const DOMAIN = { chainId: "uint256 chainId", name: "string name", salt: "bytes32 salt", verifyingContract: "address verifyingContract", version: "string version" };
const DOMAIN_ORDER = ["name", "version", "chainId", "verifyingContract", "salt"];
const typed = (name, why, domain, primaryType, types, message) => {
    const domainType = DOMAIN_ORDER.filter((key) => key in domain).map((key) => DOMAIN[key]);
    const all = {
        EIP712Domain: domainType.length > 0 ? fields(domainType.join(",")) : [],
        ...Object.fromEntries(Object.entries(types).map(([type, text]) => [type, fields(text)])),
    };
    const data = JSON.stringify({ domain, message, primaryType, types: all }, (_, value) =>
        typeof value === "bigint" ? value.toString() : value,
    );
    add(name, why, "eth_signTypedData_v4", [ME, data]);
};
const usdc = { chainId: 1, name: "USD Coin", verifyingContract: USDC, version: "2" };
const PERMIT = "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline";
const permit = { deadline: MAX, nonce: 0, owner: ME, spender: THIEF, value: MAX };
typed("permit", "an allowance by signature", usdc, "Permit", { Permit: PERMIT }, permit);
typed("permit-small", "however small", usdc, "Permit", { Permit: PERMIT }, { ...permit, value: 1 });
typed("permit-renamed", "its domain says something nice", { ...usdc, name: "Log in to the airdrop" }, "Permit", { Permit: PERMIT }, permit);
typed("permit-any-chain", "good on every chain", { name: "USD Coin", verifyingContract: USDC, version: "2" }, "Permit", { Permit: PERMIT }, permit);
typed("permit-unsigned-field", "a field that is shown nowhere and signed by nobody", usdc, "Permit", { Permit: PERMIT }, { ...permit, note: "harmless" });
typed("permit-order", "members in another order", usdc, "Permit", { Permit: "uint256 value,address spender,address owner,uint256 nonce,uint256 deadline" }, permit);
typed("permit-dai", "the older form: all or nothing", { chainId: 1, name: "Dai Stablecoin", verifyingContract: DAI, version: "1" }, "Permit",
    { Permit: "address holder,address spender,uint256 nonce,uint256 expiry,bool allowed" }, { allowed: true, expiry: 0, holder: ME, nonce: 0, spender: THIEF });
const permit2 = { chainId: 1, name: "Permit2", verifyingContract: PERMIT2 };
const DETAILS = "address token,uint160 amount,uint48 expiration,uint48 nonce";
const details = (token) => ({ amount: MAX160, expiration: NEVER, nonce: 0, token });
typed("permit2-single", "Uniswap's allowance", permit2, "PermitSingle",
    { PermitDetails: DETAILS, PermitSingle: "PermitDetails details,address spender,uint256 sigDeadline" },
    { details: details(USDC), sigDeadline: NEVER, spender: THIEF });
typed("permit2-batch", "of three tokens at once", permit2, "PermitBatch",
    { PermitBatch: "PermitDetails[] details,address spender,uint256 sigDeadline", PermitDetails: DETAILS },
    { details: [USDC, DAI, WETH].map(details), sigDeadline: NEVER, spender: THIEF });
const PERMITTED = "address token,uint256 amount";
typed("permit2-transfer-signature", "a transfer by signature", permit2, "PermitTransferFrom",
    { PermitTransferFrom: "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline", TokenPermissions: PERMITTED },
    { deadline: NEVER, nonce: 0, permitted: { amount: MAX, token: USDC }, spender: THIEF });
typed("permit2-batch-transfer", "of several tokens", permit2, "PermitBatchTransferFrom",
    { PermitBatchTransferFrom: "TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline", TokenPermissions: PERMITTED },
    { deadline: NEVER, nonce: 0, permitted: [USDC, DAI].map((token) => ({ amount: MAX, token })), spender: THIEF });
typed("permit2-witness", "with an order behind it", permit2, "PermitWitnessTransferFrom",
    {
        ExclusiveDutchOrder: "address swapper,address recipient,uint256 endAmount",
        PermitWitnessTransferFrom: "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,ExclusiveDutchOrder witness",
        TokenPermissions: PERMITTED,
    },
    { deadline: NEVER, nonce: 0, permitted: { amount: MAX, token: USDC }, spender: THIEF, witness: { endAmount: 0, recipient: THIEF, swapper: ME } });
typed("permit2-look-alike", "Permit2's types under another contract", { ...permit2, verifyingContract: TRAP }, "PermitSingle",
    { PermitDetails: DETAILS, PermitSingle: "PermitDetails details,address spender,uint256 sigDeadline" },
    { details: details(USDC), sigDeadline: NEVER, spender: THIEF });
const AUTHORISATION = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce";
const authorisation = { from: ME, nonce: `0x${"44".repeat(32)}`, to: THIEF, validAfter: 0, validBefore: MAX, value: 5_000_000 };
typed("transfer-authorisation", "EIP-3009: a transfer by signature", usdc, "TransferWithAuthorization", { TransferWithAuthorization: AUTHORISATION }, authorisation);
typed("receive-authorisation", "EIP-3009, taken by its receiver", usdc, "ReceiveWithAuthorization", { ReceiveWithAuthorization: AUTHORISATION }, authorisation);
const OFFER = "uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount";
const ORDER = "address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter";
const order = {
    conduitKey: `0x${"00".repeat(32)}`,
    consideration: [{ endAmount: 1, identifierOrCriteria: 0, itemType: 0, recipient: THIEF, startAmount: 1, token: ZERO }],
    counter: 0,
    endTime: NEVER,
    offer: [{ endAmount: 1, identifierOrCriteria: 8817, itemType: 2, startAmount: 1, token: APES }],
    offerer: ME,
    orderType: 0,
    salt: 1,
    startTime: 0,
    zone: ZERO,
    zoneHash: `0x${"00".repeat(32)}`,
};
const seaport = { chainId: 1, name: "Seaport", verifyingContract: SEAPORT, version: "1.6" };
const SEAPORT_TYPES = { ConsiderationItem: `${OFFER},address recipient`, OfferItem: OFFER, OrderComponents: ORDER };
typed("seaport-listing", "an ape for one wei, to the thief", seaport, "OrderComponents", SEAPORT_TYPES, order);
typed("seaport-tokens", "tokens for nothing", seaport, "OrderComponents", SEAPORT_TYPES,
    { ...order, consideration: [], offer: [{ endAmount: MAX, identifierOrCriteria: 0, itemType: 1, startAmount: MAX, token: USDC }] });
typed("seaport-bulk", "many orders under one signature", seaport, "BulkOrder", { ...SEAPORT_TYPES, BulkOrder: "OrderComponents[2] tree" }, { tree: [order, order] });
typed("blur-order", "Blur's root of many orders", { chainId: 1, name: "Blur Exchange", verifyingContract: "0xb2ecfe4e4d61f8790bbb9de2d1259b9e2410cea5", version: "1.0" },
    "Order",
    { FeeRate: "address recipient,uint16 rate", Order: "address trader,address collection,bytes32 listingsRoot,uint256 numberOfListings,uint256 expirationTime,uint8 assetType,FeeRate makerFee,uint256 salt,uint8 orderType,uint256 nonce" },
    { assetType: 0, collection: APES, expirationTime: NEVER, listingsRoot: `0x${"55".repeat(32)}`, makerFee: { rate: 10_000, recipient: THIEF }, nonce: 0, numberOfListings: 500, orderType: 0, salt: 1, trader: ME });
typed("blur-root", "a root that says nothing", { chainId: 1, name: "Blur Exchange", verifyingContract: "0x000000000000ad05ccc4f10045630fb830b95127", version: "1.0" }, "Root", { Root: "bytes32 root" }, { root: `0x${"66".repeat(32)}` });
typed("limit-order", "0x: any price", { chainId: 1, name: "ZeroEx", verifyingContract: "0xdef1c0ded9bec7f1a1670819833240f027b25eff", version: "1.0.0" }, "LimitOrder",
    { LimitOrder: "address makerToken,address takerToken,uint128 makerAmount,uint128 takerAmount,uint128 takerTokenFeeAmount,address maker,address taker,address sender,address feeRecipient,bytes32 pool,uint64 expiry,uint256 salt" },
    { expiry: NEVER, feeRecipient: ZERO, maker: ME, makerAmount: 10n ** 12n, makerToken: USDC, pool: `0x${"00".repeat(32)}`, salt: 1, sender: ZERO, taker: THIEF, takerAmount: 1, takerToken: WETH, takerTokenFeeAmount: 0 });
typed("cow-order", "CoW: the bought tokens go to a stranger", { chainId: 1, name: "Gnosis Protocol", verifyingContract: "0x9008d19f58aabd9ed0d60971565aa8510560ab41", version: "v2" }, "Order",
    { Order: "address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,string buyTokenBalance" },
    { appData: `0x${"00".repeat(32)}`, buyAmount: 1, buyToken: WETH, buyTokenBalance: "erc20", feeAmount: 0, kind: "sell", partiallyFillable: false, receiver: THIEF, sellAmount: 10n ** 12n, sellToken: USDC, sellTokenBalance: "erc20", validTo: 4294967295 });
const SAFE_TX = "address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce";
const safeTx = { baseGas: 0, data: call("transfer(address,uint256)", "transfer", [THIEF, 0n]), gasPrice: 0, gasToken: ZERO, nonce: 71, operation: 1, refundReceiver: ZERO, safeTxGas: 45746, to: TRAP, value: 0 };
typed("bybit-signature", "what Bybit's owners signed", { chainId: 1, verifyingContract: SAFE }, "SafeTx", { SafeTx: SAFE_TX }, safeTx);
typed("safe-approve", "an allowance of a Safe", { chainId: 1, verifyingContract: SAFE }, "SafeTx", { SafeTx: SAFE_TX }, { ...safeTx, data: approve(THIEF, MAX), operation: 0, to: USDC });
typed("safe-message", "a message that a Safe will have said", { chainId: 1, verifyingContract: SAFE }, "SafeMessage", { SafeMessage: "bytes message" }, { message: `0x${"77".repeat(32)}` });
typed("user-operation", "ERC-4337: anything that an account can do", { chainId: 1, name: "ERC4337", verifyingContract: "0x4337084d9e255ff0702461cf8895ce9e3b5ff108", version: "1" }, "PackedUserOperation",
    { PackedUserOperation: "address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData" },
    { accountGasLimits: `0x${"00".repeat(32)}`, callData: approve(THIEF, MAX), gasFees: `0x${"00".repeat(32)}`, initCode: "0x7702", nonce: 0, paymasterAndData: "0x", preVerificationGas: 0, sender: ME });
typed("delegation", "the account lent to a stranger", { chainId: 1, name: "DelegationManager", verifyingContract: "0xdb9b1e94b5b69df7e401ddbede43491141047db3", version: "1" }, "Delegation",
    { Caveat: "address enforcer,bytes terms", Delegation: "address delegate,address delegator,bytes32 authority,Caveat[] caveats,uint256 salt" },
    { authority: `0x${"ff".repeat(32)}`, caveats: [], delegate: THIEF, delegator: ME, salt: 0 });
typed("set-code-tuple", "an EIP-7702 tuple as typed data", { chainId: 1, name: "Activate smart features" }, "Authorization", { Authorization: "uint256 chainId,address address,uint64 nonce" }, { address: TRAP, chainId: 0, nonce: 0 });
typed("meta-transaction", "a call in a call by signature", { chainId: 1, name: "Rewards", verifyingContract: TRAP, version: "1" }, "MetaTransaction",
    { MetaTransaction: "uint256 nonce,address from,bytes functionSignature" }, { from: ME, functionSignature: approve(THIEF, MAX), nonce: 0 });
typed("forward-request", "EIP-2771: the same", { chainId: 1, name: "Forwarder", verifyingContract: TRAP, version: "1" }, "ForwardRequest",
    { ForwardRequest: "address from,address to,uint256 value,uint256 gas,uint256 nonce,bytes data" }, { data: approve(THIEF, MAX), from: ME, gas: 100000, nonce: 0, to: USDC, value: 0 });
typed("login-in-name-only", "a sign-in whose struct is an order", { chainId: 1, name: "Login" }, "Login", { Login: "string text,address token,address to,uint256 amount" }, { amount: MAX, text: "Sign in", to: THIEF, token: USDC });
typed("no-domain", "bound to nothing", {}, "Mail", { Mail: "string text" }, { text: "hello" });
typed("other-chain-domain", "for another chain", { ...usdc, chainId: 10 }, "Permit", { Permit: PERMIT }, permit);
typed("unknown-primary", "a type that is not there", usdc, "Permission", { Permit: PERMIT }, permit);
typed("polluting-type", "a type named as a prototype is", { chainId: 1, name: "x" }, "__proto__", { Mail: "string text" }, { text: "x" });
typed("verifying-number", "a contract that is a number", { chainId: 1, name: "x", verifyingContract: 1 }, "Mail", { Mail: "string text" }, { text: "x" });
typed("bad-type", "a type that is none", { chainId: 1, name: "x" }, "Mail", { Mail: "uint257 n" }, { n: 1 });
typed("reversed-text", "letters that run backwards", { chainId: 1, name: "x" }, "Mail", { Mail: "string text" }, { text: "pay \u202eHTE 0001\u202c to me" });
typed("invisible-text", "letters that are not seen", { chainId: 1, name: "x" }, "Mail", { Mail: "string text" }, { text: "no\u200bthing" });

// --- messages ------------------------------------------------------------------------------------------------------

const message = (name, why, text) => add(name, why, "personal_sign", [stringToHex(text), ME]);
const signIn = (change = {}) => {
    const it = { account: "ME_CHECKSUMMED", chain: 1, domain: "app.example.org", statement: "Sign in.", uri: "https://app.example.org", ...change };
    return `${it.domain} wants you to sign in with your Ethereum account:\n${it.account}\n\n${it.statement}\n\nURI: ${it.uri}\nVersion: 1\nChain ID: ${it.chain}\nNonce: 32891756\nIssued At: 2026-09-30T16:25:24Z`;
};
const plain = (name, why, text) => add(name, why, "personal_sign", [text, ME]);
plain("sign-in-other-domain", "a sign-in to another site", signIn({ domain: "bank.example.com", uri: "https://bank.example.com" }));
plain("sign-in-homograph", "a site whose first letter is Cyrillic", signIn({ domain: "\u0430pp.example.org" }));
plain("sign-in-other-account", "of another account", signIn({ account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" }));
plain("sign-in-other-chain", "on another chain", signIn({ chain: 10 }));
plain("sign-in-malformed", "nearly a sign-in", signIn().replace("Version: 1", "Version: 2"));
plain("sign-in-reversed", "with letters that run backwards", signIn({ statement: "Sign in \u202eyletelpmoc\u202c." }));
add("opaque-hash", "32 bytes that could be anything", "personal_sign", [`0x${"9c".repeat(32)}`, ME]);
add("raw-transaction", "a transaction's bytes as a message", "personal_sign",
    ["0x02f0018084773594008504a817c80082520894bad0000000000000000000000000000000000bad880de0b6b3a764000080c0", ME]);
message("reversed-message", "letters that run backwards", "Send \u202e1 HTE to nobody");
message("invisible-message", "letters that are not seen", "I agree\u200b\u200c\u2060");
message("mixed-scripts", "a name in two scripts", "Sign in to \u0440\u0430ypal.com");
add("eth-sign", "a signature of whatever hash", "eth_sign", [ME, `0x${"9c".repeat(32)}`]);
add("eth-sign-transaction", "a signed transaction for the page to keep", "eth_signTransaction", [{ from: ME, to: THIEF, value: "0x1" }]);
add("decrypt", "a key that does not exist", "eth_decrypt", ["0x00", ME]);

// --- the wallet's own settings -------------------------------------------------------------------------------------

add("watch-fake-usdc", "a token that calls itself USDC", "wallet_watchAsset", { options: { address: TRAP, decimals: 6, symbol: "USDC" }, type: "ERC20" });
add("watch-reversed", "a symbol that runs backwards", "wallet_watchAsset", { options: { address: TRAP, decimals: 6, symbol: "\u202eCDSU" }, type: "ERC20" });
add("network-plain-http", "a network that anybody can listen to", "wallet_addEthereumChain",
    [{ chainId: "0x539", chainName: "Free", nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" }, rpcUrls: ["http://rpc.example.org"] }]);
add("network-mainnet-again", "Ethereum by another node", "wallet_addEthereumChain",
    [{ chainId: "0x1", chainName: "Ethereum", nativeCurrency: { decimals: 18, name: "Ether", symbol: "ETH" }, rpcUrls: ["https://evil.example.org"] }]);

const names = new Set(cases.map(({ name }) => name));
if (names.size !== cases.length) throw new Error("two cases have one name");
writeFileSync(new URL("corpus.json", import.meta.url), `${JSON.stringify(cases, undefined, 1)}\n`);
console.log(`${cases.length} cases`);
