//! What was decided, by whom, with which devices.

mod journal;

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::{ActivityView, CardKind, Outcome};

use super::waiting::waiting;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::copy::copy;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::{export, format, messages, testids};

pub fn activity() -> AnyView {
    let app = app();
    let entries = app.pick(|view| view.activity.clone());
    let minute = app.minute();
    view! {
        <div class="page">
            {title(messages::ACTIVITY_TITLE)}
            {waiting()}
            {move || {
                if entries.with(Vec::is_empty) {
                    view! {
                        <div class="empty">
                            <span class="big-icon">{icon(Icon::Activity)}</span>
                            <p>{messages::ACTIVITY_NONE}</p>
                        </div>
                    }
                    .into_any()
                } else {
                    let rows =
                        entries.get().into_iter().map(|entry| activity_row(entry, minute.get())).collect_view();
                    view! { <ul class="list">{rows}</ul> {exports(entries)} }.into_any()
                }
            }}
            {journal::journal()}
        </div>
    }
    .into_any()
}

/// The list as a file.
fn exports(entries: Memo<Vec<ActivityView>>) -> AnyView {
    let save = move |name: &'static str, kind: &'static str, write: fn(&[ActivityView]) -> String| {
        // A browser that keeps no files says so itself.
        let _ = export::download(name, kind, &entries.with_untracked(|entries| write(entries)));
    };
    view! {
        <div class="button-row">
            <button
                type="button"
                class="button small"
                data-testid=testids::EXPORT_JSON
                on:click=move |_| save("symbolon-activity.json", "application/json", export::json)
            >
                {messages::EXPORT_JSON}
            </button>
            <button
                type="button"
                class="button small"
                data-testid=testids::EXPORT_CSV
                on:click=move |_| save("symbolon-activity.csv", "text/csv", export::csv)
            >
                {messages::EXPORT_CSV}
            </button>
        </div>
    }
    .into_any()
}

/// Speed up and cancel, while it is not in a block.
pub fn replacing(id: &str, is_replaceable: bool) -> Option<AnyView> {
    if !is_replaceable {
        return None;
    }
    let ask = Ask::new(app());
    let (faster, never) = (id.to_owned(), id.to_owned());
    Some(
        view! {
            <div class="button-row">
                <button
                    type="button"
                    class="button small"
                    data-testid=testids::SPEED_UP
                    disabled=move || ask.busy.get()
                    on:click=move |_| ask.run(Command::SpeedUp { id: faster.clone() })
                >
                    {messages::SPEED_UP}
                </button>
                <button
                    type="button"
                    class="button small"
                    data-testid=testids::CANCEL_TRANSACTION
                    disabled=move || ask.busy.get()
                    on:click=move |_| ask.run(Command::CancelTransaction { id: never.clone() })
                >
                    {messages::CANCEL_TRANSACTION}
                </button>
            </div>
            <p class="hint">{messages::REPLACE_HINT}</p>
            {ask.refused()}
        }
        .into_any(),
    )
}

/// An entry that opens.
pub fn activity_row(entry: ActivityView, now: Timestamp) -> AnyView {
    let outcome = outcome_name(&entry.outcome);
    let when = format::ago(now, entry.at);
    view! {
        <li
            data-testid=testids::ACTIVITY_ROW
            data-request=entry.id.clone()
            data-outcome=outcome
            data-transaction=entry.transaction.clone()
        >
            <details class="entry">
                <summary class="row">
                    <span class="row-icon">{icon(kind_icon(entry.kind))}</span>
                    <span class="grow">
                        <bdi class="strong two-lines">{entry.headline.clone()}</bdi>
                        <bdi class="hint clip">{format!("{when} · {}", format::host(&entry.origin))}</bdi>
                    </span>
                    <span class=format!("tag {}", outcome_class(&entry.outcome))>{messages::outcome(&entry.outcome)}</span>
                </summary>
                {detail(&entry)}
            </details>
        </li>
    }
    .into_any()
}

/// Everything known of an entry.
pub fn detail(entry: &ActivityView) -> AnyView {
    let hash = entry.transaction.clone();
    view! {
        <dl class="facts" data-testid=testids::ACTIVITY_DETAIL>
            <dt>{messages::outcome(&entry.outcome)}</dt>
            <dd dir="auto">{messages::outcome_text(&entry.outcome)}</dd>
            <dt>{messages::ASKED_BY}</dt>
            <dd><bdi>{entry.origin.clone()}</bdi></dd>
            {(!entry.devices.is_empty()).then(|| view! {
                <dt>{messages::SIGNED_BY}</dt>
                <dd><bdi>{messages::list(&entry.devices)}</bdi></dd>
            })}
            {entry.nonce.map(|nonce| view! {
                <dt>{messages::NONCE}</dt>
                <dd>{nonce}</dd>
            })}
            {hash.map(|hash| {
                let text = hash.clone();
                view! {
                    <dt>{messages::TRANSACTION}</dt>
                    <dd>
                        <code class="bytes">{hash}</code>
                        {copy(testids::TRANSACTION_COPY, messages::TRANSACTION, move || text.clone())}
                    </dd>
                }
            })}
        </dl>
        {replacing(&entry.id, entry.replaceable)}
        {explorer(entry.explorer_url.as_deref())}
    }
    .into_any()
}

/// A link to the block explorer, if its address is one that a browser fetches and does not run.
pub fn explorer(url: Option<&str>) -> Option<AnyView> {
    let url = format::web_link(url?)?.to_owned();
    Some(
        view! {
            <a class="button quiet wide" href=url target="_blank" rel="noopener noreferrer">
                {icon(Icon::External)}
                {messages::EXPLORER}
            </a>
        }
        .into_any(),
    )
}

/// The icon of a kind of request.
pub fn kind_icon(kind: CardKind) -> Icon {
    match kind {
        CardKind::AddNetwork => Icon::Globe,
        CardKind::Approval => Icon::Key,
        CardKind::Connect => Icon::Link,
        CardKind::ContractCall | CardKind::TypedData => Icon::Cosigner,
        CardKind::Message | CardKind::SignIn => Icon::Edit,
        CardKind::Send => Icon::Up,
        CardKind::WatchToken => Icon::Wallet,
    }
}

/// The tests' name of an outcome, as in the view's JSON.
pub fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed { .. } => "confirmed",
        Outcome::Expired => "expired",
        Outcome::Failed { .. } => "failed",
        Outcome::Rejected { .. } => "rejected",
        Outcome::Replaced => "replaced",
        Outcome::Signed => "signed",
        Outcome::Submitted => "submitted",
    }
}

fn outcome_class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed { .. } | Outcome::Signed => "ok",
        Outcome::Expired | Outcome::Rejected { .. } | Outcome::Replaced => "",
        Outcome::Failed { .. } => "danger",
        Outcome::Submitted => "info",
    }
}

/// The same entry, for where the link to the explorer stands elsewhere.
pub fn without_explorer(entry: &ActivityView) -> ActivityView {
    ActivityView { explorer_url: None, ..entry.clone() }
}
