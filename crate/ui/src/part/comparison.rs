//! "They differ" and "they are the same": the two answers to what devices show alike.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::part::ask::Ask;

/// One answer: its test id and its label.
pub type Answer = (&'static str, &'static str);

/// Two buttons of equal weight; `command` makes the order of the answer "the same".
pub fn comparison(ask: Ask, different: Answer, same: Answer, command: fn(bool) -> Command) -> AnyView {
    let button = move |(id, label): Answer, class, is_same| {
        view! {
            <button
                type="button"
                class=class
                data-testid=id
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(command(is_same))
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="actions pair">
            {button(different, "button", false)}
            {button(same, "button primary", true)}
        </div>
    }
    .into_any()
}
