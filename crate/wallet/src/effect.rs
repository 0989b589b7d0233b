//! Everything that a wallet wants done. A host performs effects strictly in order.

use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

use crate::event::{ClientId, EffectId, Origin, Timestamp};
use crate::store::Batch;

/// Something to do.
#[derive(Debug)]
pub enum Effect {
    /// Wake the wallet ([`crate::event::Event::Wake`]) at this time, replacing any earlier alarm.
    Alarm {
        /// When.
        at: Timestamp,
    },
    /// Answer a page's call.
    Answer {
        /// The page's connection.
        client: ClientId,
        /// The page's request id.
        id: String,
        /// JSON text of the result, or the error.
        outcome: Result<String, ProviderError>,
    },
    /// Stretch a password with Argon2id, in an instance that is thrown away afterwards.
    DeriveKey {
        /// Comes back in [`crate::event::Event::KeyDerived`].
        id: EffectId,
        /// The password's UTF-8 bytes.
        password: Secret<Vec<u8>>,
        /// Salt and cost.
        parameters: KdfParameters,
    },
    /// Send an event to every connected page of an origin (EIP-1193 `accountsChanged` and so on).
    Emit {
        /// Whom; `None`: all pages that listen.
        origin: Option<Origin>,
        /// Event name.
        name: String,
        /// JSON text of the event's argument.
        data: String,
    },
    /// POST a JSON body and hand back the answer's body.
    Fetch {
        /// Comes back in [`crate::event::Event::Fetched`].
        id: EffectId,
        /// `https://…`, or loopback `http://…`.
        url: String,
        /// The body, sent as `application/json`.
        body: String,
        /// Give up after this many milliseconds.
        timeout_ms: u32,
    },
    /// Forget what [`Effect::Remember`] put away: the vault is locked.
    Forget,
    /// Tell the owner outside of any window. Holds no amount, address or page text.
    Notify {
        /// Short sentence.
        title: String,
        /// One more.
        body: String,
    },
    /// Something for the relay socket.
    Relay(RelayCommand),
    /// Answer a command with a text for the screen that asked, and for nobody else.
    Give {
        /// As in [`crate::event::Event::Command`].
        reply: EffectId,
        /// The text. It may be a secret: it is not kept, and not written to any log.
        text: Zeroizing<String>,
    },
    /// Keep this key in memory that outlives the worker but never touches the disk (`storage.session`), and hand
    /// it to `Wallet::open` when the worker starts again.
    Remember(Remembered),
    /// Answer a command.
    Reply {
        /// As in [`crate::event::Event::Command`].
        reply: EffectId,
        /// `Ok`, or a pinned code and a plain sentence.
        outcome: Result<(), CommandError>,
    },
    /// Open the approval window, or bring it to the front. Hosts without windows ignore it.
    ShowApproval,
    /// Store a batch; what follows in the list waits until it is durable.
    Store(Batch),
    /// The view changed: hand the new one to the open screens.
    ViewChanged,
}

/// What outlives a worker while the vault is open.
#[derive(Debug)]
pub struct Remembered {
    /// The vault's key.
    pub key: Secret<[u8; 32]>,
    /// When the vault locks if its owner does nothing: a worker that starts later finds it locked. `None`: never.
    pub lock_at: Option<Timestamp>,
}

impl Remembered {
    /// As bytes for a host that keeps bytes: the key, then the time (8 LE; all ones for never).
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let lock_at = self.lock_at.unwrap_or(Timestamp::MAX).to_le_bytes();
        // EXPOSE: copied into other bytes that are wiped, for the host's memory.
        self.key.expose(|key| Zeroizing::new([&key[..], &lock_at].concat()))
    }

    /// Reads what [`Remembered::encode`] wrote; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (key, lock_at) = bytes.split_first_chunk::<32>()?;
        let lock_at = Timestamp::from_le_bytes(lock_at.try_into().ok()?);
        let lock_at = Some(lock_at).filter(|at| *at != Timestamp::MAX);
        Some(Self { key: Secret::new(*key), lock_at })
    }
}

impl Clone for Remembered {
    fn clone(&self) -> Self {
        // EXPOSE: copied into another wiped value.
        Self { key: self.key.expose(|key| Secret::new(*key)), lock_at: self.lock_at }
    }
}

/// Something for the relay socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayCommand {
    /// Open a socket to this URL, closing another one first. The wallet paces its own retries.
    Connect {
        /// `wss://…/v1/relay`, or loopback `ws://…`.
        url: String,
    },
    /// Close the socket.
    Disconnect,
    /// Send a binary message; dropped silently where the socket is not open.
    Send(Vec<u8>),
}

/// Salt and cost of Argon2id v1.3 (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KdfParameters {
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// An error as a page sees it (EIP-1193, EIP-1474).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// EIP-1193 or JSON-RPC code.
    pub code: i64,
    /// Plain sentence.
    pub message: String,
    /// JSON text of the `data` member.
    pub data: Option<String>,
}

/// An error as the owner's screen sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CommandError {
    /// Pinned code such as `vault/wrong-password`.
    pub code: String,
    /// Plain sentence, which says what is safe and what to do next.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_from_its_bytes() {
        let mut pinned = vec![7; 32];
        pinned.extend_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
        let remembered = Remembered { key: Secret::new([7; 32]), lock_at: Some(256) };
        assert_eq!(*remembered.encode(), pinned);
        let back = Remembered::decode(&pinned).unwrap();
        assert_eq!((back.key.expose(|key| *key), back.lock_at), ([7; 32], Some(256)));
        let never = Remembered { lock_at: None, ..back };
        assert_eq!(Remembered::decode(&never.encode()).unwrap().lock_at, None);
        assert!(Remembered::decode(&pinned[..39]).is_none() && Remembered::decode(&[7; 32]).is_none());
    }
}
