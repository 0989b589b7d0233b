//! Sealing one dealer's evaluations to one absent party, with the proof that they are in there: docs/recovery.md, 2.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable};
use curve25519_dalek::traits::IsIdentity;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::instance::{self, Instance};
use super::key::{RecoveryKey, RecoverySecret};
use super::{INSTANCES, UNOPENED};
use crate::abort::Cause;
use crate::group::{Group, Scheme, with_group};
use crate::machine::frame::step_of_round;
use crate::party::PartyIndex;
use crate::secret::Secret;
use crate::session::SessionId;
use crate::transcript::{Tag, Transcript};
use crate::wire;

/// One dealer's evaluations for one absent party, of all roots, sealed to its key: what 2.8 sends.
///
/// The three byte strings hold many things of one size, ascending by instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedEvaluations {
    /// h.
    challenge: [u8; 32],
    /// σ_i of the opened instances, 32 bytes each.
    #[serde(with = "wire::bytes")]
    seeds: Vec<u8>,
    /// A_i and m_i of the unopened ones, 32 bytes each.
    #[serde(with = "wire::bytes")]
    ciphertexts: Vec<u8>,
    /// s_{i,j} of the unopened ones, 32 bytes for each root.
    #[serde(with = "wire::bytes")]
    responses: Vec<u8>,
}

/// Where and by whom evaluations are sealed, and to whom.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) session: &'a SessionId,
    pub(crate) wallet: &'a [u8; 32],
    pub(crate) epoch: u32,
    pub(crate) dealer: PartyIndex,
    pub(crate) receiver: PartyIndex,
    pub(crate) key: &'a RecoveryKey,
}

/// What is proven of sealed evaluations: that they are the logarithms of these points.
pub(crate) struct Statement<'a> {
    key: &'a RecoveryKey,
    schemes: Vec<Scheme>,
    /// X_j, encoded.
    points: &'a [Vec<u8>],
    /// β.
    context: [u8; 32],
}

impl<'a> Statement<'a> {
    /// That what is sealed at `place` are the logarithms of `points`, one for each of `schemes`.
    pub(crate) fn new(place: Place<'a>, schemes: Vec<Scheme>, points: &'a [Vec<u8>]) -> Self {
        let (from, to) = (Some(place.dealer), Some(place.receiver));
        // docs/recovery.md, 2.1.
        let step = step_of_round(crate::dealing::REVEAL);
        let mut transcript = Transcript::in_session(Tag::SealContext, place.session, from, to, step)
            .field(place.wallet)
            .field(&place.epoch.to_be_bytes())
            .field(&place.key.encode());
        for (scheme, point) in schemes.iter().zip(points) {
            transcript.put(scheme.name().as_bytes());
            transcript.put(point);
        }
        Self { key: place.key, schemes, points, context: transcript.finish32() }
    }

    /// Seals `values`, the logarithms, with randomness that is used here and never again (2.2 to 2.8). `None` if
    /// something is degenerate that good randomness does not make so, or if the values are not the statement's.
    pub(crate) fn seal(
        &self,
        values: &[Zeroizing<[u8; 32]>],
        randomness: &[u8; 64],
    ) -> Option<SealedEvaluations> {
        if values.len() != self.schemes.len() {
            return None;
        }
        let seeds = (0..INSTANCES as u32).map(|number| {
            let transcript = Transcript::new(Tag::SealSeed).field(&self.context).field(&number.to_be_bytes());
            Zeroizing::new(transcript.field(randomness).finish32())
        });
        let seeds: Vec<_> = seeds.collect();
        let numbered = (0..).zip(seeds.iter().map(|seed| &**seed));
        let table = RistrettoBasepointTable::create(self.key.point());
        let instances = instance::make(&self.context, &self.schemes, &table, numbered)?;
        self.answer(values, &seeds, &instances)
    }

    /// What is sent of these instances (2.6 to 2.8).
    fn answer(
        &self,
        values: &[Zeroizing<[u8; 32]>],
        seeds: &[Zeroizing<[u8; 32]>],
        instances: &[Instance],
    ) -> Option<SealedEvaluations> {
        let challenge = instance::challenge(&self.context, instances.iter());
        let mut sealed = SealedEvaluations {
            challenge,
            seeds: Vec::with_capacity(SEED_BYTES),
            ciphertexts: Vec::with_capacity(CIPHERTEXT_BYTES),
            responses: Vec::with_capacity(UNOPENED * 32 * values.len()),
        };
        let unopened = instance::unopened(&challenge);
        for (((number, seed), instance), is_unopened) in (0..).zip(seeds).zip(instances).zip(unopened) {
            if !is_unopened {
                sealed.seeds.extend_from_slice(&**seed);
                continue;
            }
            sealed.ciphertexts.extend_from_slice(&instance.ephemeral);
            sealed.ciphertexts.extend_from_slice(&instance.masked);
            for ((place, scheme), value) in (1..).zip(&self.schemes).zip(values) {
                let response = with_group!(*scheme, G => {
                    let blind = instance::blind::<G>(&self.context, number, place, seed);
                    let value = Zeroizing::new(G::decode_scalar(value)?);
                    G::encode_scalar(&(*value + *blind))
                });
                sealed.responses.extend_from_slice(&response);
            }
        }
        Some(sealed)
    }

