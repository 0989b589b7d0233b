//! A passkey opens a device beside its password, and never instead of it.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::World;
use symbolon_tests::setup::{PASSWORD, config};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::StoreError;
use symbolon_wallet::view::{DeviceKind, Phase};

const OUTPUT: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

fn one() -> World {
    let mut world = World::new(24);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world
}

fn with_passkey() -> World {
    let mut world = one();
    allow(&mut world, PASSWORD).unwrap();
    add(&mut world, OUTPUT).unwrap();
    world
}

fn code(outcome: Result<(), symbolon_wallet::effect::CommandError>) -> Result<(), String> {
    outcome.map_err(|error| error.code)
}

fn allow(world: &mut World, password: &str) -> Result<(), String> {
    code(world.command(0, Command::AllowPasskey { password: password.to_owned() }))
}

fn add(world: &mut World, output: &str) -> Result<(), String> {
    let (credential, salt) = ("c0ffee".to_owned(), "05".repeat(32));
    code(world.command(0, Command::AddPasskey { credential, salt, output: output.to_owned() }))
}

fn open(world: &mut World, output: &str) -> Result<(), String> {
    code(world.command(0, Command::UnlockWithPasskey { output: output.to_owned() }))
}

#[test]
fn a_passkey_opens_the_device_also_after_the_browser_was_closed() {
    let mut world = with_passkey();
    world.close(0);
    world.start(0);
    let shown = world.view(0).passkey.unwrap();
    assert_eq!((shown.credential, shown.salt), ("c0ffee".to_owned(), "05".repeat(32)));
    assert_eq!(open(&mut world, OUTPUT), Ok(()));
    assert_eq!(world.view(0).phase, Phase::Linking);
}

#[test]
fn adding_one_needs_the_password_just_before_and_once() {
    let mut world = one();
    assert_eq!(add(&mut world, OUTPUT), Err("passkey/password-first".to_owned()));
    assert_eq!(allow(&mut world, "wrong horse"), Err("vault/wrong-password".to_owned()));
    assert_eq!(add(&mut world, OUTPUT), Err("passkey/password-first".to_owned()));
    allow(&mut world, PASSWORD).unwrap();
    world.run(4 * 60_000);
    assert_eq!(add(&mut world, OUTPUT), Err("passkey/password-first".to_owned()));
    allow(&mut world, PASSWORD).unwrap();
    assert_eq!(add(&mut world, OUTPUT), Ok(()));
    assert_eq!(add(&mut world, OUTPUT), Err("passkey/password-first".to_owned()));
}

#[test]
fn the_password_does_not_stay_given_over_a_lock() {
    let mut world = one();
    allow(&mut world, PASSWORD).unwrap();
    world.command(0, Command::Lock).unwrap();
    assert_eq!(allow(&mut world, PASSWORD), Err("vault/locked".to_owned()));
    assert_eq!(add(&mut world, OUTPUT), Err("vault/locked".to_owned()));
    world.unlock(0).unwrap();
    assert_eq!(add(&mut world, OUTPUT), Err("passkey/password-first".to_owned()));
}

#[test]
fn another_passkey_is_told_and_the_password_opens_as_before() {
    let mut world = with_passkey();
    world.command(0, Command::Lock).unwrap();
    let before = world.devices[0].store.clone();
    for wrong in ["0c".repeat(32), String::new(), "0b".repeat(31), "zz".repeat(32)] {
        assert_eq!(open(&mut world, &wrong), Err("vault/wrong-passkey".to_owned()));
    }
    assert_eq!((world.view(0).phase, &world.devices[0].store), (Phase::Locked, &before));
    world.unlock(0).unwrap();
}

#[test]
fn a_removed_passkey_opens_nothing_and_the_password_does() {
    let mut world = with_passkey();
    world.command(0, Command::RemovePasskey).unwrap();
    assert_eq!(world.view(0).passkey, None);
    world.close(0);
    world.start(0);
    assert_eq!(open(&mut world, OUTPUT), Err("vault/wrong-passkey".to_owned()));
    world.unlock(0).unwrap();
}

