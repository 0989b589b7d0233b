//! Many transfers from 128 base transfers (§4): SoftSpoken OT (Roy, ePrint 2022/192) with k = 1, which is the OT
//! extension of Keller–Orsini–Scholl with the consistency check of its revision of 2022 (ePrint 2015/546). That
//! its challenge may be a hash, and that s must then be 128, is DKLs23 (ePrint 2023/765), section 5.1.
//!
//! One message, from the receiver. Its matrix has one column of ℓ + s bits for each base transfer, s = 128:
//! the last s rows hide what the check shows. The challenge of the check is a hash of the whole matrix; the
//! check itself is a universal hash over GF(2¹²⁸), one for each column. Seeds are expanded, and rows hashed to
//! pads, under the session id, which holds a fresh salt of each side: a pair's base transfers may serve many
//! sessions, and no two sessions share a pad.
//!
//! A failed check may tell a cheating receiver some bits of the sender's Δ. So a failure is [`Cause::Leak`],
//! and whoever holds the base transfers must wipe them.

use core::array;

use k256::Scalar;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use symbolon_mpc::{Cause, Tag, Transcript, wire};
use zeroize::Zeroizing;

use crate::bits::transpose;
use crate::curve;
use crate::direction::Direction;
use crate::gf128::{Gf128, Wide};
use crate::ot::base::{COUNT, ReceiverSeeds, Seed, SenderSeeds};
use crate::stream::Stream;

/// Scalars in a pad: ℓ = 2 inputs and ρ = 1 check of RVOLE.
pub const WIDTH: usize = 3;
/// Bytes of s = 128 bits: a block of the check, and the rows that hide it.
const BLOCK: usize = 16;

/// Bytes of the hash of all folds.
const FOLDS: usize = 32;

/// A pad of one transfer.
pub type Pad = [Scalar; WIDTH];

/// The receiver's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionMessage {
    /// u₀ … u₁₂₇, each of ℓ + s bits.
    #[serde(with = "wire::bytes")]
    pub columns: Vec<u8>,
    /// Hash of the choices, an element of GF(2¹²⁸).
    #[serde(with = "wire::bytes")]
    pub choices: Vec<u8>,
    /// Hash of the folds of all columns t₀ … t₁₂₇ (32 bytes).
    #[serde(with = "wire::bytes")]
    pub folds: Vec<u8>,
}

/// Both pads of each transfer.
pub struct SenderPads {
    /// The pads of choice 0.
    pub zero: Zeroizing<Vec<Pad>>,
    /// The pads of choice 1.
    pub one: Zeroizing<Vec<Pad>>,
}

/// The chosen pad of each transfer.
pub struct ReceiverPads(pub Zeroizing<Vec<Pad>>);

/// Chooses bit j of `choices` (least significant first) in transfer j; ℓ = 8·`choices.len()` (§4.1 to §4.5).
pub fn receive(
    base: &SenderSeeds,
    direction: &Direction,
    choices: &[u8],
    rng: &mut dyn CryptoRngCore,
) -> (ExtensionMessage, ReceiverPads) {
    let length = choices.len() + BLOCK;
    let mut padded = Zeroizing::new(vec![0; length]);
    padded[..choices.len()].copy_from_slice(choices);
    rng.fill_bytes(&mut padded[choices.len()..]);

    // §4.2: u_i = PRG(k_i⁰) ⊕ PRG(k_i¹) ⊕ x, and t_i = PRG(k_i⁰).
    let expand = Expand::new(direction);
    let mut kept = Columns::new(length);
    let mut sent = vec![0; COUNT * length];
    for ((pair, column), masked) in base.0.iter().zip(kept.iter_mut()).zip(sent.chunks_exact_mut(length)) {
        let [zero, one] = pair;
        expand.column(zero, column);
        expand.column(one, masked);
        for ((masked, kept), choice) in masked.iter_mut().zip(&*column).zip(padded.iter()) {
            *masked ^= kept ^ choice;
        }
    }

    let challenge = Challenge::new(direction, &sent, choices.len());
    let message = ExtensionMessage {
        choices: challenge.fold(&padded).to_bytes().to_vec(),
        folds: hash_of_folds(direction, kept.iter().map(|column| challenge.fold(column))).to_vec(),
        columns: sent,
    };
    let pads = PadHash::new(direction);
    let rows = kept.rows();
    let pads = rows.iter().enumerate().map(|(index, row)| pads.pad(index, *row)).collect();
    (message, ReceiverPads(Zeroizing::new(pads)))
}

