//! Whether this device can take part in a proposed change, by what it knows itself.

use symbolon_mpc::{DeviceId, KeyInfo, PartyIndex};

use super::StaleEpoch;
use crate::device::members::{is_recovery, recovery_parties};
use crate::device::peer::ChangeProposal;
use crate::device::roster::Subject;
use crate::device::shares::ROOTS;
use crate::messages::change as messages;
use crate::messages::recovery;
use crate::wallet::Wallet;

impl Wallet {
    /// Whether this device can take part in a plan, by what it knows itself.
    ///
    /// # Errors
    /// A sentence that follows "refused:" on the other device.
    pub(super) fn judge_change(&self, from: DeviceId, proposal: &ChangeProposal) -> Result<(), String> {
        let plan = &proposal.plan;
        let Some(open) = self.device.open.as_ref() else { return Err(messages::IS_LOCKED.to_owned()) };
        let me = DeviceId(open.identity.id().0);
        plan.check().map_err(|error| messages::malformed(&error.to_string()))?;
        let roots: &[KeyInfo; ROOTS] =
            plan.from.as_slice().try_into().map_err(|_| messages::malformed("it lacks a root"))?;
        let old = roots[0].quorum();
        self.judge_recovery(proposal, roots)?;
        let holds_share = old.party_of(from).is_some();
        if !holds_share && proposal.stand_ins.iter().all(|(_, device)| *device != from) {
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
        let devices = proposal.members().devices();
        if !devices.contains(&me) {
            return Err(messages::TAKES_NO_PART.to_owned());
        }
        let strangers =
            devices.iter().filter(|device| **device != me && !open.peers.contains_key(device)).count();
        if strangers > 0 {
            return Err(messages::strangers(strangers));
        }
        if let Some((_, reason)) = self.fallen_among(&devices) {
            return Err(reason);
        }
        // An index of a device that is gone is never another device's: its old share is on no polynomial of ours.
        let reused = plan
            .to
            .parties()
            .iter()
            .find(|party| old.party_of(party.device).is_none() && open.life.is_used(party.index));
        match reused {
            Some(party) => Err(messages::index_used(party.index.value())),
            None => Ok(()),
        }
    }

    /// Whether the recovery shares of a plan are what they must be: those that receive are absent and sealed to, those that deal speak
    /// through one device each, which holds no share of the old epoch (R13).
    fn judge_recovery(&self, proposal: &ChangeProposal, roots: &[KeyInfo; ROOTS]) -> Result<(), String> {
        let ChangeProposal { plan, stand_ins, .. } = proposal;
        let malformed = |what: &str| messages::malformed(what);
        let sealed_to: Vec<_> = recovery_parties(&plan.to).map(|party| party.index).collect();
        if plan.absent != sealed_to {
            return Err(malformed("its recovery shares are not those of its quorum"));
        }
        let speak: Vec<_> = stand_ins.iter().map(|(party, _)| *party).collect();
        let deal: Vec<_> = plan.dealers.iter().copied().filter(|dealer| is_recovery(*dealer)).collect();
        if speak != deal {
            return Err(malformed("a recovery share has no device, or two"));
        }
        let old = roots[0].quorum();
        let mut devices: Vec<_> = stand_ins.iter().map(|(_, device)| *device).collect();
        devices.sort();
        devices.dedup();
        if devices.len() != stand_ins.len() || devices.iter().any(|device| old.party_of(*device).is_some()) {
            return Err(malformed("a device would hold two shares"));
        }
        let mine = stand_ins.iter().find(|(_, device)| Some(*device) == self.device_id());
        let opened = self.opened_share();
        let has = |party: PartyIndex| {
            opened.is_some_and(|shares| shares.index() == party && shares.infos() == *roots)
        };
        match mine {
            Some((party, _)) if !has(*party) => Err(recovery::NOT_OPENED.to_owned()),
            _ => Ok(()),
        }
    }
}
