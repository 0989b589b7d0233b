//! What may happen to a wallet. A new kind of step is a variant, its place in [`STEPS`], and its arm in
//! [`Life::perform`], which says what it does to the world and, in the same breath, to the model.

use std::collections::BTreeSet;

use symbolon_wallet::command::Command;
use symbolon_wallet::view::DeviceKind;

use super::{Copy, Life};
use crate::relay::Faults;
use crate::setup::config;
use crate::world::DeviceIndex;

/// Most members of a wallet: sets to try grow fast.
const MAX_MEMBERS: usize = 5;

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Owners accept every device that is refused.
    Accept,
    /// A device joins.
    Add,
    /// A device is switched off for a while.
    Away,
    /// A disk is copied, for later.
    Backup,
    /// A disk is copied; the device goes on, then the copy runs in its place, then the device again.
    Clone,
    /// A signature while the network is bad.
    Faults,
    /// All but too few devices are switched off, and those try to sign.
    Fewer,
    /// A device is gone for ever.
    Lose,
    /// A copy is put in place of the disk.
    PutBack,
    /// A device is removed.
    Remove,
    /// A device takes the place of another.
    Replace,
    /// A process dies, or a browser is closed, and is started again.
    Restart,
    /// A device that was away is there again.
    Return,
    /// A device is put back to before what it just did.
    RollBack,
    /// The same devices get new shares.
    Rotate,
    /// A signature.
    Sign,
    /// Another number must sign.
    Threshold,
}

const STEPS: [Step; 17] = [
    Step::Accept,
    Step::Add,
    Step::Away,
    Step::Backup,
    Step::Clone,
    Step::Faults,
    Step::Fewer,
    Step::Lose,
    Step::PutBack,
    Step::Remove,
    Step::Replace,
    Step::Restart,
    Step::Return,
    Step::RollBack,
    Step::Rotate,
    Step::Sign,
    Step::Threshold,
];

/// A change of the wallet's devices, as the owner wishes it.
struct Change {
    adds: bool,
    remove: Option<DeviceIndex>,
    threshold: usize,
}

impl Life {
    /// Something happens that can happen now, and afterwards some devices try to sign.
    ///
    /// # Panics
    /// If anything then is not as it ought to be.
    pub fn step(&mut self) -> Step {
        let step = loop {
            let step = STEPS[self.draw(STEPS.len())];
            if self.perform(step) {
                break step;
            }
        };
        *self.counts.steps.entry(step).or_default() += 1;
        self.settle();
        self.sample();
        self.settle();
        step
    }

    /// As many running devices as must sign try to: whichever they are, or some that can.
    fn sample(&mut self) {
        let good = if self.draw(2) == 0 { self.good_set() } else { None };
        let any = self.pick_set(&self.running(), self.model.threshold);
        if let Some(set) = good.or(any) {
            self.try_set(&set);
        }
    }

    /// Whether it could be done.
    fn perform(&mut self, step: Step) -> bool {
        match step {
            Step::Accept => self.accept_all(),
            Step::Add => self.change(|life, threshold| {
                (life.model.current().len() < MAX_MEMBERS).then_some(Change {
                    adds: true,
                    remove: None,
                    threshold,
                })
            }),
            Step::Away => self.switch_off(),
            Step::Backup => self.back_up(),
            Step::Clone => self.clone_disk(),
            Step::Faults => self.sign_over_bad_network(),
            Step::Fewer => self.too_few(),
            Step::Lose => self.lose(),
            Step::PutBack => self.put_some_back(),
            Step::Remove => self.change(|life, threshold| {
                let remove = life.pick(&life.model.current());
                Some(Change { adds: false, remove, threshold })
            }),
            Step::Replace => self.change(|life, threshold| {
                let remove = life.pick(&life.model.current());
                Some(Change { adds: true, remove, threshold })
            }),
            Step::Restart => self.restart(),
            Step::Return => self.come_back(),
            Step::RollBack => self.roll_back(),
            Step::Rotate => self.change(|_, threshold| Some(Change { adds: false, remove: None, threshold })),
            Step::Sign => self.good_set().map(|set| self.try_set(&set)).is_some(),
            Step::Threshold => self.change(|life, threshold| {
                let other = 2 + life.draw(life.model.current().len().saturating_sub(1));
                (other != threshold).then_some(Change { adds: false, remove: None, threshold: other })
            }),
        }
    }

