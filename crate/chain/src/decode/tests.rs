mod carried;

use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Bytes, address, hex};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::context::{KnownName, TokenInfo, TokenStandard};
use crate::intent::TransactionKind;
use crate::request::{MAX_MESSAGE, TypedDataVersion};
use crate::risk::Severity;

const ME: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const BOB: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
const USDC: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");

fn request(subject: EvmSubject) -> Request {
    Request::Evm(EvmRequest { chain_id: 1, account: ME, subject })
}

fn tx(to: Option<Address>, value: u64, data: Bytes) -> Request {
    let tx = UnsignedTransaction {
        chain_id: 1,
        nonce: 3,
        gas_limit: 50_000,
        fees: Fees::Dynamic { max_fee_per_gas: 20, max_priority_fee_per_gas: 2 },
        to,
        value: U256::from(value),
        data,
        access_list: AccessList::default(),
    };
    request(EvmSubject::Transaction(tx.payload()))
}

fn message(text: &str) -> Request {
    request(EvmSubject::PersonalMessage(text.as_bytes().to_vec()))
}

fn known() -> Context {
    let token =
        TokenInfo { standard: TokenStandard::Erc20, symbol: "USDC".to_owned(), decimals: 6, vouched: true };
    let bob = KnownName { name: "Bob".to_owned(), source: NameSource::AddressBook };
    Context {
        origin: Some("https://app.example".to_owned()),
        tokens: [((1, USDC), token)].into(),
        names: [(BOB, bob)].into(),
        seen: [(1, BOB), (1, USDC)].into(),
        ..Context::default()
    }
}

/// Call data of a selector and words.
fn call(selector: [u8; 4], words: &[U256]) -> Bytes {
    let mut data = selector.to_vec();
    for word in words {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data.into()
}

fn word(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
}

fn read(request: &Request) -> Intent {
    decode(request, &known()).unwrap()
}

fn codes(intent: &Intent) -> Vec<&'static str> {
    intent.risks.iter().map(Risk::code).collect()
}

#[test]
fn sending_ether_to_a_known_address_has_no_risk() {
    let intent = read(&tx(Some(BOB), 1000, Bytes::new()));
    assert_eq!(intent.action, Action::SendNative { to: BOB, value: U256::from(1000) });
    assert_eq!(intent.risks, []);
    let terms = intent.transaction.as_ref().unwrap();
    assert_eq!((terms.nonce, terms.kind), (3, TransactionKind::DynamicFee));
    assert_eq!(terms.max_fee, U256::from(1_000_000));
    assert_eq!(intent.parties[0].name.as_ref().unwrap().name, "Bob");
    let outflow = intent.outflow();
    assert_eq!(outflow.len(), 1);
    assert_eq!(outflow[0].amount, Some(U256::from(1_001_000)));
}

#[test]
fn the_fee_of_the_parent_chain_is_part_of_the_fee() {
    let context = Context { l1_fee: Some(U256::from(7)), ..known() };
    let intent = decode(&tx(Some(BOB), 0, Bytes::new()), &context).unwrap();
    assert_eq!(intent.transaction.unwrap().max_fee, U256::from(1_000_007));
}

#[test]
fn an_address_seen_for_the_first_time_is_told() {
    let stranger = Address::repeat_byte(9);
    let intent = read(&tx(Some(stranger), 1, Bytes::new()));
    assert_eq!(intent.risks, [Risk::FirstTime { address: stranger }]);
}

#[test]
fn a_token_transfer_names_token_recipient_and_amount() {
    let intent = read(&tx(Some(USDC), 0, crate::evm::call::erc20_transfer(BOB, U256::from(250_000_000))));
    let Action::TransferToken { token, from, to, quantity } = &intent.action else { panic!("a transfer") };
    assert_eq!(token.info.as_ref().unwrap().symbol, "USDC");
    assert_eq!((*from, *to, quantity), (ME, BOB, &Quantity::Amount(U256::from(250_000_000))));
    assert_eq!(intent.risks, []);
    assert_eq!(intent.outflow()[1].token, Some(USDC));
    assert_eq!(intent.outflow()[1].amount, Some(U256::from(250_000_000)));
}

