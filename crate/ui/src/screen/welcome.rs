//! First run: create or join.

use leptos::prelude::*;

use super::brand;
use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::route::FirstStep;
use crate::{messages, testids};

pub fn welcome() -> AnyView {
    view! {
        <div class="page first-run">
            {brand()}
            {token()}
            {title(messages::WELCOME_TITLE)}
            <p class="lead">{messages::WELCOME_TEXT}</p>
            <div class="choices">
                {choice(
                    testids::CREATE,
                    Icon::Key,
                    messages::CREATE_TITLE,
                    messages::CREATE_TEXT,
                    FirstStep::Create,
                )}
                {choice(testids::JOIN, Icon::Link, messages::JOIN_TITLE, messages::JOIN_TEXT, FirstStep::Join)}
            </div>
        </div>
    }
    .into_any()
}

fn choice(
    testid: &'static str,
    which: Icon,
    heading: &'static str,
    text: &'static str,
    step: FirstStep,
) -> AnyView {
    let app = app();
    let choose = move |_| {
        app.place.update(|place| {
            place.first = Some(step);
            place.joining = step == FirstStep::Join;
        });
    };
    view! {
        <button type="button" class="choice" data-testid=testid on:click=choose>
            <span class="choice-icon">{icon(which)}</span>
            <span class="choice-text">
                <span class="choice-title">{heading}</span>
                <span class="hint">{text}</span>
            </span>
            {icon(Icon::Next)}
        </button>
    }
    .into_any()
}

/// Three devices, each with a piece: the picture of the product.
fn token() -> AnyView {
    view! {
        <svg class="token" viewBox="0 0 240 120" aria-hidden="true" focusable="false">
            <path class="token-line" d="M60 60H180" />
            <path class="token-line" d="M120 60V22" />
            <path class="token-one" d="M118 30.500A30 30 0 0 0 104 85.400L112.500 74 105.500 64.500 115.500 53 108 43z" />
            <path class="token-two" d="M122.500 30.200A30 30 0 0 1 108.500 87.700L116.800 74 109.800 64.500 119.800 53 112.300 43z" />
            <path class="token-device" d="M18 44h40v28H18zM12 78h52" />
            <path class="token-device" d="M190 38h22v44h-22zM198 76h6" />
        </svg>
    }
    .into_any()
}
