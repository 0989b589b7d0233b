//! First run: name, password, relay.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::command::Command;

use super::brand;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::part::progress::spinner;
use crate::password::{FEWEST, Strength, strength};
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub fn set_up() -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let before = app.view.with_untracked(|view| view.settings.clone());
    let suggested =
        if before.device_name.is_empty() { suggestion(app.kind).into() } else { before.device_name };
    let name = RwSignal::new(suggested);
    let password = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let relay = RwSignal::new(before.relay_url);
    let tried = RwSignal::new(false);
    let name_wrong =
        move || name.with(|name| name.trim().is_empty()).then_some(messages::DEVICE_NAME_MISSING);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let wrong =
            [name_wrong(), short(&password.get()), differs(password, again), relay_wrong(&relay.get())];
        if wrong.iter().any(Option::is_some) {
            return;
        }
        ask.run(Command::SetUp {
            device_name: name.get().trim().to_owned(),
            password: password.get(),
            relay_url: relay.get().trim().to_owned(),
        });
    };
    view! {
        <div class="page first-run">
            {brand()}
            {title_with_back(messages::SET_UP_TITLE, move || app.place.update(|place| place.first = None))}
            <p class="lead">{messages::SET_UP_TEXT}</p>
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::DEVICE_NAME, messages::DEVICE_NAME, name)
                    .hint(messages::DEVICE_NAME_HINT)
                    .complaint(move || tried.get().then(name_wrong).flatten())
                    .view()}
                {Field::new(testids::PASSWORD, messages::PASSWORD, password)
                    .hint(messages::PASSWORD_HINT)
                    .secret("new-password")
                    .complaint(move || tried.get().then(|| short(&password.get())).flatten())
                    .view()}
                {meter(password)}
                {Field::new(testids::PASSWORD_AGAIN, messages::PASSWORD_AGAIN, again)
                    .secret("new-password")
                    .complaint(move || {
                        (tried.get() || again.with(|again| again.chars().count() >= FEWEST))
                            .then(|| differs(password, again))
                            .flatten()
                    })
                    .view()}
                <details class="details" data-testid=testids::ADVANCED open=move || tried.get() && relay_wrong(&relay.get()).is_some()>
                    <summary>{messages::ADVANCED}</summary>
                    {Field::new(testids::RELAY_URL, messages::RELAY, relay)
                        .hint(messages::RELAY_HINT)
                        .monospace()
                        .complaint(move || tried.get().then(|| relay_wrong(&relay.get())).flatten())
                        .view()}
                </details>
                <p class="hint with-icon">{icon(Icon::Info)}<span>{messages::PASSWORD_LOST}</span></p>
                {ask.refused()}
                <button type="submit" class="button primary wide" data-testid=testids::SET_UP disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {move || if ask.busy.get() { messages::SETTING_UP } else { messages::SET_UP }}
                </button>
            </form>
        </div>
    }
    .into_any()
}

/// What is wrong with a new password's length.
pub fn short(password: &str) -> Option<&'static str> {
    (strength(password) == Strength::TooShort).then_some(messages::PASSWORD_SHORT)
}

/// What is wrong with its repetition.
pub fn differs(password: RwSignal<String>, again: RwSignal<String>) -> Option<&'static str> {
    (password.get() != again.get()).then_some(messages::PASSWORD_DIFFERS)
}

/// What is wrong with a relay's address; the wallet judges the rest.
pub fn relay_wrong(url: &str) -> Option<&'static str> {
    let url = url.trim();
    (!url.starts_with("wss://") && !url.starts_with("ws://")).then_some(messages::RELAY_BAD)
}

/// How good the password is, as a bar and a word.
pub fn meter(password: RwSignal<String>) -> AnyView {
    let grade = Memo::new(move |_| password.with(|password| strength(password)));
    let (name, word) = (
        move || match grade.get() {
            Strength::TooShort => "short",
            Strength::Weak => "weak",
            Strength::Fair => "fair",
            Strength::Strong => "strong",
        },
        move || match grade.get() {
            Strength::TooShort => messages::STRENGTH_SHORT,
            Strength::Weak => messages::STRENGTH_WEAK,
            Strength::Fair => messages::STRENGTH_FAIR,
            Strength::Strong => messages::STRENGTH_STRONG,
        },
    );
    view! {
        <div class="meter" data-testid=testids::PASSWORD_STRENGTH data-strength=name hidden=move || password.with(String::is_empty)>
            <span class="meter-bar" aria-hidden="true"><span></span><span></span><span></span></span>
            <span aria-live="polite">{word}</span>
        </div>
    }
    .into_any()
}

fn suggestion(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Phone => "Phone",
        _ => "Browser",
    }
}
