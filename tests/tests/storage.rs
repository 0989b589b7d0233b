//! A disk that lost or garbled something: every kind of record, in every way, is told by name or does no harm.
//!
//! The table of what a missing or damaged record means stands in docs/at-rest.md. Here it is gone through record by
//! record: the process never ends, nothing is written over, and with the record back in its place the wallet signs.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use symbolon_tests::World;
use symbolon_tests::setup::{PASSWORD, config};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::{Batch, MemoryStore, StoreError};
use symbolon_wallet::view::{DeviceKind, Phase};

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A byte in the middle differs.
    Altered,
    /// The second half is missing.
    Cut,
    Empty,
    Gone,
    /// The version byte is one more.
    Newer,
    /// The version byte is zero, which no build ever wrote.
    Unversioned,
}

use Fault::{Altered, Cut, Empty, Gone, Newer, Unversioned};

const FAULTS: [Fault; 6] = [Altered, Cut, Empty, Gone, Newer, Unversioned];

/// What the owner sees of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Nothing but this notice, and the way to erase the device.
    Unusable(&'static str),
    /// The wallet, with this notice.
    Notice(&'static str),
    /// The wallet as it was: the record is made anew, or what it held was of no weight.
    Nothing,
    /// Either of them. Public records carry no check of their own: the store beneath has one, and hands them over empty.
    Anything,
}

const DAMAGED: Seen = Seen::Unusable("store/damaged");

/// docs/at-rest.md, *When something is missing or damaged*.
fn expected(key: &str, fault: Fault) -> Seen {
    let below = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    match fault {
        Newer => Seen::Unusable("store/newer-version"),
        _ if below(&["key/active/file-"]) => Seen::Notice("recovery/file-gone"),
        Gone if below(&[
            "vault/",
            "device/identity",
            "device/settings",
            "key/active",
            "key/pending",
            "key/public",
        ]) =>
        {
            DAMAGED
        }
        Gone if below(&["peer/"]) => Seen::Notice("device/link-gone"),
        _ if below(&["dapp/journal/"]) => Seen::Notice("journal/broken"),
        Gone => Seen::Nothing,
        _ if below(&["device/journal-head"]) => Seen::Notice("journal/broken"),
        Altered if below(&["dapp/", "device/settings", "key/public"]) => Seen::Anything,
        _ => DAMAGED,
    }
}

/// Devices of a wallet, all of them ended, and the chain's transactions.
struct Disks {
    stores: Vec<MemoryStore>,
    now: u64,
    sent: Vec<Vec<u8>>,
}

impl Disks {
    fn of(world: World) -> Self {
        let (now, sent) = (world.now, world.node.sent);
        let stores = world.devices.into_iter().map(|device| device.into_disk().1).collect();
        Self { stores, now, sent }
    }

    /// A world in which all have just started, locked.
    fn world(&self) -> World {
        let mut world = World::new(83);
        (world.now, world.node.sent) = (self.now, self.sent.clone());
        for (store, kind) in self.stores.iter().zip([DeviceKind::Browser, DeviceKind::Phone]) {
            world.add_with_disk(config(kind), store.clone(), None);
        }
        world
    }

    fn keys(&self) -> Vec<String> {
        self.stores[0].records().into_iter().map(|record| record.key).collect()
    }
}

/// A wallet of two with a passkey, that has sent once and was asked to send again: approved here, and not there.
fn asked() -> Disks {
    let mut world = World::wallet(81, 2, 2);
    add_passkey(&mut world);
    world.command(0, Command::SelectNetwork { chain_id: 10 }).unwrap();
    world.command(0, Command::SelectNetwork { chain_id: 1 }).unwrap();
    send(&mut world);
    world.call(0, 1, "a", "eth_requestAccounts", "[]");
    world.run(1_000);
    world.approve_all(0);
    world.send(0).unwrap();
    assert!(world.approve(0));
    world.run(2_000);
    Disks::of(world)
}

/// A wallet of two in the middle of a change: new shares are stored, and this device is pledged to them.
fn pledged() -> Disks {
    let mut world = World::wallet(82, 2, 2);
    add_passkey(&mut world);
    world.propose_change(0, &[], &[], None).unwrap();
    assert!(world.run_until(60_000, |world| world.asks_change(1)));
    world.agree_to_change();
    let is_pledged = |world: &World| value(&world.devices[0].store, "key/pledge").is_some();
    assert!(world.run_until(60_000, is_pledged));
    Disks::of(world)
}

/// A wallet of two and a recovery share, whose file was kept.
fn recoverable() -> Disks {
    let (mut world, _) = World::recoverable(84);
    add_passkey(&mut world);
    Disks::of(world)
}

fn add_passkey(world: &mut World) {
    world.command(0, Command::AllowPasskey { password: PASSWORD.to_owned() }).unwrap();
    let (credential, salt) = ("c0ffee".to_owned(), "05".repeat(32));
    world.command(0, Command::AddPasskey { credential, salt, output: "0b".repeat(32) }).unwrap();
}

fn send(world: &mut World) {
    let before = world.node.sent.len();
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(1));
    let over = |world: &World| (0..2).all(|index| world.requests(index).is_empty());
    assert!(world.run_until(60_000, |world| world.node.sent.len() == before + 1 && over(world)));
    world.run(1_000);
}

