//! The dApp side: provider, sites, accounts, networks, requests, cards, broadcast and activity.
//!
//! # Seam
//! The device side calls [`Wallet::dapp_unlocked`], [`Wallet::dapp_locked`], [`Wallet::key_activated`],
//! [`Wallet::key_dropped`], [`Wallet::request_arrived`], [`Wallet::request_signed`], [`Wallet::request_stalled`],
//! [`Wallet::request_cancelled`], [`Wallet::request_waiting`], [`Wallet::pack_hash`] and
//! [`Wallet::dapp_erase`].

mod accounts;
mod activity;
mod allowances;
mod arrive;
mod balances;
mod book;
mod broadcast;
mod bundles;
mod card;
mod claims;
mod command;
mod items;
mod journal;
mod knowledge;
mod l1_fee;
mod limit;
mod load;
mod networks;
mod nonces;
mod packs;
mod policy;
mod prepare;
mod provider;
mod record;
mod replace;
mod requests;
mod rpc;
mod rules;
mod seam;
mod send;
mod simulate;
mod site_risks;
mod sites;
mod store_failed;
mod subscriptions;
mod view;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use symbolon_chain::Address;

use self::accounts::Account;
use self::activity::Done;
use self::balances::Balances;
use self::bundles::Bundles;
use self::items::Item;
pub use self::journal::Head;
use self::journal::Journal;
use self::knowledge::{Knowledge, WatchedToken};
use self::networks::Networks;
use self::policy::Ledger;
use self::provider::answers::Answers;
use self::provider::calls::StatusQuestion;
use self::requests::Entry;
use self::rpc::Purpose;
use self::rules::Rules;
use self::sites::Site;
use self::subscriptions::Subscriptions;
use crate::command::Command;
use crate::context::Context;
use crate::event::{ClientId, EffectId, FetchError, Origin, ProviderCall, Timestamp};
use crate::request::RequestId;
use crate::view::Theme;
use crate::wallet::Wallet;

/// Everything that the dApp side remembers.
pub(crate) struct Dapp {
    // Stored.
    account_names: accounts::Stored,
    activity: Vec<Done>,
    answers: Answers,
    /// The owner's names for addresses.
    book: BTreeMap<Address, String>,
    /// What was allowed once, to be looked at.
    grants: allowances::Grants,
    bundles: Bundles,
    items: BTreeSet<Item>,
    journal: Journal,
    ledger: Ledger,
    networks: Networks,
    /// Descriptors that the owner has loaded.
    pack: packs::OwnPack,
    /// What was sent and may be replaced.
    pending: BTreeMap<RequestId, replace::Pending>,
    requests: Vec<Entry>,
    rules: Rules,
    /// Addresses that were dealt with, by chain.
    seen: BTreeSet<(u64, Address)>,
    settings: Settings,
    sites: BTreeMap<Origin, Site>,
    /// The owner's own list of sites that steal.
    thieves: site_risks::OwnList,
    subscriptions: Subscriptions,
    tokens: Vec<WatchedToken>,
    /// A record is of a newer version or damaged: nothing is used, nothing is overwritten.
    unusable: bool,

    // Gone with the process.
    accounts: Vec<Account>,
    allowances: allowances::Allowances,
    balances: Balances,
    clients: BTreeMap<ClientId, Origin>,
    /// Warnings that the owner does not want to see until the network answers again.
    dismissed: BTreeSet<u64>,
    fetches: BTreeMap<EffectId, Purpose>,
    knowledge: Knowledge,
    /// What ships with the wallet.
    known_thieves: symbolon_chain::site::PhishingList,
    mined: nonces::Mined,
    /// Questions of pages for the status of a bundle, by a number of our own.
    status_questions: BTreeMap<EffectId, StatusQuestion>,
    /// Connects of permitted sites that wait for the vault to open.
    waiting_unlock: Vec<(ClientId, Origin, String)>,
    ways: simulate::Ways,
    #[cfg(test)]
    stand_in: Option<tests::StandIn>,
}

/// Settings of this side.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Settings {
    default_provider: bool,
    theme: Theme,
}

// Called by `Wallet::handle`.
impl Wallet {
    /// After loading: picks up unfinished requests and broadcasts.
    pub(crate) fn dapp_opened(&mut self, cx: &mut Context<'_>) {
        self.derive_accounts(cx);
        self.tidy_bundles();
        self.begin_journal(cx);
        self.dapp_tick(cx);
    }

    /// Commands: the device side first, what it leaves is the dApp side's.
    pub(crate) fn on_command(&mut self, cx: &mut Context<'_>, reply: EffectId, command: Command) {
        self.dapp.balances.used(cx.now);
        if let Some(rest) = self.device_command(cx, reply, command) {
            self.dapp_command(cx, reply, rest);
            self.advance(cx);
        }
    }

    pub(crate) fn on_fetched(
        &mut self,
        cx: &mut Context<'_>,
        id: EffectId,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        if let Some(purpose) = self.dapp.fetches.remove(&id) {
            self.fetched(cx, purpose, outcome);
            self.advance(cx);
        }
    }

