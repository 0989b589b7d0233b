//! Two devices meet, or do not, and the owner is told why.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::World;
use symbolon_tests::setup::config;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{DeviceKind, PairingStage, Phase};

fn two() -> World {
    let mut world = World::new(11);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world.add_set_up(config(DeviceKind::Phone), "phone");
    world
}

fn failed_with(world: &World, index: usize) -> Option<String> {
    match world.stage(index)? {
        PairingStage::Failed { code, .. } => Some(code),
        _ => None,
    }
}

fn join(world: &mut World, index: usize, link: &str) {
    world.command(index, Command::JoinPairing { link: link.to_owned() }).unwrap();
}

fn comparing(world: &World, index: usize) -> bool {
    world.stage(index) == Some(PairingStage::Compare)
}

#[test]
fn paired_devices_see_each_other_by_name() {
    let mut world = two();
    world.pair_all();
    let names = |i| world.view(i).devices.iter().map(|device| device.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(0), names(1)),
        (vec!["browser".to_owned(), "phone".to_owned()], vec!["phone".to_owned(), "browser".to_owned()])
    );
}

#[test]
fn an_invitation_leads_to_the_page_of_the_relay() {
    let mut world = two();
    assert!(world.invite(0).starts_with("http://127.0.0.1:8080/#pair="));
}

#[test]
fn pairing_survives_the_restart_of_both_processes() {
    let mut world = two();
    world.pair_all();
    for index in 0..2 {
        world.close(index);
        world.restart(index);
    }
    assert!(world.run_until(60_000, World::all_online));
}

#[test]
fn an_expired_invitation_says_so_on_both_devices() {
    let mut world = two();
    let link = world.invite(0);
    world.run(121_000);
    assert_eq!(failed_with(&world, 0).as_deref(), Some("pairing/expired"));
    join(&mut world, 1, &link);
    assert!(world.run_until(60_000, |world| failed_with(world, 1).is_some()));
    assert!(["pairing/expired", "pairing/no-answer"].contains(&failed_with(&world, 1).unwrap().as_str()));
    assert_eq!(world.view(0).devices.len(), 1);
}

#[test]
fn a_used_invitation_is_refused_to_a_third_device() {
    let mut world = two();
    world.add_set_up(config(DeviceKind::Phone), "stranger");
    let link = world.invite(0);
    join(&mut world, 1, &link);
    assert!(world.run_until(60_000, |world| comparing(world, 0) && comparing(world, 1)));
    join(&mut world, 2, &link);
    assert!(world.run_until(60_000, |world| failed_with(world, 2).is_some()));
    assert_eq!(failed_with(&world, 2).as_deref(), Some("pairing/used"));
    assert!(comparing(&world, 0), "the pairing of the first two goes on");
}

#[test]
fn different_symbols_pair_nobody() {
    for denier in 0..2 {
        let mut world = two();
        let link = world.invite(0);
        join(&mut world, 1, &link);
        assert!(world.run_until(60_000, |world| comparing(world, 0) && comparing(world, 1)));
        world.command(1 - denier, Command::ConfirmPairing { same: true }).unwrap();
        world.command(denier, Command::ConfirmPairing { same: false }).unwrap();
        assert!(world.run_until(60_000, |world| (0..2).all(|i| failed_with(world, i).is_some())));
        for index in 0..2 {
            assert_eq!(failed_with(&world, index).as_deref(), Some("pairing/different"));
            assert_eq!(world.view(index).devices.len(), 1);
        }
    }
}

#[test]
fn a_cancelled_pairing_ends_on_both_devices() {
    let mut world = two();
    let link = world.invite(0);
    join(&mut world, 1, &link);
    assert!(world.run_until(60_000, |world| comparing(world, 0) && comparing(world, 1)));
    world.command(0, Command::CancelPairing).unwrap();
    assert_eq!(failed_with(&world, 0).as_deref(), Some("pairing/cancelled"));
    assert!(world.run_until(60_000, |world| failed_with(world, 1).is_some()));
    world.command(0, Command::CancelPairing).unwrap();
    assert_eq!(world.stage(0), None, "what is over is taken off the screen");
}

#[test]
fn a_text_that_is_no_invitation_is_refused() {
    let mut world = two();
    for text in ["", "https://example.org/", "ethereum:0x0", "x#pair=AAAA"] {
        let error = world.command(1, Command::JoinPairing { link: text.to_owned() }).unwrap_err();
        assert!(
            ["pairing/not-an-invitation", "pairing/other-version"].contains(&error.code.as_str()),
            "{text}: {}",
            error.code
        );
    }
    let error = world.command(1, Command::JoinPairing { link: "x#pair=AgAA".to_owned() }).unwrap_err();
    assert_eq!(error.code, "pairing/other-version");
}

#[test]
fn a_device_does_not_pair_with_itself() {
    let mut world = two();
    let link = world.invite(0);
    join(&mut world, 0, &link);
    // Joining takes the invitation off the screen, so nobody answers.
    assert!(world.run_until(200_000, |world| failed_with(world, 0).is_some()));
    assert_eq!(world.view(0).devices.len(), 1);
}

#[test]
fn without_a_relay_the_owner_is_told_so() {
    let mut world = two();
    let link = world.invite(0);
    world.stop_relay();
    join(&mut world, 1, &link);
    assert!(world.run_until(200_000, |world| failed_with(world, 1).is_some()));
    assert_eq!(failed_with(&world, 1).as_deref(), Some("pairing/relay-unreachable"));
}

#[test]
fn a_device_that_is_not_set_up_cannot_pair() {
    let mut world = World::new(12);
    world.add(config(DeviceKind::Phone));
    assert_eq!(world.view(0).phase, Phase::Fresh);
    assert_eq!(world.command(0, Command::Invite).unwrap_err().code, "setup/needed");
}

#[test]
fn pairing_gets_through_a_bad_network() {
    let mut world = two();
    world.relay.faults =
        symbolon_tests::Faults { drop: 200, duplicate: 200, delay: 300, delay_ms: 3_000, flip: 100 };
    let link = world.invite(0);
    join(&mut world, 1, &link);
    assert!(world.run_until(120_000, |world| comparing(world, 0) && comparing(world, 1)));
    for index in 0..2 {
        world.command(index, Command::ConfirmPairing { same: true }).unwrap();
    }
    assert!(world.run_until(240_000, World::all_online));
}

#[test]
fn devices_that_met_the_same_device_are_introduced() {
    let mut world = two();
    world.add_set_up(config(DeviceKind::Cosigner), "cosigner");
    world.pair(0, 1);
    world.pair(0, 2);
    assert!(world.run_until(120_000, World::all_online));
    assert_eq!(world.view(1).devices.len(), 3);
}

#[test]
fn a_lost_introduction_is_made_again() {
    let mut world = two();
    world.add_set_up(config(DeviceKind::Cosigner), "cosigner");
    world.pair(0, 1);
    // The phone dies just before it stores what it hears next.
    let cosigner = 2;
    world.pair(0, cosigner);
    world.kill(1);
    world.run(5_000);
    world.restart(1);
    assert!(world.run_until(240_000, World::all_online));
}

#[test]
fn a_device_can_be_forgotten_before_there_is_a_key() {
    let mut world = two();
    world.pair_all();
    let phone = world.view(0).devices[1].id.clone();
    world.command(0, Command::ForgetDevice { device: phone.clone() }).unwrap();
    assert_eq!(world.view(0).devices.len(), 1);
    assert_eq!(world.command(0, Command::ForgetDevice { device: phone }).unwrap_err().code, "device/unknown");
}
