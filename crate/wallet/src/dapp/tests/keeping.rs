//! Speeding up, cancelling, allowances, the address book, the list of tokens.

use serde_json::{Value, json};
use symbolon_chain::evm::tx::Fees;

use super::queue::transaction;
use super::rig::{OTHER, Rig};
use crate::command::{Command, FeeChoice};
use crate::view::{Outcome, RequestStatus};

const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

/// A transaction that was sent and waits.
fn submitted() -> (Rig, String) {
    let mut rig = Rig::connected();
    rig.send("0x5");
    rig.approve_first();
    rig.sign_first();
    let done = rig.view().activity.remove(0);
    assert!(done.replaceable);
    (rig, done.id)
}

fn outcomes(rig: &Rig) -> Vec<Outcome> {
    rig.view().activity.into_iter().map(|done| done.outcome).collect()
}

fn fees(fees: Fees) -> (u128, u128) {
    let Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } = fees else { panic!("EIP-1559") };
    (max_fee_per_gas, max_priority_fee_per_gas)
}

#[test]
fn speeding_up_is_the_same_again_for_an_eighth_more_at_least() {
    let (rig, id) = submitted();
    let mut rig = rig.restart();
    rig.command(Command::SpeedUp { id: id.clone() }).unwrap();
    let card = rig.first().card;
    assert_eq!(card.headline, "Send 0.000000000000000005 ETH to 0x7099…79C8");
    assert!(card.rows.iter().any(|row| row.label == "In place of" && row.value == card.headline));
    let task = rig.stand_in().started.last().unwrap().clone();
    let second = transaction(&task);
    assert_eq!((second.nonce, second.value.to::<u64>()), (0, 5));
    // normal speed was 1.625 gwei and 1000 wei of tip
    assert_eq!(fees(second.fees), (1_625_001_000 + 1_625_001_000u128.div_ceil(8), 1125));
    let again = rig.command(Command::SpeedUp { id }).unwrap_err();
    assert_eq!(again.code, "transaction/replacing");
}

#[test]
fn cancelling_sends_nothing_to_the_account_itself_in_the_same_place() {
    let (mut rig, id) = submitted();
    rig.later(500);
    rig.command(Command::CancelTransaction { id }).unwrap();
    assert_eq!(rig.first().card.headline, "Cancel: Send 0.000000000000000005 ETH to 0x7099…79C8");
    let task = rig.stand_in().started.last().unwrap().clone();
    let cancelling = transaction(&task);
    assert_eq!(cancelling.to, Some(rig.account(0)));
    assert!(cancelling.value.is_zero() && cancelling.data.is_empty());
    assert_eq!(cancelling.nonce, 0);
    rig.approve_first();
    rig.sign_first();
    assert_eq!(outcomes(&rig), [Outcome::Submitted, Outcome::Submitted]);
    let hash = rig.view().activity[0].transaction.clone().unwrap();
    rig.node.receipts.insert(hash, (true, 17));
    rig.later(60_000);
    assert_eq!(outcomes(&rig), [Outcome::Confirmed { block: 17 }, Outcome::Replaced]);
    assert!(rig.store.keys().all(|key| !key.starts_with("dapp/pending/")));
    let rig = rig.restart();
    assert_eq!(outcomes(&rig)[1], Outcome::Replaced);
}

#[test]
fn the_first_in_a_block_wins_whichever_it_is() {
    let (mut rig, id) = submitted();
    let hash = rig.view().activity[0].transaction.clone().unwrap();
    rig.later(500);
    rig.command(Command::CancelTransaction { id: id.clone() }).unwrap();
    rig.approve_first();
    rig.sign_first();
    rig.node.receipts.insert(hash, (true, 17));
    rig.later(60_000);
    assert_eq!(outcomes(&rig), [Outcome::Replaced, Outcome::Confirmed { block: 17 }]);
    assert_eq!(rig.command(Command::SpeedUp { id }).unwrap_err().code, "transaction/not-pending");
}

#[test]
fn a_fee_by_hand_that_cannot_replace_is_refused_with_the_least_that_can() {
    let (mut rig, id) = submitted();
    rig.command(Command::SpeedUp { id }).unwrap();
    let fee = |max: &str| FeeChoice::Custom {
        max_fee_gwei: max.to_owned(),
        priority_fee_gwei: "0.1".to_owned(),
        gas_limit: 21_000,
    };
    rig.command(Command::EditFee { request: rig.first().id, fee: fee("1.7") }).unwrap();
    let RequestStatus::PrepareFailed { message } = rig.statuses().remove(0) else { panic!("too low") };
    assert!(message.contains("1.828126125 gwei"), "{message}");
    rig.command(Command::EditFee { request: rig.first().id, fee: fee("2") }).unwrap();
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
}

