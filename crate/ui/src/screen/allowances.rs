//! What the account lets others take, and taking it back.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::AllowanceView;

use crate::app::app;
use crate::part::address::address;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::part::progress::spinner;
use crate::route::Tab;
use crate::{messages, testids};

pub fn allowances() -> AnyView {
    let app = app();
    let found = app.pick(|view| view.allowances.clone());
    let ask = Ask::new(app);
    // A look is what its owner came for.
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            ask.run(Command::FindAllowances);
        }
    });
    view! {
        <div class="page">
            {title_with_back(messages::ALLOWANCES_TITLE, move || app.go(Tab::Settings))}
            <p class="hint">{messages::ALLOWANCES_TEXT}</p>
            {move || {
                let found = found.get();
                if found.list.is_empty() {
                    view! {
                        <div class="empty">
                            <span class="big-icon">{icon(Icon::Key)}</span>
                            <p>{messages::ALLOWANCES_NONE}</p>
                        </div>
                    }
                    .into_any()
                } else {
                    let rows = found.list.into_iter().map(|one| row(one, ask)).collect_view();
                    view! { <ul class="list">{rows}</ul> }.into_any()
                }
            }}
            <p class="hint" role="status" data-testid=testids::ALLOWANCES_STATE>
                {move || found.with(|found| found.message.clone())}
            </p>
            {ask.refused()}
            <button
                type="button"
                class="button wide"
                data-testid=testids::ALLOWANCES_FIND
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(Command::FindAllowances)
            >
                {move || ask.busy.get().then(spinner)}
                {messages::ALLOWANCES_FIND}
            </button>
        </div>
    }
    .into_any()
}

fn row(one: AllowanceView, ask: Ask) -> AnyView {
    let what = messages::allowed(&one);
    let spender = one.spender_name.clone();
    let command =
        Command::Revoke { token: one.token.clone(), spender: one.spender.clone(), every: one.every };
    let label = format!("{}: {what}", messages::REVOKE);
    view! {
        <li
            class="row"
            data-testid=testids::ALLOWANCE_ROW
            data-token=one.token.clone()
            data-spender=one.spender.clone()
            data-unlimited=one.unlimited.to_string()
        >
            <span class="grow">
                <bdi class="strong two-lines">{what}</bdi>
                {spender.map(|name| view! { <bdi class="hint">{name}</bdi> })}
                <span class="hint">{address(&one.spender)}</span>
            </span>
            <button
                type="button"
                class="button small"
                data-testid=testids::ALLOWANCE_REVOKE
                aria-label=label
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(command.clone())
            >
                {messages::REVOKE}
            </button>
        </li>
    }
    .into_any()
}
