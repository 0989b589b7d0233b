//! Completing a transaction: nonce, gas, fee, and whether the account can pay.
//!
//! The head of the line is prepared alone, so nonces are handed out one after another: the larger of what the
//! node counts as pending and what this device has signed and not yet seen on the chain. A page's own nonce, gas
//! and fees are honoured. A call that reverts may be sent all the same, with a warning.

use serde_json::Value;
use symbolon_chain::evm::params::{self, TxParams};
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::fees::{FeeChoice, FeeHistory, Speeds, gas_limit};
use symbolon_chain::intent::TransactionKind;
use symbolon_chain::networks::Network;
use symbolon_chain::rpc::{self, Query};
use symbolon_chain::{Address, Request, U256, units};

use super::requests::{FeeFacts, FeeWish, Prepared, Stage};
use super::rpc::{NoAnswer, Purpose, read};
use crate::context::Context;
use crate::event::{FetchError, Timestamp};
use crate::messages;
use crate::request::RequestId;
use crate::view::FeeSpeed;
use crate::wallet::Wallet;

/// What is known so far of the transaction that is being prepared.
#[derive(Debug, Default)]
pub(crate) struct Preparation {
    /// Answers of an earlier attempt are not those of this one.
    attempt: u64,
    balance: Option<U256>,
    /// Open questions.
    open: u32,
    /// The node could not be reached.
    pub chain_down: bool,
    fails: Option<String>,
    gas: Option<u64>,
    gas_price: Option<u128>,
    history: Option<FeeHistory>,
    nonce: Option<u64>,
    tip: Option<u128>,
    trouble: Option<String>,
}

impl Preparation {
    /// What the account has of the chain's own coin, in wei.
    pub(crate) fn balance(&self) -> Option<U256> {
        self.balance
    }
}

/// A question of the preparation.
#[derive(Debug)]
pub(crate) enum PrepareStep {
    Balance(Query<U256>),
    Gas(Query<u64>),
    GasPrice(Query<u128>),
    History(Query<FeeHistory>),
    Nonce(Query<u64>),
    Tip(Query<u128>),
}

impl Wallet {
    /// Begins the preparation of a transaction.
    pub(super) fn prepare(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some((params, network)) = self.transaction_of(id) else {
            return self.prepare_failed(cx, id, messages::NETWORK_UNKNOWN.to_owned());
        };
        let attempt = cx.take_id();
        if let Some(entry) = self.entry_mut(id) {
            entry.live.stage = Stage::Preparing;
            entry.live.preparation = Some(Preparation { attempt, open: 6, ..Preparation::default() });
        }
        let from = params.from;
        let nonce = rpc::pending_nonce(&from);
        let balance = rpc::balance(&from);
        let gas = rpc::estimate_gas(&from, params.to.as_ref(), params.value, &params.data);
        let (history, tip, price) = (rpc::fee_history(), rpc::tip(), rpc::gas_price());
        let bodies =
            [nonce.body(1), balance.body(1), gas.body(1), history.body(1), tip.body(1), price.body(1)];
        let steps = [
            PrepareStep::Nonce(nonce),
            PrepareStep::Balance(balance),
            PrepareStep::Gas(gas),
            PrepareStep::History(history),
            PrepareStep::Tip(tip),
            PrepareStep::GasPrice(price),
        ];
        for (step, body) in steps.into_iter().zip(bodies) {
            self.ask(cx, &network, &body, Purpose::Prepare { request: *id, attempt, step });
        }
        cx.view_changed();
    }

