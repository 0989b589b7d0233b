//! These schemes as the suite of all schemes drives them. Compiled with the feature `testing` only.

// A test that finds a defect panics: that is what this module is for.
#![allow(clippy::panic, clippy::unwrap_used)]

use core::marker::PhantomData;

use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::conformance::{SigningScheme, sign_once};
use symbolon_mpc::{KeyInfo, KeyShare, Scheme};

use crate::ed25519::{self, Ed25519};
use crate::taproot::{self, Taproot};
use crate::{Sign, Signature, Suite};

/// Others' code that judges what was signed.
pub trait Verifier<Item> {
    /// Whether it takes `signature` for `item` under the key that `info` has at the item's path.
    fn takes(item: &Item, info: &KeyInfo, signature: &Signature) -> bool;
}

/// The verifiers that there are on every platform and that are not ZF's: dalek's strict one, and k256's of BIP-340.
pub enum ByCurveCrates {}

impl Verifier<ed25519::SignItem> for ByCurveCrates {
    fn takes(item: &ed25519::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let key = ed25519::public_key(info, &item.path).unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
        key.verify_strict(&item.message, &signature.to_bytes().into()).is_ok()
    }
}

impl Verifier<taproot::SignItem> for ByCurveCrates {
    fn takes(item: &taproot::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let keys = taproot::output_keys(info, &item.path, item.merkle_root.as_ref()).unwrap();
        let key = k256::schnorr::VerifyingKey::from_bytes(&keys.output).unwrap();
        let signature = k256::schnorr::Signature::try_from(&signature.to_bytes()[..]).unwrap();
        key.verify_raw(&item.sighash, &signature).is_ok()
    }
}

/// Ed25519 over a bad network, judged by `V`.
pub struct SignsEd25519<V>(PhantomData<V>);

impl<V: Verifier<ed25519::SignItem>> SigningScheme for SignsEd25519<V> {
    const SCHEME: Scheme = Scheme::Ed25519;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let item = |message: &[u8]| ed25519::SignItem { path: path.clone(), message: message.to_vec() };
        sign::<Ed25519, V>(shares, item(message), item(&message[1..]), session)
    }
}

/// Taproot without a script tree over a bad network, judged by `V`.
pub struct SignsTaproot<V>(PhantomData<V>);

impl<V: Verifier<taproot::SignItem>> SigningScheme for SignsTaproot<V> {
    const SCHEME: Scheme = Scheme::SchnorrSecp256k1;

    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>> {
        let item = |sighash| taproot::SignItem { path: path.clone(), sighash, merkle_root: None };
        sign::<Taproot, V>(shares, item(*message), item(message.map(|byte| !byte)), session)
    }
}

/// A ceremony over `item`; its signature must not be good for `other`.
fn sign<S: Suite, V: Verifier<S::Item>>(
    shares: &[&KeyShare],
    item: S::Item,
    other: S::Item,
    session: u64,
) -> Option<Vec<u8>> {
    let start = |plan, share: &KeyShare| Sign::<S>::start(plan, share).ok();
    let signature = sign_once(shares, item.clone(), session, start, |signed| signed.signatures)?;
    let info = shares[0].info();
    assert!(V::takes(&item, info, &signature));
    assert!(!V::takes(&other, info, &signature), "a signature is good for one message");
    Some(signature.to_bytes().to_vec())
}
