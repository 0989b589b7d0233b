//! The journal of requests: durable before anything is shown or sent, and the queue among them.
//!
//! A request that began here and asks for a signature waits in line: only the head is prepared and signed, so
//! that nonces are given out one after another. What concerns this device alone (connections, networks, tokens)
//! and what other devices propose is decided in any order.
//!
//! # Lifetimes
//! A request in line lives for [`QUEUE_LIFE`]; once it is the head, its owner has [`DECISION_LIFE`] (the most an
//! approval may stand, security requirement R21). What is signed never expires.

use serde::{Deserialize, Serialize};
use symbolon_chain::fees::Speeds;
use symbolon_chain::networks::Network;
use symbolon_chain::{Address, Request};
use symbolon_mpc::DeviceId;

use super::items::Item;
use super::prepare::Preparation;
use super::provider::error;
use super::{activity, record};
use crate::context::Context;
use crate::effect::{Effect, ProviderError};
use crate::event::{ClientId, Origin, Timestamp};
use crate::messages;
use crate::request::{NetworkHint, RequestId, SigningTask};
use crate::store::Batch;
use crate::view::FeeSpeed;
use crate::wallet::Wallet;

/// A request of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub id: RequestId,
    pub source: Source,
    pub ask: Ask,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Its origin was never seen before.
    pub origin_is_new: bool,
    /// This device's owner (or policy) approved this digest.
    pub approved: Option<[u8; 32]>,
    /// Complete, and ready to be signed.
    pub prepared: Option<Prepared>,
    /// Signed, and not known to be on the chain.
    pub signed: Option<Signed>,
    #[serde(skip)]
    pub live: Live,
}

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Source {
    /// Another device of this wallet proposed it.
    Device { device: DeviceId, origin: String, network: NetworkHint },
    /// A page asks.
    Page { origin: Origin, id: String },
    /// The owner asks, on this device's own screens.
    Wallet,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ask {
    AddNetwork(Network),
    /// `permissions`: asked by `wallet_requestPermissions`, which is answered in its own shape.
    Connect {
        permissions: bool,
    },
    Sign(SignAsk),
    SwitchNetwork {
        chain_id: u64,
    },
    WatchToken {
        chain_id: u64,
        token: Address,
        symbol: String,
        decimals: u8,
    },
    /// Last, for records that were written before it.
    WatchItem(Item),
}

/// A signature that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignAsk {
    pub chain_id: u64,
    pub account: Address,
    pub path: String,
    /// Parameters of `eth_sendTransaction` as JSON text, for transactions that begin here; everything else is
    /// complete from the start.
    pub transaction: Option<String>,
    /// The owner's choice of fee.
    pub fee: FeeWish,
}

/// Which fee a transaction shall pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FeeWish {
    /// By hand.
    Custom { max_fee: u128, priority: Option<u128>, gas_limit: u64 },
    /// What the page gave, else the normal speed.
    Page,
    /// A suggested speed.
    Speed(FeeSpeed),
}

/// A request that is ready to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub body: Request,
    pub digest: [u8; 32],
    pub fee: Option<FeeFacts>,
    /// Why the node expects it to fail.
    pub fails: Option<String>,
}

/// What is known of a transaction's fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeeFacts {
    /// Gas that it is expected to use.
    pub gas_estimate: u64,
    /// What gas costs in the next block, tip included, for the estimate.
    pub price_estimate: u128,
    pub speeds: Option<Speeds>,
    pub speed: Option<FeeSpeed>,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub raw: Vec<u8>,
    pub hash: [u8; 32],
    pub nonce: u64,
    /// Names of the devices that signed.
    pub devices: Vec<String>,
    pub at: Timestamp,
}

/// What of a request is gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// The page's connection, while it is there.
    pub client: Option<ClientId>,
    pub stage: Stage,
    pub preparation: Option<Preparation>,
    pub simulation: Option<super::simulate::Simulation>,
    pub l1_fee: Option<super::l1_fee::L1Fee>,
    /// The device side runs a session for it.
    pub started: bool,
    /// It has been the head before, so its time runs.
    pub headed: bool,
}

/// How far a request is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    BroadcastFailed(String),
    Broadcasting,
    PrepareFailed(String),
    Preparing,
    #[default]
    Queued,
    Ready,
    Stalled(String),
}

impl Entry {
    pub(crate) fn key(&self) -> String {
        format!("{}{}", record::REQUEST, self.id)
    }

    /// The origin that pages and cards know it by.
    pub(crate) fn origin(&self) -> &str {
        match &self.source {
            Source::Device { origin, .. } => origin,
            Source::Page { origin, .. } => &origin.0,
            Source::Wallet => messages::THIS_WALLET,
        }
    }

    pub(crate) fn sign(&self) -> Option<&SignAsk> {
        match &self.ask {
            Ask::Sign(ask) => Some(ask),
            _ => None,
        }
    }

