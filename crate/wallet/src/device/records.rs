//! The device side's records: their names, what is public in them, and what is known to be on the disk.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use symbolon_mpc::PartyIndex;
use symbolon_mpc::group::Scheme;

use crate::effect::Effect;
use crate::event::EffectId;
use crate::store::{Batch, Change, Record, RecordKey};
use crate::vault::VaultError;

pub(super) const HEADER: &str = "vault/header";
pub(super) const IDENTITY: &str = "device/identity";
/// Number and hash of the newest entry of the dApp side's journal.
pub(super) const JOURNAL_HEAD: &str = "device/journal-head";
/// The openings of the vault.
pub(super) const OPENINGS: &str = "device/openings";
pub(super) const SETTINGS: &str = "device/settings";
/// Below these one record for each root.
pub(super) const KEY_ACTIVE: &str = "key/active";
pub(super) const KEY_PENDING: &str = "key/pending";
pub(super) const KEY_PUBLIC: &str = "key/public";
pub(super) const KEY_KEPT: &str = "key/kept";
pub(super) const KEY_LIFE: &str = "key/life";
pub(super) const KEY_PLEDGE: &str = "key/pledge";
/// Below it, by device in hex, what is remembered of how far it had come.
pub(super) const WITNESS: &str = "device/witness/";
pub(super) const PEER: &str = "peer/";
pub(super) const APPROVAL: &str = "approval/";
pub(super) const QUORUM: &str = "quorum/";

/// What the store holds, as far as this process knows: all names, and the device side's values.
///
/// A host says that a write failed before it hands over any other event. What the last turn wrote is then taken
/// back here, and the device side starts again from what is left, exactly as after a crash.
#[derive(Default)]
pub(crate) struct Stored {
    names: BTreeSet<RecordKey>,
    values: BTreeMap<RecordKey, Vec<u8>>,
    /// What the last turn wrote over, in order.
    last_turn: Vec<(RecordKey, Option<Vec<u8>>)>,
    /// Answers to commands that were to follow a write of the last turn.
    replies: Vec<EffectId>,
}

impl Stored {
    pub(crate) fn load(records: &[Record]) -> Self {
        let mut this = Self::default();
        for record in records {
            this.names.insert(record.key.clone());
            if is_ours(&record.key) {
                this.values.insert(record.key.clone(), record.value.clone());
            }
        }
        this
    }

    /// Another event came, so what the last turn wrote is durable.
    pub(crate) fn next_turn(&mut self) {
        self.last_turn.clear();
        self.replies.clear();
    }

    /// Notes a batch that is handed to the host in this turn.
    pub(crate) fn note(&mut self, batch: &Batch) {
        for change in &batch.changes {
            let (key, value) = match change {
                Change::Delete(key) => {
                    self.names.remove(key);
                    (key, None)
                }
                Change::Put(record) => {
                    self.names.insert(record.key.clone());
                    (&record.key, Some(&record.value))
                }
            };
            if is_ours(key) {
                let before = match value {
                    Some(value) => self.values.insert(key.clone(), value.clone()),
                    None => self.values.remove(key),
                };
                self.last_turn.push((key.clone(), before));
            }
        }
    }

    /// Notes the effects of a turn: what it writes, and whom it answers after that.
    pub(crate) fn note_effects(&mut self, effects: &[Effect]) {
        let mut has_written = false;
        for effect in effects {
            match effect {
                Effect::Store(batch) => {
                    has_written = true;
                    self.note(batch);
                }
                Effect::Reply { reply, .. } if has_written => self.replies.push(*reply),
                _ => {}
            }
        }
    }

    /// The commands whose answers a failed write held back.
    pub(super) fn unanswered(&mut self) -> Vec<EffectId> {
        core::mem::take(&mut self.replies)
    }

