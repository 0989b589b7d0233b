//! Bundles of calls (EIP-5792): what became of each, kept across restarts.
//!
//! There is no atomic execution: a bundle is its calls in the queue, one transaction each, in the page's order. The
//! owner reads and decides every one. A "no" to one takes back those behind it, which may build on it; what is on its
//! way to the chain by then cannot be taken back, and the bundle's status says so.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::activity::Ending;
use super::record;
use super::requests::No;
use crate::context::Context;
use crate::effect::ProviderError;
use crate::event::{ClientId, Origin, Timestamp};
use crate::request::RequestId;
use crate::store::Batch;
use crate::wallet::Wallet;

/// All bundles that are known.
#[derive(Debug, Default)]
pub(crate) struct Bundles {
    kept: Vec<Bundle>,
}

/// A bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bundle {
    /// The page's name for it, or ours.
    pub id: String,
    pub origin: Origin,
    /// The page's request id, for replays.
    pub call: String,
    pub chain_id: u64,
    pub at: Timestamp,
    /// The page has its id.
    pub answered: bool,
    pub calls: Vec<(RequestId, CallState)>,
    #[serde(skip)]
    pub live: LiveBundle,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CallState {
    /// Never sent.
    Dropped,
    /// Broadcast under this hash.
    Submitted([u8; 32]),
    /// In the queue.
    Waiting,
}

/// What of a bundle is gone with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LiveBundle {
    /// Who waits for its id.
    pub client: Option<ClientId>,
    /// The owner was last told that the page wants it shown.
    pub told_at: Option<Timestamp>,
}

impl Bundles {
    pub(crate) fn find(&self, origin: &Origin, id: &str) -> Option<&Bundle> {
        self.kept.iter().find(|bundle| bundle.origin == *origin && bundle.id == id)
    }

    pub(crate) fn find_mut(&mut self, origin: &Origin, id: &str) -> Option<&mut Bundle> {
        self.kept.iter_mut().find(|bundle| bundle.origin == *origin && bundle.id == id)
    }

    /// The bundle that this very call of a page made and that it was not answered yet.
    pub(crate) fn unanswered(&mut self, origin: &Origin, call: &str) -> Option<&mut Bundle> {
        self.kept
            .iter_mut()
            .find(|bundle| !bundle.answered && bundle.origin == *origin && bundle.call == call)
    }

    pub(crate) fn of(&self, request: &RequestId) -> Option<&Bundle> {
        self.kept.iter().find(|bundle| bundle.place(request).is_some())
    }

    pub(crate) fn holds(&self, request: &RequestId) -> bool {
        self.of(request).is_some()
    }

    pub(crate) fn load(&mut self, bundle: Bundle) {
        self.kept.push(bundle);
    }

    pub(crate) fn add(&mut self, bundle: Bundle) {
        self.kept.push(bundle);
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        self.kept.iter().map(Bundle::key)
    }

    pub(crate) fn client_gone(&mut self, client: ClientId) {
        for bundle in &mut self.kept {
            if bundle.live.client == Some(client) {
                bundle.live.client = None;
            }
        }
    }

    /// Forgets the oldest that are through: after a day (EIP-5792 asks for as much), or when there are too many.
    pub(crate) fn expire(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        let mut through = self.kept.iter().filter(|bundle| !bundle.waits()).count();
        let mut batch = Batch::default();
        self.kept.retain(|bundle| {
            let old = bundle.at.saturating_add(LIFE) <= now || through > MAX_KEPT;
            if bundle.waits() || !old {
                return true;
            }
            through -= 1;
            batch.delete(bundle.key());
            false
        });
        cx.store(batch);
    }

    fn remove(&mut self, request: &RequestId) -> Option<Bundle> {
        let index = self.kept.iter().position(|bundle| bundle.place(request).is_some())?;
        Some(self.kept.remove(index))
    }

    fn of_mut(&mut self, request: &RequestId) -> Option<&mut Bundle> {
        self.kept.iter_mut().find(|bundle| bundle.place(request).is_some())
    }
}

