use std::collections::BTreeMap;

use alloy_dyn_abi::TypedData as Oracle;
use alloy_primitives::hex;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn v4(json: &Json, chain: u64) -> Result<TypedData, BadTypedData> {
    TypedData::parse(&json.to_string(), TypedDataVersion::V4, chain)
}

/// EIP-712, "Example": the mail.
fn mail() -> Json {
    json!({
        "types": {
            "EIP712Domain": [
                { "name": "name", "type": "string" },
                { "name": "version", "type": "string" },
                { "name": "chainId", "type": "uint256" },
                { "name": "verifyingContract", "type": "address" }
            ],
            "Person": [{ "name": "name", "type": "string" }, { "name": "wallet", "type": "address" }],
            "Mail": [
                { "name": "from", "type": "Person" },
                { "name": "to", "type": "Person" },
                { "name": "contents", "type": "string" }
            ]
        },
        "primaryType": "Mail",
        "domain": {
            "name": "Ether Mail",
            "version": "1",
            "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"
        },
        "message": {
            "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            "contents": "Hello, Bob!"
        }
    })
}

/// A message of one field `x` of a type.
fn one(kind: &str, value: &Json) -> Json {
    json!({
        "types": { "EIP712Domain": [], "M": [{ "name": "x", "type": kind }] },
        "primaryType": "M", "domain": {}, "message": { "x": value }
    })
}

const MAIL_DIGEST: [u8; 32] = hex!("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");

#[test]
fn the_digest_of_the_mail_is_that_of_the_standard() {
    let typed = v4(&mail(), 1).unwrap();
    assert_eq!(typed.digest.0, MAIL_DIGEST);
    assert!(typed.bound_to_chain && !typed.unsigned_fields);
    assert_eq!(typed.message[0].kind, "Person");
    let Value::Rows(from) = &typed.message[0].value else { panic!("a structure") };
    assert_eq!(from[0].value, Value::Text("Cow".to_owned()));
}

#[test]
fn digests_are_those_of_ethers() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("../../../vectors/eip712.json")).unwrap();
    assert!(cases.len() >= 60);
    for case in cases {
        let chain = case["domain"]["chainId"].as_u64().unwrap_or(1);
        let mut data = json!({
            "types": case["types"], "primaryType": case["primaryType"],
            "domain": case["domain"], "message": case["data"]
        });
        // What `TypedDataEncoder.getPayload` adds before ethers asks a wallet.
        data["types"]["EIP712Domain"] = domain_fields(&case["domain"]);
        let typed = v4(&data, chain).unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        assert_eq!(format!("{}", typed.digest), case["digest"].as_str().unwrap(), "{}", case["name"]);
    }
}

/// The fields that a domain has, in the order of EIP-712, "Definition of domainSeparator".
fn domain_fields(domain: &Json) -> Json {
    [
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
        ("salt", "bytes32"),
    ]
    .iter()
    .filter(|(name, _)| domain.get(*name).is_some_and(|value| !value.is_null()))
    .map(|(name, kind)| json!({ "name": name, "type": kind }))
    .collect()
}

/// The test dApp's permit for an item leaves the type of its domain out. We used to derive it from the domain, as ethers
/// does before it asks, and the page's own check, MetaMask's library, did not find the account in the signature. Digest
/// by `TypedDataUtils.eip712Hash` of `@metamask/eth-sig-util` 9.0.0.
#[test]
fn regression_a_domain_without_a_type_is_hashed_as_by_sig_util_and_is_not_shown() {
    let data = json!({
        "domain": {
            "name": "My NFT", "version": "1", "chainId": 31337,
            "verifyingContract": "0x9A9f2CCfdE556A7E9Ff0848998Aa4a0CFD8863AE"
        },
        "types": {
            "Permit": [
                { "name": "spender", "type": "address" },
                { "name": "tokenId", "type": "uint256" },
                { "name": "nonce", "type": "uint256" },
                { "name": "deadline", "type": "uint256" }
            ]
        },
        "primaryType": "Permit",
        "message": {
            "spender": "0x0521797E19b8E274E4ED3bFe5254FAf6fac96F08",
            "tokenId": "3606393", "nonce": "0", "deadline": "1734995006"
        }
    });
    let typed = v4(&data, 31337).unwrap();
    assert_eq!(typed.digest.0, hex!("c8a8dff9873e9d2951cf120c1883ba6b656d459b97f1dc8eb33c4bc1107b9e90"));
    assert!(typed.domain.is_empty() && typed.verifying_contract.is_none());
    assert!(typed.unsigned_fields && !typed.bound_to_chain);
    assert_eq!(v4(&data, 1), Err(BadTypedData::Chain));
}

