//! What the product does, as one function: `Wallet::handle(event, now, rng) -> Vec<Effect>`.
//!
//! The wallet knows no clock, socket, storage or source of randomness; its hosts (the extension's worker, the
//! phone's worker, the headless cosigner, the simulator) perform its effects in order and feed their outcomes
//! back as events.

pub mod backup;
pub mod command;
pub mod effect;
pub mod event;
pub mod messages;
pub mod store;
pub mod view;

pub(crate) mod context;
pub(crate) mod dapp;
pub(crate) mod device;
pub mod request;
pub(crate) mod vault;
pub mod wallet;

/// What reads bytes of peers and of the disk, for tests. Compiled with the feature `testing` only.
#[cfg(feature = "testing")]
pub mod testing {
    pub use crate::dapp::Head;
    pub use crate::device::peer::{
        ChangeProposal, Hello, OpenedShare, PeerMessage, ProvenKey, RosterProposal, Standing,
    };
    pub use crate::device::test_signing::Test;
    pub use crate::device::witness::Reach;
    pub use crate::vault::{Binding, Header, Passkey, VaultError, VaultKey};
}

/// What secrets travel in between a wallet and its host; hosts need nothing else of the ground floor.
pub use symbolon_mpc::secret::Secret;
pub use wallet::{HostConfig, Unattended, Wallet};
