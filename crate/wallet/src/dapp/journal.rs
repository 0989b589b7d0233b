//! The journal of decisions: append-only, each entry bound to the one before by its hash.
//!
//! Activity says what became of a request and changes as the chain goes on. The journal says what was decided here,
//! and never changes: an entry that is missing, moved or edited breaks the chain, which is seen when the device
//! starts, said on screen, and ended by its owner only. Whoever cuts off its end leaves a whole chain behind; so its
//! head is also kept under the vault's seal (`crate::device`), and looked for when the vault opens.
//!
//! It holds no secret, and no text of a page.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::activity::Ending;
use super::record::{self, Unreadable};
use super::requests::Entry;
use crate::context::Context;
use crate::event::Timestamp;
use crate::request::RequestId;
use crate::store::{Batch, Change};
use crate::view::{JournalState, JournalView};
use crate::wallet::Wallet;

/// An entry, as it stands in the record `dapp/journal/` ‖ its number as 16 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// [`hash`] of the entry before; zero for the first.
    pub before: [u8; 32],
    pub at: Timestamp,
    pub decision: Decision,
    /// What decided.
    pub rule: Rule,
    /// By this the request, and every session for it, goes on all devices.
    pub request: RequestId,
    /// What was decided on: the digest that the screens show; of a policy, its digest.
    pub digest: Option<[u8; 32]>,
    /// Names of the devices that signed.
    pub devices: Vec<String>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Decision {
    Approved,
    Expired,
    /// A request of the activity from before there was a journal.
    Found,
    Rejected,
    /// The owner saw that the chain was broken, and began it anew from its last known head.
    Restarted,
    Signed,
    /// What this device does by its owner's standing word is something else from here on. (Last: the others are known
    /// by their places.)
    Policy,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rule {
    /// The owner of this device.
    Owner,
    /// The limit of an unattended device.
    Unattended,
    /// Nobody here: time, or other devices.
    Others,
}

/// Number and hash of an entry; what other devices may be told of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Counts from 1; 0 for none.
    pub number: u64,
    /// Of the entry; zero for none.
    pub hash: [u8; 32],
}

/// The chain, as far as it is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// The entry before the oldest one kept.
    base: Head,
    /// Hashes of the entries kept, oldest first.
    hashes: VecDeque<[u8; 32]>,
    broken: Option<JournalState>,
    /// The policy that the newest entry about one is of.
    policy: Option<[u8; 32]>,
    /// As it was before the present turn, for a write that fails.
    before_turn: Option<Box<Journal>>,
    /// While loading: what the records hold.
    read: BTreeMap<u64, Option<(Decided, [u8; 32])>>,
}

impl Journal {
    /// Takes a record while loading. A record of a newer version is an error; one that cannot be read breaks the
    /// chain.
    pub(crate) fn take(&mut self, key: &str, bytes: &[u8]) -> Result<(), Unreadable> {
        if key == record::POLICY {
            self.policy = Some(record::decode(bytes)?);
            return Ok(());
        }
        if key == record::JOURNAL_BASE {
            match record::decode(bytes) {
                Ok(base) => self.base = base,
                Err(Unreadable::Newer(version)) => return Err(Unreadable::Newer(version)),
                Err(Unreadable::Damaged) => self.broken = Some(JournalState::Edited { number: 0 }),
            }
            return Ok(());
        }
        let number = key.strip_prefix(record::JOURNAL).and_then(|hex| u64::from_str_radix(hex, 16).ok());
        let number = number.filter(|number| record_key(*number) == key).ok_or(Unreadable::Damaged)?;
        let entry = match record::decode::<Decided>(bytes) {
            Ok(entry) => Some((entry, hash(bytes))),
            Err(Unreadable::Newer(version)) => return Err(Unreadable::Newer(version)),
            Err(Unreadable::Damaged) => None,
        };
        self.read.insert(number, entry);
        Ok(())
    }

