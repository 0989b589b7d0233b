//! Bundles of calls (EIP-5792).

use serde_json::{Value, json};

use super::rig::{OTHER, PAGE, Rig};
use crate::command::Command;
use crate::event::Event;
use crate::view::RequestStatus;

fn bundle(values: &[&str]) -> Value {
    let calls: Vec<Value> = values.iter().map(|value| json!({ "to": OTHER, "value": value })).collect();
    json!([{ "version": "2.0.0", "chainId": "0x1", "atomicRequired": false, "calls": calls }])
}

fn with(name: &str, value: Value) -> Value {
    let mut params = bundle(&["0x1"]);
    params[0][name] = value;
    params
}

fn id_of(rig: &Rig, call: &str) -> String {
    rig.answer(call).unwrap().as_ref().unwrap()["id"].as_str().unwrap().to_owned()
}

fn status(rig: &mut Rig, id: &str) -> Value {
    rig.ask("wallet_getCallsStatus", &json!([id])).unwrap()
}

/// Approves and signs the head, and lets a block come with it.
fn through(rig: &mut Rig, succeeds: bool) -> String {
    let head = rig.first();
    rig.command(Command::Approve { request: head.id, digest: head.card.digest }).unwrap();
    rig.sign_first();
    let hash = rig.view().activity[0].transaction.clone().unwrap();
    rig.node.receipts.insert(hash.clone(), (succeeds, 7));
    rig.later(2_000);
    hash
}

#[test]
fn the_calls_of_a_bundle_stand_in_line_in_their_order_and_each_is_its_own_request() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2", "0x3"]));
    let view = rig.view();
    assert_eq!(view.requests.len(), 3);
    let places: Vec<_> = view.requests.iter().map(|request| request.bundle).collect();
    assert_eq!(places, [Some((1, 3)), Some((2, 3)), Some((3, 3))]);
    assert_eq!(rig.statuses()[0], RequestStatus::Review);
    assert_eq!(rig.stand_in().started.len(), 1);
}

#[test]
fn the_page_learns_the_id_with_the_first_transaction_and_the_end_with_the_last() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2"]));
    assert_eq!(rig.answer(&call), None);
    let first = through(&mut rig, true);
    let id = id_of(&rig, &call);
    let pending = status(&mut rig, &id);
    assert_eq!(
        (&pending["status"], &pending["receipts"][0]["transactionHash"]),
        (&json!(100), &json!(first))
    );
    let second = through(&mut rig, true);
    let done = status(&mut rig, &id);
    assert_eq!(done["version"], "2.0.0");
    assert_eq!(done["id"], json!(id));
    assert_eq!(done["chainId"], "0x1");
    assert_eq!(done["status"], 200);
    assert_eq!(done["atomic"], false);
    assert_eq!(done["receipts"].as_array().unwrap().len(), 2);
    assert_eq!(done["receipts"][1]["transactionHash"], json!(second));
    assert_eq!(done["receipts"][1]["status"], "0x1");
}

#[test]
fn a_call_waits_for_the_one_before_it_to_be_in_a_block_but_not_for_ever() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2"]));
    rig.approve_first();
    rig.sign_first();
    assert_eq!(rig.statuses(), [RequestStatus::Preparing]);
    rig.later(61_000);
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
}

#[test]
fn a_no_to_the_first_call_takes_the_whole_bundle_back() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &with("id", json!("mine")));
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    assert_eq!(rig.answer(&call).unwrap().clone().unwrap_err().code, 4001);
    assert!(rig.view().requests.is_empty());
    assert_eq!(rig.code("wallet_getCallsStatus", &json!(["mine"])), 5730);
}

#[test]
fn a_no_to_a_later_call_drops_those_behind_it_and_the_status_says_in_part() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2", "0x3"]));
    through(&mut rig, true);
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    assert!(rig.view().requests.is_empty());
    assert_eq!(rig.node.sent.len(), 1);
    let id = id_of(&rig, &call);
    let status = status(&mut rig, &id);
    assert_eq!((&status["status"], status["receipts"].as_array().unwrap().len()), (&json!(600), 1));
}

