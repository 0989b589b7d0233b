//! Records in one file, replaced as a whole.
//!
//! A cosigner's records are few and small. Every batch writes the whole set to a new file, syncs it, renames it
//! over the old one and syncs the folder: after a crash at any moment, either the old set or the new one is there.
//! The new file is read back before it takes the old one's place, so that what a disk garbled never does. A checksum
//! tells damage from a file of another version.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use symbolon_wallet::store::{Batch, Change, Record, Store, StoreError};

/// What a faulty disk does to a file that was written to it.
#[cfg(test)]
type Fault = fn(&Path);

/// Records in a folder of their own, held by one process at a time.
pub struct FileStore {
    folder: PathBuf,
    records: BTreeMap<String, Vec<u8>>,
    // Held for its lock, which the system releases when the process ends, however it ends.
    _lock: File,
    #[cfg(test)]
    fault: Fault,
}

impl FileStore {
    /// Opens the store in `folder`, making it if it is missing.
    ///
    /// # Errors
    /// [`StoreError::Blocked`] if another process holds it, it cannot be made, or a later version wrote the file;
    /// [`StoreError::Damaged`] if the file is not what was written.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(platform)?;
        restrict(folder, 0o700)?;
        let lock = File::create(folder.join(LOCK)).map_err(platform)?;
        lock.try_lock().map_err(|_| StoreError::Blocked)?;
        let records = read(&folder.join(RECORDS))?;
        Ok(Self {
            folder: folder.to_owned(),
            records,
            _lock: lock,
            #[cfg(test)]
            fault: |_| {},
        })
    }

    fn write(&self, records: &BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        let body = postcard::to_allocvec(records).map_err(|_| StoreError::Unavailable)?;
        let new = self.folder.join(NEW);
        let mut file = File::create(&new).map_err(platform)?;
        restrict(&new, 0o600)?;
        file.write_all(MAGIC).map_err(platform)?;
        file.write_all(&Sha256::digest(&body)).map_err(platform)?;
        file.write_all(&body).map_err(platform)?;
        file.sync_all().map_err(platform)?;
        drop(file);
        #[cfg(test)]
        (self.fault)(&new);
        if read(&new)? != *records {
            return Err(StoreError::Damaged);
        }
        fs::rename(&new, self.folder.join(RECORDS)).map_err(platform)?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(platform)
    }
}

impl Store for FileStore {
    async fn load(&self, prefix: &str) -> Result<Vec<Record>, StoreError> {
        let found = self.records.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(found.map(|(key, value)| Record { key: key.clone(), value: value.clone() }).collect())
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), StoreError> {
        let mut records = self.records.clone();
        for change in batch.changes {
            match change {
                Change::Delete(key) => {
                    records.remove(&key);
                }
                Change::Put(record) => {
                    records.insert(record.key, record.value);
                }
            }
        }
        self.write(&records)?;
        self.records = records;
        Ok(())
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map_err(platform)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(platform(error)),
    };
    if bytes.strip_prefix(NAME).and_then(<[u8]>::first).is_some_and(|version| (b'2'..=b'9').contains(version))
    {
        return Err(StoreError::Blocked);
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(StoreError::Damaged)?;
    let (checksum, body) = rest.split_at_checked(32).ok_or(StoreError::Damaged)?;
    if Sha256::digest(body).as_slice() != checksum {
        return Err(StoreError::Damaged);
    }
    postcard::from_bytes(body).map_err(|_| StoreError::Damaged)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(platform)
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> Result<(), StoreError> {
    Ok(())
}

#[allow(clippy::needless_pass_by_value)] // used as a function of `map_err`
fn platform(error: std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::Blocked,
        _ => StoreError::Unavailable,
    }
}

const NAME: &[u8] = b"symbolon records ";
/// The name, and the version that this build writes.
const MAGIC: &[u8] = b"symbolon records 1\n";
const RECORDS: &str = "records";
const NEW: &str = "records.new";
const LOCK: &str = "lock";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn batch(key: &str, value: &[u8]) -> Batch {
        let mut batch = Batch::default();
        batch.put(key, value.to_vec());
        batch
    }

    #[tokio::test]
    async fn what_does_not_come_back_as_it_was_written_never_takes_the_old_records_place() {
        let faults: [(&str, Fault); 5] = [
            ("altered", |file| {
                let mut bytes = fs::read(file).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                fs::write(file, bytes).unwrap();
            }),
            ("cut", |file| {
                let bytes = fs::read(file).unwrap();
                fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
            }),
            ("empty", |file| fs::write(file, []).unwrap()),
            ("gone", |file| fs::remove_file(file).unwrap()),
            // Whole by its checksum, and not what was written.
            ("an earlier one", |file| {
                fs::copy(file.with_file_name(RECORDS), file).unwrap();
            }),
        ];
        for (name, fault) in faults {
            let folder = tempfile::tempdir().unwrap();
            let mut store = FileStore::open(folder.path()).unwrap();
            store.apply(batch("a", b"1")).await.unwrap();
            let before = fs::read(folder.path().join(RECORDS)).unwrap();
            store.fault = fault;
            assert_eq!(store.apply(batch("a", b"2")).await, Err(StoreError::Damaged), "{name}");
            assert_eq!(store.load("a").await.unwrap()[0].value, b"1", "{name}");
            assert_eq!(fs::read(folder.path().join(RECORDS)).unwrap(), before, "{name}");
            store.fault = |_| {};
            store.apply(batch("a", b"3")).await.unwrap();
            drop(store);
            let store = FileStore::open(folder.path()).unwrap();
            assert_eq!(store.load("a").await.unwrap()[0].value, b"3", "{name}");
        }
    }
}
