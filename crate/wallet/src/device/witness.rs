//! Witnesses: each device remembers how far the others had come, so that none falls back unseen.
//!
//! At every greeting, and after every decision, a device tells how far it has come, and what it remembers of the other.
//! Three things are compared. The head of the journal stands for all that was decided and for the policy, whose changes
//! are entries of it. The epoch stands for the shares, which may be put back without the journal. The opening of the
//! vault stands for copies that decided nothing yet. A device that shows less than it showed before, or another past,
//! was put back to an earlier state or exists twice. It is told on both screens, and nothing is signed with it until the
//! owner accepts it as it is. An honest device finds out about itself by what the others remember of it; that a changed
//! program hides it cannot be helped here, and gains it nothing but an old state of its own.

use serde::{Deserialize, Serialize};
use symbolon_mpc::DeviceId;

use super::openings::Opening;
use super::peer::PeerMessage;
use super::records;
use crate::context::Context;
use crate::dapp::Head;
use crate::effect::CommandError;
use crate::store::Batch;
use crate::vault::VaultError;
use crate::view::Severity;
use crate::wallet::Wallet;

/// How far a device has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The newest entry of its journal.
    pub head: Head,
    /// Wallet and epoch that it holds an active share of.
    pub key: Option<([u8; 32], u32)>,
    /// When its vault was opened last.
    pub opening: Opening,
}

/// What is kept about another device, sealed under [`records::WITNESS`] ‖ its id in hex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Witness {
    /// The furthest that it showed.
    pub(super) reach: Reach,
    /// What it shows instead, if it fell back.
    pub(super) instead: Option<Reach>,
}

/// Version 1 of the record: of the journal alone.
#[derive(Deserialize)]
struct Heads {
    head: Head,
    fell_back: bool,
}

impl From<Heads> for Witness {
    fn from(heads: Heads) -> Self {
        let reach = Reach { head: heads.head, ..Reach::default() };
        // What it showed instead was not kept: it is refused until its owner accepts it, whatever it shows.
        Self { reach, instead: heads.fell_back.then(Reach::default) }
    }
}

impl Reach {
    /// Whether a device that had come as far as this cannot be there now.
    fn is_beyond(&self, now: &Self) -> bool {
        let is_beyond = |number: u64, is_same: bool, now: u64| now < number || (now == number && !is_same);
        is_beyond(self.head.number, self.head.hash == now.head.hash, now.head.number)
            || is_beyond(self.opening.number, self.opening.draw == now.opening.draw, now.opening.number)
            || self.has_later_shares(now)
    }

    /// Whether these are later shares of the same wallet. A device without any may have left.
    fn has_later_shares(&self, now: &Self) -> bool {
        let both = self.key.zip(now.key);
        both.is_some_and(|((wallet, epoch), (same, now))| wallet == same && now < epoch)
    }

    /// This, as the furthest after `before`: which shares a device showed is remembered also when it has left.
    fn after(self, before: &Self) -> Self {
        Self { key: self.key.or(before.key), ..self }
    }
}

impl Witness {
    /// Id and content of a record.
    pub(super) fn decode(key: &str, plain: &[u8]) -> Result<(DeviceId, Self), VaultError> {
        let mut id = [0; 32];
        let hex = key.strip_prefix(records::WITNESS).ok_or(VaultError::Damaged)?;
        hex::decode_to_slice(hex, &mut id).map_err(|_| VaultError::Damaged)?;
        let witness = match plain.first() {
            Some(1) => records::decode::<Heads>(plain)?.into(),
            _ => records::decode_as(FORMAT, plain)?,
        };
        Ok((DeviceId(id), witness))
    }

    fn encode(&self) -> Vec<u8> {
        records::encode_as(FORMAT, self)
    }

    /// Whether it fell back, and was not accepted since.
    pub(super) fn fell_back(&self) -> bool {
        self.instead.is_some()
    }
}

impl Wallet {
    /// Tells a device how far this one has come, and what it remembers of the other.
    pub(super) fn tell_reach(&mut self, cx: &mut Context<'_>, to: DeviceId) {
        self.count_opening(cx);
        let Some(mine) = self.reach() else { return };
        let known = self.witness(to);
        let (yours, refuses) = (known.reach, known.fell_back());
        self.tell(cx, to, &PeerMessage::Reached { mine, yours, refuses });
    }

    /// Last of every turn: a decision was made, which the others shall know of.
    pub(super) fn tell_reaches(&mut self, cx: &mut Context<'_>) {
        let reach = self.reach();
        let Some(open) = self.device.open.as_mut() else { return };
        if open.told_reach == reach {
            return;
        }
        open.told_reach = reach;
        for peer in self.online_peers(cx.now) {
            self.tell_reach(cx, peer);
        }
    }

