//! JSON-RPC with chain nodes: bodies to post, and answers read with suspicion.
//!
//! A node is a stranger too. Its answers are bounded, an error object is told from a broken answer, and nothing that it
//! sends makes this panic. Sending bytes and waiting is the host's part.

mod approvals;
mod call;
mod passthrough;
mod revert;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};

use crate::evm::quantity::{self, write_bytes, write_number};
use crate::evm::tx::UnsignedTransaction;
use crate::fees::{BLOCKS, FeeHistory, PERCENTILES};

pub use approvals::{Granted, approvals, approved_for_all};
pub use call::{Receipt, allowance, balance_of, balance_of_item, decimals, l1_fee, name, owner_of, symbol};
pub use passthrough::{MAX_PARAMS, is_read_method, pass_through_body, pass_through_result};
pub use revert::{reason_of, revert_reason};

/// One question to a node, and how its answer is read.
#[derive(Clone, Debug)]
pub struct Query<T> {
    method: &'static str,
    params: Value,
    read: fn(&Value) -> Option<T>,
}

/// Why a node's answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// The node refuses.
    #[error("the node refused (code {code}): {message}")]
    Node {
        /// JSON-RPC error code.
        code: i64,
        /// Its words, rendered inert and cut.
        message: String,
        /// The error's data, as JSON text and cut; a reverted call's reason is in it.
        data: Option<String>,
    },
    /// Larger than [`MAX_RESPONSE`].
    #[error("the answer of the node is too large")]
    TooLarge,
    /// Not a JSON-RPC response: a web page, a proxy's error, nothing at all.
    #[error("the answer is not that of a node")]
    NotRpc,
    /// The answer to another question.
    #[error("the answer of the node is to another question")]
    WrongId,
    /// A result of another form than the method's.
    #[error("the answer of the node to {method} is malformed")]
    Malformed {
        /// The method.
        method: String,
    },
}

impl<T> Query<T> {
    pub(crate) fn new(method: &'static str, params: Value, read: fn(&Value) -> Option<T>) -> Self {
        Self { method, params, read }
    }

    /// The method's name.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The body to post (JSON-RPC 2.0).
    #[must_use]
    pub fn body(&self, id: u64) -> Vec<u8> {
        body(id, self.method, &self.params)
    }

    /// Reads the answer to [`Self::body`] of the same id.
    ///
    /// # Errors
    /// [`RpcError`], by what is wrong with it.
    pub fn answer(&self, id: u64, response: &[u8]) -> Result<T, RpcError> {
        let result = result(id, response)?;
        (self.read)(&result).ok_or_else(|| RpcError::Malformed { method: self.method.to_owned() })
    }
}

/// `eth_chainId`.
#[must_use]
pub fn chain_id() -> Query<u64> {
    Query::new("eth_chainId", json!([]), number_u64)
}

/// `eth_blockNumber`.
#[must_use]
pub fn block_number() -> Query<u64> {
    Query::new("eth_blockNumber", json!([]), number_u64)
}

/// `eth_getBalance` at the latest block, in wei.
#[must_use]
pub fn balance(account: &Address) -> Query<U256> {
    Query::new("eth_getBalance", json!([account, "latest"]), number)
}

/// `eth_getTransactionCount`, pending transactions counted: the next nonce, as far as the node knows.
#[must_use]
pub fn pending_nonce(account: &Address) -> Query<u64> {
    Query::new("eth_getTransactionCount", json!([account, "pending"]), number_u64)
}

/// `eth_getTransactionCount` at the latest block: how many are mined.
#[must_use]
pub fn mined_nonce(account: &Address) -> Query<u64> {
    Query::new("eth_getTransactionCount", json!([account, "latest"]), number_u64)
}

/// `eth_feeHistory` for [`FeeHistory::suggest`].
#[must_use]
pub fn fee_history() -> Query<FeeHistory> {
    let params = json!([write_number(U256::from(BLOCKS)), "latest", PERCENTILES]);
    Query::new("eth_feeHistory", params, |result| FeeHistory::parse(result).ok())
}

/// `eth_maxPriorityFeePerGas`: the node's advice for a tip, in wei.
#[must_use]
pub fn tip() -> Query<u128> {
    Query::new("eth_maxPriorityFeePerGas", json!([]), |result| quantity::number_u128(result).ok())
}

/// `eth_gasPrice`, in wei, for chains without EIP-1559.
#[must_use]
pub fn gas_price() -> Query<u128> {
    Query::new("eth_gasPrice", json!([]), |result| quantity::number_u128(result).ok())
}

/// `eth_estimateGas`. Fees are left out, so that a poor account learns that it is poor and not that gas is unknown.
#[must_use]
pub fn estimate_gas(from: &Address, to: Option<&Address>, value: U256, data: &Bytes) -> Query<u64> {
    Query::new("eth_estimateGas", json!([call_object(Some(from), to, value, data)]), number_u64)
}

/// `eth_call` of a transaction at the latest block: whether, and why, it would revert.
#[must_use]
pub fn dry_run(from: &Address, tx: &UnsignedTransaction) -> Query<Bytes> {
    let object = call_object(Some(from), tx.to.as_ref(), tx.value, &tx.data);
    Query::new("eth_call", json!([object, "latest"]), bytes)
}

