//! The device side: vault, identity, relay, channels, pairing, roster, keygen and signing sessions.
//!
//! It moves bytes between devices and turns approvals into signatures. What the bytes mean to a chain is the
//! dApp side's business.
//!
//! # Seam
//! The dApp side calls [`Wallet::signing_start`], [`Wallet::signing_approve`], [`Wallet::signing_cancel`],
//! [`Wallet::signing_choose`], [`Wallet::signing_state`] and reads [`Wallet::key`], [`Wallet::is_unlocked`].
//! This side calls what `crate::dapp` lists.

mod access;
mod accounts;
mod activation;
mod attempts;
mod change;
mod dealing;
mod frames;
mod introductions;
mod journal_head;
mod keygen;
mod keys;
mod life;
mod links;
mod lock;
mod members;
mod notices;
mod openings;
mod pairing;
mod passkey;
pub mod peer;
mod peers;
mod records;
mod recovery;
mod relay;
mod roster;
mod said;
mod settings;
mod shares;
mod signing;
mod standing;
mod store_failed;
mod strikes;
pub(crate) mod test_signing;
mod unlock;
mod view;
pub(crate) mod witness;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use symbolon_ecdsa::Pairs;
use symbolon_link::identity::{DeviceCard, Identity};
use symbolon_mpc::{CeremonyId, DeviceId};

pub(crate) use self::keys::ActiveKey;
pub(crate) use self::records::Stored;

use self::access::Stretching;
use self::activation::Activation;
use self::attempts::Attempts;
use self::change::Wish;
use self::dealing::DealingRun;
use self::frames::Early;
use self::keys::KeyRecord;
use self::life::Life as KeyLife;
use self::notices::{Notices, refusal};
use self::openings::Openings;
use self::pairing::Pairing;
use self::peers::Peer;
use self::records::Settings;
use self::recovery::Recovery;
use self::relay::RelayLink;
use self::roster::Roster;
use self::shares::Shares;
use self::signing::{Approval, AskedQuorum, Signing};
use self::witness::{Reach, Witness};
use crate::command::{Command, Setting};
use crate::context::Context;
use crate::effect::{CommandError, Remembered};
use crate::event::{EffectId, Timestamp};
use crate::request::RequestId;
use crate::store::{Batch, Record};
use crate::vault::{Binding, Header, VaultError, VaultKey};
use crate::view::{DeviceKind, Severity};
use crate::wallet::{HostConfig, Wallet};

/// Everything that the device side remembers.
pub(crate) struct Device {
    life: Life,
    settings: Option<Settings>,
    key: Option<ActiveKey>,
    stretching: Option<Stretching>,
    /// When the owner last did something.
    touched: Timestamp,
    /// When the host believes that the vault locks.
    told_lock_at: Option<Timestamp>,
    counter: u64,
    /// What the channels to other devices speak.
    peer_version: u16,
    relay: RelayLink,
    notices: Notices,
    open: Option<Box<Open>>,
    /// What a cheat makes of each frame of a ceremony that it sends.
    #[cfg(feature = "testing")]
    alter: Option<fn(&mut Vec<u8>)>,
}

/// Whether there is a vault.
enum Life {
    Fresh,
    SetUp(Header),
    /// What is stored cannot be used, and is not touched.
    Unusable(VaultError),
}

/// What exists only while the vault is open. Dropped, and so wiped, on lock.
struct Open {
    vault: VaultKey,
    identity: Identity,
    card: DeviceCard,
    peers: BTreeMap<DeviceId, Peer>,
    pairing: Option<Pairing>,
    roster: Option<Roster>,
    /// Confirmations that came before the proposal they are of.
    early_confirmations: VecDeque<(DeviceId, CeremonyId)>,
    dealing: Option<DealingRun>,
    keygen_error: Option<String>,
    activation: Activation,
    pending: Attempts,
    active: Option<Shares>,
    life: KeyLife,
    pairs: Pairs,
    signings: BTreeMap<RequestId, Signing>,
    choices: BTreeMap<RequestId, Vec<DeviceId>>,
    approvals: BTreeMap<RequestId, Approval>,
    /// Whom earlier attempts asked.
    quorums: BTreeMap<RequestId, AskedQuorum>,
    /// When this device last came up, or reached the relay again.
    reachable_since: Timestamp,
    /// Frames that came before the message that starts their ceremony.
    early_frames: VecDeque<Early>,
    /// Ceremonies that are over, whose late frames are dropped.
    ended: VecDeque<CeremonyId>,
    /// Until when a passkey may be added, because the password was given.
    passkey_until: Timestamp,
    /// Recovery shares: files, a code that was drawn, a share that was opened.
    recovery: Recovery,
    openings: Openings,
    /// The last opening is not counted yet.
    is_new_opening: bool,
    /// What is remembered of how far the other devices had come.
    witnesses: BTreeMap<DeviceId, Witness>,
    /// What was remembered of devices that fell back, before the owner accepted them.
    given_up: BTreeMap<DeviceId, Reach>,
    /// Those that remember more of this device than is here, and refuse it.
    refused_by: BTreeSet<DeviceId>,
    /// How far the others were told that this device has come.
    told_reach: Option<Reach>,
}

