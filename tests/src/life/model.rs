//! What ought to be true of a wallet, by what was done to it and not by what it says of itself.
//!
//! The model knows which shares lie on which disk, and for every disk its *past*: the events that happened on it. A disk
//! that is put back has the past of the moment when it was copied, and goes on from there with events of its own. A
//! device remembers the past that another one last showed it; if something of that is missing in the past which the
//! other shows now, the other was put back, or is a copy that took another way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::world::DeviceIndex;

/// Something that happened on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    number: u64,
    /// The device certainly shows it to the others. What others begin and take back may leave nothing.
    is_shown: bool,
}

/// What lies on a disk.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// The epoch of the shares on it.
    pub shares: Option<u32>,
    past: Vec<Event>,
    /// The devices that it is paired with.
    pub peers: BTreeSet<DeviceIndex>,
    /// The past that each last showed.
    seen: BTreeMap<DeviceIndex, Vec<Event>>,
    /// Those with which nothing is signed.
    flagged: BTreeSet<DeviceIndex>,
}

/// Whether a device must be flagged by another one that meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What it showed for certain is missing.
    Flagged,
    /// Something is missing that it may never have shown.
    Unknown,
    /// Nothing is missing.
    Fine,
}

/// A wallet, its devices, and their disks.
#[derive(Default)]
pub struct Model {
    /// The epoch of the shares in use.
    pub epoch: u32,
    /// How many must sign.
    pub threshold: usize,
    /// The devices that hold a share of this epoch, or held one before they were put back or lost.
    pub members: BTreeSet<DeviceIndex>,
    /// All devices that there ever were.
    pub disks: Vec<Disk>,
    /// Those that nobody will ever have again.
    pub lost: BTreeSet<DeviceIndex>,
    events: u64,
}

impl Model {
    /// A wallet that was just made by so many devices.
    pub fn created(threshold: usize, devices: usize) -> Self {
        let all: BTreeSet<_> = (0..devices).collect();
        let mut model = Self { epoch: 1, threshold, members: all.clone(), ..Self::default() };
        for index in 0..devices {
            let peers = all.iter().copied().filter(|other| *other != index).collect();
            model.disks.push(Disk { shares: Some(1), peers, ..Disk::default() });
            model.opened(index);
        }
        model
    }

    /// A new device, paired with these.
    pub fn joined(&mut self, peers: &BTreeSet<DeviceIndex>) -> DeviceIndex {
        let index = self.disks.len();
        self.disks.push(Disk { peers: peers.clone(), ..Disk::default() });
        for peer in peers {
            self.disks[*peer].peers.insert(index);
        }
        self.opened(index);
        index
    }

    /// The owner opened a device's vault.
    pub fn opened(&mut self, index: DeviceIndex) {
        self.happened(index, true);
    }

    /// A device took part in a signature.
    pub fn signed(&mut self, index: DeviceIndex) {
        self.happened(index, true);
    }

    /// A device may have heard of something that came to nothing.
    pub fn stirred(&mut self, index: DeviceIndex) {
        self.happened(index, false);
    }

    fn happened(&mut self, index: DeviceIndex, is_shown: bool) {
        self.events += 1;
        self.disks[index].past.push(Event { number: self.events, is_shown });
    }

    /// New shares are in use, of these devices.
    pub fn changed(&mut self, members: &BTreeSet<DeviceIndex>, threshold: usize) {
        self.epoch += 1;
        self.threshold = threshold;
        self.members.clone_from(members);
        for index in members {
            self.disks[*index].shares = Some(self.epoch);
            self.happened(*index, true);
        }
    }

    /// Another disk is in a device from here on; the one that was in it.
    pub fn put_back(&mut self, index: DeviceIndex, disk: Disk) -> Disk {
        std::mem::replace(&mut self.disks[index], disk)
    }

    /// Whether two devices are paired, by what both disks hold.
    pub fn are_paired(&self, one: DeviceIndex, other: DeviceIndex) -> bool {
        self.disks[one].peers.contains(&other) && self.disks[other].peers.contains(&one)
    }

    /// What a device must think of another one that it meets now.
    pub fn verdict(&self, witness: DeviceIndex, device: DeviceIndex) -> Verdict {
        let seen = self.disks[witness].seen.get(&device).map(Vec::as_slice).unwrap_or_default();
        let missing: Vec<_> = seen.iter().filter(|event| !self.disks[device].past.contains(event)).collect();
        match missing.iter().any(|event| event.is_shown) {
            true => Verdict::Flagged,
            false if missing.is_empty() => Verdict::Fine,
            false => Verdict::Unknown,
        }
    }

