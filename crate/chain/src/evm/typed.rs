//! Typed data (EIP-712), versions 3 and 4, and the unbound list of version 1.
//!
//! One walk over the message turns each field into its 32-byte word *and* into the row that is shown, so that what is
//! shown is what is hashed. Where libraries read the same JSON differently (text for a `bool`, short `bytes32`, numbers
//! that JavaScript would round) it is refused: a signature that verifies nowhere helps nobody, and one that verifies as
//! something else is worse.

mod encode;
mod schema;
mod v1;

use alloy_primitives::{Address, B256, U256, keccak256};
use serde_json::{Map, Value as Json};

use super::{address, quantity};
use crate::intent::{Row, Value};
use crate::request::{MAX_TYPED_DATA, TypedDataVersion};
use encode::Encoder;
use schema::Schema;

/// Typed data that is well-formed and meant for the active chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedData {
    /// Name of the message's type; empty for version 1.
    pub primary_type: String,
    /// The type and those it uses, written out (EIP-712, "Definition of encodeType"); empty for version 1.
    pub type_text: String,
    /// The domain separator; zero for version 1.
    pub domain_separator: B256,
    /// The domain, as it is hashed; empty for version 1.
    pub domain: Vec<Row>,
    /// The message, as it is hashed.
    pub message: Vec<Row>,
    /// The contract that is to verify it.
    pub verifying_contract: Option<Address>,
    /// Whether the hash is bound to a chain id.
    pub bound_to_chain: bool,
    /// Whether the JSON has fields that the types do not name: they are not hashed, and not in the rows.
    pub unsigned_fields: bool,
    /// The 32 bytes that are signed.
    pub digest: B256,
}

/// Why JSON is not typed data that this wallet signs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTypedData {
    /// Over [`MAX_TYPED_DATA`] bytes of JSON, or too many values in it.
    #[error("it is too large")]
    TooLarge,
    /// Not JSON, or not of the shape that the method takes.
    #[error("it is not an object with types, primaryType, domain and message")]
    Shape,
    /// A key that JavaScript gives a meaning of its own.
    #[error("a key has a reserved name")]
    ReservedKey,
    /// The primary type is missing or not among the types.
    #[error("primaryType is missing or not defined in types")]
    PrimaryType,
    /// A type or field name that is not an identifier, a field defined twice, or a type that does not exist.
    #[error("a type or field name is not valid")]
    TypeName,
    /// A domain for another chain.
    #[error("the chainId of the domain is not the active chain")]
    Chain,
    /// A domain whose chain id is no number.
    #[error("the chainId of the domain is not a number")]
    ChainForm,
    /// A verifying contract that is not an address.
    #[error("the verifyingContract of the domain is not an address")]
    VerifyingContract,
    /// A field of the type that the message does not have.
    #[error("a value that the types ask for is missing")]
    Missing,
    /// A value that does not fit its type.
    #[error("a value does not fit its type {0}")]
    Value(String),
    /// An array in version 3 or a structure in version 1.
    #[error("this version of the method has no such type")]
    Version,
}

impl TypedData {
    /// Parses, checks and hashes a page's typed data.
    ///
    /// # Errors
    /// [`BadTypedData`], by what is wrong.
    pub fn parse(json: &str, version: TypedDataVersion, active_chain: u64) -> Result<Self, BadTypedData> {
        if json.len() > MAX_TYPED_DATA {
            return Err(BadTypedData::TooLarge);
        }
        let root: Json = serde_json::from_str(json).map_err(|_| BadTypedData::Shape)?;
        refuse_reserved_keys(&root)?;
        match version {
            TypedDataVersion::V1 => v1::parse(&root),
            TypedDataVersion::V3 | TypedDataVersion::V4 => Self::structured(&root, version, active_chain),
        }
    }

    fn structured(root: &Json, version: TypedDataVersion, active_chain: u64) -> Result<Self, BadTypedData> {
        let field = |name: &str| root.get(name).and_then(Json::as_object).ok_or(BadTypedData::Shape);
        let (types, domain, message) = (field("types")?, field("domain")?, field("message")?);
        check_domain(domain, active_chain)?;
        let primary_type = root.get("primaryType").and_then(Json::as_str).ok_or(BadTypedData::PrimaryType)?;
        let schema = Schema::parse(types)?;
        if primary_type == DOMAIN_TYPE || !schema.has(primary_type) {
            return Err(BadTypedData::PrimaryType);
        }

        let mut encoder = Encoder::new(&schema, version);
        let (separator, domain_rows) = encoder.structure(DOMAIN_TYPE, domain)?;
        let (message_hash, rows) = encoder.structure(primary_type, message)?;
        let unsigned_fields = encoder.unsigned_fields();

        // EIP-712, "Definition": keccak256("\x19\x01" ‖ domainSeparator ‖ hashStruct(message))
        let mut preimage = Vec::with_capacity(66);
        preimage.extend_from_slice(b"\x19\x01");
        preimage.extend_from_slice(separator.as_slice());
        preimage.extend_from_slice(message_hash.as_slice());

        let verifying_contract = find(&domain_rows, "verifyingContract").and_then(|value| match value {
            Value::Address(address) => Some(*address),
            _ => None,
        });
        Ok(Self {
            primary_type: primary_type.to_owned(),
            type_text: schema.encode_type(primary_type),
            domain_separator: separator,
            verifying_contract,
            bound_to_chain: find(&domain_rows, "chainId").is_some(),
            unsigned_fields,
            domain: domain_rows,
            message: rows,
            digest: keccak256(preimage),
        })
    }
}

pub(crate) fn find<'a>(rows: &'a [Row], name: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row.name == name).map(|row| &row.value)
}

/// A page must ask on the chain that is active (EIP-712, "eth_signTypedData": refuse if chainId does not match), and
/// name a contract by its address, whether or not its types hash these fields.
fn check_domain(domain: &Map<String, Json>, active_chain: u64) -> Result<(), BadTypedData> {
    match domain.get("chainId") {
        None | Some(Json::Null) => {}
        Some(value) => {
            if chain_id(value).ok_or(BadTypedData::ChainForm)? != U256::from(active_chain) {
                return Err(BadTypedData::Chain);
            }
        }
    }
    match domain.get("verifyingContract") {
        None | Some(Json::Null) => Ok(()),
        Some(value) => {
            let text = value.as_str().ok_or(BadTypedData::VerifyingContract)?;
            address::parse_any_case(text).map(|_| ()).map_err(|_| BadTypedData::VerifyingContract)
        }
    }
}

/// A chain id as pages write it: a number, decimal text, or hexadecimal text with any padding.
fn chain_id(value: &Json) -> Option<U256> {
    match value {
        Json::Number(number) => number.as_u64().map(U256::from),
        Json::String(text) if text.starts_with("0x") => quantity::number_text(text).ok(),
        Json::String(text) => encode::decimal(text),
        _ => None,
    }
}

fn refuse_reserved_keys(value: &Json) -> Result<(), BadTypedData> {
    match value {
        Json::Array(items) => items.iter().try_for_each(refuse_reserved_keys),
        Json::Object(fields) => fields.iter().try_for_each(|(key, value)| {
            if RESERVED_KEYS.contains(&key.as_str()) {
                return Err(BadTypedData::ReservedKey);
            }
            refuse_reserved_keys(value)
        }),
        _ => Ok(()),
    }
}

const DOMAIN_TYPE: &str = "EIP712Domain";
const RESERVED_KEYS: [&str; 3] = ["__proto__", "constructor", "prototype"];

#[cfg(test)]
mod tests;
