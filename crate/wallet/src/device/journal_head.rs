//! The head of the journal under the vault's seal: whoever cuts off the journal's end cannot forge this.

use super::records;
use crate::context::Context;
use crate::dapp::Head;
use crate::store::Batch;
use crate::vault::VaultError;
use crate::wallet::Wallet;

// Seam: called by the dApp side.
impl Wallet {
    /// The head that was sealed last; none while locked, or before there was one.
    ///
    /// # Errors
    /// [`VaultError`] if the record is not what was written.
    pub(crate) fn sealed_journal_head(&self) -> Result<Option<Head>, VaultError> {
        let (Some(open), Some(sealed)) = (&self.device.open, self.stored.value(records::JOURNAL_HEAD)) else {
            return Ok(None);
        };
        let (_, plain) = open.vault.open(records::JOURNAL_HEAD, sealed)?;
        records::decode(&plain).map(Some)
    }

    /// Seals the head; nothing while locked.
    pub(crate) fn seal_journal_head(&mut self, cx: &mut Context<'_>, head: Head) {
        let mut batch = Batch::default();
        self.seal_into(cx, &mut batch, records::JOURNAL_HEAD, &records::encode(&head));
        cx.store(batch);
    }

    /// Names of stored records that begin so.
    pub(crate) fn stored_names(&self, prefix: &str) -> Vec<String> {
        self.stored.names_below(prefix)
    }
}
