//! Bitcoin's Taproot key path: BIP-340 signatures under the output key that BIP-341 makes of a derived key.
//!
//! A [`SignItem`] names the internal key by its path and the script tree by its root. What signs is always the
//! tweaked key: without a script tree BIP-341 says to tweak by the key alone, so that nobody can hide a tree.

use std::collections::BTreeMap;

use frost_core::Error;
use frost_secp256k1_tr::keys::{KeyPackage, PublicKeyPackage};
use frost_secp256k1_tr::{
    Identifier, Secp256K1Sha256TR, SigningPackage, aggregate_with_tweak, round1, round2,
};
use k256::elliptic_curve::point::AffineCoordinates;
use k256::schnorr::{Signature, VerifyingKey};
use k256::{AffinePoint, ProjectivePoint};
use sha2::{Digest, Sha256};
use symbolon_mpc::derive::{DeriveError, Path, derive};
use symbolon_mpc::{Group, KeyInfo, Scheme, Secp256k1, Transcript};

use crate::sign::{self, Misuse};
use crate::suite::{Frost, Item, Point, Suite};

/// The scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taproot {}

/// A signing ceremony of one party.
pub type Sign = sign::Sign<Taproot>;

/// What all signers agree on.
pub type SignPlan = sign::SignPlan<SignItem>;

/// One thing to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignItem {
    /// The internal key, below the root.
    pub path: Path,
    /// The signature hash of BIP-341, "Common signature message".
    pub sighash: [u8; 32],
    /// Root of the script tree that the output commits to, if it has one.
    pub merkle_root: Option<[u8; 32]>,
}

/// Keys of an output, x-only as in BIP-340.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputKeys {
    /// The derived key before the tweak: the internal key.
    pub internal: [u8; 32],
    /// The key that stands in the output and that signatures verify under.
    pub output: [u8; 32],
}

/// The keys of the output whose internal key is at `path` below the root `info`.
///
/// # Errors
/// [`DeriveError::Key`] if the root is no point of secp256k1; [`DeriveError::NoKey`] practically never.
pub fn output_keys(
    info: &KeyInfo,
    path: &Path,
    merkle_root: Option<&[u8; 32]>,
) -> Result<OutputKeys, DeriveError> {
    let internal = derive::<Secp256k1>(info, path)?.public_key;
    tweak(&internal, merkle_root).ok_or(DeriveError::NoKey(path.steps().last().copied().unwrap_or_default()))
}

/// The keys of the output with the internal key `internal`, whatever the sign of its y.
///
/// `None` practically never: if the tweak is not below the order, or the sum is the identity.
pub fn tweak(internal: &ProjectivePoint, merkle_root: Option<&[u8; 32]>) -> Option<OutputKeys> {
    let affine = internal.to_affine();
    let x = x_of(&affine);
    // BIP-341, "Constructing and spending Taproot outputs", taproot_tweak_pubkey:
    // > t = int_from_bytes(tagged_hash("TapTweak", pubkey + h))
    // > if t >= SECP256K1_ORDER: raise ValueError
    // > P = lift_x(int_from_bytes(pubkey))
    // > Q = point_add(P, point_mul(G, t))
    let tag = Sha256::digest("TapTweak");
    let mut hash = Sha256::new().chain_update(tag).chain_update(tag).chain_update(x);
    if let Some(root) = merkle_root {
        hash.update(root);
    }
    let t = Secp256k1::decode_scalar(&hash.finalize().into())?;
    let lifted = if bool::from(affine.y_is_odd()) { -*internal } else { *internal };
    let output = lifted + Secp256k1::generator_mul(&t);
    if output == Secp256k1::identity() {
        return None;
    }
    Some(OutputKeys { internal: x, output: x_of(&output.to_affine()) })
}

fn x_of(point: &AffinePoint) -> [u8; 32] {
    point.x().into()
}

/// Whether `signature` is good for `item` under its key below the root `info`, by a strict verifier of BIP-340.
pub fn verifies(info: &KeyInfo, item: &SignItem, signature: &[u8; 64]) -> bool {
    derive::<Secp256k1>(info, &item.path).is_ok_and(|key| Taproot::verify(item, &key.public_key, signature))
}

impl Suite for Taproot {
    const SCHEME: Scheme = Scheme::SchnorrSecp256k1;
}

impl Item for SignItem {
    fn path(&self) -> &Path {
        &self.path
    }
}

impl Frost for Taproot {
    type Cipher = Secp256K1Sha256TR;
    type Curve = Secp256k1;
    type Item = SignItem;

    const PROTOCOL: &'static str = "schnorr-secp256k1/sign/frost";

    fn check(_: &SignItem) -> Result<(), Misuse> {
        Ok(())
    }

    fn put(item: &SignItem, hash: &mut Transcript) {
        hash.put(&item.sighash);
        // No root is the empty field, which no root is.
        hash.put(item.merkle_root.as_ref().map_or(&[], |root| root.as_slice()));
    }

    fn message(item: &SignItem) -> &[u8] {
        &item.sighash
    }

    fn sign(
        item: &SignItem,
        package: &SigningPackage,
        nonces: &round1::SigningNonces,
        key: &KeyPackage,
    ) -> Result<round2::SignatureShare, Error<Secp256K1Sha256TR>> {
        round2::sign_with_tweak(package, nonces, key, item.merkle_root.as_ref().map(|root| root.as_slice()))
    }

    fn aggregate(
        item: &SignItem,
        package: &SigningPackage,
        shares: &BTreeMap<Identifier, round2::SignatureShare>,
        keys: &PublicKeyPackage,
    ) -> Result<frost_secp256k1_tr::Signature, Error<Secp256K1Sha256TR>> {
        let root = item.merkle_root.as_ref().map(|root| root.as_slice());
        aggregate_with_tweak(package, shares, keys, root)
    }

    fn verify(item: &SignItem, key: &Point<Self>, signature: &[u8; 64]) -> bool {
        // The output key by our own reading of BIP-341, the signature by k256's of BIP-340.
        let Some(keys) = tweak(key, item.merkle_root.as_ref()) else { return false };
        let (Ok(key), Ok(signature)) =
            (VerifyingKey::from_bytes(&keys.output), Signature::try_from(signature.as_slice()))
        else {
            return false;
        };
        key.verify_raw(&item.sighash, &signature).is_ok()
    }
}
