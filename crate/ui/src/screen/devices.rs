//! This wallet's devices: who holds shares, how they are, and what the owner may change about it.

mod draft;
mod recovery;

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::{ChangeStage, DeviceKind, DeviceView, Phase, RotationView, Severity};

pub use self::draft::Holders;
use self::draft::{Draft, panel};
pub use self::recovery::draw;
use super::change::change_card;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::notice::banner;
use crate::part::page::title;
use crate::{format, messages, testids};

pub fn devices() -> AnyView {
    let app = app();
    let threshold = app.pick(|view| (view.threshold, Holders::of(view)));
    let goes_on = app.pick(|view| view.change.as_ref().map(|change| change.stage));
    let replaces = app.place.with_untracked(|place| place.replaces);
    let draft = RwSignal::new(app.view.with_untracked(|view| Draft::of_code(view, replaces)));
    view! {
        <div class="page">
            {title(messages::DEVICES_TITLE)}
            {move || {
                let (threshold, holders) = threshold.get();
                (threshold > 0).then(|| {
                    view! {
                        <div class="card shield">
                            {icon(Icon::Shield)}
                            <div>
                                <p class="strong">{messages::threshold_title(threshold, holders.all())}</p>
                                <p class="hint">{messages::shares_text(threshold, holders.devices, holders.recovery)}</p>
                            </div>
                        </div>
                    }
                })
            }}
            {change_card()}
            {move || (goes_on.get() != Some(ChangeStage::Asked)).then(|| panel(draft))}
            {list(Some(draft))}
            {move || recovery::recovery(goes_on.get().is_none().then_some(draft))}
            {move || goes_on.get().is_none().then(|| care(draft))}
        </div>
    }
    .into_any()
}

/// All devices, this one first.
pub fn device_list() -> AnyView {
    list(None)
}

fn list(draft: Option<RwSignal<Option<Draft>>>) -> AnyView {
    let app = app();
    let devices = app.pick(|view| view.devices.clone());
    let goes_on = app.pick(|view| view.change.is_some());
    let minute = app.minute();
    view! {
        <ul class="list">
            {move || {
                let all = devices.get();
                let own_version = all.iter().find(|device| device.me).and_then(|device| device.app_version.clone());
                let draft = draft.filter(|_| !goes_on.get());
                all.iter()
                    .map(|device| row(device, own_version.as_deref(), minute.get(), actions(device, &all, draft)))
                    .collect_view()
            }}
        </ul>
    }
    .into_any()
}

fn row(device: &DeviceView, own_version: Option<&str>, now: Timestamp, actions: AnyView) -> AnyView {
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
        device.tested_at.map(|then| messages::tested(&format::ago(now, then))),
        device.app_version.as_ref().map(|version| format!("{} {version}", messages::APP_VERSION)),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li
            class="row"
            data-fell-back=device.fell_back.to_string()
            data-testid=testids::DEVICE_ROW
            data-device=device.id.clone()
            data-name=device.name.clone()
            data-online=online.to_string()
            data-epoch=device.epoch.map(|epoch| epoch.to_string())
            data-party=device.party.map(|party| party.to_string())
        >
            <span class="row-icon">{icon(kind_icon(device.kind))}</span>
            <span class="grow">
                <bdi class="strong clip">{device.name.clone()}</bdi>
                <span class="state" class:ok=online><span class="dot"></span>{state}</span>
                <span class="hint">{facts}</span>
                {skew.then(|| view! { <span class="hint warning">{messages::OTHER_VERSION}</span> })}
                {device.fell_back.then(|| view! { <span class="hint warning">{messages::DEVICE_FELL_BACK}</span> })}
                {device.behind.then(|| view! { <span class="hint warning">{messages::BEHIND}</span> })}
                {device.former.then(|| view! { <span class="hint">{messages::FORMER}</span> })}
            </span>
            {actions}
        </li>
    }
    .into_any()
}