#[test]
fn what_reverts_is_500_if_all_of_it_does_and_600_if_a_part_does() {
    for (fates, code) in [([false, false], 500), ([true, false], 600), ([false, true], 600)] {
        let mut rig = Rig::connected();
        let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2"]));
        for fate in fates {
            through(&mut rig, fate);
        }
        let id = id_of(&rig, &call);
        assert_eq!(status(&mut rig, &id)["status"], code, "{fates:?}");
    }
}

#[test]
fn reject_all_ends_a_bundle_with_one_answer() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2", "0x3"]));
    rig.command(Command::RejectAll).unwrap();
    assert_eq!(rig.answer(&call).unwrap().clone().unwrap_err().code, 4001);
}

#[test]
fn a_bundle_and_its_status_outlive_the_process() {
    let mut rig = Rig::connected();
    let params = with("id", json!("0xabc"));
    let call = rig.call("wallet_sendCalls", &params);
    let mut rig = rig.restart();
    assert_eq!(rig.first().bundle, Some((1, 1)));
    rig.call_as(PAGE, &call, "wallet_sendCalls", &params);
    assert_eq!(rig.view().requests.len(), 1, "the replay is no second bundle");
    through(&mut rig, true);
    assert_eq!(rig.answer(&call), Some(&Ok(json!({ "id": "0xabc" }))));
    let mut rig = rig.restart();
    assert_eq!(status(&mut rig, "0xabc")["status"], 200);
    rig.call_as(PAGE, &call, "wallet_sendCalls", &params);
    assert_eq!(rig.answer(&call), Some(&Ok(json!({ "id": "0xabc" }))));
    assert!(rig.view().requests.is_empty());
}

/// All calls of a bundle had the same time, and after a restart stood in the order of their random ids. A call behind
/// another one of its bundle waits for it, and what stands behind in the queue waits for what stands before: where the two
/// orders differed, neither was ever prepared, and the owner could only reject.
#[test]
fn regression_the_calls_of_a_bundle_stand_in_their_order_after_a_restart_too() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2", "0x3", "0x4", "0x5"]));
    let mut rig = rig.restart();
    let places: Vec<_> = rig.view().requests.iter().map(|request| request.bundle).collect();
    assert_eq!(places, [1, 2, 3, 4, 5].map(|place| Some((place, 5))));
    for _ in 0..5 {
        through(&mut rig, true);
    }
    rig.call_as(PAGE, &call, "wallet_sendCalls", &bundle(&["0x1", "0x2", "0x3", "0x4", "0x5"]));
    let id = id_of(&rig, &call);
    assert_eq!(status(&mut rig, &id)["status"], 200);
}

#[test]
fn a_page_that_left_finds_its_bundle_by_the_id_that_it_gave() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &with("id", json!("0xabc")));
    rig.event(Event::ProviderGone { client: 1 });
    through(&mut rig, true);
    assert_eq!(status(&mut rig, "0xabc")["status"], 200);
}

#[test]
fn one_sites_bundles_are_not_anothers() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &with("id", json!("0xabc")));
    through(&mut rig, true);
    rig.call_as("https://evil.example", "x", "wallet_getCallsStatus", &json!(["0xabc"]));
    assert_eq!(rig.answer("x").unwrap().clone().unwrap_err().code, 5730);
}

