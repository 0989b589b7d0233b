//! What was decided stays written down as it was, or the owner is told (R40).

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::setup::config;
use symbolon_tests::{Snapshot, World};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::{Batch, MemoryStore, StoreError};
use symbolon_wallet::view::{DeviceKind, JournalState, Phase};

/// Two devices that have sent once: two decisions on each, an approval and a signature.
fn sent() -> World {
    let mut world = Snapshot::of(World::wallet(61, 2, 2), 61).world();
    send(&mut world);
    world
}

fn send(world: &mut World) {
    let before = world.node.sent.len();
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == before + 1));
    assert!(world.run_until(60_000, |world| (0..2).all(|index| world.requests(index).is_empty())));
}

/// The owner closes the browser; somebody does this to its disk; the owner opens it again.
fn after(world: &mut World, change: impl FnOnce(&mut MemoryStore)) -> JournalState {
    world.close(0);
    change(&mut world.devices[0].store);
    world.restart(0);
    world.view(0).journal.state
}

fn entry(number: u64) -> String {
    format!("dapp/journal/{number:016x}")
}

fn value(store: &MemoryStore, key: &str) -> Vec<u8> {
    store.records().into_iter().find(|record| record.key == key).unwrap().value
}

fn put(store: &mut MemoryStore, key: &str, value: Vec<u8>) {
    let mut batch = Batch::default();
    batch.put(key, value);
    store.apply_now(batch);
}

fn delete(store: &mut MemoryStore, key: &str) {
    let mut batch = Batch::default();
    batch.delete(key);
    store.apply_now(batch);
}

#[test]
fn both_devices_write_down_the_approval_and_the_signature() {
    let mut world = sent();
    for index in 0..2 {
        let journal = world.view(index).journal;
        assert_eq!((journal.entries, journal.state), (2, JournalState::Whole), "device {index}");
    }
    assert_eq!(after(&mut world, |_| ()), JournalState::Whole);
    assert_eq!(world.view(0).journal.entries, 2);
}

#[test]
fn a_rejection_is_written_down_on_both() {
    let mut world = sent();
    world.send(0).unwrap();
    assert!(world.run_until(60_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(1)[0].id.clone();
    world.command(1, Command::Reject { request }).unwrap();
    assert!(world.run_until(60_000, |world| world.requests(0).is_empty()));
    assert_eq!([0, 1].map(|index| world.view(index).journal.entries), [3, 3]);
}

#[test]
fn entries_that_are_gone_edited_or_moved_are_named() {
    let edited = |world: &mut World, number| {
        after(world, |store| {
            let mut bytes = value(store, &entry(number));
            *bytes.last_mut().unwrap() ^= 1;
            put(store, &entry(number), bytes);
        })
    };
    let missing = |number| move |store: &mut MemoryStore| delete(store, &entry(number));
    let two = || {
        let mut world = sent();
        send(&mut world);
        assert_eq!(world.view(0).journal.entries, 4);
        world
    };
    for number in 1..4 {
        assert_eq!(after(&mut two(), missing(number)), JournalState::Missing { number });
        let named = [JournalState::Edited { number }, JournalState::Edited { number: number + 1 }];
        assert!(named.contains(&edited(&mut two(), number)), "entry {number}");
    }
    // The last one is bound by nothing but the sealed head.
    assert_eq!(after(&mut two(), missing(4)), JournalState::CutOff { number: 4 });
    assert_eq!(edited(&mut two(), 4), JournalState::Edited { number: 4 });
    let swapped = after(&mut two(), |store| {
        let (one, other) = (value(store, &entry(2)), value(store, &entry(3)));
        put(store, &entry(2), other);
        put(store, &entry(3), one);
    });
    assert_eq!(swapped, JournalState::Edited { number: 2 });
    let emptied = after(&mut two(), |store| {
        for number in 1..=4 {
            delete(store, &entry(number));
        }
    });
    assert_ne!(emptied, JournalState::Whole, "an empty journal is not a new one");
}

#[test]
fn a_broken_journal_is_told_stops_nothing_and_stays_told_until_its_owner_begins_a_new_one() {
    let mut world = sent();
    let state = after(&mut world, |store| delete(store, &entry(2)));
    assert_eq!(state, JournalState::CutOff { number: 2 });
    assert_eq!(world.view(0).phase, Phase::Ready);
    let told = |world: &World| world.view(0).notices.iter().any(|notice| notice.code == "journal/broken");
    assert!(told(&world));
    assert!(world.run_until(60_000, World::all_online));
    send(&mut world);
    assert_ne!(after(&mut world, |_| ()), JournalState::Whole, "later decisions do not cover it up");
    world.command(0, Command::RestartJournal).unwrap();
    assert_eq!(world.view(0).journal.state, JournalState::Whole);
    assert!(!told(&world));
    let entries = world.view(0).journal.entries;
    assert!(entries > 3, "no number is given twice");
    assert_eq!(after(&mut world, |_| ()), JournalState::Whole);
    assert_eq!(world.view(0).journal.entries, entries);
}

#[test]
fn a_sealed_head_that_cannot_be_read_is_told() {
    let mut world = sent();
    let state = after(&mut world, |store| {
        let mut bytes = value(store, "device/journal-head");
        *bytes.last_mut().unwrap() ^= 1;
        put(store, "device/journal-head", bytes);
    });
    assert_eq!(state, JournalState::Edited { number: 2 });
}

#[test]
fn what_was_decided_while_the_vault_was_closed_is_sealed_at_the_next_opening() {
    let mut world = sent();
    world.send(0).unwrap();
    assert!(world.run_until(60_000, |world| !world.requests(0).is_empty()));
    world.command(0, Command::Lock).unwrap();
    world.run(15 * 60_000);
    world.unlock(0).unwrap();
    assert_eq!((world.view(0).journal.entries, world.view(0).journal.state), (3, JournalState::Whole));
    assert_eq!(after(&mut world, |store| delete(store, &entry(3))), JournalState::CutOff { number: 3 });
}

#[test]
fn a_write_that_fails_leaves_a_whole_journal() {
    let start = Snapshot::of(World::wallet(61, 2, 2), 61);
    let first = start.world().devices[0].writes;
    for at in first..first + 30 {
        let mut world = start.world();
        world.devices[0].fail_write = Some((at + 1, StoreError::Full));
        let _ = world.try_send(0);
        world.run(2_000);
        for index in [0, 1, 0] {
            world.approve_all(index);
            world.run(1_000);
        }
        world.run(30_000);
        assert_eq!(world.view(0).journal.state, JournalState::Whole, "write {at}");
        assert_eq!(after(&mut world, |_| ()), JournalState::Whole, "write {at}");
    }
}

/// A wallet of a build without a journal: what its activity holds is the journal's beginning.
#[test]
fn the_activity_of_an_earlier_build_is_found_and_chained() {
    let records: std::collections::BTreeMap<String, String> =
        serde_json::from_str(include_str!("../captured/records-1.json")).unwrap();
    let mut store = MemoryStore::new();
    for (key, text) in records {
        put(&mut store, &key, hex::decode(text).unwrap());
    }
    let mut world = World::new(61);
    world.add_with_disk(config(DeviceKind::Browser), store, None);
    world.unlock(0).unwrap();
    assert_eq!((world.view(0).journal.entries, world.view(0).journal.state), (1, JournalState::Whole));
    assert_eq!(after(&mut world, |_| ()), JournalState::Whole);
    assert_eq!(world.view(0).journal.entries, 1);
    // Found once more, it is not what was written at first.
    assert_eq!(after(&mut world, |store| delete(store, &entry(1))), JournalState::Edited { number: 1 });
}
