use alloy_primitives::address;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const ME: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const TO: &str = "0x0c54FcCd2e384b4BB6f2E405Bf5Cbc15a017AaFb";
const ACCOUNT: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const CHAIN: u64 = 31337;

/// A plain transaction with one field set to something.
fn with(name: &str, value: Value) -> Result<TxParams, InvalidParams> {
    let mut object = json!({ "from": ME, "to": TO, "value": "0x0" });
    object[name] = value;
    send_transaction(&json!([object]), CHAIN)
}

/// Rows "Send Eth" of what `@metamask/test-dapp` 9.9.0 asks.
#[test]
fn the_transactions_of_the_test_dapp_are_read() {
    let legacy = json!([{ "from": ME, "to": TO, "value": "0x0", "gasLimit": "0x5208", "gasPrice": "0x2540be400", "type": "0x0" }]);
    let params = send_transaction(&legacy, CHAIN).unwrap();
    assert_eq!(params.gas, Some(21_000));
    assert_eq!(params.gas_price, Some(10_000_000_000));
    assert_eq!(params.kind, Some(TransactionKind::Legacy));

    let dynamic = json!([{ "from": ME, "to": TO, "value": "0x16345785D8A0", "gasLimit": "0x5208",
        "maxFeePerGas": "0x2540be400", "maxPriorityFeePerGas": "0x3b9aca00" }]);
    let params = send_transaction(&dynamic, CHAIN).unwrap();
    assert_eq!(params.value, U256::from(0x1634_5785_D8A0u64));
    assert_eq!(params.max_priority_fee_per_gas, Some(1_000_000_000));
    assert_eq!(params.kind, None);

    let deploy = json!([{ "gas": "0x3143f", "from": ME, "data": "0x6080604052" }]);
    let params = send_transaction(&deploy, CHAIN).unwrap();
    assert_eq!((params.to, params.data.len()), (None, 5));
}

/// Rows "Malformed Transactions" and "Malicious … Odd Hex Data" of the test dApp, and the rules for each field.
#[test]
fn malformed_transactions_are_refused() {
    for (name, value) in [
        ("value", json!("invalid")),
        ("value", json!("ffffffffffffff")),
        ("value", json!(1)),
        ("value", json!("0x")),
        ("value", json!(format!("0x1{}", "0".repeat(64)))),
        ("type", json!("0x3")),
        ("type", json!("0x4")),
        ("type", json!("0x5")),
        ("type", json!("0x76")),
        ("type", json!("invalid")),
        ("type", json!(2)),
        ("to", json!("invalid")),
        ("to", json!("0x0c54")),
        ("to", json!(1)),
        ("to", json!("")),
        ("gasLimit", json!("invalid")),
        ("gas", json!("5208")),
        ("gas", json!("0x10000000000000000")),
        ("maxFeePerGas", json!("invalid")),
        ("gasPrice", json!("0x100000000000000000000000000000000")),
        ("data", json!("0x1")),
        ("data", json!("95ea7b30")),
        ("data", json!("0xzz")),
        ("data", json!({})),
        ("input", json!("0x1")),
        ("nonce", json!("seven")),
        ("chainId", json!("0x1")),
        ("chainId", json!(1)),
        ("chainId", json!("31337")),
        ("from", json!("invalid")),
        ("from", Value::Null),
        ("authorizationList", json!([])),
        ("blobVersionedHashes", json!([])),
        ("calls", json!([])),
        ("accessList", json!("x")),
        ("accessList", json!([{}])),
        ("accessList", json!([{ "address": TO, "storageKeys": ["0x01"] }])),
    ] {
        assert!(with(name, value.clone()).is_err(), "{name}: {value}");
    }
    assert_eq!(InvalidParams::CODE, -32602);
}

