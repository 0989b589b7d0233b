//! Calls within calls: judged as if they stood alone.

use alloy_dyn_abi::DynSolValue;

use super::*;
use crate::evm::call::{erc20_approve, erc20_transfer};
use crate::evm::selector_of;
use crate::intent::InnerKind;

const SAFE: Address = address!("5afe00000000000000000000000000000000afe5");
const ROUTER: Address = address!("3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD");
const BATCHER: Address = address!("40A2aCCbd92BCA938b02010E17A5b8929b49130D");
const ZERO: DynSolValue = DynSolValue::Uint(U256::ZERO, 256);

pub(super) fn encode(signature: &str, values: Vec<DynSolValue>) -> Bytes {
    let arguments = DynSolValue::Tuple(values).abi_encode_params();
    [selector_of(signature).as_slice(), &arguments].concat().into()
}

fn bytes(data: impl AsRef<[u8]>) -> DynSolValue {
    DynSolValue::Bytes(data.as_ref().to_vec())
}

fn number(number: u64) -> DynSolValue {
    DynSolValue::Uint(U256::from(number), 256)
}

fn multicall(calls: &[Bytes]) -> Bytes {
    encode("multicall(bytes[])", vec![DynSolValue::Array(calls.iter().map(bytes).collect())])
}

fn safe(to: Address, data: &[u8], operation: u64) -> Bytes {
    encode(
        "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
        vec![
            DynSolValue::Address(to),
            ZERO,
            bytes(data),
            number(operation),
            ZERO,
            ZERO,
            ZERO,
            DynSolValue::Address(Address::ZERO),
            DynSolValue::Address(Address::ZERO),
            bytes(Bytes::new()),
        ],
    )
}

fn inner(intent: &Intent) -> &[InnerCall] {
    let Action::Call { calls, .. } = &intent.action else { panic!("a call") };
    calls
}

#[test]
fn an_approval_in_a_multicall_is_the_approval_that_it_is() {
    let alone = read(&tx(Some(USDC), 0, erc20_approve(BOB, U256::MAX)));
    for data in [
        multicall(&[erc20_approve(BOB, U256::MAX)]),
        multicall(&[multicall(&[erc20_approve(BOB, U256::MAX)])]),
    ] {
        let intent = read(&tx(Some(USDC), 0, data));
        for risk in &alone.risks {
            assert!(intent.risks.contains(risk), "{risk:?} of {:?}", intent.risks);
        }
        assert!(intent.outflow().iter().any(|out| out.token == Some(USDC) && out.amount.is_none()));
    }
}

#[test]
fn a_multicall_of_many_contracts_is_judged_call_by_call() {
    let call = |to: Address, data: Bytes| {
        DynSolValue::Tuple(vec![DynSolValue::Address(to), DynSolValue::Bool(false), bytes(data)])
    };
    let calls = vec![call(USDC, erc20_approve(BOB, U256::MAX)), call(BOB, vec![1, 2, 3, 4].into())];
    let data = encode("aggregate3((address,bool,bytes)[])", vec![DynSolValue::Array(calls)]);
    let intent = read(&tx(Some(ROUTER), 0, data));
    assert_eq!(inner(&intent).len(), 2);
    assert_eq!(inner(&intent)[0].sender, ROUTER);
    assert!(codes(&intent).contains(&"unlimited-approval"));
    assert!(intent.risks.contains(&Risk::UnknownCall { selector: Some([1, 2, 3, 4]) }));
    // it is the contract's allowance, not the account's
    assert_eq!(intent.outflow().len(), 1);
}

