//! The types of typed data: `types` of the JSON, checked, and their hashes.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, keccak256};
use serde_json::{Map, Value as Json};

use super::{BadTypedData, DOMAIN_TYPE};
use crate::evm::kind::Kind;

/// The structures that a message may use.
pub(super) struct Schema {
    structures: BTreeMap<String, Structure>,
}

/// One structure.
pub(super) struct Structure {
    pub(super) fields: Vec<Field>,
    pub(super) type_hash: B256,
}

/// One field of a structure.
pub(super) struct Field {
    pub(super) name: String,
    /// The type as it is written, and hashed.
    pub(super) written: String,
    pub(super) kind: Kind,
}

impl Schema {
    /// Checks `types`. Where they leave `EIP712Domain` out it has no fields: MetaMask's signing library hashes it so, and
    /// pages that ask without it were made to verify that. None of the domain is signed then, and none of it is shown.
    /// (Ethers, viem and alloy derive the fields, but write them out before they ask a wallet.)
    pub(super) fn parse(types: &Map<String, Json>) -> Result<Self, BadTypedData> {
        if types.len() > MAX_TYPES {
            return Err(BadTypedData::TooLarge);
        }
        let mut written = BTreeMap::new();
        for (name, fields) in types {
            if !is_identifier(name, true) || Kind::atomic(name).is_some() {
                return Err(BadTypedData::TypeName);
            }
            written.insert(name.clone(), fields_of(fields)?);
        }
        written.entry(DOMAIN_TYPE.to_owned()).or_default();

        let mut structures = BTreeMap::new();
        for (name, fields) in &written {
            let mut parsed = Vec::new();
            for (field, kind) in fields {
                let parsed_kind =
                    Kind::parse(kind, |name| written.contains_key(name)).ok_or(BadTypedData::TypeName)?;
                parsed.push(Field { name: field.clone(), written: kind.clone(), kind: parsed_kind });
            }
            structures.insert(name.clone(), Structure { fields: parsed, type_hash: B256::ZERO });
        }
        let mut schema = Self { structures };
        schema.hash_types()?;
        Ok(schema)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.structures.contains_key(name)
    }

    pub(super) fn structure(&self, name: &str) -> Option<&Structure> {
        self.structures.get(name)
    }

    fn hash_types(&mut self) -> Result<(), BadTypedData> {
        let names: Vec<String> = self.structures.keys().cloned().collect();
        let mut written = 0usize;
        for name in names {
            let text = self.encode_type(&name);
            // Many types that all use each other make texts of quadratic size.
            written = written.saturating_add(text.len());
            if written > MAX_TYPE_TEXT {
                return Err(BadTypedData::TooLarge);
            }
            if let Some(structure) = self.structures.get_mut(&name) {
                structure.type_hash = keccak256(text);
            }
        }
        Ok(())
    }

    /// EIP-712, "Definition of encodeType": the type, then those it uses, sorted by name.
    pub(super) fn encode_type(&self, name: &str) -> String {
        let mut used = BTreeSet::new();
        let mut open = vec![name];
        while let Some(next) = open.pop() {
            let Some((key, structure)) = self.structures.get_key_value(next) else { continue };
            if used.insert(key.as_str()) {
                open.extend(structure.fields.iter().filter_map(|field| field.kind.structure()));
            }
        }
        used.remove(name);
        let mut out = String::new();
        for name in std::iter::once(name).chain(used) {
            out.push_str(name);
            out.push('(');
            for (index, field) in self.structures.get(name).into_iter().flat_map(|s| &s.fields).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&field.written);
                out.push(' ');
                out.push_str(&field.name);
            }
            out.push(')');
        }
        out
    }
}

fn fields_of(value: &Json) -> Result<Vec<(String, String)>, BadTypedData> {
    let list = value.as_array().ok_or(BadTypedData::TypeName)?;
    if list.len() > MAX_FIELDS {
        return Err(BadTypedData::TooLarge);
    }
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    for item in list {
        let name = item.get("name").and_then(Json::as_str).ok_or(BadTypedData::TypeName)?;
        let kind = item.get("type").and_then(Json::as_str).ok_or(BadTypedData::TypeName)?;
        if !is_identifier(name, false) || !seen.insert(name) {
            return Err(BadTypedData::TypeName);
        }
        fields.push((name.to_owned(), kind.to_owned()));
    }
    Ok(fields)
}

/// Solidity's identifiers. Type names may hold colons too, as those of some large sites do; neither can hold what
/// separates fields in a type's text.
fn is_identifier(name: &str, colons: bool) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$' || (colons && c == ':'))
}

/// EIP-712, "Definition of domainSeparator".
const MAX_FIELDS: usize = 256;
const MAX_NAME: usize = 128;
const MAX_TYPES: usize = 128;
const MAX_TYPE_TEXT: usize = 1024 * 1024;
