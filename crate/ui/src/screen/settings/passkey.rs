//! A passkey beside the password.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::passkey;
use crate::part::progress::spinner;
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub fn passkey() -> AnyView {
    let app = app();
    let there = app.pick(|view| view.passkey.is_some());
    view! {
        <p class="hint">{messages::PASSKEY_HINT}</p>
        <p class="hint" role="status" data-testid=testids::PASSKEY_STATE data-there=move || there.get().to_string()>
            {move || if there.get() { messages::PASSKEY_THERE } else { messages::PASSKEY_NONE }}
        </p>
        {move || match (there.get(), app.kind) {
            (true, _) => remove(app),
            (false, ScreenKind::Popup) => in_tab(messages::PASSKEY_IN_TAB),
            (false, _) => add(app),
        }}
    }
    .into_any()
}

/// The browser's own question would close a toolbar popup, so there it is a tab.
pub fn in_tab(label: &'static str) -> AnyView {
    view! {
        <a class="button wide" href="app.html" target="_blank">
            {icon(Icon::Key)}
            {label}
        </a>
    }
    .into_any()
}

fn add(app: App) -> AnyView {
    let ask = Ask::new(app);
    let password = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if password.with(String::is_empty) {
            return;
        }
        ask.run_then(Command::AllowPasskey { password: password.get() }, move || {
            let _ = password.try_set(String::new());
            let (device, name) = app.view.with_untracked(|view| {
                let device = view.devices.first().map(|device| device.id.clone()).unwrap_or_default();
                (device, view.settings.device_name.clone())
            });
            ask.after(
                async move { passkey::create(&device, &messages::passkey_name(&name)).await },
                |made| {
                    let passkey::Made { credential, salt, output } = made;
                    Command::AddPasskey { credential, salt, output }
                },
            );
        });
    };
    view! {
        <details class="details">
            <summary>{messages::PASSKEY_ADD}</summary>
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::PASSKEY_PASSWORD, messages::PASSWORD_OLD, password).secret("current-password").view()}
                {ask.refused()}
                <button type="submit" class="button wide" data-testid=testids::PASSKEY_ADD disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::PASSKEY_ADD}
                </button>
            </form>
        </details>
    }
    .into_any()
}

fn remove(app: App) -> AnyView {
    let ask = Ask::new(app);
    let act = move || ask.run(Command::RemovePasskey);
    view! {
        {ask.refused()}
        {ask.button(testids::PASSKEY_REMOVE, "button wide", Some(Icon::Trash), messages::PASSKEY_REMOVE, act)}
        <p class="hint">{messages::PASSKEY_REMOVE_HINT}</p>
    }
    .into_any()
}
