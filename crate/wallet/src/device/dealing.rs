//! A run of the dealing: making a key, or giving it new shares. Alike in both: who says what, and how it ends.
//!
//! New shares are stored beside whatever is in use before this device says that it has them; what becomes of them
//! afterwards is the business of `activation`.

use rand_core::CryptoRngCore;
use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::dealing::{Dealing, Dealt};
use symbolon_mpc::recovery::SealedShare;
use symbolon_mpc::{
    Abort, Blame, Cause, CeremonyId, DeviceId, Machine, Outgoing, Party, PartyIndex, Quorum, Step,
};

use super::attempts::{digest_of, record_name};
use super::members::is_recovery;
use super::peer::PeerMessage;
use super::records;
use super::shares::{self, Shares};
use super::test_signing::tests;
use crate::backup::RecoveryFile;
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
    /// What this device plays: its own party, and recovery shares that were opened here.
    roles: Vec<Role>,
    /// What it is for.
    pub(super) purpose: Purpose,
    members: Members,
    /// When it was proposed, which the recovery files say.
    proposed_at: Timestamp,
    /// Steps said so far, of [`DealingRun::total`].
    pub(super) steps: u16,
    waiting: Vec<PartyIndex>,
    still_until: Timestamp,
}

/// Who takes part in a dealing, and through which devices.
#[derive(Clone)]
pub(super) struct Members {
    /// Everybody who takes part, ascending.
    pub(super) parties: Vec<Party>,
    /// Who receives.
    pub(super) quorum: Quorum,
    /// The devices that speak for recovery shares, by party.
    pub(super) stand_ins: Vec<(PartyIndex, DeviceId)>,
}

impl Members {
    /// The device that speaks for a party.
    pub(super) fn speaker(&self, party: &Party) -> DeviceId {
        let stand_in = self.stand_ins.iter().find(|(index, _)| *index == party.index);
        stand_in.map_or(party.device, |(_, device)| *device)
    }

    /// All devices that take part, ascending.
    pub(super) fn devices(&self) -> Vec<DeviceId> {
        let mut devices: Vec<_> = self.parties.iter().map(|party| self.speaker(party)).collect();
        devices.sort();
        devices.dedup();
        devices
    }

    fn speaker_of(&self, index: PartyIndex) -> Option<DeviceId> {
        self.parties.iter().find(|party| party.index == index).map(|party| self.speaker(party))
    }

    /// The party that a device is itself.
    fn party_of(&self, device: DeviceId) -> Option<PartyIndex> {
        let is_it = |party: &&Party| party.device == device && self.speaker(party) == device;
        self.parties.iter().find(is_it).map(|party| party.index)
    }
}

/// A party that this device plays in a dealing.
pub(super) struct Role {
    party: PartyIndex,
    dealing: Machine<Dealing>,
    is_done: bool,
}

impl Role {
    pub(super) fn new(party: PartyIndex, dealing: Machine<Dealing>) -> Self {
        Self { party, dealing, is_done: false }
    }
}

