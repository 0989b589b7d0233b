//! The devices of a wallet change; its key and its addresses stay.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_mpc::machine::frame::Frame;
use symbolon_tests::World;
use symbolon_tests::change::change_of;
use symbolon_tests::setup::config;
use symbolon_wallet::command::Command;
use symbolon_wallet::store::Batch;
use symbolon_wallet::view::{DeviceKind, Phase};

fn addresses(world: &World, devices: &[usize]) -> Vec<String> {
    devices.iter().map(|index| world.view(*index).accounts[0].address.clone()).collect()
}

/// Every set of so many of these devices.
fn quorums(devices: &[usize], threshold: usize) -> Vec<Vec<usize>> {
    (0u32..1 << devices.len())
        .filter(|set| set.count_ones() as usize == threshold)
        .map(|set| {
            let is_in = |place: &usize| set >> place & 1 == 1;
            (0..devices.len()).filter(is_in).map(|place| devices[place]).collect()
        })
        .collect()
}

fn every_quorum_signs(world: &mut World, devices: &[usize], threshold: usize) {
    let quorums = quorums(devices, threshold);
    println!("{} quorums of {threshold} of {}", quorums.len(), devices.len());
    for quorum in quorums {
        assert!(world.signs_with(&quorum), "{quorum:?}");
    }
}

/// A device with name and password that the first device is paired with and the others know.
fn add_paired(world: &mut World, name: &str) -> usize {
    let index = world.add_set_up(config(DeviceKind::Phone), name);
    world.pair(0, index);
    let knows_all = |world: &World| {
        let online = |i: usize| world.view(i).devices.iter().filter(|device| device.online).count();
        let running = (0..world.devices.len()).filter(|i| world.devices[*i].wallet.is_some()).count();
        online(index) == running
    };
    assert!(world.run_until(120_000, knows_all), "the new device is introduced to the others");
    index
}

#[test]
fn a_rotation_gives_the_same_devices_new_shares_and_keeps_the_addresses() {
    let mut world = World::wallet(81, 2, 3);
    let before = addresses(&world, &[0, 1, 2]);
    world.change(&[0, 1, 2], &[], &[], None);
    assert_eq!(addresses(&world, &[0, 1, 2]), before);
    every_quorum_signs(&mut world, &[0, 1, 2], 2);
    world.change(&[1, 0, 2], &[], &[], None);
    assert_eq!(world.epoch(2), Some(3));
    every_quorum_signs(&mut world, &[0, 1, 2], 2);
}

#[test]
fn two_devices_that_must_both_sign_can_rotate() {
    let mut world = World::wallet(82, 2, 2);
    let before = addresses(&world, &[0, 1]);
    world.change(&[0, 1], &[], &[], None);
    assert_eq!(addresses(&world, &[0, 1]), before);
    every_quorum_signs(&mut world, &[0, 1], 2);
}

#[test]
fn a_device_joins_and_signs_with_every_other_one() {
    let mut world = World::wallet(83, 2, 2);
    let before = addresses(&world, &[0]);
    let tablet = add_paired(&mut world, "tablet");
    assert_eq!(world.view(tablet).phase, Phase::Linking);
    world.change(&[0, 1, tablet], &[tablet], &[], None);
    assert_eq!(addresses(&world, &[tablet]), before);
    assert_eq!(world.view(tablet).devices[0].party, Some(3));
    every_quorum_signs(&mut world, &[0, 1, tablet], 2);
}

#[test]
fn a_device_that_is_removed_drops_its_share_and_cannot_sign() {
    let mut world = World::wallet(84, 2, 3);
    let before = addresses(&world, &[0, 1]);
    let third = world.id(2);
    world.change(&[0, 1], &[], std::slice::from_ref(&third), None);
    assert_eq!(addresses(&world, &[0, 1]), before);
    let dropped = |world: &World| world.view(2).phase == Phase::Linking;
    assert!(world.run_until(10_000, dropped), "it sees the test signatures");
    assert!(world.view(2).notices.iter().any(|notice| notice.code == "device/removed"));
    assert!(world.view(2).accounts.is_empty());
    let kept = world.devices[2].store.records();
    assert!(kept.iter().all(|record| !record.key.starts_with("key/")), "nothing of the key is left");
    every_quorum_signs(&mut world, &[0, 1], 2);
    let row = world.view(0).devices.into_iter().find(|device| device.id == third).unwrap();
    assert!(row.former && row.party.is_none());
    world.command(0, Command::ForgetDevice { device: third }).unwrap();
}

