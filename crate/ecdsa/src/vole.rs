//! Random vector OLE (§5): DKLs23 (ePrint 2023/765), protocol 5.2, with ℓ = 2 and λ_s = 80.
//!
//! ξ is 488, not κ + 2·λ_s = 416, and the gadget is a hash of Bob's message too: a cheating Alice may choose the rows
//! that she cheats in to suit the gadget, and may not choose the gadget (§9.5, §10.4).
//!
//! ρ is 1. The protocol's text says ⌈κ / λ_c⌉, which is 2; its proof (claim 6.7) needs q^ρ ≥ 2^λ_c, and its cost
//! analysis (section 8.2) counts one: §9.3.
//!
//! Bob ends with a random b and shares d₁, d₂; Alice, with inputs a₁, a₂, ends with c₁, c₂ so that
//! c_i + d_i = a_i·b. Bob speaks first (the extension's message), Alice answers.
//!
//! A failed check may have told Alice bits of Bob's choices or Bob bits of Alice's base choices: it is
//! [`Cause::Leak`], and the pair's base transfers must be wiped.

use k256::Scalar;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use symbolon_mpc::{Cause, Tag, wire};
use zeroize::Zeroizing;

use crate::curve::{self, SCALAR};
use crate::direction::Direction;
use crate::ot::base::{ReceiverSeeds, SenderSeeds};
use crate::ot::extension::{self, ExtensionMessage, Pad, ReceiverPads, SenderPads, WIDTH};
use crate::stream::Stream;

/// Bytes of the choices of one multiplication: ξ = 488 bits.
const CHOICE_BYTES: usize = 61;
/// ξ: transfers of one multiplication.
pub const TRANSFERS: usize = 8 * CHOICE_BYTES;
/// ℓ: products of one multiplication.
pub const INPUTS: usize = 2;

/// Alice's answer for one multiplication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoleMessage {
    /// ã: ξ rows of ℓ + ρ scalars.
    #[serde(with = "wire::bytes")]
    pub masked: Vec<u8>,
    /// η: the check input, masked by the challenge's combination of the inputs.
    #[serde(with = "wire::bytes")]
    pub eta: Vec<u8>,
    /// μ: hash of the rows of the check.
    #[serde(with = "wire::bytes")]
    pub mu: Vec<u8>,
}

/// Bob between his message and Alice's answer.
pub struct Bob {
    direction: Direction,
    gadget: Vec<Scalar>,
    choices: Zeroizing<Vec<u8>>,
    pads: ReceiverPads,
    message: [u8; 32],
}

/// Alice once she has checked Bob's message.
pub struct Alice {
    direction: Direction,
    gadget: Vec<Scalar>,
    pads: SenderPads,
    message: [u8; 32],
}

/// A party's shares of the ℓ products of one multiplication.
pub type Shares = Zeroizing<[Scalar; INPUTS]>;

impl Bob {
    /// Draws the choices of `count` multiplications (§5.1).
    pub fn start(
        base: &SenderSeeds,
        direction: Direction,
        count: usize,
        rng: &mut dyn CryptoRngCore,
    ) -> (Self, ExtensionMessage) {
        // 2023/765, protocol 5.2, step 1: Bob samples β ← {0, 1}^ξ.
        let mut choices = Zeroizing::new(vec![0; CHOICE_BYTES * count]);
        rng.fill_bytes(&mut choices);
        let (sent, pads) = extension::receive(base, &direction, &choices, rng);
        let message = hash_of(&direction, &sent);
        (Self { direction, gadget: gadget(&direction, &message), choices, pads, message }, sent)
    }

    /// Bob's random factor in multiplication `item`: b = ⟨g, β⟩.
    pub fn factor(&self, item: usize) -> Zeroizing<Scalar> {
        let mut factor = Zeroizing::new(Scalar::ZERO);
        for (g, choice) in self.gadget.iter().zip(self.choices_of(item)) {
            *factor += select(g, choice);
        }
        factor
    }

    /// Checks Alice's answer for multiplication `item`.
    ///
    /// # Errors
    /// [`Cause::Malformed`] for wrong lengths and scalars, [`Cause::Leak`] if the check fails.
    pub fn finish(&self, item: usize, message: &VoleMessage) -> Result<Shares, Cause> {
        const MALFORMED: Cause = Cause::Malformed("multiplication");
        let (masked, rest) = message.masked.as_chunks::<SCALAR>();
        if masked.len() != TRANSFERS * WIDTH || !rest.is_empty() || message.mu.len() != 32 {
            return Err(MALFORMED);
        }
        let masked: Vec<Scalar> =
            masked.iter().map(curve::decode_scalar).collect::<Option<_>>().ok_or(MALFORMED)?;
        let eta = <&[u8; SCALAR]>::try_from(message.eta.as_slice()).ok().and_then(curve::decode_scalar);
        let eta = eta.ok_or(MALFORMED)?;

        // 2023/765, protocol 5.2, step 4 (§5.7): ḋ = γ + β·ã, then μ' = d̂ + θ·ḋ − β·η and d = Σ g·ḋ.
        let theta = challenge(&self.direction, item, &self.message, &message.masked);
        let mut rows = CheckHash::new(&self.direction, item);
        let mut shares = Shares::default();
        let pads = self.pads.0.iter().skip(item * TRANSFERS);
        let each = pads.zip(masked.chunks_exact(WIDTH)).zip(self.choices_of(item)).zip(&self.gadget);
        for (((pad, masked), choice), g) in each {
            let row: [Scalar; WIDTH] =
                core::array::from_fn(|place| pad[place] + select(&masked[place], choice));
            rows.put(&(row[2] + theta[0] * row[0] + theta[1] * row[1] - select(&eta, choice)));
            shares[0] += g * &row[0];
            shares[1] += g * &row[1];
        }
        match bool::from(rows.finish().ct_eq(message.mu.as_slice())) {
            true => Ok(shares),
            false => Err(Cause::Leak),
        }
    }

