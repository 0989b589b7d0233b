//! A request becomes a signature when enough devices say yes, and only then.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::World;
use symbolon_tests::setup::{config, unattended};
use symbolon_tests::signing::RECIPIENT;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{DeviceKind, DeviceState, Outcome, RequestStatus};

fn signed(world: &World, count: usize) -> bool {
    world.node.sent.len() == count
}

#[test]
fn both_devices_of_a_two_of_two_wallet_send() {
    let mut world = World::wallet(31, 2, 2);
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.node.sent.is_empty());
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| signed(world, 1)));
    assert!(world.run_until(60_000, |world| {
        matches!(world.activity(0).first().map(|done| &done.outcome), Some(Outcome::Confirmed { .. }))
    }));
    assert_eq!(world.activity(0)[0].devices, ["browser", "phone"]);
    assert!(world.requests(0).is_empty() && world.requests(1).is_empty());
    assert_eq!(world.activity(1).len(), 1);
}

#[test]
fn any_two_of_three_devices_sign() {
    for (from, with) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
        let mut world = World::wallet(32, 2, 3);
        let third = 3 - from - with;
        world.close(third);
        world.run(60_000);
        world.send(from).unwrap();
        assert!(world.approve(from) && world.approve(with), "{from} with {with}");
        assert!(world.run_until(30_000, |world| signed(world, 1)), "{from} with {with}");
    }
}

#[test]
fn three_of_five_sign() {
    let mut world = World::wallet(33, 3, 5);
    world.close(1);
    world.close(2);
    world.run(60_000);
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(3));
    assert!(world.node.sent.is_empty(), "two of five are not enough");
    assert!(world.approve(4));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
}

#[test]
fn one_device_alone_never_signs() {
    let mut world = World::wallet(34, 2, 3);
    world.close(1);
    world.close(2);
    world.send(0).unwrap();
    assert!(world.approve(0));
    world.run(9 * 60_000);
    assert!(world.node.sent.is_empty());
}

#[test]
fn nothing_waits_for_a_third_device_that_is_off() {
    let mut world = World::wallet(35, 2, 3);
    world.close(2);
    // Not even long enough for its silence to be noticed.
    world.send(0).unwrap();
    let before = world.now;
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(60_000, |world| signed(world, 1)));
    assert!(world.now - before < 2_000, "{} ms", world.now - before);
}

#[test]
fn a_cosigner_that_goes_silent_is_replaced_by_one_that_is_there() {
    let mut world = World::wallet(36, 2, 3);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    world.close(1);
    assert!(world.approve(0));
    assert!(world.run_until(120_000, |world| !world.requests(2).is_empty()), "the third device is asked");
    assert!(world.approve(2));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
}

#[test]
fn the_owner_chooses_who_cosigns() {
    let mut world = World::wallet(37, 2, 3);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(0)[0].id.clone();
    let third = world.view(0).devices.iter().find(|device| device.name == "cosigner 2").unwrap().id.clone();
    world.command(0, Command::ChooseCosigners { request, devices: vec![third] }).unwrap();
    assert!(world.approve(0) && world.approve(2));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
    assert!(
        world.run_until(1_000, |world| world.requests(1).is_empty()),
        "who is not needed any more is told"
    );
}

#[test]
fn a_rejection_on_either_device_ends_the_request_on_both() {
    for rejecting in [0, 1] {
        let mut world = World::wallet(38, 2, 2);
        world.send(0).unwrap();
        assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
        let request = world.requests(rejecting)[0].id.clone();
        world.approve(1 - rejecting);
        world.command(rejecting, Command::Reject { request }).unwrap();
        assert!(world.run_until(10_000, |world| (0..2).all(|i| world.requests(i).is_empty())));
        assert!(world.node.sent.is_empty());
        for index in 0..2 {
            assert!(matches!(world.activity(index)[0].outcome, Outcome::Rejected { .. }));
        }
    }
}

#[test]
fn an_approval_of_another_digest_is_refused() {
    let mut world = World::wallet(39, 2, 2);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(1)[0].id.clone();
    let digest = format!("0x{}", "11".repeat(32));
    assert!(world.command(1, Command::Approve { request, digest }).is_err());
}

