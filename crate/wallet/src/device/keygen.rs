//! Making the key: the dealing ceremony among the devices of a confirmed roster, and how far it is.

use symbolon_mpc::DeviceId;
use symbolon_mpc::dealing::{KeygenPlan, keygen};
use symbolon_mpc::group::Scheme;

use super::dealing::{DealingRun, Members, Purpose, Role, total_steps};
use super::members::{must_be_online, recovery_parties};
use super::peer::RosterProposal;
use super::test_signing::tests;
use crate::context::Context;
use crate::event::Timestamp;
use crate::view::KeygenView;
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn begin_keygen(&mut self, cx: &mut Context<'_>, proposal: RosterProposal) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(quorum) = proposal.quorum() else { return };
        let Some(party) = quorum.party_of(me) else { return };
        let plan = KeygenPlan {
            ceremony: proposal.ceremony,
            wallet: proposal.wallet,
            epoch: 1,
            quorum: quorum.clone(),
            roots: Scheme::ALL.to_vec(),
            absent: recovery_parties(&quorum).map(|party| party.index).collect(),
        };
        let Ok(keygen) = keygen(plan, party.index) else { return };
        open.keygen_error = None;
        let parties = must_be_online(&quorum).collect();
        let members = Members { parties, quorum, stand_ins: Vec::new() };
        let roles = vec![Role::new(party.index, keygen)];
        let times = (proposal.proposed_at, cx.now);
        let run = DealingRun::new(proposal.ceremony, roles, Purpose::Key, members, times);
        self.begin_dealing(cx, run);
    }

    pub(super) fn keygen_view(&self, now: Timestamp) -> Option<KeygenView> {
        let open = self.device.open.as_ref()?;
        if let Some(run) = open.dealing.as_ref().filter(|run| run.purpose == Purpose::Key) {
            return Some(KeygenView {
                done: run.steps,
                error: None,
                stage: "Making the key".to_owned(),
                total: run.total(),
                waiting_for: run.awaited().map(|device| self.device_name(device)).collect(),
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
        let is_next = open.roster.is_none() && open.active.is_none() && !open.pending.has_reshared();
        let made = open.pending.made().filter(|_| is_next)?;
        let quorum = made.shares.info().quorum();
        let tests = tests(quorum).count() as u16;
        let proven = open.activation.proofs().len() as u16;
        let total = total_steps(must_be_online(quorum).count(), quorum);
        Some(KeygenView {
            done: (total - tests.min(total)) + proven,
            error: None,
            stage: "Testing the key with a signature".to_owned(),
            total,
            waiting_for: must_be_online(quorum)
                .filter(|party| party.device.0 != open.identity.id().0 && !self.is_online(party.device, now))
                .map(|party| self.device_name(party.device))
                .collect(),
        })
    }
}
