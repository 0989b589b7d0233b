//! Another device proposes a signing: read, checked and judged here from its raw bytes alone (R14, R23).

use symbolon_chain::Request;
use symbolon_chain::networks::check_rpc_url;
use symbolon_mpc::DeviceId;

use super::journal::Rule;
use super::provider::MAX_WAITING;
use super::record;
use super::requests::{
    Ask, DECISION_LIFE, Entry, FeeWish, Live, Prepared, QUEUE_LIFE, SignAsk, Source, Stage,
};
use crate::context::Context;
use crate::effect::Effect;
use crate::event::Timestamp;
use crate::messages;
use crate::request::{Proposal, RequestId};
use crate::view::DeviceState;
use crate::wallet::Wallet;

// Seam: called by the device side.
impl Wallet {
    /// Another device proposes a signing. Decodes, judges and journals it; answers the digest to sign, or the
    /// plain sentence with which this device refuses. The device side then joins the session up to the held
    /// message; approval comes later through `signing_approve` (at once, if policy allows).
    /// A proposal for a request already known with the same body is a new attempt: its approval stands.
    pub(crate) fn request_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        proposal: &Proposal,
    ) -> Result<[u8; 32], String> {
        let digest = self.check(from, proposal, cx.now)?;
        if let Some(entry) = self.entry(&proposal.request) {
            let same_asker = matches!(entry.source, Source::Device { device, .. } if device == from);
            if !same_asker {
                return Err(messages::REFUSE_OVER.to_owned());
            }
            if entry.prepared.as_ref().is_some_and(|prepared| prepared.body == proposal.body) {
                let approved = entry.approved.filter(|approved| *approved == digest);
                if let Some(digest) = approved {
                    self.approve_signing(cx, &proposal.request, digest);
                }
                self.look_up(cx, &proposal.request);
                return Ok(digest);
            }
            // Another body under the same id: what was approved before says nothing about it.
            self.dapp.requests.retain(|entry| entry.id != proposal.request);
        } else {
            if self.dapp.activity.iter().any(|done| done.id == proposal.request) {
                return Err(messages::REFUSE_OVER.to_owned());
            }
            if self.dapp.requests.len() >= MAX_WAITING {
                return Err(messages::REFUSE_LIMIT.to_owned());
            }
        }
        self.take_in(cx, from, proposal, digest);
        Ok(digest)
    }
}

impl Wallet {
    /// The proposal's own consistency, and that it concerns a key and account of ours.
    fn check(&self, from: DeviceId, proposal: &Proposal, now: Timestamp) -> Result<[u8; 32], String> {
        let refuse = |sentence: &str| Err(sentence.to_owned());
        if self.dapp.unusable {
            return refuse(messages::UNUSABLE);
        }
        if !self.vault_open() {
            return refuse(messages::REFUSE_LOCKED);
        }
        if self.key_facts() != Some((proposal.wallet, proposal.epoch)) {
            return refuse(messages::REFUSE_KEY);
        }
        let texts = [&proposal.origin, &proposal.network.name, &proposal.network.symbol];
        if texts.iter().any(|text| text.len() > MAX_TEXT)
            || proposal.network.rpc_url.len() > MAX_URL
            || proposal.claims.are_long()
        {
            return refuse(messages::REFUSE_SIZE);
        }
        let Request::Evm(body) = &proposal.body;
        // Decoded without any of this device's names: what is signed depends on the bytes alone.
        let digest = symbolon_chain::digest(&proposal.body)
            .map_err(|error| messages::refuse_unreadable(&error.to_string()))?;
        if self.address_at(&proposal.path) != Some(body.account) {
            return refuse(messages::REFUSE_ACCOUNT);
        }
        if body.chain_id == 0 || proposal.network.chain_id != body.chain_id {
            return refuse(messages::REFUSE_CHAIN);
        }
        let read = super::claims::of(&proposal.body, &proposal.path);
        let (device, same_version) = (self.name_of(from), self.speaks_our_version(from));
        if let Some(sentence) = super::claims::contradiction(&proposal.claims, &read, &device, same_version) {
            return Err(sentence);
        }
        let life = proposal.expires_at.checked_sub(proposal.created_at);
        let sane = life.is_some_and(|life| life <= QUEUE_LIFE);
        if !sane || proposal.expires_at.saturating_add(CLOCK_SKEW) <= now {
            return refuse(messages::REFUSE_EXPIRED);
        }
        Ok(digest.0)
    }