    /// Devices that must be able to sign now.
    fn good_set(&mut self) -> Option<Vec<DeviceIndex>> {
        let able = self.able();
        (0..10).find_map(|_| self.pick_set(&able, self.model.threshold).filter(|set| self.model.signs(set)))
    }

    fn accept_all(&mut self) -> bool {
        let refused: Vec<_> = self
            .pairs()
            .into_iter()
            .filter(|(witness, device)| self.model.flags(*witness, *device))
            .collect();
        for (witness, device) in &refused {
            self.wake(*witness);
            let id = self.ids[*device].clone();
            self.world.command(*witness, Command::AcceptDevice { device: id }).expect("it can be accepted");
            self.model.accept(*witness, *device);
        }
        self.world.run(500);
        !refused.is_empty()
    }

    fn away(&self) -> BTreeSet<DeviceIndex> {
        let all: BTreeSet<_> = (0..self.model.disks.len()).collect();
        &(&all - &self.running()) - &self.model.lost
    }

    fn switch_off(&mut self) -> bool {
        let able = self.able();
        if able.len() <= 2 {
            return false;
        }
        self.pick(&able).map(|index| self.world.close(index)).is_some()
    }

    fn come_back(&mut self) -> bool {
        self.pick(&self.away()).map(|index| self.wake(index)).is_some()
    }

    fn all_come_back(&mut self) {
        for index in self.away() {
            self.wake(index);
        }
        self.settle();
    }

    fn restart(&mut self) -> bool {
        let Some(index) = self.pick(&self.running()) else { return false };
        if self.draw(2) == 0 {
            self.world.kill(index);
        } else {
            self.world.close(index);
        }
        self.wake(index);
        true
    }

    fn lose(&mut self) -> bool {
        if self.model.current().len() <= self.model.threshold {
            return false;
        }
        self.all_come_back();
        let Some(index) = self.pick(&self.model.current()) else { return false };
        self.world.close(index);
        self.model.lost.insert(index);
        self.copies.retain(|copy| copy.device != index);
        true
    }

    fn sign_over_bad_network(&mut self) -> bool {
        let Some(set) = self.good_set() else { return false };
        let drop = self.draw(200) as u32;
        self.world.relay.faults = Faults { drop, duplicate: 100, delay: 200, delay_ms: 2_000, flip: 30 };
        self.restart();
        let done = self.world.signs_with(&set);
        self.world.relay.faults = Faults::default();
        self.settle();
        if done {
            self.counts.signed += 1;
            set.iter().for_each(|index| self.model.signed(*index));
        } else {
            self.withdraw();
        }
        self.running().into_iter().for_each(|index| self.model.stirred(index));
        true
    }

    /// One device less than must sign, alone.
    fn too_few(&mut self) -> bool {
        self.all_come_back();
        let Some(set) = self.pick_set(&self.model.current(), self.model.threshold - 1) else { return false };
        for index in self.running() {
            if !set.contains(&index) {
                self.world.close(index);
            }
        }
        let before = self.world.node.sent.len();
        for index in &set {
            let _ = self.world.try_send(*index);
            self.world.run(3_000);
            for other in &set {
                self.world.approve_all(*other);
            }
        }
        self.world.run(30_000);
        assert_eq!(self.world.node.sent.len(), before, "{set:?} are too few");
        self.withdraw();
        self.counts.fewer += 1;
        set.iter().for_each(|index| self.model.stirred(*index));
        self.all_come_back();
        true
    }

    // --- copies of disks -------------------------------------------------------------------------------------------

    fn copy_of(&self, device: DeviceIndex) -> Copy {
        Copy {
            device,
            store: self.world.devices[device].store.clone(),
            disk: self.model.disks[device].clone(),
        }
    }

    fn back_up(&mut self) -> bool {
        let Some(device) = self.pick(&self.running()) else { return false };
        self.copies.push(self.copy_of(device));
        true
    }

    /// Whether the wallet can still sign when this copy is in its device, and whether old shares stay fewer than a
    /// quorum: t devices with old shares are still the key (docs/protocol.md, 2.1), and no wallet can help that.
    fn may_be_put_back(&self, copy: &Copy) -> bool {
        let model = &self.model;
        if model.lost.contains(&copy.device) {
            return false;
        }
        let mut others = model.current();
        others.remove(&copy.device);
        copy.disk.shares == Some(model.epoch)
            || (others.len() >= model.threshold && model.stale().all(|stale| stale == copy.device))
    }

