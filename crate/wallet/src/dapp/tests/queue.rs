use serde_json::json;
use symbolon_chain::Request;
use symbolon_chain::evm::tx::UnsignedTransaction;
use symbolon_chain::request::EvmSubject;

use super::rig::{OTHER, Rig};
use crate::command::Command;
use crate::request::SigningTask;
use crate::view::{Outcome, RequestStatus};

pub(super) fn transaction(task: &SigningTask) -> UnsignedTransaction {
    let Request::Evm(body) = &task.body;
    match &body.subject {
        EvmSubject::Transaction(payload) => UnsignedTransaction::decode(payload).unwrap(),
        other => panic!("a transaction, not {other:?}"),
    }
}

#[test]
fn a_transaction_is_prepared_signed_journalled_broadcast_and_then_answered() {
    let mut rig = Rig::connected();
    let id = rig.send("0xde0b6b3a7640000");
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    assert_eq!(rig.stand_in().started.len(), 1, "the rounds run while the owner reads");
    rig.approve_first();
    rig.journal.clear();
    rig.sign_first();
    assert_eq!(rig.node.sent.len(), 1);
    let hash = rig.answer(&id).unwrap().clone().unwrap();
    assert_eq!(rig.view().activity[0].transaction.as_deref(), hash.as_str());
    assert_eq!(rig.view().activity[0].outcome, Outcome::Submitted);
    assert_eq!(rig.view().activity[0].devices, ["device 1", "device 9"]);
    assert!(rig.view().activity[0].explorer_url.as_ref().unwrap().starts_with("https://etherscan.io/tx/0x"));
    assert!(
        rig.journal[0].starts_with("put dapp/request/"),
        "the signed bytes are durable before they are sent"
    );
    assert!(rig.view().requests.is_empty());
}

#[test]
fn a_receipt_ends_the_wait() {
    for (succeeded, outcome) in
        [(true, Outcome::Confirmed { block: 7 }), (false, Outcome::Failed { block: 7 })]
    {
        let mut rig = Rig::connected();
        let id = rig.send("0x1");
        rig.approve_first();
        rig.sign_first();
        let hash = rig.answer(&id).unwrap().clone().unwrap().as_str().unwrap().to_owned();
        rig.later(2_000);
        assert_eq!(rig.view().activity[0].outcome, Outcome::Submitted);
        rig.node.receipts.insert(hash, (succeeded, 7));
        rig.later(2_000);
        assert_eq!(rig.view().activity[0].outcome, outcome);
        let asked = rig.node.asked.len();
        rig.later(200_000);
        assert!(!rig.node.asked[asked..].contains(&"eth_getTransactionReceipt".to_owned()));
    }
}

#[test]
fn ten_sends_stand_in_line_and_get_consecutive_nonces() {
    let mut rig = Rig::connected();
    // the node does not count what is pending
    rig.node.nonce = 5;
    let ids: Vec<String> = (1..=10).map(|value| rig.send(&format!("{value:#x}"))).collect();
    let statuses = rig.statuses();
    assert_eq!(statuses.len(), 10);
    assert_eq!(statuses[0], RequestStatus::Review);
    assert!(statuses[1..].iter().all(|status| *status == RequestStatus::Preparing));
    assert!(
        rig.view().requests[1..].iter().all(|request| !request.can_decide && request.card.digest.is_empty())
    );
    assert_eq!(
        rig.view().requests[1].card.headline,
        format!("Send 0.000000000000000002 ETH to {}", "0x7099…79C8")
    );
    for id in &ids {
        rig.approve_first();
        rig.sign_first();
        assert!(rig.answer(id).unwrap().is_ok());
    }
    let tasks = &rig.stand_in().started;
    let nonces: Vec<u64> = tasks.iter().map(|task| transaction(task).nonce).collect();
    assert_eq!(nonces, (5..15).collect::<Vec<u64>>());
}

