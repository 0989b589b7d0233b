//! What devices of a wallet tell each other about their shares when they meet, and what follows from it.
//!
//! A device says which new shares it holds: with every receiver's own word they are acknowledged and can be tested.
//! A device that is behind is shown the test signatures of the present epoch, which prove themselves; it then turns
//! to the share that it holds for it, or, if it is none of the wallet's devices any more, drops its old one.

use symbolon_chain::text::inert_name;
use symbolon_mpc::{DeviceId, KeyInfo};

use super::activation::is_proven;
use super::attempts::{Attempts, KeyDigest, digest_of};
use super::dealing::Purpose;
use super::keys::{ActiveKey, KeyRecord};
use super::members::{must_be_online, others_online};
use super::peer::{PeerMessage, ProvenKey, Standing};
use super::records;
use super::shares::ROOTS;
use super::test_signing::Proof;
use crate::context::Context;
use crate::messages::change as messages;
use crate::store::Batch;
use crate::view::Severity;
use crate::wallet::Wallet;

/// Most attempts whose digests one device may name.
const MAX_NAMED: usize = 64;
/// Longest name of a device that another one tells, in characters.
const MAX_NAME: usize = 40;

impl Wallet {
    /// What this device says of its shares, after its hello.
    pub(super) fn standing(&self) -> Option<Standing> {
        let open = self.device.open.as_ref()?;
        let held = open.pending.iter().rev().take(MAX_NAMED).map(|attempt| attempt.digest).collect();
        Some(Standing {
            held,
            used: open.life.used,
            used_recovery: open.life.used_recovery,
            kept: open.recovery.kept.hashes().to_vec(),
            opened: self.opened_standing(),
            names: self.device.key.as_ref().map(|key| key.record.names.clone()).unwrap_or_default(),
        })
    }

