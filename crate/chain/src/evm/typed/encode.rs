//! From JSON values to the words that are hashed and the rows that are shown, in one walk.

use alloy_primitives::{B256, I256, U256, keccak256};
use serde_json::{Map, Value as Json};

use super::BadTypedData;
use super::schema::Schema;
use crate::evm::kind::Kind;
use crate::evm::{address, quantity};
use crate::intent::{Row, Value};
use crate::request::{MAX_TYPED_DATA, TypedDataVersion};
use crate::text;

/// Walks one message.
pub(super) struct Encoder<'a> {
    schema: &'a Schema,
    version: TypedDataVersion,
    rows_left: usize,
    unsigned_fields: bool,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(schema: &'a Schema, version: TypedDataVersion) -> Self {
        Self { schema, version, rows_left: MAX_ROWS, unsigned_fields: false }
    }

    /// Whether the JSON held fields that no type names.
    pub(super) fn unsigned_fields(&self) -> bool {
        self.unsigned_fields
    }

    /// EIP-712, "Definition of hashStruct": keccak256(typeHash ‖ encodeData(s)).
    pub(super) fn structure(
        &mut self,
        name: &str,
        object: &Map<String, Json>,
    ) -> Result<(B256, Vec<Row>), BadTypedData> {
        let schema = self.schema;
        let structure = schema.structure(name).ok_or(BadTypedData::TypeName)?;
        let mut data = structure.type_hash.to_vec();
        let mut rows = Vec::new();
        for field in &structure.fields {
            let value = object.get(&field.name).unwrap_or(&Json::Null);
            let (word, value) = self.value(&field.kind, &field.written, value)?;
            data.extend_from_slice(word.as_slice());
            rows.push(Row { name: field.name.clone(), kind: field.written.clone(), value });
        }
        // every field of the type is there or is null, so more keys than fields that are there are unsigned ones
        let named = structure.fields.iter().filter(|field| object.contains_key(&field.name)).count();
        self.unsigned_fields |= object.len() > named;
        Ok((keccak256(data), rows))
    }

    /// EIP-712, "Definition of encodeData".
    fn value(&mut self, kind: &Kind, written: &str, json: &Json) -> Result<(B256, Value), BadTypedData> {
        self.rows_left = self.rows_left.checked_sub(1).ok_or(BadTypedData::TooLarge)?;
        match kind {
            Kind::Array(item, length) => self.array(item, *length, json),
            Kind::Structure(name) => match json {
                // The members of a recursive structure end so (as in MetaMask's v4).
                Json::Null if self.version == TypedDataVersion::V4 => Ok((B256::ZERO, Value::Nothing)),
                Json::Null => Err(BadTypedData::Missing),
                Json::Object(object) => {
                    let (hash, rows) = self.structure(name, object)?;
                    Ok((hash, Value::Rows(rows)))
                }
                _ => Err(BadTypedData::Value(written.to_owned())),
            },
            _ if json.is_null() => Err(BadTypedData::Missing),
            atomic => {
                let value = atom(atomic, json).ok_or_else(|| BadTypedData::Value(written.to_owned()))?;
                Ok((value.word(), value.shown()))
            }
        }
    }

    fn array(
        &mut self,
        item: &Kind,
        length: Option<usize>,
        json: &Json,
    ) -> Result<(B256, Value), BadTypedData> {
        if self.version != TypedDataVersion::V4 {
            return Err(BadTypedData::Version);
        }
        let written = item.written();
        let items = match json {
            Json::Null => return Err(BadTypedData::Missing),
            Json::Array(items) if length.is_none_or(|length| length == items.len()) => items,
            _ => return Err(BadTypedData::Value(format!("{written}[]"))),
        };
        let mut data = Vec::new();
        let mut rows = Vec::new();
        for (index, json) in items.iter().enumerate() {
            let (word, value) = self.value(item, &written, json)?;
            data.extend_from_slice(word.as_slice());
            rows.push(Row { name: index.to_string(), kind: written.clone(), value });
        }
        Ok((keccak256(data), Value::Rows(rows)))
    }
}

/// A value of one of the types that are not made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Address(alloy_primitives::Address),
    Bool(bool),
    Bytes(Vec<u8>),
    FixedBytes(Vec<u8>),
    Int(I256),
    Text(String),
    Uint(U256),
}