    /// After all records were taken: checks the chain.
    pub(crate) fn check(&mut self) {
        for (number, entry) in core::mem::take(&mut self.read) {
            let head = self.head();
            let state = match &entry {
                _ if number != head.number.saturating_add(1) => {
                    Some(JournalState::Missing { number: head.number.saturating_add(1) })
                }
                Some((entry, _)) if entry.number == number && entry.before == head.hash => None,
                _ => Some(JournalState::Edited { number }),
            };
            if state.is_some() && self.broken.is_none() {
                self.broken = state;
            }
            if state.is_some() {
                // Counts on from what is there, so that no number is given twice.
                self.base = Head { number, hash: entry.map_or([0; 32], |(_, hash)| hash) };
                self.hashes.clear();
            } else if let Some((_, hash)) = entry {
                self.hashes.push_back(hash);
            }
        }
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Head {
        let hash = self.hashes.back().copied().unwrap_or(self.base.hash);
        Head { number: self.base.number.saturating_add(self.hashes.len() as u64), hash }
    }

    /// Whether the chain has this entry; `None` if it is older than what is kept.
    pub(crate) fn has(&self, head: Head) -> Option<bool> {
        if head.number <= self.base.number {
            return (head.number == self.base.number).then_some(head.hash == self.base.hash);
        }
        let at = usize::try_from(head.number - self.base.number - 1).ok()?;
        Some(self.hashes.get(at) == Some(&head.hash))
    }

    /// Takes back what the turn added.
    pub(crate) fn take_back(&mut self) {
        if let Some(before) = self.before_turn.take() {
            *self = *before;
        }
    }

    /// Another event came, so what was added is durable.
    pub(crate) fn next_turn(&mut self) {
        self.before_turn = None;
    }

    pub(crate) fn view(&self) -> JournalView {
        let head = self.head();
        JournalView {
            entries: head.number,
            head: hex::encode(head.hash),
            state: self.broken.unwrap_or(JournalState::Whole),
        }
    }

    /// Names of all its records.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let first = self.base.number.saturating_add(1);
        let kept = (first..).take(self.hashes.len()).map(record_key);
        kept.chain([record::JOURNAL_BASE, record::POLICY].map(str::to_owned))
    }

    fn append(&mut self, mut entry: Decided) -> Batch {
        if self.before_turn.is_none() {
            self.before_turn = Some(Box::new(self.clone()));
        }
        let head = self.head();
        entry.number = head.number.saturating_add(1);
        entry.before = head.hash;
        let bytes = record::encode(&entry);
        self.hashes.push_back(hash(&bytes));
        let mut batch = Batch::default();
        batch.put(record_key(entry.number), bytes);
        while self.hashes.len() > MAX_KEPT {
            let Some(hash) = self.hashes.pop_front() else { break };
            self.base = Head { number: self.base.number.saturating_add(1), hash };
            batch.delete(record_key(self.base.number));
            batch.changes.extend(record::put(record::JOURNAL_BASE, &self.base).changes);
        }
        batch
    }
}

impl Wallet {
    /// Writes down which policy holds from now on, unless it is the one that held before.
    pub(super) fn journal_policy(&mut self, cx: &mut Context<'_>, digest: [u8; 32], before: [u8; 32]) {
        if self.dapp.unusable || self.dapp.journal.policy.unwrap_or(before) == digest {
            return;
        }
        self.decided(cx, Decision::Policy, Rule::Owner, RequestId([0; 16]), Some(digest), Vec::new());
        self.dapp.journal.policy = Some(digest);
        cx.store(record::put(record::POLICY, &digest));
    }

    /// Writes down that a request was approved here.
    pub(super) fn journal_approved(&mut self, cx: &mut Context<'_>, id: &RequestId, rule: Rule) {
        let approved = self.entry(id).and_then(|entry| entry.approved);
        self.decided(cx, Decision::Approved, rule, *id, approved, Vec::new());
    }

    /// Writes down how a request that asks for a signature ended.
    pub(super) fn journal_ended(
        &mut self,
        cx: &mut Context<'_>,
        entry: &Entry,
        ending: &Ending,
        devices: &[String],
    ) {
        let (decision, rule) = match ending {
            Ending::Rejected { message } if message.is_empty() => (Decision::Rejected, Rule::Owner),
            Ending::Rejected { .. } => (Decision::Rejected, Rule::Others),
            Ending::Expired => (Decision::Expired, Rule::Others),
            Ending::Confirmed { .. }
            | Ending::Failed { .. }
            | Ending::Replaced
            | Ending::Signed
            | Ending::Submitted => (Decision::Signed, Rule::Others),
        };
        let digest = entry.prepared.as_ref().map(|prepared| prepared.digest);
        self.decided(cx, decision, rule, entry.id, digest, devices.to_vec());
    }

    /// The newest entry; none while the records of this side cannot be used.
    pub(crate) fn journal_head(&self) -> Option<Head> {
        (!self.dapp.unusable).then(|| self.dapp.journal.head())
    }

