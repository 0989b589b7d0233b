//! A run of the dealing: making a key, or giving it new shares. Alike in both: who says what, and how it ends.
//!
//! New shares are stored beside whatever is in use before this device says that it has them; what becomes of them
//! afterwards is the business of `activation`.

use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::dealing::{Dealing, Dealt};
use symbolon_mpc::{Abort, Blame, CeremonyId, DeviceId, Machine, Party, PartyIndex, Quorum, Step};

use super::attempts::{digest_of, record_name};
use super::peer::PeerMessage;
use super::records;
use super::shares::{self, Shares};
use super::test_signing::tests;
use crate::context::Context;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::vault::Binding;
use crate::view::Severity;
use crate::wallet::Wallet;

/// How long a ceremony may stand still.
const STILL_MS: u64 = 60_000;

/// A run of the dealing ceremony.
pub(super) struct DealingRun {
    ceremony: CeremonyId,
    dealing: Machine<Dealing>,
    /// What it is for.
    pub(super) purpose: Purpose,
    /// Everybody who takes part, ascending.
    parties: Vec<Party>,
    /// Who receives.
    quorum: Quorum,
    /// Steps said so far, of [`DealingRun::total`].
    pub(super) steps: u16,
    waiting: Vec<PartyIndex>,
    still_until: Timestamp,
}

/// What a dealing is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// New shares of a key that is in use.
    Change,
    /// A key.
    Key,
}

impl DealingRun {
    pub(super) fn new(
        ceremony: CeremonyId,
        dealing: Machine<Dealing>,
        purpose: Purpose,
        (parties, quorum): (Vec<Party>, Quorum),
        now: Timestamp,
    ) -> Self {
        let still_until = now.saturating_add(STILL_MS);
        Self { ceremony, dealing, purpose, parties, quorum, steps: 0, waiting: Vec::new(), still_until }
    }

    pub(super) fn ceremony_id(&self) -> CeremonyId {
        self.ceremony
    }

    pub(super) fn has(&self, device: DeviceId) -> bool {
        self.parties.iter().any(|party| party.device == device)
    }

    /// Steps that this device says something in, and test signatures after them.
    pub(super) fn total(&self) -> u16 {
        total_steps(self.parties.len(), &self.quorum)
    }

    /// Everybody who takes part.
    pub(super) fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// Who receives.
    pub(super) fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// The devices that are awaited.
    pub(super) fn awaited(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.waiting.iter().filter_map(|party| self.device_of(*party))
    }

    fn device_of(&self, party: PartyIndex) -> Option<DeviceId> {
        self.parties.iter().find(|other| other.index == party).map(|party| party.device)
    }
}

/// Steps of a dealing among so many parties, and test signatures of the quorum after it.
pub(super) fn total_steps(parties: usize, quorum: &Quorum) -> u16 {
    // Salt and four rounds; with more than two parties an echo after the first three rounds.
    let rounds = if parties > 2 { 8 } else { 5 };
    rounds + tests(quorum).count() as u16
}

impl Wallet {
    /// Begins a run, with whatever frames of it came early.
    pub(super) fn begin_dealing(&mut self, cx: &mut Context<'_>, run: DealingRun) {
        let Some(open) = self.device.open.as_mut() else { return };
        let ceremony = run.ceremony;
        open.dealing = Some(run);
        cx.view_changed();
        for (from, frame) in self.take_early(ceremony) {
            self.dealing_frame(cx, from, &frame);
        }
        self.drive_dealing(cx);
    }

    pub(super) fn dealing_frame(&mut self, cx: &mut Context<'_>, from: DeviceId, frame: &[u8]) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) else { return };
        let Some(party) = run.parties.iter().find(|party| party.device == from) else { return };
        if let Err(abort) = run.dealing.receive(party.index, frame) {
            self.dealing_failed(cx, &abort);
        }
    }

