//! Decoding and digests against another implementation: alloy's ABI coder, its transactions and its EIP-712.
//!
//! Ten thousand inputs as a matter of course; as many as `INPUTS` says, a million without it, with
//! `cargo test --release -p symbolon-chain --test against_alloy -- --ignored --nocapture` (`./build.sh differential`).
//! `tests/differential` does the same against ethers.

#![allow(clippy::unwrap_used, clippy::panic)]

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxLegacy};
use alloy_dyn_abi::{DynSolType, DynSolValue, TypedData};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, I256, TxKind, U256, eip191_hash_message, keccak256};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value as Json, json};
use symbolon_chain::intent::{Action, Row, Value};
use symbolon_chain::request::{EvmRequest, EvmSubject, TypedDataVersion};
use symbolon_chain::{Context, Request, decode, digest};

const FEW: usize = 10_000;
const MANY: usize = 1_000_000;

#[test]
fn calls_are_decoded_as_alloy_encodes_them() {
    calls(FEW);
}

#[test]
fn digests_are_those_of_alloy() {
    transactions(FEW);
    messages(FEW);
    typed_data(FEW);
}

#[test]
#[ignore = "a million inputs of each: minutes in release"]
fn a_million_inputs_find_no_difference() {
    let many = std::env::var("INPUTS").map_or(MANY, |inputs| inputs.parse().unwrap());
    calls(many);
    transactions(many);
    messages(many);
    typed_data(many);
}

fn runner() -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Config::default(), rng)
}

fn each<S: Strategy>(inputs: usize, strategy: S, mut test: impl FnMut(S::Value)) {
    let mut runner = runner();
    for _ in 0..inputs {
        test(strategy.new_tree(&mut runner).unwrap().current());
    }
}

fn request(subject: EvmSubject) -> Request {
    Request::Evm(EvmRequest { chain_id: 1, account: Address::repeat_byte(1), subject })
}

/// Functions of the table with nested, dynamic and fixed types, as types alone.
const FUNCTIONS: [&str; 8] = [
    "transformERC20(address,address,uint256,uint256,(uint32,bytes)[])",
    "tryAggregate(bool,(address,bytes)[])",
    "exactInput((bytes,address,uint256,uint256,uint256))",
    "lockdown((address,address)[])",
    "castVoteWithReason(uint256,uint8,string)",
    "requestL2TransactionDirect((uint256,uint256,address,uint256,bytes,uint256,uint256,bytes[],address))",
    "exchange(int128,int128,uint256,uint256)",
    "cancel((address,address,(uint8,address,uint256,uint256,uint256)[],(uint8,address,uint256,uint256,uint256,address)[],uint8,uint256,uint256,bytes32,uint256,bytes32,uint256)[])",
];

fn calls(inputs: usize) {
    let types: Vec<(&str, DynSolType)> = FUNCTIONS
        .iter()
        .map(|signature| {
            let (_, list) = signature.split_at(signature.find('(').unwrap());
            (*signature, DynSolType::parse(list).unwrap())
        })
        .collect();
    let names: Vec<usize> = (0..types.len()).collect();
    let strategy = prop::sample::select(names)
        .prop_flat_map(move |index| (Just(types[index].0), value(&types[index].1, 3)));
    let mut altered = 0usize;
    let mut count = 0usize;
    each(
        inputs,
        (strategy, any::<prop::sample::Index>(), any::<u8>()),
        |((signature, arguments), at, byte)| {
            let encoded = arguments.abi_encode_params();
            let selector = keccak256(signature);
            let whole = [&selector[..4], &encoded].concat();
            let rows = arguments_of(&whole, signature).expect("what alloy encodes is decoded");
            assert_eq!(rows.0, rows_of(&arguments), "{signature}");
            assert!(!rows.1, "{signature}: canonical data is not odd");
            // with a byte altered: what is read as ordinary is what alloy would write
            let mut other = encoded.clone();
            if !other.is_empty() {
                let at = at.index(other.len());
                other[at] ^= byte;
            }
            count += 1;
            if let Some((values, odd)) = arguments_of(&[&selector[..4], &other].concat(), signature) {
                altered += 1;
                if !odd {
                    let list = signature.split_at(signature.find('(').unwrap()).1;
                    let kind = DynSolType::parse(list).unwrap();
                    let read = kind.abi_decode_params(&other).expect("alloy reads it too");
                    assert_eq!(read.abi_encode_params(), other, "{signature}");
                    assert_eq!(rows_of(&read), values, "{signature}");
                }
            }
        },
    );
    eprintln!("calls: {count} as encoded, {altered} still read with a byte altered");
}

