//! A page connects, sends and signs, with two real devices behind it.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use serde_json::{Value, json};
use symbolon_chain::evm::message;
use symbolon_chain::evm::signature::Signature;
use symbolon_chain::evm::typed::TypedData;
use symbolon_chain::request::TypedDataVersion;
use symbolon_tests::World;
use symbolon_tests::signing::RECIPIENT;
use symbolon_wallet::view::{CardKind, Outcome};

fn call(world: &mut World, id: &str, method: &str, params: &Value) {
    world.call(0, 1, id, method, &params.to_string());
    world.run(50);
}

fn result(world: &World, id: &str) -> Value {
    let answer = world.answer(0, id).unwrap_or_else(|| panic!("{id} is answered"));
    serde_json::from_str(answer.as_ref().unwrap()).unwrap()
}

fn connected(seed: u64) -> (World, String) {
    let mut world = World::wallet(seed, 2, 2);
    call(&mut world, "connect", "eth_requestAccounts", &json!([]));
    assert_eq!(world.requests(0)[0].card.kind, CardKind::Connect);
    assert!(world.requests(1).is_empty(), "a connection concerns this device alone");
    assert!(world.approve(0));
    let account = result(&world, "connect")[0].as_str().unwrap().to_owned();
    (world, account)
}

fn both_approve(world: &mut World, id: &str) -> Value {
    assert!(world.approve(0));
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| world.answer(0, id).is_some()));
    result(world, id)
}

#[test]
fn a_page_sends_a_transaction() {
    let (mut world, account) = connected(71);
    let params = json!([{ "from": account, "to": RECIPIENT, "value": "0xde0b6b3a7640000" }]);
    call(&mut world, "send", "eth_sendTransaction", &params);
    let shown = world.run_until(60_000, |world| world.requests(1).first().is_some_and(|it| it.can_decide));
    assert!(shown);
    assert_eq!(world.requests(0)[0].card.headline, world.requests(1)[0].card.headline);
    assert_eq!(world.requests(0)[0].card.digest, world.requests(1)[0].card.digest);
    assert_eq!(world.requests(0)[0].card.digest_words, world.requests(1)[0].card.digest_words);
    assert_eq!(world.requests(1)[0].card.rule, "Both of your devices must agree.");
    let hash = both_approve(&mut world, "send");
    assert_eq!(world.node.sent.len(), 1);
    assert!(world.run_until(60_000, |world| {
        world.activity(0).first().is_some_and(|done| matches!(done.outcome, Outcome::Confirmed { .. }))
    }));
    assert_eq!(world.activity(0)[0].transaction.as_deref(), hash.as_str());
    assert_eq!(world.activity(1)[0].transaction.as_deref(), hash.as_str());
}

#[test]
fn a_page_gets_signatures_that_recover_to_the_account() {
    let (mut world, account) = connected(72);
    call(&mut world, "message", "personal_sign", &json!(["hello", account]));
    let signature = both_approve(&mut world, "message");
    let bytes = hex::decode(&signature.as_str().unwrap()[2..]).unwrap();
    let signer = message::recover(b"hello", &Signature::from_rsv(&bytes).unwrap()).unwrap();
    assert_eq!(symbolon_chain::evm::address::lower_case(&signer), account);

    let data = json!({
        "types": { "EIP712Domain": [{ "name": "chainId", "type": "uint256" }], "Vote": [{ "name": "yes", "type": "bool" }] },
        "primaryType": "Vote", "domain": { "chainId": 1 }, "message": { "yes": true },
    })
    .to_string();
    call(&mut world, "typed", "eth_signTypedData_v4", &json!([account, data]));
    let signature = both_approve(&mut world, "typed");
    let bytes = hex::decode(&signature.as_str().unwrap()[2..]).unwrap();
    let digest = TypedData::parse(&data, TypedDataVersion::V4, 1).unwrap().digest;
    let signer = Signature::from_rsv(&bytes).unwrap().recover(&digest).unwrap();
    assert_eq!(symbolon_chain::evm::address::lower_case(&signer), account);
}

#[test]
fn three_unawaited_sends_stand_in_line_and_are_mined_in_order() {
    let (mut world, account) = connected(73);
    for number in 1..=3 {
        let params = json!([{ "from": account, "to": RECIPIENT, "value": format!("{number:#x}") }]);
        call(&mut world, &format!("send-{number}"), "eth_sendTransaction", &params);
    }
    for number in 1..=3 {
        both_approve(&mut world, &format!("send-{number}"));
    }
    assert_eq!(world.node.sent.len(), 3);
    assert!(world.requests(0).is_empty() && world.requests(1).is_empty());
}

#[test]
fn a_no_on_the_second_device_is_the_pages_4001() {
    let (mut world, account) = connected(74);
    call(&mut world, "message", "personal_sign", &json!(["hello", account]));
    assert!(world.approve(0));
    assert!(world.run_until(60_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(1)[0].id.clone();
    world.command(1, symbolon_wallet::command::Command::Reject { request }).unwrap();
    assert!(world.run_until(60_000, |world| world.answer(0, "message").is_some()));
    let error = world.answer(0, "message").unwrap().as_ref().unwrap_err();
    assert_eq!(error.code, 4001);
    assert_eq!(error.message, "Rejected on phone. Nothing was signed.");
    assert!(world.requests(0).is_empty() && world.requests(1).is_empty());
}
