//! A party that cheats: refused by every honest one, blamed where frames prove it, and none the wiser.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::{Memory, ceremonies, deal, keep, plan, run, signatures, verify};
use symbolon_ecdsa::vole::TRANSFERS;
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Delivery, Network, Sent, Simulator};
use symbolon_mpc::{Blame, Cause};

/// Alters frames from `from` in `step`, only to those that `to` says.
fn tamper(
    from: u16,
    step: u16,
    to: impl Fn(u16) -> bool,
    mut alter: impl FnMut(&mut Frame),
) -> impl FnMut(&Sent) -> Vec<Delivery> {
    move |sent| {
        if sent.from != index(from) || sent.step != Some(step) || !to(sent.to.value()) {
            return vec![sent.deliver()];
        }
        let mut frame = Frame::decode(&sent.frame).unwrap();
        alter(&mut frame);
        vec![sent.deliver_as(frame.encode())]
    }
}

/// R7: what is said to all is compared before anything that rests on it is said.
#[test]
fn saying_different_things_to_two_parties_ends_the_ceremony_before_the_last_message() {
    let shares = deal(3, 3, 21);
    for step in [4, 6] {
        let plan = plan(&[1, 2, 3], 1, 21);
        let parties = ceremonies(&plan, &shares, &mut Memory::new());
        let alter = |frame: &mut Frame| frame.broadcast[5] ^= 1;
        let report =
            Simulator::new(parties, 21, Network::GOOD).tamper(tamper(2, step, |to| to == 3, alter)).run();
        for honest in [1, 3] {
            let abort = report.abort(index(honest)).unwrap();
            assert_eq!((&abort.cause, abort.blame), (&Cause::Equivocation, Blame::Nobody));
        }
        assert!(report.sent.iter().all(|sent| sent.step <= Some(step + 1)));
    }
}

/// With three signers both honest ones refuse what is altered for both, and blame the one who did it.
#[test]
fn both_honest_signers_refuse_a_wrong_multiplication() {
    let shares = deal(3, 3, 22);
    let plan = plan(&[1, 2, 3], 1, 22);
    let parties = ceremonies(&plan, &shares, &mut Memory::new());
    // A byte of ã, to both.
    let alter = |frame: &mut Frame| frame.private[1000] ^= 1;
    let report = Simulator::new(parties, 22, Network::GOOD).tamper(tamper(2, 6, |_| true, alter)).run();
    for honest in [1, 3] {
        let abort = report.abort(index(honest)).unwrap();
        assert_eq!((&abort.cause, abort.blame), (&Cause::Leak, Blame::Party(index(2))));
    }
}

/// R3: after a caught cheat the set-up is gone on the honest side, so that what was learnt of it is worth
/// nothing; the next session starts afresh and signs.
#[test]
fn every_caught_cheat_costs_the_set_up() {
    let shares = deal(2, 2, 23);
    let mut memory = Memory::new();
    let mut names = BTreeSet::new();
    let rounds = 6;
    for session in 0..rounds {
        let good = plan(&[1, 2], 1, 2 * session);
        let report = run(&good, &shares, &mut memory, 2 * session, Network::GOOD);
        verify(&good, shares[0].info(), &signatures(&report));
        names.insert(name(&memory));

        // Warm: commit is step 2. The first bit of another column each time.
        let bad = plan(&[1, 2], 1, 2 * session + 1);
        let place = 40 + (TRANSFERS / 8 + 16) * session as usize;
        let alter = move |frame: &mut Frame| frame.private[place] ^= 1;
        let parties = ceremonies(&bad, &shares, &mut memory);
        let mut report =
            Simulator::new(parties, session, Network::GOOD).tamper(tamper(2, 2, |_| true, alter)).run();
        keep(&mut report, &mut memory);
        let abort = report.abort(index(1)).unwrap();
        assert_eq!((&abort.cause, abort.blame), (&Cause::Leak, Blame::Party(index(2))));
        assert!(memory.values().all(|pairs| pairs.is_empty()));
    }
    assert_eq!(names.len(), rounds as usize);
}

/// A replay of a whole earlier ceremony's frames, hello included, is another session to the honest party.
#[test]
fn frames_of_an_earlier_session_end_the_ceremony_blaming_nobody() {
    let shares = deal(2, 2, 24);
    let plan = plan(&[1, 2], 1, 24);
    let earlier = run(&plan, &shares, &mut Memory::new(), 1, Network::GOOD);
    let replay = |sent: &Sent| {
        let old = earlier.sent.iter().find(|old| (old.from, old.step) == (sent.from, sent.step));
        match sent.from == index(2) {
            true => old.map(|old| sent.deliver_as(old.frame.clone())).into_iter().collect(),
            false => vec![sent.deliver()],
        }
    };
    let parties = ceremonies(&plan, &shares, &mut Memory::new());
    let report = Simulator::new(parties, 2, Network::GOOD).tamper(replay).run();
    let abort = report.abort(index(1)).unwrap();
    assert_eq!((&abort.cause, abort.blame), (&Cause::SessionMismatch, Blame::Nobody));
}

/// A peer that names a set-up which it does not hold gets nowhere.
#[test]
fn a_false_name_of_a_set_up_is_refused() {
    let shares = deal(2, 2, 25);
    let mut memory = Memory::new();
    run(&plan(&[1, 2], 1, 0), &shares, &mut memory, 0, Network::GOOD);
    let parties = ceremonies(&plan(&[1, 2], 1, 1), &shares, &mut memory);
    let alter = |frame: &mut Frame| frame.private[7] ^= 1;
    let report = Simulator::new(parties, 1, Network::GOOD).tamper(tamper(2, 0, |_| true, alter)).run();
    let abort = report.abort(index(1)).unwrap();
    assert!(matches!(abort.cause, Cause::Malformed(_)));
    assert_eq!(abort.blame, Blame::Party(index(2)));
}

/// A wrong last message: no signature, and with two signers it was the other one.
#[test]
fn a_wrong_last_message_gives_no_signature() {
    for (signers, expected) in [(2, Blame::Party(index(2))), (3, Blame::Nobody)] {
        let shares = deal(signers, signers, 26);
        let all: Vec<u16> = (1..=signers).collect();
        let parties = ceremonies(&plan(&all, 1, 26), &shares, &mut Memory::new());
        let alter = |frame: &mut Frame| frame.broadcast[20] ^= 1;
        let report = Simulator::new(parties, 26, Network::GOOD).tamper(tamper(2, 8, |_| true, alter)).run();
        for honest in all.iter().filter(|party| **party != 2) {
            let abort = report.abort(index(*honest)).unwrap();
            assert_eq!((&abort.cause, abort.blame), (&Cause::Unverified, expected));
        }
    }
}

fn name(memory: &Memory) -> [u8; 32] {
    let key = symbolon_ecdsa::PairKey { wallet: common::WALLET, epoch: 1, peer: common::device(index(2)) };
    memory[&index(1)].name(&key).unwrap()
}
