//! A recovery code: drawn and shown once, typed in again, and forgotten. What stays is the key that a share is sealed to.

use symbolon_mpc::DeviceId;
use symbolon_mpc::recovery::RecoveryKey;
use zeroize::Zeroizing;

use crate::backup::{self, GuardianCode, RecoveryCode, sheet_name};
use crate::command::Guardians;
use crate::context::Context;
use crate::device::notices::refusal;
use crate::device::passkey::{secret_of, unusable_passkey};
use crate::effect::CommandError;
use crate::messages::recovery as messages;
use crate::view::RecoveryDraftView;
use crate::wallet::Wallet;

/// The key of a code that was drawn here.
pub(in crate::device) struct Draft {
    key: RecoveryKey,
    /// How many codes make it: 1, or so many guardians'; 0 where a passkey does.
    needed: u8,
    /// The owner has typed it in.
    is_confirmed: bool,
}

impl Draft {
    /// What stands for the key in a quorum.
    pub(super) fn device(&self) -> DeviceId {
        self.key.device()
    }

    pub(super) fn view(&self) -> RecoveryDraftView {
        RecoveryDraftView {
            confirmed: self.is_confirmed,
            needed: self.needed.into(),
            sheet: sheet_name(&self.key),
        }
    }
}

impl Wallet {
    /// Draws a code in the place of an earlier one.
    pub(in crate::device) fn command_draw_recovery_code(
        &mut self,
        cx: &mut Context<'_>,
        guardians: Option<Guardians>,
        passkey: Option<String>,
    ) -> Result<Zeroizing<String>, CommandError> {
        let open = self.opened()?;
        let passkey = passkey.map(of_passkey).transpose()?;
        // R30: a passkey is never the only way. Whoever loses it must have a code on paper.
        let has_code = open.active.as_ref().is_some_and(|shares| !shares.files().is_empty());
        if passkey.is_some() && !has_code {
            return Err(refusal("recovery/code-first", messages::CODE_FIRST));
        }
        let is_passkey = passkey.is_some();
        let code = passkey.unwrap_or_else(|| RecoveryCode::draw(cx.rng));
        let (text, needed) = match guardians {
            _ if is_passkey => (Zeroizing::new(String::new()), 0),
            None => (code.write(), 1),
            Some(Guardians { needed, guardians }) => {
                let codes = backup::split(&code, needed, guardians, cx.rng)
                    .map_err(|error| refusal("recovery/guardians", backup::messages::of_guardians(error)))?;
                let mut text = Zeroizing::new(String::new());
                for (place, code) in codes.iter().enumerate() {
                    if place > 0 {
                        text.push('\n');
                    }
                    text.push_str(&code.write());
                }
                (text, needed)
            }
        };
        open.recovery.draft = Some(Draft { key: code.key(), needed, is_confirmed: false });
        cx.view_changed();
        Ok(text)
    }

    /// The owner typed in what was drawn.
    pub(in crate::device) fn command_confirm_recovery_code(
        &mut self,
        cx: &mut Context<'_>,
        codes: Vec<String>,
        passkey: Option<String>,
    ) -> Result<(), CommandError> {
        let code = read_codes(codes, passkey)?;
        let draft = self.opened()?.recovery.draft.as_mut();
        let draft = draft.ok_or_else(|| refusal("recovery/no-draft", messages::NO_DRAFT))?;
        if code.key() != draft.key {
            return Err(refusal("recovery/other-code", messages::OTHER_CODE));
        }
        draft.is_confirmed = true;
        cx.view_changed();
        Ok(())
    }

    /// The key that a new recovery share is to be sealed to: of the code that the owner was seen to have.
    ///
    /// # Errors
    /// The refusal for whoever asked, if no code was drawn and typed in.
    pub(in crate::device) fn confirmed_key(&self) -> Result<RecoveryKey, CommandError> {
        let draft = self.device.open.as_ref().and_then(|open| open.recovery.draft.as_ref());
        match draft.filter(|draft| draft.is_confirmed) {
            Some(draft) => Ok(draft.key),
            None => Err(refusal("recovery/no-code", messages::NO_CODE)),
        }
    }
}

/// The owner's code from what was typed in: itself, or guardians' codes that make it. The texts are wiped.
pub(super) fn read_codes(codes: Vec<String>, passkey: Option<String>) -> Result<RecoveryCode, CommandError> {
    if let Some(output) = passkey {
        return of_passkey(output);
    }
    let codes: Vec<_> = codes.into_iter().map(Zeroizing::new).collect();
    let unreadable = |message: String| refusal("recovery/code", message);
    match codes.as_slice() {
        [code] => match RecoveryCode::read(code) {
            // One guardian's code alone: it says itself how many it takes.
            Err(backup::CodeError::OtherKind) => join(&codes),
            read => read.map_err(|error| unreadable(backup::messages::of_code(error))),
        },
        _ => join(&codes),
    }
}

/// The code that a passkey stands for, from what it made. The text is wiped.
fn of_passkey(output: String) -> Result<RecoveryCode, CommandError> {
    let output = secret_of(output).ok_or_else(unusable_passkey)?;
    Ok(RecoveryCode::of_passkey(&output))
}

fn join(codes: &[Zeroizing<String>]) -> Result<RecoveryCode, CommandError> {
    let read = codes.iter().map(|code| GuardianCode::read(code)).collect::<Result<Vec<_>, _>>();
    read.and_then(|codes| backup::join(&codes))
        .map_err(|error| refusal("recovery/code", backup::messages::of_guardians(error)))
}
