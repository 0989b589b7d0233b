//! Erasing this device, after its owner typed the word.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::{messages, testids};

pub fn erase() -> AnyView {
    let ask = Ask::new(app());
    let typed = RwSignal::new(String::new());
    let right = move || typed.with(|typed| typed.trim() == messages::ERASE_WORD);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if right() {
            ask.run(Command::EraseDevice { confirmation: typed.get().trim().to_owned() });
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="hint">{messages::ERASE_TEXT}</p>
            {Field::new(testids::ERASE_CONFIRMATION, messages::ERASE_CONFIRMATION, typed).view()}
            {ask.refused()}
            <button
                type="submit"
                class="button danger wide"
                data-testid=testids::ERASE
                disabled=move || !right() || ask.busy.get()
            >
                {icon(Icon::Trash)}
                {messages::ERASE}
            </button>
        </form>
    }
    .into_any()
}
