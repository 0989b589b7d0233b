//! How far a request is, who is awaited, and what is safe.

use leptos::prelude::*;
use symbolon_wallet::view::{DeviceState, RequestStatus, RequestView, Severity};

use super::{busy, part};
use crate::part::icon::icon;
use crate::part::notice::{severity_icon, severity_name};
use crate::part::progress::spinner;
use crate::{messages, testids};

/// The tests' name of a status, as in the view's JSON.
fn name(status: &RequestStatus) -> &'static str {
    match status {
        RequestStatus::Broadcasting => "broadcasting",
        RequestStatus::BroadcastFailed { .. } => "broadcastFailed",
        RequestStatus::Preparing => "preparing",
        RequestStatus::PrepareFailed { .. } => "prepareFailed",
        RequestStatus::Review => "review",
        RequestStatus::Signing => "signing",
        RequestStatus::Stalled { .. } => "stalled",
        RequestStatus::WaitingForOthers => "waitingForOthers",
    }
}

/// The status' name, or `ended`.
pub fn name_memo(request: Memo<Option<RequestView>>) -> Memo<&'static str> {
    Memo::new(move |_| {
        request.with(|request| request.as_ref().map_or("ended", |request| name(&request.status)))
    })
}

pub fn status(request: Memo<Option<RequestView>>) -> AnyView {
    let status = part(request, |request| (request.status.clone(), awaited(request)));
    view! {
        <div role="status" class="status-slot">
            {move || status.get().and_then(|(status, awaited)| draw(&status, &awaited))}
        </div>
    }
    .into_any()
}

/// Names of the devices whose word is missing.
pub fn awaited(request: &RequestView) -> Vec<String> {
    request
        .devices
        .iter()
        .filter(|device| device.signs && !device.me && device.state != DeviceState::Approved)
        .map(|device| device.name.clone())
        .collect()
}

fn draw(status: &RequestStatus, awaited: &[String]) -> Option<AnyView> {
    let message = match status {
        RequestStatus::Review => return None,
        RequestStatus::BroadcastFailed { message }
        | RequestStatus::PrepareFailed { message }
        | RequestStatus::Stalled { message } => message.clone(),
        RequestStatus::WaitingForOthers => messages::waiting_for(awaited),
        RequestStatus::Broadcasting | RequestStatus::Preparing | RequestStatus::Signing => String::new(),
    };
    let severity = match status {
        RequestStatus::BroadcastFailed { .. } | RequestStatus::Stalled { .. } => Severity::Warning,
        RequestStatus::PrepareFailed { .. } => Severity::Danger,
        _ => Severity::Info,
    };
    // What was not signed can do no harm: where the wallet's sentence does not say so, this one does.
    let unsigned = matches!(status, RequestStatus::PrepareFailed { .. } | RequestStatus::Stalled { .. })
        && !message.to_lowercase().contains("nothing was signed");
    let turning = busy(status) || *status == RequestStatus::WaitingForOthers;
    Some(
        view! {
            <div
                class=format!("banner status {}", severity_name(severity))
                data-testid=testids::REQUEST_STATUS
                data-status=name(status)
            >
                {if turning { spinner() } else { icon(severity_icon(severity)) }}
                <div>
                    <p class="strong">{messages::request_status(status)}</p>
                    {(!message.is_empty()).then(|| view! { <p dir="auto">{message}</p> })}
                    {unsigned.then(|| view! { <p>{messages::NOTHING_SIGNED}</p> })}
                </div>
            </div>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use symbolon_wallet::view::DeviceState;

    use super::*;
    use crate::sample;

    #[test]
    fn only_signing_devices_without_approval_are_awaited() {
        let mut request = sample::request("a");
        request.devices = vec![
            sample::strip("Laptop", true, true, DeviceState::Approved),
            sample::strip("Phone", false, true, DeviceState::Notified),
            sample::strip("Server", false, false, DeviceState::Sent),
        ];
        assert_eq!(awaited(&request), ["Phone"]);
        request.devices[1].state = DeviceState::Approved;
        assert!(awaited(&request).is_empty());
    }
}
