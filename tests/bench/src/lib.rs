//! What the ceremonies cost a party: CPU time, bytes and messages, per quorum.
//!
//! The same cases run natively (`cargo bench -p symbolon-bench`, and the table of the binary), as wasm under node and
//! in Chromium, and beside other cores in `tests/peers`; the clock is an argument. Every call into a party is timed by
//! itself, so that the parties' work does not mix; a figure is the median over runs of the busiest party's sum.

pub mod cases;
pub mod ceremonies;
pub mod cost;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use cases::{Row, table};
