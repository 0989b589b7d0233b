//! The file is chosen, and its code typed in or scanned.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use symbolon_wallet::backup::MAX_FILE_BYTES;
use symbolon_wallet::command::Command;

use crate::app::App;
use crate::part::ask::Ask;
use crate::part::code::code_field;
use crate::part::file::binary_file;
use crate::part::icon::{Icon, icon};
use crate::part::page::title;
use crate::part::passkey;
use crate::part::progress::spinner;
use crate::wire::Refusal;
use crate::{messages, testids};

/// The most guardians whose codes are asked for (docs/recovery.md, 8).
const MOST_CODES: usize = 16;

pub fn open(app: App) -> AnyView {
    let ask = Ask::new(app);
    // Its name and its bytes: the file is public.
    let file = RwSignal::new(None::<(String, String)>);
    let codes = RwSignal::new(vec![RwSignal::new(String::new())]);
    let refuse = move |code: &str, message: &str| {
        ask.refusal.set(Some(Refusal { code: code.into(), message: message.into() }));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((_, file)) = file.get_untracked() else {
            return refuse("recovery/no-file", messages::RECOVER_FILE_MISSING);
        };
        let typed: Vec<_> =
            codes.with_untracked(|codes| codes.iter().map(|code| code.get_untracked()).collect());
        let typed: Vec<String> = typed.into_iter().filter(|code: &String| !code.trim().is_empty()).collect();
        if typed.is_empty() {
            return refuse("recovery/missing", messages::CODE_MISSING);
        }
        ask.run(Command::OpenRecoveryFile { file, codes: typed, passkey: None });
    };
    let by_passkey = move |_| {
        let Some((_, file)) = file.get_untracked() else {
            return refuse("recovery/no-file", messages::RECOVER_FILE_MISSING);
        };
        ask.after(passkey::output_to_recover(), |output| Command::OpenRecoveryFile {
            file,
            codes: Vec::new(),
            passkey: Some(output),
        });
    };
    let chosen = move |name: String, hex: String| {
        let _ = ask.refusal.try_set(None);
        let _ = file.try_set(Some((name, hex)));
    };
    let fields = move || {
        let all = codes.get();
        let alone = all.len() == 1;
        let fields = all.into_iter().enumerate().map(|(place, code)| {
            let label =
                if alone { messages::CODE_INPUT.to_owned() } else { messages::guardian_code(place + 1) };
            code_field(format!("code-{place}"), label, code)
        });
        fields.collect_view()
    };
    let more = move |_| codes.update(|codes| codes.push(RwSignal::new(String::new())));
    view! {
        {title(messages::RECOVER_OPEN_TITLE)}
        <p class="lead">{messages::RECOVER_OPEN_TEXT}</p>
        <form class="form" novalidate on:submit=submit>
            {binary_file(
                testids::RECOVERY_FILE,
                messages::RECOVER_FILE,
                messages::RECOVER_FILE_HINT,
                MAX_FILE_BYTES,
                ask,
                chosen,
            )}
            <div role="status">
                {move || file.get().map(|(name, _)| view! {
                    <p class="hint with-icon">{icon(Icon::Check)}<bdi class="wrap">{messages::file_chosen(&name)}</bdi></p>
                })}
            </div>
            {fields}
            {scanner(app, codes)}
            {move || codes.with(|codes| codes.len() < MOST_CODES).then(|| view! {
                <button type="button" class="button quiet wide" data-testid=testids::CODE_ADD on:click=more>
                    {icon(Icon::Add)}
                    {messages::RECOVER_CODE_ADD}
                </button>
            })}
            {ask.refused()}
            <button type="submit" class="button primary wide" data-testid=testids::RECOVERY_OPEN disabled=move || ask.busy.get()>
                {move || ask.busy.get().then(spinner)}
                {move || if ask.busy.get() { messages::RECOVER_OPENING } else { messages::RECOVER_OPEN }}
            </button>
            <button
                type="button"
                class="button quiet wide"
                data-testid=testids::RECOVERY_PASSKEY
                disabled=move || ask.busy.get()
                on:click=by_passkey
            >
                {icon(Icon::Key)}
                {messages::RECOVER_PASSKEY}
            </button>
        </form>
        <p class="hint with-icon">{icon(Icon::Info)}<span>{messages::RECOVER_AGAIN}</span></p>
    }
    .into_any()
}

/// The camera, where this build has one: what it reads goes into the first field that is empty.
fn scanner(app: App, codes: RwSignal<Vec<RwSignal<String>>>) -> Option<AnyView> {
    #[cfg(feature = "camera")]
    if app.kind != crate::wire::ScreenKind::Popup {
        use crate::part::code::grouped;
        use crate::screen::scan::{Wanted, scanner};
        return Some(scanner(Wanted::RecoveryCode, move |text| {
            let empty = codes.with_untracked(|codes| {
                codes.iter().find(|code| code.with_untracked(String::is_empty)).copied()
            });
            match empty {
                Some(code) => code.set(grouped(&text)),
                None => codes.update(|codes| codes.push(RwSignal::new(grouped(&text)))),
            }
        }));
    }
    let _ = (app, codes);
    None
}
