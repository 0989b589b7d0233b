//! What was decided, and what became of it on the chain.

use serde::{Deserialize, Serialize};
use symbolon_chain::intent::Role;
use symbolon_chain::risk::Risk;
use symbolon_chain::rpc::{self, Receipt};
use symbolon_chain::{Address, B256};

use super::record;
use super::requests::Entry;
use super::rpc::{NoAnswer, Purpose};
use crate::context::Context;
use crate::event::Timestamp;
use crate::request::RequestId;
use crate::store::Batch;
use crate::view::{ActivityView, CardKind, Outcome};
use crate::wallet::Wallet;

/// A request that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub id: RequestId,
    pub at: Timestamp,
    pub chain_id: u64,
    pub account: Option<Address>,
    /// Names of the devices that signed.
    pub devices: Vec<String>,
    pub headline: String,
    pub kind: CardKind,
    pub origin: String,
    pub ending: Ending,
    pub transaction: Option<[u8; 32]>,
    pub nonce: Option<u64>,
    #[serde(skip)]
    pub poll: Poll,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    Confirmed {
        block: u64,
    },
    Expired,
    Failed {
        block: u64,
    },
    Rejected {
        message: String,
    },
    Signed,
    Submitted,
    /// Another transaction of the same nonce is in a block.
    Replaced,
}

/// When a receipt is asked for next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Poll {
    next: Timestamp,
    tries: u32,
    asked: bool,
}

/// A verb sentence and its kind, taken from the card before a request is closed.
pub(crate) type Headline = (String, CardKind);

impl Done {
    pub(crate) fn view(&self, explorer: Option<String>, replaceable: bool) -> ActivityView {
        ActivityView {
            at: self.at,
            chain_id: self.chain_id,
            devices: self.devices.clone(),
            explorer_url: explorer,
            headline: self.headline.clone(),
            id: self.id.to_string(),
            kind: self.kind,
            nonce: self.nonce,
            origin: self.origin.clone(),
            outcome: match &self.ending {
                Ending::Confirmed { block } => Outcome::Confirmed { block: *block },
                Ending::Expired => Outcome::Expired,
                Ending::Failed { block } => Outcome::Failed { block: *block },
                Ending::Rejected { message } => Outcome::Rejected { message: message.clone() },
                Ending::Replaced => Outcome::Replaced,
                Ending::Signed => Outcome::Signed,
                Ending::Submitted => Outcome::Submitted,
            },
            replaceable,
            transaction: self.transaction.map(|hash| format!("0x{}", hex::encode(hash))),
        }
    }

    pub(crate) fn key(&self) -> String {
        format!("{}{}", record::ACTIVITY, self.id)
    }

    /// Takes a place in the account's line that the chain may not count yet; not for ever, for chains that are
    /// started anew.
    pub(crate) fn holds_nonce(&self, now: Timestamp) -> Option<u64> {
        let recent = self.ending == Ending::Submitted && self.at.saturating_add(NONCE_LIFE) > now;
        self.nonce.filter(|_| recent)
    }

    /// Still looked for on the chain: for a day.
    fn is_watched(&self, now: Timestamp) -> bool {
        self.ending == Ending::Submitted
            && self.transaction.is_some()
            && self.at.saturating_add(WATCH_LIFE) > now
    }
}

impl Wallet {
    /// Remembers how a signing request ended; what concerns this device alone is seen in its lists.
    pub(super) fn record_done(
        &mut self,
        cx: &mut Context<'_>,
        entry: &Entry,
        headline: Headline,
        ending: Ending,
        devices: Vec<String>,
        transaction: Option<([u8; 32], u64)>,
    ) {
        let Some(ask) = entry.sign() else { return };
        let done = Done {
            id: entry.id,
            at: cx.now,
            chain_id: ask.chain_id,
            account: Some(ask.account),
            devices,
            headline: headline.0,
            kind: headline.1,
            origin: symbolon_chain::text::inert(entry.origin()),
            ending,
            transaction: transaction.map(|(hash, _)| hash),
            nonce: transaction.map(|(_, nonce)| nonce),
            poll: Poll { next: cx.now.saturating_add(1000), ..Poll::default() },
        };
        cx.store(record::put(done.key(), &done));
        self.journal_ended(cx, entry, &done.ending, &done.devices);
        self.dapp.activity.retain(|other| other.id != done.id);
        self.dapp.activity.push(done);
        while self.dapp.activity.len() > MAX_ACTIVITY {
            let oldest = self.dapp.activity.remove(0);
            let mut batch = Batch::default();
            batch.delete(oldest.key());
            cx.store(batch);
            self.drop_pending(cx, &oldest.id);
        }
    }