/// The transaction that emptied Bybit's Safe in February 2025: a call that looks like a token's `transfer`, as a
/// delegatecall to a contract of the thief's.
#[test]
fn foreign_code_on_a_safe_is_a_danger_whatever_it_looks_like() {
    let thief = Address::repeat_byte(0x96);
    let intent = read(&tx(Some(SAFE), 0, safe(thief, &erc20_transfer(BOB, U256::ZERO), 1)));
    assert!(intent.risks.contains(&Risk::DelegateCall { target: thief }));
    assert_eq!(intent.severity(), Some(Severity::Danger));
    let [call] = inner(&intent) else { panic!("one call") };
    assert_eq!(call.kind, InnerKind::Delegate);
    assert!(matches!(call.action, Action::Call { contract, .. } if contract == thief), "{:?}", call.action);
    // the same as an ordinary call is a transfer of the Safe's
    let intent = read(&tx(Some(SAFE), 0, safe(USDC, &erc20_transfer(BOB, U256::from(5)), 0)));
    assert!(matches!(&inner(&intent)[0].action, Action::TransferToken { from, .. } if *from == SAFE));
    assert!(!codes(&intent).contains(&"delegate-call"));
    assert!(!codes(&intent).contains(&"third-party-transfer"));
}

#[test]
fn a_signed_transaction_of_a_safe_is_what_it_lets_the_safe_do() {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let data = |operation: u64| {
        json!({
            "types": { "EIP712Domain": [field("chainId", "uint256"), field("verifyingContract", "address")],
                "SafeTx": [field("to", "address"), field("value", "uint256"), field("data", "bytes"),
                field("operation", "uint8"), field("safeTxGas", "uint256"), field("baseGas", "uint256"),
                field("gasPrice", "uint256"), field("gasToken", "address"), field("refundReceiver", "address"),
                field("nonce", "uint256")] },
            "primaryType": "SafeTx",
            "domain": { "chainId": 1, "verifyingContract": SAFE },
            "message": { "to": USDC, "value": 0, "data": erc20_approve(BOB, U256::MAX), "operation": operation,
                "safeTxGas": 0, "baseGas": 0, "gasPrice": 0, "gasToken": Address::ZERO,
                "refundReceiver": Address::ZERO, "nonce": 7 }
        })
    };
    let call = typed(&data(0));
    assert!(codes(&call).contains(&"unlimited-approval"));
    assert!(!codes(&call).contains(&"unknown-typed-data"));
    assert!(typed(&data(1)).risks.contains(&Risk::DelegateCall { target: USDC }));
}

fn packed(operation: u8, to: Address, data: &[u8]) -> Vec<u8> {
    let words = [U256::ZERO, U256::from(data.len())].map(|word| word.to_be_bytes::<32>()).concat();
    [&[operation], to.as_slice(), &words, data].concat()
}

#[test]
fn a_batch_of_a_safe_is_its_calls_and_only_the_known_batcher_is_no_foreign_code() {
    let calls = [
        packed(0, USDC, &erc20_transfer(BOB, U256::from(1))),
        packed(0, USDC, &erc20_approve(BOB, U256::MAX)),
    ];
    let batch = encode("multiSend(bytes)", vec![bytes(calls.concat())]);
    let intent = read(&tx(Some(SAFE), 0, safe(BATCHER, &batch, 1)));
    let [call] = inner(&intent) else { panic!("one batch") };
    assert_eq!(call.kind, InnerKind::Batch);
    let Action::Call { calls, .. } = &call.action else { panic!("a batch") };
    assert_eq!(calls.iter().map(|call| call.sender).collect::<Vec<_>>(), [SAFE, SAFE]);
    assert!(codes(&intent).contains(&"unlimited-approval"));
    assert!(!codes(&intent).contains(&"delegate-call"));
    let other = read(&tx(Some(SAFE), 0, safe(BOB, &batch, 1)));
    assert!(codes(&other).contains(&"delegate-call"));
    let nested = encode("multiSend(bytes)", vec![bytes(packed(1, BOB, &[1, 2, 3, 4]))]);
    let intent = read(&tx(Some(SAFE), 0, safe(BATCHER, &nested, 1)));
    assert!(intent.risks.contains(&Risk::DelegateCall { target: BOB }));
}

