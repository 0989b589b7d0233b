//! The plan of a change that the owner wishes: who deals, who receives, and who must be there for it.

use std::collections::BTreeMap;

use symbolon_mpc::dealing::ResharePlan;
use symbolon_mpc::{CeremonyId, DeviceId, Party, PartyIndex, Quorum};

use super::Wish;
use crate::context::Context;
use crate::device::is_attended;
use crate::device::life::Life;
use crate::device::members::{is_recovery, must_be_online, recovery_parties};
use crate::device::notices::refusal;
use crate::device::peer::ChangeProposal;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::messages::change as messages;
use crate::messages::recovery;
use crate::view::DeviceKind;
use crate::wallet::Wallet;

/// Who deals: exactly as many as must sign, if there are so many.
struct Dealers {
    /// Ascending.
    indices: Vec<PartyIndex>,
    /// The devices that deal for recovery shares.
    stand_ins: Vec<(PartyIndex, DeviceId)>,
}

impl Wallet {
    pub(super) fn draft_change(
        &mut self,
        cx: &mut Context<'_>,
        wish: &Wish,
    ) -> Result<ChangeProposal, CommandError> {
        let ceremony = CeremonyId::draw(cx.rng);
        let now = cx.now;
        self.opened()?;
        let opened = self.opened_share().map(|shares| shares.infos());
        let open = self.opened()?;
        // A device that holds no share proposes by the recovery share that was opened on it.
        let Some(from) = open.active.as_ref().map(|shares| shares.infos()).or(opened) else {
            return Err(refusal("change/no-key", messages::NO_KEY));
        };
        if open.roster.is_some() || open.dealing.is_some() {
            return Err(refusal("change/busy", messages::BUSY));
        }
        let old = from[0].quorum().clone();
        let key = (*from[0].wallet(), from[0].epoch());
        if open.active.is_none() && self.has_newer(key) {
            return Err(refusal("recovery/old-epoch", recovery::OLD_FILE));
        }
        let dealers = self.dealers(&old, wish, key, now);
        let to = self.new_quorum(&old, wish, &dealers)?;
        let too_few = dealers.indices.len() < usize::from(old.threshold());
        let needed = must_be_online(&to).chain(must_be_online(&old).filter(|_| too_few));
        let mut away: Vec<_> =
            needed.map(|party| party.device).filter(|device| !self.is_here(*device, now)).collect();
        away.sort();
        away.dedup();
        if !away.is_empty() {
            let names: Vec<_> = away.into_iter().map(|device| self.device_name(device)).collect();
            return Err(refusal("change/device-offline", messages::away(&names)));
        }
        let absent = recovery_parties(&to).map(|party| party.index).collect();
        let Dealers { indices, stand_ins } = dealers;
        let plan = ResharePlan { ceremony, from: from.to_vec(), dealers: indices, to, absent };
        plan.check().map_err(|error| refusal("change/plan", messages::malformed(&error.to_string())))?;
        let proposal = ChangeProposal { plan, stand_ins, proposed_at: now };
        self.check_versions(&proposal)?;
        // A copy of a device must not be what gets its new share.
        match self.fallen_among(&proposal.members().devices()) {
            Some((_, reason)) => Err(refusal("change/fell-back", reason)),
            None => Ok(proposal),
        }
    }

    fn is_here(&self, device: DeviceId, now: Timestamp) -> bool {
        self.device_id() == Some(device) || self.is_online(device, now)
    }

