//! The screens of every device: one component library, drawn from [`symbolon_wallet::view::View`].
//!
//! It holds no secret but what the owner types, decides nothing, and talks to the wallet only through the page's bridge:
//! views come in, [`symbolon_wallet::command::Command`]s go out. The same approval card stands on every device, each
//! drawing what that device itself decoded.

// Leptos is made for the browser; natively only the pure modules are used, by their tests.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the screens run in a browser only"))]

mod app;
mod arming;
mod bridge;
mod export;
mod format;
mod messages;
mod part;
mod password;
mod route;
#[cfg(test)]
#[path = "../gallery/sample.rs"]
mod sample;
mod screen;
pub mod testids;
mod wire;

use wasm_bindgen::prelude::*;

/// Mounts the screens into `#app`, as soon as the host has sent a view.
///
/// # Errors
/// If the page has no `#app`, or its script gave no bridge.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    app::start()
}
