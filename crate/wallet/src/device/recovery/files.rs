//! Recovery files: handed out by any device, and chosen again to show that they were kept.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::backup::{self, FileError, RecoveryFile};
use crate::context::Context;
use crate::device::members::recovery_parties;
use crate::device::notices::refusal;
use crate::device::records;
use crate::device::shares::Shares;
use crate::effect::CommandError;
use crate::messages::recovery as messages;
use crate::store::Batch;
use crate::vault::Binding;
use crate::view::Severity;
use crate::wallet::Wallet;

/// The record `key/kept`: what outlives every epoch of recovery shares, and which files the owner was seen to have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::device) struct Kept {
    /// Hashes of files of the shares in use.
    files: Vec<[u8; 32]>,
    /// A file was kept at some time, if only one of earlier shares.
    ever: bool,
    /// The highest party index that was given to a recovery share; 0 if none was.
    used: u16,
}

impl Kept {
    /// Whether this very file was kept.
    pub(in crate::device) fn has(&self, file: &RecoveryFile) -> bool {
        self.files.contains(&file.hash())
    }

    /// Whether any was.
    pub(in crate::device) fn ever(&self) -> bool {
        self.ever
    }

    /// Hashes of the files that were.
    pub(in crate::device) fn hashes(&self) -> &[[u8; 32]] {
        &self.files
    }

    /// The highest party index that was given to a recovery share.
    pub(in crate::device) fn used(&self) -> u16 {
        self.used
    }

    /// Notes a file; whether that is news.
    fn keep(&mut self, hash: [u8; 32]) -> bool {
        let is_news = !self.files.contains(&hash);
        if is_news {
            self.files.push(hash);
            self.ever = true;
        }
        is_news
    }

    /// Drops the files that are none of these shares'.
    pub(in crate::device) fn retain(&mut self, shares: &Shares) {
        let in_force: Vec<_> = shares.files().iter().map(RecoveryFile::hash).collect();
        self.files.retain(|hash| in_force.contains(hash));
    }
}

impl Wallet {
    /// The file of a party, as hex.
    pub(in crate::device) fn command_give_recovery_file(
        &mut self,
        party: u16,
    ) -> Result<Zeroizing<String>, CommandError> {
        let files = self.opened()?.active.as_ref().map(Shares::files).unwrap_or_default();
        match files.iter().find(|file| file.party().value() == party) {
            Some(file) => Ok(Zeroizing::new(hex::encode(file.encode()))),
            None => Err(refusal("recovery/no-share", messages::NO_SHARE)),
        }
    }

    /// The owner chose a file: is it one that is in force?
    pub(in crate::device) fn command_check_recovery_file(
        &mut self,
        cx: &mut Context<'_>,
        file: &str,
    ) -> Result<(), CommandError> {
        let file = read_file(file)?;
        let active = self.opened()?.active.as_ref();
        let active = active.ok_or_else(|| refusal("recovery/no-share", messages::NO_SHARE))?;
        let info = active.info();
        file.check_serves(info.wallet(), info.epoch()).map_err(of_file)?;
        if !active.files().contains(&file) {
            return Err(of_file(FileError::Altered));
        }
        self.keep_files(cx, &[file.hash()]);
        self.greet_all(cx);
        Ok(())
    }

    /// Tells the owner of recovery files that this device does not have, though it should.
    pub(in crate::device) fn miss_files(&mut self, cx: &mut Context<'_>) {
        let Some(active) = self.device.open.as_ref().and_then(|open| open.active.as_ref()) else { return };
        if active.files().len() < recovery_parties(active.info().quorum()).count() {
            self.notice(cx, "recovery/file-gone", Severity::Warning, messages::FILE_GONE);
        }
    }

    /// Notes files that the owner has kept, by this or another device's word; what is no file in force is ignored.
    pub(in crate::device) fn keep_files(&mut self, cx: &mut Context<'_>, hashes: &[[u8; 32]]) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(active) = &open.active else { return };
        let mut is_news = false;
        for hash in active.files().iter().map(RecoveryFile::hash).filter(|hash| hashes.contains(hash)) {
            is_news |= open.recovery.kept.keep(hash);
        }
        if is_news {
            let mut batch = Batch::default();
            self.put_kept(cx, &mut batch);
            cx.store(batch);
            cx.view_changed();
        }
    }

    /// Seals the record into a batch, unless there is nothing to say.
    pub(in crate::device) fn put_kept(&mut self, cx: &mut Context<'_>, batch: &mut Batch) {
        let Some(open) = self.device.open.as_mut() else { return };
        open.recovery.kept.used = open.life.used_recovery;
        if open.recovery.kept == Kept::default() && self.stored.value(records::KEY_KEPT).is_none() {
            return;
        }
        let wallet = open.active.as_ref().map(|shares| *shares.info().wallet()).unwrap_or_default();
        let plain = records::encode(&open.recovery.kept);
        let binding = Binding { wallet, ..self.device.binding() };
        self.seal_bound(cx, batch, records::KEY_KEPT, &binding, &plain);
    }
}

/// Reads a file as the screens hand it over.
pub(super) fn read_file(hex: &str) -> Result<RecoveryFile, CommandError> {
    // Longer is no file of ours, whatever it is.
    let bytes = Some(hex).filter(|hex| hex.len() <= 2 * backup::MAX_FILE_BYTES);
    let bytes = bytes.and_then(|hex| hex::decode(hex).ok()).ok_or(FileError::NotOurs);
    bytes.and_then(|bytes| RecoveryFile::decode(&bytes)).map_err(of_file)
}

/// What the owner is told of a file, with a code for each kind.
pub(super) fn of_file(error: FileError) -> CommandError {
    let code = match error {
        FileError::Altered => "recovery/altered",
        FileError::LaterEpoch { .. } => "recovery/later-epoch",
        FileError::NewerVersion(_) => "recovery/newer-version",
        FileError::NotOurs => "recovery/not-a-file",
        FileError::OldEpoch { .. } => "recovery/old-epoch",
        FileError::OtherWallet => "recovery/other-wallet",
        FileError::Truncated => "recovery/truncated",
        FileError::WrongCode => "recovery/wrong-code",
    };
    refusal(code, backup::messages::of_file(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_these_bytes() {
        let mut kept = Kept { used: 0x8001, ..Kept::default() };
        assert!(kept.keep([7; 32]) && !kept.keep([7; 32]));
        let bytes = format!("01 01{} 01 818002", "07".repeat(32)).replace(' ', "");
        assert_eq!(hex::encode(records::encode(&kept)), bytes);
        assert_eq!(records::decode::<Kept>(&hex::decode(bytes).unwrap()), Ok(kept));
    }
}