    /// Devices that stay, this one first, then those that are known to be of this epoch, owners' devices before servers. Where these
    /// are too few, recovery shares that are open; and last the devices that leave, for they may be lost.
    fn dealers(&self, old: &Quorum, wish: &Wish, key: ([u8; 32], u32), now: Timestamp) -> Dealers {
        let none = Dealers { indices: Vec::new(), stand_ins: Vec::new() };
        let Some(open) = self.device.open.as_ref() else { return none };
        let me = DeviceId(open.identity.id().0);
        let is_there = |party: &Party| match open.peers.get(&party.device) {
            Some(peer) => peer.is_online(now),
            None => party.device == me && open.active.is_some(),
        };
        let leaves = |party: &Party| wish.remove.contains(&hex::encode(party.device.0));
        let mut devices: Vec<_> = must_be_online(old).filter(is_there).collect();
        devices.sort_by_key(|party| {
            let kind = open.peers.get(&party.device).and_then(|peer| peer.facts.kind);
            let is_attended = is_attended(kind.unwrap_or(DeviceKind::Cosigner));
            let is_current = open.peers.get(&party.device).is_some_and(|peer| peer.holds(key));
            (leaves(party), party.device != me, !is_current, !is_attended)
        });
        let mut speakers: Vec<DeviceId> = Vec::new();
        let mut opened = self.opened_at((&key.0, key.1), now);
        opened.retain(|(party, device)| {
            let is_new = !speakers.contains(device) && old.party_of(*device).is_none();
            speakers.extend(is_new.then_some(*device));
            is_new && old.contains(*party)
        });
        let (stay, leave): (Vec<_>, Vec<_>) = devices.into_iter().partition(|party| !leaves(party));
        let of = |parties: Vec<Party>| parties.into_iter().map(|party| (party.index, None));
        let shares = opened.into_iter().map(|(party, device)| (party, Some(device)));
        let all = of(stay).chain(shares).chain(of(leave));
        let mut chosen: BTreeMap<PartyIndex, Option<DeviceId>> = BTreeMap::new();
        for (party, device) in all {
            if chosen.len() < usize::from(old.threshold()) {
                chosen.entry(party).or_insert(device);
            }
        }
        let stand_ins = chosen.iter().filter_map(|(party, device)| Some((*party, (*device)?))).collect();
        Dealers { indices: chosen.into_keys().collect(), stand_ins }
    }

    /// The quorum that the owner wishes. A recovery share that deals is spent.
    fn new_quorum(&mut self, old: &Quorum, wish: &Wish, dealers: &Dealers) -> Result<Quorum, CommandError> {
        let new_key = if wish.new_recovery { Some(self.confirmed_key()?) } else { None };
        let open = self.opened()?;
        let me = DeviceId(open.identity.id().0);
        let mut parties = old.parties().to_vec();
        for device in &wish.remove {
            let known = parties.iter().position(|party| hex::encode(party.device.0) == *device);
            parties.remove(known.ok_or_else(|| refusal("device/unknown", messages::UNKNOWN_DEVICE))?);
        }
        for index in &wish.drop_recovery {
            let is_it = |party: &Party| is_recovery(party.index) && party.index.value() == *index;
            let known = parties.iter().position(is_it);
            parties.remove(known.ok_or_else(|| refusal("recovery/no-share", recovery::NO_SHARE))?);
        }
        parties.retain(|party| !(is_recovery(party.index) && dealers.indices.contains(&party.index)));
        let mut life = Life { former: Vec::new(), ..open.life };
        life.mark(old);
        for peer in open.peers.values().filter(|peer| old.party_of(peer.id()).is_some()) {
            life.hear(peer.used.0, peer.used.1);
        }
        for device in &wish.add {
            let mut known = open.peers.keys().chain([&me]);
            let device = known.find(|id| hex::encode(id.0) == *device).copied();
            let device = device.ok_or_else(|| refusal("device/unknown", messages::UNKNOWN_DEVICE))?;
            if old.party_of(device).is_some() {
                return Err(refusal("change/holds-share", messages::HOLDS_SHARE));
            }
            let index = life.next().ok_or_else(|| refusal("change/indices", messages::NO_INDEX))?;
            parties.push(Party { index, device });
        }
        if let Some(key) = new_key {
            let index = life.next_recovery().ok_or_else(|| refusal("change/indices", messages::NO_INDEX))?;
            parties.push(Party { index, device: key.device() });
        }
        let count = parties.len();
        let threshold = wish.threshold.unwrap_or(old.threshold());
        let to = Quorum::new(threshold, parties)
            .map_err(|_| refusal("change/threshold", messages::threshold(count)))?;
        if must_be_online(&to).count() < usize::from(threshold) {
            return Err(refusal("change/threshold", recovery::TOO_FEW_DEVICES));
        }
        let had_spare = usize::from(old.threshold()) < old.parties().len();
        if usize::from(threshold) == count && had_spare && !wish.accept_no_spare {
            return Err(refusal("change/no-spare", messages::NO_SPARE));
        }
        Ok(to)
    }

    /// Devices that tell nothing of what they hold run a program that knows no changes.
    fn check_versions(&self, proposal: &ChangeProposal) -> Result<(), CommandError> {
        let peers = self.device.open.as_ref().map(|open| &open.peers);
        let old: Vec<_> = proposal
            .members()
            .devices()
            .into_iter()
            .filter(|device| Some(*device) != self.device_id())
            .filter(|device| {
                peers.and_then(|peers| peers.get(device)).is_some_and(|peer| !peer.says_standing)
            })
            .map(|device| self.device_name(device))
            .collect();
        if old.is_empty() { Ok(()) } else { Err(refusal("change/version", messages::old_version(&old))) }
    }
}
