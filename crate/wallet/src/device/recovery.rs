//! Recovery shares on a device: a code that is drawn, files that are handed out and kept, a share that is opened.
//!
//! What the owner keeps are two things, and no device has both (docs/recovery.md, 2.2): the code is drawn, shown, typed in again
//! and forgotten *before* anything is dealt to its key; the file comes out of the dealing, and every device has it. That the code
//! opens the file needs no trial, the dealers proved it; that the owner has both was seen: the code was typed in, the file was
//! chosen again. A share is opened on a device that holds none of the wallet, so that it never holds two.

mod draft;
mod files;
mod opened;

use symbolon_mpc::Quorum;

use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::view::{RecoveryShareView, RecoveryView};
use crate::wallet::Wallet;

use self::draft::Draft;
pub(super) use self::files::Kept;
use self::opened::Opened;
use super::shares::Shares;

/// What a device knows of recovery shares, beside the files that its own shares carry.
pub(super) struct Recovery {
    draft: Option<Draft>,
    opened: Option<Opened>,
    /// Which files the owner has kept.
    pub(super) kept: Kept,
}

impl Recovery {
    /// What is known when the vault opens.
    pub(super) fn load(kept: Kept) -> Self {
        Self { draft: None, opened: None, kept }
    }
}

impl Wallet {
    /// Forgets what was drawn and what was opened here.
    pub(super) fn command_forget_recovery(&mut self, cx: &mut Context<'_>) -> Result<(), CommandError> {
        let recovery = &mut self.opened()?.recovery;
        recovery.draft = None;
        recovery.opened = None;
        self.greet_all(cx);
        cx.view_changed();
        Ok(())
    }

    /// New shares are in use: the code that they were dealt to is drawn no more, and what was opened here is spent.
    pub(super) fn forget_dealt_recovery(&mut self, quorum: &Quorum) {
        let Some(open) = &mut self.device.open else { return };
        open.recovery.draft.take_if(|draft| quorum.party_of(draft.device()).is_some());
        open.recovery.opened = None;
    }

    pub(super) fn recovery_view(&self, now: Timestamp) -> RecoveryView {
        let Some(open) = self.device.open.as_ref() else { return RecoveryView::default() };
        let kept = &open.recovery.kept;
        let files = open.active.as_ref().map(Shares::files).unwrap_or_default();
        let shares = files.iter().map(|file| RecoveryShareView {
            kept: kept.has(file),
            made_at: file.created_at_ms(),
            party: file.party().value(),
            sheet: file.sheet(),
        });
        RecoveryView {
            draft: open.recovery.draft.as_ref().map(Draft::view),
            must_keep: !files.is_empty() && !kept.ever(),
            opened: self.opened_view(now),
            shares: shares.collect(),
        }
    }
}
