//! One signer with the whole key.

use std::hint::black_box;

use ed25519_dalek::Signer;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use symbolon_bench::Row;
use symbolon_bench::cost::{Clock, Cost};

/// A signature of each scheme, without the check of it.
pub fn rows(runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let message = [0x5a; 32];
    let ecdsa = k256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
    let schnorr = k256::schnorr::SigningKey::from_bytes(&[7; 32]).expect("a key");
    let edwards = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let row = |case, code, sign: &dyn Fn()| {
        let costs = (0..runs).map(|_| Cost { cpu_ms: many(sign, clock), ..Cost::default() });
        Row::new((1, 1), case, code, 1, costs.collect())
    };
    vec![
        row("ECDSA", "k256 0.13", &|| {
            let signature: k256::ecdsa::Signature = ecdsa.sign_prehash(&message).expect("a signature");
            black_box(signature);
        }),
        row("Ed25519", "ed25519-dalek 2", &|| {
            black_box(edwards.sign(&message));
        }),
        row("Taproot", "k256 0.13", &|| {
            black_box(schnorr.sign_raw(&message, &[0; 32]).expect("a signature"));
        }),
    ]
}

/// ms for one of many: a single one is shorter than what a browser's clock can tell.
fn many(sign: &dyn Fn(), clock: Clock<'_>) -> f64 {
    let started = clock();
    (0..MANY).for_each(|_| sign());
    (clock() - started) / f64::from(MANY)
}

const MANY: u32 = 32;
