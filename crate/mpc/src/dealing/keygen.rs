//! Keygen: a dealing in which all parties that are present deal, and all receive.

use serde::Serialize;

use super::root::{self, Root};
use super::rounds::Terms;
use super::{Dealing, PROTOCOL};
use crate::ceremony::CeremonyId;
use crate::group::Scheme;
use crate::machine::{Machine, Misuse};
use crate::party::{PartyIndex, Quorum};
use crate::recovery::check_absent;
use crate::session::Agreement;
use crate::transcript::{Tag, Transcript};
use crate::wire;

/// What a keygen is for, agreed byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeygenPlan {
    /// Routes the frames.
    pub ceremony: CeremonyId,
    /// The wallet that the keys will belong to.
    pub wallet: [u8; 32],
    /// The epoch that the shares will have.
    pub epoch: u32,
    /// Who gets a share, and how many must sign.
    pub quorum: Quorum,
    /// One root key is made for each, in this order.
    pub roots: Vec<Scheme>,
    /// Parties of the quorum that are no devices, ascending: in a device's place the quorum has their recovery keys
    /// (docs/recovery.md, 3.1).
    pub absent: Vec<PartyIndex>,
}

/// A run of keygen by one party.
pub type Keygen = Machine<Dealing>;

/// Starts a keygen for the party `me`.
///
/// # Errors
/// [`Misuse`] if `me` is not in the quorum or absent, if the plan's roots are none or not distinct, or if its absent
/// parties cannot be absent.
pub fn keygen(plan: KeygenPlan, me: PartyIndex) -> Result<Keygen, Misuse> {
    let mut roots = plan.roots.clone();
    roots.sort();
    roots.dedup();
    if roots.is_empty() || roots.len() != plan.roots.len() {
        return Err(Misuse::Unsupported("roots must be distinct and at least one"));
    }
    Machine::new(dealing(&plan)?, me)
}

pub(super) fn dealing(plan: &KeygenPlan) -> Result<Dealing, Misuse> {
    let absent = check_absent(&plan.quorum, &plan.absent)?;
    let present: Vec<_> =
        plan.quorum.parties().iter().filter(|party| !plan.absent.contains(&party.index)).copied().collect();
    let agreement = Agreement {
        protocol: PROTOCOL,
        ceremony: plan.ceremony,
        wallet: plan.wallet,
        epoch: plan.epoch,
        quorum: plan.quorum.clone(),
        parties: present.clone(),
        plan: Transcript::new(Tag::Plan).field(b"keygen").field(&wire::encode(plan)).finish32(),
    };
    let terms = Terms {
        wallet: plan.wallet,
        epoch: plan.epoch,
        dealers: present.iter().map(|party| party.index).collect(),
        quorum: plan.quorum.clone(),
        absent,
        is_keygen: true,
    };
    let roots = plan.roots.iter().map(|scheme| root::fresh(*scheme, plan.quorum.threshold()));
    let roots: Vec<Box<dyn Root>> = roots.collect();
    Ok(Dealing { agreement, terms, roots })
}