    /// Whether the journal has this entry; none if that cannot be told any more.
    pub(crate) fn journal_has(&self, head: Head) -> Option<bool> {
        if self.dapp.unusable { None } else { self.dapp.journal.has(head) }
    }

    /// After loading: what was decided before there was a journal is its beginning.
    pub(super) fn begin_journal(&mut self, cx: &mut Context<'_>) {
        if self.dapp.unusable || self.dapp.journal.head().number > 0 || self.dapp.journal.broken.is_some() {
            return;
        }
        let earlier: Vec<_> = self.dapp.activity.iter().map(|done| (done.id, done.devices.clone())).collect();
        for (id, devices) in earlier {
            self.decided(cx, Decision::Found, Rule::Others, id, None, devices);
        }
    }

    /// The vault opened: the head under its seal must be in the chain. What came after it, while the vault was closed,
    /// is sealed now.
    pub(super) fn check_journal_head(&mut self, cx: &mut Context<'_>) {
        if self.dapp.unusable {
            return;
        }
        let sealed = self.sealed_journal_head();
        let journal = &mut self.dapp.journal;
        let head = journal.head();
        let broken = match sealed {
            Ok(Some(sealed)) if journal.has(sealed) == Some(false) && sealed.number > head.number => {
                // Counts on from the seal: no number is given twice, and to the others this device has not fallen back.
                journal.base = sealed;
                journal.hashes.clear();
                Some(JournalState::CutOff { number: sealed.number })
            }
            Ok(Some(sealed)) if journal.has(sealed) == Some(false) => {
                Some(JournalState::Edited { number: sealed.number })
            }
            Ok(_) => None,
            Err(_) => Some(JournalState::Edited { number: head.number }),
        };
        journal.broken = journal.broken.or(broken);
        if journal.broken.is_none() && head.number > 0 && sealed != Ok(Some(head)) {
            self.seal_journal_head(cx, head);
        }
    }

    /// The owner has seen that the chain is broken: it begins anew from the last head that is known.
    pub(super) fn restart_journal(&mut self, cx: &mut Context<'_>) {
        if self.dapp.journal.broken.is_none() {
            return;
        }
        let sealed = self.sealed_journal_head().ok().flatten().unwrap_or_default();
        let journal = &mut self.dapp.journal;
        if journal.before_turn.is_none() {
            journal.before_turn = Some(Box::new(journal.clone()));
        }
        let head = journal.head();
        let base = if sealed.number > head.number { sealed } else { head };
        let mut batch = Batch::default();
        batch.changes.extend(self.stored_names(record::JOURNAL).into_iter().map(Change::Delete));
        batch.changes.extend(record::put(record::JOURNAL_BASE, &base).changes);
        let journal = &mut self.dapp.journal;
        (journal.base, journal.broken) = (base, None);
        journal.hashes.clear();
        cx.store(batch);
        self.decided(cx, Decision::Restarted, Rule::Owner, RequestId([0; 16]), None, Vec::new());
        cx.view_changed();
    }

    fn decided(
        &mut self,
        cx: &mut Context<'_>,
        decision: Decision,
        rule: Rule,
        request: RequestId,
        digest: Option<[u8; 32]>,
        devices: Vec<String>,
    ) {
        let (number, before) = (0, [0; 32]);
        let entry = Decided { number, before, at: cx.now, decision, rule, request, digest, devices };
        let batch = self.dapp.journal.append(entry);
        cx.store(batch);
        // While it is broken the last good head stays sealed, or the break would be forgotten.
        if self.vault_open() && self.dapp.journal.broken.is_none() {
            self.seal_journal_head(cx, self.dapp.journal.head());
        }
    }
}

/// SHA-256 of domain ‖ the record's bytes.
fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(DOMAIN).chain_update(bytes).finalize().into()
}

fn record_key(number: u64) -> String {
    format!("{}{number:016x}", record::JOURNAL)
}

