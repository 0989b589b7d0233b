//! What was opened, which devices are here, and what is still to be done until new shares can be made.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{DeviceView, OpenedDeviceView, OpenedShareView, View};

use crate::app::App;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::progress::spinner;
use crate::screen::devices::kind_icon;
use crate::screen::key_choice::confirmed_sheet;
use crate::{format, messages, testids};

/// Who gets a share, who leaves, and who is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Plan {
    /// Devices without a share that get one: this one first. Id and name.
    add: Vec<DeviceView>,
    /// Devices of the wallet that are not here, by id.
    remove: Vec<String>,
    /// What is missing, in a sentence; none if new shares can be made.
    missing: Option<String>,
}

impl Plan {
    fn of(view: &View, opened: &OpenedShareView) -> Self {
        let is_old = |id: &str| opened.devices.iter().any(|device| device.id == id);
        let here = opened.devices.iter().filter(|device| device.here).count();
        let gone = opened.devices.iter().filter(|device| !device.here);
        let add: Vec<_> = view
            .devices
            .iter()
            .filter(|device| (device.me || device.online) && !is_old(&device.id))
            .cloned()
            .collect();
        let missing = match opened.missing {
            0 if here + add.len() < usize::from(opened.threshold) => {
                Some(messages::recover_too_few(opened.threshold))
            }
            0 => None,
            missing => Some(messages::recover_missing(missing)),
        };
        Self { add, remove: gone.map(|device| device.id.clone()).collect(), missing }
    }

    fn command(&self) -> Command {
        Command::ChangeDevices {
            add: self.add.iter().map(|device| device.id.clone()).collect(),
            remove: self.remove.clone(),
            threshold: None,
            // As many devices as must sign, and the new recovery share: there is a spare one.
            accept_no_spare: false,
            new_recovery: true,
            drop_recovery: Vec::new(),
        }
    }
}

pub fn opened(app: App) -> AnyView {
    let opened = app.pick(|view| view.recovery.opened.clone());
    let plan = app.pick(|view| view.recovery.opened.as_ref().map(|opened| Plan::of(view, opened)));
    let missing = Memo::new(move |_| plan.with(|plan| plan.as_ref().and_then(|plan| plan.missing.clone())));
    let outdated = app.pick(|view| view.recovery.opened.as_ref().and_then(|opened| opened.outdated.clone()));
    let serves = Memo::new(move |_| plan.with(Option::is_some) && outdated.with(Option::is_none));
    view! {
        {title(messages::OPENED_TITLE)}
        {move || outdated.get().map(|message| view! {
            <p class="banner danger" role="alert" data-testid=testids::OPENED_OLD>
                {icon(Icon::Warning)}
                <span>{message}</span>
            </p>
        })}
        {move || opened.get().map(|opened| facts(&opened))}
        {move || plan.get().filter(|_| serves.get()).map(|plan| newcomers(&plan.add))}
        {move || missing.get().filter(|_| serves.get()).map(|missing| view! {
            <section class="section">
                <h2>{messages::RECOVER_LINK_TITLE}</h2>
                <p class="lead" role="status">{missing}</p>
                {link(app)}
            </section>
        })}
        {move || (serves.get() && missing.with(Option::is_none)).then(|| finish(app, plan))}
    }
    .into_any()
}

fn facts(opened: &OpenedShareView) -> AnyView {
    let shares = messages::shares(opened.threshold);
    let some_gone = opened.devices.iter().any(|device| !device.here);
    let rows = opened.devices.iter().map(row).collect_view();
    view! {
        <dl class="card facts" data-testid=testids::OPENED data-sheet=opened.sheet.clone() data-missing=opened.missing.to_string()>
            <dt>{messages::OPENED_SHEET}</dt>
            <dd class="strong">{opened.sheet.clone()}</dd>
            <dt>{messages::OPENED_MADE}</dt>
            <dd>{format::date(opened.made_at)}</dd>
            <dt>{messages::OPENED_THRESHOLD}</dt>
            <dd>{shares}</dd>
        </dl>
        <section class="section">
            <h2>{messages::OPENED_DEVICES}</h2>
            <ul class="list">{rows}</ul>
            {some_gone.then(|| view! { <p class="hint">{messages::OPENED_OPEN_THERE}</p> })}
        </section>
    }
    .into_any()
}

fn row(device: &OpenedDeviceView) -> AnyView {
    let here = device.here;
    view! {
        <li class="row" data-testid=testids::OPENED_DEVICE data-name=device.name.clone() data-here=here.to_string()>
            <span class="grow">
                <bdi class="strong">{device.name.clone()}</bdi>
                <span class="state" class:ok=here>
                    <span class="dot"></span>
                    {if here { messages::OPENED_HERE } else { messages::OPENED_NOT_HERE }}
                </span>
            </span>
        </li>
    }
    .into_any()
}

