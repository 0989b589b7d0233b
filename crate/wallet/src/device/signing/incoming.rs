//! The cosigning device: what others propose, say and withdraw.

use symbolon_mpc::{DeviceId, KeyInfo};

use super::super::change::StaleEpoch;
use super::super::keys::{child_key, verifies};
use super::super::peer::PeerMessage;
use super::{MAX_LIFE_MS, Signing};
use crate::context::Context;
use crate::request::{Proposal, RawSignature, RequestId};
use crate::view::DeviceState;
use crate::wallet::Wallet;

/// Most requests of peers that are taken part in at a time.
const MAX_SIGNINGS: usize = 32;

/// Why this device takes no part in an attempt.
enum No {
    /// Nobody is to sign this.
    Request(String),
    /// This signer cannot; others may.
    Signer(DeviceId, String),
}

impl From<String> for No {
    fn from(reason: String) -> Self {
        Self::Request(reason)
    }
}

impl From<&str> for No {
    fn from(reason: &str) -> Self {
        Self::Request(reason.to_owned())
    }
}

impl Wallet {
    pub(in crate::device) fn proposal_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        proposal: Proposal,
    ) {
        let request = proposal.request;
        let answer = match self.join(cx, from, proposal) {
            Ok(()) => return,
            Err(No::Request(reason)) => PeerMessage::Cancel { request: request.0, reason },
            Err(No::Signer(device, reason)) => PeerMessage::CannotSign { request: request.0, device, reason },
        };
        self.tell(cx, from, &answer);
    }

    fn join(&mut self, cx: &mut Context<'_>, from: DeviceId, mut proposal: Proposal) -> Result<(), No> {
        let (info, me) = self.active_info().ok_or("this device holds no share of the key")?;
        if proposal.wallet != *info.wallet() {
            return Err(No::Signer(me, "this device holds a share of another key".to_owned()));
        }
        if proposal.epoch != info.epoch() {
            return self.other_epoch(cx, from, &proposal, (&info, me));
        }
        let signers: Vec<_> = proposal
            .signers
            .iter()
            .filter_map(|index| symbolon_mpc::PartyIndex::new(*index))
            .filter_map(|index| info.quorum().device_of(index))
            .collect();
        let is_ascending = proposal.signers.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = is_ascending
            && signers.len() == proposal.signers.len()
            && signers.len() == usize::from(info.quorum().threshold())
            && signers.contains(&me)
            && signers.contains(&from);
        if !fits {
            return Err("the proposal names other signers than the key allows".into());
        }
        // Clocks of two devices need not agree: only the length of the request's life is taken over.
        let life = proposal.expires_at.saturating_sub(proposal.created_at).min(MAX_LIFE_MS);
        proposal.created_at = cx.now;
        proposal.expires_at = cx.now.saturating_add(life);
        let request = proposal.request;
        let open = self.device.open.as_ref().ok_or("this device is locked")?;
        let outcome = open.approvals.get(&request).and_then(|approval| approval.outcome.as_ref());
        if let Some(outcome) =
            outcome.filter(|outcome| outcome.initiator == from && is_same(&outcome.proposal, &proposal))
        {
            // Signed before; the asking device died before it had the last message.
            let (proposal, signature) = (Box::new(outcome.proposal.clone()), outcome.signature);
            self.tell(cx, from, &PeerMessage::Signed { proposal, signature });
            return Ok(());
        }
        let known = open.signings.get(&request);
        if known.is_some_and(|signing| signing.initiator != from) {
            return Err("the request began on another device".into());
        }
        if known.is_none() && open.signings.len() >= MAX_SIGNINGS {
            return Err(No::Signer(me, "too many requests wait on this device".to_owned()));
        }
        if let Some((device, reason)) = self.fallen_among(&signers) {
            // Without the asking device there is nothing to sign.
            return Err(if device == from { No::Request(reason) } else { No::Signer(device, reason) });
        }
        if self.rests_until(&signers, cx.now).is_some() {
            // No refusal of the request: the asking device tries again.
            self.tell(cx, from, &PeerMessage::Abort { ceremony: proposal.ceremony });
            return Ok(());
        }
        let digest = self.request_arrived(cx, from, &proposal)?;
        self.end_session(cx, &request);
        let needs_word = self.needs_word(&signers);
        let Some(open) = self.device.open.as_mut() else { return Ok(()) };
        let mut states = open.signings.remove(&request).map(|signing| signing.states).unwrap_or_default();
        states.retain(|device, _| signers.contains(device));
        states.entry(from).or_insert(DeviceState::Opened);
        states.entry(me).or_insert(DeviceState::Notified);
        open.signings.insert(
            request,
            Signing {
                initiator: from,
                proposal,
                digest,
                signers,
                are_chosen: true,
                unable: Default::default(),
                states,
                session: None,
                failed: 0,
                retry_at: None,
                reconsider_at: None,
                is_stalled: false,
            },
        );
        let is_approved = self.is_approved(&request, &digest, cx.now);
        let state = if is_approved { DeviceState::Approved } else { DeviceState::Notified };
        self.say_state(cx, &request, state);
        if is_approved || !needs_word {
            self.begin_session(cx, &request)?;
        }
        self.request_waiting(cx, &request);
        Ok(())
    }

    /// Shares of two epochs never sign together. Whoever is behind is helped on if it can be, and told by name what to
    /// do if it cannot.
    fn other_epoch(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        proposal: &Proposal,
        (info, me): (&KeyInfo, DeviceId),
    ) -> Result<(), No> {
        let stale = StaleEpoch { held: info.epoch(), asked: proposal.epoch };
        let catches_up = if stale.held > stale.asked {
            self.show_proven(cx, from);
            info.quorum().party_of(from).is_some()
        } else {
            // What this device holds decides whether it can follow; the asking device answers with the proof.
            self.greet_all(cx);
            self.device.open.as_ref().is_some_and(|open| open.pending.has_reshared())
        };
        if !catches_up {
            let is_behind = stale.held < stale.asked;
            let reason = stale.to_string();
            return Err(if is_behind { No::Signer(me, reason) } else { No::Request(reason) });
        }
        // No refusal of the request: the asking device tries again.
        self.tell(cx, from, &PeerMessage::Abort { ceremony: proposal.ceremony });
        Ok(())
    }

    /// A signer says that a request is signed, and proves it.
    pub(in crate::device) fn signature_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        mut proposal: Proposal,
        signature: RawSignature,
    ) {
        let request = proposal.request;
        let Some((info, me)) = self.active_info() else { return };
        let Some(open) = self.device.open.as_ref() else { return };
        if open.approvals.get(&request).is_some_and(|approval| approval.outcome.is_some()) {
            return;
        }
        let holds = |digest: &[u8; 32]| {
            child_key(&info, &proposal.path)
                .is_some_and(|key| verifies(&key, digest, &signature.r, &signature.s))
        };
        if let Some(signing) = open.signings.get(&request) {
            if is_same(&signing.proposal, &proposal)
                && signing.signers.contains(&from)
                && holds(&signing.digest)
            {
                self.end_session(cx, &request);
                self.keep_outcome(cx, &request, signature);
            }
            return;
        }
        // Begun and approved before this process: only its initiating device can say so, and only to a signer.
        let party = |device| info.quorum().party_of(device).map(|party| party.index.value());
        let takes_part = |device| party(device).is_some_and(|index| proposal.signers.contains(&index));
        // The key is the same in every epoch, so the signature proves itself after a change, too.
        if !takes_part(me) || !takes_part(from) || proposal.wallet != *info.wallet() {
            return;
        }
        let signers: Vec<_> = info
            .quorum()
            .parties()
            .iter()
            .filter(|party| proposal.signers.contains(&party.index.value()))
            .map(|party| party.device)
            .collect();
        let Some(digest) = open.approvals.get(&request).map(|approval| approval.digest).filter(holds) else {
            return;
        };
        proposal.expires_at = cx.now.saturating_add(MAX_LIFE_MS);
        if let Some(open) = self.device.open.as_mut() {
            open.signings.insert(
                request,
                Signing {
                    initiator: from,
                    proposal,
                    digest,
                    signers,
                    are_chosen: true,
                    unable: Default::default(),
                    states: Default::default(),
                    session: None,
                    failed: 0,
                    retry_at: None,
                    reconsider_at: None,
                    is_stalled: false,
                },
            );
        }
        self.keep_outcome(cx, &request, signature);
    }

    pub(in crate::device) fn state_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: RequestId,
        state: DeviceState,
    ) {
        let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request)) else {
            return;
        };
        if signing.signers.contains(&from) && signing.states.insert(from, state) != Some(state) {
            self.request_waiting(cx, &request);
        }
    }

    pub(in crate::device) fn cancel_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: RequestId,
        reason: &str,
    ) {
        let Some((info, _)) = self.active_info() else { return };
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        let Some(signing) = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request)) else {
            // Begun before this process: the dApp side knows whose it is.
            if info.quorum().party_of(from).is_some() {
                self.request_cancelled(cx, from, &request, &reason);
            }
            return;
        };
        let me = self.device.settings.as_ref().map(|settings| settings.device);
        let is_mine = me == Some(signing.initiator.0);
        // A cosigner's word goes to the initiating device; only that one may call the request off for all.
        if !signing.signers.contains(&from) || (!is_mine && signing.initiator != from) {
            return;
        }
        signing.states.insert(from, DeviceState::Rejected);
        if is_mine {
            for device in self.other_signers(&request).into_iter().filter(|device| *device != from) {
                self.tell(cx, device, &PeerMessage::Cancel { request: request.0, reason: reason.clone() });
            }
        }
        self.forget_signing(cx, &request);
        self.request_cancelled(cx, from, &request, &reason);
    }

    /// A cosigner says that itself, or another signer, cannot sign. The asking device then asks others, unless there are none
    /// or the owner chose these.
    pub(in crate::device) fn cannot_sign_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: RequestId,
        device: DeviceId,
        reason: &str,
    ) {
        let Some((info, me)) = self.active_info() else { return };
        let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request));
        let asked = signing.filter(|signing| {
            signing.initiator == me && signing.signers.contains(&from) && signing.signers.contains(&device)
        });
        // Of a signer that is asked no more: another cosigner has said the same.
        let Some(signing) = asked else { return };
        if !signing.are_chosen {
            signing.unable.insert(device);
            if !self.pick(&request, &info, me, cx.now).signers.contains(&device) {
                return self.attempt(cx, &request);
            }
        }
        self.cancel_arrived(cx, from, request, reason);
    }
}

/// The same request, in whatever attempt and epoch.
fn is_same(one: &Proposal, two: &Proposal) -> bool {
    (one.request, &one.body, &one.path, one.wallet) == (two.request, &two.body, &two.path, two.wallet)
}
