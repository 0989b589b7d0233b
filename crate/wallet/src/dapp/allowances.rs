//! What the selected account lets others take, and taking it back.
//!
//! Two sources: what was signed here, and the approvals that the network's node still tells of, within a bounded range of
//! blocks. Whether an allowance still holds is asked of the token itself. Allowances inside Permit2 are not looked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_chain::evm::address;
use symbolon_chain::evm::call::erc20_approve;
use symbolon_chain::evm::quantity::write_bytes;
use symbolon_chain::exact::end_approval_for_all;
use symbolon_chain::intent::{Action, ApprovalKind};
use symbolon_chain::rpc::{self, Granted, Query};
use symbolon_chain::simulate::Allowance;
use symbolon_chain::{Address, Intent, U256, units};

use super::requests::{Ask, FeeWish, SignAsk, Source};
use super::rpc::Purpose;
use super::{accounts, record};
use crate::context::Context;
use crate::event::FetchError;
use crate::messages;
use crate::view::{AllowanceView, AllowancesView};
use crate::wallet::Wallet;

/// Something that was allowed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub chain_id: u64,
    pub account: Address,
    pub token: Address,
    pub spender: Address,
    /// Every item of a collection, instead of an amount.
    pub every: bool,
}

/// What nodes said of them; gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Allowances {
    held: BTreeMap<Grant, U256>,
    /// Blocks that were searched, of a chain and an account.
    searched: BTreeMap<(u64, Address), Search>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    Done(u64),
    Failed,
    UnderWay,
}

/// A question of the search.
#[derive(Debug)]
pub(crate) enum AllowanceQuestion {
    Head { chain_id: u64, account: Address, query: Query<u64> },
    Held { grant: Grant, query: Query<U256> },
    Logs { chain_id: u64, account: Address, head: u64, range: usize, query: Query<Vec<Granted>> },
}

impl Wallet {
    /// The owner wants to see them: asks for what is known, and for what is not.
    pub(super) fn find_allowances(&mut self, cx: &mut Context<'_>) -> Result<(), (&'static str, String)> {
        let account = self.selected_account().map(|account| account.address);
        let account = account.ok_or_else(|| ("account/no-key", messages::NO_KEY.to_owned()))?;
        let network = self.active_network();
        let chain_id = network.chain_id;
        self.ask_held(cx, chain_id, account);
        self.dapp.allowances.searched.insert((chain_id, account), Search::UnderWay);
        let query = rpc::block_number();
        let body = query.body(1);
        let question = AllowanceQuestion::Head { chain_id, account, query };
        self.ask(cx, &network, &body, Purpose::Allowance(question));
        cx.view_changed();
        Ok(())
    }

    fn ask_held(&mut self, cx: &mut Context<'_>, chain_id: u64, account: Address) {
        let Some(network) = self.dapp.networks.find(chain_id) else { return };
        let ours = |grant: &&Grant| grant.chain_id == chain_id && grant.account == account;
        let grants: Vec<Grant> = self.dapp.grants.iter().filter(ours).take(MAX_ASKED).cloned().collect();
        for grant in grants {
            let (token, spender) = (grant.token, grant.spender);
            let query = if grant.every {
                rpc::approved_for_all(&token, &account, &spender)
            } else {
                rpc::allowance(&token, &account, &spender)
            };
            let body = query.body(1);
            let question = AllowanceQuestion::Held { grant, query };
            self.ask(cx, &network, &body, Purpose::Allowance(question));
            self.look_up_token(cx, chain_id, token, &Source::Wallet);
        }
    }

    pub(super) fn allowance_came(
        &mut self,
        cx: &mut Context<'_>,
        question: AllowanceQuestion,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        match question {
            AllowanceQuestion::Head { chain_id, account, query } => match super::rpc::read(&query, outcome) {
                Ok(head) => self.search(cx, chain_id, account, head, 0),
                Err(_) => {
                    self.dapp.allowances.searched.insert((chain_id, account), Search::Failed);
                }
            },
            AllowanceQuestion::Held { grant, query } => {
                if let Ok(held) = super::rpc::read(&query, outcome) {
                    self.dapp.allowances.held.insert(grant, held);
                }
            }
            AllowanceQuestion::Logs { chain_id, account, head, range, query } => {
                match super::rpc::read(&query, outcome) {
                    Ok(found) => {
                        let blocks = RANGES.get(range).copied().unwrap_or_default().min(head);
                        self.dapp.allowances.searched.insert((chain_id, account), Search::Done(blocks));
                        let grants = found.into_iter().map(|it| Grant {
                            chain_id,
                            account,
                            token: it.token,
                            spender: it.spender,
                            every: it.every,
                        });
                        self.remember_grants(cx, grants.collect());
                        self.ask_held(cx, chain_id, account);
                    }
                    // public nodes bound the range, each differently
                    Err(_) => self.search(cx, chain_id, account, head, range + 1),
                }
            }
        }
        cx.view_changed();
    }

