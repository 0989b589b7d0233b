//! The suite that every scheme that signs passes.

mod common;

use common::Tested;
use symbolon_frost::Signature;
use symbolon_frost::ed25519::{self, Ed25519};
use symbolon_frost::taproot::{self, Taproot};
use symbolon_frost::testing::{SignsEd25519, SignsTaproot, Verifier};
use symbolon_mpc::KeyInfo;
use symbolon_mpc::testing::conformance;

/// What the tests of this crate judge by: dalek's strict verifier, and libsecp256k1.
enum ByOthers {}

impl Verifier<ed25519::SignItem> for ByOthers {
    fn takes(item: &ed25519::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        Ed25519::is_good(item, info, signature)
    }
}

impl Verifier<taproot::SignItem> for ByOthers {
    fn takes(item: &taproot::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        Taproot::is_good(item, info, signature)
    }
}

#[test]
fn ed25519_conforms() {
    conformance::signing::<SignsEd25519<ByOthers>>();
}

#[test]
fn taproot_conforms() {
    conformance::signing::<SignsTaproot<ByOthers>>();
}
