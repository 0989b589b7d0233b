//! Whole ceremonies: who can sign, what comes out, and what others' code says of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Tested, ceremonies, path, plan, run, signatures, verify};
use symbolon_frost::ed25519::{self, Ed25519};
use symbolon_frost::taproot::{self, Taproot};
use symbolon_frost::{MAX_ITEMS, Misuse, Sign, SignPlan};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::testing::sim::{Network, Simulator, generator};
use symbolon_mpc::testing::{deal, index};
use symbolon_mpc::{Abort, Cause, Ceremony, KeyInfo, KeyShare, Scheme, Step};

fn every_quorum_signs<S: Tested>() {
    let quorums: [(u16, u16, &[&[u16]]); 6] = [
        (2, 2, &[&[1, 2]]),
        (2, 3, &[&[1, 2], &[1, 3], &[2, 3], &[3, 1]]),
        (3, 3, &[&[1, 2, 3]]),
        (3, 5, &[&[1, 2, 3], &[1, 3, 5], &[2, 4, 5]]),
        (4, 6, &[&[1, 2, 4, 5], &[3, 4, 5, 6]]),
        (7, 7, &[&[1, 2, 3, 4, 5, 6, 7]]),
    ];
    for (threshold, parties, sets) in quorums {
        // Several keys, so that public keys and nonces of both signs of y come up.
        for seed in 0..4 {
            let shares = deal(threshold, parties, S::SCHEME, seed);
            for signers in sets {
                let mut plan = plan::<S>(shares[0].info(), signers, 2, seed);
                S::set_path(&mut plan.items[0], path(&[]));
                verify::<S>(&plan, shares[0].info(), &run::<S>(&plan, &shares, seed, Network::GOOD));
            }
        }
    }
}

#[test]
fn every_quorum_signs_ed25519() {
    every_quorum_signs::<Ed25519>();
}

#[test]
fn every_quorum_signs_taproot() {
    every_quorum_signs::<Taproot>();
}

fn a_batch_signs_every_item_under_its_own_key<S: Tested>() {
    let shares = deal(2, 3, S::SCHEME, 2);
    let mut plan = plan::<S>(shares[0].info(), &[1, 3], MAX_ITEMS as u32, 2);
    // The same message and key twice: two nonces, two signatures.
    plan.items[15] = plan.items[3].clone();
    let report = run::<S>(&plan, &shares, 2, Network::GOOD);
    verify::<S>(&plan, shares[0].info(), &report);
    let signatures = signatures(&report);
    assert_ne!(signatures[3].to_bytes()[..32], signatures[15].to_bytes()[..32]);
    println!("a batch of {MAX_ITEMS}: {} bytes sent per signer", report.bytes_sent(index(1)));
}

#[test]
fn a_batch_signs_every_item_of_both_schemes() {
    a_batch_signs_every_item_under_its_own_key::<Ed25519>();
    a_batch_signs_every_item_under_its_own_key::<Taproot>();
}

#[test]
fn messages_of_any_length_up_to_the_bound_are_signed() {
    let shares = deal(2, 2, Scheme::Ed25519, 3);
    let mut plan = plan::<Ed25519>(shares[0].info(), &[1, 2], 4, 3);
    for (item, length) in plan.items.iter_mut().zip([0, 1, 1232, ed25519::MAX_MESSAGE]) {
        item.message = vec![0xab; length];
    }
    verify::<Ed25519>(&plan, shares[0].info(), &run::<Ed25519>(&plan, &shares, 3, Network::GOOD));
    plan.items[3].message.push(0);
    let refused = Sign::<Ed25519>::start(plan, &shares[0]).map(|_| ()).unwrap_err();
    assert_eq!(refused, Misuse::MessageLength(ed25519::MAX_MESSAGE + 1));
}

