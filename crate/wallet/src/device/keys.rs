//! The public half of the wallet's key, as every screen needs it, open or locked.

use k256::PublicKey;
use k256::ecdsa::VerifyingKey;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use serde::{Deserialize, Serialize};
use symbolon_ecdsa::Signature;
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::{DeviceId, Group, KeyInfo, PartyIndex, Secp256k1, Tag, Transcript, wire};

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
    pub(super) info: KeyInfo,
    /// The devices' names when the key was made.
    pub(super) names: Vec<(DeviceId, String)>,
    /// The test signatures that made the key active, one per quorum of [`test_quorums`].
    pub(super) proofs: Vec<Proof>,
}

/// A test signature: that these parties together can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Which of the test quorums.
    pub quorum: u16,
    /// r, big-endian.
    pub r: [u8; 32],
    /// s, big-endian.
    pub s: [u8; 32],
}

impl ActiveKey {
    pub(super) fn new(record: KeyRecord) -> Self {
        Self { wallet: *record.info.wallet(), epoch: record.info.epoch(), record }
    }

    /// The child public key at `path` (SEC1 uncompressed, 65 bytes), by non-hardened BIP-32 derivation.
    pub(crate) fn public_key(&self, path: &str) -> Option<[u8; 65]> {
        uncompressed(&child_key(&self.record.info, path)?)
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

/// The quorums whose test signatures activate a key: as few as together have every party.
pub(super) fn test_quorums(info: &KeyInfo) -> Vec<Vec<PartyIndex>> {
    let parties: Vec<_> = info.quorum().indices().collect();
    let threshold = usize::from(info.quorum().threshold());
    let mut quorums: Vec<Vec<PartyIndex>> =
        parties.chunks_exact(threshold).map(<[PartyIndex]>::to_vec).collect();
    if parties.len() % threshold != 0 {
        quorums.push(parties[parties.len() - threshold..].to_vec());
    }
    quorums
}

/// What the test quorum `quorum` signs. It is a hash under a tag of its own, so it is no transaction.
pub(super) fn test_digest(info: &KeyInfo, quorum: u16) -> [u8; 32] {
    Transcript::new(Tag::TestSignature).field(&wire::encode(info)).field(&quorum.to_be_bytes()).finish32()
}

/// Whether a test signature holds.
pub(super) fn proves(info: &KeyInfo, proof: &Proof) -> bool {
    usize::from(proof.quorum) < test_quorums(info).len()
        && child_key(info, "m")
            .is_some_and(|key| verifies(&key, &test_digest(info, proof.quorum), &proof.r, &proof.s))
}

impl Proof {
    pub(super) fn new(quorum: u16, signature: &Signature) -> Self {
        Self { quorum, r: signature.r, s: signature.s }
    }
}

fn uncompressed(key: &PublicKey) -> Option<[u8; 65]> {
    key.to_encoded_point(false).as_bytes().try_into().ok()
}
