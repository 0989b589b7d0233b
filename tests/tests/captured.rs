//! Disks of builds that were: what they wrote must open, and sign, for ever.
//!
//! Each file in `tests/captured` was written once, by the build that its test names, and is never written again: a
//! build that changes a format reads the old one too, and adds a file of its own. `a_vault_of_an_earlier_build_opens`
//! in `vault.rs` does the same for a disk from before changes of devices, journals and witnesses.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use symbolon_tests::World;
use symbolon_tests::setup::{PASSWORD, config};
use symbolon_tests::signing::RECIPIENT;
use symbolon_wallet::command::Command;
use symbolon_wallet::store::{Batch, MemoryStore};
use symbolon_wallet::view::{DeviceKind, JournalState, Phase};

const KINDS: [DeviceKind; 2] = [DeviceKind::Browser, DeviceKind::Phone];
const PASSKEY: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// A wallet of two whose browser has a passkey, that renewed its shares, sent twice, connected to a page, and was asked
/// to send again: approved on the browser, and not on the phone.
fn life() -> World {
    let mut world = World::wallet(91, 2, 2);
    world.command(0, Command::AllowPasskey { password: PASSWORD.to_owned() }).unwrap();
    let (credential, salt) = ("c0ffee".to_owned(), "05".repeat(32));
    world.command(0, Command::AddPasskey { credential, salt, output: PASSKEY.to_owned() }).unwrap();
    send(&mut world);
    world.change(&[0, 1], &[], &[], None);
    send(&mut world);
    world.call(0, 1, "a", "eth_requestAccounts", "[]");
    world.run(1_000);
    world.approve_all(0);
    let (address, name) = (RECIPIENT.to_owned(), "Bob".to_owned());
    world.command(0, Command::SetContact { address, name }).unwrap();
    world.command(0, Command::SelectNetwork { chain_id: 10 }).unwrap();
    world.command(0, Command::SelectNetwork { chain_id: 1 }).unwrap();
    world.send(0).unwrap();
    assert!(world.approve(0));
    world.run(2_000);
    world
}

fn send(world: &mut World) {
    let before = world.node.sent.len();
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(1));
    let over = |world: &World| (0..2).all(|index| world.requests(index).is_empty());
    assert!(world.run_until(60_000, |world| world.node.sent.len() == before + 1 && over(world)));
    world.run(1_000);
}

/// Prints what `life` leaves, for a new file: `-- --ignored --nocapture capture`.
#[test]
#[ignore = "for a build that changes a format"]
fn capture() {
    let world = life();
    let address = world.view(0).accounts[0].address.clone();
    let sent: Vec<_> = world.node.sent.iter().map(hex::encode).collect();
    let now = world.now;
    let disks = world.devices.into_iter().map(|device| {
        let records = device.into_disk().1.records().into_iter();
        records.map(|record| (record.key, hex::encode(record.value))).collect::<BTreeMap<_, _>>()
    });
    let all = json!({ "address": address, "disks": disks.collect::<Vec<_>>(), "now": now, "sent": sent });
    println!("{}", serde_json::to_string_pretty(&all).unwrap());
}

/// The two devices of a captured file, locked.
fn captured(file: &Value) -> World {
    let mut world = World::new(92);
    world.now = file["now"].as_u64().unwrap();
    let sent = file["sent"].as_array().unwrap().iter();
    world.node.sent = sent.map(|raw| hex::decode(raw.as_str().unwrap()).unwrap()).collect();
    for (disk, kind) in file["disks"].as_array().unwrap().iter().zip(KINDS) {
        let mut batch = Batch::default();
        for (key, value) in disk.as_object().unwrap() {
            batch.put(key, hex::decode(value.as_str().unwrap()).unwrap());
        }
        let mut store = MemoryStore::new();
        store.apply_now(batch);
        world.add_with_disk(config(kind), store, None);
    }
    world
}

/// As the build of 30 November 2026 wrote it (after commit 50a8630): the life that `life` leads.
#[test]
fn a_wallet_with_changes_journal_witnesses_and_passkey_opens_and_signs() {
    let file: Value = serde_json::from_str(include_str!("../captured/wallet-2.json")).unwrap();
    for kind in [
        "approval/",
        "dapp/journal/",
        "device/journal-head",
        "device/witness/",
        "key/active/",
        "key/life",
        "peer/",
        "quorum/",
    ] {
        let has = |disk: &Value| disk.as_object().unwrap().keys().any(|key| key.starts_with(kind));
        assert!(has(&file["disks"][0]), "{kind} is not in the file");
    }
    let mut world = captured(&file);
    assert!((0..2).all(|index| world.view(index).phase == Phase::Locked));
    world.command(0, Command::UnlockWithPasskey { output: PASSKEY.to_owned() }).unwrap();
    world.unlock(1).unwrap();
    assert!(world.run_until(120_000, World::all_online));
    for index in 0..2 {
        let view = world.view(index);
        assert_eq!((view.phase, world.epoch(index)), (Phase::Ready, Some(2)), "device {index}");
        assert_eq!(view.accounts[0].address, file["address"].as_str().unwrap());
        assert_eq!((view.activity.len(), view.journal.state), (2, JournalState::Whole), "device {index}");
        assert!(view.notices.is_empty(), "device {index}: {:?}", view.notices);
    }
    assert_eq!(world.view(0).contacts[0].name, "Bob");
    // What the owner approved before is signed once the other device agrees, and then something new.
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 3));
    world.run(1_000);
    send(&mut world);
    assert_eq!(world.node.sent.len(), 4);
    world.command(0, Command::Lock).unwrap();
    world.unlock(0).unwrap();
}
