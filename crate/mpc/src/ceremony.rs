//! The one face that keygen, reshare and signing of every scheme share.
//!
//! A host drives a ceremony by handing it authenticated frames and by polling it until it waits. Frames name
//! neither session nor sender to the host: the host routes them by [`CeremonyId`] and takes the sender from
//! the channel that the frame came in on, never from the frame.

use core::fmt;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};

use crate::abort::Abort;
use crate::party::PartyIndex;

/// Routes a ceremony's frames: 32 random bytes drawn by whoever proposes it. Not secret, not the session id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CeremonyId(pub [u8; 32]);

impl CeremonyId {
    /// A fresh id.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        Self(id)
    }
}

impl fmt::Debug for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ceremony {:02x}{:02x}{:02x}{:02x}", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// A frame to send: one party's whole word to one peer in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The receiver.
    pub to: PartyIndex,
    /// The bytes. A resend is these same bytes.
    pub frame: Vec<u8>,
}

/// What a poll says the host must do next.
#[derive(Debug)]
pub enum Step<O> {
    /// Send these frames, then poll again.
    Send(Vec<Outgoing>),
    /// Nothing to do until frames of (at least) these parties arrive.
    Wait(Vec<PartyIndex>),
    /// The next message needs the owner's approval: everything before it is done. Poll again after it is
    /// given ([`Ceremony::approve`]).
    Hold,
    /// Store this outcome durably as pending, then call [`Ceremony::stored`] and poll again.
    Store(O),
    /// The ceremony is over. Polling again is misuse and answers `Wait(vec![])`.
    Done(O),
}

/// One run of a multi-party protocol as a value.
///
/// Implementations ignore a redelivered frame, answer a different frame for the same step with
/// [`crate::Cause::Conflict`], buffer frames that come early (bounded), and after the first `Err` answer every
/// call with the same `Err`. Dropping a ceremony wipes its secrets.
pub trait Ceremony {
    /// What it ends in.
    type Output;

    /// The parties that take part (this one included), ascending.
    fn parties(&self) -> &[PartyIndex];

    /// Takes a frame that the channel authenticated as sent by `from`.
    ///
    /// # Errors
    /// [`Abort`] if the frame ends the ceremony.
    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort>;

    /// Advances as far as the frames received allow.
    ///
    /// # Errors
    /// [`Abort`] if a check failed.
    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<Self::Output>, Abort>;

    /// Says that what [`Step::Store`] gave is durable.
    fn stored(&mut self) {}

    /// Gives the owner's approval, which releases the last message of a signing ceremony.
    fn approve(&mut self) {}
}

impl<C: Ceremony + ?Sized> Ceremony for Box<C> {
    type Output = C::Output;

    fn parties(&self) -> &[PartyIndex] {
        (**self).parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        (**self).receive(from, frame)
    }

    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<Self::Output>, Abort> {
        (**self).poll(rng)
    }

    fn stored(&mut self) {
        (**self).stored();
    }

    fn approve(&mut self) {
        (**self).approve();
    }
}
