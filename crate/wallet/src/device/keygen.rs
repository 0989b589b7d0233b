//! Making the key: the dealing ceremony among the devices of a confirmed roster, and where frames go.

use std::collections::VecDeque;

use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::dealing::{Dealt, Keygen, KeygenPlan, keygen};
use symbolon_mpc::group::Scheme;
use symbolon_mpc::{Abort, Blame, CeremonyId, DeviceId, Party, PartyIndex, Quorum, Step};

use super::peer::{PeerMessage, RosterProposal};
use super::records;
use super::shares::{self, Shares};
use super::test_signing::tests;
use crate::context::Context;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::vault::Binding;
use crate::view::KeygenView;
use crate::wallet::Wallet;

/// How long a ceremony may stand still.
const STILL_MS: u64 = 60_000;
/// Frames kept for ceremonies that have not begun here.
const MAX_EARLY_FRAMES: usize = 128;
/// Bytes of them.
const MAX_EARLY_BYTES: usize = 4 * 1024 * 1024;
/// Ceremonies remembered to be over.
const MAX_ENDED: usize = 256;

/// A run of the dealing ceremony.
pub(super) struct KeygenRun {
    ceremony: CeremonyId,
    keygen: Keygen,
    quorum: Quorum,
    steps: u16,
    waiting: Vec<PartyIndex>,
    still_until: Timestamp,
}

impl KeygenRun {
    pub(super) fn ceremony_id(&self) -> CeremonyId {
        self.ceremony
    }
}

/// Steps that a keygen of so many parties says something in, and test signatures after it.
fn total_steps(quorum: &Quorum) -> u16 {
    // Salt and four rounds; with more than two parties an echo after the first three rounds.
    let rounds = if quorum.parties().len() > 2 { 8 } else { 5 };
    rounds + tests(quorum).count() as u16
}

impl Wallet {
    pub(super) fn begin_keygen(&mut self, cx: &mut Context<'_>, proposal: RosterProposal) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let parties = (1u16..)
            .zip(&proposal.devices)
            .filter_map(|(index, device)| Some(Party { index: PartyIndex::new(index)?, device: *device }))
            .collect();
        let Ok(quorum) = Quorum::new(proposal.threshold, parties) else { return };
        let Some(party) = quorum.party_of(me) else { return };
        let plan = KeygenPlan {
            ceremony: proposal.ceremony,
            wallet: proposal.wallet,
            epoch: 1,
            quorum: quorum.clone(),
            roots: Scheme::ALL.to_vec(),
            absent: Vec::new(),
        };
        let Ok(keygen) = keygen(plan, party.index) else { return };
        open.keygen_error = None;
        open.keygen = Some(KeygenRun {
            ceremony: proposal.ceremony,
            keygen,
            quorum,
            steps: 0,
            waiting: Vec::new(),
            still_until: cx.now.saturating_add(STILL_MS),
        });
        cx.view_changed();
        for (from, frame) in self.take_early(proposal.ceremony) {
            self.keygen_frame(cx, from, &frame);
        }
        self.drive_keygen(cx);
    }

    fn keygen_frame(&mut self, cx: &mut Context<'_>, from: DeviceId, frame: &[u8]) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.keygen.as_mut()) else { return };
        let Some(party) = run.quorum.party_of(from) else { return };
        if let Err(abort) = run.keygen.receive(party.index, frame) {
            self.keygen_failed(cx, &abort);
        }
    }

