//! The device side: vault, identity, relay, channels, pairing, roster, keygen and signing sessions.
//!
//! It moves bytes between devices and turns approvals into signatures. What the bytes mean to a chain is the
//! dApp side's business.
//!
//! # Seam
//! The dApp side calls [`Wallet::signing_start`], [`Wallet::signing_approve`], [`Wallet::signing_cancel`],
//! [`Wallet::signing_choose`], [`Wallet::signing_state`] and reads [`Wallet::key`], [`Wallet::is_unlocked`].
//! This side calls what `crate::dapp` lists.

pub mod peer;

use symbolon_mpc::secret::Secret;
use symbolon_mpc::DeviceId;

use crate::command::Command;
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::{EffectId, Timestamp};
use crate::request::{RequestId, SigningTask};
use crate::store::{Record, StoreError};
use crate::view::{DeviceState, DeviceStrip, View};
use crate::wallet::{HostConfig, Wallet};

/// Everything that the device side remembers.
pub(crate) struct Device {}

/// The public facts of the active key that the dApp side needs.
pub(crate) struct ActiveKey {
    /// Wallet id.
    pub wallet: [u8; 32],
    /// Epoch of the active shares.
    pub epoch: u32,
}

impl ActiveKey {
    /// The child public key at `path` (SEC1 uncompressed, 65 bytes), by non-hardened BIP-32 derivation.
    pub(crate) fn public_key(&self, _path: &str) -> Option<[u8; 65]> {
        None
    }
}

impl Device {
    /// Reads what the store holds; sealed records stay sealed until the vault opens.
    pub(crate) fn load(_config: &HostConfig, _records: &[Record]) -> Self {
        Self {}
    }
}

// Called by `Wallet::handle`.
impl Wallet {
    /// After loading: opens the vault with a remembered key, connects to the relay if unlocked and paired.
    pub(crate) fn device_opened(&mut self, _cx: &mut Context<'_>, _remembered: Option<Secret<[u8; 32]>>) {}

    /// The device side's share of commands; the rest comes back for `dapp_command`.
    pub(crate) fn device_command(
        &mut self,
        _cx: &mut Context<'_>,
        _reply: EffectId,
        command: Command,
    ) -> Option<Command> {
        Some(command)
    }

    pub(crate) fn on_key_derived(&mut self, _cx: &mut Context<'_>, _id: EffectId, _key: Option<Secret<[u8; 32]>>) {}

    pub(crate) fn on_relay_closed(&mut self, _cx: &mut Context<'_>) {}

    pub(crate) fn on_relay_connected(&mut self, _cx: &mut Context<'_>) {}

    pub(crate) fn on_relay_frame(&mut self, _cx: &mut Context<'_>, _frame: &[u8]) {}

    /// A batch was not stored and nothing after it was done: tell the owner, keep nothing in memory that claims
    /// to be durable.
    pub(crate) fn on_store_failed(&mut self, _cx: &mut Context<'_>, _error: StoreError) {}

    /// Locks: wipes vault key, shares, channels, sessions; calls `dapp_locked`.
    pub(crate) fn lock(&mut self, _cx: &mut Context<'_>) {}

    pub(crate) fn device_tick(&mut self, _cx: &mut Context<'_>) {}

    /// When `device_tick` wants to run next (retransmission, keep-alive, auto-lock, expiry).
    pub(crate) fn device_deadline(&self) -> Option<Timestamp> {
        None
    }
}

// Seam: called by the dApp side.
impl Wallet {
    /// Whether the vault is open.
    pub(crate) fn is_unlocked(&self) -> bool {
        false
    }

    /// The active key's public facts; also known while locked (kept in a public record).
    pub(crate) fn key(&self) -> Option<&ActiveKey> {
        None
    }

    /// Starts the signing of a request on the device that it began on: picks cosigners (those the owner chose,
    /// else online attended devices first, then unattended, then offline ones), proposes to them, and runs the
    /// rounds up to the held last message. Starting again replaces the session of an earlier attempt.
    pub(crate) fn signing_start(&mut self, _cx: &mut Context<'_>, _task: SigningTask) {}

    /// This device's owner (or policy) approved; the approval names what the owner saw. Releases the last message
    /// as soon as the session is there; remembered across retries of the same digest.
    pub(crate) fn signing_approve(&mut self, _cx: &mut Context<'_>, _request: &RequestId, _digest: [u8; 32]) {}

    /// Tells cosigners that the request is over (rejected, expired, answered) and wipes its session.
    pub(crate) fn signing_cancel(&mut self, _cx: &mut Context<'_>, _request: &RequestId, _reason: &str) {}

    /// The owner picked other cosigners; takes effect at the next `signing_start`.
    pub(crate) fn signing_choose(
        &mut self,
        _cx: &mut Context<'_>,
        _request: &RequestId,
        _devices: Vec<DeviceId>,
    ) -> Result<(), CommandError> {
        Ok(())
    }

    /// Tells cosigners what this device's owner does with the request (Notified, Opened).
    pub(crate) fn signing_state(&mut self, _cx: &mut Context<'_>, _request: &RequestId, _state: DeviceState) {}

    /// Strip of devices of a request, this one first.
    pub(crate) fn signing_strip(&self, _request: &RequestId) -> Vec<DeviceStrip> {
        Vec::new()
    }

    /// The name of a device, for cards and activity.
    pub(crate) fn device_name(&self, _device: DeviceId) -> String {
        String::new()
    }

    /// Fills everything of a view but what the dApp side owns (which it leaves empty).
    pub(crate) fn device_view(&self, _now: Timestamp) -> View {
        unreachable!("replaced by the device side")
    }
}
