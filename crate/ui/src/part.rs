//! What screens are built from.

pub mod address;
pub mod ask;
pub mod code;
pub mod comparison;
pub mod copy;
pub mod field;
pub mod file;
pub mod icon;
pub mod notice;
pub mod page;
pub mod passkey;
pub mod progress;
pub mod qr;
