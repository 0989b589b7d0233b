//! A device that was put back to an earlier state is found out by the others (R28).

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_mpc::DeviceId;
use symbolon_tests::setup::{config, unattended};
use symbolon_tests::{Snapshot, World};
use symbolon_wallet::command::{Command, SiteRule};
use symbolon_wallet::store::{Batch, MemoryStore, Record};
use symbolon_wallet::testing::{Head, PeerMessage, Reach};
use symbolon_wallet::view::{DeviceKind, JournalState, RequestStatus};

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

/// Whoever copies a disk must open the vault to use the copy, and whoever opens it is told from the other.
#[test]
fn a_copy_that_decided_nothing_is_told_from_the_device_that_it_is_a_copy_of() {
    for victim in [0, 1] {
        let mut world = wallet(3);
        let copy = disk(&mut world, victim);
        // The owner locks the device and opens it again, and that is all that happens on it.
        world.close(victim);
        world.restart(victim);
        assert!(world.run_until(60_000, World::all_online));
        let entries = world.view(victim).journal.entries;
        let original = disk(&mut world, victim);
        put_back(&mut world, victim, copy);
        assert_eq!(world.view(victim).journal.entries, entries, "nothing was decided");
        let name = ["browser", "phone"][victim];
        for other in (0..3).filter(|other| *other != victim) {
            assert_eq!(fallen(&world, other), [name], "{victim} {other}");
            let device = world.id(victim);
            world.command(other, Command::AcceptDevice { device }).unwrap();
            assert_eq!(fallen(&world, other), [""; 0]);
        }
        world.close(victim);
        world.restart(victim);
        assert!(world.run_until(60_000, World::all_online));
        world.run(1_000);
        // The copy was accepted and opened once more; now the device itself comes back.
        put_back(&mut world, victim, original);
        for other in (0..3).filter(|other| *other != victim) {
            assert_eq!(fallen(&world, other), [name], "{victim} {other}, the original");
        }
        assert_eq!(notices(&world, victim), ["device/fell-back-here"; 2]);
    }
}

/// The journal is where it was, and no witness of the shares: their epoch is remembered beside it.
#[test]
fn a_device_of_which_the_shares_alone_were_put_back_is_flagged_and_signs_with_nobody() {
    let mut world = wallet(3);
    let earlier = disk(&mut world, 1);
    world.change(&[0, 1, 2], &[], &[], None);
    world.run(1_000);
    let mut mixed = disk(&mut world, 1);
    let is_of_key = |record: &Record| record.key.starts_with("key/");
    let mut batch = Batch::default();
    for record in mixed.records().into_iter().filter(is_of_key) {
        batch.delete(record.key);
    }
    for record in earlier.records().into_iter().filter(is_of_key) {
        batch.put(record.key, record.value);
    }
    mixed.apply_now(batch);
    put_back(&mut world, 1, mixed);
    assert_eq!(world.epoch(1), Some(1));
    for other in [0, 2] {
        assert_eq!(fallen(&world, other), ["phone"]);
        assert!(world.view(other).devices.iter().any(|device| device.behind));
    }
    assert!(!world.signs_with(&[0, 1]) && world.node.sent.is_empty());
    for request in world.requests(0) {
        world.command(0, Command::Reject { request: request.id }).unwrap();
    }
    world.run(5_000);
    assert!(world.signs_with(&[0, 2]));
}

/// The owner mutes a site; the disk from before that is put back. Nothing else was decided, nothing opened in between.
#[test]
fn a_policy_that_fell_back_is_flagged() {
    let mut world = wallet(2);
    world.call(0, 1, "1", "eth_requestAccounts", "[]");
    world.run(1_000);
    let earlier = disk(&mut world, 0);
    let before = world.view(0).journal;
    let origin = symbolon_tests::signing::ORIGIN.to_owned();
    let mute = |on| Command::SetSite { origin: origin.clone(), rule: SiteRule::Frames { on } };
    world.command(0, mute(true)).unwrap();
    world.run(1_000);
    assert_eq!(world.view(0).journal.entries, before.entries + 1);
    world.command(0, mute(true)).unwrap();
    assert_eq!(world.view(0).journal.entries, before.entries + 1, "the same rule again is no other policy");
    assert_eq!(fallen(&world, 1), [""; 0]);
    put_back(&mut world, 0, earlier);
    assert_eq!(world.view(0).journal.entries, before.entries);
    assert_eq!(fallen(&world, 1), ["browser"]);
    assert_eq!(notices(&world, 0), ["device/fell-back-here"]);
}

#[test]
fn another_limit_of_an_unattended_device_is_written_down_once() {
    let mut world = World::new(63);
    let cosigner = world.add_set_up(unattended(), "server");
    assert_eq!(world.view(cosigner).journal.entries, 1);
    world.close(cosigner);
    world.restart(cosigner);
    assert_eq!(world.view(cosigner).journal.entries, 1);
    let store = world.devices[cosigner].store.clone();
    world.close(cosigner);
    let without = world.add_with_disk(config(DeviceKind::Cosigner), store, None);
    world.restart(without);
    assert_eq!(world.view(without).journal.entries, 2, "it signs nothing by itself any more");
    assert_eq!(world.view(without).journal.state, JournalState::Whole);
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

/// Accepted on one device and not on the other: what it asked went to the other first, whose no was the end of it.
#[test]
fn regression_a_device_that_was_accepted_by_one_of_two_asks_that_one() {
    let mut world = wallet(3);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    let device = world.id(1);
    world.command(2, Command::AcceptDevice { device: device.clone() }).unwrap();
    world.run(1_000);
    world.send(1).unwrap();
    assert!(world.approve(1) && world.approve(2));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 3));
    // Accepted there, too, the browser is asked first again: it has an owner in front of it.
    world.command(0, Command::AcceptDevice { device }).unwrap();
    world.run(1_000);
    world.send(1).unwrap();
    assert!(world.approve(1) && world.approve(0));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 4));
}