#[test]
fn one_that_is_rejected_leaves_no_gap_in_the_nonces() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    rig.send("0x2");
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    let nonces: Vec<u64> = rig.stand_in().started.iter().map(|task| transaction(task).nonce).collect();
    assert_eq!(nonces, [0, 0]);
}

#[test]
fn rejecting_all_answers_all() {
    let mut rig = Rig::connected();
    let ids: Vec<String> = (1..=10).map(|value| rig.send(&format!("{value:#x}"))).collect();
    rig.command(Command::RejectAll).unwrap();
    for id in ids {
        assert_eq!(rig.answer(&id).unwrap().clone().unwrap_err().code, 4001);
    }
    assert!(rig.view().requests.is_empty());
    assert_eq!(rig.view().activity.len(), 10);
}

#[test]
fn an_approval_of_anything_but_what_is_current_is_refused() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    let request = rig.first().id;
    let digest = format!("0x{}", "0".repeat(64));
    let error = rig.command(Command::Approve { request: request.clone(), digest }).unwrap_err();
    assert_eq!(error.code, "request/changed");
    let error = rig.command(Command::Approve { request, digest: String::new() }).unwrap_err();
    assert_eq!(error.code, "request/changed");
    assert!(rig.stand_in().approved.is_empty());
}

#[test]
fn nothing_is_decided_while_locked() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    let shown = rig.first();
    rig.lock();
    let approve = Command::Approve { request: shown.id, digest: shown.card.digest };
    assert_eq!(rig.command(approve).unwrap_err().code, "vault/locked");
    assert!(rig.stand_in().approved.is_empty());
    assert!(rig.view().requests.is_empty());
    rig.unlock();
    assert_eq!(rig.stand_in().started.len(), 2, "the session is started anew after the unlock");
    rig.approve_first();
}

#[test]
fn what_nobody_decides_expires_and_nothing_is_signed() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.later(10 * 60 * 1000 - 1);
    assert_eq!(rig.answer(&id), None);
    rig.later(1);
    let error = rig.answer(&id).unwrap().clone().unwrap_err();
    assert_eq!((error.code, error.data.as_deref()), (4001, Some("{\"cause\":\"expired\"}")));
    assert_eq!(rig.view().activity[0].outcome, Outcome::Expired);
    assert_eq!(rig.stand_in().cancelled.len(), 1);
}

#[test]
fn one_that_waits_in_line_has_its_time_from_when_it_is_the_head() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    let second = rig.send("0x2");
    rig.later(10 * 60 * 1000);
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    assert_eq!(rig.answer(&second), None);
    rig.later(10 * 60 * 1000);
    assert!(rig.answer(&second).is_some());
}

#[test]
fn a_stalled_signing_is_tried_again_in_a_new_session_with_the_same_digest() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    let request = rig.stand_in().started[0].request;
    rig.seam(|wallet, cx| wallet.request_stalled(cx, &request, "The phone went away.".to_owned()));
    assert_eq!(rig.statuses(), [RequestStatus::Stalled { message: "The phone went away.".to_owned() }]);
    rig.command(Command::RetrySigning { request: request.to_string() }).unwrap();
    let started = &rig.stand_in().started;
    assert_eq!(started[0].digest, started[1].digest);
    assert_eq!(rig.stand_in().approved.len(), 2, "the approval stands");
    rig.sign_first();
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn a_no_on_another_device_is_a_no() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    let request = rig.stand_in().started[0].request;
    rig.seam(|wallet, cx| {
        wallet.request_cancelled(cx, super::rig::PEER, &request, crate::messages::REASON_REJECTED);
    });
    let error = rig.answer(&id).unwrap().clone().unwrap_err();
    assert_eq!((error.code, error.data.as_deref()), (4001, Some("{\"cause\":\"device\"}")));
    assert_eq!(error.message, "Rejected on device 9. Nothing was signed.");
}

