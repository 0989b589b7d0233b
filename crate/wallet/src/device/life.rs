//! What outlives every epoch of a wallet: indices that were used, devices that left, and when shares were renewed.

use serde::{Deserialize, Serialize};
use symbolon_mpc::{DeviceId, Party, PartyIndex, Quorum};

use super::members::{FIRST_RECOVERY, is_recovery, must_be_online, recovery_parties};
use super::records;
use crate::context::Context;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::vault::Binding;
use crate::view::RotationView;
use crate::wallet::Wallet;

/// After how long the owner is reminded to renew the shares: 90 days.
const ROTATE_AFTER_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// How far the word of another device moves the mark of used indices. It may know of attempts that this one
/// missed; it may not use the indices up.
const MAX_AHEAD: u16 = 256;

/// The record `key/life`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Life {
    /// The highest party index that any plan gave to a device; below recovery shares'. A new device gets a higher one, always.
    pub(super) used: u16,
    /// The highest party index that any plan gave to a recovery share; 0 if none had one. It stands in `key/kept`, with what else
    /// is remembered of recovery shares.
    #[serde(skip)]
    pub(super) used_recovery: u16,
    /// When the shares in use were proven by test signatures, as far as this device knows.
    pub(super) rotated_at: Option<Timestamp>,
    /// From when the reminder counts.
    pub(super) counted_from: Timestamp,
    /// Devices that held shares and hold none any more.
    pub(super) former: Vec<DeviceId>,
}

impl Life {
    /// What a wallet has whose shares were made before this record was kept.
    pub(super) fn of_earlier_version(quorum: &Quorum, now: Timestamp) -> Self {
        let mut life = Self { counted_from: now, ..Self::default() };
        life.mark(quorum);
        life
    }

    /// Marks the indices of a quorum as used.
    pub(super) fn mark(&mut self, quorum: &Quorum) {
        self.used = self.used.max(highest(must_be_online(quorum)));
        self.used_recovery = self.used_recovery.max(highest(recovery_parties(quorum)));
    }

    /// Marks what another device of the quorum says is used.
    pub(super) fn hear(&mut self, used: u16, used_recovery: u16) {
        // Each within its own range: a device's index is never a recovery share's.
        let used = used.min(FIRST_RECOVERY - 1).min(self.used.saturating_add(MAX_AHEAD));
        self.used = self.used.max(used);
        let first = self.used_recovery.max(FIRST_RECOVERY - 1);
        if used_recovery >= FIRST_RECOVERY {
            self.used_recovery = self.used_recovery.max(used_recovery.min(first.saturating_add(MAX_AHEAD)));
        }
    }

    /// The index of the next device that joins, if there is one left.
    pub(super) fn next(&mut self) -> Option<PartyIndex> {
        let next = self.used.checked_add(1).filter(|next| *next < FIRST_RECOVERY)?;
        self.used = next;
        PartyIndex::new(next)
    }

    /// The index of the next recovery share, if there is one left.
    pub(super) fn next_recovery(&mut self) -> Option<PartyIndex> {
        let next = self.used_recovery.max(FIRST_RECOVERY - 1).checked_add(1)?;
        self.used_recovery = next;
        PartyIndex::new(next)
    }

    /// Whether an index was given to somebody before.
    pub(super) fn is_used(&self, index: PartyIndex) -> bool {
        match is_recovery(index) {
            true => index.value() <= self.used_recovery,
            false => index.value() <= self.used,
        }
    }

    /// New shares are in use: `before` is the quorum that held the old ones, if this device knew it.
    pub(super) fn renewed(&mut self, before: Option<&Quorum>, quorum: &Quorum, now: Timestamp) {
        self.mark(quorum);
        let left = before.into_iter().flat_map(must_be_online).map(|party| party.device);
        self.former.extend(left.filter(|device| quorum.party_of(*device).is_none()));
        self.former.retain(|device| quorum.party_of(*device).is_none());
        self.former.sort();
        self.former.dedup();
        self.rotated_at = Some(now);
        self.counted_from = now;
    }

    fn view(&self, now: Timestamp, unfinished: bool) -> RotationView {
        let due_at = self.counted_from.saturating_add(ROTATE_AFTER_MS);
        RotationView { due: due_at <= now, due_at, rotated_at: self.rotated_at, unfinished }
    }
}

fn highest(parties: impl Iterator<Item = Party>) -> u16 {
    parties.map(|party| party.index.value()).max().unwrap_or_default()
}

