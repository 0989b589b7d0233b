//! What follows when a device fails a check of the transfers, as no honest device does.
//!
//! Each failed check may tell a cheat a little of a set-up, which is wiped for it, and costs a new one. So that it
//! is no way to ask again and again, the device is left alone for a while, twice as long each time; and from a few
//! strikes on no session with it begins before this device's owner approved what it is for.

use symbolon_mpc::DeviceId;

use super::peers::Peer;
use crate::context::Context;
use crate::event::Timestamp;
use crate::wallet::Wallet;

/// How long a device is left alone after its first strike.
const REST_MS: u64 = 10_000;
/// Doublings of it at most.
const MAX_DOUBLINGS: u32 = 6;
/// Strikes that a device may have and still begin without the owner.
const MAX_STRIKES: u32 = 3;

/// How long a device is left alone after its latest strike, of so many, in ms.
fn rest(strikes: u32) -> u64 {
    REST_MS << strikes.saturating_sub(1).min(MAX_DOUBLINGS)
}

impl Wallet {
    /// Counts a strike against a device, durably, and leaves it alone for a while.
    pub(super) fn strike(&mut self, cx: &mut Context<'_>, device: DeviceId) {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&device)) else {
            return;
        };
        peer.facts.strikes = peer.facts.strikes.saturating_add(1);
        peer.rests_until = cx.now.saturating_add(rest(peer.facts.strikes));
        self.store_peer(cx, device);
    }

    /// Until when one of these devices is left alone; none if nothing is to be waited for.
    pub(super) fn rests_until(&self, devices: &[DeviceId], now: Timestamp) -> Option<Timestamp> {
        self.among(devices).map(|peer| peer.rests_until).max().filter(|until| *until > now)
    }

    /// Whether a session among these devices begins only when the owner approved what it is for.
    pub(super) fn needs_word(&self, devices: &[DeviceId]) -> bool {
        self.among(devices).any(|peer| peer.facts.strikes > MAX_STRIKES)
    }

    fn among<'a>(&'a self, devices: &'a [DeviceId]) -> impl Iterator<Item = &'a Peer> {
        let peers = self.device.open.as_ref().map(|open| &open.peers);
        devices.iter().filter_map(move |device| peers?.get(device))
    }
}
