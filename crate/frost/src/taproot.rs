//! Bitcoin's Taproot key path: BIP-340 signatures under the output key that BIP-341 makes of a derived key.
//!
//! A [`SignItem`] names the internal key by its path and the script tree by its root. What signs is always the
//! tweaked key: without a script tree BIP-341 says to tweak by the key alone, so that nobody can hide a tree.

use frost_secp256k1_tr::Secp256K1Sha256TR;
use k256::elliptic_curve::point::AffineCoordinates;
use k256::schnorr::{Signature, VerifyingKey};
use k256::{AffinePoint, ProjectivePoint, Scalar};
use sha2::{Digest, Sha256};
use symbolon_mpc::derive::{DeriveError, Path, derive};
use symbolon_mpc::sign::Item;
use symbolon_mpc::{Group, KeyInfo, Scheme, Secp256k1, Transcript};

use crate::sign;
use crate::suite::{Frost, Point, SigningKey, Suite};

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
    let tweaked = Tweaked::new(internal, merkle_root)?;
    Some(OutputKeys { internal: tweaked.internal, output: x_of(&tweaked.output) })
}

/// An output key, and how it is made of the internal key.
struct Tweaked {
    /// The x-coordinate of the internal key.
    internal: [u8; 32],
    /// Whether y of the internal key is odd.
    is_odd: bool,
    /// t.
    tweak: Scalar,
    /// Q.
    output: AffinePoint,
}

impl Tweaked {
    fn new(internal: &ProjectivePoint, merkle_root: Option<&[u8; 32]>) -> Option<Self> {
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
        let tweak = Secp256k1::decode_scalar(&hash.finalize().into())?;
        let is_odd = bool::from(affine.y_is_odd());
        let lifted = if is_odd { -*internal } else { *internal };
        let output = lifted + Secp256k1::generator_mul(&tweak);
        if output == Secp256k1::identity() {
            return None;
        }
        Some(Self { internal: x, is_odd, tweak, output: output.to_affine() })
    }
}

fn x_of(point: &AffinePoint) -> [u8; 32] {
    point.x().into()
}

/// Whether `signature` is good for `item` under its key below the root `info`, by a strict verifier of BIP-340.
pub fn verifies(info: &KeyInfo, item: &SignItem, signature: &[u8; 64]) -> bool {
    derive::<Secp256k1>(info, &item.path)
        .ok()
        .and_then(|key| Taproot::signing_key(item, key.public_key))
        .is_some_and(|key| Taproot::verify(item, &key.public, signature))
}

impl Suite for Taproot {
    const SCHEME: Scheme = Scheme::SchnorrSecp256k1;
}

impl Item for SignItem {
    fn path(&self) -> &Path {
        &self.path
    }

    fn put(&self, hash: &mut Transcript) {
        hash.put(&self.sighash);
        // No root is the empty field, which no root is.
        hash.put(self.merkle_root.as_ref().map_or(&[], |root| root.as_slice()));
    }
}

impl Frost for Taproot {
    type Cipher = Secp256K1Sha256TR;
    type Curve = Secp256k1;
    type Item = SignItem;

    const PROTOCOL: &'static str = "schnorr-secp256k1/sign/frost";

    fn message(item: &SignItem) -> &[u8] {
        &item.sighash
    }

    /// Of the two points with the output's x-coordinate the one with even y, which BIP-340 signs for.
    fn signing_key(item: &SignItem, derived: ProjectivePoint) -> Option<SigningKey<Self>> {
        let Tweaked { is_odd, tweak, output, .. } = Tweaked::new(&derived, item.merkle_root.as_ref())?;
        let public = ProjectivePoint::from(output);
        Some(match bool::from(output.y_is_odd()) {
            true => SigningKey { is_negated: !is_odd, tweak: -tweak, public: -public },
            false => SigningKey { is_negated: is_odd, tweak, public },
        })
    }

    fn verify(item: &SignItem, key: &Point<Self>, signature: &[u8; 64]) -> bool {
        let (Ok(key), Ok(signature)) =
            (VerifyingKey::from_bytes(&x_of(&key.to_affine())), Signature::try_from(signature.as_slice()))
        else {
            return false;
        };
        key.verify_raw(&item.sighash, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What decides of a signature at the end of a ceremony, on the test vectors of BIP-340 (its CSV file without the
    /// columns for signing). The public key comes by our decoder, as the point with even y.
    #[test]
    fn the_last_verification_decides_as_bip_340_does() {
        let (mut taken, mut refused) = (0, 0);
        for line in include_str!("../tests/vectors/bip-340.csv").lines().skip(1) {
            let [_, key, message, signature, result, comment] = *line.split(',').collect::<Vec<_>>() else {
                panic!("{line}")
            };
            let sighash = hex::decode(message).unwrap().try_into().unwrap();
            let item = SignItem { path: Path::root(), sighash, merkle_root: None };
            let key = Secp256k1::decode_point(&hex::decode(format!("02{key}")).unwrap());
            let signature: [u8; 64] = hex::decode(signature).unwrap().try_into().unwrap();
            let is_taken = key.is_some_and(|key| Taproot::verify(&item, &key, &signature));
            assert_eq!(is_taken, result == "TRUE", "{line}: {comment}");
            *if is_taken { &mut taken } else { &mut refused } += 1;
        }
        assert_eq!((taken, refused), (5, 10));
    }
}
