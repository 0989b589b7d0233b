//! What is signed, as words to compare and as hex; and the raw request.

use leptos::prelude::*;
use symbolon_wallet::view::Card;

use crate::{messages, testids};

pub fn proof(card: &Card) -> AnyView {
    let words = card.digest_words.iter().map(|word| view! { <li>{word.clone()}</li> }).collect_view();
    let digest = card.digest.clone();
    view! {
        {(!card.digest_words.is_empty()).then(|| view! {
            <section class="section">
                <h2>{messages::DIGEST_TITLE}</h2>
                <ol class="words" data-testid=testids::DIGEST_WORDS translate="no">{words}</ol>
                <p class="hint">{messages::DIGEST_TEXT}</p>
            </section>
        })}
        {(!card.digest.is_empty()).then(|| view! {
            <details class="details">
                <summary>{messages::DIGEST_HEX}</summary>
                <code class="bytes" data-testid=testids::DIGEST>{digest}</code>
            </details>
        })}
        {(!card.raw.is_empty()).then(|| view! {
            <details class="details">
                <summary>{messages::RAW}</summary>
                <pre class="message raw" data-testid=testids::RAW translate="no" tabindex="0">{card.raw.clone()}</pre>
            </details>
        })}
    }
    .into_any()
}
