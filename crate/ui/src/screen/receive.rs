//! The address, to be sent to.

use leptos::prelude::*;

use super::home::active_network;
use crate::app::app;
use crate::part::address::address;
use crate::part::copy::copy;
use crate::part::page::title_with_back;
use crate::part::qr::qr;
use crate::route::Tab;
use crate::{messages, testids};

pub fn receive() -> AnyView {
    let app = app();
    let account = app.pick(|view| view.accounts.iter().find(|a| a.index == view.selected_account).cloned());
    let network = app.pick(|view| active_network(view).map(|network| network.name.clone()));
    view! {
        <div class="page">
            {title_with_back(messages::RECEIVE_TITLE, move || app.go(Tab::Home))}
            <p class="lead">{messages::RECEIVE_TEXT} " " <strong><bdi>{move || network.get()}</bdi></strong></p>
            {move || account.get().map(|account| {
                let text = account.address.clone();
                view! {
                    <div class="qr-card">
                        {qr(testids::RECEIVE_QR, messages::RECEIVE_QR_LABEL, &account.address)}
                        <p class="strong"><bdi>{account.name}</bdi></p>
                    </div>
                    <div class="card address-card" data-testid=testids::RECEIVE_ADDRESS data-address=account.address.clone()>
                        {address(&account.address)}
                        {copy(testids::ADDRESS_COPY, messages::ADDRESS, move || text.clone())}
                    </div>
                }
            })}
        </div>
    }
    .into_any()
}