    /// A device said of its shares how it stands.
    pub(super) fn standing_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, standing: Standing) {
        let Some(open) = self.device.open.as_mut() else { return };
        let is_member = |info: &KeyInfo| info.quorum().party_of(from).is_some();
        if open.active.as_ref().is_some_and(|shares| is_member(shares.info())) {
            open.life.hear(standing.used, standing.used_recovery);
            self.keep_files(cx, &standing.kept);
        }
        let in_use = self.device.key.as_ref().map(|key| digest_of(&key.record.infos));
        if in_use.is_some_and(|digest| standing.held.contains(&digest)) {
            self.show_proven(cx, from);
        }
        let Some(open) = self.device.open.as_mut() else { return };
        open.pending.said(from, standing.held.into_iter().take(MAX_NAMED));
        if let Some(peer) = open.peers.get_mut(&from) {
            let name = |(device, name): (DeviceId, String)| {
                (device, inert_name(&name).chars().take(MAX_NAME).collect())
            };
            let names: Vec<_> = standing.names.into_iter().take(MAX_NAMED).map(name).collect();
            // Screens say who is there for a recovery, and what devices are called: a hello alone does not.
            if !peer.says_standing || peer.opened != standing.opened || peer.names != names {
                cx.view_changed();
            }
            peer.says_standing = true;
            peer.names = names;
            peer.used = (standing.used, standing.used_recovery);
            peer.opened = standing.opened;
        }
        self.acknowledge(cx);
        self.show_tested(cx, from);
    }

    /// Notes which attempts every receiver now holds, and begins to test the latest.
    pub(super) fn acknowledge(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let facts: Vec<_> = open
            .pending
            .iter()
            .filter(|attempt| attempt.number > 0)
            .map(|attempt| {
                (attempt.digest, others_online(attempt.shares.info().quorum(), me).collect::<Vec<_>>())
            })
            .collect();
        let mut is_news = false;
        for (digest, others) in facts {
            is_news |= open.pending.acknowledge(&digest, &others);
        }
        if is_news {
            cx.view_changed();
            self.begin_activation(cx);
        }
    }

    /// Shows a device the test signatures of new shares that were seen so far.
    fn show_tested(&mut self, cx: &mut Context<'_>, to: DeviceId) {
        let Some(open) = self.device.open.as_ref() else { return };
        let candidate = open
            .pending
            .candidate()
            .filter(|attempt| attempt.number > 0 && attempt.shares.info().quorum().party_of(to).is_some());
        let Some(key) = candidate.map(|attempt| attempt.digest) else { return };
        for proof in open.activation.proofs_of(&key) {
            self.tell(cx, to, &PeerMessage::ChangeTested { key, proof });
        }
    }

    /// A device whose hello names an earlier epoch of this wallet is behind, and one that names none lost its share, if it ever
    /// had it: the present epoch is proven to it.
    pub(super) fn help_behind(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(key) = &self.device.key else { return };
        let hello = self.device.open.as_ref().and_then(|open| open.peers.get(&id)?.hello.as_ref());
        let Some(hello) = hello else { return };
        let is_behind = match hello.key {
            Some((wallet, epoch)) => wallet == key.wallet && epoch < key.epoch,
            None => hello.has_none() && key.record.info().quorum().party_of(id).is_some(),
        };
        if is_behind {
            self.show_proven(cx, id);
        }
    }

    /// Shows a device all test signatures of the shares in use.
    pub(super) fn show_proven(&mut self, cx: &mut Context<'_>, to: DeviceId) {
        let Some(record) = self.device.key.as_ref().map(|key| &key.record) else { return };
        if self.device.open.is_none() {
            return;
        }
        let proven = ProvenKey { infos: record.infos.to_vec(), proofs: record.proofs.clone() };
        self.tell(cx, to, &PeerMessage::Proven(Box::new(proven)));
    }

    /// A device shows that a quorum signs with these keys. Whoever says so, the signatures decide.
    pub(super) fn proven_arrived(&mut self, cx: &mut Context<'_>, proven: ProvenKey) {
        let Ok(infos) = <[KeyInfo; ROOTS]>::try_from(proven.infos) else { return };
        let Some(open) = self.device.open.as_ref() else { return };
        let me = DeviceId(open.identity.id().0);
        let held = open.active.as_ref().map(|shares| shares.infos());
        // What follows nothing that this device holds is not worth the verification.
        let is_member = infos[0].quorum().party_of(me).is_some();
        let concerns = match &held {
            Some(held) => succeeds(held, &infos),
            None => is_member,
        };
        if !concerns || !is_proven(&infos, &proven.proofs) {
            return;
        }
        let digest = digest_of(&infos);
        if open.pending.of(&digest).is_some() {
            return self.promote(cx, digest, proven.proofs);
        }
        match held {
            // Its signature is in the proof, and nothing of it is on the disk.
            None => self.notice(cx, "device/share-gone", Severity::Danger, messages::SHARE_GONE),
            Some(_) if is_member => self.notice(cx, "device/behind", Severity::Danger, messages::FELL_BEHIND),
            // Rule 4: who is pledged to an attempt keeps what it has.
            Some(_) if open.pending.is_pledged() => {
                self.notice(cx, "device/left-pledged", Severity::Warning, messages::LEFT_PLEDGED);
            }
            Some(_) => self.leave(cx),
        }
    }

    /// New shares become active, in one write with everything that is dropped for them (rule 4).
    pub(super) fn promote(&mut self, cx: &mut Context<'_>, digest: KeyDigest, mut proofs: Vec<Proof>) {
        let Some(open) = self.device.open.as_ref() else { return };
        let Some(attempt) = open.pending.of(&digest).filter(|attempt| open.pending.may_go_to(attempt)) else {
            return;
        };
        let is_change = attempt.number > 0;
        let infos = attempt.shares.infos();
        let held = open.active.as_ref().map(|shares| shares.infos());
        if held.as_ref().is_some_and(|held| !succeeds(held, &infos)) {
            return;
        }
        let before = held.as_ref().map(|held| held[0].quorum().clone());
        let quorum = infos[0].quorum().clone();
        proofs.retain(|proof| super::test_signing::tests(&quorum).any(|test| test == proof.test));
        let names =
            must_be_online(&quorum).map(|party| (party.device, self.device_name(party.device))).collect();
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(shares) = open.pending.take(&digest) else { return };
        let activation = core::mem::take(&mut open.activation);
        open.life.renewed(before.as_ref(), &quorum, cx.now);
        let record = KeyRecord { infos, names, proofs };
        open.recovery.kept.retain(&shares);
        let mut batch = Batch::default();
        for (name, _) in self.stored.below(&records::file_prefix(records::KEY_ACTIVE)) {
            batch.delete(name.to_owned());
        }
        self.put_shares(cx, &mut batch, records::KEY_ACTIVE, &shares);
        batch.put(records::KEY_PUBLIC, records::encode(&record));
        if let Some(open) = self.device.open.as_mut() {
            open.active = Some(shares);
            open.pending.drop_all(&self.stored, &mut batch);
            open.keygen_error = None;
        }
        self.put_life(cx, &mut batch);
        self.put_kept(cx, &mut batch);
        cx.store(batch);
        self.forget_dealt_recovery(&quorum);
        for ceremony in activation.ceremonies() {
            self.ended(ceremony);
        }
        self.device.key = Some(ActiveKey::new(record));
        if is_change {
            self.epoch_began(cx, &quorum);
        }
        cx.view_changed();
        self.greet_all(cx);
        // Whoever has not seen all test signatures, or is none of the wallet's devices any more.
        let peers: Vec<_> = self.device.open.iter().flat_map(|open| open.peers.keys().copied()).collect();
        for peer in peers {
            self.help_behind(cx, peer);
        }
        self.key_activated(cx);
    }

    /// What was under way with shares of an earlier epoch ends: proposals of another change, and signing sessions,
    /// which begin anew.
    fn epoch_began(&mut self, cx: &mut Context<'_>, quorum: &symbolon_mpc::Quorum) {
        self.drop_stale_change();
        let stale = self
            .device
            .open
            .as_mut()
            .and_then(|open| open.dealing.take_if(|run| run.purpose == Purpose::Change));
        if let Some(run) = stale {
            self.end_dealing(cx, run, messages::OTHER_CAME_FIRST);
        }
        self.device.notices.over("change/failed");
        self.notice(cx, "change/done", Severity::Info, messages::DONE);
        self.signings_stale(cx, quorum);
    }

    /// This device is none of the wallet's any more: its share goes.
    fn leave(&mut self, cx: &mut Context<'_>) {
        let mut batch = Batch::default();
        for (name, _) in self.stored.below(records::KEY_ACTIVE) {
            batch.delete(name.to_owned());
        }
        batch.delete(records::KEY_PUBLIC);
        batch.delete(records::KEY_LIFE);
        batch.delete(records::KEY_KEPT);
        let Some(open) = self.device.open.as_mut() else { return };
        open.pending.drop_all(&self.stored, &mut batch);
        open.active = None;
        open.pending = Attempts::default();
        open.life = Default::default();
        open.recovery.kept = Default::default();
        cx.store(batch);
        self.device.key = None;
        self.drop_stale_change();
        self.signings_over(cx);
        self.notice(cx, "device/removed", Severity::Warning, messages::REMOVED);
        self.key_dropped(cx);
        self.greet_all(cx);
        cx.view_changed();
    }
}

/// Whether keys are later shares of the very same keys: wallet, public keys and chain codes alike, a later epoch.
pub(super) fn succeeds(held: &[KeyInfo; ROOTS], next: &[KeyInfo; ROOTS]) -> bool {
    held.iter().zip(next).all(|(held, next)| {
        held.scheme() == next.scheme()
            && held.wallet() == next.wallet()
            && held.public_key() == next.public_key()
            && held.chain_code() == next.chain_code()
            && held.epoch() < next.epoch()
    })
}
