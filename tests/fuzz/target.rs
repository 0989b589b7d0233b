//! libFuzzer on one entry point of `symbolon-robust`: the one that the binary is named after.
//!
//! With the environment variable `SEEDS`, its honest inputs are written into that directory first.
#![no_main]

use libfuzzer_sys::fuzz_target;

const NAME: &str = env!("CARGO_BIN_NAME");

fuzz_target!(
    init: if let Ok(directory) = std::env::var("SEEDS") { symbolon_robust::write_seeds(NAME, &directory) },
    |data: &[u8]| symbolon_robust::run(NAME, data)
);
