use serde_json::json;

use super::rig::{PAGE, Rig};
use crate::view::{Outcome, RequestStatus};

#[test]
fn a_request_outlives_the_process_and_a_replay_of_its_call_picks_it_up() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let params = json!([{ "from": me, "to": super::rig::OTHER, "value": "0x1" }]);
    rig.call_as(PAGE, "tx", "eth_sendTransaction", &params);
    let digest = rig.first().card.digest;
    let mut rig = rig.restart();
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    assert_eq!(rig.first().card.digest, digest, "what was shown before is what is shown now");
    assert_eq!(rig.stand_in().started.len(), 1);
    rig.call_as(PAGE, "tx", "eth_sendTransaction", &params);
    assert_eq!(rig.view().requests.len(), 1);
    rig.approve_first();
    rig.sign_first();
    assert!(rig.answer("tx").unwrap().is_ok());
    assert_eq!(rig.view().activity.len(), 1);
}

#[test]
fn an_approval_outlives_the_process() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    let mut rig = rig.restart();
    assert_eq!(rig.statuses(), [RequestStatus::WaitingForOthers]);
    assert_eq!(rig.stand_in().approved.len(), 1);
    rig.sign_first();
    // the page is gone; its answer waits for it
    assert_eq!(rig.answer(&id), None);
    rig.call_as(PAGE, &id, "eth_sendTransaction", &json!([]));
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn a_restart_while_locked_loses_nothing() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    let mut rig = rig.restart_locked();
    assert!(rig.stand_in().started.is_empty());
    rig.unlock();
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    rig.approve_first();
    rig.sign_first();
    assert_eq!(rig.node.sent.len(), 1);
}

#[test]
fn what_was_signed_but_not_broadcast_is_broadcast_after_the_restart() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.node.down = true;
    rig.sign_first();
    rig.node.down = false;
    let mut rig = rig.restart();
    rig.later(0);
    // whether or not the vault is open: the bytes are public
    assert!(rig.view().requests.is_empty());
    assert_eq!(rig.view().activity.len(), 1);
    rig.call_as(PAGE, &id, "eth_sendTransaction", &json!([]));
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn a_submitted_transaction_is_watched_after_the_restart() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.sign_first();
    let hash = rig.answer(&id).unwrap().clone().unwrap().as_str().unwrap().to_owned();
    let mut rig = rig.restart();
    rig.node.receipts.insert(hash, (true, 3));
    rig.later(5_000);
    assert_eq!(rig.view().activity[0].outcome, Outcome::Confirmed { block: 3 });
}

#[test]
fn what_expired_while_the_process_was_dead_is_expired() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.now += 11 * 60 * 1000;
    let mut rig = rig.restart();
    rig.later(0);
    assert!(rig.view().requests.is_empty());
    rig.call_as(PAGE, &id, "eth_sendTransaction", &json!([]));
    assert_eq!(rig.answer(&id).unwrap().clone().unwrap_err().code, 4001);
}

#[test]
fn connections_networks_tokens_and_settings_are_remembered() {
    let mut rig = Rig::connected();
    rig.command(crate::command::Command::AddAccount { name: "Savings".to_owned() }).unwrap();
    rig.command(crate::command::Command::SelectNetwork { chain_id: 10 }).unwrap();
    rig.command(crate::command::Command::AddToken { address: super::rig::OTHER.to_owned() }).unwrap();
    let theme = crate::command::Setting::Theme { theme: crate::view::Theme::Dark };
    rig.command(crate::command::Command::Set { setting: theme }).unwrap();
    let before = rig.view();
    let rig = rig.restart();
    let after = rig.view();
    assert_eq!(before.accounts, after.accounts);
    assert_eq!(after.accounts[1].name, "Savings");
    assert_eq!((after.chain_id, after.selected_account), (10, 1));
    assert_eq!(before.sites, after.sites);
    assert_eq!(before.settings, after.settings);
    assert_eq!(after.balances[1].symbol, "USDC");
}

#[test]
fn a_request_that_could_not_be_stored_is_given_up_and_the_page_told() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.event(crate::event::Event::StoreFailed { error: crate::store::StoreError::Full });
    assert_eq!(rig.answer(&id).unwrap().clone().unwrap_err().code, -32603);
    assert!(rig.view().requests.is_empty());
    assert!(rig.store.keys().all(|key| !key.starts_with("dapp/request/")));
}

#[test]
fn what_is_signed_is_kept_when_storage_fails_and_waits_for_the_owner() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.node.down = true;
    rig.sign_first();
    rig.node.down = false;
    rig.event(crate::event::Event::StoreFailed { error: crate::store::StoreError::Full });
    assert!(matches!(rig.statuses()[0], RequestStatus::BroadcastFailed { .. }));
    assert!(rig.node.sent.is_empty());
    rig.command(crate::command::Command::RetryBroadcast { request: rig.first().id }).unwrap();
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn erasing_removes_every_record_of_this_side() {
    let mut rig = Rig::connected();
    rig.command(crate::command::Command::AddToken { address: super::rig::OTHER.to_owned() }).unwrap();
    rig.send("0x1");
    rig.approve_first();
    rig.sign_first();
    rig.send("0x2");
    assert!(rig.store.keys().filter(|key| key.starts_with("dapp/")).count() > 5);
    rig.seam(|wallet, cx| wallet.dapp_erase(cx));
    assert_eq!(rig.store.keys().filter(|key| key.starts_with("dapp/")).count(), 0);
}