    fn drive_keygen(&mut self, cx: &mut Context<'_>) {
        loop {
            let Some(run) = self.device.open.as_mut().and_then(|open| open.keygen.as_mut()) else { return };
            let (ceremony, quorum) = (run.ceremony, run.quorum.clone());
            match run.keygen.poll(cx.rng) {
                Ok(Step::Send(outgoing)) => {
                    run.steps += 1;
                    run.still_until = cx.now.saturating_add(STILL_MS);
                    cx.view_changed();
                    for word in outgoing {
                        if let Some(device) = quorum.device_of(word.to) {
                            self.tell(cx, device, &PeerMessage::Frame { ceremony, frame: word.frame });
                        }
                    }
                }
                Ok(Step::Wait(parties)) => {
                    run.waiting = parties;
                    return;
                }
                Ok(Step::Store(Dealt::Pending { shares, .. })) => {
                    if let Some(shares) = Shares::new(shares) {
                        let mut batch = Batch::default();
                        self.put_shares(cx, &mut batch, records::KEY_PENDING, &shares);
                        cx.store(batch);
                        if let Some(open) = &mut self.device.open {
                            open.pending = Some(shares);
                        }
                    }
                    // Effects are done in order: what says "stored" leaves after the record is durable.
                    if let Some(run) = self.device.open.as_mut().and_then(|open| open.keygen.as_mut()) {
                        run.keygen.stored();
                    }
                }
                Ok(Step::Done(_) | Step::Store(Dealt::Acknowledged(_))) => {
                    if let Some(open) = &mut self.device.open {
                        open.keygen = None;
                    }
                    self.ended(ceremony);
                    cx.view_changed();
                    self.begin_activation(cx);
                    return;
                }
                // Dealing asks for no approval: the owners gave it to the roster.
                Ok(Step::Hold) => return,
                Err(abort) => return self.keygen_failed(cx, &abort),
            }
        }
    }

    /// Seals shares, each bound to what it is a share of.
    pub(super) fn put_shares(&mut self, cx: &mut Context<'_>, batch: &mut Batch, key: &str, shares: &Shares) {
        for share in shares.iter() {
            let binding = Binding {
                wallet: *share.info().wallet(),
                party: share.index().value(),
                scheme: shares::number(share.scheme()),
                epoch: share.info().epoch(),
                ..self.device.binding()
            };
            let key = records::of_scheme(key, share.scheme());
            self.seal_bound(cx, batch, &key, &binding, &share.encode());
        }
    }

    fn keygen_failed(&mut self, cx: &mut Context<'_>, abort: &Abort) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.keygen.take()) else { return };
        let culprit = match abort.blame {
            Blame::Party(party) => run.quorum.device_of(party).map(|device| self.device_name(device)),
            Blame::Nobody => None,
        };
        let reason = match culprit {
            Some(name) => format!("{name} broke the rules of key making ({}).", abort.cause),
            None => format!("The devices did not agree ({}).", abort.cause),
        };
        self.end_keygen(cx, run, &reason);
    }

    fn end_keygen(&mut self, cx: &mut Context<'_>, run: KeygenRun, reason: &str) {
        self.ended(run.ceremony);
        if let Some(open) = &mut self.device.open {
            open.keygen_error =
                Some(format!("{reason} No key was made and nothing is lost; you can try again."));
        }
        cx.view_changed();
        for party in run.quorum.parties() {
            self.tell(cx, party.device, &PeerMessage::Abort { ceremony: run.ceremony });
        }
    }