impl Bundle {
    /// Its record's key: ids may be longer than a key.
    pub(crate) fn key(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(u64::try_from(self.origin.0.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(self.origin.0.as_bytes());
        hash.update(self.id.as_bytes());
        format!("{}{}", record::BUNDLE, hex::encode(hash.finalize()))
    }

    /// Which of its calls a request is, from 0.
    pub(crate) fn place(&self, request: &RequestId) -> Option<usize> {
        self.calls.iter().position(|(id, _)| id == request)
    }

    /// Hashes of what was sent, in order.
    pub(crate) fn submitted(&self) -> impl Iterator<Item = [u8; 32]> {
        self.calls.iter().filter_map(|(_, state)| match state {
            CallState::Submitted(hash) => Some(*hash),
            CallState::Dropped | CallState::Waiting => None,
        })
    }

    pub(crate) fn waits(&self) -> bool {
        self.calls.iter().any(|(_, state)| *state == CallState::Waiting)
    }

    /// Status of EIP-5792, given whether each of the sent transactions succeeded; none where it is not in a block.
    pub(crate) fn status(&self, succeeded: &[Option<bool>]) -> u16 {
        let dropped = self.calls.iter().any(|(_, state)| *state == CallState::Dropped);
        if self.waits() || succeeded.iter().any(Option::is_none) {
            return PENDING;
        }
        if succeeded.is_empty() {
            return NOT_SENT;
        }
        let all = succeeded.iter().all(|one| *one == Some(true));
        let none = succeeded.iter().all(|one| *one == Some(false));
        match (all && !dropped, none) {
            (true, _) => CONFIRMED,
            (_, true) => REVERTED,
            _ => IN_PART,
        }
    }
}

impl Wallet {
    /// A request of a bundle is over: sent, or not.
    pub(super) fn call_ended(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        outcome: Result<String, ProviderError>,
    ) {
        let Some(bundle) = self.dapp.bundles.of_mut(request) else { return };
        let Some(place) = bundle.place(request) else { return };
        match (outcome, bundle.calls.get_mut(place)) {
            (Ok(answer), Some((_, state))) => {
                *state = hash_in(&answer).map_or(CallState::Dropped, CallState::Submitted);
                let first = !std::mem::replace(&mut bundle.answered, true);
                cx.store(record::put(bundle.key(), &*bundle));
                if first {
                    // From here on money moves: the page learns the name under which it can ask.
                    let answer = serde_json::json!({ "id": bundle.id }).to_string();
                    let (origin, call, client) =
                        (bundle.origin.clone(), bundle.call.clone(), bundle.live.client);
                    self.dapp.answers.keep(cx, &origin, &call, &Ok(answer.clone()));
                    if let Some(client) = client {
                        cx.answer(client, &call, Ok(answer));
                    }
                }
            }
            (Err(error), _) => self.call_dropped(cx, request, place, error),
            (Ok(_), None) => {}
        }
    }

    /// One call will not be sent: neither will those behind it. Where nothing was sent, there is no bundle.
    fn call_dropped(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        place: usize,
        error: ProviderError,
    ) {
        let Some(bundle) = self.dapp.bundles.of_mut(request) else { return };
        let mut behind = Vec::new();
        for (id, state) in bundle.calls.iter_mut().skip(place) {
            if *state == CallState::Waiting {
                *state = CallState::Dropped;
                behind.push(*id);
            }
        }
        let nothing_sent = bundle.submitted().next().is_none() && !bundle.waits();
        if nothing_sent && let Some(bundle) = self.dapp.bundles.remove(request) {
            if let Some(client) = bundle.live.client.filter(|_| !bundle.answered) {
                cx.answer(client, &bundle.call, Err(error.clone()));
            }
            if !bundle.answered {
                self.dapp.answers.keep(cx, &bundle.origin, &bundle.call, &Err(error));
            }
            let mut batch = Batch::default();
            batch.delete(bundle.key());
            cx.store(batch);
        } else if let Some(bundle) = self.dapp.bundles.of(request) {
            cx.store(record::put(bundle.key(), bundle));
        }
        for id in behind.iter().filter(|id| *id != request) {
            self.reject(cx, id, No::Owner);
        }
    }

    /// The call before it is being sent, or was and is not in a block yet. It is waited for a little: only then does the node know
    /// what this one costs, and whether it fails.
    pub(super) fn waits_for_earlier_call(&self, request: &RequestId, now: Timestamp) -> bool {
        let earlier = self.dapp.bundles.of(request).and_then(|bundle| {
            let place = bundle.place(request)?.checked_sub(1)?;
            bundle.calls.get(place).map(|(id, _)| *id)
        });
        let prepared = self.entry(request).is_some_and(|entry| entry.prepared.is_some());
        earlier.filter(|_| !prepared).is_some_and(|earlier| {
            self.entry(&earlier).is_some()
                || self.dapp.activity.iter().any(|done| {
                    done.id == earlier
                        && done.ending == Ending::Submitted
                        && done.at.saturating_add(WAIT_FOR_BLOCK) > now
                })
        })
    }

    /// Which call of how many a request is, from 1; none for what is in no bundle.
    pub(super) fn place_in_bundle(&self, request: &RequestId) -> Option<(usize, usize)> {
        let bundle = self.dapp.bundles.of(request)?;
        bundle.place(request).map(|place| (place + 1, bundle.calls.len()))
    }

    /// After loading: a call whose request is gone was not sent.
    pub(super) fn tidy_bundles(&mut self) {
        let known: Vec<RequestId> = self.dapp.requests.iter().map(|entry| entry.id).collect();
        for bundle in &mut self.dapp.bundles.kept {
            for (id, state) in &mut bundle.calls {
                if *state == CallState::Waiting && !known.contains(id) {
                    *state = CallState::Dropped;
                }
            }
        }
    }
}

fn hash_in(answer: &str) -> Option<[u8; 32]> {
    let value: Value = serde_json::from_str(answer).ok()?;
    let mut hash = [0; 32];
    hex::decode_to_slice(value.as_str()?.strip_prefix("0x")?, &mut hash).ok()?;
    Some(hash)
}

/// Most bundles that are through and still known.
const MAX_KEPT: usize = 100;
/// How long they are known, in milliseconds.
const LIFE: u64 = 24 * 60 * 60 * 1000;
/// How long a call waits for the one before it to be in a block, in milliseconds.
const WAIT_FOR_BLOCK: u64 = 60 * 1000;

// EIP-5792, "Status Codes for status field".
const PENDING: u16 = 100;
const CONFIRMED: u16 = 200;
const NOT_SENT: u16 = 400;
const REVERTED: u16 = 500;
const IN_PART: u16 = 600;
