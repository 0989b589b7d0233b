//! Changes of who holds shares: rotation, adding, removing and replacing devices, another threshold.
//!
//! One ceremony for all of them, the reshare (docs/protocol.md, 2.1): any t holders that are there deal, the new
//! quorum receives, the key and its addresses stay. A proposal is a plan that every device checks against what it
//! knows; whoever deals gives power away, so nothing is dealt before the owner agreed on every device of the plan.
//! Where a device joins, all devices show words to compare, as before a key is made.
//!
//! What a host must keep so that some epoch can always sign is in `attempts`, `activation` and `standing`.

mod view;
mod words;

use symbolon_mpc::dealing::{ResharePlan, reshare};
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, Party, PartyIndex, Quorum};

use super::dealing::{DealingRun, Purpose};
use super::is_attended;
use super::members::must_be_online;
use super::notices::refusal;
use super::peer::PeerMessage;
use super::roster::Subject;
use super::shares::ROOTS;
use crate::context::Context;
use crate::effect::CommandError;
use crate::messages::change as messages;
use crate::store::Batch;
use crate::view::DeviceKind;
use crate::wallet::Wallet;

/// What the owner wants changed.
pub(super) struct Wish {
    /// Devices that shall hold a share, by id.
    pub(super) add: Vec<String>,
    /// Devices that shall hold none any more.
    pub(super) remove: Vec<String>,
    /// How many must sign; as before, if none.
    pub(super) threshold: Option<u16>,
    /// The owner accepted that no device may be lost.
    pub(super) accept_no_spare: bool,
}

impl Wallet {
    /// Proposes a change to all devices that it concerns. Where no device joins, to propose is to agree.
    pub(super) fn command_change(&mut self, cx: &mut Context<'_>, wish: &Wish) -> Result<(), CommandError> {
        let plan = self.draft_change(cx, wish)?;
        let me = DeviceId(self.opened()?.identity.id().0);
        let subject = Subject::Change(Box::new(plan));
        let Subject::Change(plan) = &subject else { return Ok(()) };
        for device in subject.devices().into_iter().filter(|device| *device != me) {
            self.tell(cx, device, &PeerMessage::Change(plan.clone()));
        }
        let joins = has_newcomers(plan);
        self.device.notices.over("change/failed");
        self.device.notices.over("change/done");
        self.show_roster(cx, me, subject);
        if !joins {
            self.answer_roster(cx, true);
        }
        Ok(())
    }

    /// This owner's word on the change that is on screen. It names it, so that nobody agrees to another one.
    pub(super) fn command_confirm_change(
        &mut self,
        cx: &mut Context<'_>,
        change: &str,
        agree: bool,
    ) -> Result<(), CommandError> {
        let roster = self.opened()?.roster.as_ref();
        let is_it = roster.is_some_and(|roster| {
            matches!(&roster.subject, Subject::Change(plan) if hex::encode(plan.ceremony.0) == change)
        });
        if !is_it {
            return Err(refusal("change/over", messages::OVER));
        }
        self.answer_roster(cx, agree);
        Ok(())
    }

