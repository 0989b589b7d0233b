//! When the vault locks: at the owner's word, with the system, after some minutes without use.
//!
//! A worker may die and start again in between. So what outlives it says when the vault locks, too.

use super::notices::refusal;
use super::peer::PeerMessage;
use crate::context::Context;
use crate::effect::{Effect, Remembered};
use crate::event::Timestamp;
use crate::vault::VaultKey;
use crate::view::DeviceKind;
use crate::wallet::Wallet;

const MINUTE_MS: u64 = 60_000;
/// The host hears of a new time to lock when it is so far from what it knows, in milliseconds.
const APART_MS: u64 = 20_000;

impl Wallet {
    /// Locks: wipes vault key, shares, channels, sessions; calls `dapp_locked`.
    pub(crate) fn lock(&mut self, cx: &mut Context<'_>) {
        if let Some(stretching) = self.device.stretching.take() {
            cx.reply(stretching.reply, Err(refusal("vault/locked", "This device was locked meanwhile.")));
        }
        if self.device.open.is_none() {
            return;
        }
        self.leave_peers(cx);
        self.device.open = None;
        cx.push(Effect::Forget);
        self.dapp_locked(cx);
        cx.view_changed();
    }

    /// Says good-bye to the peers and sends what waits.
    pub(super) fn leave_peers(&mut self, cx: &mut Context<'_>) {
        let online: Vec<_> = self.online_peers(cx.now);
        for peer in online {
            self.tell(cx, peer, &PeerMessage::Bye);
        }
        self.flush_relay(cx);
    }

    pub(super) fn auto_lock_deadline(&self) -> Option<Timestamp> {
        // A headless device has nobody who could open it again.
        if self.device.open.is_none() || self.config.kind == DeviceKind::Cosigner {
            return None;
        }
        Some(self.device.touched.saturating_add(self.idle_ms()?))
    }

    /// Milliseconds without use until the vault locks.
    fn idle_ms(&self) -> Option<u64> {
        Some(u64::from(self.device.settings.as_ref()?.auto_lock_minutes) * MINUTE_MS)
    }

    /// First of every turn: whatever comes after the time is up, an order of the owner too, finds the vault locked.
    pub(crate) fn tick_auto_lock(&mut self, cx: &mut Context<'_>) {
        // Against a clock that was set back: the time counts from now on, and not from a day ahead.
        self.device.touched = self.device.touched.min(cx.now);
        if self.auto_lock_deadline().is_some_and(|at| at <= cx.now) {
            self.lock(cx);
        }
    }

    /// Opens the vault for a worker that was restarted, unless its time was up meanwhile.
    pub(super) fn reopen(&mut self, cx: &mut Context<'_>, remembered: Remembered) {
        let Remembered { key, lock_at } = remembered;
        let idle = self.idle_ms().unwrap_or_default();
        self.device.touched = lock_at.map_or(cx.now, |at| at.saturating_sub(idle).min(cx.now));
        let late = lock_at.is_some_and(|at| at <= cx.now);
        if late || self.unlock_with(cx, VaultKey::from_remembered(key)).is_err() {
            // Another vault's key, or a vault that cannot be read: the password decides.
            cx.push(Effect::Forget);
        }
    }

    /// Last of every turn: the host hears when the owner's use has put off the lock.
    pub(super) fn remember_use(&mut self, cx: &mut Context<'_>) {
        let told = self.device.told_lock_at;
        let apart =
            self.auto_lock_deadline().zip(told).is_some_and(|(at, told)| at.abs_diff(told) >= APART_MS);
        if apart {
            self.remember(cx);
        }
    }

    pub(super) fn remember(&mut self, cx: &mut Context<'_>) {
        let lock_at = self.auto_lock_deadline();
        if let Some(open) = &self.device.open {
            cx.push(Effect::Remember(Remembered { key: open.vault.to_remember(), lock_at }));
            self.device.told_lock_at = lock_at;
        }
    }
}
