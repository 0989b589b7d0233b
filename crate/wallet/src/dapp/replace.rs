//! Transactions in another's place: sped up, or cancelled by a transfer of nothing to the account itself.
//!
//! Two transactions of one account with one nonce exclude each other: the chain takes the first that a block holds. A
//! replacement is a request of its own, decided like any other; nodes pass it on only if it pays clearly more.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use symbolon_chain::evm::address;
use symbolon_chain::evm::quantity::{write_bytes, write_number};
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::fees::FeeChoice;
use symbolon_chain::intent::Action;
use symbolon_chain::request::EvmSubject;
use symbolon_chain::{Address, Intent, Request, U256, units};

use super::activity::{Done, Ending};
use super::record;
use super::requests::{Ask, Entry, FeeWish, SignAsk, Source};
use crate::context::Context;
use crate::messages;
use crate::request::RequestId;
use crate::store::Batch;
use crate::wallet::Wallet;

/// A transaction that was sent and is not known to be in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    body: Request,
    path: String,
}

impl Pending {
    pub(crate) fn key(id: &RequestId) -> String {
        format!("{}{id}", record::PENDING)
    }

    fn transaction(&self) -> Option<UnsignedTransaction> {
        let Request::Evm(body) = &self.body;
        match &body.subject {
            EvmSubject::Transaction(payload) => UnsignedTransaction::decode(payload).ok(),
            EvmSubject::PersonalMessage(_) | EvmSubject::TypedData { .. } => None,
        }
    }
}

impl Wallet {
    /// Remembers what was sent, as long as something may take its place.
    pub(super) fn keep_pending(&mut self, cx: &mut Context<'_>, entry: &Entry) {
        let Some((ask, prepared)) = entry.sign().zip(entry.prepared.as_ref()) else { return };
        let pending = Pending { body: prepared.body.clone(), path: ask.path.clone() };
        cx.store(record::put(Pending::key(&entry.id), &pending));
        self.dapp.pending.insert(entry.id, pending);
        self.ask_mined(cx);
    }

    pub(super) fn drop_pending(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        if self.dapp.pending.remove(id).is_some() {
            let mut batch = Batch::default();
            batch.delete(Pending::key(id));
            cx.store(batch);
        }
    }

    pub(super) fn is_replaceable(&self, done: &Done) -> bool {
        done.ending == Ending::Submitted && self.dapp.pending.contains_key(&done.id)
    }

    /// Asks for a transaction in another's place: the same again with a higher fee, or nothing to the account itself.
    pub(super) fn replace(
        &mut self,
        cx: &mut Context<'_>,
        text: &str,
        cancel: bool,
    ) -> Result<(), (&'static str, String)> {
        let unknown = || ("transaction/not-pending", messages::NOT_PENDING.to_owned());
        let id: RequestId = text.parse().map_err(|_| unknown())?;
        let done = self.dapp.activity.iter().find(|done| done.id == id).ok_or_else(unknown)?;
        let pending = self.dapp.pending.get(&id).filter(|_| self.is_replaceable(done)).ok_or_else(unknown)?;
        let transaction = pending.transaction().ok_or_else(unknown)?;
        let account = done.account.ok_or_else(unknown)?;
        let chain_id = done.chain_id;
        if self.awaits_nonce(chain_id, &account, transaction.nonce) {
            return Err(("transaction/replacing", messages::REPLACING.to_owned()));
        }
        let path = pending.path.clone();
        let fields = if cancel { cancelling(&transaction, &account) } else { again(&transaction, &account) };
        let ask = Ask::Sign(SignAsk {
            chain_id,
            account,
            path,
            transaction: Some(json!([fields]).to_string()),
            fee: FeeWish::Page,
        });
        self.journal(cx, Source::Wallet, ask, None, None);
        Ok(())
    }

    /// Whether a request of the owner's own for this nonce waits already.
    fn awaits_nonce(&self, chain_id: u64, account: &Address, nonce: u64) -> bool {
        self.dapp.requests.iter().filter(|entry| entry.source == Source::Wallet).any(|entry| {
            let same = |ask: &&SignAsk| ask.chain_id == chain_id && ask.account == *account;
            entry.sign().filter(same).is_some()
                && self.transaction_of(&entry.id).is_some_and(|(params, _)| params.nonce == Some(nonce))
        })
    }

    /// What of this account was sent with a nonce and is not in a block: the newest.
    pub(super) fn pending_at(&self, chain_id: u64, account: &Address, nonce: u64) -> Option<&Done> {
        self.all_pending_at(chain_id, *account, nonce).next_back()
    }

    fn all_pending_at(
        &self,
        chain_id: u64,
        account: Address,
        nonce: u64,
    ) -> impl DoubleEndedIterator<Item = &Done> {
        self.dapp.activity.iter().filter(move |done| {
            done.chain_id == chain_id
                && done.account == Some(account)
                && done.nonce == Some(nonce)
                && done.ending == Ending::Submitted
        })
    }