    fn draft_change(&mut self, cx: &mut Context<'_>, wish: &Wish) -> Result<ResharePlan, CommandError> {
        let ceremony = CeremonyId::draw(cx.rng);
        let now = cx.now;
        let open = self.opened()?;
        let Some(active) = &open.active else {
            return Err(refusal("change/no-key", messages::NO_KEY));
        };
        if open.roster.is_some() || open.dealing.is_some() {
            return Err(refusal("change/busy", messages::BUSY));
        }
        let me = DeviceId(open.identity.id().0);
        let from = active.infos();
        let old = from[0].quorum();
        let mut parties = old.parties().to_vec();
        for device in &wish.remove {
            let known = parties.iter().position(|party| hex::encode(party.device.0) == *device);
            parties.remove(known.ok_or_else(|| refusal("device/unknown", messages::UNKNOWN_DEVICE))?);
        }
        let mut used = open.life.used;
        for device in &wish.add {
            let peer = open.peers.keys().find(|id| hex::encode(id.0) == *device);
            let device = *peer.ok_or_else(|| refusal("device/unknown", messages::UNKNOWN_DEVICE))?;
            if old.party_of(device).is_some() {
                return Err(refusal("change/holds-share", messages::HOLDS_SHARE));
            }
            let next = used.checked_add(1).and_then(|next| Some((next, PartyIndex::new(next)?)));
            let (next, index) = next.ok_or_else(|| refusal("change/indices", messages::NO_INDEX))?;
            used = next;
            parties.push(Party { index, device });
        }
        let count = parties.len();
        let threshold = wish.threshold.unwrap_or(old.threshold());
        let to = Quorum::new(threshold, parties)
            .map_err(|_| refusal("change/threshold", messages::threshold(count)))?;
        let had_spare = usize::from(old.threshold()) < old.parties().len();
        if usize::from(threshold) == count && had_spare && !wish.accept_no_spare {
            return Err(refusal("change/no-spare", messages::NO_SPARE));
        }
        let is_there = |device: DeviceId| {
            device == me || open.peers.get(&device).is_some_and(|peer| peer.is_online(now))
        };
        // Those that stay deal before those that leave, owners' devices before servers.
        let mut dealers: Vec<_> = old.parties().iter().filter(|party| is_there(party.device)).collect();
        dealers.sort_by_key(|party| {
            let kind = open.peers.get(&party.device).and_then(|peer| peer.facts.kind);
            let is_attended = party.device == me || is_attended(kind.unwrap_or(DeviceKind::Cosigner));
            (party.device != me, to.party_of(party.device).is_none(), !is_attended)
        });
        let too_few = dealers.len() < usize::from(old.threshold());
        dealers.truncate(usize::from(old.threshold()));
        let mut dealers: Vec<_> = dealers.into_iter().map(|party| party.index).collect();
        dealers.sort();
        let needed = must_be_online(&to).chain(old.parties().iter().copied().filter(|_| too_few));
        let mut away: Vec<_> = needed.map(|party| party.device).filter(|device| !is_there(*device)).collect();
        away.sort();
        away.dedup();
        if !away.is_empty() {
            let names: Vec<_> = away.into_iter().map(|device| self.device_name(device)).collect();
            return Err(refusal("change/device-offline", messages::away(&names)));
        }
        let plan = ResharePlan { ceremony, from: from.to_vec(), dealers, to, absent: Vec::new() };
        self.check_versions(&plan, me)?;
        plan.check().map_err(|error| refusal("change/plan", messages::malformed(&error.to_string())))?;
        // A copy of a device must not be what gets its new share.
        let devices = Subject::Change(Box::new(plan.clone())).devices();
        match self.fallen_among(&devices) {
            Some(reason) => Err(refusal("change/fell-back", reason)),
            None => Ok(plan),
        }
    }

    /// Devices that tell nothing of what they hold run a program that knows no changes.
    fn check_versions(&self, plan: &ResharePlan, me: DeviceId) -> Result<(), CommandError> {
        let peers = self.device.open.as_ref().map(|open| &open.peers);
        let old: Vec<_> = Subject::Change(Box::new(plan.clone()))
            .devices()
            .into_iter()
            .filter(|device| *device != me)
            .filter(|device| {
                peers.and_then(|peers| peers.get(device)).is_some_and(|peer| !peer.says_standing)
            })
            .map(|device| self.device_name(device))
            .collect();
        if old.is_empty() { Ok(()) } else { Err(refusal("change/version", messages::old_version(&old))) }
    }

