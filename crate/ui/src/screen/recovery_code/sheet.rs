//! The sheets: what is written down by hand from the screen, and what a printer makes of it.
//!
//! On paper stands what its reader needs in ten years, without this program or whoever made it.

use leptos::prelude::*;
use symbolon_wallet::view::RecoveryDraftView;

use crate::app::App;
use crate::part::icon::{Icon, icon, mark};
use crate::part::page::title;
use crate::part::qr::qr;
use crate::{format, messages, testids};

pub fn shown(
    app: App,
    draft: Memo<Option<RecoveryDraftView>>,
    drawn: RwSignal<Vec<String>>,
    was_shown: RwSignal<bool>,
) -> AnyView {
    let is_split = drawn.with_untracked(|codes| codes.len() > 1);
    let written = move |_| {
        was_shown.set(true);
        drawn.set(Vec::new());
    };
    let print = move |_| {
        // A browser that cannot print says so itself; the code stands on screen as well.
        let _ = window().print();
    };
    view! {
        <div class="stack no-print">
            {title(messages::CODE_SHOWN_TITLE)}
            <p class="lead">{if is_split { messages::CODE_SHOWN_SPLIT } else { messages::CODE_SHOWN_TEXT }}</p>
        </div>
        {move || draft.get().map(|draft| sheets(app, drawn, &draft))}
        <div class="actions no-print">
            <button type="button" class="button wide" data-testid=testids::CODE_PRINT on:click=print>
                {icon(Icon::Printer)}
                {messages::CODE_PRINT}
            </button>
            <button type="button" class="button primary wide" data-testid=testids::CODE_WRITTEN on:click=written>
                {messages::CODE_WRITTEN}
            </button>
        </div>
    }
    .into_any()
}

fn sheets(app: App, drawn: RwSignal<Vec<String>>, draft: &RecoveryDraftView) -> AnyView {
    let (names, now) = app.view.with_untracked(|view| {
        let names: Vec<_> = view.devices.iter().map(|device| device.name.clone()).collect();
        (messages::list(&names), view.now)
    });
    let sheets = drawn.with_untracked(|codes| {
        codes
            .iter()
            .enumerate()
            .map(|(place, code)| {
                let guardian = (codes.len() > 1).then(|| (place + 1, codes.len()));
                sheet(code, guardian, draft, &names, &format::date(now))
            })
            .collect_view()
    });
    view! { <div class="sheets">{sheets}</div> }.into_any()
}

/// One sheet. `guardian` is its number, of how many, if the code is split.
fn sheet(
    code: &str,
    guardian: Option<(usize, usize)>,
    draft: &RecoveryDraftView,
    devices: &str,
    date: &str,
) -> AnyView {
    let groups = code
        .split('-')
        .map(|group| view! { <li data-testid=testids::CODE_GROUP>{group.to_owned()}</li> })
        .collect_view();
    let needed = draft.needed;
    let steps = [
        messages::SHEET_STEP_PROGRAM,
        messages::SHEET_STEP_CHOOSE,
        messages::SHEET_STEP_LINK,
        messages::SHEET_STEP_DESTROY,
    ];
    let steps = steps.map(|step| view! { <li>{step}</li> }).collect_view();
    view! {
        <section
            class="sheet"
            aria-label=messages::sheet_of(&draft.sheet, guardian)
            data-testid=testids::CODE_SHEET
            data-sheet=draft.sheet.clone()
            data-guardian=guardian.map(|(number, _)| number.to_string())
        >
            <p class="sheet-head">
                <span class="only-print">{mark()}</span>
                <span class="only-print strong">{messages::SHEET_TITLE}</span>
                <span class="strong sheet-name">{messages::sheet(&draft.sheet)}</span>
            </p>
            {guardian.map(|(number, of)| view! { <p>{messages::guardian(number, of, needed)}</p> })}
            <div class="sheet-code">
                <ol class="code-groups" aria-label=messages::CODE_LABEL translate="no">{groups}</ol>
                {qr(testids::CODE_QR, messages::CODE_QR_LABEL, code)}
            </div>
            <div class="only-print sheet-words">
                <p>{if guardian.is_some() { messages::SHEET_GUARDIAN } else { messages::SHEET_WHAT }}</p>
                <p>{messages::SHEET_SECRET}</p>
                <p>
                    {messages::SHEET_DEVICES} " " <bdi>{devices.to_owned()}</bdi> ". "
                    {messages::SHEET_DRAWN} " " {date.to_owned()} "."
                </p>
                <p class="strong">{messages::SHEET_HOW}</p>
                <ol class="sheet-steps">{steps}</ol>
                <p>{messages::SHEET_FORMAT}</p>
                <p class="strong">{messages::SHEET_NOTES}</p>
                <p class="sheet-line"></p>
                <p class="sheet-line"></p>
                <p class="sheet-line"></p>
            </div>
        </section>
    }
    .into_any()
}
