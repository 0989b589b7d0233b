//! A reshare that is killed, robbed of a message, cheated, or loses a device, at every point: some epoch signs.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "resharing/hosts.rs"]
mod hosts;
mod resharing;

use std::collections::BTreeMap;

use hosts::{Fault, Kind, World};
use rand_core::RngCore;
use resharing::{Change, Holders, choose, hold, infos, plan};
use symbolon_mpc::PartyIndex;
use symbolon_mpc::dealing::ResharePlan;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::generator;

struct Scenario {
    old: Holders,
    change: Change,
    plan: ResharePlan,
}

fn scenario(old: (u16, u16), name: &'static str, dealers: &[u16], to: (u16, &[u16])) -> Scenario {
    let old = hold(old.0, old.1, 1);
    let change = Change { name, dealers: dealers.to_vec(), threshold: to.0, parties: to.1.to_vec() };
    Scenario { plan: plan(infos(&old), &change, 2), old, change }
}

fn scenarios() -> Vec<Scenario> {
    vec![
        scenario((2, 2), "rotate 2-of-2", &[1, 2], (2, &[1, 2])),
        scenario((2, 3), "rotate 2-of-3", &[1, 2], (2, &[1, 2, 3])),
        scenario((2, 3), "replace 3 by 4", &[1, 2], (2, &[1, 2, 4])),
        scenario((2, 3), "raise t to 3-of-4", &[2, 3], (3, &[1, 2, 3, 4])),
        scenario((3, 3), "lower t and remove", &[1, 2, 3], (2, &[1, 2])),
        scenario((2, 2), "move to new devices", &[1, 2], (2, &[3, 4, 5])),
    ]
}

impl Scenario {
    fn parties(&self) -> Vec<PartyIndex> {
        let mut all: Vec<_> = self.old.keys().copied().chain(self.plan.to.indices()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether both quorums can do without this device: that others cannot is no fault of a protocol.
    fn can_lose(&self, party: PartyIndex) -> bool {
        let from = self.plan.from[0].quorum();
        let spare = |quorum: &symbolon_mpc::Quorum| {
            !quorum.contains(party) || quorum.parties().len() > usize::from(quorum.threshold())
        };
        spare(from) && spare(&self.plan.to)
    }

    /// Runs the change under these faults, lets all devices meet, and makes what is left of the change in a
    /// second attempt, if no device proved the first one. The world checks throughout that some epoch can sign.
    fn survives(&self, seed: u64, reorder: bool, faults: Vec<Fault>) -> World {
        let shown = format!("{}: {faults:?}", self.change.name);
        let lost: Vec<_> = faults
            .iter()
            .filter_map(|fault| match fault {
                Fault::Die(_, party) => Some(*party),
                _ => None,
            })
            .collect();
        let mut world = World::new(&self.old, seed, reorder, faults);
        world.attempt(&self.plan);
        world.meet();
        if world.proven().is_none() {
            let holders = world.active_in(1);
            let threshold = usize::from(self.plan.from[0].quorum().threshold());
            let dealers: Vec<_> = holders.iter().take(threshold).map(|party| party.value()).collect();
            // A lost device is replaced by one under an index of its own.
            let replace = |party: &u16| if lost.contains(&index(*party)) { party + 20 } else { *party };
            let parties = self.change.parties.iter().map(replace).collect();
            let again = Change { dealers, parties, ..self.change.clone() };
            world.attempt(&plan(infos(&self.old), &again, 3));
            world.meet();
        }
        let key = world.proven().unwrap_or_else(|| panic!("neither attempt was made: {shown}"));
        let active = world.active_in(2);
        assert!(active.len() >= usize::from(key.quorum().threshold()), "{shown}");
        assert!(active.iter().all(|party| key.quorum().contains(*party)), "{shown}");
        assert_eq!(key.public_key(), self.plan.from[0].public_key());
        world
    }
}

#[test]
fn a_reshare_without_faults_leaves_the_new_quorum_alone_in_the_new_epoch() {
    for scenario in scenarios() {
        let world = scenario.survives(1, false, vec![Fault::None]);
        assert!(world.active_in(2).into_iter().eq(scenario.plan.to.indices()), "{}", scenario.change.name);
        assert!(world.active_in(1).is_empty(), "{}", scenario.change.name);
    }
}

/// Every single fault of a scenario whose honest run was this one.
///
/// A device that is killed or lost at a delivery to another one is as if it were at the next delivery to itself:
/// only these are tried, and the moment after the last.
fn faults(scenario: &Scenario, honest: &World) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut end = |at, party| {
        faults.push(Fault::Kill(at, party));
        if scenario.can_lose(party) {
            faults.push(Fault::Die(at, party));
        }
    };
    for (at, to) in honest.count.receivers.iter().enumerate() {
        end(at, *to);
    }
    for party in scenario.parties() {
        end(honest.count.deliveries, party);
    }
    faults.extend((0..honest.count.deliveries).flat_map(|at| [Fault::Lose(at), Fault::Spoil(at)]));
    let writes = 0..honest.count.writes;
    faults.extend(writes.flat_map(|at| [Fault::KillBeforeWrite(at), Fault::KillAfterWrite(at)]));
    faults.extend(scenario.plan.to.indices().map(Fault::ForgeStored));
    faults
}

#[test]
fn every_single_fault_at_every_point_leaves_an_epoch_that_can_sign() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut runs, mut checks) = (0, 0);
    for scenario in scenarios() {
        // Until the honest run's last message of the first attempt; the greetings after it have no faults.
        let mut honest = World::new(&scenario.old, 1, false, vec![]);
        honest.attempt(&scenario.plan);
        let faults = faults(&scenario, &honest);
        println!(
            "{}: {} parties, {} deliveries, {} writes, {} faults",
            scenario.change.name,
            scenario.parties().len(),
            honest.count.deliveries,
            honest.count.writes,
            faults.len()
        );
        for fault in faults {
            let world = scenario.survives(1, false, vec![fault]);
            runs += 1;
            checks += world.count.checks;
            let kind = match fault {
                Fault::None => "none",
                Fault::Kill(..) => "kill",
                Fault::Die(..) => "die",
                Fault::Lose(..) => "lose",
                Fault::Spoil(..) => "cheat",
                Fault::KillBeforeWrite(..) | Fault::KillAfterWrite(..) => "kill at a write",
                Fault::ForgeStored(..) => "forge \"stored\"",
            };
            *kinds.entry(kind).or_default() += 1;
        }
    }
    println!("{runs} runs {kinds:?}; the invariant held {checks} times");
}