    /// Puts a copy in place of a device's disk; what was on it is a copy from now on.
    fn put_back(&mut self, copy: Copy) -> Copy {
        let Copy { device, store, disk } = copy;
        self.world.close(device);
        let store = std::mem::replace(&mut self.world.devices[device].store, store);
        let disk = self.model.put_back(device, disk);
        self.wake(device);
        Copy { device, store, disk }
    }

    fn put_some_back(&mut self) -> bool {
        let fits: BTreeSet<_> =
            (0..self.copies.len()).filter(|at| self.may_be_put_back(&self.copies[*at])).collect();
        let Some(at) = self.pick(&fits) else { return false };
        self.all_come_back();
        let copy = self.copies.swap_remove(at);
        let displaced = self.put_back(copy);
        self.copies.push(displaced);
        true
    }

    fn roll_back(&mut self) -> bool {
        self.all_come_back();
        let Some(set) = self.good_set() else { return false };
        let before = self.copy_of(set[0]);
        self.try_set(&set);
        self.settle();
        let after = self.put_back(before);
        self.copies.push(after);
        true
    }

    fn clone_disk(&mut self) -> bool {
        self.all_come_back();
        let Some(device) = self.pick(&self.able()) else { return false };
        let copy = self.copy_of(device);
        if self.draw(2) == 0 {
            self.world.close(device);
            self.wake(device);
        } else if let Some(set) = self.good_set() {
            self.try_set(&set);
        }
        self.settle();
        let original = self.put_back(copy);
        self.settle();
        self.sample();
        if self.draw(2) == 0 {
            self.accept_all();
            self.settle();
            self.sample();
            self.settle();
        }
        let copy = self.put_back(original);
        self.copies.push(copy);
        true
    }

    // --- changes of devices ----------------------------------------------------------------------------------------

    /// Makes a change, and removes in the same one whatever cannot take part any more: lost devices, old shares.
    fn change(&mut self, wish: impl FnOnce(&mut Self, usize) -> Option<Change>) -> bool {
        self.all_come_back();
        let Some(Change { adds, remove, threshold }) = wish(self, self.model.threshold) else { return false };
        let mut members = self.model.current();
        members.retain(|index| Some(*index) != remove);
        let leave: Vec<_> =
            self.model.members.difference(&members).map(|index| self.ids[*index].clone()).collect();
        // As many as must sign deal the new shares, and stay.
        if members.len() < self.model.threshold || members.len() + usize::from(adds) < threshold {
            return false;
        }
        let refused: Vec<_> =
            self.pairs().into_iter().filter(|(one, other)| self.model.flags(*one, *other)).collect();
        if let Some((witness, _)) =
            refused.iter().find(|(one, other)| members.contains(one) && members.contains(other))
        {
            self.wake(*witness);
            let refusal = self.world.propose_change(*witness, &[], &leave, None).expect_err("one fell back");
            assert_eq!(refusal.code, "change/fell-back");
            self.counts.changes_refused += 1;
        }
        self.accept_all();
        self.settle();
        let add = if adds { vec![self.meet_new()] } else { vec![] };
        let Some(mut order) = self.pick_set(&members, members.len()) else { return false };
        order.extend(&add);
        members.extend(&add);
        let other = (threshold != self.model.threshold).then_some(threshold as u16);
        for index in &order {
            self.wake(*index);
        }
        self.world.change(&order, &add, &leave, other);
        self.model.changed(&members, threshold);
        true
    }

    /// A new device is set up, and paired with one of the wallet's.
    fn meet_new(&mut self) -> DeviceIndex {
        let able = self.able();
        let inviter = self.pick(&able).expect("somebody can sign");
        let kind = [DeviceKind::Phone, DeviceKind::Cosigner][self.draw(2)];
        let name = format!("device {}", self.ids.len());
        let index = self.world.add_set_up(config(kind), &name);
        self.world.pair(inviter, index);
        self.ids.push(self.world.id(index));
        assert_eq!(self.model.joined(&able), index);
        self.settle();
        index
    }
}
