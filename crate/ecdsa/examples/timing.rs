//! What a signature costs: CPU per party and bytes sent, first (with set-up) and next.
//!
//! `cargo run --release -p symbolon-ecdsa --example timing`
//!
//! Every party's calls are timed by themselves; the figures are the medians over runs of the busiest party.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::{Memory, ceremonies, deal, plan};
use symbolon_ecdsa::{SignPlan, Signed};
use symbolon_mpc::testing::sim::generator;
use symbolon_mpc::{Ceremony, KeyShare, PartyIndex, Step};

struct Cost {
    cpu: Duration,
    sent: usize,
    frames: usize,
}

fn main() {
    println!("{:<8} {:>6} {:>12} {:>12} {:>7}", "quorum", "items", "CPU", "bytes/peer", "frames");
    for (threshold, parties) in [(2_u16, 2), (2, 3), (3, 5)] {
        let shares = deal(threshold, parties, 1);
        let signers: Vec<u16> = (1..=threshold).collect();
        for items in [1, 4] {
            let (mut first, mut next) = (Vec::new(), Vec::new());
            for seed in 0..RUNS {
                let mut memory = Memory::new();
                first.push(sign(&plan(&signers, items, 2 * seed), &shares, &mut memory, seed));
                next.push(sign(&plan(&signers, items, 2 * seed + 1), &shares, &mut memory, seed));
            }
            let peers = usize::from(threshold) - 1;
            for (name, mut costs) in [("first", first), ("next", next)] {
                costs.sort_by_key(|cost| cost.cpu);
                let median = &costs[costs.len() / 2];
                println!(
                    "{:<8} {items:>6} {:>9.2} ms {:>12} {:>7}  {name}",
                    format!("{threshold} of {parties}"),
                    median.cpu.as_secs_f64() * 1e3,
                    median.sent / peers,
                    median.frames / peers,
                );
            }
        }
    }
}

/// Signs, and gives the cost of the busiest party.
fn sign(plan: &SignPlan, shares: &[KeyShare], memory: &mut Memory, seed: u64) -> Cost {
    let started = Instant::now();
    let parties = ceremonies(plan, shares, memory);
    let start = started.elapsed() / parties.len() as u32;
    let mut costs: BTreeMap<PartyIndex, Cost> =
        parties.iter().map(|(party, _)| (*party, Cost { cpu: start, sent: 0, frames: 0 })).collect();
    let mut rngs: BTreeMap<_, _> =
        parties.iter().map(|(party, _)| (*party, generator(seed, party.value()))).collect();
    let mut running: BTreeMap<_, _> = parties.into_iter().collect();
    while !running.is_empty() {
        for party in running.keys().copied().collect::<Vec<_>>() {
            let cost = costs.get_mut(&party).unwrap();
            let started = Instant::now();
            let step = running.get_mut(&party).unwrap().poll(rngs.get_mut(&party).unwrap()).unwrap();
            cost.cpu += started.elapsed();
            match step {
                Step::Send(outgoing) => {
                    for outgoing in outgoing {
                        cost.sent += outgoing.frame.len();
                        cost.frames += 1;
                        if let Some(peer) = running.get_mut(&outgoing.to) {
                            peer.receive(party, &outgoing.frame).unwrap();
                        }
                    }
                }
                Step::Hold => running.get_mut(&party).unwrap().approve(),
                Step::Done(Signed { pairs, .. }) => {
                    running.remove(&party);
                    memory.entry(party).or_default().put(pairs);
                }
                Step::Wait(_) | Step::Store(_) => {}
            }
        }
    }
    costs.into_values().max_by_key(|cost| cost.cpu).unwrap()
}

const RUNS: u64 = 9;
