//! A file that the owner chooses: its size is looked at before it is read.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::part::ask::Ask;
use crate::wire::Refusal;
use crate::{format, messages};

/// An input for a text file of at most so many bytes; `give` is handed its text. A larger file is refused unread, where
/// `ask` shows its refusals.
pub fn file(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    most_bytes: usize,
    ask: Ask,
    give: impl Fn(String) + Clone + 'static,
) -> AnyView {
    input(id, label, hint, most_bytes, ask, move |file| {
        let (text, give) = (file.text(), give.clone());
        leptos::task::spawn_local(async move {
            match JsFuture::from(text).await.ok().and_then(|text| text.as_string()) {
                Some(text) => give(text),
                None => unreadable(ask),
            }
        });
    })
}

/// The same for a file of bytes; `give` is handed its name, and its bytes as hex.
pub fn binary_file(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    most_bytes: usize,
    ask: Ask,
    give: impl Fn(String, String) + Clone + 'static,
) -> AnyView {
    input(id, label, hint, most_bytes, ask, move |file| {
        let (name, bytes, give) = (file.name(), file.array_buffer(), give.clone());
        leptos::task::spawn_local(async move {
            match JsFuture::from(bytes).await {
                Ok(bytes) => give(name, format::hex(&js_sys::Uint8Array::new(&bytes).to_vec())),
                Err(_) => unreadable(ask),
            }
        });
    })
}

fn input(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    most_bytes: usize,
    ask: Ask,
    read: impl Fn(web_sys::File) + 'static,
) -> AnyView {
    let chosen = move |input: web_sys::HtmlInputElement| {
        let Some(file) = input.files().and_then(|files| files.item(0)) else { return };
        // the same file may be chosen again
        input.set_value("");
        // sizes are whole numbers below 2^53
        if file.size() > most_bytes as f64 {
            let message = messages::file_too_large(most_bytes);
            ask.refusal.set(Some(Refusal { code: "file/too-large".into(), message }));
            return;
        }
        read(file);
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                type="file"
                id=id
                data-testid=id
                aria-describedby=format!("{id}-hint")
                disabled=move || ask.busy.get()
                on:change:target=move |event| chosen(event.target())
            />
            <p class="hint" id=format!("{id}-hint")>{hint}</p>
        </div>
    }
    .into_any()
}

fn unreadable(ask: Ask) {
    let message = messages::FILE_UNREADABLE.to_owned();
    let _ = ask.refusal.try_set(Some(Refusal { code: "file/unreadable".into(), message }));
}