#[test]
fn a_lost_device_is_replaced_and_comes_back_to_nothing() {
    let mut world = World::wallet(85, 2, 3);
    let before = addresses(&world, &[0, 2]);
    let lost = world.id(1);
    world.close(1);
    let tablet = add_paired(&mut world, "tablet");
    world.change(&[0, 2, tablet], &[tablet], &[lost], None);
    assert_eq!(addresses(&world, &[0, 2, tablet]), [before[0].clone(), before[1].clone(), before[0].clone()]);
    assert_eq!(world.view(tablet).devices[0].party, Some(4), "the lost device's number is not given again");
    every_quorum_signs(&mut world, &[0, 2, tablet], 2);
    // It is found again: the others show it the test signatures.
    world.restart(1);
    assert!(world.run_until(60_000, |world| world.view(1).phase == Phase::Linking));
    assert_eq!(world.epoch(1), None);
}

#[test]
fn the_threshold_is_raised_and_lowered() {
    let mut world = World::wallet(86, 2, 3);
    let before = addresses(&world, &[0, 1, 2]);
    world.change(&[0, 1, 2], &[], &[], Some(3));
    assert_eq!(world.view(1).threshold, 3);
    every_quorum_signs(&mut world, &[0, 1, 2], 3);
    let tablet = add_paired(&mut world, "tablet");
    world.change(&[0, 1, 2, tablet], &[tablet], &[], None);
    every_quorum_signs(&mut world, &[0, 1, 2, tablet], 3);
    world.change(&[0, 1, 2, tablet], &[], &[], Some(2));
    assert_eq!(world.view(tablet).threshold, 2);
    assert_eq!(addresses(&world, &[0, 1, 2]), before);
    every_quorum_signs(&mut world, &[0, 1, 2, tablet], 2);
}

#[test]
fn an_index_of_a_device_that_left_is_never_given_again() {
    let mut world = World::wallet(87, 2, 3);
    let third = world.id(2);
    world.change(&[0, 1], &[], &[third], None);
    world.close(2);
    // Both start again: the mark is on the disk.
    for index in 0..2 {
        world.close(index);
        world.restart(index);
    }
    assert!(world.run_until(60_000, World::all_online));
    let tablet = add_paired(&mut world, "tablet");
    world.change(&[0, 1, tablet], &[tablet], &[], None);
    assert_eq!(world.view(tablet).devices[0].party, Some(4));
}

#[test]
fn no_owner_is_passed_over_and_every_device_says_what_changes() {
    let mut world = World::wallet(88, 2, 3);
    let third = world.id(2);
    world.propose_change(0, &[], &[third], None).unwrap();
    assert!(world.run_until(10_000, |world| world.asks_change(1)));
    let change = world.view(1).change.unwrap();
    assert_eq!(change.lines, ["Remove cosigner 2", "2 of 3 becomes 2 of 2"]);
    assert_eq!((change.proposer.as_str(), change.rotation), ("browser", false));
    // Until the phone's owner agrees nothing happens.
    world.run(60_000);
    assert_eq!(world.epoch(0), Some(1));
    world.command(1, Command::ConfirmChange { change: change.id, agree: false }).unwrap();
    let told = |world: &World| world.view(0).notices.iter().any(|notice| notice.code == "change/failed");
    assert!(world.run_until(10_000, told));
    assert!(world.view(0).change.is_none() && world.view(1).change.is_none());
    assert_eq!((world.epoch(0), world.epoch(1)), (Some(1), Some(1)));
    assert!(world.signs_with(&[0, 2]));
}

