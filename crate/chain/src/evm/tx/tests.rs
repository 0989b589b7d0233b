use alloy_primitives::{address, hex};
use k256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::evm::quantity;

fn sign(key: &str, tx: &UnsignedTransaction) -> Signature {
    let key = SigningKey::from_slice(&hex::decode(key).unwrap()).unwrap();
    let (signature, id) = key.sign_prehash_recoverable(tx.digest().as_slice()).unwrap();
    let (r, s) = signature.split_bytes();
    Signature::from_parts(r.into(), s.into(), id.to_byte()).unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

/// A number as ethers' cases write it: decimal or hexadecimal text, a JSON number, or nothing for 0.
fn number(value: &Value) -> U256 {
    match value {
        Value::Null => U256::ZERO,
        Value::Number(number) => U256::from(number.as_u64().unwrap()),
        Value::String(text) if text == "0x" => U256::ZERO,
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => U256::from_str_radix(digits, 16).unwrap(),
            None => text.parse().unwrap(),
        },
        other => panic!("{other}"),
    }
}

/// EIP-155, "Example".
#[test]
fn the_example_of_eip_155_is_signed_as_there() {
    let tx = UnsignedTransaction {
        chain_id: 1,
        nonce: 9,
        gas_limit: 21_000,
        fees: Fees::Price { gas_price: 20_000_000_000, access_list: false },
        to: Some(address!("3535353535353535353535353535353535353535")),
        value: U256::from(1_000_000_000_000_000_000u64),
        data: Bytes::new(),
        access_list: AccessList::default(),
    };
    assert_eq!(
        tx.payload(),
        hex!("ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080")
    );
    assert_eq!(tx.digest().0, hex!("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
    let signature = sign("4646464646464646464646464646464646464646464646464646464646464646", &tx);
    let signed = tx.assemble(&signature, &address!("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")).unwrap();
    assert_eq!(
        signed.raw.as_ref(),
        hex!(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
        )
    );
}

#[test]
fn transactions_of_types_1_and_2_are_those_of_ethers() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../vectors/typed-transactions.json")).unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let name = text(&case, "name");
        let fields = &case["tx"];
        let payload = hex::decode(text(&case, "unsigned")).unwrap();
        let tx = UnsignedTransaction::decode(&payload).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(U256::from(tx.chain_id), number(&fields["chainId"]), "{name}");
        assert_eq!(U256::from(tx.nonce), number(&fields["nonce"]), "{name}");
        assert_eq!(U256::from(tx.gas_limit), number(&fields["gasLimit"]), "{name}");
        assert_eq!(tx.value, number(&fields["value"]), "{name}");
        let to = fields["to"].as_str().filter(|to| *to != "0x").map(|to| to.parse::<Address>().unwrap());
        assert_eq!(tx.to, to, "{name}");
        let fee = if fields["type"] == 2 { "maxFeePerGas" } else { "gasPrice" };
        assert_eq!(U256::from(tx.max_fee_per_gas()), number(&fields[fee]), "{name}");
        let signed = tx.assemble(&sign(text(&case, "key"), &tx), &text(&case, "address").parse().unwrap());
        assert_eq!(quantity::write_bytes(&signed.unwrap().raw), text(&case, "signed"), "{name}");
    }
}

#[test]
fn legacy_transactions_of_chain_5_are_those_of_ethers() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../vectors/legacy-transactions.json")).unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let name = text(&case, "name");
        let payload = hex::decode(text(&case, "unsignedTransactionChainId5")).unwrap();
        let tx = UnsignedTransaction::decode(&payload).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(tx.chain_id, 5, "{name}");
        assert_eq!(tx.value, number(&case["value"]), "{name}");
        let account = text(&case, "accountAddress").parse().unwrap();
        let signed = tx.assemble(&sign(text(&case, "privateKey"), &tx), &account).unwrap();
        assert_eq!(quantity::write_bytes(&signed.raw), text(&case, "signedTransactionChainId5"), "{name}");
    }
}

#[test]
fn a_transaction_without_a_chain_is_refused() {
    // the pre-EIP-155 form of ethers' case "blank", its chain id 0 form, and an EIP-1559 one of chain 0
    for payload in
        [hex!("c6808080808080").as_slice(), &hex!("c9808080808080808080"), &hex!("02c98080808080808080c0")]
    {
        assert_eq!(UnsignedTransaction::decode(payload), Err(BadTransaction::NoChain));
    }
}

#[test]
fn bytes_left_over_are_refused() {
    let payload = hex!("c9808080808080058080");
    assert!(UnsignedTransaction::decode(&payload).is_ok());
    let longer = [payload.as_slice(), &[0]].concat();
    assert_eq!(UnsignedTransaction::decode(&longer), Err(BadTransaction::Encoding));
    let shorter = &payload[..payload.len() - 1];
    assert_eq!(UnsignedTransaction::decode(shorter), Err(BadTransaction::Encoding));
    // one more field inside the list
    assert_eq!(UnsignedTransaction::decode(&hex!("ca80808080808005808080")), Err(BadTransaction::Encoding));
}

