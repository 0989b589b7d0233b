//! Version 1: a flat list of typed values, hashed packed, from before EIP-712 was final.
//!
//! The digest is `keccak256(keccak256(packed "type name" texts) ‖ keccak256(packed values))`, as MetaMask's first
//! `eth_signTypedData` defined it. It names no chain and no contract.

use alloy_primitives::{B256, keccak256};
use serde_json::Value as Json;

use super::encode::{self, Atom};
use super::{BadTypedData, TypedData};
use crate::evm::kind::Kind;
use crate::intent::Row;
use crate::text;

pub(super) fn parse(root: &Json) -> Result<TypedData, BadTypedData> {
    let items = root.as_array().filter(|items| !items.is_empty()).ok_or(BadTypedData::Shape)?;
    if items.len() > MAX_ITEMS {
        return Err(BadTypedData::TooLarge);
    }
    let mut schema = Vec::new();
    let mut data = Vec::new();
    let mut message = Vec::new();
    let mut unsigned_fields = false;
    for item in items {
        let item = item.as_object().ok_or(BadTypedData::Shape)?;
        let name = item.get("name").and_then(Json::as_str).ok_or(BadTypedData::Missing)?;
        let written = item.get("type").and_then(Json::as_str).ok_or(BadTypedData::Missing)?;
        let value = item.get("value").ok_or(BadTypedData::Missing)?;
        let kind = match Kind::parse(written, |_| false).ok_or(BadTypedData::TypeName)? {
            Kind::Array(..) => return Err(BadTypedData::Version),
            kind => kind,
        };
        let atom = encode::atom(&kind, value).ok_or_else(|| BadTypedData::Value(written.to_owned()))?;
        schema.extend_from_slice(written.as_bytes());
        schema.push(b' ');
        schema.extend_from_slice(name.as_bytes());
        pack(&kind, &atom, &mut data);
        message.push(Row { name: text::inert(name), kind: written.to_owned(), value: atom.shown() });
        unsigned_fields |= item.len() > 3;
    }
    let mut preimage = keccak256(schema).to_vec();
    preimage.extend_from_slice(keccak256(data).as_slice());
    Ok(TypedData {
        primary_type: String::new(),
        type_text: String::new(),
        domain_separator: B256::ZERO,
        domain: Vec::new(),
        message,
        verifying_contract: None,
        bound_to_chain: false,
        unsigned_fields,
        digest: keccak256(preimage),
    })
}

/// Solidity's packed encoding (`abi.encodePacked`): numbers in as many bytes as their type has.
fn pack(kind: &Kind, atom: &Atom, out: &mut Vec<u8>) {
    let mut number = |bits: usize, word: [u8; 32]| {
        out.extend(word.iter().skip(32usize.saturating_sub(bits / 8)));
    };
    match (kind, atom) {
        (Kind::Int(bits), Atom::Int(value)) => number(*bits, value.to_be_bytes::<32>()),
        (Kind::Uint(bits), Atom::Uint(value)) => number(*bits, value.to_be_bytes::<32>()),
        (_, Atom::Address(address)) => out.extend_from_slice(address.as_slice()),
        (_, Atom::Bool(value)) => out.push(u8::from(*value)),
        (_, Atom::Bytes(bytes) | Atom::FixedBytes(bytes)) => out.extend_from_slice(bytes),
        (_, Atom::Text(text)) => out.extend_from_slice(text.as_bytes()),
        // a value always has the type it was read by
        (_, Atom::Int(value)) => out.extend_from_slice(&value.to_be_bytes::<32>()),
        (_, Atom::Uint(value)) => out.extend_from_slice(&value.to_be_bytes::<32>()),
    }
}

const MAX_ITEMS: usize = 1024;
