//! A change that the owner puts together on the page of devices, before any device is asked.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::View;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::screen::key_choice::confirmed_sheet;
use crate::{messages, testids};

/// What the owner is about to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// A device that shall get a share: its id and name.
    pub add: Option<(String, String)>,
    /// A recovery share that shall be none any more: its party and sheet.
    pub drop_recovery: Option<(u16, String)>,
    /// The sheet of a new recovery share: its code was drawn and typed in again here.
    pub new_recovery: Option<String>,
    /// A device that shall hold none any more.
    pub remove: Option<(String, String)>,
    /// How many shall sign, where the owner chose it.
    pub threshold: Option<u16>,
}

/// How many hold shares: only devices sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holders {
    /// Devices.
    pub devices: u16,
    /// Recovery shares.
    pub recovery: u16,
}

impl Holders {
    /// Of the wallet as it is.
    pub fn of(view: &View) -> Self {
        let devices = view.devices.iter().filter(|device| device.party.is_some()).count();
        let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Self { devices: count(devices), recovery: count(view.recovery.shares.len()) }
    }

    /// All shares.
    pub fn all(self) -> u16 {
        self.devices.saturating_add(self.recovery)
    }
}

impl Draft {
    /// What the page of devices opens with: a recovery code that was drawn and typed in is there to be used.
    pub fn of_code(view: &View, replaces: Option<u16>) -> Option<Self> {
        let sheet = confirmed_sheet(view)?;
        let replaced = view.recovery.shares.iter().find(|share| Some(share.party) == replaces);
        let drop_recovery = replaced.map(|share| (share.party, share.sheet.clone()));
        Some(Self { drop_recovery, new_recovery: Some(sheet), ..Self::default() })
    }

    /// Who holds shares afterwards.
    fn after(&self, before: Holders) -> Holders {
        let change = |count: u16, more: bool, less: bool| {
            count.saturating_add(u16::from(more)).saturating_sub(u16::from(less))
        };
        Holders {
            devices: change(before.devices, self.add.is_some(), self.remove.is_some()),
            recovery: change(before.recovery, self.new_recovery.is_some(), self.drop_recovery.is_some()),
        }
    }

    /// How many sign afterwards: as chosen, or as before, within what so many devices allow.
    fn threshold(&self, before: u16, devices: u16) -> u16 {
        self.threshold.unwrap_or(before).clamp(2, devices.max(2))
    }
}

