//! The line of an account: in order, with its gaps, and what is known to be in a block.

use serde_json::json;

use super::rig::{OTHER, Rig};
use crate::command::Command;
use crate::view::{NonceView, WaitingState};

/// The page sends with a nonce of its own, and both devices agree.
fn submit(rig: &mut Rig, nonce: u64) {
    ask(rig, nonce);
    rig.approve_first();
    rig.sign_first();
}

fn ask(rig: &mut Rig, nonce: u64) {
    let params = json!([{ "from": rig.me(), "to": OTHER, "value": "0x1", "nonce": format!("{nonce:#x}") }]);
    rig.call("eth_sendTransaction", &params);
}

fn line(rig: &mut Rig) -> Vec<NonceView> {
    rig.command(Command::Refresh).unwrap();
    rig.view().nonces
}

/// First and last nonce of each row, and how much waits there.
fn places(line: &[NonceView]) -> Vec<(u64, u64, usize)> {
    line.iter().map(|row| (row.nonce, row.last, row.entries.len())).collect()
}

#[test]
fn a_gap_is_said_plainly_with_what_it_holds_up() {
    let mut rig = Rig::connected();
    rig.node.nonce = 10;
    submit(&mut rig, 15);
    submit(&mut rig, 12);
    submit(&mut rig, 10);
    let line = line(&mut rig);
    assert_eq!(places(&line), [(10, 10, 1), (11, 11, 0), (12, 12, 1), (13, 14, 0), (15, 15, 1)]);
    let messages: Vec<&str> = line.iter().map(|row| row.message.as_str()).collect();
    assert_eq!(messages[0], "This comes next.");
    assert!(messages[1].contains("Nothing after it can be mined until a transaction with nonce 11 is."));
    assert_eq!(messages[2], "Can be mined once 11 is.");
    assert!(messages[3].starts_with("Nothing with the nonces 13 to 14 waits here."));
}

#[test]
fn a_gap_before_the_first_is_told_by_the_node_alone() {
    let mut rig = Rig::connected();
    rig.node.nonce = 3;
    submit(&mut rig, 4);
    rig.wallet.dapp.mined.clear();
    assert_eq!(places(&rig.view().nonces), [(4, 4, 1)], "what no node has told is not said");
    assert_eq!(rig.view().nonces[0].message, "");
    assert_eq!(places(&line(&mut rig)), [(3, 3, 0), (4, 4, 1)]);
}

#[test]
fn a_replacement_stands_in_the_same_place_and_what_is_mined_leaves_the_line() {
    let mut rig = Rig::connected();
    submit(&mut rig, 0);
    submit(&mut rig, 1);
    let first = line(&mut rig)[0].entries[0].clone();
    assert!(first.replaceable);
    rig.later(500);
    rig.command(Command::SpeedUp { id: first.id }).unwrap();
    let waits = line(&mut rig);
    assert_eq!(places(&waits), [(0, 0, 2), (1, 1, 1)]);
    assert_eq!(waits[0].entries[1].state, WaitingState::Asked);
    rig.approve_first();
    rig.sign_first();
    assert_eq!(line(&mut rig)[0].entries[1].state, WaitingState::Submitted);
    let hash = rig.view().activity[0].transaction.clone().unwrap();
    rig.node.receipts.insert(hash, (true, 17));
    rig.node.nonce = 1;
    rig.later(60_000);
    let line = line(&mut rig);
    assert_eq!(places(&line), [(1, 1, 1)]);
    assert_eq!(line[0].message, "This comes next.");
}

#[test]
fn a_node_that_is_behind_a_receipt_makes_no_gap() {
    let mut rig = Rig::connected();
    submit(&mut rig, 0);
    submit(&mut rig, 1);
    let hash = rig.view().activity[1].transaction.clone().unwrap();
    rig.node.receipts.insert(hash, (true, 17));
    rig.later(60_000);
    assert_eq!(places(&line(&mut rig)), [(1, 1, 1)]);
}

#[test]
fn a_nonce_that_is_used_up_is_said_to_be() {
    let mut rig = Rig::connected();
    submit(&mut rig, 0);
    rig.node.nonce = 1;
    let line = line(&mut rig);
    assert_eq!(places(&line), [(0, 0, 1)]);
    assert!(line[0].message.starts_with("A transaction with this nonce is in a block already"));
}

#[test]
fn another_account_and_another_network_have_lines_of_their_own() {
    let mut rig = Rig::connected();
    submit(&mut rig, 0);
    rig.command(Command::AddAccount { name: String::new() }).unwrap();
    rig.command(Command::SelectAccount { index: 1 }).unwrap();
    assert!(line(&mut rig).is_empty());
    rig.command(Command::SelectAccount { index: 0 }).unwrap();
    assert_eq!(line(&mut rig).len(), 1);
    rig.command(Command::SelectNetwork { chain_id: 10 }).unwrap();
    assert!(line(&mut rig).is_empty());
}

#[test]
fn nothing_is_asked_of_the_node_where_nothing_waits() {
    let mut rig = Rig::connected();
    rig.node.asked.clear();
    rig.command(Command::Refresh).unwrap();
    assert!(!rig.node.asked.contains(&"eth_getTransactionCount".to_owned()));
}
