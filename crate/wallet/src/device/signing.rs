//! Signing sessions: who takes part, what is proposed to them, and the owner's approval.
//!
//! A request may need several *attempts*: each is a new ceremony under a new session, and dies with the process
//! or with the channel it ran over. What outlives them is the request (the dApp side keeps it) and the approval
//! (a sealed record here): a later attempt of the same digest needs no second tap.

mod attempt;
mod epoch;
mod incoming;
mod packs;
mod quorum;
mod session;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use symbolon_mpc::{DeviceId, KeyInfo};

pub(super) use self::quorum::AskedQuorum;
use self::session::Session;
use super::members::must_be_online;
use super::notices::refusal;
use super::peer::PeerMessage;
use super::records;
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::request::{Proposal, RawSignature, RequestId, SigningTask};
use crate::store::Batch;
use crate::view::{DeviceState, DeviceStrip};
use crate::wallet::Wallet;

/// Longest that an approval holds, and longest that a proposal of a peer is waited on.
pub(super) const MAX_LIFE_MS: u64 = 10 * 60_000;

/// An approval of this device's owner, or of its policy, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Approval {
    digest: [u8; 32],
    expires_at: Timestamp,
    outcome: Option<Outcome>,
}

/// A signature, kept for a while: a signer may have died before it got the last message, and is then told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Outcome {
    initiator: DeviceId,
    proposal: Proposal,
    signature: RawSignature,
    signers: Vec<DeviceId>,
}

/// A request that is being signed.
pub(super) struct Signing {
    /// The device that it began on.
    initiator: DeviceId,
    /// What every attempt proposes; signers and ceremony change.
    proposal: Proposal,
    digest: [u8; 32],
    /// The devices of the present attempt, this one included.
    signers: Vec<DeviceId>,
    /// The owner chose them.
    are_chosen: bool,
    /// Devices that cannot sign, as a cosigner said, since each last arrived.
    unable: BTreeSet<DeviceId>,
    states: BTreeMap<DeviceId, DeviceState>,
    session: Option<Session>,
    /// Attempts that failed since a device last came up.
    failed: u32,
    retry_at: Option<Timestamp>,
    /// When the patience with devices that are away ends, and others may be asked.
    reconsider_at: Option<Timestamp>,
    /// Automatic attempts are used up; the dApp side was told.
    is_stalled: bool,
}

// Seam: called by the dApp side.
impl Wallet {
    /// Starts the signing of a request on the device that it began on: picks cosigners (those the owner chose,
    /// else online attended devices first, then unattended, then offline ones), proposes to them, and runs the
    /// rounds up to the held last message. Starting again replaces the session of an earlier attempt.
    pub(crate) fn signing_start(&mut self, cx: &mut Context<'_>, task: SigningTask) {
        let Some((info, me)) = self.active_info() else {
            let message = "This device is locked. Nothing was signed; unlock it and try again.";
            return self.request_stalled(cx, &task.request, message.to_owned());
        };
        self.end_session(cx, &task.request);
        if let Some(outcome) = self.outcome(&task.request, &task.digest) {
            return self.request_signed(cx, &task.request, outcome.signature, &outcome.signers);
        }
        let SigningTask { request, body, digest, path, origin, network, claims, created_at, expires_at } =
            task;
        let proposal = Proposal {
            request,
            ceremony: symbolon_mpc::CeremonyId([0; 32]),
            wallet: *info.wallet(),
            epoch: info.epoch(),
            signers: Vec::new(),
            body,
            path,
            origin,
            network,
            claims,
            created_at,
            expires_at,
        };
        let Some(open) = self.device.open.as_mut() else { return };
        let (states, signers) = match open.signings.remove(&request) {
            Some(earlier) => (earlier.states, earlier.signers),
            None => Default::default(),
        };
        open.signings.insert(
            request,
            Signing {
                initiator: me,
                proposal,
                digest,
                signers,
                are_chosen: false,
                unable: BTreeSet::new(),
                states,
                session: None,
                failed: 0,
                retry_at: None,
                reconsider_at: None,
                is_stalled: false,
            },
        );
        self.attempt(cx, &request);
    }

    /// This device's owner (or policy) approved; the approval names what the owner saw. Releases the last message
    /// as soon as the session is there; remembered across retries of the same digest.
    pub(crate) fn signing_approve(&mut self, cx: &mut Context<'_>, request: &RequestId, digest: [u8; 32]) {
        let Some(open) = self.device.open.as_mut() else { return };
        if open.approvals.get(request).is_none_or(|earlier| earlier.digest != digest) {
            let approval = Approval { digest, expires_at: cx.now.saturating_add(MAX_LIFE_MS), outcome: None };
            // Durable before the last message leaves: the owner is never asked twice for what was released.
            self.store_approval(cx, request, approval);
        }
        let fits = self
            .device
            .open
            .as_ref()
            .and_then(|open| open.signings.get(request))
            .is_some_and(|s| s.digest == digest);
        if fits {
            self.say_state(cx, request, DeviceState::Approved);
            self.begin_with_word(cx, request);
            self.drive_signing(cx, request);
        }
        cx.view_changed();
    }

