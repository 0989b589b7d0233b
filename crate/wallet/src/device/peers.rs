//! The owner's other devices: what is kept about them, their channels, who is there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use symbolon_link::channel::{Channel, ChannelEvent};
use symbolon_link::identity::Identity;
use symbolon_link::pairing::Paired;
use symbolon_mpc::DeviceId;
use zeroize::Zeroizing;

use super::notices::refusal;
use super::peer::{Hello, OpenedShare, PeerMessage};
use super::shares::Shares;
use super::{device_id, records};
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::vault::VaultError;
use crate::view::{DeviceKind, Severity};
use crate::wallet::Wallet;

/// How long after its last word a device still counts as there.
const ONLINE_MS: u64 = 50_000;
/// How often a device that is there says so, if it has nothing else to say.
const BEAT_MS: u64 = 20_000;

/// Another device of the owner.
pub(super) struct Peer {
    pub(super) channel: Channel,
    pub(super) facts: Facts,
    pub(super) hello: Option<Hello>,
    paired: Zeroizing<Vec<u8>>,
    connected: bool,
    is_online: bool,
    pub(super) left: bool,
    /// When it was found to be gone without a word, if it was there in this process.
    gone_at: Timestamp,
    beat_at: Timestamp,
    /// It is left alone until then: see [`super::strikes`].
    pub(super) rests_until: Timestamp,
    /// What the owner was told about its version.
    skew: Option<String>,
    /// Those to whom this device was introduced in this session of its channel.
    pub(super) introduced: BTreeSet<DeviceId>,
    /// It told in this session what it holds of shares, as programs do that know of changes of the quorum.
    pub(super) says_standing: bool,
    /// The highest indices of devices and of recovery shares that it knows to have been used.
    pub(super) used: (u16, u16),
    /// What it calls the devices of the wallet.
    pub(super) names: Vec<(DeviceId, String)>,
    /// The recovery share that it says it has opened.
    pub(super) opened: Option<OpenedShare>,
}

/// What is kept about a device beside its channel's secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// Who introduced it; nobody, if the owners compared symbols on both.
    pub(super) introduced_by: Option<DeviceId>,
    /// As it last said.
    pub(super) name: Option<String>,
    pub(super) kind: Option<DeviceKind>,
    pub(super) app_version: Option<String>,
    pub(super) last_seen: Option<Timestamp>,
    /// How often a check failed that only a cheat fails.
    pub(super) strikes: u32,
}

#[derive(Serialize, Deserialize)]
struct PeerRecord {
    #[serde(with = "symbolon_mpc::wire::bytes")]
    paired: Vec<u8>,
    facts: Facts,
}

impl Peer {
    pub(super) fn new(
        identity: &Identity,
        paired: Paired,
        introduced_by: Option<DeviceId>,
        version: u16,
    ) -> Self {
        let bytes = paired.encode_secret();
        Self::with(identity, paired, bytes, Facts { introduced_by, ..Facts::default() }, version)
    }

    fn with(
        identity: &Identity,
        paired: Paired,
        bytes: Zeroizing<Vec<u8>>,
        facts: Facts,
        version: u16,
    ) -> Self {
        Self {
            channel: Channel::new(identity.clone(), paired, version),
            facts,
            hello: None,
            paired: bytes,
            connected: false,
            is_online: false,
            left: false,
            gone_at: 0,
            beat_at: 0,
            rests_until: 0,
            skew: None,
            introduced: BTreeSet::new(),
            says_standing: false,
            used: (0, 0),
            names: Vec::new(),
            opened: None,
        }
    }

    /// Reads what [`Peer::encode`] wrote.
    pub(super) fn decode(identity: &Identity, plain: &[u8], version: u16) -> Result<Self, VaultError> {
        let record: PeerRecord = records::decode(plain)?;
        let bytes = Zeroizing::new(record.paired);
        let paired = Paired::decode_secret(&bytes).map_err(|_| VaultError::Damaged)?;
        Ok(Self::with(identity, paired, bytes, record.facts, version))
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let record = PeerRecord { paired: self.paired.to_vec(), facts: self.facts.clone() };
        let bytes = Zeroizing::new(records::encode(&record));
        drop(Zeroizing::new(record.paired));
        bytes
    }

