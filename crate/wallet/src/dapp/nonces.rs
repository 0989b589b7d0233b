//! What of the selected account is not in a block yet, in the order of its nonces, with the gaps.
//!
//! A chain takes an account's transactions in the order of their nonces and leaves none out: where one is missing,
//! nothing that comes after it is mined, however long it waits. Which nonce comes next is asked of the node; it may be
//! behind what this device has seen in blocks, so the later of the two counts.

use std::collections::BTreeMap;

use symbolon_chain::evm::tx::UnsignedTransaction;
use symbolon_chain::request::EvmSubject;
use symbolon_chain::{Address, Request, rpc};

use super::activity::{Done, Ending};
use super::requests::Entry;
use super::rpc::Purpose;
use crate::context::Context;
use crate::messages;
use crate::view::{NonceView, WaitingState, WaitingView};
use crate::wallet::Wallet;

/// How many transactions of an account are in blocks, by chain and account, as nodes said; gone with the process.
pub(crate) type Mined = BTreeMap<(u64, Address), u64>;

impl Wallet {
    /// Asks how many transactions of the selected account are in blocks, if any wait.
    pub(super) fn ask_mined(&mut self, cx: &mut Context<'_>) {
        let Some(account) = self.selected_account().map(|account| account.address) else { return };
        let network = self.active_network();
        let chain_id = network.chain_id;
        if self.waiting_by_nonce(chain_id, &account).is_empty() {
            return;
        }
        let query = rpc::mined_nonce(&account);
        let body = query.body(1);
        self.ask(cx, &network, &body, Purpose::Mined { chain_id, account, query });
    }

    pub(super) fn mined_came(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        account: Address,
        count: Option<u64>,
    ) {
        if let Some(count) = count
            && self.dapp.mined.insert((chain_id, account), count) != Some(count)
        {
            cx.view_changed();
        }
    }

    /// The line of the selected account on the active network.
    pub(super) fn nonce_views(&self) -> Vec<NonceView> {
        let Some(account) = self.selected_account().map(|account| account.address) else { return Vec::new() };
        let chain_id = self.dapp.networks.active;
        let waiting = self.waiting_by_nonce(chain_id, &account);
        line(waiting, self.next_mined(chain_id, &account))
    }

    fn waiting_by_nonce(&self, chain_id: u64, account: &Address) -> BTreeMap<u64, Vec<WaitingView>> {
        let mut waiting: BTreeMap<u64, Vec<WaitingView>> = BTreeMap::new();
        for done in self.of_account(chain_id, account).filter(|done| done.ending == Ending::Submitted) {
            let Some(nonce) = done.nonce else { continue };
            waiting.entry(nonce).or_default().push(WaitingView {
                headline: done.headline.clone(),
                id: done.id.to_string(),
                replaceable: self.is_replaceable(done),
                state: WaitingState::Submitted,
            });
        }
        for entry in &self.dapp.requests {
            let ours = entry.sign().is_some_and(|ask| ask.chain_id == chain_id && ask.account == *account);
            let Some(nonce) = nonce_of(entry).filter(|_| ours) else { continue };
            waiting.entry(nonce).or_default().push(WaitingView {
                headline: self.headline(&entry.id).0,
                id: entry.id.to_string(),
                replaceable: false,
                state: if entry.signed.is_some() { WaitingState::Sending } else { WaitingState::Asked },
            });
        }
        waiting
    }

    /// The nonce that the chain takes next, as far as this device knows.
    fn next_mined(&self, chain_id: u64, account: &Address) -> Option<u64> {
        let in_block = |done: &&Done| matches!(done.ending, Ending::Confirmed { .. } | Ending::Failed { .. });
        let seen = self.of_account(chain_id, account).filter(in_block).filter_map(|done| done.nonce).max();
        let told = self.dapp.mined.get(&(chain_id, *account)).copied()?;
        Some(seen.map_or(told, |nonce| told.max(nonce.saturating_add(1))))
    }

    fn of_account(&self, chain_id: u64, account: &Address) -> impl Iterator<Item = &Done> {
        let account = *account;
        self.dapp
            .activity
            .iter()
            .filter(move |done| done.chain_id == chain_id && done.account == Some(account))
    }
}

fn nonce_of(entry: &Entry) -> Option<u64> {
    if let Some(signed) = &entry.signed {
        return Some(signed.nonce);
    }
    let Request::Evm(body) = &entry.prepared.as_ref()?.body;
    match &body.subject {
        EvmSubject::Transaction(payload) => {
            UnsignedTransaction::decode(payload).ok().map(|transaction| transaction.nonce)
        }
        EvmSubject::PersonalMessage(_) | EvmSubject::TypedData { .. } => None,
    }
}

/// What waits, in order, and a row for each gap.
fn line(waiting: BTreeMap<u64, Vec<WaitingView>>, next: Option<u64>) -> Vec<NonceView> {
    let mut rows = Vec::new();
    // what has to be mined first
    let mut expected = next.or_else(|| waiting.keys().next().copied()).unwrap_or_default();
    let first = expected;
    for (nonce, entries) in waiting {
        if nonce > expected {
            let last = nonce.saturating_sub(1);
            rows.push(NonceView {
                entries: Vec::new(),
                last,
                message: messages::nonce_gap(expected, last),
                nonce: expected,
            });
        }
        let message = match nonce {
            _ if nonce < first => messages::NONCE_TAKEN.to_owned(),
            _ if nonce == first && next.is_some() => messages::NONCE_NEXT.to_owned(),
            _ if nonce == first => String::new(),
            _ => messages::nonce_after(nonce.saturating_sub(1)),
        };
        rows.push(NonceView { entries, last: nonce, message, nonce });
        expected = expected.max(nonce.saturating_add(1));
    }
    rows
}