impl Atom {
    fn word(&self) -> B256 {
        match self {
            Self::Address(address) => address.into_word(),
            Self::Bool(value) => B256::with_last_byte(u8::from(*value)),
            Self::Bytes(bytes) => keccak256(bytes),
            Self::FixedBytes(bytes) => B256::right_padding_from(bytes),
            Self::Int(number) => B256::from(number.into_raw()),
            Self::Text(text) => keccak256(text),
            Self::Uint(number) => B256::from(*number),
        }
    }

    pub(super) fn shown(&self) -> Value {
        match self {
            Self::Address(address) => Value::Address(*address),
            Self::Bool(value) => Value::Bool(*value),
            Self::Bytes(bytes) | Self::FixedBytes(bytes) => Value::Bytes(bytes.clone().into()),
            Self::Int(number) => Value::Signed(*number),
            Self::Text(text) => Value::Text(text::inert_block(text)),
            Self::Uint(number) => Value::Unsigned(*number),
        }
    }
}

/// Reads a value, or says that it does not fit its type.
pub(super) fn atom(kind: &Kind, json: &Json) -> Option<Atom> {
    match kind {
        Kind::Address => address::parse_any_case(json.as_str()?).ok().map(Atom::Address),
        Kind::Bool => json.as_bool().map(Atom::Bool),
        Kind::Bytes => {
            let bytes = quantity::bytes(json, MAX_TYPED_DATA).ok()?;
            Some(Atom::Bytes(bytes.to_vec()))
        }
        Kind::FixedBytes(size) => {
            let bytes = quantity::bytes(json, 32).ok()?;
            (bytes.len() == *size).then(|| Atom::FixedBytes(bytes.to_vec()))
        }
        Kind::Int(bits) => int(json, *bits).map(Atom::Int),
        Kind::String => json.as_str().map(|text| Atom::Text(text.to_owned())),
        Kind::Uint(bits) => {
            let (negative, magnitude) = number(json)?;
            let fits = (!negative || magnitude.is_zero()) && magnitude.bit_len() <= *bits;
            fits.then_some(Atom::Uint(magnitude))
        }
        Kind::Array(..) | Kind::Structure(_) | Kind::Tuple(_) => None,
    }
}

fn int(json: &Json, bits: usize) -> Option<I256> {
    let (negative, magnitude) = number(json)?;
    let limit = U256::from(1) << (bits - 1);
    if negative {
        // −2^(bits−1) is the smallest
        (magnitude <= limit).then(|| I256::from_raw(U256::ZERO.wrapping_sub(magnitude)))
    } else {
        (magnitude < limit).then(|| I256::from_raw(magnitude))
    }
}

/// An integer as pages write it: a JSON number that JavaScript reads the same, decimal text, or hexadecimal text.
fn number(json: &Json) -> Option<(bool, U256)> {
    match json {
        Json::Number(number) => {
            let (negative, magnitude) = match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => (false, number),
                (None, Some(number)) => (true, number.unsigned_abs()),
                (None, None) => return None,
            };
            read_alike_by_javascript(magnitude).then(|| (negative, U256::from(magnitude)))
        }
        Json::String(text) => {
            let (negative, digits) = match text.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, text.as_str()),
            };
            let magnitude =
                if digits.starts_with("0x") { quantity::number_text(digits).ok()? } else { decimal(digits)? };
            Some((negative, magnitude))
        }
        _ => None,
    }
}

/// JavaScript reads JSON numbers as doubles: one with more digits than a double holds would be signed as another number
/// by the page's own libraries.
fn read_alike_by_javascript(number: u64) -> bool {
    let shift = number.trailing_zeros().min(63);
    number >> shift < 1 << 53
}

/// Decimal digits, with leading zeros if need be.
pub(super) fn decimal(digits: &str) -> Option<U256> {
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    match digits.len() {
        0 => Some(U256::ZERO),
        1..=78 => U256::from_str_radix(digits, 10).ok(),
        _ => None,
    }
}

/// Values in one message: keeps a small JSON that uses a wide type many times from becoming a large card.
const MAX_ROWS: usize = 20_000;
