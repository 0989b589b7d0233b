//! What a frame is on the wire.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::session::SessionTag;
use crate::wire::{self, Undecodable};

/// Step of the messages of a round; its echo is the next one.
pub const fn step_of_round(round: u16) -> u16 {
    2 * round
}

/// Step of the echo of a round's broadcasts.
pub const fn step_of_echo(round: u16) -> u16 {
    2 * round + 1
}

/// A frame, taken apart.
///
/// In round 0 there is no session yet and `session` is all zero. An echo has the hash of the round's
/// broadcasts for its broadcast part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Round r is step 2r, its echo step 2r + 1.
    pub step: u16,
    /// First half of the session id, from round 1 on.
    pub session: SessionTag,
    /// Encoding of the part said alike to all.
    #[serde(with = "wire::bytes")]
    pub broadcast: Vec<u8>,
    /// Encoding of the part said to this receiver only.
    #[serde(with = "wire::bytes")]
    pub private: Vec<u8>,
}

impl Frame {
    /// The bytes on the wire.
    pub fn encode(&self) -> Vec<u8> {
        core::mem::take(&mut *wire::encode(self))
    }

    /// Takes the bytes on the wire apart.
    ///
    /// # Errors
    /// [`Undecodable`] unless they are the one encoding of a frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, Undecodable> {
        wire::decode(bytes)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.private.zeroize();
    }
}
