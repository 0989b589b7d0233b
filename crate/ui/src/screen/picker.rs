//! Pickers of the network and the account: the platform's own lists, which every keyboard and screen reader knows.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::{format, messages, testids};

/// Value of the entry that adds an account.
const ADD: &str = "add";

pub fn network() -> AnyView {
    let app = app();
    let networks = app.pick(|view| {
        view.networks.iter().map(|n| (n.chain_id, n.name.clone(), n.testnet)).collect::<Vec<_>>()
    });
    let chain_id = app.pick(|view| view.chain_id);
    let reachable =
        app.pick(|view| view.networks.iter().find(|n| n.chain_id == view.chain_id).and_then(|n| n.reachable));
    let choose = move |value: String| {
        if let Ok(chain_id) = value.parse() {
            app.send(Command::SelectNetwork { chain_id });
        }
    };
    view! {
        <div class="picker">
            <span class="dot" class:ok=move || reachable.get() == Some(true) class:bad=move || reachable.get() == Some(false)></span>
            <select
                aria-label=messages::NETWORK
                data-testid=testids::NETWORK_PICKER
                on:change:target=move |event| choose(event.target().value())
            >
                {move || {
                    networks.get().into_iter().map(|(id, name, _)| {
                        view! { <option value=id.to_string() selected=move || chain_id.get() == id>{name}</option> }
                    }).collect_view()
                }}
            </select>
            {icon(Icon::Next)}
        </div>
    }
    .into_any()
}

pub fn account() -> AnyView {
    let app = app();
    let accounts = app.pick(|view| {
        view.accounts.iter().map(|a| (a.index, a.name.clone(), format::short(&a.address))).collect::<Vec<_>>()
    });
    let selected = app.pick(|view| view.selected_account);
    let choose = move |value: String| {
        if value == ADD {
            app.send(Command::AddAccount { name: String::new() });
        } else if let Ok(index) = value.parse() {
            app.send(Command::SelectAccount { index });
        }
    };
    view! {
        <div class="picker">
            <select
                aria-label=messages::ACCOUNT
                data-testid=testids::ACCOUNT_PICKER
                on:change:target=move |event| {
                    choose(event.target().value());
                    // Until the new account is there, the present one stays chosen.
                    event.target().set_value(&selected.get_untracked().to_string());
                }
            >
                {move || {
                    accounts.get().into_iter().map(|(index, name, short)| {
                        view! {
                            <option value=index.to_string() selected=move || selected.get() == index>{format!("{name} · {short}")}</option>
                        }
                    }).collect_view()
                }}
                <option value=ADD data-testid=testids::ACCOUNT_ADD>{messages::ACCOUNT_ADD}</option>
            </select>
            {icon(Icon::Next)}
        </div>
    }
    .into_any()
}
