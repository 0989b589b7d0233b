//! Questions to contracts, and receipts.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use serde_json::{Value, json};

use super::{Query, bytes, call_object};
use crate::evm::quantity;
use crate::evm::selector_of;
use crate::text;

/// What became of a mined transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its hash.
    pub transaction_hash: B256,
    /// Block it is in.
    pub block_number: u64,
    /// Whether it did what it was to do; a failed one has paid its gas all the same.
    pub succeeded: bool,
    /// Gas it used.
    pub gas_used: u64,
    /// What it paid for a unit of gas, in wei.
    pub effective_gas_price: Option<u128>,
    /// What a rollup took for its parent chain, in wei.
    pub l1_fee: Option<U256>,
    /// The contract it created.
    pub contract_address: Option<Address>,
}

impl Receipt {
    /// Reads the result of `eth_getTransactionReceipt`.
    #[must_use]
    pub fn parse(result: &Value) -> Option<Self> {
        let field = |name: &str| result.get(name).filter(|value| !value.is_null());
        Some(Self {
            transaction_hash: quantity::word(field("transactionHash")?).ok()?,
            block_number: quantity::number_u64(field("blockNumber")?).ok()?,
            succeeded: quantity::number_u64(field("status")?).ok()? == 1,
            gas_used: quantity::number_u64(field("gasUsed")?).ok()?,
            effective_gas_price: field("effectiveGasPrice").and_then(|v| quantity::number_u128(v).ok()),
            l1_fee: field("l1Fee").and_then(|v| quantity::number(v).ok()),
            contract_address: field("contractAddress")
                .and_then(Value::as_str)
                .and_then(|text| crate::evm::address::parse_any_case(text).ok()),
        })
    }
}

/// ERC-20 `balanceOf`.
#[must_use]
pub fn balance_of(token: &Address, account: &Address) -> Query<U256> {
    contract("balanceOf(address)", token, &[account.into_word()], read_number)
}

/// ERC-721 `ownerOf`, the address as a number.
#[must_use]
pub fn owner_of(collection: &Address, item: U256) -> Query<U256> {
    contract("ownerOf(uint256)", collection, &[B256::from(item)], read_number)
}

/// ERC-1155 `balanceOf`: how many of an item.
#[must_use]
pub fn balance_of_item(collection: &Address, account: &Address, item: U256) -> Query<U256> {
    let arguments = [account.into_word(), B256::from(item)];
    contract("balanceOf(address,uint256)", collection, &arguments, read_number)
}

/// ERC-20 `allowance`.
#[must_use]
pub fn allowance(token: &Address, owner: &Address, spender: &Address) -> Query<U256> {
    contract("allowance(address,address)", token, &[owner.into_word(), spender.into_word()], read_number)
}

/// ERC-20 `decimals`.
#[must_use]
pub fn decimals(token: &Address) -> Query<u8> {
    contract("decimals()", token, &[], |result| u8::try_from(read_number(result)?).ok())
}

/// ERC-20 `symbol`, rendered inert. Old tokens answer with 32 bytes instead of text.
#[must_use]
pub fn symbol(token: &Address) -> Query<String> {
    contract("symbol()", token, &[], read_text)
}

/// ERC-20 `name`, rendered inert.
#[must_use]
pub fn name(token: &Address) -> Query<String> {
    contract("name()", token, &[], read_text)
}

/// What an OP-stack rollup takes for publishing a transaction, in wei: `getL1Fee` of its gas price oracle, given the
/// unsigned transaction (OP Stack specification, "Predeploys: GasPriceOracle").
#[must_use]
pub fn l1_fee(payload: &[u8]) -> Query<U256> {
    let mut arguments = vec![B256::with_last_byte(32), B256::from(U256::from(payload.len()))];
    arguments.extend(payload.chunks(32).map(B256::right_padding_from));
    contract("getL1Fee(bytes)", &GAS_PRICE_ORACLE, &arguments, read_number)
}

pub(super) fn contract<T>(
    signature: &str,
    address: &Address,
    arguments: &[B256],
    read: fn(&Value) -> Option<T>,
) -> Query<T> {
    let mut data = selector_of(signature).to_vec();
    for word in arguments {
        data.extend_from_slice(word.as_slice());
    }
    let object = call_object(None, Some(address), U256::ZERO, &data.into());
    Query::new("eth_call", json!([object, "latest"]), read)
}

pub(super) fn read_number(result: &Value) -> Option<U256> {
    let bytes = bytes(result)?;
    bytes.first_chunk::<32>().map(|word| U256::from_be_bytes(*word))
}

fn read_text(result: &Value) -> Option<String> {
    let bytes = bytes(result)?;
    let raw = text_bytes(&bytes)?;
    let text = text::inert_name(&String::from_utf8_lossy(&raw));
    (!text.is_empty()).then_some(text)
}

/// A dynamic string, or 32 bytes padded with zeros.
fn text_bytes(bytes: &Bytes) -> Option<Vec<u8>> {
    if bytes.len() == 32 {
        return Some(bytes.iter().copied().take_while(|byte| *byte != 0).collect());
    }
    let offset = small(bytes.get(..32)?)?;
    let tail = bytes.get(offset..)?;
    let length = small(tail.get(..32)?)?;
    tail.get(32..)?.get(..length).map(<[u8]>::to_vec)
}

fn small(word: &[u8]) -> Option<usize> {
    u32::try_from(U256::try_from_be_slice(word)?).ok().map(|number| number as usize)
}

const GAS_PRICE_ORACLE: Address = address!("420000000000000000000000000000000000000F");
