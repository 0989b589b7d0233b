//! Balances of the selected account on the active network. What is not known is shown as unknown, never as zero.

use std::collections::BTreeMap;

use symbolon_chain::evm::address;
use symbolon_chain::rpc;
use symbolon_chain::{Address, U256, units};

use super::rpc::Purpose;
use crate::context::Context;
use crate::event::Timestamp;
use crate::view::BalanceView;
use crate::wallet::Wallet;

/// What nodes said; gone with the process and at lock.
#[derive(Debug, Default)]
pub(crate) struct Balances {
    known: BTreeMap<(u64, Address, Option<Address>), U256>,
    next: Timestamp,
    /// Last sign of an owner who looks.
    used_at: Option<Timestamp>,
}

impl Balances {
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// A balance, if a node has told it.
    pub(crate) fn known(&self, chain_id: u64, account: Address, token: Option<Address>) -> Option<U256> {
        self.known.get(&(chain_id, account, token)).copied()
    }

    pub(crate) fn used(&mut self, now: Timestamp) {
        self.used_at = Some(now);
    }
}

impl Wallet {
    pub(super) fn refresh_balances(&mut self, cx: &mut Context<'_>) {
        let Some(account) = self.selected_account().map(|account| account.address) else { return };
        if self.dapp.unusable || !self.vault_open() {
            return;
        }
        self.dapp.balances.next = cx.now.saturating_add(PACE);
        let network = self.active_network();
        let chain_id = network.chain_id;
        let query = rpc::balance(&account);
        let body = query.body(1);
        self.ask(cx, &network, &body, Purpose::Balance { chain_id, account, token: None, query });
        let watched = self.dapp.tokens.iter().filter(|token| token.chain_id == chain_id);
        let tokens: Vec<Address> = watched.map(|token| token.address).collect();
        for token in tokens {
            let query = rpc::balance_of(&token, &account);
            let body = query.body(1);
            self.ask(cx, &network, &body, Purpose::Balance { chain_id, account, token: Some(token), query });
        }
        self.ask_mined(cx);
    }

    pub(super) fn pace_balances(&mut self, cx: &mut Context<'_>) {
        if self.next_balance_poll().is_some_and(|at| at <= cx.now) {
            self.refresh_balances(cx);
        }
    }

    /// Only while an owner looks: a sleeping wallet asks nobody.
    pub(super) fn next_balance_poll(&self) -> Option<Timestamp> {
        let looks = self.dapp.balances.used_at?.saturating_add(ATTENTION);
        let next = self.dapp.balances.next;
        (self.vault_open() && self.selected_account().is_some() && next <= looks).then_some(next)
    }

    pub(super) fn balance_came(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        account: Address,
        token: Option<Address>,
        amount: Option<U256>,
    ) {
        if let Some(amount) = amount.filter(|_| self.vault_open())
            && self.dapp.balances.known.insert((chain_id, account, token), amount) != Some(amount)
        {
            cx.view_changed();
        }
    }

    pub(super) fn balance_views(&self) -> Vec<BalanceView> {
        let Some(account) = self.selected_account().map(|account| account.address) else { return Vec::new() };
        let network = self.active_network();
        let amount = |token: Option<Address>, decimals: u8| {
            let known = self.dapp.balances.known.get(&(network.chain_id, account, token));
            known.map(|amount| units::format(*amount, decimals))
        };
        let native = BalanceView {
            amount: amount(None, network.currency.decimals),
            decimals: network.currency.decimals,
            name: network.currency.name.clone(),
            symbol: network.currency.symbol.clone(),
            token: None,
        };
        let watched = self.dapp.tokens.iter().filter(|token| token.chain_id == network.chain_id);
        let tokens = watched.map(|token| BalanceView {
            amount: amount(Some(token.address), token.decimals),
            decimals: token.decimals,
            name: token.symbol.clone(),
            symbol: token.symbol.clone(),
            token: Some(address::checksummed(&token.address)),
        });
        std::iter::once(native).chain(tokens).collect()
    }
}

/// Between two looks at the chain, in milliseconds.
const PACE: u64 = 20_000;
/// How long an owner who did something is taken to look, in milliseconds.
const ATTENTION: u64 = 2 * 60 * 1000;
