//! Keygen over good and bad networks.

#![allow(clippy::unwrap_used, clippy::panic)]

use symbolon_mpc::dealing::{Dealt, Keygen, KeygenPlan, keygen};
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Simulator};
use symbolon_mpc::testing::{conformance, index, keygen_plan, quorum};
use symbolon_mpc::{Ed25519, Misuse, PartyIndex, Scheme, Secp256k1};

const ECDSA: Scheme = Scheme::EcdsaSecp256k1;

fn parties(plan: &KeygenPlan) -> Vec<(PartyIndex, Keygen)> {
    plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap())).collect()
}

fn all_hold_one_key(report: &Report<Dealt>) {
    assert!(report.all_done(), "{:?}", report.outcomes);
    let keys: Vec<_> = report
        .outcomes
        .values()
        .map(|outcome| match outcome {
            Outcome::Done(Dealt::Acknowledged(keys)) => keys.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    for (party, stored) in &report.stored {
        let Dealt::Pending { shares, .. } = stored else { panic!("{stored:?}") };
        let infos: Vec<_> = shares.iter().map(|share| share.info().clone()).collect();
        assert_eq!(infos, keys[0]);
        assert!(shares.iter().all(|share| share.index() == *party));
    }
    assert!(keys.iter().all(|other| *other == keys[0]));
}

#[test]
fn ecdsa_keys_conform() {
    conformance::dealing::<Secp256k1>(ECDSA);
}

#[test]
fn taproot_keys_conform() {
    conformance::dealing::<Secp256k1>(Scheme::SchnorrSecp256k1);
}

#[test]
fn ed25519_keys_conform() {
    conformance::dealing::<Ed25519>(Scheme::Ed25519);
}

#[test]
fn one_keygen_makes_the_keys_of_all_schemes() {
    conformance::dealing_together(&Scheme::ALL);
}

#[test]
fn bad_networks_change_nothing_of_a_keygen_of_all_schemes() {
    for (threshold, count, seeds) in [(2, 2, 20), (2, 3, 20), (3, 5, 5)] {
        for seed in 0..seeds {
            let plan = keygen_plan(quorum(threshold, count), Scheme::ALL.to_vec(), seed);
            all_hold_one_key(&Simulator::new(parties(&plan), seed, Network::BAD).run());
        }
    }
}

#[test]
fn thousands_of_runs_over_bad_networks_end_in_one_key() {
    let mut runs = 0;
    let mut deliveries = 0;
    for (threshold, count, seeds) in
        [(2, 2, 600), (2, 3, 600), (3, 3, 300), (2, 4, 200), (4, 4, 100), (3, 5, 150), (5, 5, 50)]
    {
        for seed in 0..seeds {
            let plan = keygen_plan(quorum(threshold, count), vec![ECDSA], seed);
            let report = Simulator::new(parties(&plan), seed, Network::BAD).run();
            all_hold_one_key(&report);
            runs += 1;
            deliveries += report.deliveries;
        }
    }
    println!("{runs} runs, {deliveries} deliveries, all ended in one key");
    assert!(runs >= 2000);
}

#[test]
fn a_lost_party_stalls_the_others_before_anything_is_acknowledged() {
    for step in [0, 2, 3, 4, 5, 6, 7, 8] {
        let plan = keygen_plan(quorum(2, 3), vec![ECDSA], 5);
        let report = Simulator::new(parties(&plan), 5, Network::GOOD)
            .tamper(|sent| {
                let is_lost = sent.from == index(3) && sent.step >= Some(step);
                if is_lost { Vec::new() } else { vec![sent.deliver()] }
            })
            .run();
        for honest in [1, 2] {
            let outcome = &report.outcomes[&index(honest)];
            assert!(
                matches!(outcome, Outcome::Stalled(missing) if missing.contains(&index(3))),
                "{outcome:?}"
            );
        }
    }
}

#[test]
fn parties_with_different_plans_part_before_any_check_and_blame_nobody() {
    let plan = keygen_plan(quorum(2, 3), vec![ECDSA], 5);
    let others = [
        KeygenPlan { epoch: 2, ..plan.clone() },
        KeygenPlan { wallet: [9; 32], ..plan.clone() },
        KeygenPlan { quorum: quorum(3, 3), ..plan.clone() },
        keygen_plan(quorum(2, 3), vec![ECDSA], 6),
    ];
    for other in others {
        let mut ceremonies = parties(&plan);
        ceremonies[2] = (index(3), keygen(other, index(3)).unwrap());
        let report = Simulator::new(ceremonies, 5, Network::GOOD).run();
        for party in 1..=3 {
            let abort = report.abort(index(party)).unwrap();
            assert_eq!(*abort, symbolon_mpc::Abort::nobody(symbolon_mpc::Cause::SessionMismatch));
        }
        let last_step = report.sent.iter().filter_map(|sent| sent.step).max();
        assert_eq!(last_step, Some(0));
    }
}

#[test]
fn a_plan_needs_distinct_roots() {
    for roots in [vec![], vec![ECDSA, ECDSA]] {
        let plan = keygen_plan(quorum(2, 3), roots, 1);
        assert!(matches!(keygen(plan, index(1)), Err(Misuse::Unsupported(_))));
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || {
        let plan = keygen_plan(quorum(2, 3), vec![ECDSA], 5);
        Simulator::new(parties(&plan), 5, Network::GOOD).run()
    };
    let frames = |report: Report<Dealt>| -> Vec<_> {
        report.sent.into_iter().map(|sent| (sent.from, sent.to, sent.step, sent.frame)).collect()
    };
    assert_eq!(frames(run()), frames(run()));
}

#[test]
fn a_2_of_3_keygen_sends_about_two_kilobytes_per_party() {
    let plan = keygen_plan(quorum(2, 3), vec![ECDSA], 5);
    let report = Simulator::new(parties(&plan), 5, Network::GOOD).run();
    let bytes = report.bytes_sent(index(1));
    println!("2-of-3 keygen: {bytes} bytes sent per party");
    assert!(bytes < 2_000);
    let plan = keygen_plan(quorum(2, 3), Scheme::ALL.to_vec(), 5);
    let report = Simulator::new(parties(&plan), 5, Network::GOOD).run();
    let bytes = report.bytes_sent(index(1));
    println!("2-of-3 keygen of all schemes: {bytes} bytes sent per party");
    assert!(bytes < 3_000);
}