impl Device {
    /// Reads what the store holds; sealed records stay sealed until the vault opens.
    pub(crate) fn load(_config: &HostConfig, records: &[Record]) -> Self {
        let value =
            |key: &str| records.iter().find(|record| record.key == key).map(|record| record.value.as_slice());
        let mut notices = Notices::default();
        let settings = value(records::SETTINGS).map(records::decode::<Settings>);
        let life = match (value(records::HEADER), &settings) {
            (None, None) => Life::Fresh,
            (Some(header), Some(Ok(_))) => match Header::decode(header) {
                Ok(header) => Life::SetUp(header),
                Err(error) => Life::Unusable(error),
            },
            (_, Some(Err(error))) => Life::Unusable(*error),
            (None, Some(_)) | (Some(_), None) => Life::Unusable(VaultError::Damaged),
        };
        if let Life::Unusable(error) = &life {
            let (code, message) = access::unusable(*error);
            notices.add(code, Severity::Danger, message.to_owned());
        }
        // While locked the record is believed: it only says which addresses to show. Opening checks it.
        let key = value(records::KEY_PUBLIC)
            .and_then(|bytes| records::decode::<KeyRecord>(bytes).ok())
            .map(ActiveKey::new);
        Self {
            life,
            settings: settings.and_then(Result::ok),
            key,
            stretching: None,
            touched: 0,
            told_lock_at: None,
            counter: 0,
            peer_version: peer::PEER_VERSION,
            relay: RelayLink::default(),
            notices,
            open: None,
            #[cfg(feature = "testing")]
            alter: None,
        }
    }

    /// The dApp side's records cannot be used: the vault stays closed over them, as over this side's own.
    pub(crate) fn stay_closed(&mut self, error: VaultError) {
        if !matches!(self.life, Life::Unusable(_)) {
            self.life = Life::Unusable(error);
            let (code, message) = access::unusable(error);
            self.notices.add(code, Severity::Danger, message.to_owned());
        }
    }

    /// Takes back what was said about failed writes; whether anything was.
    pub(crate) fn store_works(&mut self) -> bool {
        let over = ["store/full", "store/blocked", "store/unavailable"];
        over.into_iter().filter(|code| self.notices.over(code)).count() > 0
    }

    /// What a record is bound to.
    fn binding(&mut self) -> Binding {
        self.counter += 1;
        Binding {
            device: self.settings.as_ref().map(|settings| settings.device).unwrap_or_default(),
            counter: self.counter,
            ..Binding::default()
        }
    }
}

#[cfg(feature = "testing")]
impl Wallet {
    /// Speaks another version to other devices than usual, as an older or newer program does. For
    /// a wallet that is still locked.
    pub fn speak_peer_version(&mut self, version: u16) {
        self.device.peer_version = version;
    }

    /// Sends frames of ceremonies as `alter` leaves them, as a device that cheats does; none for an honest one.
    pub fn alter_frames(&mut self, alter: Option<fn(&mut Vec<u8>)>) {
        self.device.alter = alter;
    }
}

// Called by `Wallet::handle`.
impl Wallet {
    /// After loading: opens the vault with a remembered key, connects to the relay if unlocked and paired.
    pub(crate) fn device_opened(&mut self, cx: &mut Context<'_>, remembered: Option<Remembered>) {
        self.device.touched = cx.now;
        if let Some(remembered) = remembered {
            self.reopen(cx, remembered);
        }
    }

