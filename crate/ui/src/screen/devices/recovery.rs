//! Recovery shares on the page of devices: their sheets and files, new codes, and more or fewer of them.

use leptos::prelude::*;
use symbolon_wallet::view::RecoveryShareView;

use super::draft::Draft;
use crate::app::{App, app};
use crate::part::icon::{Icon, icon};
use crate::part::page::section;
use crate::route::Tab;
use crate::{format, messages, testids};

/// The section. Changes are drafted only where none goes on: then `draft` is there.
pub fn recovery(draft: Option<RwSignal<Option<Draft>>>) -> AnyView {
    let app = app();
    let shares = app.pick(|view| view.recovery.shares.clone());
    let content = view! {
        {move || {
            let shares = shares.get();
            match shares.is_empty() {
                true => view! { <p class="hint">{messages::RECOVERY_NONE}</p> }.into_any(),
                false => {
                    let rows = shares.iter().map(|share| row(app, share, draft)).collect_view();
                    view! { <ul class="list">{rows}</ul> }.into_any()
                }
            }
        }}
        <div class="actions">
            {draft.is_some().then(|| view! {
                <button
                    type="button"
                    class="button wide"
                    data-testid=testids::RECOVERY_ADD
                    on:click=move |_| draw(app, None)
                >
                    {icon(Icon::Add)}
                    {messages::RECOVERY_ADD}
                </button>
            })}
            <button
                type="button"
                class="button quiet wide"
                data-testid=testids::OPEN_MATRIX
                on:click=move |_| app.go(Tab::RecoveryMatrix)
            >
                {icon(Icon::Shield)}
                {messages::MATRIX_OPEN}
            </button>
        </div>
    };
    section(messages::RECOVERY, content)
}

/// Draws a code, for one more share or in the place of another one.
pub fn draw(app: App, replaces: Option<u16>) {
    app.place.update(|place| {
        place.drawing = true;
        place.replaces = replaces;
        place.tab = Tab::Devices;
    });
}

fn row(app: App, share: &RecoveryShareView, draft: Option<RwSignal<Option<Draft>>>) -> AnyView {
    let party = share.party;
    let (kept, sheet) = (share.kept, share.sheet.clone());
    let open = move || {
        app.place.update(|place| {
            place.party = party;
            place.tab = Tab::RecoveryFile;
        });
    };
    let button = |testid, label: &'static str, act: Box<dyn Fn()>| {
        view! {
            <button
                type="button"
                class="button small"
                data-testid=testid
                aria-label=messages::for_device(label, &sheet)
                on:click=move |_| act()
            >
                {label}
            </button>
        }
        .into_any()
    };
    let file = button(testids::RECOVERY_ROW_FILE, messages::FILE_SHORT, Box::new(open));
    let changes = draft.map(|draft| {
        let dropped = share.sheet.clone();
        let act = move || {
            draft.set(Some(Draft { drop_recovery: Some((party, dropped.clone())), ..Draft::default() }));
        };
        let new =
            button(testids::RECOVERY_NEW_CODE, messages::NEW_CODE, Box::new(move || draw(app, Some(party))));
        view! { {new}{button(testids::RECOVERY_REMOVE, messages::REMOVE, Box::new(act))} }
    });
    view! {
        <li
            class="row"
            data-testid=testids::RECOVERY_ROW
            data-sheet=share.sheet.clone()
            data-kept=kept.to_string()
            data-party=party.to_string()
        >
            <span class="row-icon">{icon(Icon::Paper)}</span>
            <span class="grow">
                <span class="strong">{messages::sheet(&share.sheet)}</span>
                <span class="state" class:ok=kept>
                    <span class="dot"></span>
                    {if kept { messages::FILE_IS_KEPT } else { messages::FILE_NOT_KEPT }}
                </span>
                <span class="hint">{messages::file_made(&format::date(share.made_at))}</span>
            </span>
            <span class="actions">{file}{changes}</span>
        </li>
    }
    .into_any()
}
