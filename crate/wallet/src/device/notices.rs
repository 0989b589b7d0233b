//! What the owner should know, beside the answers to commands.

use crate::context::Context;
use crate::effect::CommandError;
use crate::view::{Notice, Severity};
use crate::wallet::Wallet;

/// Most notices kept; the oldest go first.
const MAX_NOTICES: usize = 50;

/// The notices of this process.
#[derive(Default)]
pub(super) struct Notices {
    last_id: u64,
    list: Vec<Notice>,
}

impl Notices {
    /// Adds a notice, unless the same sentence stands there already.
    pub(super) fn add(&mut self, code: &str, severity: Severity, message: String) -> bool {
        if self.list.iter().any(|notice| notice.code == code && notice.message == message) {
            return false;
        }
        self.last_id += 1;
        self.list.insert(0, Notice { code: code.to_owned(), id: self.last_id, message, severity });
        self.list.truncate(MAX_NOTICES);
        true
    }

    /// Whether there was such a notice.
    pub(super) fn dismiss(&mut self, id: u64) -> bool {
        let before = self.list.len();
        self.list.retain(|notice| notice.id != id);
        self.list.len() != before
    }

    /// Takes back the notices of a kind, once what they say is over.
    pub(super) fn over(&mut self, code: &str) -> bool {
        let before = self.list.len();
        self.list.retain(|notice| notice.code != code);
        self.list.len() != before
    }

    /// Takes back one notice.
    pub(super) fn over_saying(&mut self, code: &str, message: &str) {
        self.list.retain(|notice| notice.code != code || notice.message != message);
    }

    /// Newest first.
    pub(super) fn list(&self) -> &[Notice] {
        &self.list
    }
}

impl Wallet {
    /// Tells the owner something.
    pub(crate) fn notice(
        &mut self,
        cx: &mut Context<'_>,
        code: &str,
        severity: Severity,
        message: impl Into<String>,
    ) {
        if self.device.notices.add(code, severity, message.into()) {
            cx.view_changed();
        }
    }
}

/// An answer to a command that was not done.
pub(super) fn refusal(code: &str, message: impl Into<String>) -> CommandError {
    CommandError { code: code.to_owned(), message: message.into() }
}
