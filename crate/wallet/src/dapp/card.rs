//! Cards: what a request would do, in words, from this device's own reading of the raw bytes.
//!
//! The same bytes and the same knowledge give the same card on every device.

pub(super) mod headline;
mod risks;
mod rows;
mod simulation;

use symbolon_chain::evm::address;
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::request::EvmSubject;
use symbolon_chain::{Intent, Request, U256, evm, fees, text, units};

use super::activity::Headline;
use super::prepare::at_speed;
use super::requests::{Ask, Entry, FeeFacts, Source};
use crate::messages;
use crate::request::RequestId;
use crate::view::{Card, CardKind, CardRow, FeeSpeed, FeeView, RowStyle, SpeedView};
use crate::wallet::Wallet;

impl Wallet {
    /// The card of a request; `rule` is the sentence for what all devices decide.
    pub(super) fn card(&self, entry: &Entry, rule: &str) -> Card {
        match &entry.ask {
            Ask::Sign(_) => self.signing_card(entry, rule),
            Ask::AddNetwork(network) => {
                let headline = format!("Add the network {}", network.name);
                let rows = vec![
                    text_row("Network", &network.name),
                    text_row("Chain id", &network.chain_id.to_string()),
                    text_row("RPC", &text::inert(super::networks::endpoint(network))),
                    text_row("Currency", &network.currency.symbol),
                ];
                self.local_card(entry, CardKind::AddNetwork, headline, rows)
            }
            Ask::Connect { .. } => {
                let headline = format!("Connect {}", text::inert(entry.origin()));
                let account = self.selected_account();
                let rows =
                    account.map(|account| address_row("Account", &address::checksummed(&account.address)));
                self.local_card(entry, CardKind::Connect, headline, rows.into_iter().collect())
            }
            Ask::SwitchNetwork { chain_id } => {
                let name = self.dapp.networks.find(*chain_id).map(|network| network.name).unwrap_or_default();
                let rows = vec![text_row("Network", &name), text_row("Chain id", &chain_id.to_string())];
                self.local_card(entry, CardKind::AddNetwork, format!("Switch to {name}"), rows)
            }
            Ask::WatchItem(item) => {
                let headline = format!(
                    "Watch item {} of {}",
                    cap(&item.number_text(), 20),
                    messages::short(&item.contract)
                );
                let rows = vec![
                    address_row("Collection", &address::checksummed(&item.contract)),
                    text_row("Item", &item.number_text()),
                    text_row("Kind", item.standard()),
                    text_row("Chain id", &item.chain_id.to_string()),
                ];
                self.local_card(entry, CardKind::WatchToken, headline, rows)
            }
            Ask::WatchToken { chain_id, token, symbol, decimals } => {
                let rows = vec![
                    address_row("Token", &address::checksummed(token)),
                    text_row("Symbol", symbol),
                    text_row("Decimals", &decimals.to_string()),
                    text_row("Chain id", &chain_id.to_string()),
                ];
                self.local_card(entry, CardKind::WatchToken, format!("Watch the token {symbol}"), rows)
            }
        }
    }

    /// Verb sentence and kind, for the activity.
    pub(super) fn headline(&self, id: &RequestId) -> Headline {
        match self.entry(id) {
            Some(entry) => {
                let card = self.card(entry, "");
                (card.headline, card.kind)
            }
            None => (String::new(), CardKind::Message),
        }
    }

    fn local_card(&self, entry: &Entry, kind: CardKind, headline: String, rows: Vec<CardRow>) -> Card {
        Card {
            digest: String::new(),
            digest_words: Vec::new(),
            fee: None,
            headline,
            kind,
            limit: None,
            raw: String::new(),
            risks: self.risks(entry, None),
            rows,
            rule: messages::RULE_ALONE.to_owned(),
            simulation: None,
        }
    }

    fn signing_card(&self, entry: &Entry, rule: &str) -> Card {
        let body =
            entry.prepared.as_ref().map(|prepared| prepared.body.clone()).or_else(|| self.draft(entry));
        let Some((body, intent)) =
            body.and_then(|body| Some((self.intent(entry, &body)?, body))).map(|(i, b)| (b, i))
        else {
            return self.local_card(entry, CardKind::ContractCall, String::new(), Vec::new());
        };
        let prepared = entry.prepared.as_ref();
        let complete = prepared.is_some();
        let mut rows = rows::of(&intent, complete);
        let mut headline = headline::of(&intent);
        if let Some((replaced, nothing)) = self.replaces(entry, &intent) {
            if nothing {
                headline = messages::cancelling(&replaced);
            }
            rows.push(text_row("In place of", &replaced));
        }
        Card {
            digest: prepared.map(|it| format!("0x{}", hex::encode(it.digest))).unwrap_or_default(),
            digest_words: if complete { intent.digest_words.clone() } else { Vec::new() },
            fee: prepared.and_then(|it| fee(entry, &intent, it.fee.as_ref())),
            headline,
            kind: headline::kind(&intent),
            limit: self.limit_view(entry, &intent),
            raw: raw(&body),
            risks: self.risks(entry, Some(&intent)),
            rows,
            rule: rule.to_owned(),
            simulation: self.simulation_view(entry, &intent),
        }
    }

