//! Reshare: a dealing in which t holders of a key deal what they hold, to a new quorum.
//!
//! The key and its chain code stay; shares, epoch and quorum are new. There is one protocol for every change:
//! rotation (the same quorum), replacing a device (a new index for it), adding and removing parties, another
//! threshold, or a quorum that has no party in common with the old one.
//!
//! A receiver that held no share before learns the old key from the plan. It believes it because all t dealers
//! have the same plan in their session id, because each of them must prove that it knows what its old
//! verification share stands for, and because the link layer's introduction told it who they are. Nothing in the
//! plan alone would prove that the key is the owner's.
//!
//! This module never touches the old shares. The host keeps them until the new ones are acknowledged *and* a test
//! signature under the new epoch is seen; docs/protocol.md, section 2.2, says how, and what that protects.
//!
//! # Security
//! Up to t − 1 parties of the old quorum and t′ − 1 of the new one may be corrupt, a device that is corrupt while
//! the ceremony runs counting in both. Shares of two epochs lie on two unrelated polynomials: t − 1 of each tell
//! nothing about the key.

use serde::{Deserialize, Serialize};

use super::root::{self, Origin};
use super::rounds::Terms;
use super::{Dealing, PROTOCOL};
use crate::ceremony::CeremonyId;
use crate::group::Scheme;
use crate::machine::{Machine, Misuse};
use crate::party::{DeviceId, Party, PartyIndex, Quorum};
use crate::recovery::{InvalidAbsent, check_absent};
use crate::session::Agreement;
use crate::share::{InvalidKeyInfo, KeyInfo, KeyShare};
use crate::transcript::{Tag, Transcript};
use crate::wire;

/// What a reshare is for, agreed byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResharePlan {
    /// Routes the frames.
    pub ceremony: CeremonyId,
    /// The keys as they are, one per root: all of one wallet, epoch and quorum, of distinct schemes.
    pub from: Vec<KeyInfo>,
    /// Exactly t parties of that quorum, ascending: they deal.
    pub dealers: Vec<PartyIndex>,
    /// The new quorum: its parties receive. A device that stays keeps its index; a new device gets one that the
    /// wallet never used (of which this crate can check the old quorum only).
    pub to: Quorum,
    /// Parties of the new quorum that are no devices, ascending: in a device's place the quorum has their recovery keys
    /// (docs/recovery.md, 3.1). None of them deals.
    pub absent: Vec<PartyIndex>,
}

/// A run of reshare by one party.
pub type Reshare = Machine<Dealing>;

