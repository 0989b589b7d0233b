//! Thousands of signings over bad networks: each ends in signatures that libsecp256k1 takes, or without one and
//! without an accusation.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Memory, ceremonies, deal, dealt, keep, plan, signatures, verify};
use rand_core::RngCore;
use symbolon_ecdsa::{SignPlan, Signed};
use symbolon_mpc::KeyShare;
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Simulator, generator};

/// Signers, parties, and how many runs: every threshold of two to five parties.
const QUORUMS: [(u16, u16, u64); 10] = [
    (2, 2, 600),
    (2, 3, 500),
    (2, 4, 300),
    (2, 5, 300),
    (3, 3, 150),
    (3, 4, 120),
    (3, 5, 120),
    (4, 4, 30),
    (4, 5, 30),
    (5, 5, 15),
];

#[derive(Default, Debug)]
struct Count {
    runs: usize,
    deliveries: usize,
    signed: usize,
    stalled: usize,
}

/// `threshold` of `parties` parties, another choice for each seed.
fn choose(threshold: u16, parties: u16, seed: u64) -> Vec<u16> {
    let mut rng = generator(seed, 7);
    let mut all: Vec<u16> = (1..=parties).collect();
    while all.len() > usize::from(threshold) {
        all.remove(rng.next_u32() as usize % all.len());
    }
    all
}

/// Everybody has the same signatures, and others' code takes them.
fn check(count: &mut Count, plan: &SignPlan, shares: &[KeyShare], report: &Report<Signed>) {
    verify(plan, shares[0].info(), &signatures(report));
    count.runs += 1;
    count.signed += 1;
    count.deliveries += report.deliveries;
}

#[test]
fn signings_with_set_ups_at_hand_end_in_a_signature_however_bad_the_network() {
    let mut count = Count::default();
    for (threshold, parties, seeds) in QUORUMS {
        let shares = deal(threshold, parties, 31);
        for seed in 0..seeds {
            let signers = choose(threshold, parties, seed);
            let plan = plan(&signers, 1, seed);
            let mut memory = dealt(&signers, 1, seed, &[]);
            let parties = ceremonies(&plan, &shares, &mut memory);
            check(&mut count, &plan, &shares, &Simulator::new(parties, seed, Network::BAD).run());
        }
    }
    println!("{} runs, {} deliveries, {} signatures", count.runs, count.deliveries, count.signed);
    assert_eq!(count.signed, QUORUMS.iter().map(|(_, _, seeds)| *seeds as usize).sum());
}

#[test]
fn signings_that_make_their_set_ups_end_in_a_signature_however_bad_the_network() {
    let mut count = Count::default();
    for (threshold, parties, seeds) in [(2, 2, 8), (2, 3, 8), (3, 3, 2), (3, 5, 3), (4, 5, 1), (5, 5, 1)] {
        let shares = deal(threshold, parties, 32);
        for seed in 0..seeds {
            let plan = plan(&choose(threshold, parties, seed), 1, seed);
            let mut memory = Memory::new();
            let parties = ceremonies(&plan, &shares, &mut memory);
            let mut report = Simulator::new(parties, seed, Network::BAD).run();
            check(&mut count, &plan, &shares, &report);
            // And what they made serves the next one.
            keep(&mut report, &mut memory);
            let parties = ceremonies(&plan, &shares, &mut memory);
            check(&mut count, &plan, &shares, &Simulator::new(parties, seed + 1000, Network::BAD).run());
        }
    }
    println!("{} runs, {} deliveries, {} signatures", count.runs, count.deliveries, count.signed);
}

/// Frames that never come, each with a chance, on top of everything else: who has them all ends with a valid
/// signature, whoever lacks one waits, and nobody aborts or accuses.
#[test]
fn signings_that_lose_frames_for_good_stall_and_accuse_nobody() {
    let mut count = Count::default();
    for (threshold, parties, seeds) in QUORUMS {
        let shares = deal(threshold, parties, 33);
        for seed in 0..seeds / 2 {
            let signers = choose(threshold, parties, seed);
            let plan = plan(&signers, 1, seed);
            let mut memory = dealt(&signers, 1, seed, &[]);
            let mut rng = generator(seed, 8);
            let report = Simulator::new(ceremonies(&plan, &shares, &mut memory), seed, Network::BAD)
                .tamper(|sent| match rng.next_u32() % 12 {
                    0 => Vec::new(),
                    _ => vec![sent.deliver()],
                })
                .run();
            for outcome in report.outcomes.values() {
                match outcome {
                    Outcome::Done(signed) => {
                        verify(&plan, shares[0].info(), &signed.signatures);
                        count.signed += 1;
                    }
                    Outcome::Stalled(missing) => {
                        assert!(!missing.is_empty());
                        count.stalled += 1;
                    }
                    Outcome::Aborted(abort) => panic!("{abort:?}"),
                }
            }
            count.runs += 1;
            count.deliveries += report.deliveries;
        }
    }
    println!(
        "{} runs, {} deliveries; parties that signed {}, that wait {}",
        count.runs, count.deliveries, count.signed, count.stalled
    );
    assert!(count.signed > 100 && count.stalled > 100, "{count:?}");
}