#[test]
fn an_unknown_token_is_told_loudly() {
    let intent =
        decode(&tx(Some(USDC), 0, crate::evm::call::erc20_transfer(BOB, U256::from(1))), &Context::default())
            .unwrap();
    assert!(intent.risks.contains(&Risk::UnknownToken { contract: USDC }));
    assert!(intent.risks.iter().any(Risk::needs_highest_tier));
}

#[test]
fn tokens_sent_to_their_own_contract_are_lost() {
    let intent = read(&tx(Some(USDC), 0, crate::evm::call::erc20_transfer(USDC, U256::from(1))));
    assert!(intent.risks.contains(&Risk::LostRecipient { address: USDC }));
}

#[test]
fn an_unlimited_approval_has_no_bounded_outflow() {
    let intent = read(&tx(Some(USDC), 0, crate::evm::call::erc20_approve(BOB, U256::MAX)));
    let Action::Approve { allowances, spender, kind, .. } = &intent.action else { panic!("an approval") };
    assert!(allowances[0].unlimited);
    assert_eq!((*spender, *kind), (BOB, ApprovalKind::Approve));
    assert_eq!(codes(&intent), ["unlimited-approval", "approval"]);
    assert_eq!(intent.severity(), Some(Severity::Danger));
    assert_eq!(intent.outflow()[1].amount, None);
}

#[test]
fn taking_an_approval_back_is_no_risk() {
    let intent = read(&tx(Some(USDC), 0, crate::evm::call::erc20_approve(BOB, U256::ZERO)));
    assert_eq!(intent.risks, []);
}

#[test]
fn more_than_the_arguments_of_a_token_call_is_told() {
    let mut data = crate::evm::call::erc20_transfer(BOB, U256::from(1)).to_vec();
    data.push(0xff);
    let intent = read(&tx(Some(USDC), 0, data.into()));
    assert!(matches!(intent.action, Action::TransferToken { .. }));
    assert_eq!(intent.risks, [Risk::TrailingData]);
}

#[test]
fn a_token_call_with_a_dirty_or_short_argument_is_an_unknown_call() {
    let short = crate::evm::call::erc20_transfer(BOB, U256::from(1)).slice(..67);
    let dirty = call(hex!("a9059cbb"), &[U256::MAX, U256::from(1)]);
    for data in [short, dirty] {
        let intent = read(&tx(Some(USDC), 0, data));
        assert_eq!(intent.risks, [Risk::UnknownCall { selector: Some(hex!("a9059cbb")) }]);
    }
}

#[test]
fn a_transfer_from_someone_else_is_told() {
    let data = call(hex!("23b872dd"), &[word(BOB), word(ME), U256::from(5)]);
    let intent = read(&tx(Some(USDC), 0, data));
    assert!(intent.risks.contains(&Risk::ThirdPartyTransfer { from: BOB }));
    assert_eq!(intent.outflow().len(), 1);
}

#[test]
fn an_approval_for_all_is_danger_and_its_end_is_not() {
    let data = |approved: u64| call(hex!("a22cb465"), &[word(BOB), U256::from(approved)]);
    let intent = read(&tx(Some(USDC), 0, data(1)));
    assert_eq!(intent.risks, [Risk::ApprovalForAll { operator: BOB }]);
    assert_eq!(intent.outflow()[1].amount, None);
    assert_eq!(read(&tx(Some(USDC), 0, data(0))).risks, []);
    // a third value of a bool
    assert_eq!(codes(&read(&tx(Some(USDC), 0, data(2)))), ["unknown-call"]);
}

