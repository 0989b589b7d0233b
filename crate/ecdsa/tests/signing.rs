//! Whole ceremonies: who can sign, what comes out, and what others' code says of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Memory, ceremonies, deal, deal_epoch, device, plan, run, signatures, verify};
use symbolon_ecdsa::{Misuse, PairKey, Pairs, Sign, SignPlan};
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Simulator, generator};
use symbolon_mpc::{Abort, Blame, Cause, Ceremony, Scheme, Step};

#[test]
fn every_quorum_signs() {
    let quorums: [(u16, u16, &[&[u16]]); 5] = [
        (2, 2, &[&[1, 2]]),
        (2, 3, &[&[1, 2], &[1, 3], &[2, 3]]),
        (3, 3, &[&[1, 2, 3]]),
        (3, 5, &[&[1, 2, 3], &[1, 3, 5], &[2, 4, 5]]),
        (4, 5, &[&[1, 2, 4, 5]]),
    ];
    for (threshold, parties, sets) in quorums {
        let shares = deal(threshold, parties, 1);
        for signers in sets {
            let plan = plan(signers, 1, 1);
            let report = run(&plan, &shares, &mut Memory::new(), 1, Network::GOOD);
            verify(&plan, shares[0].info(), &signatures(&report));
        }
    }
}

#[test]
fn a_batch_signs_every_item_under_its_own_key() {
    let shares = deal(2, 3, 2);
    let mut plan = plan(&[1, 3], 5, 2);
    // The same digest and key twice: two nonces, two signatures.
    plan.items[4] = plan.items[3].clone();
    let report = run(&plan, &shares, &mut Memory::new(), 2, Network::GOOD);
    let signatures = signatures(&report);
    verify(&plan, shares[0].info(), &signatures);
    assert_ne!(signatures[3].r, signatures[4].r);
}

#[test]
fn extreme_digests_are_signed() {
    let shares = deal(2, 2, 3);
    let mut plan = plan(&[1, 2], 3, 3);
    // Zero, and two that are reduced modulo q.
    for (item, byte) in plan.items.iter_mut().zip([0, 0xff, 0]) {
        item.digest = [byte; 32];
    }
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    plan.items[2].digest.copy_from_slice(&order);
    let report = run(&plan, &shares, &mut Memory::new(), 3, Network::GOOD);
    verify(&plan, shares[0].info(), &signatures(&report));
}

#[test]
fn a_bad_network_changes_nothing() {
    let two = deal(2, 3, 4);
    let three = deal(3, 5, 4);
    for seed in 0..8 {
        let plan = plan(&[2, 3], 1, seed);
        let mut memory = Memory::new();
        for _ in 0..2 {
            let report = run(&plan, &two, &mut memory, seed, Network::BAD);
            verify(&plan, two[0].info(), &signatures(&report));
        }
    }
    for seed in 0..3 {
        let plan = plan(&[1, 4, 5], 2, seed);
        let report = run(&plan, &three, &mut Memory::new(), seed, Network::BAD);
        verify(&plan, three[0].info(), &signatures(&report));
    }
}

#[test]
fn a_common_set_up_is_used_again() {
    let shares = deal(2, 2, 5);
    let mut memory = Memory::new();
    let mut names = Vec::new();
    let mut sent = Vec::new();
    for session in 0..3 {
        let plan = plan(&[1, 2], 1, session);
        let report = run(&plan, &shares, &mut memory, session, Network::GOOD);
        verify(&plan, shares[0].info(), &signatures(&report));
        names.push([1, 2].map(|party| name(&memory, party, 3 - party)));
        sent.push(report.bytes_sent(index(1)));
    }
    assert!(names.iter().all(|both| both[0].is_some() && both[0] == both[1]));
    assert_eq!(names[0], names[1]);
    assert_eq!(names[0], names[2]);
    // No set-up travels.
    assert!(sent[0] > sent[1] + 16_000);
    assert_eq!(sent[1], sent[2]);
    assert!(sent[1] < 60_000);
}

