//! Requests and their approval, through pages' calls and owners' commands only.

use symbolon_wallet::command::Command;
use symbolon_wallet::effect::{CommandError, ProviderError};
use symbolon_wallet::event::{Event, Origin, ProviderCall};
use symbolon_wallet::view::{ActivityView, RequestStatus, RequestView};

use crate::world::{DeviceIndex, World};

/// The page that asks.
pub const ORIGIN: &str = "https://app.example.org";
/// To whom is sent.
pub const RECIPIENT: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

impl World {
    /// The owner sends a little on a device's own screen.
    ///
    /// # Errors
    /// The wallet's answer.
    pub fn send(&mut self, index: DeviceIndex) -> Result<(), CommandError> {
        self.command(
            index,
            Command::Send { to: RECIPIENT.to_owned(), amount: "0.01".to_owned(), token: None },
        )
    }

    /// Sends like [`World::send`], on a device that may die meanwhile: whether it was taken, if it was answered.
    pub fn try_send(&mut self, index: DeviceIndex) -> Option<Result<(), CommandError>> {
        let reply = self
            .order(index, Command::Send { to: RECIPIENT.to_owned(), amount: "0.01".to_owned(), token: None });
        self.run(50);
        self.reply(index, reply)
    }

    /// The owner is at every device: opens what locked itself meanwhile.
    pub fn touch_all(&mut self) {
        for index in 0..self.devices.len() {
            self.restart(index);
        }
        self.run(10_000);
    }

    /// A page of `client` calls the provider.
    pub fn call(&mut self, index: DeviceIndex, client: u64, id: &str, method: &str, params: &str) {
        let call = ProviderCall {
            client,
            origin: Origin(ORIGIN.to_owned()),
            id: id.to_owned(),
            method: method.to_owned(),
            params: params.to_owned(),
        };
        self.event(index, Event::Provider(call));
    }

    /// The answer to a page's call.
    pub fn answer(&self, index: DeviceIndex, id: &str) -> Option<&Result<String, ProviderError>> {
        self.devices[index].answers.iter().rev().find(|(_, of, _)| of == id).map(|(.., outcome)| outcome)
    }

    /// The requests that a device shows; none while it does not run.
    pub fn requests(&self, index: DeviceIndex) -> Vec<RequestView> {
        if self.devices[index].wallet.is_none() { Vec::new() } else { self.view(index).requests }
    }

    /// What a device's journal says.
    pub fn activity(&self, index: DeviceIndex) -> Vec<ActivityView> {
        if self.devices[index].wallet.is_none() { Vec::new() } else { self.view(index).activity }
    }

    /// The owner of a device approves whatever waits there; whether there was anything.
    pub fn approve_all(&mut self, index: DeviceIndex) -> bool {
        let waiting = self
            .requests(index)
            .into_iter()
            .filter(|request| request.can_decide && matches!(request.status, RequestStatus::Review));
        let mut any = false;
        for request in waiting.collect::<Vec<_>>() {
            let command = Command::Approve { request: request.id, digest: request.card.digest };
            any |= self.command(index, command).is_ok();
        }
        any
    }

    /// Waits until this device can decide, and approves.
    pub fn approve(&mut self, index: DeviceIndex) -> bool {
        let can_decide = |world: &Self| {
            world
                .requests(index)
                .iter()
                .any(|request| request.can_decide && request.status == RequestStatus::Review)
        };
        self.run_until(60_000, can_decide) && self.approve_all(index)
    }
}