#[test]
fn a_collection_that_is_not_known_leaves_open_what_is_approved() {
    let intent =
        decode(&tx(Some(USDC), 0, call(hex!("095ea7b3"), &[word(BOB), U256::from(1)])), &Context::default());
    let Action::Approve { allowances, .. } = intent.unwrap().action else { panic!("an approval") };
    assert_eq!(allowances[0].quantity, Quantity::AmountOrItem(U256::from(1)));
}

#[test]
fn a_known_function_is_decoded_and_an_unknown_one_is_told() {
    let data = call(hex!("2e1a7d4d"), &[U256::from(7)]);
    let Action::Call { function, .. } = read(&tx(Some(BOB), 0, data)).action else { panic!("a call") };
    let function = function.unwrap();
    assert_eq!(function.signature, "withdraw(uint256)");
    assert_eq!(function.arguments[0].value, Value::Unsigned(U256::from(7)));

    let intent = read(&tx(Some(BOB), 0, Bytes::from_static(&hex!("ef5cfb8c00"))));
    assert_eq!(intent.risks, [Risk::UnknownCall { selector: Some(hex!("ef5cfb8c")) }]);
    let intent = read(&tx(Some(BOB), 0, Bytes::from_static(&[1, 2, 3])));
    assert_eq!(intent.risks, [Risk::UnknownCall { selector: None }]);
}

#[test]
fn a_contract_creation_shows_the_hash_of_its_code() {
    let intent = read(&tx(None, 0, Bytes::from_static(&hex!("6080"))));
    let Action::Deploy { code_size, code_hash, .. } = intent.action else { panic!("a creation") };
    assert_eq!((code_size, code_hash), (2, alloy_primitives::keccak256(hex!("6080"))));
}

#[test]
fn a_transaction_of_another_chain_is_refused() {
    let Request::Evm(request) = tx(Some(BOB), 0, Bytes::new());
    let request = Request::Evm(EvmRequest { chain_id: 10, ..request });
    assert_eq!(digest(&request), Err(BadRequest::Chain { found: 1, asked: 10 }));
}

#[test]
fn a_message_is_text_or_bytes() {
    let intent = read(&message("line one\nline two"));
    assert_eq!(intent.action, Action::SignMessage(Message::Text("line one\nline two".to_owned())));
    assert_eq!(intent.risks, []);
    for bytes in [vec![0xff, 0xfe], vec![b'a', 0]] {
        let intent = read(&request(EvmSubject::PersonalMessage(bytes)));
        assert_eq!(intent.risks, [Risk::UnreadableMessage]);
    }
}

#[test]
fn a_bare_hash_and_an_authorisation_are_not_for_the_ordinary_button() {
    let hash = hex!("879a053d4800c6354e76c7985a865d2922c82fb5b3f4577b2fe08b998954f2e0").to_vec();
    // EIP-7702: 0x05 ‖ rlp([chain_id, address, nonce]), here good on every chain
    let authorisation =
        [hex!("05d7809463c0c19a282a1b52b07dd5a65b58948a07dae32b").as_slice(), &[0x80]].concat();
    for bytes in [hash, authorisation] {
        let intent = read(&request(EvmSubject::PersonalMessage(bytes)));
        assert_eq!(intent.risks, [Risk::OpaqueHash, Risk::UnreadableMessage]);
        assert_eq!(intent.severity(), Some(Severity::Blocking));
    }
}

#[test]
fn a_message_that_hides_or_imitates_letters_is_told() {
    assert_eq!(read(&message("pay \u{202e}ecila")).risks, [Risk::DeceptiveText]);
    assert_eq!(read(&message("p\u{430}ypal")).risks, [Risk::MixedScripts]);
}

fn sign_in(domain: &str, address: Address, chain: u64) -> Request {
    message(&format!(
        "{domain} wants you to sign in with your Ethereum account:\n{address}\n\nHello\n\n\
        URI: https://app.example\nVersion: 1\nChain ID: {chain}\nNonce: 12345678\nIssued At: 2026-01-01T00:00:00Z"
    ))
}

