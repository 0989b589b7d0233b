//! The code is typed in from paper, or the passkey that stands for it used once more.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::RecoveryDraftView;

use super::{draw_again, leave};
use crate::app::App;
use crate::part::ask::Ask;
use crate::part::code::code_field;
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::part::passkey;
use crate::part::progress::spinner;
use crate::wire::Refusal;
use crate::{messages, testids};

/// A passkey was made: it is asked once more.
pub fn once_more(app: App, again: RwSignal<bool>) -> AnyView {
    let ask = Ask::new(app);
    let using = move |_| {
        ask.after(passkey::output_to_recover(), |output| Command::ConfirmRecoveryCode {
            codes: Vec::new(),
            passkey: Some(output),
        });
    };
    view! {
        {title_with_back(messages::CODE_PASSKEY_TITLE, move || leave(app))}
        <p class="lead">{messages::CODE_PASSKEY_ONCE_MORE}</p>
        {ask.refused()}
        <div class="actions">
            <button type="button" class="button primary wide" data-testid=testids::CODE_PASSKEY disabled=move || ask.busy.get() on:click=using>
                {move || ask.busy.get().then(spinner)}
                {icon(Icon::Key)}
                {messages::CODE_PASSKEY_USE}
            </button>
            {draw_again(again)}
        </div>
    }
    .into_any()
}

/// The fields for the code that was drawn, and hidden again.
pub fn type_in(
    app: App,
    draft: Memo<Option<RecoveryDraftView>>,
    was_shown: bool,
    again: RwSignal<bool>,
) -> AnyView {
    let ask = Ask::new(app);
    let (needed, sheet) =
        draft.get_untracked().map_or((1, String::new()), |draft| (usize::from(draft.needed), draft.sheet));
    let codes: Vec<_> = (0..needed.max(1)).map(|_| RwSignal::new(String::new())).collect();
    let fields = codes
        .iter()
        .enumerate()
        .map(|(place, code)| {
            let label = match needed {
                0 | 1 => messages::CODE_INPUT.to_owned(),
                _ => messages::guardian_code(place + 1),
            };
            code_field(format!("code-{place}"), label, *code)
        })
        .collect_view();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed: Vec<_> = codes.iter().map(|code| code.get_untracked()).collect();
        if typed.iter().any(|code| code.trim().is_empty()) {
            let message = messages::CODE_MISSING.to_owned();
            ask.refusal.set(Some(Refusal { code: "recovery/missing".into(), message }));
            return;
        }
        ask.run(Command::ConfirmRecoveryCode { codes: typed, passkey: None });
    };
    view! {
        {title_with_back(messages::CODE_TYPE_TITLE, move || leave(app))}
        <p class="strong">{messages::sheet(&sheet)}</p>
        <p class="lead">{if was_shown { messages::CODE_TYPE_TEXT } else { messages::CODE_LEFT }}</p>
        <form class="form" novalidate on:submit=submit>
            {fields}
            {ask.refused()}
            <button type="submit" class="button primary wide" data-testid=testids::CODE_CONFIRM disabled=move || ask.busy.get()>
                {move || ask.busy.get().then(spinner)}
                {messages::CODE_CONFIRM}
            </button>
            {draw_again(again)}
        </form>
    }
    .into_any()
}
