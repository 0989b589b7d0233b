//! The lives of whole wallets: random histories of what owners, thieves and networks do, and what must hold after each.
//!
//! [`model::Model`] says what ought to be true; [`Life`] does things to a [`World`] and to the model, and compares. What
//! the wallet says of itself is never taken for granted, with one exception: where the model cannot know whether
//! something was shown, both answers are right, and the model takes over the wallet's.

pub mod model;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use symbolon_wallet::command::Command;
use symbolon_wallet::store::MemoryStore;
use symbolon_wallet::view::Phase;

use self::model::{Disk, Model, Verdict};
pub use self::steps::Step;
use crate::world::{DeviceIndex, World};

/// A history of one wallet.
pub struct Life {
    /// The devices.
    pub world: World,
    /// What ought to be true of them.
    pub model: Model,
    /// What was done, and what came of it.
    pub counts: Counts,
    rng: ChaCha20Rng,
    /// Their ids, also of those that are gone.
    ids: Vec<String>,
    address: String,
    /// Copies of disks, with what the model knows of them.
    copies: Vec<Copy>,
}

struct Copy {
    device: DeviceIndex,
    store: MemoryStore,
    disk: Disk,
}

/// Counts of histories.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Wallets made, by threshold and number of devices.
    pub created: BTreeMap<(usize, usize), u32>,
    /// Steps of each kind.
    pub steps: BTreeMap<Step, u32>,
    /// Sets of devices that signed.
    pub signed: u32,
    /// Sets of as many as must sign that did not, because one of them was refused.
    pub refused: u32,
    /// Sets of fewer devices than must sign that did not.
    pub fewer: u32,
    /// Changes of devices that were refused, because one that takes part fell back.
    pub changes_refused: u32,
    /// Devices that were flagged by another one.
    pub flagged: u32,
}

impl Counts {
    /// Adds another history's counts.
    pub fn add(&mut self, other: &Self) {
        for (made, count) in &other.created {
            *self.created.entry(*made).or_default() += count;
        }
        for (step, count) in &other.steps {
            *self.steps.entry(*step).or_default() += count;
        }
        self.signed += other.signed;
        self.refused += other.refused;
        self.fewer += other.fewer;
        self.changes_refused += other.changes_refused;
        self.flagged += other.flagged;
    }
}