/// Values of a decoded call, and whether it is flagged as odd or trailing.
fn arguments_of(data: &[u8], signature: &str) -> Option<(Vec<Value>, bool)> {
    let tx = TxEip1559 {
        chain_id: 1,
        to: TxKind::Call(Address::repeat_byte(9)),
        input: data.to_vec().into(),
        ..TxEip1559::default()
    };
    let request = request(EvmSubject::Transaction(tx.encoded_for_signing()));
    let intent = decode(&request, &Context::default()).unwrap();
    let odd = intent.risks.iter().any(|risk| ["odd-encoding", "trailing-data"].contains(&risk.code()));
    let Action::Call { function, .. } = intent.action else { panic!("a call") };
    let function = function?;
    assert_eq!(function.signature, signature);
    Some((function.arguments.iter().map(plain).collect(), odd))
}

/// A row without names and types, which alloy's values do not have.
fn plain(row: &Row) -> Value {
    match &row.value {
        Value::Rows(rows) => Value::Rows(
            rows.iter()
                .map(|row| Row { name: String::new(), kind: String::new(), value: plain(row) })
                .collect(),
        ),
        value => value.clone(),
    }
}

fn rows_of(value: &DynSolValue) -> Vec<Value> {
    match converted(value) {
        Value::Rows(rows) => rows.into_iter().map(|row| row.value).collect(),
        one => vec![one],
    }
}

fn converted(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Address(address) => Value::Address(*address),
        DynSolValue::Bool(yes) => Value::Bool(*yes),
        DynSolValue::Bytes(bytes) => Value::Bytes(bytes.clone().into()),
        DynSolValue::FixedBytes(word, size) => Value::Bytes(word[..*size].to_vec().into()),
        DynSolValue::Int(number, _) => Value::Signed(*number),
        DynSolValue::String(text) => Value::Text(symbolon_chain::text::inert_block(text)),
        DynSolValue::Uint(number, _) => Value::Unsigned(*number),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) | DynSolValue::Tuple(items) => {
            let rows = items.iter().map(|item| Row {
                name: String::new(),
                kind: String::new(),
                value: converted(item),
            });
            Value::Rows(rows.collect())
        }
        other => panic!("{other:?} is in no signature"),
    }
}

fn value(kind: &DynSolType, items: usize) -> BoxedStrategy<DynSolValue> {
    match kind {
        DynSolType::Address => any::<[u8; 20]>().prop_map(|it| DynSolValue::Address(it.into())).boxed(),
        DynSolType::Bool => any::<bool>().prop_map(DynSolValue::Bool).boxed(),
        DynSolType::Bytes => prop::collection::vec(any::<u8>(), 0..70).prop_map(DynSolValue::Bytes).boxed(),
        DynSolType::FixedBytes(size) => {
            let size = *size;
            any::<[u8; 32]>()
                .prop_map(move |mut it| {
                    it[size..].fill(0);
                    DynSolValue::FixedBytes(B256::from(it), size)
                })
                .boxed()
        }
        DynSolType::Int(bits) => {
            let bits = *bits;
            any::<[u64; 4]>()
                .prop_map(move |it| {
                    DynSolValue::Int(I256::from_raw(U256::from_limbs(it)).asr(256 - bits), bits)
                })
                .boxed()
        }
        DynSolType::Uint(bits) => {
            let bits = *bits;
            any::<[u64; 4]>()
                .prop_map(move |it| DynSolValue::Uint(U256::from_limbs(it) >> (256 - bits), bits))
                .boxed()
        }
        DynSolType::String => any::<String>().prop_map(DynSolValue::String).boxed(),
        DynSolType::Array(item) => {
            prop::collection::vec(value(item, items - 1), 0..items).prop_map(DynSolValue::Array).boxed()
        }
        DynSolType::Tuple(kinds) => kinds
            .iter()
            .map(|kind| value(kind, items))
            .collect::<Vec<_>>()
            .prop_map(DynSolValue::Tuple)
            .boxed(),
        other => panic!("{other:?} is in no signature"),
    }
}

