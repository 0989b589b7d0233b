//! Subscriptions of pages to new blocks and logs (`eth_subscribe`), by asking the node again and again.
//!
//! News goes to pages as the event `message` (EIP-1193). A subscription outlives this process, lives while its site has
//! a page open, and ends when the network changes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use symbolon_chain::rpc;

use super::provider::{Reply, error};
use super::record;
use super::rpc::Purpose;
use crate::context::Context;
use crate::event::{FetchError, Origin, ProviderCall, Timestamp};
use crate::wallet::Wallet;

/// All subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    kept: Vec<Subscription>,
    /// When the node is asked next.
    next: Timestamp,
    /// It was asked, and has not answered.
    asked: bool,
}

/// A page's subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub id: String,
    pub origin: Origin,
    pub chain_id: u64,
    /// JSON text of the filter; none for new blocks.
    pub logs: Option<String>,
    /// The last block that the page was told of; none before the first look.
    pub last: Option<u64>,
    /// A page of its origin was last there.
    pub seen_at: Timestamp,
}

impl Subscriptions {
    pub(crate) fn load(&mut self, kept: Vec<Subscription>) {
        self.kept = kept;
    }
}

impl Wallet {
    pub(super) fn subscribe(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        let list = params.as_array().map(Vec::as_slice).unwrap_or_default();
        let logs = match (list.first().and_then(Value::as_str), list.get(1)) {
            (Some("newHeads"), _) => None,
            (Some("logs"), filter) => match log_filter(filter.unwrap_or(&Value::Null)) {
                Some(filter) => Some(filter),
                None => return Some(Err(error::invalid("The filter is malformed."))),
            },
            _ => {
                return Some(Err(error::invalid("Only \"newHeads\" and \"logs\" can be subscribed to.")));
            }
        };
        let own = self.dapp.subscriptions.kept.iter().filter(|one| one.origin == call.origin).count();
        if own >= MAX_PER_ORIGIN || self.dapp.subscriptions.kept.len() >= MAX_ALL {
            return Some(Err(error::limit()));
        }
        let mut id = [0; 16];
        cx.rng.fill_bytes(&mut id);
        let id = format!("0x{}", hex::encode(id));
        self.dapp.subscriptions.kept.push(Subscription {
            id: id.clone(),
            origin: call.origin.clone(),
            chain_id: self.dapp.networks.active,
            logs,
            last: None,
            seen_at: cx.now,
        });
        self.dapp.subscriptions.next = cx.now;
        self.store_subscriptions(cx);
        self.poll_subscriptions(cx);
        Some(Ok(json!(id).to_string()))
    }

    pub(super) fn unsubscribe(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        let id = params.as_array().and_then(|list| list.first()).and_then(Value::as_str);
        let Some(id) = id else { return Some(Err(error::invalid("Expected the id of a subscription."))) };
        let before = self.dapp.subscriptions.kept.len();
        self.dapp.subscriptions.kept.retain(|one| one.id != id || one.origin != call.origin);
        let found = self.dapp.subscriptions.kept.len() != before;
        if found {
            self.store_subscriptions(cx);
        }
        Some(Ok(found.to_string()))
    }

    /// Another network is active: what a page heard of the old one is over.
    pub(super) fn end_subscriptions(&mut self, cx: &mut Context<'_>) {
        if !self.dapp.subscriptions.kept.is_empty() {
            self.dapp.subscriptions.kept.clear();
            self.store_subscriptions(cx);
        }
    }

    pub(super) fn next_subscription_poll(&self) -> Option<Timestamp> {
        let subscriptions = &self.dapp.subscriptions;
        (!subscriptions.kept.is_empty() && !subscriptions.asked).then_some(subscriptions.next)
    }

    pub(super) fn poll_subscriptions(&mut self, cx: &mut Context<'_>) {
        if self.next_subscription_poll().is_none_or(|at| at > cx.now) {
            return;
        }
        let now = cx.now;
        let before = self.dapp.subscriptions.kept.len();
        let clients = &self.dapp.clients;
        self.dapp.subscriptions.kept.retain_mut(|one| {
            if clients.values().any(|origin| *origin == one.origin) {
                one.seen_at = now;
            }
            one.seen_at.saturating_add(ABSENCE) > now
        });
        if self.dapp.subscriptions.kept.len() != before {
            self.store_subscriptions(cx);
        }
        self.dapp.subscriptions.next = now.saturating_add(PACE);
        if self.dapp.subscriptions.kept.is_empty() {
            return;
        }
        self.dapp.subscriptions.asked = true;
        let network = self.active_network();
        let (chain_id, query) = (network.chain_id, rpc::block_number());
        self.ask(cx, &network, &query.body(1), Purpose::Height { chain_id, query });
    }

