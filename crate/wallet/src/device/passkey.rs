//! The passkey as a second way into the vault: allowing one, adding it, opening with it, removing it.
//!
//! Adding needs the password first, then the ceremony on the screen, then the order that brings its outcome. The
//! password's slot is never touched here, so whatever happens to a passkey, the password opens the vault.

use symbolon_mpc::secret::Secret;
use zeroize::{Zeroize, Zeroizing};

use super::notices::refusal;
use super::{Life, records};
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::vault::Passkey;
use crate::view::PasskeyView;
use crate::wallet::Wallet;

/// A passkey may be added for so long after the password was given, in milliseconds: the ceremony takes its time.
const ALLOWED_MS: u64 = 3 * 60_000;

impl Wallet {
    /// The password was given: a passkey may be added for a while.
    pub(super) fn allow_passkey(&mut self, now: Timestamp) -> Result<(), CommandError> {
        self.opened()?.passkey_until = now.saturating_add(ALLOWED_MS);
        Ok(())
    }

    pub(super) fn command_add_passkey(
        &mut self,
        cx: &mut Context<'_>,
        credential: &str,
        salt: &str,
        output: String,
    ) -> Result<(), CommandError> {
        let output = secret_of(output);
        let now = cx.now;
        let open = self.opened()?;
        if core::mem::take(&mut open.passkey_until) < now {
            return Err(refusal(
                "passkey/password-first",
                "Enter your password first, then add the passkey.",
            ));
        }
        let passkey = hex::decode(credential)
            .ok()
            .zip(bytes_of(salt))
            .and_then(|(credential, salt)| Passkey::new(credential, salt));
        let (Some(passkey), Some(output)) = (passkey, output) else { return Err(unusable_passkey()) };
        let (Life::SetUp(header), Some(open)) = (&self.device.life, &self.device.open) else {
            return self.opened().map(|_| ());
        };
        let header = header.with_passkey(&open.vault, passkey, &output, cx.rng);
        self.store_header(cx, header);
        Ok(())
    }

    pub(super) fn command_remove_passkey(&mut self, cx: &mut Context<'_>) -> Result<(), CommandError> {
        self.opened()?;
        if let Life::SetUp(header) = &self.device.life
            && header.passkey().is_some()
        {
            let header = header.without_passkey();
            self.store_header(cx, header);
        }
        Ok(())
    }

    pub(super) fn command_unlock_with_passkey(
        &mut self,
        cx: &mut Context<'_>,
        output: String,
    ) -> Result<(), CommandError> {
        let output = secret_of(output);
        let header = match (&self.device.life, self.device.open.is_some()) {
            (Life::SetUp(_), true) => return Ok(()),
            (Life::SetUp(header), false) => header,
            _ => return self.opened().map(|_| ()),
        };
        let vault = output.and_then(|output| header.unwrap_with_passkey(&output).ok()).ok_or_else(|| {
            refusal(
                "vault/wrong-passkey",
                "This passkey does not open this device. Nothing is lost; use your password.",
            )
        })?;
        self.open_vault(cx, vault)
    }

    pub(super) fn store_header(&mut self, cx: &mut Context<'_>, header: crate::vault::Header) {
        let mut batch = Batch::default();
        batch.put(records::HEADER, header.encode());
        cx.store(batch);
        self.device.life = Life::SetUp(header);
        cx.view_changed();
    }

    /// The passkey that opens this device, for its screens.
    pub(super) fn passkey_view(&self) -> Option<PasskeyView> {
        let Life::SetUp(header) = &self.device.life else { return None };
        let passkey = header.passkey()?;
        Some(PasskeyView { credential: hex::encode(passkey.credential()), salt: hex::encode(passkey.salt()) })
    }
}

pub(super) fn unusable_passkey() -> CommandError {
    refusal(
        "passkey/unusable",
        "This passkey cannot open a device. Nothing was changed; your password opens this device as before.",
    )
}

fn bytes_of(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

/// What a passkey made, from hex, which is wiped.
pub(super) fn secret_of(mut text: String) -> Option<Secret<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let read = hex::decode_to_slice(&text, &mut *bytes);
    text.zeroize();
    read.ok().map(|()| Secret::new(*bytes))
}
