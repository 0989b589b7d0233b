use std::collections::BTreeSet;

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{U256, hex};
use proptest::prelude::*;

use super::*;
use crate::evm::selector_of;
use crate::intent::Value;

#[test]
fn every_function_of_the_table_parses_and_no_two_share_a_selector() {
    let mut selectors = BTreeSet::new();
    for text in table::FUNCTIONS {
        let fragment = Fragment::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert!(fragment.is_named(), "{text}");
        assert!(selectors.insert(fragment.selector()), "{text}");
    }
    assert_eq!(selectors.len(), index().len());
}

/// Solidity ABI specification, "Examples": selectors of the specification and of well-known contracts.
#[test]
fn selectors_are_those_of_the_chain() {
    assert_eq!(selector_of("baz(uint32,bool)"), hex!("cdcd77c0"));
    assert_eq!(selector_of("transfer(address,uint256)"), hex!("a9059cbb"));
    assert_eq!(selector_of("withdraw(uint256)"), hex!("2e1a7d4d"));
    assert_eq!(selector_of("deposit()"), hex!("d0e30db0"));
}

#[test]
fn lists_and_bytes_are_decoded_with_their_names() {
    let data = hex!(
        "0000000000000000000000000000000000000000000000000000000000000040"
        "0000000000000000000000000000000000000000000000000000000000000080"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0b00000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0000000000000000000000000000000000000000000000000000000000000020"
        "0000000000000000000000000000000000000000000000000000000000000002"
        "abcd000000000000000000000000000000000000000000000000000000000000"
    );
    let function = decode(selector_of("execute(bytes,bytes[])"), &data).unwrap().function;
    assert_eq!(function.signature, "execute(bytes,bytes[])");
    assert_eq!(function.arguments[0].value, Value::Bytes(hex!("0b").into()));
    let Value::Rows(inputs) = &function.arguments[1].value else { panic!("a list") };
    assert_eq!(inputs[0].value, Value::Bytes(hex!("abcd").into()));
}

#[test]
fn an_offset_that_points_elsewhere_is_read_and_told() {
    // both lists of a call may point to the same bytes; an encoder never does that
    let data = [0x40u64, 0x40, 0, 0].map(|word| U256::from(word).to_be_bytes::<32>()).concat();
    let layout = |data: &[u8]| decode(selector_of("execute(bytes,bytes[])"), data).map(|it| it.layout);
    assert_eq!(layout(&data), Some(Layout::Odd));
    let honest = [0x40u64, 0x60, 0, 0].map(|word| U256::from(word).to_be_bytes::<32>()).concat();
    assert_eq!(layout(&honest), Some(Layout::Canonical));
    let padded = [honest.as_slice(), &[0; 32]].concat();
    assert_eq!(layout(&padded), Some(Layout::Trailing));
    // it points behind the data
    let beyond = [0x40u64, 0x80, 0, 0].map(|word| U256::from(word).to_be_bytes::<32>()).concat();
    assert_eq!(layout(&beyond), None);
}

proptest! {
    #[test]
    fn arguments_are_those_that_alloy_encodes(commands: Vec<u8>, inputs: Vec<Vec<u8>>, deadline: u64) {
        let list = inputs.iter().cloned().map(DynSolValue::Bytes).collect();
        let deadline = U256::from(deadline);
        let data = DynSolValue::Tuple(vec![
            DynSolValue::Bytes(commands.clone()),
            DynSolValue::Array(list),
            DynSolValue::Uint(deadline, 256),
        ])
        .abi_encode_params();
        let function = decode(selector_of("execute(bytes,bytes[],uint256)"), &data).unwrap().function;
        let values: Vec<Value> = function.arguments.into_iter().map(|row| row.value).collect();
        let [Value::Bytes(first), Value::Rows(second), Value::Unsigned(third)] = values.as_slice() else {
            panic!("three arguments")
        };
        prop_assert_eq!(first.as_ref(), commands);
        let second: Vec<Value> = second.iter().map(|row| row.value.clone()).collect();
        let expected: Vec<Value> = inputs.into_iter().map(|bytes| Value::Bytes(bytes.into())).collect();
        prop_assert_eq!(second, expected);
        prop_assert_eq!(*third, deadline);
    }
}

#[test]
fn data_that_does_not_fit_is_not_decoded() {
    let selector = selector_of("withdraw(uint256)");
    let word = U256::from(7).to_be_bytes::<32>();
    assert!(decode(selector, &word).is_some());
    assert!(decode(selector, &word[..31]).is_none());
    let dirty = [0xff; 32];
    assert!(decode(selector_of("delegate(address)"), &dirty).is_none());
}