#[test]
fn a_sign_in_is_checked_against_origin_account_and_chain() {
    assert_eq!(read(&sign_in("app.example", ME, 1)).risks, []);
    let risks = read(&sign_in("bank.example", ME, 1)).risks;
    assert_eq!(risks, [Risk::SignInDomain { stated: "bank.example".to_owned() }]);
    assert_eq!(risks[0].severity(), Severity::Blocking);
    assert_eq!(read(&sign_in("app.example", BOB, 1)).risks, [Risk::SignInAccount { stated: BOB }]);
    assert_eq!(read(&sign_in("app.example", ME, 5)).risks, [Risk::SignInChain { stated: 5 }]);
    let nobody = decode(&sign_in("app.example", ME, 1), &Context::default()).unwrap();
    assert_eq!(codes(&nobody), ["sign-in-domain"]);
}

fn typed(json: &serde_json::Value) -> Intent {
    read(&request(EvmSubject::TypedData { json: json.to_string(), version: TypedDataVersion::V4 }))
}

/// The permit of EIP-2612, as `@metamask/test-dapp` asks for it.
#[test]
fn a_permit_is_the_approval_that_it_is() {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let intent = typed(&json!({
        "types": { "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256"),
            field("verifyingContract", "address")],
            "Permit": [field("owner", "address"), field("spender", "address"), field("value", "uint256"),
            field("nonce", "uint256"), field("deadline", "uint256")] },
        "primaryType": "Permit",
        "domain": { "name": "USD Coin", "version": "2", "chainId": "1", "verifyingContract": USDC },
        "message": { "owner": ME, "spender": BOB, "value": U256::MAX.to_string(), "nonce": 0, "deadline": 50_000_000_000u64 }
    }));
    let Action::Approve { allowances, spender, kind, deadline, rows } = &intent.action else {
        panic!("an approval")
    };
    assert_eq!((*spender, *kind), (BOB, ApprovalKind::Permit));
    assert_eq!(allowances[0].token.contract, USDC);
    assert_eq!((*deadline, rows.len()), (Some(U256::from(50_000_000_000u64)), 5));
    assert!(codes(&intent).contains(&"unlimited-approval"));
}

#[test]
fn a_batch_of_permit2_is_an_approval_of_each_token() {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let data = |contract: &str| {
        json!({
            "types": {
                "EIP712Domain": [field("name", "string"), field("chainId", "uint256"), field("verifyingContract", "address")],
                "PermitBatch": [field("details", "PermitDetails[]"), field("spender", "address"), field("sigDeadline", "uint256")],
                "PermitDetails": [field("token", "address"), field("amount", "uint160"), field("expiration", "uint48"), field("nonce", "uint48")]
            },
            "primaryType": "PermitBatch",
            "domain": { "name": "Permit2", "chainId": 1, "verifyingContract": contract },
            "message": {
                "details": [
                    { "token": USDC, "amount": "5", "expiration": 1, "nonce": 0 },
                    { "token": BOB, "amount": "1461501637330902918203684832716283019655932542975", "expiration": 1, "nonce": 0 }
                ],
                "spender": BOB, "sigDeadline": "9"
            }
        })
    };
    let intent = typed(&data("0x000000000022D473030F116dDEE9F6B43aC78BA3"));
    let Action::Approve { allowances, kind, .. } = &intent.action else { panic!("an approval") };
    assert_eq!(*kind, ApprovalKind::Permit2);
    assert_eq!(allowances.iter().map(|allowance| allowance.unlimited).collect::<Vec<_>>(), [false, true]);
    assert!(!codes(&intent).contains(&"unknown-typed-data"));
    let imitation = typed(&data("0x0000000000000000000000000000000000000001"));
    assert!(codes(&imitation).contains(&"unknown-typed-data"));
}