fn a_bad_network_changes_nothing<S: Tested>() {
    let mut deliveries = 0;
    for (threshold, parties, signers) in [(2, 3, &[2, 3][..]), (3, 5, &[1, 4, 5])] {
        let shares = deal(threshold, parties, S::SCHEME, 4);
        for seed in 0..100 {
            let plan = plan::<S>(shares[0].info(), signers, 1, seed);
            let report = run::<S>(&plan, &shares, seed, Network::BAD);
            verify::<S>(&plan, shares[0].info(), &report);
            deliveries += report.deliveries;
        }
    }
    println!("200 runs, {deliveries} deliveries, all signed");
}

#[test]
fn a_bad_network_changes_nothing_of_ed25519() {
    a_bad_network_changes_nothing::<Ed25519>();
}

#[test]
fn a_bad_network_changes_nothing_of_taproot() {
    a_bad_network_changes_nothing::<Taproot>();
}

/// Nothing of the last message leaves, and no peer ends, before the approval.
fn without_approval_no_signature_share_leaves<S: Tested>() {
    let shares = deal(2, 2, S::SCHEME, 8);
    let plan = plan::<S>(shares[0].info(), &[1, 2], 1, 8);
    let mut parties = ceremonies::<S>(&plan, &shares);
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
    // Hello and commitments; and the approving side its share.
    assert_eq!(sent, [2, 3]);
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
fn without_approval_no_signature_share_of_either_scheme_leaves() {
    without_approval_no_signature_share_leaves::<Ed25519>();
    without_approval_no_signature_share_leaves::<Taproot>();
}

fn plans_that_do_not_fit_the_share_are_refused<S: Tested>() {
    let shares = deal(2, 3, S::SCHEME, 9);
    let start = |plan| Sign::<S>::start(plan, &shares[0]).map(|_| ()).unwrap_err();
    let base = plan::<S>(shares[0].info(), &[1, 2], 1, 9);
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
    let many = vec![base.items[0].clone(); MAX_ITEMS + 1];
    assert_eq!(start(SignPlan { items: many, ..base.clone() }), Misuse::ItemCount(MAX_ITEMS + 1));
    let without_me = SignPlan { signers: vec![index(2), index(3)], ..base.clone() };
    assert!(matches!(start(without_me), Misuse::Machine(_)));
    let twice = SignPlan { signers: vec![index(1), index(1)], ..base };
    assert!(matches!(start(twice), Misuse::Machine(_)));
}

#[test]
fn plans_that_do_not_fit_the_share_are_refused_by_name() {
    plans_that_do_not_fit_the_share_are_refused::<Ed25519>();
    plans_that_do_not_fit_the_share_are_refused::<Taproot>();
}

/// No root is used for two schemes, ECDSA's of the same curve least of all.
#[test]
fn keys_of_other_schemes_are_refused() {
    fn refuses<S: Tested>(scheme: Scheme) {
        let shares = deal(2, 2, scheme, 9);
        let refused = Sign::<S>::start(plan::<S>(shares[0].info(), &[1, 2], 1, 9), &shares[0]);
        assert_eq!(refused.map(|_| ()).unwrap_err(), Misuse::Key(InvalidKeyInfo::Scheme));
    }
    refuses::<Taproot>(Scheme::EcdsaSecp256k1);
    refuses::<Taproot>(Scheme::Ed25519);
    refuses::<Ed25519>(Scheme::EcdsaSecp256k1);
    refuses::<Ed25519>(Scheme::SchnorrSecp256k1);
}

/// The same share under the name of another epoch, which stands for what a reshare would leave.
fn at_epoch(share: &KeyShare, epoch: u32) -> KeyShare {
    let parts = symbolon_mpc::share::KeyInfoParts { epoch, ..share.info().parts().clone() };
    let mut bytes = share.encode()[..35].to_vec();
    bytes.extend_from_slice(&symbolon_mpc::wire::encode(&KeyInfo::new(parts).unwrap()));
    KeyShare::decode(&bytes).unwrap()
}

/// Two honest parties whose plans differ in anything part blaming nobody, before anything is drawn.
fn different_plans_part_blaming_nobody<S: Tested>() {
    let shares = deal(2, 3, S::SCHEME, 10);
    let later = at_epoch(&shares[1], 2);
    let base = plan::<S>(shares[0].info(), &[1, 2], 1, 10);
    let mut message = base.clone();
    S::change(&mut message.items[0]);
    let mut other_path = base.clone();
    S::set_path(&mut other_path.items[0], path(&[1]));
    let intent = SignPlan { intent: [0x12; 32], ..base.clone() };
    let more = plan::<S>(shares[0].info(), &[1, 2], 2, 10);
    let signers = SignPlan { signers: vec![index(2), index(3)], ..base.clone() };
    let epoch = SignPlan { epoch: 2, ..base.clone() };
    for other in [message, other_path, intent, more, signers, epoch] {
        let share = if other.epoch == 2 { &later } else { &shares[1] };
        let parties = [
            (index(1), Sign::<S>::start(base.clone(), &shares[0]).unwrap()),
            (index(2), Sign::<S>::start(other.clone(), share).unwrap()),
        ];
        let report = Simulator::new(parties, 10, Network::GOOD).run();
        if other.signers == base.signers {
            let mismatch = Abort::nobody(Cause::SessionMismatch);
            assert_eq!(report.abort(index(1)), Some(&mismatch), "{other:?}");
        }
        assert!(report.sent.iter().all(|sent| sent.step == Some(0)), "{other:?}");
    }
}

#[test]
fn different_plans_part_blaming_nobody_in_both_schemes() {
    different_plans_part_blaming_nobody::<Ed25519>();
    different_plans_part_blaming_nobody::<Taproot>();
}

#[test]
fn plans_that_differ_in_the_script_tree_part_blaming_nobody() {
    let shares = deal(2, 2, Scheme::SchnorrSecp256k1, 10);
    let base = plan::<Taproot>(shares[0].info(), &[1, 2], 1, 10);
    let mut other = base.clone();
    other.items[0].merkle_root = Some([0; 32]);
    let parties = [
        (index(1), Sign::<Taproot>::start(base, &shares[0]).unwrap()),
        (index(2), Sign::<Taproot>::start(other, &shares[1]).unwrap()),
    ];
    let report = Simulator::new(parties, 10, Network::GOOD).run();
    assert_eq!(report.abort(index(1)), Some(&Abort::nobody(Cause::SessionMismatch)));
}

/// Shares of two keys under one name, which a keygen that went apart would leave.
fn shares_of_different_keys_part_blaming_nobody<S: Tested>() {
    let (one, other) = (deal(2, 2, S::SCHEME, 12), deal(2, 2, S::SCHEME, 13));
    let plan_of_one = plan::<S>(one[0].info(), &[1, 2], 1, 12);
    let plan_of_other = SignPlan { wallet: *other[0].info().wallet(), ..plan_of_one.clone() };
    let refused = Sign::<S>::start(plan_of_one.clone(), &other[1]).map(|_| ()).unwrap_err();
    assert_eq!(refused, Misuse::OtherWallet);
    // Under the name of one wallet too.
    let parts =
        symbolon_mpc::share::KeyInfoParts { wallet: plan_of_one.wallet, ..other[1].info().parts().clone() };
    let mut bytes = other[1].encode()[..35].to_vec();
    bytes.extend_from_slice(&symbolon_mpc::wire::encode(&KeyInfo::new(parts).unwrap()));
    let renamed = KeyShare::decode(&bytes).unwrap();
    assert!(Sign::<S>::start(plan_of_other, &renamed).is_err());
    let parties = [
        (index(1), Sign::<S>::start(plan_of_one.clone(), &one[0]).unwrap()),
        (index(2), Sign::<S>::start(plan_of_one, &renamed).unwrap()),
    ];
    let report = Simulator::new(parties, 12, Network::GOOD).run();
    assert_eq!(report.abort(index(1)), Some(&Abort::nobody(Cause::SessionMismatch)));
}

#[test]
fn shares_of_different_keys_of_either_scheme_part_blaming_nobody() {
    shares_of_different_keys_part_blaming_nobody::<Ed25519>();
    shares_of_different_keys_part_blaming_nobody::<Taproot>();
}

/// R12: a generator that repeats itself gives other nonces in another session.
fn a_repeating_generator_does_not_repeat_nonces<S: Tested>() {
    let shares = deal(2, 2, S::SCHEME, 11);
    let commitments_of = |session| {
        let mut plan = plan::<S>(shares[0].info(), &[1, 2], 1, session);
        // Only the ceremony's id differs; the seed of all randomness is the same.
        plan.items = vec![S::item(0, 0), S::item(0, 0)];
        let report = run::<S>(&plan, &shares, 0, Network::GOOD);
        signatures(&report).iter().map(|signature| signature.to_bytes()[..32].to_vec()).collect::<Vec<_>>()
    };
    let (one, other) = (commitments_of(1), commitments_of(2));
    assert_eq!(one, commitments_of(1));
    let all = [&one[0], &one[1], &other[0], &other[1]];
    for (place, nonce) in all.iter().enumerate() {
        assert!(all[place + 1..].iter().all(|later| later != nonce));
    }
}

#[test]
fn a_repeating_generator_repeats_nonces_of_neither_scheme() {
    a_repeating_generator_does_not_repeat_nonces::<Ed25519>();
    a_repeating_generator_does_not_repeat_nonces::<Taproot>();
}

/// What a device asks that had no part in the signing.
#[test]
fn a_signature_verifies_for_its_item_and_key_alone() {
    fn verifies<S: Tested>(takes: fn(&KeyInfo, &S::Item, &[u8; 64]) -> bool) {
        let shares = deal(2, 2, S::SCHEME, 15);
        let plan = plan::<S>(shares[0].info(), &[1, 2], 2, 15);
        let made = signatures(&run::<S>(&plan, &shares, 15, Network::GOOD));
        let other_key = deal(2, 2, S::SCHEME, 16);
        for (item, other) in [(0, 1), (1, 0)] {
            assert!(takes(shares[0].info(), &plan.items[item], &made[item].to_bytes()));
            assert!(!takes(shares[0].info(), &plan.items[other], &made[item].to_bytes()));
            assert!(!takes(other_key[0].info(), &plan.items[item], &made[item].to_bytes()));
        }
    }
    verifies::<Ed25519>(ed25519::verifies);
    verifies::<Taproot>(taproot::verifies);
}

/// What devices of different versions must read alike: the words of both rounds.
#[test]
fn the_encodings_of_both_rounds_are_pinned() {
    fn words<S: Tested>(point: usize) {
        let shares = deal(2, 2, S::SCHEME, 14);
        let report = run::<S>(&plan::<S>(shares[0].info(), &[1, 2], 2, 14), &shares, 14, Network::GOOD);
        let broadcast = |step| {
            let sent =
                report.sent.iter().find(|sent| sent.from == index(1) && sent.step == Some(step)).unwrap();
            let frame = Frame::decode(&sent.frame).unwrap();
            assert!(frame.private.is_empty());
            frame.broadcast.clone()
        };
        // The number of items; for each a length, the hiding commitment, a length, the binding commitment.
        let commitments = broadcast(2);
        assert_eq!((commitments.len(), commitments[0]), (1 + 4 * (1 + point), 2));
        for encoded in commitments[1..].chunks(1 + point) {
            assert_eq!(usize::from(encoded[0]), point);
        }
        // The number of items; for each a scalar.
        let said = broadcast(4);
        assert_eq!((said.len(), said[0]), (1 + 2 * 32, 2));
        assert!(report.sent.iter().all(|sent| sent.step <= Some(4)));
    }
    words::<Ed25519>(32);
    words::<Taproot>(33);
}
