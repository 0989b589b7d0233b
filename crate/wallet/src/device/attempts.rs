//! New shares that are stored and not in use: attempts that follow each other (docs/protocol.md, 2.2, rules 1 to 3).
//!
//! A share that a later attempt adds replaces none, and none is dropped before one of them becomes active: whoever
//! dropped one could leave the others with fewer than it takes. The only exception is a key that was never in use:
//! a second making of the key replaces the first.

use std::collections::{BTreeMap, BTreeSet};

use symbolon_mpc::{DeviceId, KeyInfo, Tag, Transcript, wire};

use super::records::{self, Stored};
use super::shares::{ROOTS, Shares};
use crate::store::Batch;
use crate::vault::VaultError;

/// Names keys by all that is public in them, so that two attempts of one epoch are never taken for each other.
pub(super) type KeyDigest = [u8; 32];

/// The digest of a wallet's keys, one for each root.
pub(super) fn digest_of(infos: &[KeyInfo; ROOTS]) -> KeyDigest {
    Transcript::new(Tag::Plan).field(b"keys").field(&wire::encode(infos)).finish32()
}

/// New shares of one attempt.
pub(super) struct Attempt {
    /// Its place among the attempts on this device; 0 for the making of a key.
    pub(super) number: u32,
    /// The shares.
    pub(super) shares: Shares,
    /// Which keys these are shares of.
    pub(super) digest: KeyDigest,
}

/// All new shares of this device, and who is known to hold its own.
#[derive(Default)]
pub(super) struct Attempts {
    /// Ascending.
    list: Vec<Attempt>,
    /// The attempt that this device last took part in a test signature of, durably noted.
    pledge: Option<u32>,
    /// Which keys each device said itself that it holds new shares of. Dies with the process; devices say it again when
    /// they meet.
    said: BTreeMap<DeviceId, BTreeSet<KeyDigest>>,
    /// Attempts of which every receiver said so.
    acknowledged: BTreeSet<KeyDigest>,
}

impl Attempts {
    /// Reads the shares, with `open` for those below a name.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged.
    pub(super) fn load(
        stored: &Stored,
        mut open: impl FnMut(&str) -> Result<Option<Shares>, VaultError>,
    ) -> Result<Self, VaultError> {
        let mut numbers = BTreeSet::from([0]);
        for (name, _) in stored.below(records::KEY_PENDING) {
            let rest = name.strip_prefix(records::KEY_PENDING).and_then(|rest| rest.strip_prefix('/'));
            // Directly below are the shares of a key that is being made.
            if let Some((number, _)) = rest.and_then(|rest| rest.split_once('/')) {
                numbers.insert(u32::from_str_radix(number, 16).map_err(|_| VaultError::Damaged)?);
            }
        }
        let mut this = Self::default();
        for number in numbers {
            if let Some(shares) = open(&record_name(number))? {
                this.add(number, shares);
            }
        }
        Ok(this)
    }

    /// Reads the pledge.
    ///
    /// # Errors
    /// [`VaultError`] if the record is damaged.
    pub(super) fn load_pledge(&mut self, plain: &[u8]) -> Result<(), VaultError> {
        self.pledge = Some(records::decode(plain)?);
        Ok(())
    }

    fn add(&mut self, number: u32, shares: Shares) {
        let digest = digest_of(&shares.infos());
        self.list.retain(|attempt| attempt.number != number);
        self.list.push(Attempt { number, shares, digest });
        self.list.sort_by_key(|attempt| attempt.number);
    }

    /// Adds the shares of a key that is being made, in the place of an earlier making's.
    pub(super) fn add_made(&mut self, shares: Shares) {
        self.add(0, shares);
    }

    /// Adds the shares of a reshare behind all others.
    pub(super) fn add_next(&mut self, shares: Shares) {
        self.add(self.next_number(), shares);
    }

    /// The number of the next reshare's shares.
    pub(super) fn next_number(&self) -> u32 {
        self.list.last().map_or(0, |attempt| attempt.number).saturating_add(1)
    }

    /// The attempt at these keys.
    pub(super) fn of(&self, digest: &KeyDigest) -> Option<&Attempt> {
        self.list.iter().find(|attempt| attempt.digest == *digest)
    }

    /// Takes the shares of these keys out, to be used.
    pub(super) fn take(&mut self, digest: &KeyDigest) -> Option<Shares> {
        let at = self.list.iter().position(|attempt| attempt.digest == *digest)?;
        Some(self.list.remove(at).shares)
    }

    /// The key that was made and is not in use yet.
    pub(super) fn made(&self) -> Option<&Attempt> {
        self.list.first().filter(|attempt| attempt.number == 0)
    }

    /// Whether there are shares of a reshare.
    pub(super) fn has_reshared(&self) -> bool {
        self.list.iter().any(|attempt| attempt.number > 0)
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.list.iter()
    }

    /// A device said itself that it holds new shares of these keys, all that it holds. Nobody's word counts for
    /// another's.
    pub(super) fn said(&mut self, from: DeviceId, held: impl IntoIterator<Item = KeyDigest>) {
        self.said.insert(from, held.into_iter().collect());
    }

    /// Notes that every one of `receivers` holds its share of these keys, if each said so; whether that is news.
    pub(super) fn acknowledge(&mut self, digest: &KeyDigest, receivers: &[DeviceId]) -> bool {
        let holds = |device| self.said.get(device).is_some_and(|held| held.contains(digest));
        receivers.iter().all(holds) && self.of(digest).is_some() && self.acknowledged.insert(*digest)
    }

