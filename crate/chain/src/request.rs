//! Raw requests, as they travel between devices.
//!
//! A request is the bytes that will be signed over and where they belong, and nothing that another device would have to
//! believe: no summary, no price, no names. Sizes are checked when a request is deserialised.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

/// What a page, or the owner, asks to have signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// For an account on an EVM chain.
    Evm(EvmRequest),
}

/// A request for one signature of an EVM account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct EvmRequest {
    /// The active chain of the asking page (EIP-155 chain id).
    pub chain_id: u64,
    /// The account that is to sign.
    pub account: Address,
    /// What the signature is over.
    pub subject: EvmSubject,
}

/// What an EVM signature is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvmSubject {
    /// An unsigned transaction in its signing form: `0x02 ‖ rlp(…)` (EIP-1559), `0x01 ‖ rlp(…)` (EIP-2930), or
    /// `rlp(nonce, gasPrice, gas, to, value, data, chainId, 0, 0)` (EIP-155). Its Keccak-256 is what is signed.
    Transaction(Vec<u8>),
    /// The message of a `personal_sign`, without the EIP-191 prefix.
    PersonalMessage(Vec<u8>),
    /// EIP-712 typed data, as the page's JSON.
    TypedData {
        /// The JSON text: an object for versions 3 and 4, an array for version 1.
        json: String,
        /// Which of the three methods asked.
        version: TypedDataVersion,
    },
}

/// Version of the typed-data method, as in `eth_signTypedData_v4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypedDataVersion {
    /// `eth_signTypedData`: a flat list of typed values, from before EIP-712 was final; not bound to any chain.
    V1,
    /// `eth_signTypedData_v3`: EIP-712 without arrays.
    V3,
    /// `eth_signTypedData_v4`: EIP-712.
    V4,
}

/// A request larger than any device accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("request of {size} bytes is over the limit of {limit}")]
pub struct TooLarge {
    /// Bytes found.
    pub size: usize,
    /// Bytes allowed.
    pub limit: usize,
}

impl Request {
    /// Whether what the signature is over is a transaction, so that its sequence number matters.
    #[must_use]
    pub fn is_transaction(&self) -> bool {
        let Self::Evm(request) = self;
        matches!(request.subject, EvmSubject::Transaction(_))
    }
}

impl EvmRequest {
    /// Checks the size of what the signature is over.
    ///
    /// # Errors
    /// [`TooLarge`], with the limit that was passed.
    pub fn check_size(&self) -> Result<(), TooLarge> {
        let (size, limit) = match &self.subject {
            EvmSubject::Transaction(payload) => (payload.len(), MAX_TRANSACTION),
            EvmSubject::PersonalMessage(message) => (message.len(), MAX_MESSAGE),
            EvmSubject::TypedData { json, .. } => (json.len(), MAX_TYPED_DATA),
        };
        if size > limit { Err(TooLarge { size, limit }) } else { Ok(()) }
    }
}

#[derive(Deserialize)]
struct Unchecked {
    chain_id: u64,
    account: Address,
    subject: EvmSubject,
}

impl TryFrom<Unchecked> for EvmRequest {
    type Error = TooLarge;

    fn try_from(unchecked: Unchecked) -> Result<Self, TooLarge> {
        let Unchecked { chain_id, account, subject } = unchecked;
        let request = Self { chain_id, account, subject };
        request.check_size()?;
        Ok(request)
    }
}

/// Longest call data of a transaction, in bytes.
pub const MAX_CALL_DATA: usize = 128 * 1024;
/// Longest unsigned transaction, in bytes: the call data and room for an access list and the other fields.
pub const MAX_TRANSACTION: usize = MAX_CALL_DATA + 16 * 1024;
/// Longest personal message, in bytes.
pub const MAX_MESSAGE: usize = 128 * 1024;
/// Longest typed-data JSON, in bytes.
pub const MAX_TYPED_DATA: usize = 128 * 1024;
