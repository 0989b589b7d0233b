//! The messages of a pairing and the envelope they travel in.
//!
//! Envelope: version byte ‖ 12-byte random nonce ‖ ChaCha20-Poly1305 of the message under a key derived from
//! the invitation's secret and the direction. It keeps out whoever has not seen the code, above all the relay.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::PairingFailure;
use super::invitation::Invitation;
use crate::identity::DeviceCard;
use crate::mailbox::WriteToken;
use crate::seal::derive;

/// What is in an envelope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// The first message of Noise XXpsk3, joiner to inviter.
    First(Vec<u8>),
    /// The second, inviter to joiner; its payload is a [`Greeting`].
    Second(Vec<u8>),
    /// The third, joiner to inviter; its payload is a [`Greeting`].
    Third(Vec<u8>),
    /// A [`Word`] under the keys of the handshake.
    Sealed {
        /// Its number, from 0 in each direction.
        number: u64,
        /// The sealed word.
        word: Vec<u8>,
    },
    /// The inviter will not pair by this invitation.
    Refused(Refused),
}

/// Why the inviter will not pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Refused {
    Expired,
    Used,
    TooManyAttempts,
}

impl From<Refused> for PairingFailure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Expired => Self::Expired,
            Refused::Used => Self::Used,
            Refused::TooManyAttempts => Self::TooManyAttempts,
        }
    }
}

/// What each side says within the handshake.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Greeting {
    pub(super) version: u16,
    pub(super) card: DeviceCard,
    pub(super) write_token: WriteToken,
    pub(super) commitment: [u8; 32],
}

/// What each side says after the handshake.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Word {
    Reveal([u8; 32]),
    Confirmed,
    Denied,
}

/// Which of the two devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Inviter,
    Joiner,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Inviter => Self::Joiner,
            Self::Joiner => Self::Inviter,
        }
    }
}

/// SHA-256("symbolon/pairing/commit/1" ‖ side, 0 or 1 ‖ nonce). The side keeps a commitment from being mirrored.
pub(super) fn commitment(side: Side, nonce: &[u8; 32]) -> [u8; 32] {
    let side = match side {
        Side::Inviter => 0u8,
        Side::Joiner => 1,
    };
    Sha256::new_with_prefix(b"symbolon/pairing/commit/1")
        .chain_update([side])
        .chain_update(nonce)
        .finalize()
        .into()
}

/// Seals and opens envelopes for one side.
pub(super) struct Envelope {
    outgoing: ChaCha20Poly1305,
    incoming: ChaCha20Poly1305,
}

impl Envelope {
    pub(super) fn new(invitation: &Invitation, side: Side) -> Self {
        let cipher = |side| {
            let label = match side {
                Side::Inviter => "symbolon/pairing/envelope/inviter",
                Side::Joiner => "symbolon/pairing/envelope/joiner",
            };
            ChaCha20Poly1305::new(Key::from_slice(&*derive(invitation.secret(), &[], label)))
        };
        Self { outgoing: cipher(side), incoming: cipher(side.other()) }
    }

    pub(super) fn seal(&self, message: &Message, rng: &mut dyn CryptoRngCore) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let sealed = self
            .outgoing
            .encrypt(Nonce::from_slice(&nonce), Payload { msg: &encode(message), aad: &[FORMAT] })
            .expect("a message of a few hundred bytes can be sealed");
        [&[FORMAT], &nonce[..], &sealed].concat()
    }

    /// The message in an envelope; `None` for whatever does not come from a holder of the code.
    pub(super) fn open(&self, bytes: &[u8]) -> Option<Message> {
        if bytes.len() > MAX_ENVELOPE_BYTES {
            return None;
        }
        let (format, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
        if *format != FORMAT {
            return None;
        }
        let plain =
            self.incoming.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: &[FORMAT] }).ok()?;
        decode(&plain)
    }
}

pub(super) fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("no message has a field that postcard refuses")
}

/// Reads exactly one value.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
const MAX_ENVELOPE_BYTES: usize = 4096;
