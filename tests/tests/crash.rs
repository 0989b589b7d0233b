//! A process may die between any two effects. What was durable is enough to go on.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::setup::config;
use symbolon_tests::{Snapshot, World};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::StoreError;
use symbolon_wallet::view::{DeviceKind, JournalState, Phase, RequestStatus};

/// Drives a request to its end as patient owners do: unlock, retry what stalled, approve what waits.
fn finish(world: &mut World) -> bool {
    for _ in 0..60 {
        for index in 0..world.devices.len() {
            world.restart(index);
            for request in world.requests(index) {
                if matches!(
                    request.status,
                    RequestStatus::Stalled { .. } | RequestStatus::PrepareFailed { .. }
                ) {
                    let _ = world.command(index, Command::RetrySigning { request: request.id.clone() });
                }
            }
            world.approve_all(index);
        }
        world.run(2_000);
        let is_over = world.node.sent.len() == 1
            && (0..world.devices.len()).all(|i| world.requests(i).is_empty())
            && !world.activity(0).is_empty();
        if is_over {
            let whole = |index| world.view(index).journal.state == JournalState::Whole;
            assert!((0..world.devices.len()).all(whole), "a journal is broken");
            return true;
        }
    }
    false
}

/// Effects that `index` performs from the request to the end, if nothing goes wrong.
fn effects_of_signing(mut world: World, index: usize) -> (u64, u64) {
    let before = world.devices[index].effects;
    world.send(0).unwrap();
    assert!(world.approve(0) && world.approve(1));
    assert!(world.run_until(60_000, |world| world.activity(1).len() == 1 && world.activity(0).len() == 1));
    (before, world.devices[index].effects)
}

/// Dies at each effect of the first signature since the devices' last start, which sets their pairs up too.
fn dies_at_every_effect_of_signing(victim: usize) {
    let snapshot = Snapshot::of(World::wallet(51, 2, 2), 51);
    dies_during_signing(victim, 1, || snapshot.world());
}

/// The same where pairs are left from an earlier signature: a sample, for each world makes its key anew.
fn dies_while_pairs_are_left(victim: usize) {
    dies_during_signing(victim, 5, || World::wallet(51, 2, 2));
}

fn dies_during_signing(victim: usize, stride: usize, make_world: impl Fn() -> World) {
    let (first, last) = effects_of_signing(make_world(), victim);
    assert!(last > first + 20);
    for at in (first..last).step_by(stride) {
        let mut world = make_world();
        world.devices[victim].crash_at = Some(at);
        let _ = world.try_send(0);
        world.run_until(60_000, |world| {
            world.devices.iter().any(|device| device.wallet.is_none())
                || (0..2).all(|i| world.requests(i).iter().any(|r| r.status == RequestStatus::Review))
        });
        for index in 0..2 {
            if world.devices[index].wallet.is_some() {
                world.approve_all(index);
            }
        }
        world.run(500);
        // A send that died before it was journalled never was; the owner sends again.
        world.restart(0);
        if world.requests(0).is_empty() && world.activity(0).is_empty() && world.node.sent.is_empty() {
            assert!(at < first + 8, "the request is gone after effect {}", at - first);
            world.send(0).unwrap();
        }
        assert!(finish(&mut world), "after effect {} of {}", at - first, last - first);
        assert_eq!(world.activity(0).len(), 1, "one entry, after effect {}", at - first);
        assert_eq!(world.activity(1).len(), 1, "one entry on the cosigner, after effect {}", at - first);
    }
}

#[test]
fn the_initiator_may_die_at_every_effect_of_a_signing() {
    dies_at_every_effect_of_signing(0);
}

#[test]
fn the_cosigner_may_die_at_every_effect_of_a_signing() {
    dies_at_every_effect_of_signing(1);
}

#[test]
fn the_initiator_may_die_during_a_later_signing() {
    dies_while_pairs_are_left(0);
}

#[test]
fn the_cosigner_may_die_during_a_later_signing() {
    dies_while_pairs_are_left(1);
}

fn paired(seed: u64, count: usize) -> World {
    let mut world = World::new(seed);
    for index in 0..count {
        let kind = if index == 0 { DeviceKind::Browser } else { DeviceKind::Phone };
        world.add_set_up(config(kind), &format!("device {index}"));
    }
    world.pair_all();
    world
}

/// Makes the key again and again, as a patient owner does, until it is there; but does not wait until a proposal is old.
fn make_key(world: &mut World) -> bool {
    for _ in 0..3 {
        for index in 0..world.devices.len() {
            world.restart(index);
        }
        world.run_until(90_000, World::all_online);
        if world.run_until(60_000, World::all_ready) {
            return true;
        }
        let threshold = 2;
        let accept_no_spare = world.devices.len() == 2;
        let _ = world.command(0, Command::CreateKey { threshold, accept_no_spare, recovery: false });
        world.run(1_000);
        for index in 0..world.devices.len() {
            let _ = world.command(index, Command::ConfirmRoster { same: true });
        }
        if world.run_until(20_000, World::all_ready) {
            return true;
        }
    }
    false
}

