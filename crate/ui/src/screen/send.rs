//! A transfer of the owner's own; it becomes a request like any other.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::BalanceView;

use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::page::title_with_back;
use crate::part::progress::spinner;
use crate::route::Tab;
use crate::{format, messages, testids};

pub fn send() -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let to = RwSignal::new(String::new());
    let amount = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let balances = app.pick(|view| view.balances.clone());
    let tried = RwSignal::new(false);
    let chosen = Memo::new(move |_| balances.with(|all| token.with(|token| chosen(all, token).cloned())));
    let to_wrong = move || (!format::is_address(to.get().trim())).then_some(messages::SEND_TO_BAD);
    let amount_wrong = move || {
        let decimals = chosen.with(|chosen| chosen.as_ref().map_or(18, |balance| balance.decimals));
        (!format::is_amount(amount.get().trim(), decimals)).then_some(messages::SEND_AMOUNT_BAD)
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if to_wrong().is_some() || amount_wrong().is_some() {
            return;
        }
        let command = Command::Send {
            to: to.get().trim().to_owned(),
            amount: amount.get().trim().to_owned(),
            token: chosen.get().and_then(|balance| balance.token),
        };
        // The request takes the screen; afterwards the account is what its owner wants to see.
        ask.run_then(command, move || app.go(Tab::Home));
    };
    view! {
        <div class="page">
            {title_with_back(messages::SEND_TITLE, move || app.go(Tab::Home))}
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::SEND_TO, messages::SEND_TO, to)
                    .hint(messages::SEND_TO_HINT)
                    .monospace()
                    .autofocus()
                    .complaint(move || tried.get().then(to_wrong).flatten())
                    .view()}
                {contacts(app, to)}
                <div class="field">
                    <label for=testids::SEND_TOKEN>{messages::SEND_TOKEN}</label>
                    <div class="picker boxed">
                        <select
                            id=testids::SEND_TOKEN
                            data-testid=testids::SEND_TOKEN
                            on:change:target=move |event| token.set(event.target().value())
                        >
                            {move || balances.get().into_iter().map(|balance| option(&balance)).collect_view()}
                        </select>
                        {crate::part::icon::icon(crate::part::icon::Icon::Next)}
                    </div>
                </div>
                {Field::new(testids::SEND_AMOUNT, messages::SEND_AMOUNT, amount)
                    .decimal()
                    .complaint(move || tried.get().then(amount_wrong).flatten())
                    .view()}
                {ask.refused()}
                <button type="submit" class="button primary wide" data-testid=testids::SEND_SUBMIT disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::SEND_SUBMIT}
                </button>
            </form>
        </div>
    }
    .into_any()
}

/// Fills an address of the book in.
fn contacts(app: App, to: RwSignal<String>) -> AnyView {
    let contacts = app.pick(|view| view.contacts.clone());
    view! {
        {move || {
            let all = contacts.get();
            (!all.is_empty()).then(|| {
                let options = all
                    .into_iter()
                    .map(|contact| view! {
                        <option value=contact.address.clone()>
                            {format!("{} · {}", contact.name, format::short(&contact.address))}
                        </option>
                    })
                    .collect_view();
                view! {
                    <div class="field">
                        <label for=testids::CONTACT_CHOICE>{messages::CONTACT_CHOOSE}</label>
                        <div class="picker boxed">
                            <select
                                id=testids::CONTACT_CHOICE
                                data-testid=testids::CONTACT_CHOICE
                                on:change:target=move |event| to.set(event.target().value())
                            >
                                <option value="">"–"</option>
                                {options}
                            </select>
                            {crate::part::icon::icon(crate::part::icon::Icon::Next)}
                        </div>
                    </div>
                }
            })
        }}
    }
    .into_any()
}

fn option(balance: &BalanceView) -> AnyView {
    let held = balance.amount.as_deref().map_or_else(|| "–".to_owned(), format::amount);
    view! {
        <option value=balance.token.clone().unwrap_or_default()>{format!("{} · {held}", balance.symbol)}</option>
    }
    .into_any()
}

/// The balance whose contract is `token`; empty means the network's own coin.
fn chosen<'a>(balances: &'a [BalanceView], token: &str) -> Option<&'a BalanceView> {
    balances.iter().find(|balance| balance.token.as_deref().unwrap_or_default() == token)
}