    /// The device side's share of commands; the rest comes back for `dapp_command`.
    pub(crate) fn device_command(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        command: Command,
    ) -> Option<Command> {
        self.device.touched = cx.now;
        let outcome = match command {
            Command::SetUp { device_name, password, relay_url } => {
                return self.command_set_up(cx, reply, device_name, password, relay_url);
            }
            Command::Unlock { password } => return self.command_unlock(cx, reply, password),
            Command::AcceptDevice { device } => self.command_accept_device(cx, &device),
            Command::AddPasskey { credential, salt, output } => {
                self.command_add_passkey(cx, &credential, &salt, output)
            }
            Command::AllowPasskey { password } => return self.command_allow_passkey(cx, reply, password),
            Command::RemovePasskey => self.command_remove_passkey(cx),
            Command::UnlockWithPasskey { output } => self.command_unlock_with_passkey(cx, output),
            Command::ChangePassword { old, new } => return self.command_change_password(cx, reply, old, new),
            Command::EraseDevice { confirmation } => self.command_erase(cx, &confirmation),
            Command::Lock => {
                self.lock(cx);
                Ok(())
            }
            Command::Touch => Ok(()),
            Command::DismissNotice { notice } => {
                if !self.device.notices.dismiss(notice) {
                    return Some(Command::DismissNotice { notice });
                }
                cx.view_changed();
                Ok(())
            }
            Command::Invite => self.command_invite(cx),
            Command::JoinPairing { link } => self.command_join(cx, &link),
            Command::ConfirmPairing { same } => self.command_confirm_pairing(cx, same),
            Command::CancelPairing => self.command_cancel_pairing(cx),
            Command::CreateKey { threshold, accept_no_spare, recovery } => {
                self.command_create_key(cx, threshold, accept_no_spare, recovery)
            }
            Command::ConfirmRoster { same } => self.command_confirm_roster(cx, same),
            Command::ChangeDevices {
                add,
                remove,
                threshold,
                accept_no_spare,
                new_recovery,
                drop_recovery,
            } => {
                let wish = Wish { add, remove, threshold, accept_no_spare, new_recovery, drop_recovery };
                self.command_change(cx, &wish)
            }
            Command::ConfirmChange { change, agree } => self.command_confirm_change(cx, &change, agree),
            Command::CheckRecoveryFile { file } => self.command_check_recovery_file(cx, &file),
            Command::ConfirmRecoveryCode { codes, passkey } => {
                self.command_confirm_recovery_code(cx, codes, passkey)
            }
            Command::DrawRecoveryCode { guardians, passkey } => {
                match self.command_draw_recovery_code(cx, guardians, passkey) {
                    Ok(text) => {
                        cx.give(reply, text);
                        return None;
                    }
                    Err(error) => Err(error),
                }
            }
            Command::ForgetRecovery => self.command_forget_recovery(cx),
            Command::GiveRecoveryFile { party } => match self.command_give_recovery_file(party) {
                Ok(text) => {
                    cx.give(reply, text);
                    return None;
                }
                Err(error) => Err(error),
            },
            Command::OpenRecoveryFile { file, codes, passkey } => {
                self.command_open_recovery_file(cx, &file, codes, passkey)
            }
            Command::ForgetDevice { device } => self.command_forget_device(cx, &device),
            Command::Set { setting: Setting::AutoLock { minutes } } => self.set_auto_lock(cx, minutes),
            Command::Set { setting: Setting::DeviceName { name } } => self.set_device_name(cx, &name),
            Command::Set { setting: Setting::Relay { url } } => self.set_relay(cx, &url),
            rest => return Some(rest),
        };
        cx.reply(reply, outcome);
        None
    }

    pub(crate) fn device_tick(&mut self, cx: &mut Context<'_>) {
        self.tick_relay(cx);
        self.tick_pairing(cx);
        self.tick_peers(cx);
        self.tick_roster(cx);
        self.tick_dealing(cx);
        self.tick_activation(cx);
        self.tick_signing(cx);
    }

