//! Plans, runs, and what others' code says of the signatures.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use symbolon_frost::ed25519::{self, Ed25519};
use symbolon_frost::taproot::{self, Taproot};
use symbolon_frost::{Sign, SignPlan, Signature, Signed, Suite};
use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Simulator};
use symbolon_mpc::{CeremonyId, KeyInfo, KeyShare, PartyIndex};

/// What the tests need of a scheme.
pub trait Tested: Suite<Item: Clone> {
    /// The item number `place` of a plan of this session.
    fn item(place: u32, session: u64) -> Self::Item;

    /// Another message, or hash, than the item's.
    fn change(item: &mut Self::Item);

    /// Another key below the root.
    fn set_path(item: &mut Self::Item, path: Path);

    /// Whether others' code takes the signature under the key of the item.
    fn is_good(item: &Self::Item, info: &KeyInfo, signature: &Signature) -> bool;
}

impl Tested for Ed25519 {
    fn item(place: u32, session: u64) -> ed25519::SignItem {
        let message = format!("message {place} of session {session}").into_bytes();
        ed25519::SignItem { path: path(&[44, 501, 0, place]), message }
    }

    fn change(item: &mut ed25519::SignItem) {
        item.message.push(0);
    }

    fn set_path(item: &mut ed25519::SignItem, path: Path) {
        item.path = path;
    }

    fn is_good(item: &ed25519::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let key = ed25519::public_key(info, &item.path).unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
        let signature = ed25519_dalek::Signature::from_bytes(&signature.to_bytes());
        key.verify_strict(&item.message, &signature).is_ok()
    }
}

impl Tested for Taproot {
    /// Every other output commits to a script tree.
    fn item(place: u32, session: u64) -> taproot::SignItem {
        let mut sighash = [0x5a; 32];
        sighash[0] = place as u8;
        sighash[8..16].copy_from_slice(&session.to_be_bytes());
        let merkle_root = (place % 2 == 1).then_some([place as u8; 32]);
        taproot::SignItem { path: path(&[86, 0, 0, 0, place]), sighash, merkle_root }
    }

    fn change(item: &mut taproot::SignItem) {
        item.sighash[31] ^= 1;
    }

    fn set_path(item: &mut taproot::SignItem, path: Path) {
        item.path = path;
    }

    fn is_good(item: &taproot::SignItem, info: &KeyInfo, signature: &Signature) -> bool {
        let keys = taproot::output_keys(info, &item.path, item.merkle_root.as_ref()).unwrap();
        libsecp256k1_takes(&keys.output, &item.sighash, signature)
    }
}

/// Whether libsecp256k1 takes a BIP-340 signature.
pub fn libsecp256k1_takes(key: &[u8; 32], message: &[u8; 32], signature: &Signature) -> bool {
    use secp256k1::{Secp256k1, XOnlyPublicKey, schnorr};
    let key = XOnlyPublicKey::from_byte_array(*key).unwrap();
    let signature = schnorr::Signature::from_byte_array(signature.to_bytes());
    Secp256k1::verification_only().verify_schnorr(&signature, message, &key).is_ok()
}

pub fn path(steps: &[u32]) -> Path {
    Path::new(steps.to_vec()).unwrap()
}

/// A plan for `signers` with `count` items; everything in it depends on `session`.
pub fn plan<S: Tested>(info: &KeyInfo, signers: &[u16], count: u32, session: u64) -> SignPlan<S::Item> {
    let mut ceremony = [0xce; 32];
    ceremony[..8].copy_from_slice(&session.to_be_bytes());
    SignPlan {
        ceremony: CeremonyId(ceremony),
        wallet: *info.wallet(),
        epoch: info.epoch(),
        signers: signers.iter().map(|signer| index(*signer)).collect(),
        intent: [0x11; 32],
        items: (0..count).map(|place| S::item(place, session)).collect(),
    }
}

/// The ceremonies of all signers of `plan`.
pub fn ceremonies<S: Tested>(plan: &SignPlan<S::Item>, shares: &[KeyShare]) -> Vec<(PartyIndex, Sign<S>)> {
    let signers = shares.iter().filter(|share| plan.signers.contains(&share.index()));
    signers.map(|share| (share.index(), Sign::start(plan.clone(), share).unwrap())).collect()
}

pub fn run<S: Tested>(
    plan: &SignPlan<S::Item>,
    shares: &[KeyShare],
    seed: u64,
    network: Network,
) -> Report<Signed> {
    Simulator::new(ceremonies::<S>(plan, shares), seed, network).run()
}

/// The signatures, which all signers must have alike.
pub fn signatures(report: &Report<Signed>) -> Vec<Signature> {
    let mut all = report.outcomes.values().map(|outcome| match outcome {
        Outcome::Done(signed) => signed.signatures.clone(),
        other => panic!("no signature: {other:?}"),
    });
    let first = all.next().unwrap();
    assert!(all.all(|other| other == first));
    first
}

/// Checks every signature of a run by others' code.
pub fn verify<S: Tested>(plan: &SignPlan<S::Item>, info: &KeyInfo, report: &Report<Signed>) {
    let signatures = signatures(report);
    assert_eq!(signatures.len(), plan.items.len());
    for (item, signature) in plan.items.iter().zip(&signatures) {
        assert!(S::is_good(item, info, signature), "{item:?}");
        let mut other = item.clone();
        S::change(&mut other);
        assert!(!S::is_good(&other, info, signature), "a signature is good for one message");
    }
}
