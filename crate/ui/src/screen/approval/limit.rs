//! "Use exact amount": an approval without limit is given one, which is another request to sign.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::LimitView;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::progress::spinner;
use crate::{format, messages, testids};

pub fn limit(id: String, limit: Memo<Option<Option<LimitView>>>) -> AnyView {
    let limit = Memo::new(move |_| limit.get().flatten());
    let id = StoredValue::new(id);
    view! { {move || limit.get().map(|limit| editor(id.get_value(), limit))} }.into_any()
}

fn editor(id: String, limit: LimitView) -> AnyView {
    let ask = Ask::new(app());
    let amount = RwSignal::new(limit.suggestion.unwrap_or_default());
    let tried = RwSignal::new(false);
    let wrong = move || (!format::is_decimal(amount.get().trim())).then_some(messages::LIMIT_BAD);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if wrong().is_none() {
            let amount = amount.get().trim().to_owned();
            ask.run(Command::LimitApproval { request: id.clone(), amount });
        }
    };
    view! {
        <form class="card form limit" novalidate data-testid=testids::LIMIT on:submit=submit>
            <h2 class="quiet-heading">{messages::LIMIT}</h2>
            <p class="hint">{messages::limit_of(&limit.symbol)}</p>
            {Field::new(testids::LIMIT_AMOUNT, messages::LIMIT_AMOUNT, amount)
                .decimal()
                .complaint(move || tried.get().then(wrong).flatten())
                .view()}
            {ask.refused()}
            <button type="submit" class="button wide" data-testid=testids::LIMIT_USE disabled=move || ask.busy.get()>
                {move || ask.busy.get().then(spinner)}
                {messages::LIMIT_USE}
            </button>
            <p class="hint">{messages::LIMIT_RESTART}</p>
        </form>
    }
    .into_any()
}