#[test]
fn each_fault_has_the_code_of_the_standard_and_opens_no_window() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &with("id", json!("taken")));
    let shown = rig.shown;
    let many: Vec<&str> = vec!["0x1"; 21];
    for (params, code) in [
        (with("atomicRequired", json!(true)), 5760),
        (with("id", json!("taken")), 5720),
        (with("chainId", json!("0x539")), 5710),
        (with("capabilities", json!({ "paymasterService": { "url": "https://x" } })), 5700),
        (with("calls", json!([{ "to": OTHER, "capabilities": { "x": {} } }])), 5700),
        (bundle(&many), 5740),
        (with("from", json!(OTHER)), 4100),
        (with("version", json!("1.0")), -32602),
        (with("calls", json!([])), -32602),
        (with("calls", json!([{ "to": "0x12" }])), -32602),
        (with("calls", json!([{ "to": OTHER, "value": "1" }])), -32602),
        (with("calls", json!([{}])), -32602),
        (with("atomicRequired", Value::Null), -32602),
        (with("chainId", json!(1)), -32602),
        (with("id", json!("x".repeat(8195))), -32602),
        (json!([]), -32602),
    ] {
        assert_eq!(rig.code("wallet_sendCalls", &params), code, "{params}");
    }
    assert_eq!(rig.code("wallet_getCallsStatus", &json!(["unheard of"])), 5730);
    assert_eq!(rig.code("wallet_showCallsStatus", &json!(["unheard of"])), 5730);
    assert_eq!(rig.code("wallet_getCallsStatus", &json!([1])), -32602);
    assert_eq!(rig.shown, shown);
    assert_eq!(rig.view().requests.len(), 1);
}

#[test]
fn a_site_that_is_not_connected_sends_no_calls() {
    let mut rig = Rig::ready();
    assert_eq!(rig.code("wallet_sendCalls", &bundle(&["0x1"])), 4100);
}

#[test]
fn a_capability_that_may_be_left_out_is() {
    let mut rig = Rig::connected();
    let params =
        with("capabilities", json!({ "paymasterService": { "url": "https://x", "optional": true } }));
    rig.call("wallet_sendCalls", &params);
    assert_eq!(rig.view().requests.len(), 1);
}

#[test]
fn capabilities_are_told_by_chain_to_a_connected_site_only() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let all = rig.ask("wallet_getCapabilities", &json!([me])).unwrap();
    assert_eq!(all["0x1"], json!({ "atomic": { "status": "unsupported" } }));
    let some = rig.ask("wallet_getCapabilities", &json!([me, ["0x1", "0x539"]])).unwrap();
    assert_eq!(some, json!({ "0x1": { "atomic": { "status": "unsupported" } } }));
    assert_eq!(rig.code("wallet_getCapabilities", &json!([OTHER])), 4100);
    assert_eq!(rig.code("wallet_getCapabilities", &json!([])), -32602);
}

#[test]
fn a_page_may_have_its_calls_shown() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &with("id", json!("0xabc")));
    let shown = rig.shown;
    rig.later(20_000);
    assert_eq!(rig.ask("wallet_showCallsStatus", &json!(["0xabc"])), Ok(Value::Null));
    assert_eq!(rig.ask("wallet_showCallsStatus", &json!(["0xabc"])), Ok(Value::Null));
    assert_eq!(rig.shown, shown + 1, "twice in a moment is once");
}

#[test]
fn a_bundle_that_could_not_be_stored_is_given_up_with_one_answer() {
    let mut rig = Rig::connected();
    let call = rig.call("wallet_sendCalls", &bundle(&["0x1", "0x2"]));
    rig.event(Event::StoreFailed { error: crate::store::StoreError::Full });
    assert_eq!(rig.answer(&call).unwrap().clone().unwrap_err().code, -32603);
    assert!(rig.view().requests.is_empty());
    assert!(
        rig.store.keys().all(|key| !key.starts_with("dapp/request/") && !key.starts_with("dapp/bundle/"))
    );
}

#[test]
fn a_bundle_is_forgotten_after_a_day_and_not_before() {
    let mut rig = Rig::connected();
    rig.call("wallet_sendCalls", &with("id", json!("0xabc")));
    through(&mut rig, true);
    rig.later(23 * 60 * 60 * 1000);
    assert_eq!(status(&mut rig, "0xabc")["status"], 200);
    rig.later(60 * 60 * 1000);
    assert_eq!(rig.code("wallet_getCallsStatus", &json!(["0xabc"])), 5730);
}