    /// The chain's height: what is new since the last look is asked for.
    pub(super) fn height_came(&mut self, cx: &mut Context<'_>, chain_id: u64, height: Option<u64>) {
        self.dapp.subscriptions.asked = false;
        let Some(height) = height.filter(|_| chain_id == self.dapp.networks.active) else { return };
        let network = self.active_network();
        let mut asks = Vec::new();
        let mut changed = false;
        for one in &mut self.dapp.subscriptions.kept {
            let last = one.last.replace(height);
            changed |= last != Some(height);
            // A chain that was started anew is shorter than it was: it begins from there.
            let Some(last) = last.filter(|last| *last < height) else { continue };
            let first = last.saturating_add(1).max(height.saturating_sub(MAX_BLOCKS - 1));
            match &one.logs {
                None => asks.extend((first..=height).map(|number| {
                    let params = json!([format!("{number:#x}"), false]);
                    (one.id.clone(), "eth_getBlockByNumber", params)
                })),
                Some(filter) => {
                    let mut filter: Map<String, Value> = serde_json::from_str(filter).unwrap_or_default();
                    filter.insert("fromBlock".to_owned(), json!(format!("{first:#x}")));
                    filter.insert("toBlock".to_owned(), json!(format!("{height:#x}")));
                    asks.push((one.id.clone(), "eth_getLogs", json!([filter])));
                }
            }
        }
        if changed {
            self.store_subscriptions(cx);
        }
        for (subscription, method, params) in asks {
            let body = rpc::pass_through_body(1, method, &params).unwrap_or_default();
            self.ask(cx, &network, &body, Purpose::News { subscription });
        }
    }

    /// A new block, or new logs, for a subscription.
    pub(super) fn news_came(&mut self, cx: &mut Context<'_>, id: &str, outcome: Result<Vec<u8>, FetchError>) {
        let Some(one) = self.dapp.subscriptions.kept.iter().find(|one| one.id == id) else { return };
        let Some(result) = outcome.ok().and_then(|bytes| rpc::pass_through_result(1, &bytes).ok()) else {
            return;
        };
        let news = match (one.logs.is_some(), result) {
            (true, Value::Array(logs)) => logs,
            (false, Value::Object(mut block)) => {
                // Geth's `newHeads` has the header only.
                for body in ["transactions", "uncles", "withdrawals", "size", "totalDifficulty"] {
                    block.remove(body);
                }
                vec![Value::Object(block)]
            }
            _ => return,
        };
        for result in news.into_iter().take(MAX_NEWS) {
            let data = json!({ "subscription": id, "result": result });
            let message = json!({ "type": "eth_subscription", "data": data });
            cx.emit(Some(&one.origin), "message", message.to_string());
        }
    }

    fn store_subscriptions(&self, cx: &mut Context<'_>) {
        cx.store(record::put(record::SUBSCRIPTIONS, &self.dapp.subscriptions.kept));
    }
}

/// A filter's address and topics; the range of blocks is ours.
fn log_filter(filter: &Value) -> Option<String> {
    let mut kept = Map::new();
    match filter {
        Value::Null => {}
        Value::Object(object) => {
            for name in ["address", "topics"] {
                match object.get(name) {
                    None | Some(Value::Null) => {}
                    Some(value @ (Value::String(_) | Value::Array(_))) => {
                        kept.insert(name.to_owned(), value.clone());
                    }
                    Some(_) => return None,
                }
            }
        }
        _ => return None,
    }
    let text = Value::Object(kept).to_string();
    (text.len() <= MAX_FILTER).then_some(text)
}

/// How long a site may have no page before its subscriptions end, in milliseconds.
const ABSENCE: u64 = 5 * 60 * 1000;
const MAX_ALL: usize = 50;
/// Most blocks that are told at once: after a pause, the newest.
const MAX_BLOCKS: u64 = 10;
/// Longest filter, in bytes of JSON.
const MAX_FILTER: usize = 16 * 1024;
/// Most logs that are told at once.
const MAX_NEWS: usize = 1_000;
const MAX_PER_ORIGIN: usize = 10;
/// Between two looks at the chain, in milliseconds.
const PACE: u64 = 4_000;
