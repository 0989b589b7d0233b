//! The relay: mailboxes for devices that cannot reach each other, and the files of the phone's page.
//!
//! It is run by strangers and treated as hostile by everyone who uses it. It sees sealed bytes, when they pass
//! and how long they are; it keeps them for minutes, in memory, and forgets them when they are acknowledged.
//! It logs no token, address, mailbox or body. Everything a client can make it hold is bounded by
//! [`Limits`](limits::Limits).
//!
//! A restart empties all mailboxes, by design: devices keep what was not acknowledged and send it again.

pub mod config;
pub mod limits;
pub mod mailbox;
pub mod server;

mod connection;
mod metrics;
mod pages;

pub use config::Config;
pub use server::{serve, serve_with};
