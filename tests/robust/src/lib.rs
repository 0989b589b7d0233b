//! What must hold whatever strangers send: one entry point for each decoder, and for each machine fed frames.
//!
//! An entry point takes bytes and panics if something that must hold of them does not: that nothing else panics,
//! that what decodes has one encoding, that an aborted ceremony stays aborted and blames no honest party. Fuzzers
//! call them with bytes of their own (`./build.sh fuzz`); the smoke in `tests/smoke.rs` with bytes made from
//! [`Target::seeds`], the same every time.

// A test that finds a defect panics: that is what this crate is for.
#![allow(clippy::panic, clippy::unwrap_used)]

mod ceremonies;
mod chain;
pub mod input;
mod link;
pub mod machine;
mod recovery;
mod shares;
mod wallet;

/// An entry point.
pub struct Target {
    /// Its name, which is also the fuzzer's target.
    pub name: &'static str,
    /// Panics if what must hold of these bytes does not.
    pub run: fn(&[u8]),
    /// Honest inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Runs that the smoke affords.
    pub smoke: usize,
}

/// All entry points.
pub fn targets() -> Vec<Target> {
    TABLES.concat().into_iter().map(|(name, run, seeds, smoke)| Target { name, run, seeds, smoke }).collect()
}

/// Runs the entry point `name` on `data`.
///
/// # Panics
/// If there is no such entry point, or if it finds a defect.
pub fn run(name: &str, data: &[u8]) {
    let found = TABLES.into_iter().flatten().find(|(target, ..)| *target == name);
    (found.unwrap_or_else(|| panic!("no target called {name}")).1)(data);
}

/// Writes the honest inputs of the entry point `name` into files in `directory`, which is made.
///
/// # Panics
/// If there is no such entry point, or if the files cannot be written.
pub fn write_seeds(name: &str, directory: &str) {
    let all = targets();
    let target = all.iter().find(|target| target.name == name).unwrap();
    std::fs::create_dir_all(directory).unwrap();
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(format!("{directory}/seed-{number}"), seed).unwrap();
    }
}

const TABLES: [&[Row]; 6] =
    [shares::TARGETS, ceremonies::TARGETS, link::TARGETS, chain::TARGETS, wallet::TARGETS, recovery::TARGETS];

/// Name, function, seeds, runs of the smoke.
type Row = (&'static str, fn(&[u8]), fn() -> Vec<Vec<u8>>, usize);
