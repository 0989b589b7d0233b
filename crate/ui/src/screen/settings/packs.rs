//! The owner's pack of descriptors: its name and hash, another file, none.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, MAX_PACK_BYTES};
use symbolon_wallet::view::PackView;

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::file::file;
use crate::part::icon::{Icon, icon};
use crate::part::progress::spinner;
use crate::{format, messages, testids};

pub fn packs() -> AnyView {
    let app = app();
    let pack = app.pick(|view| view.pack.clone());
    let ask = Ask::new(app);
    view! {
        <p class="hint">{messages::PACK_TEXT}</p>
        {move || pack.get().map(|pack| facts(pack, ask))}
        {file(testids::PACK_FILE, messages::PACK_FILE, messages::PACK_HINT, MAX_PACK_BYTES, ask, move |text| {
            ask.run(Command::LoadPack { text });
        })}
        {move || ask.busy.get().then(spinner)}
        {ask.refused()}
    }
    .into_any()
}

fn facts(pack: PackView, ask: Ask) -> AnyView {
    let remove = move || ask.run(Command::RemovePack);
    let reasons = pack
        .unusable_reasons
        .iter()
        .map(|(id, reason)| view! { <li class="hint wrap"><bdi>{id.clone()}</bdi>": "{reason.clone()}</li> })
        .collect_view();
    let unlisted =
        usize::try_from(pack.unusable).unwrap_or(usize::MAX).saturating_sub(pack.unusable_reasons.len());
    view! {
        <div class="stack" data-testid=testids::PACK data-hash=pack.hash.clone()>
            {pack.damaged.then(|| view! {
                <p class="refusal" data-testid=testids::PACK_DAMAGED>
                    {icon(Icon::Warning)}
                    <span>{messages::PACK_DAMAGED}</span>
                </p>
            })}
            <dl class="facts">
                <dt>{messages::PACK_SOURCE}</dt>
                <dd><bdi>{pack.source.clone()}</bdi></dd>
                <dt>{messages::PACK_WORDS}</dt>
                <dd class="strong">{pack.words.join(" ")}</dd>
                <dt>{messages::PACK_HASH}</dt>
                <dd><code class="bytes">{pack.hash.clone()}</code></dd>
                <dt>{messages::LOADED}</dt>
                <dd>{format::date(pack.loaded_at)}</dd>
                <dt>{messages::PACK_USABLE}</dt>
                <dd>{pack.usable}</dd>
            </dl>
            {(pack.unusable > 0).then(|| view! {
                <details class="details">
                    <summary>{messages::pack_unusable(pack.unusable)}</summary>
                    <ul>{reasons}</ul>
                    {(unlisted > 0).then(|| view! { <p class="hint">{messages::and_more(unlisted)}</p> })}
                </details>
            })}
            {ask.button(testids::PACK_REMOVE, "button small", None, messages::PACK_REMOVE, remove)}
        </div>
    }
    .into_any()
}
