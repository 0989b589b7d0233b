//! A wallet is recovered on this device: file and code are opened, devices linked, a new code drawn, new shares made.
//!
//! What the view says decides what is to be done next, so that an interrupted recovery goes on where it was.

mod open;
mod opened;

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use super::brand;
use super::linking::just_paired;
use crate::app::app;
use crate::{messages, testids};

pub fn recover() -> AnyView {
    let app = app();
    let is_open = app.pick(|view| view.recovery.opened.is_some());
    let stop = move |_| {
        app.place.update(|place| place.first = None);
        app.send(Command::ForgetRecovery);
    };
    view! {
        <div class="page first-run" data-testid=testids::RECOVERY_STAGE data-stage=move || if is_open.get() { "opened" } else { "open" }>
            {brand()}
            {just_paired()}
            {move || if is_open.get() { opened::opened(app) } else { open::open(app) }}
            <button type="button" class="button quiet wide" data-testid=testids::RECOVERY_CANCEL on:click=stop>
                {messages::RECOVER_CANCEL}
            </button>
        </div>
    }
    .into_any()
}
