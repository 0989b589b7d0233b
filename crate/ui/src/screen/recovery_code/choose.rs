//! How the code shall be kept: on one sheet, on guardians' sheets, or, beside a sheet, by a passkey.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, Guardians};

use super::leave;
use crate::app::App;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::part::passkey;
use crate::part::progress::spinner;
use crate::{messages, testids};

/// The most guardians (docs/recovery.md, 8), and the fewest.
const MOST_GUARDIANS: u8 = 16;
const FEWEST: u8 = 2;

/// What keeps the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeper {
    Guardians,
    Passkey,
    Sheet,
}

pub fn choose(app: App, ask: Ask, drawn: RwSignal<Vec<String>>, again: RwSignal<bool>) -> AnyView {
    let keeper = RwSignal::new(Keeper::Sheet);
    let guardians = RwSignal::new(3_u8);
    let needed = RwSignal::new(FEWEST);
    // R30: a passkey is never the only way.
    let has_sheet = app.view.with_untracked(|view| !view.recovery.shares.is_empty());
    let draw = move |_| {
        if keeper.get_untracked() == Keeper::Passkey {
            let order = move |output| {
                let _ = again.try_set(false);
                Command::DrawRecoveryCode { guardians: None, passkey: Some(output) }
            };
            ask.after(passkey::create_to_recover(messages::PASSKEY_NAME), order);
            return;
        }
        let guardians = (keeper.get_untracked() == Keeper::Guardians)
            .then(|| Guardians { needed: needed.get_untracked(), guardians: guardians.get_untracked() });
        ask.run_given(Command::DrawRecoveryCode { guardians, passkey: None }, move |codes| {
            let _ = again.try_set(false);
            let _ = drawn.try_set(codes.lines().map(str::to_owned).collect());
        });
    };
    view! {
        {title_with_back(messages::CODE_TITLE, move || leave(app))}
        <p class="lead">{messages::CODE_TEXT}</p>
        <fieldset class="section options">
            <legend>{messages::CODE_KIND}</legend>
            {kind(keeper, Keeper::Sheet, "one", messages::CODE_ONE, messages::CODE_ONE_TEXT)}
            {kind(keeper, Keeper::Guardians, "split", messages::CODE_SPLIT, messages::CODE_SPLIT_TEXT)}
            {has_sheet.then(|| {
                kind(keeper, Keeper::Passkey, "passkey", messages::CODE_PASSKEY, messages::CODE_PASSKEY_TEXT)
            })}
        </fieldset>
        {move || (keeper.get() == Keeper::Guardians).then(|| view! {
            {number(testids::GUARDIANS, messages::GUARDIANS, guardians, Signal::stored(MOST_GUARDIANS), move |count| {
                guardians.set(count);
                needed.update(|needed| *needed = (*needed).min(count));
            })}
            {number(testids::GUARDIANS_NEEDED, messages::GUARDIANS_NEEDED, needed, guardians.into(), move |count| {
                needed.set(count);
            })}
            <p class="hint" role="status">{move || messages::guardians_text(needed.get(), guardians.get())}</p>
        })}
        {move || (keeper.get() != Keeper::Passkey).then(|| view! {
            <p class="hint with-icon">{icon(Icon::EyeOff)}<span>{messages::CODE_DRAW_HINT}</span></p>
        })}
        {ask.refused()}
        <button type="button" class="button primary wide" data-testid=testids::CODE_DRAW disabled=move || ask.busy.get() on:click=draw>
            {move || ask.busy.get().then(spinner)}
            {move || match keeper.get() {
                Keeper::Passkey => messages::CODE_PASSKEY_MAKE,
                Keeper::Guardians | Keeper::Sheet => messages::CODE_DRAW,
            }}
        </button>
    }
    .into_any()
}

fn kind(
    keeper: RwSignal<Keeper>,
    this: Keeper,
    value: &'static str,
    label: &'static str,
    text: &'static str,
) -> AnyView {
    view! {
        <label class="option" class:chosen=move || keeper.get() == this>
            <input
                type="radio"
                name="keeper"
                data-testid=testids::CODE_KIND
                value=value
                prop:checked=move || keeper.get() == this
                on:change=move |_| keeper.set(this)
            />
            <span class="option-text">
                <span class="option-title">{label}</span>
                <span class="hint">{text}</span>
            </span>
        </label>
    }
    .into_any()
}

/// A number from two up, to choose from.
fn number(
    id: &'static str,
    label: &'static str,
    value: RwSignal<u8>,
    most: Signal<u8>,
    set: impl Fn(u8) + Copy + Send + 'static,
) -> AnyView {
    let choose = move |text: String| {
        if let Ok(count) = text.parse() {
            set(count);
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="picker boxed">
                <select id=id data-testid=id on:change:target=move |event| choose(event.target().value())>
                    {move || (FEWEST..=most.get())
                        .map(|count| view! {
                            <option value=count.to_string() selected=count == value.get()>{count}</option>
                        })
                        .collect_view()}
                </select>
                {icon(Icon::Next)}
            </div>
        </div>
    }
    .into_any()
}
