//! Two devices meet: one shows an [`Invitation`] as a QR code, the other reads it, both show six symbols, and
//! both owners say whether they are the same.
//!
//! The invitation's secret goes into Noise XXpsk3 and seals every message of the pairing, so that the relay
//! sees nothing and cannot disturb more than by losing messages. Whoever photographed the code could still
//! stand in the middle. Against that, each side commits to a nonce before it sees the other's; the symbols
//! are a hash of both nonces and of the handshake, so nobody can steer them, and the symbols of two
//! handshakes agree by chance only once in 2³⁶.
//!
//! ```text
//! joiner → inviter   First     Noise e
//! inviter → joiner   Second    Noise e, ee, s, es    version, card, write token, commitment
//! joiner → inviter   Third     Noise s, se, psk      version, card, write token, commitment
//! inviter → joiner   Reveal    nonce                 now the joiner knows the symbols
//! joiner → inviter   Reveal    nonce                 now the inviter knows them
//! each to the other  Confirmed (or Denied)           after its owner has compared
//! ```
//!
//! Nothing of a pairing is stored before [`PairingEvent::Paired`]: an invitation dies with its process.

mod compare;
mod invitation;
mod inviter;
mod joiner;
mod message;
mod outbox;
mod paired;
mod symbols;

pub use invitation::{BadInvitation, INVITATION_TTL_MS, Invitation};
pub use inviter::Inviter;
pub use joiner::Joiner;
pub use paired::{BadPaired, ChannelPsk, Paired};
pub use symbols::{SYMBOLS, Symbol, Symbols};

/// The version of pairing and channel that this crate speaks.
pub const PAIRING_VERSION: u16 = 1;

/// How long owners may take to compare, in milliseconds: five minutes.
pub const COMPARE_MS: u64 = 5 * 60 * 1000;

/// How many wrong handshakes an invitation survives, less one: the third ends it.
pub const MAX_WRONG_HANDSHAKES: u32 = 3;

/// What a pairing tells its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairingEvent {
    /// It is over, without a pair.
    Failed(PairingFailure),
    /// Both owners have confirmed: store this, then open a channel.
    Paired(Box<Paired>),
    /// The other device's owner has confirmed; it waits for this one.
    PeerConfirmed,
    /// Show these symbols and the peer's name, and ask whether both devices show the same.
    Symbols {
        /// What to compare.
        symbols: Symbols,
        /// The name that the other device gives itself. Not to be trusted before the symbols agree.
        peer_name: String,
    },
}

/// Why a pairing ended without a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairingFailure {
    /// This device's owner denied.
    #[error("the owner said that the symbols differ")]
    Denied,
    /// The other device's owner denied.
    #[error("the other device's owner said that the symbols differ")]
    DeniedByPeer,
    /// The invitation was older than its time to live when the handshake began, by the inviter's clock.
    #[error("the invitation has expired")]
    Expired,
    /// Nobody answered (joiner).
    #[error("the inviting device did not answer")]
    NoAnswer,
    /// A device cannot be paired with itself.
    #[error("both devices are the same")]
    SameDevice,
    /// The peer did not reveal what it had committed to.
    #[error("the other device broke its commitment")]
    Tampered,
    /// An owner did not answer in time.
    #[error("nobody compared the symbols in time")]
    TimedOut,
    /// Too many wrong handshakes: somebody else may have the code.
    #[error("too many failed attempts with this invitation")]
    TooManyAttempts,
    /// The invitation has been used by another device.
    #[error("the invitation has been used already")]
    Used,
    /// The devices speak different versions.
    #[error("the other device speaks version {theirs}")]
    VersionSkew {
        /// The version that the other device speaks.
        theirs: u16,
    },
}

/// Why a confirmation could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComparing {
    /// No symbols have been shown yet.
    #[error("there is nothing to confirm yet")]
    TooEarly,
    /// The pairing is over.
    #[error("the pairing is over")]
    Over,
}
