//! Child keys: BIP-32 public derivation as an additive tweak.
//!
//! A child's public key is the parent's plus a public tweak, so that parties derive it alone and add the tweak
//! to what they sign with. Hardened derivation needs the private key, which nobody has, and is refused. A child
//! *scalar* must never be released: with the chain code it reveals the parent (BIP-32, "Security").
//!
//! On secp256k1 this is BIP-32. On Ed25519 there is no such standard for keys without a seed, and the rule is
//! ours; it is BIP-32's with the encodings of RFC 8032:
//!
//! - I = HMAC-SHA512(key = parent's chain code, data = parent's public key, the 32 bytes of RFC 8032 ‖ step,
//!   4 bytes big-endian);
//! - tweak = the first 32 bytes of I as a little-endian number, modulo the order of the group;
//! - child key = parent + tweak · B, child's chain code = the last 32 bytes of I.
//!
//! The children are keys like any other: their signatures verify strictly, and the challenge of Ed25519 hashes
//! the key, so that a signature under one child says nothing under another. They are not the keys of SLIP-10 or
//! of BIP32-Ed25519, which both need a seed.

use core::fmt;
use core::str::FromStr;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha512;

use crate::group::Group;
use crate::share::{InvalidKeyInfo, KeyInfo};

/// Steps from a root to a child, none of them hardened: `m/44/60/0/0/0`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<u32>", into = "Vec<u32>")]
pub struct Path(Vec<u32>);

/// Why something is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// A step is hardened (from 2³¹ up, or marked by `'` or `h`).
    #[error("hardened steps need the private key, which nobody has")]
    Hardened,
    /// Not of the form `m/1/2/3`.
    #[error("a path looks like m/44/60/0/0/0")]
    Malformed,
    /// More than [`MAX_DEPTH`] steps.
    #[error("the path is too long")]
    TooLong,
}

/// Why a child key cannot be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// The parent key is of another group.
    #[error(transparent)]
    Key(#[from] InvalidKeyInfo),
    /// This step has no key (BIP-32 says to take the next one); the chance is below 2⁻¹²⁷.
    #[error("step {0} has no key")]
    NoKey(u32),
}

/// A child key below a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child<G: Group> {
    /// Its public key: the root's plus `tweak` times the generator.
    pub public_key: G::Point,
    /// Its chain code.
    pub chain_code: [u8; 32],
    /// What is added to the root's private key; public to whoever knows root and chain code.
    pub tweak: G::Scalar,
}

/// Derives the child of the key `info` at `path`.
///
/// # Errors
/// [`DeriveError::Key`] if the key is not over `G`; [`DeriveError::NoKey`] practically never.
pub fn derive<G: Group>(info: &KeyInfo, path: &Path) -> Result<Child<G>, DeriveError> {
    derive_from(info.public_point::<G>()?, *info.chain_code(), path)
}

/// Derives the child at `path` of the extended public key `(public_key, chain_code)`.
///
/// # Errors
/// [`DeriveError::NoKey`] practically never.
pub fn derive_from<G: Group>(
    public_key: G::Point,
    chain_code: [u8; 32],
    path: &Path,
) -> Result<Child<G>, DeriveError> {
    let root = Child { public_key, chain_code, tweak: G::zero() };
    path.0.iter().try_fold(root, |parent, step| parent.child(*step))
}

impl<G: Group> Child<G> {
    fn child(self, step: u32) -> Result<Self, DeriveError> {
        let parent = G::encode_point(&self.public_key).ok_or(DeriveError::NoKey(step))?;
        // BIP-32, "Public parent key → public child key":
        // > If not (normal child): let I = HMAC-SHA512(Key = cpar, Data = serP(Kpar) || ser32(i)).
        let mut mac =
            Hmac::<Sha512>::new_from_slice(&self.chain_code).expect("HMAC takes keys of any length");
        mac.update(&parent);
        mac.update(&step.to_be_bytes());
        let output: [u8; 64] = mac.finalize().into_bytes().into();
        // > Split I into two 32-byte sequences, IL and IR.
        let mut left = [0; 32];
        let mut chain_code = [0; 32];
        left.copy_from_slice(&output[..32]);
        chain_code.copy_from_slice(&output[32..]);
        // > The returned child key Ki is point(parse256(IL)) + Kpar. The returned chain code ci is IR.
        let tweak = G::derivation_tweak(&left).ok_or(DeriveError::NoKey(step))?;
        let public_key = G::generator_mul(&tweak) + self.public_key;
        // > In case parse256(IL) ≥ n or Ki is the point at infinity, the resulting key is invalid.
        if public_key == G::identity() {
            return Err(DeriveError::NoKey(step));
        }
        Ok(Self { public_key, chain_code, tweak: self.tweak + tweak })
    }
}

impl Path {
    /// The path of these steps.
    ///
    /// # Errors
    /// [`InvalidPath::Hardened`] for a step from 2³¹ up, [`InvalidPath::TooLong`].
    pub fn new(steps: Vec<u32>) -> Result<Self, InvalidPath> {
        if steps.len() > MAX_DEPTH {
            return Err(InvalidPath::TooLong);
        }
        if steps.iter().any(|step| *step >= HARDENED) {
            return Err(InvalidPath::Hardened);
        }
        Ok(Self(steps))
    }

    /// The root's own, empty path.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps.
    pub fn steps(&self) -> &[u32] {
        &self.0
    }
}

impl FromStr for Path {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        let mut parts = text.split('/');
        if parts.next() != Some("m") {
            return Err(InvalidPath::Malformed);
        }
        let steps = parts.map(|part| {
            if part.ends_with(['\'', 'h', 'H']) {
                return Err(InvalidPath::Hardened);
            }
            let is_plain =
                part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            if is_plain {
                part.parse().map_err(|_| InvalidPath::Malformed)
            } else {
                Err(InvalidPath::Malformed)
            }
        });
        Self::new(steps.collect::<Result<_, _>>()?)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("m")?;
        self.0.iter().try_for_each(|step| write!(f, "/{step}"))
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<Vec<u32>> for Path {
    type Error = InvalidPath;

    fn try_from(steps: Vec<u32>) -> Result<Self, InvalidPath> {
        Self::new(steps)
    }
}

impl From<Path> for Vec<u32> {
    fn from(path: Path) -> Self {
        path.0
    }
}

/// Most steps a path may have.
pub const MAX_DEPTH: usize = 16;

const HARDENED: u32 = 1 << 31;
