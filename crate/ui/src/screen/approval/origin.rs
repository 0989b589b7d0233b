//! Who asks, for which account, on which network; and the place in the queue.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, SiteRule};
use symbolon_wallet::view::RequestView;

use super::part;
use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::wire::ScreenKind;
use crate::{format, messages, testids};

/// The asking origin, large, as the browser says it.
pub fn origin(request: Memo<Option<RequestView>>) -> AnyView {
    let who =
        part(request, |request| (request.origin.clone(), request.origin_is_new, request.relayed_by.clone()));
    let bundle = part(request, |request| request.bundle);
    let app = app();
    let mute = move |_| {
        if let Some(origin) = request.with_untracked(|one| one.as_ref().map(|one| one.origin.clone())) {
            app.send(Command::SetSite { origin, rule: SiteRule::Muted { on: true } });
        }
    };
    let place = part(request, |request| (request.account.clone(), request.network.clone()));
    view! {
        {move || who.get().map(|(origin, new, relayed_by)| {
            let own = origin == messages::OWN_REQUEST;
            let asks_here = !own && relayed_by.is_none();
            view! {
                <div class="origin" data-testid=testids::REQUEST_ORIGIN data-origin=origin.clone() data-new=new.to_string()>
                    <span class="row-icon">{icon(if own { Icon::Wallet } else { Icon::Globe })}</span>
                    <span class="grow">
                        <bdi class="strong wrap">
                            {if own { messages::FROM_WALLET.to_owned() } else { format::host(&origin).to_owned() }}
                        </bdi>
                        {relayed_by.map(|name| view! { <bdi class="hint">{messages::relayed_by(&name)}</bdi> })}
                        {new.then(|| view! {
                            <span class="new-site">{icon(Icon::Warning)}<span>{messages::NEW_SITE}</span></span>
                        })}
                    </span>
                    {asks_here.then(|| view! {
                        <button type="button" class="button quiet small" data-testid=testids::SITE_MUTE on:click=mute>
                            {messages::SITE_MUTE}
                        </button>
                    })}
                </div>
            }
        })}
        {move || bundle.get().flatten().map(|(place, count)| view! {
            <p class="hint" data-testid=testids::BUNDLE>{messages::bundle(place, count)}</p>
        })}
        {move || place.get().map(|(account, network)| view! {
            <dl class="context">
                {(!network.is_empty()).then(|| view! {
                    <div><dt class="unseen">{messages::NETWORK}</dt><dd><bdi>{network.clone()}</bdi></dd></div>
                })}
                {account.map(|account| view! {
                    <div>
                        <dt class="unseen">{messages::ACCOUNT}</dt>
                        <dd title=account.address.clone()>
                            <bdi class="strong">{account.name}</bdi>
                            " "
                            <bdi class="monospace">{format::short(&account.address)}</bdi>
                        </dd>
                    </div>
                })}
            </dl>
        })}
    }
    .into_any()
}

/// "2 of 10", with the way to the others; and to put them aside.
pub fn queue(id: String) -> AnyView {
    let app = app();
    let ids = app.pick(|view| view.requests.iter().map(|request| request.id.clone()).collect::<Vec<_>>());
    let here = id.clone();
    let position =
        Memo::new(move |_| ids.with(|ids| ids.iter().position(|other| *other == here).unwrap_or(0)));
    let last = Memo::new(move |_| ids.with(Vec::len) <= position.get() + 1);
    let go = move |step: isize| {
        let to = ids.with(|ids| position.get().checked_add_signed(step).and_then(|at| ids.get(at).cloned()));
        if let Some(to) = to {
            app.place.update(|place| {
                place.later.remove(&to);
                place.current = Some(to);
            });
        }
    };
    let later = move |_| {
        if app.kind == ScreenKind::Approval {
            // The request stays; this window has nothing else to show.
            let _ = window().close();
            return;
        }
        app.place.update(|place| {
            ids.with_untracked(|ids| place.later.extend(ids.iter().cloned()));
            place.current = None;
        });
    };
    let reject_all = move |_| {
        app.place.update(|place| ids.with_untracked(|ids| place.rejected.extend(ids.iter().cloned())));
        app.send(Command::RejectAll);
    };
    view! {
        <div class="queue">
            <button type="button" class="button quiet small" data-testid=testids::LATER on:click=later>
                {icon(Icon::Back)}
                {messages::LATER}
            </button>
            {move || (ids.with(Vec::len) > 1).then(|| view! {
                <div class="queue-middle">
                    <button
                        type="button"
                        class="icon-button"
                        data-testid=testids::QUEUE_PREVIOUS
                        aria-label=messages::QUEUE_PREVIOUS
                        disabled=move || position.get() == 0
                        on:click=move |_| go(-1)
                    >
                        {icon(Icon::Previous)}
                    </button>
                    <span data-testid=testids::QUEUE>{move || messages::queue(position.get() + 1, ids.with(Vec::len))}</span>
                    <button
                        type="button"
                        class="icon-button"
                        data-testid=testids::QUEUE_NEXT
                        aria-label=messages::QUEUE_NEXT
                        disabled=move || last.get()
                        on:click=move |_| go(1)
                    >
                        {icon(Icon::Next)}
                    </button>
                </div>
                <button
                    type="button"
                    class="button quiet small"
                    data-testid=testids::REJECT_ALL
                    on:click=reject_all
                >
                    {messages::REJECT_ALL}
                </button>
            })}
        </div>
    }
    .into_any()
}
