//! JSON-RPC parameters of the signing methods, from a page: strictly parsed before any window opens.
//!
//! Everything malformed is JSON-RPC error -32602 with a sentence that names the field and never repeats the page's text.

use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Map, Value};

use super::quantity::{self, BadQuantity};
use super::signature::Signature;
use super::typed::TypedData;
use super::{address, tx::UnsignedTransaction};
use crate::intent::TransactionKind;
use crate::request::{
    EvmRequest, EvmSubject, MAX_CALL_DATA, MAX_MESSAGE, MAX_TRANSACTION, MAX_TYPED_DATA, TypedDataVersion,
};

/// Parameters that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidParams {
    /// A sentence for the page's developer.
    pub message: String,
}

impl InvalidParams {
    /// JSON-RPC 2.0, section 5.1: invalid method parameters.
    pub const CODE: i32 = -32602;

    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    fn field(name: &str, error: BadQuantity) -> Self {
        Self::new(format!("Invalid transaction: \"{name}\" {error}."))
    }
}

/// What a page asks for in `eth_sendTransaction`; the wallet fills in what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxParams {
    /// The account that is to sign.
    pub from: Address,
    /// Recipient; `None` creates a contract.
    pub to: Option<Address>,
    /// Native coin sent along, in wei.
    pub value: U256,
    /// Call data, or creation code.
    pub data: Bytes,
    /// Gas limit (`gas` or `gasLimit`).
    pub gas: Option<u64>,
    /// The type it asks for.
    pub kind: Option<TransactionKind>,
    /// Price for a unit of gas, in wei, for the older types.
    pub gas_price: Option<u128>,
    /// Most for a unit of gas, in wei (EIP-1559).
    pub max_fee_per_gas: Option<u128>,
    /// Most of that which is tip, in wei (EIP-1559).
    pub max_priority_fee_per_gas: Option<u128>,
    /// The page's idea of the account's transaction count.
    pub nonce: Option<u64>,
    /// Storage it announces (EIP-2930).
    pub access_list: AccessList,
}

impl TxParams {
    /// Sends native coin, at the owner's own wish.
    #[must_use]
    pub fn send(from: Address, to: Address, value: U256) -> Self {
        Self::call(from, to, value, Bytes::new())
    }

    /// Calls a contract, at the owner's own wish.
    #[must_use]
    pub fn call(from: Address, to: Address, value: U256, data: Bytes) -> Self {
        Self {
            from,
            to: Some(to),
            value,
            data,
            gas: None,
            kind: None,
            gas_price: None,
            max_fee_per_gas: None,
            max_priority_fee_per_gas: None,
            nonce: None,
            access_list: AccessList::default(),
        }
    }
}

/// Parses the parameters of `eth_sendTransaction` (and `eth_estimateGas`, `eth_call` of the same shape).
///
/// # Errors
/// [`InvalidParams`] for anything malformed; for types other than 0x0, 0x1 and 0x2; for another chain than the active.
pub fn send_transaction(params: &Value, active_chain: u64) -> Result<TxParams, InvalidParams> {
    let object = first(params)?
        .as_object()
        .ok_or_else(|| InvalidParams::new("The first parameter must be a transaction object."))?;
    for name in REFUSED_FIELDS {
        if given(object, name).is_some() {
            return Err(InvalidParams::new(format!("Invalid transaction: \"{name}\" is not supported.")));
        }
    }
    let kind = kind(object)?;
    check_chain(object, active_chain)?;
    let from = address_field(object, "from")?
        .ok_or_else(|| InvalidParams::new("Invalid transaction: \"from\" is missing."))?;
    let to = match given(object, "to").and_then(Value::as_str) {
        Some("0x") => None,
        _ => address_field(object, "to")?,
    };
    let value = optional(object, "value", quantity::number)?.unwrap_or_default();
    let data = agreed(object, ["data", "input"], |v| quantity::bytes(v, MAX_CALL_DATA))?.unwrap_or_default();
    if to.is_none() && data.is_empty() {
        return Err(InvalidParams::new("Invalid transaction: it has neither a recipient nor contract code."));
    }
    let params = TxParams {
        from,
        to,
        value,
        data,
        gas: agreed(object, ["gas", "gasLimit"], quantity::number_u64)?,
        kind,
        gas_price: optional(object, "gasPrice", quantity::number_u128)?,
        max_fee_per_gas: optional(object, "maxFeePerGas", quantity::number_u128)?,
        max_priority_fee_per_gas: optional(object, "maxPriorityFeePerGas", quantity::number_u128)?,
        nonce: optional(object, "nonce", quantity::number_u64)?,
        access_list: access_list(object)?,
    };
    check_fees(&params)?;
    Ok(params)
}