#[test]
fn a_new_password_leaves_the_passkey_working() {
    let mut world = with_passkey();
    let (old, new) = (PASSWORD.to_owned(), "new password".to_owned());
    world.command(0, Command::ChangePassword { old, new }).unwrap();
    world.close(0);
    world.start(0);
    assert_eq!(open(&mut world, OUTPUT), Ok(()));
    world.command(0, Command::Lock).unwrap();
    assert_eq!(code(world.unlock(0)), Err("vault/wrong-password".to_owned()));
}

#[test]
fn a_passkey_that_is_none_changes_nothing() {
    let mut world = one();
    let before = world.devices[0].store.clone();
    for (credential, salt, output) in [
        (String::new(), "05".repeat(32), OUTPUT.to_owned()),
        ("c0".repeat(1024), "05".repeat(32), OUTPUT.to_owned()),
        ("c0".to_owned(), "05".repeat(31), OUTPUT.to_owned()),
        ("c0".to_owned(), "05".repeat(32), "0b".repeat(33)),
    ] {
        allow(&mut world, PASSWORD).unwrap();
        let outcome = world.command(0, Command::AddPasskey { credential, salt, output });
        assert_eq!(code(outcome), Err("passkey/unusable".to_owned()));
    }
    assert_eq!(world.devices[0].store, before);
}

/// Whatever the moment of a death: the password that opened before, or the one that was just given, opens; and a
/// passkey that was said to be added, or was there, opens too.
#[test]
fn a_death_at_any_effect_of_a_change_leaves_a_way_in() {
    let orders = |world: &mut World, which: usize| {
        let order = match which {
            0 => Command::ChangePassword { old: PASSWORD.to_owned(), new: "new password".to_owned() },
            1 => Command::RemovePasskey,
            _ => {
                let _ = allow(world, PASSWORD);
                let (credential, salt) = ("c1".to_owned(), "06".repeat(32));
                Command::AddPasskey { credential, salt, output: "0d".repeat(32) }
            }
        };
        world.command(0, order).is_ok()
    };
    let mut deaths = 0;
    for which in 0..3 {
        for at in 0.. {
            let mut world = with_passkey();
            world.devices[0].crash_at = Some(world.devices[0].effects + at);
            let done = orders(&mut world, which);
            if world.devices[0].wallet.is_some() {
                assert!(done && at > 1, "the order has effects");
                break;
            }
            deaths += 1;
            world.close(0);
            world.start(0);
            let old = world.unlock(0).is_ok();
            let new = old
                || code(world.command(0, Command::Unlock { password: "new password".to_owned() })).is_ok();
            assert!(new, "order {which}, effect {at}: no password opens");
            world.command(0, Command::Lock).unwrap();
            let passkeys = [OUTPUT.to_owned(), "0d".repeat(32)].map(|output| {
                let opens = open(&mut world, &output).is_ok();
                world.command(0, Command::Lock).unwrap();
                opens
            });
            let shown = world.view(0).passkey.is_some();
            assert_eq!(passkeys.iter().filter(|opens| **opens).count(), usize::from(shown), "{which} {at}");
            assert!(shown || which == 1, "order {which}, effect {at}: the passkey is gone");
        }
    }
    println!("{deaths} deaths over changes of the header, a way in after each");
}

#[test]
fn what_cannot_be_stored_is_not_changed() {
    let mut world = with_passkey();
    world.devices[0].store_error = Some(StoreError::Full);
    assert_eq!(code(world.command(0, Command::RemovePasskey)), Err("store/full".to_owned()));
    world.devices[0].store_error = None;
    assert!(world.view(0).passkey.is_some());
    world.command(0, Command::Lock).unwrap();
    assert_eq!(open(&mut world, OUTPUT), Ok(()));
}

/// R32: neither the order that carries it nor a refusal of it shows what opens the vault.
#[test]
fn no_log_or_error_shows_what_a_passkey_made() {
    let mut world = with_passkey();
    let order = Command::UnlockWithPasskey { output: "0c".repeat(32) };
    assert_eq!(format!("{order:?}"), "Command(<redacted>)");
    world.command(0, Command::Lock).unwrap();
    let refusal = world.command(0, order).unwrap_err();
    assert!(!format!("{refusal:?}").contains("0c0c"));
    for record in world.devices[0].store.records() {
        assert!(!record.value.windows(8).any(|window| window == [0x0b; 8]), "{}", record.key);
    }
}
