//! The part of a fee that a rollup takes for its parent chain: shown, counted, and never guessed.

use super::arrive::proposal;
use super::rig::{OTHER, PEER, Rig};
use crate::command::Command;
use crate::view::{Card, Severity};
use crate::wallet::Unattended;

/// OP Mainnet.
const ROLLUP: u64 = 10;
/// Each proposal costs 1000 wei, 42000 wei of gas, and the parent chain's 400 and a quarter more.
const COST: u128 = 43_500;

fn connected(l1_fee: Option<u128>) -> Rig {
    let mut rig = Rig::connected();
    rig.node.chain_id = ROLLUP;
    rig.node.l1_fee = l1_fee;
    rig.command(Command::SelectNetwork { chain_id: ROLLUP }).unwrap();
    rig
}

fn card(rig: &mut Rig) -> Card {
    let to = OTHER.to_owned();
    rig.command(Command::Send { to, amount: "1".to_owned(), token: None }).unwrap();
    rig.first().card
}

fn part(card: &Card) -> Option<&str> {
    card.rows.iter().find(|row| row.label == "Fee for the parent chain").map(|row| row.value.as_str())
}

fn limit(wei: u128) -> Unattended {
    Unattended { chains: vec![ROLLUP], max_wei_per_day: wei, danger_everything: false }
}

fn arrive(rig: &mut Rig, number: u8) {
    let proposal = proposal(rig, number, ROLLUP, 1000);
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &proposal)).unwrap();
}

#[test]
fn it_stands_on_a_line_of_its_own_and_counts_in_the_fee_and_its_maximum() {
    let without = card(&mut connected(Some(0)));
    let with = card(&mut connected(Some(4_000_000)));
    assert_eq!(part(&with), Some("0.000000000005 ETH"));
    // 21000 × (1 gwei + 1000 wei), and × (1.625 gwei + 1000 wei); a quarter is counted on top of what the node says
    let (without, with) = (without.fee.unwrap(), with.fee.unwrap());
    assert_eq!(
        (without.estimate.as_str(), with.estimate.as_str()),
        ("0.000021000021 ETH", "0.000021000026 ETH")
    );
    assert_eq!(
        (without.maximum.as_str(), with.maximum.as_str()),
        ("0.000034125021 ETH", "0.000034125026 ETH")
    );
    assert_eq!(with.speeds[1].maximum, with.maximum);
    assert_eq!(with.speeds[1].expected, with.estimate);
}

#[test]
fn what_is_not_told_is_said_not_to_be_in_the_maximum() {
    let mut rig = connected(None);
    let shown = card(&mut rig);
    assert_eq!(part(&shown), None);
    let risk = shown.risks.iter().find(|risk| risk.code == "risk/parent-fee-unknown").expect("it is said");
    assert_eq!(risk.severity, Severity::Warning);
    rig.node.l1_fee = Some(4);
    rig.command(Command::OpenRequest { request: rig.first().id }).unwrap();
    assert_eq!(part(&rig.first().card), Some("0.000000000000000005 ETH"), "asked again when it is opened");
    assert!(!rig.first().card.risks.iter().any(|risk| risk.code == "risk/parent-fee-unknown"));
}

#[test]
fn a_network_without_a_parent_chain_is_not_asked() {
    let mut rig = Rig::connected();
    rig.node.l1_fee = Some(400);
    let card = card(&mut rig);
    assert_eq!(part(&card), None);
    assert!(!card.risks.iter().any(|risk| risk.code == "risk/parent-fee-unknown"));
}

#[test]
fn an_account_that_can_pay_the_gas_alone_is_said_to_be_unable_to_pay() {
    let mut rig = connected(Some(4_000_000));
    rig.node.balance = 1_000_000_000_000_000_000 + 34_125_021_000_000;
    assert!(card(&mut rig).risks.iter().any(|risk| risk.code == "risk/cannot-pay"));
    rig.command(Command::RejectAll).unwrap();
    rig.node.balance += 5_000_000;
    assert!(!card(&mut rig).risks.iter().any(|risk| risk.code == "risk/cannot-pay"));
}

#[test]
fn it_counts_in_the_limit_of_an_unattended_device() {
    for (wei, signed) in [(COST - 1, 0), (COST, 1), (2 * COST - 1, 1), (2 * COST, 2)] {
        let mut rig = Rig::unattended(limit(wei));
        rig.node.l1_fee = Some(400);
        arrive(&mut rig, 1);
        arrive(&mut rig, 2);
        assert_eq!(rig.stand_in().approved.len(), signed, "{wei} wei");
        assert_eq!(rig.view().requests.iter().filter(|request| request.can_decide).count(), 2 - signed);
    }
}

#[test]
fn an_unattended_device_leaves_to_its_owner_what_it_cannot_count() {
    let mut rig = Rig::unattended(limit(u128::MAX));
    arrive(&mut rig, 1);
    assert!(rig.stand_in().approved.is_empty());
    assert_eq!(rig.shown, 1, "its owner is asked");
    rig.node.l1_fee = Some(400);
    arrive(&mut rig, 2);
    assert_eq!(rig.stand_in().approved.len(), 1);
}
