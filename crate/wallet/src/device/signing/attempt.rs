//! The initiating device: proposes, proposes again, and says when it gives up.

use symbolon_mpc::{CeremonyId, DeviceId};

use super::super::peer::PeerMessage;
use super::quorum::Pick;
use crate::context::Context;
use crate::request::RequestId;
use crate::view::DeviceState;
use crate::wallet::Wallet;

/// Attempts made by themselves after a failure, until a device comes up anew.
const MAX_FAILED: u32 = 3;
const FIRST_RETRY_MS: u64 = 1_000;

impl Wallet {
    /// A new attempt, under a new session, with the devices that are there now.
    pub(super) fn attempt(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        self.end_session(cx, request);
        let Some((info, me)) = self.active_info() else { return };
        let Pick { signers, are_chosen, reconsider_at, is_hasty } = self.pick(request, &info, me, cx.now);
        let asked_before = self.asked(request);
        let rests_until = self.rests_until(&signers, cx.now);
        let needs_word = self.needs_word(&signers);
        let refused = self.fallen_among(&signers).map(|(_, reason)| reason);
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(signing) = open.signings.get_mut(request).filter(|signing| signing.initiator == me) else {
            return;
        };
        signing.retry_at = None;
        signing.reconsider_at = reconsider_at;
        signing.is_stalled = false;
        signing.signers.clone_from(&signers);
        signing.are_chosen = are_chosen;
        signing.proposal.ceremony = CeremonyId::draw(cx.rng);
        signing.proposal.signers = signers
            .iter()
            .filter_map(|device| info.quorum().party_of(*device))
            .map(|party| party.index.value())
            .collect();
        signing.proposal.signers.sort_unstable();
        signing.states.retain(|device, _| signers.contains(device));
        if refused.is_none() {
            signing.retry_at = rests_until;
        }
        let proposal = signing.proposal.clone();
        let digest = signing.digest;
        // Also where those who shall sign instead cannot, or not yet: no owner is asked for nothing.
        for device in asked_before.into_iter().filter(|device| !is_hasty && !signers.contains(device)) {
            let reason = "another device signs instead".to_owned();
            self.tell(cx, device, &PeerMessage::Cancel { request: request.0, reason });
        }
        if let Some(message) = refused {
            return self.stall(cx, request, message);
        }
        if rests_until.is_some() {
            return self.request_waiting(cx, request);
        }
        let mut all_there = true;
        let mut asked = Vec::new();
        let approved = self.is_approved(request, &digest, cx.now);
        for device in signers.iter().copied().filter(|device| *device != me) {
            let is_told = !is_hasty
                && self.is_online(device, cx.now)
                && self.holds(device, (proposal.wallet, proposal.epoch))
                && self.tell(cx, device, &PeerMessage::Propose(Box::new(proposal.clone())));
            all_there &= is_told;
            if is_told {
                asked.push(device);
                if approved {
                    self.tell(
                        cx,
                        device,
                        &PeerMessage::State { request: request.0, state: DeviceState::Approved },
                    );
                }
                let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(request));
                if let Some(signing) = signing {
                    signing.states.entry(device).or_insert(DeviceState::Sent);
                }
            }
        }
        self.keep_quorum(cx, request, &asked);
        if approved {
            let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(request));
            if let Some(signing) = signing {
                signing.states.insert(me, DeviceState::Approved);
            }
        }
        self.request_waiting(cx, request);
        let may_begin = all_there && (approved || !needs_word);
        if may_begin && let Err(reason) = self.begin_session(cx, request) {
            let message = format!("The signing could not begin: {reason}. Nothing was signed.");
            self.stall(cx, request, message);
        }
    }

    /// A session ended without a signature. The initiating device tries again, a few times.
    pub(super) fn session_failed(&mut self, cx: &mut Context<'_>, request: &RequestId, why: &str) {
        self.end_session(cx, request);
        let now = cx.now;
        let me = self.device_id();
        let signing = self.device.open.as_ref().and_then(|open| open.signings.get(request));
        let needs_word = signing.is_some_and(|signing| self.needs_word(&signing.signers));
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(signing) = open.signings.get_mut(request) else { return };
        if Some(signing.initiator) != me {
            return self.request_waiting(cx, request);
        }
        signing.failed += 1;
        if signing.failed > MAX_FAILED || needs_word {
            let message = format!("The signing did not come about: {why}. Nothing was signed. Try again.");
            return self.stall(cx, request, message);
        }
        let wait = FIRST_RETRY_MS << (signing.failed - 1).min(6);
        signing.retry_at = Some(now.saturating_add(wait));
        self.request_waiting(cx, request);
    }

    fn holds(&self, device: DeviceId, key: ([u8; 32], u32)) -> bool {
        let peer = self.device.open.as_ref().and_then(|open| open.peers.get(&device));
        peer.is_some_and(|peer| peer.holds(key))
    }

    fn stall(&mut self, cx: &mut Context<'_>, request: &RequestId, message: String) {
        if let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(request)) {
            signing.is_stalled = true;
            signing.retry_at = None;
        }
        self.request_stalled(cx, request, message);
    }

    /// A device said hello in a new session of its channel: what it was told before is lost.
    pub(in crate::device) fn signing_arrival(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let me = self.device_id();
        let Some(open) = self.device.open.as_ref() else { return };
        let concluded: Vec<_> = open
            .approvals
            .values()
            .filter_map(|approval| approval.outcome.as_ref())
            .filter(|outcome| Some(outcome.initiator) == me && outcome.signers.contains(&id))
            .map(|outcome| (outcome.proposal.clone(), outcome.signature))
            .collect();
        for (proposal, signature) in concluded {
            self.tell(cx, id, &PeerMessage::Signed { proposal: Box::new(proposal), signature });
        }
        for request in self.begun_here() {
            let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request))
            else {
                continue;
            };
            let lacks_session = signing.session.is_none();
            signing.failed = 0;
            signing.unable.remove(&id);
            if lacks_session && (signing.signers.contains(&id) || !signing.are_chosen) {
                self.attempt(cx, &request);
            }
        }
    }

    /// A device came or went.
    pub(in crate::device) fn signing_presence(
        &mut self,
        cx: &mut Context<'_>,
        id: DeviceId,
        is_online: bool,
    ) {
        for request in self.begun_here() {
            let Some(signing) = self.device.open.as_ref().and_then(|open| open.signings.get(&request)) else {
                continue;
            };
            let concerns = signing.signers.contains(&id);
            if concerns && !is_online && !signing.are_chosen {
                // Nobody waits for a device that is away while another could sign.
                let before = signing.signers.clone();
                let Some((info, me)) = self.active_info() else { return };
                let pick = self.pick(&request, &info, me, cx.now);
                if pick.signers != before {
                    self.attempt(cx, &request);
                } else if let Some(signing) =
                    self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request))
                {
                    signing.reconsider_at = pick.reconsider_at;
                }
            } else if is_online && signing.session.is_none() && (concerns || !signing.are_chosen) {
                self.attempt(cx, &request);
            }
            self.request_waiting(cx, &request);
        }
    }

    /// A device began anew or left: sessions with it are over.
    pub(in crate::device) fn signing_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        open.pairs.forget(id);
        let lost: Vec<_> = open
            .signings
            .iter()
            .filter(|(_, signing)| signing.session.is_some() && signing.signers.contains(&id))
            .map(|(request, _)| *request)
            .collect();
        for request in lost {
            // No failure of anybody: it is tried again when the device is there, or with another one.
            self.end_session(cx, &request);
            if let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request))
            {
                signing.states.remove(&id);
            }
            self.request_waiting(cx, &request);
        }
    }

    pub(super) fn begun_here(&self) -> Vec<RequestId> {
        let me = self.device_id();
        let Some(open) = self.device.open.as_ref() else { return Vec::new() };
        open.signings
            .iter()
            .filter(|(_, signing)| Some(signing.initiator) == me)
            .map(|(request, _)| *request)
            .collect()
    }
}
