//! Links that are gone: a device holds a share of the wallet, and its record is not on this disk any more.
//!
//! Without the secrets in that record the two can never talk again, and devices of one wallet do not pair a second
//! time. The others still sign with both; the way out is to replace one of the two.

use super::Open;
use super::device_id;
use super::members::others_online;
use crate::context::Context;
use crate::view::Severity;
use crate::wallet::Wallet;

impl Wallet {
    /// The vault opened: tells the owner of every device of the quorum that this one has no record of.
    pub(super) fn tell_gone_links(&mut self, cx: &mut Context<'_>) {
        let Some(Open { active: Some(shares), card, peers, .. }) = self.device.open.as_deref() else {
            return;
        };
        let gone = others_online(shares.info().quorum(), device_id(card))
            .filter(|device| !peers.contains_key(device));
        for device in gone.collect::<Vec<_>>() {
            let name = self.device_name(device);
            let message = format!(
                "What this device needs to talk to {name} is gone from its storage. Nothing is lost, but the two cannot \
                 sign together any more; the others sign with both. To mend it, replace {name} or this device, under \
                 Devices."
            );
            self.notice(cx, "device/link-gone", Severity::Danger, message);
        }
    }
}
