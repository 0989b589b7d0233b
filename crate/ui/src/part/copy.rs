//! Copying to the clipboard, with a word that it was done.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::app::app;
use crate::messages;
use crate::part::icon::{Icon, icon};

/// A button that copies `text`; `label` says what, for those who do not see where it stands.
pub fn copy(
    testid: &'static str,
    label: &'static str,
    text: impl Fn() -> String + Send + 'static,
) -> AnyView {
    let app = app();
    let done = RwSignal::new(false);
    let on_click = move |_| {
        let written = window().navigator().clipboard().write_text(&text());
        leptos::task::spawn_local(async move {
            if JsFuture::from(written).await.is_ok() {
                let _ = done.try_set(true);
                app.say(messages::COPIED);
                let reset = move || {
                    let _ = done.try_set(false);
                };
                set_timeout(reset, Duration::from_secs(2));
            }
        });
    };
    view! {
        <button type="button" class="button quiet small" data-testid=testid aria-label=format!("{}: {label}", messages::COPY) on:click=on_click>
            {move || if done.get() { icon(Icon::Check) } else { icon(Icon::Copy) }}
            <span>{move || if done.get() { messages::COPIED } else { messages::COPY }}</span>
        </button>
    }
    .into_any()
}