/// `eth_getCode` at the latest block; empty for accounts that are not contracts.
#[must_use]
pub fn code(address: &Address) -> Query<Bytes> {
    Query::new("eth_getCode", json!([address, "latest"]), bytes)
}

/// `eth_getCode` at a block; nodes that have forgotten its state refuse.
#[must_use]
pub fn code_at(address: &Address, block: u64) -> Query<Bytes> {
    Query::new("eth_getCode", json!([address, write_number(U256::from(block))]), bytes)
}

/// `eth_sendRawTransaction`: the transaction's hash.
#[must_use]
pub fn send_raw_transaction(raw: &[u8]) -> Query<B256> {
    Query::new("eth_sendRawTransaction", json!([write_bytes(raw)]), |result| quantity::word(result).ok())
}

/// `eth_getTransactionReceipt`; `None` while it is not mined.
#[must_use]
pub fn receipt(hash: &B256) -> Query<Option<Receipt>> {
    Query::new("eth_getTransactionReceipt", json!([hash]), |result| match result {
        Value::Null => Some(None),
        result => Receipt::parse(result).map(Some),
    })
}

/// `eth_getTransactionByHash`: whether the node knows the transaction, mined or not.
#[must_use]
pub fn knows_transaction(hash: &B256) -> Query<bool> {
    Query::new("eth_getTransactionByHash", json!([hash]), |result| match result {
        Value::Null => Some(false),
        Value::Object(_) => Some(true),
        _ => None,
    })
}

impl RpcError {
    /// Whether the node says that it has the very transaction already: sending it again did no harm.
    #[must_use]
    pub fn is_already_known(&self) -> bool {
        self.says(&["already known", "already imported", "alreadyknown", "known transaction"])
    }

    /// Whether the nonce is used up: another transaction took its place, or this one is mined.
    #[must_use]
    pub fn is_nonce_too_low(&self) -> bool {
        self.says(&["nonce too low", "nonce is too low", "old nonce"])
    }

    /// Whether the account cannot pay.
    #[must_use]
    pub fn is_insufficient_funds(&self) -> bool {
        self.says(&["insufficient funds", "insufficient balance", "doesn't have enough funds"])
    }

    /// Whether a pending transaction of the same nonce pays as much or more.
    #[must_use]
    pub fn is_underpriced(&self) -> bool {
        self.says(&["underpriced", "fee too low to compete", "replacement fee too low"])
    }

    /// Whether the call reverts; [`revert_reason`] reads why.
    #[must_use]
    pub fn is_revert(&self) -> bool {
        matches!(self, Self::Node { code: 3, .. }) || self.says(&["revert"])
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let Self::Node { message, .. } = self else { return false };
        let message = message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

pub(crate) fn body(id: u64, method: &str, params: &Value) -> Vec<u8> {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string().into_bytes()
}

pub(crate) fn result(id: u64, response: &[u8]) -> Result<Value, RpcError> {
    if response.len() > MAX_RESPONSE {
        return Err(RpcError::TooLarge);
    }
    let mut response: Value = serde_json::from_slice(response).map_err(|_| RpcError::NotRpc)?;
    // An error without a usable id is an answer all the same; some nodes write the id as text.
    if let Some(error) = response.get("error").filter(|error| !error.is_null()) {
        return Err(node_error(error));
    }
    let object = response.as_object_mut().ok_or(RpcError::NotRpc)?;
    match object.get("id") {
        Some(Value::Number(found)) if found.as_u64() == Some(id) => {}
        Some(Value::String(found)) if *found == id.to_string() => {}
        _ => return Err(RpcError::WrongId),
    }
    object.remove("result").ok_or(RpcError::NotRpc)
}

fn node_error(error: &Value) -> RpcError {
    let message = match error {
        Value::String(message) => message.as_str(),
        error => error.get("message").and_then(Value::as_str).unwrap_or("no reason given"),
    };
    let message = crate::text::inert(&message.chars().take(MAX_ERROR_TEXT).collect::<String>());
    let data = error.get("data").filter(|data| !data.is_null()).map(|data| {
        let text = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
        text.chars().take(MAX_ERROR_DATA).collect()
    });
    RpcError::Node { code: error.get("code").and_then(Value::as_i64).unwrap_or_default(), message, data }
}

pub(crate) fn call_object(from: Option<&Address>, to: Option<&Address>, value: U256, data: &Bytes) -> Value {
    let mut object = serde_json::Map::new();
    if let Some(from) = from {
        object.insert("from".to_owned(), json!(from));
    }
    if let Some(to) = to {
        object.insert("to".to_owned(), json!(to));
    }
    if !value.is_zero() {
        object.insert("value".to_owned(), json!(write_number(value)));
    }
    if !data.is_empty() {
        object.insert("data".to_owned(), json!(write_bytes(data)));
    }
    Value::Object(object)
}

pub(crate) fn number(result: &Value) -> Option<U256> {
    quantity::number(result).ok()
}

pub(crate) fn number_u64(result: &Value) -> Option<u64> {
    quantity::number_u64(result).ok()
}

pub(crate) fn bytes(result: &Value) -> Option<Bytes> {
    quantity::bytes(result, MAX_RESPONSE).ok()
}

/// Longest answer that is read, in bytes.
pub const MAX_RESPONSE: usize = 4 * 1024 * 1024;
const MAX_ERROR_TEXT: usize = 300;
const MAX_ERROR_DATA: usize = 4096;

#[cfg(test)]
mod tests;
