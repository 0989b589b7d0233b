//! What this device found out for itself about tokens and contracts: each device asks its own node.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use symbolon_chain::context::{Context as Names, KnownName, NameSource, TokenInfo, TokenStandard};
use symbolon_chain::intent::Role;
use symbolon_chain::rpc::{self, Query};
use symbolon_chain::{Address, Intent, Request};

use super::record;
use super::requests::{Entry, Source};
use super::rpc::Purpose;
use crate::context::Context;
use crate::event::FetchError;
use crate::messages;
use crate::request::RequestId;
use crate::wallet::Wallet;

/// An ERC-20 token on the owner's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WatchedToken {
    pub chain_id: u64,
    pub address: Address,
    pub symbol: String,
    pub decimals: u8,
}

/// What nodes said; gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    /// Questions under way or answered: chain, address, and whether it is asked as a token.
    asked: BTreeSet<(u64, Address, bool)>,
    decimals: BTreeMap<(u64, Address), u8>,
    code: BTreeMap<(u64, Address), Code>,
    /// Contracts that did not exist so many blocks ago.
    young: BTreeMap<(u64, Address), u64>,
    symbols: BTreeMap<(u64, Address), String>,
    /// Tokens that the owner adds as soon as their facts are here, with whom to answer.
    adding: BTreeMap<(u64, Address), crate::event::EffectId>,
}

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Contract,
    /// An ordinary account that lends itself a contract's code (EIP-7702, "Delegation designation").
    Delegated,
    None,
}

impl Code {
    pub(crate) fn of(code: &[u8]) -> Self {
        match code {
            [] => Self::None,
            [0xef, 0x01, 0x00, ..] if code.len() == 23 => Self::Delegated,
            _ => Self::Contract,
        }
    }
}

/// How old a contract is: the head of the chain, then whether it had code some blocks before.
#[derive(Debug)]
pub(crate) enum AgeQuestion {
    Head(Query<u64>),
    Before(u64, Query<symbolon_chain::Bytes>),
}

/// What a token was asked for.
#[derive(Debug)]
pub(crate) enum TokenQuestion {
    Decimals(Query<u8>),
    Symbol(Query<String>),
}

impl Knowledge {
    /// What a node said about an address; nothing if it did not say, so that it may be asked again.
    pub(crate) fn code_came(&mut self, chain_id: u64, address: Address, code: Option<Code>) {
        match code {
            Some(code) => {
                self.code.insert((chain_id, address), code);
            }
            None => {
                self.asked.remove(&(chain_id, address, false));
            }
        }
    }

    /// What stands at an address; nothing while that is not known.
    pub(crate) fn code(&self, chain_id: u64, address: &Address) -> Option<Code> {
        self.code.get(&(chain_id, *address)).copied()
    }

    /// Blocks within which a contract was created; nothing if it is older, or if the node cannot tell.
    pub(crate) fn young(&self, chain_id: u64, address: &Address) -> Option<u64> {
        self.young.get(&(chain_id, *address)).copied()
    }

    /// Symbol and decimals as a contract says them, each if it was heard.
    pub(crate) fn said(&self, key: &(u64, Address)) -> (Option<&String>, Option<u8>) {
        (self.symbols.get(key), self.decimals.get(key).copied())
    }

    fn token(&self, key: &(u64, Address)) -> Option<TokenInfo> {
        Some(TokenInfo {
            standard: TokenStandard::Erc20,
            symbol: self.symbols.get(key)?.clone(),
            decimals: *self.decimals.get(key)?,
            vouched: false,
        })
    }
}

impl Wallet {
    /// What names the decoder may use for a request.
    pub(super) fn names_for(&self, entry: &Entry) -> Names {
        let chain_id = entry.chain_id().unwrap_or_default();
        Names {
            origin: match &entry.source {
                Source::Page { origin, .. } => Some(origin.0.clone()),
                Source::Device { origin, .. } if origin != messages::THIS_WALLET => Some(origin.clone()),
                Source::Device { .. } | Source::Wallet => None,
            },
            currency: self.network_for(chain_id, &entry.source).map(|network| network.currency),
            l1_fee: entry.l1_fee(),
            ..self.names_on(chain_id)
        }
    }

