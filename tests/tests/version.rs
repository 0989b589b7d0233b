//! Devices whose programs are of different versions say so, and lose nothing.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::World;
/// Newer than whatever this program speaks.
const NEWER: u16 = u16::MAX;

/// What a device says about versions.
fn version_notices(world: &World, index: usize) -> Vec<String> {
    let notices = world.view(index).notices.into_iter().filter(|notice| notice.code == "device/version");
    notices.map(|notice| notice.message).collect()
}

/// The program of a device is replaced by one that speaks this version, or the usual one.
fn replace_program(world: &mut World, index: usize, version: Option<u16>) {
    world.close(index);
    world.devices[index].peer_version = version;
    world.restart(index);
}

#[test]
fn a_device_of_another_version_is_named_on_both_sides_and_told_which_to_update() {
    let mut world = World::wallet(71, 2, 3);
    replace_program(&mut world, 1, Some(NEWER));
    let told = |world: &World| version_notices(world, 1).len() == 2;
    assert!(world.run_until(60_000, told), "the newer device says so at once");
    let told = |world: &World| (0..3).all(|index| !version_notices(world, index).is_empty());
    assert!(world.run_until(60_000, told));
    assert_eq!(
        version_notices(&world, 0),
        ["This device is older than phone, so they cannot talk. Update the wallet on this device."]
    );
    let mut theirs = version_notices(&world, 1);
    theirs.sort();
    assert_eq!(
        theirs,
        [
            "browser is older than this device, so they cannot talk. Update the wallet on browser.",
            "cosigner 2 is older than this device, so they cannot talk. Update the wallet on cosigner 2.",
        ]
    );
    // The third device is heard all the time; that says nothing about the phone.
    world.close(2);
    world.restart(2);
    world.run(60_000);
    assert_eq!(version_notices(&world, 0).len(), 1);
    // The others go on without it.
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(2));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 1));
}

#[test]
fn a_request_outlives_a_device_of_another_version() {
    let mut world = World::wallet(72, 2, 2);
    let address = world.view(0).accounts[0].address.clone();
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let id = world.requests(0)[0].id.clone();
    replace_program(&mut world, 1, Some(NEWER));
    assert!(world.run_until(60_000, |world| (0..2).all(|i| !version_notices(world, i).is_empty())));
    world.run(60_000);
    assert!(world.node.sent.is_empty());
    assert_eq!(world.requests(0)[0].id, id);
    for index in 0..2 {
        assert_eq!(world.view(index).accounts[0].address, address);
    }
    replace_program(&mut world, 1, None);
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 1));
    assert!((0..2).all(|index| version_notices(&world, index).is_empty()), "what was said is over");
}