fn value(store: &MemoryStore, key: &str) -> Option<Vec<u8>> {
    store.records().into_iter().find(|record| record.key == key).map(|record| record.value)
}

fn damage(store: &mut MemoryStore, key: &str, fault: Fault) {
    let mut value = value(store, key).unwrap();
    let middle = value.len() / 2;
    match fault {
        Altered => value[middle] ^= 1,
        Cut => value.truncate(middle),
        Empty => value.clear(),
        Gone => {}
        Newer => value[0] += 1,
        Unversioned => value[0] = 0,
    }
    let mut batch = Batch::default();
    match fault {
        Gone => batch.delete(key),
        _ => batch.put(key, value),
    }
    store.apply_now(batch);
}

/// The owner opens both devices, accepts and rejects what is shown there, and sends.
fn signs(world: &mut World) {
    world.restart(0);
    world.restart(1);
    assert!(world.run_until(120_000, World::all_online));
    world.run(2_000);
    for index in 0..2 {
        let fallen = world.view(index).devices.into_iter().filter(|device| device.fell_back);
        for device in fallen.collect::<Vec<_>>() {
            world.command(index, Command::AcceptDevice { device: device.id }).unwrap();
        }
        for request in world.requests(index) {
            // The other device may have ended it meanwhile.
            let _ = world.command(index, Command::Reject { request: request.id });
        }
    }
    world.run(2_000);
    send(world);
}

