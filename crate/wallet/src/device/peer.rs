//! What paired devices of one wallet say to each other inside their channel.
//!
//! Postcard with a leading version byte; decoding refuses trailing bytes and oversize. The sender is whoever the
//! channel belongs to, never a field.

use serde::{Deserialize, Serialize};
use symbolon_mpc::CeremonyId;

use crate::request::Proposal;
use crate::view::{DeviceKind, DeviceState};

/// A message between two devices of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeerMessage {
    /// First message of every channel session.
    Hello(Hello),
    /// Frame of a ceremony.
    Frame {
        /// Which.
        ceremony: CeremonyId,
        /// The frame.
        frame: Vec<u8>,
    },
    /// Take part in a signing.
    Propose(Box<Proposal>),
    /// What the sender's owner does with a request.
    State {
        /// The request's id.
        request: [u8; 16],
        /// What.
        state: DeviceState,
    },
    /// The request is over.
    Cancel {
        /// The request's id.
        request: [u8; 16],
        /// Plain sentence.
        reason: String,
    },
}

/// First message of every channel session: what the sender is and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of its build.
    pub app_version: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Wallet and epoch that it holds a share of.
    pub key: Option<([u8; 32], u32)>,
    /// Its name.
    pub name: String,
}