#[test]
fn several_faults_on_a_network_without_order_leave_an_epoch_that_can_sign() {
    let (mut runs, mut checks) = (0, 0);
    for (number, scenario) in scenarios().into_iter().enumerate() {
        for seed in 0..150 {
            let mut rng = generator(seed, 50 + number as u16);
            let mut honest = World::new(&scenario.old, seed, true, vec![]);
            honest.attempt(&scenario.plan);
            let mut all = faults(&scenario, &honest);
            // Nobody promises that a quorum survives two losses.
            all.retain(|fault| !matches!(fault, Fault::Die(..)));
            let count = 2 + rng.next_u32() as usize % 4;
            let chosen = choose(&all, count, &mut rng);
            let world = scenario.survives(seed, true, chosen);
            runs += 1;
            checks += world.count.checks;
        }
    }
    println!("{runs} runs of two to five faults; the invariant held {checks} times");
}

#[test]
fn attempts_that_overtake_each_other_leave_an_epoch_that_can_sign() {
    let (mut runs, mut checks, mut attempts, mut proven) = (0, 0, 0, 0);
    for (threshold, parties) in [(2, 2), (2, 3), (3, 3), (3, 4)] {
        let old = hold(threshold, parties, 1);
        for seed in 0..200 {
            let mut rng = generator(seed, 90 + threshold);
            let mut world = World::new(&old, seed, true, vec![]);
            for attempt in 0..4 {
                // Who has gone on to the next epoch refuses a plan from this one.
                let holders: Vec<u16> = world.active_in(1).iter().map(|party| party.value()).collect();
                if holders.len() < threshold.into() {
                    break;
                }
                let dealers = choose(&holders, threshold.into(), &mut rng);
                let mut others = holders.clone();
                if !world.active_in(2).contains(&index(parties + 1)) {
                    others.push(parties + 1);
                }
                let count = 2 + rng.next_u32() as usize % (others.len() - 1);
                let chosen = choose(&others, count, &mut rng);
                let change = Change {
                    name: "any",
                    dealers,
                    threshold: 2 + rng.next_u32() as u16 % (chosen.len() as u16 - 1),
                    parties: chosen,
                };
                let now = world.count.deliveries;
                let lost = |_| Fault::Lose(now + rng.next_u32() as usize % 80);
                let mut faults: Vec<_> = (0..(seed + attempt) % 4).map(lost).collect();
                let killed = index(1 + (seed % u64::from(parties)) as u16);
                faults.push(Fault::Kill(now + 10 * attempt as usize + 20, killed));
                world.set_faults(faults);
                let length = 30 + rng.next_u32() as usize % 120;
                world.attempt_for(&plan(infos(&old), &change, 10 + attempt), length);
                if rng.next_u32().is_multiple_of(2) {
                    world.greet();
                }
                attempts += 1;
            }
            world.meet();
            proven += usize::from(world.proven().is_some());
            runs += 1;
            checks += world.count.checks;
        }
    }
    println!(
        "{runs} runs, {attempts} attempts, {proven} with a new epoch; the invariant held {checks} times"
    );
}

