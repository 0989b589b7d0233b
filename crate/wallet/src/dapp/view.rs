//! This side's part of what the screens show.

use symbolon_chain::evm::address;

use super::accounts::{Account, index_of};
use super::requests::{Ask, Entry, Source, Stage};
use crate::event::Timestamp;
use crate::messages;
use crate::view::{
    AccountView, DeviceState, JournalState, Notice, Phase, RequestStatus, RequestView, Severity, View,
};
use crate::wallet::Wallet;

impl Wallet {
    /// Fills the dApp side's part of a view: accounts, activity, balances, networks, requests, sites, settings.
    pub(crate) fn dapp_view(&self, _now: Timestamp, view: &mut View) {
        view.chain_id = self.dapp.networks.active;
        view.networks = self.dapp.networks.views();
        view.settings.default_provider = self.dapp.settings.default_provider;
        view.settings.theme = self.dapp.settings.theme;
        if self.dapp.unusable {
            view.phase = Phase::Unusable;
            return;
        }
        if !self.vault_open() {
            return;
        }
        view.accounts = self.dapp.accounts.iter().map(Account::view).collect();
        view.selected_account = self.selected_account().map_or(0, |account| account.index);
        view.activity = self
            .dapp
            .activity
            .iter()
            .rev()
            .map(|done| {
                let network = self.dapp.networks.find(done.chain_id);
                let hash = done.transaction.map(|hash| format!("0x{}", hex::encode(hash)));
                let url = network.zip(hash).and_then(|(network, hash)| network.transaction_url(&hash));
                done.view(url, self.is_replaceable(done))
            })
            .collect();
        view.journal = self.dapp.journal.view();
        view.allowances = self.allowances_view();
        view.balances = self.balance_views();
        view.contacts = self.contact_views();
        view.nonces = self.nonce_views();
        view.pack = self.dapp.pack.view();
        view.phishing = self.phishing_view();
        let rule = messages::rule(view.threshold, view.devices.len());
        view.requests = self.dapp.requests.iter().map(|entry| self.request_view(entry, &rule)).collect();
        view.items = self.item_views();
        view.sites = self.site_views();
        if view.journal.state != JournalState::Whole {
            view.notices.insert(
                0,
                notice(0, "journal/broken", messages::JOURNAL_BROKEN.to_owned(), Severity::Danger),
            );
        }
        let active = self.active_network();
        let down = self.dapp.networks.reachable.get(&active.chain_id) == Some(&false);
        if down && !self.dapp.dismissed.contains(&active.chain_id) {
            let message = messages::network_down(&active.name);
            view.notices.insert(0, notice(active.chain_id, "chain/unreachable", message, Severity::Warning));
        }
    }

    fn request_view(&self, entry: &Entry, rule: &str) -> RequestView {
        let network = match (&entry.ask, entry.chain_id()) {
            (_, Some(chain_id)) => self.network_for(chain_id, &entry.source),
            (Ask::AddNetwork(network), None) => Some(network.clone()),
            (Ask::SwitchNetwork { chain_id }, None) => self.dapp.networks.find(*chain_id),
            (_, None) => Some(self.active_network()),
        };
        let relayed_by = match &entry.source {
            Source::Device { device, .. } => Some(self.name_of(*device)),
            Source::Page { .. } | Source::Wallet => None,
        };
        RequestView {
            account: self.request_account(entry),
            bundle: self.place_in_bundle(&entry.id),
            card: self.card(entry, rule),
            can_decide: self.can_decide(entry),
            created_at: entry.created_at,
            devices: if entry.sign().is_some() { self.strip(&entry.id) } else { Vec::new() },
            expires_at: entry.expires_at,
            id: entry.id.to_string(),
            network: network.map(|network| network.name).unwrap_or_default(),
            origin: symbolon_chain::text::inert(entry.origin()),
            origin_is_new: entry.origin_is_new,
            relayed_by,
            status: self.status(entry),
        }
    }

    fn request_account(&self, entry: &Entry) -> Option<AccountView> {
        let ask = entry.sign()?;
        let known = self.account(&ask.account).map(Account::view);
        // An account that another device made: ours as well, by its path.
        known.or_else(|| {
            let index = index_of(&ask.path)?;
            Some(AccountView {
                address: address::checksummed(&ask.account),
                index,
                name: format!("Account {}", u64::from(index) + 1),
                path: ask.path.clone(),
            })
        })
    }

    fn can_decide(&self, entry: &Entry) -> bool {
        let ready = entry.live.stage == Stage::Ready && entry.approved.is_none();
        match (&entry.ask, &entry.source) {
            (Ask::Connect { .. }, _) => ready && self.selected_account().is_some(),
            (Ask::Sign(_), Source::Page { .. } | Source::Wallet) => ready && entry.live.started,
            _ => ready,
        }
    }

    fn status(&self, entry: &Entry) -> RequestStatus {
        match &entry.live.stage {
            Stage::BroadcastFailed(message) => RequestStatus::BroadcastFailed { message: message.clone() },
            Stage::Broadcasting => RequestStatus::Broadcasting,
            _ if entry.signed.is_some() => RequestStatus::Broadcasting,
            Stage::PrepareFailed(message) => RequestStatus::PrepareFailed { message: message.clone() },
            Stage::Preparing | Stage::Queued => RequestStatus::Preparing,
            Stage::Ready if entry.approved.is_some() => {
                let strip = self.strip(&entry.id);
                let mut others = strip.iter().filter(|device| device.signs && !device.me);
                let approved = others.all(|device| device.state == DeviceState::Approved);
                if approved && !strip.is_empty() {
                    RequestStatus::Signing
                } else {
                    RequestStatus::WaitingForOthers
                }
            }
            Stage::Ready => RequestStatus::Review,
            Stage::Stalled(message) => RequestStatus::Stalled { message: message.clone() },
        }
    }
}

fn notice(id: u64, code: &str, message: String, severity: Severity) -> Notice {
    Notice { code: code.to_owned(), id: id.wrapping_add(NOTICE_BASE), message, severity }
}

/// Notices of this side are numbered from here on, by chain id; still exact in JavaScript.
pub(super) const NOTICE_BASE: u64 = 1 << 50;