    /// Names and tokens that this device knows on a chain.
    pub(super) fn names_on(&self, chain_id: u64) -> Names {
        let mut tokens: BTreeMap<(u64, Address), TokenInfo> = BTreeMap::new();
        for key in self.dapp.knowledge.symbols.keys().filter(|key| key.0 == chain_id) {
            if let Some(info) = self.dapp.knowledge.token(key) {
                tokens.insert(*key, info);
            }
        }
        for token in self.dapp.tokens.iter().filter(|token| token.chain_id == chain_id) {
            tokens.insert(
                (token.chain_id, token.address),
                TokenInfo {
                    standard: TokenStandard::Erc20,
                    symbol: token.symbol.clone(),
                    decimals: token.decimals,
                    vouched: true,
                },
            );
        }
        // what the wallet vouches for is called so, whatever contracts and sites say
        tokens.extend(symbolon_chain::tokens::of_chain(chain_id).map(|(at, info)| ((chain_id, at), info)));
        let named = |name: &String, source| KnownName { name: name.clone(), source };
        let book = self.dapp.book.iter().map(|(at, name)| (*at, named(name, NameSource::AddressBook)));
        let own = self.dapp.accounts.iter().map(|it| (it.address, named(&it.name, NameSource::OwnAccount)));
        Names {
            tokens,
            // what is the owner's own is called so, whatever the book says
            names: book.chain(own).collect(),
            seen: self.dapp.seen.clone(),
            descriptors: self.dapp.pack.library(),
            ..Names::default()
        }
    }

    /// Reads a request's body with everything that this device knows.
    pub(super) fn intent(&self, entry: &Entry, body: &Request) -> Option<Intent> {
        symbolon_chain::decode(body, &self.names_for(entry)).ok()
    }

    /// Asks this device's own node about the tokens and contracts of a request.
    pub(super) fn look_up(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some(entry) = self.entry(id) else { return };
        let Some(body) = entry.prepared.as_ref().map(|prepared| &prepared.body) else { return };
        let (Some(intent), source) = (self.intent(entry, body), entry.source.clone()) else { return };
        let chain_id = intent.chain_id;
        for party in &intent.parties {
            match party.role {
                Role::Token => self.look_up_token(cx, chain_id, party.address, &source),
                Role::Spender | Role::Contract => self.look_up_code(cx, chain_id, party.address, &source),
                Role::Recipient | Role::Source => {}
            }
        }
        self.ask_l1_fee(cx, id);
        self.simulate(cx, id);
    }

    pub(super) fn look_up_token(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        token: Address,
        source: &Source,
    ) {
        let watched = self.dapp.tokens.iter().any(|one| one.chain_id == chain_id && one.address == token);
        if watched || !self.dapp.knowledge.asked.insert((chain_id, token, true)) {
            return;
        }
        let Some(network) = self.network_for(chain_id, source) else { return };
        let (symbol, decimals) = (rpc::symbol(&token), rpc::decimals(&token));
        let (symbol_body, decimals_body) = (symbol.body(1), decimals.body(1));
        let question = TokenQuestion::Symbol(symbol);
        self.ask(cx, &network, &symbol_body, Purpose::Token { chain_id, token, question });
        let question = TokenQuestion::Decimals(decimals);
        self.ask(cx, &network, &decimals_body, Purpose::Token { chain_id, token, question });
    }

    fn look_up_code(&mut self, cx: &mut Context<'_>, chain_id: u64, address: Address, source: &Source) {
        if !self.dapp.knowledge.asked.insert((chain_id, address, false)) {
            return;
        }
        let Some(network) = self.network_for(chain_id, source) else { return };
        let query = rpc::code(&address);
        self.ask(cx, &network, &query.body(1), Purpose::Code { chain_id, address, query });
    }

    /// Asks whether a contract is young, as far back as nodes can tell. A node that a device named is not asked.
    pub(super) fn look_up_age(&mut self, cx: &mut Context<'_>, chain_id: u64, address: Address) {
        let Some(network) = self.dapp.networks.find(chain_id) else { return };
        let query = rpc::block_number();
        let body = query.body(1);
        let question = AgeQuestion::Head(query);
        self.ask(cx, &network, &body, Purpose::Age { chain_id, address, question });
    }

