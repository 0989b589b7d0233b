//! Sign-In with Ethereum messages (ERC-4361).

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

/// A well-formed sign-in message. Every text is rendered inert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The host (and port) that wants the sign-in.
    pub domain: String,
    /// The account it names.
    pub address: Address,
    /// A sentence for the reader, if there is one.
    pub statement: Option<String>,
    /// What the sign-in is for.
    pub uri: String,
    /// EIP-155 chain id it names.
    pub chain_id: u64,
    /// The site's random token.
    pub nonce: String,
    /// When it was issued (RFC 3339 text).
    pub issued_at: String,
    /// When it ends (RFC 3339 text), if it says.
    pub expiration_time: Option<String>,
    /// When it begins (RFC 3339 text), if it says.
    pub not_before: Option<String>,
    /// The site's own id for the request, if it has one.
    pub request_id: Option<String>,
    /// What is shared with the site.
    pub resources: Vec<String>,
    /// The whole message, rendered inert.
    pub text: String,
}
