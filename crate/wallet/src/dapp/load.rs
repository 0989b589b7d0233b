//! What the store holds becomes what is remembered.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use symbolon_chain::site::PhishingList;

use super::allowances::{Allowances, Grants};
use super::balances::Balances;
use super::bundles::Bundles;
use super::journal::Journal;
use super::knowledge::Knowledge;
use super::networks::Networks;
use super::nonces::Mined;
use super::packs::OwnPack;
use super::policy::Ledger;
use super::provider::answers::Answers;
use super::record::{self, Unreadable};
use super::replace::Pending;
use super::rules::Rules;
use super::simulate::Ways;
use super::site_risks::OwnList;
use super::sites::Site;
use super::subscriptions::Subscriptions;
use super::{Dapp, Settings, accounts};
use crate::event::Origin;
use crate::request::RequestId;
use crate::store::Record;
use crate::view::Theme;
use crate::wallet::HostConfig;

impl Dapp {
    /// Reads what the store holds: settings, networks, sites, requests, activity. If any of it cannot be read: why, and
    /// a side that does nothing.
    pub(crate) fn load(_config: &HostConfig, records: &[Record]) -> (Self, Result<(), Unreadable>) {
        let mut this = Self::fresh();
        let read = records
            .iter()
            .filter(|record| record.key.starts_with(record::PREFIX))
            .try_for_each(|record| this.take(record));
        this.journal.check();
        if read.is_err() {
            this = Self::fresh();
            this.unusable = true;
        }
        this.requests.sort_by_key(|entry| (entry.created_at, entry.id));
        this.activity.sort_by_key(|done| (done.at, done.id));
        (this, read)
    }

    /// Back to a device that never saw anything.
    pub(super) fn forget(&mut self) {
        *self = Self::fresh();
    }

    /// Keys of all records that this side may have written.
    pub(super) fn record_keys(&self) -> Vec<String> {
        let single = [
            record::ACCOUNTS,
            record::ALLOWANCES,
            record::BOOK,
            record::ITEMS,
            record::LEDGER,
            record::NETWORKS,
            record::PACK,
            record::PACK_TEXT,
            record::RULES,
            record::SEEN,
            record::SETTINGS,
            record::THIEVES,
            record::THIEVES_SINCE,
            record::SUBSCRIPTIONS,
            record::TOKENS,
        ];
        let mut keys: Vec<String> = single.iter().map(|key| (*key).to_owned()).collect();
        keys.extend(self.activity.iter().map(|done| format!("{}{}", record::ACTIVITY, done.id)));
        keys.extend(self.journal.keys());
        keys.extend(self.pending.keys().map(Pending::key));
        keys.extend(self.requests.iter().map(|entry| format!("{}{}", record::REQUEST, entry.id)));
        keys.extend(self.sites.values().map(Site::key));
        keys.extend(self.answers.keys());
        keys.extend(self.bundles.keys());
        keys
    }

    fn take(&mut self, record: &Record) -> Result<(), Unreadable> {
        let bytes = &record.value;
        let key = record.key.as_str();
        match key {
            record::ACCOUNTS => self.account_names = record::decode(bytes)?,
            record::ALLOWANCES => self.grants = record::decode(bytes)?,
            record::BOOK => self.book = record::decode(bytes)?,
            record::ITEMS => self.items = record::decode(bytes)?,
            record::JOURNAL_BASE | record::POLICY => self.journal.take(key, bytes)?,
            record::LEDGER => self.ledger = record::decode(bytes)?,
            record::NETWORKS => self.networks = record::decode::<Networks>(bytes)?,
            record::PACK => self.pack.load_facts(bytes)?,
            record::PACK_TEXT => self.pack.load_text(bytes)?,
            record::RULES => self.rules = record::decode(bytes)?,
            record::SEEN => self.seen = record::decode::<BTreeSet<_>>(bytes)?,
            record::SETTINGS => self.settings = record::decode(bytes)?,
            record::SUBSCRIPTIONS => self.subscriptions.load(record::decode(bytes)?),
            record::THIEVES => self.thieves.load_text(bytes)?,
            record::THIEVES_SINCE => self.thieves.load_since(bytes)?,
            record::TOKENS => self.tokens = record::decode(bytes)?,
            _ if key.starts_with(record::ACTIVITY) => self.activity.push(record::decode(bytes)?),
            _ if key.starts_with(record::ANSWER) => self.answers.load(key, record::decode(bytes)?),
            _ if key.starts_with(record::JOURNAL) => self.journal.take(key, bytes)?,
            _ if key.starts_with(record::PENDING) => {
                let id = key.trim_start_matches(record::PENDING);
                let id: RequestId = id.parse().map_err(|_| Unreadable::Damaged)?;
                self.pending.insert(id, record::decode(bytes)?);
            }
            _ if key.starts_with(record::BUNDLE) => self.bundles.load(record::decode(bytes)?),
            _ if key.starts_with(record::REQUEST) => self.requests.push(record::decode(bytes)?),
            _ if key.starts_with(record::SITE) => {
                let site: Site = decode(bytes)?;
                self.sites.insert(site.origin.clone(), site);
            }
            // A record that this version does not know was written by a newer one.
            _ => return Err(Unreadable::Newer(record::VERSION)),
        }
        Ok(())
    }

    fn fresh() -> Self {
        Self {
            account_names: accounts::Stored::default(),
            activity: Vec::new(),
            answers: Answers::default(),
            book: BTreeMap::new(),
            grants: Grants::new(),
            bundles: Bundles::default(),
            items: BTreeSet::new(),
            journal: Journal::default(),
            ledger: Ledger::default(),
            networks: Networks::default(),
            pack: OwnPack::default(),
            pending: BTreeMap::new(),
            requests: Vec::new(),
            rules: Rules::new(),
            seen: BTreeSet::new(),
            settings: Settings { default_provider: false, theme: Theme::default() },
            sites: BTreeMap::<Origin, Site>::new(),
            thieves: OwnList::default(),
            subscriptions: Subscriptions::default(),
            tokens: Vec::new(),
            unusable: false,
            accounts: Vec::new(),
            allowances: Allowances::default(),
            balances: Balances::default(),
            clients: BTreeMap::new(),
            dismissed: BTreeSet::new(),
            fetches: BTreeMap::new(),
            knowledge: Knowledge::default(),
            known_thieves: PhishingList::bundled(),
            mined: Mined::new(),
            status_questions: BTreeMap::new(),
            waiting_unlock: Vec::new(),
            ways: Ways::new(),
            #[cfg(test)]
            stand_in: None,
        }
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    record::decode(bytes)
}
