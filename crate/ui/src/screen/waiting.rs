//! The line of the selected account: what waits for a block, in the order of nonces, and what is missing.

use leptos::prelude::*;
use symbolon_wallet::view::{NonceView, WaitingState, WaitingView};

use super::activity::replacing;
use crate::app::app;
use crate::{messages, testids};

/// The line, or nothing where nothing waits.
pub fn waiting() -> AnyView {
    let app = app();
    let line = app.pick(|view| view.nonces.clone());
    view! {
        {move || {
            (!line.with(Vec::is_empty)).then(|| {
                let rows = line.get().into_iter().map(place).collect_view();
                view! {
                    <section class="section" data-testid=testids::WAITING>
                        <h2>{messages::WAITING_TITLE}</h2>
                        <p class="hint">{messages::WAITING_TEXT}</p>
                        <ol class="list">{rows}</ol>
                    </section>
                }
            })
        }}
    }
    .into_any()
}

fn place(place: NonceView) -> AnyView {
    let gap = place.entries.is_empty();
    let entries = place.entries.into_iter().map(entry).collect_view();
    view! {
        <li
            class="waiting-row"
            class:gap=gap
            data-testid=testids::WAITING_ROW
            data-nonce=place.nonce.to_string()
            data-gap=gap.to_string()
        >
            <p class="strong">{messages::nonces(place.nonce, place.last)}</p>
            {(!place.message.is_empty()).then(|| view! { <p class="hint">{place.message}</p> })}
            {entries}
        </li>
    }
    .into_any()
}

fn entry(entry: WaitingView) -> AnyView {
    let state = match entry.state {
        WaitingState::Asked => "asked",
        WaitingState::Sending => "sending",
        WaitingState::Submitted => "submitted",
    };
    view! {
        <div data-testid=testids::WAITING_ENTRY data-request=entry.id.clone() data-state=state>
            <p><bdi>{entry.headline.clone()}</bdi></p>
            <p class="hint">{messages::waiting_state(entry.state)}</p>
            {replacing(&entry.id, entry.replaceable)}
        </div>
    }
    .into_any()
}
