//! Runs a ceremony among its parties and keeps each one's accounts.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use symbolon_mpc::{Ceremony, PartyIndex, Step};

/// Milliseconds since some fixed moment.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// What one party spent on one ceremony.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// CPU time in its calls, ms.
    pub cpu_ms: f64,
    /// Of which after the approval: from the last message, given or received, to the outcome, ms.
    pub after_approval_ms: f64,
    /// Bytes sent to all peers together.
    pub bytes_sent: usize,
    /// Messages sent to one peer: how often it speaks, echoes included.
    pub messages: usize,
}

/// Starts the ceremony of each of `parties` and runs all to their ends; every party polls in turn, and frames arrive
/// at once.
///
/// # Panics
/// If a party aborts: honest parties on a perfect network do not.
pub fn run<C: Ceremony>(
    parties: impl Iterator<Item = PartyIndex>,
    start: impl Fn(PartyIndex) -> C,
    rngs: &mut BTreeMap<PartyIndex, ChaCha20Rng>,
    clock: Clock<'_>,
) -> BTreeMap<PartyIndex, (C::Output, Cost)> {
    let mut costs = BTreeMap::new();
    let mut running = BTreeMap::new();
    for party in parties {
        let started = clock();
        running.insert(party, start(party));
        costs.insert(party, (Cost { cpu_ms: clock() - started, ..Cost::default() }, false));
    }
    let peers = running.len().saturating_sub(1).max(1);
    let mut done = BTreeMap::new();
    while !running.is_empty() {
        for party in running.keys().copied().collect::<Vec<_>>() {
            let Some(rng) = rngs.get_mut(&party) else { continue };
            let Some(ceremony) = running.get_mut(&party) else { continue };
            let started = clock();
            let step = ceremony.poll(rng).expect("an honest party on a perfect network");
            charge(&mut costs, party, clock() - started);
            match step {
                Step::Send(outgoing) => {
                    for outgoing in outgoing {
                        if let Some((cost, _)) = costs.get_mut(&party) {
                            cost.bytes_sent += outgoing.frame.len();
                            cost.messages += 1;
                        }
                        if let Some(peer) = running.get_mut(&outgoing.to) {
                            let started = clock();
                            peer.receive(party, &outgoing.frame).expect("an honest party's frame");
                            charge(&mut costs, outgoing.to, clock() - started);
                        }
                    }
                }
                Step::Hold => {
                    if let Some((_, approved)) = costs.get_mut(&party) {
                        *approved = true;
                    }
                    ceremony.approve();
                }
                Step::Store(_) => ceremony.stored(),
                Step::Wait(_) => {}
                Step::Done(output) => {
                    running.remove(&party);
                    done.insert(party, output);
                }
            }
        }
    }
    done.into_iter()
        .filter_map(|(party, output)| {
            let (mut cost, _) = *costs.get(&party)?;
            cost.messages /= peers;
            Some((party, (output, cost)))
        })
        .collect()
}

fn charge(costs: &mut BTreeMap<PartyIndex, (Cost, bool)>, party: PartyIndex, ms: f64) {
    if let Some((cost, approved)) = costs.get_mut(&party) {
        cost.cpu_ms += ms;
        if *approved {
            cost.after_approval_ms += ms;
        }
    }
}

/// The most that any party spent, each figure by itself.
pub fn busiest(costs: impl Iterator<Item = Cost>) -> Cost {
    costs.fold(Cost::default(), |worst, cost| Cost {
        cpu_ms: worst.cpu_ms.max(cost.cpu_ms),
        after_approval_ms: worst.after_approval_ms.max(cost.after_approval_ms),
        bytes_sent: worst.bytes_sent.max(cost.bytes_sent),
        messages: worst.messages.max(cost.messages),
    })
}