/// The panel with the draft: what it would do, how many sign, and the button that asks all devices.
pub fn panel(draft: RwSignal<Option<Draft>>) -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let holders = app.pick(Holders::of);
    let before = app.pick(|view| view.threshold);
    let accepted = RwSignal::new(false);
    let facts = Memo::new(move |_| {
        let draft = draft.get()?;
        let after = draft.after(holders.get());
        let threshold = draft.threshold(before.get(), after.devices);
        Some((draft, after, threshold))
    });
    let needs_word = Memo::new(move |_| {
        let had_spare = before.get() < holders.get().all();
        facts.with(|facts| {
            facts.as_ref().is_some_and(|(_, after, threshold)| after.all() == *threshold && had_spare)
        })
    });
    let cancel = move |_| {
        // Whoever does not use the code that was drawn draws another one next time.
        if draft.with_untracked(|draft| draft.as_ref().is_some_and(|draft| draft.new_recovery.is_some())) {
            app.send(Command::ForgetRecovery);
        }
        draft.set(None);
    };
    let propose = move |_| {
        let Some((wish, _, threshold)) = facts.get_untracked() else { return };
        let ids = |device: Option<(String, String)>| device.into_iter().map(|(id, _)| id).collect();
        let command = Command::ChangeDevices {
            add: ids(wish.add),
            remove: ids(wish.remove),
            threshold: Some(threshold),
            accept_no_spare: accepted.get_untracked(),
            new_recovery: wish.new_recovery.is_some(),
            drop_recovery: wish.drop_recovery.into_iter().map(|(party, _)| party).collect(),
        };
        ask.run_then(command, move || {
            let _ = draft.try_set(None);
        });
    };
    view! {
        {move || facts.get().map(|(wish, after, threshold)| view! {
            <section class="card" aria-label=messages::DRAFT_TITLE>
                <h2>{messages::DRAFT_TITLE}</h2>
                <ul class="plain">{lines(&wish)}</ul>
                {choices(draft, after, threshold)}
                {needs_word.get().then(|| acceptance(accepted))}
                <p class="hint">{messages::DRAFT_TEXT}</p>
                {ask.refused()}
                <div class="actions pair">
                    <button
                        type="button"
                        class="button"
                        data-testid=testids::DRAFT_CANCEL
                        on:click=cancel
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
    let dropped = wish.drop_recovery.as_ref().map(|(_, sheet)| messages::draft_drop_recovery(sheet));
    let new = wish.new_recovery.as_ref().map(|sheet| messages::draft_new_recovery(sheet));
    let is_rotation =
        [&added, &removed, &dropped, &new].into_iter().all(Option::is_none) && wish.threshold.is_none();
    let rotated = is_rotation.then(|| messages::ROTATE_TEXT.to_owned());
    [removed, added, dropped, new, rotated]
        .into_iter()
        .flatten()
        .map(|line| view! { <li data-testid=testids::DRAFT_LINE><bdi>{line}</bdi></li> })
        .collect_view()
        .into_any()
}

/// How many sign afterwards, where there is a choice.
fn choices(draft: RwSignal<Option<Draft>>, after: Holders, threshold: u16) -> AnyView {
    let text = move |threshold| messages::shares_text(threshold, after.devices, after.recovery);
    if after.devices < 3 {
        return view! { <p class="hint">{text(threshold)}</p> }.into_any();
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
                    <span class="option-title">{messages::threshold_title(value, after.all())}</span>
                    <span class="hint">{text(value)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="section options">
            <legend>{messages::THRESHOLD_AFTER}</legend>
            {(2..=after.devices).map(option).collect_view()}
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
    use symbolon_wallet::view::Phase;

    use super::*;
    use crate::sample;

    fn named(name: &str) -> Option<(String, String)> {
        Some((String::new(), name.to_owned()))
    }

    #[test]
    fn a_draft_counts_the_devices_that_hold_shares_afterwards() {
        let before = Holders::of(&sample::view(Phase::Ready));
        let count = |add, remove| Draft { add, remove, ..Draft::default() }.after(before).all();
        assert_eq!(count(None, None), 3);
        assert_eq!(count(named("new"), None), 4);
        assert_eq!(count(None, named("old")), 2);
        assert_eq!(count(named("new"), named("old")), 3);
    }

    #[test]
    fn recovery_shares_are_shares_and_do_not_sign() {
        let mut view = sample::view(Phase::Ready);
        view.recovery = sample::recovery(true);
        let before = Holders::of(&view);
        assert_eq!((before.devices, before.all()), (3, 4));
        let party = view.recovery.shares[0].party;
        let dropped = Draft { drop_recovery: Some((party, sample::SHEET.into())), ..Draft::default() };
        assert_eq!(dropped.after(before), Holders { devices: 3, recovery: 0 });
        let more = Draft { new_recovery: Some("x".into()), ..Draft::default() };
        assert_eq!(more.after(before), Holders { devices: 3, recovery: 2 });
        let renewed = Draft { new_recovery: Some("x".into()), ..dropped };
        assert_eq!(renewed.after(before), before);
    }

    #[test]
    fn a_code_that_was_typed_in_is_offered_in_the_place_of_the_one_that_it_was_drawn_for() {
        let mut view = sample::view(Phase::Ready);
        view.recovery = sample::recovery(true);
        let party = view.recovery.shares[0].party;
        assert_eq!(Draft::of_code(&view, Some(party)), None, "nothing was drawn");
        view.recovery.draft = sample::recovery_draft(false, 1).draft;
        assert_eq!(Draft::of_code(&view, Some(party)), None, "it was not typed in");
        view.recovery.draft = sample::recovery_draft(true, 1).draft;
        let draft = Draft::of_code(&view, Some(party)).unwrap();
        assert_eq!(draft.drop_recovery, Some((party, sample::SHEET.into())));
        // The share that it was drawn for has gone meanwhile: the code is for one more.
        assert_eq!(Draft::of_code(&view, Some(party + 1)).unwrap().drop_recovery, None);
    }

    #[test]
    fn fewer_devices_lower_how_many_must_sign_to_what_is_possible() {
        let draft = Draft::default();
        assert_eq!(draft.threshold(3, 2), 2);
        assert_eq!(draft.threshold(2, 4), 2);
        assert_eq!(Draft { threshold: Some(3), ..draft }.threshold(2, 4), 3);
    }
}
