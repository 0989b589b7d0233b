//! Everything decoded, in order. What strangers wrote is isolated, so that its direction cannot reorder ours.

use leptos::prelude::*;
use symbolon_wallet::view::{AccountView, CardKind, CardRow, RowStyle};

use crate::part::address::address;
use crate::part::copy::copy;
use crate::{messages, testids};

/// Deeper rows are indented no further than this.
const DEEPEST: u8 = 4;

/// The rows, and below them the account that would act, in full.
pub fn rows(rows: &[CardRow], kind: CardKind, account: Option<&AccountView>) -> Option<AnyView> {
    let from = account.map(|account| CardRow {
        depth: 0,
        label: messages::acting_account(kind, &account.name),
        style: RowStyle::Address,
        value: account.address.clone(),
    });
    // A connection says in its own rows which address it shows.
    let from = from.filter(|from| rows.iter().all(|row| row.value != from.value));
    if rows.is_empty() && from.is_none() {
        return None;
    }
    let items = rows.iter().chain(from.as_ref()).map(row).collect_view();
    Some(view! { <dl class="card rows">{items}</dl> }.into_any())
}

fn row(row: &CardRow) -> AnyView {
    let style = match row.style {
        RowStyle::Address => "address-row",
        RowStyle::Amount => "amount-row",
        RowStyle::Code => "code-row",
        RowStyle::Heading => "heading-row",
        RowStyle::Message => "message-row",
        RowStyle::Text => "text-row",
    };
    view! {
        <div
            class=format!("card-row {style} depth-{}", row.depth.min(DEEPEST))
            data-testid=testids::CARD_ROW
            data-label=row.label.clone()
            data-value=row.value.clone()
        >
            <dt><bdi>{row.label.clone()}</bdi></dt>
            <dd>{value(row)}</dd>
        </div>
    }
    .into_any()
}

fn value(row: &CardRow) -> AnyView {
    let text = row.value.clone();
    match row.style {
        RowStyle::Address => {
            let copied = text.clone();
            view! { {address(&text)} {copy(testids::ROW_COPY, messages::ADDRESS_COPY, move || copied.clone())} }.into_any()
        }
        RowStyle::Code => view! { <code class="bytes" translate="no">{text}</code> }.into_any(),
        RowStyle::Message => {
            view! { <pre class="message" dir="auto" translate="no" tabindex="0">{text}</pre> }.into_any()
        }
        RowStyle::Amount | RowStyle::Heading | RowStyle::Text => view! { <bdi>{text}</bdi> }.into_any(),
    }
}
