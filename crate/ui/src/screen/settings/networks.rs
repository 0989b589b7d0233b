//! Networks: the defaults, and those that the owner adds.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::NetworkView;

use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn networks() -> AnyView {
    let app = app();
    let networks = app.pick(|view| view.networks.clone());
    view! {
        <ul class="list">
            {move || networks.get().into_iter().map(|network| row(app, network)).collect_view()}
        </ul>
        <details class="details">
            <summary>{messages::NETWORK_ADD}</summary>
            {form(app)}
        </details>
    }
    .into_any()
}

fn row(app: App, network: NetworkView) -> AnyView {
    let chain_id = network.chain_id;
    let state = match network.reachable {
        Some(true) => messages::NETWORK_ANSWERS,
        Some(false) => messages::NETWORK_SILENT,
        None => "",
    };
    view! {
        <li class="row" data-testid=testids::NETWORK_ROW data-chain=chain_id.to_string()>
            <span class="dot" class:ok=network.reachable == Some(true) class:bad=network.reachable == Some(false)></span>
            <span class="grow">
                <bdi class="strong clip">{network.name.clone()}</bdi>
                <span class="hint wrap">
                    {format!("{chain_id} · {}", network.rpc_url)}
                    <span class="unseen">{format!(" {state}")}</span>
                </span>
            </span>
            {network.custom.then(|| view! {
                <button
                    type="button"
                    class="button small"
                    data-testid=testids::NETWORK_REMOVE
                    aria-label=format!("{}: {}", messages::REMOVE, network.name)
                    on:click=move |_| app.send(Command::RemoveNetwork { chain_id })
                >
                    {messages::REMOVE}
                </button>
            })}
        </li>
    }
    .into_any()
}

fn form(app: App) -> AnyView {
    let ask = Ask::new(app);
    let name = RwSignal::new(String::new());
    let rpc = RwSignal::new(String::new());
    let chain = RwSignal::new(String::new());
    let symbol = RwSignal::new("ETH".to_owned());
    let explorer = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let chain_wrong =
        move || chain.get().trim().parse::<u64>().is_err().then_some(messages::NETWORK_CHAIN_BAD);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Ok(chain_id) = chain.get().trim().parse() else { return };
        let trimmed = |field: RwSignal<String>| field.get().trim().to_owned();
        let command = Command::AddNetwork {
            chain_id,
            name: trimmed(name),
            rpc_url: trimmed(rpc),
            symbol: trimmed(symbol),
            explorer_url: trimmed(explorer),
        };
        ask.run_then(command, move || {
            for field in [name, rpc, chain, explorer] {
                let _ = field.try_set(String::new());
            }
            let _ = tried.try_set(false);
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            {Field::new(testids::NETWORK_NAME, messages::NETWORK_NAME, name).view()}
            {Field::new(testids::NETWORK_RPC, messages::NETWORK_RPC, rpc)
                .hint(messages::NETWORK_RPC_HINT)
                .monospace()
                .view()}
            {Field::new(testids::NETWORK_CHAIN, messages::NETWORK_CHAIN, chain)
                .decimal()
                .complaint(move || tried.get().then(chain_wrong).flatten())
                .view()}
            {Field::new(testids::NETWORK_SYMBOL, messages::NETWORK_SYMBOL, symbol).view()}
            {Field::new(testids::NETWORK_EXPLORER, messages::NETWORK_EXPLORER, explorer).monospace().view()}
            {ask.refused()}
            <button type="submit" class="button wide" data-testid=testids::NETWORK_ADD disabled=move || ask.busy.get()>
                {move || ask.busy.get().then(spinner)}
                {messages::NETWORK_ADD}
            </button>
        </form>
    }
    .into_any()
}
