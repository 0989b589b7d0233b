//! The approval card: the same on every device, each drawing its own decode.

mod decision;
mod fee;
mod limit;
mod origin;
mod proof;
mod risks;
mod rows;
mod simulation;
mod status;
mod strip;

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{Card, RequestStatus, RequestView};

use crate::app::app;
use crate::part::page::{section, title};
use crate::{format, messages, testids};

pub fn approval(id: String) -> AnyView {
    let app = app();
    let request = app.request(&id);
    let shown = id.clone();
    // What is on screen stays there, and the other devices hear that it is looked at.
    Effect::new(move |_| {
        let id = shown.clone();
        app.place.update(|place| {
            if place.current.as_ref() != Some(&id) {
                place.current = Some(id.clone());
            }
        });
        app.send(Command::OpenRequest { request: id });
    });
    let card = part(request, |request| request.card.clone());
    let simulated = part(request, |request| request.card.simulation.clone());
    let rows =
        part(request, |request| (request.card.rows.clone(), request.card.kind, request.account.clone()));
    let name = status::name_memo(request);
    let (own, other) = (id.clone(), id.clone());
    view! {
        <article class="approval" data-testid=testids::REQUEST data-request=own data-status=move || name.get()>
            {origin::queue(other)}
            <div class="approval-body">
                {origin::origin(request)}
                {move || card.get().map(|card| headline(&card))}
                {status::status(request)}
                {move || card.get().map(|card| risks::risks(&card.risks))}
                {limit::limit(id.clone(), part(request, |request| request.card.limit.clone()))}
                {move || simulated.get().flatten().map(|it| simulation::simulation(&it))}
                {move || rows.get().map(|(rows, kind, account)| rows::rows(&rows, kind, account.as_ref()))}
                {fee::fee(id.clone(), part(request, |request| request.card.fee.clone()))}
                {strip::strip(id.clone(), request)}
                {move || card.get().map(|card| {
                    view! {
                        {section(
                            messages::WHY_ASKED,
                            view! { <p class="hint" dir="auto" data-testid=testids::RULE>{card.rule.clone()}</p> },
                        )}
                        {proof::proof(&card)}
                    }
                })}
            </div>
            {decision::decision(id, request)}
        </article>
    }
    .into_any()
}

/// A part of the request; none once it has ended.
fn part<T>(
    request: Memo<Option<RequestView>>,
    part: impl Fn(&RequestView) -> T + Send + Sync + 'static,
) -> Memo<Option<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| request.with(|request| request.as_ref().map(&part)))
}

fn headline(card: &Card) -> AnyView {
    view! {
        <div class="headline" data-testid=testids::CARD_HEADLINE>
            <p class="tag">{messages::card_kind(card.kind)}</p>
            {title(view! { <bdi>{format::unbroken(&card.headline)}</bdi> })}
        </div>
    }
    .into_any()
}

/// Whether the wallet is at work on a request, so that nobody needs to do anything.
fn busy(status: &RequestStatus) -> bool {
    matches!(status, RequestStatus::Broadcasting | RequestStatus::Preparing | RequestStatus::Signing)
}
