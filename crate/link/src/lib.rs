//! How two devices find, recognise and reach each other.
//!
//! - [`identity`]: who a device is, and the [`DeviceCard`](identity::DeviceCard) it shows.
//! - [`mailbox`]: capabilities for one-way queues at a relay, and the frames that device and relay exchange.
//! - [`pairing`]: two devices meet over a QR code and compare six symbols.
//! - [`introduction`]: a device that knows two others makes them known to each other.
//! - [`channel`]: ordered, exactly-once, authenticated encryption between two paired devices.
//! - [`roster`]: eight words that every device of a wallet must show alike.
//!
//! Nothing here reads a clock, a socket or a global source of randomness: bytes, time (Unix milliseconds)
//! and an rng are arguments, bytes and events are results. No input of a peer or a relay panics.

pub mod channel;
pub mod identity;
pub mod introduction;
pub mod mailbox;
pub mod pairing;
pub mod roster;

mod noise;
mod seal;

/// Longest frame that a relay carries, in bytes, whole: 256 KiB.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
