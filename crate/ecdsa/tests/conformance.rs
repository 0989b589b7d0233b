//! The suite that every scheme that signs passes.

mod common;

use symbolon_ecdsa::testing::conformance::{SignsEcdsa, Verifier};
use symbolon_ecdsa::{SignItem, Signature};
use symbolon_mpc::KeyInfo;
use symbolon_mpc::testing::conformance;

/// k256's verifier, and libsecp256k1's verifier and recovery.
enum ByBoth {}

impl Verifier for ByBoth {
    fn takes(item: &SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let plan = common::plan(&[], 0, 0);
        common::verify(&symbolon_ecdsa::SignPlan { items: vec![item.clone()], ..plan }, info, &[*signature]);
        true
    }
}

#[test]
fn ecdsa_conforms() {
    conformance::signing::<SignsEcdsa<ByBoth>>();
}