fn dies_at_every_effect_of_keygen(count: usize, victim: usize, stride: usize) {
    let snapshot = Snapshot::of(paired(52, count), 52);
    let (first, last) = {
        let mut world = snapshot.world();
        let before = world.devices[victim].effects;
        world.create_key(2);
        (before, world.devices[victim].effects)
    };
    for at in (first..last).step_by(stride) {
        let mut world = snapshot.world();
        world.devices[victim].crash_at = Some(at);
        let accept_no_spare = count == 2;
        world.order(0, Command::CreateKey { threshold: 2, accept_no_spare, recovery: false });
        world.run(500);
        for index in 0..count {
            world.order(index, Command::ConfirmRoster { same: true });
            world.run(50);
        }
        world.run(3_000);
        assert!(make_key(&mut world), "after effect {} of {}", at - first, last - first);
        let addresses: Vec<_> = (0..count).map(|i| world.view(i).accounts[0].address.clone()).collect();
        assert!(addresses.windows(2).all(|pair| pair[0] == pair[1]), "after effect {}", at - first);
        world.send(0).unwrap();
        assert!(world.approve(0));
        assert!(world.run_until(60_000, |world| (1..count).any(|i| !world.requests(i).is_empty())));
        for index in 1..count {
            world.approve_all(index);
        }
        assert!(world.run_until(60_000, |world| world.node.sent.len() == 1), "after effect {}", at - first);
    }
}

#[test]
fn the_proposer_may_die_at_every_effect_of_a_keygen() {
    dies_at_every_effect_of_keygen(2, 0, 1);
}

#[test]
fn the_other_device_may_die_at_every_effect_of_a_keygen() {
    dies_at_every_effect_of_keygen(2, 1, 1);
}

#[test]
fn a_third_device_may_die_during_a_keygen() {
    dies_at_every_effect_of_keygen(3, 2, 3);
}

#[test]
fn full_storage_at_any_write_of_a_keygen_leaves_nothing_or_a_key() {
    let snapshot = Snapshot::of(paired(53, 2), 53);
    let writes = {
        let mut world = snapshot.world();
        let before = world.devices[1].writes;
        world.create_key(2);
        before + 1..=world.devices[1].writes
    };
    assert!(writes.clone().count() >= 2);
    for write in writes {
        let mut world = snapshot.world();
        world.devices[1].fail_write = Some((write, StoreError::Full));
        world.confirm_roster(2);
        world.run(5_000);
        assert!(world.view(1).notices.iter().any(|notice| notice.code == "store/full"), "write {write}");
        assert!(make_key(&mut world), "write {write}");
    }
}

#[test]
fn full_storage_at_any_write_of_a_signing_loses_no_money() {
    let snapshot = Snapshot::of(World::wallet(54, 2, 2), 54);
    for victim in 0..2 {
        let writes = {
            let mut world = snapshot.world();
            let before = world.devices[victim].writes;
            world.send(0).unwrap();
            assert!(world.approve(0) && world.approve(1));
            assert!(world.run_until(60_000, |world| (0..2).all(|i| world.activity(i).len() == 1)));
            before + 1..=world.devices[victim].writes
        };
        for write in writes {
            let mut world = snapshot.world();
            world.devices[victim].fail_write = Some((write, StoreError::Full));
            let _ = world.try_send(0);
            world.run(1_000);
            world.approve_all(0);
            world.approve_all(1);
            world.run(5_000);
            assert!(world.node.sent.len() <= 1);
            assert_eq!(world.view(victim).phase, Phase::Ready, "write {write} of {victim}");
            // Whatever is left is finished or gone; the next one goes through.
            let already = world.node.sent.len();
            world.run(11 * 60_000);
            world.touch_all();
            world.send(0).unwrap();
            for _ in 0..5 {
                world.run(2_000);
                world.approve_all(0);
                world.approve_all(1);
            }
            assert!(
                world.run_until(60_000, |world| world.node.sent.len() > already),
                "write {write} of {victim}"
            );
        }
    }
}

#[test]
fn a_key_is_never_shown_before_it_is_tested() {
    let mut world = paired(55, 3);
    world.confirm_roster(2);
    loop {
        for index in 0..3 {
            let is_ready = world.view(index).phase == Phase::Ready;
            assert_eq!(!world.view(index).accounts.is_empty(), is_ready);
            if is_ready {
                let stored = world.devices[index].store.records();
                assert!(stored.iter().any(|record| record.key == "key/public"));
            }
        }
        if world.all_ready() || !world.step() {
            break;
        }
    }
    assert!(world.all_ready());
}
