//! One instance of a proof, and which instances a challenge leaves unopened: docs/recovery.md, 2.3 to 2.7.

use curve25519_dalek::ristretto::{RistrettoBasepointTable, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::{INSTANCES, UNOPENED};
use crate::group::{Group, Scheme, with_group};
use crate::transcript::{Tag, Transcript};

/// What an instance commits to.
#[derive(Clone)]
pub(super) struct Instance {
    /// A_i.
    pub(super) ephemeral: [u8; 32],
    /// m_i.
    pub(super) masked: [u8; 32],
    /// R_{i,j} for each root.
    pub(super) points: Vec<Vec<u8>>,
}

/// The place of a root in a statement, from 1; 0 is the encryption's own.
pub(super) type Place = u16;

/// Makes instances from their seeds (2.3 to 2.5), with the multiples of the recovery key at hand. `None` if one is
/// degenerate, which seeds that were drawn are not.
pub(super) fn make<'a>(
    context: &[u8; 32],
    schemes: &[Scheme],
    key: &RistrettoBasepointTable,
    seeds: impl Iterator<Item = (u32, &'a [u8; 32])> + Clone,
) -> Option<Vec<Instance>> {
    let halves: Vec<_> = seeds.clone().map(|(number, seed)| coins(context, number, seed)).collect();
    let bases: Vec<_> = halves.iter().map(|half| RistrettoPoint::mul_base(half)).collect();
    let ephemerals = RistrettoPoint::double_and_compress_batch(&bases);
    let mut instances = Vec::with_capacity(halves.len());
    // As many of each as there are seeds.
    for (((number, seed), half), ephemeral) in seeds.clone().zip(&halves).zip(ephemerals) {
        let ephemeral = ephemeral.to_bytes();
        let shared = Zeroizing::new(&Zeroizing::new(**half + **half) as &Scalar * key);
        let shared = Zeroizing::new(shared.compress().to_bytes());
        let masked = xor(seed, &mask(context, number, &ephemeral, &shared));
        instances.push(Instance { ephemeral, masked, points: Vec::with_capacity(schemes.len()) });
    }
    for (place, scheme) in (1..).zip(schemes) {
        let points = with_group!(*scheme, G => {
            let blinds = seeds.clone().map(|(number, seed)| blind::<G>(context, number, place, seed));
            G::encode_points(&blinds.map(|blind| G::generator_mul(&blind)).collect::<Vec<_>>())
        });
        for (instance, point) in instances.iter_mut().zip(points?) {
            instance.points.push(point);
        }
    }
    Some(instances)
}

/// a_i (2.3): half of what the ephemeral key is a multiple of.
fn coins(context: &[u8; 32], number: u32, seed: &[u8; 32]) -> Zeroizing<Scalar> {
    Zeroizing::new(Scalar::from_bytes_mod_order_wide(&expand(context, number, 0, seed)))
}

/// Whether `ephemeral` is the one that this seed makes.
pub(super) fn is_ephemeral_of(
    context: &[u8; 32],
    number: u32,
    seed: &[u8; 32],
    ephemeral: &[u8; 32],
) -> bool {
    let base = RistrettoPoint::mul_base(&coins(context, number, seed));
    (base + base).compress().to_bytes() == *ephemeral
}

/// r_{i,j} (2.3): what blinds the evaluation of the root at `place`.
pub(super) fn blind<G: Group>(
    context: &[u8; 32],
    number: u32,
    place: Place,
    seed: &[u8; 32],
) -> Zeroizing<G::Scalar> {
    Zeroizing::new(G::reduce_wide(&expand(context, number, place, seed)))
}

fn expand(context: &[u8; 32], number: u32, place: Place, seed: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let transcript = Transcript::new(Tag::SealExpand).field(context).field(&number.to_be_bytes());
    Zeroizing::new(transcript.field(&place.to_be_bytes()).field(seed).finish64())
}

/// What masks a seed (2.4).
pub(super) fn mask(
    context: &[u8; 32],
    number: u32,
    ephemeral: &[u8; 32],
    shared: &[u8; 32],
) -> Zeroizing<[u8; 32]> {
    let transcript = Transcript::new(Tag::SealMask).field(context).field(&number.to_be_bytes());
    Zeroizing::new(transcript.field(ephemeral).field(shared).finish32())
}

pub(super) fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let mut result = *one;
    for (byte, other) in result.iter_mut().zip(other) {
        *byte ^= other;
    }
    result
}

/// The challenge (2.6) of all instances, ascending.
pub(super) fn challenge<'a>(context: &[u8; 32], instances: impl Iterator<Item = &'a Instance>) -> [u8; 32] {
    let mut transcript = Transcript::new(Tag::SealChallenge).field(context);
    for instance in instances {
        transcript.put(&instance.ephemeral);
        transcript.put(&instance.masked);
        for point in &instance.points {
            transcript.put(point);
        }
    }
    transcript.finish32()
}

/// For each instance whether the challenge leaves it unopened (2.7).
pub(super) fn unopened(challenge: &[u8; 32]) -> [bool; INSTANCES] {
    let mut chosen = [false; INSTANCES];
    let mut left = UNOPENED;
    for block in 0_u32.. {
        let bytes =
            Transcript::new(Tag::SealUnopened).field(challenge).field(&block.to_be_bytes()).finish64();
        for byte in bytes {
            if left == 0 {
                return chosen;
            }
            if let Some(place) = chosen.get_mut(usize::from(byte)).filter(|place| !**place) {
                *place = true;
                left -= 1;
            }
        }
    }
    chosen
}