#[test]
fn the_shape_of_the_parameters_is_checked() {
    for params in [json!(null), json!([]), json!({}), json!([1]), json!(["0x"]), json!([[]])] {
        assert!(send_transaction(&params, CHAIN).is_err(), "{params}");
        assert!(personal_sign(&params, CHAIN).is_err(), "{params}");
        assert!(sign_typed_data(&params, TypedDataVersion::V4, CHAIN).is_err(), "{params}");
    }
}

#[test]
fn a_stated_chain_may_be_the_active_one() {
    for chain in [json!("0x7a69"), json!("0x07a69"), json!(31337)] {
        assert!(with("chainId", chain).is_ok());
    }
}

#[test]
fn two_names_of_a_field_must_agree() {
    let both = |data: &str, input: &str| {
        send_transaction(&json!([{ "from": ME, "to": TO, "data": data, "input": input }]), CHAIN)
    };
    assert!(both("0x01", "0x01").is_ok());
    assert!(both("0x01", "0x02").is_err());
    let gas = json!([{ "from": ME, "to": TO, "gas": "0x1", "gasLimit": "0x2" }]);
    assert!(send_transaction(&gas, CHAIN).is_err());
}

#[test]
fn fees_go_with_their_type() {
    let with_fees = |fields: Value| {
        let mut object = json!({ "from": ME, "to": TO });
        for (name, value) in fields.as_object().unwrap() {
            object[name] = value.clone();
        }
        send_transaction(&json!([object]), CHAIN).is_ok()
    };
    assert!(with_fees(json!({ "type": "0x1", "gasPrice": "0x1" })));
    assert!(with_fees(json!({ "type": "0x2", "maxFeePerGas": "0x2", "maxPriorityFeePerGas": "0x1" })));
    assert!(!with_fees(json!({ "type": "0x2", "gasPrice": "0x1" })));
    assert!(!with_fees(json!({ "type": "0x0", "maxFeePerGas": "0x1" })));
    assert!(!with_fees(json!({ "gasPrice": "0x1", "maxFeePerGas": "0x1" })));
    assert!(!with_fees(json!({ "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" })));
}

#[test]
fn call_data_may_have_128_kib() {
    let data = |bytes: usize| json!(format!("0x{}", "00".repeat(bytes)));
    assert!(with("data", data(128 * 1024)).is_ok());
    assert!(with("data", data(128 * 1024 + 1)).is_err());
}

#[test]
fn a_contract_creation_needs_code() {
    assert!(send_transaction(&json!([{ "from": ME }]), CHAIN).is_err());
    assert!(send_transaction(&json!([{ "from": ME, "to": "0x", "data": "0x60" }]), CHAIN).is_ok());
}

#[test]
fn errors_name_the_field_and_do_not_repeat_the_page() {
    let error = with("value", json!("ffff<script>")).unwrap_err();
    assert_eq!(error.message, "Invalid transaction: \"value\" must start with 0x.");
}

fn message(params: &Value) -> (Vec<u8>, Address) {
    let request = personal_sign(params, CHAIN).unwrap();
    let EvmSubject::PersonalMessage(message) = request.subject else { panic!("a message") };
    (message, request.account)
}

/// Row "Personal Sign" of the test dApp.
#[test]
fn a_third_parameter_of_personal_sign_is_ignored() {
    let params =
        json!(["0x4578616d706c652060706572736f6e616c5f7369676e60206d657373616765", ME, "Example password"]);
    assert_eq!(message(&params), (b"Example `personal_sign` message".to_vec(), ACCOUNT));
}

#[test]
fn swapped_parameters_of_personal_sign_are_recovered() {
    assert_eq!(message(&json!([ME, "0x6869"])), (b"hi".to_vec(), ACCOUNT));
    assert_eq!(message(&json!([ME, "hi"])), (b"hi".to_vec(), ACCOUNT));
}

#[test]
fn a_message_that_is_an_address_is_told_from_the_account_by_its_place() {
    assert_eq!(message(&json!([TO, ME])).1, ACCOUNT);
}

