//! What every [`Store`] must do, as one suite that each of them runs.

use core::future::Future;

use super::{Batch, Record, Store};

/// Runs the suite; panics, with a sentence, at the first thing that a store does not do.
///
/// `make(name)` opens the storage called `name`, empty the first time. Opened again under the same name, after
/// the earlier value was dropped, it must hold what was applied: that is what "durable" means here.
pub async fn conformance<S, M, F>(make: M)
where
    S: Store,
    M: Fn(&'static str) -> F,
    F: Future<Output = S>,
{
    a_new_store_is_empty(&make).await;
    what_was_put_is_loaded(&make).await;
    records_come_sorted_and_by_prefix(&make).await;
    a_later_change_of_a_batch_wins(&make).await;
    removing_what_is_not_there_is_no_error(&make).await;
    an_empty_batch_changes_nothing(&make).await;
    what_was_applied_outlives_the_value(&make).await;
    large_and_strange_values_come_back_as_they_were(&make).await;
    stores_of_other_names_are_apart(&make).await;
}

async fn a_new_store_is_empty<S: Store, F: Future<Output = S>>(make: &impl Fn(&'static str) -> F) {
    let store = make("new").await;
    assert_eq!(load(&store, "").await, [], "a new store holds something");
}

async fn what_was_put_is_loaded<S: Store, F: Future<Output = S>>(make: &impl Fn(&'static str) -> F) {
    let mut store = make("put").await;
    put(&mut store, &[("a/1", b"one"), ("a/2", b"two")]).await;
    assert_eq!(
        load(&store, "").await,
        [record("a/1", b"one"), record("a/2", b"two")],
        "a put record is missing"
    );
    put(&mut store, &[("a/1", b"eins")]).await;
    assert_eq!(load(&store, "a/1").await, [record("a/1", b"eins")], "a put does not replace");
}

async fn records_come_sorted_and_by_prefix<S: Store, F: Future<Output = S>>(
    make: &impl Fn(&'static str) -> F,
) {
    let mut store = make("prefix").await;
    put(&mut store, &[("b/2", b""), ("a", b""), ("b/10", b""), ("b", b""), ("b0", b""), ("c/1", b"")]).await;
    let keys = |records: Vec<Record>| records.into_iter().map(|record| record.key).collect::<Vec<_>>();
    assert_eq!(
        keys(load(&store, "").await),
        ["a", "b", "b/10", "b/2", "b0", "c/1"],
        "records are not sorted by key"
    );
    assert_eq!(keys(load(&store, "b/").await), ["b/10", "b/2"], "a prefix selects something else");
    assert_eq!(keys(load(&store, "d").await), [""; 0], "a prefix of nothing selects something");
}

async fn a_later_change_of_a_batch_wins<S: Store, F: Future<Output = S>>(make: &impl Fn(&'static str) -> F) {
    let mut store = make("order").await;
    let mut batch = Batch::default();
    batch.put("k", b"first".to_vec());
    batch.delete("k");
    batch.put("k", b"last".to_vec());
    batch.put("gone", b"x".to_vec());
    batch.delete("gone");
    store.apply(batch).await.expect("a batch is applied");
    assert_eq!(load(&store, "").await, [record("k", b"last")], "changes of a batch are not applied in order");
}

async fn removing_what_is_not_there_is_no_error<S: Store, F: Future<Output = S>>(
    make: &impl Fn(&'static str) -> F,
) {
    let mut store = make("remove").await;
    put(&mut store, &[("k", b"v")]).await;
    let mut batch = Batch::default();
    batch.delete("nothing");
    batch.delete("k");
    store.apply(batch).await.expect("removing what is not there is no error");
    assert_eq!(load(&store, "").await, [], "a removed record is still there");
}

async fn an_empty_batch_changes_nothing<S: Store, F: Future<Output = S>>(make: &impl Fn(&'static str) -> F) {
    let mut store = make("empty").await;
    put(&mut store, &[("k", b"v")]).await;
    store.apply(Batch::default()).await.expect("an empty batch is applied");
    assert_eq!(load(&store, "").await, [record("k", b"v")], "an empty batch changed something");
}

async fn what_was_applied_outlives_the_value<S: Store, F: Future<Output = S>>(
    make: &impl Fn(&'static str) -> F,
) {
    let mut store = make("durable").await;
    put(&mut store, &[("k", b"v"), ("gone", b"v")]).await;
    let mut batch = Batch::default();
    batch.delete("gone");
    store.apply(batch).await.expect("a batch is applied");
    drop(store);
    let store = make("durable").await;
    assert_eq!(
        load(&store, "").await,
        [record("k", b"v")],
        "what was applied is not there after opening again"
    );
}

async fn large_and_strange_values_come_back_as_they_were<S: Store, F: Future<Output = S>>(
    make: &impl Fn(&'static str) -> F,
) {
    let mut store = make("large").await;
    let large: Vec<u8> = (0..1_000_000u32).map(|at| (at % 251) as u8).collect();
    let all: Vec<u8> = (0..=255).collect();
    let long_key = format!("long/{}", "k".repeat(195));
    put(
        &mut store,
        &[("large", &large), ("all", &all), ("none", b""), (&long_key, b"v"), ("Case", b"1"), ("case", b"2")],
    )
    .await;
    drop(store);
    let store = make("large").await;
    for (key, value) in [
        ("large", &large[..]),
        ("all", &all),
        ("none", b""),
        (&long_key, b"v"),
        ("Case", b"1"),
        ("case", b"2"),
    ] {
        let found = load(&store, key).await;
        assert!(found == [record(key, value)], "the value of {key} came back as something else");
    }
}

async fn stores_of_other_names_are_apart<S: Store, F: Future<Output = S>>(make: &impl Fn(&'static str) -> F) {
    let mut one = make("apart/one").await;
    let two = make("apart/two").await;
    put(&mut one, &[("k", b"v")]).await;
    assert_eq!(load(&two, "").await, [], "two stores share their records");
}

async fn load<S: Store>(store: &S, prefix: &str) -> Vec<Record> {
    store.load(prefix).await.expect("records are loaded")
}

async fn put<S: Store>(store: &mut S, records: &[(&str, &[u8])]) {
    let mut batch = Batch::default();
    for (key, value) in records {
        batch.put(*key, value.to_vec());
    }
    store.apply(batch).await.expect("a batch is applied");
}

fn record(key: &str, value: &[u8]) -> Record {
    Record { key: key.to_owned(), value: value.to_vec() }
}
