//! Witnesses: each device remembers how far the journals of the others had come, so that none falls back unseen.
//!
//! At every greeting, and after every decision, a device tells the head of its journal, and what it remembers of the
//! other's. A device that shows less than it showed before, or another past, was put back to an earlier state or
//! exists twice. It is told on both screens, and nothing is signed with it until the owner accepts it as it is. An
//! honest device finds out about itself by what the others remember of it; that a changed program hides it cannot be
//! helped here, and gains it nothing but an old state of its own.

use serde::{Deserialize, Serialize};
use symbolon_mpc::DeviceId;

use super::peer::PeerMessage;
use super::records;
use crate::context::Context;
use crate::dapp::Head;
use crate::effect::CommandError;
use crate::store::Batch;
use crate::vault::VaultError;
use crate::view::Severity;
use crate::wallet::Wallet;

/// What is kept about another device's journal, sealed under [`records::WITNESS`] ‖ its id in hex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Witness {
    /// The furthest head that it showed.
    pub(super) head: Head,
    /// It showed less, or another past.
    pub(super) fell_back: bool,
}

impl Witness {
    /// Id and content of a record.
    pub(super) fn decode(key: &str, plain: &[u8]) -> Result<(DeviceId, Self), VaultError> {
        let mut id = [0; 32];
        let hex = key.strip_prefix(records::WITNESS).ok_or(VaultError::Damaged)?;
        hex::decode_to_slice(hex, &mut id).map_err(|_| VaultError::Damaged)?;
        Ok((DeviceId(id), records::decode(plain)?))
    }
}

impl Wallet {
    /// Tells a device how far this one has come, and what it remembers of the other.
    pub(super) fn tell_head(&mut self, cx: &mut Context<'_>, to: DeviceId) {
        let Some(mine) = self.journal_head() else { return };
        let yours = self.witness(to).head;
        self.tell(cx, to, &PeerMessage::Heads { mine, yours });
    }

    /// Last of every turn: a decision was made, which the others shall know of.
    pub(super) fn tell_heads(&mut self, cx: &mut Context<'_>) {
        let head = self.journal_head();
        let Some(open) = self.device.open.as_mut() else { return };
        if open.told_head == head {
            return;
        }
        open.told_head = head;
        for peer in self.online_peers(cx.now) {
            self.tell_head(cx, peer);
        }
    }

    pub(super) fn heads_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, theirs: Head, ours: Head) {
        if self.journal_has(ours) == Some(false) {
            let other = self.device_name(from);
            let message = format!(
                "This device was put back to an earlier state, or exists twice: {other} remembers decisions of it \
                 that are not here. Nothing is signed with {other} until you accept this device there, under Devices."
            );
            self.notice(cx, "device/fell-back-here", Severity::Danger, message);
            self.tell(cx, from, &PeerMessage::FellBack);
        }
        let known = self.witness(from);
        if is_regress(known.head, theirs) {
            self.fell_back(cx, from);
        } else if theirs != known.head && !known.fell_back {
            self.keep_witness(cx, from, Witness { head: theirs, fell_back: false });
        }
    }

    /// A device fell back, as was seen here or as it says itself.
    pub(super) fn fell_back(&mut self, cx: &mut Context<'_>, device: DeviceId) {
        let known = self.witness(device);
        let is_peer = self.device.open.as_ref().is_some_and(|open| open.peers.contains_key(&device));
        if known.fell_back || !is_peer {
            return;
        }
        self.keep_witness(cx, device, Witness { fell_back: true, ..known });
        let message = refused_sentence(&self.device_name(device));
        self.notice(cx, "device/fell-back", Severity::Danger, message);
        cx.view_changed();
    }

    /// The owner accepts a device as it is now.
    pub(super) fn command_accept_device(
        &mut self,
        cx: &mut Context<'_>,
        device: &str,
    ) -> Result<(), CommandError> {
        let id = self.linked_device(device)?;
        self.keep_witness(cx, id, Witness::default());
        let said = refused_sentence(&self.device_name(id));
        self.device.notices.over_saying("device/fell-back", &said);
        self.tell_head(cx, id);
        cx.view_changed();
        Ok(())
    }

    /// The first of these devices with which nothing is signed, because it fell back; the sentence for it.
    pub(super) fn fallen_among(&self, devices: &[DeviceId]) -> Option<String> {
        let fallen = devices.iter().find(|device| self.witness(**device).fell_back)?;
        Some(refused_sentence(&self.device_name(*fallen)))
    }

    pub(super) fn witness(&self, device: DeviceId) -> Witness {
        let known = self.device.open.as_ref().and_then(|open| open.witnesses.get(&device));
        known.copied().unwrap_or_default()
    }

    fn keep_witness(&mut self, cx: &mut Context<'_>, device: DeviceId, witness: Witness) {
        let Some(open) = self.device.open.as_mut().filter(|open| open.peers.contains_key(&device)) else {
            return;
        };
        open.witnesses.insert(device, witness);
        let mut batch = Batch::default();
        let key = format!("{}{}", records::WITNESS, hex::encode(device.0));
        self.seal_into(cx, &mut batch, &key, &records::encode(&witness));
        cx.store(batch);
    }
}

fn refused_sentence(name: &str) -> String {
    format!(
        "{name} was put back to an earlier state, or exists twice. Nothing is signed with it until you accept it as \
         it is, under Devices."
    )
}

/// Whether a journal that was at `known` cannot be at `now`: it has become shorter, or is another one of the same length.
fn is_regress(known: Head, now: Head) -> bool {
    now.number < known.number || (now.number == known.number && now.hash != known.hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Head = Head { number: 300, hash: [7; 32] };

    #[test]
    fn heads_are_always_the_same_bytes() {
        let message = PeerMessage::Heads { mine: HEAD, yours: Head::default() };
        // version, message, 300 as a varint, hash, 0, no hash
        let pinned = [&[1, 20, 0xac, 2][..], &[7; 32], &[0], &[0; 32]].concat();
        assert_eq!(message.encode(), pinned);
        assert_eq!(PeerMessage::decode(&pinned), Some(message));
        assert_eq!(PeerMessage::FellBack.encode(), [1, 21]);
    }

    /// Seen by the other device alone: one that was put back on purpose does not say so itself.
    #[test]
    fn a_journal_that_became_shorter_or_another_one_has_fallen_back() {
        let other = Head { hash: [8; 32], ..HEAD };
        for now in [Head { number: 299, ..other }, Head { number: 299, ..HEAD }, Head::default(), other] {
            assert!(is_regress(HEAD, now), "{now:?}");
        }
        for now in [HEAD, Head { number: 301, ..other }] {
            assert!(!is_regress(HEAD, now), "{now:?}");
        }
        assert!(!is_regress(Head::default(), HEAD));
    }

    #[test]
    fn a_witness_is_always_the_same_bytes() {
        let key = format!("device/witness/{}", "09".repeat(32));
        let pinned = [&[1, 0xac, 2][..], &[7; 32], &[1]].concat();
        let witness = Witness { head: HEAD, fell_back: true };
        assert_eq!(records::encode(&witness), pinned);
        assert_eq!(Witness::decode(&key, &pinned), Ok((DeviceId([9; 32]), witness)));
        assert_eq!(Witness::decode("device/witness/09", &pinned), Err(VaultError::Damaged));
    }
}