    pub(crate) fn on_provider(&mut self, cx: &mut Context<'_>, call: ProviderCall) {
        self.dapp.clients.insert(call.client, call.origin.clone());
        self.provider_call(cx, call);
        self.advance(cx);
    }

    pub(crate) fn on_provider_gone(&mut self, _cx: &mut Context<'_>, client: ClientId) {
        self.dapp.clients.remove(&client);
        self.dapp.bundles.client_gone(client);
        self.dapp.waiting_unlock.retain(|(waiting, ..)| *waiting != client);
        for entry in &mut self.dapp.requests {
            if entry.live.client == Some(client) {
                entry.live.client = None;
            }
        }
    }

    pub(crate) fn on_provider_here(&mut self, _cx: &mut Context<'_>, client: ClientId, origin: Origin) {
        self.dapp.clients.insert(client, origin);
    }

    pub(crate) fn dapp_tick(&mut self, cx: &mut Context<'_>) {
        if self.dapp.unusable {
            return;
        }
        self.expire_requests(cx);
        self.poll_receipts(cx);
        self.pace_balances(cx);
        self.poll_subscriptions(cx);
        self.advance(cx);
    }

    pub(crate) fn dapp_deadline(&self) -> Option<Timestamp> {
        if self.dapp.unusable {
            return None;
        }
        let expiry = self.dapp.requests.iter().filter_map(Entry::deadline).min();
        let polls = [self.next_receipt_poll(), self.next_balance_poll(), self.next_subscription_poll()];
        polls.into_iter().chain([expiry]).flatten().min()
    }
}

// Seam: called by the device side.
impl Wallet {
    /// The vault opened: pending connects can be resolved, requests prepared, balances asked.
    pub(crate) fn dapp_unlocked(&mut self, cx: &mut Context<'_>) {
        self.check_journal_head(cx);
        self.note_policy(cx);
        self.derive_accounts(cx);
        self.answer_waiting_connects(cx);
        self.refresh_balances(cx);
        self.advance(cx);
        let ids: Vec<_> = self.dapp.requests.iter().map(|entry| entry.id).collect();
        for id in ids {
            self.look_up(cx, &id);
        }
        cx.view_changed();
    }

    /// Another event came: what the last turn stored is durable.
    pub(crate) fn dapp_next_turn(&mut self) {
        self.dapp.journal.next_turn();
    }

    /// The vault closed. Pages are told nothing.
    pub(crate) fn dapp_locked(&mut self, cx: &mut Context<'_>) {
        self.dapp.balances.forget();
        for entry in &mut self.dapp.requests {
            // The device side wiped its sessions; they are started anew after the next unlock.
            entry.live.started = false;
        }
        cx.view_changed();
    }

    /// New shares became active: accounts exist (or still exist) from here on.
    pub(crate) fn key_activated(&mut self, cx: &mut Context<'_>) {
        for entry in &mut self.dapp.requests {
            // Sessions with shares of an earlier epoch are over.
            entry.live.started = false;
        }
        self.derive_accounts(cx);
        self.refresh_balances(cx);
        self.advance(cx);
    }

    /// This device holds no share any more: nothing can be signed here, and there are no accounts.
    pub(crate) fn key_dropped(&mut self, cx: &mut Context<'_>) {
        let mut batch = crate::store::Batch::default();
        for entry in std::mem::take(&mut self.dapp.requests) {
            self.answer_rejected(cx, &entry, crate::messages::PAGE_REJECTED);
            batch.delete(entry.key());
        }
        cx.store(batch);
        self.dapp.balances.forget();
        self.derive_accounts(cx);
        cx.view_changed();
    }

    /// The session ended without a signature and will not be retried by itself; nothing was signed.
    pub(crate) fn request_stalled(&mut self, cx: &mut Context<'_>, request: &RequestId, message: String) {
        if let Some(entry) = self.entry_mut(request) {
            entry.live.stage = requests::Stage::Stalled(message);
            cx.view_changed();
        }
    }

    /// Something about the request's devices changed (came online, opened, approved).
    pub(crate) fn request_waiting(&mut self, cx: &mut Context<'_>, _request: &RequestId) {
        cx.view_changed();
    }

    /// SHA-256 of the pack of descriptors in use.
    pub(crate) fn pack_hash(&self) -> Option<[u8; 32]> {
        self.dapp.pack.hash()
    }

    /// The owner erases this device: removes every record of this side and forgets everything.
    pub(crate) fn dapp_erase(&mut self, cx: &mut Context<'_>) {
        let mut keys = self.dapp.record_keys();
        for entry in std::mem::take(&mut self.dapp.requests) {
            self.answer_rejected(cx, &entry, crate::messages::PAGE_REJECTED);
        }
        // with the answers that were just kept
        keys.extend(self.dapp.record_keys());
        let mut batch = crate::store::Batch::default();
        for key in keys {
            batch.delete(key);
        }
        cx.store(batch);
        self.dapp.forget();
        cx.view_changed();
    }
}
