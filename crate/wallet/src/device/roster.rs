//! Before shares are dealt, for a new key or for one in use: what is proposed, and every owner's word for it on every
//! device. Where devices meet that were introduced to each other, all of them show the same words.

use std::collections::BTreeSet;

use symbolon_link::roster::roster_words;
use symbolon_mpc::recovery::RecoveryKey;
use symbolon_mpc::{CeremonyId, DeviceId};

use super::link_id;
use super::notices::refusal;
use super::peer::{ChangeProposal, PeerMessage, RosterProposal};
use crate::backup::sheet_name;
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::messages::change as messages;
use crate::view::RosterView;
use crate::wallet::Wallet;

/// How long owners may take to compare.
const COMPARE_MS: u64 = 10 * 60_000;
/// Confirmations kept for proposals that have not come yet.
const MAX_EARLY: usize = 64;

/// A proposal that waits for its owners' word.
pub(super) struct Roster {
    pub(super) subject: Subject,
    pub(super) proposer: DeviceId,
    /// Whose owners have confirmed, this device's included.
    pub(super) confirmed: BTreeSet<DeviceId>,
    expires_at: Timestamp,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// New shares of the key in use.
    Change(Box<ChangeProposal>),
    /// A key.
    Key(RosterProposal),
}

impl Subject {
    pub(super) fn ceremony(&self) -> CeremonyId {
        match self {
            Self::Change(proposal) => proposal.plan.ceremony,
            Self::Key(proposal) => proposal.ceremony,
        }
    }

    /// Whose word is needed: everybody who deals or receives.
    pub(super) fn devices(&self) -> Vec<DeviceId> {
        match self {
            // A proposal is shown only after its plan was checked, so that it has parties.
            Self::Change(proposal) => proposal.members().devices(),
            Self::Key(proposal) => proposal.devices.clone(),
        }
    }

    fn message(&self) -> PeerMessage {
        match self {
            Self::Change(proposal) => PeerMessage::Change(proposal.clone()),
            Self::Key(proposal) => PeerMessage::Roster(proposal.clone()),
        }
    }
}

impl Wallet {
    pub(super) fn command_create_key(
        &mut self,
        cx: &mut Context<'_>,
        threshold: u16,
        accept_no_spare: bool,
        recovery: bool,
    ) -> Result<(), CommandError> {
        let now = cx.now;
        self.opened()?;
        let recovery = if recovery { Some(self.confirmed_key()?.device()) } else { None };
        let open = self.opened()?;
        if open.active.is_some() {
            return Err(refusal("key/exists", "This wallet has its key already."));
        }
        if open.pending.has_reshared() {
            return Err(refusal("key/joining", messages::IS_JOINING));
        }
        if open.roster.is_some() || open.dealing.is_some() {
            return Err(refusal("key/in-progress", "A key is being made already."));
        }
        if open.peers.is_empty() {
            return Err(refusal("key/no-devices", "Add another device first: a key needs two or more."));
        }
        let count = open.peers.len() + 1;
        let shares = count + usize::from(recovery.is_some());
        if threshold < 2 || usize::from(threshold) > count || shares > symbolon_mpc::party::MAX_PARTIES {
            let message = format!("Of {count} devices, between 2 and {count} can be asked to sign.");
            return Err(refusal("key/threshold", message));
        }
        if usize::from(threshold) == shares && !accept_no_spare {
            return Err(refusal(
                "key/no-spare",
                "If every device must sign, losing one of them loses the funds. Accept that, or add a spare device.",
            ));
        }
        let away: Vec<_> = open
            .peers
            .values()
            .filter(|peer| !peer.is_online(now))
            .map(|peer| peer.name().to_owned())
            .collect();
        if !away.is_empty() {
            let message = format!("Open the wallet on {}, then try again.", away.join(" and "));
            return Err(refusal("key/device-offline", message));
        }
        let me = DeviceId(open.identity.id().0);
        let devices = core::iter::once(me).chain(open.peers.keys().copied()).collect();
        let mut wallet = [0; 32];
        cx.rng.fill_bytes(&mut wallet);
        let ceremony = CeremonyId::draw(cx.rng);
        let proposed_at = cx.now;
        let proposal = RosterProposal { ceremony, wallet, threshold, devices, recovery, proposed_at };
        for peer in proposal.devices.iter().filter(|device| **device != me) {
            self.tell(cx, *peer, &PeerMessage::Roster(proposal.clone()));
        }
        self.show_roster(cx, me, Subject::Key(proposal));
        Ok(())
    }

