//! Stored data cannot be used: say so, and offer the one way out.

use leptos::prelude::*;

use super::settings::erase;
use crate::messages;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;

pub fn unusable() -> AnyView {
    view! {
        <div class="page first-run">
            <span class="big-icon danger">{icon(Icon::Danger)}</span>
            {title(messages::UNUSABLE_TITLE)}
            <p class="lead">{messages::UNUSABLE_TEXT}</p>
            <details class="details">
                <summary>{messages::ERASE}</summary>
                <p class="hint">{messages::UNUSABLE_ERASE}</p>
                {erase::erase()}
            </details>
        </div>
    }
    .into_any()
}
