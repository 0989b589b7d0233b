//! Numbers and bytes as JSON-RPC writes them.

use alloy_primitives::{B256, Bytes, U256};
use serde_json::Value;

/// Why a JSON value is not the number or the bytes it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuantity {
    /// Not a string.
    #[error("must be a string of hexadecimal digits")]
    NotText,
    /// Without `0x`.
    #[error("must start with 0x")]
    Prefix,
    /// Not a hexadecimal digit, or no digit at all.
    #[error("must be hexadecimal digits after 0x")]
    Digits,
    /// Half a byte too many.
    #[error("must have an even number of hexadecimal digits")]
    Odd,
    /// Does not fit.
    #[error("is too large")]
    TooLarge,
}

/// A number: `0x` and hexadecimal digits, leading zeros tolerated.
///
/// # Errors
/// [`BadQuantity`], by what is wrong.
pub fn number(value: &Value) -> Result<U256, BadQuantity> {
    number_text(value.as_str().ok_or(BadQuantity::NotText)?)
}

/// A number of at most 64 bits.
///
/// # Errors
/// [`BadQuantity`], by what is wrong.
pub fn number_u64(value: &Value) -> Result<u64, BadQuantity> {
    number(value)?.try_into().map_err(|_| BadQuantity::TooLarge)
}

/// A number of at most 128 bits.
///
/// # Errors
/// [`BadQuantity`], by what is wrong.
pub fn number_u128(value: &Value) -> Result<u128, BadQuantity> {
    number(value)?.try_into().map_err(|_| BadQuantity::TooLarge)
}

/// A number in text: `0x` and hexadecimal digits, leading zeros tolerated.
///
/// # Errors
/// [`BadQuantity`], by what is wrong.
pub fn number_text(text: &str) -> Result<U256, BadQuantity> {
    let digits = text.strip_prefix("0x").ok_or(BadQuantity::Prefix)?;
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err(BadQuantity::Digits);
    }
    let digits = digits.trim_start_matches('0');
    if digits.len() > 64 {
        return Err(BadQuantity::TooLarge);
    }
    if digits.is_empty() {
        return Ok(U256::ZERO);
    }
    U256::from_str_radix(digits, 16).map_err(|_| BadQuantity::TooLarge)
}

/// Bytes: `0x` and an even number of hexadecimal digits.
///
/// # Errors
/// [`BadQuantity`], by what is wrong; too large if there are more than `limit` bytes.
pub fn bytes(value: &Value, limit: usize) -> Result<Bytes, BadQuantity> {
    bytes_text(value.as_str().ok_or(BadQuantity::NotText)?, limit)
}

/// Bytes in text: `0x` and an even number of hexadecimal digits.
///
/// # Errors
/// [`BadQuantity`], by what is wrong; too large if there are more than `limit` bytes.
pub fn bytes_text(text: &str, limit: usize) -> Result<Bytes, BadQuantity> {
    let digits = text.strip_prefix("0x").ok_or(BadQuantity::Prefix)?;
    if digits.len() % 2 != 0 {
        return Err(BadQuantity::Odd);
    }
    if digits.len() / 2 > limit {
        return Err(BadQuantity::TooLarge);
    }
    hex::decode(digits).map(Bytes::from).map_err(|_| BadQuantity::Digits)
}

/// Thirty-two bytes.
///
/// # Errors
/// [`BadQuantity`], by what is wrong.
pub fn word(value: &Value) -> Result<B256, BadQuantity> {
    B256::try_from(bytes(value, 32)?.as_ref()).map_err(|_| BadQuantity::Digits)
}

/// A number as JSON-RPC writes it: `0x`, no leading zeros.
#[must_use]
pub fn write_number(number: U256) -> String {
    format!("{number:#x}")
}

/// Bytes as JSON-RPC writes them.
#[must_use]
pub fn write_bytes(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn zero_and_small_numbers_are_written_without_leading_zeros() {
        assert_eq!(write_number(U256::ZERO), "0x0");
        assert_eq!(write_number(U256::from(0x5208)), "0x5208");
    }

    #[test]
    fn numbers_may_be_padded_but_not_overflow() {
        let padded = format!("0x{}7a69", "0".repeat(73));
        assert_eq!(number(&json!(padded)), Ok(U256::from(31337)));
        assert_eq!(number(&json!(format!("0x1{}", "0".repeat(64)))), Err(BadQuantity::TooLarge));
        assert_eq!(number(&json!(format!("0x{}", "f".repeat(64)))), Ok(U256::MAX));
        assert_eq!(number_u64(&json!("0x10000000000000000")), Err(BadQuantity::TooLarge));
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for (value, error) in [
            (json!("0x"), BadQuantity::Digits),
            (json!("0xzz"), BadQuantity::Digits),
            (json!("0x-1"), BadQuantity::Digits),
            (json!("0x+1"), BadQuantity::Digits),
            (json!("0x1_0"), BadQuantity::Digits),
            (json!("ffff"), BadQuantity::Prefix),
            (json!("invalid"), BadQuantity::Prefix),
            (json!(1), BadQuantity::NotText),
            (json!(null), BadQuantity::NotText),
        ] {
            assert_eq!(number(&value), Err(error), "{value}");
        }
    }

    #[test]
    fn bytes_come_in_pairs_of_digits() {
        assert_eq!(bytes(&json!("0x"), 4), Ok(Bytes::new()));
        assert_eq!(bytes(&json!("0x1"), 4), Err(BadQuantity::Odd));
        assert_eq!(bytes(&json!("0x0102030405"), 4), Err(BadQuantity::TooLarge));
    }
}
