//! Passkeys: the ceremony that the page's own script runs (`crate/wasm/js/passkey.ts`), as two calls.

use js_sys::{Error, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::messages;
use crate::wire::Refusal;

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
    let made = ask("create", &device.into(), &name.into()).await?;
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
    let output = ask("use", &credential.into(), &salt.into()).await?;
    output.as_string().ok_or_else(unsupported)
}

async fn ask(method: &str, one: &JsValue, two: &JsValue) -> Result<JsValue, Refusal> {
    let call = || -> Result<Promise, JsValue> {
        let passkeys = Reflect::get(&js_sys::global(), &"symbolonPasskeys".into())?;
        let method: Function = Reflect::get(&passkeys, &method.into())?.dyn_into()?;
        method.call2(&passkeys, one, two)?.dyn_into()
    };
    let asked = call().map_err(|_| unsupported())?;
    JsFuture::from(asked).await.map_err(|error| refusal_of(&error))
}

fn refusal_of(error: &JsValue) -> Refusal {
    let reason = error.dyn_ref::<Error>().map(|error| String::from(error.message())).unwrap_or_default();
    match reason.as_str() {
        "cancelled" => refusal("passkey/cancelled", messages::PASSKEY_CANCELLED),
        "no-prf" => refusal("passkey/no-prf", messages::PASSKEY_NO_PRF),
        _ => unsupported(),
    }
}

fn unsupported() -> Refusal {
    refusal("passkey/unsupported", messages::PASSKEY_UNSUPPORTED)
}

fn refusal(code: &str, message: &str) -> Refusal {
    Refusal { code: code.into(), message: message.into() }
}
