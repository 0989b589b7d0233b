//! One attempt: the ceremony, from its first frame to the signature.

use symbolon_ecdsa::{Sign, SignItem, SignPlan, Signed};
use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::derive::Path;
use symbolon_mpc::{Abort, Blame, Cause, CeremonyId, DeviceId, PartyIndex, Step, Tag, Transcript, wire};

use crate::context::Context;
use crate::device::keys::{child_key, verifies};
use crate::device::peer::PeerMessage;
use crate::event::Timestamp;
use crate::request::{RawSignature, RequestId};
use crate::view::Severity;
use crate::wallet::Wallet;

/// How long a ceremony may stand still before it waits for an owner.
const STILL_MS: u64 = 30_000;

pub(super) struct Session {
    pub(super) ceremony: CeremonyId,
    sign: Sign,
    parties: Vec<(PartyIndex, DeviceId)>,
    /// Everything but the last message is said: from here on owners decide how long it takes.
    is_held: bool,
    still_until: Timestamp,
}

impl Session {
    pub(super) fn is_still(&self, now: Timestamp) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        (!self.is_held).then_some(self.still_until)
    }
}

impl Wallet {
    /// Begins the ceremony of the present attempt and runs it as far as it goes.
    ///
    /// # Errors
    /// A sentence, where proposal and share do not fit.
    pub(super) fn begin_session(&mut self, cx: &mut Context<'_>, request: &RequestId) -> Result<(), String> {
        let now = cx.now;
        let (info, me) = self.active_info().ok_or("the device is locked")?;
        let open = self.device.open.as_mut().ok_or("the device is locked")?;
        let share = open.active.as_ref().ok_or("the device holds no share")?.ecdsa();
        let signing = open.signings.get_mut(request).ok_or("the request is over")?;
        let proposal = &signing.proposal;
        let parties: Vec<_> = signing
            .signers
            .iter()
            .filter_map(|device| info.quorum().party_of(*device))
            .map(|party| (party.index, party.device))
            .collect();
        let path: Path = proposal.path.parse().map_err(|error| format!("{error}"))?;
        let intent = Transcript::new(Tag::Plan)
            .field(b"request")
            .field(&proposal.request.0)
            .field(&wire::encode(&proposal.body))
            .finish32();
        let plan = SignPlan {
            ceremony: proposal.ceremony,
            wallet: proposal.wallet,
            epoch: proposal.epoch,
            signers: parties.iter().map(|(index, _)| *index).collect(),
            intent,
            items: vec![SignItem { path, digest: signing.digest }],
        };
        let peers: Vec<_> = signing.signers.iter().copied().filter(|device| *device != me).collect();
        let pairs = open.pairs.take(proposal.wallet, proposal.epoch, &peers);
        let ceremony = proposal.ceremony;
        let sign = Sign::start(plan, share, pairs).map_err(|error| error.to_string())?;
        signing.session = Some(Session {
            ceremony,
            sign,
            parties,
            is_held: false,
            still_until: now.saturating_add(STILL_MS),
        });
        for early in self.take_early(ceremony).into_iter().filter(|early| early.lane.is_none()) {
            self.signing_frame(cx, early.from, *request, &early.frame);
        }
        self.drive_signing(cx, request);
        Ok(())
    }

    pub(in crate::device) fn signing_of(&self, ceremony: CeremonyId) -> Option<RequestId> {
        let open = self.device.open.as_ref()?;
        open.signings
            .iter()
            .find(|(_, signing)| signing.session.as_ref().is_some_and(|session| session.ceremony == ceremony))
            .map(|(request, _)| *request)
    }

    pub(in crate::device) fn signing_frame(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: RequestId,
        frame: &[u8],
    ) {
        let Some(session) = self.session(&request) else { return };
        let Some((party, _)) = session.parties.iter().find(|(_, device)| *device == from).copied() else {
            return;
        };
        match session.sign.receive(party, frame) {
            Ok(()) => self.drive_signing(cx, &request),
            Err(abort) => self.session_aborted(cx, &request, &abort),
        }
    }