const DOMAIN: &[u8] = b"symbolon/journal/1";
/// Entries kept; the chain goes on from what was dropped.
const MAX_KEPT: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: Timestamp) -> Decided {
        Decided {
            number: 0,
            before: [0; 32],
            at,
            decision: Decision::Signed,
            rule: Rule::Owner,
            request: RequestId([7; 16]),
            digest: Some([8; 32]),
            devices: vec!["Laptop".to_owned()],
        }
    }

    /// The records of a chain of so many entries.
    fn chain(length: u64) -> BTreeMap<String, Vec<u8>> {
        let mut records = BTreeMap::new();
        let mut journal = Journal::default();
        for at in 0..length {
            apply(&mut records, journal.append(entry(at)));
        }
        records
    }

    fn apply(records: &mut BTreeMap<String, Vec<u8>>, batch: Batch) {
        for change in batch.changes {
            match change {
                Change::Delete(key) => drop(records.remove(&key)),
                Change::Put(record) => drop(records.insert(record.key, record.value)),
            }
        }
    }

    fn load(records: &BTreeMap<String, Vec<u8>>) -> Journal {
        let mut journal = Journal::default();
        for (key, bytes) in records {
            journal.take(key, bytes).unwrap();
        }
        journal.check();
        journal
    }

    #[test]
    fn a_whole_chain_is_whole_and_goes_on_where_it_ended() {
        let mut records = chain(5);
        let mut journal = load(&records);
        assert_eq!((journal.broken, journal.head().number), (None, 5));
        apply(&mut records, journal.append(entry(9)));
        assert_eq!((load(&records).broken, load(&records).head()), (None, journal.head()));
    }

    #[test]
    fn every_flipped_bit_of_every_entry_but_the_last_breaks_the_chain() {
        let records = chain(4);
        for (place, (key, bytes)) in records.iter().enumerate().take(3) {
            for bit in 8..bytes.len() * 8 {
                let mut edited = records.clone();
                edited.get_mut(key).unwrap()[bit / 8] ^= 1 << (bit % 8);
                let broken = load(&edited).broken.unwrap();
                let at = place as u64 + 1;
                let named = [JournalState::Edited { number: at }, JournalState::Edited { number: at + 1 }];
                assert!(named.contains(&broken), "entry {at}, bit {bit}: {broken:?}");
            }
        }
    }

    #[test]
    fn a_missing_entry_and_two_that_changed_places_break_the_chain() {
        let records = chain(4);
        for gone in 1..4 {
            let mut fewer = records.clone();
            fewer.remove(&record_key(gone)).unwrap();
            assert_eq!(load(&fewer).broken, Some(JournalState::Missing { number: gone }));
        }
        let mut swapped = records.clone();
        swapped.insert(record_key(2), records[&record_key(3)].clone());
        swapped.insert(record_key(3), records[&record_key(2)].clone());
        assert_eq!(load(&swapped).broken, Some(JournalState::Edited { number: 2 }));
    }

    /// A chain without its end is whole by itself; what was sealed, or told to another device, is not in it.
    #[test]
    fn a_chain_without_its_end_does_not_have_the_head_that_was_known() {
        let whole = load(&chain(4));
        let mut records = chain(4);
        records.remove(&record_key(4)).unwrap();
        let cut = load(&records);
        assert_eq!(
            (cut.broken, cut.has(whole.head()), whole.has(cut.head())),
            (None, Some(false), Some(true))
        );
        let other = Head { number: 3, hash: [1; 32] };
        assert_eq!(whole.has(other), Some(false));
    }

    #[test]
    fn old_entries_go_and_the_chain_stays_whole() {
        let records = chain(MAX_KEPT as u64 + 3);
        assert_eq!(records.len(), MAX_KEPT + 1);
        let journal = load(&records);
        assert_eq!((journal.broken, journal.head().number), (None, MAX_KEPT as u64 + 3));
        assert_eq!(journal.has(Head { number: 1, hash: [0; 32] }), None, "too old to be told");
        let mut without_base = records.clone();
        without_base.remove(record::JOURNAL_BASE).unwrap();
        assert_eq!(load(&without_base).broken, Some(JournalState::Missing { number: 1 }));
    }

    #[test]
    fn a_write_that_failed_leaves_the_chain_as_it_was() {
        let mut journal = load(&chain(2));
        let before = journal.head();
        journal.next_turn();
        journal.append(entry(5));
        journal.append(entry(6));
        journal.take_back();
        assert_eq!(journal.head(), before);
    }

    #[test]
    fn an_entry_is_always_the_same_bytes() {
        let (records, key) = (chain(2), record_key(2));
        assert_eq!(key, "dapp/journal/0000000000000002");
        let first = hash(&records[&record_key(1)]);
        // version, number, entry before, time, decision, rule, request, digest, devices
        let pinned = [&[1, 2][..], &first, &[1, 5, 0], &[7; 16], &[1], &[8; 32], &[1, 6], b"Laptop"].concat();
        assert_eq!(records[&key], pinned);
    }
}
