//! A field for a code that stands on a sheet of paper: written in groups of four, as on the sheet.

use leptos::prelude::*;

use crate::{messages, testids};

/// A field for a recovery code. `id` is its id in the document; the test hook is the same for all.
pub fn code_field(id: String, label: String, value: RwSignal<String>) -> AnyView {
    let typed = move |field: web_sys::HtmlTextAreaElement| {
        let text = field.value();
        // In the middle of the text nothing moves under the owner's finger.
        let at_end = field.selection_end().ok().flatten() == u32::try_from(text.encode_utf16().count()).ok();
        value.set(if at_end { grouped(&text) } else { text });
    };
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                data-testid=testids::CODE_INPUT
                class="monospace code-input"
                rows="2"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                dir="ltr"
                translate="no"
                aria-describedby=hint_id.clone()
                prop:value=move || value.get()
                on:input:target=move |event| typed(event.target())
            ></textarea>
            <p class="hint" id=hint_id>
                {messages::CODE_INPUT_HINT}
                " "
                {move || value.with(|text| messages::letters(letters(text).count(), expected(text)))}
            </p>
        </div>
    }
    .into_any()
}

/// The letters in capitals, in groups of four.
pub fn grouped(text: &str) -> String {
    let letters: Vec<char> = letters(text).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Whether a text may be a code, by its length and letters alone.
pub fn is_code(text: &str) -> bool {
    text.len() < 200
        && letters(text).count() == expected(text)
        && letters(text).all(|letter| letter.is_ascii_alphanumeric())
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
}

/// How many letters a code has that begins so: docs/recovery.md, 6.2 and 8.2.
fn expected(text: &str) -> usize {
    match letters(text).next() {
        Some('2') => 44,
        _ => 40,
    }
}

const GROUP: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_grouped_as_on_the_sheet() {
        assert_eq!(grouped("11ab cd\nef-g"), "11AB-CDEF-G");
        assert_eq!(grouped("11AB-"), "11AB");
        assert_eq!(grouped(""), "");
        assert_eq!(grouped("é👩‍🚀--x"), grouped("é👩\u{200d}🚀x"));
    }

    #[test]
    fn a_code_is_told_from_another_text_by_its_length() {
        assert!(is_code(&format!("11{}", "A".repeat(38))));
        assert!(is_code(&grouped(&format!("21{}", "a".repeat(42)))));
        assert!(!is_code(&format!("21{}", "A".repeat(38))));
        assert!(!is_code("https://relay.example.org/#pair=AbCdEf0123456789AbCdE"));
        assert!(!is_code(""));
    }
}
