//! Dealing: the one protocol under keygen and reshare.
//!
//! Every dealer shares a secret by Feldman's verifiable secret sharing (Feldman, FOCS 1987), and every receiver
//! adds up what it got. Several roots, one per scheme, are dealt in one ceremony.
//!
//! * In a keygen ([`keygen()`]) all parties are dealers and receivers and each deals a fresh random secret;
//!   nobody ever knows the sum, which is the key.
//! * In a reshare ([`reshare()`]) exactly t holders of the old quorum deal, each its share times its Lagrange
//!   coefficient, so that the sum is the key again; the receivers are the new quorum. Rotation, replacing a
//!   device, adding, removing, and changing t are all this.
//!
//! | round | said to all | said to each receiver | |
//! |---|---|---|---|
//! | 1 | by dealers: hash of all that round 2 reveals | | reliable |
//! | 2 | by dealers: chain-code share (keygen); per root: commitments to the coefficients, Schnorr proof for the constant term; per absent party: its evaluations, sealed | by dealers, per root: its evaluation | reliable |
//! | 3 | by all: digest of all public keys, verification shares and chain codes, epoch and quorum, sealed parts | | reliable |
//! | 4 | by receivers: "stored", after [`Step::Store`](crate::Step::Store) | | |
//!
//! Who has no part in a round says so, and is refused if it says more. A party of the quorum may be *absent*: it is no
//! device and says nothing; what it would be told in private is sealed to its recovery key, and every party checks the
//! proof that it is in there (docs/recovery.md, 3).
//!
//! What each rule is there for: committing first, so that nobody chooses its secret after the others' (which
//! would let it choose the chain code, and bias the key); the proof, bound to session, dealer and scheme, so
//! that nobody deals a combination of the others' constants (rogue key) or replays a proof; *exactly* t
//! commitments, none the identity, so that nobody raises or lowers the threshold; in a reshare, the comparison of
//! each constant term with λᵢ·Xᵢ, so that nobody deals anything but its share and the key stays what it was;
//! the digest, so that no two parties end with different keys; "stored" by all, so that no share is used that
//! somebody failed to keep.
//!
//! The evaluations are secret and rely on the channel between the two devices for it.

mod keygen;
mod messages;
mod polynomial;
mod proof;
mod reshare;
mod root;
mod rounds;
mod sealing;
#[cfg(test)]
mod tests;

use rand_core::CryptoRngCore;

pub use self::keygen::{Keygen, KeygenPlan, keygen};
pub use self::reshare::{Reshare, ReshareMisuse, ResharePlan, reshare};

pub(crate) use self::rounds::REVEAL;

use self::root::Root;
use self::rounds::Terms;
use crate::abort::Abort;
use crate::machine::{Context, Next, Protocol};
use crate::party::PartyIndex;
use crate::recovery::SealedShare;
use crate::session::Agreement;
use crate::share::{KeyInfo, KeyShare};

/// What a dealing gives, first when it must be stored, then at its end.
#[derive(Debug)]
pub enum Dealt {
    /// Given with [`Step::Store`](crate::Step::Store) to a receiver that is present. Its shares are pending: not
    /// everybody is known to have stored its own. A dealer that is no party of the new quorum has nothing to store and
    /// is not given this.
    Pending {
        /// Its new shares, one per root in the plan's order.
        shares: Vec<KeyShare>,
        /// The shares of the absent parties, ascending: the same for all.
        sealed: Vec<SealedShare>,
    },
    /// Given with [`Step::Done`](crate::Step::Done) to all: every receiver said that it stored its shares of
    /// these keys.
    Acknowledged(Vec<KeyInfo>),
}

/// The dealing protocol, to be run by a [`Machine`](crate::Machine).
pub struct Dealing {
    agreement: Agreement,
    terms: Terms,
    /// In the plan's order.
    roots: Vec<Box<dyn Root>>,
}

impl Protocol for Dealing {
    type Output = Dealt;
    type Hello = ();

    const LAST_ROUND: u16 = rounds::LAST;
    /// Room for 32 commitments per root and four roots.
    const FRAME_LIMIT: usize = 16 * 1024;

    fn frame_limit(&self) -> usize {
        Self::FRAME_LIMIT + self.terms.absent.len() * FRAME_LIMIT_PER_ABSENT
    }

    fn agreement(&self) -> Agreement {
        self.agreement.clone()
    }

    fn hello(&self, _: PartyIndex) -> Self::Hello {}

    fn start(
        self,
        context: &Context,
        _: Vec<(PartyIndex, ())>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        Ok(Next::round(rounds::first(self.terms, self.roots, context, rng)?))
    }
}

/// The value at `party` of the polynomial with these coefficients, constant term first, computed as a dealer computes
/// its shares: for measurements of what that takes.
#[cfg(feature = "testing")]
pub fn evaluate<G: crate::group::Group>(coefficients: &[G::Scalar], party: PartyIndex) -> Option<G::Scalar> {
    let (constant, further) = coefficients.split_first()?;
    Some(polynomial::Polynomial::<G>::new(*constant, further.iter().copied()).at(party))
}

/// Room for the sealed evaluations of four roots.
const FRAME_LIMIT_PER_ABSENT: usize = 12 * 1024;

/// What session ids name this protocol by.
const PROTOCOL: &str = "dealing";