#[test]
fn states_of_the_other_device_are_shown() {
    let mut world = World::wallet(40, 2, 2);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(1)[0].id.clone();
    let state = |world: &World| world.requests(0)[0].devices[1].state;
    assert!(world.run_until(10_000, |world| state(world) == DeviceState::Notified));
    world.command(1, Command::OpenRequest { request }).unwrap();
    assert!(world.run_until(10_000, |world| state(world) == DeviceState::Opened));
    assert!(world.approve(1));
    assert!(world.run_until(10_000, |world| state(world) == DeviceState::Approved));
}

#[test]
fn both_devices_show_the_same_card() {
    let mut world = World::wallet(41, 2, 2);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let (ours, theirs) = (world.requests(0).remove(0), world.requests(1).remove(0));
    assert_eq!(ours.id, theirs.id);
    assert_eq!((ours.card.digest, ours.card.digest_words), (theirs.card.digest, theirs.card.digest_words));
    assert!(theirs.card.headline.contains("0.01 ETH"), "{}", theirs.card.headline);
    assert!(theirs.card.rows.iter().any(|row| row.value.eq_ignore_ascii_case(RECIPIENT)));
    assert_eq!(theirs.relayed_by.as_deref(), Some("browser"));
}

#[test]
fn a_device_that_was_away_finds_the_request_when_it_comes_back() {
    let mut world = World::wallet(42, 2, 2);
    world.close(1);
    world.run(60_000);
    world.send(0).unwrap();
    assert!(world.approve(0));
    world.run(60_000);
    world.restart(1);
    assert!(world.approve(1));
    assert!(world.run_until(60_000, |world| signed(world, 1)));
}

#[test]
fn the_relay_may_stop_and_start_at_any_time() {
    for wait in [0, 5, 20, 40, 80, 200, 1_000] {
        let mut world = World::wallet(43, 2, 2);
        world.send(0).unwrap();
        world.run(wait);
        world.stop_relay();
        world.run(7_000);
        world.relay_is_up = true;
        assert!(world.approve(0), "after {wait} ms");
        assert!(world.approve(1), "after {wait} ms");
        assert!(world.run_until(120_000, |world| signed(world, 1)), "after {wait} ms");
        assert!(world.run_until(60_000, |world| (0..2).all(|i| world.activity(i).len() == 1)));
    }
}

#[test]
fn requests_follow_each_other_and_nonces_too() {
    let mut world = World::wallet(44, 2, 2);
    for _ in 0..3 {
        world.send(0).unwrap();
    }
    for count in 1..=3 {
        assert!(world.approve(0) && world.approve(1));
        assert!(world.run_until(60_000, |world| signed(world, count)));
    }
    assert!(world.run_until(1_000, |world| world.activity(1).len() == 3));
}

#[test]
fn a_later_signature_needs_no_set_up() {
    let mut world = World::wallet(45, 2, 2);
    let mut bytes = Vec::new();
    for count in 1..=2 {
        world.kill(0);
        world.restart(0);
        assert!(world.run_until(60_000, World::all_online));
        for _ in 0..2 {
            let before = world.relay.bytes;
            world.send(0).unwrap();
            assert!(world.approve(0) && world.approve(1));
            let wanted = bytes.len() + 1;
            assert!(world.run_until(60_000, |world| signed(world, wanted)));
            bytes.push(world.relay.bytes - before);
        }
        assert!(bytes[count * 2 - 1] < bytes[count * 2 - 2], "{bytes:?}");
    }
}

#[test]
fn clocks_of_two_devices_need_not_agree() {
    for ahead in [-3_600_000, 3_600_000] {
        let mut world = World::wallet(46, 2, 2);
        world.devices[1].clock_ms = ahead;
        world.kill(1);
        world.restart(1);
        assert!(world.run_until(120_000, World::all_online));
        world.send(0).unwrap();
        assert!(world.approve(0) && world.approve(1), "{ahead}");
        assert!(world.run_until(60_000, |world| signed(world, 1)), "{ahead}");
    }
}

#[test]
fn signing_gets_through_a_bad_network() {
    for seed in 0..4 {
        let mut world = World::wallet(47 + seed, 2, 3);
        world.relay.faults =
            symbolon_tests::Faults { drop: 150, duplicate: 150, delay: 300, delay_ms: 2_000, flip: 50 };
        world.send(0).unwrap();
        assert!(world.approve(0));
        assert!(world.run_until(300_000, |world| {
            [1, 2].iter().any(|i| world.requests(*i).iter().any(|r| r.status == RequestStatus::Review))
        }));
        world.approve_all(1);
        world.approve_all(2);
        assert!(world.run_until(300_000, |world| signed(world, 1)), "seed {seed}");
    }
}

