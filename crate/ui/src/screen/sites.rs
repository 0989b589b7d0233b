//! Connected sites.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, SiteRule};
use symbolon_wallet::view::SiteView;

use crate::app::{App, app};
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::route::Tab;
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
                    let facts = match (site.muted, site.accounts.is_empty()) {
                        (true, _) => messages::SITE_MUTED.to_owned(),
                        (false, true) => messages::SITE_NOT_CONNECTED.to_owned(),
                        (false, false) => {
                            let used = messages::connected(&format::ago(minute.get(), site.last_used));
                            format!("{accounts} · {used}")
                        }
                    };
                    let connected = !site.accounts.is_empty();
                    view! {
                        <li class="row" data-testid=testids::SITE_ROW data-origin=site.origin.clone()>
                            <span class="row-icon">{icon(Icon::Globe)}</span>
                            <span class="grow">
                                <bdi class="strong wrap">{format::host(&site.origin).to_owned()}</bdi>
                                <span class="hint">{facts}</span>
                                {history(app, &site)}
                                {rules(app, &site)}
                            </span>
                            {connected.then(|| view! { <button
                                type="button"
                                class="button small"
                                data-testid=testids::SITE_DISCONNECT
                                aria-label=format!("{}: {}", messages::SITE_DISCONNECT, site.origin)
                                on:click=disconnect
                            >
                                {messages::SITE_DISCONNECT}
                            </button> })}
                        </li>
                    }
                }).collect_view();
                view! { <ul class="list">{rows}</ul> }.into_any()
            }}
        </div>
    }
    .into_any()
}

/// The way to all that a site has asked.
fn history(app: App, site: &SiteView) -> AnyView {
    let origin = site.origin.clone();
    let open = move |_| {
        app.place.update(|place| {
            place.site = origin.clone();
            place.tab = Tab::Site;
        });
    };
    view! {
        <button
            type="button"
            class="button quiet small"
            data-testid=testids::SITE_HISTORY_OPEN
            aria-label=format!("{}: {}", messages::SITE_HISTORY, site.origin)
            on:click=open
        >
            {messages::SITE_HISTORY}
        </button>
    }
    .into_any()
}

/// What the owner can set for a site.
fn rules(app: App, site: &SiteView) -> AnyView {
    let switch = |id: &'static str, label: &'static str, on: bool, rule: fn(bool) -> SiteRule| {
        let origin = site.origin.clone();
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    data-testid=id
                    prop:checked=on
                    on:change:target=move |event| {
                        let rule = rule(event.target().checked());
                        app.send(Command::SetSite { origin: origin.clone(), rule });
                    }
                />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <details class="details" data-testid=testids::SITE_RULES>
            <summary>{messages::SITE_RULES}</summary>
            {switch(testids::SITE_MUTED, messages::SITE_MUTE, site.muted, |on| SiteRule::Muted { on })}
            {switch(testids::SITE_COMPATIBILITY, messages::SITE_COMPATIBILITY, site.compatibility, |on| {
                SiteRule::Compatibility { on }
            })}
            {switch(testids::SITE_FRAMES, messages::SITE_FRAMES, site.frames, |on| SiteRule::Frames { on })}
            <p class="hint">{messages::SITE_RULES_HINT}</p>
        </details>
    }
    .into_any()
}