    /// Begins a session that waited for the owner's word, because one of its devices cheated before.
    fn begin_with_word(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        let Some(signing) = self.device.open.as_ref().and_then(|open| open.signings.get(request)) else {
            return;
        };
        if signing.session.is_some() || !self.needs_word(&signing.signers) {
            return;
        }
        if Some(signing.initiator) == self.device_id() {
            self.attempt(cx, request);
        } else if self.rests_until(&signing.signers, cx.now).is_none() {
            // What cannot begin shows when the asking device tries again.
            let _ = self.begin_session(cx, request);
        }
    }

    /// Tells cosigners that the request is over (rejected, expired, answered) and wipes its session.
    pub(crate) fn signing_cancel(&mut self, cx: &mut Context<'_>, request: &RequestId, reason: &str) {
        let approvals = self.device.open.as_ref().map(|open| &open.approvals);
        if approvals
            .and_then(|approvals| approvals.get(request))
            .is_some_and(|approval| approval.outcome.is_some())
        {
            // Signed: the others have the signature too, or are told when they are there again.
            return;
        }
        let message = PeerMessage::Cancel { request: request.0, reason: reason.to_owned() };
        for device in self.other_signers(request) {
            self.tell(cx, device, &message);
        }
        self.forget_signing(cx, request);
    }

    /// The owner picked other cosigners; takes effect at the next `signing_start`.
    pub(crate) fn signing_choose(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        devices: Vec<DeviceId>,
    ) -> Result<(), CommandError> {
        let Some((info, me)) = self.active_info() else {
            return Err(refusal("vault/locked", "This device is locked. Unlock it first."));
        };
        let mut distinct = devices.clone();
        distinct.sort();
        distinct.dedup();
        let fits = distinct.len() == usize::from(info.quorum().threshold()) - 1
            && distinct.len() == devices.len()
            && distinct.iter().all(|device| *device != me && info.quorum().party_of(*device).is_some());
        if !fits {
            let count = info.quorum().threshold() - 1;
            let message = format!("Choose {count} of this wallet's other devices.");
            return Err(refusal("signing/cosigners", message));
        }
        self.opened()?.choices.insert(*request, distinct);
        cx.view_changed();
        Ok(())
    }

    /// Tells cosigners what this device's owner does with the request (Notified, Opened).
    pub(crate) fn signing_state(&mut self, cx: &mut Context<'_>, request: &RequestId, state: DeviceState) {
        self.say_state(cx, request, state);
    }

    /// Strip of devices of a request, this one first.
    pub(crate) fn signing_strip(&self, request: &RequestId) -> Vec<DeviceStrip> {
        let Some((info, me)) = self.active_info() else { return Vec::new() };
        let Some(open) = self.device.open.as_ref() else { return Vec::new() };
        let signing = open.signings.get(request);
        let signers = match signing.map(|signing| &signing.signers) {
            Some(signers) if !signers.is_empty() => signers.clone(),
            _ => self.pick(request, &info, me, 0).signers,
        };
        let mut strips: Vec<_> = must_be_online(info.quorum())
            .map(|party| {
                let device = party.device;
                let peer = open.peers.get(&device);
                let told = signing.and_then(|signing| signing.states.get(&device)).copied();
                let is_there = device == me || peer.is_some_and(|peer| peer.is_present());
                DeviceStrip {
                    id: hex::encode(device.0),
                    last_seen: peer.and_then(|peer| peer.last_seen()),
                    me: device == me,
                    name: self.device_name(device),
                    signs: signers.contains(&device),
                    state: match told {
                        Some(state @ (DeviceState::Approved | DeviceState::Rejected)) => state,
                        _ if !is_there => DeviceState::Offline,
                        Some(state) => state,
                        None if device == me => DeviceState::Notified,
                        None => DeviceState::Sent,
                    },
                }
            })
            .collect();
        strips.sort_by_key(|strip| (!strip.me, !strip.signs));
        strips
    }
}

