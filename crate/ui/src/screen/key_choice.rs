//! How many must sign, what each choice means, and the button that makes the key.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::{messages, testids};

/// The default: two of three; with more devices still two, with two devices there is no choice.
const DEFAULT: u16 = 2;

pub fn key_choice(button: &'static str) -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let names = app.pick(|view| view.devices.iter().map(|device| device.name.clone()).collect::<Vec<_>>());
    let count = Memo::new(move |_| u16::try_from(names.with(Vec::len)).unwrap_or(u16::MAX));
    let threshold = RwSignal::new(DEFAULT);
    let accepted = RwSignal::new(false);
    let chosen = move || threshold.get().clamp(DEFAULT, count.get().max(DEFAULT));
    let no_spare = move || chosen() == count.get();
    let create = move |_| {
        ask.run(Command::CreateKey {
            threshold: chosen(),
            accept_no_spare: no_spare() && accepted.get(),
            recovery: false,
        });
    };
    view! {
        <fieldset class="section options">
            <legend>{messages::KEY_TITLE}</legend>
            {move || {
                (DEFAULT..=count.get())
                    .map(|value| option(value, count.get(), Signal::derive(chosen), threshold))
                    .collect_view()
            }}
        </fieldset>
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
        {ask.refused()}
        <button
            type="button"
            class="button primary wide"
            data-testid=testids::CREATE_KEY
            disabled=move || ask.busy.get() || (no_spare() && !accepted.get())
            on:click=create
        >
            {icon(Icon::Key)}
            {button}
        </button>
    }
    .into_any()
}

fn option(value: u16, count: u16, chosen: Signal<u16>, threshold: RwSignal<u16>) -> AnyView {
    let recommended = value == DEFAULT && count > DEFAULT;
    view! {
        <label class="option" class:chosen=move || chosen.get() == value>
            <input
                type="radio"
                name="threshold"
                data-testid=testids::THRESHOLD
                value=value.to_string()
                prop:checked=move || chosen.get() == value
                on:change=move |_| threshold.set(value)
            />
            <span class="option-text">
                <span class="option-title">
                    {messages::threshold_title(value, count)}
                    {recommended.then(|| view! { <span class="tag ok">{messages::RECOMMENDED}</span> })}
                </span>
                <span class="hint">{messages::threshold_text(value, count)}</span>
            </span>
        </label>
    }
    .into_any()
}