/// Opens both devices; what the owner of the first sees.
fn seen(world: &mut World, what: &str) -> Seen {
    world.unlock(1).unwrap();
    // Refused where the phase says so.
    let _ = world.unlock(0);
    world.run(5_000);
    let notices: Vec<_> = world.view(0).notices.into_iter().map(|notice| notice.code).collect();
    let told =
        |codes: &[&'static str]| codes.iter().copied().find(|code| notices.iter().any(|it| it == code));
    match world.view(0).phase {
        Phase::Unusable => {
            let code = told(&["store/damaged", "store/newer-version"]);
            Seen::Unusable(code.unwrap_or_else(|| panic!("{what}: {notices:?}")))
        }
        Phase::Ready => told(&["device/link-gone", "journal/broken", "recovery/file-gone"])
            .map_or(Seen::Nothing, Seen::Notice),
        phase => panic!("{what}: {phase:?} {notices:?}"),
    }
}

#[test]
fn every_record_in_every_way_is_told_by_name_or_does_no_harm() {
    let mut kinds = BTreeSet::new();
    let mut counts = BTreeMap::<_, u32>::new();
    let mut signed = 0;
    for disks in [asked(), pledged(), recoverable()] {
        for (key, fault) in disks.keys().into_iter().flat_map(|key| FAULTS.map(|fault| (key.clone(), fault)))
        {
            let what = format!("{key} {fault:?}");
            let whole = value(&disks.stores[0], &key).unwrap();
            let mut world = disks.world();
            world.close(0);
            damage(&mut world.devices[0].store, &key, fault);
            let before = world.devices[0].store.clone();
            world.start(0);
            let seen = seen(&mut world, &what);
            let wanted = expected(&key, fault);
            assert!(seen == wanted || wanted == Seen::Anything, "{what}: {seen:?} instead of {wanted:?}");
            *counts.entry(format!("{seen:?}")).or_default() += 1;
            kinds.insert(key.split('/').take(2).collect::<Vec<_>>().join("/"));
            world.close(0);
            let store = &mut world.devices[0].store;
            let is_untouched = *store == before;
            assert!(is_untouched || !matches!(seen, Seen::Unusable(_)), "{what}: something was written");
            let is_kept = fault == Gone || value(store, &key) == value(&before, &key);
            assert!(is_kept || wanted == Seen::Anything, "{what}: it was written over");
            let mut batch = Batch::default();
            batch.put(key.clone(), whole);
            store.apply_now(batch);
            // Where nothing was written, the disk is now what it was at first: once for each record is enough.
            assert!(!is_untouched || *store == disks.stores[0], "{what}");
            if !is_untouched || fault == Gone {
                signs(&mut world);
                signed += 1;
            }
        }
    }
    let faults: u32 = counts.values().sum();
    println!("{faults} faults of {} kinds of records: {counts:?}; signed {signed} times", kinds.len());
    // A kind that is not made here is not looked at.
    for kind in ["key/active", "key/life", "key/pending", "key/pledge", "key/public", "vault/header"] {
        assert!(kinds.contains(kind), "{kind}");
    }
    for below in [
        "approval/",
        "key/active",
        "key/kept",
        "dapp/journal",
        "device/journal-head",
        "device/witness",
        "peer/",
        "quorum/",
    ] {
        assert!(kinds.iter().any(|kind| kind.starts_with(below)), "{below}");
    }
}

/// Whole folders of records, as somebody deletes them, or a browser evicts everything.
#[test]
fn many_records_that_are_gone_at_once_are_told_too() {
    let disks = asked();
    for (folder, phase, notice) in [
        ("vault/", Phase::Unusable, Some("store/damaged")),
        ("device/", Phase::Unusable, Some("store/damaged")),
        ("peer/", Phase::Ready, Some("device/link-gone")),
        ("dapp/", Phase::Ready, Some("journal/broken")),
        // The other device knows better.
        ("key/", Phase::Linking, Some("device/share-gone")),
        // This looks like a device that never had anything.
        ("", Phase::Fresh, None),
    ] {
        let mut world = disks.world();
        world.close(0);
        for key in disks.keys().iter().filter(|key| key.starts_with(folder)) {
            damage(&mut world.devices[0].store, key, Gone);
        }
        world.start(0);
        world.unlock(1).unwrap();
        // Refused where the phase says so.
        let _ = world.unlock(0);
        world.run(5_000);
        let notices = world.view(0).notices;
        assert_eq!(world.view(0).phase, phase, "{folder}");
        assert_eq!(notices.first().map(|notice| notice.code.as_str()), notice, "{folder}");
        let is_behind = world.view(1).devices.iter().any(|device| device.behind);
        assert_eq!(is_behind, folder == "key/", "{folder}: the other device says that this one cannot sign");
        world.close(0);
        for record in disks.stores[0].records() {
            let mut batch = Batch::default();
            batch.put(record.key, record.value);
            world.devices[0].store.apply_now(batch);
        }
        signs(&mut world);
    }
}

/// Whatever a disk refuses, and whenever: the screen names it, nothing was signed by it, and once the disk works the
/// same order is done.
#[test]
fn a_disk_that_refuses_a_write_is_told_by_its_reason() {
    let disks = asked();
    for (error, code) in [
        (StoreError::Blocked, "store/blocked"),
        (StoreError::Damaged, "store/damaged"),
        (StoreError::Full, "store/full"),
        (StoreError::Unavailable, "store/unavailable"),
    ] {
        let mut world = disks.world();
        world.restart(0);
        world.restart(1);
        assert!(world.run_until(120_000, World::all_online));
        let before = world.node.sent.len();
        world.devices[0].store_error = Some(error);
        assert_eq!(world.send(0).unwrap_err().code, code);
        let notices = world.view(0).notices;
        assert!(notices.iter().any(|notice| notice.code == code), "{code}");
        assert_eq!((world.view(0).phase, world.node.sent.len()), (Phase::Ready, before), "{code}");
        world.devices[0].store_error = None;
        signs(&mut world);
    }
}