/// `vectors/sig-util.mjs`: values of every writing for every type, structures that are not there, recursion, domains,
/// what is malformed. What both read has one digest, but for these differences that are meant:
/// - Negative numbers in hexadecimal, which ethers reads too, are read here alone.
/// - What the page cannot have meant is refused here alone: text for a `bool`, bytes of another length than the type's,
///   decimal digits for an address, numbers out of range, names that are no types, fields that are not there.
#[test]
fn digests_are_those_of_sig_util() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("../../../vectors/sig-util.json")).unwrap();
    let (mut alike, mut negative, mut by_both, mut here_alone) = ([0; 3], 0, 0, BTreeMap::new());
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let (index, version) = match case["version"].as_str().unwrap() {
            "V1" => (0, TypedDataVersion::V1),
            "V3" => (1, TypedDataVersion::V3),
            _ => (2, TypedDataVersion::V4),
        };
        let ours = TypedData::parse(&case["data"].to_string(), version, 1);
        match (ours, case["digest"].as_str()) {
            (Ok(typed), Some(digest)) => {
                assert_eq!(typed.digest.to_string(), digest, "{version:?} {name}");
                alike[index] += 1;
            }
            (Ok(_), None) => {
                assert!(name.contains("\"-0x"), "{version:?} {name}: sig-util refuses it");
                negative += 1;
            }
            (Err(_), None) => by_both += 1,
            (Err(reason), Some(_)) => *here_alone.entry(reason.to_string()).or_insert(0) += 1,
        }
    }
    println!(
        "sig-util: {alike:?} alike in versions 1, 3 and 4; {by_both} refused by both; {negative} \
         negative in hexadecimal; refused here alone: {here_alone:#?}"
    );
    assert_eq!((alike, by_both, negative), ([80, 134, 159], 359, 8));
    assert_eq!(here_alone.values().sum::<usize>(), 278);
}

#[test]
fn a_field_that_is_not_typed_is_not_shown_and_is_told() {
    let mut data = mail();
    data["message"]["extra"] = json!("not signed");
    let typed = v4(&data, 1).unwrap();
    assert_eq!(typed.digest.0, MAIL_DIGEST);
    assert!(typed.unsigned_fields);
    assert!(find(&typed.message, "extra").is_none());
}

#[test]
fn the_chain_of_the_domain_is_the_active_one_in_any_writing() {
    let padded = format!("0x{:0>77}", "1");
    for (chain_id, expected) in [
        (json!(1), Ok(())),
        (json!("1"), Ok(())),
        (json!("0001"), Ok(())),
        (json!("0x1"), Ok(())),
        (json!(padded), Ok(())),
        (json!(2), Err(BadTypedData::Chain)),
        (json!("2"), Err(BadTypedData::Chain)),
        (json!(format!("0x1{:0>64}", "1")), Err(BadTypedData::ChainForm)),
        (json!("18446744073709551617"), Err(BadTypedData::Chain)),
        (json!(-1), Err(BadTypedData::ChainForm)),
        (json!(1.5), Err(BadTypedData::ChainForm)),
        (json!("one"), Err(BadTypedData::ChainForm)),
        (json!(""), Err(BadTypedData::ChainForm)),
        (json!("0x"), Err(BadTypedData::ChainForm)),
        (json!([1]), Err(BadTypedData::ChainForm)),
        (json!(true), Err(BadTypedData::ChainForm)),
    ] {
        let mut data = mail();
        data["domain"]["chainId"] = chain_id.clone();
        assert_eq!(v4(&data, 1).map(|_| ()), expected, "{chain_id}");
    }
}

#[test]
fn a_chain_that_is_stated_but_not_hashed_is_checked_and_does_not_bind() {
    let mut data = mail();
    data["types"]["EIP712Domain"] = json!([{ "name": "name", "type": "string" }]);
    let typed = v4(&data, 1).unwrap();
    assert!(!typed.bound_to_chain && typed.unsigned_fields);
    assert_eq!(v4(&data, 2), Err(BadTypedData::Chain));
}

