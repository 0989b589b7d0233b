//! One site: all that it asked on this device, and what became of it.

use leptos::prelude::*;
use symbolon_wallet::view::{ActivityView, RequestView};

use super::activity::activity_row;
use crate::app::{App, app};
use crate::part::icon::{Icon, icon};
use crate::part::page::{section, title_with_back};
use crate::route::Tab;
use crate::{format, messages, testids};

pub fn site() -> AnyView {
    let app = app();
    let origin = app.place.with_untracked(|place| place.site.clone());
    let (of_waiting, of_past) = (origin.clone(), origin.clone());
    let waiting = app.pick(move |view| {
        let its = view.requests.iter().filter(|request| request.origin == of_waiting);
        its.cloned().collect::<Vec<RequestView>>()
    });
    let past = app.pick(move |view| {
        let its = view.activity.iter().filter(|entry| entry.origin == of_past);
        its.cloned().collect::<Vec<ActivityView>>()
    });
    let minute = app.minute();
    view! {
        <div class="page" data-testid=testids::SITE_HISTORY data-origin=origin.clone()>
            {title_with_back(messages::SITE_HISTORY, move || app.go(Tab::Sites))}
            <p class="lead"><bdi>{format::host(&origin).to_owned()}</bdi></p>
            {move || (!waiting.with(Vec::is_empty)).then(|| {
                let rows = waiting.get().into_iter().map(|request| waits(app, request)).collect_view();
                section(messages::SITE_WAITING, view! { <ul class="list">{rows}</ul> })
            })}
            {move || if past.with(Vec::is_empty) {
                view! {
                    <div class="empty">
                        <span class="big-icon">{icon(Icon::Activity)}</span>
                        <p>{messages::SITE_HISTORY_NONE}</p>
                    </div>
                }
                .into_any()
            } else {
                let rows = past.get().into_iter().map(|entry| activity_row(entry, minute.get())).collect_view();
                view! { <ul class="list">{rows}</ul> <p class="hint">{messages::SITE_HISTORY_HINT}</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

/// A request that was put aside: it opens again from here.
fn waits(app: App, request: RequestView) -> AnyView {
    let id = request.id.clone();
    let open = move |_| {
        app.place.update(|place| {
            place.later.remove(&id);
            place.current = Some(id.clone());
        });
    };
    view! {
        <li class="row" data-testid=testids::SITE_WAITING_ROW data-request=request.id.clone()>
            <span class="grow"><bdi class="strong two-lines">{request.card.headline.clone()}</bdi></span>
            <button type="button" class="button small" on:click=open>{messages::SITE_OPEN}</button>
        </li>
    }
    .into_any()
}