    /// Another device proposes a change.
    pub(super) fn change_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, plan: Box<ResharePlan>) {
        let ceremony = plan.ceremony;
        let Some(open) = self.device.open.as_ref() else { return };
        let is_known = open.roster.as_ref().is_some_and(|roster| roster.subject.ceremony() == ceremony)
            || open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony)
            || open.ended.contains(&ceremony);
        if is_known {
            return;
        }
        let judged = self.judge_change(from, &plan).and_then(|()| self.give_way(cx, from, ceremony));
        match judged {
            Ok(()) => {
                self.device.notices.over("change/failed");
                self.device.notices.over("change/done");
                self.show_roster(cx, from, Subject::Change(plan));
                cx.push(crate::effect::Effect::Notify {
                    title: messages::NOTIFY_TITLE.to_owned(),
                    body: messages::NOTIFY_BODY.to_owned(),
                });
            }
            Err(reason) => {
                self.tell(cx, from, &PeerMessage::RosterRefused { ceremony, reason });
                self.help_behind(cx, from);
            }
        }
    }

    /// Two proposals at once: on every device the same one stays, that with the lower id; a device that proposes
    /// again has given up what it proposed before.
    fn give_way(&mut self, cx: &mut Context<'_>, from: DeviceId, to: CeremonyId) -> Result<(), String> {
        let Some(open) = self.device.open.as_mut() else { return Err(messages::IS_LOCKED.to_owned()) };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = &open.roster else { return Ok(()) };
        if roster.proposer != from && roster.subject.ceremony() < to {
            return Err(messages::OTHER_WAITS.to_owned());
        }
        let (ceremony, others) = (roster.subject.ceremony(), roster.others(me));
        open.roster = None;
        for device in others {
            let reason = messages::OTHER_WAITS.to_owned();
            self.tell(cx, device, &PeerMessage::RosterRefused { ceremony, reason });
        }
        Ok(())
    }

    /// Whether this device can take part in a plan, by what it knows itself.
    ///
    /// # Errors
    /// A sentence that follows "refused:" on the other device.
    fn judge_change(&self, from: DeviceId, plan: &ResharePlan) -> Result<(), String> {
        let Some(open) = self.device.open.as_ref() else { return Err(messages::IS_LOCKED.to_owned()) };
        let me = DeviceId(open.identity.id().0);
        plan.check().map_err(|error| messages::malformed(&error.to_string()))?;
        let roots: &[KeyInfo; ROOTS] =
            plan.from.as_slice().try_into().map_err(|_| messages::malformed("it lacks a root"))?;
        let parties = plan.parties().map_err(|error| messages::malformed(&error.to_string()))?;
        let old = roots[0].quorum();
        if old.party_of(from).is_none() {
            return Err(messages::PROPOSER_HOLDS_NONE.to_owned());
        }
        match &open.active {
            Some(shares) => {
                let held = shares.info();
                if held.wallet() != roots[0].wallet() {
                    return Err(messages::OTHER_WALLET.to_owned());
                }
                if held.epoch() != roots[0].epoch() {
                    return Err(StaleEpoch { held: held.epoch(), asked: roots[0].epoch() }.to_string());
                }
                if shares.infos() != *roots {
                    return Err(messages::OTHER_WALLET.to_owned());
                }
            }
            None if old.party_of(me).is_some() => return Err(messages::HAS_NO_SHARE.to_owned()),
            None if open.pending.made().is_some() => return Err(messages::HAS_OWN_KEY.to_owned()),
            None => {}
        }
        if open.dealing.is_some()
            || open.roster.as_ref().is_some_and(|it| matches!(it.subject, Subject::Key(_)))
        {
            return Err(messages::IS_BUSY.to_owned());
        }
        if !parties.iter().any(|party| party.device == me) {
            return Err(messages::TAKES_NO_PART.to_owned());
        }
        let strangers = parties
            .iter()
            .filter(|party| party.device != me && !open.peers.contains_key(&party.device))
            .count();
        if strangers > 0 {
            return Err(messages::strangers(strangers));
        }
        let devices: Vec<_> = parties.iter().map(|party| party.device).collect();
        if let Some(reason) = self.fallen_among(&devices) {
            return Err(reason);
        }
        // An index of a device that is gone is never another device's: its old share is on no polynomial of ours.
        let reused = plan
            .to
            .parties()
            .iter()
            .find(|party| old.party_of(party.device).is_none() && party.index.value() <= open.life.used);
        match reused {
            Some(party) => Err(messages::index_used(party.index.value())),
            None => Ok(()),
        }
    }

    /// Every owner agreed: the dealing begins.
    pub(super) fn begin_change(&mut self, cx: &mut Context<'_>, plan: &ResharePlan) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let shares = open.active.as_ref().map(super::shares::Shares::as_slice).unwrap_or_default();
        let parties = plan.parties().unwrap_or_default();
        let party = parties.iter().find(|party| party.device == me);
        let Some(Ok(dealing)) = party.map(|party| reshare(plan, party.index, shares)) else {
            // The plan was checked; since then this device turned to another epoch.
            self.change_failed(cx, messages::OTHER_CAME_FIRST);
            for party in parties.iter().filter(|party| party.device != me) {
                self.tell(cx, party.device, &PeerMessage::Abort { ceremony: plan.ceremony });
            }
            return;
        };
        if open.active.is_some() {
            // From the first message on these indices are used, whatever becomes of the attempt.
            open.life.mark(&plan.to);
            let mut batch = Batch::default();
            self.put_life(cx, &mut batch);
            cx.store(batch);
        }
        let members = (parties, plan.to.clone());
        let run = DealingRun::new(plan.ceremony, dealing, Purpose::Change, members, cx.now);
        self.begin_dealing(cx, run);
    }

    /// Drops a proposal that is of an earlier epoch.
    pub(super) fn drop_stale_change(&mut self) {
        if let Some(open) = self.device.open.as_mut() {
            open.roster.take_if(|roster| matches!(roster.subject, Subject::Change(_)));
        }
    }
}

/// A plan or a proposal of another epoch than this device holds shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", messages::stale_epoch(*held, *asked))]
pub(super) struct StaleEpoch {
    /// The epoch of this device's shares.
    pub(super) held: u32,
    /// The epoch that was asked for.
    pub(super) asked: u32,
}

/// Whether a device joins.
fn has_newcomers(plan: &ResharePlan) -> bool {
    let old = plan.from.first().map(KeyInfo::quorum);
    plan.to.parties().iter().any(|party| old.is_none_or(|old| old.party_of(party.device).is_none()))
}