fn newcomers(devices: &[DeviceView]) -> AnyView {
    let rows = devices
        .iter()
        .map(|device| {
            let this = device.me.then_some(messages::THIS_DEVICE);
            view! {
                <li class="row">
                    <span class="row-icon">{icon(kind_icon(device.kind))}</span>
                    <span class="grow"><bdi class="strong">{device.name.clone()}</bdi><span class="hint">{this}</span></span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{messages::OPENED_NEW}</h2>
            <ul class="list">{rows}</ul>
        </section>
    }
    .into_any()
}

/// Buttons that begin a pairing. A device of the wallet invites, so here its link is entered first of all.
fn link(app: App) -> AnyView {
    let ask = Ask::new(app);
    view! {
        <p class="hint">{messages::RECOVER_LINK_TEXT}</p>
        <div class="actions">
            <button
                type="button"
                class="button wide"
                data-testid=testids::JOIN_OTHER
                on:click=move |_| app.place.update(|place| place.joining = true)
            >
                {icon(Icon::Link)}
                {messages::RECOVER_JOIN}
            </button>
            <button
                type="button"
                class="button quiet wide"
                data-testid=testids::INVITE
                disabled=move || ask.busy.get()
                on:click=move |_| ask.run(Command::Invite)
            >
                {icon(Icon::Add)}
                {messages::RECOVER_INVITE}
            </button>
            {ask.refused()}
        </div>
    }
    .into_any()
}

/// Enough devices are here: a new code, then new shares.
fn finish(app: App, plan: Memo<Option<Plan>>) -> AnyView {
    let ask = Ask::new(app);
    let sheet = app.pick(confirmed_sheet);
    let draw = move |_| app.place.update(|place| place.drawing = true);
    let propose = move |_| {
        if let Some(plan) = plan.get_untracked() {
            ask.run(plan.command());
        }
    };
    view! {
        {move || match sheet.get() {
            None => view! {
                <section class="section">
                    <h2>{messages::RECOVER_CODE_TITLE}</h2>
                    <p class="hint">{messages::RECOVER_CODE_TEXT}</p>
                    <button type="button" class="button primary wide" data-testid=testids::DRAW_CODE on:click=draw>
                        {icon(Icon::Paper)}
                        {messages::RECOVER_CODE_TITLE}
                    </button>
                </section>
            }
            .into_any(),
            Some(sheet) => view! {
                <p class="banner ok">{icon(Icon::Check)}<span>{messages::code_ready(&sheet)}</span></p>
                <p class="hint">{messages::RECOVER_ASK_TEXT}</p>
                {ask.refused()}
                <button type="button" class="button primary wide" data-testid=testids::RECOVERY_ASK disabled=move || ask.busy.get() on:click=propose>
                    {move || ask.busy.get().then(spinner)}
                    {icon(Icon::Key)}
                    {messages::RECOVER_ASK}
                </button>
            }
            .into_any(),
        }}
        <details class="details">
            <summary>{messages::INVITE_ANOTHER}</summary>
            {link(app)}
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use symbolon_wallet::view::Phase;

    use super::*;
    use crate::sample;

    /// A new browser, with the phone of the wallet linked.
    fn view() -> View {
        let mut view = sample::view(Phase::Linking);
        view.devices.truncate(2);
        view
    }

    #[test]
    fn devices_that_are_not_here_leave_and_this_one_gets_a_share() {
        let view = view();
        let plan = Plan::of(&view, &sample::opened_share(0));
        assert_eq!(plan.missing, None);
        assert_eq!(plan.remove, ["05".repeat(16)]);
        let added: Vec<_> = plan.add.iter().map(|device| device.name.as_str()).collect();
        assert_eq!(added, ["Work laptop"], "the phone holds a share already");
    }

    #[test]
    fn another_new_device_gets_a_share_too_if_it_is_there() {
        let mut view = view();
        view.devices.push(sample::newcomer());
        let names = |view: &View| {
            let plan = Plan::of(view, &sample::opened_share(0));
            plan.add.iter().map(|device| device.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&view), ["Work laptop", "Tablet"]);
        view.devices[2].online = false;
        assert_eq!(names(&view), ["Work laptop"]);
    }

    #[test]
    fn what_is_missing_is_said() {
        let view = view();
        assert!(Plan::of(&view, &sample::opened_share(1)).missing.unwrap().contains("One more share"));
        // Both devices of the wallet are lost, and two recovery shares are open: this device alone could not sign.
        let mut all_lost = sample::opened_share(0);
        all_lost.devices[1].here = false;
        let alone = View { devices: view.devices[..1].to_vec(), ..view };
        assert!(Plan::of(&alone, &all_lost).missing.unwrap().starts_with("2 devices must be there"));
    }
}
