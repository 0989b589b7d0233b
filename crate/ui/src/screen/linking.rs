//! Identity and vault exist: pair devices, then make the key.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::PairingStage;

use super::devices::device_list;
use super::{brand, key_choice};
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::route::FirstStep;
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub fn linking() -> AnyView {
    let app = app();
    let count = app.pick(|view| view.devices.len());
    // Two owners' fingers on two "create" buttons would start two ceremonies: the joined device steps back.
    let joined = Memo::new(move |_| {
        count.get() > 1
            && (app.kind == ScreenKind::Phone || app.place.with(|place| place.first == Some(FirstStep::Join)))
    });
    view! {
        <div class="page first-run">
            {brand()}
            {title(messages::LINKING_TITLE)}
            {just_paired()}
            <p class="lead">
                {move || match count.get() {
                    0 | 1 => messages::LINKING_TEXT_ALONE,
                    _ if joined.get() => messages::LINKING_JOINED,
                    _ => messages::LINKING_TEXT,
                }}
            </p>
            {device_list()}
            {invite(count)}
            {recover()}
            {move || {
                (count.get() > 1).then(|| {
                    if joined.get() {
                        view! {
                            <details class="details">
                                <summary>{messages::LINKING_HERE}</summary>
                                {key_choice::key_choice(messages::CREATE_KEY)}
                            </details>
                        }
                        .into_any()
                    } else {
                        key_choice::key_choice(messages::CREATE_KEY)
                    }
                })
            }}
        </div>
    }
    .into_any()
}

/// The way to a recovery that was interrupted, or for whoever took the wrong one.
fn recover() -> AnyView {
    let app = app();
    view! {
        <button
            type="button"
            class="button quiet wide"
            data-testid=testids::RECOVER
            on:click=move |_| app.place.update(|place| place.first = Some(FirstStep::Recover))
        >
            {icon(Icon::Paper)}
            {messages::RECOVER_TITLE}
        </button>
    }
    .into_any()
}

/// Buttons that begin a pairing.
pub fn invite(count: Memo<usize>) -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    view! {
        <div class="actions">
            <button
                type="button"
                class="button wide"
                class:primary=move || count.get() < 2
                data-testid=testids::INVITE
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(Command::Invite)
            >
                {icon(Icon::Add)}
                {move || if count.get() < 2 { messages::INVITE } else { messages::INVITE_ANOTHER }}
            </button>
            <button
                type="button"
                class="button quiet wide"
                data-testid=testids::JOIN_OTHER
                on:click=move |_| app.place.update(|place| place.joining = true)
            >
                {icon(Icon::Link)}
                {messages::JOIN_OTHER}
            </button>
            {ask.refused()}
        </div>
    }
    .into_any()
}

/// Says that a pairing has just succeeded.
pub fn just_paired() -> AnyView {
    let app = app();
    let name = app.pick(|view| {
        let pairing = view.pairing.as_ref().filter(|pairing| pairing.stage == PairingStage::Done)?;
        Some(pairing.peer_name.clone().unwrap_or_default())
    });
    // The form for a link has done its work; another one is asked for by its button.
    Effect::new(move |_| {
        if name.with(Option::is_some) {
            app.place.update(|place| place.joining = false);
            app.link.set(String::new());
        }
    });
    view! {
        <div role="status">
            {move || {
                name.get().filter(|name| !name.is_empty()).map(|name| {
                    view! { <p class="banner ok">{icon(Icon::Check)}<bdi>{messages::paired(&name)}</bdi></p> }
                })
            }}
        </div>
    }
    .into_any()
}