/// Holders of a key whose quorum is made a new one, again and again.
struct Owner {
    old: Holders,
}

impl Owner {
    fn of(threshold: u16, parties: u16) -> Self {
        Self { old: hold(threshold, parties, 1) }
    }

    fn world(&self) -> World {
        World::new(&self.old, 1, false, vec![])
    }

    fn plan(&self, dealers: &[u16], threshold: u16, parties: &[u16], attempt: u64) -> ResharePlan {
        let (dealers, parties) = (dealers.to_vec(), parties.to_vec());
        plan(infos(&self.old), &Change { name: "", dealers, threshold, parties }, attempt)
    }
}

const ALL: &[u16] = &[1, 2, 3, 4, 5];

fn deliver_the_ceremony(world: &mut World) {
    for kind in [Kind::Frame, Kind::Confirmed, Kind::Stored] {
        world.deliver(kind, ALL);
    }
}

#[test]
fn who_is_pledged_to_a_later_attempt_does_not_go_back_to_an_earlier_one_that_was_made() {
    let owner = Owner::of(2, 3);
    let mut world = owner.world();
    // First attempt, 3-of-3: all give their part, and party 3 alone learns the test signature.
    world.begin(&owner.plan(&[1, 2], 3, &[1, 2, 3], 1));
    deliver_the_ceremony(&mut world);
    world.deliver(Kind::Part, &[3]);
    world.keep_only(&[(Kind::Proof, 1)]);
    assert_eq!(world.active_in(2), [index(3)]);
    // The others know nothing of it and replace party 3; party 4 alone learns the second test signature.
    world.begin(&owner.plan(&[1, 2], 3, &[1, 2, 4], 2));
    deliver_the_ceremony(&mut world);
    world.deliver(Kind::Part, &[4]);
    // The first one's comes to party 1, the second one's to party 2. If party 1 went back, two would hold each
    // epoch, and three are needed.
    world.deliver(Kind::Proof, &[1]);
    world.deliver(Kind::Proof, &[2]);
    world.meet();
    assert_eq!(world.active_in(2), [1, 2, 3, 4].map(index));
}

#[test]
fn nobody_pledges_itself_to_an_earlier_attempt() {
    let owner = Owner::of(2, 3);
    let mut world = owner.world();
    // First attempt, 3-of-4: party 1 stores its share and does not hear that the others did; 2, 3 and 5 make the
    // test signature, and 3 alone learns it.
    world.begin(&owner.plan(&[1, 2], 3, &[1, 2, 3, 5], 1));
    world.deliver(Kind::Frame, ALL);
    world.deliver(Kind::Confirmed, ALL);
    world.deliver(Kind::Stored, &[2, 3, 5]);
    world.greet();
    world.keep_only(&[(Kind::Part, 3), (Kind::Greeting, 1)]);
    world.deliver(Kind::Part, &[3]);
    world.keep_only(&[(Kind::Proof, 1), (Kind::Greeting, 1)]);
    assert_eq!(world.active_in(2), [index(3)]);
    // Second attempt, 4-of-4 without party 3: party 4 alone learns the test signature.
    world.begin(&owner.plan(&[1, 2], 4, &[1, 2, 4, 5], 2));
    deliver_the_ceremony(&mut world);
    world.deliver(Kind::Part, &[4]);
    // Now party 1 hears that all had stored the first one's shares, and then sees its test signature. If it
    // went back, two would hold the first and three the second, of which three and four are needed.
    world.deliver(Kind::Greeting, &[1]);
    world.deliver(Kind::Proof, &[1, 2, 5]);
    assert_eq!(world.active_in(2), [1, 2, 3, 4, 5].map(index));
}

#[test]
fn a_later_attempt_does_not_replace_what_an_earlier_one_stored() {
    let owner = Owner::of(3, 4);
    let mut world = owner.world();
    world.begin(&owner.plan(&[1, 2, 3], 3, &[1, 2, 3, 4], 1));
    deliver_the_ceremony(&mut world);
    world.deliver(Kind::Part, &[1]);
    world.keep_only(&[(Kind::Proof, 4)]);
    assert_eq!(world.active_in(2), [index(1)]);
    // The second attempt is stored by all but party 4, which then learns of the first one and promotes it. If
    // the others had dropped its shares, two would hold each epoch, and three are needed.
    world.begin(&owner.plan(&[2, 3, 4], 4, &[2, 3, 4, 5], 2));
    world.deliver(Kind::Frame, ALL);
    world.deliver(Kind::Confirmed, &[2, 3, 5]);
    world.deliver(Kind::Proof, &[4]);
    world.meet();
    assert_eq!(world.active_in(2), [1, 2, 3, 4].map(index));
}
