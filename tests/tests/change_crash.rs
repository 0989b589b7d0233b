//! A process dies at any effect of a change of the devices: the wallet can sign, and the change can be made.
//!
//! Every death takes minutes; with the variable `EVERY_DEATH` set they are all tried, and otherwise one in
//! [`STRIDE`], at places that differ from device to device.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::change::change_of;
use symbolon_tests::setup::config;
use symbolon_tests::{Faults, Snapshot, World};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::StoreError;
use symbolon_wallet::view::DeviceKind;

/// Of so many deaths that differ, a run of the suite tries one.
const STRIDE: usize = 5;
/// Who proposes a rotation.
const PROPOSER: usize = 0;
/// How long owners go on with a change that a death came into, in seconds.
const PATIENCE_S: usize = 20;

/// A change, and the world before it.
struct Scenario {
    name: &'static str,
    snapshot: Snapshot,
    /// A device that is off from the start.
    lost: Option<usize>,
    /// The new quorum.
    members: Vec<usize>,
    /// Two that hold shares before and after.
    stay: [usize; 2],
    add: Vec<usize>,
    remove: Vec<String>,
    address: String,
}

fn rotation() -> Scenario {
    let world = World::wallet(61, 2, 3);
    let address = world.view(0).accounts[0].address.clone();
    let mut by_id = [0, 1, 2];
    by_id.sort_by_key(|index| world.id(*index));
    assert_eq!(by_id[2], PROPOSER, "a device speaks to the others by ascending id: to the proposer last");
    Scenario {
        name: "rotation",
        snapshot: Snapshot::of(world, 61),
        lost: None,
        members: vec![0, 1, 2],
        stay: [PROPOSER, 1],
        add: vec![],
        remove: vec![],
        address,
    }
}

/// The phone is lost, and a tablet takes its place.
fn replacement() -> Scenario {
    let mut world = World::wallet(62, 2, 3);
    let address = world.view(0).accounts[0].address.clone();
    let lost = world.id(1);
    let tablet = world.add_set_up(config(DeviceKind::Phone), "tablet");
    world.pair(0, tablet);
    assert!(world.run_until(120_000, World::all_online));
    Scenario {
        name: "replacement",
        snapshot: Snapshot::of(world, 62),
        lost: Some(1),
        members: vec![0, 2, tablet],
        stay: [0, 2],
        add: vec![tablet],
        remove: vec![lost],
        address,
    }
}

impl Scenario {
    fn world(&self) -> World {
        let mut world = self.snapshot.world();
        // They see each other; what they say of their shares is still on its way.
        world.run(100);
        if let Some(lost) = self.lost {
            world.close(lost);
        }
        world
    }

    fn command(&self, world: &World) -> Command {
        let add = self.add.iter().map(|device| world.id(*device)).collect();
        change_of(add, self.remove.clone(), None)
    }

    /// Proposes the change and agrees to it wherever it is asked for, whoever dies over it.
    fn try_change(&self, world: &mut World) {
        let command = self.command(world);
        world.order(self.stay[0], command);
        world.run(300);
        for _ in 0..3 {
            self.agree(world);
            world.run(300);
        }
    }

    fn agree(&self, world: &mut World) {
        for index in self.members.clone() {
            if world.asks_change(index) {
                let change = world.view(index).change.unwrap().id;
                world.order(index, Command::ConfirmChange { change, agree: true });
            }
        }
    }

    /// Until all new holders of shares see each other.
    fn meet(&self, world: &mut World) {
        let members = &self.members;
        let all_there = |world: &World| {
            members.iter().all(|index| {
                let online = world.view(*index).devices.iter().filter(|device| device.online).count();
                online >= members.len()
            })
        };
        assert!(world.run_until(120_000, all_there), "{}: all are there again", self.name);
    }

    fn is_done(&self, world: &World) -> bool {
        self.members.iter().all(|index| world.epoch(*index) == Some(2))
    }

