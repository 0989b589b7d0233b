use alloy_primitives::{address, b256};
use proptest::prelude::*;

use super::*;
use crate::evm::selector_of;

const ACCOUNT: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");

fn ok(result: &Value) -> Vec<u8> {
    json!({ "jsonrpc": "2.0", "id": 7, "result": result }).to_string().into_bytes()
}

fn refusal(error: &Value) -> RpcError {
    let response = json!({ "jsonrpc": "2.0", "id": 7, "error": error }).to_string();
    chain_id().answer(7, response.as_bytes()).unwrap_err()
}

#[test]
fn a_body_is_json_rpc_with_lower_case_addresses() {
    let body: Value = serde_json::from_slice(&balance(&ACCOUNT).body(7)).unwrap();
    assert_eq!(
        body,
        json!({
            "jsonrpc": "2.0", "id": 7, "method": "eth_getBalance",
            "params": ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "latest"]
        })
    );
}

#[test]
fn numbers_are_read() {
    assert_eq!(chain_id().answer(7, &ok(&json!("0x7a69"))), Ok(31337));
    assert_eq!(balance(&ACCOUNT).answer(7, &ok(&json!("0x0"))), Ok(U256::ZERO));
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let query = chain_id();
    assert_eq!(query.answer(7, b"<html>502 Bad Gateway</html>"), Err(RpcError::NotRpc));
    assert_eq!(query.answer(7, b""), Err(RpcError::NotRpc));
    assert_eq!(query.answer(7, b"[]"), Err(RpcError::NotRpc));
    assert_eq!(query.answer(7, br#"{"id":7}"#), Err(RpcError::NotRpc));
    assert_eq!(query.answer(8, &ok(&json!("0x1"))), Err(RpcError::WrongId));
    assert_eq!(query.answer(7, &vec![b' '; MAX_RESPONSE + 1]), Err(RpcError::TooLarge));
    let malformed = RpcError::Malformed { method: "eth_chainId".to_owned() };
    assert_eq!(query.answer(7, &ok(&json!(1))), Err(malformed));
}

#[test]
fn an_id_may_come_back_as_text() {
    assert_eq!(chain_id().answer(7, br#"{"id":"7","result":"0x1"}"#), Ok(1));
}

#[test]
fn a_null_error_beside_a_result_is_none() {
    assert_eq!(chain_id().answer(7, br#"{"id":7,"error":null,"result":"0x1"}"#), Ok(1));
}

/// Messages of geth, Erigon, Nethermind and anvil.
#[test]
fn refusals_are_recognised_by_their_words() {
    let node = |message: &str| refusal(&json!({ "code": -32000, "message": message }));
    assert!(node("already known").is_already_known());
    assert!(node("AlreadyKnown").is_already_known());
    assert!(node("nonce too low: next nonce 5, tx nonce 3").is_nonce_too_low());
    assert!(node("insufficient funds for gas * price + value: balance 0").is_insufficient_funds());
    assert!(node("Insufficient funds for gas * price + value").is_insufficient_funds());
    assert!(node("replacement transaction underpriced").is_underpriced());
    assert!(!node("some other trouble").is_nonce_too_low());
}

#[test]
fn the_words_of_a_node_are_inert_and_cut() {
    let RpcError::Node { message, .. } = refusal(&json!({ "code": 1, "message": "a\u{202e}b" })) else {
        panic!("a refusal")
    };
    assert_eq!(message, "a⟨U+202E⟩b");
    let RpcError::Node { message, .. } = refusal(&json!("x".repeat(10_000))) else { panic!("a refusal") };
    assert_eq!(message.len(), 300);
}

/// Solidity documentation, "revert": the encoding of `Error("Not enough Ether provided.")`.
#[test]
fn the_reason_of_a_revert_is_read_wherever_nodes_put_it() {
    let data = "0x08c379a0\
        0000000000000000000000000000000000000000000000000000000000000020\
        000000000000000000000000000000000000000000000000000000000000001a\
        4e6f7420656e6f7567682045746865722070726f76696465642e000000000000";
    for shape in [json!(data), json!({ "data": data }), json!(format!("Reverted {data}"))] {
        let error = refusal(&json!({ "code": 3, "message": "execution reverted", "data": shape }));
        assert!(error.is_revert());
        assert_eq!(revert_reason(&error).as_deref(), Some("Not enough Ether provided."));
    }
    let panic = format!("0x4e487b71{:0>64}", "11");
    let error = refusal(&json!({ "code": 3, "message": "execution reverted", "data": panic }));
    assert_eq!(revert_reason(&error).as_deref(), Some("a number overflowed"));
}

/// Symbols as tokens of mainnet answer: text (USDC), and 32 bytes (MKR).
#[test]
fn a_symbol_is_text_or_thirty_two_bytes() {
    let query = symbol(&ACCOUNT);
    let text = "0x0000000000000000000000000000000000000000000000000000000000000020\
        0000000000000000000000000000000000000000000000000000000000000004\
        5553444300000000000000000000000000000000000000000000000000000000";
    assert_eq!(query.answer(7, &ok(&json!(text))).as_deref(), Ok("USDC"));
    let old = "0x4d4b520000000000000000000000000000000000000000000000000000000000";
    assert_eq!(query.answer(7, &ok(&json!(old))).as_deref(), Ok("MKR"));
    assert!(query.answer(7, &ok(&json!("0x"))).is_err());
}

/// ERC-20's selectors, as on every token.
#[test]
fn contract_questions_have_the_selectors_of_erc_20() {
    assert_eq!(selector_of("balanceOf(address)"), [0x70, 0xa0, 0x82, 0x31]);
    assert_eq!(selector_of("decimals()"), [0x31, 0x3c, 0xe5, 0x67]);
    assert_eq!(selector_of("symbol()"), [0x95, 0xd8, 0x9b, 0x41]);
    assert_eq!(selector_of("allowance(address,address)"), [0xdd, 0x62, 0xed, 0x3e]);
    let body = String::from_utf8(balance_of(&ACCOUNT, &ACCOUNT).body(1)).unwrap();
    assert!(body.contains("0x70a08231000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"));
}

#[test]
fn a_receipt_is_read_and_none_while_it_waits() {
    let hash = b256!("7e5b2a3f00000000000000000000000000000000000000000000000000000001");
    let query = receipt(&hash);
    assert_eq!(query.answer(7, &ok(&Value::Null)), Ok(None));
    let mined = json!({
        "transactionHash": hash, "blockNumber": "0x10", "status": "0x0", "gasUsed": "0x5208",
        "effectiveGasPrice": "0x3b9aca00", "contractAddress": null, "logs": []
    });
    let receipt = query.answer(7, &ok(&mined)).unwrap().unwrap();
    assert!(!receipt.succeeded);
    assert_eq!((receipt.block_number, receipt.gas_used), (16, 21_000));
    assert_eq!(receipt.effective_gas_price, Some(1_000_000_000));
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(bytes: Vec<u8>) {
        let _ = chain_id().answer(1, &bytes);
        let data = write_bytes(&bytes);
        let _ = symbol(&ACCOUNT).answer(7, &ok(&json!(data)));
        let _ = revert_reason(&refusal(&json!({ "code": 3, "message": "", "data": data })));
        let _ = revert_reason(&refusal(&json!({ "code": 3, "data": format!("0x08c379a0{}", &data[2..]) })));
    }
}