#[test]
fn a_restart_of_one_side_makes_a_new_set_up() {
    let shares = deal(2, 2, 6);
    let mut memory = Memory::new();
    run(&plan(&[1, 2], 1, 0), &shares, &mut memory, 0, Network::GOOD);
    let first = name(&memory, 1, 2);
    memory.get_mut(&index(2)).unwrap().clear();
    let plan = plan(&[1, 2], 1, 1);
    let report = run(&plan, &shares, &mut memory, 1, Network::GOOD);
    verify(&plan, shares[0].info(), &signatures(&report));
    assert_ne!(name(&memory, 1, 2), first);
    assert_eq!(name(&memory, 1, 2), name(&memory, 2, 1));
}

#[test]
fn pairs_that_know_each_other_sign_with_one_that_is_new() {
    let shares = deal(3, 5, 7);
    let mut memory = Memory::new();
    run(&plan(&[1, 2, 3], 1, 0), &shares, &mut memory, 0, Network::GOOD);
    let old = name(&memory, 1, 2);
    let plan = plan(&[1, 2, 4], 1, 1);
    let report = run(&plan, &shares, &mut memory, 1, Network::GOOD);
    verify(&plan, shares[0].info(), &signatures(&report));
    assert_eq!(name(&memory, 1, 2), old);
    assert!(name(&memory, 1, 4).is_some());
    assert!(name(&memory, 1, 3).is_some());
}

/// Nothing of the last message leaves, and no peer ends, before the approval.
#[test]
fn without_approval_nothing_of_the_last_message_leaves() {
    let shares = deal(2, 2, 8);
    let plan = plan(&[1, 2], 1, 8);
    let mut parties = ceremonies(&plan, &shares, &mut Memory::new());
    parties[1].1.approve();
    let mut sent = [0, 0];
    let mut rngs = [generator(8, 1), generator(8, 2)];
    let mut rounds_after_hold = 0;
    while rounds_after_hold < 3 {
        let mut held = false;
        for place in 0..2 {
            match parties[place].1.poll(&mut rngs[place]).unwrap() {
                Step::Send(outgoing) => {
                    let from = parties[place].0;
                    sent[place] += outgoing.len();
                    for outgoing in outgoing {
                        parties[1 - place].1.receive(from, &outgoing.frame).unwrap();
                    }
                }
                Step::Hold => {
                    assert_eq!(place, 0);
                    held = true;
                }
                Step::Wait(_) => {}
                step => panic!("{step:?}"),
            }
        }
        rounds_after_hold += usize::from(held);
    }
    // Hello, set-up, commit, open; and the approving side its last message.
    assert_eq!(sent, [4, 5]);
    parties[0].1.approve();
    let Step::Send(last) = parties[0].1.poll(&mut rngs[0]).unwrap() else { panic!("nothing is sent") };
    assert!(matches!(parties[0].1.poll(&mut rngs[0]), Ok(Step::Done(_))));
    parties[1].1.receive(index(1), &last[0].frame).unwrap();
    assert!(matches!(parties[1].1.poll(&mut rngs[1]), Ok(Step::Done(_))));
    // R1: what was said once is not said again, however often it is approved and heard.
    for (place, from) in [(0, index(2)), (1, index(1))] {
        parties[place].1.approve();
        parties[place].1.receive(from, &last[0].frame).unwrap();
        let step = parties[place].1.poll(&mut rngs[place]);
        assert!(matches!(step, Ok(Step::Wait(missing)) if missing.is_empty()));
    }
}

#[test]
fn plans_that_do_not_fit_the_share_are_refused() {
    let shares = deal(2, 3, 9);
    let start = |plan: SignPlan| Sign::start(plan, &shares[0], Pairs::new()).map(|_| ()).unwrap_err();
    let base = plan(&[1, 2], 1, 9);
    let too_few = Misuse::SignerCount { threshold: 2, signers: 1 };
    assert_eq!(start(SignPlan { signers: vec![index(1)], ..base.clone() }), too_few);
    let too_many = Misuse::SignerCount { threshold: 2, signers: 3 };
    assert_eq!(start(SignPlan { signers: vec![index(1), index(2), index(3)], ..base.clone() }), too_many);
    let stranger = SignPlan { signers: vec![index(1), index(4)], ..base.clone() };
    assert_eq!(start(stranger), Misuse::UnknownSigner(index(4)));
    let stale = Misuse::StaleEpoch { held: 1, asked: 2 };
    assert_eq!(start(SignPlan { epoch: 2, ..base.clone() }), stale);
    assert_eq!(start(SignPlan { wallet: [0; 32], ..base.clone() }), Misuse::OtherWallet);
    assert_eq!(start(SignPlan { items: vec![], ..base.clone() }), Misuse::ItemCount(0));
    let without_me = SignPlan { signers: vec![index(2), index(3)], ..base.clone() };
    assert!(matches!(start(without_me), Misuse::Machine(_)));
    let twice = SignPlan { signers: vec![index(1), index(1)], ..base };
    assert!(matches!(start(twice), Misuse::Machine(_)));
}