    fn search(&mut self, cx: &mut Context<'_>, chain_id: u64, account: Address, head: u64, range: usize) {
        let (Some(blocks), Some(network)) = (RANGES.get(range), self.dapp.networks.find(chain_id)) else {
            self.dapp.allowances.searched.insert((chain_id, account), Search::Failed);
            return;
        };
        let query = rpc::approvals(&account, head.saturating_sub(blocks - 1), head);
        let body = query.body(1);
        let question = AllowanceQuestion::Logs { chain_id, account, head, range, query };
        self.ask(cx, &network, &body, Purpose::Allowance(question));
    }

    /// Remembers what a signed request allows.
    pub(super) fn remember_allowed(&mut self, cx: &mut Context<'_>, intent: &Intent) {
        let grant = |token: Address, spender: Address, every: bool| Grant {
            chain_id: intent.chain_id,
            account: intent.account,
            token,
            spender,
            every,
        };
        let grants: Vec<Grant> = match &intent.action {
            Action::Approve { allowances, spender, kind, .. } => match kind {
                ApprovalKind::Approve
                | ApprovalKind::Decrease
                | ApprovalKind::Increase
                | ApprovalKind::Permit => {
                    allowances.iter().map(|one| grant(one.token.contract, *spender, false)).collect()
                }
                ApprovalKind::Permit2 | ApprovalKind::Permit2Approve | ApprovalKind::Permit2Transfer => {
                    Vec::new()
                }
            },
            Action::ApproveForAll { token, operator, .. } => vec![grant(token.contract, *operator, true)],
            _ => Vec::new(),
        };
        for grant in &grants {
            // what a node said before is no longer so
            self.dapp.allowances.held.remove(grant);
        }
        self.remember_grants(cx, grants);
    }

    fn remember_grants(&mut self, cx: &mut Context<'_>, grants: Vec<Grant>) {
        let before = self.dapp.grants.len();
        for grant in grants {
            if self.dapp.grants.len() < MAX_GRANTS {
                self.dapp.grants.insert(grant);
            }
        }
        if self.dapp.grants.len() != before {
            cx.store(record::put(record::ALLOWANCES, &self.dapp.grants));
        }
    }

    pub(super) fn allowances_view(&self) -> AllowancesView {
        let chain_id = self.dapp.networks.active;
        let Some(account) = self.selected_account().map(|account| account.address) else {
            return AllowancesView::default();
        };
        let names = self.names_on(chain_id);
        let ours = |grant: &&Grant| grant.chain_id == chain_id && grant.account == account;
        let list = self.dapp.grants.iter().filter(ours).filter_map(|grant| {
            let held = self.dapp.allowances.held.get(grant);
            if held.is_some_and(U256::is_zero) {
                return None;
            }
            let info = names.tokens.get(&(chain_id, grant.token));
            let symbol = info.map(|info| symbolon_chain::text::inert_name(&info.symbol));
            let unlimited = held.is_some_and(|held| grant.every || Allowance::Amount(*held).is_unlimited());
            let amount = held.filter(|_| !unlimited).map(|held| match info {
                Some(info) => units::format(*held, info.decimals),
                None => format!("{held}"),
            });
            Some(AllowanceView {
                amount,
                every: grant.every,
                known: held.is_some(),
                spender: address::checksummed(&grant.spender),
                spender_name: names.names.get(&grant.spender).map(|known| known.name.clone()),
                symbol,
                token: address::checksummed(&grant.token),
                unlimited,
            })
        });
        AllowancesView {
            list: list.collect(),
            message: match self.dapp.allowances.searched.get(&(chain_id, account)) {
                None => String::new(),
                Some(Search::UnderWay) => messages::ALLOWANCES_SEARCHING.to_owned(),
                Some(Search::Failed) => messages::ALLOWANCES_NOT_SEARCHED.to_owned(),
                Some(Search::Done(blocks)) => messages::allowances_searched(*blocks),
            },
        }
    }

    /// Asks for a transaction that takes an allowance back.
    pub(super) fn revoke(
        &mut self,
        cx: &mut Context<'_>,
        token: &str,
        spender: &str,
        every: bool,
    ) -> Result<(), (&'static str, String)> {
        let parse = |text: &str| {
            address::parse(text).map_err(|_| ("allowance/address", messages::ADDRESS.to_owned()))
        };
        let (token, spender) = (parse(token)?, parse(spender)?);
        let account = self.selected_account().cloned();
        let account = account.ok_or_else(|| ("account/no-key", messages::NO_KEY.to_owned()))?;
        let data = if every { end_approval_for_all(spender) } else { erc20_approve(spender, U256::ZERO) };
        let transaction = json!([{
            "from": address::lower_case(&account.address),
            "to": address::lower_case(&token),
            "data": write_bytes(&data),
        }]);
        let ask = Ask::Sign(SignAsk {
            chain_id: self.dapp.networks.active,
            account: account.address,
            path: accounts::path(account.index),
            transaction: Some(transaction.to_string()),
            fee: FeeWish::Page,
        });
        self.journal(cx, Source::Wallet, ask, None, None);
        Ok(())
    }
}

/// Stored grants, of all accounts and chains.
pub(crate) type Grants = BTreeSet<Grant>;

/// Blocks to search, the widest first; public nodes answer 10,000 or 1,000 at most, as a rule.
const RANGES: [u64; 3] = [50_000, 10_000, 1_000];
const MAX_ASKED: usize = 200;
const MAX_GRANTS: usize = 2000;
