//! Progress that is seen to go on: a bar of steps, a spinner.

use leptos::prelude::*;

/// A bar of `total` steps of which `done` are done; the one in work moves.
pub fn steps(testid: &'static str, label: &'static str, done: u16, total: u16) -> AnyView {
    // More than this many pieces would be too thin to see.
    let pieces = total.clamp(1, 24);
    let filled = u32::from(done) * u32::from(pieces) / u32::from(total.max(1));
    let pieces = (0..u32::from(pieces))
        .map(|index| {
            let class = match index.cmp(&filled) {
                core::cmp::Ordering::Less => "piece done",
                core::cmp::Ordering::Equal => "piece now",
                core::cmp::Ordering::Greater => "piece",
            };
            view! { <span class=class></span> }
        })
        .collect_view();
    view! {
        <div
            class="steps"
            role="progressbar"
            data-testid=testid
            aria-label=label
            aria-valuemin="0"
            aria-valuenow=done.to_string()
            aria-valuemax=total.to_string()
        >
            {pieces}
        </div>
    }
    .into_any()
}

/// A small turning circle beside a sentence that says what goes on.
pub fn spinner() -> AnyView {
    view! { <span class="spinner" aria-hidden="true"></span> }.into_any()
}
