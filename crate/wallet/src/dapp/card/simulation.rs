//! The simulated part of a card.

use symbolon_chain::context::Context as Names;
use symbolon_chain::evm::address::checksummed;
use symbolon_chain::simulate::{Allowance, Asset, Change, Outcome};
use symbolon_chain::{Address, Intent, U256, units};

use super::super::requests::Entry;
use super::super::simulate::State;
use crate::messages;
use crate::view::{ChangeKind, ChangeView, SimulationStatus, SimulationView};
use crate::wallet::Wallet;

impl Wallet {
    /// What this device's node says that a transaction would move; nothing for what is no transaction.
    pub(super) fn simulation_view(&self, entry: &Entry, intent: &Intent) -> Option<SimulationView> {
        let prepared = entry.prepared.as_ref()?;
        intent.transaction.as_ref()?;
        let simulation = entry.live.simulation.as_ref().filter(|it| it.digest == prepared.digest);
        let (status, message, changes) = match simulation.map(|it| &it.state) {
            None | Some(State::Pending) => {
                (SimulationStatus::Pending, messages::SIMULATING.to_owned(), Vec::new())
            }
            Some(State::NotSimulated(why)) => (SimulationStatus::NotSimulated, why.clone(), Vec::new()),
            Some(State::RunOnly) => {
                (SimulationStatus::RunOnly, messages::SIMULATED_RUN_ONLY.to_owned(), Vec::new())
            }
            Some(State::Done(Outcome { reverted: Some(reason), .. })) => {
                (SimulationStatus::Reverts, messages::simulated_revert(reason), Vec::new())
            }
            Some(State::Done(outcome)) => {
                let names = self.names_for(entry);
                let mut changes: Vec<ChangeView> =
                    outcome.changes.iter().map(|it| change(it, intent, &names)).collect();
                changes.extend(outcome.allowances.iter().map(|it| {
                    let what = allowance(&it.what, &it.token, intent, &names);
                    allowed(&it.spender, &it.token, &what, intent, &names)
                }));
                let message = match (changes.is_empty(), outcome.truncated) {
                    (true, false) => messages::SIMULATED_NOTHING.to_owned(),
                    (_, true) => messages::SIMULATED_MORE.to_owned(),
                    (false, false) => messages::SIMULATED.to_owned(),
                };
                (SimulationStatus::Changes, message, changes)
            }
        };
        Some(SimulationView { changes, message, status })
    }

    /// Why this device's node expects it to fail, if it does.
    pub(super) fn predicted_failure(&self, entry: &Entry) -> Option<String> {
        let prepared = entry.prepared.as_ref()?;
        let simulation = entry.live.simulation.as_ref().filter(|it| it.digest == prepared.digest);
        let simulated = match simulation.map(|it| &it.state) {
            Some(State::Done(outcome)) => outcome.reverted.clone(),
            _ => None,
        };
        // the more telling of the two
        match (simulated, prepared.fails.clone()) {
            (Some(reason), _) if !reason.is_empty() => Some(reason),
            (simulated, fails) => fails.or(simulated),
        }
    }
}

/// Gas that a transaction uses by its simulation; nothing where there is none, or where it fails.
pub(super) fn gas_used(entry: &Entry) -> Option<u64> {
    let digest = entry.prepared.as_ref()?.digest;
    match &entry.live.simulation.as_ref().filter(|it| it.digest == digest)?.state {
        State::Done(outcome) => outcome.gas_used,
        _ => None,
    }
}

fn change(change: &Change, intent: &Intent, names: &Names) -> ChangeView {
    let (kind, sign) =
        if change.delta.is_negative() { (ChangeKind::Out, '−') } else { (ChangeKind::In, '+') };
    let amount = change.delta.unsigned_abs();
    let (text, token, vouched) = match &change.asset {
        Asset::Coin => {
            let currency = &intent.currency;
            (format!("{} {}", units::format(amount, currency.decimals), currency.symbol), None, true)
        }
        Asset::Token(token) => {
            let (text, vouched) = amount_of(token, amount, intent, names);
            (text, Some(*token), vouched)
        }
        Asset::Item(token, number) => {
            let (symbol, vouched) = symbol_of(token, intent, names);
            let item = format!("item {number} of {symbol}");
            let text = if amount == U256::ONE { item } else { format!("{amount} × {item}") };
            (text, Some(*token), vouched)
        }
    };
    ChangeView {
        kind,
        note: (!vouched).then(|| messages::UNLISTED_TOKEN.to_owned()),
        spender: None,
        text: format!("{sign}{text}"),
        token: token.map(|token| checksummed(&token)),
    }
}

fn allowed(spender: &Address, token: &Address, what: &str, intent: &Intent, names: &Names) -> ChangeView {
    let who = names
        .names
        .get(spender)
        .map_or_else(|| messages::short(spender), |known| symbolon_chain::text::inert_name(&known.name));
    let (_, vouched) = symbol_of(token, intent, names);
    ChangeView {
        kind: ChangeKind::Allowance,
        note: (!vouched).then(|| messages::UNLISTED_TOKEN.to_owned()),
        spender: Some(checksummed(spender)),
        text: messages::simulated_allowance(&who, what),
        token: Some(checksummed(token)),
    }
}

/// What may be taken; empty for nothing.
fn allowance(what: &Allowance, token: &Address, intent: &Intent, names: &Names) -> String {
    let symbol = symbol_of(token, intent, names).0;
    match what {
        Allowance::Amount(amount) if amount.is_zero() => String::new(),
        Allowance::Amount(_) if what.is_unlimited() => format!("all your {symbol}"),
        Allowance::Amount(amount) => amount_of(token, *amount, intent, names).0,
        Allowance::Every(true) => format!("every item of {symbol}"),
        Allowance::Every(false) => String::new(),
        Allowance::Item(number) => format!("item {number} of {symbol}"),
    }
}

fn amount_of(token: &Address, amount: U256, intent: &Intent, names: &Names) -> (String, bool) {
    match names.tokens.get(&(intent.chain_id, *token)) {
        Some(info) => {
            let symbol = symbolon_chain::text::inert_name(&info.symbol);
            (format!("{} {symbol}", units::format(amount, info.decimals)), info.vouched)
        }
        None => (format!("{amount} smallest units of token {}", messages::short(token)), false),
    }
}

fn symbol_of(token: &Address, intent: &Intent, names: &Names) -> (String, bool) {
    match names.tokens.get(&(intent.chain_id, *token)) {
        Some(info) => (symbolon_chain::text::inert_name(&info.symbol), info.vouched),
        None => (format!("token {}", messages::short(token)), false),
    }
}