    pub(super) fn drive_dealing(&mut self, cx: &mut Context<'_>) {
        loop {
            let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) else { return };
            let ceremony = run.ceremony;
            match run.dealing.poll(cx.rng) {
                Ok(Step::Send(outgoing)) => {
                    run.steps += 1;
                    run.still_until = cx.now.saturating_add(STILL_MS);
                    cx.view_changed();
                    let parties = run.parties.clone();
                    for word in outgoing {
                        if let Some(party) = parties.iter().find(|party| party.index == word.to) {
                            self.tell(cx, party.device, &PeerMessage::Frame { ceremony, frame: word.frame });
                        }
                    }
                }
                Ok(Step::Wait(parties)) => {
                    run.waiting = parties;
                    return;
                }
                Ok(Step::Store(Dealt::Pending { shares, .. })) => {
                    let purpose = run.purpose;
                    self.store_dealt(cx, purpose, shares);
                    // Effects are done in order: what says "stored" leaves after the record is durable.
                    if let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) {
                        run.dealing.stored();
                    }
                }
                Ok(Step::Done(outcome) | Step::Store(outcome @ Dealt::Acknowledged(_))) => {
                    return self.dealt(cx, outcome);
                }
                // Dealing asks for no approval: the owners gave it to what it is for.
                Ok(Step::Hold) => return,
                Err(abort) => return self.dealing_failed(cx, &abort),
            }
        }
    }

    /// Stores new shares beside all others.
    fn store_dealt(&mut self, cx: &mut Context<'_>, purpose: Purpose, shares: Vec<symbolon_mpc::KeyShare>) {
        let Some(shares) = Shares::new(shares) else { return };
        let Some(open) = self.device.open.as_ref() else { return };
        let number = match purpose {
            Purpose::Change => open.pending.next_number(),
            Purpose::Key => 0,
        };
        let mut batch = Batch::default();
        self.put_shares(cx, &mut batch, &record_name(number), &shares);
        cx.store(batch);
        let Some(open) = self.device.open.as_mut() else { return };
        match purpose {
            Purpose::Change => open.pending.add_next(shares),
            Purpose::Key => open.pending.add_made(shares),
        }
    }

    /// The dealing is over: every receiver said that it stored its share.
    fn dealt(&mut self, cx: &mut Context<'_>, outcome: Dealt) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(run) = open.dealing.take() else { return };
        if let Dealt::Acknowledged(infos) = outcome
            && let Ok(infos) = infos.try_into()
        {
            open.pending.acknowledged_in_dealing(digest_of(&infos));
        }
        self.ended(run.ceremony);
        cx.view_changed();
        match run.purpose {
            // The others learn what this device holds, if they restart before it is tested.
            Purpose::Change => self.greet_all(cx),
            Purpose::Key => {}
        }
        self.begin_activation(cx);
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

    fn dealing_failed(&mut self, cx: &mut Context<'_>, abort: &Abort) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.take()) else { return };
        let culprit = match abort.blame {
            Blame::Party(party) => run.device_of(party).map(|device| self.device_name(device)),
            Blame::Nobody => None,
        };
        let reason = match (culprit, run.purpose) {
            (Some(name), Purpose::Key) => format!("{name} broke the rules of key making ({}).", abort.cause),
            (Some(name), Purpose::Change) => format!(
                "{name} sent something that an honest device does not send ({}). If it happens again, remove that \
                 device.",
                abort.cause
            ),
            (None, _) => format!("The devices did not agree ({}).", abort.cause),
        };
        self.end_dealing(cx, run, &reason);
    }

    /// Ends a run without its outcome, and says so on all devices of it.
    pub(super) fn end_dealing(&mut self, cx: &mut Context<'_>, run: DealingRun, reason: &str) {
        self.ended(run.ceremony);
        match run.purpose {
            Purpose::Change => self.change_failed(cx, reason),
            Purpose::Key => {
                if let Some(open) = &mut self.device.open {
                    open.keygen_error =
                        Some(format!("{reason} No key was made and nothing is lost; you can try again."));
                }
            }
        }
        cx.view_changed();
        for party in &run.parties {
            self.tell(cx, party.device, &PeerMessage::Abort { ceremony: run.ceremony });
        }
        if run.purpose == Purpose::Change {
            // Every receiver may have stored its share all the same: then the change goes on from here.
            self.greet_all(cx);
            self.acknowledge(cx);
        }
    }

    /// A device of the ceremony stopped its run.
    pub(super) fn dealing_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId) {
        self.leave_dealing(cx, from, "stopped it.");
    }

    /// A device of the ceremony went away, and with it its part.
    pub(super) fn dealing_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        self.leave_dealing(cx, id, "was closed or began anew.");
    }

    fn leave_dealing(&mut self, cx: &mut Context<'_>, device: DeviceId, what: &str) {
        let run = self.device.open.as_mut().and_then(|open| open.dealing.take_if(|run| run.has(device)));
        let Some(run) = run else { return };
        let reason = format!("{} {what}", self.device_name(device));
        self.end_dealing(cx, run, &reason);
    }

    pub(super) fn tick_dealing(&mut self, cx: &mut Context<'_>) {
        let Some(run) =
            self.device.open.as_mut().and_then(|open| open.dealing.take_if(|run| run.still_until <= cx.now))
        else {
            return;
        };
        let names: Vec<_> = run.awaited().map(|id| self.device_name(id)).collect();
        let reason = format!("{} did not answer.", names.join(" and "));
        self.end_dealing(cx, run, &reason);
    }

    pub(super) fn dealing_deadline(&self) -> Option<Timestamp> {
        self.device.open.as_ref()?.dealing.as_ref().map(|run| run.still_until)
    }

    /// A change of who holds shares did not come about.
    pub(super) fn change_failed(&mut self, cx: &mut Context<'_>, reason: &str) {
        let message = format!("{reason} {}", crate::messages::change::NOTHING_CHANGED);
        self.notice(cx, "change/failed", Severity::Warning, message);
    }
}