    /// When `device_tick` wants to run next (retransmission, keep-alive, auto-lock, expiry).
    pub(crate) fn device_deadline(&self) -> Option<Timestamp> {
        [
            self.auto_lock_deadline(),
            self.relay_deadline(),
            self.pairing_deadline(),
            self.peers_deadline(),
            self.roster_deadline(),
            self.dealing_deadline(),
            self.activation_deadline(),
            self.signing_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Last of every turn: opens mailboxes and sends what waits. All records of the turn are stored before.
    pub(crate) fn device_flush(&mut self, cx: &mut Context<'_>) {
        self.tell_reaches(cx);
        self.flush_relay(cx);
        self.remember_use(cx);
    }
}

// Seam: called by the dApp side.
impl Wallet {
    /// Whether the vault is open.
    pub(crate) fn is_unlocked(&self) -> bool {
        self.device.open.is_some()
    }

    /// The active key's public facts; also known while locked (kept in a public record).
    pub(crate) fn key(&self) -> Option<&ActiveKey> {
        self.device.key.as_ref()
    }

    /// This device.
    pub(crate) fn device_id(&self) -> Option<DeviceId> {
        self.device.settings.as_ref().map(|settings| DeviceId(settings.device))
    }

    /// Whether a device said that it runs the version that this one is of.
    pub(crate) fn is_of_our_version(&self, device: DeviceId) -> bool {
        let peer = self.device.open.as_ref().and_then(|open| open.peers.get(&device));
        peer.and_then(|peer| peer.hello.as_ref()).is_some_and(|it| it.app_version == self.config.app_version)
    }

    /// The name of a device, for cards and activity.
    pub(crate) fn device_name(&self, device: DeviceId) -> String {
        let settings = self.device.settings.as_ref().filter(|settings| settings.device == device.0);
        let peer = || self.device.open.as_ref()?.peers.get(&device).map(|peer| peer.name().to_owned());
        let recorded = || {
            let names = &self.device.key.as_ref()?.record.names;
            names.iter().find(|(other, _)| *other == device).map(|(_, name)| name.clone())
        };
        // A device that joins hears the names from those that hold shares.
        let told = || {
            let names = self.device.open.as_ref()?.peers.values().flat_map(|peer| &peer.names);
            names.into_iter().find(|(other, _)| *other == device).map(|(_, name)| name.clone())
        };
        settings
            .map(|settings| settings.name.clone())
            .or_else(peer)
            .or_else(recorded)
            .or_else(told)
            .unwrap_or_else(|| format!("device {}", hex::encode(&device.0[..4])))
    }
}

impl Wallet {
    /// Seals a record into a batch.
    fn seal_into(&mut self, cx: &mut Context<'_>, batch: &mut Batch, key: &str, plain: &[u8]) {
        let binding = self.device.binding();
        self.seal_bound(cx, batch, key, &binding, plain);
    }

    fn seal_bound(
        &mut self,
        cx: &mut Context<'_>,
        batch: &mut Batch,
        key: &str,
        binding: &Binding,
        plain: &[u8],
    ) {
        if let Some(open) = &self.device.open {
            batch.put(key, open.vault.seal(key, binding, plain, cx.rng));
        }
    }

    fn store_settings(&mut self, cx: &mut Context<'_>) {
        if let Some(settings) = &self.device.settings {
            let mut batch = Batch::default();
            batch.put(records::SETTINGS, records::encode(settings));
            cx.store(batch);
            cx.view_changed();
        }
    }

    /// The open vault, for commands that need it.
    fn opened(&mut self) -> Result<&mut Open, CommandError> {
        match (&self.device.life, self.device.open.as_deref_mut()) {
            (_, Some(open)) => Ok(open),
            (Life::Fresh, None) => {
                Err(refusal("setup/needed", "Set this device up first: give it a name and a password."))
            }
            (Life::SetUp(_), None) => Err(refusal("vault/locked", "This device is locked. Unlock it first.")),
            (Life::Unusable(error), None) => {
                let (code, message) = access::unusable(*error);
                Err(refusal(code, message))
            }
        }
    }
}

/// Whether a device of this kind has an owner in front of it.
fn is_attended(kind: DeviceKind) -> bool {
    match kind {
        DeviceKind::Browser | DeviceKind::Phone => true,
        DeviceKind::Cosigner => false,
    }
}

fn link_id(device: DeviceId) -> symbolon_link::identity::DeviceId {
    symbolon_link::identity::DeviceId(device.0)
}

fn device_id(card: &DeviceCard) -> DeviceId {
    DeviceId(card.id().0)
}

#[cfg(feature = "testing")]
fn alter(alter: Option<fn(&mut Vec<u8>)>, message: &peer::PeerMessage) -> peer::PeerMessage {
    let mut message = message.clone();
    if let (Some(alter), peer::PeerMessage::Frame { frame, .. }) = (alter, &mut message) {
        alter(frame);
    }
    message
}
