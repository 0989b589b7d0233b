//! First run: create, join or recover.

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
                {choice(
                    testids::RECOVER,
                    Icon::Paper,
                    messages::RECOVER_TITLE,
                    messages::RECOVER_TEXT,
                    FirstStep::Recover,
                )}
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
        <svg class="token" viewBox="0 0 320 120" aria-hidden="true" focusable="false">
            <path class="token-line" d="M76 60H112M208 60H252" />
            <path class="token-one" d="M155 27A33 33 0 0 0 155 93L155 81 164 73.5 152 64.5 162.5 54 153.5 45 161 37.5Z" />
            <path class="token-two" d="M165.5 27A33 33 0 0 1 165.5 93L165.5 82.5 174.5 73.5 162.5 64.5 173 54 164 45 171.5 37.5Z" />
            <path class="token-device" d="M14 40h44v31H14zM6 78h60" />
            <path class="token-device" d="M268 36h26v48h-26zM277 77h8" />
        </svg>
    }
    .into_any()
}