    /// Least fees that take a pending transaction's place, for the owner's own requests.
    pub(super) fn least_fees(&self, entry: &Entry, nonce: u64) -> Option<FeeChoice> {
        let ask = entry.sign().filter(|_| entry.source == Source::Wallet)?;
        let pending = self.all_pending_at(ask.chain_id, ask.account, nonce);
        let none = FeeChoice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 };
        let fees = pending.filter_map(|done| self.dapp.pending.get(&done.id)?.transaction());
        fees.map(|transaction| none.replacing(paid(&transaction))).reduce(|one, other| FeeChoice {
            max_fee_per_gas: one.max_fee_per_gas.max(other.max_fee_per_gas),
            max_priority_fee_per_gas: one.max_priority_fee_per_gas.max(other.max_priority_fee_per_gas),
        })
    }

    /// What a request takes the place of, as far as this device knows.
    pub(super) fn replaces(&self, entry: &Entry, intent: &Intent) -> Option<(String, bool)> {
        let terms = intent.transaction.as_ref().filter(|_| entry.prepared.is_some())?;
        let done = self.pending_at(intent.chain_id, &intent.account, terms.nonce)?;
        let nothing = matches!(&intent.action,
            Action::SendNative { to, value } if *to == intent.account && value.is_zero());
        Some((done.headline.clone(), nothing))
    }

    /// A transaction is in a block: whatever else had its nonce never will be.
    pub(super) fn settle_nonce(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some(settled) = self.dapp.activity.iter().find(|done| done.id == *id).cloned() else { return };
        self.drop_pending(cx, id);
        let mut over = Vec::new();
        for done in &mut self.dapp.activity {
            let same = done.chain_id == settled.chain_id && done.account == settled.account;
            if done.id != *id
                && same
                && done.nonce.is_some()
                && done.nonce == settled.nonce
                && done.ending == Ending::Submitted
            {
                done.ending = Ending::Replaced;
                cx.store(record::put(done.key(), &*done));
                over.push(done.id);
            }
        }
        for id in over {
            self.drop_pending(cx, &id);
        }
    }
}

/// Raises fees to the least that replaces; a fee by hand that is below is refused with a sentence.
pub(super) fn raise(fees: Fees, least: FeeChoice, by_hand: bool) -> Result<Fees, String> {
    let (max, tip) = match fees {
        Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } => {
            (max_fee_per_gas, max_priority_fee_per_gas)
        }
        Fees::Price { gas_price, .. } => (gas_price, gas_price),
    };
    let enough = max >= least.max_fee_per_gas && tip >= least.max_priority_fee_per_gas;
    if enough {
        return Ok(fees);
    }
    if by_hand {
        let gwei = |wei: u128| units::format(U256::from(wei), 9);
        let (max, tip) = (gwei(least.max_fee_per_gas), gwei(least.max_priority_fee_per_gas));
        return Err(messages::replacement_fee(&max, &tip));
    }
    Ok(match fees {
        Fees::Dynamic { .. } => {
            let tip = tip.max(least.max_priority_fee_per_gas);
            Fees::Dynamic {
                max_fee_per_gas: max.max(least.max_fee_per_gas).max(tip),
                max_priority_fee_per_gas: tip,
            }
        }
        Fees::Price { access_list, .. } => {
            Fees::Price { gas_price: max.max(least.max_fee_per_gas), access_list }
        }
    })
}

fn paid(transaction: &UnsignedTransaction) -> FeeChoice {
    match transaction.fees {
        Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } => {
            FeeChoice { max_fee_per_gas, max_priority_fee_per_gas }
        }
        Fees::Price { gas_price, .. } => {
            FeeChoice { max_fee_per_gas: gas_price, max_priority_fee_per_gas: gas_price }
        }
    }
}

fn cancelling(transaction: &UnsignedTransaction, account: &Address) -> Value {
    let me = address::lower_case(account);
    let mut fields = json!({
        "from": me, "to": me, "value": "0x0", "nonce": write_number(U256::from(transaction.nonce)),
    });
    if matches!(transaction.fees, Fees::Price { .. }) {
        fields["type"] = json!("0x0");
    }
    fields
}

fn again(transaction: &UnsignedTransaction, account: &Address) -> Value {
    let mut fields = json!({
        "from": address::lower_case(account),
        "value": write_number(transaction.value),
        "nonce": write_number(U256::from(transaction.nonce)),
        "gas": write_number(U256::from(transaction.gas_limit)),
    });
    if let Some(to) = &transaction.to {
        fields["to"] = json!(address::lower_case(to));
    }
    if !transaction.data.is_empty() {
        fields["data"] = json!(write_bytes(&transaction.data));
    }
    if !transaction.access_list.0.is_empty() {
        let items = transaction.access_list.0.iter().map(|item| {
            let keys: Vec<String> = item.storage_keys.iter().map(|key| write_bytes(key.as_slice())).collect();
            json!({ "address": address::lower_case(&item.address), "storageKeys": keys })
        });
        fields["accessList"] = Value::Array(items.collect());
    }
    match transaction.fees {
        Fees::Dynamic { .. } => {}
        Fees::Price { access_list: true, .. } => fields["type"] = json!("0x1"),
        Fees::Price { access_list: false, .. } => fields["type"] = json!("0x0"),
    }
    fields
}
