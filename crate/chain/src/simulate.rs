//! What a transaction would move, as a node that runs it in advance tells it.
//!
//! Three ways, by what the node offers: `eth_simulateV1` (execution-apis, "eth_simulateV1"), `debug_traceCall` with the
//! call tracer (geth documentation, "Built-in EVM tracers"), and `eth_call`, which tells only whether it fails. A node may
//! lie, and contracts may announce what they do not do: the outcome is shown, and nothing that is signed depends on it.
//! Where the node offers it, the balances of a few tokens are measured before and after instead of believed.

mod read;

use alloy_primitives::{Address, Bytes, I256, U256};
use serde_json::{Value, json};

use crate::evm::call::is_unlimited;
use crate::evm::quantity::write_number;
use crate::evm::selector_of;
use crate::evm::tx::UnsignedTransaction;
use crate::rpc::{self, Query};

use read::{Happening, Ran, read_simulation, read_trace};

/// A transaction to be run in advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    account: Address,
    to: Option<Address>,
    value: U256,
    data: Bytes,
    gas_limit: u64,
    measured: Vec<Address>,
}

/// A node's answer about a [`Trial`], read but not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run(Vec<Ran>);

/// What a transaction would do to its account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// It fails: the contract's reason, rendered inert, or nothing if it gives none.
    pub reverted: Option<String>,
    /// What the account has more or less of afterwards, fees left out.
    pub changes: Vec<Change>,
    /// What others may take of it afterwards.
    pub allowances: Vec<Allowed>,
    /// There was more than is read.
    pub truncated: bool,
    /// Gas that it uses, if it does not fail and the node says.
    pub gas_used: Option<u64>,
}

/// More or less of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub asset: Asset,
    /// How much, in the smallest unit; below zero if it leaves.
    pub delta: I256,
}

/// A thing that an account can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asset {
    /// The chain's own coin.
    Coin,
    /// A divisible token (ERC-20).
    Token(Address),
    /// An item of a collection (ERC-721, ERC-1155): contract and number.
    Item(Address, U256),
}

/// What someone may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The token's contract.
    pub token: Address,
    /// Who may take.
    pub spender: Address,
    /// How much.
    pub what: Allowance,
}

/// How much someone may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Up to an amount in the smallest unit; zero takes an approval back.
    Amount(U256),
    /// Every item of the collection, or no longer.
    Every(bool),
    /// One item.
    Item(U256),
}

impl Trial {
    /// A trial of a transaction. The balances of `tokens` (the first [`MAX_MEASURED`]) are measured where the node can.
    #[must_use]
    pub fn new(tx: &UnsignedTransaction, account: Address, tokens: &[Address]) -> Self {
        let mut measured: Vec<Address> = Vec::new();
        for token in tokens {
            if !measured.contains(token) && measured.len() < MAX_MEASURED {
                measured.push(*token);
            }
        }
        let (to, value, data, gas_limit) = (tx.to, tx.value, tx.data.clone(), tx.gas_limit);
        Self { account, to, value, data, gas_limit, measured }
    }

    /// `eth_simulateV1`: balances, the transaction with its transfers, balances again.
    #[must_use]
    pub fn simulation(&self) -> Query<Run> {
        let balances: Vec<Value> = self.measured.iter().map(|token| self.balance_call(token)).collect();
        let mut calls = balances.clone();
        calls.push(self.call_object());
        calls.extend(balances);
        let params = json!([
            { "blockStateCalls": [{ "calls": calls }], "traceTransfers": true, "validation": false },
            "latest",
        ]);
        Query::new("eth_simulateV1", params, |result| read_simulation(result).map(Run))
    }

    /// `debug_traceCall` with geth's call tracer.
    #[must_use]
    pub fn trace(&self) -> Query<Run> {
        let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
        Query::new("debug_traceCall", json!([self.call_object(), "latest", options]), |result| {
            read_trace(result).map(|ran| Run(vec![ran]))
        })
    }

    /// `eth_call`: only whether it fails.
    #[must_use]
    pub fn call(&self) -> Query<Bytes> {
        Query::new("eth_call", json!([self.call_object(), "latest"]), rpc::bytes)
    }

