//! Requests as the two sides of the wallet, and two devices, hand them to each other.

use core::fmt;

use serde::{Deserialize, Serialize};
use symbolon_mpc::CeremonyId;

use crate::event::Timestamp;

/// A request's id, the same on every device: 16 random bytes, hex in views.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub [u8; 16]);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {self}")
    }
}

impl core::str::FromStr for RequestId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id)?;
        Ok(Self(id))
    }
}

/// What the dApp side hands to the device side to have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SigningTask {
    /// The request.
    pub request: RequestId,
    /// The raw request, from which every device computes the digest for itself.
    pub body: symbolon_chain::Request,
    /// What this device computed from the body.
    pub digest: [u8; 32],
    /// Derivation path of the signing account below the root: `m/44/60/0/0/0`.
    pub path: String,
    /// The asking origin.
    pub origin: String,
    /// Network as the initiating device knows it: a hint for reads and names, never trusted for the digest.
    pub network: NetworkHint,
    /// What this device reads in the body.
    pub claims: Claims,
    /// When the request arrived.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A network as another device knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkHint {
    /// Chain id.
    pub chain_id: u64,
    /// Name.
    pub name: String,
    /// RPC.
    pub rpc_url: String,
    /// Symbol of the native currency.
    pub symbol: String,
    /// Block explorer, may be empty.
    pub explorer_url: String,
}

/// A request on its way to another device: raw bytes and claims, checked there before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The request.
    pub request: RequestId,
    /// Routes the session's frames.
    pub ceremony: CeremonyId,
    /// Wallet id.
    pub wallet: [u8; 32],
    /// Epoch of the shares to use.
    pub epoch: u32,
    /// Party indices of the signers, ascending.
    pub signers: Vec<u16>,
    /// The raw request.
    pub body: symbolon_chain::Request,
    /// Derivation path.
    pub path: String,
    /// The asking origin, as the proposing device's browser says.
    pub origin: String,
    /// Network hint.
    pub network: NetworkHint,
    /// What the proposing device says that the body says.
    pub claims: Claims,
    /// When the request arrived there.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// What a device reads in a request's bytes, in words that need no knowledge of its own; empty where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The signing account (EIP-55).
    pub account: String,
    /// The chain's own coin that is sent along, in wei.
    pub amount: String,
    /// Chain id, decimal.
    pub chain: String,
    /// The most that the transaction can cost, in wei.
    pub fee: String,
    /// Derivation path.
    pub path: String,
    /// Verb sentence.
    pub summary: String,
    /// Whom the transaction is sent to (EIP-55).
    pub to: String,
}

impl Claims {
    /// Whether they are longer than a claim can honestly be.
    pub(crate) fn are_long(&self) -> bool {
        let all = [&self.account, &self.amount, &self.chain, &self.fee, &self.path, &self.summary, &self.to];
        all.iter().any(|words| words.len() > MAX_CLAIM)
    }
}

/// Bytes of one claim.
const MAX_CLAIM: usize = 2048;

/// An ECDSA signature as the device side hands it back, verified under the child key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawSignature {
    /// r, 32 bytes big-endian.
    pub r: [u8; 32],
    /// s, 32 bytes big-endian, low.
    pub s: [u8; 32],
    /// Recovery id, 0 or 1.
    pub recovery_id: u8,
}
