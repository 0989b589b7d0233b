//! The browser's store, in a real browser's IndexedDB.
#![cfg(target_arch = "wasm32")]

use idb::{Factory, ObjectStoreParams, Query, TransactionMode};
use js_sys::Uint8Array;
use symbolon_wallet::store::{Batch, Record, Store, StoreError, conformance};
use symbolon_wasm::error::thrown;
use symbolon_wasm::store::BrowserStore;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn record(key: &str, value: &[u8]) -> Record {
    Record { key: key.into(), value: value.into() }
}

fn batch(records: &[(&str, &[u8])]) -> Batch {
    let mut batch = Batch::default();
    for (key, value) in records {
        batch.put(*key, value.to_vec());
    }
    batch
}

/// The bytes that stand in the database, past the store.
async fn raw(name: &str, key: &str) -> Vec<u8> {
    let database = Factory::new().unwrap().open(name, None).unwrap().await.unwrap();
    let transaction = database.transaction(&["records"], TransactionMode::ReadOnly).unwrap();
    let table = transaction.object_store("records").unwrap();
    let value = table.get(Query::Key(key.into())).unwrap().await.unwrap().unwrap();
    database.close();
    value.unchecked_into::<Uint8Array>().to_vec()
}

async fn overwrite(name: &str, key: &str, bytes: &[u8]) {
    let database = Factory::new().unwrap().open(name, None).unwrap().await.unwrap();
    let transaction = database.transaction(&["records"], TransactionMode::ReadWrite).unwrap();
    let table = transaction.object_store("records").unwrap();
    table.put(&Uint8Array::from(bytes), Some(&key.into())).unwrap().await.unwrap();
    transaction.await.unwrap();
    database.close();
}

#[wasm_bindgen_test]
async fn it_does_what_every_store_must_do() {
    conformance(async |name| BrowserStore::open(&format!("conformance-{name}")).await.unwrap()).await;
}

#[wasm_bindgen_test]
async fn what_was_stored_is_there_after_opening_again() {
    let mut store = BrowserStore::open("again").await.unwrap();
    store.apply(batch(&[("b/2", b"two"), ("b/1", b"one"), ("a", b"")])).await.unwrap();
    store.close();
    let store = BrowserStore::open("again").await.unwrap();
    assert_eq!(store.load("b/").await.unwrap(), [record("b/1", b"one"), record("b/2", b"two")]);
    assert_eq!(store.load("").await.unwrap().len(), 3);
}

#[wasm_bindgen_test]
async fn the_last_change_of_a_key_wins() {
    let mut store = BrowserStore::open("last").await.unwrap();
    let mut changes = batch(&[("gone", b"x"), ("kept", b"x")]);
    changes.delete("gone");
    changes.put("kept", b"y".to_vec());
    changes.delete("never-there");
    store.apply(changes).await.unwrap();
    assert_eq!(store.load("").await.unwrap(), [record("kept", b"y")]);
}

#[wasm_bindgen_test]
async fn a_value_does_not_stand_in_the_database_in_clear() {
    let mut store = BrowserStore::open("clear").await.unwrap();
    let secret = b"a string that is easy to find";
    store.apply(batch(&[("k", secret)])).await.unwrap();
    let bytes = raw("clear", "k").await;
    assert_eq!(bytes.len(), 12 + secret.len() + 16);
    assert!(!bytes.windows(8).any(|window| window == &secret[..8]));
}

#[wasm_bindgen_test]
async fn a_flipped_bit_is_damage_and_handed_over_empty() {
    let mut store = BrowserStore::open("bit").await.unwrap();
    store.apply(batch(&[("k", b"value")])).await.unwrap();
    let mut bytes = raw("bit", "k").await;
    *bytes.last_mut().unwrap() ^= 1;
    overwrite("bit", "k", &bytes).await;
    assert_eq!(store.load("").await.unwrap(), [record("k", b"")]);
}

/// A disk that does not do what it says, under the store called `name`: from now on `method` of its table does `instead`,
/// where `real` is what it should do.
fn fault(name: &str, method: &str, instead: &str) {
    let code = format!(
        "const real = IDBObjectStore.prototype.{method};
        IDBObjectStore.prototype.{method} = function (...given) {{
            if (this.transaction.db.name !== '{name}') return real.apply(this, given);
            {instead}
        }};"
    );
    js_sys::Function::new_no_args(&code).call0(&JsValue::NULL).unwrap();
}

