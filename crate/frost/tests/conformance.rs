//! The suite that every scheme that signs passes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::Tested;
use symbolon_frost::ed25519::{self, Ed25519};
use symbolon_frost::taproot::{self, Taproot};
use symbolon_frost::{Sign, SignPlan};
use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::conformance::{self, SigningScheme};
use symbolon_mpc::testing::sim::{Network, Simulator};
use symbolon_mpc::{KeyShare, Scheme};

/// A ceremony over `item`, on a bad network.
fn sign<S: Tested>(shares: &[&KeyShare], item: S::Item, session: u64) -> Option<Vec<u8>> {
    let info = shares.first()?.info();
    let signers = shares.iter().map(|share| share.index()).collect();
    let plan = SignPlan { signers, items: vec![item], ..common::plan::<S>(info, &[], 0, session) };
    let parties =
        shares.iter().map(|share| Some((share.index(), Sign::<S>::start(plan.clone(), share).ok()?)));
    let report = Simulator::new(parties.collect::<Option<Vec<_>>>()?, session, Network::BAD).run();
    if !report.all_done() {
        return None;
    }
    common::verify::<S>(&plan, info, &report);
    Some(common::signatures(&report)[0].to_bytes().to_vec())
}

struct SignsEd25519;

impl SigningScheme for SignsEd25519 {
    const SCHEME: Scheme = Scheme::Ed25519;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let item = ed25519::SignItem { path: path.clone(), message: message.to_vec() };
        sign::<Ed25519>(shares, item, session)
    }
}

struct SignsTaproot;

impl SigningScheme for SignsTaproot {
    const SCHEME: Scheme = Scheme::SchnorrSecp256k1;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let item = taproot::SignItem { path: path.clone(), sighash: *message, merkle_root: None };
        sign::<Taproot>(shares, item, session)
    }
}

#[test]
fn ed25519_conforms() {
    conformance::signing::<SignsEd25519>();
}

#[test]
fn taproot_conforms() {
    conformance::signing::<SignsTaproot>();
}
