//! Connected sites.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::{format, messages, testids};

pub fn sites() -> AnyView {
    let app = app();
    let sites = app.pick(|view| view.sites.clone());
    let minute = app.minute();
    view! {
        <div class="page">
            {title(messages::SITES_TITLE)}
            {move || {
                if sites.with(Vec::is_empty) {
                    return view! {
                        <div class="empty">
                            <span class="big-icon">{icon(Icon::Globe)}</span>
                            <p>{messages::SITES_NONE}</p>
                        </div>
                    }
                    .into_any();
                }
                let rows = sites.get().into_iter().map(|site| {
                    let origin = site.origin.clone();
                    let disconnect = move |_| app.send(Command::DisconnectSite { origin: origin.clone() });
                    let accounts = site.accounts.iter().map(|a| format::short(a)).collect::<Vec<_>>().join(", ");
                    let used = messages::connected(&format::ago(minute.get(), site.last_used));
                    view! {
                        <li class="row" data-testid=testids::SITE_ROW data-origin=site.origin.clone()>
                            <span class="row-icon">{icon(Icon::Globe)}</span>
                            <span class="grow">
                                <bdi class="strong wrap">{format::host(&site.origin).to_owned()}</bdi>
                                <span class="hint">{format!("{accounts} · {used}")}</span>
                            </span>
                            <button
                                type="button"
                                class="button small"
                                data-testid=testids::SITE_DISCONNECT
                                aria-label=format!("{}: {}", messages::SITE_DISCONNECT, site.origin)
                                on:click=disconnect
                            >
                                {messages::SITE_DISCONNECT}
                            </button>
                        </li>
                    }
                }).collect_view();
                view! { <ul class="list">{rows}</ul> }.into_any()
            }}
        </div>
    }
    .into_any()
}