    /// How far this device has come; none while it is locked, or its records cannot be used.
    pub(super) fn reach(&self) -> Option<Reach> {
        let open = self.device.open.as_ref()?;
        let key = open.active.as_ref().map(|shares| (*shares.info().wallet(), shares.info().epoch()));
        Some(Reach { head: self.journal_head()?, key, opening: open.openings.last() })
    }

    pub(super) fn reached(&mut self, cx: &mut Context<'_>, from: DeviceId, theirs: Reach, ours: Reach) {
        if self.is_beyond_this(&ours) {
            self.tell(cx, from, &PeerMessage::FellBack { remembered: ours });
        }
        let known = self.witness(from);
        if known.fell_back() {
            self.keep_witness(cx, from, Witness { instead: Some(theirs), ..known });
        } else if known.reach.is_beyond(&theirs) {
            self.flag(cx, from, theirs);
        } else {
            self.keep_witness(cx, from, Witness { reach: theirs.after(&known.reach), instead: None });
        }
    }

    /// Another device says whether it refuses this one. One that remembers what is not here will, once it is told.
    pub(super) fn refused_by(&mut self, cx: &mut Context<'_>, by: DeviceId, refuses: bool) {
        let other = self.device_name(by);
        let message = format!(
            "This device was put back to an earlier state, or exists twice: {other} refuses it. \
             Nothing is signed with {other} until you accept this device there, under Devices."
        );
        let Some(open) = self.device.open.as_mut() else { return };
        if refuses {
            open.refused_by.insert(by);
            self.notice(cx, "device/fell-back-here", Severity::Danger, message);
        } else if open.refused_by.remove(&by) {
            self.device.notices.over_saying("device/fell-back-here", &message);
            cx.view_changed();
        }
    }

    /// Whether nothing is signed with a device, because it fell back or refuses this one for that.
    pub(super) fn is_apart(&self, device: DeviceId) -> bool {
        let refuses = self.device.open.as_ref().is_some_and(|open| open.refused_by.contains(&device));
        refuses || self.witness(device).fell_back()
    }

    /// Whether another device remembers of this one what it never was.
    fn is_beyond_this(&self, remembered: &Reach) -> bool {
        let Some(reach) = self.reach() else { return false };
        let has_opening = self.device.open.as_ref().and_then(|open| open.openings.has(remembered.opening));
        self.journal_has(remembered.head) == Some(false)
            || has_opening == Some(false)
            || remembered.has_later_shares(&reach)
    }

    /// A device says itself that it fell back.
    pub(super) fn fell_back(&mut self, cx: &mut Context<'_>, device: DeviceId, remembered: &Reach) {
        let known = self.witness(device);
        let given_up = self.device.open.as_ref().and_then(|open| open.given_up.get(&device));
        // Said before it could know that it was accepted.
        if !known.fell_back() && given_up != Some(remembered) {
            self.flag(cx, device, known.reach);
        }
    }

    fn flag(&mut self, cx: &mut Context<'_>, device: DeviceId, shows: Reach) {
        if self.device.open.as_ref().is_none_or(|open| !open.peers.contains_key(&device)) {
            return;
        }
        let known = self.witness(device);
        self.keep_witness(cx, device, Witness { instead: Some(shows), ..known });
        let message = refused_sentence(&self.device_name(device));
        self.notice(cx, "device/fell-back", Severity::Danger, message);
        self.tell_reach(cx, device);
        cx.view_changed();
    }

    /// The owner accepts a device as it is now.
    pub(super) fn command_accept_device(
        &mut self,
        cx: &mut Context<'_>,
        device: &str,
    ) -> Result<(), CommandError> {
        let id = self.linked_device(device)?;
        let known = self.witness(id);
        self.opened()?.given_up.insert(id, known.reach);
        self.keep_witness(cx, id, Witness { reach: known.instead.unwrap_or(known.reach), instead: None });
        let said = refused_sentence(&self.device_name(id));
        self.device.notices.over_saying("device/fell-back", &said);
        self.tell_reach(cx, id);
        cx.view_changed();
        Ok(())
    }

    /// The first of these devices with which nothing is signed, because it fell back; the sentence for it.
    pub(super) fn fallen_among(&self, devices: &[DeviceId]) -> Option<(DeviceId, String)> {
        let fallen = *devices.iter().find(|device| self.witness(**device).fell_back())?;
        Some((fallen, refused_sentence(&self.device_name(fallen))))
    }

    pub(super) fn witness(&self, device: DeviceId) -> Witness {
        let known = self.device.open.as_ref().and_then(|open| open.witnesses.get(&device));
        known.copied().unwrap_or_default()
    }

