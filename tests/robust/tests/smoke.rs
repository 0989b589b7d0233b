//! Every entry point on honest inputs, on altered ones, and on noise: the same every time, so that whoever sees a
//! defect sees it again. Long campaigns: `./build.sh fuzz`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use symbolon_robust::input::{Input, alter};
use symbolon_robust::machine::ENDS;
use symbolon_robust::{Target, targets};

/// Runs a target on its seeds, then on its share of altered seeds and of noise.
fn smoke(target: &Target) {
    let start = Instant::now();
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has no honest input", target.name);
    let all: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let few = seeds.iter().take(target.smoke * 3 / 4);
    let mut runs = 0;
    for seed in few {
        check(target, seed);
        runs += 1;
    }
    while runs < target.smoke {
        let mut noise = vec![0; 8 + rng.next_u32() as usize % 120];
        rng.fill_bytes(&mut noise);
        let seed = &seeds[rng.next_u32() as usize % seeds.len()];
        let data = if runs % 10 == 0 { noise } else { alter(seed, &all, &mut Input::new(&noise)) };
        check(target, &data);
        runs += 1;
    }
    println!("{:<24} {runs:>7} runs {:>6} ms", target.name, start.elapsed().as_millis());
}

/// Says on which input a target found a defect.
fn check(target: &Target, data: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(data))) {
        let bytes: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("{} fails on {bytes}", target.name);
        std::panic::resume_unwind(panic);
    }
}

fn smoke_of(names: &[&str]) {
    let all = targets();
    for name in names {
        smoke(all.iter().find(|target| target.name == *name).unwrap());
    }
}

const CEREMONIES: [&str; 6] = [
    "keygen_machine",
    "reshare_machine",
    "ecdsa_machine",
    "ecdsa_set_up_machine",
    "frost_ed25519_machine",
    "frost_taproot_machine",
];
const LINKS: [&str; 2] = ["pairing_machine", "channel_machine"];
const WALLETS: [&str; 4] = ["wallet_peer", "wallet_page", "wallet_relay", "wallet_disk"];

#[test]
fn decoders_take_whatever_strangers_send() {
    let all = targets();
    let machines = [&CEREMONIES[..], &LINKS, &WALLETS].concat();
    let decoders: Vec<_> = all.iter().map(|it| it.name).filter(|name| !machines.contains(name)).collect();
    assert!(decoders.len() >= 20);
    smoke_of(&decoders);
}

#[test]
fn ceremonies_blame_no_honest_party_and_stay_aborted_whatever_one_party_sends() {
    smoke_of(&CEREMONIES);
    let [all, lied, aborted, done] = ENDS.each_ref().map(|count| count.load(Ordering::Relaxed));
    println!("{all} ceremonies: {lied} with a lie, {aborted} aborted, {done} done");
    // Else the smoke looks at honest runs.
    assert!(lied * 2 > all && aborted * 2 > lied && done > 0);
}

#[test]
fn pairings_and_channels_survive_whatever_a_relay_does() {
    smoke_of(&LINKS);
}

#[test]
fn a_wallet_works_on_whatever_peers_pages_relays_and_its_disk_say() {
    smoke_of(&WALLETS);
}

#[test]
fn every_entry_point_is_a_target_of_the_fuzzer() {
    let manifest =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/Cargo.toml")).unwrap();
    let named =
        |name: &str| manifest.contains(&format!("[[bin]]\nname = \"{name}\"\npath = \"target.rs\"\n"));
    for target in targets() {
        assert!(named(target.name), "{} is missing in tests/fuzz/Cargo.toml", target.name);
    }
    assert_eq!(manifest.matches("path = \"target.rs\"").count(), targets().len());
}
