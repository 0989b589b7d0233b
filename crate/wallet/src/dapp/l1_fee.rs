//! What a rollup of the OP stack adds for publishing a transaction on its parent chain.
//!
//! It is in no field of the transaction: the network takes it beside the gas, by the parent chain's own price of that
//! moment. Each device asks its own node (the gas price oracle's `getL1Fee`) and counts a quarter more, because the
//! price may rise before the transaction is in a block. What is not told is said not to be in the maximum, and no
//! device signs such a transaction without its owner.

use symbolon_chain::request::EvmSubject;
use symbolon_chain::rpc::{self, Query};
use symbolon_chain::{Request, U256};

use super::requests::{Entry, Source};
use super::rpc::Purpose;
use crate::context::Context;
use crate::event::FetchError;
use crate::request::RequestId;
use crate::wallet::Wallet;

/// The parent chain's part of a request's fee; gone with the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct L1Fee {
    /// What it is of: a changed request has another fee.
    digest: [u8; 32],
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asked,
    Known(U256),
    /// The node did not tell.
    Unknown,
}

impl Entry {
    fn l1_state(&self) -> Option<State> {
        let digest = self.prepared.as_ref()?.digest;
        self.live.l1_fee.filter(|fee| fee.digest == digest).map(|fee| fee.state)
    }

    /// Most that the parent chain's part is counted to come to, in wei, if it is known.
    pub(super) fn l1_fee(&self) -> Option<U256> {
        match self.l1_state()? {
            State::Known(fee) => Some(fee),
            State::Asked | State::Unknown => None,
        }
    }
}

impl Wallet {
    /// Asks for the parent chain's part of a request's fee, once for each of its digests; what was not told is asked
    /// again.
    pub(super) fn ask_l1_fee(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some(entry) = self.entry(id).filter(|entry| self.has_l1_fee(entry)) else { return };
        let Some(prepared) = &entry.prepared else { return };
        let Request::Evm(body) = &prepared.body;
        let EvmSubject::Transaction(payload) = &body.subject else { return };
        if matches!(entry.l1_state(), Some(State::Asked | State::Known(_))) {
            return;
        }
        let (digest, query) = (prepared.digest, rpc::l1_fee(payload));
        let Some(network) = self.dapp.networks.find(body.chain_id) else { return };
        let asked = query.body(1);
        self.set_l1_fee(id, digest, State::Asked);
        self.ask(cx, &network, &asked, Purpose::L1Fee { request: *id, digest, query });
    }

    pub(super) fn l1_fee_came(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        digest: [u8; 32],
        query: &Query<U256>,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        let chain_id = self.entry(id).and_then(Entry::chain_id).unwrap_or_default();
        let state = match self.read(cx, chain_id, query, outcome) {
            Ok(told) => State::Known(told.saturating_add(told / U256::from(4))),
            Err(_) => State::Unknown,
        };
        let is_current = self.entry(id).is_some_and(|entry| entry.l1_state() == Some(State::Asked));
        if !is_current || self.entry(id).and_then(|it| it.live.l1_fee).map(|it| it.digest) != Some(digest) {
            return;
        }
        self.set_l1_fee(id, digest, state);
        cx.view_changed();
        if self.entry(id).is_some_and(|entry| matches!(entry.source, Source::Device { .. })) {
            self.judge_arrived(cx, id);
        }
    }

    fn set_l1_fee(&mut self, id: &RequestId, digest: [u8; 32], state: State) {
        if let Some(entry) = self.entry_mut(id) {
            entry.live.l1_fee = Some(L1Fee { digest, state });
        }
    }

    /// Whether a request is a transaction on a network that adds such a fee.
    pub(super) fn has_l1_fee(&self, entry: &Entry) -> bool {
        let body = entry.prepared.as_ref().map(|prepared| &prepared.body);
        body.is_some_and(|Request::Evm(body)| {
            matches!(body.subject, EvmSubject::Transaction(_))
                && self.dapp.networks.find(body.chain_id).is_some_and(|network| network.l1_fee)
        })
    }

    /// Whether the node was asked for it, and did not tell.
    pub(super) fn lacks_l1_fee(&self, entry: &Entry) -> bool {
        entry.l1_state() == Some(State::Unknown)
    }

    /// Whether a request's fee has a part that is not known (yet).
    pub(super) fn waits_for_l1_fee(&self, entry: &Entry) -> bool {
        self.has_l1_fee(entry) && entry.l1_fee().is_none()
    }
}
