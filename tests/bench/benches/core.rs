//! Whole ceremonies of all parties in one thread, by criterion; the table per party is the binary's.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use std::collections::BTreeMap;

    use criterion::Criterion;
    use symbolon_bench::cases::QUORUMS;
    use symbolon_bench::ceremonies::{deal, generators, rotate, sign_ecdsa, sign_ed25519, sign_taproot};

    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let clock = || 0.0;
    for (threshold, parties) in QUORUMS {
        let mut rngs = generators(parties, 1);
        let (shares, _) = deal(threshold, parties, 1, &mut rngs, &clock);
        let mut memory = BTreeMap::new();
        let mut session = 0;
        let mut measure = |case: &str, ceremony: &mut dyn FnMut(u64)| {
            criterion.bench_function(&format!("{threshold} of {parties}/{case}, all parties"), |bencher| {
                bencher.iter(|| {
                    session += 1;
                    ceremony(session);
                });
            });
        };
        measure("keygen", &mut |session| {
            deal(threshold, parties, session, &mut rngs, &clock);
        });
        measure("rotation", &mut |session| {
            rotate(&shares, session, &mut rngs, &clock);
        });
        measure("ECDSA, first", &mut |session| {
            sign_ecdsa(&shares, session, &mut BTreeMap::new(), &mut rngs, &clock);
        });
        measure("ECDSA, next", &mut |session| {
            sign_ecdsa(&shares, session, &mut memory, &mut rngs, &clock);
        });
        measure("Ed25519", &mut |session| {
            sign_ed25519(&shares, session, &mut rngs, &clock);
        });
        measure("Taproot", &mut |session| {
            sign_taproot(&shares, session, &mut rngs, &clock);
        });
    }
    criterion.final_summary();
}

#[cfg(target_arch = "wasm32")]
fn main() {}
