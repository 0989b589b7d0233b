//! What dealing says on the wire.
//!
//! Points and scalars are bytes here, because one message holds those of several groups; the root that they
//! belong to decodes them. Who has no part in a round says so: in rounds 1 and 2 a party that does not deal, in
//! round 4 one that gets no share, says `None`, and is refused if it says anything else.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::recovery::seal::SealedEvaluations;
use crate::wire;

/// Round 1, to all; of a dealer.
#[derive(Serialize, Deserialize)]
pub(super) struct Commitment {
    /// Hash of the encoding of the [`Reveal`] to come.
    pub(super) hash: [u8; 32],
}

/// Round 2, to all; of a dealer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Reveal {
    /// Random bytes that keep the commitment of round 1 hiding.
    pub(super) opening: [u8; 32],
    /// This dealer's contribution to the chain codes; in a reshare, which carries them, none.
    pub(super) chain_code: Option<[u8; 32]>,
    /// One for each root of the plan, in its order.
    pub(super) roots: Vec<RootReveal>,
    /// One for each absent party, ascending: its evaluations of all roots, sealed to it.
    pub(super) sealed: Vec<SealedEvaluations>,
}

/// What a dealer reveals of one root's polynomial.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct RootReveal {
    /// The coefficients times the generator, constant term first: exactly t points.
    pub(super) commitments: Vec<PointBytes>,
    /// That the dealer knows the constant term.
    pub(super) proof: ProofBytes,
}

/// An encoded point.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PointBytes(#[serde(with = "wire::bytes")] pub(super) Vec<u8>);

/// An encoded Schnorr proof.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ProofBytes {
    /// The nonce times the generator.
    pub(super) nonce: PointBytes,
    /// The response, a scalar.
    pub(super) response: [u8; 32],
}

/// Round 2, of a dealer to a receiver; between any two others nothing.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Evaluations {
    /// The polynomial's value at the receiver's index, a scalar, for each root of the plan.
    pub(super) values: Vec<[u8; 32]>,
}

/// Round 3, to all; of everybody.
#[derive(Serialize, Deserialize)]
pub(super) struct Confirmation {
    /// Hash of everything public that came out.
    pub(super) digest: [u8; 32],
}

/// Round 4, to all; of a receiver.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// The digest of round 3 again.
    pub(super) digest: [u8; 32],
}

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(message Evaluations);
}
