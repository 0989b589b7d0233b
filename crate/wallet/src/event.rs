//! Everything that can happen to a wallet. A host turns its platform's events into these.

use serde::{Deserialize, Serialize};
use symbolon_mpc::secret::Secret;

use crate::command::Command;
use crate::store::StoreError;

/// Milliseconds since 1970-01-01 UTC, as the host's clock says.
pub type Timestamp = u64;

/// A page's connection to the host: a tab's frame, a port. Numbered by the host, never reused by it.
pub type ClientId = u64;

/// Number of an effect that comes back as an event.
pub type EffectId = u64;

/// Scheme, host and port of the asking page as the browser says it: `https://app.example.org`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin(pub String);

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The owner gives an order from one of this device's own screens.
    Command {
        /// Comes back in [`crate::effect::Effect::Reply`].
        reply: EffectId,
        /// The order.
        command: Command,
    },
    /// An HTTP request ended.
    Fetched {
        /// As in [`crate::effect::Effect::Fetch`].
        id: EffectId,
        /// The body of a 2xx answer (capped at 4 MiB by the host), or why there is none.
        outcome: Result<Vec<u8>, FetchError>,
    },
    /// The password was stretched.
    KeyDerived {
        /// As in [`crate::effect::Effect::DeriveKey`].
        id: EffectId,
        /// The 32-byte key, or `None` where the platform failed (no memory).
        key: Option<Secret<[u8; 32]>>,
    },
    /// A page calls the provider.
    Provider(ProviderCall),
    /// A page's connection is gone; its requests stay, answers to it are dropped.
    ProviderGone {
        /// Which.
        client: ClientId,
    },
    /// A page (re)appeared and listens for events.
    ProviderHere {
        /// Which.
        client: ClientId,
        /// Its origin.
        origin: Origin,
    },
    /// The relay socket changed or a relay frame came.
    Relay(RelayEvent),
    /// A batch could not be stored. Effects after it in the same list were not performed, and no other event is
    /// handed over between that list and this.
    StoreFailed {
        /// Why.
        error: StoreError,
    },
    /// Time passed: an alarm that the wallet asked for, or any other wake-up.
    Wake,
    /// The system locked or the machine slept.
    SystemLocked,
}

/// A JSON-RPC call of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCall {
    /// The page's connection.
    pub client: ClientId,
    /// The page's origin, from the browser.
    pub origin: Origin,
    /// The page's request id; (origin, id) is idempotent: a replay after a worker's death is the same request.
    pub id: String,
    /// Method, for example `eth_sendTransaction`.
    pub method: String,
    /// Parameters as JSON text; `null` where absent.
    pub params: String,
}

/// What happens on the relay socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayEvent {
    /// The socket closed or could not be opened.
    Closed,
    /// The socket is open.
    Connected,
    /// A binary message.
    Frame(Vec<u8>),
}

/// Why an HTTP request gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The server answered with this status.
    #[error("the server answered {0}")]
    Status(u16),
    /// Not within the time allowed.
    #[error("timed out")]
    Timeout,
    /// No connection, blocked, or a body over the cap.
    #[error("unreachable")]
    Unreachable,
}
