//! The link of another device: scanned, pasted, or brought along in this page's own address.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::command::Command;

use super::brand;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::notice::banner;
use crate::part::page::title_with_back;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn join() -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let link = RwSignal::new(app.link.get_untracked());
    let brought = !link.with_untracked(String::is_empty);
    let tried = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if !link.with(|link| link.trim().is_empty()) {
            ask.run(Command::JoinPairing { link: link.get().trim().to_owned() });
        }
    };
    let missing = move || link.with(|link| link.trim().is_empty()).then_some(messages::JOIN_LINK_MISSING);
    view! {
        <div class="page first-run">
            {brand()}
            {title_with_back(
                messages::JOIN_SCREEN_TITLE,
                move || app.place.update(|place| place.joining = false),
            )}
            <p class="lead">{messages::JOIN_SCREEN_TEXT}</p>
            {brought.then(|| banner(symbolon_wallet::view::Severity::Info, messages::JOIN_FROM_LINK))}
            {(!brought).then(|| scanner(ask, link))}
            <form class="form" novalidate on:submit=submit>
                {Field::new(testids::JOIN_LINK, messages::JOIN_LINK, link)
                    .monospace()
                    .complaint(move || tried.get().then(missing).flatten())
                    .view()}
                {ask.refused()}
                <button type="submit" class="button primary wide" data-testid=testids::JOIN_SUBMIT disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::JOIN_SUBMIT}
                </button>
            </form>
        </div>
    }
    .into_any()
}

/// The camera, where this build has one. A toolbar popup would close at the browser's question, so there it is a tab.
fn scanner(ask: Ask, link: RwSignal<String>) -> Option<AnyView> {
    #[cfg(feature = "camera")]
    if app().kind != crate::wire::ScreenKind::Popup {
        return Some(super::scan::scanner(super::scan::Wanted::Invitation, move |text| {
            link.set(text.clone());
            ask.run(Command::JoinPairing { link: text });
        }));
    }
    let _ = (ask, link);
    cfg!(feature = "camera").then(|| {
        view! {
            <a class="button wide" href="app.html" target="_blank">
                {icon(Icon::Camera)}
                {messages::SCAN_IN_TAB}
            </a>
        }
        .into_any()
    })
}