/// Why a reshare cannot be started. The caller's fault, found before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReshareMisuse {
    /// Parties of the new quorum cannot be absent.
    #[error(transparent)]
    Absent(#[from] InvalidAbsent),
    /// The dealers are not exactly t distinct parties of the old quorum, ascending.
    #[error("exactly {threshold} parties of the old quorum deal, ascending")]
    Dealers {
        /// The old quorum's threshold.
        threshold: u16,
    },
    /// A device that stays would get another index.
    #[error("{0:?} would change its index")]
    DeviceMoved(DeviceId),
    /// There is no epoch after this one.
    #[error("there is no epoch after {0}")]
    EpochsExhausted(u32),
    /// A device would get an index that is another device's in the old quorum.
    #[error("{0} is another device in the old quorum")]
    IndexTaken(PartyIndex),
    /// A root of the plan cannot be used.
    #[error(transparent)]
    Key(#[from] InvalidKeyInfo),
    /// This party takes no part.
    #[error(transparent)]
    Machine(#[from] Misuse),
    /// This party deals and has no share of one of the plan's roots.
    #[error("a dealer has a share of every root, and none of {0:?} was given")]
    MissingShare(Scheme),
    /// The plan's keys are of different epochs.
    #[error("keys of epochs {0} and {1} in one plan")]
    MixedEpochs(u32, u32),
    /// The plan's keys are of different quorums.
    #[error("keys of different quorums in one plan")]
    MixedQuorums,
    /// The plan's keys are of different wallets.
    #[error("keys of different wallets in one plan")]
    MixedWallets,
    /// A share that was given is not of this party, or of no key of the plan.
    #[error("a share of {0:?} is not of this party or not of the plan's key")]
    OtherShare(Scheme),
    /// No root, or two of one scheme.
    #[error("roots must be of distinct schemes and at least one")]
    Roots,
    /// A share that was given is of another epoch than the plan.
    #[error("the share is of epoch {held}, the plan of epoch {asked}")]
    StaleEpoch {
        /// The share's epoch.
        held: u32,
        /// The plan's.
        asked: u32,
    },
}

impl ResharePlan {
    /// The epoch that the new shares will have: one more than that of the old ones.
    ///
    /// # Errors
    /// [`ReshareMisuse`] if the plan breaks a rule of [`ResharePlan::check`].
    pub fn epoch(&self) -> Result<u32, ReshareMisuse> {
        let epoch = self.first()?.epoch();
        epoch.checked_add(1).ok_or(ReshareMisuse::EpochsExhausted(epoch))
    }

    /// Checks everything that can be said of a plan without a share: that the keys belong together, that the
    /// dealers can deal, and that no index is another device's.
    ///
    /// # Errors
    /// [`ReshareMisuse`], naming the first rule that is broken.
    pub fn check(&self) -> Result<(), ReshareMisuse> {
        let first = self.first()?;
        for key in &self.from {
            if key.wallet() != first.wallet() {
                return Err(ReshareMisuse::MixedWallets);
            }
            if key.epoch() != first.epoch() {
                return Err(ReshareMisuse::MixedEpochs(first.epoch(), key.epoch()));
            }
            if key.quorum() != first.quorum() {
                return Err(ReshareMisuse::MixedQuorums);
            }
        }
        let mut schemes: Vec<_> = self.from.iter().map(KeyInfo::scheme).collect();
        schemes.sort();
        schemes.dedup();
        if schemes.len() != self.from.len() {
            return Err(ReshareMisuse::Roots);
        }
        self.epoch()?;
        let old = first.quorum();
        let is_ascending = self.dealers.is_sorted_by(|one, other| one < other);
        let are_holders = self.dealers.iter().all(|dealer| old.contains(*dealer));
        if self.dealers.len() != usize::from(old.threshold()) || !is_ascending || !are_holders {
            return Err(ReshareMisuse::Dealers { threshold: old.threshold() });
        }
        for party in self.to.parties() {
            if old.device_of(party.index).is_some_and(|device| device != party.device) {
                return Err(ReshareMisuse::IndexTaken(party.index));
            }
            if old.party_of(party.device).is_some_and(|before| before.index != party.index) {
                return Err(ReshareMisuse::DeviceMoved(party.device));
            }
        }
        check_absent(&self.to, &self.absent)?;
        match self.absent.iter().find(|absent| self.dealers.contains(absent)) {
            Some(absent) => Err(InvalidAbsent::Deals(*absent).into()),
            None => Ok(()),
        }
    }

    /// Everybody who takes part, ascending: the dealers and the new quorum but for its absent parties.
    ///
    /// # Errors
    /// [`ReshareMisuse::Roots`] if the plan has no root.
    pub fn parties(&self) -> Result<Vec<Party>, ReshareMisuse> {
        let old = self.first()?.quorum();
        let is_dealer = |party: &&Party| self.dealers.contains(&party.index);
        let mut parties: Vec<_> = old.parties().iter().filter(is_dealer).copied().collect();
        let is_other =
            |party: &&Party| ![&self.dealers, &self.absent].iter().any(|some| some.contains(&party.index));
        parties.extend(self.to.parties().iter().filter(is_other));
        parties.sort();
        Ok(parties)
    }

    fn first(&self) -> Result<&KeyInfo, ReshareMisuse> {
        self.from.first().ok_or(ReshareMisuse::Roots)
    }
}

/// Starts a reshare for the party `me`.
///
/// `shares` are what this device holds of the plan's keys. A dealer must have one of each; who does not deal may
/// give what it has, so that the plan is compared with it, or nothing. They are only read.
///
/// # Errors
/// [`ReshareMisuse`] if the plan breaks a rule of [`ResharePlan::check`], if `me` takes no part, or if the shares
/// are not of this party and of the plan's keys.
pub fn reshare(plan: &ResharePlan, me: PartyIndex, shares: &[KeyShare]) -> Result<Reshare, ReshareMisuse> {
    Ok(Machine::new(dealing(plan, me, shares)?, me)?)
}

pub(super) fn dealing(
    plan: &ResharePlan,
    me: PartyIndex,
    shares: &[KeyShare],
) -> Result<Dealing, ReshareMisuse> {
    plan.check()?;
    for share in shares {
        check_share(plan, me, share)?;
    }
    let first = plan.first()?;
    let agreement = Agreement {
        protocol: PROTOCOL,
        ceremony: plan.ceremony,
        wallet: *first.wallet(),
        epoch: plan.epoch()?,
        quorum: plan.to.clone(),
        parties: plan.parties()?,
        plan: Transcript::new(Tag::Plan).field(b"reshare").field(&wire::encode(plan)).finish32(),
    };
    let roots = plan.from.iter().map(|key| {
        let share = match plan.dealers.contains(&me) {
            true => Some(
                shares
                    .iter()
                    .find(|share| share.info() == key)
                    .ok_or(ReshareMisuse::MissingShare(key.scheme()))?,
            ),
            false => None,
        };
        let origin = Origin { key, dealers: &plan.dealers, share };
        Ok(root::carried(&origin, plan.to.threshold())?)
    });
    let roots = roots.collect::<Result<_, ReshareMisuse>>()?;
    let terms = Terms {
        wallet: *first.wallet(),
        epoch: plan.epoch()?,
        dealers: plan.dealers.clone(),
        quorum: plan.to.clone(),
        absent: check_absent(&plan.to, &plan.absent)?,
        is_keygen: false,
    };
    Ok(Dealing { agreement, terms, roots })
}

fn check_share(plan: &ResharePlan, me: PartyIndex, share: &KeyShare) -> Result<(), ReshareMisuse> {
    let (held, asked) = (share.info().epoch(), plan.first()?.epoch());
    if held != asked {
        return Err(ReshareMisuse::StaleEpoch { held, asked });
    }
    if share.index() != me || !plan.from.contains(share.info()) {
        return Err(ReshareMisuse::OtherShare(share.scheme()));
    }
    Ok(())
}