    fn take_in(&mut self, cx: &mut Context<'_>, from: DeviceId, proposal: &Proposal, digest: [u8; 32]) {
        let Request::Evm(body) = &proposal.body;
        let mut network = proposal.network.clone();
        if check_rpc_url(&network.rpc_url).is_err() {
            network.rpc_url.clear();
        }
        let id = proposal.request;
        let mut entry = Entry {
            id,
            source: Source::Device { device: from, origin: proposal.origin.clone(), network },
            ask: Ask::Sign(SignAsk {
                chain_id: body.chain_id,
                account: body.account,
                path: proposal.path.clone(),
                transaction: None,
                fee: FeeWish::Page,
            }),
            created_at: self.next_in_line(cx.now),
            // No approval outlives the time that its owner was given, by this device's own clock.
            expires_at: proposal
                .expires_at
                .saturating_add(CLOCK_SKEW)
                .min(cx.now.saturating_add(DECISION_LIFE)),
            origin_is_new: self.origin_is_new(&proposal.origin),
            approved: None,
            prepared: Some(Prepared { body: proposal.body.clone(), digest, fee: None, fails: None }),
            signed: None,
            live: Live { stage: Stage::Ready, ..Live::default() },
        };
        let intent = self.intent(&entry, &proposal.body);
        // what cannot be counted yet is judged once it can be
        let counts = self.config.unattended.as_ref().is_some_and(|policy| !policy.danger_everything);
        let waits = counts && self.waits_for_l1_fee(&entry);
        let approves =
            !waits && intent.is_some_and(|intent| self.approves_unattended(cx, &intent, &proposal.origin));
        if approves {
            entry.approved = Some(digest);
        }
        cx.store(record::put(entry.key(), &entry));
        self.dapp.requests.push(entry);
        if approves {
            self.approved_by_policy(cx, &id, digest);
        } else if !waits {
            self.announce(cx, &id);
        }
        self.look_up(cx, &id);
        cx.view_changed();
    }

    /// Judges what waited for a part of its fee: by policy, or by this device's owner if that part is not to be had.
    pub(super) fn judge_arrived(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let now = cx.now;
        let waits = |entry: &&Entry| {
            entry.approved.is_none() && entry.live.stage == Stage::Ready && entry.expires_at > now
        };
        let Some(entry) = self.entry(id).filter(waits).filter(|_| self.config.unattended.is_some()) else {
            return;
        };
        let Some(prepared) = entry.prepared.clone() else { return };
        let (intent, origin) = (self.intent(entry, &prepared.body), entry.origin().to_owned());
        let counted = !self.lacks_l1_fee(entry);
        if counted && intent.is_some_and(|intent| self.approves_unattended(cx, &intent, &origin)) {
            if let Some(entry) = self.entry_mut(id) {
                entry.approved = Some(prepared.digest);
            }
            self.store_entry(cx, id);
            self.approved_by_policy(cx, id, prepared.digest);
        } else {
            self.announce(cx, id);
        }
        cx.view_changed();
    }

    fn approved_by_policy(&mut self, cx: &mut Context<'_>, id: &RequestId, digest: [u8; 32]) {
        self.journal_approved(cx, id, Rule::Unattended);
        self.approve_signing(cx, id, digest);
        cx.push(Effect::Notify {
            title: messages::NOTIFY_UNATTENDED_TITLE.to_owned(),
            body: messages::NOTIFY_UNATTENDED_BODY.to_owned(),
        });
    }

    fn announce(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        self.tell_state(cx, id, DeviceState::Notified);
        cx.push(Effect::Notify {
            title: messages::NOTIFY_TITLE.to_owned(),
            body: messages::NOTIFY_BODY.to_owned(),
        });
        cx.push(Effect::ShowApproval);
    }

    /// Nothing that an origin asked was signed here before.
    fn origin_is_new(&self, origin: &str) -> bool {
        origin != messages::THIS_WALLET
            && !self.dapp.sites.keys().any(|known| known.0 == origin)
            && !self.dapp.activity.iter().any(|done| done.origin == symbolon_chain::text::inert(origin))
    }
}

/// How far two devices' clocks may be apart, in milliseconds.
const CLOCK_SKEW: u64 = 2 * 60 * 1000;
const MAX_TEXT: usize = 512;
const MAX_URL: usize = 2048;