impl Wallet {
    /// Seals the record into a batch.
    pub(super) fn put_life(&mut self, cx: &mut Context<'_>, batch: &mut Batch) {
        let Some(open) = self.device.open.as_ref() else { return };
        let wallet = open.active.as_ref().map(|shares| *shares.info().wallet()).unwrap_or_default();
        let plain = records::encode(&open.life);
        let binding = Binding { wallet, ..self.device.binding() };
        self.seal_bound(cx, batch, records::KEY_LIFE, &binding, &plain);
    }

    /// When the shares were renewed, and whether it is time to do it again.
    pub(super) fn rotation_view(&self, now: Timestamp) -> Option<RotationView> {
        let open = self.device.open.as_ref()?;
        let unfinished =
            open.pending.has_reshared() && open.dealing.is_none() && open.pending.candidate().is_none();
        open.active.as_ref().map(|_| open.life.view(now, unfinished))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use symbolon_mpc::{Party, PartyIndex};

    use super::*;

    fn quorum(indices: &[u16]) -> Quorum {
        let party = |index: &u16| Party {
            index: PartyIndex::new(*index).unwrap(),
            device: DeviceId([*index as u8; 32]),
        };
        Quorum::new(2, indices.iter().map(party).collect()).unwrap()
    }

    #[test]
    fn an_index_that_was_used_stays_used_when_its_device_is_gone() {
        let mut life = Life::of_earlier_version(&quorum(&[1, 2, 3]), 5);
        life.renewed(Some(&quorum(&[1, 2, 3])), &quorum(&[1, 2]), 6);
        assert_eq!(life.used, 3);
        assert_eq!(life.former, [DeviceId([3; 32])]);
        life.renewed(Some(&quorum(&[1, 2])), &quorum(&[1, 2, 4]), 7);
        assert_eq!((life.used, life.rotated_at), (4, Some(7)));
    }

    #[test]
    fn recovery_shares_have_indices_of_their_own() {
        let mut life = Life::of_earlier_version(&quorum(&[1, 2]), 0);
        assert_eq!(life.next_recovery().unwrap().value(), FIRST_RECOVERY);
        assert_eq!(life.next().unwrap().value(), 3);
        life.mark(&quorum(&[1, 4, FIRST_RECOVERY + 6]));
        assert_eq!((life.used, life.used_recovery), (4, FIRST_RECOVERY + 6));
        let is_used = |index| life.is_used(PartyIndex::new(index).unwrap());
        assert!(is_used(4) && !is_used(5) && is_used(FIRST_RECOVERY + 6) && !is_used(FIRST_RECOVERY + 7));
        life.used = FIRST_RECOVERY - 1;
        life.used_recovery = u16::MAX;
        assert!(life.next().is_none() && life.next_recovery().is_none());
    }

    #[test]
    fn another_device_cannot_use_the_indices_up() {
        let mut life = Life::of_earlier_version(&quorum(&[1, 2]), 0);
        life.hear(u16::MAX, 7);
        assert_eq!((life.used, life.used_recovery), (2 + MAX_AHEAD, 0));
        life.hear(1, u16::MAX);
        assert_eq!((life.used, life.used_recovery), (2 + MAX_AHEAD, FIRST_RECOVERY - 1 + MAX_AHEAD));
    }

    #[test]
    fn the_reminder_comes_after_ninety_days_by_the_clock_that_is_handed_in() {
        let mut life = Life::of_earlier_version(&quorum(&[1, 2]), 1_000);
        assert_eq!(life.view(1_000, false).rotated_at, None);
        assert!(!life.view(ROTATE_AFTER_MS + 999, false).due);
        assert!(life.view(ROTATE_AFTER_MS + 1_000, false).due);
        life.renewed(None, &quorum(&[1, 2]), ROTATE_AFTER_MS + 1_000);
        assert!(!life.view(ROTATE_AFTER_MS + 1_000, false).due);
    }

    #[test]
    fn the_record_is_these_bytes() {
        let former = vec![DeviceId([7; 32])];
        let life = Life { used: 4, used_recovery: 0, rotated_at: Some(300), counted_from: 301, former };
        let bytes = format!("010401ac02ad0201{}", "07".repeat(32));
        assert_eq!(hex::encode(records::encode(&life)), bytes);
        assert_eq!(records::decode::<Life>(&hex::decode(bytes).unwrap()), Ok(life));
    }
}
