//! What outlives every process of a world, so that many worlds can start where one got to.

use symbolon_wallet::HostConfig;
use symbolon_wallet::effect::Remembered;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::store::MemoryStore;

use crate::world::World;

/// Disks and session memories of a world's devices, and the time.
///
/// Only for worlds whose chain has seen nothing yet: a new world has a new chain.
pub struct Snapshot {
    seed: u64,
    now: Timestamp,
    disks: Vec<Disk>,
}

struct Disk {
    config: HostConfig,
    store: MemoryStore,
    remembered: Option<Remembered>,
}

impl Snapshot {
    /// Takes the disks of a world; whatever random is in the worlds made of them comes from `seed`.
    pub fn of(world: World, seed: u64) -> Self {
        let disks = world
            .devices
            .into_iter()
            .map(|device| {
                let (config, store, remembered) = device.into_disk();
                Disk { config, store, remembered }
            })
            .collect();
        Self { seed, now: world.now, disks }
    }

    /// A world whose devices have just started from these disks and reached each other; always the same one.
    ///
    /// # Panics
    /// If they do not reach each other.
    pub fn world(&self) -> World {
        let mut world = World::new(self.seed);
        world.now = self.now;
        for disk in &self.disks {
            world.add_with_disk(disk.config.clone(), disk.store.clone(), disk.remembered.clone());
        }
        assert!(world.run_until(120_000, World::all_online), "all devices reach each other");
        world
    }
}