    fn keep_witness(&mut self, cx: &mut Context<'_>, device: DeviceId, witness: Witness) {
        let is_news = self.witness(device) != witness;
        let Some(open) = self.device.open.as_mut().filter(|open| is_news && open.peers.contains_key(&device))
        else {
            return;
        };
        open.witnesses.insert(device, witness);
        let mut batch = Batch::default();
        let key = format!("{}{}", records::WITNESS, hex::encode(device.0));
        self.seal_into(cx, &mut batch, &key, &witness.encode());
        cx.store(batch);
    }
}

fn refused_sentence(name: &str) -> String {
    format!(
        "{name} was put back to an earlier state, or exists twice. Nothing is signed with it until you accept it as \
         it is, under Devices."
    )
}

/// Version of the record.
const FORMAT: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const WALLET: [u8; 32] = [6; 32];
    const REACH: Reach = Reach {
        head: Head { number: 300, hash: [7; 32] },
        key: Some((WALLET, 5)),
        opening: Opening { number: 200, draw: [9; 8] },
    };

    /// 300 as a varint, hash; wallet, epoch; 200 as a varint, draw.
    fn reach_bytes() -> Vec<u8> {
        [&[0xac, 2][..], &[7; 32], &[1], &WALLET, &[5, 0xc8, 1], &[9; 8]].concat()
    }

    #[test]
    fn what_is_told_is_always_the_same_bytes() {
        let message = PeerMessage::Reached { mine: REACH, yours: Reach::default(), refuses: true };
        let nothing = [&[0][..], &[0; 32], &[0, 0], &[0; 8]].concat();
        let pinned = [vec![1, 20], reach_bytes(), nothing, vec![1]].concat();
        assert_eq!(message.encode(), pinned);
        assert_eq!(PeerMessage::decode(&pinned), Some(message));
        let message = PeerMessage::FellBack { remembered: REACH };
        let pinned = [vec![1, 21], reach_bytes()].concat();
        assert_eq!(message.encode(), pinned);
        assert_eq!(PeerMessage::decode(&pinned), Some(message));
    }

    /// Seen by the other device alone: one that was put back on purpose does not say so itself.
    #[test]
    fn a_journal_that_became_shorter_or_another_one_has_fallen_back() {
        let head = |number, hash| Reach { head: Head { number, hash: [hash; 32] }, ..REACH };
        for now in [head(299, 8), head(299, 7), head(0, 0), head(300, 8)] {
            assert!(REACH.is_beyond(&now), "{now:?}");
        }
        for now in [REACH, head(301, 8)] {
            assert!(!REACH.is_beyond(&now), "{now:?}");
        }
        assert!(!Reach::default().is_beyond(&REACH));
    }

    #[test]
    fn an_opening_that_is_earlier_or_another_one_has_fallen_back() {
        let opening = |number, draw| Reach { opening: Opening { number, draw: [draw; 8] }, ..REACH };
        for now in [opening(199, 9), opening(200, 8), opening(0, 0)] {
            assert!(REACH.is_beyond(&now), "{now:?}");
        }
        assert!(!REACH.is_beyond(&opening(201, 8)));
    }

    /// The shares alone may be put back: what is remembered of them does not go by the journal.
    #[test]
    fn shares_of_an_earlier_epoch_have_fallen_back_and_a_device_that_left_has_not() {
        let key = |key| Reach { key, ..REACH };
        assert!(REACH.is_beyond(&key(Some((WALLET, 4)))));
        for now in [Some((WALLET, 5)), Some((WALLET, 6)), Some(([1; 32], 1)), None] {
            assert!(!REACH.is_beyond(&key(now)), "{now:?}");
        }
        let left = key(None).after(&REACH);
        assert!(left.is_beyond(&key(Some((WALLET, 4)))), "remembered after it left");
    }

    #[test]
    fn a_witness_is_always_the_same_bytes() {
        let key = format!("device/witness/{}", "09".repeat(32));
        let pinned = [vec![2], reach_bytes(), vec![1], reach_bytes()].concat();
        let witness = Witness { reach: REACH, instead: Some(REACH) };
        assert_eq!(witness.encode(), pinned);
        assert_eq!(Witness::decode(&key, &pinned), Ok((DeviceId([9; 32]), witness)));
        assert_eq!(Witness::decode("device/witness/09", &pinned), Err(VaultError::Damaged));
        // As a build wrote it that remembered the journal alone: a head of number 3, then whether it fell back.
        let of = |fell_back: u8| [vec![1, 3], vec![7; 32], vec![fell_back]].concat();
        let head = Head { number: 3, hash: [7; 32] };
        for (fell_back, instead) in [(0, None), (1, Some(Reach::default()))] {
            let old = Witness { reach: Reach { head, ..Reach::default() }, instead };
            assert_eq!(Witness::decode(&key, &of(fell_back)), Ok((DeviceId([9; 32]), old)));
        }
        assert_eq!(Witness::decode(&key, &[3, 0]), Err(VaultError::Version(3)));
    }
}
