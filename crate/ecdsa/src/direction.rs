//! Who sends and who receives in a two-party building block.

use symbolon_mpc::{PartyIndex, SessionId, Tag, Transcript};

/// One direction of a two-party building block in one session.
///
/// In every layer `sender` is the party that holds both messages of the oblivious transfer (in RVOLE: the one
/// called Alice) and `receiver` the one that chooses (Bob). The extension from A to B rests on base transfers
/// from B to A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// The session.
    pub session: SessionId,
    /// The party with both messages.
    pub sender: PartyIndex,
    /// The party with the choice.
    pub receiver: PartyIndex,
}

impl Direction {
    /// The same pair and session with the roles exchanged.
    pub fn reversed(self) -> Self {
        Self { session: self.session, sender: self.receiver, receiver: self.sender }
    }

    /// A hash bound to this session and direction (§1.7).
    pub(crate) fn transcript(&self, tag: Tag) -> Transcript {
        Transcript::in_session(tag, &self.session, Some(self.sender), Some(self.receiver), 0)
    }

    /// A hash (§1.12) bound to this session and direction whose next field starts on a block boundary of SHA-512,
    /// for hashes of many short inputs with a common start: cloning it clones the work done.
    pub(crate) fn aligned_transcript(&self, tag: Tag) -> Transcript {
        const BLOCK: usize = 128;
        const LENGTH: usize = 8;
        // Tag, version, session, sender, receiver, step: see `Transcript`.
        let fields = [tag.text().len(), 2, 32, 2, 2, 2];
        let used: usize = fields.iter().map(|field| LENGTH + field).sum::<usize>() + LENGTH;
        self.transcript(tag).field(&[0; BLOCK][..used.next_multiple_of(BLOCK) - used])
    }
}
