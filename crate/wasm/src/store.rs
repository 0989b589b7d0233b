//! Durable storage in IndexedDB.
//!
//! One database with one table of records, and one row elsewhere for the device key that wraps them. A batch is
//! one transaction of strict durability; afterwards it is read back, and only what stands there counts as stored.

use std::collections::BTreeMap;

use idb::{
    Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode,
};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use symbolon_wallet::store::{Batch, Change, Record, RecordKey, Store, StoreError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbTransaction};

use crate::error::{from_idb, thrown};
use crate::seal::DeviceKey;

/// A database of this origin.
#[derive(Debug)]
pub struct BrowserStore {
    database: Database,
    /// The same connection, for what `idb` does not offer.
    raw: IdbDatabase,
    key: DeviceKey,
}

impl BrowserStore {
    /// Opens the database, making it at the first time.
    ///
    /// # Errors
    /// [`StoreError::Blocked`] where the browser refuses storage or a newer build made the database,
    /// [`StoreError::Full`] where there is no room for it.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let factory = Factory::new().map_err(|error| from_idb(&error))?;
        let mut request = factory.open(name, Some(VERSION)).map_err(|error| from_idb(&error))?;
        request.on_upgrade_needed(|event| {
            // A failure here aborts the upgrade, which the awaited request reports.
            if let Ok(database) = event.database() {
                for table in [KEYS, RECORDS] {
                    let _ = database.create_object_store(table, ObjectStoreParams::new());
                }
            }
        });
        let raw = IdbDatabase::from(request.await.map_err(|error| from_idb(&error))?);
        let mut database = Database::from(raw.clone());
        // A newer build that wants to upgrade must not wait for this one for ever.
        database.on_version_change(|event| {
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        let key = device_key(&raw).await?;
        Ok(Self { database, raw, key })
    }

    /// Closes the database once running transactions have ended.
    pub fn close(self) {
        self.database.close();
    }

    async fn rows(&self, prefix: &str) -> Result<Vec<(RecordKey, JsValue)>, StoreError> {
        let transaction = self
            .database
            .transaction(&[RECORDS], TransactionMode::ReadOnly)
            .map_err(|error| from_idb(&error))?;
        let table = transaction.object_store(RECORDS).map_err(|error| from_idb(&error))?;
        let range = KeyRange::bound(&prefix.into(), &format!("{prefix}{LAST}").into(), None, None)
            .map_err(|error| from_idb(&error))?;
        // Both are asked before either is awaited: the transaction ends as soon as nothing is left to do in it.
        let names = table
            .get_all_keys(Some(Query::KeyRange(range.clone())), None)
            .map_err(|error| from_idb(&error))?;
        let values = table.get_all(Some(Query::KeyRange(range)), None).map_err(|error| from_idb(&error))?;
        let names = names.await.map_err(|error| from_idb(&error))?;
        let values = values.await.map_err(|error| from_idb(&error))?;
        if names.len() != values.len() {
            return Err(StoreError::Damaged);
        }
        names
            .into_iter()
            .zip(values)
            .map(|(name, value)| {
                let name = name.as_string().ok_or(StoreError::Damaged)?;
                Ok((name, value))
            })
            .collect()
    }

    /// What stands in the database under these names now.
    async fn read_back(&self, wanted: &BTreeMap<RecordKey, Option<Uint8Array>>) -> Result<(), StoreError> {
        let transaction = self
            .database
            .transaction(&[RECORDS], TransactionMode::ReadOnly)
            .map_err(|error| from_idb(&error))?;
        let table = transaction.object_store(RECORDS).map_err(|error| from_idb(&error))?;
        let mut requests = Vec::new();
        for (name, value) in wanted {
            let request = table.get(Query::Key(name.into())).map_err(|error| from_idb(&error))?;
            requests.push((request, value));
        }
        for (request, value) in requests {
            let found = request.await.map_err(|error| from_idb(&error))?;
            let found =
                found.and_then(|found| found.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec());
            if found != value.as_ref().map(Uint8Array::to_vec) {
                return Err(StoreError::Damaged);
            }
        }
        Ok(())
    }
}

impl Store for BrowserStore {
    /// A row that cannot be unwrapped is handed over empty. No reader takes that for a record, so each says what its
    /// damage means, and the owner can still erase the device: an error here would leave only a page without a way out.
    async fn load(&self, prefix: &str) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        for (key, row) in self.rows(prefix).await? {
            let value = match row.dyn_into() {
                Ok(wrapped) => self.key.unwrap(&key, &wrapped).await,
                Err(_) => Err(StoreError::Damaged),
            };
            let value = match value {
                Err(StoreError::Damaged) => Vec::new(),
                value => value?,
            };
            records.push(Record { key, value });
        }
        Ok(records)
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), StoreError> {
        // Wrapping awaits WebCrypto, and a transaction does not survive that: first wrap, then write.
        let mut changes: BTreeMap<RecordKey, Option<Uint8Array>> = BTreeMap::new();
        for change in batch.changes {
            match change {
                Change::Delete(key) => changes.insert(key, None),
                Change::Put(Record { key, value }) => {
                    let wrapped = self.key.wrap(&key, &value).await?;
                    changes.insert(key, Some(wrapped))
                }
            };
        }
        if changes.is_empty() {
            return Ok(());
        }
        let (transaction, ended) = strict(&self.raw, RECORDS)?;
        let table = transaction.object_store(RECORDS).map_err(|error| from_idb(&error))?;
        for (name, value) in &changes {
            match value {
                Some(value) => table.put(value, Some(&name.into())).map(drop),
                None => table.delete(Query::Key(name.into())).map(drop),
            }
            .map_err(|error| from_idb(&error))?;
        }
        ended.wait().await?;
        self.read_back(&changes).await
    }
}

