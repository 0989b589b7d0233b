//! Changes of who holds shares, through the owners' commands only.

use symbolon_wallet::command::Command;
use symbolon_wallet::effect::{CommandError, Effect};
use symbolon_wallet::view::{ChangeStage, Phase};

use crate::world::{DeviceIndex, World};

impl World {
    /// A device's id, as views and commands name it.
    ///
    /// # Panics
    /// If the device does not run.
    pub fn id(&self, index: DeviceIndex) -> String {
        self.view(index).devices.into_iter().find(|device| device.me).expect("a device knows itself").id
    }

    /// The epoch of a device's active shares; none while it does not run, or holds none.
    pub fn epoch(&self, index: DeviceIndex) -> Option<u32> {
        self.devices[index].wallet.as_ref()?.key_in_use().map(|(_, epoch)| epoch)
    }

    /// Proposes a change on a device.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn propose_change(
        &mut self,
        index: DeviceIndex,
        add: &[DeviceIndex],
        remove: &[String],
        threshold: Option<u16>,
    ) -> Result<(), CommandError> {
        let add = add.iter().map(|device| self.id(*device)).collect();
        let remove = remove.to_vec();
        self.command(index, change_of(add, remove, threshold))
    }

    /// Whether a device asks its owner about a change.
    pub fn asks_change(&self, index: DeviceIndex) -> bool {
        self.devices[index].wallet.is_some()
            && self
                .view(index)
                .change
                .is_some_and(|change| change.stage == ChangeStage::Asked && !change.agreed)
    }

    /// The owner of every device that asks agrees; whether any did.
    pub fn agree_to_change(&mut self) -> bool {
        let mut any = false;
        for index in 0..self.devices.len() {
            if self.asks_change(index) {
                let change = self.view(index).change.expect("it asks").id;
                any |= self.command(index, Command::ConfirmChange { change, agree: true }).is_ok();
            }
        }
        any
    }

    /// Makes a change among these devices, all of which are there: proposes it on the first of them.
    ///
    /// # Panics
    /// If they do not all hold shares of the next epoch soon.
    pub fn change(
        &mut self,
        members: &[DeviceIndex],
        add: &[DeviceIndex],
        remove: &[String],
        threshold: Option<u16>,
    ) {
        let next = self.epoch(members[0]).map(|epoch| epoch + 1);
        self.propose_change(members[0], add, remove, threshold).expect("a change can be proposed");
        let joins = !add.is_empty();
        let asked =
            |world: &Self| members.iter().all(|i| world.asks_change(*i) || !joins && *i == members[0]);
        assert!(self.run_until(60_000, asked), "all devices ask their owners");
        let shown: Vec<_> = members.iter().filter_map(|i| self.view(*i).change).collect();
        assert!(shown.windows(2).all(|pair| pair[0].words == pair[1].words), "all show the same words");
        assert_eq!(shown.first().map(|change| change.words.len()), Some(if joins { 8 } else { 0 }));
        self.agree_to_change();
        let done = |world: &Self| members.iter().all(|i| world.epoch(*i) == next);
        assert!(self.run_until(120_000, done), "all hold shares of epoch {next:?}");
    }

    /// A request of `signers[0]`, signed by exactly these devices.
    ///
    /// # Panics
    /// If a device cannot be chosen.
    pub fn signs_with(&mut self, signers: &[DeviceIndex]) -> bool {
        let before = self.node.sent.len();
        if self.try_send(signers[0]) != Some(Ok(())) {
            return false;
        }
        let Some(request) = self.requests(signers[0]).first().map(|request| request.id.clone()) else {
            return false;
        };
        let devices = signers[1..].iter().map(|signer| self.id(*signer)).collect();
        if self.command(signers[0], Command::ChooseCosigners { request, devices }).is_err() {
            return false;
        }
        for signer in signers {
            if !self.approve(*signer) {
                return false;
            }
        }
        let over = |world: &Self| {
            world.node.sent.len() == before + 1 && signers.iter().all(|i| world.requests(*i).is_empty())
        };
        self.run_until(60_000, over)
    }

    /// Whether a device belongs to a wallet, by what it shows.
    pub fn is_ready(&self, index: DeviceIndex) -> bool {
        self.devices[index].wallet.is_some() && self.view(index).phase == Phase::Ready
    }
}

/// Whether anything outside of a process is different after this effect.
pub(crate) fn leaves_trace(effect: &Effect) -> bool {
    !matches!(
        effect,
        Effect::Alarm { .. } | Effect::Notify { .. } | Effect::ShowApproval | Effect::ViewChanged
    )
}

/// The order to change the devices, and nothing about recovery shares.
pub fn change_of(add: Vec<String>, remove: Vec<String>, threshold: Option<u16>) -> Command {
    Command::ChangeDevices {
        add,
        remove,
        threshold,
        accept_no_spare: true,
        new_recovery: false,
        drop_recovery: Vec::new(),
    }
}
