//! Each device's state, and the choice of which other devices sign.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::{DeviceState, DeviceStrip, RequestStatus, RequestView};

use super::part;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::screen::devices::offline;
use crate::{messages, testids};

pub fn strip(id: String, request: Memo<Option<RequestView>>) -> AnyView {
    let app = app();
    let devices = part(request, |request| request.devices.clone());
    let devices = Memo::new(move |_| devices.get().unwrap_or_default());
    // Others can be chosen while there are others, and before anything was signed.
    let choosable = part(request, |request| {
        !matches!(
            request.status,
            RequestStatus::Broadcasting | RequestStatus::BroadcastFailed { .. } | RequestStatus::Signing
        ) && request.relayed_by.is_none()
            && request.devices.iter().any(|device| !device.me && !device.signs)
    });
    let choosing = RwSignal::new(false);
    let minute = app.minute();
    let id = StoredValue::new(id);
    view! {
        {move || {
            (!devices.with(Vec::is_empty)).then(|| view! {
                <section class="section">
                    <h2>{messages::DEVICES_STRIP}</h2>
                    <ul class="strip" data-testid=testids::STRIP>
                        {move || {
                            devices.get().into_iter().filter(|device| device.signs)
                                .map(|device| item(device, minute.get())).collect_view()
                        }}
                    </ul>
                    {move || {
                        (choosable.get() == Some(true)).then(|| view! {
                            {instead(id.get_value(), devices)}
                            <button
                                type="button"
                                class="button quiet small"
                                data-testid=testids::COSIGNER_EDIT
                                aria-expanded=move || choosing.get().to_string()
                                on:click=move |_| choosing.update(|choosing| *choosing = !*choosing)
                            >
                                {icon(Icon::Devices)}
                                {messages::SIGN_WITH}
                            </button>
                            {move || choosing.get().then(|| chooser(id.get_value(), devices, choosing))}
                        })
                    }}
                </section>
            })
        }}
    }
    .into_any()
}

fn item(device: DeviceStrip, now: Timestamp) -> AnyView {
    let (class, which) = match device.state {
        DeviceState::Approved => ("state ok", Icon::Check),
        DeviceState::Rejected => ("state bad", Icon::Close),
        DeviceState::Offline => ("state", Icon::Warning),
        DeviceState::Opened => ("state now", Icon::Eye),
        DeviceState::Notified | DeviceState::Sent => ("state", Icon::Clock),
    };
    let words = match device.state {
        DeviceState::Offline => offline(device.last_seen, now),
        // This device's own "opened" is no news to who reads it here.
        DeviceState::Opened | DeviceState::Notified | DeviceState::Sent if device.me => {
            messages::THIS_DEVICE.to_owned()
        }
        state => messages::device_state(state).to_owned(),
    };
    let name = device.name.clone();
    view! {
        <li
            class="strip-device"
            data-testid=testids::STRIP_DEVICE
            data-device=device.id
            data-name=device.name
            data-signs=device.signs.to_string()
            data-state=state_name(device.state)
        >
            <bdi class="strong clip">{name}</bdi>
            <span class=class>{icon(which)}{words}</span>
        </li>
    }
    .into_any()
}

fn state_name(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Approved => "approved",
        DeviceState::Notified => "notified",
        DeviceState::Offline => "offline",
        DeviceState::Opened => "opened",
        DeviceState::Rejected => "rejected",
        DeviceState::Sent => "sent",
    }
}

/// If a signing device is offline while another one is there: the one next step.
fn instead(id: String, devices: Memo<Vec<DeviceStrip>>) -> AnyView {
    let app = app();
    let swap = Memo::new(move |_| devices.with(|devices| substitute(devices)));
    view! {
        {move || swap.get().map(|swap| {
            let id = id.clone();
            let chosen = swap.chosen.clone();
            let send =
                move |_| app.send(Command::ChooseCosigners { request: id.clone(), devices: chosen.clone() });
            view! {
                <p class="hint"><bdi>{messages::sign_with_instead(&swap.offline, &swap.online)}</bdi></p>
                <button type="button" class="button small" data-testid=testids::COSIGNER_SAVE on:click=send>
                    <bdi>{messages::sign_with(&swap.online)}</bdi>
                </button>
            }
        })}
    }
    .into_any()
}

/// An offline signer and who could take its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Substitute {
    chosen: Vec<String>,
    offline: String,
    online: String,
}

