//! The dApp side: provider, sites, accounts, networks, requests, cards, broadcast and activity.
//!
//! # Seam
//! The device side calls [`Wallet::dapp_unlocked`], [`Wallet::dapp_locked`], [`Wallet::key_activated`],
//! [`Wallet::request_arrived`], [`Wallet::request_signed`], [`Wallet::request_stalled`],
//! [`Wallet::request_cancelled`] and [`Wallet::request_waiting`].

use symbolon_mpc::DeviceId;

use crate::command::Command;
use crate::context::Context;
use crate::event::{ClientId, EffectId, FetchError, Origin, ProviderCall, Timestamp};
use crate::request::{Proposal, RawSignature, RequestId};
use crate::store::Record;
use crate::view::View;
use crate::wallet::{HostConfig, Wallet};

/// Everything that the dApp side remembers.
pub(crate) struct Dapp {}

impl Dapp {
    /// Reads what the store holds: settings, networks, sites, requests, activity.
    pub(crate) fn load(_config: &HostConfig, _records: &[Record]) -> Self {
        Self {}
    }
}

// Called by `Wallet::handle`.
impl Wallet {
    /// After loading: picks up unfinished requests and broadcasts.
    pub(crate) fn dapp_opened(&mut self, _cx: &mut Context<'_>) {}

    /// Commands: the device side first, what it leaves is the dApp side's.
    pub(crate) fn on_command(&mut self, cx: &mut Context<'_>, reply: EffectId, command: Command) {
        let _rest = self.device_command(cx, reply, command);
    }

    pub(crate) fn on_fetched(
        &mut self,
        _cx: &mut Context<'_>,
        _id: EffectId,
        _outcome: Result<Vec<u8>, FetchError>,
    ) {
    }

    pub(crate) fn on_provider(&mut self, _cx: &mut Context<'_>, _call: ProviderCall) {}

    pub(crate) fn on_provider_gone(&mut self, _cx: &mut Context<'_>, _client: ClientId) {}

    pub(crate) fn on_provider_here(&mut self, _cx: &mut Context<'_>, _client: ClientId, _origin: Origin) {}

    pub(crate) fn dapp_tick(&mut self, _cx: &mut Context<'_>) {}

    pub(crate) fn dapp_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Fills the dApp side's part of a view: accounts, activity, balances, networks, requests, sites, settings.
    pub(crate) fn dapp_view(&self, _now: Timestamp, _view: &mut View) {}
}

// Seam: called by the device side.
impl Wallet {
    /// The vault opened: pending connects can be resolved, requests prepared, balances asked.
    pub(crate) fn dapp_unlocked(&mut self, _cx: &mut Context<'_>) {}

    /// The vault closed. Pages are told nothing.
    pub(crate) fn dapp_locked(&mut self, _cx: &mut Context<'_>) {}

    /// New shares became active: accounts exist (or still exist) from here on.
    pub(crate) fn key_activated(&mut self, _cx: &mut Context<'_>) {}

    /// Another device proposes a signing. Decodes, judges and journals it; answers the digest to sign, or the
    /// plain sentence with which this device refuses. The device side then joins the session up to the held
    /// message; approval comes later through `signing_approve` (at once, if policy allows).
    /// A proposal for a request already known with the same body is a new attempt: its approval stands.
    pub(crate) fn request_arrived(
        &mut self,
        _cx: &mut Context<'_>,
        _from: DeviceId,
        _proposal: &Proposal,
    ) -> Result<[u8; 32], String> {
        Err(String::new())
    }

    /// All signatures are there, verified. On the initiating device: assemble, journal, broadcast, answer.
    pub(crate) fn request_signed(
        &mut self,
        _cx: &mut Context<'_>,
        _request: &RequestId,
        _signature: RawSignature,
        _signers: &[DeviceId],
    ) {
    }

    /// The session ended without a signature and will not be retried by itself; nothing was signed.
    pub(crate) fn request_stalled(&mut self, _cx: &mut Context<'_>, _request: &RequestId, _message: String) {}

    /// Another device's owner said no, or the initiating device withdrew it.
    pub(crate) fn request_cancelled(
        &mut self,
        _cx: &mut Context<'_>,
        _from: DeviceId,
        _request: &RequestId,
        _reason: &str,
    ) {
    }

    /// Something about the request's devices changed (came online, opened, approved).
    pub(crate) fn request_waiting(&mut self, cx: &mut Context<'_>, _request: &RequestId) {
        cx.view_changed();
    }
}
