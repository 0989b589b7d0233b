//! The suite that every scheme that signs passes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use symbolon_ecdsa::{Pairs, Sign, SignItem, SignPlan};
use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::conformance::{self, SigningScheme};
use symbolon_mpc::testing::sim::{Network, Simulator};
use symbolon_mpc::{KeyShare, Scheme};

struct SignsEcdsa;

impl SigningScheme for SignsEcdsa {
    const SCHEME: Scheme = Scheme::EcdsaSecp256k1;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let info = shares.first()?.info();
        let plan = SignPlan {
            wallet: *info.wallet(),
            epoch: info.epoch(),
            signers: shares.iter().map(|share| share.index()).collect(),
            items: vec![SignItem { path: path.clone(), digest: *message }],
            ..common::plan(&[], 0, session)
        };
        let start = |share: &&KeyShare| Sign::start(plan.clone(), share, Pairs::new()).ok();
        let parties = shares.iter().map(|share| Some((share.index(), start(share)?)));
        let report = Simulator::new(parties.collect::<Option<Vec<_>>>()?, session, Network::BAD).run();
        if !report.all_done() {
            return None;
        }
        let signatures = common::signatures(&report);
        common::verify(&plan, info, &signatures);
        Some(signatures[0].to_bytes().to_vec())
    }
}

#[test]
fn ecdsa_conforms() {
    conformance::signing::<SignsEcdsa>();
}
