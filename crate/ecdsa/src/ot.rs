//! Oblivious transfer: the sender holds two messages, the receiver learns one, the sender not which.

pub mod base;
pub mod extension;