    pub(super) fn command_confirm_roster(
        &mut self,
        cx: &mut Context<'_>,
        same: bool,
    ) -> Result<(), CommandError> {
        let roster = self.opened()?.roster.as_ref();
        if !roster.is_some_and(|roster| matches!(roster.subject, Subject::Key(_))) {
            return Err(refusal("key/nothing-to-confirm", "There is nothing to compare now."));
        }
        self.answer_roster(cx, same);
        Ok(())
    }

    /// This owner's word on what is proposed, told to all others; begins it with the last one.
    pub(super) fn answer_roster(&mut self, cx: &mut Context<'_>, agrees: bool) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = &mut open.roster else { return };
        let (ceremony, others) = (roster.subject.ceremony(), roster.others(me));
        let is_key = matches!(roster.subject, Subject::Key(_));
        let said = match agrees {
            true => {
                roster.confirmed.insert(me);
                PeerMessage::RosterConfirmed { ceremony }
            }
            false => {
                open.roster = None;
                if is_key {
                    let message = "You said that the words differ. No key was made: one of the devices may not be \
                                   yours. Pair the devices anew.";
                    open.keygen_error = Some(message.to_owned());
                }
                let reason = if is_key { "the words differ" } else { messages::OWNER_REFUSED };
                PeerMessage::RosterRefused { ceremony, reason: reason.to_owned() }
            }
        };
        cx.view_changed();
        for peer in others {
            self.tell(cx, peer, &said);
        }
        self.begin_if_confirmed(cx);
    }

