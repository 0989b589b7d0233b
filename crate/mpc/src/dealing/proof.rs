//! Schnorr's proof that a dealer knows its constant term.
//!
//! R = k·G, e = H(session, dealer, scheme, C, R), z = k + e·c; accepted if z·G = R + e·C. The challenge names
//! session, dealer and scheme, so that a proof is good in one place only (RFC 8235 section 2.2 asks for the
//! prover's identity for the same reason).

use super::messages::{PointBytes, ProofBytes};
use crate::group::{Group, Scheme};
use crate::machine::Context;
use crate::machine::frame::step_of_round;
use crate::party::PartyIndex;
use crate::transcript::Tag;

/// Proves knowledge of `secret`, whose commitment is `encoded`. The nonce is used here and never again.
pub(super) fn prove<G: Group>(
    context: &Context,
    scheme: Scheme,
    secret: &G::Scalar,
    encoded: &[u8],
    nonce: &G::Scalar,
) -> Option<ProofBytes> {
    let encoded_nonce = G::encode_point(&G::generator_mul(nonce))?;
    let challenge = challenge::<G>(context, scheme, context.me(), encoded, &encoded_nonce);
    let response = G::encode_scalar(&(*nonce + challenge * *secret));
    Some(ProofBytes { nonce: PointBytes(encoded_nonce), response })
}

/// Whether `proof` shows that `dealer` knows what `point` (encoded: `encoded`) commits to.
pub(super) fn verify<G: Group>(
    context: &Context,
    scheme: Scheme,
    dealer: PartyIndex,
    point: &G::Point,
    encoded: &[u8],
    proof: &ProofBytes,
) -> bool {
    let (Some(nonce), Some(response)) = (G::decode_point(&proof.nonce.0), G::decode_scalar(&proof.response))
    else {
        return false;
    };
    let challenge = challenge::<G>(context, scheme, dealer, encoded, &proof.nonce.0);
    G::generator_mul(&response) == nonce + G::multi_scalar_mul_vartime(&[(challenge, *point)])
}

fn challenge<G: Group>(
    context: &Context,
    scheme: Scheme,
    dealer: PartyIndex,
    point: &[u8],
    nonce: &[u8],
) -> G::Scalar {
    let transcript =
        context.transcript(Tag::DealProof, Some(dealer), None, step_of_round(super::rounds::REVEAL));
    G::reduce_wide(&transcript.field(scheme.name().as_bytes()).field(point).field(nonce).finish64())
}
