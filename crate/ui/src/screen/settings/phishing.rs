//! The owner's own list of sites that steal, beside the one that ships.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn phishing() -> AnyView {
    let app = app();
    let count = app.pick(|view| view.phishing_sites);
    let ask = Ask::new(app);
    let text = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        ask.run_then(Command::SetPhishingList { text: text.get() }, move || {
            let _ = text.try_set(String::new());
        });
    };
    view! {
        <p class="hint" data-testid=testids::PHISHING_COUNT data-count=move || count.get().to_string()>
            {move || messages::phishing_sites(count.get())}
        </p>
        <details class="details">
            <summary>{messages::PHISHING_SET}</summary>
            <form class="form" novalidate on:submit=submit>
                <div class="field">
                    <label for=testids::PHISHING_LIST>{messages::PHISHING_LIST}</label>
                    <textarea
                        id=testids::PHISHING_LIST
                        data-testid=testids::PHISHING_LIST
                        class="monospace"
                        rows="6"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=move || text.get()
                        on:input:target=move |event| text.set(event.target().value())
                    ></textarea>
                    <p class="hint">{messages::PHISHING_HINT}</p>
                </div>
                {ask.refused()}
                <button type="submit" class="button wide" data-testid=testids::PHISHING_SAVE disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::PHISHING_SAVE}
                </button>
            </form>
        </details>
    }
    .into_any()
}
