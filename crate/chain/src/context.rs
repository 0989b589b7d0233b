//! What the deciding device knows about the world: names, tokens, networks, the asking origin.
//!
//! Nothing in a [`Context`] changes what is signed; it only names what [`crate::decode()`] finds. What is not in it stays
//! unknown, and is shown as unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::clear::Library;

/// What this device knows that a decoder may name things by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Who asks: scheme, host and port as the browser says (`https://app.example`), or nothing if the owner asks.
    pub origin: Option<String>,
    /// Tokens that the owner or a shipped list knows, by chain id and contract.
    pub tokens: BTreeMap<(u64, Address), TokenInfo>,
    /// Names the owner, or this device, has for addresses.
    pub names: BTreeMap<Address, KnownName>,
    /// Addresses that this account has dealt with before, by chain id.
    pub seen: BTreeSet<(u64, Address)>,
    /// Symbol and decimals of the chain's own coin; `ETH` and 18 are assumed for none.
    pub currency: Option<Currency>,
    /// What a rollup adds for publishing the transaction on its parent chain, in wei; nothing if it is not known.
    pub l1_fee: Option<U256>,
    /// Descriptors that the owner has loaded, beside those that come with the wallet.
    #[serde(skip)]
    pub descriptors: Option<Arc<Library>>,
}

/// What is known of a token contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenInfo {
    /// Which interface it has.
    pub standard: TokenStandard,
    /// Ticker, as the list or the contract gives it; rendered inert by the decoder.
    pub symbol: String,
    /// Places after the decimal point; 0 for collections.
    pub decimals: u8,
    /// Whether a list that ships with the wallet, or the owner, vouches for it; otherwise the contract says so itself.
    pub vouched: bool,
}

/// Interface of a token contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenStandard {
    /// Divisible and alike (ERC-20).
    Erc20,
    /// One by one (ERC-721).
    Erc721,
    /// Many kinds in one contract (ERC-1155).
    Erc1155,
}

/// A name for an address, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownName {
    /// The name; rendered inert by the decoder.
    pub name: String,
    /// Who gave it.
    pub source: NameSource,
}

/// Who gave an address its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameSource {
    /// The owner, in the address book.
    AddressBook,
    /// It is an account of this wallet.
    OwnAccount,
    /// A list that ships with the wallet.
    Shipped,
}

/// A chain's own coin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// Full name, as in `Ether`.
    pub name: String,
    /// Ticker, as in `ETH`.
    pub symbol: String,
    /// Places after the decimal point, 18 nearly everywhere.
    pub decimals: u8,
}
