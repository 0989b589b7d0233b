//! Who may use this device: set-up, unlock, lock, change of password, erasing.

use zeroize::Zeroize;

use symbolon_link::identity::Identity;
use symbolon_mpc::secret::Secret;

use super::notices::refusal;
use super::records::{self, Settings};
use super::settings::check_relay_url;
use super::{Device, Life};
use crate::command::Command;
use crate::context::Context;
use crate::effect::{CommandError, Effect, KdfParameters, RelayCommand};
use crate::event::EffectId;
use crate::store::Batch;
use crate::vault::{Header, VaultError, VaultKey};
use crate::view::Severity;
use crate::wallet::Wallet;

const MIN_PASSWORD_CHARS: usize = 8;
const DEFAULT_AUTO_LOCK_MINUTES: u32 = 5;

/// A password that is being stretched, and what for. One at a time.
pub(super) struct Stretching {
    effect: EffectId,
    pub(super) reply: EffectId,
    purpose: Purpose,
}

enum Purpose {
    AllowPasskey,
    SetUp {
        name: String,
        relay_url: String,
        parameters: KdfParameters,
    },
    Unlock,
    /// The old password; the new one follows.
    CheckOld {
        new: Secret<Vec<u8>>,
    },
    WrapNew {
        parameters: KdfParameters,
    },
}

/// Code and sentence for stored data that cannot be used.
pub(super) fn unusable(error: VaultError) -> (&'static str, &'static str) {
    match error {
        VaultError::Version(_) => (
            "store/newer-version",
            "This device's data was written by a newer version of the wallet. Nothing is lost: update the wallet, then open it again.",
        ),
        VaultError::Damaged
        | VaultError::Parameters
        | VaultError::WrongPasskey
        | VaultError::WrongPassword => (
            "store/damaged",
            "This device's data is damaged and was left as it is. Your other devices can still sign. Erase this device only if they can.",
        ),
    }
}

impl Wallet {
    pub(super) fn command_set_up(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        name: String,
        password: String,
        relay_url: String,
    ) -> Option<Command> {
        let password = secret(password);
        let checked = match &self.device.life {
            Life::Fresh => {
                check_relay_url(&relay_url).and_then(|()| check_password(&password)).and_then(|()| {
                    match Identity::draw(cx.rng).card(&name) {
                        Ok(_) => self.not_stretching(),
                        Err(error) => Err(refusal("setup/name", format!("Choose another name: {error}."))),
                    }
                })
            }
            Life::SetUp(_) => Err(refusal("setup/done", "This device is set up already.")),
            Life::Unusable(error) => {
                let (code, message) = unusable(*error);
                Err(refusal(code, message))
            }
        };
        match checked {
            Ok(()) => {
                let parameters = Header::draw_parameters(self.config.kdf_memory_kib, cx.rng);
                self.stretch(cx, reply, password, parameters, Purpose::SetUp { name, relay_url, parameters });
            }
            Err(error) => cx.reply(reply, Err(error)),
        }
        None
    }

    pub(super) fn command_unlock(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        password: String,
    ) -> Option<Command> {
        let password = secret(password);
        let parameters = match (&self.device.life, self.device.open.is_some()) {
            (Life::SetUp(_), true) => {
                cx.reply(reply, Ok(()));
                return None;
            }
            (Life::SetUp(header), false) => self.not_stretching().map(|()| header.parameters()),
            _ => {
                Err(self.opened().err().unwrap_or_else(|| refusal("vault/locked", "This device is locked.")))
            }
        };
        match parameters {
            Ok(parameters) => self.stretch(cx, reply, password, parameters, Purpose::Unlock),
            Err(error) => cx.reply(reply, Err(error)),
        }
        None
    }

    pub(super) fn command_change_password(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        old: String,
        new: String,
    ) -> Option<Command> {
        let (old, new) = (secret(old), secret(new));
        let checked = self
            .opened()
            .map(|_| ())
            .and_then(|()| check_password(&new))
            .and_then(|()| self.not_stretching());
        match (checked, &self.device.life) {
            (Ok(()), Life::SetUp(header)) => {
                let parameters = header.parameters();
                self.stretch(cx, reply, old, parameters, Purpose::CheckOld { new });
            }
            (Err(error), _) => cx.reply(reply, Err(error)),
            (Ok(()), _) => cx.reply(reply, Err(refusal("setup/needed", "Set this device up first."))),
        }
        None
    }

    pub(super) fn command_allow_passkey(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        password: String,
    ) -> Option<Command> {
        let password = secret(password);
        let checked = self.opened().map(|_| ()).and_then(|()| self.not_stretching());
        match (checked, &self.device.life) {
            (Ok(()), Life::SetUp(header)) => {
                let parameters = header.parameters();
                self.stretch(cx, reply, password, parameters, Purpose::AllowPasskey);
            }
            (Err(error), _) => cx.reply(reply, Err(error)),
            (Ok(()), _) => cx.reply(reply, Err(refusal("setup/needed", "Set this device up first."))),
        }
        None
    }

    pub(super) fn command_erase(
        &mut self,
        cx: &mut Context<'_>,
        confirmation: &str,
    ) -> Result<(), CommandError> {
        if confirmation.trim() != "erase" {
            return Err(refusal("erase/unconfirmed", "Nothing was erased. Type the word erase to confirm."));
        }
        self.leave_peers(cx);
        if !matches!(self.device.life, Life::Fresh) {
            cx.push(Effect::Forget);
        }
        cx.relay(RelayCommand::Disconnect);
        // All names that are known, whoever wrote them; unusable records too.
        cx.store(self.stored.erase());
        self.device = Device::load(&self.config, &[]);
        self.dapp_erase(cx);
        cx.view_changed();
        Ok(())
    }