    /// What the answer to [`Self::simulation`] or [`Self::trace`] means for the account; nothing if it is the answer to
    /// something else.
    #[must_use]
    pub fn outcome(&self, run: &Run) -> Option<Outcome> {
        let (before, ran, after) = match run.0.as_slice() {
            [ran] => (&[][..], ran, &[][..]),
            calls if calls.len() == self.measured.len() * 2 + 1 => {
                let (before, rest) = calls.split_at_checked(self.measured.len())?;
                let (ran, after) = rest.split_first()?;
                (before, ran, after)
            }
            _ => return None,
        };
        if let Some(reason) = &ran.reverted {
            return Some(Outcome { reverted: Some(reason.clone()), ..Outcome::default() });
        }
        let mut outcome = Outcome { truncated: ran.truncated, gas_used: ran.gas_used, ..Outcome::default() };
        for happening in &ran.happenings {
            outcome.take(happening, &self.account);
        }
        for (token, (before, after)) in self.measured.iter().zip(before.iter().zip(after)) {
            if let (Some(before), Some(after)) = (before.number(), after.number()) {
                outcome.measured(*token, before, after);
            }
        }
        outcome.changes.retain(|change| !change.delta.is_zero());
        outcome.truncated |= outcome.changes.len() > MAX_SHOWN || outcome.allowances.len() > MAX_SHOWN;
        outcome.changes.truncate(MAX_SHOWN);
        outcome.allowances.truncate(MAX_SHOWN);
        Some(outcome)
    }

    fn call_object(&self) -> Value {
        let mut object = rpc::call_object(Some(&self.account), self.to.as_ref(), self.value, &self.data);
        object["gas"] = json!(write_number(U256::from(self.gas_limit)));
        object
    }

    fn balance_call(&self, token: &Address) -> Value {
        let mut data = selector_of("balanceOf(address)").to_vec();
        data.extend_from_slice(self.account.into_word().as_slice());
        let mut object = rpc::call_object(Some(&self.account), Some(token), U256::ZERO, &data.into());
        object["gas"] = json!(write_number(U256::from(MEASURING_GAS)));
        object
    }
}

impl Allowance {
    /// Whether it has no meaningful limit.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        match self {
            Self::Amount(amount) => is_unlimited(*amount),
            Self::Every(yes) => *yes,
            Self::Item(_) => false,
        }
    }
}

impl Outcome {
    fn take(&mut self, happening: &Happening, account: &Address) {
        match happening {
            Happening::Moved { asset, from, to, amount } => {
                if from != to {
                    if from == account {
                        self.change(*asset, *amount, true);
                    }
                    if to == account {
                        self.change(*asset, *amount, false);
                    }
                }
            }
            Happening::Allowed { owner, allowed } if owner == account => {
                let same = |other: &Allowed| {
                    let kind = core::mem::discriminant(&other.what) == core::mem::discriminant(&allowed.what);
                    other.token == allowed.token && other.spender == allowed.spender && kind
                };
                // the last word counts
                self.allowances.retain(|other| !same(other));
                self.allowances.push(allowed.clone());
            }
            Happening::Allowed { .. } => {}
        }
    }

    fn change(&mut self, asset: Asset, amount: U256, leaves: bool) {
        // more than any supply, from a contract that announces nonsense: shown as the widest number
        let amount = I256::try_from(amount).unwrap_or(I256::MAX);
        let delta = if leaves { amount.saturating_neg() } else { amount };
        match self.changes.iter_mut().find(|change| change.asset == asset) {
            Some(change) => change.delta = change.delta.saturating_add(delta),
            None => self.changes.push(Change { asset, delta }),
        }
    }

    /// What was measured counts more than what was announced.
    fn measured(&mut self, token: Address, before: U256, after: U256) {
        let difference = if after >= before { after - before } else { before - after };
        let announced_items =
            self.changes.iter().any(|it| matches!(it.asset, Asset::Item(contract, _) if contract == token));
        if announced_items {
            // a collection: its balance counts items, and the items themselves are listed
            return;
        }
        self.changes.retain(|change| change.asset != Asset::Token(token));
        if !difference.is_zero() {
            self.change(Asset::Token(token), difference, after < before);
        }
    }
}

/// Tokens whose balances are measured.
pub const MAX_MEASURED: usize = 6;
/// Changes, and allowances, that are kept.
pub const MAX_SHOWN: usize = 24;
/// Gas for one look at a balance.
const MEASURING_GAS: u64 = 300_000;

#[cfg(test)]
mod tests;
