//! Contract call data (Solidity ABI specification, "Formal Specification of the Encoding").
//!
//! An encoder has one way to write a set of arguments: offsets in order, zero padding, nothing left over. What is
//! written so is canonical. A contract reads more than that: it follows any offset and ignores what nothing points to.
//! Such data is read as the contract would read it, and reported as not canonical, so that it is never shown as if it
//! were ordinary. Values that do not fit their type are not read at all.

use alloy_primitives::{Address, I256, U256};

use super::kind::Kind;
use crate::intent::{Row, Value};
use crate::text;

/// Arguments, and how they were written.
pub(crate) struct Decoded {
    /// The arguments by name, in order.
    pub(crate) rows: Vec<Row>,
    /// Whether encoding them again gives the same bytes.
    pub(crate) layout: Layout,
}

/// How arguments were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As every encoder writes them.
    Canonical,
    /// The same, and more after it.
    Trailing,
    /// Otherwise: offsets out of order, gaps, overlaps, padding that is not empty.
    Odd,
}

/// Decodes the arguments after the selector; `None` if they do not fit.
pub(crate) fn decode(parameters: &[(String, Kind)], data: &[u8]) -> Option<Decoded> {
    let mut reader = Reader { canonical: true, values: 0, bytes: 0 };
    let kinds: Vec<&Kind> = parameters.iter().map(|(_, kind)| kind).collect();
    let (values, used) = reader.sequence(&kinds, data)?;
    let layout = match reader.canonical {
        true if used == data.len() => Layout::Canonical,
        true => Layout::Trailing,
        false => Layout::Odd,
    };
    Some(Decoded { rows: named(parameters, values), layout })
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

/// Names without one are the position.
fn named(parameters: &[(String, Kind)], values: Vec<Value>) -> Vec<Row> {
    let rows = parameters.iter().zip(values).enumerate().map(|(index, ((name, kind), value))| Row {
        name: if name.is_empty() { index.to_string() } else { name.clone() },
        kind: kind.written(),
        value,
    });
    rows.collect()
}

struct Reader {
    canonical: bool,
    /// Values read, and bytes copied: offsets may point to the same place again and again.
    values: usize,
    bytes: usize,
}

impl Reader {
    /// Values one after the other: a head of words, and the tail that some of them point into. Returns the bytes that
    /// were used.
    fn sequence(&mut self, kinds: &[&Kind], data: &[u8]) -> Option<(Vec<Value>, usize)> {
        let mut next = kinds.iter().try_fold(0usize, |sum, kind| sum.checked_add(head_size(kind)?))?;
        let mut head = data.get(..next)?;
        let mut values = Vec::new();
        for kind in kinds {
            let (words, rest) = head.split_at_checked(head_size(kind)?)?;
            head = rest;
            let value = if is_dynamic(kind) {
                let offset = length(words.first_chunk::<32>()?)?;
                self.canonical &= offset == next;
                let (value, used) = self.tail(kind, data.get(offset..)?)?;
                next = next.max(offset.checked_add(used)?);
                value
            } else {
                self.fixed(kind, words)?
            };
            values.push(value);
        }
        Some((values, next))
    }

    fn tail(&mut self, kind: &Kind, data: &[u8]) -> Option<(Value, usize)> {
        match kind {
            Kind::Array(item, Some(count)) => self.items(item, *count, data),
            Kind::Array(item, None) => {
                let (count, rest) = data.split_first_chunk::<32>()?;
                let (value, used) = self.items(item, length(count)?, rest)?;
                Some((value, used.checked_add(32)?))
            }
            Kind::Bytes | Kind::String => {
                self.count(1)?;
                let (count, rest) = data.split_first_chunk::<32>()?;
                let count = length(count)?;
                let padded = count.checked_next_multiple_of(32)?;
                let bytes = rest.get(..count)?;
                // the last word may be cut short: contracts read zeros beyond the end
                let padding = rest.get(count..padded.min(rest.len())).unwrap_or_default();
                self.canonical &= rest.len() >= padded && padding.iter().all(|byte| *byte == 0);
                self.bytes = self.bytes.checked_add(count).filter(|bytes| *bytes <= MAX_BYTES)?;
                let value = if *kind == Kind::String {
                    Value::Text(text::inert_block(std::str::from_utf8(bytes).ok()?))
                } else {
                    Value::Bytes(bytes.to_vec().into())
                };
                Some((value, padded.min(rest.len()).checked_add(32)?))
            }
            Kind::Tuple(components) => {
                self.count(1)?;
                let kinds: Vec<&Kind> = components.iter().map(|(_, kind)| kind).collect();
                let (values, used) = self.sequence(&kinds, data)?;
                Some((Value::Rows(named(components, values)), used))
            }
            Kind::Address
            | Kind::Bool
            | Kind::FixedBytes(_)
            | Kind::Int(_)
            | Kind::Structure(_)
            | Kind::Uint(_) => None,
        }
    }

    fn items(&mut self, item: &Kind, count: usize, data: &[u8]) -> Option<(Value, usize)> {
        // each item has a word of its own, so that what follows is bounded by the data
        if count > data.len() / 32 {
            return None;
        }
        self.count(count)?;
        let (values, used) = self.sequence(&vec![item; count], data)?;
        let kind = item.written();
        let rows = values.into_iter().enumerate();
        let rows = rows.map(|(index, value)| Row { name: index.to_string(), kind: kind.clone(), value });
        Some((Value::Rows(rows.collect()), used))
    }

    /// A value without offsets: words in place.
    fn fixed(&mut self, kind: &Kind, data: &[u8]) -> Option<Value> {
        match kind {
            Kind::Array(item, Some(count)) => Some(self.items(item, *count, data)?.0),
            Kind::Tuple(components) => {
                self.count(1)?;
                let kinds: Vec<&Kind> = components.iter().map(|(_, kind)| kind).collect();
                Some(Value::Rows(named(components, self.sequence(&kinds, data)?.0)))
            }
            kind => {
                self.count(1)?;
                one_word(kind, data.first_chunk::<32>()?)
            }
        }
    }

    fn count(&mut self, values: usize) -> Option<()> {
        self.values = self.values.checked_add(values).filter(|values| *values <= MAX_VALUES)?;
        Some(())
    }
}

fn is_dynamic(kind: &Kind) -> bool {
    match kind {
        Kind::Array(_, None) | Kind::Bytes | Kind::String => true,
        Kind::Array(item, Some(_)) => is_dynamic(item),
        Kind::Tuple(components) => components.iter().any(|(_, kind)| is_dynamic(kind)),
        Kind::Address
        | Kind::Bool
        | Kind::FixedBytes(_)
        | Kind::Int(_)
        | Kind::Structure(_)
        | Kind::Uint(_) => false,
    }
}

/// Bytes in the head: the value itself, or a word that says where it is.
fn head_size(kind: &Kind) -> Option<usize> {
    match kind {
        kind if is_dynamic(kind) => Some(32),
        Kind::Array(item, Some(count)) => head_size(item)?.checked_mul(*count),
        Kind::Tuple(components) => {
            components.iter().try_fold(0usize, |sum, (_, kind)| sum.checked_add(head_size(kind)?))
        }
        _ => Some(32),
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
        Kind::Array(..) | Kind::Bytes | Kind::String | Kind::Structure(_) | Kind::Tuple(_) => None,
    }
}

fn length(word: &[u8; 32]) -> Option<usize> {
    u32::try_from(U256::from_be_bytes(*word)).ok().map(|length| length as usize)
}

/// Most values of a call: the words of the longest call data, and a few.
const MAX_VALUES: usize = 10_000;
/// Most bytes of all its texts and byte strings.
const MAX_BYTES: usize = 1024 * 1024;