    /// A transaction that is not complete yet, to be shown while it waits: without nonce, gas and fee.
    fn draft(&self, entry: &Entry) -> Option<Request> {
        let (params, network) = self.transaction_of(&entry.id)?;
        let fees = Fees::Price { gas_price: 0, access_list: true };
        let transaction = UnsignedTransaction::build(&params, network.chain_id, 0, 0, fees);
        evm::params::transaction_request(&transaction, params.from).ok().map(Request::Evm)
    }
}

fn fee(entry: &Entry, intent: &Intent, facts: Option<&FeeFacts>) -> Option<FeeView> {
    let terms = intent.transaction.as_ref()?;
    let coin =
        |wei: U256| format!("{} {}", units::format(wei, intent.currency.decimals), intent.currency.symbol);
    let gwei = |wei: u128| units::format(U256::from(wei), 9);
    let simulated = simulation::gas_used(entry);
    let gas = simulated.or_else(|| facts.map(|facts| facts.gas_estimate));
    // no more can be used than the limit allows, and without a word about it that much may be
    let expected = |price: u128| fees::max_cost(gas.unwrap_or(u64::MAX).min(terms.gas_limit), price);
    // a rollup takes this beside the gas, whatever the speed
    let parent = terms.l1_fee.unwrap_or_default();
    let price = facts.map_or(terms.max_fee_per_gas, |facts| facts.price_estimate);
    let speeds = facts.and_then(|facts| facts.speeds);
    let at = |speed| {
        let speeds = speeds?;
        let choice = at_speed(speeds, speed);
        Some(SpeedView {
            expected: coin(expected(choice.price(speeds.base_fee())).saturating_add(parent)),
            maximum: coin(fees::max_cost(terms.gas_limit, choice.max_fee_per_gas).saturating_add(parent)),
            speed,
        })
    };
    Some(FeeView {
        editable: !matches!(entry.source, Source::Device { .. })
            && entry.approved.is_none()
            && entry.signed.is_none(),
        estimate: coin(expected(price).saturating_add(parent).min(terms.max_fee)),
        gas_expected: gas,
        gas_limit: terms.gas_limit,
        gas_simulated: simulated.is_some(),
        maximum: coin(terms.max_fee),
        max_fee_gwei: gwei(terms.max_fee_per_gas),
        priority_fee_gwei: terms.max_priority_fee_per_gas.map(gwei).unwrap_or_default(),
        speed: facts.and_then(|facts| facts.speed),
        speeds: [FeeSpeed::Slow, FeeSpeed::Normal, FeeSpeed::Fast].into_iter().filter_map(at).collect(),
    })
}

fn raw(body: &Request) -> String {
    let Request::Evm(body) = body;
    let whole = match &body.subject {
        EvmSubject::Transaction(payload) => format!("0x{}", hex::encode(payload)),
        EvmSubject::PersonalMessage(message) => format!("0x{}", hex::encode(message)),
        EvmSubject::TypedData { json, .. } => text::inert_block(json),
    };
    cap(&whole, MAX_RAW)
}

/// Cuts a long text and says so.
fn cap(whole: &str, limit: usize) -> String {
    match whole.char_indices().nth(limit) {
        None => whole.to_owned(),
        Some((end, _)) => {
            let rest = whole.chars().count() - limit;
            format!("{}… ({rest} more characters)", whole.get(..end).unwrap_or_default())
        }
    }
}

fn row(depth: u8, label: &str, style: RowStyle, value: &str) -> CardRow {
    CardRow { depth, label: label.to_owned(), style, value: value.to_owned() }
}

fn text_row(label: &str, value: &str) -> CardRow {
    row(0, label, RowStyle::Text, value)
}

fn address_row(label: &str, value: &str) -> CardRow {
    row(0, label, RowStyle::Address, value)
}

/// Most characters of the raw tab.
const MAX_RAW: usize = 40_000;