    pub(super) fn age_came(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        address: Address,
        question: AgeQuestion,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        match question {
            AgeQuestion::Head(query) => {
                let Ok(head) = super::rpc::read(&query, outcome) else { return };
                let Some(network) = self.dapp.networks.find(chain_id) else { return };
                for blocks in LOOK_BACK {
                    // on a chain that young itself, nothing is told by it
                    let Some(block) = head.checked_sub(blocks) else { continue };
                    let query = rpc::code_at(&address, block);
                    let body = query.body(1);
                    let question = AgeQuestion::Before(blocks, query);
                    self.ask(cx, &network, &body, Purpose::Age { chain_id, address, question });
                }
            }
            AgeQuestion::Before(blocks, query) => {
                // nodes that keep no old states refuse, and nothing is known then
                let Ok(code) = super::rpc::read(&query, outcome) else { return };
                if code.is_empty() {
                    let known = self.dapp.knowledge.young.entry((chain_id, address)).or_insert(blocks);
                    *known = (*known).min(blocks);
                    cx.view_changed();
                }
            }
        }
    }

    pub(super) fn token_came(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        token: Address,
        question: TokenQuestion,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        let key = (chain_id, token);
        let came = match question {
            TokenQuestion::Decimals(query) => self
                .read(cx, chain_id, &query, outcome)
                .map(|it| self.dapp.knowledge.decimals.insert(key, it))
                .is_ok(),
            TokenQuestion::Symbol(query) => self
                .read(cx, chain_id, &query, outcome)
                .map(|it| self.dapp.knowledge.symbols.insert(key, it))
                .is_ok(),
        };
        if !came {
            // it may be asked again
            self.dapp.knowledge.asked.remove(&(chain_id, token, true));
            if let Some(reply) = self.dapp.knowledge.adding.remove(&key) {
                cx.reply(reply, Err(super::command::error("token/unknown", messages::NOT_A_TOKEN)));
            }
        }
        if let Some(info) = self.dapp.knowledge.token(&key)
            && let Some(reply) = self.dapp.knowledge.adding.remove(&key)
        {
            self.watch_token(cx, chain_id, token, &info.symbol, info.decimals);
            cx.reply(reply, Ok(()));
        }
        cx.view_changed();
    }

    /// The owner's own wish to watch a token: its facts come from the contract.
    pub(super) fn add_token(&mut self, cx: &mut Context<'_>, reply: crate::event::EffectId, token: Address) {
        let chain_id = self.dapp.networks.active;
        if let Some(info) = self.dapp.knowledge.token(&(chain_id, token)) {
            self.watch_token(cx, chain_id, token, &info.symbol, info.decimals);
            cx.reply(reply, Ok(()));
            return;
        }
        if self.dapp.tokens.iter().any(|one| one.chain_id == chain_id && one.address == token) {
            cx.reply(reply, Ok(()));
            return;
        }
        if let Some(earlier) = self.dapp.knowledge.adding.insert((chain_id, token), reply) {
            cx.reply(earlier, Ok(()));
        }
        self.dapp.knowledge.asked.remove(&(chain_id, token, true));
        self.look_up_token(cx, chain_id, token, &Source::Wallet);
    }

    /// Takes a token off the owner's list.
    pub(super) fn remove_token(
        &mut self,
        cx: &mut Context<'_>,
        text: &str,
    ) -> Result<(), (&'static str, String)> {
        let chain_id = self.dapp.networks.active;
        let token = symbolon_chain::evm::address::parse_any_case(text.trim())
            .map_err(|_| ("token/address", messages::ADDRESS.to_owned()))?;
        let before = self.dapp.tokens.len();
        self.dapp.tokens.retain(|one| one.chain_id != chain_id || one.address != token);
        if self.dapp.tokens.len() == before {
            return Err(("token/unknown", messages::NOT_ON_LIST.to_owned()));
        }
        cx.store(record::put(record::TOKENS, &self.dapp.tokens));
        cx.view_changed();
        Ok(())
    }

    pub(super) fn watch_token(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
        address: Address,
        symbol: &str,
        decimals: u8,
    ) {
        self.dapp.tokens.retain(|one| one.chain_id != chain_id || one.address != address);
        let symbol = symbolon_chain::text::inert_name(symbol);
        self.dapp.tokens.push(WatchedToken { chain_id, address, symbol, decimals });
        cx.store(record::put(record::TOKENS, &self.dapp.tokens));
        self.refresh_balances(cx);
        cx.view_changed();
    }
}

/// Blocks to look back for a contract's code: about a week of mainnet, for nodes that keep old states; and what every full
/// node keeps (geth keeps 128).
const LOOK_BACK: [u64; 2] = [50_000, 100];
