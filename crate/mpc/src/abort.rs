//! Why a ceremony ended without its outcome, and whose fault that provably is.

use crate::party::PartyIndex;

/// A ceremony that was stopped for good. A retry is a new ceremony under a new session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ceremony aborted: {cause}")]
pub struct Abort {
    /// What was found wrong.
    pub cause: Cause,
    /// The party whose frames prove it at fault, or nobody.
    pub blame: Blame,
}

/// Whom the frames of a ceremony prove at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Nothing that was received proves anybody's fault.
    Nobody,
    /// This party sent what no honest party sends.
    Party(PartyIndex),
}

/// What was found wrong. Every variant is reachable by a peer's frames, and none is a panic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The host or a peer ended the ceremony.
    #[error("cancelled")]
    Cancelled,
    /// Two different frames of one party for the same step.
    #[error("two different frames for one step")]
    Conflict,
    /// Parties saw different broadcasts of one round.
    #[error("a broadcast was not the same to all")]
    Equivocation,
    /// A correlation check of oblivious transfer failed: the pair's set-up state must be wiped.
    #[error("an oblivious-transfer check failed")]
    Leak,
    /// A frame cannot be decoded: wrong length, non-canonical, identity point, zero, trailing bytes.
    #[error("a frame is malformed: {0}")]
    Malformed(&'static str),
    /// A proof, commitment, evaluation or partial signature is wrong.
    #[error("a check failed: {0}")]
    Check(&'static str),
    /// Parties disagree on the session: other plan, epoch, quorum or salts.
    #[error("parties disagree on the session")]
    SessionMismatch,
    /// The final signature did not verify under the expected key.
    #[error("the signature did not verify")]
    Unverified,
}

impl Abort {
    /// An abort that proves nobody at fault.
    pub fn nobody(cause: Cause) -> Self {
        Self { cause, blame: Blame::Nobody }
    }

    /// An abort that proves `party` at fault.
    pub fn party(party: PartyIndex, cause: Cause) -> Self {
        Self { cause, blame: Blame::Party(party) }
    }
}
