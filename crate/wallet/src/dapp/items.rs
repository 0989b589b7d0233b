//! Items of collections (ERC-721, ERC-1155) that the owner watches (EIP-747).

use serde::{Deserialize, Serialize};
use symbolon_chain::evm::address;
use symbolon_chain::rpc;
use symbolon_chain::{Address, U256};

use super::provider::error;
use super::record;
use super::requests::Ask;
use super::rpc::{NoAnswer, Purpose};
use crate::context::Context;
use crate::event::ProviderCall;
use crate::messages;
use crate::view::ItemView;
use crate::wallet::Wallet;

/// An item on the owner's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Item {
    pub chain_id: u64,
    pub contract: Address,
    /// Its number in the collection, big-endian.
    pub number: [u8; 32],
    /// ERC-1155, of whose items there can be many alike; else ERC-721.
    pub many: bool,
}

impl Item {
    pub(crate) fn number_text(&self) -> String {
        U256::from_be_bytes(self.number).to_string()
    }

    pub(crate) fn standard(&self) -> &'static str {
        if self.many { "ERC-1155" } else { "ERC-721" }
    }
}

impl Wallet {
    /// Asks the chain whether an item that a page suggests is the account's, before the owner is asked.
    pub(super) fn check_item(&mut self, cx: &mut Context<'_>, call: &ProviderCall, item: Item) {
        let network = self.active_network();
        let account = self.selected_account().map(|account| account.address).unwrap_or_default();
        let number = U256::from_be_bytes(item.number);
        let query = if item.many {
            rpc::balance_of_item(&item.contract, &account, number)
        } else {
            rpc::owner_of(&item.contract, number)
        };
        let body = query.body(1);
        self.ask(cx, &network, &body, Purpose::Item(Box::new((call.clone(), item, account)), query));
    }

    pub(super) fn item_came(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        item: Item,
        account: Address,
        answer: Result<U256, NoAnswer>,
    ) {
        // the page's relay may have replayed the call while the node was asked
        if self.pick_up(cx, call) {
            return;
        }
        let fault = match answer {
            Err(NoAnswer::Down(_)) => Some(error::chain_down()),
            Ok(count) if item.many && count > U256::ZERO => None,
            Ok(owner) if !item.many && owner == U256::from_be_bytes(account.into_word().0) => None,
            _ => Some(error::invalid(messages::PAGE_ITEM_NOT_OWNED)),
        };
        let outcome = match fault {
            Some(fault) => Some(Err(fault)),
            None => self.ask_here(cx, call, Ask::WatchItem(item)),
        };
        if let Some(outcome) = outcome {
            cx.answer(call.client, &call.id, outcome);
        }
    }

    pub(super) fn watch_item(&mut self, cx: &mut Context<'_>, item: Item) {
        self.dapp.items.insert(item);
        cx.store(record::put(record::ITEMS, &self.dapp.items));
        cx.view_changed();
    }

    pub(super) fn item_views(&self) -> Vec<ItemView> {
        let active = self.dapp.networks.active;
        let here = self.dapp.items.iter().filter(|item| item.chain_id == active);
        here.map(|item| ItemView {
            contract: address::checksummed(&item.contract),
            number: item.number_text(),
            standard: item.standard().to_owned(),
        })
        .collect()
    }
}
