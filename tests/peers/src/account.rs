//! What the parties of one run spend.

use serde::Serialize;
use symbolon_bench::cost::{Clock, Cost, busiest};

/// The accounts of all parties of a run, by their place.
pub struct Accounts<'a> {
    clock: Clock<'a>,
    costs: Vec<Cost>,
}

impl<'a> Accounts<'a> {
    pub fn new(parties: usize, clock: Clock<'a>) -> Self {
        Self { clock, costs: vec![Cost::default(); parties] }
    }

    /// Does `work` at the expense of the party at `place`.
    pub fn charge<T>(&mut self, place: usize, work: impl FnOnce() -> T) -> T {
        let started = (self.clock)();
        let result = work();
        self.costs[place].cpu_ms += (self.clock)() - started;
        result
    }

    /// Everybody speaks to everybody: one message to each peer, whatever is in it.
    pub fn round(&mut self) {
        self.costs.iter_mut().for_each(|cost| cost.messages += 1);
    }

    /// A part of a message to one peer.
    pub fn send(&mut self, place: usize, part: &impl Serialize) {
        self.costs[place].bytes_sent += size(part);
    }

    /// A part of a message that all peers get alike.
    pub fn broadcast(&mut self, place: usize, part: &impl Serialize) {
        self.costs[place].bytes_sent += size(part) * (self.costs.len() - 1);
    }

    pub fn busiest(self) -> Cost {
        busiest(self.costs.into_iter())
    }
}

fn size(part: &impl Serialize) -> usize {
    postcard::to_allocvec(part).expect("a message").len()
}