    /// Checks the proof (2.9, 2.10).
    pub(crate) fn verify(&self, sealed: &SealedEvaluations) -> Result<(), Cause> {
        let (seeds, unopened) = sealed.parts(self.schemes.len()).ok_or(MALFORMED)?;
        let is_unopened = instance::unopened(&sealed.challenge);
        let numbers = |wanted: bool| {
            (0_u32..)
                .zip(is_unopened)
                .filter(move |(_, unopened)| *unopened == wanted)
                .map(|(number, _)| number)
        };
        let table = RistrettoBasepointTable::create(self.key.point());
        let opened = instance::make(&self.context, &self.schemes, &table, numbers(false).zip(seeds));
        let (mut opened, mut unopened) =
            (opened.ok_or(WRONG)?.into_iter(), self.unopened_instances(&unopened)?.into_iter());
        let all = is_unopened
            .into_iter()
            .map(|is_unopened| if is_unopened { unopened.next() } else { opened.next() });
        // Of both there are as many as the set has.
        let all = all.collect::<Option<Vec<_>>>().ok_or(MALFORMED)?;
        if instance::challenge(&self.context, all.iter()) == sealed.challenge { Ok(()) } else { Err(WRONG) }
    }

    /// What unopened instances commit to: the ciphertext as it was sent, and R = s·G − X for each root.
    fn unopened_instances(&self, unopened: &[Unopened<'_>]) -> Result<Vec<Instance>, Cause> {
        let mut instances = Vec::with_capacity(unopened.len());
        for Unopened { ephemeral, masked, .. } in unopened {
            // A point other than the identity, in its one encoding: the group has no point of small order.
            RecoveryKey::decode(ephemeral).ok_or(MALFORMED)?;
            instances.push(Instance { ephemeral: **ephemeral, masked: **masked, points: Vec::new() });
        }
        for (place, (scheme, point)) in self.schemes.iter().zip(self.points).enumerate() {
            let points = with_group!(*scheme, G => {
                let point = G::decode_point(point).ok_or(WRONG)?;
                let of = |unopened: &Unopened<'_>| {
                    let response = G::decode_scalar(unopened.responses.get(place)?)?;
                    Some(G::generator_mul(&response) - point)
                };
                let points = unopened.iter().map(of).collect::<Option<Vec<_>>>().ok_or(MALFORMED)?;
                G::encode_points(&points).ok_or(WRONG)?
            });
            for (instance, point) in instances.iter_mut().zip(points) {
                instance.points.push(point);
            }
        }
        Ok(instances)
    }

    /// The logarithms, one for each root (2.11); `None` if no instance opens.
    pub(crate) fn open(
        &self,
        sealed: &SealedEvaluations,
        secret: &RecoverySecret,
    ) -> Option<Vec<Secret<[u8; 32]>>> {
        let (_, unopened) = sealed.parts(self.schemes.len())?;
        let is_unopened = instance::unopened(&sealed.challenge);
        let numbers = (0_u32..).zip(is_unopened).filter(|(_, unopened)| *unopened).map(|(number, _)| number);
        numbers.zip(&unopened).find_map(|(number, unopened)| self.open_instance(number, unopened, secret))
    }

    fn open_instance(
        &self,
        number: u32,
        unopened: &Unopened<'_>,
        secret: &RecoverySecret,
    ) -> Option<Vec<Secret<[u8; 32]>>> {
        let point =
            CompressedRistretto(*unopened.ephemeral).decompress().filter(|point| !point.is_identity())?;
        let shared = secret.shared(&point)?;
        let mask = instance::mask(&self.context, number, unopened.ephemeral, &shared);
        let seed = Zeroizing::new(instance::xor(unopened.masked, &mask));
        if !instance::is_ephemeral_of(&self.context, number, &seed, unopened.ephemeral) {
            return None;
        }
        let roots = (1..).zip(&self.schemes).zip(unopened.responses).zip(self.points);
        let values = roots.map(|(((place, scheme), response), point)| {
            with_group!(*scheme, G => {
                let response = G::decode_scalar(response)?;
                let blind = instance::blind::<G>(&self.context, number, place, &seed);
                let value = Zeroizing::new(response - *blind);
                let is_right = G::encode_point(&G::generator_mul(&value)).as_ref() == Some(point);
                is_right.then(|| Secret::new(G::encode_scalar(&value)))
            })
        });
        values.collect()
    }
}

/// An unopened instance as it was sent.
struct Unopened<'a> {
    ephemeral: &'a [u8; 32],
    masked: &'a [u8; 32],
    /// One for each root.
    responses: &'a [[u8; 32]],
}

impl SealedEvaluations {
    /// The seeds of the opened instances and what was sent of the unopened ones, ascending; `None` unless there are
    /// exactly as many as there must be.
    fn parts(&self, roots: usize) -> Option<(&[[u8; 32]], Vec<Unopened<'_>>)> {
        let is_whole = self.seeds.len() == SEED_BYTES
            && self.ciphertexts.len() == CIPHERTEXT_BYTES
            && self.responses.len() == UNOPENED * 32 * roots
            && roots > 0;
        if !is_whole {
            return None;
        }
        let (seeds, _) = self.seeds.as_chunks::<32>();
        let (ciphertexts, _) = self.ciphertexts.as_chunks::<32>();
        let (responses, _) = self.responses.as_chunks::<32>();
        let unopened =
            ciphertexts.chunks_exact(2).zip(responses.chunks_exact(roots)).map(|(both, responses)| {
                let [ephemeral, masked] = both else { return None };
                Some(Unopened { ephemeral, masked, responses })
            });
        Some((seeds, unopened.collect::<Option<_>>()?))
    }
}

const SEED_BYTES: usize = (INSTANCES - UNOPENED) * 32;
const CIPHERTEXT_BYTES: usize = UNOPENED * 64;
const WHAT: &str = "sealed evaluation";
const MALFORMED: Cause = Cause::Malformed(WHAT);
const WRONG: Cause = Cause::Check(WHAT);

#[cfg(test)]
mod tests;