    pub(super) fn prepare_came(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        attempt: u64,
        step: PrepareStep,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        let chain_id = self.entry(id).and_then(super::requests::Entry::chain_id).unwrap_or_default();
        let name = self.dapp.networks.find(chain_id).map(|network| network.name).unwrap_or_default();
        let Some(preparation) = self
            .entry_mut(id)
            .and_then(|entry| entry.live.preparation.as_mut())
            .filter(|preparation| preparation.attempt == attempt && preparation.open > 0)
        else {
            return;
        };
        preparation.open -= 1;
        let needed = |answer: NoAnswer| match answer {
            NoAnswer::Down(error) => messages::prepare_down(&name, error),
            NoAnswer::Refused(error) => messages::prepare_refused(&name, &error.to_string()),
        };
        let down = outcome.is_err();
        match step {
            PrepareStep::Balance(query) => match read(&query, outcome) {
                Ok(balance) => preparation.balance = Some(balance),
                Err(error) => preparation.trouble = Some(needed(error)),
            },
            PrepareStep::Gas(query) => match read(&query, outcome) {
                Ok(gas) => preparation.gas = Some(gas),
                // What the account cannot pay is found out by the balance, with figures.
                Err(NoAnswer::Refused(error)) if error.is_insufficient_funds() => {}
                Err(NoAnswer::Refused(error)) => {
                    let reason = rpc::revert_reason(&error).unwrap_or_default();
                    preparation.fails = Some(reason);
                }
                Err(error) => preparation.trouble = Some(needed(error)),
            },
            PrepareStep::GasPrice(query) => preparation.gas_price = read(&query, outcome).ok(),
            PrepareStep::History(query) => preparation.history = read(&query, outcome).ok(),
            PrepareStep::Nonce(query) => match read(&query, outcome) {
                Ok(nonce) => preparation.nonce = Some(nonce),
                Err(error) => preparation.trouble = Some(needed(error)),
            },
            PrepareStep::Tip(query) => preparation.tip = read(&query, outcome).ok(),
        }
        preparation.chain_down |= down;
        let complete = preparation.open == 0;
        self.note_reachable(cx, chain_id, !down);
        if complete {
            self.finish_preparation(cx, id);
        }
    }

    fn finish_preparation(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        match self.complete(id, cx.now) {
            Ok(prepared) => {
                if let Some(entry) = self.entry_mut(id) {
                    entry.prepared = Some(prepared);
                    entry.live.stage = Stage::Ready;
                    entry.live.started = false;
                }
                self.store_entry(cx, id);
                self.look_up(cx, id);
                cx.view_changed();
            }
            Err(message) => self.prepare_failed(cx, id, message),
        }
    }

    /// Puts the transaction together from what is known; the sentence if it cannot be.
    fn complete(&self, id: &RequestId, now: Timestamp) -> Result<Prepared, String> {
        let gone = || messages::REQUEST_UNKNOWN.to_owned();
        let (params, network) = self.transaction_of(id).ok_or_else(gone)?;
        let entry = self.entry(id).ok_or_else(gone)?;
        let (ask, preparation) = entry.sign().zip(entry.live.preparation.as_ref()).ok_or_else(gone)?;
        if let Some(trouble) = &preparation.trouble {
            return Err(trouble.clone());
        }
        let counted = preparation.nonce.ok_or_else(gone)?;
        let local = self.next_local_nonce(ask.chain_id, &ask.account, now);
        let nonce = params.nonce.unwrap_or_else(|| local.map_or(counted, |local| local.max(counted)));
        let (fees, facts, wished_gas) = fees(&params, preparation, ask.fee)
            .ok_or_else(|| messages::prepare_refused(&network.name, messages::FEE_UNKNOWN_SPEED))?;
        let estimate = preparation.gas.unwrap_or_else(|| fallback_gas(&params));
        let gas = wished_gas
            .or(params.gas)
            .unwrap_or_else(|| if preparation.gas.is_some() { gas_limit(estimate) } else { estimate });
        let (fees, facts) = match params.nonce.and_then(|nonce| self.least_fees(entry, nonce)) {
            None => (fees, facts),
            Some(least) => {
                let by_hand = matches!(ask.fee, FeeWish::Custom { .. });
                let raised = super::replace::raise(fees, least, by_hand)?;
                // no suggested speed pays what was raised
                let speed = facts.speed.filter(|_| raised == fees);
                (raised, FeeFacts { speed, ..facts })
            }
        };
        let transaction = UnsignedTransaction::build(&params, ask.chain_id, nonce, gas, fees);
        let needs = transaction.value.saturating_add(transaction.max_gas_cost());
        let has = preparation.balance.ok_or_else(gone)?;
        if has < needs {
            let decimals = network.currency.decimals;
            let (has, needs) = (units::format(has, decimals), units::format(needs, decimals));
            return Err(messages::insufficient_funds(&has, &needs, &network.currency.symbol));
        }
        let body = params::transaction_request(&transaction, ask.account).map_err(|error| error.message)?;
        let body = Request::Evm(body);
        // Decoded as every other device will: what cannot be shown is not signed.
        let digest =
            symbolon_chain::digest(&body).map_err(|error| messages::refuse_unreadable(&error.to_string()))?;
        Ok(Prepared {
            body,
            digest: digest.0,
            fee: Some(FeeFacts { gas_estimate: estimate, ..facts }),
            fails: preparation.fails.clone(),
        })
    }