    pub(crate) fn on_key_derived(
        &mut self,
        cx: &mut Context<'_>,
        id: EffectId,
        key: Option<Secret<[u8; 32]>>,
    ) {
        let Some(stretching) = self.device.stretching.take_if(|stretching| stretching.effect == id) else {
            return;
        };
        let reply = stretching.reply;
        let Some(key) = key else {
            let message = "The password could not be checked: the device has too little memory. Nothing is lost. Close other windows and try again.";
            cx.reply(reply, Err(refusal("vault/no-memory", message)));
            return;
        };
        let outcome = match stretching.purpose {
            Purpose::AllowPasskey => self.check_password(&key).and_then(|()| self.allow_passkey(cx.now)),
            Purpose::SetUp { name, relay_url, parameters } => {
                self.set_up(cx, name, relay_url, parameters, &key)
            }
            Purpose::Unlock => self.unlock(cx, &key),
            Purpose::CheckOld { new } => match self.check_password(&key) {
                Ok(()) => {
                    let parameters = Header::draw_parameters(self.config.kdf_memory_kib, cx.rng);
                    self.stretch(cx, reply, new, parameters, Purpose::WrapNew { parameters });
                    return;
                }
                Err(error) => Err(error),
            },
            Purpose::WrapNew { parameters } => self.wrap_new(cx, parameters, &key),
        };
        cx.reply(reply, outcome);
    }

    fn set_up(
        &mut self,
        cx: &mut Context<'_>,
        name: String,
        relay_url: String,
        parameters: KdfParameters,
        stretched: &Secret<[u8; 32]>,
    ) -> Result<(), CommandError> {
        let vault = VaultKey::draw(cx.rng);
        let header = Header::wrap(&vault, stretched, parameters, cx.rng);
        let identity = Identity::draw(cx.rng);
        self.device.settings = Some(Settings {
            device: identity.id().0,
            name,
            relay_url,
            auto_lock_minutes: DEFAULT_AUTO_LOCK_MINUTES,
        });
        let binding = self.device.binding();
        let mut batch = Batch::default();
        batch.put(records::HEADER, header.encode());
        batch.put(
            records::IDENTITY,
            vault.seal(records::IDENTITY, &binding, &identity.encode_secret(), cx.rng),
        );
        if let Some(settings) = &self.device.settings {
            batch.put(records::SETTINGS, records::encode(settings));
        }
        // What follows reads the records, so they are noted at once.
        self.stored.note(&batch);
        cx.store(batch);
        self.device.life = Life::SetUp(header);
        let opened = self.unlock_with(cx, vault);
        self.opened_anew();
        opened.map_err(|error| {
            let (code, message) = unusable(error);
            refusal(code, message)
        })
    }

    fn unlock(&mut self, cx: &mut Context<'_>, stretched: &Secret<[u8; 32]>) -> Result<(), CommandError> {
        let Life::SetUp(header) = &self.device.life else { return self.opened().map(|_| ()) };
        let vault = header.unwrap(stretched).map_err(wrong_password)?;
        self.open_vault(cx, vault)
    }

    /// Opens the vault at the owner's word; if it cannot be read, that is said and nothing is touched.
    pub(super) fn open_vault(&mut self, cx: &mut Context<'_>, vault: VaultKey) -> Result<(), CommandError> {
        let opened = self.unlock_with(cx, vault);
        self.opened_anew();
        opened.map_err(|error| {
            let (code, message) = unusable(error);
            self.device.life = Life::Unusable(error);
            self.notice(cx, code, Severity::Danger, message);
            cx.view_changed();
            refusal(code, message)
        })
    }

    fn check_password(&mut self, stretched: &Secret<[u8; 32]>) -> Result<(), CommandError> {
        let Life::SetUp(header) = &self.device.life else { return self.opened().map(|_| ()) };
        header.unwrap(stretched).map(|_| ()).map_err(wrong_password)
    }

    fn wrap_new(
        &mut self,
        cx: &mut Context<'_>,
        parameters: KdfParameters,
        stretched: &Secret<[u8; 32]>,
    ) -> Result<(), CommandError> {
        let (Life::SetUp(header), Some(open)) = (&self.device.life, &self.device.open) else {
            return self.opened().map(|_| ());
        };
        let header = header.with_password(&open.vault, stretched, parameters, cx.rng);
        self.store_header(cx, header);
        Ok(())
    }

    fn not_stretching(&self) -> Result<(), CommandError> {
        match self.device.stretching {
            None => Ok(()),
            Some(_) => Err(refusal("vault/busy", "Another password is being checked. Wait a moment.")),
        }
    }

    fn stretch(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        password: Secret<Vec<u8>>,
        parameters: KdfParameters,
        purpose: Purpose,
    ) {
        let effect = cx.derive_key(password, parameters);
        self.device.stretching = Some(Stretching { effect, reply, purpose });
    }
}

fn secret(mut text: String) -> Secret<Vec<u8>> {
    let bytes = core::mem::take(&mut text).into_bytes();
    text.zeroize();
    Secret::new(bytes)
}

fn check_password(password: &Secret<Vec<u8>>) -> Result<(), CommandError> {
    // EXPOSE: counted only.
    let chars = password.expose(|bytes| core::str::from_utf8(bytes).map_or(0, |text| text.chars().count()));
    if chars < MIN_PASSWORD_CHARS {
        let message = format!("Choose a password of {MIN_PASSWORD_CHARS} characters or more.");
        return Err(refusal("vault/weak-password", message));
    }
    Ok(())
}

fn wrong_password(_: VaultError) -> CommandError {
    refusal("vault/wrong-password", "The password is wrong. Nothing is lost; try again.")
}
