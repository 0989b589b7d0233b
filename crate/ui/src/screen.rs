//! The screens, and the frame around them.

mod activity;
mod allowances;
mod approval;
mod change;
mod contacts;
mod devices;
mod done;
mod home;
mod join;
mod keep_file;
mod key_choice;
mod keygen;
mod linking;
mod matrix;
mod pairing;
mod picker;
mod receive;
mod recover;
mod recovery_code;
mod roster;
#[cfg(feature = "camera")]
mod scan;
mod send;
mod set_up;
mod settings;
mod site;
mod sites;
mod unlock;
mod unusable;
mod waiting;
mod welcome;

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::Phase;
use wasm_bindgen::JsCast;

use crate::app::{App, screen_memo};
use crate::part::icon::{Icon, icon, mark};
use crate::part::notice::notices;
use crate::part::page::title;
use crate::route::{Screen, Tab};
use crate::wire::ScreenKind;
use crate::{messages, testids};

pub use activity::outcome_name;
pub use devices::Holders;
pub use matrix::Loss;

/// The whole page.
pub fn root(app: App) -> AnyView {
    let screen = screen_memo(app);
    keep_focus(screen);
    let name = move || screen.get().name();
    let in_wallet = Memo::new(move |_| matches!(screen.get(), Screen::Tab(_)));
    view! {
        <div class="frame" class:with-nav=move || in_wallet.get()>
            <a class="skip" href="#main">{messages::SKIP}</a>
            {move || in_wallet.get().then(|| bar(app))}
            <main id="main" data-testid=testids::SCREEN data-screen-name=name tabindex="-1">
                {notices()}
                {move || draw(screen.get())}
            </main>
            {move || (in_wallet.get()).then(|| nav(app))}
            <div class="unseen" aria-live="polite">{move || app.said.get()}</div>
        </div>
    }
    .into_any()
}

fn draw(screen: Screen) -> AnyView {
    match screen {
        Screen::Approval(id) => approval::approval(id),
        Screen::Change => change::change(),
        Screen::Done(id) => done::done(id),
        Screen::Idle => idle(),
        Screen::Join => join::join(),
        Screen::KeepFile => keep_file::keep_file(),
        Screen::Keygen => keygen::keygen(),
        Screen::Linking => linking::linking(),
        Screen::Pairing => pairing::pairing(),
        Screen::Recover => recover::recover(),
        Screen::RecoveryCode => recovery_code::recovery_code(),
        Screen::Roster => roster::roster(),
        Screen::SetUp => set_up::set_up(),
        Screen::Tab(Tab::Activity) => activity::activity(),
        Screen::Tab(Tab::Allowances) => allowances::allowances(),
        Screen::Tab(Tab::Contacts) => contacts::contacts(),
        Screen::Tab(Tab::Devices) => devices::devices(),
        Screen::Tab(Tab::Home) => home::home(),
        Screen::Tab(Tab::Receive) => receive::receive(),
        Screen::Tab(Tab::RecoveryFile) => keep_file::recovery_file(),
        Screen::Tab(Tab::RecoveryMatrix) => matrix::matrix(),
        Screen::Tab(Tab::Send) => send::send(),
        Screen::Tab(Tab::Settings) => settings::settings(),
        Screen::Tab(Tab::Site) => site::site(),
        Screen::Tab(Tab::Sites) => sites::sites(),
        Screen::Unlock => unlock::unlock(),
        Screen::Unusable => unusable::unusable(),
        Screen::Welcome => welcome::welcome(),
    }
}

/// The brand above first-run screens.
pub fn brand() -> AnyView {
    view! { <p class="brand">{mark()}<span>{messages::PRODUCT}</span></p> }.into_any()
}

fn idle() -> AnyView {
    let close = move |_| {
        let _ = window().close();
    };
    view! {
        <div class="page center">
            <span class="big-icon">{icon(Icon::Check)}</span>
            {title(messages::IDLE_TITLE)}
            <p class="lead">{messages::IDLE_TEXT}</p>
            <button type="button" class="button wide" on:click=close>{messages::CLOSE}</button>
        </div>
    }
    .into_any()
}

/// The bar above the open wallet.
fn bar(app: App) -> AnyView {
    let ready = app.pick(|view| view.phase == Phase::Ready);
    view! {
        <header class="bar">
            {brand()}
            {picker::network()}
            {move || {
                ready.get().then(|| {
                    view! {
                        <button
                            type="button"
                            class="icon-button"
                            data-testid=testids::LOCK
                            aria-label=messages::LOCK
                            title=messages::LOCK
                            on:click=move |_| app.send(Command::Lock)
                        >
                            {icon(Icon::Lock)}
                        </button>
                    }
                })
            }}
        </header>
    }
    .into_any()
}

/// The way between the pages of the open wallet.
fn nav(app: App) -> AnyView {
    let tabs = [
        (Tab::Home, Icon::Wallet, messages::NAV_HOME, testids::NAV_HOME),
        (Tab::Activity, Icon::Activity, messages::NAV_ACTIVITY, testids::NAV_ACTIVITY),
        (Tab::Devices, Icon::Devices, messages::NAV_DEVICES, testids::NAV_DEVICES),
        (Tab::Sites, Icon::Globe, messages::NAV_SITES, testids::NAV_SITES),
        (Tab::Settings, Icon::Gear, messages::NAV_SETTINGS, testids::NAV_SETTINGS),
    ];
    let items = tabs
        .into_iter()
        // A phone's page has no pages to connect to.
        .filter(|(tab, ..)| *tab != Tab::Sites || app.kind != ScreenKind::Phone)
        .map(|(tab, which, label, testid)| {
            let current = move || (app.place.with(|place| place.tab) == tab).then_some("page");
            view! {
                <li>
                    <button type="button" data-testid=testid aria-current=current on:click=move |_| app.go(tab)>
                        {icon(which)}
                        <span>{label}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="nav" aria-label=messages::NAV><ul>{items}</ul></nav> }.into_any()
}

/// When the screen changes, the focus goes to its heading, or to the input that asks for it; else a keyboard would be left
/// on an element that is gone, and a screen reader silent.
fn keep_focus(screen: Memo<Screen>) {
    Effect::new(move |before: Option<Screen>| {
        let now = screen.get();
        if before.as_ref() != Some(&now) {
            let first = before.is_none();
            request_animation_frame(move || {
                let found = document()
                    .query_selector("main [data-autofocus]")
                    .ok()
                    .flatten()
                    .or_else(|| document().query_selector("main h1").ok().flatten().filter(|_| !first));
                if let Some(element) =
                    found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    let _ = element.focus();
                }
                if !first {
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
            });
        }
        now
    });
}
