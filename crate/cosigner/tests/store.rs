//! The file store passes the suite that every store passes, and tells damage and a second process by name.

use std::fs;

use symbolon_cosigner::store::FileStore;
use symbolon_wallet::store::conformance::conformance;
use symbolon_wallet::store::{Batch, Store, StoreError};

fn batch(key: &str, value: &[u8]) -> Batch {
    let mut batch = Batch::default();
    batch.put(key, value.to_vec());
    batch
}

#[tokio::test]
async fn the_file_store_does_what_every_store_must() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    conformance(|name| {
        let folder = root.join(name);
        async move { FileStore::open(&folder).unwrap() }
    })
    .await;
}

#[tokio::test]
async fn a_changed_byte_is_damage_and_not_an_empty_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FileStore::open(folder.path()).unwrap();
    store.apply(batch("a", b"1")).await.unwrap();
    drop(store);
    let file = folder.path().join("records");
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert_eq!(FileStore::open(folder.path()).err(), Some(StoreError::Damaged), "byte {at}");
    }
}

#[tokio::test]
async fn a_file_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records");
    fs::write(&file, b"symbolon records 2\nwhatever").unwrap();
    assert_eq!(FileStore::open(folder.path()).err(), Some(StoreError::Blocked));
    assert_eq!(fs::read(&file).unwrap(), b"symbolon records 2\nwhatever");
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = FileStore::open(folder.path()).unwrap();
    assert_eq!(FileStore::open(folder.path()).err(), Some(StoreError::Blocked));
}

#[tokio::test]
async fn a_batch_that_did_not_reach_its_place_leaves_the_old_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FileStore::open(folder.path()).unwrap();
    store.apply(batch("a", b"1")).await.unwrap();
    drop(store);
    // What a crash between writing and renaming leaves behind.
    fs::write(folder.path().join("records.new"), b"half a fi").unwrap();
    let mut store = FileStore::open(folder.path()).unwrap();
    assert_eq!(store.load("").await.unwrap().len(), 1);
    store.apply(batch("b", b"2")).await.unwrap();
    drop(store);
    assert_eq!(FileStore::open(folder.path()).unwrap().load("").await.unwrap().len(), 2);
}
