//! A full address, in groups of four: the only form in which an address is approved.

use leptos::prelude::*;

use crate::format;

/// The address, every character of it; copying the text by hand gives it without gaps.
pub fn address(text: &str) -> AnyView {
    let groups = format::groups(text);
    let last = groups.len().saturating_sub(1);
    let groups = groups
        .into_iter()
        .enumerate()
        .map(|(index, group)| {
            // The ends are what people compare; they stand out so that the middle is not all they see.
            let class = if index == 0 || index == last { "group end" } else { "group" };
            view! { <span class=class>{group}</span> }
        })
        .collect_view();
    view! { <bdi class="address" translate="no">{groups}</bdi> }.into_any()
}
