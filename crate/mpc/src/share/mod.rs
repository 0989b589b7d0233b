//! Key shares and the public information that goes with them.
//!
//! A [`KeyShare`] is a Shamir share and nothing more. Neither it nor its [`KeyInfo`] can be built from parts
//! that do not fit: the verification shares lie on one polynomial of degree t − 1 through the public key, and
//! the share is the one that its verification share stands for.

mod info;
mod key;
mod lagrange;

pub use self::info::{InvalidKeyInfo, KeyInfo, KeyInfoParts};
pub use self::key::{InvalidKeyShare, KeyShare};
pub use self::lagrange::lagrange_coefficient;
