//! EVM chains: transactions, personal messages, typed data.

mod abi;
pub mod address;
pub mod call;
mod commands;
mod fragment;
mod functions;
mod kind;
pub mod message;
pub(crate) mod nested;
pub mod params;
pub(crate) mod permit;
pub mod quantity;
pub(crate) mod reader;
pub mod signature;
pub mod siwe;
pub mod tx;
pub mod typed;

pub(crate) use abi::address as word_address;
pub(crate) use fragment::{Fragment, selector_of};
pub(crate) use functions::apply;
