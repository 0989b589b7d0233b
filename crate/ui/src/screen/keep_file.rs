//! The recovery file: saved, and chosen again, so that it was seen to be kept.

use leptos::prelude::*;
use symbolon_wallet::backup::MAX_FILE_BYTES;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::RecoveryShareView;

use super::brand;
use super::settings::passkey::in_tab;
use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::file::binary_file;
use crate::part::icon::{Icon, icon};
use crate::part::page::{title, title_with_back};
use crate::part::progress::spinner;
use crate::route::Tab;
use crate::wire::{Refusal, ScreenKind};
use crate::{export, format, messages, testids};

/// Which file it is: what is drawn of it stays on screen when it was seen to be kept.
#[derive(Clone, PartialEq, Eq)]
struct File {
    name: String,
    party: u16,
    sheet: String,
}

impl File {
    fn of(share: &RecoveryShareView) -> Self {
        Self {
            name: messages::recovery_file_name(&share.sheet, &format::date(share.made_at)),
            party: share.party,
            sheet: share.sheet.clone(),
        }
    }
}

/// Before any page of the wallet: no file was kept yet.
pub fn keep_file() -> AnyView {
    let app = app();
    let files = app.pick(|view| view.recovery.shares.iter().map(File::of).collect::<Vec<_>>());
    view! {
        <div class="page first-run">
            {brand()}
            {title(messages::KEEP_TITLE)}
            <p class="lead">{messages::KEEP_TEXT}</p>
            {move || files.get().iter().map(|file| care(app, file)).collect_view()}
            <p class="hint with-icon">{icon(Icon::Shield)}<span>{messages::KEEP_FIRST}</span></p>
            <p class="hint with-icon">{icon(Icon::Devices)}<span>{messages::KEEP_OTHER}</span></p>
        </div>
    }
    .into_any()
}

/// A page of the open wallet: the file of the share that was chosen.
pub fn recovery_file() -> AnyView {
    let app = app();
    let file = app.pick(move |view| {
        let party = app.place.with_untracked(|place| place.party);
        view.recovery.shares.iter().find(|share| share.party == party).map(File::of)
    });
    view! {
        <div class="page">
            {title_with_back(messages::FILE_TITLE, move || app.go(Tab::Devices))}
            <p class="lead">{messages::FILE_TEXT}</p>
            {move || file.get().map(|file| care(app, &file))}
            <p class="hint with-icon">{icon(Icon::Info)}<span>{messages::FILE_CHANGED}</span></p>
        </div>
    }
    .into_any()
}

/// Saving a file, and choosing it again.
fn care(app: App, file: &File) -> AnyView {
    // The browser's own question would close a toolbar popup.
    if matches!(app.kind, ScreenKind::Approval | ScreenKind::Popup) {
        return in_tab(messages::KEEP_IN_TAB);
    }
    let ask = Ask::new(app);
    let right = RwSignal::new(false);
    let party = file.party;
    let name = file.name.clone();
    let save = move || {
        let name = name.clone();
        right.set(false);
        ask.run_given(Command::GiveRecoveryFile { party }, move |hex| {
            let saved = format::from_hex(&hex).and_then(|bytes| export::download_bytes(&name, &bytes).ok());
            if saved.is_none() {
                let message = messages::FILE_NOT_SAVED.to_owned();
                let _ = ask.refusal.try_set(Some(Refusal { code: "file/not-saved".into(), message }));
            }
        });
    };
    let check = move |_name: String, file: String| {
        let _ = right.try_set(false);
        ask.run_set(Command::CheckRecoveryFile { file }, right, true);
    };
    view! {
        <section class="card stack" data-sheet=file.sheet.clone() aria-label=messages::sheet(&file.sheet)>
            <p class="strong">{messages::sheet(&file.sheet)}</p>
            <p class="hint wrap"><bdi>{file.name.clone()}</bdi></p>
            {ask.button(testids::FILE_DOWNLOAD, "button primary wide", Some(Icon::Down), messages::FILE_DOWNLOAD, save)}
            {binary_file(
                testids::FILE_CHECK,
                messages::FILE_CHECK,
                messages::FILE_CHECK_HINT,
                MAX_FILE_BYTES,
                ask,
                check,
            )}
            {move || ask.busy.get().then(spinner)}
            {ask.refused()}
            <div role="status">
                {move || right.get().then(|| view! {
                    <p class="banner ok" data-testid=testids::FILE_KEPT>{icon(Icon::Check)}<span>{messages::FILE_KEPT}</span></p>
                })}
            </div>
        </section>
    }
    .into_any()
}
