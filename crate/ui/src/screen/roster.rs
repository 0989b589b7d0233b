//! All devices compare words before a key is made.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use super::brand;
use crate::app::app;
use crate::part::ask::Ask;
use crate::part::comparison::comparison;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::progress::spinner;
use crate::{messages, testids};

pub fn roster() -> AnyView {
    let app = app();
    let ask = Ask::new(app);
    let roster = app.pick(|view| view.roster.clone());
    let words = Memo::new(move |_| {
        roster.with(|roster| roster.as_ref().map(|r| r.words.clone()).unwrap_or_default())
    });
    let devices = Memo::new(move |_| {
        roster.with(|roster| roster.as_ref().map(|r| r.devices.clone()).unwrap_or_default())
    });
    let confirmed = Memo::new(move |_| roster.with(|roster| roster.as_ref().is_some_and(|r| r.confirmed)));
    let threshold = Memo::new(move |_| roster.with(|roster| roster.as_ref().map_or(0, |r| r.threshold)));
    let sheet = Memo::new(move |_| roster.with(|roster| roster.as_ref().and_then(|r| r.recovery.clone())));
    let shares = move || devices.with(Vec::len) + usize::from(sheet.with(Option::is_some));
    view! {
        <div class="page first-run">
            {brand()}
            {title(messages::ROSTER_TITLE)}
            <p class="lead">{messages::ROSTER_TEXT}</p>
            <ol class="words" data-testid=testids::ROSTER_WORDS translate="no">
                {move || words.get().into_iter().map(|word| view! { <li>{word}</li> }).collect_view()}
            </ol>
            <p class="center-text">
                <span class="tag">
                    {move || messages::threshold_title(threshold.get(), u16::try_from(shares()).unwrap_or(0))}
                </span>
            </p>
            <ul class="list">
                {move || {
                    devices.get().into_iter().map(|(name, confirmed)| {
                        view! {
                            <li class="row">
                                <bdi class="grow">{name}</bdi>
                                <span class="state" class:ok=confirmed>
                                    {icon(if confirmed { Icon::Check } else { Icon::Clock })}
                                    {if confirmed { messages::CONFIRMED } else { messages::NOT_CONFIRMED }}
                                </span>
                            </li>
                        }
                    }).collect_view()
                }}
                {move || sheet.get().map(|sheet| view! {
                    <li class="row" data-testid=testids::ROSTER_RECOVERY data-sheet=sheet.clone()>
                        <span class="grow">{messages::RECOVERY_SHARE}</span>
                        <span class="state">{icon(Icon::Paper)}{messages::sheet(&sheet)}</span>
                    </li>
                })}
            </ul>
            {ask.refused()}
            {move || {
                if confirmed.get() {
                    view! { <p class="lead waiting" role="status">{spinner()}<span>{messages::ROSTER_CONFIRMED}</span></p> }
                        .into_any()
                } else {
                    comparison(
                        ask,
                        (testids::ROSTER_DIFFERENT, messages::ROSTER_DIFFERENT),
                        (testids::ROSTER_SAME, messages::ROSTER_SAME),
                        |same| Command::ConfirmRoster { same },
                    )
                }
            }}
        </div>
    }
    .into_any()
}
