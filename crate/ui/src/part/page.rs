//! The frame of a screen: its heading, which takes the focus, and its way back.

use leptos::prelude::*;

use crate::messages;
use crate::part::icon::{Icon, icon};
use crate::testids;

/// The one heading of a screen. It takes the focus when the screen opens.
pub fn title(text: impl IntoView) -> AnyView {
    view! { <h1 tabindex="-1">{text.into_any()}</h1> }.into_any()
}

/// A heading with a button that goes back.
pub fn title_with_back(text: &'static str, back: impl Fn() + 'static) -> AnyView {
    view! {
        <div class="title-row">
            <button type="button" class="icon-button" data-testid=testids::BACK aria-label=messages::BACK on:click=move |_| back()>
                {icon(Icon::Back)}
            </button>
            {title(text)}
        </div>
    }
    .into_any()
}

/// A group with a heading of its own.
pub fn section(heading: &'static str, content: impl IntoView) -> AnyView {
    view! {
        <section class="section">
            <h2>{heading}</h2>
            {content.into_any()}
        </section>
    }
    .into_any()
}
