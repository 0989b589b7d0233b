//! A recovery code: drawn, put on paper, typed in again. Nothing goes on before what was typed in is right.
//!
//! The code is in this screen only while it is shown, and gone with it: not in the view, not in what outlives the screen, never on
//! the clipboard.

mod choose;
mod sheet;
mod type_in;

use leptos::prelude::*;
use symbolon_wallet::view::{Phase, RecoveryDraftView};

use super::brand;
use super::settings::passkey::in_tab;
use crate::app::{App, app};
use crate::part::ask::Ask;
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::wire::ScreenKind;
use crate::{messages, testids};

/// How far the owner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// How the code shall be kept.
    Choose,
    /// The passkey that stands for it is asked once more.
    OnceMore,
    /// It was typed in.
    Ready,
    /// It is on screen.
    Shown,
    /// It is typed in.
    TypeIn,
}

/// The stage: what is on screen stays, and a code that is hidden already is typed in, or drawn again.
fn stage(is_shown: bool, draws_again: bool, draft: Option<&RecoveryDraftView>) -> Stage {
    match draft {
        _ if is_shown => Stage::Shown,
        None => Stage::Choose,
        Some(_) if draws_again => Stage::Choose,
        Some(draft) if draft.confirmed => Stage::Ready,
        Some(draft) if draft.needed == 0 => Stage::OnceMore,
        Some(_) => Stage::TypeIn,
    }
}

pub fn recovery_code() -> AnyView {
    let app = app();
    let draft = app.pick(|view| view.recovery.draft.clone());
    let drawn = RwSignal::new(Vec::<String>::new());
    let again = RwSignal::new(false);
    let was_shown = RwSignal::new(false);
    let ask = Ask::new(app);
    let stage = Memo::new(move |before: Option<&Stage>| match before {
        // The view may be here before the code is.
        Some(Stage::Choose) if ask.busy.get() => Stage::Choose,
        _ => stage(drawn.with(|codes| !codes.is_empty()), again.get(), draft.get().as_ref()),
    });
    let in_wallet = app.pick(|view| view.phase == Phase::Ready);
    let name = move || match stage.get() {
        Stage::Choose => "choose",
        Stage::OnceMore => "once-more",
        Stage::Ready => "ready",
        Stage::Shown => "shown",
        Stage::TypeIn => "type-in",
    };
    view! {
        <div class="page" class:first-run=move || !in_wallet.get() data-testid=testids::RECOVERY_STAGE data-stage=name>
            {move || (!in_wallet.get()).then(|| view! { <div class="no-print">{brand()}</div> })}
            {move || match stage.get() {
                Stage::Choose if app.kind == ScreenKind::Popup => from_popup(app),
                Stage::Choose => choose::choose(app, ask, drawn, again),
                Stage::Shown => sheet::shown(app, draft, drawn, was_shown),
                Stage::OnceMore => type_in::once_more(app, again),
                Stage::TypeIn => type_in::type_in(app, draft, was_shown.get_untracked(), again),
                Stage::Ready => ready(app, draft, again),
            }}
        </div>
    }
    .into_any()
}

fn leave(app: App) {
    app.place.update(|place| place.drawing = false);
}

/// A toolbar popup closes at the first click beside it, and the code with it.
fn from_popup(app: App) -> AnyView {
    view! {
        {title_with_back(messages::CODE_TITLE, move || leave(app))}
        <p class="lead">{messages::CODE_TEXT}</p>
        {in_tab(messages::CODE_IN_TAB)}
    }
    .into_any()
}

fn ready(app: App, draft: Memo<Option<RecoveryDraftView>>, again: RwSignal<bool>) -> AnyView {
    view! {
        <span class="big-icon ok">{icon(Icon::Check)}</span>
        {title_with_back(messages::CODE_READY_TITLE, move || leave(app))}
        <p class="lead" role="status">{move || draft.get().map(|draft| messages::code_ready(&draft.sheet))}</p>
        <p class="hint with-icon">{icon(Icon::Shield)}<span>{messages::CODE_READY_TEXT}</span></p>
        <div class="actions">
            <button type="button" class="button primary wide" data-testid=testids::CODE_CONTINUE on:click=move |_| leave(app)>
                {messages::CODE_CONTINUE}
            </button>
            {draw_again(again)}
        </div>
    }
    .into_any()
}

fn draw_again(again: RwSignal<bool>) -> AnyView {
    view! {
        <button type="button" class="button quiet wide" data-testid=testids::CODE_AGAIN on:click=move |_| again.set(true)>
            {messages::CODE_OTHER}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn nothing_goes_on_before_the_code_was_typed_in() {
        let drawn = sample::recovery_draft(false, 1).draft;
        assert_eq!(stage(false, false, None), Stage::Choose);
        assert_eq!(stage(true, false, drawn.as_ref()), Stage::Shown);
        assert_eq!(stage(false, false, drawn.as_ref()), Stage::TypeIn);
        let passkey = sample::recovery_draft(false, 0).draft;
        assert_eq!(stage(false, false, passkey.as_ref()), Stage::OnceMore);
        let typed = sample::recovery_draft(true, 1).draft;
        assert_eq!(stage(false, false, typed.as_ref()), Stage::Ready);
        assert_eq!(stage(false, true, typed.as_ref()), Stage::Choose);
    }
}
