//! Whether the record of decisions is as it was written.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::{JournalState, JournalView, Severity};

use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::notice::banner;
use crate::part::page::section;
use crate::{messages, testids};

pub fn journal() -> AnyView {
    let app = app();
    let journal = app.pick(|view| view.journal.clone());
    section(messages::JOURNAL, move || shown(app, journal.get()))
}

fn shown(app: App, journal: JournalView) -> AnyView {
    let JournalView { entries, head, state } = journal;
    let (name, whole) = match state {
        JournalState::CutOff { .. } => ("cut-off", false),
        JournalState::Edited { .. } => ("edited", false),
        JournalState::Missing { .. } => ("missing", false),
        JournalState::Whole => ("whole", true),
    };
    let said = messages::journal_state(state);
    let counted = messages::journal_head(entries, &head);
    view! {
        <div data-testid=testids::JOURNAL data-state=name data-entries=entries.to_string() data-head=head>
            {if whole {
                view! { <p class="hint">{said}</p> }.into_any()
            } else {
                banner(Severity::Danger, said)
            }}
            <p class="hint monospace">{counted}</p>
            {(!whole).then(|| restart(app))}
        </div>
    }
    .into_any()
}

fn restart(app: App) -> AnyView {
    let ask = Ask::new(app);
    let act = move || ask.run(Command::RestartJournal);
    view! {
        <p class="hint">{messages::JOURNAL_RESTART_HINT}</p>
        {ask.refused()}
        {ask.button(testids::JOURNAL_RESTART, "button wide", None, messages::JOURNAL_RESTART, act)}
    }
    .into_any()
}
