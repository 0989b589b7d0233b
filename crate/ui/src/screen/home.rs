//! The account: what it holds, where it is, what to do with it.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{BalanceView, NetworkView, Severity, View};

use super::activity::activity_row;
use super::picker;
use crate::app::{App, app};
use crate::part::address::address;
use crate::part::ask::Ask;
use crate::part::copy::copy;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::notice::banner;
use crate::part::page::section;
use crate::route::Tab;
use crate::{format, messages, testids};

/// Recent activity on the first page.
const RECENT: usize = 3;

pub fn home() -> AnyView {
    let app = app();
    let network = app.pick(|view| active_network(view).cloned());
    let recent = app.pick(|view| view.activity.iter().take(RECENT).cloned().collect::<Vec<_>>());
    let minute = app.minute();
    view! {
        <div class="page">
            {waiting()}
            {unkept()}
            {hero()}
            {move || network.get().map(|network| network_state(&network))}
            {section(messages::TOKENS, tokens())}
            {move || {
                let recent = recent.get();
                (!recent.is_empty()).then(|| {
                    let rows = recent.into_iter().map(|entry| activity_row(entry, minute.get())).collect_view();
                    section(
                        messages::RECENT,
                        view! {
                            <ul class="list">{rows}</ul>
                            <button type="button" class="button quiet wide" on:click=move |_| app.go(Tab::Activity)>
                                {messages::SEE_ALL}
                            </button>
                        },
                    )
                })
            }}
        </div>
    }
    .into_any()
}

/// The network that is chosen.
pub fn active_network(view: &View) -> Option<&NetworkView> {
    view.networks.iter().find(|network| network.chain_id == view.chain_id)
}

/// A recovery file that is new and was not kept yet.
fn unkept() -> AnyView {
    let app = app();
    let party =
        app.pick(|view| view.recovery.shares.iter().find(|share| !share.kept).map(|share| share.party));
    view! {
        {move || party.get().map(|party| {
            let open = move |_| {
                app.place.update(|place| {
                    place.party = party;
                    place.tab = Tab::RecoveryFile;
                });
            };
            view! {
                <div class="banner warning" role="status">
                    {icon(Icon::Warning)}
                    <div class="stack">
                        <p>{messages::FILE_KEEP_NEW}</p>
                        <button type="button" class="button small" data-testid=testids::FILE_KEEP on:click=open>
                            {messages::FILE_KEEP_OPEN}
                        </button>
                    </div>
                </div>
            }
        })}
    }
    .into_any()
}

/// Requests that were put aside.
fn waiting() -> AnyView {
    let app = app();
    let count = app.pick(|view| view.requests.len());
    view! {
        <div role="status">
            {move || {
                (count.get() > 0).then(|| {
                    view! {
                        <button
                            type="button"
                            class="waiting-card"
                            data-testid=testids::REQUESTS_WAITING
                            on:click=move |_| app.place.update(|place| place.later.clear())
                        >
                            <span class="pulse" aria-hidden="true"></span>
                            <span class="grow">{messages::requests_waiting(count.get())}</span>
                            <span class="strong">{messages::REVIEW}</span>
                            {icon(Icon::Next)}
                        </button>
                    }
                })
            }}
        </div>
    }
    .into_any()
}

/// The balance and what to do with it. The balance is the screen's heading: it is what its owner came for.
fn hero() -> AnyView {
    let app = app();
    let native = app.pick(|view| view.balances.iter().find(|balance| balance.token.is_none()).cloned());
    let account = app.pick(|view| view.accounts.iter().find(|a| a.index == view.selected_account).cloned());
    view! {
        <section class="hero">
            <div class="hero-top">
                {picker::account()}
                <button
                    type="button"
                    class="icon-button"
                    data-testid=testids::REFRESH
                    aria-label=messages::REFRESH
                    title=messages::REFRESH
                    on:click=move |_| app.send(Command::Refresh)
                >
                    {icon(Icon::Refresh)}
                </button>
            </div>
            <h1 tabindex="-1" class="balance" data-testid=testids::BALANCE>
                <span class="unseen">{messages::BALANCE} ": "</span>
                {move || native.get().map(|native| big_amount(&native))}
            </h1>
            {move || account.get().map(|account| {
                let text = account.address.clone();
                view! {
                    <div class="hero-address" data-testid=testids::ADDRESS data-address=account.address.clone()>
                        {address(&account.address)}
                        {copy(testids::ADDRESS_COPY, messages::ADDRESS, move || text.clone())}
                    </div>
                }
            })}
            <div class="hero-actions">
                <button type="button" class="button primary" data-testid=testids::RECEIVE on:click=move |_| app.go(Tab::Receive)>
                    {icon(Icon::Down)}
                    {messages::RECEIVE}
                </button>
                <button type="button" class="button primary" data-testid=testids::SEND on:click=move |_| app.go(Tab::Send)>
                    {icon(Icon::Up)}
                    {messages::SEND}
                </button>
            </div>
        </section>
    }
    .into_any()
}