    pub(super) fn prepare_failed(&mut self, cx: &mut Context<'_>, id: &RequestId, message: String) {
        if let Some(entry) = self.entry_mut(id) {
            entry.live.stage = Stage::PrepareFailed(message);
            cx.view_changed();
        }
    }

    /// What the page or the owner asked for, and the network it is for.
    pub(super) fn transaction_of(&self, id: &RequestId) -> Option<(TxParams, Network)> {
        let ask = self.entry(id)?.sign()?;
        let params: Value = serde_json::from_str(ask.transaction.as_ref()?).ok()?;
        let params = params::send_transaction(&params, ask.chain_id).ok()?;
        Some((params, self.dapp.networks.find(ask.chain_id)?))
    }

    /// The nonce after those that this device signed and the chain may not count yet.
    fn next_local_nonce(&self, chain_id: u64, account: &Address, now: Timestamp) -> Option<u64> {
        let signed = self.dapp.requests.iter().filter_map(|entry| {
            let ask = entry.sign().filter(|ask| ask.chain_id == chain_id && ask.account == *account);
            ask.and(entry.signed.as_ref()).map(|signed| signed.nonce)
        });
        let submitted = self.dapp.activity.iter().filter_map(|done| {
            let ours = done.chain_id == chain_id && done.account == Some(*account);
            done.holds_nonce(now).filter(|_| ours)
        });
        signed.chain(submitted).max().map(|nonce| nonce.saturating_add(1))
    }

    /// The owner's choice of fee: the transaction is put together anew, and signed anew.
    pub(super) fn edit_fee(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        wish: FeeWish,
    ) -> Result<(), (&'static str, String)> {
        let Some(entry) = self.entry_mut(id) else {
            return Err(("request/unknown", messages::REQUEST_UNKNOWN.to_owned()));
        };
        if entry.approved.is_some() || entry.signed.is_some() {
            return Err(("request/approved", messages::REQUEST_APPROVED.to_owned()));
        }
        let super::requests::Ask::Sign(ask) = &mut entry.ask else {
            return Err(("request/no-fee", messages::FEE_NOT_HERE.to_owned()));
        };
        if ask.transaction.is_none() {
            return Err(("request/no-fee", messages::FEE_NOT_HERE.to_owned()));
        }
        ask.fee = wish;
        entry.prepared = None;
        if entry.live.stage != Stage::Queued {
            entry.live.stage = Stage::Queued;
            entry.live.started = false;
        }
        self.store_entry(cx, id);
        cx.view_changed();
        Ok(())
    }
}