    /// Notes that every receiver said so in the dealing's last round.
    pub(super) fn acknowledged_in_dealing(&mut self, digest: KeyDigest) {
        self.acknowledged.insert(digest);
    }

    /// Whether every receiver of these keys said that it holds its share.
    pub(super) fn is_acknowledged(&self, digest: &KeyDigest) -> bool {
        self.acknowledged.contains(digest)
    }

    /// The attempt that is to be tested: the latest that is acknowledged. A key that was never in use needs no
    /// acknowledgement: nothing is lost with it.
    pub(super) fn candidate(&self) -> Option<&Attempt> {
        let acknowledged = self.list.iter().rev().find(|attempt| self.is_acknowledged(&attempt.digest));
        acknowledged.or_else(|| self.made().filter(|_| !self.has_reshared()))
    }

    /// Whether this device is not pledged to a later attempt than this one (rules 3 and 4).
    pub(super) fn may_go_to(&self, attempt: &Attempt) -> bool {
        self.pledge.is_none_or(|pledge| pledge <= attempt.number)
    }

    /// Whether this device took part in a test signature of some attempt.
    pub(super) fn is_pledged(&self) -> bool {
        self.pledge.is_some()
    }

    /// Pledges this device to an attempt: gives what to store before its next message leaves, if it is not stored.
    pub(super) fn pledge(&mut self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || self.pledge == Some(number) {
            return None;
        }
        self.pledge = Some(number);
        Some(records::encode(&number))
    }

    /// What removes all of it from the disk.
    pub(super) fn drop_all(&mut self, stored: &Stored, batch: &mut Batch) {
        let mut names: BTreeSet<_> =
            stored.below(records::KEY_PENDING).map(|(name, _)| name.to_owned()).collect();
        names.extend(self.list.iter().flat_map(|attempt| {
            attempt
                .shares
                .iter()
                .map(|share| records::of_scheme(&record_name(attempt.number), share.scheme()))
        }));
        for name in names {
            batch.delete(name);
        }
        if stored.value(records::KEY_PLEDGE).is_some() || self.pledge.is_some() {
            batch.delete(records::KEY_PLEDGE);
        }
        *self = Self::default();
    }
}

/// Below which name the shares of an attempt are kept.
pub(super) fn record_name(number: u32) -> String {
    match number {
        0 => records::KEY_PENDING.to_owned(),
        _ => format!("{}/{number:08x}", records::KEY_PENDING),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::device::test_signing::tests::deal;

    const ONE: DeviceId = DeviceId([1; 32]);
    const TWO: DeviceId = DeviceId([2; 32]);

    fn shares(epoch: u32) -> Shares {
        let [mine, _] = deal(epoch);
        Shares::new(mine).unwrap()
    }

    fn digests(attempts: &Attempts) -> Vec<KeyDigest> {
        attempts.iter().map(|attempt| attempt.digest).collect()
    }

    #[test]
    fn a_later_attempt_replaces_none_but_a_key_made_anew_does() {
        let mut attempts = Attempts::default();
        attempts.add_made(shares(1));
        attempts.add_made(shares(5));
        attempts.add_next(shares(2));
        attempts.add_next(shares(3));
        let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!(attempts.made().unwrap().digest, digest_of(&shares(5).infos()));
        assert_eq!(record_name(0), "key/pending");
        assert_eq!(record_name(18), "key/pending/00000012");
    }

    #[test]
    fn every_receivers_own_word_is_needed_and_another_ones_does_not_count() {
        let mut attempts = Attempts::default();
        attempts.add_next(shares(2));
        attempts.add_next(shares(3));
        let [first, second] = digests(&attempts)[..] else { unreachable!("two were added") };
        attempts.said(ONE, [first, second]);
        assert!(!attempts.acknowledge(&first, &[ONE, TWO]));
        attempts.said(TWO, [second]);
        assert!(!attempts.acknowledge(&first, &[ONE, TWO]));
        assert!(attempts.candidate().is_none());
        attempts.said(TWO, [first]);
        assert!(attempts.acknowledge(&first, &[ONE, TWO]));
        assert!(!attempts.acknowledge(&first, &[ONE, TWO]), "no news");
        assert_eq!(attempts.candidate().unwrap().digest, first);
        attempts.acknowledged_in_dealing(second);
        assert_eq!(attempts.candidate().unwrap().digest, second, "the latest is tested");
    }

    #[test]
    fn a_pledge_is_stored_once_and_holds_against_earlier_attempts() {
        let mut attempts = Attempts::default();
        attempts.add_next(shares(2));
        attempts.add_next(shares(3));
        assert!(attempts.iter().all(|attempt| attempts.may_go_to(attempt)) && !attempts.is_pledged());
        let record = attempts.pledge(2).unwrap();
        assert_eq!(hex::encode(&record), "0102", "format, then the number");
        assert_eq!(attempts.pledge(2), None);
        let may: Vec<_> = attempts.iter().map(|attempt| attempts.may_go_to(attempt)).collect();
        assert_eq!(may, [false, true]);
        // The same after a restart.
        let mut again = Attempts::default();
        again.add_next(shares(2));
        again.load_pledge(&record).unwrap();
        assert!(again.iter().all(|attempt| !again.may_go_to(attempt)));
        assert!(again.load_pledge(&[2, 2]).is_err(), "a format of a later version");
    }

    #[test]
    fn a_key_that_was_made_is_tested_unless_the_device_joins_a_wallet() {
        let mut attempts = Attempts::default();
        attempts.add_made(shares(1));
        assert_eq!(attempts.candidate().unwrap().number, 0);
        attempts.add_next(shares(2));
        assert!(attempts.candidate().is_none());
    }
}
