//! The cases: keygen of all three roots, without and (where devices enough are left to sign) with a recovery share; rotation, the first ECDSA signature (with set-up) and the next one, an
//! Ed25519 and a Taproot signature; for each quorum.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ceremonies::{
    deal, deal_with_recovery, generators, rotate, sign_ecdsa, sign_ed25519, sign_taproot,
};
use crate::cost::{Clock, Cost};

/// The quorums, t of n, that are measured.
pub const QUORUMS: [(u16, u16); 3] = [(2, 2), (2, 3), (3, 5)];

/// One line of the table: medians of the busiest party.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `2 of 3`.
    pub quorum: String,
    /// Which case.
    pub case: &'static str,
    /// Whose code, with its version if it is not ours.
    pub code: &'static str,
    /// CPU time per party, ms.
    pub cpu_ms: f64,
    /// Of which from the approval on, ms; zero where nothing is approved.
    pub after_approval_ms: f64,
    /// Bytes a party sends to one peer.
    pub bytes_per_peer: usize,
    /// Bytes a party sends in all.
    pub bytes_sent: usize,
    /// Messages to each peer, echoes included.
    pub messages: usize,
}

/// All cases, each the median of `runs` runs.
pub fn table(runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let with_recovery = QUORUMS.iter().filter(|(threshold, parties)| threshold < parties);
    let with_recovery = with_recovery.map(|quorum| row_with_recovery(*quorum, runs, clock));
    QUORUMS.iter().flat_map(|quorum| rows(*quorum, runs, clock)).chain(with_recovery).collect()
}

/// A keygen in which the last party is a recovery share, the median of `runs` runs.
fn row_with_recovery((threshold, parties): (u16, u16), runs: u64, clock: Clock<'_>) -> Row {
    let run = |seed| {
        let mut rngs = generators(parties - 1, seed);
        deal_with_recovery(threshold, parties, 1_000_000 + seed, &mut rngs, clock)
    };
    let costs = (0..runs).map(run).collect();
    Row::new((threshold, parties), "keygen, recovery share", "symbolon", parties - 1, costs)
}

/// The cases of one quorum, each the median of `runs` runs.
pub fn rows((threshold, parties): (u16, u16), runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let cases = [
        ("keygen, all roots", parties),
        ("rotation, all roots", parties),
        ("ECDSA, first", threshold),
        ("ECDSA, next", threshold),
        ("Ed25519", threshold),
        ("Taproot", threshold),
    ];
    let mut costs: [Vec<Cost>; 6] = Default::default();
    for seed in 0..runs {
        let mut rngs = generators(parties, seed);
        let mut session = cases.len() as u64 * seed;
        let mut next = || {
            session += 1;
            session
        };
        let (shares, keygen) = deal(threshold, parties, next(), &mut rngs, clock);
        let (_, rotation) = rotate(&shares, next(), &mut rngs, clock);
        let mut memory = BTreeMap::new();
        let of_run = [
            keygen,
            rotation,
            sign_ecdsa(&shares, next(), &mut memory, &mut rngs, clock),
            sign_ecdsa(&shares, next(), &mut memory, &mut rngs, clock),
            sign_ed25519(&shares, next(), &mut rngs, clock),
            sign_taproot(&shares, next(), &mut rngs, clock),
        ];
        for (costs, cost) in costs.iter_mut().zip(of_run) {
            costs.push(cost);
        }
    }
    let rows = cases.into_iter().zip(costs);
    rows.map(|((case, talking), costs)| Row::new((threshold, parties), case, "symbolon", talking, costs))
        .collect()
}

impl Row {
    /// The line for some runs of a case among `talking` parties of a quorum, t of n.
    pub fn new(
        (threshold, parties): (u16, u16),
        case: &'static str,
        code: &'static str,
        talking: u16,
        mut costs: Vec<Cost>,
    ) -> Self {
        let median = |costs: &mut Vec<Cost>, of: fn(&Cost) -> f64| {
            costs.sort_by(|one, other| of(one).total_cmp(&of(other)));
            costs.get(costs.len() / 2).map_or(0.0, of)
        };
        let bytes_sent = costs.iter().map(|cost| cost.bytes_sent).max().unwrap_or_default();
        Self {
            quorum: format!("{threshold} of {parties}"),
            case,
            code,
            cpu_ms: median(&mut costs, |cost| cost.cpu_ms),
            after_approval_ms: median(&mut costs, |cost| cost.after_approval_ms),
            bytes_per_peer: bytes_sent / usize::from(talking.saturating_sub(1).max(1)),
            bytes_sent,
            messages: costs.iter().map(|cost| cost.messages).max().unwrap_or_default(),
        }
    }
}