    /// Takes back what the last turn wrote.
    pub(super) fn take_back(&mut self) {
        while let Some((key, before)) = self.last_turn.pop() {
            match before {
                Some(value) => {
                    self.names.insert(key.clone());
                    self.values.insert(key, value);
                }
                None => {
                    self.names.remove(&key);
                    self.values.remove(&key);
                }
            }
        }
    }

    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        self.values.get(key).map(Vec::as_slice)
    }

    /// The device side's records below `prefix`.
    pub(super) fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.values
            .range(prefix.to_owned()..)
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.as_str(), value.as_slice()))
    }

    /// Names of both sides' records below `prefix`.
    pub(super) fn names_below(&self, prefix: &str) -> Vec<RecordKey> {
        self.names.range(prefix.to_owned()..).take_while(|key| key.starts_with(prefix)).cloned().collect()
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.values.iter().map(|(key, value)| Record { key: key.clone(), value: value.clone() }).collect()
    }

    /// A batch that removes everything, the dApp side's records too.
    pub(super) fn erase(&self) -> Batch {
        Batch { changes: self.names.iter().cloned().map(Change::Delete).collect() }
    }
}

fn is_ours(key: &str) -> bool {
    ["vault/", "device/", "key/", PEER, APPROVAL, QUORUM].iter().any(|prefix| key.starts_with(prefix))
}

/// What is known of this device while it is locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Its id.
    pub(super) device: [u8; 32],
    /// Its name.
    pub(super) name: String,
    /// Its relay.
    pub(super) relay_url: String,
    /// Minutes without use until the vault locks.
    pub(super) auto_lock_minutes: u32,
}

/// The record of one root's share.
pub(super) fn of_scheme(key: &str, scheme: Scheme) -> RecordKey {
    format!("{key}/{}", scheme.name())
}

/// The record of the recovery file of a party that was dealt with the shares below a name.
pub(super) fn of_file(key: &str, party: PartyIndex) -> RecordKey {
    format!("{}{:04x}", file_prefix(key), party.value())
}

/// Below which name the recovery files are that were dealt with the shares below a name.
pub(super) fn file_prefix(key: &str) -> String {
    format!("{key}/file-")
}

/// A version byte, then postcard.
pub(super) fn encode(value: &impl Serialize) -> Vec<u8> {
    encode_as(FORMAT, value)
}

/// A record whose format has changed: its version, then postcard.
pub(super) fn encode_as(version: u8, value: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(value, vec![version]).expect("records have no field that postcard refuses")
}

/// Reads what [`encode`] wrote.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, VaultError> {
    decode_as(FORMAT, bytes)
}

/// Reads what [`encode_as`] wrote with this version.
pub(super) fn decode_as<T: DeserializeOwned>(expected: u8, bytes: &[u8]) -> Result<T, VaultError> {
    let (version, rest) = bytes.split_first().ok_or(VaultError::Damaged)?;
    match *version {
        version if version == expected => match postcard::take_from_bytes(rest) {
            Ok((value, [])) => Ok(value),
            _ => Err(VaultError::Damaged),
        },
        // No version ever wrote this.
        0 => Err(VaultError::Damaged),
        version => Err(VaultError::Version(version)),
    }
}

const FORMAT: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, value: &[u8]) -> Batch {
        let mut batch = Batch::default();
        batch.put(key, value.to_vec());
        batch
    }

    #[test]
    fn what_the_last_turn_wrote_is_taken_back() {
        let mut stored = Stored::load(&[Record { key: "key/public".to_owned(), value: b"old".to_vec() }]);
        stored.note(&put("peer/1", b"durable"));
        stored.next_turn();
        stored.note(&put("key/public", b"new"));
        stored.note(&put("key/public", b"newer"));
        stored.note(&put("peer/2", b"new"));
        stored.take_back();
        assert_eq!(stored.value("key/public"), Some(&b"old"[..]));
        assert_eq!(stored.value("peer/1"), Some(&b"durable"[..]));
        assert_eq!(stored.value("peer/2"), None);
    }

    #[test]
    fn erasing_names_every_record_of_both_sides() {
        let mut stored = Stored::load(&[Record { key: "request/1".to_owned(), value: vec![1] }]);
        stored.note(&put("key/public", b"x"));
        assert_eq!(stored.erase().changes.len(), 2);
    }
}