/// The owner accepts a device while it says of itself, for the second time, that it fell back: the word crossed the owner's
/// and undid it.
#[test]
fn regression_what_a_device_said_before_it_was_accepted_does_not_flag_it_again() {
    let mut world = wallet(2);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    // A decision on the browser, which therefore tells once more what it remembers; the phone's answer is under way.
    let device = world.id(1);
    world.call(0, 1, "1", "eth_requestAccounts", "[]");
    world.run(50);
    let origin = symbolon_tests::signing::ORIGIN.to_owned();
    world.command(0, Command::SetSite { origin, rule: SiteRule::Frames { on: true } }).unwrap();
    world.command(0, Command::AcceptDevice { device }).unwrap();
    world.run(5_000);
    assert_eq!((fallen(&world, 0), notices(&world, 1)), (vec![], vec![]));
    let request = world.requests(0)[0].id.clone();
    world.command(0, Command::Reject { request }).unwrap();
    send(&mut world, 1);
}

#[test]
fn no_change_of_devices_is_made_with_it_until_the_owner_accepts_it() {
    let mut world = wallet(3);
    send(&mut world, 1);
    let earlier = disk(&mut world, 1);
    send(&mut world, 1);
    put_back(&mut world, 1, earlier);
    let refused = world.propose_change(0, &[], &[], None).unwrap_err();
    assert_eq!(refused.code, "change/fell-back");
    assert!(refused.message.starts_with("phone was put back"), "{}", refused.message);
    // Nor where it proposes itself.
    world.propose_change(1, &[], &[], None).unwrap();
    let failed =
        |world: &World| world.view(1).notices.into_iter().find(|notice| notice.code == "change/failed");
    assert!(world.run_until(10_000, |world| failed(world).is_some()));
    assert!(failed(&world).unwrap().message.contains("phone was put back"));
    assert!(world.run_until(10_000, |world| (0..3).all(|index| world.view(index).change.is_none())));
    // Accepted, it gets new shares like the others.
    let device = world.id(1);
    for other in [0, 2] {
        world.command(other, Command::AcceptDevice { device: device.clone() }).unwrap();
    }
    world.run(1_000);
    world.change(&[0, 1, 2], &[], &[], None);
    assert!(world.signs_with(&[1, 2]));
}

/// Three of four sign. One of the two that a request asks for refuses the other, for what it alone knows.
#[test]
fn a_signer_that_another_one_refuses_is_replaced_and_where_nobody_is_left_the_reason_is_told() {
    let mut world = Snapshot::of(World::wallet(63, 3, 4), 63).world();
    world.run(1_000);
    let asked = |world: &World| -> Vec<usize> {
        let strip = world.requests(0)[0].devices.clone();
        let signs = strip.into_iter().filter(|one| one.signs && !one.me).map(|one| one.id);
        signs.map(|id| (0..4).find(|index| world.id(*index) == id).unwrap()).collect()
    };
    world.send(0).unwrap();
    let [refuses, refused] = asked(&world)[..] else { unreachable!("two others sign") };
    let other = (1..4).find(|index| ![refuses, refused].contains(index)).unwrap();
    let request = world.requests(0)[0].id.clone();
    world.command(0, Command::Reject { request }).unwrap();
    assert!(world.run_until(10_000, |world| (0..4).all(|index| world.requests(index).is_empty())));
    let says = |world: &mut World, by: usize| {
        let id = DeviceId(hex::decode(world.id(by)).unwrap().try_into().unwrap());
        let remembered = Reach { head: Head { number: 1_000, hash: [1; 32] }, ..Reach::default() };
        world.hear(refuses, id, &PeerMessage::FellBack { remembered }.encode());
    };
    says(&mut world, refused);
    assert_eq!(fallen(&world, refuses).len(), 1);
    assert!(fallen(&world, 0).is_empty(), "the asking device knows nothing of it");

    world.send(0).unwrap();
    assert!(
        world.run_until(10_000, |world| asked(world) == [refuses, other] || asked(world) == [other, refuses])
    );
    // Heard again, of a signer that is asked no more, it ends nothing.
    let [from, device] =
        [refuses, refused].map(|index| DeviceId(hex::decode(world.id(index)).unwrap().try_into().unwrap()));
    let request = hex::decode(&world.requests(0)[0].id).unwrap().try_into().unwrap();
    world.hear(0, from, &PeerMessage::CannotSign { request, device, reason: "late".to_owned() }.encode());
    assert_eq!(world.requests(0).len(), 1);
    assert!(world.approve(0) && world.approve(refuses) && world.approve(other));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 1));
    assert!(world.run_until(10_000, |world| world.requests(refused).is_empty()), "it is not left waiting");

    says(&mut world, other);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| world.requests(0).is_empty()), "nobody is left to sign with");
    assert!(world.activity(0).iter().any(|done| format!("{:?}", done.outcome).contains("put back")));
    assert_eq!(world.node.sent.len(), 1);
}
