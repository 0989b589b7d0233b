//! A batch was not stored, and nothing after it was done.

use super::provider::error;
use super::requests::{Entry, Source, Stage};
use super::rpc::{NoAnswer, Purpose};
use crate::context::Context;
use crate::event::FetchError;
use crate::messages;
use crate::store::Batch;
use crate::wallet::Wallet;

impl Wallet {
    /// Gives up what was asked and not yet signed, so that nothing in memory claims to be durable. What is signed
    /// stays, and waits for the owner: trying by itself would fail again as long as the storage does.
    pub(crate) fn dapp_store_failed(&mut self, cx: &mut Context<'_>) {
        if self.dapp.unusable {
            return;
        }
        self.dapp.journal.take_back();
        let (mut kept, given_up): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.dapp.requests).into_iter().partition(|entry| entry.signed.is_some());
        for entry in &mut kept {
            entry.live.stage = Stage::BroadcastFailed(messages::NOT_SAVED.to_owned());
        }
        self.dapp.requests = kept;
        // Answers go first: what stands behind the next store may not be done either.
        for entry in &given_up {
            if self.dapp.bundles.holds(&entry.id) {
                self.call_ended(cx, &entry.id, Err(error::internal(messages::PAGE_NOT_SAVED)));
            } else if let (Source::Page { id, .. }, Some(client)) = (&entry.source, entry.live.client) {
                cx.answer(client, id, Err(error::internal(messages::PAGE_NOT_SAVED)));
            }
        }
        for purpose in std::mem::take(&mut self.dapp.fetches).into_values() {
            self.lost(cx, purpose);
        }
        let mut batch = Batch::default();
        for entry in &given_up {
            batch.delete(entry.key());
            self.cancel_signing(cx, &entry.id, messages::NOT_SAVED);
        }
        cx.store(batch);
        cx.view_changed();
    }

    /// A question that may never have been sent.
    fn lost(&mut self, cx: &mut Context<'_>, purpose: Purpose) {
        match purpose {
            Purpose::CallReceipt { question, place } => {
                self.call_receipt_came(cx, question, place, Err(FetchError::Unreachable));
            }
            Purpose::Height { chain_id, .. } => self.height_came(cx, chain_id, None),
            Purpose::Item(about, _) => {
                let (call, item, account) = *about;
                self.item_came(cx, &call, item, account, Err(NoAnswer::Down(FetchError::Unreachable)));
            }
            Purpose::CheckNetwork(applicant, _) => {
                let (network, applicant) = *applicant;
                self.network_checked(cx, network, applicant, None);
            }
            Purpose::Code { chain_id, address, .. } => self.dapp.knowledge.code_came(chain_id, address, None),
            Purpose::Read { client, id, .. } => {
                cx.answer(client, &id, Err(error::internal(messages::PAGE_NOT_SAVED)));
            }
            Purpose::Receipt { request, .. } => {
                self.receipt_came(cx, &request, Err(NoAnswer::Down(FetchError::Unreachable)));
            }
            Purpose::Token { chain_id, token, question } => {
                self.token_came(cx, chain_id, token, question, Err(FetchError::Unreachable));
            }
            Purpose::L1Fee { request, digest, query } => {
                self.l1_fee_came(cx, &request, digest, &query, Err(FetchError::Unreachable));
            }
            // Balances are asked again; requests were dealt with.
            Purpose::Age { .. }
            | Purpose::Allowance(_)
            | Purpose::Balance { .. }
            | Purpose::Broadcast { .. }
            | Purpose::Known { .. }
            | Purpose::Mined { .. }
            | Purpose::News { .. }
            | Purpose::Prepare { .. }
            | Purpose::Simulate(_) => {}
        }
    }
}
