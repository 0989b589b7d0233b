//! Before a key is made: all devices show the same words, and every owner says so on every device.

use std::collections::BTreeSet;

use symbolon_link::roster::roster_words;
use symbolon_mpc::{CeremonyId, DeviceId};

use super::link_id;
use super::notices::refusal;
use super::peer::{PeerMessage, RosterProposal};
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::view::RosterView;
use crate::wallet::Wallet;

/// How long owners may take to compare.
const COMPARE_MS: u64 = 10 * 60_000;
/// Confirmations kept for proposals that have not come yet.
const MAX_EARLY: usize = 64;

/// A proposal that is being compared.
pub(super) struct Roster {
    proposal: RosterProposal,
    proposer: DeviceId,
    /// Whose owners have confirmed, this device's included.
    confirmed: BTreeSet<DeviceId>,
    expires_at: Timestamp,
}

impl Wallet {
    pub(super) fn command_create_key(
        &mut self,
        cx: &mut Context<'_>,
        threshold: u16,
        accept_no_spare: bool,
    ) -> Result<(), CommandError> {
        let now = cx.now;
        let open = self.opened()?;
        if open.active.is_some() {
            return Err(refusal("key/exists", "This wallet has its key already."));
        }
        if open.roster.is_some() || open.keygen.is_some() {
            return Err(refusal("key/in-progress", "A key is being made already."));
        }
        if open.peers.is_empty() {
            return Err(refusal("key/no-devices", "Add another device first: a key needs two or more."));
        }
        let count = open.peers.len() + 1;
        if threshold < 2 || usize::from(threshold) > count || count > symbolon_mpc::party::MAX_PARTIES {
            let message = format!("Of {count} devices, between 2 and {count} can be asked to sign.");
            return Err(refusal("key/threshold", message));
        }
        if usize::from(threshold) == count && !accept_no_spare {
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
        let proposal = RosterProposal { ceremony: CeremonyId::draw(cx.rng), wallet, threshold, devices };
        for peer in proposal.devices.iter().filter(|device| **device != me) {
            self.tell(cx, *peer, &PeerMessage::Roster(proposal.clone()));
        }
        self.show_roster(cx, me, proposal);
        Ok(())
    }

    pub(super) fn command_confirm_roster(
        &mut self,
        cx: &mut Context<'_>,
        same: bool,
    ) -> Result<(), CommandError> {
        let open = self.opened()?;
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = &mut open.roster else {
            return Err(refusal("key/nothing-to-confirm", "There is nothing to compare now."));
        };
        cx.view_changed();
        let ceremony = roster.proposal.ceremony;
        let others = roster.others(me);
        if same {
            roster.confirmed.insert(me);
        } else {
            let message = "You said that the words differ. No key was made: one of the devices may not be yours. Pair \
                           the devices anew.";
            open.roster = None;
            open.keygen_error = Some(message.to_owned());
        }
        let said = match same {
            true => PeerMessage::RosterConfirmed { ceremony },
            false => PeerMessage::RosterRefused { ceremony, reason: "the words differ".to_owned() },
        };
        for peer in others {
            self.tell(cx, peer, &said);
        }
        self.begin_keygen_if_confirmed(cx);
        Ok(())
    }

    pub(super) fn roster_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, proposal: RosterProposal) {
        let ceremony = proposal.ceremony;
        let Some(open) = self.device.open.as_ref() else { return };
        if open.roster.as_ref().is_some_and(|roster| roster.proposal == proposal)
            || open.keygen.as_ref().is_some_and(|run| run.ceremony_id() == ceremony)
        {
            return;
        }
        match self.judge_roster(from, &proposal) {
            Ok(()) => self.show_roster(cx, from, proposal),
            Err(reason) => {
                self.tell(cx, from, &PeerMessage::RosterRefused { ceremony, reason });
            }
        }
    }

