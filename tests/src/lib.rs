//! Whole wallets in one thread: a simulator of devices, relay, network faults, crashes and time.
//!
//! A [`World`] owns everything that a wallet reaches only through effects: clocks, sockets, storage, password stretching,
//! a chain. Everything is seeded, so that a run that fails is a run that can be repeated.

pub mod change;
pub mod life;
pub mod node;
pub mod recovery;
pub mod relay;
mod screens;
pub mod setup;
pub mod signing;
pub mod snapshot;
pub mod world;

pub use node::Node;
pub use relay::Faults;
pub use snapshot::Snapshot;
pub use world::{DeviceIndex, World};
