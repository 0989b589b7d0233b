//! Settings.

pub mod erase;
mod networks;
mod packs;
pub mod passkey;
mod password;
mod phishing;

use leptos::prelude::*;
use symbolon_wallet::command::{Command, Setting};
use symbolon_wallet::view::Theme;

use super::set_up::relay_wrong;
use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::page::{section, title};
use crate::route::Tab;
use crate::wire::ScreenKind;
use crate::{messages, testids};

/// Choices of auto-lock, in minutes (the wallet allows 1 to 15).
const MINUTES: [u32; 4] = [1, 5, 10, 15];

pub fn settings() -> AnyView {
    let app = app();
    view! {
        <div class="page">
            {title(messages::SETTINGS_TITLE)}
            {section(messages::GENERAL, view! {
                {theme(app)}
                {auto_lock(app)}
                {(app.kind != ScreenKind::Phone).then(|| default_provider(app))}
                {device_name(app)}
                {relay(app)}
            })}
            {section(messages::MANAGE, view! {
                <button type="button" class="button wide" data-testid=testids::OPEN_ALLOWANCES on:click=move |_| app.go(Tab::Allowances)>
                    {icon(Icon::Key)}
                    {messages::ALLOWANCES_TITLE}
                </button>
                <button type="button" class="button wide" data-testid=testids::OPEN_CONTACTS on:click=move |_| app.go(Tab::Contacts)>
                    {icon(Icon::Edit)}
                    {messages::CONTACTS_TITLE}
                </button>
                <button type="button" class="button wide" data-testid=testids::OPEN_MATRIX on:click=move |_| app.go(Tab::RecoveryMatrix)>
                    {icon(Icon::Shield)}
                    {messages::MATRIX_OPEN}
                </button>
            })}
            {section(messages::NETWORKS, networks::networks())}
            {section(messages::PACKS, packs::packs())}
            {section(messages::PHISHING, phishing::phishing())}
            {section(messages::CHANGE_PASSWORD, password::password())}
            {section(messages::PASSKEY, passkey::passkey())}
            {section(messages::ERASE, erase::erase())}
            {section(messages::ABOUT, view! {
                <p class="hint">{messages::PRODUCT} " " {app.pick(|view| view.app_version.clone())}</p>
                <p class="hint">{messages::TAGLINE}</p>
            })}
        </div>
    }
    .into_any()
}

fn theme(app: App) -> AnyView {
    let theme = app.pick(|view| view.settings.theme);
    let options = [
        (Theme::System, "system", messages::THEME_SYSTEM),
        (Theme::Light, "light", messages::THEME_LIGHT),
        (Theme::Dark, "dark", messages::THEME_DARK),
    ];
    let choices = options
        .into_iter()
        .map(|(value, name, label)| {
            view! {
                <label class="segment">
                    <input
                        type="radio"
                        name="theme"
                        value=name
                        data-testid=testids::THEME
                        prop:checked=move || theme.get() == value
                        on:change=move |_| app.send(Command::Set { setting: Setting::Theme { theme: value } })
                    />
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field segments">
            <legend>{messages::THEME}</legend>
            <div class="segment-row">{choices}</div>
        </fieldset>
    }
    .into_any()
}

fn auto_lock(app: App) -> AnyView {
    let present = app.pick(|view| view.settings.auto_lock_minutes);
    let choose = move |value: String| {
        if let Ok(minutes) = value.parse() {
            app.send(Command::Set { setting: Setting::AutoLock { minutes } });
        }
    };
    view! {
        <div class="field">
            <label for=testids::AUTO_LOCK>{messages::AUTO_LOCK}</label>
            <div class="picker boxed">
                <select
                    id=testids::AUTO_LOCK
                    data-testid=testids::AUTO_LOCK
                    on:change:target=move |event| choose(event.target().value())
                >
                    {move || {
                        let mut all = MINUTES.to_vec();
                        all.push(present.get());
                        all.sort_unstable();
                        all.dedup();
                        all.into_iter()
                            .map(|value| {
                                view! {
                                    <option value=value.to_string() selected=value == present.get()>
                                        {messages::minutes(value)}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </select>
                {icon(Icon::Next)}
            </div>
        </div>
    }
    .into_any()
}

fn default_provider(app: App) -> AnyView {
    let on = app.pick(|view| view.settings.default_provider);
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=testids::DEFAULT_PROVIDER
                prop:checked=move || on.get()
                on:change:target=move |event| {
                    app.send(Command::Set { setting: Setting::DefaultProvider { on: event.target().checked() } });
                }
            />
            <span>
                <span class="strong">{messages::DEFAULT_PROVIDER}</span>
                <span class="hint">{messages::DEFAULT_PROVIDER_HINT}</span>
            </span>
        </label>
    }
    .into_any()
}

fn device_name(app: App) -> AnyView {
    let value = RwSignal::new(app.view.with_untracked(|view| view.settings.device_name.clone()));
    let wrong = move || value.with(|name| name.trim().is_empty()).then_some(messages::DEVICE_NAME_MISSING);
    let field = Field::new(testids::SETTING_DEVICE_NAME, messages::DEVICE_NAME, value).complaint(wrong);
    saved(app, field, "deviceName", wrong, move || Setting::DeviceName {
        name: value.get().trim().to_owned(),
    })
}

fn relay(app: App) -> AnyView {
    let value = RwSignal::new(app.view.with_untracked(|view| view.settings.relay_url.clone()));
    let wrong = move || relay_wrong(&value.get());
    let field = Field::new(testids::SETTING_RELAY, messages::RELAY, value)
        .hint(messages::RELAY_HINT)
        .monospace()
        .complaint(wrong);
    saved(app, field, "relay", wrong, move || Setting::Relay { url: value.get().trim().to_owned() })
}

/// A text setting with its own button.
fn saved(
    app: App,
    field: Field,
    name: &'static str,
    wrong: impl Fn() -> Option<&'static str> + 'static,
    setting: impl Fn() -> Setting + 'static,
) -> AnyView {
    let ask = Ask::new(app);
    let done = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        done.set(false);
        if wrong().is_none() {
            ask.run_set(Command::Set { setting: setting() }, done, true);
        }
    };
    view! {
        <form class="form inline-form" novalidate on:submit=submit>
            {field.view()}
            {ask.refused()}
            <div class="save-row">
                <button
                    type="submit"
                    class="button small"
                    data-testid=testids::SETTING_SAVE
                    data-setting=name
                    disabled=move || ask.busy.get()
                >
                    {messages::SAVE}
                </button>
                <span class="hint" role="status">{move || done.get().then_some(messages::SAVED)}</span>
            </div>
        </form>
    }
    .into_any()
}