fn transactions(inputs: usize) {
    let fields = (
        0..3u8,
        1..u64::MAX / 2,
        any::<(u64, u64, u64, u64)>(),
        any::<Option<[u8; 20]>>(),
        any::<[u64; 4]>(),
        prop::collection::vec(any::<u8>(), 0..80),
        prop::collection::vec((any::<[u8; 20]>(), prop::collection::vec(any::<[u8; 32]>(), 0..3)), 0..3),
    );
    each(inputs, fields, |(kind, chain_id, (nonce, gas_limit, fee, tip), to, value, input, list)| {
        let to = to.map_or(TxKind::Create, |to| TxKind::Call(to.into()));
        let (value, input) = (U256::from_limbs(value), input.into());
        let list = list.into_iter().map(|(address, keys)| AccessListItem {
            address: address.into(),
            storage_keys: keys.into_iter().map(B256::from).collect(),
        });
        let access_list = AccessList(list.collect());
        let (fee, tip) = (u128::from(fee.max(tip)), u128::from(fee.min(tip)));
        let (payload, hash) = match kind {
            0 => {
                let tx =
                    TxLegacy { chain_id: Some(chain_id), nonce, gas_price: fee, gas_limit, to, value, input };
                (tx.encoded_for_signing(), tx.signature_hash())
            }
            1 => {
                let tx =
                    TxEip2930 { chain_id, nonce, gas_price: fee, gas_limit, to, value, access_list, input };
                (tx.encoded_for_signing(), tx.signature_hash())
            }
            _ => {
                let tx = TxEip1559 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas: fee,
                    max_priority_fee_per_gas: tip,
                    to,
                    value,
                    access_list,
                    input,
                };
                (tx.encoded_for_signing(), tx.signature_hash())
            }
        };
        let subject = EvmSubject::Transaction(payload);
        let request = Request::Evm(EvmRequest { chain_id, account: Address::ZERO, subject });
        assert_eq!(digest(&request), Ok(hash));
    });
    eprintln!("transactions: {inputs}");
}

fn messages(inputs: usize) {
    each(inputs, prop::collection::vec(any::<u8>(), 0..200), |message| {
        let hash = eip191_hash_message(&message);
        assert_eq!(digest(&request(EvmSubject::PersonalMessage(message))), Ok(hash));
    });
    eprintln!("messages: {inputs}");
}

fn typed_data(inputs: usize) {
    let atoms =
        ["address", "bool", "bytes", "bytes4", "bytes32", "int64", "int256", "string", "uint8", "uint256"];
    let field = (prop::sample::select(atoms.to_vec()), 0..4u8);
    let fields = prop::collection::vec(field, 1..5);
    let seeds = prop::collection::vec(any::<[u64; 4]>(), 24);
    each(inputs, (fields.clone(), fields, seeds, any::<String>()), |(outer, inner, seeds, text)| {
        let mut seeds = seeds.into_iter().cycle();
        let types = |fields: &[(&str, u8)], nest: bool| {
            let mut list: Vec<Json> = Vec::new();
            for (index, (kind, shape)) in fields.iter().enumerate() {
                let suffix = ["", "", "[]", "[2]"][usize::from(*shape)];
                list.push(json!({ "name": format!("f{index}"), "type": format!("{kind}{suffix}") }));
            }
            if nest {
                list.push(json!({ "name": "one", "type": "Inner" }));
                list.push(json!({ "name": "many", "type": "Inner[]" }));
            }
            list
        };
        let (outer_type, inner_type) = (types(&outer, true), types(&inner, false));
        let mut fill = |fields: &[(&str, u8)]| {
            let mut map = serde_json::Map::new();
            for (index, (kind, shape)) in fields.iter().enumerate() {
                let mut one = || atom(kind, seeds.next().unwrap_or_default(), &text);
                let value = match shape {
                    0 | 1 => one(),
                    2 => json!([one(), one(), one()]),
                    _ => json!([one(), one()]),
                };
                map.insert(format!("f{index}"), value);
            }
            map
        };
        let inners = [fill(&inner), fill(&inner), fill(&inner)];
        let mut message = fill(&outer);
        let [one, two, three] = inners;
        message.insert("one".to_owned(), one.into());
        message.insert("many".to_owned(), json!([two, three]));
        let data = json!({
            "types": {
                "EIP712Domain": [{ "name": "name", "type": "string" }, { "name": "chainId", "type": "uint256" }],
                "Outer": outer_type, "Inner": inner_type
            },
            "primaryType": "Outer", "domain": { "name": text, "chainId": 1 }, "message": message
        });
        let expected =
            serde_json::from_value::<TypedData>(data.clone()).unwrap().eip712_signing_hash().unwrap();
        let subject = EvmSubject::TypedData { json: data.to_string(), version: TypedDataVersion::V4 };
        assert_eq!(digest(&request(subject)), Ok(expected), "{data}");
    });
    eprintln!("typed data: {inputs}");
}

fn atom(kind: &str, seed: [u64; 4], text: &str) -> Json {
    let number = U256::from_limbs(seed);
    let bytes = number.to_be_bytes::<32>();
    let hex = |size: usize| Json::from(format!("0x{}", hex::encode(&bytes[..size])));
    match kind {
        "address" => hex(20),
        "bool" => (seed[0] & 1 == 1).into(),
        "bytes" => hex(usize::try_from(seed[0] % 33).unwrap()),
        "bytes4" => hex(4),
        "bytes32" => hex(32),
        "int64" => i64::from_ne_bytes(seed[0].to_ne_bytes()).to_string().into(),
        "int256" => I256::from_raw(number).to_string().into(),
        "string" => text.into(),
        "uint8" => (seed[0] & 0xff).into(),
        _ => number.to_string().into(),
    }
}