#[test]
fn what_cannot_be_is_refused_in_words_before_anybody_is_asked() {
    let mut world = World::wallet(89, 2, 3);
    let (second, third) = (world.id(1), world.id(2));
    let refused = |world: &mut World, remove: &[String], threshold| {
        world.propose_change(0, &[], remove, threshold).unwrap_err()
    };
    assert_eq!(refused(&mut world, &[], Some(4)).code, "change/threshold");
    assert_eq!(refused(&mut world, &[], Some(1)).code, "change/threshold");
    assert_eq!(refused(&mut world, &[second, third.clone()], None).code, "change/threshold");
    assert_eq!(refused(&mut world, &["00".repeat(32)], None).code, "device/unknown");
    let mut no_spare = change_of(vec![], vec![third], None);
    if let Command::ChangeDevices { accept_no_spare, .. } = &mut no_spare {
        *accept_no_spare = false;
    }
    assert_eq!(world.command(0, no_spare).unwrap_err().code, "change/no-spare");
    world.close(2);
    assert!(world.run_until(120_000, |world| world.view(0).devices.iter().filter(|d| d.online).count() == 2));
    let away = refused(&mut world, &[], None);
    assert_eq!(away.code, "change/device-offline");
    assert!(away.message.contains("cosigner 2"), "{}", away.message);
}

#[test]
fn a_device_that_was_away_when_the_new_shares_were_tested_catches_up() {
    let mut world = World::wallet(90, 2, 3);
    world.propose_change(0, &[], &[], None).unwrap();
    assert!(world.run_until(10_000, |world| world.asks_change(1) && world.asks_change(2)));
    world.agree_to_change();
    // The third device stores its share and takes part in the tests, and dies before it has seen them all.
    let stored =
        |world: &World| world.devices[2].store.records().iter().any(|r| r.key.starts_with("key/pledge"));
    assert!(world.run_until(10_000, stored));
    world.close(2);
    world.run(120_000);
    world.restart(2);
    let done = |world: &World| (0..3).all(|index| world.epoch(index) == Some(2));
    assert!(world.run_until(120_000, done));
    every_quorum_signs(&mut world, &[0, 1, 2], 2);
}

#[test]
fn two_changes_proposed_at_once_leave_one() {
    for seed in 0..4 {
        let mut world = World::wallet(910 + seed, 2, 3);
        let third = world.id(2);
        let rotate = change_of(vec![], vec![], None);
        let remove = change_of(vec![], vec![third], None);
        world.order(0, rotate);
        world.order(1, remove);
        world.run(5_000);
        world.agree_to_change();
        let done = |world: &World| world.epoch(0) == Some(2) && world.epoch(1) == Some(2);
        assert!(world.run_until(120_000, done), "seed {seed}");
        world.run(5_000);
        let members: Vec<_> = (0..3).filter(|index| world.epoch(*index) == Some(2)).collect();
        every_quorum_signs(&mut world, &members, 2);
    }
}

#[test]
fn a_request_under_way_is_signed_with_the_new_shares() {
    let mut world = World::wallet(92, 2, 3);
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    world.change(&[0, 1, 2], &[], &[], None);
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| world.activity(0).len() == 1 && world.activity(1).len() == 1));
    assert_eq!(world.node.sent.len(), 1);
}

#[test]
fn the_reminder_comes_after_ninety_days_and_goes_with_a_rotation() {
    let mut world = World::wallet(93, 2, 2);
    let rotation = world.view(0).rotation.unwrap();
    assert!(!rotation.due && rotation.rotated_at.is_some());
    world.run(90 * 24 * 60 * 60 * 1000);
    world.touch_all();
    assert!(world.view(0).rotation.unwrap().due);
    assert!(world.run_until(60_000, World::all_online));
    world.change(&[0, 1], &[], &[], None);
    assert!((0..2).all(|index| !world.view(index).rotation.unwrap().due));
}

