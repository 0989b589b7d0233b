//! Two devices meet: the invitation, the comparison, the outcome.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{PairingStage, PairingView, SymbolView};

use super::brand;
use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::comparison::comparison;
use crate::part::copy::copy;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::progress::spinner;
use crate::part::qr::qr;
use crate::{format, messages, testids};

pub fn pairing() -> AnyView {
    let app = app();
    let pairing = app.pick(|view| view.pairing.clone());
    view! {
        <div class="page first-run">
            {brand()}
            {move || pairing.get().map(|pairing| stage(app, pairing))}
        </div>
    }
    .into_any()
}

fn stage(app: App, pairing: PairingView) -> AnyView {
    let (name, code) = match &pairing.stage {
        PairingStage::Compare => ("compare", None),
        PairingStage::Connecting => ("connecting", None),
        PairingStage::Done => ("done", None),
        PairingStage::Failed { code, .. } => ("failed", Some(code.clone())),
        PairingStage::Waiting => ("waiting", None),
        PairingStage::WaitingForPeer => ("waitingForPeer", None),
    };
    let content = match pairing.stage.clone() {
        PairingStage::Waiting => waiting(app, &pairing),
        PairingStage::Connecting | PairingStage::Done => connecting(app),
        PairingStage::Compare => compare(app, &pairing),
        PairingStage::WaitingForPeer => waiting_for_peer(app, &pairing),
        PairingStage::Failed { message, .. } => failed(app, &pairing, message),
    };
    view! { <div class="stack" data-testid=testids::PAIRING_STAGE data-stage=name data-code=code>{content}</div> }.into_any()
}

fn waiting(app: App, pairing: &PairingView) -> AnyView {
    let Some(link) = pairing.link.clone() else { return connecting(app) };
    let expires_at = pairing.expires_at;
    let shown = link.clone();
    view! {
        {title(messages::PAIR_TITLE)}
        <p class="lead">{messages::PAIR_TEXT}</p>
        <div class="qr-card">{qr(testids::PAIR_QR, messages::PAIR_QR_LABEL, &link)}</div>
        {expires_at.map(|expires_at| {
            view! {
                <p class="countdown" role="timer">
                    {icon(Icon::Clock)}
                    <span>{messages::PAIR_EXPIRES}</span>
                    <strong data-testid=testids::PAIR_COUNTDOWN>{move || format::countdown(app.now.get(), expires_at)}</strong>
                </p>
            }
        })}
        <div class="field">
            <label for=testids::PAIR_LINK>{messages::PAIR_LINK}</label>
            <div class="input-row">
                <input id=testids::PAIR_LINK data-testid=testids::PAIR_LINK class="monospace" readonly prop:value=shown />
                {copy(testids::PAIR_LINK_COPY, messages::PAIR_LINK, move || link.clone())}
            </div>
        </div>
        {cancel(app)}
    }
    .into_any()
}

fn connecting(app: App) -> AnyView {
    view! {
        {title(messages::PAIR_CONNECTING)}
        <p class="lead waiting" role="status">{spinner()}<span>{messages::PAIR_CONNECTING_TEXT}</span></p>
        {cancel(app)}
    }
    .into_any()
}

fn compare(app: App, pairing: &PairingView) -> AnyView {
    let ask = Ask::new(app);
    view! {
        {title(messages::COMPARE_TITLE)}
        <p class="lead"><bdi>{messages::compare_text(pairing.peer_name.as_deref())}</bdi></p>
        {symbols(&pairing.symbols)}
        <p class="hint with-icon">{icon(Icon::Shield)}<span>{messages::COMPARE_WHY}</span></p>
        {ask.refused()}
        {comparison(
            ask,
            (testids::SYMBOLS_DIFFERENT, messages::COMPARE_DIFFERENT),
            (testids::SYMBOLS_SAME, messages::COMPARE_SAME),
            |same| Command::ConfirmPairing { same },
        )}
    }
    .into_any()
}

fn waiting_for_peer(app: App, pairing: &PairingView) -> AnyView {
    view! {
        {title(messages::COMPARE_TITLE)}
        <p class="lead waiting" role="status">
            {spinner()}
            <bdi>{messages::waiting_for_peer(pairing.peer_name.as_deref())}</bdi>
        </p>
        {symbols(&pairing.symbols)}
        {cancel(app)}
    }
    .into_any()
}

fn failed(app: App, pairing: &PairingView, message: String) -> AnyView {
    let invited = pairing.link.is_some() || !app.place.with_untracked(|place| place.joining);
    let ask = Ask::new(app);
    let again = move |_| {
        if invited {
            ask.run(Command::Invite);
        } else {
            app.link.set(String::new());
            ask.run(Command::CancelPairing);
        }
    };
    let stop = move |_| {
        app.link.set(String::new());
        app.place.update(|place| place.joining = false);
        app.send(Command::CancelPairing);
    };
    view! {
        <span class="big-icon danger">{icon(Icon::Close)}</span>
        {title(messages::PAIR_FAILED)}
        <p class="lead" role="alert" dir="auto">{message}</p>
        {ask.refused()}
        <div class="actions">
            <button type="button" class="button primary wide" data-testid=testids::PAIR_AGAIN on:click=again>
                {if invited { messages::PAIR_AGAIN } else { messages::PAIR_JOIN_AGAIN }}
            </button>
            <button type="button" class="button quiet wide" data-testid=testids::PAIR_CANCEL on:click=stop>
                {messages::CANCEL}
            </button>
        </div>
    }
    .into_any()
}

fn cancel(app: App) -> AnyView {
    let stop = move |_| {
        app.place.update(|place| place.joining = false);
        app.send(Command::CancelPairing);
    };
    view! {
        <button type="button" class="button quiet wide" data-testid=testids::PAIR_CANCEL on:click=stop>
            {messages::CANCEL}
        </button>
    }
    .into_any()
}

fn symbols(symbols: &[SymbolView]) -> AnyView {
    let items = symbols
        .iter()
        .map(|symbol| {
            view! {
                <li data-testid=testids::SYMBOL data-name=symbol.name.clone()>
                    <span class="emoji" aria-hidden="true">{symbol.emoji.clone()}</span>
                    <span>{symbol.name.clone()}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="symbols" data-testid=testids::SYMBOLS aria-label=messages::SYMBOLS_LABEL>{items}</ol> }
        .into_any()
}
