//! The native table: `cargo run --release [runs]`, as JSON.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(3);
    let start = std::time::Instant::now();
    let clock = || start.elapsed().as_secs_f64() * 1e3;
    let mut rows = symbolon_peers::floor(runs, &clock);
    for quorum in symbolon_bench::cases::QUORUMS {
        rows.extend(symbolon_peers::table(quorum, runs, &clock));
    }
    println!("{}", serde_json::to_string(&rows).unwrap_or_default());
}

#[cfg(target_arch = "wasm32")]
fn main() {}