fn substitute(devices: &[DeviceStrip]) -> Option<Substitute> {
    let offline = devices.iter().find(|d| d.signs && !d.me && d.state == DeviceState::Offline)?;
    let online = devices.iter().find(|d| !d.signs && !d.me && d.state != DeviceState::Offline)?;
    let chosen = devices
        .iter()
        .filter(|d| d.signs && !d.me)
        .map(|d| if d.id == offline.id { online.id.clone() } else { d.id.clone() })
        .collect();
    Some(Substitute { chosen, offline: offline.name.clone(), online: online.name.clone() })
}

fn chooser(id: String, devices: Memo<Vec<DeviceStrip>>, choosing: RwSignal<bool>) -> AnyView {
    let ask = Ask::new(app());
    let present = devices.get_untracked();
    let signers = |all: &[DeviceStrip]| {
        all.iter().filter(|d| d.signs && !d.me).map(|d| d.id.clone()).collect::<Vec<_>>()
    };
    let needed = signers(&present).len();
    let chosen = RwSignal::new(signers(&present));
    let items = present
        .into_iter()
        .filter(|device| !device.me)
        .map(|device| {
            let (own, other) = (device.id.clone(), device.id.clone());
            let toggle = move |_| chosen.update(|chosen| choose(chosen, &own, needed));
            view! {
                <label class="check">
                    <input
                        type=if needed == 1 { "radio" } else { "checkbox" }
                        name="cosigner"
                        data-testid=testids::COSIGNER_CHOICE
                        data-device=device.id
                        data-name=device.name.clone()
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&other))
                        on:change=toggle
                    />
                    <bdi class="grow">{device.name}</bdi>
                    <span class="hint">{messages::device_state(device.state)}</span>
                </label>
            }
        })
        .collect_view();
    let save = move |_| {
        let command = Command::ChooseCosigners { request: id.clone(), devices: chosen.get() };
        ask.run_set(command, choosing, false);
    };
    view! {
        <fieldset class="options">
            <legend class="hint">{messages::choose_devices(needed)}</legend>
            {items}
        </fieldset>
        {ask.refused()}
        <button
            type="button"
            class="button small"
            data-testid=testids::COSIGNER_SAVE
            disabled=move || chosen.with(Vec::len) != needed || ask.busy.get()
            on:click=save
        >
            {messages::SIGN_WITH_SAVE}
        </button>
    }
    .into_any()
}

/// Toggles a device; of exactly one, the new one replaces the old.
fn choose(chosen: &mut Vec<String>, id: &str, needed: usize) {
    if needed == 1 {
        *chosen = vec![id.to_owned()];
    } else if let Some(at) = chosen.iter().position(|other| other == id) {
        chosen.remove(at);
    } else {
        chosen.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::strip;

    #[test]
    fn an_online_device_is_offered_for_an_offline_signer() {
        let devices = [
            strip("Laptop", true, true, DeviceState::Opened),
            strip("Phone", false, true, DeviceState::Offline),
            strip("Server", false, false, DeviceState::Sent),
        ];
        let offered = substitute(&devices).unwrap();
        assert_eq!(offered.online, "Server");
        assert_eq!(offered.chosen, [devices[2].id.clone()]);
    }

    #[test]
    fn nothing_is_offered_while_the_signers_are_there() {
        let devices = [
            strip("Laptop", true, true, DeviceState::Opened),
            strip("Phone", false, true, DeviceState::Notified),
            strip("Server", false, false, DeviceState::Sent),
        ];
        assert_eq!(substitute(&devices), None);
    }

    #[test]
    fn nothing_is_offered_when_everybody_is_away() {
        let devices = [
            strip("Phone", false, true, DeviceState::Offline),
            strip("Server", false, false, DeviceState::Offline),
        ];
        assert_eq!(substitute(&devices), None);
    }

    #[test]
    fn with_one_cosigner_a_choice_replaces_the_other() {
        let mut chosen = vec!["phone".to_owned()];
        choose(&mut chosen, "server", 1);
        assert_eq!(chosen, ["server"]);
    }

    #[test]
    fn with_more_cosigners_a_choice_toggles() {
        let mut chosen = vec!["phone".to_owned()];
        choose(&mut chosen, "server", 2);
        assert_eq!(chosen, ["phone", "server"]);
        choose(&mut chosen, "phone", 2);
        assert_eq!(chosen, ["server"]);
    }
}
