//! A change that the owner puts together on the page of devices, before any device is asked.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::DeviceView;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::{messages, testids};

/// What the owner is about to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// A device that shall get a share: its id and name.
    pub add: Option<(String, String)>,
    /// A device that shall hold none any more.
    pub remove: Option<(String, String)>,
    /// How many shall sign, where the owner chose it.
    pub threshold: Option<u16>,
}

impl Draft {
    /// How many devices hold shares afterwards.
    fn count(&self, devices: &[DeviceView]) -> u16 {
        let holders = devices.iter().filter(|device| device.party.is_some()).count();
        let holders = u16::try_from(holders).unwrap_or(u16::MAX);
        (holders + u16::from(self.add.is_some())).saturating_sub(u16::from(self.remove.is_some()))
    }

    /// How many sign afterwards: as chosen, or as before, within what so many devices allow.
    fn threshold(&self, before: u16, count: u16) -> u16 {
        self.threshold.unwrap_or(before).clamp(2, count.max(2))
    }
}

/// The panel with the draft: what it would do, how many sign, and the button that asks all devices.
pub fn panel(draft: RwSignal<Option<Draft>>) -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let devices = app.pick(|view| view.devices.clone());
    let before = app.pick(|view| view.threshold);
    let accepted = RwSignal::new(false);
    let facts = Memo::new(move |_| {
        let draft = draft.get()?;
        let count = devices.with(|devices| draft.count(devices));
        let threshold = draft.threshold(before.get(), count);
        Some((draft, count, threshold))
    });
    let needs_word = Memo::new(move |_| {
        let holders = devices.with(|devices| devices.iter().filter(|device| device.party.is_some()).count());
        let had_spare = usize::from(before.get()) < holders;
        facts
            .with(|facts| facts.as_ref().is_some_and(|(_, count, threshold)| count == threshold && had_spare))
    });
    let propose = move |_| {
        let Some((wish, _, threshold)) = facts.get_untracked() else { return };
        let ids = |device: Option<(String, String)>| device.into_iter().map(|(id, _)| id).collect();
        let command = Command::ChangeDevices {
            add: ids(wish.add),
            remove: ids(wish.remove),
            threshold: Some(threshold),
            accept_no_spare: accepted.get_untracked(),
            new_recovery: false,
            drop_recovery: Vec::new(),
        };
        ask.run_then(command, move || {
            let _ = draft.try_set(None);
        });
    };
    view! {
        {move || facts.get().map(|(wish, count, threshold)| view! {
            <section class="card" aria-label=messages::DRAFT_TITLE>
                <h2>{messages::DRAFT_TITLE}</h2>
                <ul class="plain">{lines(&wish)}</ul>
                {choices(draft, count, threshold)}
                {needs_word.get().then(|| acceptance(accepted))}
                <p class="hint">{messages::DRAFT_TEXT}</p>
                {ask.refused()}
                <div class="actions pair">
                    <button
                        type="button"
                        class="button"
                        data-testid=testids::DRAFT_CANCEL
                        on:click=move |_| draft.set(None)
                    >
                        {messages::CANCEL}
                    </button>
                    <button
                        type="button"
                        class="button primary"
                        data-testid=testids::DRAFT_ASK
                        disabled=move || ask.busy.get() || (needs_word.get() && !accepted.get())
                        on:click=propose
                    >
                        {icon(Icon::Key)}
                        {messages::DRAFT_ASK}
                    </button>
                </div>
            </section>
        })}
    }
    .into_any()
}

fn lines(wish: &Draft) -> AnyView {
    let added = wish.add.as_ref().map(|(_, name)| messages::draft_add(name));
    let removed = wish.remove.as_ref().map(|(_, name)| messages::draft_remove(name));
    let is_rotation = added.is_none() && removed.is_none() && wish.threshold.is_none();
    let rotated = is_rotation.then(|| messages::ROTATE_TEXT.to_owned());
    [removed, added, rotated]
        .into_iter()
        .flatten()
        .map(|line| view! { <li data-testid=testids::DRAFT_LINE><bdi>{line}</bdi></li> })
        .collect_view()
        .into_any()
}

/// How many sign afterwards, where there is a choice.
fn choices(draft: RwSignal<Option<Draft>>, count: u16, threshold: u16) -> AnyView {
    if count < 3 {
        return view! { <p class="hint">{messages::threshold_text(threshold, count)}</p> }.into_any();
    }
    let option = move |value: u16| {
        let choose = move |_| {
            draft.update(|draft| {
                if let Some(draft) = draft {
                    draft.threshold = Some(value);
                }
            });
        };
        view! {
            <label class="option" class:chosen=value == threshold>
                <input
                    type="radio"
                    name="threshold-after"
                    data-testid=testids::THRESHOLD
                    value=value.to_string()
                    prop:checked=value == threshold
                    on:change=choose
                />
                <span class="option-text">
                    <span class="option-title">{messages::threshold_title(value, count)}</span>
                    <span class="hint">{messages::threshold_text(value, count)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="section options">
            <legend>{messages::THRESHOLD_AFTER}</legend>
            {(2..=count).map(option).collect_view()}
        </fieldset>
    }
    .into_any()
}

fn acceptance(accepted: RwSignal<bool>) -> AnyView {
    view! {
        <label class="check danger">
            <input
                type="checkbox"
                data-testid=testids::ACCEPT_NO_SPARE
                prop:checked=move || accepted.get()
                on:change:target=move |event| accepted.set(event.target().checked())
            />
            <span>{messages::ACCEPT_NO_SPARE_AFTER}</span>
        </label>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn named(name: &str) -> Option<(String, String)> {
        Some((String::new(), name.to_owned()))
    }

    #[test]
    fn a_draft_counts_the_devices_that_hold_shares_afterwards() {
        let devices = sample::devices();
        let count = |add, remove| Draft { add, remove, threshold: None }.count(&devices);
        assert_eq!(count(None, None), 3);
        assert_eq!(count(named("new"), None), 4);
        assert_eq!(count(None, named("old")), 2);
        assert_eq!(count(named("new"), named("old")), 3);
    }

    #[test]
    fn fewer_devices_lower_how_many_must_sign_to_what_is_possible() {
        let draft = Draft::default();
        assert_eq!(draft.threshold(3, 2), 2);
        assert_eq!(draft.threshold(2, 4), 2);
        assert_eq!(Draft { threshold: Some(3), ..draft }.threshold(2, 4), 3);
    }
}
