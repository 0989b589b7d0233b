//! Threshold ECDSA over secp256k1 in three rounds: DKLs23 (ePrint 2023/765).
//!
//! The specification, with the argument for its security, is `docs/ecdsa.md`; `§n.m` in comments is a step of it.
//!
//! From the ground: [`ot::base`] (Endemic OT), [`ot::extension`] (SoftSpoken OT, k = 1), [`vole`] (random vector
//! OLE), [`zero`] (shares of zero), [`setup`] (what two devices hold in memory to sign together) and [`sign`],
//! the ceremony. Only the last two are for callers; the layers below are public for vectors and measurements.
//!
//! This crate refuses to sign without the owner's approval, to give out a signature that k256's verifier did
//! not take, to write a nonce, a transfer or a set-up anywhere, and to use a set-up again after any abort.

mod bits;
mod curve;
pub mod direction;
mod gf128;
pub mod ot;
pub mod setup;
pub mod sign;
mod signature;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vole;
pub mod zero;

pub use setup::{PairKey, PairSetup, Pairs};
pub use sign::{MAX_ITEMS, Misuse, Sign, SignItem, SignPlan, Signed};
pub use signature::Signature;
