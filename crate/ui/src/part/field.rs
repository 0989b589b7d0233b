//! A labelled input with its hint and its complaint.

use leptos::prelude::*;

use crate::messages;
use crate::part::icon::{Icon, icon};

/// What makes up an input. Its id in the document is its test hook.
pub struct Field {
    autocomplete: &'static str,
    autofocus: bool,
    complaint: Signal<Option<&'static str>>,
    hint: Option<&'static str>,
    id: &'static str,
    input_mode: &'static str,
    label: &'static str,
    monospace: bool,
    secret: bool,
    value: RwSignal<String>,
}

impl Field {
    /// A text input.
    pub fn new(id: &'static str, label: &'static str, value: RwSignal<String>) -> Self {
        Self {
            autocomplete: "off",
            autofocus: false,
            complaint: Signal::stored(None),
            hint: None,
            id,
            input_mode: "text",
            label,
            monospace: false,
            secret: false,
            value,
        }
    }

    /// Takes the focus when its screen opens.
    pub fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// What is wrong with the value, if anything; shown below and read aloud.
    pub fn complaint(mut self, complaint: impl Fn() -> Option<&'static str> + Send + Sync + 'static) -> Self {
        self.complaint = Signal::derive(complaint);
        self
    }

    /// A line of help below.
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Addresses and links.
    pub fn monospace(mut self) -> Self {
        self.monospace = true;
        self
    }

    /// Numbers with decimals.
    pub fn decimal(mut self) -> Self {
        self.input_mode = "decimal";
        self
    }

    /// A password: hidden, with a button to show it.
    pub fn secret(mut self, autocomplete: &'static str) -> Self {
        self.secret = true;
        self.autocomplete = autocomplete;
        self
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        let Self { autocomplete, autofocus, complaint, hint, id, input_mode, label, .. } = self;
        let (monospace, secret, value) = (self.monospace, self.secret, self.value);
        let shown = RwSignal::new(false);
        let hint_id = format!("{id}-hint");
        let complaint_id = format!("{id}-complaint");
        let described = {
            let (hint_id, complaint_id) = (hint_id.clone(), complaint_id.clone());
            move || match (hint, complaint.get()) {
                (_, Some(_)) => Some(complaint_id.clone()),
                (Some(_), None) => Some(hint_id.clone()),
                (None, None) => None,
            }
        };
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <div class="input-row">
                    <input
                        id=id
                        data-testid=id
                        data-autofocus=autofocus.then_some("")
                        type=move || if secret && !shown.get() { "password" } else { "text" }
                        class:monospace=monospace
                        class:has-button=secret
                        autocomplete=autocomplete
                        autocapitalize="off"
                        spellcheck="false"
                        inputmode=input_mode
                        dir="auto"
                        aria-invalid=move || complaint.get().map(|_| "true")
                        aria-describedby=described
                        prop:value=move || value.get()
                        on:input:target=move |event| value.set(event.target().value())
                    />
                    {secret.then(|| show_button(shown))}
                </div>
                {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                <p class="complaint" id=complaint_id aria-live="polite">{move || complaint.get()}</p>
            </div>
        }
        .into_any()
    }
}

fn show_button(shown: RwSignal<bool>) -> AnyView {
    view! {
        <button
            type="button"
            class="icon-button in-input"
            aria-label=move || if shown.get() { messages::PASSWORD_HIDE } else { messages::PASSWORD_SHOW }
            aria-pressed=move || shown.get().to_string()
            on:click=move |_| shown.update(|shown| *shown = !*shown)
        >
            {move || icon(if shown.get() { Icon::EyeOff } else { Icon::Eye })}
        </button>
    }
    .into_any()
}