#[test]
fn a_device_that_was_set_back_is_refused_by_name_and_signs_with_nobody() {
    let mut world = World::wallet(94, 2, 3);
    let backup = world.devices[1].store.clone();
    world.change(&[0, 1, 2], &[], &[], None);
    world.close(1);
    world.devices[1].store = backup;
    world.restart(1);
    assert!(world.run_until(60_000, World::all_online));
    assert_eq!(world.epoch(1), Some(1));
    let told = |world: &World| world.view(1).notices.iter().any(|notice| notice.code == "device/behind");
    assert!(world.run_until(10_000, told));
    let phone = world.id(1);
    assert!(world.view(0).devices.iter().any(|device| device.id == phone && device.behind));
    // What it asks for is not signed, whoever is chosen; what it proposes is refused with both epochs in words.
    let _ = world.try_send(1);
    world.approve_all(1);
    world.run(60_000);
    assert!(!world.approve_all(0) && !world.approve_all(2) && world.node.sent.is_empty());
    world.propose_change(1, &[], &[], None).unwrap();
    let refused = |world: &World| {
        let notices = world.view(1).notices;
        let failed = notices.iter().find(|notice| notice.code == "change/failed");
        failed.is_some_and(|notice| notice.message.contains("epoch 2") && notice.message.contains("epoch 1"))
    };
    assert!(world.run_until(10_000, refused), "{:?}", world.view(1).notices);
    // The others go on without it, and replace it.
    assert!(world.signs_with(&[0, 2]));
    let tablet = add_paired(&mut world, "tablet");
    world.change(&[0, 2, tablet], &[tablet], &[phone], None);
    every_quorum_signs(&mut world, &[0, 2, tablet], 2);
    assert!(world.run_until(60_000, |world| world.view(1).phase == Phase::Linking), "it drops its old share");
}

/// Turns a bit of what is dealt to one device alone.
fn deal_badly(bytes: &mut Vec<u8>) {
    let mut frame = Frame::decode(bytes).unwrap();
    if let Some(last) = frame.private.last_mut() {
        *last ^= 1;
        *bytes = frame.encode();
    }
}

#[test]
fn a_device_that_deals_badly_is_named_and_nothing_changes() {
    let mut world = World::wallet(95, 2, 3);
    world.devices[1].wallet.as_mut().unwrap().alter_frames(Some(deal_badly));
    world.propose_change(0, &[], &[], None).unwrap();
    assert!(world.run_until(10_000, |world| world.asks_change(1) && world.asks_change(2)));
    world.agree_to_change();
    let failed = |world: &World, index: usize| {
        let notices = world.view(index).notices;
        notices.into_iter().find(|notice| notice.code == "change/failed").map(|notice| notice.message)
    };
    assert!(world.run_until(10_000, |world| failed(world, 0).is_some()));
    let said = failed(&world, 0).unwrap();
    assert!(said.starts_with("phone sent something") && said.contains("Nothing changed"), "{said}");
    assert!((0..3).all(|index| world.epoch(index) == Some(1)));
    world.devices[1].wallet.as_mut().unwrap().alter_frames(None);
    every_quorum_signs(&mut world, &[0, 1, 2], 2);
    world.change(&[0, 1, 2], &[], &[], None);
    every_quorum_signs(&mut world, &[0, 1, 2], 2);
}

/// What a wallet's disk held before changes were known: no `key/life`.
#[test]
fn a_wallet_of_the_version_before_opens_and_rotates() {
    let mut world = World::wallet(96, 2, 2);
    let before = addresses(&world, &[0, 1]);
    for index in 0..2 {
        world.close(index);
        let mut batch = Batch::default();
        batch.delete("key/life");
        world.devices[index].store.apply_now(batch);
        let names: Vec<_> =
            world.devices[index].store.records().into_iter().map(|record| record.key).collect();
        let of_key: Vec<_> = names.into_iter().filter(|name| name.starts_with("key/")).collect();
        assert_eq!(
            of_key,
            [
                "key/active/ecdsa-secp256k1",
                "key/active/ed25519",
                "key/active/schnorr-secp256k1",
                "key/public"
            ]
        );
        world.restart(index);
        let rotation = world.view(index).rotation.unwrap();
        assert_eq!((rotation.rotated_at, rotation.due), (None, false));
    }
    assert!(world.run_until(60_000, World::all_online));
    world.change(&[0, 1], &[], &[], None);
    assert_eq!(addresses(&world, &[0, 1]), before);
    assert!(world.view(0).rotation.unwrap().rotated_at.is_some());
    every_quorum_signs(&mut world, &[0, 1], 2);
}
