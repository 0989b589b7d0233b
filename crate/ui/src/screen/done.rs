//! How a request ended, until its owner has seen it.

use leptos::prelude::*;
use symbolon_wallet::view::Outcome;

use super::activity::{detail, explorer, outcome_name};
use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub fn done(id: String) -> AnyView {
    let app = app();
    let wanted = id.clone();
    let entry = app.pick(move |view| view.activity.iter().find(|entry| entry.id == wanted).cloned());
    let left = app.pick(|view| view.requests.len());
    let close = move |_| {
        app.place.update(|place| place.current = None);
        if app.kind == ScreenKind::Approval && left.get_untracked() == 0 {
            let _ = window().close();
        }
    };
    view! {
        <div class="page center">
            {move || entry.get().map(|entry| {
                let (class, which) = match &entry.outcome {
                    Outcome::Confirmed { .. } | Outcome::Signed | Outcome::Submitted => ("big-icon ok", Icon::Check),
                    Outcome::Failed { .. } => ("big-icon danger", Icon::Warning),
                    Outcome::Expired | Outcome::Rejected { .. } | Outcome::Replaced => ("big-icon", Icon::Close),
                };
                view! {
                    <span class=class>{icon(which)}</span>
                    {title(messages::outcome_title(&entry.outcome))}
                    <div
                        class="stack"
                        role="status"
                        data-testid=testids::RESULT
                        data-request=entry.id.clone()
                        data-outcome=outcome_name(&entry.outcome)
                        data-transaction=entry.transaction.clone()
                    >
                        <p class="lead"><bdi>{entry.headline.clone()}</bdi></p>
                        <p class="hint center-text" dir="auto">{messages::outcome_text(&entry.outcome)}</p>
                    </div>
                    <details class="details">
                        <summary>{messages::DETAILS}</summary>
                        {detail(&super::activity::without_explorer(&entry))}
                    </details>
                    {explorer(entry.explorer_url.as_deref())}
                }
            })}
            <button type="button" class="button primary wide" data-testid=testids::RESULT_CLOSE on:click=close>
                {messages::DONE}
            </button>
        </div>
    }
    .into_any()
}
