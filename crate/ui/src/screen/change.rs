//! A change of who holds shares: what it is, the owner's word on it, and how far it is.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{ChangeDevice, ChangeRole, ChangeStage, Phase, QuorumChangeView};

use super::brand;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::progress::{spinner, steps};
use crate::{messages, testids};

/// The change as a screen of its own: for the owner's word, and on a device that joins.
pub fn change() -> AnyView {
    let app = app();
    let joins = app.pick(|view| view.phase == Phase::Linking);
    view! {
        <div class="page" class:first-run=move || joins.get()>
            {move || joins.get().then(brand)}
            {title(messages::CHANGE_TITLE)}
            {change_card()}
        </div>
    }
    .into_any()
}

/// What changes, who has agreed or is awaited, and how far it is. Nothing, if nothing goes on.
pub fn change_card() -> AnyView {
    let app = app();
    let change = app.pick(|view| view.change.clone());
    let id = Memo::new(move |_| change.with(|change| change.as_ref().map(|change| change.id.clone())));
    let asks = Memo::new(move |_| {
        change.with(|change| {
            change.as_ref().is_some_and(|change| change.stage == ChangeStage::Asked && !change.agreed)
        })
    });
    let has_words = Memo::new(move |_| {
        change.with(|change| change.as_ref().is_some_and(|change| !change.words.is_empty()))
    });
    // The answer's buttons are made anew for another change only: nothing moves under a finger.
    view! {
        {move || change.get().map(facts)}
        {move || {
            let id = id.get().filter(|_| asks.get())?;
            Some(answer(id, has_words.get()))
        }}
    }
    .into_any()
}

fn facts(change: QuorumChangeView) -> AnyView {
    let stage = change.stage;
    let said = match stage {
        ChangeStage::Asked if change.agreed => Some(messages::CHANGE_AGREED),
        ChangeStage::Asked => None,
        ChangeStage::Dealing => Some(messages::CHANGE_DEALING),
        ChangeStage::Testing => Some(messages::CHANGE_TESTING),
    };
    let lines = change.lines.iter().map(|line| {
        view! { <li data-testid=testids::CHANGE_LINE class="strong"><bdi>{line.clone()}</bdi></li> }
    });
    let is_asked = stage == ChangeStage::Asked;
    view! {
        <div class="card">
            <ul class="plain">{lines.collect_view()}</ul>
            {(is_asked && !change.proposer.is_empty())
                .then(|| view! { <p class="hint"><bdi>{messages::proposed_by(&change.proposer)}</bdi></p> })}
            <p class="hint">{messages::CHANGE_TEXT}</p>
        </div>
        {(!change.words.is_empty()).then(|| words(&change.words))}
        {(!is_asked).then(|| steps(testids::CHANGE_PROGRESS, messages::CHANGE_LABEL, change.done, change.total))}
        {said.map(|said| view! { <p class="lead waiting" role="status">{spinner()}<span>{said}</span></p> })}
        <ul class="list">{change.devices.into_iter().map(|device| row(device, is_asked)).collect_view()}</ul>
    }
    .into_any()
}

fn words(words: &[String]) -> AnyView {
    let words = words.iter().map(|word| view! { <li>{word.clone()}</li> }).collect_view();
    view! {
        <p class="lead">{messages::CHANGE_WORDS_TEXT}</p>
        <ol class="words" data-testid=testids::CHANGE_WORDS translate="no">{words}</ol>
    }
    .into_any()
}

fn row(device: ChangeDevice, is_asked: bool) -> AnyView {
    let role = match device.role {
        ChangeRole::Joins => messages::ROLE_JOINS,
        ChangeRole::Leaves => messages::ROLE_LEAVES,
        ChangeRole::Stays => messages::ROLE_STAYS,
    };
    let state = match (is_asked, device.ready) {
        (true, true) => messages::CHANGE_HAS_AGREED,
        (true, false) => messages::CHANGE_NOT_AGREED,
        (false, true) => messages::CHANGE_HERE,
        (false, false) => messages::CHANGE_AWAITED,
    };
    view! {
        <li
            class="row"
            data-testid=testids::CHANGE_DEVICE
            data-name=device.name.clone()
            data-ready=device.ready.to_string()
        >
            <span class="grow"><bdi class="strong">{device.name.clone()}</bdi><span class="hint">{role}</span></span>
            <span class="state" class:ok=device.ready>
                {icon(if device.ready { Icon::Check } else { Icon::Clock })}
                {state}
            </span>
        </li>
    }
    .into_any()
}

/// The two answers; each names the change that was on screen.
fn answer(id: String, has_words: bool) -> AnyView {
    let ask = Ask::new(app());
    let (refuse, agree) = match has_words {
        true => (messages::CHANGE_REFUSE_WORDS, messages::CHANGE_AGREE_WORDS),
        false => (messages::CHANGE_REFUSE, messages::CHANGE_AGREE),
    };
    let button = move |testid, label, class, agree| {
        let id = id.clone();
        view! {
            <button
                type="button"
                class=class
                data-testid=testid
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(Command::ConfirmChange { change: id.clone(), agree })
            >
                {label}
            </button>
        }
    };
    view! {
        {ask.refused()}
        <div class="actions pair">
            {button(testids::CHANGE_REFUSE, refuse, "button", false)}
            {button(testids::CHANGE_AGREE, agree, "button primary", true)}
        </div>
    }
    .into_any()
}
