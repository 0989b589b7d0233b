//! Keys that were reshared: the new shares sign for the same key, and shares of two epochs or attempts never do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Memory, ceremonies, plan, run, signatures, verify};
use symbolon_ecdsa::{Misuse, Pairs, Sign, SignPlan};
use symbolon_mpc::dealing::{Dealt, ResharePlan, reshare};
use symbolon_mpc::testing::sim::{Network, Simulator};
use symbolon_mpc::testing::{deal, index, quorum};
use symbolon_mpc::{Abort, Cause, CeremonyId, KeyShare, Quorum, Scheme};

/// A 2-of-3 key by keygen.
fn key() -> Vec<KeyShare> {
    deal(2, 3, Scheme::EcdsaSecp256k1, 1)
}

fn quorum_of(threshold: u16, indices: &[u16]) -> Quorum {
    let parties = quorum(2, 32).parties().to_vec();
    let chosen = parties.into_iter().filter(|party| indices.contains(&party.index.value()));
    Quorum::new(threshold, chosen.collect()).unwrap()
}

/// New shares, one for each party of `to`, dealt by `dealers`.
fn reshared(old: &[KeyShare], dealers: &[u16], to: &Quorum, attempt: u8) -> Vec<KeyShare> {
    let plan = ResharePlan {
        ceremony: CeremonyId([attempt; 32]),
        from: vec![old[0].info().clone()],
        dealers: dealers.iter().map(|dealer| index(*dealer)).collect(),
        to: to.clone(),
        absent: Vec::new(),
    };
    let start = |party: symbolon_mpc::Party| {
        let held = old.iter().find(|share| share.index() == party.index).map(std::slice::from_ref);
        (party.index, reshare(&plan, party.index, held.unwrap_or_default()).unwrap())
    };
    let report =
        Simulator::new(plan.parties().unwrap().into_iter().map(start), attempt.into(), Network::GOOD).run();
    assert!(report.all_done());
    let share = |stored| match stored {
        Dealt::Pending { mut shares, .. } => shares.remove(0),
        Dealt::Acknowledged(_) => panic!("shares are stored, not keys"),
    };
    report.stored.into_values().map(share).collect()
}

/// A plan for a key of this epoch.
fn plan_for(shares: &[KeyShare], signers: &[u16], session: u64) -> SignPlan {
    let info = shares[0].info();
    SignPlan { wallet: *info.wallet(), epoch: info.epoch(), ..plan(signers, 2, session) }
}

fn sign(shares: &[KeyShare], signers: &[u16], session: u64) {
    let plan = plan_for(shares, signers, session);
    let report = run(&plan, shares, &mut Memory::new(), session, Network::GOOD);
    verify(&plan, shares[0].info(), &signatures(&report));
}

#[test]
fn a_key_signs_as_before_after_every_change() {
    let first = key();
    sign(&first, &[1, 3], 1);
    let rotated = reshared(&first, &[1, 3], &quorum(2, 3), 1);
    sign(&rotated, &[2, 3], 2);
    let replaced = reshared(&rotated, &[1, 2], &quorum_of(2, &[1, 2, 4]), 2);
    sign(&replaced, &[2, 4], 3);
    let raised = reshared(&replaced, &[1, 4], &quorum_of(3, &[1, 2, 4, 5]), 3);
    sign(&raised, &[1, 4, 5], 4);
    let lowered = reshared(&raised, &[1, 2, 5], &quorum_of(2, &[2, 5]), 4);
    sign(&lowered, &[2, 5], 5);
    assert_eq!(lowered[0].info().public_key(), first[0].info().public_key());
    assert_eq!(lowered[0].info().epoch(), 5);
}

#[test]
fn a_share_of_another_epoch_is_refused_by_name_before_anything_is_sent() {
    let old = key();
    let new = reshared(&old, &[1, 2], &quorum(2, 3), 1);
    let start = |plan, share| Sign::start(plan, share, Pairs::new()).err();
    let stale = Misuse::StaleEpoch { held: 1, asked: 2 };
    assert_eq!(start(plan_for(&new, &[1, 2], 1), &old[0]), Some(stale));
    let stale = Misuse::StaleEpoch { held: 2, asked: 1 };
    assert_eq!(start(plan_for(&old, &[1, 2], 1), &new[0]), Some(stale));
}

#[test]
fn signers_of_two_epochs_part_before_any_check_and_blame_nobody() {
    let old = key();
    let new = reshared(&old, &[1, 2], &quorum(2, 3), 1);
    let mut mixed = ceremonies(&plan_for(&old, &[1, 2], 1), &old, &mut Memory::new());
    mixed[1] = ceremonies(&plan_for(&new, &[1, 2], 1), &new, &mut Memory::new()).remove(1);
    let report = Simulator::new(mixed, 1, Network::GOOD).run();
    for signer in [1, 2] {
        assert_eq!(report.abort(index(signer)), Some(&Abort::nobody(Cause::SessionMismatch)));
    }
}

#[test]
fn signers_of_two_attempts_at_one_epoch_sign_nothing() {
    // The same epoch, quorum and key, but other verification shares: two devices that hold pending shares of
    // different attempts, each of which is somebody's epoch 2.
    let old = key();
    let attempts = [1, 2].map(|attempt| reshared(&old, &[1, 2], &quorum(2, 3), attempt));
    let mut mixed = ceremonies(&plan_for(&attempts[0], &[1, 2], 1), &attempts[0], &mut Memory::new());
    mixed[1] = ceremonies(&plan_for(&attempts[1], &[1, 2], 1), &attempts[1], &mut Memory::new()).remove(1);
    let report = Simulator::new(mixed, 1, Network::GOOD).run();
    for signer in [1, 2] {
        let parted = Abort::nobody(Cause::SessionMismatch);
        assert_eq!(report.abort(index(signer)), Some(&parted));
    }
}
