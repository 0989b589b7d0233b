//! Parses what strangers send: raw requests in, intents, digests and signed transactions out.
//!
//! Everything here is a pure function of its arguments. No secret ever enters this crate, nothing in it waits, looks
//! at a clock or talks to a network, and no input makes it panic. What cannot be decoded is an error or is shown as
//! unknown; it is never guessed.
//!
//! The way of a request through this crate: JSON-RPC parameters are parsed by [`evm::params`] into a raw
//! [`request::Request`], which travels to the other devices as it is; each device calls [`decode()`] on it for the
//! [`intent::Intent`] it shows, and [`digest()`] for the 32 bytes that are signed; [`evm::tx`] puts the signature in.

pub mod clear;
pub mod context;
pub mod decode;
pub mod evm;
pub mod exact;
pub mod fees;
pub mod intent;
pub mod networks;
pub mod request;
pub mod risk;
pub mod rpc;
pub mod simulate;
pub mod site;
pub mod text;
pub mod tokens;
pub mod units;
pub mod words;

pub use alloy_primitives::{Address, B256, Bytes, I256, U256};

pub use context::Context;
pub use decode::{BadRequest, decode, digest};
pub use intent::Intent;
pub use request::Request;
pub use words::of as digest_words;