    pub(super) fn id(&self) -> DeviceId {
        device_id(self.channel.peer())
    }

    pub(super) fn name(&self) -> &str {
        self.facts.name.as_deref().unwrap_or_else(|| self.channel.peer().name())
    }

    pub(super) fn is_online(&self, now: Timestamp) -> bool {
        self.channel.is_up()
            && self.hello.is_some()
            && !self.left
            && self.channel.last_heard().is_some_and(|at| now.saturating_sub(at) < ONLINE_MS)
    }

    /// Whether it said that it holds shares of this wallet and epoch.
    pub(super) fn holds(&self, key: ([u8; 32], u32)) -> bool {
        self.hello.as_ref().is_some_and(|hello| hello.key == Some(key))
    }

    /// Whether it was there when that was last looked at.
    pub(super) fn is_present(&self) -> bool {
        self.is_online
    }

    /// Since when it is away, as far as this process knows; always, if it said that it leaves.
    pub(super) fn away_since(&self) -> Option<Timestamp> {
        (!self.is_online).then_some(if self.left { Timestamp::MIN } else { self.gone_at })
    }

    /// Whether it said that it leaves.
    pub(super) fn has_left(&self) -> bool {
        self.left
    }

    pub(super) fn last_seen(&self) -> Option<Timestamp> {
        self.channel.last_heard().max(self.facts.last_seen)
    }

    fn deadline(&self, has_carrier: bool) -> Option<Timestamp> {
        let presence = self.is_online.then(|| {
            let silent = self.channel.last_heard().unwrap_or_default().saturating_add(ONLINE_MS);
            silent.min(self.beat_at)
        });
        // Without a carrier nothing that a channel repeats could leave.
        let channel = if has_carrier { self.channel.next_tick() } else { None };
        [presence, channel].into_iter().flatten().min()
    }
}

