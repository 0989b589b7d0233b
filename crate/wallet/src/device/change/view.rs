//! A change of who holds shares, as the screens show it.

use symbolon_link::roster::roster_words;
use symbolon_mpc::dealing::ResharePlan;
use symbolon_mpc::{DeviceId, KeyInfo, Quorum};

use super::words::{is_rotation, lines};
use super::{has_newcomers, must_be_online};
use crate::device::dealing::{Purpose, total_steps};
use crate::device::link_id;
use crate::device::members::recovery_parties;
use crate::device::roster::{Roster, Subject};
use crate::device::test_signing::tests;
use crate::event::Timestamp;
use crate::view::{ChangeDevice, ChangeRole, ChangeStage, QuorumChangeView};
use crate::wallet::Wallet;

impl Wallet {
    /// The change that is asked for, made, or tested.
    pub(in crate::device) fn change_view(&self, now: Timestamp) -> Option<QuorumChangeView> {
        let open = self.device.open.as_ref()?;
        if let Some(roster) = &open.roster {
            let Subject::Change(proposal) = &roster.subject else { return None };
            return Some(self.asked_view(roster, &proposal.plan));
        }
        let me = DeviceId(open.identity.id().0);
        let held = open.active.as_ref().map(|shares| shares.info().quorum());
        if let Some(run) = open.dealing.as_ref().filter(|run| run.purpose == Purpose::Change) {
            let awaited: Vec<_> = run.awaited().collect();
            let devices = run.devices().into_iter();
            return Some(QuorumChangeView {
                done: run.steps,
                total: run.total(),
                devices: self.members(devices, held, run.quorum(), |device| !awaited.contains(&device)),
                ..self.going_on(ChangeStage::Dealing, held, run.quorum(), me)
            });
        }
        let attempt = open.pending.candidate().filter(|attempt| attempt.number > 0)?;
        let quorum = attempt.shares.info().quorum();
        let total = total_steps(must_be_online(quorum).count(), quorum);
        let tests = tests(quorum).count() as u16;
        let proven = open.activation.proofs_of(&attempt.digest).len() as u16;
        let is_here = |device| device == me || self.is_online(device, now);
        Some(QuorumChangeView {
            done: total.saturating_sub(tests).saturating_add(proven),
            total,
            devices: self.members(must_be_online(quorum).map(|party| party.device), held, quorum, is_here),
            ..self.going_on(ChangeStage::Testing, held, quorum, me)
        })
    }

    fn asked_view(&self, roster: &Roster, plan: &ResharePlan) -> QuorumChangeView {
        let me = self.device_id().unwrap_or(DeviceId([0; 32]));
        let old = plan.from.first().map(KeyInfo::quorum);
        let devices = roster.subject.devices();
        // The words are also of the keys that recovery shares are sealed to.
        let sealed_to = recovery_parties(&plan.to).map(|party| party.device);
        let ids: Vec<_> = devices.iter().copied().chain(sealed_to).map(link_id).collect();
        let wallet = plan.from.first().map(|info| *info.wallet()).unwrap_or_default();
        let words = match has_newcomers(plan) {
            true => roster_words(&wallet, plan.to.threshold(), &ids).map(str::to_owned).to_vec(),
            false => Vec::new(),
        };
        let has_agreed = |device| roster.confirmed.contains(&device);
        QuorumChangeView {
            agreed: has_agreed(me),
            devices: self.members(devices.into_iter(), old, &plan.to, has_agreed),
            id: hex::encode(plan.ceremony.0),
            proposer: self.device_name(roster.proposer),
            words,
            ..self.going_on(ChangeStage::Asked, old, &plan.to, me)
        }
    }

    /// What is alike at every stage.
    fn going_on(
        &self,
        stage: ChangeStage,
        old: Option<&Quorum>,
        new: &Quorum,
        me: DeviceId,
    ) -> QuorumChangeView {
        QuorumChangeView {
            agreed: true,
            devices: Vec::new(),
            done: 0,
            id: String::new(),
            lines: old.map(|old| lines(old, new, me, |device| self.device_name(device))).unwrap_or_default(),
            proposer: String::new(),
            rotation: old.is_some_and(|old| is_rotation(old, new)),
            stage,
            total: 1,
            words: Vec::new(),
        }
    }

    fn members(
        &self,
        devices: impl Iterator<Item = DeviceId>,
        old: Option<&Quorum>,
        new: &Quorum,
        is_ready: impl Fn(DeviceId) -> bool,
    ) -> Vec<ChangeDevice> {
        let held = |device| old.is_none_or(|old| old.party_of(device).is_some());
        devices
            .map(|device| ChangeDevice {
                name: self.device_name(device),
                ready: is_ready(device),
                role: match (held(device), new.party_of(device).is_some()) {
                    (_, false) => ChangeRole::Leaves,
                    (false, true) => ChangeRole::Joins,
                    (true, true) => ChangeRole::Stays,
                },
            })
            .collect()
    }
}
