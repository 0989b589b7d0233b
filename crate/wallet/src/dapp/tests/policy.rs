use super::arrive::{proposal, wrap};
use super::rig::{PEER, Rig};
use crate::request::Proposal;
use crate::wallet::Unattended;
use symbolon_chain::Request;
use symbolon_chain::request::{EvmRequest, EvmSubject};

/// Each proposal costs 1000 wei and 42000 wei of fee.
const COST: u128 = 43_000;

fn limit(times: u128) -> Unattended {
    Unattended { chains: vec![1], max_wei_per_day: COST * times, danger_everything: false }
}

fn arrive(rig: &mut Rig, proposal: &Proposal) {
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, proposal)).unwrap();
}

#[test]
fn of_twenty_parallel_requests_only_the_limit_passes() {
    let mut rig = Rig::unattended(limit(3));
    for number in 1..=20 {
        let proposal = proposal(&rig, number, 1, 1000);
        arrive(&mut rig, &proposal);
    }
    assert_eq!(rig.stand_in().approved.len(), 3);
    assert_eq!(rig.view().requests.iter().filter(|request| request.can_decide).count(), 17);
}

#[test]
fn what_is_reserved_is_durable_before_it_is_approved_and_counts_after_a_restart() {
    let mut rig = Rig::unattended(limit(1));
    rig.journal.clear();
    let first = proposal(&rig, 1, 1, 1000);
    arrive(&mut rig, &first);
    assert_eq!(rig.journal[0], "put dapp/ledger");
    let mut rig = rig.restart();
    let second = proposal(&rig, 2, 1, 1000);
    arrive(&mut rig, &second);
    assert!(rig.stand_in().approved.is_empty());
    // the same transaction again is no second spending
    let mut again = first;
    again.request = crate::request::RequestId([3; 16]);
    arrive(&mut rig, &again);
    assert_eq!(rig.stand_in().approved.len(), 1);
}

#[test]
fn the_limit_is_free_again_after_a_day_and_not_when_the_clock_is_set_back() {
    let mut rig = Rig::unattended(limit(1));
    let first = proposal(&rig, 1, 1, 1000);
    arrive(&mut rig, &first);
    rig.now -= 2 * 24 * 60 * 60 * 1000;
    let second = proposal(&rig, 2, 1, 1000);
    arrive(&mut rig, &second);
    assert_eq!(rig.stand_in().approved.len(), 1);
    rig.now += 3 * 24 * 60 * 60 * 1000;
    let third = proposal(&rig, 3, 1, 1000);
    arrive(&mut rig, &third);
    assert_eq!(rig.stand_in().approved.len(), 2);
}

#[test]
fn what_is_reserved_while_the_clock_is_set_back_counts_from_the_latest_time() {
    let mut rig = Rig::unattended(limit(2));
    let first = proposal(&rig, 1, 1, 1000);
    arrive(&mut rig, &first);
    rig.now -= 2 * 24 * 60 * 60 * 1000;
    let second = proposal(&rig, 2, 1, 1000);
    arrive(&mut rig, &second);
    rig.now += 2 * 24 * 60 * 60 * 1000 + 1;
    let third = proposal(&rig, 3, 1, 1000);
    arrive(&mut rig, &third);
    assert_eq!(rig.stand_in().approved.len(), 2);
}

#[test]
fn only_plain_transfers_on_the_named_chains_are_signed_unattended() {
    let mut rig = Rig::unattended(limit(100));
    let elsewhere = proposal(&rig, 1, 10, 1000);
    arrive(&mut rig, &elsewhere);
    let message = EvmRequest {
        chain_id: 1,
        account: rig.account(0),
        subject: EvmSubject::PersonalMessage(b"hello".to_vec()),
    };
    let message = wrap(&rig, 2, 1, Request::Evm(message));
    arrive(&mut rig, &message);
    assert!(rig.stand_in().approved.is_empty());
    assert_eq!(rig.view().requests.len(), 2);
    let plain = proposal(&rig, 3, 1, 1000);
    arrive(&mut rig, &plain);
    assert_eq!(rig.stand_in().approved.len(), 1);
}

#[test]
fn danger_everything_signs_everything() {
    let policy = Unattended { chains: Vec::new(), max_wei_per_day: 0, danger_everything: true };
    let mut rig = Rig::unattended(policy);
    let message = EvmRequest {
        chain_id: 31337,
        account: rig.account(0),
        subject: EvmSubject::PersonalMessage(b"hello".to_vec()),
    };
    let message = wrap(&rig, 2, 31337, Request::Evm(message));
    arrive(&mut rig, &message);
    assert_eq!(rig.stand_in().approved.len(), 1);
}

#[test]
fn an_attended_device_signs_nothing_by_itself() {
    let mut rig = Rig::ready();
    let plain = proposal(&rig, 1, 1, 0);
    arrive(&mut rig, &plain);
    assert!(rig.stand_in().approved.is_empty());
}
