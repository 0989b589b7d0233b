//! Mailboxes at a relay: who may write, who may read, and the frames that say so.
//!
//! One mailbox carries messages one way between two devices. Its reader draws a [`ReadToken`] and hands the
//! [`WriteToken`] derived from it to the one peer that may write. The relay learns the tokens when they are
//! presented, derives the [`MailboxId`] by hashing, and keeps nothing for good.

mod frame;

use core::fmt;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use frame::{BadFrame, ClientFrame, Limits, MAX_BODY_BYTES, Refusal, RelayFrame};

/// The relay protocol's version that this crate speaks; sent in `Hello` and `Welcome`.
pub const RELAY_VERSION: u16 = 1;

/// What opens a mailbox for reading: 32 random bytes. Secret; wiped on drop, printed as `<redacted>`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct ReadToken([u8; 32]);

impl ReadToken {
    /// Draws the token of a new mailbox.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut token = Self([0; 32]);
        rng.fill_bytes(&mut token.0);
        token
    }

    /// The token with these bytes, as derived from a shared secret or read from the vault.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for the vault.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a writer of this mailbox must present: SHA-256("symbolon/mailbox/write" ‖ token).
    pub fn write_token(&self) -> WriteToken {
        WriteToken(Sha256::new().chain_update(WRITE_TAG).chain_update(self.0).finalize().into())
    }

    /// The mailbox that this token opens.
    pub fn mailbox(&self) -> MailboxId {
        self.write_token().mailbox()
    }
}

impl fmt::Debug for ReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// What allows to write into a mailbox. Secret; wiped on drop, printed as `<redacted>`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct WriteToken([u8; 32]);

impl WriteToken {
    /// The token with these bytes, as received from a peer or read from the vault.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for a peer or the vault.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The mailbox it writes to: SHA-256("symbolon/mailbox/id" ‖ token).
    pub fn mailbox(&self) -> MailboxId {
        MailboxId(Sha256::new().chain_update(ID_TAG).chain_update(self.0).finalize().into())
    }
}

impl fmt::Debug for WriteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// The name of a mailbox at a relay. It opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailboxId(pub [u8; 32]);

impl fmt::Debug for MailboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mailbox {:02x}{:02x}{:02x}{:02x}", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

const WRITE_TAG: &[u8] = b"symbolon/mailbox/write";
const ID_TAG: &[u8] = b"symbolon/mailbox/id";

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: `printf 'symbolon/mailbox/write' | cat - <(head -c32 /dev/zero) | sha256sum`, and the
    /// same again over the result with the other tag.
    #[test]
    fn tokens_are_derived_by_hashing() {
        let read = ReadToken::from_bytes([0; 32]);
        assert_eq!(hex::encode(read.write_token().as_bytes()), WRITE_OF_ZERO);
        assert_eq!(hex::encode(read.mailbox().0), ID_OF_ZERO);
    }

    #[test]
    fn a_token_is_never_printed() {
        let read = ReadToken::from_bytes([7; 32]);
        assert_eq!(format!("{read:?} {:?}", read.write_token()), "<redacted> <redacted>");
    }

    const WRITE_OF_ZERO: &str = "19b0639accc12021d45c7ea32fda31694b1798f921abd78692e24a7ddabd55a7";
    const ID_OF_ZERO: &str = "1f00b62e332f1ece193cd930e16135b5356d49af29bf28a87267e787134b6ef6";
}