/// From which party to which a frame is, where one of them speaks through another's device.
pub(super) type Lane = Option<(PartyIndex, PartyIndex)>;

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
        roles: Vec<Role>,
        purpose: Purpose,
        members: Members,
        (proposed_at, now): (Timestamp, Timestamp),
    ) -> Self {
        let still_until = now.saturating_add(STILL_MS);
        Self { ceremony, roles, purpose, members, proposed_at, steps: 0, waiting: Vec::new(), still_until }
    }

    pub(super) fn ceremony_id(&self) -> CeremonyId {
        self.ceremony
    }

    pub(super) fn has(&self, device: DeviceId) -> bool {
        self.members.devices().contains(&device)
    }

    /// Steps that this device says something in, and test signatures after them.
    pub(super) fn total(&self) -> u16 {
        total_steps(self.members.parties.len(), self.quorum())
    }

    /// All devices that take part.
    pub(super) fn devices(&self) -> Vec<DeviceId> {
        self.members.devices()
    }

    /// Who receives.
    pub(super) fn quorum(&self) -> &Quorum {
        &self.members.quorum
    }

    /// The devices that are awaited.
    pub(super) fn awaited(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.waiting.iter().filter_map(|party| self.members.speaker_of(*party))
    }

    fn role(&mut self, party: PartyIndex) -> Option<&mut Role> {
        self.roles.iter_mut().find(|role| role.party == party)
    }

    /// The next thing that one of the roles has to do, if it is more than to wait.
    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Option<(PartyIndex, Result<Step<Dealt>, Abort>)> {
        let mut awaited = Vec::new();
        for role in self.roles.iter_mut().filter(|role| !role.is_done) {
            match role.dealing.poll(rng) {
                Ok(Step::Wait(parties)) => awaited.extend(parties),
                // Dealing asks for no approval: the owners gave it to what it is for.
                Ok(Step::Hold) => {}
                step => return Some((role.party, step)),
            }
        }
        let plays = |party: &PartyIndex| self.roles.iter().any(|role| role.party == *party);
        awaited.retain(|party| !plays(party));
        awaited.sort();
        awaited.dedup();
        self.waiting = awaited;
        None
    }

    /// Hands a frame from a device to the party that it is for.
    fn receive(&mut self, from: DeviceId, lane: Lane, frame: &[u8]) -> Result<(), Abort> {
        let me = self.roles.iter().map(|role| role.party).find(|party| !is_recovery(*party));
        let lane = match lane {
            Some((said_by, to)) => {
                Some((said_by, to)).filter(|_| self.members.speaker_of(said_by) == Some(from))
            }
            None => self.members.party_of(from).zip(me),
        };
        let Some((said_by, to)) = lane else { return Ok(()) };
        match self.role(to) {
            Some(role) => role.dealing.receive(said_by, frame),
            None => Ok(()),
        }
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
        for early in self.take_early(ceremony) {
            self.dealing_frame(cx, early.from, early.lane, &early.frame);
        }
        self.drive_dealing(cx);
    }

    pub(super) fn dealing_frame(&mut self, cx: &mut Context<'_>, from: DeviceId, lane: Lane, frame: &[u8]) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) else { return };
        if let Err(abort) = run.receive(from, lane, frame) {
            self.dealing_failed(cx, &abort);
        }
    }

    pub(super) fn drive_dealing(&mut self, cx: &mut Context<'_>) {
        loop {
            let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) else { return };
            let awaited = run.waiting.clone();
            let polled = run.poll(cx.rng);
            if run.waiting != awaited {
                cx.view_changed();
            }
            let Some((party, step)) = polled else { return };
            match step {
                Ok(Step::Send(outgoing)) => {
                    run.steps += u16::from(!is_recovery(party));
                    run.still_until = cx.now.saturating_add(STILL_MS);
                    cx.view_changed();
                    if let Err(abort) = self.say_in_dealing(cx, party, outgoing) {
                        return self.dealing_failed(cx, &abort);
                    }
                }
                Ok(Step::Store(Dealt::Pending { shares, sealed })) => {
                    if !self.store_dealt(cx, shares, sealed) {
                        let abort = Abort::nobody(Cause::Check("recovery file"));
                        return self.dealing_failed(cx, &abort);
                    }
                    // Effects are done in order: what says "stored" leaves after the record is durable.
                    let run = self.device.open.as_mut().and_then(|open| open.dealing.as_mut());
                    if let Some(role) = run.and_then(|run| run.role(party)) {
                        role.dealing.stored();
                    }
                }
                Ok(Step::Done(outcome) | Step::Store(outcome @ Dealt::Acknowledged(_))) => {
                    if let Some(role) = run.role(party) {
                        role.is_done = true;
                    }
                    if run.roles.iter().all(|role| role.is_done) {
                        return self.dealt(cx, outcome);
                    }
                }
                Ok(Step::Wait(_) | Step::Hold) => return,
                Err(abort) => return self.dealing_failed(cx, &abort),
            }
        }
    }

    /// Says a party's words: to the other devices, and to the other party that this device plays.
    fn say_in_dealing(
        &mut self,
        cx: &mut Context<'_>,
        from: PartyIndex,
        words: Vec<Outgoing>,
    ) -> Result<(), Abort> {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.as_mut()) else {
            return Ok(());
        };
        let ceremony = run.ceremony;
        let mut said = Vec::new();
        for word in words {
            if let Some(role) = run.role(word.to) {
                role.dealing.receive(from, &word.frame)?;
                continue;
            }
            let Some(device) = run.members.speaker_of(word.to) else { continue };
            let message = match is_recovery(from) || is_recovery(word.to) {
                true => PeerMessage::FrameFor { ceremony, from, to: word.to, frame: word.frame },
                false => PeerMessage::Frame { ceremony, frame: word.frame },
            };
            said.push((device, message));
        }
        for (device, message) in said {
            self.tell(cx, device, &message);
        }
        Ok(())
    }

    /// Stores new shares beside all others, with the files of the recovery shares; whether they belong together.
    fn store_dealt(
        &mut self,
        cx: &mut Context<'_>,
        shares: Vec<symbolon_mpc::KeyShare>,
        sealed: Vec<SealedShare>,
    ) -> bool {
        let Some(open) = self.device.open.as_ref() else { return false };
        let Some(run) = &open.dealing else { return false };
        let (purpose, proposed_at) = (run.purpose, run.proposed_at);
        let Some(shares) = Shares::new(shares) else { return false };
        let file = |sealed| RecoveryFile::new(proposed_at, shares.infos().to_vec(), sealed).ok();
        let Some(files) = sealed.into_iter().map(file).collect() else { return false };
        let shares = shares.with_files(files);
        let number = match purpose {
            Purpose::Change => open.pending.next_number(),
            Purpose::Key => 0,
        };
        let mut batch = Batch::default();
        self.put_shares(cx, &mut batch, &record_name(number), &shares);
        cx.store(batch);
        let Some(open) = self.device.open.as_mut() else { return false };
        match purpose {
            Purpose::Change => open.pending.add_next(shares),
            Purpose::Key => open.pending.add_made(shares),
        }
        true
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
        for file in shares.files() {
            let binding = Binding {
                wallet: *file.wallet(),
                party: file.party().value(),
                epoch: file.epoch(),
                ..self.device.binding()
            };
            self.seal_bound(cx, batch, &records::of_file(key, file.party()), &binding, &file.encode());
        }
    }

    fn dealing_failed(&mut self, cx: &mut Context<'_>, abort: &Abort) {
        let Some(run) = self.device.open.as_mut().and_then(|open| open.dealing.take()) else { return };
        let culprit = match abort.blame {
            Blame::Party(party) => run.members.speaker_of(party).map(|device| self.device_name(device)),
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
        for device in run.devices() {
            self.tell(cx, device, &PeerMessage::Abort { ceremony: run.ceremony });
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
