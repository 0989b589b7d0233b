//! A device that was put back to an earlier state is found out by the others (R28).

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::{Snapshot, World};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::MemoryStore;
use symbolon_wallet::view::{JournalState, RequestStatus};

fn wallet(devices: usize) -> World {
    Snapshot::of(World::wallet(62, 2, devices), 62).world()
}

fn send(world: &mut World, with: usize) {
    let before = world.node.sent.len();
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(with));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == before + 1));
    assert!(world.run_until(60_000, |world| world.requests(0).is_empty() && world.requests(with).is_empty()));
    world.run(1_000);
}

fn disk(world: &mut World, index: usize) -> MemoryStore {
    world.devices[index].store.clone()
}

/// A profile, or a machine, that was put back as it was.
fn put_back(world: &mut World, index: usize, disk: MemoryStore) {
    world.close(index);
    world.devices[index].store = disk;
    world.restart(index);
    assert!(world.run_until(60_000, World::all_online));
    world.run(1_000);
}

fn notices(world: &World, index: usize) -> Vec<String> {
    let all = world.view(index).notices.into_iter().map(|notice| notice.code);
    all.filter(|code| code.starts_with("device/fell-back")).collect()
}

fn fallen(world: &World, index: usize) -> Vec<String> {
    let devices = world.view(index).devices.into_iter();
    devices.filter(|device| device.fell_back).map(|device| device.name).collect()
}

#[test]
fn devices_that_go_on_are_never_flagged() {
    let mut world = wallet(3);
    for _ in 0..3 {
        send(&mut world, 1);
        for index in 0..3 {
            world.close(index);
            world.restart(index);
        }
        assert!(world.run_until(60_000, World::all_online));
    }
    for index in 0..3 {
        assert_eq!((fallen(&world, index), notices(&world, index)), (vec![], vec![]), "device {index}");
        assert_eq!(world.view(index).journal.state, JournalState::Whole);
    }
}

#[test]
fn each_device_that_is_put_back_is_flagged_on_both_screens() {
    for victim in [0, 1] {
        let mut world = wallet(2);
        send(&mut world, 1);
        let earlier = disk(&mut world, victim);
        send(&mut world, 1);
        put_back(&mut world, victim, earlier);
        let other = 1 - victim;
        let name = ["browser", "phone"][victim];
        assert_eq!(fallen(&world, other), [name]);
        assert_eq!(notices(&world, other), ["device/fell-back"]);
        assert_eq!(notices(&world, victim), ["device/fell-back-here"]);
        // And still after the other's restart.
        world.close(other);
        world.restart(other);
        assert_eq!(fallen(&world, other), [name]);
    }
}

#[test]
fn nothing_is_signed_with_it_until_the_owner_accepts_it() {
    let mut world = wallet(2);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    // Neither where the other asks,
    world.send(0).unwrap();
    world.run(5_000);
    world.approve_all(0);
    world.approve_all(1);
    world.run(30_000);
    assert_eq!(world.node.sent.len(), 2);
    let request = world.requests(0)[0].id.clone();
    world.command(0, Command::Reject { request }).unwrap();
    // nor where it asks itself.
    world.send(1).unwrap();
    world.run(5_000);
    world.approve_all(1);
    world.approve_all(0);
    world.run(30_000);
    assert_eq!(world.node.sent.len(), 2);
    for request in world.requests(1) {
        let _ = world.command(1, Command::Reject { request: request.id });
    }
    let device = world.view(0).devices[1].id.clone();
    world.command(0, Command::AcceptDevice { device }).unwrap();
    world.run(5_000);
    assert_eq!((fallen(&world, 0), notices(&world, 0)), (vec![], vec![]));
    send(&mut world, 1);
    assert_eq!(fallen(&world, 0), [""; 0]);
}

#[test]
fn two_of_three_sign_without_the_one_that_was_put_back() {
    let mut world = wallet(3);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    send(&mut world, 2);
    assert_eq!(fallen(&world, 0), ["phone"]);
}

/// The owner chose a device that is refused, after another one was asked: that one went on asking its owner.
#[test]
fn regression_who_was_asked_before_is_not_left_waiting_when_the_chosen_device_is_refused() {
    let mut world = wallet(3);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(2).is_empty()), "the third is asked by itself");
    let (request, phone) = (world.requests(0)[0].id.clone(), world.id(1));
    world.command(0, Command::ChooseCosigners { request: request.clone(), devices: vec![phone] }).unwrap();
    assert!(world.run_until(10_000, |world| world.requests(2).is_empty()));
    assert!(
        matches!(world.requests(0)[0].status, RequestStatus::Stalled { .. }),
        "{:?}",
        world.requests(0)[0].status
    );
}
