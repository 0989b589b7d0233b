//! Shares of zero: what hides each signer's part of the key (DKLs23, ePrint 2023/765, functionality 3.4).
//!
//! §6, which is what section 3.1 of the paper suggests but that the session stands in for a counter.
//!
//! Each pair of signers holds a common seed, to which both gave a part: first both commit, then both open, so
//! that neither chooses the sum. For every signature a pair derives one scalar from its seed and the session;
//! the party with the lower index adds it, the other subtracts it.

use k256::Scalar;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use symbolon_mpc::{Cause, PartyIndex, SessionId, Tag, Transcript};
use zeroize::Zeroizing;

use crate::direction::Direction;
use crate::stream::Stream;

/// A hash that a party cannot open in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment(pub [u8; 32]);

/// One party's part of a pair's seed.
pub struct SeedPart(pub Zeroizing<[u8; 32]>);

/// A pair's common seed.
pub struct PairSeed(Zeroizing<[u8; 32]>);

impl SeedPart {
    /// What the part's owner says first: the part is random, so that its hash hides it. `direction` leads from
    /// its owner to the peer.
    pub fn commit(&self, direction: &Direction) -> Commitment {
        Commitment(direction.transcript(Tag::ZeroCommit).field(&*self.0).finish32())
    }
}

impl PairSeed {
    /// Joins a party's own part with the peer's, which must be what the peer committed to. `direction` leads
    /// from this party to the peer.
    ///
    /// # Errors
    /// [`Cause::Check`] if the peer committed to something else.
    pub fn join(
        direction: &Direction,
        own: &SeedPart,
        peer: &SeedPart,
        commitment: &Commitment,
    ) -> Result<Self, Cause> {
        if !bool::from(peer.commit(&direction.reversed()).0.ct_eq(&commitment.0)) {
            return Err(Cause::Check("the seed of the zero shares is not what was committed to"));
        }
        let (low, first, second) = match direction.sender < direction.receiver {
            true => (*direction, own, peer),
            false => (direction.reversed(), peer, own),
        };
        let seed = low.transcript(Tag::ZeroExpand).field(&*first.0).field(&*second.0).finish32();
        Ok(Self(Zeroizing::new(seed)))
    }

    #[cfg(feature = "testing")]
    pub(crate) fn from_bytes(seed: [u8; 32]) -> Self {
        Self(Zeroizing::new(seed))
    }

    /// This party's part of the pair's shares of zero for `count` signatures of a session: the peer's is its
    /// negative.
    pub fn shares(&self, session: &SessionId, me: PartyIndex, peer: PartyIndex, count: usize) -> Vec<Scalar> {
        let (low, high) = (me.min(peer), me.max(peer));
        let key = Transcript::in_session(Tag::ZeroExpand, session, Some(low), Some(high), 0);
        let mut stream = Stream::new(key.field(&*self.0).finish32());
        (0..count)
            .map(|_| match me == low {
                true => stream.scalar(),
                false => -stream.scalar(),
            })
            .collect()
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(SeedPart, SeedPart { 0 } but {});
    symbolon_mpc::wiped!(PairSeed, PairSeed { 0 } but {});
}