/// Parses the parameters of `personal_sign`: message, account, and a third that is ignored. The first two may be
/// swapped. The message is `0x` and hexadecimal digits, or text.
///
/// # Errors
/// [`InvalidParams`] if no account is named, or the message is too long or half a byte too long.
pub fn personal_sign(params: &Value, active_chain: u64) -> Result<EvmRequest, InvalidParams> {
    let (message, account) = message_and_account(params)?;
    let text = message
        .as_str()
        .ok_or_else(|| InvalidParams::new("Invalid parameters: the message must be a string."))?;
    let message = message_bytes(text)?;
    Ok(EvmRequest { chain_id: active_chain, account, subject: EvmSubject::PersonalMessage(message) })
}

/// Parses the parameters of `personal_ecRecover`: message and signature.
///
/// # Errors
/// [`InvalidParams`] if either is malformed.
pub fn personal_ec_recover(params: &Value) -> Result<(Vec<u8>, Signature), InvalidParams> {
    let [message, signature] = pair(params)?;
    let text = message
        .as_str()
        .ok_or_else(|| InvalidParams::new("Invalid parameters: the message must be a string."))?;
    let signature = quantity::bytes(signature, 65)
        .map_err(|error| InvalidParams::new(format!("Invalid parameters: the signature {error}.")))?;
    let signature = Signature::from_rsv(&signature)
        .map_err(|error| InvalidParams::new(format!("Invalid parameters: {error}.")))?;
    Ok((message_bytes(text)?, signature))
}

