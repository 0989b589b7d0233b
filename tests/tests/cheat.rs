//! A device whose transfers fail a check: left alone for a while, then a matter for the owner.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use symbolon_mpc::machine::frame::Frame;
use symbolon_tests::World;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::RequestStatus;

thread_local! {
    /// Sessions that a cheat spoiled.
    static SPOILED: Cell<u32> = const { Cell::new(0) };
    /// Frames of ceremonies that an honest device sent.
    static SAID: Cell<u32> = const { Cell::new(0) };
}

/// Turns a bit of the answer to a multiplication.
fn cheat(bytes: &mut Vec<u8>) {
    let mut frame = Frame::decode(bytes).unwrap();
    // By far the longest frames; with a fresh set-up those of the third round.
    if frame.private.len() > 30_000 {
        frame.private[1000] ^= 1;
        SPOILED.set(SPOILED.get() + 1);
        *bytes = frame.encode();
    }
}

fn count(_: &mut Vec<u8>) {
    SAID.set(SAID.get() + 1);
}

fn spoiled() -> u32 {
    SPOILED.get()
}

fn alter(world: &mut World, device: usize, alter: Option<fn(&mut Vec<u8>)>) {
    world.devices[device].wallet.as_mut().unwrap().alter_frames(alter);
}

fn is_shown(world: &World, device: usize, code: &str) -> bool {
    world.view(device).notices.iter().any(|notice| notice.code == code)
}

#[test]
fn each_strike_doubles_the_rest_until_the_owner_has_the_word() {
    let mut world = World::wallet(51, 2, 2);
    alter(&mut world, 1, Some(cheat));
    world.send(0).unwrap();
    // Strikes at 0 s, 10 s, 30 s and 70 s, and a second or two on the way.
    let mut sessions = Vec::new();
    for seconds in [5, 5, 10, 10, 20, 25] {
        world.run(seconds * 1_000);
        sessions.push(spoiled());
    }
    assert_eq!(sessions, [1, 1, 2, 2, 3, 4]);
    assert!(is_shown(&world, 0, "signing/misbehaved"));
    // The fourth was one too many: nothing more happens by itself.
    world.run(120_000);
    assert_eq!(spoiled(), 4);
    assert!(matches!(world.requests(0)[0].status, RequestStatus::Stalled { .. }));
    assert!(world.node.sent.is_empty());
}

#[test]
fn after_the_last_strike_no_session_begins_before_the_owner_approves() {
    let mut world = World::wallet(52, 2, 2);
    alter(&mut world, 1, Some(cheat));
    world.send(0).unwrap();
    world.run(120_000);
    assert_eq!(spoiled(), 4);
    let request = world.requests(0)[0].id.clone();
    world.command(0, Command::Reject { request }).unwrap();
    // The device is mended, and long enough left alone.
    alter(&mut world, 1, None);
    world.run(120_000);

    SAID.set(0);
    alter(&mut world, 0, Some(count));
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()), "it is asked");
    assert!(world.approve(1));
    world.run(5_000);
    assert_eq!(SAID.get(), 0, "nothing of a session was said");
    assert!(world.approve(0));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 1));
}

#[test]
fn a_device_that_proposes_again_and_again_is_left_alone_too() {
    let mut world = World::wallet(53, 2, 2);
    alter(&mut world, 1, Some(cheat));
    world.send(1).unwrap();
    world.run(9_000);
    // It tried again, three times by itself, and was not listened to: one session was spoiled.
    assert_eq!(spoiled(), 1);
    assert!(is_shown(&world, 0, "signing/misbehaved"));
    assert!(matches!(world.requests(1)[0].status, RequestStatus::Stalled { .. }));
    // Mended, and left alone for long enough.
    alter(&mut world, 1, None);
    world.run(5_000);
    let request = world.requests(1)[0].id.clone();
    world.command(1, Command::RetrySigning { request }).unwrap();
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(60_000, |world| world.node.sent.len() == 1));
}
