//! What all dealers sealed to one absent party, and opening it: docs/recovery.md, 4.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::key::{RecoveryKey, RecoverySecret};
use super::seal::{Place, SealedEvaluations, Statement};
use crate::group::{Group, Scheme, with_group};
use crate::party::{MAX_PARTIES, PartyIndex};
use crate::secret::Secret;
use crate::session::SessionId;
use crate::share::{KeyInfo, KeyShare};

/// A share of every root, sealed to the key of an absent party by all dealers of one dealing.
///
/// The same for all devices, and public: nothing but the recovery secret opens it. Decoded from bytes it is not
/// checked yet; [`SealedShare::verify`] and [`SealedShare::unseal`] check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedShare {
    /// The absent party.
    pub party: PartyIndex,
    /// The session of the dealing.
    pub session: SessionId,
    /// One for each dealer, ascending.
    pub parts: Vec<SealedPart>,
}

/// What one dealer sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPart {
    /// The dealer.
    pub dealer: PartyIndex,
    /// Its evaluation times the generator, for each root, encoded.
    pub points: Vec<Vec<u8>>,
    /// The evaluations.
    pub evaluations: SealedEvaluations,
}

/// Why a sealed share is not one of these keys, or does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// What a dealer sealed was altered, or belongs to another key, epoch or session.
    #[error("what {0} sealed is damaged or belongs elsewhere")]
    Damaged(PartyIndex),
    /// The keys are none, or not of one wallet, epoch and quorum.
    #[error("these keys do not belong together")]
    Keys,
    /// The number of dealers or of their points is wrong, or the dealers are not ascending.
    #[error("the sealed share is malformed")]
    Malformed,
    /// The quorum has no such party, or it has no recovery key.
    #[error("the quorum has no recovery {0}")]
    Party(PartyIndex),
    /// The parts do not add up to the party's verification share.
    #[error("the sealed parts do not make the share of this epoch")]
    Sum,
    /// The secret is not that of the party's recovery key.
    #[error("the recovery secret is another one")]
    WrongSecret,
}

impl SealedShare {
    /// Checks, without any secret, that whoever has the party's recovery secret can open its shares of `keys`, which
    /// are all keys that were dealt together, in their order (docs/recovery.md, 4.1).
    ///
    /// # Errors
    /// [`UnsealError`], but for [`UnsealError::WrongSecret`].
    pub fn verify(&self, keys: &[KeyInfo]) -> Result<(), UnsealError> {
        let key = self.check(keys)?;
        for part in &self.parts {
            let statement = self.statement(part, &key, keys)?;
            statement.verify(&part.evaluations).map_err(|_| UnsealError::Damaged(part.dealer))?;
        }
        Ok(())
    }

    /// The party's shares of `keys`, in their order (docs/recovery.md, 4.2). Each was compared with its verification
    /// share. Does not make the check of [`SealedShare::verify`], of which an opener needs nothing.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal(&self, keys: &[KeyInfo], secret: &RecoverySecret) -> Result<Vec<KeyShare>, UnsealError> {
        let key = self.check(keys)?;
        if secret.key() != key {
            return Err(UnsealError::WrongSecret);
        }
        let mut sums: Vec<Option<Secret<[u8; 32]>>> = keys.iter().map(|_| None).collect();
        for part in &self.parts {
            let statement = self.statement(part, &key, keys)?;
            let values =
                statement.open(&part.evaluations, secret).ok_or(UnsealError::Damaged(part.dealer))?;
            for ((sum, value), info) in sums.iter_mut().zip(values).zip(keys) {
                *sum = Some(match sum.take() {
                    None => value,
                    Some(sum) => add(info.scheme(), &sum, &value).ok_or(UnsealError::Malformed)?,
                });
            }
        }
        let shares = keys.iter().zip(sums).map(|(info, sum)| {
            let sum = sum.ok_or(UnsealError::Malformed)?;
            KeyShare::from_parts(self.party, sum, info.clone()).map_err(|_| UnsealError::Sum)
        });
        shares.collect()
    }

    /// Checks what is cheap to check, which is all but the proofs, and gives the recovery key.
    ///
    /// # Errors
    /// [`UnsealError`]: `Keys`, `Malformed`, `Party`, `Sum`, and `Damaged` for what is no point.
    pub fn check(&self, keys: &[KeyInfo]) -> Result<RecoveryKey, UnsealError> {
        let first = keys.first().ok_or(UnsealError::Keys)?;
        let is_of_first = |key: &KeyInfo| {
            (key.wallet(), key.epoch(), key.quorum()) == (first.wallet(), first.epoch(), first.quorum())
        };
        if !keys.iter().all(is_of_first) {
            return Err(UnsealError::Keys);
        }
        let is_whole = (1..=MAX_PARTIES).contains(&self.parts.len())
            && self.parts.iter().all(|part| part.points.len() == keys.len())
            && self.parts.is_sorted_by(|one, other| one.dealer < other.dealer);
        if !is_whole {
            return Err(UnsealError::Malformed);
        }
        let device = first.quorum().device_of(self.party).ok_or(UnsealError::Party(self.party))?;
        let key = RecoveryKey::of_device(device).ok_or(UnsealError::Party(self.party))?;
        for (place, info) in keys.iter().enumerate() {
            let is_sum = with_group!(info.scheme(), G => self.adds_up::<G>(place, info))?;
            if !is_sum {
                return Err(UnsealError::Sum);
            }
        }
        Ok(key)
    }

    /// Whether the dealers' points of a root add up to the party's verification share.
    fn adds_up<G: Group>(&self, place: usize, info: &KeyInfo) -> Result<bool, UnsealError> {
        let mut sum = G::identity();
        for part in &self.parts {
            let point = part.points.get(place).and_then(|point| G::decode_point(point));
            sum = sum + point.ok_or(UnsealError::Damaged(part.dealer))?;
        }
        Ok(G::encode_point(&sum).as_deref() == info.verification_share(self.party))
    }

    fn statement<'a>(
        &'a self,
        part: &'a SealedPart,
        key: &'a RecoveryKey,
        keys: &'a [KeyInfo],
    ) -> Result<Statement<'a>, UnsealError> {
        let first = keys.first().ok_or(UnsealError::Keys)?;
        let place = Place {
            session: &self.session,
            wallet: first.wallet(),
            epoch: first.epoch(),
            dealer: part.dealer,
            receiver: self.party,
            key,
        };
        Ok(Statement::new(place, keys.iter().map(KeyInfo::scheme).collect(), &part.points))
    }
}

fn add(scheme: Scheme, one: &Secret<[u8; 32]>, other: &Secret<[u8; 32]>) -> Option<Secret<[u8; 32]>> {
    with_group!(scheme, G => {
        // EXPOSE: decoded, added in constant time and encoded into custody again; both are wiped.
        let [one, other] = [one, other].map(|value| value.expose(G::decode_scalar).map(Zeroizing::new));
        Some(Secret::new(G::encode_scalar(&(*one? + *other?))))
    })
}