/// The malformed buttons of `@metamask/test-dapp`, and their kin.
#[test]
fn malformed_typed_data_is_refused() {
    let change = |change: &dyn Fn(&mut Json)| {
        let mut data = mail();
        change(&mut data);
        v4(&data, 1).unwrap_err()
    };
    use BadTypedData::{Missing, PrimaryType, ReservedKey, Shape, TypeName, VerifyingContract};
    assert_eq!(change(&|d| d["primaryType"] = json!("Non-Existent")), PrimaryType);
    assert_eq!(change(&|d| d["primaryType"] = Json::Null), PrimaryType);
    assert_eq!(change(&|d| d["primaryType"] = json!("EIP712Domain")), PrimaryType);
    assert_eq!(change(&|d| d["domain"] = json!({})), Missing);
    assert_eq!(change(&|d| d["domain"]["verifyingContract"] = json!(1)), VerifyingContract);
    assert_eq!(
        change(&|d| d["domain"]["verifyingContract"] = json!("1171772929837834378729832783783783783278")),
        VerifyingContract
    );
    assert_eq!(change(&|d| d["domain"]["verifyingContract"] = json!("cosmos")), VerifyingContract);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("string ")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("Unknown")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("uint7")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("uint08")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("bytes33")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("string[")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["type"] = json!("string[0]")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["name"] = json!("name,address wallet")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"][0]["name"] = json!("wallet")), TypeName);
    assert_eq!(change(&|d| d["types"]["Person"] = json!("string")), TypeName);
    assert_eq!(change(&|d| d["types"]["uint256"] = json!([])), TypeName);
    assert_eq!(change(&|d| d["types"]["A(B"] = json!([])), TypeName);
    assert_eq!(change(&|d| d["types"] = json!([])), Shape);
    assert_eq!(change(&|d| d["message"] = json!("text")), Shape);
    assert_eq!(change(&|d| d["message"]["contents"] = Json::Null), Missing);
    for key in ["__proto__", "constructor", "prototype"] {
        for place in ["types", "domain", "message"] {
            let error = change(&|d| {
                d[place].as_object_mut().unwrap().insert(key.to_owned(), json!([]));
            });
            assert_eq!(error, ReservedKey, "{key} in {place}");
        }
    }
}

#[test]
fn a_value_fits_its_type_or_is_refused() {
    let bad = |kind: &str| Err(BadTypedData::Value(kind.to_owned()));
    for (kind, value, ok) in [
        ("uint8", json!(255), true),
        ("uint8", json!("0xff"), true),
        ("uint8", json!(256), false),
        ("uint8", json!(-1), false),
        ("uint8", json!("-0"), true),
        ("uint256", json!(1.5), false),
        ("uint256", json!(1e30), false),
        ("uint256", json!(""), false),
        ("uint256", json!("0x"), false),
        ("uint256", json!("12 "), false),
        ("uint256", json!(true), false),
        // JavaScript reads it as …992: whoever signs it signs something else than the page checks
        ("uint256", json!(9_007_199_254_740_993u64), false),
        ("uint256", json!("9007199254740993"), true),
        ("uint256", json!(1_000_000_000_000_000_000u64), true),
        ("int8", json!(-128), true),
        ("int8", json!(-129), false),
        ("int8", json!(128), false),
        ("int8", json!(127), true),
        ("bool", json!(true), true),
        ("bool", json!("false"), false),
        ("bool", json!(1), false),
        ("address", json!("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"), true),
        ("address", json!("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD8"), false),
        ("address", json!(1), false),
        ("bytes4", json!("0xdeadbeef"), true),
        ("bytes4", json!("0xdeadbe"), false),
        ("bytes4", json!("0xdeadbeef00"), false),
        ("bytes", json!("0x1"), false),
        ("bytes", json!("text"), false),
        ("string", json!(5), false),
        ("string", json!(["a"]), false),
    ] {
        let result = v4(&one(kind, &value), 1).map(|_| ());
        assert_eq!(result, if ok { Ok(()) } else { bad(kind) }, "{value} as {kind}");
    }
    assert_eq!(v4(&one("uint8[2]", &json!([1])), 1), Err(BadTypedData::Value("uint8[]".to_owned())));
    assert!(v4(&one("uint8[2]", &json!([1, 2])), 1).is_ok());
}

#[test]
fn version_3_has_no_lists_and_no_missing_structures() {
    let v3 = |data: &Json| TypedData::parse(&data.to_string(), TypedDataVersion::V3, 1);
    assert_eq!(v3(&one("uint8[]", &json!([1]))), Err(BadTypedData::Version));
    let mut data = mail();
    data["message"]["to"] = Json::Null;
    assert_eq!(v3(&data), Err(BadTypedData::Missing));
    assert!(v4(&data, 1).is_ok());
}

