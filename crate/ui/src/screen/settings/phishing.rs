//! The owner's own list of sites that steal, beside the one that ships.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, MAX_PHISHING_BYTES};

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::file::file;
use crate::part::progress::spinner;
use crate::{format, messages, testids};

pub fn phishing() -> AnyView {
    let app = app();
    let lists = app.pick(|view| view.phishing.clone());
    let ask = Ask::new(app);
    let text = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        ask.run_then(Command::SetPhishingList { text: text.get() }, move || {
            let _ = text.try_set(String::new());
        });
    };
    let remove = move || ask.run(Command::RemovePhishingList);
    view! {
        <p class="hint" data-testid=testids::PHISHING_COUNT data-count=move || lists.get().own.to_string()>
            {move || {
                let lists = lists.get();
                messages::phishing_sites(lists.shipped, lists.own, lists.since.map(format::date).as_deref())
            }}
        </p>
        {move || (lists.get().own > 0).then(|| {
            ask.button(testids::PHISHING_REMOVE, "button small", None, messages::PHISHING_REMOVE, remove)
        })}
        {file(
            testids::PHISHING_FILE,
            messages::PHISHING_FILE,
            messages::PHISHING_FILE_HINT,
            MAX_PHISHING_BYTES,
            ask,
            move |text| ask.run(Command::SetPhishingList { text }),
        )}
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
                <button type="submit" class="button wide" data-testid=testids::PHISHING_SAVE disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::PHISHING_SAVE}
                </button>
            </form>
        </details>
        {ask.refused()}
    }
    .into_any()
}