    pub(super) fn roster_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, proposal: RosterProposal) {
        let ceremony = proposal.ceremony;
        let Some(open) = self.device.open.as_ref() else { return };
        if open.roster.as_ref().is_some_and(|roster| roster.subject == Subject::Key(proposal.clone()))
            || open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony)
        {
            return;
        }
        if self.refuses_as_over(cx, from, ceremony) {
            return;
        }
        match self.judge_roster(from, &proposal) {
            Ok(()) => self.show_roster(cx, from, Subject::Key(proposal)),
            Err(reason) => {
                self.tell(cx, from, &PeerMessage::RosterRefused { ceremony, reason });
            }
        }
    }

    fn judge_roster(&self, from: DeviceId, proposal: &RosterProposal) -> Result<(), String> {
        let Some(open) = self.device.open.as_ref() else { return Err("it is locked".to_owned()) };
        let me = DeviceId(open.identity.id().0);
        if open.active.is_some() || open.pending.has_reshared() {
            return Err("it belongs to a wallet already".to_owned());
        }
        if open.dealing.is_some() {
            return Err("it makes another key just now".to_owned());
        }
        let mut sorted = proposal.devices.clone();
        sorted.sort();
        sorted.dedup();
        let count = proposal.devices.len();
        let is_key = |device: DeviceId| RecoveryKey::of_device(device).is_some();
        let fits = sorted.len() == count
            && (2..=count).contains(&usize::from(proposal.threshold))
            && proposal.quorum().is_some()
            && proposal.recovery.is_none_or(is_key)
            && sorted.contains(&me)
            && sorted.contains(&from);
        if !fits {
            return Err("the proposal is malformed".to_owned());
        }
        let strangers =
            sorted.iter().filter(|device| **device != me && !open.peers.contains_key(device)).count();
        if strangers > 0 {
            return Err(format!(
                "it does not know {strangers} of the devices yet; wait a moment and try again"
            ));
        }
        Ok(())
    }

    /// Puts a checked proposal before this device's owner.
    pub(super) fn show_roster(&mut self, cx: &mut Context<'_>, proposer: DeviceId, subject: Subject) {
        self.pairing_seen();
        let Some(open) = self.device.open.as_mut() else { return };
        let (ceremony, devices) = (subject.ceremony(), subject.devices());
        let confirmed = open
            .early_confirmations
            .iter()
            .filter(|(from, of)| *of == ceremony && devices.contains(from))
            .map(|(from, _)| *from)
            .collect();
        open.early_confirmations.retain(|(_, of)| *of != ceremony);
        open.keygen_error = None;
        open.roster =
            Some(Roster { subject, proposer, confirmed, expires_at: cx.now.saturating_add(COMPARE_MS) });
        cx.view_changed();
    }

    pub(super) fn roster_confirmed(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        match open.roster.as_mut().filter(|roster| roster.subject.ceremony() == ceremony) {
            Some(roster) if roster.subject.devices().contains(&from) => {
                roster.confirmed.insert(from);
                cx.view_changed();
                self.begin_if_confirmed(cx);
            }
            Some(_) => {}
            None => {
                open.early_confirmations.push_back((from, ceremony));
                if open.early_confirmations.len() > MAX_EARLY {
                    open.early_confirmations.pop_front();
                }
            }
        }
    }

    pub(super) fn roster_refused(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
        reason: &str,
    ) {
        let Some(open) = self.device.open.as_ref() else { return };
        if open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony) {
            // It took its word back before it knew that all had given theirs.
            return self.dealing_aborted(cx, from);
        }
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        let said = messages::refused(&self.device_name(from), &reason);
        self.end_roster(cx, from, ceremony, &said);
    }

    /// A device that had every owner's word began, and stopped before this one began: it went on without somebody's
    /// word that has not come here, and will not.
    pub(super) fn roster_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        let said = messages::stopped(&self.device_name(from));
        self.end_roster(cx, from, ceremony, &said);
        self.ended(ceremony);
    }

    /// Refuses a proposal that this device heard is over; whether it is. Whoever still shows it would wait for this device's
    /// word until it is old.
    pub(super) fn refuses_as_over(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
    ) -> bool {
        let is_over = self.device.open.as_ref().is_some_and(|open| open.ended.contains(&ceremony));
        if is_over {
            let reason = messages::IS_OVER.to_owned();
            self.tell(cx, from, &PeerMessage::RosterRefused { ceremony, reason });
        }
        is_over
    }

    /// What is proposed is over, for what a device said.
    fn end_roster(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId, said: &str) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = open.roster.take_if(|roster| {
            roster.subject.ceremony() == ceremony && roster.subject.devices().contains(&from)
        }) else {
            return;
        };
        match &roster.subject {
            Subject::Change(_) => self.change_failed(cx, &format!("{said}.")),
            Subject::Key(_) => {
                open.keygen_error = Some(format!("{said}. No key was made; you can try again."));
            }
        }
        cx.view_changed();
        // Only the proposer is told by everybody; it tells the rest.
        if roster.proposer == me {
            for peer in roster.others(me).into_iter().filter(|peer| *peer != from) {
                self.tell(cx, peer, &PeerMessage::RosterRefused { ceremony, reason: said.to_owned() });
            }
        }
    }

    /// A device is there (again): it may have missed the proposal or our word.
    pub(super) fn roster_arrival(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = open.roster.as_mut().filter(|roster| roster.subject.devices().contains(&id))
        else {
            return;
        };
        // A device that began anew has forgotten what its owner said.
        roster.confirmed.remove(&id);
        let (is_mine, confirmed) = (roster.proposer == me, roster.confirmed.contains(&me));
        let (ceremony, message) = (roster.subject.ceremony(), roster.subject.message());
        if is_mine {
            self.tell(cx, id, &message);
        }
        if confirmed {
            self.tell(cx, id, &PeerMessage::RosterConfirmed { ceremony });
        }
        cx.view_changed();
    }

    fn begin_if_confirmed(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(roster) = open.roster.take_if(|roster| {
            roster.subject.devices().iter().all(|device| roster.confirmed.contains(device))
        }) else {
            return;
        };
        match roster.subject {
            Subject::Change(proposal) => self.begin_change(cx, &proposal),
            Subject::Key(proposal) => self.begin_keygen(cx, proposal),
        }
    }

    pub(super) fn tick_roster(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(roster) = open.roster.take_if(|roster| roster.expires_at <= cx.now) else { return };
        match roster.subject {
            Subject::Change(_) => self.change_failed(cx, messages::NOT_ANSWERED),
            Subject::Key(_) => {
                let message = "Nobody compared the words in time. No key was made; you can try again.";
                open.keygen_error = Some(message.to_owned());
            }
        }
        cx.view_changed();
    }

    pub(super) fn roster_deadline(&self) -> Option<Timestamp> {
        self.device.open.as_ref()?.roster.as_ref().map(|roster| roster.expires_at)
    }

    pub(super) fn roster_view(&self) -> Option<RosterView> {
        let open = self.device.open.as_ref()?;
        let roster = open.roster.as_ref()?;
        let Subject::Key(proposal) = &roster.subject else { return None };
        let sheet = proposal.recovery.and_then(RecoveryKey::of_device).map(|key| sheet_name(&key));
        // The words are also of the recovery key: everybody deals to the same one.
        let all = proposal.devices.iter().chain(&proposal.recovery);
        let devices: Vec<_> = all.map(|device| link_id(*device)).collect();
        Some(RosterView {
            confirmed: roster.confirmed.contains(&DeviceId(open.identity.id().0)),
            devices: proposal
                .devices
                .iter()
                .map(|device| (self.device_name(*device), roster.confirmed.contains(device)))
                .collect(),
            recovery: sheet,
            threshold: proposal.threshold,
            words: roster_words(&proposal.wallet, proposal.threshold, &devices)
                .iter()
                .map(|word| (*word).to_owned())
                .collect(),
        })
    }
}

impl Roster {
    pub(super) fn others(&self, me: DeviceId) -> Vec<DeviceId> {
        self.subject.devices().into_iter().filter(|device| *device != me).collect()
    }
}
