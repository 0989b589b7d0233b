//! What every host's storage must do, and the suite that proves it does.
//!
//! Two methods only. The wallet itself never calls them: a host loads everything once, and afterwards performs
//! [`crate::effect::Effect::Store`] in order with all other effects, so that what is stored is durable before
//! what follows is sent.

#[cfg(feature = "testing")]
pub mod conformance;
mod memory;

use core::future::Future;

use serde::{Deserialize, Serialize};

#[cfg(feature = "testing")]
pub use conformance::conformance;
pub use memory::MemoryStore;

/// Name of a record: a path such as `vault/header` or `request/000012`. ASCII, at most 200 bytes.
pub type RecordKey = String;

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub key: RecordKey,
    /// Its bytes, sealed by the vault where they are secret.
    pub value: Vec<u8>,
}

/// A list of changes that happen together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Changes in order; a later one to the same key wins.
    pub changes: Vec<Change>,
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Removes a record; removing what is not there is no error.
    Delete(RecordKey),
    /// Writes a record over whatever was there.
    Put(Record),
}

impl Batch {
    /// Appends a write.
    pub fn put(&mut self, key: impl Into<RecordKey>, value: Vec<u8>) {
        self.changes.push(Change::Put(Record { key: key.into(), value }));
    }

    /// Appends a removal.
    pub fn delete(&mut self, key: impl Into<RecordKey>) {
        self.changes.push(Change::Delete(key.into()));
    }
}

/// Why storage did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum StoreError {
    /// The platform refuses storage: private mode, another version holds the database, no permission.
    #[error("storage is blocked")]
    Blocked,
    /// What was read is not what was written.
    #[error("storage is damaged")]
    Damaged,
    /// No space left.
    #[error("storage is full")]
    Full,
    /// Any other platform error; may be retried.
    #[error("storage failed")]
    Unavailable,
}

/// Durable storage of one device. Browser engines are asynchronous, so the methods are.
pub trait Store {
    /// All records whose key starts with `prefix`, sorted by key.
    fn load(&self, prefix: &str) -> impl Future<Output = Result<Vec<Record>, StoreError>>;

    /// Applies a batch: all or nothing, durable when this returns.
    fn apply(&mut self, batch: Batch) -> impl Future<Output = Result<(), StoreError>>;
}
