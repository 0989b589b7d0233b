//! The native table: `cargo run --release -p symbolon-bench [runs]`, as JSON lines.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(21);
    let start = std::time::Instant::now();
    let rows = symbolon_bench::table(runs, &|| start.elapsed().as_secs_f64() * 1e3);
    println!("{}", serde_json::to_string(&rows).unwrap_or_default());
}

#[cfg(target_arch = "wasm32")]
fn main() {}