    /// A device of the ceremony went away, and with it its part.
    pub(super) fn keygen_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(run) = self
            .device
            .open
            .as_mut()
            .and_then(|open| open.keygen.take_if(|run| run.quorum.party_of(id).is_some()))
        else {
            return;
        };
        let reason = format!("{} was closed or began anew.", self.device_name(id));
        self.end_keygen(cx, run, &reason);
    }

    pub(super) fn tick_keygen(&mut self, cx: &mut Context<'_>) {
        let Some(run) =
            self.device.open.as_mut().and_then(|open| open.keygen.take_if(|run| run.still_until <= cx.now))
        else {
            return;
        };
        let names: Vec<_> = run
            .waiting
            .iter()
            .filter_map(|party| run.quorum.device_of(*party))
            .map(|id| self.device_name(id))
            .collect();
        let reason = format!("{} did not answer.", names.join(" and "));
        self.end_keygen(cx, run, &reason);
    }

    pub(super) fn keygen_deadline(&self) -> Option<Timestamp> {
        self.device.open.as_ref()?.keygen.as_ref().map(|run| run.still_until)
    }

    pub(super) fn keygen_view(&self, now: Timestamp) -> Option<KeygenView> {
        let open = self.device.open.as_ref()?;
        if let Some(run) = &open.keygen {
            let waiting_for = run.waiting.iter().filter_map(|party| run.quorum.device_of(*party));
            return Some(KeygenView {
                done: run.steps,
                error: None,
                stage: "Making the key".to_owned(),
                total: total_steps(&run.quorum),
                waiting_for: waiting_for.map(|device| self.device_name(device)).collect(),
            });
        }
        if open.roster.is_none()
            && let Some(error) = &open.keygen_error
        {
            return Some(KeygenView {
                done: 0,
                error: Some(error.clone()),
                stage: "Making the key".to_owned(),
                total: 1,
                waiting_for: Vec::new(),
            });
        }
        let pending = open.pending.as_ref().filter(|_| open.roster.is_none())?;
        let quorum = pending.info().quorum();
        let tests = tests(quorum).count() as u16;
        let proven = open.activation.proofs().len() as u16;
        let total = total_steps(quorum);
        Some(KeygenView {
            done: (total - tests.min(total)) + proven,
            error: None,
            stage: "Testing the key with a signature".to_owned(),
            total,
            waiting_for: quorum
                .parties()
                .iter()
                .filter(|party| party.device.0 != open.identity.id().0 && !self.is_online(party.device, now))
                .map(|party| self.device_name(party.device))
                .collect(),
        })
    }

    /// A frame of a ceremony: of the one it names, or kept until that begins.
    pub(super) fn ceremony_frame(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
        frame: Vec<u8>,
    ) {
        let Some(open) = self.device.open.as_mut() else { return };
        if open.keygen.as_ref().is_some_and(|run| run.ceremony == ceremony) {
            self.keygen_frame(cx, from, &frame);
            return self.drive_keygen(cx);
        }
        if open.activation.has(ceremony) {
            return self.test_frame(cx, from, ceremony, &frame);
        }
        if let Some(request) = self.signing_of(ceremony) {
            return self.signing_frame(cx, from, request, &frame);
        }
        let Some(open) = self.device.open.as_mut().filter(|open| !open.ended.contains(&ceremony)) else {
            return;
        };
        open.early_frames.push_back((from, ceremony, frame));
        let mut bytes: usize = open.early_frames.iter().map(|(.., frame)| frame.len()).sum();
        while open.early_frames.len() > MAX_EARLY_FRAMES || bytes > MAX_EARLY_BYTES {
            let Some((.., frame)) = open.early_frames.pop_front() else { return };
            bytes -= frame.len();
        }
    }

    /// A peer's run of a ceremony is over without outcome, so ours is, too.
    pub(super) fn ceremony_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        if open
            .keygen
            .as_ref()
            .is_some_and(|run| run.ceremony == ceremony && run.quorum.party_of(from).is_some())
        {
            if let Some(run) = open.keygen.take() {
                let reason = format!("{} stopped it.", self.device_name(from));
                self.end_keygen(cx, run, &reason);
            }
        } else if open.activation.has(ceremony) {
            self.test_aborted(cx, from, ceremony);
        } else if let Some(request) = self.signing_of(ceremony) {
            self.signing_aborted(cx, from, request);
        } else {
            self.ended(ceremony);
        }
    }

    pub(super) fn take_early(&mut self, ceremony: CeremonyId) -> Vec<(DeviceId, Vec<u8>)> {
        let Some(open) = self.device.open.as_mut() else { return Vec::new() };
        let (mine, rest): (VecDeque<_>, VecDeque<_>) =
            core::mem::take(&mut open.early_frames).into_iter().partition(|(_, of, _)| *of == ceremony);
        open.early_frames = rest;
        mine.into_iter().map(|(from, _, frame)| (from, frame)).collect()
    }

    /// Late frames of this ceremony are dropped from now on.
    pub(super) fn ended(&mut self, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        open.early_frames.retain(|(_, of, _)| *of != ceremony);
        open.ended.push_back(ceremony);
        if open.ended.len() > MAX_ENDED {
            open.ended.pop_front();
        }
    }
}
