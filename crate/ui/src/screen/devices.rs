//! This wallet's devices.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::{DeviceKind, DeviceView, Phase};

use crate::app::app;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::{format, messages, testids};

pub fn devices() -> AnyView {
    let app = app();
    let threshold = app.pick(|view| (view.threshold, u16::try_from(view.devices.len()).unwrap_or(u16::MAX)));
    view! {
        <div class="page">
            {title(messages::DEVICES_TITLE)}
            {move || {
                let (threshold, count) = threshold.get();
                (threshold > 0).then(|| {
                    view! {
                        <div class="card shield">
                            {icon(Icon::Shield)}
                            <div>
                                <p class="strong">{messages::threshold_title(threshold, count)}</p>
                                <p class="hint">{messages::threshold_text(threshold, count)}</p>
                            </div>
                        </div>
                    }
                })
            }}
            {device_list()}
        </div>
    }
    .into_any()
}

/// All devices, this one first.
pub fn device_list() -> AnyView {
    let app = app();
    let devices = app.pick(|view| view.devices.clone());
    let minute = app.minute();
    view! {
        <ul class="list">
            {move || {
                let own_version = devices.with(|devices| {
                    devices.iter().find(|device| device.me).and_then(|device| device.app_version.clone())
                });
                devices.get().into_iter().map(|device| row(device, own_version.as_deref(), minute.get())).collect_view()
            }}
        </ul>
    }
    .into_any()
}

fn row(device: DeviceView, own_version: Option<&str>, now: Timestamp) -> AnyView {
    let skew = !device.me
        && matches!((&device.app_version, own_version), (Some(theirs), Some(ours)) if theirs.as_str() != ours);
    let online = device.online || device.me;
    let state = if device.me {
        messages::THIS_DEVICE.to_owned()
    } else if device.online {
        messages::ONLINE.to_owned()
    } else {
        offline(device.last_seen, now)
    };
    let facts = [
        Some(messages::device_kind(device.kind).to_owned()),
        device.epoch.map(|epoch| format!("{} {epoch}", messages::SHARE_EPOCH)),
        device.app_version.as_ref().map(|version| format!("{} {version}", messages::APP_VERSION)),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let name = device.name.clone();
    // Before there is a key, a device linked by mistake can go again; afterwards its share cannot be wished away.
    let app = app();
    let before_key = app.view.with_untracked(|view| view.phase == Phase::Linking);
    let forgettable = (before_key && !device.me && device.party.is_none())
        .then(|| (device.id.clone(), device.name.clone()));
    let fallen = device.fell_back.then(|| (device.id.clone(), device.name.clone()));
    view! {
        <li
            class="row"
            data-fell-back=device.fell_back.to_string()
            data-testid=testids::DEVICE_ROW
            data-device=device.id
            data-name=device.name
            data-online=online.to_string()
        >
            <span class="row-icon">{icon(kind_icon(device.kind))}</span>
            <span class="grow">
                <bdi class="strong clip">{name}</bdi>
                <span class="state" class:ok=online><span class="dot"></span>{state}</span>
                <span class="hint">{facts}</span>
                {skew.then(|| view! { <span class="hint warning">{messages::OTHER_VERSION}</span> })}
                {device.fell_back.then(|| view! { <span class="hint warning">{messages::DEVICE_FELL_BACK}</span> })}
            </span>
            {fallen.map(|(device, name)| view! {
                <button
                    type="button"
                    class="button small"
                    data-testid=testids::DEVICE_ACCEPT
                    aria-label=format!("{}: {name}", messages::DEVICE_ACCEPT)
                    on:click=move |_| app.send(Command::AcceptDevice { device: device.clone() })
                >
                    {messages::DEVICE_ACCEPT}
                </button>
            })}
            {forgettable.map(|(device, name)| view! {
                <button
                    type="button"
                    class="button small"
                    data-testid=testids::DEVICE_FORGET
                    aria-label=format!("{}: {name}", messages::REMOVE)
                    on:click=move |_| app.send(Command::ForgetDevice { device: device.clone() })
                >
                    {messages::REMOVE}
                </button>
            })}
        </li>
    }
    .into_any()
}

/// How long a device has been away.
pub fn offline(last_seen: Option<Timestamp>, now: Timestamp) -> String {
    match last_seen {
        Some(then) => messages::last_seen(&format::ago(now, then)),
        None => messages::NEVER_SEEN.to_owned(),
    }
}

/// The icon of a kind of device.
pub fn kind_icon(kind: DeviceKind) -> Icon {
    match kind {
        DeviceKind::Browser => Icon::Browser,
        DeviceKind::Cosigner => Icon::Cosigner,
        DeviceKind::Phone => Icon::Phone,
    }
}