fn big_amount(balance: &BalanceView) -> AnyView {
    match &balance.amount {
        Some(exact) => {
            let shown = format::amount(exact);
            view! {
                <span title=format!("{exact} {}", balance.symbol)>
                    {shown}
                    <small>{balance.symbol.clone()}</small>
                </span>
            }
            .into_any()
        }
        None => {
            view! { <span class="unknown">"– "<small>{messages::BALANCE_UNKNOWN}</small></span> }.into_any()
        }
    }
}

fn network_state(network: &NetworkView) -> AnyView {
    view! {
        {network.testnet.then(|| view! { <p class="hint center-text">{messages::TESTNET}</p> })}
        <div role="status">
            {(network.reachable == Some(false)).then(|| banner(Severity::Warning, messages::NETWORK_DOWN))}
        </div>
    }
    .into_any()
}

fn tokens() -> AnyView {
    let app = app();
    let tokens = app.pick(|view| {
        view.balances.iter().filter(|balance| balance.token.is_some()).cloned().collect::<Vec<_>>()
    });
    let ask = Ask::new(app);
    let contract = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let wrong = move || (!format::is_address(contract.get().trim())).then_some(messages::SEND_TO_BAD);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if wrong().is_none() {
            ask.run_then(Command::AddToken { address: contract.get().trim().to_owned() }, move || {
                let _ = contract.try_set(String::new());
                let _ = tried.try_set(false);
            });
        }
    };
    view! {
        {move || {
            if tokens.with(Vec::is_empty) {
                view! { <p class="hint">{messages::TOKENS_NONE}</p> }.into_any()
            } else {
                let rows = tokens.get().into_iter().map(|token| token_row(app, &token)).collect_view();
                view! { <ul class="list">{rows}</ul> }.into_any()
            }
        }}
        {items()}
        <details class="details">
            <summary>{messages::TOKEN_ADD}</summary>
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::TOKEN_ADDRESS, messages::TOKEN_ADDRESS, contract)
                    .monospace()
                    .complaint(move || tried.get().then(wrong).flatten())
                    .view()}
                {ask.refused()}
                <button type="submit" class="button wide" data-testid=testids::TOKEN_ADD disabled=move || ask.busy.get()>
                    {messages::TOKEN_ADD}
                </button>
            </form>
        </details>
    }
    .into_any()
}

/// Items of collections, by number: their pictures come from strangers.
fn items() -> AnyView {
    let items = app().pick(|view| view.items.clone());
    view! {
        {move || (!items.with(Vec::is_empty)).then(|| {
            let rows = items.get().into_iter().map(|item| view! {
                <li class="row" data-testid=testids::ITEM_ROW data-contract=item.contract.clone() data-number=item.number.clone()>
                    <span class="grow">
                        <bdi class="strong clip">{messages::item(&item.number)}</bdi>
                        <span class="hint">{format!("{} · {}", item.standard, format::short(&item.contract))}</span>
                    </span>
                </li>
            }).collect_view();
            view! { <h2>{messages::ITEMS}</h2><ul class="list">{rows}</ul> }
        })}
    }
    .into_any()
}

fn token_row(app: App, token: &BalanceView) -> AnyView {
    let amount = token.amount.as_deref().map_or_else(|| "–".to_owned(), format::amount);
    // The first letters stand in for a picture: pictures of tokens come from strangers.
    let letters: String = token.symbol.chars().take(2).collect();
    view! {
        <li class="row" data-testid=testids::TOKEN_ROW data-token=token.token.clone()>
            <span class="row-icon letters" aria-hidden="true">{letters}</span>
            <span class="grow">
                <bdi class="strong clip">{token.symbol.clone()}</bdi>
                <bdi class="hint clip">{token.name.clone()}</bdi>
            </span>
            <span class="amount" title=token.amount.clone()>{amount}</span>
            {token.token.clone().map(|address| view! {
                <button
                    type="button"
                    class="icon-button"
                    data-testid=testids::TOKEN_HIDE
                    aria-label=format!("{}: {}", messages::TOKEN_HIDE, token.symbol)
                    title=messages::TOKEN_HIDE
                    on:click=move |_| app.send(Command::RemoveToken { address: address.clone() })
                >
                    {icon(Icon::Close)}
                </button>
            })}
        </li>
    }
    .into_any()
}
