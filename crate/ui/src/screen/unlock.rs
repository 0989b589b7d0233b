//! The vault is closed.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::PasskeyView;

use super::settings::erase;
use super::settings::passkey::in_tab;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon, mark};
use crate::part::page::title;
use crate::part::passkey;
use crate::part::progress::spinner;
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub fn unlock() -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let password = RwSignal::new(String::new());
    let passkey = app.pick(|view| view.passkey.clone());
    let by_passkey = move || {
        let Some(PasskeyView { credential, salt }) = passkey.get_untracked() else { return };
        ask.after(async move { passkey::output(&credential, &salt).await }, |output| {
            Command::UnlockWithPasskey { output }
        });
    };
    let waiting = app.pick(|view| view.requests.len());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !password.with(String::is_empty) {
            ask.run(Command::Unlock { password: password.get() });
        }
    };
    view! {
        <div class="page center first-run">
            <span class="big-mark">{mark()}</span>
            {title(messages::UNLOCK_TITLE)}
            <p class="lead">
                {move || match waiting.get() {
                    0 => messages::UNLOCK_TEXT.to_owned(),
                    count => format!("{}. {}", messages::requests_waiting(count), messages::UNLOCK_TEXT),
                }}
            </p>
            <form class="form" on:submit=submit>
                {Field::new(testids::UNLOCK_PASSWORD, messages::PASSWORD, password)
                    .secret("current-password")
                    .autofocus()
                    .view()}
                {ask.refused()}
                <button type="submit" class="button primary wide" data-testid=testids::UNLOCK disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {move || if ask.busy.get() { messages::UNLOCKING } else { messages::UNLOCK }}
                </button>
            </form>
            {move || passkey.get().map(|_| match app.kind {
                ScreenKind::Popup => in_tab(messages::UNLOCK_IN_TAB),
                _ => view! {
                    <button
                        type="button"
                        class="button wide"
                        data-testid=testids::UNLOCK_PASSKEY
                        disabled=move || ask.busy.get()
                        on:click=move |_| by_passkey()
                    >
                        {icon(Icon::Key)}
                        {messages::UNLOCK_WITH_PASSKEY}
                    </button>
                }
                .into_any(),
            })}
            <details class="details">
                <summary>{messages::FORGOTTEN}</summary>
                <p class="hint">{messages::FORGOTTEN_TEXT}</p>
                {erase::erase()}
            </details>
        </div>
    }
    .into_any()
}