/// Reads the device key, or makes it. Two hosts that race for the first one end with the same key.
async fn device_key(database: &IdbDatabase) -> Result<DeviceKey, StoreError> {
    let fresh = DeviceKey::generate().await?;
    let (transaction, ended) = strict(database, KEYS)?;
    let table = transaction.object_store(KEYS).map_err(|error| from_idb(&error))?;
    let row = JsValue::from_str(DEVICE_KEY);
    let found = table.get(Query::Key(row.clone())).map_err(|error| from_idb(&error))?;
    let found = found.await.map_err(|error| from_idb(&error))?;
    if found.is_none() {
        table.put(fresh.as_stored(), Some(&row)).map_err(|error| from_idb(&error))?;
    }
    ended.wait().await?;
    found.map_or(Ok(fresh), DeviceKey::from_stored)
}

/// End of a transaction: committed, or aborted with the reason that only the transaction knows.
struct Ended {
    promise: Promise,
    _callbacks: [Closure<dyn FnMut()>; 2],
}

impl Ended {
    fn of(transaction: &IdbTransaction) -> Self {
        let mut callbacks = None;
        let promise = Promise::new(&mut |resolve: Function, reject: Function| {
            let aborted = transaction.clone();
            let complete = Closure::once(move || {
                let _ = resolve.call0(&JsValue::NULL);
            });
            let abort = Closure::once(move || {
                let reason = aborted.error().map_or(JsValue::NULL, JsValue::from);
                let _ = reject.call1(&JsValue::NULL, &reason);
            });
            transaction.set_oncomplete(Some(complete.as_ref().unchecked_ref()));
            transaction.set_onabort(Some(abort.as_ref().unchecked_ref()));
            callbacks = Some([complete, abort]);
        });
        let callbacks = callbacks.expect("a promise runs its executor at once (ECMA-262, 27.2.3.1)");
        Self { promise, _callbacks: callbacks }
    }

    async fn wait(self) -> Result<(), StoreError> {
        JsFuture::from(self.promise.clone()).await.map(drop).map_err(|reason| thrown(&reason))
    }
}

/// A writing transaction that is on the disk when it completes. `idb` cannot ask for that durability by itself.
fn strict(database: &IdbDatabase, table: &str) -> Result<(Transaction, Ended), StoreError> {
    let options = Object::new();
    let begin = || -> Result<JsValue, JsValue> {
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let method: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
        method.call3(database, &Array::of1(&table.into()), &"readwrite".into(), &options)
    };
    let transaction: IdbTransaction =
        begin().map_err(|error| thrown(&error))?.dyn_into().map_err(|_| StoreError::Unavailable)?;
    let ended = Ended::of(&transaction);
    Ok((transaction.into(), ended))
}

const DEVICE_KEY: &str = "device";
const KEYS: &str = "keys";
/// Sorts after every ASCII character, so it closes the range of a prefix.
const LAST: char = '\u{ffff}';
const RECORDS: &str = "records";
const VERSION: u32 = 1;
