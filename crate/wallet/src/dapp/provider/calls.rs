//! Bundles of calls (EIP-5792, version 2.0.0), without atomic execution.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use symbolon_chain::evm::{address, params, quantity};
use symbolon_chain::rpc;
use symbolon_chain::{Address, B256};

use super::super::bundles::{Bundle, CallState, LiveBundle};
use super::super::record;
use super::super::requests::{Ask, Entry, FeeWish, SignAsk, Source};
use super::super::rpc::Purpose;
use super::{MAX_PER_ORIGIN, Reply, error};
use crate::context::Context;
use crate::effect::{Effect, ProviderError};
use crate::event::{ClientId, EffectId, FetchError, Origin, ProviderCall, Timestamp};
use crate::messages;
use crate::wallet::Wallet;

/// A page's question for a bundle's status, while the node is asked.
#[derive(Debug)]
pub(crate) struct StatusQuestion {
    client: ClientId,
    call: String,
    origin: Origin,
    bundle: String,
    /// Answers by transaction, in order; `Null` where it is not in a block.
    receipts: Vec<Option<Result<Value, ProviderError>>>,
}

impl Wallet {
    pub(super) fn send_calls(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        match self.bundle_of(call, params) {
            Ok((bundle, asks)) => {
                self.take_bundle(cx, call, bundle, asks);
                None
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Checks everything before anything is asked of the owner.
    fn bundle_of(&self, call: &ProviderCall, params: &Value) -> Result<(Asked, Vec<SignAsk>), ProviderError> {
        self.connected(call)?;
        let object = params
            .as_array()
            .and_then(|list| list.first())
            .and_then(Value::as_object)
            .ok_or_else(|| error::invalid("Expected a single object as the first parameter."))?;
        if object.get("version").and_then(Value::as_str) != Some(VERSION) {
            return Err(error::invalid("Expected 'version' \"2.0.0\"."));
        }
        let id = match given(object, "id") {
            None => None,
            Some(Value::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Some(id.clone()),
            Some(_) => return Err(error::invalid("Expected an 'id' of at most 4096 bytes.")),
        };
        let account = match given(object, "from") {
            Some(from) => parse_account(from)?,
            None => self
                .dapp
                .sites
                .get(&call.origin)
                .and_then(|site| site.accounts.first().copied())
                .ok_or_else(error::unauthorized)?,
        };
        let path = self.path_for(call, &account)?;
        let atomic = object.get("atomicRequired").and_then(Value::as_bool);
        let atomic = atomic.ok_or_else(|| error::invalid("Expected a boolean 'atomicRequired'."))?;
        let chain_id = given(object, "chainId").and_then(|it| chain_id(it).ok());
        let chain_id = chain_id.ok_or_else(|| error::invalid("Expected a hexadecimal 'chainId'."))?;
        let calls = object.get("calls").and_then(Value::as_array).filter(|calls| !calls.is_empty());
        let calls = calls.ok_or_else(|| error::invalid("Expected a list 'calls' with at least one call."))?;
        capabilities(object)?;
        let mut asks = Vec::new();
        for one in calls {
            let one = one.as_object().ok_or_else(|| error::invalid("Expected an object for each call."))?;
            capabilities(one)?;
            let transaction = transaction(one, &account);
            params::send_transaction(&transaction, chain_id).map_err(|it| error::invalid(&it.message))?;
            asks.push(SignAsk {
                chain_id,
                account,
                path: path.clone(),
                transaction: Some(transaction.to_string()),
                fee: FeeWish::Page,
            });
        }
        if self.dapp.networks.find(chain_id).is_none() {
            return Err(error::unsupported_chain());
        }
        if id.as_ref().is_some_and(|id| self.dapp.bundles.find(&call.origin, id).is_some()) {
            return Err(error::duplicate_bundle());
        }
        if atomic {
            return Err(error::not_atomic());
        }
        if asks.len() > MAX_CALLS {
            return Err(error::bundle_too_large());
        }
        if self.waiting_of(&call.origin).saturating_add(asks.len()) > MAX_PER_ORIGIN || self.too_many(call) {
            return Err(error::limit());
        }
        Ok((Asked { id, chain_id }, asks))
    }

    fn take_bundle(&mut self, cx: &mut Context<'_>, call: &ProviderCall, asked: Asked, asks: Vec<SignAsk>) {
        self.touch_site(cx, &call.origin);
        let id = asked.id.unwrap_or_else(|| {
            let mut id = [0; 32];
            cx.rng.fill_bytes(&mut id);
            format!("0x{}", hex::encode(id))
        });
        let mut entries: Vec<Entry> = Vec::new();
        for (number, ask) in asks.into_iter().enumerate() {
            // Not an id that a page's call can have: these answer to the bundle.
            let source = Source::Page { origin: call.origin.clone(), id: format!("{}/{number}", call.id) };
            let mut entry = self.draw_entry(cx, source, Ask::Sign(ask), None, None);
            if let Some(before) = entries.last() {
                entry.created_at = before.created_at.saturating_add(1);
            }
            entries.push(entry);
        }
        let bundle = Bundle {
            id,
            origin: call.origin.clone(),
            call: call.id.clone(),
            chain_id: asked.chain_id,
            at: cx.now,
            answered: false,
            calls: entries.iter().map(|entry| (entry.id, CallState::Waiting)).collect(),
            live: LiveBundle { client: Some(call.client), told_at: None },
        };
        // In one batch: a bundle is journalled whole or not at all.
        cx.store(record::put(bundle.key(), &bundle));
        for entry in &entries {
            cx.store(record::put(entry.key(), entry));
        }
        self.dapp.bundles.add(bundle);
        self.dapp.requests.extend(entries);
        cx.push(Effect::ShowApproval);
        cx.view_changed();
    }

    pub(super) fn calls_status(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        let bundle = match bundle_id(params).map(|id| self.dapp.bundles.find(&call.origin, id)) {
            Ok(Some(bundle)) => bundle,
            Ok(None) => return Some(Err(error::unknown_bundle())),
            Err(error) => return Some(Err(error)),
        };
        let Some(network) = self.dapp.networks.find(bundle.chain_id) else {
            return Some(Err(error::unsupported_chain()));
        };
        let hashes: Vec<B256> = bundle.submitted().map(B256::from).collect();
        if hashes.is_empty() {
            return Some(Ok(status(bundle, &[]).to_string()));
        }
        if self.dapp.status_questions.len() >= MAX_QUESTIONS {
            return Some(Err(error::limit()));
        }
        let question = StatusQuestion {
            client: call.client,
            call: call.id.clone(),
            origin: call.origin.clone(),
            bundle: bundle.id.clone(),
            receipts: vec![None; hashes.len()],
        };
        let number = cx.take_id();
        self.dapp.status_questions.insert(number, question);
        for (place, hash) in hashes.iter().enumerate() {
            let body = rpc::pass_through_body(1, "eth_getTransactionReceipt", &json!([hash]));
            let body = body.unwrap_or_default();
            self.ask(cx, &network, &body, Purpose::CallReceipt { question: number, place });
        }
        None
    }

    /// The node's word on one transaction of a bundle whose status a page asked for.
    pub(in super::super) fn call_receipt_came(
        &mut self,
        cx: &mut Context<'_>,
        number: EffectId,
        place: usize,
        outcome: Result<Vec<u8>, FetchError>,
    ) {
        let answer = super::read::result(outcome)
            .and_then(|text| serde_json::from_str(&text).map_err(|_| error::chain_down()));
        let Some(question) = self.dapp.status_questions.get_mut(&number) else { return };
        if let Some(slot) = question.receipts.get_mut(place) {
            *slot = Some(answer);
        }
        if question.receipts.iter().any(Option::is_none) {
            return;
        }
        let Some(question) = self.dapp.status_questions.remove(&number) else { return };
        let receipts: Result<Vec<Value>, ProviderError> = question.receipts.into_iter().flatten().collect();
        let outcome = receipts.and_then(|receipts| {
            let bundle = self.dapp.bundles.find(&question.origin, &question.bundle);
            let bundle = bundle.ok_or_else(error::unknown_bundle)?;
            // another call may have been sent meanwhile: its receipt is not among these
            let missing = bundle.submitted().count().saturating_sub(receipts.len());
            let receipts: Vec<Value> =
                receipts.into_iter().chain(std::iter::repeat_n(Value::Null, missing)).collect();
            Ok(status(bundle, &receipts).to_string())
        });
        cx.answer(question.client, &question.call, outcome);
    }

    /// Brings what still waits to the screen; of what is through, the owner is told where to look.
    pub(super) fn show_calls(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        let now = cx.now;
        let bundle = match bundle_id(params).map(|id| self.dapp.bundles.find_mut(&call.origin, id)) {
            Ok(Some(bundle)) => bundle,
            Ok(None) => return Some(Err(error::unknown_bundle())),
            Err(error) => return Some(Err(error)),
        };
        let told_lately = |at: Timestamp| at.saturating_add(TELL_PACE) > now;
        if !bundle.live.told_at.is_some_and(told_lately) {
            bundle.live.told_at = Some(now);
            if bundle.waits() {
                cx.push(Effect::ShowApproval);
            } else {
                cx.push(Effect::Notify {
                    title: messages::NOTIFY_CALLS_TITLE.to_owned(),
                    body: messages::NOTIFY_CALLS_BODY.to_owned(),
                });
            }
        }
        Some(Ok("null".to_owned()))
    }

    /// What each network can do with bundles. No account here executes several calls as one.
    pub(super) fn capabilities_of(
        &self,
        call: &ProviderCall,
        params: &Value,
    ) -> Result<Value, ProviderError> {
        let list = params.as_array().ok_or_else(|| error::invalid("Expected an address."))?;
        let account = parse_account(list.first().unwrap_or(&Value::Null))?;
        if !self.may_use(&call.origin, &account) {
            return Err(error::unauthorized());
        }
        let asked: Option<BTreeSet<u64>> = match list.get(1) {
            None | Some(Value::Null) => None,
            Some(Value::Array(ids)) => Some(
                ids.iter()
                    .map(chain_id)
                    .collect::<Result<_, _>>()
                    .map_err(|()| error::invalid("Expected a list of hexadecimal chain ids."))?,
            ),
            Some(_) => return Err(error::invalid("Expected a list of hexadecimal chain ids.")),
        };
        let networks = self.dapp.networks.all().into_iter();
        let wanted = networks.filter(|one| asked.as_ref().is_none_or(|ids| ids.contains(&one.chain_id)));
        let each = wanted
            .map(|one| (format!("{:#x}", one.chain_id), json!({ "atomic": { "status": "unsupported" } })));
        Ok(Value::Object(each.collect::<Map<_, _>>()))
    }
}

/// What a bundle is to be known by.
struct Asked {
    id: Option<String>,
    chain_id: u64,
}

/// `wallet_getCallsStatus` as EIP-5792 has it; receipts in the order of what was sent.
fn status(bundle: &Bundle, receipts: &[Value]) -> Value {
    let succeeded: Vec<Option<bool>> = receipts
        .iter()
        .map(|receipt| receipt.get("status").map(|status| quantity::number_u64(status) == Ok(1)))
        .collect();
    let mined: Vec<Value> = receipts.iter().filter(|receipt| receipt.is_object()).map(receipt).collect();
    json!({
        "version": VERSION,
        "id": bundle.id,
        "chainId": format!("{:#x}", bundle.chain_id),
        "status": bundle.status(&succeeded),
        "atomic": false,
        "receipts": mined,
    })
}

/// The part of a receipt that EIP-5792 names.
fn receipt(whole: &Value) -> Value {
    let field = |object: &Value, name: &str| object.get(name).cloned().unwrap_or_default();
    let logs = whole.get("logs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let logs: Vec<Value> = logs
        .iter()
        .map(|log| {
            json!({
                "address": field(log, "address"),
                "data": field(log, "data"),
                "topics": field(log, "topics"),
            })
        })
        .collect();
    json!({
        "logs": logs,
        "status": field(whole, "status"),
        "blockHash": field(whole, "blockHash"),
        "blockNumber": field(whole, "blockNumber"),
        "gasUsed": field(whole, "gasUsed"),
        "transactionHash": field(whole, "transactionHash"),
    })
}

fn transaction(call: &Map<String, Value>, account: &Address) -> Value {
    let mut object = Map::new();
    object.insert("from".to_owned(), json!(address::lower_case(account)));
    for name in ["to", "data", "value"] {
        if let Some(value) = given(call, name) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    json!([object])
}

/// None is supported: those that may be left out are.
fn capabilities(object: &Map<String, Value>) -> Result<(), ProviderError> {
    let Some(wanted) = given(object, "capabilities") else { return Ok(()) };
    let wanted = wanted.as_object().ok_or_else(|| error::invalid("Expected an object 'capabilities'."))?;
    let needed = wanted.iter().find(|(_, one)| one.get("optional") != Some(&Value::Bool(true)));
    needed.map_or(Ok(()), |(name, _)| Err(error::unsupported_capability(name)))
}

fn given<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn parse_account(value: &Value) -> Result<Address, ProviderError> {
    let account = value.as_str().and_then(|text| address::parse_any_case(text).ok());
    account.ok_or_else(|| error::invalid("The account is not an address."))
}

fn chain_id(value: &Value) -> Result<u64, ()> {
    match value {
        Value::String(text) if text.starts_with("0x") => quantity::number_u64(value).map_err(|_| ()),
        _ => Err(()),
    }
}

fn bundle_id(params: &Value) -> Result<&str, ProviderError> {
    let id = params.as_array().and_then(|list| list.first()).and_then(Value::as_str);
    id.ok_or_else(|| error::invalid("Expected the id of a bundle."))
}

/// Most calls of a bundle.
const MAX_CALLS: usize = 20;
/// Longest id of a bundle, as text (EIP-5792: 4096 bytes, in hexadecimal digits).
const MAX_ID: usize = 8194;
/// Most questions for a status that wait for nodes.
const MAX_QUESTIONS: usize = 64;
/// Least time between two times that a page has a bundle shown, in milliseconds.
const TELL_PACE: u64 = 10_000;
const VERSION: &str = "2.0.0";