#[test]
fn what_the_owner_asks_for_on_our_own_screens_opens_no_window() {
    let (mut rig, id) = submitted();
    assert!(rig.shown > 0, "what a page asks for does");
    let before = rig.shown;
    rig.command(Command::SpeedUp { id }).unwrap();
    rig.command(Command::Send { to: OTHER.to_owned(), amount: "1".to_owned(), token: None }).unwrap();
    rig.command(Command::Revoke { token: USDC.to_owned(), spender: OTHER.to_owned(), every: false }).unwrap();
    assert_eq!(rig.view().requests.len(), 3);
    assert_eq!(rig.shown, before);
    rig.send("0x1");
    assert_eq!(rig.shown, before + 1);
}

#[test]
fn what_is_not_pending_is_neither_sped_up_nor_cancelled() {
    let mut rig = Rig::connected();
    for id in ["x".to_owned(), "00".repeat(16)] {
        assert_eq!(rig.command(Command::SpeedUp { id }).unwrap_err().code, "transaction/not-pending");
    }
}

#[test]
fn a_contact_is_named_on_cards_and_remembered() {
    let mut rig = Rig::connected();
    let set = |name: &str| Command::SetContact { address: OTHER.to_owned(), name: name.to_owned() };
    rig.command(set("Ada")).unwrap();
    rig.send("0x1");
    assert!(rig.first().card.headline.ends_with("to Ada"));
    for name in ["", "x\u{202e}y", &"x".repeat(41)] {
        assert_eq!(rig.command(set(name)).unwrap_err().code, "contact/name");
    }
    rig.command(set("Ada L.")).unwrap();
    let mut rig = rig.restart();
    assert_eq!(rig.view().contacts[0].name, "Ada L.");
    rig.command(Command::RemoveContact { address: rig.view().contacts[0].address.clone() }).unwrap();
    assert!(rig.view().contacts.is_empty());
    let gone = Command::RemoveContact { address: OTHER.to_owned() };
    assert_eq!(rig.command(gone).unwrap_err().code, "contact/unknown");
}

#[test]
fn a_token_is_taken_off_the_list() {
    let mut rig = Rig::connected();
    rig.command(Command::AddToken { address: USDC.to_owned() }).unwrap();
    assert_eq!(rig.view().balances.len(), 2);
    rig.command(Command::RemoveToken { address: USDC.to_owned() }).unwrap();
    assert_eq!(rig.view().balances.len(), 1);
    assert_eq!(
        rig.command(Command::RemoveToken { address: USDC.to_owned() }).unwrap_err().code,
        "token/unknown"
    );
}

fn approve(rig: &mut Rig) {
    let data = format!("0x095ea7b3{:0>64}{:064x}", &OTHER[2..], 7_000_000);
    let params = json!([{ "from": rig.me(), "to": USDC, "data": data }]);
    rig.call("eth_sendTransaction", &params);
    rig.approve_first();
    rig.sign_first();
}

#[test]
fn what_was_approved_here_is_listed_with_what_the_token_says_and_can_be_revoked() {
    let mut rig = Rig::connected();
    approve(&mut rig);
    let mut rig = rig.restart();
    assert!(!rig.view().allowances.list[0].known);
    rig.node.allowance = 7_000_000;
    rig.command(Command::FindAllowances).unwrap();
    let listed = rig.view().allowances.list.remove(0);
    assert_eq!((listed.amount.as_deref(), listed.symbol.as_deref()), (Some("7"), Some("USDC")));
    assert!(!listed.unlimited);
    rig.command(Command::Revoke { token: listed.token, spender: listed.spender, every: false }).unwrap();
    assert_eq!(rig.first().card.headline, "Stop 0x7099…79C8 from taking your USDC");
    assert!(!rig.first().card.risks.iter().any(|risk| risk.code == "risk/approval"));
    rig.approve_first();
    rig.sign_first();
    rig.node.allowance = 0;
    rig.command(Command::FindAllowances).unwrap();
    assert!(rig.view().allowances.list.is_empty());
}

#[test]
fn approvals_that_the_node_tells_of_are_found_in_the_widest_range_it_answers() {
    let mut rig = Rig::connected();
    let word = |address: &str| format!("0x{:0>64}", &address[2..]);
    rig.node.height = 100_000;
    rig.node.allowance = u128::MAX;
    rig.node.logs = Some((
        10_000,
        json!([{
            "address": USDC, "data": "0x", "topics": [
                "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925", word(&rig.me()), word(OTHER),
            ],
        }]),
    ));
    rig.command(Command::FindAllowances).unwrap();
    let found = rig.view().allowances;
    assert_eq!(found.list.len(), 1);
    assert!(found.list[0].unlimited);
    assert!(found.message.contains("last 10000 blocks"), "{}", found.message);
}

#[test]
fn a_node_without_logs_is_said_to_tell_nothing() {
    let mut rig = Rig::connected();
    rig.command(Command::FindAllowances).unwrap();
    assert!(rig.view().allowances.message.contains("does not tell of past approvals"));
    let none: Value = json!([]);
    rig.node.logs = Some((1 << 40, none));
    rig.command(Command::FindAllowances).unwrap();
    assert!(rig.view().allowances.message.contains("may be older"));
}
