//! A process dies at any effect while a key is made with a recovery share, or while a lost device is recovered: nothing is lost that
//! file and code do not bring back, and the wallet signs.
//!
//! With the variable `EVERY_DEATH` set every death that differs is tried, and otherwise one in [`STRIDE`].

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::recovery::{Kept, key_with_recovery};
use symbolon_tests::setup::config;
use symbolon_tests::{Snapshot, World};
use symbolon_wallet::backup::{RecoveryCode, RecoveryFile};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::StoreError;
use symbolon_wallet::view::DeviceKind;

/// Of so many deaths that differ, a run of the suite tries one.
const STRIDE: usize = 4;

fn stride() -> usize {
    if std::env::var_os("EVERY_DEATH").is_some() { 1 } else { STRIDE }
}

/// The moments of death of a device that differ from each other, from effect `first` on.
fn deaths(world: &World, victim: usize, first: u64) -> Vec<u64> {
    let traces = world.devices[victim].traces.iter().filter(|at| **at >= first).map(|at| at + 1);
    std::iter::once(first).chain(traces).collect()
}

/// Agrees wherever a device asks, for so long.
fn agree_for(world: &mut World, times: usize) {
    for _ in 0..times {
        for index in 0..world.devices.len() {
            if world.asks_change(index) {
                let change = world.view(index).change.unwrap().id;
                world.order(index, Command::ConfirmChange { change, agree: true });
            }
        }
        world.run(300);
    }
}

fn restart_all(world: &mut World, devices: &[usize]) {
    for index in devices {
        world.restart(*index);
    }
    let all_there = |world: &World| {
        devices.iter().all(|index| {
            world.view(*index).devices.iter().filter(|device| device.online).count() >= devices.len()
        })
    };
    assert!(world.run_until(120_000, all_there), "all are there again");
}

// The making of a key.

fn linked() -> Snapshot {
    let mut world = World::new(721);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world.add_set_up(config(DeviceKind::Phone), "phone");
    world.pair_all();
    Snapshot::of(world, 721)
}

/// Draws a code and makes the key with it, whoever dies over it; the code, if it was given.
fn try_key(world: &mut World) -> Option<String> {
    let code = world.ask(0, Command::DrawRecoveryCode { guardians: None, passkey: None }).ok()?;
    world.command(0, Command::ConfirmRecoveryCode { codes: vec![code.clone()], passkey: None }).ok()?;
    world.order(0, key_with_recovery(2));
    world.run(500);
    for index in 0..2 {
        world.order(index, Command::ConfirmRoster { same: true });
        world.run(50);
    }
    world.run(3_000);
    Some(code)
}

/// What patient owners do: start again, and make the key anew if it is not there. All codes that were written down.
fn finish_key(world: &mut World, mut codes: Vec<String>, what: &str) {
    for _ in 0..10 {
        restart_all(world, &[0, 1]);
        if world.run_until(20_000, World::all_ready) {
            break;
        }
        codes.extend(try_key(world));
    }
    assert!(world.all_ready(), "the key was never made {what}");
    // One of the codes on paper opens the file that every device gives.
    let files = [0, 1].map(|index| {
        let party = world.view(index).recovery.shares[0].party;
        world.ask(index, Command::GiveRecoveryFile { party }).unwrap()
    });
    assert_eq!(files[0], files[1], "{what}");
    let file = RecoveryFile::decode(&hex::decode(&files[0]).unwrap()).unwrap();
    let opens = |code: &String| file.open(&RecoveryCode::read(code).unwrap()).is_ok();
    assert!(codes.iter().any(opens), "no code opens the file {what}");
    assert!(world.signs_with(&[0, 1]), "{what}");
}

fn dies_over_a_key(victim: usize) {
    let snapshot = linked();
    let all = {
        let mut world = snapshot.world();
        let first = world.devices[victim].effects;
        try_key(&mut world);
        assert!(world.run_until(60_000, World::all_ready));
        deaths(&world, victim, first)
    };
    let (count, mut tried) = (all.len(), 0);
    assert!(count > 25);
    for at in all.into_iter().skip(victim % stride()).step_by(stride()) {
        let mut world = snapshot.world();
        world.devices[victim].crash_at = Some(at);
        let codes = try_key(&mut world).into_iter().collect();
        finish_key(&mut world, codes, &format!("after effect {at} of device {victim}"));
        tried += 1;
    }
    println!("making a key: device {victim} died in {tried} of {count} different ways");
}

