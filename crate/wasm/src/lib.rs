//! The browser's side of the wallet: storage, sockets, HTTP, randomness and the clock, around one class `Core`.
//!
//! There is no product logic here. [`core::Core`] turns what JavaScript reports into
//! [`symbolon_wallet::event::Event`]s and performs the wallet's effects strictly in order; what only the
//! platform can do (windows, alarms, ports) it asks of the [`host::Host`] object it was opened with.
//!
//! The same crate builds a second, small module with the feature `kdf` alone: Argon2id, run in an instance that
//! is thrown away afterwards, because memory of a wasm instance is never given back.

#[cfg(feature = "core")]
pub mod clock;
#[cfg(feature = "core")]
pub mod core;
#[cfg(feature = "core")]
pub mod error;
#[cfg(feature = "core")]
mod executor;
#[cfg(feature = "core")]
pub mod fetch;
#[cfg(feature = "core")]
pub mod host;
#[cfg(feature = "core")]
mod message;
#[cfg(feature = "core")]
pub mod rng;
#[cfg(feature = "core")]
pub mod seal;
#[cfg(feature = "core")]
pub mod socket;
#[cfg(feature = "core")]
pub mod store;

#[cfg(feature = "kdf")]
pub mod kdf;
