//! EVM chains: transactions, personal messages, typed data.

pub mod siwe;