    /// The chain that it belongs to, for what belongs to one.
    pub(crate) fn chain_id(&self) -> Option<u64> {
        match &self.ask {
            Ask::Sign(ask) => Some(ask.chain_id),
            Ask::WatchToken { chain_id, .. } => Some(*chain_id),
            Ask::WatchItem(item) => Some(item.chain_id),
            Ask::AddNetwork(_) | Ask::Connect { .. } | Ask::SwitchNetwork { .. } => None,
        }
    }

    /// Began here, asks for a signature, and has none yet: it stands in line.
    pub(crate) fn in_line(&self) -> bool {
        self.sign().is_some() && self.signed.is_none() && !matches!(self.source, Source::Device { .. })
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.signed.is_none().then_some(self.expires_at)
    }
}

impl Wallet {
    pub(super) fn entry(&self, id: &RequestId) -> Option<&Entry> {
        self.dapp.requests.iter().find(|entry| entry.id == *id)
    }

    pub(super) fn entry_mut(&mut self, id: &RequestId) -> Option<&mut Entry> {
        self.dapp.requests.iter_mut().find(|entry| entry.id == *id)
    }

    /// Journals a new request of this device and asks its owner to look; what the owner asked for on a screen of this
    /// wallet is on that screen already.
    pub(super) fn journal(
        &mut self,
        cx: &mut Context<'_>,
        source: Source,
        ask: Ask,
        client: Option<ClientId>,
        prepared: Option<Prepared>,
    ) -> RequestId {
        let asked_elsewhere = source != Source::Wallet;
        let entry = self.draw_entry(cx, source, ask, client, prepared);
        let id = entry.id;
        cx.store(record::put(entry.key(), &entry));
        self.dapp.requests.push(entry);
        if asked_elsewhere {
            cx.push(Effect::ShowApproval);
        }
        cx.view_changed();
        id
    }

    /// A new request of this device under a fresh id, in the journal nowhere yet.
    pub(super) fn draw_entry(
        &self,
        cx: &mut Context<'_>,
        source: Source,
        ask: Ask,
        client: Option<ClientId>,
        prepared: Option<Prepared>,
    ) -> Entry {
        let mut id = [0; 16];
        cx.rng.fill_bytes(&mut id);
        let origin_is_new = match &source {
            Source::Page { origin, .. } => !self.dapp.sites.contains_key(origin),
            _ => false,
        };
        let line = matches!(ask, Ask::Sign(_));
        Entry {
            id: RequestId(id),
            source,
            ask,
            created_at: self.next_in_line(cx.now),
            expires_at: cx.now.saturating_add(if line { QUEUE_LIFE } else { DECISION_LIFE }),
            origin_is_new,
            approved: None,
            prepared,
            signed: None,
            live: Live { client, stage: if line { Stage::Queued } else { Stage::Ready }, ..Live::default() },
        }
    }

    /// The time of a new request, in ms: later than that of any that waits. What is read back after a restart stands in the
    /// order of these times, and requests that come within one millisecond have an order too.
    pub(super) fn next_in_line(&self, now: Timestamp) -> Timestamp {
        let latest = self.dapp.requests.iter().map(|entry| entry.created_at).max();
        latest.map_or(now, |latest| now.max(latest.saturating_add(1)))
    }

    pub(super) fn store_entry(&self, cx: &mut Context<'_>, id: &RequestId) {
        if let Some(entry) = self.entry(id) {
            cx.store(record::put(entry.key(), entry));
        }
    }

    /// Moves everything on that can move: the head of the line is prepared, what is ready is signed, what is
    /// signed is broadcast.
    pub(super) fn advance(&mut self, cx: &mut Context<'_>) {
        if self.dapp.unusable {
            return;
        }
        let ids: Vec<RequestId> = self.dapp.requests.iter().map(|entry| entry.id).collect();
        let head = self.dapp.requests.iter().find(|entry| entry.in_line()).map(|entry| entry.id);
        let head = head.filter(|id| !self.waits_for_earlier_call(id, cx.now));
        for id in ids {
            self.advance_entry(cx, &id, head == Some(id));
        }
    }

    fn advance_entry(&mut self, cx: &mut Context<'_>, id: &RequestId, is_head: bool) {
        let now = cx.now;
        let Some(entry) = self.entry_mut(id) else { return };
        if entry.signed.is_some() {
            if entry.live.stage == Stage::Queued {
                self.broadcast(cx, id);
            }
            return;
        }
        if entry.live.stage == Stage::Queued && !entry.in_line() {
            entry.live.stage = Stage::Ready;
        }
        if !is_head {
            return;
        }
        if !entry.live.headed {
            entry.live.headed = true;
            if entry.approved.is_none() {
                entry.expires_at = entry.expires_at.min(now.saturating_add(DECISION_LIFE));
            }
        }
        match (&entry.live.stage, &entry.prepared) {
            (Stage::Queued, Some(_)) => entry.live.stage = Stage::Ready,
            (Stage::Queued, None) => return self.prepare(cx, id),
            _ => {}
        }
        self.begin_signing(cx, id);
    }