#[test]
fn strangers_text_is_shown_inert_and_signed_as_it_is() {
    let hidden = v4(&one("string", &json!("pay\u{202e}me")), 1).unwrap();
    let plain = v4(&one("string", &json!("payme")), 1).unwrap();
    assert_eq!(hidden.message[0].value, Value::Text("pay⟨U+202E⟩me".to_owned()));
    assert_ne!(hidden.digest, plain.digest);
}

#[test]
fn a_small_json_that_makes_a_large_card_is_refused() {
    let fields: Vec<Json> = (0..200).map(|n| json!({ "name": format!("f{n}"), "type": "M" })).collect();
    let items: Vec<Json> = (0..1000).map(|_| json!({})).collect();
    let data = json!({
        "types": { "M": fields, "L": [{ "name": "x", "type": "M[]" }] },
        "primaryType": "L", "domain": {}, "message": { "x": items }
    });
    assert_eq!(v4(&data, 1), Err(BadTypedData::TooLarge));
}

#[test]
fn deep_json_is_refused_without_a_stack_overflow() {
    let deep = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
    assert_eq!(TypedData::parse(&deep, TypedDataVersion::V4, 1), Err(BadTypedData::Shape));
}

fn values() -> impl Strategy<Value = (String, Json)> {
    let atom = prop_oneof![
        any::<[u8; 20]>().prop_map(|b| ("address".to_owned(), json!(format!("0x{}", hex::encode(b))))),
        any::<bool>().prop_map(|b| ("bool".to_owned(), json!(b))),
        any::<Vec<u8>>().prop_map(|b| ("bytes".to_owned(), json!(format!("0x{}", hex::encode(b))))),
        any::<String>().prop_map(|s| ("string".to_owned(), json!(s))),
        any::<u64>().prop_map(|n| ("uint64".to_owned(), json!(n.to_string()))),
        any::<i64>().prop_map(|n| ("int72".to_owned(), json!(n.to_string()))),
        any::<[u64; 4]>().prop_map(|n| ("uint256".to_owned(), json!(U256::from_limbs(n).to_string()))),
        prop::collection::vec(any::<u8>(), 1..=32)
            .prop_map(|b| (format!("bytes{}", b.len()), json!(format!("0x{}", hex::encode(b))))),
    ];
    atom.prop_flat_map(|(kind, value)| {
        (0..4usize, Just(kind), Just(value)).prop_map(|(shape, kind, value)| match shape {
            1 => (format!("{kind}[]"), json!([value.clone(), value])),
            2 => (format!("{kind}[2]"), json!([value.clone(), value])),
            3 => (format!("{kind}[][1]"), json!([[value]])),
            _ => (kind, value),
        })
    })
}

proptest! {
    #[test]
    fn digests_are_those_of_alloy(fields in prop::collection::vec(values(), 0..6), chain in 1..=u64::from(u32::MAX)) {
        let types: Vec<Json> = fields
            .iter()
            .enumerate()
            .map(|(n, (kind, _))| json!({ "name": format!("f{n}"), "type": kind }))
            .collect();
        let inner: Map<String, Json> =
            fields.into_iter().enumerate().map(|(n, (_, value))| (format!("f{n}"), value)).collect();
        let data = json!({
            "types": {
                "EIP712Domain": [{ "name": "name", "type": "string" }, { "name": "chainId", "type": "uint256" }],
                "Inner": types,
                "Outer": [{ "name": "one", "type": "Inner" }, { "name": "more", "type": "Inner[]" }]
            },
            "primaryType": "Outer",
            "domain": { "name": "D", "chainId": chain },
            "message": { "one": inner.clone(), "more": [inner.clone(), inner] }
        });
        let oracle: Oracle = serde_json::from_value(data.clone()).unwrap();
        prop_assert_eq!(v4(&data, chain).unwrap().digest, oracle.eip712_signing_hash().unwrap());
    }

    #[test]
    fn no_json_makes_it_panic(kind in "[a-z0-9\\[\\]]{0,12}", value: String, text: String) {
        let _ = v4(&one(&kind, &json!(value)), 1);
        for version in [TypedDataVersion::V1, TypedDataVersion::V3, TypedDataVersion::V4] {
            let _ = TypedData::parse(&text, version, 1);
            let list = json!([{ "type": kind, "name": text, "value": value }]);
            let _ = TypedData::parse(&list.to_string(), version, 1);
        }
    }
}
