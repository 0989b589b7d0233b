//! The frames between a device and a relay: one WebSocket message each, binary.
//!
//! A frame is one version byte, then the postcard encoding of [`ClientFrame`] or [`RelayFrame`].

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{MailboxId, ReadToken, WriteToken};
use crate::MAX_FRAME_BYTES;

/// Longest body of a message, in bytes: what is left of a frame after its header.
pub const MAX_BODY_BYTES: usize = MAX_FRAME_BYTES - 128;

/// What a device says to a relay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClientFrame {
    /// First frame of a connection.
    Hello {
        /// The version the device speaks, [`super::RELAY_VERSION`].
        version: u16,
    },
    /// Start reading a mailbox: what waits and what comes is delivered from now on, from the first message
    /// that was never acknowledged.
    Open {
        /// Proof that this device may read it.
        read_token: ReadToken,
    },
    /// Stop reading a mailbox; its messages stay.
    Close {
        /// The mailbox, opened before on this connection.
        mailbox: MailboxId,
    },
    /// Put a message into a mailbox.
    Put {
        /// Proof that this device may write there.
        write_token: WriteToken,
        /// The device's number for this message; the answer repeats it.
        id: u64,
        /// The message, at most [`MAX_BODY_BYTES`].
        #[serde(with = "bytes")]
        body: Vec<u8>,
    },
    /// Messages up to this number are safe with the reader: the relay forgets them.
    Ack {
        /// The mailbox, opened before on this connection.
        mailbox: MailboxId,
        /// Number of the last message that need not be delivered again.
        up_to: u64,
    },
    /// Keeps the connection alive; answered by [`RelayFrame::Pong`].
    Ping,
}

/// What a relay says to a device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RelayFrame {
    /// Answer to `Hello`.
    Welcome {
        /// The version the relay speaks.
        version: u16,
        /// What it accepts.
        limits: Limits,
    },
    /// Answer to `Open`.
    Opened {
        /// The mailbox.
        mailbox: MailboxId,
        /// How many messages wait in it.
        waiting: u32,
    },
    /// A message of a mailbox that is open on this connection.
    Deliver {
        /// The mailbox.
        mailbox: MailboxId,
        /// Its number: grows within a mailbox, not by one, and is never given twice.
        number: u64,
        /// The message.
        #[serde(with = "bytes")]
        body: Vec<u8>,
    },
    /// The message `id` of a `Put` is in its mailbox.
    Accepted {
        /// The device's number for the message.
        id: u64,
    },
    /// Something was refused.
    Refused {
        /// The device's number for the message that was refused; `None` if it was no `Put`.
        id: Option<u64>,
        /// Why.
        reason: Refusal,
    },
    /// Answer to `Ping`.
    Pong,
}

/// What a relay accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Longest frame, in bytes.
    pub frame_bytes: u32,
    /// Most messages that wait in one mailbox.
    pub mailbox_messages: u32,
    /// Most bytes of bodies that wait in one mailbox.
    pub mailbox_bytes: u32,
    /// How long a message waits before it is forgotten, in milliseconds.
    pub ttl_ms: u32,
}

/// Why a relay refused something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// The mailbox holds as much as it may; try again when its reader has been there.
    MailboxFull,
    /// Another connection has opened the mailbox; this one reads it no longer.
    OpenedElsewhere,
    /// The relay holds as much as it may; try again later.
    Overloaded,
    /// Too many frames or bytes in a short time; try again later.
    TooFast,
    /// This connection has as many mailboxes open as it may.
    TooManyMailboxes,
    /// The relay speaks another version.
    UnsupportedVersion,
    /// The first frame was no `Hello`, or the mailbox is not open on this connection.
    OutOfOrder,
}

impl ClientFrame {
    /// The frame as bytes.
    ///
    /// # Errors
    /// [`BadFrame::TooLong`] if a body is longer than [`MAX_BODY_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, BadFrame> {
        match self {
            Self::Put { body, .. } if body.len() > MAX_BODY_BYTES => Err(BadFrame::TooLong),
            _ => encode(self),
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`BadFrame`], for whatever is not exactly one frame of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
        match decode(bytes)? {
            Self::Put { body, .. } if body.len() > MAX_BODY_BYTES => Err(BadFrame::TooLong),
            frame => Ok(frame),
        }
    }
}

impl RelayFrame {
    /// The frame as bytes.
    ///
    /// # Errors
    /// [`BadFrame::TooLong`] if a body is longer than [`MAX_BODY_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, BadFrame> {
        match self {
            Self::Deliver { body, .. } if body.len() > MAX_BODY_BYTES => Err(BadFrame::TooLong),
            _ => encode(self),
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`BadFrame`], for whatever is not exactly one frame of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
        match decode(bytes)? {
            Self::Deliver { body, .. } if body.len() > MAX_BODY_BYTES => Err(BadFrame::TooLong),
            frame => Ok(frame),
        }
    }
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The bytes are no frame, or hold more than one.
    #[error("not a relay frame")]
    Malformed,
    /// The frame is of another version.
    #[error("relay frame of format {theirs}")]
    OtherVersion {
        /// The version found.
        theirs: u8,
    },
    /// The frame is longer than [`MAX_FRAME_BYTES`], or its body than [`MAX_BODY_BYTES`].
    #[error("relay frame is too long")]
    TooLong,
}

fn encode(frame: &impl Serialize) -> Result<Vec<u8>, BadFrame> {
    let bytes = postcard::to_extend(frame, vec![FORMAT]).map_err(|_| BadFrame::Malformed)?;
    if bytes.len() > MAX_FRAME_BYTES { Err(BadFrame::TooLong) } else { Ok(bytes) }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BadFrame> {
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(BadFrame::TooLong);
    }
    let (format, rest) = bytes.split_first().ok_or(BadFrame::Malformed)?;
    if *format != FORMAT {
        return Err(BadFrame::OtherVersion { theirs: *format });
    }
    match postcard::take_from_bytes(rest) {
        Ok((frame, [])) => Ok(frame),
        _ => Err(BadFrame::Malformed),
    }
}

/// Bodies as one run of bytes; serde would visit a `Vec<u8>` byte by byte.
mod bytes {
    use core::fmt;

    use serde::{Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

const FORMAT: u8 = 1;