impl Wallet {
    /// Says something to a peer, if its channel is up.
    pub(super) fn tell(&mut self, cx: &mut Context<'_>, peer: DeviceId, message: &PeerMessage) -> bool {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&peer)) else {
            return false;
        };
        #[cfg(feature = "testing")]
        let altered = super::alter(self.device.alter, message);
        #[cfg(feature = "testing")]
        let message = &altered;
        let bytes = Zeroizing::new(message.encode());
        peer.beat_at = cx.now.saturating_add(BEAT_MS);
        peer.channel.send(&bytes, cx.now).is_ok()
    }

    pub(super) fn online_peers(&self, now: Timestamp) -> Vec<DeviceId> {
        let Some(open) = &self.device.open else { return Vec::new() };
        open.peers.values().filter(|peer| peer.is_online(now)).map(Peer::id).collect()
    }

    pub(super) fn is_online(&self, peer: DeviceId, now: Timestamp) -> bool {
        self.device
            .open
            .as_ref()
            .and_then(|open| open.peers.get(&peer))
            .is_some_and(|peer| peer.is_online(now))
    }

    /// A new pair: stored, then reached for.
    pub(super) fn add_peer(&mut self, cx: &mut Context<'_>, paired: Paired, introduced_by: Option<DeviceId>) {
        let version = self.device.peer_version;
        let Some(open) = self.device.open.as_mut() else { return };
        let peer = Peer::new(&open.identity, paired, introduced_by, version);
        let id = peer.id();
        open.peers.insert(id, peer);
        self.store_peer(cx, id);
        if self.device.relay.is_online() {
            self.connect_peer(cx, id);
        }
        // The others may know it already, or can now be introduced.
        self.greet_all(cx);
        cx.view_changed();
    }

    pub(super) fn store_peer(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(plain) = self.device.open.as_ref().and_then(|open| open.peers.get(&id)).map(Peer::encode)
        else {
            return;
        };
        let mut batch = Batch::default();
        self.seal_into(cx, &mut batch, &record_key(id), &plain);
        cx.store(batch);
    }

    /// The linked device of this id in hex, as a command names it.
    pub(super) fn linked_device(&mut self, device: &str) -> Result<DeviceId, CommandError> {
        let known = self.opened()?.peers.keys().copied().find(|id| hex::encode(id.0) == device);
        known.ok_or_else(|| refusal("device/unknown", "There is no such device."))
    }

    pub(super) fn command_forget_device(
        &mut self,
        cx: &mut Context<'_>,
        device: &str,
    ) -> Result<(), CommandError> {
        let id = self.linked_device(device)?;
        let open = self.opened()?;
        let in_use = open.active.iter().map(Shares::info);
        let reshared = open.pending.iter().filter(|attempt| attempt.number > 0);
        let mut infos = in_use.chain(reshared.map(|attempt| attempt.shares.info()));
        let holds = infos.any(|info| info.quorum().party_of(id).is_some());
        drop(infos);
        if holds {
            let message = "A device that holds a share of the key cannot be forgotten. Remove it first.";
            return Err(refusal("device/holds-share", message));
        }
        open.peers.remove(&id);
        let mut batch = Batch::default();
        batch.delete(record_key(id));
        cx.store(batch);
        self.greet_all(cx);
        cx.view_changed();
        Ok(())
    }

    /// The relay is reached (again).
    pub(super) fn carrier_restored(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        if let Some(pairing) = &mut open.pairing {
            pairing.carrier_restored(cx.now);
        }
        let peers: Vec<_> = open.peers.keys().copied().collect();
        open.reachable_since = cx.now;
        for peer in peers {
            self.connect_peer(cx, peer);
        }
        self.signing_reachable(cx);
    }

    fn connect_peer(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) else { return };
        if peer.connected {
            peer.channel.carrier_restored(cx.now);
        } else {
            peer.connected = true;
            peer.channel.connect(cx.now, cx.rng);
        }
    }

    pub(super) fn peer_delivered(&mut self, cx: &mut Context<'_>, id: DeviceId, body: &[u8]) {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) else { return };
        let events = peer.channel.receive(body, cx.now, cx.rng);
        for event in events {
            match event {
                ChannelEvent::Up => self.peer_up(cx, id),
                ChannelEvent::Reset => self.peer_reset(cx, id),
                ChannelEvent::VersionSkew { theirs } => self.peer_skew(cx, id, theirs),
                ChannelEvent::Message(bytes) => {
                    let bytes = Zeroizing::new(bytes);
                    if let Some(message) = PeerMessage::decode(&bytes) {
                        self.peer_said(cx, id, message);
                    }
                }
            }
        }
        self.note_presence(cx, id);
    }

    fn peer_up(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        if let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) {
            peer.hello = None;
            peer.left = false;
            peer.introduced.clear();
            peer.says_standing = false;
            peer.opened = None;
        }
        self.greet(cx, id);
    }

    fn peer_reset(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        if let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) {
            peer.hello = None;
        }
        self.peer_lost(cx, id);
    }

    /// What was under way with this device will not go on.
    pub(super) fn peer_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        if let Some(open) = &mut self.device.open {
            open.early_frames.retain(|early| early.from != id);
        }
        self.dealing_lost(cx, id);
        self.activation_lost(cx, id);
        self.signing_lost(cx, id);
    }

    fn peer_skew(&mut self, cx: &mut Context<'_>, id: DeviceId, theirs: u16) {
        let other = self.device_name(id);
        let message = if theirs > self.device.peer_version {
            format!(
                "This device is older than {other}, so they cannot talk. Update the wallet on this device."
            )
        } else {
            format!("{other} is older than this device, so they cannot talk. Update the wallet on {other}.")
        };
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) else { return };
        // It tries again and again; the owner is told once.
        if peer.skew.as_ref() == Some(&message) {
            return;
        }
        let earlier = peer.skew.replace(message.clone());
        if let Some(earlier) = earlier {
            self.device.notices.over_saying("device/version", &earlier);
        }
        self.notice(cx, "device/version", Severity::Warning, message);
    }

    fn greet(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        if let Some(hello) = self.hello() {
            self.tell(cx, id, &PeerMessage::Hello(hello));
            self.tell_reach(cx, id);
        }
        if let Some(standing) = self.standing() {
            self.tell(cx, id, &PeerMessage::Standing(standing));
        }
        self.tell_accounts(cx, id);
    }

    /// Tells all devices how this one stands now.
    pub(super) fn greet_all(&mut self, cx: &mut Context<'_>) {
        let Some(open) = &self.device.open else { return };
        let up: Vec<_> = open.peers.values().filter(|peer| peer.channel.is_up()).map(Peer::id).collect();
        for id in up {
            self.greet(cx, id);
        }
    }

    fn hello(&self) -> Option<Hello> {
        let open = self.device.open.as_ref()?;
        let key = |shares: &Shares| (*shares.info().wallet(), shares.info().epoch());
        Some(Hello {
            app_version: self.config.app_version.clone(),
            kind: self.config.kind,
            key: open.active.as_ref().map(key),
            pending: open.pending.made().map(|made| key(&made.shares)),
            name: open.card.name().to_owned(),
            peers: open.peers.keys().copied().collect(),
            pack: self.pack_hash(),
        })
    }

    pub(super) fn peer_hello(&mut self, cx: &mut Context<'_>, from: DeviceId, hello: Hello) {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&from)) else { return };
        let arrived = peer.hello.is_none();
        let has_new_shares = peer.hello.as_ref().is_some_and(|before| before.key != hello.key);
        let mut facts = Facts {
            kind: Some(hello.kind),
            app_version: Some(hello.app_version.chars().filter(|c| !c.is_control()).take(40).collect()),
            last_seen: peer.facts.last_seen,
            ..peer.facts.clone()
        };
        if is_showable(&hello.name) {
            facts.name = Some(hello.name.clone());
        }
        let changed = facts != peer.facts;
        peer.facts = facts;
        if arrived {
            peer.facts.last_seen = Some(cx.now);
        }
        peer.hello = Some(hello);
        peer.left = false;
        // Only this device's version is settled; another one may still be apart.
        if let Some(message) = peer.skew.take() {
            self.device.notices.over_saying("device/version", &message);
        }
        if changed || arrived {
            self.store_peer(cx, from);
        }
        cx.view_changed();
        self.introduce_others(cx, from);
        self.help_behind(cx, from);
        self.activation_judge(cx, from);
        self.activation_hello(cx, from);
        if arrived {
            self.roster_arrival(cx, from);
        }
        if arrived || has_new_shares {
            self.signing_arrival(cx, from);
        }
    }

    /// Whether a device came or went: by its own word, by its silence.
    fn note_presence(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&id)) else { return };
        let is_online = peer.is_online(cx.now);
        if is_online == peer.is_online {
            return;
        }
        peer.is_online = is_online;
        peer.gone_at = cx.now;
        peer.beat_at = cx.now.saturating_add(BEAT_MS);
        cx.view_changed();
        self.signing_presence(cx, id, is_online);
        if is_online {
            self.activation_hello(cx, id);
        }
    }

    pub(super) fn tick_peers(&mut self, cx: &mut Context<'_>) {
        let has_carrier = self.device.relay.is_online();
        let Some(open) = self.device.open.as_mut() else { return };
        let mut ids = Vec::new();
        let mut silent = Vec::new();
        for (id, peer) in &mut open.peers {
            if has_carrier {
                peer.channel.tick(cx.now, cx.rng);
            }
            if peer.is_online(cx.now) && peer.beat_at <= cx.now {
                silent.push(*id);
            }
            ids.push(*id);
        }
        for id in silent {
            self.tell(cx, id, &PeerMessage::Beat);
        }
        for id in ids {
            self.note_presence(cx, id);
        }
    }

    pub(super) fn peers_deadline(&self) -> Option<Timestamp> {
        let has_carrier = self.device.relay.is_online();
        self.device.open.as_ref()?.peers.values().filter_map(|peer| peer.deadline(has_carrier)).min()
    }
}

fn is_showable(name: &str) -> bool {
    !name.trim().is_empty()
        && name.len() <= symbolon_link::identity::MAX_NAME_BYTES
        && !name.chars().any(|c| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
}

fn record_key(id: DeviceId) -> String {
    format!("{}{}", records::PEER, hex::encode(id.0))
}
