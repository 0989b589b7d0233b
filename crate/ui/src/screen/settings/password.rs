//! Changing the password of the vault.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use super::super::set_up::{differs, meter, short};
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn password() -> AnyView {
    let ask = Ask::new(app());
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let done = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        done.set(false);
        if short(&new.get()).is_some() || differs(new, again).is_some() {
            return;
        }
        ask.run_then(Command::ChangePassword { old: old.get(), new: new.get() }, move || {
            for field in [old, new, again] {
                let _ = field.try_set(String::new());
            }
            let _ = tried.try_set(false);
            let _ = done.try_set(true);
        });
    };
    view! {
        <details class="details">
            <summary>{messages::CHANGE_PASSWORD}</summary>
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::PASSWORD_OLD, messages::PASSWORD_OLD, old).secret("current-password").view()}
                {Field::new(testids::PASSWORD_NEW, messages::PASSWORD_NEW, new)
                    .secret("new-password")
                    .complaint(move || tried.get().then(|| short(&new.get())).flatten())
                    .view()}
                {meter(new)}
                {Field::new(testids::PASSWORD_NEW_AGAIN, messages::PASSWORD_NEW_AGAIN, again)
                    .secret("new-password")
                    .complaint(move || tried.get().then(|| differs(new, again)).flatten())
                    .view()}
                {ask.refused()}
                <button type="submit" class="button wide" data-testid=testids::PASSWORD_SAVE disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::CHANGE_PASSWORD}
                </button>
            </form>
        </details>
        <p class="hint" role="status">{move || done.get().then_some(messages::PASSWORD_CHANGED)}</p>
    }
    .into_any()
}