#[wasm_bindgen_test]
async fn what_does_not_come_back_as_it_was_written_is_no_write() {
    for (name, method, instead) in [
        ("swapped", "put", "given[0] = given[0].slice(); given[0][0] ^= 1; return real.apply(this, given);"),
        ("cut", "put", "given[0] = given[0].slice(1); return real.apply(this, given);"),
        ("other kind", "put", "given[0] = String(given[0]); return real.apply(this, given);"),
        ("swallowed", "put", "return this.count();"),
        ("kept", "delete", "return this.count();"),
    ] {
        let mut store = BrowserStore::open(name).await.unwrap();
        store.apply(batch(&[("before", b"x")])).await.unwrap();
        fault(name, method, instead);
        let mut changes = batch(&[]);
        match method {
            "put" => changes.put("k", b"value".to_vec()),
            _ => changes.delete("before"),
        }
        assert_eq!(store.apply(changes).await, Err(StoreError::Damaged), "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_write_that_the_browser_gives_up_is_told_by_its_reason() {
    let mut store = BrowserStore::open("aborted").await.unwrap();
    fault("aborted", "put", "const it = real.apply(this, given); this.transaction.abort(); return it;");
    // No error at all comes with this: it is nobody's quota and nobody's permission.
    assert_eq!(store.apply(batch(&[("k", b"value")])).await, Err(StoreError::Unavailable));
    assert!(store.load("").await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn a_record_under_another_records_name_is_handed_over_empty() {
    let mut store = BrowserStore::open("name").await.unwrap();
    store.apply(batch(&[("k", b"value"), ("l", b"value")])).await.unwrap();
    overwrite("name", "l", &raw("name", "k").await).await;
    assert_eq!(store.load("l").await.unwrap(), [record("l", b"")]);
}

#[wasm_bindgen_test]
async fn a_row_that_is_too_short_is_handed_over_empty() {
    let mut store = BrowserStore::open("short").await.unwrap();
    store.apply(batch(&[("k", b"value")])).await.unwrap();
    overwrite("short", "k", &[1, 2, 3]).await;
    assert_eq!(store.load("").await.unwrap(), [record("k", b"")]);
}

#[wasm_bindgen_test]
async fn records_whose_device_key_is_gone_are_handed_over_empty() {
    let mut store = BrowserStore::open("keyless").await.unwrap();
    store.apply(batch(&[("k", b"value"), ("l", b"value")])).await.unwrap();
    store.close();
    let database = Factory::new().unwrap().open("keyless", None).unwrap().await.unwrap();
    let transaction = database.transaction(&["keys"], TransactionMode::ReadWrite).unwrap();
    transaction.object_store("keys").unwrap().clear().unwrap().await.unwrap();
    transaction.await.unwrap();
    database.close();
    let store = BrowserStore::open("keyless").await.unwrap();
    assert_eq!(store.load("").await.unwrap(), [record("k", b""), record("l", b"")]);
}

#[wasm_bindgen_test]
async fn the_device_key_cannot_be_taken_out() {
    BrowserStore::open("key").await.unwrap().close();
    let database = Factory::new().unwrap().open("key", None).unwrap().await.unwrap();
    let transaction = database.transaction(&["keys"], TransactionMode::ReadOnly).unwrap();
    let table = transaction.object_store("keys").unwrap();
    let key = table.get(Query::Key("device".into())).unwrap().await.unwrap().unwrap();
    let key: web_sys::CryptoKey = key.dyn_into().unwrap();
    assert!(!key.extractable());
}

#[wasm_bindgen_test]
async fn two_hosts_that_race_for_the_first_opening_read_each_other() {
    let (first, second) = futures_join(BrowserStore::open("race"), BrowserStore::open("race")).await;
    let mut first = first.unwrap();
    first.apply(batch(&[("k", b"value")])).await.unwrap();
    assert_eq!(second.unwrap().load("").await.unwrap(), [record("k", b"value")]);
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_build_is_left_alone() {
    let mut request = Factory::new().unwrap().open("newer", Some(99)).unwrap();
    request.on_upgrade_needed(|event| {
        use idb::DatabaseEvent;
        event.database().unwrap().create_object_store("records", ObjectStoreParams::new()).unwrap();
    });
    request.await.unwrap().close();
    assert_eq!(BrowserStore::open("newer").await.unwrap_err(), StoreError::Blocked);
}

#[wasm_bindgen_test]
fn a_full_disk_is_told_from_other_failures() {
    assert_eq!(thrown(&exception("QuotaExceededError")), StoreError::Full);
    assert_eq!(thrown(&exception("SecurityError")), StoreError::Blocked);
    assert_eq!(thrown(&exception("UnknownError")), StoreError::Unavailable);
    assert_eq!(thrown(&JsValue::NULL), StoreError::Unavailable);
}

#[wasm_bindgen_test]
async fn an_empty_batch_is_no_error() {
    let mut store = BrowserStore::open("empty").await.unwrap();
    store.apply(Batch::default()).await.unwrap();
    assert!(store.load("").await.unwrap().is_empty());
}

fn exception(name: &str) -> JsValue {
    web_sys::DomException::new_with_message_and_name("", name).unwrap().into()
}

/// Polls both to their end, in turns.
async fn futures_join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    use core::pin::pin;
    use core::task::Poll;
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut done_a, mut done_b) = (None, None);
    core::future::poll_fn(move |context| {
        if done_a.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            done_a = Some(value);
        }
        if done_b.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            done_b = Some(value);
        }
        match (done_a.take(), done_b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (done_a, done_b) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}
