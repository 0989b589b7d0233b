//! The ground floor of Symbolon: what every multi-party protocol of ours rests on.
//!
//! A *ceremony* is one run of a protocol among the parties of a quorum. It is a plain value: frames go in
//! ([`Ceremony::receive`]), frames come out ([`Ceremony::poll`]), and nothing below this line knows a clock,
//! a socket or a global source of randomness. Whatever is unfinished is dropped with the value and wiped.
//!
//! This crate refuses to do three things: it never serialises an unfinished ceremony, it never panics on what
//! a peer sent, and it never gives out a secret except through [`secret::Secret::expose`].

pub mod abort;
pub mod ceremony;
pub mod dealing;
pub mod derive;
pub mod group;
pub mod hedge;
pub mod machine;
pub mod party;
pub mod recovery;
pub mod secret;
pub mod session;
pub mod share;
pub mod sign;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transcript;
pub mod wire;

pub use abort::{Abort, Blame, Cause};
pub use ceremony::{Ceremony, CeremonyId, Outgoing, Step};
pub use group::{Ed25519, Group, Scheme, Secp256k1};
pub use machine::{Machine, Misuse};
pub use party::{DeviceId, InvalidQuorum, Party, PartyIndex, Quorum};
pub use session::{Agreement, SessionId};
pub use share::{KeyInfo, KeyShare};
pub use transcript::{Tag, Transcript};
