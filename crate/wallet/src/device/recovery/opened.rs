//! A recovery share that was opened from its file and code: this device deals for it, and gets a share of its own.

use symbolon_mpc::{DeviceId, PartyIndex};

use super::draft::read_codes;
use super::files::{of_file, read_file};
use crate::backup::RecoveryFile;
use crate::context::Context;
use crate::device::members;
use crate::device::notices::refusal;
use crate::device::peer::OpenedShare;
use crate::device::shares::Shares;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::messages::recovery as messages;
use crate::view::{OpenedDeviceView, OpenedShareView};
use crate::wallet::Wallet;

/// A recovery share in memory, with the file that it came from. Never stored: whoever is interrupted opens it again.
pub(in crate::device) struct Opened {
    pub(super) file: RecoveryFile,
    pub(super) shares: Shares,
}

impl Wallet {
    /// Opens a file with its code.
    pub(in crate::device) fn command_open_recovery_file(
        &mut self,
        cx: &mut Context<'_>,
        file: &str,
        codes: Vec<String>,
        passkey: Option<String>,
    ) -> Result<(), CommandError> {
        let open = self.opened()?;
        let file = read_file(file)?;
        // R13: with its own share this device would hold two of one epoch. New shares that an interrupted recovery left here
        // are of a later one.
        let key = (file.wallet(), file.epoch());
        let is_of_file = |shares: &Shares| (shares.info().wallet(), shares.info().epoch()) == key;
        if open.active.is_some() || open.pending.iter().any(|attempt| is_of_file(&attempt.shares)) {
            return Err(refusal("recovery/holds-share", messages::HOLDS_SHARE));
        }
        let code = read_codes(codes, passkey)?;
        let shares = file.open(&code).map_err(of_file)?;
        let fits = members::is_recovery(file.party());
        let shares = Shares::new(shares).filter(|_| fits);
        let shares = shares.ok_or_else(|| of_file(crate::backup::FileError::Altered))?;
        self.opened()?.recovery.opened = Some(Opened { file, shares });
        self.greet_all(cx);
        cx.view_changed();
        Ok(())
    }

    /// The share that was opened here.
    pub(in crate::device) fn opened_share(&self) -> Option<&Shares> {
        Some(&self.device.open.as_ref()?.recovery.opened.as_ref()?.shares)
    }

    /// What the other devices are told of it.
    pub(in crate::device) fn opened_standing(&self) -> Option<OpenedShare> {
        let shares = self.opened_share()?;
        let info = shares.info();
        Some(OpenedShare { wallet: *info.wallet(), epoch: info.epoch(), party: shares.index() })
    }

    /// Which recovery shares of these keys are opened, and on which device: this one, or one that is there and says so.
    pub(in crate::device) fn opened_at(
        &self,
        (wallet, epoch): (&[u8; 32], u32),
        now: Timestamp,
    ) -> Vec<(PartyIndex, DeviceId)> {
        let Some(open) = self.device.open.as_ref() else { return Vec::new() };
        let me = DeviceId(open.identity.id().0);
        let here = self.opened_standing().map(|opened| (opened, me));
        let there = open
            .peers
            .iter()
            .filter(|(_, peer)| peer.is_online(now))
            .filter_map(|(id, peer)| Some((peer.opened?, *id)));
        here.into_iter()
            .chain(there)
            .filter(|(opened, _)| opened.wallet == *wallet && opened.epoch == epoch)
            .map(|(opened, device)| (opened.party, device))
            .collect()
    }

    /// Whether a device says that it holds later shares of this wallet.
    pub(in crate::device) fn has_newer(&self, (wallet, epoch): ([u8; 32], u32)) -> bool {
        let peers = self.device.open.iter().flat_map(|open| open.peers.values());
        let mut said = peers.filter_map(|peer| peer.hello.as_ref()?.key);
        said.any(|held| held.0 == wallet && held.1 > epoch)
    }

    pub(super) fn opened_view(&self, now: Timestamp) -> Option<OpenedShareView> {
        let open = self.device.open.as_ref()?;
        let file = &open.recovery.opened.as_ref()?.file;
        let key = (*file.wallet(), file.epoch());
        let devices: Vec<_> = members::must_be_online(file.quorum())
            .map(|party| OpenedDeviceView {
                here: open
                    .peers
                    .get(&party.device)
                    .is_some_and(|peer| peer.is_online(now) && peer.holds(key) && peer.says_standing),
                id: hex::encode(party.device.0),
                name: self.device_name(party.device),
            })
            .collect();
        let threshold = file.quorum().threshold();
        let here = devices.iter().filter(|device| device.here).count() as u16;
        let opened = self.opened_at((file.wallet(), file.epoch()), now).len() as u16;
        Some(OpenedShareView {
            devices,
            made_at: file.created_at_ms(),
            missing: threshold.saturating_sub(here).saturating_sub(opened),
            outdated: self.has_newer(key).then(|| messages::OLD_FILE.to_owned()),
            sheet: file.sheet(),
            threshold,
        })
    }
}
