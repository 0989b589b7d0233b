//! What JavaScript reports, as JSON.

use serde::Deserialize;
use symbolon_wallet::command::Command;
use symbolon_wallet::event::{Event, Origin, ProviderCall};

/// An event that begins outside of this module: sockets, HTTP and storage report for themselves.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Message {
    /// The owner's order from a screen.
    Command {
        /// Comes back in the reply.
        reply: u64,
        /// The order.
        command: Command,
    },
    /// A page's call.
    Provider {
        /// The page's connection.
        client: u64,
        /// The page's origin, as the browser says.
        origin: String,
        /// The page's request id.
        id: String,
        /// Method.
        method: String,
        /// Parameters as JSON text.
        params: String,
    },
    /// A page's connection is gone.
    ProviderGone {
        /// Which.
        client: u64,
    },
    /// A page listens.
    ProviderHere {
        /// Which.
        client: u64,
        /// Its origin.
        origin: String,
    },
    /// The screen locked.
    SystemLocked,
    /// Time passed.
    Wake,
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        match message {
            Message::Command { reply, command } => Self::Command { reply, command },
            Message::Provider { client, origin, id, method, params } => {
                Self::Provider(ProviderCall { client, origin: Origin(origin), id, method, params })
            }
            Message::ProviderGone { client } => Self::ProviderGone { client },
            Message::ProviderHere { client, origin } => Self::ProviderHere { client, origin: Origin(origin) },
            Message::SystemLocked => Self::SystemLocked,
            Message::Wake => Self::Wake,
        }
    }
}
