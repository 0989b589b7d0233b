//! An order with its wait and its refusal: the state behind every form.

use leptos::prelude::*;
use symbolon_wallet::command::Command;

use crate::app::App;
use crate::part::icon::{Icon, icon};
use crate::testids;
use crate::wire::Refusal;

/// An order that is on its way, was refused, or was done.
#[derive(Clone, Copy)]
pub struct Ask {
    /// It is on its way.
    pub busy: RwSignal<bool>,
    /// Why it was refused.
    pub refusal: RwSignal<Option<Refusal>>,
    app: App,
}

impl Ask {
    /// No order yet.
    pub fn new(app: App) -> Self {
        Self { busy: RwSignal::new(false), refusal: RwSignal::new(None), app }
    }

    /// Gives the order, once: a second one waits for the first.
    pub fn run(self, command: Command) {
        self.run_then(command, || ());
    }

    /// Gives the order, and runs `then` once it was done.
    pub fn run_then(self, command: Command, then: impl FnOnce() + 'static) {
        self.run_given(command, |_| then());
    }

    /// Gives an order that asks for something, and hands what it got to `then`: a text, which may be a secret.
    pub fn run_given(self, command: Command, then: impl FnOnce(String) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refusal.set(None);
        self.app.ask(command, move |outcome| {
            // The screen may have gone meanwhile, and its signals with it.
            let _ = self.busy.try_set(false);
            match outcome {
                Ok(given) => then(given.unwrap_or_default()),
                Err(refusal) => {
                    let _ = self.refusal.try_set(Some(refusal));
                }
            }
        });
    }

    /// Gives the order, and sets `flag` once it was done.
    pub fn run_set(self, command: Command, flag: RwSignal<bool>, value: bool) {
        self.run_then(command, move || {
            let _ = flag.try_set(value);
        });
    }

    /// Gives the order that comes of something that the owner is asked elsewhere, such as by the browser.
    pub fn after<T: 'static>(
        self,
        asked: impl Future<Output = Result<T, Refusal>> + 'static,
        order: impl FnOnce(T) -> Command + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refusal.set(None);
        leptos::task::spawn_local(async move {
            let answer = asked.await;
            // Nobody waits any more where the screen has gone meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => self.run(order(answer)),
                Err(refusal) => self.refusal.set(Some(refusal)),
            }
        });
    }

    /// A button that does something with this order; still while one is on its way.
    pub fn button(
        self,
        hook: &'static str,
        class: &'static str,
        sign: Option<Icon>,
        label: &'static str,
        act: impl Fn() + 'static,
    ) -> AnyView {
        let busy = self.busy;
        view! {
            <button type="button" class=class data-testid=hook disabled=move || busy.get() on:click=move |_| act()>
                {sign.map(icon)}
                {label}
            </button>
        }
        .into_any()
    }

    /// Where the refusal is shown, and read aloud at once.
    pub fn refused(self) -> AnyView {
        let refusal = self.refusal;
        view! {
            <div role="alert" class="refusal-slot">
                {move || {
                    refusal.get().map(|refusal| {
                        view! {
                            <p class="refusal" data-testid=testids::FORM_ERROR data-code=refusal.code>
                                {icon(Icon::Warning)}
                                <span dir="auto">{refusal.message}</span>
                            </p>
                        }
                    })
                }}
            </div>
        }
        .into_any()
    }
}