    /// Runs the ceremony as far as frames and approval allow.
    pub(super) fn drive_signing(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        loop {
            let Some(open) = self.device.open.as_ref() else { return };
            let Some(digest) = open.signings.get(request).map(|signing| signing.digest) else { return };
            let is_approved = self.is_approved(request, &digest, cx.now);
            let Some(session) = self.session(request) else { return };
            let ceremony = session.ceremony;
            match session.sign.poll(cx.rng) {
                Ok(Step::Send(outgoing)) => {
                    session.still_until = cx.now.saturating_add(STILL_MS);
                    let parties = session.parties.clone();
                    for word in outgoing {
                        if let Some((_, device)) = parties.iter().find(|(party, _)| *party == word.to) {
                            self.tell(cx, *device, &PeerMessage::Frame { ceremony, frame: word.frame });
                        }
                    }
                }
                Ok(Step::Wait(_)) => return,
                // The only place where a last message is let go, and only for the digest that was approved.
                Ok(Step::Hold) if is_approved => {
                    session.is_held = true;
                    session.sign.approve();
                }
                Ok(Step::Hold) => {
                    session.is_held = true;
                    return;
                }
                Ok(Step::Done(signed) | Step::Store(signed)) => return self.signed(cx, request, signed),
                Err(abort) => return self.session_aborted(cx, request, &abort),
            }
        }
    }

    fn signed(&mut self, cx: &mut Context<'_>, request: &RequestId, signed: Signed) {
        let Some((info, _)) = self.active_info() else { return };
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(signing) = open.signings.get_mut(request) else { return };
        let Some(session) = signing.session.take() else { return };
        let signature = signed.signatures.first().filter(|signature| {
            let key = child_key(&info, &signing.proposal.path);
            signature.recovery_id <= 1
                && key.is_some_and(|key| verifies(&key, &signing.digest, &signature.r, &signature.s))
        });
        let Some(signature) = signature.copied() else {
            // Practically never: an x that exceeds the order (2⁻¹²⁷). The pairs are wiped.
            return self.session_failed(cx, request, "the signature had no form that a chain takes");
        };
        open.pairs.put(signed.pairs);
        self.ended(session.ceremony);
        let raw = RawSignature { r: signature.r, s: signature.s, recovery_id: signature.recovery_id };
        self.keep_outcome(cx, request, raw);
    }

    fn session_aborted(&mut self, cx: &mut Context<'_>, request: &RequestId, abort: &Abort) {
        let Some(session) = self.session(request) else { return };
        let culprit = match abort.blame {
            Blame::Party(party) => {
                session.parties.iter().find(|(index, _)| *index == party).map(|(_, device)| *device)
            }
            Blame::Nobody => None,
        };
        if let Some(device) = culprit {
            let name = self.device_name(device);
            let message = format!(
                "{name} sent something that an honest device does not send ({}). Nothing was signed. If it happens \
                 again, do not use that device.",
                abort.cause
            );
            self.notice(cx, "signing/misbehaved", Severity::Danger, message);
            if let Some(open) = self.device.open.as_mut() {
                open.pairs.forget(device);
            }
            if abort.cause == Cause::Leak {
                self.strike(cx, device);
            }
        }
        self.session_failed(cx, request, &abort.cause.to_string());
    }

    pub(in crate::device) fn signing_aborted(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: RequestId,
    ) {
        let takes_part = self
            .session(&request)
            .is_some_and(|session| session.parties.iter().any(|(_, device)| *device == from));
        if takes_part {
            self.session_failed(cx, &request, "another device stopped the session");
        }
    }

    /// Drops a session, and with it its secrets and pairs; tells its peers. Nothing was signed here.
    pub(super) fn end_session(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        let me = self.device_id();
        let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(request));
        let Some(session) = signing.and_then(|signing| signing.session.take()) else { return };
        self.ended(session.ceremony);
        for (_, device) in session.parties.iter().filter(|(_, device)| Some(*device) != me) {
            self.tell(cx, *device, &PeerMessage::Abort { ceremony: session.ceremony });
        }
    }

    fn session(&mut self, request: &RequestId) -> Option<&mut Session> {
        self.device.open.as_mut()?.signings.get_mut(request)?.session.as_mut()
    }
}
