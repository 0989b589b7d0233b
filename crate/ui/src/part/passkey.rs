//! Passkeys: the ceremony that the page's own script runs (`crate/wasm/js/passkey.ts`), as two calls.

use js_sys::{Error, Function, Promise, Reflect};
use symbolon_wallet::backup::PASSKEY_SALT;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::wire::Refusal;
use crate::{format, messages};

/// A new passkey, as the wallet takes it: hex text. What opens the vault is in `output`.
pub struct Made {
    /// Credential id.
    pub credential: String,
    /// What its function was asked for.
    pub salt: String,
    /// What it made of it.
    pub output: String,
}

/// Has a passkey made for this device.
///
/// # Errors
/// A sentence for the owner.
pub async fn create(device: &str, name: &str) -> Result<Made, Refusal> {
    let made = ask("create", &device.into(), &name.into()).await.map_err(|reason| to_open(&reason))?;
    let text = |field: &str| {
        Reflect::get(&made, &field.into()).ok().and_then(|value| value.as_string()).ok_or_else(unsupported)
    };
    Ok(Made { credential: text("credential")?, salt: text("salt")?, output: text("output")? })
}

/// Has the passkey used; hex of what it makes of the salt.
///
/// # Errors
/// A sentence for the owner.
pub async fn output(credential: &str, salt: &str) -> Result<String, Refusal> {
    let output = ask("use", &credential.into(), &salt.into()).await.map_err(|reason| to_open(&reason))?;
    output.as_string().ok_or_else(unsupported)
}

/// Has a passkey made that stands for a recovery code; hex of what it makes of [`PASSKEY_SALT`]: a secret like a code.
///
/// # Errors
/// A sentence for the owner.
pub async fn create_to_recover(name: &str) -> Result<String, Refusal> {
    let made = ask("createToRecover", &name.into(), &format::hex(&PASSKEY_SALT).into()).await;
    made.ok().as_ref().and_then(JsValue::as_string).ok_or_else(not_for_recovery)
}

/// Has the passkey used that stands for a recovery code; its owner chooses which.
///
/// # Errors
/// A sentence for the owner.
pub async fn output_to_recover() -> Result<String, Refusal> {
    let made = ask("use", &"".into(), &format::hex(&PASSKEY_SALT).into()).await;
    made.ok().as_ref().and_then(JsValue::as_string).ok_or_else(not_for_recovery)
}

/// Why there is no outcome: `PasskeyFailure` of the page's script.
async fn ask(method: &str, one: &JsValue, two: &JsValue) -> Result<JsValue, String> {
    let call = || -> Result<Promise, JsValue> {
        let passkeys = Reflect::get(&js_sys::global(), &"symbolonPasskeys".into())?;
        let method: Function = Reflect::get(&passkeys, &method.into())?.dyn_into()?;
        method.call2(&passkeys, one, two)?.dyn_into()
    };
    let reason = |error: JsValue| error.dyn_ref::<Error>().map(|error| String::from(error.message()));
    let asked = call().map_err(|_| String::new())?;
    JsFuture::from(asked).await.map_err(|error| reason(error).unwrap_or_default())
}

/// The refusal where a device was to be opened.
fn to_open(reason: &str) -> Refusal {
    match reason {
        "cancelled" => refusal("passkey/cancelled", messages::PASSKEY_CANCELLED),
        "no-prf" => refusal("passkey/no-prf", messages::PASSKEY_NO_PRF),
        _ => unsupported(),
    }
}

fn unsupported() -> Refusal {
    refusal("passkey/unsupported", messages::PASSKEY_UNSUPPORTED)
}

fn not_for_recovery() -> Refusal {
    refusal("passkey/not-for-recovery", messages::PASSKEY_NOT_FOR_RECOVERY)
}

fn refusal(code: &str, message: &str) -> Refusal {
    Refusal { code: code.into(), message: message.into() }
}
