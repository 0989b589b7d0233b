//! A write failed: the device side starts again from what is durable, and says what was wrong.

use super::Device;
use super::notices::refusal;
use crate::context::Context;
use crate::store::StoreError;
use crate::vault::VaultKey;
use crate::view::Severity;
use crate::wallet::Wallet;

impl Wallet {
    /// A batch was not stored and nothing after it was done: the device side starts again from what is known to
    /// be durable, as after a crash.
    pub(crate) fn on_store_failed(&mut self, cx: &mut Context<'_>, error: StoreError) {
        let (code, message) = match error {
            StoreError::Full => (
                "store/full",
                "The storage of this device is full, so the last step was not saved. Nothing was signed. Free some \
                 space, then try again.",
            ),
            StoreError::Blocked => (
                "store/blocked",
                "The browser does not let this wallet store anything, for example in a private window. Nothing was \
                 signed. Allow storage, then try again.",
            ),
            StoreError::Damaged => (
                "store/damaged",
                "The storage of this device is damaged, so the last step was not saved. Nothing was signed. Your \
                 other devices are not affected.",
            ),
            StoreError::Unavailable => {
                ("store/unavailable", "The last step could not be saved. Nothing was signed. Try again.")
            }
        };
        let vault = self.device.open.as_ref().map(|open| open.vault.to_remember());
        self.leave_peers(cx);
        self.stored.take_back();
        let mut notices = core::mem::take(&mut self.device.notices);
        notices.add(code, Severity::Danger, message.to_owned());
        let relay = core::mem::take(&mut self.device.relay);
        self.device = Device {
            notices,
            relay,
            touched: self.device.touched,
            peer_version: self.device.peer_version,
            ..Device::load(&self.config, &self.stored.records())
        };
        // Sessions are gone; they are started anew once the vault is open again.
        self.dapp_locked(cx);
        if let Some(key) = vault
            && self.unlock_with(cx, VaultKey::from_remembered(key)).is_err()
        {
            cx.push(crate::effect::Effect::Forget);
        }
        // If it was counted in what was not stored, it is counted now; twice does no harm.
        self.opened_anew();
        if self.device.relay.is_online() {
            self.carrier_restored(cx);
        }
        for reply in self.stored.unanswered() {
            cx.reply(reply, Err(refusal(code, message)));
        }
        cx.view_changed();
    }
}
