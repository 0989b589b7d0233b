//! The way to a wallet, through the owner's commands only.

use symbolon_wallet::command::Command;
use symbolon_wallet::effect::CommandError;
use symbolon_wallet::view::{DeviceKind, PairingStage, Phase};
use symbolon_wallet::{HostConfig, Unattended};

use crate::world::{DeviceIndex, World};

/// The password of every device of a world.
pub const PASSWORD: &str = "correct horse";
/// The relay of every world.
pub const RELAY_URL: &str = "ws://127.0.0.1:8080/v1/relay";

/// How a device of this kind is started.
pub fn config(kind: DeviceKind) -> HostConfig {
    HostConfig {
        app_version: "0.1.0".to_owned(),
        default_relay: RELAY_URL.to_owned(),
        kind,
        kdf_memory_kib: 64 * 1024,
        unattended: None,
    }
}

/// How a headless device is started that signs whatever it is asked.
pub fn unattended() -> HostConfig {
    let unattended = Unattended { chains: Vec::new(), max_wei_per_day: u128::MAX, danger_everything: true };
    HostConfig { unattended: Some(unattended), ..config(DeviceKind::Cosigner) }
}

impl World {
    /// A device with name and password.
    pub fn add_set_up(&mut self, config: HostConfig, name: &str) -> DeviceIndex {
        let index = self.add(config);
        self.set_up(index, name).expect("a fresh device can be set up");
        index
    }

    /// First run of a device.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn set_up(&mut self, index: DeviceIndex, name: &str) -> Result<(), CommandError> {
        self.command(
            index,
            Command::SetUp {
                device_name: name.to_owned(),
                password: PASSWORD.to_owned(),
                relay_url: RELAY_URL.to_owned(),
            },
        )
    }

    /// Unlocks with the password.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn unlock(&mut self, index: DeviceIndex) -> Result<(), CommandError> {
        self.command(index, Command::Unlock { password: PASSWORD.to_owned() })
    }

    /// Starts a device that does not run, and unlocks it if it must be.
    pub fn restart(&mut self, index: DeviceIndex) {
        if self.devices[index].wallet.is_none() {
            self.start(index);
        }
        if self.view(index).phase == Phase::Locked {
            self.unlock(index).expect("the password opens the vault");
        }
    }

    /// The stage of a device's pairing.
    pub fn stage(&self, index: DeviceIndex) -> Option<PairingStage> {
        self.view(index).pairing.map(|pairing| pairing.stage)
    }

    /// Shows an invitation; the link.
    pub fn invite(&mut self, index: DeviceIndex) -> String {
        self.command(index, Command::Invite).expect("a device can invite");
        self.view(index).pairing.and_then(|pairing| pairing.link).expect("an invitation has a link")
    }

    /// Pairs two devices, comparing symbols as owners do.
    pub fn pair(&mut self, inviter: DeviceIndex, joiner: DeviceIndex) {
        let link = self.invite(inviter);
        self.command(joiner, Command::JoinPairing { link }).expect("a device can join");
        let both_compare =
            |world: &Self| [inviter, joiner].iter().all(|i| world.stage(*i) == Some(PairingStage::Compare));
        assert!(self.run_until(60_000, both_compare), "symbols are shown on both devices");
        let symbols = |world: &Self, i| world.view(i).pairing.expect("a pairing is shown").symbols;
        assert_eq!(symbols(self, inviter).len(), 6);
        assert_eq!(symbols(self, inviter), symbols(self, joiner));
        self.command(inviter, Command::ConfirmPairing { same: true }).expect("symbols can be confirmed");
        self.command(joiner, Command::ConfirmPairing { same: true }).expect("symbols can be confirmed");
        let done =
            |world: &Self| [inviter, joiner].iter().all(|i| world.stage(*i) == Some(PairingStage::Done));
        assert!(self.run_until(60_000, done), "both devices are paired");
    }

    /// Whether every device sees every other one online.
    pub fn all_online(&self) -> bool {
        let running: Vec<_> = (0..self.devices.len()).filter(|i| self.devices[*i].wallet.is_some()).collect();
        running
            .iter()
            .all(|i| self.view(*i).devices.iter().filter(|device| device.online).count() == running.len())
    }

    /// Pairs the first device with all others and waits until all know each other.
    pub fn pair_all(&mut self) {
        for joiner in 1..self.devices.len() {
            self.pair(0, joiner);
        }
        assert!(self.run_until(120_000, Self::all_online), "all devices know and reach each other");
    }

    /// Proposes a key on the first device and confirms the words on every device.
    pub fn confirm_roster(&mut self, threshold: u16) {
        let accept_no_spare = usize::from(threshold) == self.devices.len();
        self.command(0, Command::CreateKey { threshold, accept_no_spare, recovery: false })
            .expect("a key can be proposed");
        self.confirm_words();
    }

    /// Compares the words of a proposed key on every device, and confirms them.
    pub fn confirm_words(&mut self) {
        let all = 0..self.devices.len();
        assert!(self.run_until(60_000, |world| all.clone().all(|i| world.view(i).roster.is_some())));
        let words = self.view(0).roster.expect("words are shown").words;
        assert_eq!(words.len(), 8);
        for index in all {
            assert_eq!(self.view(index).roster.expect("words are shown").words, words);
            self.command(index, Command::ConfirmRoster { same: true }).expect("words can be confirmed");
        }
    }

    /// Whether every device has an active key.
    pub fn all_ready(&self) -> bool {
        (0..self.devices.len())
            .all(|i| self.devices[i].wallet.is_some() && self.view(i).phase == Phase::Ready)
    }

    /// Makes the key.
    pub fn create_key(&mut self, threshold: u16) {
        self.confirm_roster(threshold);
        assert!(self.run_until(120_000, Self::all_ready), "the key is active on every device");
    }

    /// A wallet of so many devices, ready to sign: a browser, a phone, and cosigners with owners.
    pub fn wallet(seed: u64, threshold: u16, devices: usize) -> Self {
        let mut world = Self::linked(seed, devices);
        world.create_key(threshold);
        world
    }

    /// So many devices that know each other: a browser, a phone, and cosigners with owners.
    pub fn linked(seed: u64, devices: usize) -> Self {
        let mut world = Self::new(seed);
        for index in 0..devices {
            let (kind, name) = match index {
                0 => (DeviceKind::Browser, "browser".to_owned()),
                1 => (DeviceKind::Phone, "phone".to_owned()),
                _ => (DeviceKind::Cosigner, format!("cosigner {index}")),
            };
            world.add_set_up(config(kind), &name);
        }
        world.pair_all();
        world
    }
}
