//! Contract call data, decoded strictly: one set of arguments, one encoding.
//!
//! Offsets must point where an encoder puts them, padding must be zero, nothing may be left over. Data that a contract
//! might read otherwise than it looks is not decoded at all.

use alloy_primitives::{Address, I256, U256};

use super::kind::Kind;
use crate::intent::{Row, Value};
use crate::text;

/// Decodes the arguments after the selector; `None` unless they fit exactly.
pub(crate) fn decode(parameters: &[(Kind, &str)], data: &[u8]) -> Option<Vec<Row>> {
    let kinds: Vec<&Kind> = parameters.iter().map(|(kind, _)| kind).collect();
    let (values, used) = sequence(&kinds, data)?;
    if used != data.len() {
        return None;
    }
    let rows = parameters.iter().zip(values).map(|((kind, name), value)| Row {
        name: (*name).to_owned(),
        kind: kind.written(),
        value,
    });
    Some(rows.collect())
}

/// A word that holds an address.
pub(crate) fn address(word: &[u8; 32]) -> Option<Address> {
    let (zeros, address) = word.split_first_chunk::<12>()?;
    (*zeros == [0; 12]).then(|| Address::from_slice(address))
}

/// A word that holds yes or no.
pub(crate) fn boolean(word: &[u8; 32]) -> Option<bool> {
    let (last, zeros) = word.split_last()?;
    match (last, zeros.iter().all(|byte| *byte == 0)) {
        (0, true) => Some(false),
        (1, true) => Some(true),
        _ => None,
    }
}

/// Values one after the other: a head of words, and the tail that some of them point into. Returns the bytes used.
fn sequence(kinds: &[&Kind], data: &[u8]) -> Option<(Vec<Value>, usize)> {
    let mut next = kinds.len().checked_mul(32)?;
    let mut head = data.get(..next)?;
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let (word, rest) = head.split_first_chunk::<32>()?;
        head = rest;
        let value = match kind {
            Kind::Array(..) | Kind::Bytes | Kind::String => {
                if length(word)? != next {
                    return None;
                }
                let (value, used) = tail(kind, data.get(next..)?)?;
                next = next.checked_add(used)?;
                value
            }
            kind => one_word(kind, word)?,
        };
        values.push(value);
    }
    Some((values, next))
}

fn tail(kind: &Kind, data: &[u8]) -> Option<(Value, usize)> {
    let (count, rest) = data.split_first_chunk::<32>()?;
    let count = length(count)?;
    match kind {
        // arrays of a fixed length are laid out otherwise; no function of the table has one
        Kind::Array(item, None) => {
            if count > rest.len() / 32 {
                return None;
            }
            let (values, used) = sequence(&vec![item.as_ref(); count], rest)?;
            let kind = item.written();
            let rows = values.into_iter().enumerate();
            let rows = rows.map(|(index, value)| Row { name: index.to_string(), kind: kind.clone(), value });
            Some((Value::Rows(rows.collect()), used.checked_add(32)?))
        }
        Kind::Bytes | Kind::String => {
            let padded = count.checked_next_multiple_of(32)?;
            let (bytes, padding) = rest.get(..padded)?.split_at_checked(count)?;
            if padding.iter().any(|byte| *byte != 0) {
                return None;
            }
            let value = if *kind == Kind::String {
                Value::Text(text::inert_block(std::str::from_utf8(bytes).ok()?))
            } else {
                Value::Bytes(bytes.to_vec().into())
            };
            Some((value, padded.checked_add(32)?))
        }
        _ => None,
    }
}

fn one_word(kind: &Kind, word: &[u8; 32]) -> Option<Value> {
    let number = U256::from_be_bytes(*word);
    match kind {
        Kind::Address => address(word).map(Value::Address),
        Kind::Bool => boolean(word).map(Value::Bool),
        Kind::FixedBytes(size) => {
            let (bytes, padding) = word.split_at_checked(*size)?;
            padding.iter().all(|byte| *byte == 0).then(|| Value::Bytes(bytes.to_vec().into()))
        }
        Kind::Int(bits) => {
            let value = I256::from_raw(number);
            // sign-extended: all bits above the type's own are its sign
            let sign = value.asr(bits - 1);
            (sign == I256::ZERO || sign == I256::MINUS_ONE).then_some(Value::Signed(value))
        }
        Kind::Uint(bits) => (number.bit_len() <= *bits).then_some(Value::Unsigned(number)),
        Kind::Array(..) | Kind::Bytes | Kind::String | Kind::Structure(_) => None,
    }
}

fn length(word: &[u8; 32]) -> Option<usize> {
    u32::try_from(U256::from_be_bytes(*word)).ok().map(|length| length as usize)
}