#[test]
fn a_message_is_hexadecimal_or_text() {
    assert_eq!(message(&json!(["hello wörld", ME])).0, "hello wörld".as_bytes());
    assert_eq!(message(&json!(["0xsomething", ME])).0, b"0xsomething");
    assert_eq!(message(&json!(["0x", ME])).0, b"");
    assert!(personal_sign(&json!(["0x123", ME]), CHAIN).is_err());
    assert!(personal_sign(&json!([{}, ME]), CHAIN).is_err());
    assert!(personal_sign(&json!(["x".repeat(MAX_MESSAGE + 1), ME]), CHAIN).is_err());
}

#[test]
fn a_recovery_needs_a_whole_signature() {
    let rsv = format!("0x{}1b", "01".repeat(64));
    assert!(personal_ec_recover(&json!(["0x6869", rsv])).is_ok());
    assert!(personal_ec_recover(&json!(["0x6869", "0x01"])).is_err());
    assert!(personal_ec_recover(&json!(["0x6869", format!("0x{}1d", "01".repeat(64))])).is_err());
}

#[test]
fn typed_data_may_be_text_or_json_and_come_first() {
    let data = json!({
        "types": { "EIP712Domain": [], "M": [{ "name": "x", "type": "uint8" }] },
        "primaryType": "M", "domain": {}, "message": { "x": 1 }
    });
    for params in [json!([ME, data]), json!([ME, data.to_string()]), json!([data.to_string(), ME])] {
        let request = sign_typed_data(&params, TypedDataVersion::V4, CHAIN).unwrap();
        assert_eq!(request.account, ACCOUNT);
        let EvmSubject::TypedData { json, .. } = request.subject else { panic!("typed data") };
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), data);
    }
    let list = json!([[{ "type": "string", "name": "Message", "value": "Hi, Alice!" }], ME]);
    assert!(sign_typed_data(&list, TypedDataVersion::V1, CHAIN).is_ok());
}

#[test]
fn typed_data_that_cannot_be_signed_is_refused_at_once() {
    let error = sign_typed_data(&json!([ME, "{}"]), TypedDataVersion::V4, CHAIN).unwrap_err();
    assert!(error.message.starts_with("Invalid typed data: "), "{error}");
    assert!(
        sign_typed_data(&json!([ME, "x".repeat(MAX_TYPED_DATA + 1)]), TypedDataVersion::V4, CHAIN).is_err()
    );
}

#[test]
fn the_widest_parameters_fit_into_a_request() {
    let keys: Vec<String> = (0..200).map(|n| format!("0x{n:064x}")).collect();
    let params = send_transaction(
        &json!([{ "from": ME, "to": TO, "data": format!("0x{}", "11".repeat(MAX_CALL_DATA)),
            "accessList": [{ "address": TO, "storageKeys": keys }] }]),
        CHAIN,
    );
    let fees =
        crate::evm::tx::Fees::Dynamic { max_fee_per_gas: u128::MAX, max_priority_fee_per_gas: u128::MAX };
    let tx = UnsignedTransaction::build(&params.unwrap(), u64::MAX, u64::MAX, u64::MAX, fees);
    assert!(transaction_request(&tx, ACCOUNT).is_ok());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "0x[0-9a-f]{0,44}".prop_map(Value::from),
        Just(json!(ME)),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let keys = prop::sample::select(vec![
            "from",
            "to",
            "value",
            "data",
            "gas",
            "type",
            "accessList",
            "address",
            "storageKeys",
            "types",
            "domain",
            "message",
            "primaryType",
            "EIP712Domain",
            "name",
            "chainId",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..6).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn no_parameters_make_it_panic(params in any_json()) {
        for params in [params.clone(), json!([params.clone()]), json!([params, ME])] {
            let _ = send_transaction(&params, CHAIN);
            let _ = personal_sign(&params, CHAIN);
            let _ = personal_ec_recover(&params);
            for version in [TypedDataVersion::V1, TypedDataVersion::V3, TypedDataVersion::V4] {
                let _ = sign_typed_data(&params, version, CHAIN);
            }
        }
    }
}