    /// What owners do after a death: start again what died and nothing else, sign with what is there, agree wherever they
    /// are asked, and propose the change again as soon as the screen lets them. How often that was needed. Where nobody
    /// can go on, the devices must say so by themselves: no owner waits for a proposal to grow old.
    fn finish(&self, world: &mut World, what: &str) -> u32 {
        for index in self.members.clone() {
            world.restart(index);
        }
        self.meet(world);
        if !world.run_until(15_000, |world| self.is_done(world)) {
            let epochs: Vec<_> = (0..world.devices.len()).map(|index| world.epoch(index)).collect();
            assert!(world.signs_with(&self.stay), "{}: the old shares sign {what}: {epochs:?}", self.name);
        }
        let mut again = 0;
        for _ in 0..PATIENCE_S {
            if world.run_until(1_000, |world| self.is_done(world)) {
                break;
            }
            self.agree(world);
            if world.view(self.stay[0]).change.is_none() {
                again += 1;
                self.try_change(world);
            }
        }
        let epochs: Vec<_> = (0..world.devices.len()).map(|index| world.epoch(index)).collect();
        assert!(self.is_done(world), "{}: not made within {PATIENCE_S} s {what}: {epochs:?}", self.name);
        // What is on the disks is enough, too.
        for index in self.members.clone() {
            assert!(world.view(index).change.is_none(), "{}: no half state is shown {what}", self.name);
            world.kill(index);
            world.restart(index);
        }
        self.meet(world);
        let last = *self.members.iter().rfind(|index| **index != self.stay[0]).unwrap();
        assert!(world.signs_with(&[self.stay[0], last]), "{}: the new shares sign {what}", self.name);
        for index in &self.members {
            assert_eq!(world.view(*index).accounts[0].address, self.address);
        }
        again
    }

    /// Effects that a device performs from the proposal to the end: how many, and the moments of death among them that
    /// differ from each other. Dying after an effect that left no trace is dying before it.
    fn deaths(&self, victim: usize) -> (u64, Vec<u64>) {
        let mut world = self.world();
        let first = world.devices[victim].effects;
        self.try_change(&mut world);
        assert!(world.run_until(60_000, |world| self.is_done(world)));
        let device = &world.devices[victim];
        let traces = device.traces.iter().filter(|at| **at >= first).map(|at| at + 1);
        (device.effects - first, std::iter::once(first).chain(traces).collect())
    }

    fn dies_at_effects(&self, victim: usize) {
        let (effects, deaths) = self.deaths(victim);
        let all = deaths.len();
        assert!(all > 40);
        let stride = if std::env::var_os("EVERY_DEATH").is_some() { 1 } else { STRIDE };
        let (mut count, mut again) = (0, 0);
        for at in deaths.into_iter().skip(victim % stride).step_by(stride) {
            count += 1;
            let mut world = self.world();
            world.devices[victim].crash_at = Some(at);
            self.try_change(&mut world);
            world.run(4_000);
            again += u32::from(self.finish(&mut world, &format!("after effect {at} of device {victim}")) > 0);
        }
        println!(
            "{}: device {victim} performs {effects} effects and can die in {all} different ways; it died in {count} of \
             them, the wallet signed each time, and the change was proposed again {again} times",
            self.name
        );
    }
}

#[test]
fn the_proposer_may_die_at_any_effect_of_a_rotation() {
    rotation().dies_at_effects(PROPOSER);
}

#[test]
fn another_dealer_may_die_at_any_effect_of_a_rotation() {
    rotation().dies_at_effects(1);
}

#[test]
fn a_receiver_may_die_at_any_effect_of_a_rotation() {
    rotation().dies_at_effects(2);
}

#[test]
fn the_proposer_may_die_at_any_effect_of_a_replacement() {
    replacement().dies_at_effects(0);
}

#[test]
fn another_dealer_may_die_at_any_effect_of_a_replacement() {
    replacement().dies_at_effects(2);
}

#[test]
fn the_new_device_may_die_at_any_effect_of_a_replacement() {
    replacement().dies_at_effects(3);
}

#[test]
fn full_storage_at_any_write_of_a_change_leaves_a_wallet_that_signs() {
    let mut runs = 0;
    for scenario in [rotation(), replacement()] {
        for victim in scenario.members.clone() {
            let writes = {
                let mut world = scenario.world();
                let before = world.devices[victim].writes;
                scenario.try_change(&mut world);
                assert!(world.run_until(60_000, |world| scenario.is_done(world)));
                before + 1..=world.devices[victim].writes
            };
            assert!(writes.clone().count() >= 3, "shares, pledge, promotion");
            for write in writes {
                let mut world = scenario.world();
                world.devices[victim].fail_write = Some((write, StoreError::Full));
                scenario.try_change(&mut world);
                world.run(4_000);
                scenario.finish(&mut world, &format!("after write {write} of device {victim}"));
                runs += 1;
            }
        }
    }
    println!("{runs} writes failed; the wallet signed each time");
}

#[test]
fn lost_and_doubled_frames_only_slow_a_change_down() {
    for seed in 0..6 {
        for scenario in [rotation(), replacement()] {
            let mut world = scenario.world();
            world.relay.faults =
                Faults { drop: 50 + 50 * seed, duplicate: 100, delay: 200, delay_ms: 2_000, flip: 30 };
            scenario.try_change(&mut world);
            for _ in 0..60 {
                scenario.agree(&mut world);
                world.run(2_000);
            }
            world.relay.faults = Faults::default();
            scenario.finish(&mut world, &format!("with seed {seed}"));
        }
    }
}