#[test]
fn orders_and_unknown_typed_data_are_told() {
    let intent = typed(&json!({
        "types": { "EIP712Domain": [{ "name": "name", "type": "string" }],
            "OrderComponents": [{ "name": "offerer", "type": "address" }] },
        "primaryType": "OrderComponents", "domain": { "name": "Seaport" }, "message": { "offerer": ME }
    }));
    assert_eq!(codes(&intent), ["order", "any-chain", "unknown-typed-data"]);
    assert!(intent.risks.iter().all(Risk::needs_highest_tier));
}

#[test]
fn the_digest_is_that_of_the_intent_and_has_its_words() {
    let request = message("hello world");
    let intent = read(&request);
    assert_eq!(digest(&request), Ok(intent.digest));
    assert_eq!(
        hex::encode(intent.digest),
        "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68"
    );
    assert_eq!(intent.digest_words, words::of(&intent.digest));
}

#[test]
fn names_and_symbols_of_strangers_are_inert() {
    let mut context = known();
    context.tokens.get_mut(&(1, USDC)).unwrap().symbol = "US\u{200b}DC".to_owned();
    let intent =
        decode(&tx(Some(USDC), 0, crate::evm::call::erc20_transfer(BOB, U256::from(1))), &context).unwrap();
    let Action::TransferToken { token, .. } = &intent.action else { panic!("a transfer") };
    assert_eq!(token.info.as_ref().unwrap().symbol, "US⟨U+200B⟩DC");
    assert_eq!(intent.risks, [Risk::DeceptiveText]);
}

#[test]
fn requests_and_intents_survive_the_wire() {
    for request in [
        tx(Some(USDC), 1, crate::evm::call::erc20_approve(BOB, U256::MAX)),
        message("hi"),
        sign_in("app.example", ME, 1),
    ] {
        let bytes = postcard::to_allocvec(&request).unwrap();
        assert_eq!(postcard::from_bytes::<Request>(&bytes).unwrap(), request);
        let intent = read(&request);
        let bytes = postcard::to_allocvec(&intent).unwrap();
        assert_eq!(postcard::from_bytes::<Intent>(&bytes).unwrap(), intent);
        let json = serde_json::to_string(&intent).unwrap();
        assert_eq!(serde_json::from_str::<Intent>(&json).unwrap(), intent);
    }
}

#[test]
fn an_oversized_request_does_not_come_off_the_wire() {
    let bytes =
        postcard::to_allocvec(&request(EvmSubject::PersonalMessage(vec![0; MAX_MESSAGE + 1]))).unwrap();
    assert!(postcard::from_bytes::<Request>(&bytes).is_err());
}

proptest! {
    #[test]
    fn no_call_data_makes_it_panic(selector in prop::sample::select(vec![
        hex!("a9059cbb"), hex!("23b872dd"), hex!("095ea7b3"), hex!("a22cb465"), hex!("2eb2c2d6"), hex!("b88d4fde"),
        hex!("f242432a"), hex!("87517c45"), hex!("24856bc3"), hex!("ac9650d8"), hex!("38ed1739"),
    ]), words in prop::collection::vec(prop_oneof![0..300u64, any::<u64>()], 0..12), tail: Vec<u8>) {
        let words: Vec<U256> = words.into_iter().map(U256::from).collect();
        let data = [call(selector, &words).as_ref(), &tail].concat();
        let request = tx(Some(USDC), 0, data.into());
        prop_assert!(decode(&request, &known()).is_ok());
        prop_assert!(decode(&request, &Context::default()).is_ok());
    }

    #[test]
    fn no_message_makes_it_panic(bytes: Vec<u8>, text: String) {
        prop_assert!(decode(&request(EvmSubject::PersonalMessage(bytes.clone())), &known()).is_ok());
        prop_assert!(decode(&message(&text), &known()).is_ok());
        let _ = decode(&request(EvmSubject::Transaction(bytes)), &known());
    }
}
