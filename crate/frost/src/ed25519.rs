//! Ed25519 (RFC 8032), which Solana signs with: FROST(Ed25519, SHA-512) of RFC 9591, section 6.1.

use std::collections::BTreeMap;

use frost_core::Error;
use frost_ed25519::keys::{KeyPackage, PublicKeyPackage};
use frost_ed25519::{Ed25519Sha512, Identifier, SigningPackage, round1, round2};
use symbolon_mpc::derive::{DeriveError, Path, derive};
use symbolon_mpc::{KeyInfo, Scheme, Transcript};

use crate::sign::{self, Misuse};
use crate::suite::{Frost, Item, Point, Suite};

/// The scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ed25519 {}

/// A signing ceremony of one party.
pub type Sign = sign::Sign<Ed25519>;

/// What all signers agree on.
pub type SignPlan = sign::SignPlan<SignItem>;

/// Longest message, in bytes. It is hashed by every signer several times, and travels in no frame.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// One thing to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignItem {
    /// The key, below the root.
    pub path: Path,
    /// What is signed: any bytes, at most [`MAX_MESSAGE`]. Ed25519 hashes them itself.
    pub message: Vec<u8>,
}

/// The public key at `path` below the root `info`, 32 bytes as in RFC 8032: a Solana address.
///
/// # Errors
/// [`DeriveError::Key`] if the root is of another scheme; [`DeriveError::NoKey`] practically never.
pub fn public_key(info: &KeyInfo, path: &Path) -> Result<[u8; 32], DeriveError> {
    Ok(derive::<symbolon_mpc::Ed25519>(info, path)?.public_key.compress().to_bytes())
}

/// Whether `signature` is good for `item` under its key below the root `info`, by a strict verifier.
pub fn verifies(info: &KeyInfo, item: &SignItem, signature: &[u8; 64]) -> bool {
    derive::<symbolon_mpc::Ed25519>(info, &item.path)
        .is_ok_and(|key| Ed25519::verify(item, &key.public_key, signature))
}

impl Suite for Ed25519 {
    const SCHEME: Scheme = Scheme::Ed25519;
}

impl Item for SignItem {
    fn path(&self) -> &Path {
        &self.path
    }
}

impl Frost for Ed25519 {
    type Cipher = Ed25519Sha512;
    type Curve = symbolon_mpc::Ed25519;
    type Item = SignItem;

    const PROTOCOL: &'static str = "ed25519/sign/frost";

    fn check(item: &SignItem) -> Result<(), Misuse> {
        if item.message.len() > MAX_MESSAGE {
            return Err(Misuse::MessageLength(item.message.len()));
        }
        Ok(())
    }

    fn put(item: &SignItem, hash: &mut Transcript) {
        hash.put(&item.message);
    }

    fn message(item: &SignItem) -> &[u8] {
        &item.message
    }

    fn sign(
        _: &SignItem,
        package: &SigningPackage,
        nonces: &round1::SigningNonces,
        key: &KeyPackage,
    ) -> Result<round2::SignatureShare, Error<Ed25519Sha512>> {
        round2::sign(package, nonces, key)
    }

    fn aggregate(
        _: &SignItem,
        package: &SigningPackage,
        shares: &BTreeMap<Identifier, round2::SignatureShare>,
        keys: &PublicKeyPackage,
    ) -> Result<frost_ed25519::Signature, Error<Ed25519Sha512>> {
        frost_ed25519::aggregate(package, shares, keys)
    }

    fn verify(item: &SignItem, key: &Point<Self>, signature: &[u8; 64]) -> bool {
        // Strict: no small orders, no second encodings, the equation without the cofactor.
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from(*key).verify_strict(&item.message, &signature).is_ok()
    }
}