/// What the owner may do with a device.
fn actions(device: &DeviceView, all: &[DeviceView], draft: Option<RwSignal<Option<Draft>>>) -> AnyView {
    let app = app();
    let named = |device: &DeviceView| (device.id.clone(), device.name.clone());
    let button = |testid, label: &'static str, act: Box<dyn Fn()>| {
        view! {
            <button
                type="button"
                class="button small"
                data-testid=testid
                aria-label=messages::for_device(label, &device.name)
                on:click=move |_| act()
            >
                {label}
            </button>
        }
        .into_any()
    };
    let forget = || {
        let device = device.id.clone();
        let act = move || app.send(Command::ForgetDevice { device: device.clone() });
        button(testids::DEVICE_FORGET, messages::DEVICE_FORGET, Box::new(act))
    };
    // One that fell back is not signed with until the owner says that it is all right.
    let accept = device.fell_back.then(|| {
        let device = device.id.clone();
        let act = move || app.send(Command::AcceptDevice { device: device.clone() });
        button(testids::DEVICE_ACCEPT, messages::DEVICE_ACCEPT, Box::new(act))
    });
    let is_linking = app.view.with_untracked(|view| view.phase == Phase::Linking);
    // Before there is a key, a device linked by mistake can go again; so can one that holds no share any more.
    if device.party.is_none() {
        let newcomer = (!device.me && !device.former).then(|| named(device));
        let add = newcomer.zip(draft).map(|(add, draft)| {
            let act = move || draft.set(Some(Draft { add: Some(add.clone()), ..Draft::default() }));
            button(testids::DEVICE_ADD, messages::DEVICE_ADD, Box::new(act))
        });
        let gone = (!device.me && (is_linking || draft.is_some())).then(forget);
        return view! { <span class="actions">{accept}{add}{gone}</span> }.into_any();
    }
    let Some(draft) = draft else { return view! { <span class="actions">{accept}</span> }.into_any() };
    // A device that waits for a share can take the place of one that holds one.
    let waiting = all.iter().find(|other| !other.me && other.party.is_none() && !other.former).map(named);
    let leaving = named(device);
    let replace = waiting.filter(|_| !device.me).map(|add| {
        let remove = leaving.clone();
        let act = move || {
            draft.set(Some(Draft {
                add: Some(add.clone()),
                remove: Some(remove.clone()),
                ..Draft::default()
            }));
        };
        button(testids::DEVICE_REPLACE, messages::DEVICE_REPLACE, Box::new(act))
    });
    let holders = all.iter().filter(|device| device.party.is_some()).count();
    let remove = (!device.me && holders > 2).then(|| {
        let act = move || draft.set(Some(Draft { remove: Some(leaving.clone()), ..Draft::default() }));
        button(testids::DEVICE_REMOVE, messages::REMOVE, Box::new(act))
    });
    view! { <span class="actions">{accept}{replace}{remove}</span> }.into_any()
}

/// How old the shares are, and what renews them or changes who holds them.
fn care(draft: RwSignal<Option<Draft>>) -> AnyView {
    let app = app();
    let rotation = app.pick(|view| view.rotation.clone());
    let holders = app.pick(|view| view.devices.iter().filter(|device| device.party.is_some()).count());
    let threshold = app.pick(|view| view.threshold);
    let minute = app.minute();
    let ask = Ask::new(app);
    view! {
        {move || rotation.get().map(|rotation| age(&rotation, minute.get()))}
        <div class="actions">
            <button
                type="button"
                class="button wide"
                data-testid=testids::ROTATE
                on:click=move |_| draft.set(Some(Draft::default()))
            >
                {icon(Icon::Refresh)}
                {messages::ROTATE}
            </button>
            <button
                type="button"
                class="button wide"
                data-testid=testids::INVITE
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(Command::Invite)
            >
                {icon(Icon::Add)}
                {messages::INVITE_ANOTHER}
            </button>
            {move || {
                let change = move |_| {
                    draft.set(Some(Draft { threshold: Some(threshold.get_untracked()), ..Draft::default() }));
                };
                (holders.get() > 2).then(|| view! {
                    <button
                        type="button"
                        class="button quiet wide"
                        data-testid=testids::THRESHOLD_EDIT
                        on:click=change
                    >
                        {messages::THRESHOLD_EDIT}
                    </button>
                })
            }}
            {ask.refused()}
        </div>
    }
    .into_any()
}

fn age(rotation: &RotationView, now: Timestamp) -> AnyView {
    let made = match rotation.rotated_at {
        Some(then) => messages::rotated(&format::ago(now, then)),
        None => messages::ROTATED_NEVER.to_owned(),
    };
    view! {
        {rotation.due.then(|| banner(Severity::Warning, messages::ROTATE_DUE))}
        {rotation.unfinished.then(|| banner(Severity::Warning, messages::CHANGE_UNFINISHED))}
        <p class="hint" data-testid=testids::ROTATED data-due=rotation.due.to_string()>{made}</p>
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