/// Takes the receiver's message for `8·bytes` transfers (§4.6).
///
/// # Errors
/// [`Cause::Malformed`] for a wrong length, [`Cause::Leak`] if the check fails.
pub fn send(
    base: &ReceiverSeeds,
    direction: &Direction,
    bytes: usize,
    message: &ExtensionMessage,
) -> Result<SenderPads, Cause> {
    let length = bytes + BLOCK;
    let choices = <[u8; BLOCK]>::try_from(message.choices.as_slice());
    let (Ok(choices), true) =
        (choices, message.folds.len() == FOLDS && message.columns.len() == COUNT * length)
    else {
        return Err(Cause::Malformed("extension"));
    };
    let choices = Gf128::from_bytes(choices);

    // §4.6: q_i = PRG(k_i^{Δ_i}) ⊕ Δ_i·u_i, which is t_i ⊕ Δ_i·x.
    let expand = Expand::new(direction);
    let challenge = Challenge::new(direction, &message.columns, bytes);
    let mut kept = Columns::new(length);
    let mut expected = Zeroizing::new(Vec::with_capacity(COUNT));
    let columns = kept.iter_mut().zip(message.columns.chunks_exact(length));
    for (index, ((column, masked), seed)) in columns.zip(base.seeds.iter()).enumerate() {
        let mask = 0_u8.wrapping_sub(((base.choices >> index) & 1) as u8);
        expand.column(seed, column);
        for (kept, masked) in column.iter_mut().zip(masked) {
            *kept ^= masked & mask;
        }
        // The check of column i, q̇_i = ṫ_i + Δ_i·ẋ, says what ṫ_i must be.
        let wide_mask = 0_u128.wrapping_sub((base.choices >> index) & 1);
        expected.push(challenge.fold(column) + Gf128(choices.0 & wide_mask));
    }
    let expected = hash_of_folds(direction, expected.iter().copied());
    if !bool::from(expected.ct_eq(message.folds.as_slice())) {
        return Err(Cause::Leak);
    }

    let pads = PadHash::new(direction);
    let rows = kept.rows();
    let zero = rows.iter().enumerate().map(|(index, row)| pads.pad(index, *row)).collect();
    let one = rows.iter().enumerate().map(|(index, row)| pads.pad(index, *row ^ base.choices)).collect();
    Ok(SenderPads { zero: Zeroizing::new(zero), one: Zeroizing::new(one) })
}

/// The pseudo-random generator over the base transfers' keys: ChaCha20 under a key bound to the session.
pub(crate) struct Expand(Transcript);

impl Expand {
    pub(crate) fn new(direction: &Direction) -> Self {
        Self(direction.aligned_transcript(Tag::ExtensionExpand))
    }

    pub(crate) fn column(&self, seed: &Seed, column: &mut [u8]) {
        Stream::new(self.0.clone().field(seed).finish32()).fill(column);
    }
}

/// 128 columns of ℓ + s bits.
struct Columns {
    length: usize,
    bytes: Zeroizing<Vec<u8>>,
}

impl Columns {
    fn new(length: usize) -> Self {
        Self { length, bytes: Zeroizing::new(vec![0; COUNT * length]) }
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.length)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.bytes.chunks_exact_mut(self.length)
    }

    /// The first ℓ rows, 128 bits each: bit i is from column i (§4.7).
    fn rows(&self) -> Zeroizing<Vec<u128>> {
        let bytes = self.length - BLOCK;
        let mut rows = Zeroizing::new(Vec::with_capacity(bytes.next_multiple_of(BLOCK) * 8));
        for start in (0..bytes).step_by(BLOCK) {
            let end = bytes.min(start + BLOCK);
            let mut block = Zeroizing::new([0; COUNT]);
            for (word, column) in block.iter_mut().zip(self.iter()) {
                *word = block_of(&column[start..end]).0;
            }
            transpose(&mut block);
            rows.extend_from_slice(&block[..(end - start) * 8]);
        }
        rows
    }
}

/// Up to 128 bits as an element of GF(2¹²⁸), filled up with zeros.
fn block_of(bytes: &[u8]) -> Gf128 {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    Gf128::from_bytes(block)
}

/// The universal hash x̂_{m+1} + Σ χ_j·x̂_j of a column, with χ from a hash of the whole matrix (§4.3, §4.4).
pub(crate) struct Challenge {
    bytes: usize,
    factors: Vec<Gf128>,
}

impl Challenge {
    pub(crate) fn new(direction: &Direction, matrix: &[u8], bytes: usize) -> Self {
        let seed = direction.transcript(Tag::ExtensionCheck).field(matrix).finish32();
        let mut stream = vec![0; bytes.next_multiple_of(BLOCK)];
        Stream::new(seed).fill(&mut stream);
        Self { bytes, factors: stream.chunks_exact(BLOCK).map(block_of).collect() }
    }

    pub(crate) fn fold(&self, column: &[u8]) -> Gf128 {
        let (body, hiding) = column.split_at(self.bytes);
        let mut sum = Wide::default();
        for (factor, block) in self.factors.iter().zip(body.chunks(BLOCK)) {
            sum.add_product(*factor, block_of(block));
        }
        sum.reduce() + block_of(hiding)
    }
}

/// What the receiver says of ṫ₀ … ṫ₁₂₇: the sender knows what each must be, so that a hash is enough (§4.5).
pub(crate) fn hash_of_folds(direction: &Direction, folds: impl Iterator<Item = Gf128>) -> [u8; FOLDS] {
    let folds: Zeroizing<Vec<u8>> = Zeroizing::new(folds.flat_map(Gf128::to_bytes).collect());
    direction.transcript(Tag::ExtensionFolds).field(&folds).finish32()
}

/// The hash that breaks the correlation of the rows: rows to pads (§4.7).
struct PadHash(Transcript);

impl PadHash {
    fn new(direction: &Direction) -> Self {
        Self(direction.aligned_transcript(Tag::ExtensionPad))
    }

    fn pad(&self, index: usize, row: u128) -> Pad {
        let mut input = Zeroizing::new([0; 4 + BLOCK]);
        input[..4].copy_from_slice(&(index as u32).to_be_bytes());
        input[4..].copy_from_slice(&row.to_le_bytes());
        let mut stream = Zeroizing::new([0; WIDTH * curve::SCALAR]);
        Stream::new(self.0.clone().field(&*input).finish32()).fill(&mut *stream);
        let (scalars, _) = stream.as_chunks::<{ curve::SCALAR }>();
        array::from_fn(|place| curve::scalar_from_hash(scalars[place]))
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(SenderPads, SenderPads { zero, one } but {});
    symbolon_mpc::wiped!(ReceiverPads, ReceiverPads { 0 } but {});
    symbolon_mpc::wiped!(Columns, Columns { bytes } but { length });
}
