//! What a transaction would move, as this device's own node says.

use leptos::prelude::*;
use symbolon_wallet::view::{ChangeKind, ChangeView, Severity, SimulationStatus, SimulationView};

use crate::part::address::address;
use crate::part::icon::icon;
use crate::part::notice::severity_icon;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn simulation(simulation: &SimulationView) -> AnyView {
    let (name, severity) = match simulation.status {
        SimulationStatus::Changes => ("changes", Severity::Info),
        SimulationStatus::NotSimulated => ("notSimulated", Severity::Info),
        SimulationStatus::Pending => ("pending", Severity::Info),
        SimulationStatus::Reverts => ("reverts", Severity::Danger),
        SimulationStatus::RunOnly => ("runOnly", Severity::Info),
    };
    let pending = simulation.status == SimulationStatus::Pending;
    let mark = if pending { spinner().into_any() } else { icon(severity_icon(severity)).into_any() };
    let changes = simulation.changes.iter().map(change).collect_view();
    view! {
        <section class="card simulation" data-testid=testids::SIMULATION data-status=name>
            <h2 class="quiet-heading">{messages::SIMULATION}</h2>
            {(!simulation.changes.is_empty()).then(|| view! { <ul class="list">{changes}</ul> })}
            <p class="hint with-icon">{mark} <span dir="auto">{simulation.message.clone()}</span></p>
        </section>
    }
    .into_any()
}

fn change(change: &ChangeView) -> AnyView {
    let kind = match change.kind {
        ChangeKind::Allowance => "allowance",
        ChangeKind::In => "in",
        ChangeKind::Out => "out",
    };
    view! {
        <li
            class="row"
            data-testid=testids::SIMULATED_CHANGE
            data-kind=kind
            data-token=change.token.clone()
            data-spender=change.spender.clone()
        >
            <span class="grow">
                <bdi class=format!("strong change {kind}")>{change.text.clone()}</bdi>
                {change.note.as_ref().map(|note| view! { <span class="hint warning">{note.clone()}</span> })}
                {change.note.as_ref().and(change.token.as_ref()).map(|token| {
                    view! { <span class="hint">{address(token)}</span> }
                })}
            </span>
        </li>
    }
    .into_any()
}
