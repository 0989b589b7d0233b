//! What other threshold cores of the registry cost a party, and a single signer with the whole key, beside ours.
//!
//! Only the libraries' own calls are timed, not the encoding and decoding of messages, sessions, or the channel: in
//! ours they are. Bytes are the messages in postcard, as both peers encode them themselves. A library that leaves
//! the broadcast to its caller gets it for nothing: our messages count their echoes. Everybody who signs aggregates
//! and verifies for itself, as ours do.

mod account;
mod dkls;
mod floor;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod zf;

use symbolon_bench::Row;
use symbolon_bench::cases;
use symbolon_bench::cost::Clock;

/// One signer's; each the median of `runs` runs.
pub fn floor(runs: u64, clock: Clock<'_>) -> Vec<Row> {
    floor::rows(runs, clock)
}

/// Ours and everybody's for a quorum, t of n; each the median of `runs` runs.
pub fn table(quorum: (u16, u16), runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let mut rows = cases::rows(quorum, runs, clock);
    rows.extend(zf::rows(quorum, runs, clock));
    rows.extend(dkls::rows(quorum, runs, clock));
    rows
}
