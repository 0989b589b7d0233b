//! What the owner should know, above every screen.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{Notice, RelayView, Severity};

use crate::app::app;
use crate::messages;
use crate::part::icon::{Icon, icon};
use crate::testids;

/// The style sheet's and the tests' name of a severity.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Danger => "danger",
    }
}

/// The icon of a severity.
pub fn severity_icon(severity: Severity) -> Icon {
    match severity {
        Severity::Info => Icon::Info,
        Severity::Warning => Icon::Warning,
        Severity::Danger => Icon::Danger,
    }
}

/// A coloured sentence of this page's own.
pub fn banner(severity: Severity, text: impl IntoView) -> AnyView {
    view! {
        <div class=format!("banner {}", severity_name(severity))>
            {icon(severity_icon(severity))}
            <p dir="auto">{text.into_any()}</p>
        </div>
    }
    .into_any()
}

/// All notices of the view, and the state of the pipes.
pub fn notices() -> AnyView {
    let app = app();
    let notices = app.pick(|view| view.notices.clone());
    let relay = app.pick(|view| view.relay);
    view! {
        <div class="notices" role="region" aria-label=messages::NOTICES>
            <div role="status">
                {move || app.gone.get().then(|| banner(Severity::Info, messages::RECONNECTING))}
                {move || {
                    (relay.get() == RelayView::Unreachable)
                        .then(|| {
                            view! {
                                <div data-testid=testids::RELAY_STATE>
                                    {banner(Severity::Warning, messages::RELAY_UNREACHABLE)}
                                </div>
                            }
                        })
                }}
            </div>
            <For each=move || notices.get() key=|notice| notice.id children=notice />
        </div>
    }
    .into_any()
}

fn notice(notice: Notice) -> AnyView {
    let app = app();
    let role = if notice.severity == Severity::Info { "status" } else { "alert" };
    let name = severity_name(notice.severity);
    let dismiss = move |_| app.send(Command::DismissNotice { notice: notice.id });
    view! {
        <div class=format!("banner {name}") role=role data-testid=testids::NOTICE data-code=notice.code data-severity=name>
            {icon(severity_icon(notice.severity))}
            <p dir="auto">{notice.message}</p>
            <button
                type="button"
                class="icon-button"
                aria-label=messages::DISMISS
                data-testid=testids::NOTICE_DISMISS
                on:click=dismiss
            >
                {icon(Icon::Close)}
            </button>
        </div>
    }
    .into_any()
}
