//! The device side as the dApp side sees it.
//!
//! One small door, so that unit tests of this side can stand in for the devices; in the product every function
//! here is the seam's function of the same meaning.

use symbolon_mpc::DeviceId;

use crate::context::Context;
use crate::effect::CommandError;
use crate::request::{RequestId, SigningTask};
use crate::view::{DeviceState, DeviceStrip};
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn vault_open(&self) -> bool {
        #[cfg(test)]
        if let Some(stand_in) = &self.dapp.stand_in {
            return stand_in.open;
        }
        self.is_unlocked()
    }

    /// Wallet id and epoch.
    pub(super) fn key_facts(&self) -> Option<([u8; 32], u32)> {
        #[cfg(test)]
        if let Some(stand_in) = &self.dapp.stand_in {
            return stand_in.key.as_ref().map(|_| ([7; 32], 1));
        }
        self.key().map(|key| (key.wallet, key.epoch))
    }

    pub(super) fn child_key(&self, path: &str) -> Option<[u8; 65]> {
        #[cfg(test)]
        if let Some(stand_in) = &self.dapp.stand_in {
            return stand_in.child(path);
        }
        self.key()?.public_key(path)
    }

    pub(super) fn tell_new_accounts(&mut self, cx: &mut Context<'_>) {
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return;
        }
        self.accounts_changed(cx);
    }

    pub(super) fn start_signing(&mut self, cx: &mut Context<'_>, task: SigningTask) {
        #[cfg(test)]
        if let Some(stand_in) = &mut self.dapp.stand_in {
            stand_in.started.push(task);
            return;
        }
        self.signing_start(cx, task);
    }

    pub(super) fn approve_signing(&mut self, cx: &mut Context<'_>, request: &RequestId, digest: [u8; 32]) {
        #[cfg(test)]
        if let Some(stand_in) = &mut self.dapp.stand_in {
            stand_in.approved.push((*request, digest));
            return;
        }
        self.signing_approve(cx, request, digest);
    }

    pub(super) fn cancel_signing(&mut self, cx: &mut Context<'_>, request: &RequestId, reason: &str) {
        #[cfg(test)]
        if let Some(stand_in) = &mut self.dapp.stand_in {
            stand_in.cancelled.push((*request, reason.to_owned()));
            return;
        }
        self.signing_cancel(cx, request, reason);
    }

    pub(super) fn choose_cosigners(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        devices: Vec<DeviceId>,
    ) -> Result<(), CommandError> {
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return Ok(());
        }
        self.signing_choose(cx, request, devices)
    }

    pub(super) fn tell_state(&mut self, cx: &mut Context<'_>, request: &RequestId, state: DeviceState) {
        #[cfg(test)]
        if let Some(stand_in) = &mut self.dapp.stand_in {
            stand_in.states.push((*request, state));
            return;
        }
        self.signing_state(cx, request, state);
    }

    pub(super) fn strip(&self, request: &RequestId) -> Vec<DeviceStrip> {
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return Vec::new();
        }
        self.signing_strip(request)
    }

    pub(super) fn name_of(&self, device: DeviceId) -> String {
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return format!("device {}", device.0[0]);
        }
        self.device_name(device)
    }

    /// The other signers of a request that are there, by name, with the hash of the pack of descriptors that each uses.
    pub(super) fn packs_of(&self, request: &RequestId) -> Vec<(String, Option<[u8; 32]>)> {
        #[cfg(test)]
        if let Some(stand_in) = &self.dapp.stand_in {
            return stand_in.packs.clone();
        }
        self.signers_packs(request)
    }

    /// The pack of this device is another one now.
    pub(super) fn tell_pack(&mut self, cx: &mut Context<'_>) {
        cx.view_changed();
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return;
        }
        self.pack_changed(cx);
    }

    /// Whether a device runs the same version as this one.
    pub(super) fn speaks_our_version(&self, device: DeviceId) -> bool {
        #[cfg(test)]
        if self.dapp.stand_in.is_some() {
            return true;
        }
        self.is_of_our_version(device)
    }
}