#[test]
fn an_encoding_that_is_not_the_shortest_is_refused() {
    // the nonce as 0x00, as 0x8100, and the list with a long header
    for payload in [
        hex!("c9008080808080058080").as_slice(),
        &hex!("ca81008080808080058080"),
        &hex!("f809808080808080058080"),
        &hex!("02f8098080808080808080c0"),
        &hex!("02c9018080808080808180c0"),
    ] {
        assert_eq!(UnsignedTransaction::decode(payload), Err(BadTransaction::Encoding));
    }
}

#[test]
fn signed_forms_are_not_unsigned_transactions() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../vectors/typed-transactions.json")).unwrap();
    for case in cases {
        let signed = hex::decode(text(&case, "signed")).unwrap();
        assert_eq!(UnsignedTransaction::decode(&signed), Err(BadTransaction::Encoding));
    }
}

#[test]
fn types_of_blobs_and_delegations_are_refused() {
    for kind in [0x00, 0x03, 0x04, 0x05, 0x76, 0x7f] {
        assert_eq!(UnsignedTransaction::decode(&[kind, 0xc0]), Err(BadTransaction::Type(kind)));
    }
    assert_eq!(UnsignedTransaction::decode(&[0x80]), Err(BadTransaction::Encoding));
    assert_eq!(UnsignedTransaction::decode(&[]), Err(BadTransaction::Encoding));
}

#[test]
fn a_signature_of_someone_else_is_not_put_in() {
    let tx = UnsignedTransaction::decode(&hex!("c9808080808080058080")).unwrap();
    let signature = sign("4646464646464646464646464646464646464646464646464646464646464646", &tx);
    let stranger = address!("3535353535353535353535353535353535353535");
    assert_eq!(tx.assemble(&signature, &stranger), Err(BadSignature::Signer));
}

#[test]
fn a_tip_above_the_fee_is_refused() {
    let tx = any_tx(1, Fees::Dynamic { max_fee_per_gas: 1, max_priority_fee_per_gas: 2 });
    assert_eq!(UnsignedTransaction::decode(&tx.payload()), Err(BadTransaction::PriorityAboveMax));
}

#[test]
fn the_hash_is_that_of_alloy() {
    let tx = any_tx(1, Fees::Dynamic { max_fee_per_gas: 3, max_priority_fee_per_gas: 2 });
    let key = "4646464646464646464646464646464646464646464646464646464646464646";
    let signature = sign(key, &tx);
    let signed = tx.assemble(&signature, &address!("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")).unwrap();
    let Typed::Dynamic(inner) = tx.typed() else { panic!("type 2") };
    assert_eq!(signed.hash, *inner.into_signed(signature.to_alloy()).hash());
}

fn any_tx(chain_id: u64, fees: Fees) -> UnsignedTransaction {
    UnsignedTransaction {
        chain_id,
        nonce: 7,
        gas_limit: 21_000,
        fees,
        to: None,
        value: U256::from(5),
        data: Bytes::from_static(&[1, 2, 3]),
        access_list: AccessList::default(),
    }
}

prop_compose! {
    fn transactions()(
        chain_id in 1..=u64::MAX,
        nonce: u64,
        gas_limit: u64,
        max_fee: u128,
        kind in 0..3u8,
        to: Option<[u8; 20]>,
        value: [u64; 4],
        data: Vec<u8>,
        keys: Vec<[u8; 32]>,
    ) -> UnsignedTransaction {
        let fees = match kind {
            0 => Fees::Price { gas_price: max_fee, access_list: false },
            1 => Fees::Price { gas_price: max_fee, access_list: true },
            _ => Fees::Dynamic { max_fee_per_gas: max_fee, max_priority_fee_per_gas: max_fee / 3 },
        };
        let item = alloy_eips::eip2930::AccessListItem {
            address: Address::repeat_byte(1),
            storage_keys: keys.into_iter().map(B256::from).collect(),
        };
        let access_list = if kind == 0 { AccessList::default() } else { AccessList(vec![item]) };
        UnsignedTransaction {
            chain_id, nonce, gas_limit, fees, access_list,
            to: to.map(Address::from),
            value: U256::from_limbs(value),
            data: data.into(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(tx in transactions()) {
        prop_assert_eq!(UnsignedTransaction::decode(&tx.payload()), Ok(tx));
    }

    #[test]
    fn an_altered_encoding_is_another_transaction_or_none(
        tx in transactions(),
        at: prop::sample::Index,
        flip in 1..=255u8,
    ) {
        let mut payload = tx.payload();
        let at = at.index(payload.len());
        payload[at] ^= flip;
        if let Ok(other) = UnsignedTransaction::decode(&payload) {
            prop_assert_ne!(&other, &tx);
            prop_assert_eq!(other.payload(), payload);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(kind in prop::sample::select(vec![0x01u8, 0x02, 0xc9, 0xf8, 0xff]), bytes: Vec<u8>) {
        let _ = UnsignedTransaction::decode(&bytes);
        let _ = UnsignedTransaction::decode(&[[kind].as_slice(), &bytes].concat());
    }
}
