//! Whole ceremonies of all parties in one thread, by criterion; the table per party is the binary's.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use std::collections::BTreeMap;

    use criterion::Criterion;
    use symbolon_bench::cases::{QUORUMS, deal, generators, sign};

    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let clock = || 0.0;
    for (threshold, parties) in QUORUMS {
        let name = format!("{threshold} of {parties}");
        let mut rngs = generators(parties, 1);
        let (shares, _) = deal(threshold, parties, 1, &mut rngs, &clock);
        let mut session = 0;
        criterion.bench_function(&format!("{name}/keygen, all parties"), |bencher| {
            bencher.iter(|| {
                session += 1;
                deal(threshold, parties, session, &mut rngs, &clock)
            });
        });
        criterion.bench_function(&format!("{name}/first signature, all parties"), |bencher| {
            bencher.iter(|| {
                session += 1;
                sign(&shares, threshold, session, &mut BTreeMap::new(), &mut rngs, &clock)
            });
        });
        let mut memory = BTreeMap::new();
        criterion.bench_function(&format!("{name}/next signature, all parties"), |bencher| {
            bencher.iter(|| {
                session += 1;
                sign(&shares, threshold, session, &mut memory, &mut rngs, &clock)
            });
        });
    }
    criterion.final_summary();
}

#[cfg(target_arch = "wasm32")]
fn main() {}