/// The fee that the owner or the page wants, or the normal one; with the gas limit if the owner set one.
fn fees(params: &TxParams, known: &Preparation, wish: FeeWish) -> Option<(Fees, FeeFacts, Option<u64>)> {
    let speeds = known.history.as_ref().map(|history| history.suggest(known.tip));
    let base = known.history.as_ref().map_or(0, |history| history.next_base_fee);
    let access_list = params.kind == Some(TransactionKind::AccessList);
    let asked_for_price = match params.kind {
        Some(TransactionKind::Legacy | TransactionKind::AccessList) => true,
        Some(TransactionKind::DynamicFee) => false,
        None => params.gas_price.is_some(),
    };
    let price = |gas_price: u128| Fees::Price { gas_price, access_list };
    let dynamic = |choice: FeeChoice| Fees::Dynamic {
        max_fee_per_gas: choice.max_fee_per_gas,
        max_priority_fee_per_gas: choice.max_priority_fee_per_gas,
    };
    let by_price = asked_for_price || speeds.is_none();
    let (fees, speed, gas) = match wish {
        FeeWish::Custom { max_fee, priority, gas_limit } => {
            let fees = if by_price {
                price(max_fee)
            } else {
                let tip = priority.unwrap_or(max_fee).min(max_fee);
                dynamic(FeeChoice { max_fee_per_gas: max_fee, max_priority_fee_per_gas: tip })
            };
            (fees, None, Some(gas_limit))
        }
        FeeWish::Page | FeeWish::Speed(_) if by_price => {
            let given = params.gas_price.or(params.max_fee_per_gas).filter(|_| wish == FeeWish::Page);
            (price(given.or(known.gas_price).or(speeds.map(|it| it.normal.max_fee_per_gas))?), None, None)
        }
        FeeWish::Page => page_fee(params, speeds?),
        FeeWish::Speed(speed) => (dynamic(at_speed(speeds?, speed)), Some(speed), None),
    };
    let price_estimate = match fees {
        Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } => {
            base.saturating_add(max_priority_fee_per_gas).min(max_fee_per_gas)
        }
        Fees::Price { gas_price, .. } => gas_price,
    };
    let speeds = speeds.filter(|_| !by_price);
    Some((fees, FeeFacts { gas_estimate: 0, price_estimate, speeds, speed }, gas))
}

/// What the page gave is honoured; what it left out is the normal speed's.
fn page_fee(params: &TxParams, speeds: Speeds) -> (Fees, Option<FeeSpeed>, Option<u64>) {
    let normal = speeds.normal;
    let (max, tip) = match (params.max_fee_per_gas, params.max_priority_fee_per_gas) {
        (None, None) => {
            let fees = Fees::Dynamic {
                max_fee_per_gas: normal.max_fee_per_gas,
                max_priority_fee_per_gas: normal.max_priority_fee_per_gas,
            };
            return (fees, Some(FeeSpeed::Normal), None);
        }
        (Some(max), tip) => (max, tip.unwrap_or(normal.max_priority_fee_per_gas).min(max)),
        (None, Some(tip)) => {
            let room = normal.max_fee_per_gas.saturating_sub(normal.max_priority_fee_per_gas);
            (room.saturating_add(tip), tip)
        }
    };
    (Fees::Dynamic { max_fee_per_gas: max, max_priority_fee_per_gas: tip }, None, None)
}

pub(crate) fn at_speed(speeds: Speeds, speed: FeeSpeed) -> FeeChoice {
    match speed {
        FeeSpeed::Fast => speeds.fast,
        FeeSpeed::Normal => speeds.normal,
        FeeSpeed::Slow => speeds.slow,
    }
}

/// Gas for a call whose need the node cannot tell, because it reverts: what its bytes cost (EIP-2028, EIP-3860)
/// and room for the call itself.
fn fallback_gas(params: &TxParams) -> u64 {
    let bytes = u64::try_from(params.data.len()).unwrap_or(u64::MAX);
    let creation = if params.to.is_none() { 32_000u64.saturating_add(bytes.saturating_mul(200)) } else { 0 };
    21_000u64.saturating_add(bytes.saturating_mul(16)).saturating_add(creation).saturating_add(300_000)
}
