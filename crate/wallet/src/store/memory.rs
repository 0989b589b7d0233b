//! Storage that lasts as long as the value: for tests, and the pattern that the others must behave like.

use std::collections::BTreeMap;

use super::{Batch, Change, Record, RecordKey, Store, StoreError};

/// Records in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    records: BTreeMap<RecordKey, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// All records, sorted by key.
    pub fn records(&self) -> Vec<Record> {
        self.records_below("")
    }

    /// Applies a batch.
    pub fn apply_now(&mut self, batch: Batch) {
        for change in batch.changes {
            match change {
                Change::Delete(key) => {
                    self.records.remove(&key);
                }
                Change::Put(record) => {
                    self.records.insert(record.key, record.value);
                }
            }
        }
    }

    fn records_below(&self, prefix: &str) -> Vec<Record> {
        self.records
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, value)| Record { key: key.clone(), value: value.clone() })
            .collect()
    }
}

impl Store for MemoryStore {
    async fn load(&self, prefix: &str) -> Result<Vec<Record>, StoreError> {
        Ok(self.records_below(prefix))
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.apply_now(batch);
        Ok(())
    }
}
