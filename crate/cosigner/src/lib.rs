//! A device of the owner's without a screen: the same wallet, headless and native.
//!
//! It serves three uses: an unattended cosigner on a machine of the owner's (which signs what its own policy allows
//! and nothing else), a second or third device that is operated from a terminal, and the native device of tests. It
//! holds one share like any other device; run it on another machine than the browser, or it protects nothing.

pub mod host;
pub mod options;
mod program;
pub mod relay;
pub mod store;
pub mod terminal;

pub use host::{Host, run};
pub use options::Options;
pub use program::program;