/// A browser, a phone that is slow to be heard, and a server that signs whatever it is asked.
fn with_server(seed: u64) -> World {
    let mut world = World::new(seed);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world.add_set_up(config(DeviceKind::Phone), "phone");
    world.add_set_up(unattended(), "server");
    world.pair_all();
    world.create_key(2);
    world.devices[1].latency_ms = 300;
    world
}

/// Who signed the only request.
fn signers(world: &mut World) -> Vec<String> {
    assert!(world.run_until(30_000, |world| world.activity(0).len() == 1));
    let mut devices = world.activity(0).remove(0).devices;
    devices.sort();
    devices
}

fn server_is_first(world: &mut World) {
    let online = |world: &World, index: usize| world.view(0).devices[index].online;
    assert!(world.run_until(60_000, |world| (1..3).any(|i| online(world, i))));
    let names: Vec<_> = world.view(0).devices.iter().filter(|d| d.online).map(|d| d.name.clone()).collect();
    assert_eq!(names, ["browser", "server"], "the server is there before the phone is");
}

#[test]
fn a_restart_does_not_take_a_request_away_from_the_phone_that_reviews_it() {
    for has_approved in [false, true] {
        let mut world = with_server(61);
        world.send(0).unwrap();
        assert!(world.approve(0));
        assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
        if has_approved {
            // So late that the browser does not hear of it.
            world.kill(0);
            assert!(world.approve(1));
        } else {
            world.kill(0);
        }
        world.restart(0);
        server_is_first(&mut world);
        if !has_approved {
            world.run(20_000);
            assert!(world.node.sent.is_empty());
            assert!(world.approve(1));
        }
        assert!(world.run_until(30_000, |world| signed(world, 1)));
        assert!(world.run_until(30_000, |world| (0..2).all(|i| world.activity(i).len() == 1)));
        assert_eq!(signers(&mut world), ["browser", "phone"]);
        assert!(world.activity(2).is_empty(), "the server was never asked");
    }
}

#[test]
fn a_lost_relay_does_not_take_a_request_away_from_the_phone_that_reviews_it() {
    let mut world = with_server(62);
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    world.stop_relay();
    world.run(65_000);
    world.relay_is_up = true;
    world.run(60_000);
    assert!(world.node.sent.is_empty());
    assert!(world.approve(1));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
    assert_eq!(signers(&mut world), ["browser", "phone"]);
}

#[test]
fn a_phone_that_stays_away_after_a_restart_is_replaced() {
    let mut world = with_server(63);
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    world.kill(0);
    world.close(1);
    world.restart(0);
    world.run(7_000);
    assert!(world.node.sent.is_empty(), "not yet");
    assert!(world.run_until(5_000, |world| signed(world, 1)));
    assert_eq!(signers(&mut world), ["browser", "server"]);
}

#[test]
fn cosigners_that_the_owner_chose_stay_chosen_after_a_restart() {
    let mut world = with_server(64);
    world.send(0).unwrap();
    assert!(world.run_until(10_000, |world| !world.requests(1).is_empty()));
    let request = world.requests(0)[0].id.clone();
    let phone = world.view(0).devices.iter().find(|device| device.name == "phone").unwrap().id.clone();
    world.command(0, Command::ChooseCosigners { request, devices: vec![phone] }).unwrap();
    assert!(world.approve(0));
    world.kill(0);
    world.close(1);
    world.restart(0);
    world.run(60_000);
    assert!(world.node.sent.is_empty(), "nobody else is asked");
    world.restart(1);
    assert!(world.approve(1));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
}

#[test]
fn a_request_right_after_the_start_goes_to_the_phone_not_to_the_faster_server() {
    let mut world = with_server(65);
    world.kill(0);
    world.restart(0);
    world.send(0).unwrap();
    server_is_first(&mut world);
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
    assert_eq!(signers(&mut world), ["browser", "phone"]);
}

#[test]
fn a_request_right_after_the_start_waits_only_a_moment_for_a_phone_that_is_off() {
    let mut world = with_server(66);
    world.kill(0);
    world.close(1);
    world.run(60_000);
    world.restart(0);
    let before = world.now;
    world.send(0).unwrap();
    assert!(world.approve(0));
    assert!(world.run_until(30_000, |world| signed(world, 1)));
    assert!(world.now - before < 3_000, "{} ms", world.now - before);
}