    fn choices_of(&self, item: usize) -> impl Iterator<Item = Choice> + '_ {
        let bytes = self.choices.iter().skip(item * CHOICE_BYTES).take(CHOICE_BYTES);
        bytes.flat_map(|byte| (0..8).map(move |bit| Choice::from((byte >> bit) & 1)))
    }
}

impl Alice {
    /// Checks Bob's message for `count` multiplications.
    ///
    /// # Errors
    /// [`Cause::Malformed`] for wrong lengths, [`Cause::Leak`] if the extension's check fails.
    pub fn start(
        base: &ReceiverSeeds,
        direction: Direction,
        count: usize,
        message: &ExtensionMessage,
    ) -> Result<Self, Cause> {
        let pads = extension::send(base, &direction, CHOICE_BYTES * count, message)?;
        let message = hash_of(&direction, message);
        Ok(Self { direction, gadget: gadget(&direction, &message), pads, message })
    }

    /// Multiplies `inputs` in multiplication `item`.
    pub fn multiply(
        &self,
        item: usize,
        inputs: &[Scalar; INPUTS],
        rng: &mut dyn CryptoRngCore,
    ) -> (Shares, VoleMessage) {
        // 2023/765, protocol 5.2, step 3 (§5.4): â ← Z_q^ρ and ã = α⁰ − α¹ + (a ‖ â).
        let check = Zeroizing::new(curve::draw_scalar(rng));
        let row = Zeroizing::new([inputs[0], inputs[1], *check]);
        let zeros = self.pads_of(&self.pads.zero, item);
        let ones = self.pads_of(&self.pads.one, item);
        let mut masked = Vec::with_capacity(TRANSFERS * WIDTH * SCALAR);
        for (zero, one) in zeros.zip(ones) {
            for place in 0..WIDTH {
                masked.extend_from_slice(&(zero[place] - one[place] + row[place]).to_bytes());
            }
        }
        // §5.5, §5.6: θ = H(transcript), η = â + θ·a, μ = H(α̂⁰ + θ·α̇⁰), and c = −Σ g·α̇⁰.
        let theta = challenge(&self.direction, item, &self.message, &masked);
        let eta = *check + theta[0] * inputs[0] + theta[1] * inputs[1];
        let mut rows = CheckHash::new(&self.direction, item);
        let mut shares = Shares::default();
        for (zero, g) in self.pads_of(&self.pads.zero, item).zip(&self.gadget) {
            rows.put(&(zero[2] + theta[0] * zero[0] + theta[1] * zero[1]));
            shares[0] -= g * &zero[0];
            shares[1] -= g * &zero[1];
        }
        let message = VoleMessage { masked, eta: eta.to_bytes().to_vec(), mu: rows.finish().to_vec() };
        (shares, message)
    }

    fn pads_of<'a>(&self, pads: &'a [Pad], item: usize) -> impl Iterator<Item = &'a Pad> {
        pads.iter().skip(item * TRANSFERS).take(TRANSFERS)
    }
}

/// `one` if `choice`, else zero, in constant time.
fn select(one: &Scalar, choice: Choice) -> Scalar {
    Scalar::conditional_select(&Scalar::ZERO, one, choice)
}

/// g ← Z_q^ξ, from Bob's message (§5.3): whatever Alice does, it is uniform and hers is no choice among many.
fn gadget(direction: &Direction, message: &[u8; 32]) -> Vec<Scalar> {
    let mut stream = Stream::new(direction.transcript(Tag::VoleGadget).field(message).finish32());
    (0..TRANSFERS).map(|_| stream.scalar()).collect()
}

/// Hash of Bob's message, for the transcript.
fn hash_of(direction: &Direction, message: &ExtensionMessage) -> [u8; 32] {
    let hash = direction.transcript(Tag::VoleChallenge);
    hash.field(&message.columns).field(&message.choices).field(&message.folds).finish32()
}

/// θ: a hash of all that was said before (§5.5).
fn challenge(direction: &Direction, item: usize, message: &[u8; 32], masked: &[u8]) -> [Scalar; INPUTS] {
    let hash = direction.transcript(Tag::VoleChallenge);
    let hash = hash.field(&(item as u64).to_be_bytes()).field(message).field(masked).finish64();
    let (halves, _) = hash.as_chunks::<SCALAR>();
    [curve::scalar_from_hash(halves[0]), curve::scalar_from_hash(halves[1])]
}

/// The hash μ of the rows of the check.
struct CheckHash {
    hash: symbolon_mpc::Transcript,
    rows: Zeroizing<Vec<u8>>,
}

impl CheckHash {
    fn new(direction: &Direction, item: usize) -> Self {
        let hash = direction.transcript(Tag::VoleCheck).field(&(item as u64).to_be_bytes());
        Self { hash, rows: Zeroizing::new(Vec::with_capacity(TRANSFERS * SCALAR)) }
    }

    fn put(&mut self, row: &Scalar) {
        self.rows.extend_from_slice(&row.to_bytes());
    }

    fn finish(self) -> [u8; 32] {
        self.hash.field(&self.rows).finish32()
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Bob, Bob { choices, pads } but { direction, gadget, message });
    symbolon_mpc::wiped!(Alice, Alice { pads } but { direction, gadget, message });
    symbolon_mpc::wiped!(CheckHash, CheckHash { rows } but { hash });
}