    /// Remembers the addresses that a signed request dealt with.
    pub(super) fn remember_parties(&mut self, cx: &mut Context<'_>, entry: &Entry) {
        let Some(prepared) = &entry.prepared else { return };
        let Some(intent) = self.intent(entry, &prepared.body) else { return };
        self.remember_allowed(cx, &intent);
        let before = self.dapp.seen.len();
        // A transfer of nothing is how a poisoner's address gets into histories: it makes nobody known.
        let nothing = intent.risks.contains(&Risk::NothingMoves);
        let parties = intent
            .parties
            .iter()
            .filter(|party| !(nothing && matches!(party.role, Role::Recipient | Role::Source | Role::Token)));
        self.dapp.seen.extend(parties.map(|party| (intent.chain_id, party.address)));
        if self.dapp.seen.len() != before {
            cx.store(record::put(record::SEEN, &self.dapp.seen));
        }
    }

    pub(super) fn poll_receipts(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        let due = self
            .dapp
            .activity
            .iter_mut()
            .filter(|done| done.ending == Ending::Submitted && !done.poll.asked && done.poll.next <= now);
        let mut asks = Vec::new();
        for done in due {
            // also where it is given up, so that it is not due for ever
            done.poll.asked = true;
            if let Some(hash) = done.transaction.filter(|_| done.is_watched(now)) {
                asks.push((done.id, done.chain_id, B256::from(hash)));
            }
        }
        for (request, chain_id, hash) in asks {
            let Some(network) = self.dapp.networks.find(chain_id) else { continue };
            let query = rpc::receipt(&hash);
            self.ask(cx, &network, &query.body(1), Purpose::Receipt { request, query });
        }
    }

    /// The owner wants to know now.
    pub(super) fn hurry_receipts(&mut self, cx: &mut Context<'_>) {
        for done in &mut self.dapp.activity {
            done.poll = Poll { next: cx.now, asked: false, tries: done.poll.tries };
        }
        self.poll_receipts(cx);
    }

    pub(super) fn next_receipt_poll(&self) -> Option<Timestamp> {
        let open =
            self.dapp.activity.iter().filter(|done| done.ending == Ending::Submitted && !done.poll.asked);
        open.map(|done| done.poll.next).min()
    }

    pub(super) fn receipt_came(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        answer: Result<Option<Receipt>, NoAnswer>,
    ) {
        let now = cx.now;
        let Some(done) = self.dapp.activity.iter_mut().find(|done| done.id == *request) else { return };
        done.poll.asked = false;
        done.poll.tries = done.poll.tries.saturating_add(1);
        let pause = match done.poll.tries {
            0..15 => 1_000,
            15..90 => 4_000,
            90..250 => 15_000,
            _ => 60_000,
        };
        done.poll.next = now.saturating_add(pause);
        let Ok(Some(receipt)) = answer else { return };
        if done.ending != Ending::Submitted {
            return;
        }
        let block = receipt.block_number;
        done.ending = if receipt.succeeded { Ending::Confirmed { block } } else { Ending::Failed { block } };
        cx.store(record::put(done.key(), &*done));
        self.settle_nonce(cx, request);
        self.refresh_balances(cx);
        cx.view_changed();
    }
}

/// How long a submitted transaction keeps its nonce, in milliseconds.
const NONCE_LIFE: u64 = 30 * 60 * 1000;
const MAX_ACTIVITY: usize = 200;
/// How long a submitted transaction is looked for, in milliseconds.
const WATCH_LIFE: u64 = 24 * 60 * 60 * 1000;
