//! Random lives of whole wallets: exactly the quorums of the present epoch can sign, whatever happened before.
//!
//! A run of the suite lives [`LIVES`] of them; `LIVES=500` before the command lives so many, `LIFE=7` the one of that
//! seed alone, `STEPS=30` longer ones.

use symbolon_tests::life::{Counts, Life};

/// Histories in a run of the suite.
const LIVES: u64 = 12;
/// Steps of a history.
const STEPS: u64 = 12;
/// Of so many histories one ends with every set that there is.
const EVERY: u64 = 3;
/// Threshold and number of devices that wallets begin with.
const QUORUMS: [(usize, usize); 6] = [(2, 3), (2, 2), (3, 4), (2, 4), (3, 3), (3, 5)];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

fn live(seed: u64) -> Counts {
    let (threshold, devices) = QUORUMS[seed as usize % QUORUMS.len()];
    let mut life = Life::begin(seed, threshold, devices);
    let mut steps = Vec::new();
    for _ in 0..number("STEPS").unwrap_or(STEPS) {
        steps.push(life.step());
        if number("LIFE").is_some() {
            println!("{:?}", steps.last());
        }
    }
    if seed.is_multiple_of(EVERY) {
        life.try_all();
    }
    life.counts
}

#[test]
fn exactly_the_quorums_of_the_present_epoch_sign_in_every_history() {
    let seeds = match number("LIFE") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LIVES").unwrap_or(LIVES),
    };
    let mut counts = Counts::default();
    for seed in seeds.clone() {
        println!("life {seed}");
        counts.add(&live(seed));
    }
    println!("{} histories: {counts:?}", seeds.count());
    assert!(counts.signed > 0);
}
