//! The key is being made, step by step, with whoever is awaited.

use leptos::prelude::*;

use super::{brand, key_choice};
use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::progress::steps;
use crate::{messages, testids};

pub fn keygen() -> AnyView {
    let app = app();
    let keygen = app.pick(|view| view.keygen.clone());
    let failed = Memo::new(move |_| keygen.with(|keygen| keygen.as_ref().is_some_and(|k| k.error.is_some())));
    view! {
        <div class="page first-run">
            {brand()}
            {move || if failed.get() { failure() } else { going_on() }}
        </div>
    }
    .into_any()
}

fn going_on() -> AnyView {
    let app = app();
    let keygen = app.pick(|view| view.keygen.clone());
    let devices = app.pick(|view| view.devices.iter().map(|device| device.name.clone()).collect::<Vec<_>>());
    let began = app.now.get_untracked();
    let elapsed = move || app.now.get().saturating_sub(began) / 1000;
    view! {
        {title(messages::KEYGEN_TITLE)}
        <p class="lead">{messages::KEYGEN_TEXT}</p>
        {move || keygen.get().map(|keygen| {
            let waiting = keygen.waiting_for.clone();
            view! {
                {steps(testids::KEYGEN_PROGRESS, messages::KEYGEN_LABEL, keygen.done, keygen.total)}
                <p class="step-line">
                    <span>{messages::step(keygen.done, keygen.total)}</span>
                </p>
                <p class="lead" role="status" data-testid=testids::KEYGEN_STAGE dir="auto">{keygen.stage}</p>
                <ul class="list">
                    {devices.get().into_iter().map(|name| {
                        let awaited = waiting.contains(&name);
                        view! {
                            <li class="row">
                                <bdi class="grow">{name}</bdi>
                                <span class="state" class:ok=!awaited>
                                    {if awaited { icon(Icon::Clock) } else { icon(Icon::Check) }}
                                    {if awaited { messages::KEYGEN_AWAITED } else { messages::KEYGEN_HERE }}
                                </span>
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {(!waiting.is_empty()).then(|| view! { <p class="hint"><bdi>{messages::waiting_for(&waiting)}</bdi></p> })}
            }
        })}
        <p class="hint center-text" aria-hidden="true">{move || messages::seconds(elapsed())}</p>
    }
    .into_any()
}

fn failure() -> AnyView {
    let app = app();
    let error = app.pick(|view| view.keygen.as_ref().and_then(|keygen| keygen.error.clone()));
    view! {
        <span class="big-icon danger">{icon(Icon::Close)}</span>
        {title(messages::KEYGEN_FAILED)}
        <p class="lead" role="alert" data-testid=testids::KEYGEN_ERROR dir="auto">{move || error.get()}</p>
        <p class="hint with-icon">{icon(Icon::Shield)}<span>{messages::KEYGEN_SAFE}</span></p>
        {key_choice::key_choice(messages::TRY_AGAIN)}
    }
    .into_any()
}