    fn judge_roster(&self, from: DeviceId, proposal: &RosterProposal) -> Result<(), String> {
        let Some(open) = self.device.open.as_ref() else { return Err("it is locked".to_owned()) };
        let me = DeviceId(open.identity.id().0);
        if open.active.is_some() {
            return Err("it belongs to a wallet already".to_owned());
        }
        if open.keygen.is_some() {
            return Err("it makes another key just now".to_owned());
        }
        let mut sorted = proposal.devices.clone();
        sorted.sort();
        sorted.dedup();
        let count = proposal.devices.len();
        let fits = sorted.len() == count
            && (2..=count).contains(&usize::from(proposal.threshold))
            && count <= symbolon_mpc::party::MAX_PARTIES
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

    fn show_roster(&mut self, cx: &mut Context<'_>, proposer: DeviceId, proposal: RosterProposal) {
        self.pairing_seen();
        let Some(open) = self.device.open.as_mut() else { return };
        let ceremony = proposal.ceremony;
        let confirmed = open
            .early_confirmations
            .iter()
            .filter(|(from, of)| *of == ceremony && proposal.devices.contains(from))
            .map(|(from, _)| *from)
            .collect();
        open.early_confirmations.retain(|(_, of)| *of != ceremony);
        open.keygen_error = None;
        open.roster =
            Some(Roster { proposal, proposer, confirmed, expires_at: cx.now.saturating_add(COMPARE_MS) });
        cx.view_changed();
    }

    pub(super) fn roster_confirmed(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        match open.roster.as_mut().filter(|roster| roster.proposal.ceremony == ceremony) {
            Some(roster) if roster.proposal.devices.contains(&from) => {
                roster.confirmed.insert(from);
                cx.view_changed();
                self.begin_keygen_if_confirmed(cx);
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
        let name = self.device_name(from);
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = open.roster.take_if(|roster| {
            roster.proposal.ceremony == ceremony && roster.proposal.devices.contains(&from)
        }) else {
            return;
        };
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        open.keygen_error = Some(format!("{name} refused: {reason}. No key was made; you can try again."));
        cx.view_changed();
        // Only the proposer is told by everybody; it tells the rest.
        if roster.proposer == me {
            for peer in roster.others(me).into_iter().filter(|peer| *peer != from) {
                self.tell(
                    cx,
                    peer,
                    &PeerMessage::RosterRefused { ceremony, reason: format!("{name} refused: {reason}") },
                );
            }
        }
    }

    /// A device is there (again): it may have missed the proposal or our word.
    pub(super) fn roster_arrival(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let Some(roster) = open.roster.as_mut().filter(|roster| roster.proposal.devices.contains(&id)) else {
            return;
        };
        // A device that began anew has forgotten what its owner said.
        roster.confirmed.remove(&id);
        let (is_mine, confirmed) = (roster.proposer == me, roster.confirmed.contains(&me));
        let proposal = roster.proposal.clone();
        let ceremony = proposal.ceremony;
        if is_mine {
            self.tell(cx, id, &PeerMessage::Roster(proposal));
        }
        if confirmed {
            self.tell(cx, id, &PeerMessage::RosterConfirmed { ceremony });
        }
        cx.view_changed();
    }

    fn begin_keygen_if_confirmed(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(roster) =
            open.roster.take_if(|roster| roster.confirmed.len() == roster.proposal.devices.len())
        else {
            return;
        };
        self.begin_keygen(cx, roster.proposal);
    }

    pub(super) fn tick_roster(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        if open.roster.take_if(|roster| roster.expires_at <= cx.now).is_some() {
            let message = "Nobody compared the words in time. No key was made; you can try again.";
            open.keygen_error = Some(message.to_owned());
            cx.view_changed();
        }
    }

    pub(super) fn roster_deadline(&self) -> Option<Timestamp> {
        self.device.open.as_ref()?.roster.as_ref().map(|roster| roster.expires_at)
    }

    pub(super) fn roster_view(&self) -> Option<RosterView> {
        let open = self.device.open.as_ref()?;
        let roster = open.roster.as_ref()?;
        let proposal = &roster.proposal;
        let devices: Vec<_> = proposal.devices.iter().map(|device| link_id(*device)).collect();
        Some(RosterView {
            confirmed: roster.confirmed.contains(&DeviceId(open.identity.id().0)),
            devices: proposal
                .devices
                .iter()
                .map(|device| (self.device_name(*device), roster.confirmed.contains(device)))
                .collect(),
            threshold: proposal.threshold,
            words: roster_words(&proposal.wallet, proposal.threshold, &devices)
                .iter()
                .map(|word| (*word).to_owned())
                .collect(),
        })
    }
}

impl Roster {
    fn others(&self, me: DeviceId) -> Vec<DeviceId> {
        self.proposal.devices.iter().copied().filter(|device| *device != me).collect()
    }
}
