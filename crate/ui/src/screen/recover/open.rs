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
    let codes = Codes::new();
    let refuse = move |code: &str, message: &str| {
        ask.refusal.set(Some(Refusal { code: code.into(), message: message.into() }));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((_, file)) = file.get_untracked() else {
            return refuse("recovery/no-file", messages::RECOVER_FILE_MISSING);
        };
        let typed = codes.typed();
        if typed.is_empty() {
            return refuse("recovery/missing", messages::CODE_MISSING);
        }
        ask.run(Command::OpenRecoveryFile { file, codes: typed, passkey: None });
    };
    let by_passkey = move || {
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
        let count = codes.count.get();
        let fields = codes.shown(count).into_iter().enumerate().map(|(place, code)| {
            let label = match count {
                1 => messages::CODE_INPUT.to_owned(),
                _ => messages::guardian_code(place + 1),
            };
            code_field(format!("code-{place}"), label, code)
        });
        fields.collect_view()
    };
    let more = move |_| codes.count.update(|count| *count += 1);
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
            {move || (codes.count.get() < MOST_CODES).then(|| view! {
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
            {ask.button(testids::RECOVERY_PASSKEY, "button quiet wide", Some(Icon::Key), messages::RECOVER_PASSKEY, by_passkey)}
        </form>
        <p class="hint with-icon">{icon(Icon::Info)}<span>{messages::RECOVER_AGAIN}</span></p>
    }
    .into_any()
}

/// The camera, where this build has one: what it reads goes into the first field that is empty.
fn scanner(app: App, codes: Codes) -> Option<AnyView> {
    #[cfg(feature = "camera")]
    if app.kind != crate::wire::ScreenKind::Popup {
        use crate::part::code::grouped;
        use crate::screen::scan::{Wanted, scanner};
        return Some(scanner(Wanted::RecoveryCode, move |text| codes.fill(grouped(&text))));
    }
    let _ = (app, codes);
    None
}

/// What is typed in. All fields are there from the beginning, and so many of them are shown: one that came with a press of a
/// button would go with it.
#[derive(Clone, Copy)]
struct Codes {
    all: StoredValue<Vec<RwSignal<String>>>,
    count: RwSignal<usize>,
}

impl Codes {
    fn new() -> Self {
        let all = (0..MOST_CODES).map(|_| RwSignal::new(String::new())).collect();
        Self { all: StoredValue::new(all), count: RwSignal::new(1) }
    }

    fn shown(self, count: usize) -> Vec<RwSignal<String>> {
        self.all.with_value(|all| all.iter().take(count).copied().collect())
    }

    fn typed(self) -> Vec<String> {
        let shown = self.shown(self.count.get_untracked());
        let typed = shown.into_iter().map(|code| code.get_untracked());
        typed.filter(|code| !code.trim().is_empty()).collect()
    }

    /// Puts a code into the first field that is empty.
    #[cfg(feature = "camera")]
    fn fill(self, text: String) {
        let is_empty = |code: &RwSignal<String>| code.with_untracked(String::is_empty);
        let Some(place) = self.shown(MOST_CODES).iter().position(is_empty) else { return };
        if let Some(code) = self.shown(place + 1).pop() {
            code.set(text);
        }
        self.count.update(|count| *count = (*count).max(place + 1));
    }
}