/// Parses the parameters of `eth_signTypedData` (version 1: data, account), `_v3` and `_v4` (account, data). The two
/// may be swapped. The data is JSON text, or JSON itself.
///
/// # Errors
/// [`InvalidParams`] if no account is named, or the data is not typed data for the active chain.
pub fn sign_typed_data(
    params: &Value,
    version: TypedDataVersion,
    active_chain: u64,
) -> Result<EvmRequest, InvalidParams> {
    let (data, account) = message_and_account(params)?;
    let json = match data {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if json.len() > MAX_TYPED_DATA {
        return Err(InvalidParams::new("Invalid typed data: it is too large."));
    }
    TypedData::parse(&json, version, active_chain)
        .map_err(|error| InvalidParams::new(format!("Invalid typed data: {error}.")))?;
    Ok(EvmRequest { chain_id: active_chain, account, subject: EvmSubject::TypedData { json, version } })
}

/// The request for a transaction that the wallet has completed.
///
/// # Errors
/// [`InvalidParams`] if it is over the size that other devices accept.
pub fn transaction_request(
    transaction: &UnsignedTransaction,
    account: Address,
) -> Result<EvmRequest, InvalidParams> {
    let payload = transaction.payload();
    if payload.len() > MAX_TRANSACTION {
        return Err(InvalidParams::new("Invalid transaction: it is too large."));
    }
    Ok(EvmRequest { chain_id: transaction.chain_id, account, subject: EvmSubject::Transaction(payload) })
}

fn first(params: &Value) -> Result<&Value, InvalidParams> {
    params
        .as_array()
        .and_then(|list| list.first())
        .ok_or_else(|| InvalidParams::new("A parameter is missing."))
}

fn pair(params: &Value) -> Result<[&Value; 2], InvalidParams> {
    match params.as_array().map(Vec::as_slice) {
        Some([one, two, ..]) => Ok([one, two]),
        _ => Err(InvalidParams::new("Two parameters are needed.")),
    }
}

/// The one that is an address is the account; if both are, the order of the method's definition decides.
fn message_and_account(params: &Value) -> Result<(&Value, Address), InvalidParams> {
    let [one, two] = pair(params)?;
    let account = |value: &Value| value.as_str().and_then(|text| address::parse_any_case(text).ok());
    match (account(one), account(two)) {
        (_, Some(account)) => Ok((one, account)),
        (Some(account), None) => Ok((two, account)),
        (None, None) => Err(InvalidParams::new("Invalid parameters: the account's address is missing.")),
    }
}

fn message_bytes(text: &str) -> Result<Vec<u8>, InvalidParams> {
    let digits = text.strip_prefix("0x").filter(|d| d.bytes().all(|c| c.is_ascii_hexdigit()));
    let bytes = match digits {
        Some(digits) if digits.len() % 2 != 0 => {
            return Err(InvalidParams::new(
                "Invalid parameters: the message must have an even number of hexadecimal digits.",
            ));
        }
        Some(digits) => hex::decode(digits).unwrap_or_default(),
        None => text.as_bytes().to_vec(),
    };
    if bytes.len() > MAX_MESSAGE {
        return Err(InvalidParams::new("Invalid parameters: the message is too long."));
    }
    Ok(bytes)
}

/// A field that is there and not null.
fn given<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn optional<T>(
    object: &Map<String, Value>,
    name: &str,
    parse: impl Fn(&Value) -> Result<T, BadQuantity>,
) -> Result<Option<T>, InvalidParams> {
    given(object, name)
        .map(|value| parse(value).map_err(|error| InvalidParams::field(name, error)))
        .transpose()
}

/// One value that goes by two names: both may be given if they say the same.
fn agreed<T: PartialEq>(
    object: &Map<String, Value>,
    names: [&str; 2],
    parse: impl Fn(&Value) -> Result<T, BadQuantity>,
) -> Result<Option<T>, InvalidParams> {
    let [one, two] = names;
    match (optional(object, one, &parse)?, optional(object, two, &parse)?) {
        (Some(a), Some(b)) if a != b => {
            Err(InvalidParams::new(format!("Invalid transaction: \"{one}\" and \"{two}\" differ.")))
        }
        (a, b) => Ok(a.or(b)),
    }
}

fn address_field(object: &Map<String, Value>, name: &str) -> Result<Option<Address>, InvalidParams> {
    let Some(value) = given(object, name) else { return Ok(None) };
    let parsed = value.as_str().and_then(|text| address::parse_any_case(text).ok());
    parsed
        .map(Some)
        .ok_or_else(|| InvalidParams::new(format!("Invalid transaction: \"{name}\" is not an address.")))
}

fn kind(object: &Map<String, Value>) -> Result<Option<TransactionKind>, InvalidParams> {
    let Some(number) = optional(object, "type", quantity::number)? else { return Ok(None) };
    match u8::try_from(number) {
        Ok(0) => Ok(Some(TransactionKind::Legacy)),
        Ok(1) => Ok(Some(TransactionKind::AccessList)),
        Ok(2) => Ok(Some(TransactionKind::DynamicFee)),
        _ => Err(InvalidParams::new(
            "Invalid transaction: this \"type\" is not supported; use 0x0, 0x1 or 0x2, or leave it out.",
        )),
    }
}

fn check_chain(object: &Map<String, Value>, active_chain: u64) -> Result<(), InvalidParams> {
    let Some(value) = given(object, "chainId") else { return Ok(()) };
    // ethers and viem write it as hexadecimal text or leave it a number
    let stated = match value {
        Value::Number(number) => number.as_u64(),
        other => Some(quantity::number_u64(other).map_err(|error| InvalidParams::field("chainId", error))?),
    };
    if stated == Some(active_chain) {
        Ok(())
    } else {
        Err(InvalidParams::new("Invalid transaction: \"chainId\" is not the active chain."))
    }
}

fn check_fees(params: &TxParams) -> Result<(), InvalidParams> {
    let dynamic = params.max_fee_per_gas.is_some() || params.max_priority_fee_per_gas.is_some();
    let fault = match params.kind {
        Some(TransactionKind::DynamicFee) if params.gas_price.is_some() => {
            "\"gasPrice\" does not go with type 0x2"
        }
        Some(TransactionKind::Legacy | TransactionKind::AccessList) if dynamic => {
            "\"maxFeePerGas\" and \"maxPriorityFeePerGas\" go with type 0x2 only"
        }
        Some(TransactionKind::Legacy) if !params.access_list.0.is_empty() => {
            "\"accessList\" does not go with type 0x0"
        }
        None if dynamic && params.gas_price.is_some() => {
            "\"gasPrice\" does not go with \"maxFeePerGas\" and \"maxPriorityFeePerGas\""
        }
        _ => match (params.max_fee_per_gas, params.max_priority_fee_per_gas) {
            (Some(max), Some(tip)) if tip > max => "\"maxPriorityFeePerGas\" is above \"maxFeePerGas\"",
            _ => return Ok(()),
        },
    };
    Err(InvalidParams::new(format!("Invalid transaction: {fault}.")))
}

fn access_list(object: &Map<String, Value>) -> Result<AccessList, InvalidParams> {
    let bad = || InvalidParams::new("Invalid transaction: \"accessList\" is malformed.");
    let Some(value) = given(object, "accessList") else { return Ok(AccessList::default()) };
    let items = value.as_array().filter(|items| items.len() <= MAX_ACCESS_LIST).ok_or_else(bad)?;
    let mut list = Vec::new();
    let mut total = 0usize;
    for item in items {
        let address = item.get("address").and_then(Value::as_str).ok_or_else(bad)?;
        let keys = item.get("storageKeys").and_then(Value::as_array).ok_or_else(bad)?;
        total = total.saturating_add(keys.len());
        if total > MAX_ACCESS_LIST {
            return Err(bad());
        }
        let storage_keys = keys
            .iter()
            .map(|key| quantity::word(key).map_err(|_| bad()))
            .collect::<Result<Vec<B256>, _>>()?;
        let address = address::parse_any_case(address).map_err(|_| bad())?;
        list.push(AccessListItem { address, storage_keys });
    }
    Ok(AccessList(list))
}

/// Fields of transactions that this wallet does not sign: blobs (EIP-4844), delegations (EIP-7702), batches.
const REFUSED_FIELDS: [&str; 7] = [
    "authorizationList",
    "blobVersionedHashes",
    "blobs",
    "calls",
    "feeToken",
    "maxFeePerBlobGas",
    "sidecars",
];
/// Addresses, and storage keys, in an access list; keeps the transaction within its size.
const MAX_ACCESS_LIST: usize = 200;

#[cfg(test)]
mod tests;
