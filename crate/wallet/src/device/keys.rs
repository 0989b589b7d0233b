//! The public half of the wallet's key, as every screen needs it, open or locked.

use k256::PublicKey;
use k256::ecdsa::VerifyingKey;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use serde::{Deserialize, Serialize};
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::{DeviceId, Group, KeyInfo, Secp256k1};

use super::shares::ROOTS;
use super::test_signing::Proof;

/// The public facts of the active key that the dApp side needs.
pub(crate) struct ActiveKey {
    /// Wallet id.
    pub wallet: [u8; 32],
    /// Epoch of the active shares.
    pub epoch: u32,
    pub(super) record: KeyRecord,
}

/// The record `key/public`. Nothing in it is secret; while the vault is open it is checked against the share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeyRecord {
    /// The public half of each root, in the order of their schemes.
    pub(super) infos: [KeyInfo; ROOTS],
    /// The devices' names when the key was made.
    pub(super) names: Vec<(DeviceId, String)>,
    /// The test signatures that made the key active, one for each of [`super::test_signing::tests`].
    pub(super) proofs: Vec<Proof>,
}

impl ActiveKey {
    pub(super) fn new(record: KeyRecord) -> Self {
        Self { wallet: *record.info().wallet(), epoch: record.info().epoch(), record }
    }

    /// The child public key at `path` (SEC1 uncompressed, 65 bytes), by non-hardened BIP-32 derivation.
    pub(crate) fn public_key(&self, path: &str) -> Option<[u8; 65]> {
        uncompressed(&child_key(self.record.info(), path)?)
    }
}

impl KeyRecord {
    /// The public half of the root that signs for Ethereum. What a quorum is, is the same in all.
    pub(super) fn info(&self) -> &KeyInfo {
        &self.infos[0]
    }
}

/// The child public key at `path`.
pub(super) fn child_key(info: &KeyInfo, path: &str) -> Option<PublicKey> {
    let path: Path = path.parse().ok()?;
    let child = derive::<Secp256k1>(info, &path).ok()?;
    PublicKey::from_sec1_bytes(&Secp256k1::encode_point(&child.public_key)?).ok()
}

/// Whether `(r, s)` signs `digest` under `key`, by k256's verifier.
pub(super) fn verifies(key: &PublicKey, digest: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    k256::ecdsa::Signature::from_scalars(*r, *s)
        .is_ok_and(|signature| VerifyingKey::from(key).verify_prehash(digest, &signature).is_ok())
}

fn uncompressed(key: &PublicKey) -> Option<[u8; 65]> {
    key.to_encoded_point(false).as_bytes().try_into().ok()
}