#[test]
fn the_device_that_drew_the_code_may_die_at_any_effect_of_a_keygen() {
    dies_over_a_key(0);
}

#[test]
fn the_other_device_may_die_at_any_effect_of_a_keygen() {
    dies_over_a_key(1);
}

// Recovery.

/// The phone is lost; a new one is linked with the browser.
struct Loss {
    snapshot: Snapshot,
    kept: Kept,
    address: String,
}

const BROWSER: usize = 0;
const LOST: usize = 1;
const NEW: usize = 2;
const MEMBERS: [usize; 2] = [BROWSER, NEW];

impl Loss {
    fn of(seed: u64) -> Self {
        let (mut world, kept) = World::recoverable(seed);
        let address = world.view(BROWSER).accounts[0].address.clone();
        world.add_set_up(config(DeviceKind::Phone), "new phone");
        world.pair(BROWSER, NEW);
        Self { snapshot: Snapshot::of(world, seed), kept, address }
    }

    fn world(&self) -> World {
        let mut world = self.snapshot.world();
        world.close(LOST);
        world.run(120_000);
        world
    }

    /// Opens the share if it is not open, and proposes; whoever dies over it.
    fn try_recovery(&self, world: &mut World) {
        if world.devices[NEW].wallet.is_none()
            || world.open_share(NEW, &self.kept).is_err()
            || !world.run_until(10_000, |world| {
                world.devices[NEW].wallet.is_none()
                    || world.view(NEW).recovery.opened.is_some_and(|opened| opened.missing == 0)
            })
            || world.devices[NEW].wallet.is_none()
        {
            return;
        }
        let Ok(_) = world.propose_recovery(NEW, &[]) else { return };
        world.run(300);
        agree_for(world, 3);
    }

    fn is_done(world: &World) -> bool {
        MEMBERS.iter().all(|index| world.epoch(*index) == Some(2))
    }

    fn finish(&self, world: &mut World, what: &str) {
        for _ in 0..10 {
            restart_all(world, &MEMBERS);
            if world.run_until(20_000, Self::is_done) {
                break;
            }
            // Who came back is asked again, or everybody begins anew.
            agree_for(world, 3);
            self.try_recovery(world);
        }
        let epochs = MEMBERS.map(|index| world.epoch(index));
        assert!(Self::is_done(world), "never recovered {what}: {epochs:?}");
        for index in MEMBERS {
            assert_eq!(world.view(index).accounts[0].address, self.address);
            assert!(world.view(index).change.is_none(), "no half state is shown {what}");
        }
        assert!(world.signs_with(&MEMBERS), "{what}");
    }

    fn dies(&self, victim: usize) {
        let all = {
            let mut world = self.world();
            let first = world.devices[victim].effects;
            self.try_recovery(&mut world);
            assert!(world.run_until(60_000, Self::is_done));
            deaths(&world, victim, first)
        };
        let (count, mut tried) = (all.len(), 0);
        assert!(count > 40);
        for at in all.into_iter().skip(victim % stride()).step_by(stride()) {
            let mut world = self.world();
            world.devices[victim].crash_at = Some(at);
            self.try_recovery(&mut world);
            world.run(4_000);
            self.finish(&mut world, &format!("after effect {at} of device {victim}"));
            tried += 1;
        }
        println!("recovery: device {victim} died in {tried} of {count} different ways; it signed each time");
    }
}

#[test]
fn the_device_that_is_left_may_die_at_any_effect_of_a_recovery() {
    Loss::of(722).dies(BROWSER);
}

#[test]
fn the_new_device_may_die_at_any_effect_of_a_recovery() {
    Loss::of(723).dies(NEW);
}

#[test]
fn full_storage_at_any_write_of_a_recovery_leaves_a_wallet_that_can_be_recovered() {
    let loss = Loss::of(724);
    let mut runs = 0;
    for victim in MEMBERS {
        let writes = {
            let mut world = loss.world();
            let before = world.devices[victim].writes;
            loss.try_recovery(&mut world);
            assert!(world.run_until(60_000, Loss::is_done));
            before + 1..=world.devices[victim].writes
        };
        assert!(writes.clone().count() >= 3, "shares, pledge, promotion");
        for write in writes {
            let mut world = loss.world();
            world.devices[victim].fail_write = Some((write, StoreError::Full));
            loss.try_recovery(&mut world);
            world.run(4_000);
            loss.finish(&mut world, &format!("after write {write} of device {victim}"));
            runs += 1;
        }
    }
    println!("{runs} writes failed; it was recovered each time");
}
