//! Whether secrets can be read off a clock: measured as dudect does (Reparaz, Balasch, Verbauwhede, ePrint 2016/1123).
//!
//! `cargo run --release -p symbolon-timing [samples]`, 100 000 unless said otherwise.
//!
//! Each subject is timed on two classes of secrets, one fixed and one random, drawn in random order beforehand so
//! that both have the same places in memory. Welch's t says how sure one can be that the classes differ: beyond 10
//! they do; below 4.5 nothing was found, which is no proof. The control, a comparison that stops at the first
//! difference, must be found: if it is not, the measurement is worth nothing, and the program fails.
//!
//! What differs by nature is not a leak and not measured: lengths, public values, points in time. A machine that
//! does other work, or changes its clock rate, makes t grow for everything; run it on a quiet one.

mod subjects;
mod welch;

use std::process::ExitCode;

use subjects::subjects;

fn main() -> ExitCode {
    let samples = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    println!("{:<34} {:>8} {:>11} {:>11} {:>8}", "subject", "samples", "fixed, ns", "random, ns", "t");
    let (mut is_found, mut is_clean) = (false, true);
    for subject in subjects() {
        let count = (samples / subject.cost).max(1000);
        let (t, fixed, random) = welch::largest(&(subject.measure)(count));
        let verdict = match (subject.is_control, t.abs()) {
            (true, t) if t > LEAK => "found, as it must be",
            (true, _) => "NOT FOUND: do not trust this run",
            (false, t) if t > LEAK => "LEAK, or a machine that is not quiet",
            (false, t) if t > DOUBT => "doubtful: repeat with more samples",
            (false, _) => "",
        };
        println!("{:<34} {count:>8} {fixed:>11.1} {random:>11.1} {t:>8.2}  {verdict}", subject.name);
        is_found |= subject.is_control && t.abs() > LEAK;
        is_clean &= subject.is_control || t.abs() <= LEAK;
    }
    if is_found && is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// |t| beyond which classes differ.
const LEAK: f64 = 10.0;
/// |t| beyond which one looks again.
const DOUBT: f64 = 4.5;
