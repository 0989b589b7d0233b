//! This scheme as the suite of all schemes drives it.

use core::marker::PhantomData;

use k256::ecdsa::VerifyingKey;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::testing::conformance::{SigningScheme, sign_once};
use symbolon_mpc::{KeyInfo, KeyShare, Scheme, Secp256k1};

use crate::{Pairs, Sign, SignItem, Signature};

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
        let item = SignItem { path: path.clone(), digest: *message };
        let start = |plan, share: &KeyShare| Sign::start(plan, share, Pairs::new()).ok();
        let signature = sign_once(shares, item.clone(), session, start, |signed| signed.signatures)?;
        assert!(V::takes(&item, shares[0].info(), &signature));
        Some(signature.to_bytes().to_vec())
    }
}
