//! Recovery shares, through the owners' commands only.

use symbolon_wallet::command::Command;
use symbolon_wallet::effect::CommandError;

use crate::world::{DeviceIndex, World};

/// What an owner keeps: the code on paper, and the file.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The recovery code.
    pub code: String,
    /// The recovery file, hex.
    pub file: String,
}

impl World {
    /// A wallet of a browser, a phone and a recovery share, any two of which sign; and what its owner kept.
    pub fn recoverable(seed: u64) -> (Self, Kept) {
        Self::recoverable_of(seed, 2, 2)
    }

    /// A wallet of so many devices and a recovery share.
    pub fn recoverable_of(seed: u64, threshold: u16, devices: usize) -> (Self, Kept) {
        let mut world = Self::linked(seed, devices);
        let code = world.draw_code(0);
        world.command(0, key_with_recovery(threshold)).expect("a key can be proposed");
        world.confirm_words();
        assert!(world.run_until(120_000, Self::all_ready), "the key is active on every device");
        let file = world.keep_file(0);
        (world, Kept { code, file })
    }

    /// Draws a code and types it in again.
    pub fn draw_code(&mut self, index: DeviceIndex) -> String {
        let code = self
            .ask(index, Command::DrawRecoveryCode { guardians: None, passkey: None })
            .expect("a code is drawn");
        let typed = code.to_lowercase().replace('-', " ");
        self.command(index, Command::ConfirmRecoveryCode { codes: vec![typed], passkey: None })
            .expect("it is the code");
        code
    }

    /// Takes the newest recovery file from a device, and shows it again.
    pub fn keep_file(&mut self, index: DeviceIndex) -> String {
        let party = self.view(index).recovery.shares.last().expect("there is a recovery share").party;
        let file = self.ask(index, Command::GiveRecoveryFile { party }).expect("a device gives the file");
        self.command(index, Command::CheckRecoveryFile { file: file.clone() }).expect("it is the file");
        file
    }

    /// Opens a recovery share on a device.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn open_share(&mut self, index: DeviceIndex, kept: &Kept) -> Result<(), CommandError> {
        let (file, codes) = (kept.file.clone(), vec![kept.code.clone()]);
        self.command(index, Command::OpenRecoveryFile { file, codes, passkey: None })
    }

    /// Proposes, on a device where a recovery share was opened, that it and these others get shares, and that the devices which are
    /// not there leave; with a new code.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn propose_recovery(
        &mut self,
        index: DeviceIndex,
        others: &[DeviceIndex],
    ) -> Result<String, CommandError> {
        let code = self.ask(index, Command::DrawRecoveryCode { guardians: None, passkey: None })?;
        self.command(index, Command::ConfirmRecoveryCode { codes: vec![code.clone()], passkey: None })?;
        let opened = self.view(index).recovery.opened.expect("a share was opened");
        let remove = opened.devices.into_iter().filter(|device| !device.here).map(|device| device.id);
        let remove = remove.collect();
        let add = [&[index], others].concat().into_iter().map(|device| self.id(device)).collect();
        self.command(
            index,
            Command::ChangeDevices {
                add,
                remove,
                threshold: None,
                accept_no_spare: false,
                new_recovery: true,
                drop_recovery: Vec::new(),
            },
        )?;
        Ok(code)
    }

    /// Recovers on a device where a share was opened: `members` are all that hold shares afterwards, `others` those of them that are
    /// new, but for the device itself. What the owner keeps from now on.
    ///
    /// # Panics
    /// If it does not come about.
    pub fn recover(&mut self, index: DeviceIndex, others: &[DeviceIndex], members: &[DeviceIndex]) -> Kept {
        let enough =
            |world: &Self| world.view(index).recovery.opened.is_some_and(|opened| opened.missing == 0);
        assert!(self.run_until(10_000, enough), "enough holders are there");
        let code = self.propose_recovery(index, others).expect("a recovery can be proposed");
        self.agree_on(members);
        let file = self.keep_file(index);
        Kept { code, file }
    }

    /// All these devices ask about a change, show the same words, agree, and come to one epoch.
    pub fn agree_on(&mut self, members: &[DeviceIndex]) {
        let before = members.iter().filter_map(|index| self.epoch(*index)).max().unwrap_or_default();
        let asked = |world: &Self| members.iter().all(|index| world.asks_change(*index));
        assert!(self.run_until(60_000, asked), "all devices ask their owners");
        let shown: Vec<_> = members.iter().filter_map(|i| self.view(*i).change).collect();
        assert!(shown.windows(2).all(|pair| pair[0].words == pair[1].words), "all show the same words");
        assert_eq!(shown.first().map(|change| change.words.len()), Some(8));
        self.agree_to_change();
        let done = |world: &Self| {
            let epochs: Vec<_> = members.iter().map(|index| world.epoch(*index)).collect();
            epochs.iter().all(|epoch| *epoch == epochs[0] && epoch.is_some_and(|epoch| epoch > before))
        };
        let is_done = self.run_until(120_000, done);
        assert!(is_done, "the change was not made: {:?}", self.view(members[0]).notices);
    }
}

/// The order to make a key with a recovery share.
pub fn key_with_recovery(threshold: u16) -> Command {
    Command::CreateKey { threshold, accept_no_spare: false, recovery: true }
}
