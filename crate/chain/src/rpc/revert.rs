//! Why a call reverts, where the contract says so.

use alloy_primitives::U256;

use super::RpcError;
use crate::evm::quantity;
use crate::text;

/// The reason in a node's refusal: the text of `Error(string)`, or the name of a `Panic(uint256)` (Solidity
/// documentation, "Error handling"). Rendered inert.
#[must_use]
pub fn revert_reason(error: &RpcError) -> Option<String> {
    let RpcError::Node { data: Some(data), .. } = error else { return None };
    // Nodes put the bytes in the text, in an object within it, or after a word.
    let start = data.find("0x")?;
    let digits: String = data.get(start + 2..)?.chars().take_while(char::is_ascii_hexdigit).collect();
    let bytes = quantity::bytes_text(&format!("0x{digits}"), MAX_DATA).ok()?;
    reason_of(&bytes)
}

/// The reason in the bytes that a failed call returned.
#[must_use]
pub fn reason_of(returned: &[u8]) -> Option<String> {
    let (selector, arguments) = returned.split_first_chunk::<4>()?;
    match *selector {
        ERROR => {
            let length = U256::try_from_be_slice(arguments.get(32..64)?)?;
            let length = usize::try_from(length).ok()?;
            let reason = arguments.get(64..)?.get(..length)?;
            Some(text::inert_name(&String::from_utf8_lossy(reason)))
        }
        PANIC => {
            let code = U256::try_from_be_slice(arguments.get(..32)?)?;
            let meaning = match u8::try_from(code).ok()? {
                0x01 => "an assertion failed",
                0x11 => "a number overflowed",
                0x12 => "division by zero",
                0x21 => "a value is not one of its kind",
                0x31 => "nothing to take from an empty list",
                0x32 => "a list has no such item",
                0x41 => "too much memory was asked for",
                0x51 => "a function was not set",
                _ => "the contract panicked",
            };
            Some(meaning.to_owned())
        }
        _ => None,
    }
}

/// `Error(string)`.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];
/// `Panic(uint256)`.
const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];
const MAX_DATA: usize = 4096;