#[test]
fn a_signature_of_another_key_is_thrown_away() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    let mut task = rig.stand_in().started[0].clone();
    task.path = "m/44/60/0/0/1".to_owned();
    rig.sign(&task);
    assert_eq!(rig.answer(&id), None);
    assert!(rig.node.sent.is_empty());
    assert!(matches!(rig.statuses()[0], RequestStatus::Stalled { .. }));
}

#[test]
fn a_message_signed_by_another_key_is_not_answered() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let id = rig.call("personal_sign", &json!(["0x00", me]));
    rig.approve_first();
    let mut task = rig.stand_in().started[0].clone();
    task.path = "m/44/60/0/0/1".to_owned();
    rig.sign(&task);
    assert_eq!(rig.answer(&id), None);
    assert!(matches!(rig.statuses()[0], RequestStatus::Stalled { .. }));
}

#[test]
fn the_owners_own_send_is_a_request_like_any_other() {
    let mut rig = Rig::ready();
    let send =
        |to: &str, amount: &str| Command::Send { to: to.to_owned(), amount: amount.to_owned(), token: None };
    assert_eq!(
        rig.command(send("0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "1")).unwrap_err().code,
        "send/address"
    );
    assert_eq!(rig.command(send(OTHER, "0")).unwrap_err().code, "send/amount");
    assert_eq!(rig.command(send(OTHER, "1,5")).unwrap_err().code, "send/amount");
    rig.command(send(OTHER, "1.5")).unwrap();
    assert_eq!(rig.first().origin, "this wallet");
    assert_eq!(rig.first().card.headline, "Send 1.5 ETH to 0x7099…79C8");
    rig.approve_first();
    rig.sign_first();
    assert_eq!(rig.node.sent.len(), 1);
    assert_eq!(rig.view().activity[0].origin, "this wallet");
}

#[test]
fn the_owner_sends_a_token_that_is_watched() {
    let mut rig = Rig::ready();
    let token = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48".to_owned();
    let send = Command::Send { to: OTHER.to_owned(), amount: "2.5".to_owned(), token: Some(token.clone()) };
    assert_eq!(rig.command(send.clone()).unwrap_err().code, "send/token");
    rig.command(Command::AddToken { address: token }).unwrap();
    rig.command(send).unwrap();
    assert_eq!(rig.first().card.headline, "Send 2.5 USDC to 0x7099…79C8");
}

#[test]
fn one_request_is_one_entry_of_the_journal() {
    let mut rig = Rig::connected();
    let me = rig.me();
    rig.call_as(super::rig::PAGE, "same", "personal_sign", &json!(["0x00", me]));
    rig.call_as(super::rig::PAGE, "same", "personal_sign", &json!(["0x00", me]));
    assert_eq!(rig.view().requests.len(), 1);
    assert_eq!(rig.store.keys().filter(|key| key.starts_with("dapp/request/")).count(), 1);
    rig.approve_first();
    rig.sign_first();
    let answered = rig.answer("same").unwrap().clone();
    rig.answers.clear();
    rig.call_as(super::rig::PAGE, "same", "personal_sign", &json!(["0x00", me]));
    assert_eq!(rig.answer("same"), Some(&answered), "an answered call gets the same answer again");
    assert!(rig.view().requests.is_empty());
}

/// Requests of one millisecond stood in the order of their random ids after a restart, and took their nonces in that order.
#[test]
fn regression_sends_that_came_at_once_stand_in_their_order_after_a_restart_too() {
    let mut rig = Rig::connected();
    for value in 1..=6 {
        rig.send(&format!("{value:#x}"));
    }
    let before: Vec<_> = rig.view().requests.iter().map(|request| request.id.clone()).collect();
    let rig = rig.restart();
    let after: Vec<_> = rig.view().requests.iter().map(|request| request.id.clone()).collect();
    assert_eq!(after, before);
}
