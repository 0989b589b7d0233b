//! Threshold ECDSA over secp256k1 in three rounds: DKLs23 (ePrint 2023/765).
mod bits;
mod curve;
pub mod direction;
mod gf128;
pub mod ot;
mod stream;
pub mod vole;
