//! Changes of who holds shares: rotation, adding, removing and replacing devices, another threshold.
//!
//! One ceremony for all of them, the reshare (docs/protocol.md, 2.1): any t holders that are there deal, the new
//! quorum receives, the key and its addresses stay. A proposal is a plan that every device checks against what it
//! knows; whoever deals gives power away, so nothing is dealt before the owner agreed on every device of the plan.
//! Where a device joins, all devices show words to compare, as before a key is made.
//!
//! A recovery share deals like any holder, through the device that it was opened on (docs/recovery.md, 5): this is how a wallet that
//! lost a device is recovered.
//!
//! What a host must keep so that some epoch can always sign is in `attempts`, `activation` and `standing`.

mod draft;
mod judge;
mod view;
mod words;

use symbolon_mpc::dealing::{ResharePlan, reshare};
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, Party};

use super::dealing::{DealingRun, Members, Purpose, Role};
use super::members::{is_recovery, must_be_online};
use super::notices::refusal;
use super::peer::{ChangeProposal, PeerMessage};
use super::roster::Subject;
use super::shares::Shares;
use crate::context::Context;
use crate::effect::CommandError;
use crate::messages::change as messages;
use crate::store::Batch;
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
    /// A new recovery share, for the code that the owner typed in.
    pub(super) new_recovery: bool,
    /// Recovery shares that shall be none any more, by party.
    pub(super) drop_recovery: Vec<u16>,
}

impl Wallet {
    /// Proposes a change to all devices that it concerns. Where no device joins, to propose is to agree.
    pub(super) fn command_change(&mut self, cx: &mut Context<'_>, wish: &Wish) -> Result<(), CommandError> {
        let proposal = Box::new(self.draft_change(cx, wish)?);
        let me = DeviceId(self.opened()?.identity.id().0);
        for device in proposal.members().devices().into_iter().filter(|device| *device != me) {
            self.tell(cx, device, &PeerMessage::Change(proposal.clone()));
        }
        let joins = has_newcomers(&proposal.plan);
        let subject = Subject::Change(proposal);
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
            matches!(&roster.subject, Subject::Change(proposal) if hex::encode(proposal.plan.ceremony.0) == change)
        });
        if !is_it {
            return Err(refusal("change/over", messages::OVER));
        }
        self.answer_roster(cx, agree);
        Ok(())
    }

    /// Another device proposes a change.
    pub(super) fn change_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        proposal: Box<ChangeProposal>,
    ) {
        let ceremony = proposal.plan.ceremony;
        let Some(open) = self.device.open.as_ref() else { return };
        let is_known = open.roster.as_ref().is_some_and(|roster| roster.subject.ceremony() == ceremony)
            || open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony);
        if is_known {
            return;
        }
        if self.refuses_as_over(cx, from, ceremony) {
            return;
        }
        let judged = self.judge_change(from, &proposal).and_then(|()| self.give_way(cx, from, ceremony));
        match judged {
            Ok(()) => {
                self.device.notices.over("change/failed");
                self.device.notices.over("change/done");
                self.show_roster(cx, from, Subject::Change(proposal));
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

    /// Every owner agreed: the dealing begins.
    pub(super) fn begin_change(&mut self, cx: &mut Context<'_>, proposal: &ChangeProposal) {
        let plan = &proposal.plan;
        let members = proposal.members();
        let Some(roles) = self.roles_of(proposal, &members) else {
            // The plan was checked; since then this device turned to another epoch.
            self.change_failed(cx, messages::OTHER_CAME_FIRST);
            let me = self.device_id();
            for device in members.devices().into_iter().filter(|device| Some(*device) != me) {
                self.tell(cx, device, &PeerMessage::Abort { ceremony: plan.ceremony });
            }
            return;
        };
        let Some(open) = self.device.open.as_mut() else { return };
        if open.active.is_some() {
            // From the first message on these indices are used, whatever becomes of the attempt.
            open.life.mark(&plan.to);
            let mut batch = Batch::default();
            self.put_life(cx, &mut batch);
            self.put_kept(cx, &mut batch);
            cx.store(batch);
        }
        let times = (proposal.proposed_at, cx.now);
        let run = DealingRun::new(plan.ceremony, roles, Purpose::Change, members, times);
        self.begin_dealing(cx, run);
    }

    /// What this device plays in a change: its own party, and recovery shares that were opened here.
    fn roles_of(&self, proposal: &ChangeProposal, members: &Members) -> Option<Vec<Role>> {
        let open = self.device.open.as_ref()?;
        let me = DeviceId(open.identity.id().0);
        let own = open.active.as_ref().map(Shares::as_slice).unwrap_or_default();
        let opened = self.opened_share();
        let mine = members.parties.iter().filter(|party| members.speaker(party) == me);
        let role = |party: &Party| {
            let shares = match is_recovery(party.index) {
                true => opened.filter(|shares| shares.index() == party.index)?.as_slice(),
                false => own,
            };
            let dealing = reshare(&proposal.plan, party.index, shares).ok()?;
            Some(Role::new(party.index, dealing))
        };
        mine.map(role).collect::<Option<Vec<_>>>().filter(|roles| !roles.is_empty())
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
    must_be_online(&plan.to).any(|party| old.is_none_or(|old| old.party_of(party.device).is_none()))
}
