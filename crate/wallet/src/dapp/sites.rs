//! Connected sites: which origin may see which accounts (EIP-2255).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use symbolon_chain::Address;
use symbolon_chain::evm::address;

use super::record;
use crate::context::Context;
use crate::event::{Origin, Timestamp};
use crate::store::Batch;
use crate::view::SiteView;
use crate::wallet::Wallet;

/// A connected site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Site {
    pub origin: Origin,
    /// Most recently granted first.
    pub accounts: Vec<Address>,
    pub connected_at: Timestamp,
    pub last_used: Timestamp,
}

impl Site {
    /// Its record's key: an origin may be longer than a key.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", record::SITE, hex::encode(Sha256::digest(self.origin.0.as_bytes())))
    }

    pub(crate) fn view(&self) -> SiteView {
        SiteView {
            accounts: self.accounts.iter().map(address::checksummed).collect(),
            compatibility: false,
            connected_at: self.connected_at,
            frames: false,
            last_used: self.last_used,
            muted: false,
            origin: symbolon_chain::text::inert(&self.origin.0),
        }
    }

    /// The permission as `wallet_getPermissions` tells it.
    pub(crate) fn permissions(&self) -> Value {
        let id = hex::encode(Sha256::digest(self.key().as_bytes()));
        json!([{
            "id": id.get(..21).unwrap_or_default(),
            "parentCapability": "eth_accounts",
            "invoker": self.origin.0,
            "caveats": [{ "type": "restrictReturnedAccounts", "value": self.addresses() }],
            "date": self.connected_at,
        }])
    }

    /// Addresses as pages get them, lower case.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.accounts.iter().map(address::lower_case).collect()
    }
}

impl Wallet {
    /// Addresses that an origin may see; also while locked: a site knows them already, and an empty list would
    /// read as a disconnection.
    pub(super) fn permitted(&self, origin: &Origin) -> Vec<String> {
        self.dapp.sites.get(origin).map(Site::addresses).unwrap_or_default()
    }

    pub(super) fn may_use(&self, origin: &Origin, account: &Address) -> bool {
        self.dapp.sites.get(origin).is_some_and(|site| site.accounts.contains(account))
    }

    /// Connects a site with an account; emits `accountsChanged` if that changes what it sees.
    pub(super) fn connect_site(&mut self, cx: &mut Context<'_>, origin: &Origin, account: Address) {
        let before = self.permitted(origin);
        let now = cx.now;
        let site = self.dapp.sites.entry(origin.clone()).or_insert_with(|| Site {
            origin: origin.clone(),
            accounts: Vec::new(),
            connected_at: now,
            last_used: now,
        });
        site.accounts.retain(|one| *one != account);
        site.accounts.insert(0, account);
        site.last_used = now;
        let after = site.addresses();
        cx.store(record::put(site.key(), &*site));
        if before != after {
            cx.emit(Some(origin), "accountsChanged", json!(after).to_string());
        }
        cx.view_changed();
    }

    /// Takes a site's permissions away; emits `accountsChanged` if it had any.
    pub(super) fn disconnect_site(&mut self, cx: &mut Context<'_>, origin: &Origin) -> bool {
        let Some(site) = self.dapp.sites.remove(origin) else { return false };
        let mut batch = Batch::default();
        batch.delete(site.key());
        cx.store(batch);
        cx.emit(Some(origin), "accountsChanged", "[]".to_owned());
        cx.view_changed();
        true
    }

    /// Remembers that a site asked for something.
    pub(super) fn touch_site(&mut self, cx: &mut Context<'_>, origin: &Origin) {
        let now = cx.now;
        if let Some(site) = self.dapp.sites.get_mut(origin) {
            site.last_used = now;
            cx.store(record::put(site.key(), &*site));
        }
    }
}