/// Taproot keys are points of the same curve, and no root is used for two schemes.
#[test]
fn keys_of_other_schemes_are_refused() {
    for scheme in [Scheme::SchnorrSecp256k1, Scheme::Ed25519] {
        let shares = symbolon_mpc::testing::deal(2, 2, scheme, 9);
        let wallet = *shares[0].info().wallet();
        let plan = SignPlan { wallet, ..plan(&[1, 2], 1, 9) };
        let refused = Sign::start(plan, &shares[0], Pairs::new()).map(|_| ()).unwrap_err();
        assert_eq!(refused, Misuse::Key(InvalidKeyInfo::Scheme));
    }
}

/// Two honest parties whose plans differ in anything part blaming nobody, before anything is computed.
#[test]
fn different_plans_part_blaming_nobody() {
    let shares = deal(2, 3, 10);
    let later = deal_epoch(2, 3, 10, 2);
    let base = plan(&[1, 2], 1, 10);
    let mut digest = base.clone();
    digest.items[0].digest[31] ^= 1;
    let mut path = base.clone();
    path.items[0].path = "m/44/60/0/0/1".parse().unwrap();
    let intent = SignPlan { intent: [0x12; 32], ..base.clone() };
    let more = plan(&[1, 2], 2, 10);
    let signers = SignPlan { signers: vec![index(2), index(3)], ..base.clone() };
    let epoch = SignPlan { epoch: 2, ..base.clone() };
    for other in [digest, path, intent, more, signers, epoch] {
        let share = if other.epoch == 2 { &later[1] } else { &shares[1] };
        let parties = [
            (index(1), Sign::start(base.clone(), &shares[0], Pairs::new()).unwrap()),
            (index(2), Sign::start(other.clone(), share, Pairs::new()).unwrap()),
        ];
        let report = Simulator::new(parties, 10, Network::GOOD).run();
        if other.signers == base.signers {
            let expected = Abort { cause: Cause::SessionMismatch, blame: Blame::Nobody };
            assert_eq!(report.abort(index(1)), Some(&expected), "{other:?}");
        }
        assert!(report.sent.iter().all(|sent| sent.step == Some(0)), "{other:?}");
    }
}

/// Shares of two keys under one name, which a keygen that went apart would leave.
#[test]
fn shares_of_different_keys_part_blaming_nobody() {
    let plan = plan(&[1, 2], 1, 12);
    let (one, other) = (deal(2, 2, 12), deal(2, 2, 13));
    let parties = [
        (index(1), Sign::start(plan.clone(), &one[0], Pairs::new()).unwrap()),
        (index(2), Sign::start(plan, &other[1], Pairs::new()).unwrap()),
    ];
    let report = Simulator::new(parties, 12, Network::GOOD).run();
    let expected = Abort { cause: Cause::SessionMismatch, blame: Blame::Nobody };
    assert_eq!(report.abort(index(1)), Some(&expected));
}

/// R12: a generator that repeats itself gives other nonces in another session.
#[test]
fn a_repeating_generator_does_not_repeat_nonces() {
    let shares = deal(2, 2, 11);
    let of = |session| {
        let plan = plan(&[1, 2], 1, session);
        // The seed of all randomness is the same.
        signatures(&run(&plan, &shares, &mut Memory::new(), 0, Network::GOOD))[0]
    };
    assert_ne!(of(1).r, of(2).r);
    assert_eq!(of(1), of(1));
}

fn name(memory: &Memory, party: u16, peer: u16) -> Option<[u8; 32]> {
    let key = PairKey { wallet: common::WALLET, epoch: 1, peer: device(index(peer)) };
    memory.get(&index(party)).and_then(|pairs| pairs.name(&key))
}