    /// A device flags another one.
    pub fn flag(&mut self, witness: DeviceIndex, device: DeviceIndex) {
        self.disks[witness].flagged.insert(device);
    }

    /// A device remembers what another one shows now, unless it refuses it.
    pub fn remember(&mut self, witness: DeviceIndex, device: DeviceIndex) {
        if !self.flags(witness, device) {
            let past = self.disks[device].past.clone();
            self.disks[witness].seen.insert(device, past);
        }
    }

    /// The owner accepts a device as it is, on another one.
    pub fn accept(&mut self, witness: DeviceIndex, device: DeviceIndex) {
        self.disks[witness].flagged.remove(&device);
        self.remember(witness, device);
    }

    /// Whether a device refuses another one.
    pub fn flags(&self, witness: DeviceIndex, device: DeviceIndex) -> bool {
        self.disks[witness].flagged.contains(&device)
    }

    /// Whether a device is one of the wallet's, and its disk holds a share of the present epoch.
    pub fn is_current(&self, index: DeviceIndex) -> bool {
        self.members.contains(&index)
            && !self.lost.contains(&index)
            && self.disks[index].shares == Some(self.epoch)
    }

    /// All such devices.
    pub fn current(&self) -> BTreeSet<DeviceIndex> {
        self.members.iter().copied().filter(|index| self.is_current(*index)).collect()
    }

    /// Devices that hold a share of an earlier epoch, and are there.
    pub fn stale(&self) -> impl Iterator<Item = DeviceIndex> + '_ {
        let is_stale =
            |index: &DeviceIndex| self.disks[*index].shares.is_some_and(|epoch| epoch < self.epoch);
        (0..self.disks.len()).filter(|index| !self.lost.contains(index)).filter(is_stale)
    }

    /// Whether these devices, all of which run, must be able to sign. If not, they must not.
    pub fn signs(&self, set: &[DeviceIndex]) -> bool {
        let refuses = |one: &DeviceIndex| set.iter().any(|other| self.flags(*one, *other));
        set.len() == self.threshold
            && set.iter().all(|index| self.is_current(*index))
            && !set.iter().any(refuses)
    }
}

/// For a history that went wrong: what decides who may sign.
impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:?} in epoch {}", self.threshold, self.members, self.epoch)?;
        for (index, disk) in self.disks.iter().enumerate() {
            let lost = if self.lost.contains(&index) { ", lost" } else { "" };
            let Disk { shares, flagged, peers, .. } = disk;
            write!(f, "; device {index} holds {shares:?}, knows {peers:?}, refuses {flagged:?}{lost}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(model: &mut Model) {
        for (witness, device) in [(0, 1), (1, 0)] {
            model.remember(witness, device);
        }
    }

    #[test]
    fn a_disk_that_is_put_back_misses_what_was_seen_since() {
        let mut model = Model::created(2, 2);
        let copy = model.disks[1].clone();
        met(&mut model);
        assert_eq!(model.verdict(0, 1), Verdict::Fine);
        model.stirred(1);
        met(&mut model);
        let original = model.put_back(1, copy);
        assert_eq!(model.verdict(0, 1), Verdict::Unknown);
        model.put_back(1, original);
        model.signed(1);
        let copy = model.disks[1].clone();
        model.opened(1);
        met(&mut model);
        let original = model.put_back(1, copy);
        model.opened(1);
        assert_eq!((model.verdict(0, 1), model.verdict(1, 0)), (Verdict::Flagged, Verdict::Fine));
        model.flag(0, 1);
        assert!(!model.signs(&[0, 1]));
        model.accept(0, 1);
        assert!(model.signs(&[0, 1]) && !model.signs(&[0]));
        // Now the original is the other one.
        model.put_back(1, original);
        assert_eq!(model.verdict(0, 1), Verdict::Flagged);
    }

    #[test]
    fn shares_of_an_earlier_epoch_do_not_sign() {
        let mut model = Model::created(2, 3);
        let copy = model.disks[2].clone();
        model.changed(&(0..3).collect(), 2);
        model.put_back(2, copy);
        assert_eq!(model.stale().collect::<Vec<_>>(), [2]);
        assert!(model.signs(&[0, 1]) && !model.signs(&[0, 2]));
    }
}
