//! Who holds shares, how many must sign, what each choice means, and the button that makes the key.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{DeviceView, View};

use super::devices::kind_icon;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::{messages, testids};

/// The default: any two shares.
const DEFAULT: u16 = 2;

pub fn key_choice(button: &'static str) -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let devices = app.pick(|view| view.devices.clone());
    let names =
        Memo::new(move |_| devices.with(|all| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>()));
    let count = Memo::new(move |_| u16::try_from(names.with(Vec::len)).unwrap_or(u16::MAX));
    let sheet = app.pick(confirmed_sheet);
    let recovery = RwSignal::new(true);
    let accepted = RwSignal::new(false);
    let threshold = Memo::new(move |_| {
        let wanted = app.place.with(|place| place.threshold).unwrap_or(DEFAULT);
        wanted.clamp(DEFAULT, count.get().max(DEFAULT))
    });
    let shares = move || count.get() + u16::from(recovery.get());
    let no_spare = move || threshold.get() == shares();
    let draws = move || recovery.get() && sheet.with(Option::is_none);
    let go_on = move |_| {
        if draws() {
            app.place.update(|place| {
                place.drawing = true;
                place.replaces = None;
            });
            return;
        }
        ask.run(Command::CreateKey {
            threshold: threshold.get(),
            accept_no_spare: no_spare() && accepted.get(),
            recovery: recovery.get(),
        });
    };
    view! {
        <fieldset class="section options">
            <legend>{messages::SHARES_TITLE}</legend>
            {kind(true, recovery, Signal::derive(move || (threshold.get(), count.get())))}
            {kind(false, recovery, Signal::derive(move || (threshold.get(), count.get())))}
        </fieldset>
        {move || recovery.get().then(|| devices.with(|devices| holders(devices, threshold.get())))}
        {move || (count.get() > DEFAULT).then(|| view! {
            <fieldset class="section options">
                <legend>{messages::KEY_TITLE}</legend>
                {(DEFAULT..=count.get())
                    .map(|value| option(value, (count.get(), u16::from(recovery.get())), threshold))
                    .collect_view()}
            </fieldset>
        })}
        {move || {
            no_spare().then(|| {
                view! {
                    <label class="check danger">
                        <input
                            type="checkbox"
                            data-testid=testids::ACCEPT_NO_SPARE
                            prop:checked=move || accepted.get()
                            on:change:target=move |event| accepted.set(event.target().checked())
                        />
                        <span>{names.with(|names| messages::accept_no_spare(names))}</span>
                    </label>
                }
            })
        }}
        {move || sheet.get().filter(|_| recovery.get()).map(|sheet| view! {
            <p class="banner ok">{icon(Icon::Check)}<span>{messages::code_ready(&sheet)}</span></p>
        })}
        {ask.refused()}
        <button
            type="button"
            class="button primary wide"
            data-testid=move || if draws() { testids::DRAW_CODE } else { testids::CREATE_KEY }
            disabled=move || ask.busy.get() || (no_spare() && !accepted.get())
            on:click=go_on
        >
            {move || icon(if draws() { Icon::Paper } else { Icon::Key })}
            {move || if draws() { messages::CODE_NEXT } else { button }}
        </button>
    }
    .into_any()
}

/// The sheet of the code that was drawn here and typed in again.
pub fn confirmed_sheet(view: &View) -> Option<String> {
    let draft = view.recovery.draft.as_ref().filter(|draft| draft.confirmed);
    draft.map(|draft| draft.sheet.clone())
}

/// With or without a recovery share.
fn kind(with: bool, recovery: RwSignal<bool>, numbers: Signal<(u16, u16)>) -> AnyView {
    let chosen = move || recovery.get() == with;
    let title = move || {
        let (threshold, devices) = numbers.get();
        messages::threshold_title(threshold, devices + u16::from(with))
    };
    let text = move || {
        let (threshold, devices) = numbers.get();
        match with {
            true => messages::shares_text(threshold, devices, 1),
            false => messages::threshold_text(threshold, devices),
        }
    };
    view! {
        <label class="option" class:chosen=chosen>
            <input
                type="radio"
                name="recovery"
                data-testid=testids::RECOVERY_CHOICE
                value=if with { "with" } else { "without" }
                prop:checked=chosen
                on:change=move |_| recovery.set(with)
            />
            <span class="option-text">
                <span class="option-title">
                    {if with { messages::WITH_RECOVERY } else { messages::WITHOUT_RECOVERY }}
                    <span class="tag">{title}</span>
                    {with.then(|| view! { <span class="tag ok">{messages::RECOMMENDED}</span> })}
                </span>
                <span class="hint">{text}</span>
            </span>
        </label>
    }
    .into_any()
}

/// Who would hold a share, and what it means to lose it.
fn holders(devices: &[DeviceView], threshold: u16) -> AnyView {
    let can_spare = devices.len() > usize::from(threshold);
    let rows = devices
        .iter()
        .map(|device| {
            let lost = if can_spare { messages::LOST_SPARE } else { messages::LOST_DEVICE };
            holder(kind_icon(device.kind), device.name.clone(), lost)
        })
        .collect_view();
    view! {
        <ul class="list">
            {rows}
            {holder(Icon::Paper, messages::RECOVERY_SHARE.to_owned(), messages::LOST_RECOVERY)}
        </ul>
    }
    .into_any()
}

fn holder(which: Icon, name: String, lost: &'static str) -> AnyView {
    view! {
        <li class="row">
            <span class="row-icon">{icon(which)}</span>
            <span class="grow"><bdi class="strong">{name}</bdi><span class="hint">{lost}</span></span>
        </li>
    }
    .into_any()
}

fn option(value: u16, (count, recovery): (u16, u16), threshold: Memo<u16>) -> AnyView {
    let app = app();
    view! {
        <label class="option" class:chosen=move || threshold.get() == value>
            <input
                type="radio"
                name="threshold"
                data-testid=testids::THRESHOLD
                value=value.to_string()
                prop:checked=move || threshold.get() == value
                on:change=move |_| app.place.update(|place| place.threshold = Some(value))
            />
            <span class="option-text">
                <span class="option-title">
                    {messages::threshold_title(value, count + recovery)}
                    {(value == DEFAULT).then(|| view! { <span class="tag ok">{messages::RECOMMENDED}</span> })}
                </span>
                <span class="hint">{messages::shares_text(value, count, recovery)}</span>
            </span>
        </label>
    }
    .into_any()
}