impl Wallet {
    fn say_state(&mut self, cx: &mut Context<'_>, request: &RequestId, state: DeviceState) {
        let Some(me) = self.device_id() else { return };
        let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(request)) else {
            return;
        };
        let before = signing.states.insert(me, state);
        // A screen that is opened after the tap does not take the tap back.
        if before == Some(DeviceState::Approved) && state != DeviceState::Rejected {
            signing.states.insert(me, DeviceState::Approved);
            if state != DeviceState::Approved {
                return;
            }
        }
        for device in self.other_signers(request) {
            self.tell(cx, device, &PeerMessage::State { request: request.0, state });
        }
        cx.view_changed();
    }

    fn other_signers(&self, request: &RequestId) -> Vec<DeviceId> {
        let me = self.device_id();
        let signing = self.device.open.as_ref().and_then(|open| open.signings.get(request));
        signing
            .map(|signing| signing.signers.iter().copied().filter(|device| Some(*device) != me).collect())
            .unwrap_or_default()
    }

    /// Whether this device may release its last message for this digest.
    fn is_approved(&self, request: &RequestId, digest: &[u8; 32], now: Timestamp) -> bool {
        let approval = self.device.open.as_ref().and_then(|open| open.approvals.get(request));
        approval.is_some_and(|approval| approval.digest == *digest && approval.expires_at > now)
    }

    fn store_approval(&mut self, cx: &mut Context<'_>, request: &RequestId, approval: Approval) {
        let mut batch = Batch::default();
        let plain = records::encode(&approval);
        self.seal_into(cx, &mut batch, &approval_key(request), &plain);
        cx.store(batch);
        if let Some(open) = self.device.open.as_mut() {
            open.approvals.insert(*request, approval);
        }
    }

    /// The signature that this request got already, if it is over this digest.
    fn outcome(&self, request: &RequestId, digest: &[u8; 32]) -> Option<Outcome> {
        let approval = self.device.open.as_ref()?.approvals.get(request)?;
        approval.outcome.clone().filter(|_| approval.digest == *digest)
    }

    /// A verified signature: kept for signers that may have missed it, then handed on.
    fn keep_outcome(&mut self, cx: &mut Context<'_>, request: &RequestId, signature: RawSignature) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(signing) = open.signings.remove(request) else { return };
        open.choices.remove(request);
        let Signing { initiator, proposal, digest, signers, .. } = signing;
        let outcome = Outcome { initiator, proposal, signature, signers: signers.clone() };
        let expires_at = cx.now.saturating_add(MAX_LIFE_MS);
        // In one batch with what the dApp side writes about it.
        self.store_approval(cx, request, Approval { digest, expires_at, outcome: Some(outcome) });
        self.forget_quorum(cx, request);
        cx.view_changed();
        self.request_signed(cx, request, signature, &signers);
    }

    /// Ends whatever is known of a request here.
    fn forget_signing(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        self.end_session(cx, request);
        let Some(open) = self.device.open.as_mut() else { return };
        open.signings.remove(request);
        open.choices.remove(request);
        if open.approvals.remove(request).is_some() {
            let mut batch = Batch::default();
            batch.delete(approval_key(request));
            cx.store(batch);
        }
        self.forget_quorum(cx, request);
        cx.view_changed();
    }

    fn active_info(&self) -> Option<(KeyInfo, DeviceId)> {
        let open = self.device.open.as_ref()?;
        Some((open.active.as_ref()?.info().clone(), DeviceId(open.identity.id().0)))
    }

    pub(super) fn tick_signing(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let lapsed: Vec<_> = open
            .approvals
            .iter()
            .filter(|(_, approval)| approval.expires_at <= cx.now)
            .map(|(id, _)| *id)
            .collect();
        let expired: Vec<_> = open
            .signings
            .iter()
            .filter(|(_, signing)| signing.proposal.expires_at <= cx.now)
            .map(|(id, _)| *id)
            .collect();
        let due: Vec<_> = open
            .signings
            .iter_mut()
            .filter_map(|(id, signing)| signing.retry_at.take_if(|at| *at <= cx.now).map(|_| *id))
            .collect();
        let still: Vec<_> = open
            .signings
            .iter()
            .filter(|(_, signing)| signing.session.as_ref().is_some_and(|session| session.is_still(cx.now)))
            .map(|(id, _)| *id)
            .collect();
        for request in lapsed {
            open.approvals.remove(&request);
            let mut batch = Batch::default();
            batch.delete(approval_key(&request));
            cx.store(batch);
        }
        for request in expired {
            self.forget_signing(cx, &request);
        }
        for request in still {
            self.session_failed(cx, &request, "a device did not answer");
        }
        for request in due {
            self.attempt(cx, &request);
        }
        self.tick_quorums(cx);
    }

    pub(super) fn signing_deadline(&self) -> Option<Timestamp> {
        let open = self.device.open.as_ref()?;
        let approvals = open.approvals.values().map(|approval| approval.expires_at);
        let quorums = open.quorums.values().map(|quorum| quorum.expires_at());
        let signings = open.signings.values().flat_map(|signing| {
            [
                Some(signing.proposal.expires_at),
                signing.retry_at,
                signing.reconsider_at,
                signing.session.as_ref().and_then(Session::deadline),
            ]
        });
        approvals.chain(quorums).chain(signings.flatten()).min()
    }
}

fn approval_key(request: &RequestId) -> String {
    format!("{}{request}", records::APPROVAL)
}
