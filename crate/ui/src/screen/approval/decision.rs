//! Yes or no: the buttons below the card, and what has to happen before "yes" counts.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{Card, RequestStatus, RequestView, Severity};

use super::{busy, part};
use crate::app::app;
use crate::arming::{Arming, HOLD_MS, Sight};
use crate::part::ask::Ask;
use crate::part::progress::spinner;
use crate::{format, messages, testids};

/// What the buttons depend on.
#[derive(Clone, PartialEq)]
struct Choice {
    can_decide: bool,
    /// All that is shown but the fee's estimates: whatever else changes under the finger arms the button anew.
    card: Card,
    dangerous: bool,
    status: RequestStatus,
}

pub fn decision(id: String, request: Memo<Option<RequestView>>) -> AnyView {
    let app = app();
    let choice = part(request, |request| Choice {
        can_decide: request.can_decide,
        card: Card { fee: None, ..request.card.clone() },
        dangerous: request.card.risks.iter().any(|risk| risk.severity == Severity::Danger),
        status: request.status.clone(),
    });
    let expires_at = part(request, |request| request.expires_at);
    let ask = Ask::new(app);
    let id = StoredValue::new(id);
    let reject = move |_| {
        app.place.update(|place| {
            place.rejected.insert(id.get_value());
        });
        ask.run(Command::Reject { request: id.get_value() });
    };
    view! {
        <footer class="decision">
            {ask.refused()}
            {move || choice.get().map(|choice| {
                let asks = choice.can_decide && choice.status == RequestStatus::Review;
                let refusable = can_expire(&choice);
                view! {
                    <div class="decision-row">
                        {refusable.then(|| view! {
                            <button
                                type="button"
                                class="button"
                                data-testid=testids::REJECT
                                disabled=move || ask.busy.get()
                                on:click=reject
                            >
                                {if choice.status == RequestStatus::WaitingForOthers { messages::CANCEL } else { messages::REJECT }}
                            </button>
                        })}
                        {retry(&choice.status, id.get_value()).map(|command| {
                            let again = move |_| ask.run(command.clone());
                            view! {
                                <button
                                    type="button"
                                    class="button primary"
                                    data-testid=testids::TRY_AGAIN
                                    disabled=move || ask.busy.get()
                                    on:click=again
                                >
                                    {move || ask.busy.get().then(spinner)}
                                    {messages::TRY_AGAIN}
                                </button>
                            }
                        })}
                        {(!refusable && busy(&choice.status)).then(|| view! {
                            <p class="decision-wait">{spinner()}{messages::ALMOST_DONE}</p>
                        })}
                        {asks.then(|| approve(id.get_value(), choice, ask))}
                    </div>
                }
            })}
            {move || expires_at.get().map(|expires_at| view! {
                <p class="hint center-text" hidden=move || !choice.with(|choice| choice.as_ref().is_some_and(can_expire))>
                    {messages::EXPIRES} " " <span>{move || format::countdown(app.now.get(), expires_at)}</span>
                </p>
            })}
        </footer>
    }
    .into_any()
}

/// Whether it can still end without a signature: by a "no", or by time.
fn can_expire(choice: &Choice) -> bool {
    !matches!(
        choice.status,
        RequestStatus::Broadcasting | RequestStatus::BroadcastFailed { .. } | RequestStatus::Signing
    )
}

/// What "try again" does in a state that stopped.
fn retry(status: &RequestStatus, request: String) -> Option<Command> {
    match status {
        RequestStatus::BroadcastFailed { .. } => Some(Command::RetryBroadcast { request }),
        RequestStatus::PrepareFailed { .. } | RequestStatus::Stalled { .. } => {
            Some(Command::RetrySigning { request })
        }
        _ => None,
    }
}

