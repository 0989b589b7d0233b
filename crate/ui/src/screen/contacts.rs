//! The address book.

use leptos::prelude::*;
use symbolon_wallet::command::Command;
use symbolon_wallet::view::ContactView;

use crate::app::{App, app};
use crate::part::address::address;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::page::{section, title_with_back};
use crate::part::progress::spinner;
use crate::route::Tab;
use crate::{format, messages, testids};

pub fn contacts() -> AnyView {
    let app = app();
    let contacts = app.pick(|view| view.contacts.clone());
    let name = RwSignal::new(String::new());
    let at = RwSignal::new(String::new());
    view! {
        <div class="page">
            {title_with_back(messages::CONTACTS_TITLE, move || app.go(Tab::Settings))}
            <p class="hint">{messages::CONTACTS_TEXT}</p>
            {move || {
                let all = contacts.get();
                (!all.is_empty()).then(|| {
                    let rows = all.into_iter().map(|contact| row(app, contact, name, at)).collect_view();
                    view! { <ul class="list">{rows}</ul> }
                })
            }}
            {section(messages::CONTACT_SET, form(app, name, at))}
        </div>
    }
    .into_any()
}

fn row(app: App, contact: ContactView, name: RwSignal<String>, at: RwSignal<String>) -> AnyView {
    let remove = {
        let address = contact.address.clone();
        move |_| app.send(Command::RemoveContact { address: address.clone() })
    };
    let rename = {
        let contact = contact.clone();
        move |_| {
            name.set(contact.name.clone());
            at.set(contact.address.clone());
        }
    };
    view! {
        <li class="row" data-testid=testids::CONTACT_ROW data-address=contact.address.clone() data-name=contact.name.clone()>
            <span class="grow">
                <bdi class="strong clip">{contact.name.clone()}</bdi>
                <span class="hint">{address(&contact.address)}</span>
            </span>
            <button
                type="button"
                class="button small"
                data-testid=testids::CONTACT_RENAME
                aria-label=format!("{}: {}", messages::RENAME, contact.name)
                on:click=rename
            >
                {messages::RENAME}
            </button>
            <button
                type="button"
                class="button small"
                data-testid=testids::CONTACT_REMOVE
                aria-label=format!("{}: {}", messages::REMOVE, contact.name)
                on:click=remove
            >
                {messages::REMOVE}
            </button>
        </li>
    }
    .into_any()
}

fn form(app: App, name: RwSignal<String>, at: RwSignal<String>) -> AnyView {
    let ask = Ask::new(app);
    let tried = RwSignal::new(false);
    let at_wrong = move || (!format::is_address(at.get().trim())).then_some(messages::SEND_TO_BAD);
    let name_wrong = move || name.get().trim().is_empty().then_some(messages::CONTACT_NAME_BAD);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if at_wrong().is_some() || name_wrong().is_some() {
            return;
        }
        let command =
            Command::SetContact { address: at.get().trim().to_owned(), name: name.get().trim().to_owned() };
        ask.run_then(command, move || {
            for field in [name, at] {
                let _ = field.try_set(String::new());
            }
            let _ = tried.try_set(false);
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            {Field::new(testids::CONTACT_NAME, messages::CONTACT_NAME, name)
                .complaint(move || tried.get().then(name_wrong).flatten())
                .view()}
            {Field::new(testids::CONTACT_ADDRESS, messages::CONTACT_ADDRESS, at)
                .monospace()
                .complaint(move || tried.get().then(at_wrong).flatten())
                .view()}
            {ask.refused()}
            <button type="submit" class="button wide" data-testid=testids::CONTACT_SAVE disabled=move || ask.busy.get()>
                {move || ask.busy.get().then(spinner)}
                {messages::SAVE}
            </button>
        </form>
    }
    .into_any()
}