    /// Hands the head to the device side, which runs the rounds while the owner reads.
    pub(super) fn begin_signing(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        if !self.vault_open() || self.key_facts().is_none() {
            return;
        }
        let Some(entry) = self.entry(id) else { return };
        if entry.live.started || entry.live.stage != Stage::Ready {
            return;
        }
        let (Some(ask), Some(prepared)) = (entry.sign(), entry.prepared.clone()) else { return };
        let Some(network) = self.dapp.networks.find(ask.chain_id) else { return };
        let task = SigningTask {
            request: *id,
            claims: super::claims::of(&prepared.body, &ask.path),
            body: prepared.body,
            digest: prepared.digest,
            path: ask.path.clone(),
            origin: entry.origin().to_owned(),
            network: super::networks::hint(&network),
            created_at: entry.created_at,
            expires_at: entry.expires_at,
        };
        let approved = entry.approved;
        if let Some(entry) = self.entry_mut(id) {
            entry.live.started = true;
        }
        self.start_signing(cx, task);
        // An approval outlives the process that took it: the digest is the one that was approved.
        let digest = approved.filter(|digest| *digest == prepared.digest);
        // The start may have ended it: signed by an earlier process, or stalled.
        let waits = self.entry(id).is_some_and(|entry| entry.signed.is_none());
        if let Some(digest) = digest.filter(|_| waits) {
            self.approve_signing(cx, id, digest);
        }
    }

    /// Takes a request out of the journal; the caller answers.
    pub(super) fn close(&mut self, cx: &mut Context<'_>, id: &RequestId) -> Option<Entry> {
        let index = self.dapp.requests.iter().position(|entry| entry.id == *id)?;
        let entry = self.dapp.requests.remove(index);
        let mut batch = Batch::default();
        batch.delete(entry.key());
        cx.store(batch);
        cx.view_changed();
        Some(entry)
    }

    /// Ends a request with a no.
    pub(super) fn reject(&mut self, cx: &mut Context<'_>, id: &RequestId, why: No) {
        let headline = self.headline(id);
        let Some(entry) = self.close(cx, id) else { return };
        let (reason, page, ending) = match why {
            No::Elsewhere { message } => {
                (messages::REASON_REJECTED, message.clone(), activity::Ending::Rejected { message })
            }
            No::Expired => {
                (messages::REASON_EXPIRED, messages::PAGE_EXPIRED.to_owned(), activity::Ending::Expired)
            }
            No::Owner => (
                messages::REASON_REJECTED,
                messages::PAGE_REJECTED.to_owned(),
                activity::Ending::Rejected { message: String::new() },
            ),
        };
        self.record_done(cx, &entry, headline, ending, Vec::new(), None);
        self.answer_rejected(cx, &entry, &page);
        if entry.sign().is_some() {
            self.cancel_signing(cx, id, reason);
        }
    }

    /// Answers a page with 4001, or with what really went wrong if the owner gave up because of it.
    pub(super) fn answer_rejected(&mut self, cx: &mut Context<'_>, entry: &Entry, message: &str) {
        let failed = matches!(entry.live.stage, Stage::PrepareFailed(_));
        let down = entry.live.preparation.as_ref().is_some_and(|preparation| preparation.chain_down);
        let error = if failed && down { error::chain_down() } else { error::rejected(message) };
        self.answer_page(cx, entry, Err(error));
    }

    /// Answers the page that asked, and keeps the answer for a replay of the same call.
    pub(super) fn answer_page(
        &mut self,
        cx: &mut Context<'_>,
        entry: &Entry,
        outcome: Result<String, ProviderError>,
    ) {
        let Source::Page { origin, id } = &entry.source else { return };
        if self.dapp.bundles.holds(&entry.id) {
            return self.call_ended(cx, &entry.id, outcome);
        }
        self.dapp.answers.keep(cx, origin, id, &outcome);
        if let Some(client) = entry.live.client {
            cx.answer(client, id, outcome);
        }
    }

    pub(super) fn expire_requests(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        let due = |entry: &&Entry| entry.deadline().is_some_and(|at| at <= now);
        let ids: Vec<RequestId> = self.dapp.requests.iter().filter(due).map(|entry| entry.id).collect();
        for id in ids {
            self.reject(cx, &id, No::Expired);
        }
        self.dapp.answers.expire(cx);
        self.dapp.bundles.expire(cx);
    }
}

/// Why a request ends without what it asked for.
pub(crate) enum No {
    /// Another device said no.
    Elsewhere {
        message: String,
    },
    Expired,
    Owner,
}

/// How long the owner has for a decision, in milliseconds.
pub(crate) const DECISION_LIFE: u64 = 10 * 60 * 1000;
/// How long a request may wait in line, in milliseconds.
pub(crate) const QUEUE_LIFE: u64 = 60 * 60 * 1000;