#[test]
fn steps_of_the_universal_router_are_approvals_and_transfers() {
    let details = DynSolValue::Tuple(vec![
        DynSolValue::Address(USDC),
        DynSolValue::Uint(U256::MAX >> 96, 160),
        number(9),
        number(0),
    ]);
    let permit = DynSolValue::Tuple(vec![details, DynSolValue::Address(ROUTER), number(99)]);
    let permit = DynSolValue::Tuple(vec![permit, bytes([7; 65])]).abi_encode_params();
    let sweep = DynSolValue::Tuple(vec![
        DynSolValue::Address(USDC),
        DynSolValue::Address(Address::repeat_byte(9)),
        ZERO,
    ])
    .abi_encode_params();
    let data = encode(
        "execute(bytes,bytes[],uint256)",
        vec![
            bytes([0x0a, 0x04, 0x3e]),
            DynSolValue::Array(vec![bytes(permit), bytes(sweep), bytes([])]),
            number(1),
        ],
    );
    let intent = read(&tx(Some(ROUTER), 0, data));
    let calls = inner(&intent);
    assert!(matches!(&calls[0].action, Action::Approve { spender, .. } if *spender == ROUTER));
    assert!(intent.risks.contains(&Risk::UnlimitedApproval { spender: ROUTER }));
    assert!(intent.risks.contains(&Risk::FirstTime { address: Address::repeat_byte(9) }));
    // a command that nobody knows
    assert!(matches!(&calls[2].action, Action::Call { function: None, .. }));
    assert!(intent.risks.contains(&Risk::UnknownCall { selector: None }));
}

#[test]
fn calls_too_deep_or_too_many_are_unknown() {
    let mut data = erc20_approve(BOB, U256::MAX);
    for _ in 0..7 {
        data = multicall(&[data]);
    }
    assert!(codes(&read(&tx(Some(USDC), 0, data))).contains(&"unknown-call"));
    let many = vec![erc20_transfer(BOB, U256::from(1)); 101];
    assert!(codes(&read(&tx(Some(USDC), 0, multicall(&many)))).contains(&"unknown-call"));
    assert!(!codes(&read(&tx(Some(USDC), 0, multicall(&many[..100])))).contains(&"unknown-call"));
}

#[test]
fn data_that_is_laid_out_oddly_is_a_danger() {
    // both lists begin at the same place
    let words = [0x40u64, 0x40, 0, 0].map(U256::from);
    let intent = read(&tx(Some(ROUTER), 0, call(selector_of("execute(bytes,bytes[])"), &words)));
    assert!(codes(&intent).contains(&"odd-encoding"));
    assert_eq!(intent.severity(), Some(Severity::Danger));
}

#[test]
fn functions_that_hand_over_control_are_a_danger() {
    let data = encode("transferOwnership(address)", vec![DynSolValue::Address(BOB)]);
    assert!(read(&tx(Some(ROUTER), 0, data)).risks.contains(&Risk::Control { contract: ROUTER }));
    let data =
        encode("upgradeToAndCall(address,bytes)", vec![DynSolValue::Address(BOB), bytes(Bytes::new())]);
    assert!(read(&tx(Some(ROUTER), 0, data)).risks.contains(&Risk::DelegateCall { target: BOB }));
}

#[test]
fn permit2_is_read_as_approval_and_transfer() {
    let permit2 = crate::evm::permit::PERMIT2;
    let moved = encode(
        "transferFrom(address,address,uint160,address)",
        vec![
            DynSolValue::Address(ME),
            DynSolValue::Address(BOB),
            DynSolValue::Uint(U256::from(5), 160),
            DynSolValue::Address(USDC),
        ],
    );
    let intent = read(&tx(Some(permit2), 0, moved));
    assert!(matches!(&intent.action, Action::TransferToken { token, .. } if token.contract == USDC));
}