/// "Approve": armed a second after it came into sight; with a danger, acknowledged and held.
fn approve(id: String, choice: Choice, ask: Ask) -> AnyView {
    let gate = gate();
    let acknowledged = RwSignal::new(false);
    let holding = RwSignal::new(false);
    let turn = StoredValue::new(0_u32); // a hold that was let go must not fire
    let dangerous = choice.dangerous;
    let label = messages::approve(choice.card.kind);
    let ready = move || gate.get() && (!dangerous || acknowledged.get()) && !ask.busy.get();
    let command = StoredValue::new((id, choice.card.digest));
    let yes = move || {
        let (request, digest) = command.get_value();
        ask.run(Command::Approve { request, digest });
    };
    let press = move || {
        if !ready() || holding.get_untracked() {
            return;
        }
        let this = turn.get_value().wrapping_add(1);
        turn.set_value(this);
        holding.set(true);
        set_timeout(
            move || {
                let held = turn.try_get_value() == Some(this) && holding.try_get_untracked() == Some(true);
                if held {
                    holding.set(false);
                    if gate.get_untracked() {
                        yes();
                    }
                }
            },
            Duration::from_millis(HOLD_MS as u64),
        );
    };
    let release = move || {
        turn.try_update_value(|turn| *turn = turn.wrapping_add(1));
        let _ = holding.try_set(false);
    };
    let is_press = |event: &ev::KeyboardEvent| event.key() == " " || event.key() == "Enter";
    view! {
        {dangerous.then(|| view! {
            <label class="check danger acknowledge">
                <input
                    type="checkbox"
                    data-testid=testids::ACKNOWLEDGE
                    prop:checked=move || acknowledged.get()
                    on:change:target=move |event| acknowledged.set(event.target().checked())
                />
                <span>{messages::ACKNOWLEDGE}</span>
            </label>
        })}
        <button
            type="button"
            class="button approve"
            class:primary=!dangerous
            class:danger=dangerous
            class:holding=move || holding.get()
            data-testid=testids::APPROVE
            data-armed=move || gate.get().to_string()
            data-hold=dangerous.to_string()
            disabled=move || !ready()
            on:click=move |event: ev::MouseEvent| {
                // Only a person's own click; a script in the page cannot give one, should one ever get in.
                if !dangerous && event.is_trusted() && ready() {
                    yes();
                }
            }
            on:pointerdown=move |event: ev::PointerEvent| {
                if dangerous && event.is_trusted() && event.button() == 0 {
                    press();
                }
            }
            on:pointerup=move |_| release()
            on:pointerleave=move |_| release()
            on:pointercancel=move |_| release()
            on:contextmenu=move |event: ev::MouseEvent| event.prevent_default()
            on:keydown=move |event: ev::KeyboardEvent| {
                if dangerous && is_press(&event) {
                    event.prevent_default();
                    if event.is_trusted() && !event.repeat() {
                        press();
                    }
                }
            }
            on:keyup=move |event: ev::KeyboardEvent| {
                if dangerous && is_press(&event) {
                    release();
                }
            }
            on:blur=move |_| release()
        >
            <span class="hold-bar" aria-hidden="true"></span>
            <span class="label">
                {move || ask.busy.get().then(spinner)}
                {move || {
                    if ask.busy.get() {
                        messages::APPROVING
                    } else if holding.get() {
                        messages::HOLDING
                    } else if dangerous {
                        messages::HOLD
                    } else if !gate.get() {
                        messages::ARMING
                    } else {
                        label
                    }
                }}
            </span>
        </button>
    }
    .into_any()
}

/// Whether a click counts now. Built anew with every change of what is approved, so that the second starts again.
fn gate() -> RwSignal<bool> {
    let armed = RwSignal::new(false);
    let focused = document().has_focus().unwrap_or(false);
    let arming = StoredValue::new(Arming::new(focused, !document().hidden(), clock()));
    look(armed, arming);
    let saw = move |sight| {
        arming.try_update_value(|arming| arming.saw(sight, clock()));
        look(armed, arming);
    };
    let listeners = [
        window_event_listener(ev::blur, move |_| saw(Sight::Blurred)),
        window_event_listener(ev::focus, move |_| saw(Sight::Focused)),
        window_event_listener(ev::resize, move |_| saw(Sight::Changed)),
        window_event_listener(ev::visibilitychange, move |_| {
            saw(if document().hidden() { Sight::Hidden } else { Sight::Shown });
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    armed
}

/// Takes the button's state over from the clock, and comes back when it is due to change.
fn look(armed: RwSignal<bool>, arming: StoredValue<Arming>) {
    let Some(present) = arming.try_get_value() else { return };
    let now = clock();
    let _ = armed.try_set(present.armed(now));
    if let Some(wait) = present.wait(now).filter(|wait| *wait > 0.0) {
        set_timeout(move || look(armed, arming), Duration::from_millis(wait.ceil() as u64));
    }
}

/// Milliseconds of a clock that never goes back.
fn clock() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
