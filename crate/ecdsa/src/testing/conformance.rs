//! This scheme as the suite of all schemes drives it.

use core::marker::PhantomData;

use k256::ecdsa::VerifyingKey;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::testing::conformance::SigningScheme;
use symbolon_mpc::testing::sim::{Network, Outcome, Simulator};
use symbolon_mpc::{CeremonyId, KeyInfo, KeyShare, Scheme, Secp256k1};

use crate::{Pairs, Sign, SignItem, SignPlan, Signature};

/// Others' code that judges what was signed.
pub trait Verifier {
    /// Whether it takes `signature` for `item` under the key that `info` has at the item's path.
    fn takes(item: &SignItem, info: &KeyInfo, signature: &Signature) -> bool;
}

/// k256's verifier, which there is on every platform.
pub enum ByK256 {}

impl Verifier for ByK256 {
    fn takes(item: &SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let key = derive::<Secp256k1>(info, &item.path).unwrap().public_key.to_affine();
        let signature = k256::ecdsa::Signature::from_slice(&signature.to_bytes()).unwrap();
        VerifyingKey::from_affine(key).unwrap().verify_prehash(&item.digest, &signature).is_ok()
    }
}

/// ECDSA over a bad network without any set-up from before, judged by `V`.
pub struct SignsEcdsa<V>(PhantomData<V>);

impl<V: Verifier> SigningScheme for SignsEcdsa<V> {
    const SCHEME: Scheme = Scheme::EcdsaSecp256k1;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let info = shares.first()?.info();
        let item = SignItem { path: path.clone(), digest: *message };
        let mut ceremony = [0xce; 32];
        ceremony[..8].copy_from_slice(&session.to_be_bytes());
        let plan = SignPlan {
            ceremony: CeremonyId(ceremony),
            wallet: *info.wallet(),
            epoch: info.epoch(),
            signers: shares.iter().map(|share| share.index()).collect(),
            intent: [0x11; 32],
            items: vec![item.clone()],
        };
        let start = |share: &&KeyShare| Sign::start(plan.clone(), share, Pairs::new()).ok();
        let parties = shares.iter().map(|share| Some((share.index(), start(share)?)));
        let report = Simulator::new(parties.collect::<Option<Vec<_>>>()?, session, Network::BAD).run();
        let signed = report.outcomes.into_values().map(|outcome| match outcome {
            Outcome::Done(signed) => Some(signed.signatures),
            _ => None,
        });
        let signed = signed.collect::<Option<Vec<_>>>()?;
        assert!(signed.iter().all(|other| *other == signed[0]), "all signers have the same");
        let [signature] = signed[0][..] else { panic!("one signature for one item") };
        assert!(V::takes(&item, info, &signature));
        Some(signature.to_bytes().to_vec())
    }
}
