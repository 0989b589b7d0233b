//! Threshold Schnorr signatures in two rounds: FROST (RFC 9591; ePrint 2020/852), for Solana's Ed25519 and for
//! Bitcoin's Taproot (BIP-340, BIP-341).
//!
//! Nonces, signature shares and their check are the Zcash Foundation's `frost-core`, `frost-ed25519` and
//! `frost-secp256k1-tr`, which this crate alone knows; keys are shares of our own dealing, the rounds run in our own
//! machine, and the sum of the shares, of public values, is ours. [`sign`] is the ceremony, [`ed25519`] and
//! [`taproot`] are what differs.
//!
//! # What binds a signature share to its session
//!
//! ZF's functions take no session id, and need none:
//!
//! - Frames carry the session, which is a hash of plan (message, path, key, intent), epoch, quorum, signers and
//!   everybody's fresh salt. What was said in another session is refused before it is decoded.
//! - A share says nothing outside its place. Its binding factor is ρᵢ = H1(key ‖ H4(message) ‖ H5(all signers'
//!   identifiers and commitments) ‖ i) (RFC 9591, section 4.4), and every party contributes fresh nonces to the
//!   commitments. So a share is good for one key, one message, one set of signers and one run; replayed, it
//!   fails the check of signature shares, which names its author. This is what FROST is proven by, for any number
//!   of sessions at once (ePrint 2022/833).
//! - RFC 9591 has a coordinator who tells everybody the same list of commitments. Here nobody is trusted for it:
//!   the first round is a reliable broadcast, so that all signers hold the same list before anybody makes a
//!   share, and everybody aggregates and verifies for itself.
//!
//! This crate refuses to say a signature share without the owner's approval, to give out a signature that a strict
//! verifier did not take, to write a nonce anywhere, and to sign with a key that was made for another scheme.

pub mod ed25519;
pub mod sign;
mod signature;
mod suite;
pub mod taproot;
#[cfg(feature = "testing")]
pub mod testing;

pub use sign::{MAX_ITEMS, Misuse, Sign, SignPlan, Signed};
pub use signature::Signature;
pub use suite::Suite;