impl Life {
    /// A wallet of its own, t of n.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn begin(seed: u64, threshold: usize, devices: usize) -> Self {
        let mut world = World::wallet(seed, u16::try_from(threshold).expect("a few devices"), devices);
        world.run(1_000);
        let ids = (0..devices).map(|index| world.id(index)).collect();
        let address = world.view(0).accounts[0].address.clone();
        let created = BTreeMap::from([((threshold, devices), 1)]);
        let mut life = Self {
            world,
            model: Model::created(threshold, devices),
            counts: Counts { created, ..Counts::default() },
            rng: ChaCha20Rng::seed_from_u64(seed),
            ids,
            address,
            copies: Vec::new(),
        };
        life.settle();
        life
    }

    /// Devices whose process lives.
    fn running(&self) -> BTreeSet<DeviceIndex> {
        (0..self.world.devices.len()).filter(|index| self.world.devices[*index].wallet.is_some()).collect()
    }

    /// Those of them whose disk holds a share in use.
    fn able(&self) -> BTreeSet<DeviceIndex> {
        &self.model.current() & &self.running()
    }

    fn draw(&mut self, below: usize) -> usize {
        (self.rng.next_u32() as usize) % below.max(1)
    }

    fn pick(&mut self, among: &BTreeSet<DeviceIndex>) -> Option<DeviceIndex> {
        let at = self.draw(among.len());
        among.iter().nth(at).copied()
    }

    /// So many of these, in an order of their own.
    fn pick_set(&mut self, among: &BTreeSet<DeviceIndex>, count: usize) -> Option<Vec<DeviceIndex>> {
        let mut left = among.clone();
        let mut set = Vec::new();
        while set.len() < count {
            let one = self.pick(&left)?;
            left.remove(&one);
            set.push(one);
        }
        Some(set)
    }

    /// Starts a device, if it does not run, and opens its vault, if it is locked.
    fn wake(&mut self, index: DeviceIndex) {
        if self.world.devices[index].wallet.is_none() {
            self.world.start(index);
        }
        if self.world.view(index).phase == Phase::Locked {
            self.world.unlock(index).expect("the password opens the vault");
            self.model.opened(index);
        }
    }

    /// All that run meet, and everything that must hold when they have is checked.
    ///
    /// # Panics
    /// If it does not hold.
    fn settle(&mut self) {
        let running = self.running();
        for index in &running {
            self.wake(*index);
        }
        let pairs = self.pairs();
        let ids = &self.ids;
        let sees = |world: &World, one: DeviceIndex, other: DeviceIndex| {
            world.view(one).devices.iter().any(|device| device.id == ids[other] && device.online)
        };
        let mut waited = 0;
        while !pairs.iter().all(|(one, other)| sees(&self.world, *one, *other)) {
            assert!(waited < 240, "all that run reach each other");
            self.world.run(500);
            waited += 1;
        }
        self.world.run(1_500);
        self.leave();
        for (witness, device) in pairs {
            self.meet(witness, device);
        }
        for index in running {
            let view = self.world.view(index);
            assert_eq!(self.world.epoch(index), self.model.disks[index].shares, "epoch of device {index}");
            let addresses: Vec<_> =
                view.accounts.iter().map(|account| account.address.as_str()).take(1).collect();
            match self.model.disks[index].shares {
                Some(_) => assert_eq!(addresses, [self.address.as_str()], "device {index}"),
                None => assert!(addresses.is_empty(), "device {index} has no share and shows an address"),
            }
        }
    }

    /// All that run and are paired, both ways.
    fn pairs(&self) -> Vec<(DeviceIndex, DeviceIndex)> {
        let running = self.running();
        let all = running.iter().flat_map(|one| running.iter().map(move |other| (*one, *other)));
        all.filter(|(one, other)| one != other && self.model.are_paired(*one, *other)).collect()
    }

    /// A device that is none of the wallet's any more drops its share once one that holds the present ones is there.
    fn leave(&mut self) {
        let able = self.able();
        for index in self.running() {
            let is_told = able.iter().any(|other| self.model.are_paired(index, *other));
            if is_told && !self.model.members.contains(&index) {
                self.model.disks[index].shares = None;
            }
        }
    }

    fn meet(&mut self, witness: DeviceIndex, device: DeviceIndex) {
        let view = self.world.view(witness);
        let shown = view.devices.iter().find(|shown| shown.id == self.ids[device]).expect("it is paired");
        let was_flagged = self.model.flags(witness, device);
        let verdict = self.model.verdict(witness, device);
        if verdict == Verdict::Flagged || verdict == Verdict::Unknown && shown.fell_back {
            self.model.flag(witness, device);
        }
        let what = format!("device {device} as device {witness} sees it ({verdict:?})");
        assert_eq!(shown.fell_back, self.model.flags(witness, device), "{what}");
        if self.model.flags(witness, device) && !was_flagged {
            self.counts.flagged += 1;
            let says = |index: DeviceIndex, code: &str| {
                self.world.view(index).notices.iter().any(|notice| notice.code == code)
            };
            assert!(says(witness, "device/fell-back"), "{what}: its own screen");
            assert!(says(device, "device/fell-back-here"), "{what}: the other's screen");
        }
        self.model.remember(witness, device);
    }

    /// These devices try to sign, the first of them asking. They must succeed if the model says so, and must not
    /// otherwise.
    ///
    /// # Panics
    /// If it is not so.
    fn try_set(&mut self, set: &[DeviceIndex]) {
        for index in set {
            self.wake(*index);
        }
        let ought = self.model.signs(set);
        let did = self.signs(set);
        assert_eq!(did, ought, "{set:?} with {:?}", self.model);
        match (did, set.len() < self.model.threshold) {
            (true, _) => self.counts.signed += 1,
            (false, true) => self.counts.fewer += 1,
            (false, false) => self.counts.refused += 1,
        }
    }

    /// Whether a signature came of it, by what reached the chain. Nothing of the attempt is left behind.
    fn signs(&mut self, set: &[DeviceIndex]) -> bool {
        let before = self.world.node.sent.len();
        let done = self.world.signs_with(set);
        if !done {
            self.withdraw();
        }
        let did = self.world.node.sent.len() > before;
        for index in self.running() {
            if did && done && set.contains(&index) {
                self.model.signed(index);
            } else {
                self.model.stirred(index);
            }
        }
        did
    }

    /// The owner says no wherever something still waits.
    fn withdraw(&mut self) {
        for index in self.running() {
            self.wake(index);
            for request in self.world.requests(index) {
                let _ = self.world.command(index, Command::Reject { request: request.id });
            }
        }
        self.world.run(3_000);
        let left =
            |life: &Self| life.running().into_iter().any(|index| !life.world.requests(index).is_empty());
        if left(self) {
            // What was approved here already goes with its time.
            self.world.run(11 * 60_000);
        }
        assert!(!left(self), "a request that was rejected, and whose time is over, is gone");
    }

    /// Every set of as many running devices as must sign.
    ///
    /// # Panics
    /// If one does what the model does not say.
    pub fn try_all(&mut self) {
        let running: Vec<_> = self.running().into_iter().collect();
        for bits in 0u32..1 << running.len() {
            if bits.count_ones() as usize == self.model.threshold {
                let is_in = |place: &usize| bits >> place & 1 == 1;
                let set: Vec<_> = (0..running.len()).filter(is_in).map(|place| running[place]).collect();
                self.try_set(&set);
            }
        }
        self.settle();
    }
}
