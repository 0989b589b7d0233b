//! Accounts: BIP-44 address indices below the key's root, and their names.
//!
//! Only indices and names are stored. Addresses are derived from the key each time, because public records are
//! not protected: an address read from the disk could be a thief's.

use serde::{Deserialize, Serialize};
use symbolon_chain::Address;
use symbolon_chain::evm::address;

use super::record;
use crate::context::Context;
use crate::messages;
use crate::view::AccountView;
use crate::wallet::Wallet;

/// An account, with its derived address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub index: u32,
    pub name: String,
    pub address: Address,
}

/// What is stored of the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// Names by index; accounts are contiguous from 0.
    pub names: Vec<String>,
    /// Index of the selected one.
    pub selected: u32,
    /// The key that they belong to.
    pub wallet: [u8; 32],
}

impl Account {
    pub(crate) fn view(&self) -> AccountView {
        AccountView {
            address: address::checksummed(&self.address),
            index: self.index,
            name: self.name.clone(),
            path: path(self.index),
        }
    }
}

/// Derivation path of an account below the root (BIP-44 without hardening, which a shared key cannot do).
pub(crate) fn path(index: u32) -> String {
    format!("m/44/60/0/0/{index}")
}

/// The index in a path of ours; nothing for any other path.
pub(crate) fn index_of(text: &str) -> Option<u32> {
    let index: u32 = text.strip_prefix("m/44/60/0/0/")?.parse().ok()?;
    // one path, one text: no leading zeros or signs, and below the hardened range
    (index < 1 << 31 && path(index) == text).then_some(index)
}

impl Wallet {
    /// The address of the key at a path of ours.
    pub(super) fn address_at(&self, path: &str) -> Option<Address> {
        index_of(path)?;
        address::from_public_key(&self.child_key(path)?).ok()
    }

    /// Derives the addresses of all accounts; makes the first one where there is a key and none yet.
    pub(super) fn derive_accounts(&mut self, cx: &mut Context<'_>) {
        let Some((wallet, _)) = self.key_facts() else {
            self.dapp.accounts.clear();
            return;
        };
        if self.dapp.unusable {
            return;
        }
        if self.dapp.account_names.wallet != wallet || self.dapp.account_names.names.is_empty() {
            self.dapp.account_names = Stored { names: vec![default_name(0)], selected: 0, wallet };
            self.store_accounts(cx);
        }
        let names = self.dapp.account_names.names.clone();
        self.dapp.accounts = (0u32..)
            .zip(names)
            .filter_map(|(index, name)| {
                Some(Account { index, name, address: self.address_at(&path(index))? })
            })
            .collect();
        cx.view_changed();
    }

    /// Adds the next account and selects it.
    pub(super) fn add_account(
        &mut self,
        cx: &mut Context<'_>,
        name: &str,
    ) -> Result<(), (&'static str, String)> {
        if self.key_facts().is_none() {
            return Err(("account/no-key", messages::NO_KEY.to_owned()));
        }
        let index = u32::try_from(self.dapp.account_names.names.len()).unwrap_or(u32::MAX);
        if index >= MAX_ACCOUNTS {
            return Err(("account/too-many", messages::REFUSE_SIZE.to_owned()));
        }
        let name = name.trim();
        if name.chars().count() > MAX_NAME {
            return Err(("account/name", messages::NAME.to_owned()));
        }
        let name = if name.is_empty() { default_name(index) } else { symbolon_chain::text::inert_name(name) };
        self.dapp.account_names.names.push(name);
        self.dapp.account_names.selected = index;
        self.store_accounts(cx);
        self.derive_accounts(cx);
        self.refresh_balances(cx);
        self.tell_new_accounts(cx);
        Ok(())
    }

    /// The names of the accounts of this wallet, from the first on.
    pub(crate) fn account_names(&self) -> &[String] {
        let stored = &self.dapp.account_names;
        match self.key_facts() {
            Some((wallet, _)) if wallet == stored.wallet => &stored.names,
            _ => &[],
        }
    }

    /// Another device of this wallet has these accounts. Those that are new here are added, under its names; nothing is renamed.
    pub(crate) fn learn_accounts(&mut self, cx: &mut Context<'_>, names: Vec<String>) {
        let have = self.account_names().len();
        let new = (0u32..MAX_ACCOUNTS).zip(names).skip(have).map(|(index, name)| {
            let name: String = symbolon_chain::text::inert_name(&name).chars().take(MAX_NAME).collect();
            if name.trim().is_empty() { default_name(index) } else { name }
        });
        let new: Vec<_> = new.collect();
        if have == 0 || new.is_empty() {
            return;
        }
        self.dapp.account_names.names.extend(new);
        self.store_accounts(cx);
        self.derive_accounts(cx);
        self.refresh_balances(cx);
    }

    pub(super) fn select_account(
        &mut self,
        cx: &mut Context<'_>,
        index: u32,
    ) -> Result<(), (&'static str, String)> {
        if !self.dapp.accounts.iter().any(|account| account.index == index) {
            return Err(("account/unknown", messages::ADDRESS.to_owned()));
        }
        self.dapp.account_names.selected = index;
        self.store_accounts(cx);
        self.refresh_balances(cx);
        cx.view_changed();
        Ok(())
    }

    pub(super) fn selected_account(&self) -> Option<&Account> {
        let selected = self.dapp.account_names.selected;
        self.dapp.accounts.iter().find(|account| account.index == selected).or(self.dapp.accounts.first())
    }

    pub(super) fn account(&self, address: &Address) -> Option<&Account> {
        self.dapp.accounts.iter().find(|account| account.address == *address)
    }

    fn store_accounts(&self, cx: &mut Context<'_>) {
        cx.store(record::put(record::ACCOUNTS, &self.dapp.account_names));
    }
}

fn default_name(index: u32) -> String {
    format!("Account {}", u64::from(index) + 1)
}

const MAX_ACCOUNTS: u32 = 100;
const MAX_NAME: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_of_a_path_is_a_path() {
        assert_eq!(index_of("m/44/60/0/0/12"), Some(12));
        for text in [
            "m/44/60/0/0/012",
            "m/44/60/0/0/+1",
            "m/44/60/0/0/",
            "m/44/60/0/1/0",
            "m/44'/60'/0'/0/0",
            "m/44/60/0/0/2147483648",
            "m/44/60/0/0/0/0",
            "44/60/0/0/0",
        ] {
            assert_eq!(index_of(text), None, "{text}");
        }
    }
}
