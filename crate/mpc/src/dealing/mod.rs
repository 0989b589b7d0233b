//! Dealing: the one protocol under keygen and, later, reshare.
//!
//! Every dealer shares a secret by Feldman's verifiable secret sharing (Feldman, FOCS 1987), and every receiver
//! adds up what it got. In keygen all parties are dealers and receivers and each deals a fresh random secret;
//! nobody ever knows the sum, which is the key. Several roots, one per scheme, are dealt in one ceremony.
//!
//! | round | said to all | said to each receiver | |
//! |---|---|---|---|
//! | 1 | hash of all that round 2 reveals | | reliable |
//! | 2 | chain-code share; per root: commitments to the coefficients, Schnorr proof for the constant term | per root: its evaluation | reliable |
//! | 3 | digest of all public keys, verification shares and chain codes, epoch and quorum | | reliable |
//! | 4 | "stored", after [`Step::Store`](crate::Step::Store) | | |
//!
//! What each rule is there for: committing first, so that nobody chooses its secret after the others' (which
//! would let it choose the chain code, and bias the key); the proof, bound to session, dealer and scheme, so
//! that nobody deals a combination of the others' constants (rogue key) or replays a proof; *exactly* t
//! commitments, none the identity, so that nobody raises or lowers the threshold; the digest, so that no two
//! parties end with different keys; "stored" by all, so that no key is used that somebody failed to keep.
//!
//! The evaluations are secret and rely on the channel between the two devices for it.

mod messages;
mod polynomial;
mod proof;
mod root;
mod rounds;
#[cfg(test)]
mod tests;

use rand_core::CryptoRngCore;
use serde::Serialize;

use crate::abort::Abort;
use crate::ceremony::CeremonyId;
use crate::group::Scheme;
use crate::machine::{Context, Machine, Misuse, Next, Protocol};
use crate::party::{PartyIndex, Quorum};
use crate::session::Agreement;
use crate::share::{KeyInfo, KeyShare};
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
}

/// What a dealing gives, first when it must be stored, then at its end.
#[derive(Debug)]
pub enum Dealt {
    /// Given with [`Step::Store`](crate::Step::Store): this party's new shares, one per root in the plan's
    /// order. They are pending: not everybody is known to have stored its own.
    Pending(Vec<KeyShare>),
    /// Given with [`Step::Done`](crate::Step::Done): everybody stored its shares of these keys.
    Acknowledged(Vec<KeyInfo>),
}

/// A run of keygen by one party.
pub type Keygen = Machine<Dealing>;

/// Starts a keygen for the party `me`.
///
/// # Errors
/// [`Misuse`] if `me` is not in the quorum, or if the plan's roots are none or not distinct.
pub fn keygen(plan: KeygenPlan, me: PartyIndex) -> Result<Keygen, Misuse> {
    let mut roots = plan.roots.clone();
    roots.sort();
    roots.dedup();
    if roots.is_empty() || roots.len() != plan.roots.len() {
        return Err(Misuse::Unsupported("roots must be distinct and at least one"));
    }
    Machine::new(Dealing { plan }, me)
}

/// The dealing protocol, to be run by a [`Machine`].
pub struct Dealing {
    plan: KeygenPlan,
}

impl Protocol for Dealing {
    type Output = Dealt;
    type Hello = ();

    const LAST_ROUND: u16 = rounds::LAST;
    /// Room for 32 commitments per root and four roots.
    const FRAME_LIMIT: usize = 16 * 1024;

    fn agreement(&self) -> Agreement {
        let plan = &self.plan;
        Agreement {
            protocol: "dealing",
            ceremony: plan.ceremony,
            wallet: plan.wallet,
            epoch: plan.epoch,
            quorum: plan.quorum.clone(),
            parties: plan.quorum.parties().to_vec(),
            plan: Transcript::new(Tag::Plan).field(b"keygen").field(&wire::encode(plan)).finish32(),
        }
    }

    fn hello(&self, _: PartyIndex) -> Self::Hello {}

    fn start(
        self,
        context: &Context,
        _: Vec<(PartyIndex, ())>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        Ok(Next::round(rounds::first(self.plan, context, rng)?))
    }
}
