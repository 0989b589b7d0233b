//! Frames that arrived: each at most once, each in its place.

use std::collections::BTreeMap;

use super::frame::Frame;
use crate::abort::{Abort, Cause};
use crate::party::PartyIndex;
use crate::session::SessionTag;
use crate::transcript::sha256;

/// Holds at most one frame per party and step, for steps up to the protocol's last, each below a size limit.
pub(super) struct Inbox {
    last_step: u16,
    frame_limit: usize,
    session: Option<SessionTag>,
    slots: BTreeMap<(u16, PartyIndex), Slot>,
}

/// A frame and, when it has been taken out, still its hash: what is redelivered must be the same bytes.
struct Slot {
    hash: [u8; 32],
    frame: Option<Frame>,
}

impl Inbox {
    pub(super) fn new(last_step: u16, frame_limit: usize) -> Self {
        Self { last_step, frame_limit, session: None, slots: BTreeMap::new() }
    }

    /// Puts a frame in its place.
    pub(super) fn put(&mut self, from: PartyIndex, bytes: &[u8]) -> Result<(), Abort> {
        if bytes.len() > self.frame_limit {
            return Err(Abort::party(from, Cause::Malformed("frame too large")));
        }
        let frame = Frame::decode(bytes).map_err(|_| Abort::party(from, Cause::Malformed("frame")))?;
        if frame.step > self.last_step {
            return Err(Abort::party(from, Cause::Malformed("step")));
        }
        let hash = sha256(bytes);
        if let Some(slot) = self.slots.get(&(frame.step, from)) {
            return match slot.hash == hash {
                true => Ok(()),
                false => Err(Abort::party(from, Cause::Conflict)),
            };
        }
        self.check_session(&frame)?;
        self.slots.insert((frame.step, from), Slot { hash, frame: Some(frame) });
        Ok(())
    }

    /// Says which session this is: frames of another one, already here or still to come, end the ceremony.
    pub(super) fn set_session(&mut self, session: SessionTag) -> Result<(), Abort> {
        self.session = Some(session);
        self.slots
            .values()
            .filter_map(|slot| slot.frame.as_ref())
            .try_for_each(|frame| self.check_session(frame))
    }

    // Nobody is at fault: the peer may as honestly believe in its session as we do in ours, if a third party
    // told us different salts.
    fn check_session(&self, frame: &Frame) -> Result<(), Abort> {
        let expected = if frame.step == 0 { Some(SessionTag::default()) } else { self.session };
        match expected.is_none_or(|expected| expected == frame.session) {
            true => Ok(()),
            false => Err(Abort::nobody(Cause::SessionMismatch)),
        }
    }

    /// Whether the frame of `from` for `step` has come.
    pub(super) fn has(&self, step: u16, from: PartyIndex) -> bool {
        self.slots.contains_key(&(step, from))
    }

    /// Takes the frame of `from` for `step` out; it can be taken once.
    pub(super) fn take(&mut self, step: u16, from: PartyIndex) -> Option<Frame> {
        self.slots.get_mut(&(step, from)).and_then(|slot| slot.frame.take())
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }
}
