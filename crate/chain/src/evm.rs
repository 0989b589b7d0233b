//! EVM chains: transactions, personal messages, typed data.

mod abi;
pub mod address;
pub mod call;
mod functions;
mod kind;
pub mod message;
pub mod params;
pub(crate) mod permit;
pub mod quantity;
pub mod signature;
pub mod siwe;
pub mod tx;
pub mod typed;

pub(crate) use functions::selector_of;
