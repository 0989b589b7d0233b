//! The conformance suite over all schemes and quorums, natively and as wasm: the same checks, and the same bytes.
//!
//! [`run`] runs what `symbolon_mpc::testing::conformance` has for every scheme and gives, for each part, what was
//! counted and a hash of every frame that any party sent. Seeds are fixed. Whatever differs between two platforms,
//! be it the width of a `usize`, another backend of a curve, another order of a map or randomness from elsewhere than
//! the generator handed in, makes another hash. `tests/browser/conformance.mjs` compares.

#[cfg(target_arch = "wasm32")]
mod wasm;

use serde::Serialize;
use symbolon_ecdsa::testing::conformance::{ByK256, SignsEcdsa};
use symbolon_frost::testing::{ByCurveCrates, SignsEd25519, SignsTaproot};
use symbolon_mpc::testing::conformance::{dealing, dealing_together, signing};
use symbolon_mpc::testing::traffic::observe;
use symbolon_mpc::{Ed25519, Scheme, Secp256k1};

/// What came of one part of the suite. It passed: a part that does not panics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Which one.
    pub name: &'static str,
    /// Ceremonies that were run.
    pub ceremonies: u64,
    /// Frames that were sent.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// A hash of all of them, in hex.
    pub digest: String,
}

/// A part by its name.
pub type Suite = (&'static str, fn());

/// All parts: keys of each scheme for every quorum up to 5 parties, keys of all schemes dealt together, and the life
/// of a key that signs, for 2 of 2, 2 of 3, 3 of 5 and 4 of 6.
pub const SUITES: [Suite; 7] = [
    ("dealing, ECDSA", || dealing::<Secp256k1>(Scheme::EcdsaSecp256k1)),
    ("dealing, Taproot", || dealing::<Secp256k1>(Scheme::SchnorrSecp256k1)),
    ("dealing, Ed25519", || dealing::<Ed25519>(Scheme::Ed25519)),
    ("dealing, all roots", || dealing_together(&Scheme::ALL)),
    ("life, ECDSA", signing::<SignsEcdsa<ByK256>>),
    ("life, Taproot", signing::<SignsTaproot<ByCurveCrates>>),
    ("life, Ed25519", signing::<SignsEd25519<ByCurveCrates>>),
];

/// Runs one part.
///
/// # Panics
/// If it finds a defect.
pub fn play((name, suite): Suite) -> Part {
    let ((), traffic) = observe(suite);
    Part {
        name,
        ceremonies: traffic.runs,
        frames: traffic.frames,
        bytes: traffic.bytes,
        digest: hex::encode(traffic.digest),
    }
}

/// Runs all parts.
///
/// # Panics
/// If one finds a defect.
pub fn run() -> Vec<Part> {
    SUITES.map(play).to_vec()
}
