//! What two devices have after pairing.

use core::fmt;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::identity::DeviceCard;
use crate::mailbox::{ReadToken, WriteToken};

/// The pre-shared key of the channels between two devices. Wiped on drop, printed as `<redacted>`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct ChannelPsk([u8; 32]);

impl ChannelPsk {
    /// Draws a key.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut psk = Self([0; 32]);
        rng.fill_bytes(&mut psk.0);
        psk
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ChannelPsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// What one of two paired devices keeps about the other: all that a [`Channel`](crate::channel::Channel) needs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Paired {
    /// The peer's card; its keys are pinned from now on.
    pub peer: DeviceCard,
    /// The key both mix into every handshake.
    pub psk: ChannelPsk,
    /// Opens the mailbox in which this device finds what the peer sends.
    pub read_token: ReadToken,
    /// Writes into the mailbox in which the peer reads.
    pub write_token: WriteToken,
}

impl Paired {
    /// The pair for the vault: a version byte, then postcard. Holds secrets.
    pub fn encode_secret(&self) -> Zeroizing<Vec<u8>> {
        // Reserved beforehand, so that no copy is left behind by growing.
        let bytes = Vec::with_capacity(512);
        Zeroizing::new(
            postcard::to_extend(&(FORMAT, self), bytes).expect("a pair has no field that postcard refuses"),
        )
    }

    /// Reads what [`Paired::encode_secret`] wrote; the card's signature is verified.
    ///
    /// # Errors
    /// [`BadPaired`] for another version and for whatever is not exactly one pair.
    pub fn decode_secret(bytes: &[u8]) -> Result<Self, BadPaired> {
        let (format, rest) = bytes.split_first().ok_or(BadPaired::Malformed)?;
        if *format != FORMAT {
            return Err(BadPaired::OtherVersion { theirs: *format });
        }
        match postcard::take_from_bytes(rest) {
            Ok((paired, [])) => Ok(paired),
            _ => Err(BadPaired::Malformed),
        }
    }
}

/// Why bytes are not a [`Paired`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPaired {
    /// The bytes are something else, or the card in them is not valid.
    #[error("not the record of a paired device")]
    Malformed,
    /// The bytes were written by another version.
    #[error("record of a paired device in format {theirs}")]
    OtherVersion {
        /// The version found.
        theirs: u8,
    },
}

const FORMAT: u8 = 1;
