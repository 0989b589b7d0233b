//! The wallet itself: the parts of the product and the one function that turns an event into effects.
//!
//! Parts live in modules of their own, each an `impl Wallet` over the fields it owns. Two sides meet here. The
//! *device side* (vault, identity, relay, channels, pairing, roster, keygen, signing sessions) knows no chain.
//! The *dApp side* (provider, sites, accounts, networks, requests, cards, broadcast, activity) knows no
//! channel. They call each other only through the functions listed under "seam" in their modules.

use rand_core::CryptoRngCore;

use crate::context::Context;
use crate::dapp::Dapp;
use crate::device::{Device, Stored};
use crate::effect::{Effect, Remembered};
use crate::event::{EffectId, Event, RelayEvent, Timestamp};
use crate::store::Record;
use crate::view::{DeviceKind, View};

/// What a host decides once, when it opens the wallet.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Version of this build, shown and told to peers.
    pub app_version: String,
    /// Relay proposed at set-up.
    pub default_relay: String,
    /// What kind of device this is.
    pub kind: DeviceKind,
    /// Cost of stretching new passwords; a host may raise it, never go below the floor (64 MiB, 3 passes, 1 lane).
    pub kdf_memory_kib: u32,
    /// What this device may sign without its owner. `None`: nothing.
    pub unattended: Option<Unattended>,
}

/// What an unattended device may sign by itself. It counts in native units, fees included, over a rolling day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unattended {
    /// Chains on which it acts, by EIP-155 chain id; empty: all.
    pub chains: Vec<u64>,
    /// Most native units (wei) within any 24 hours, value and maximum fee together.
    pub max_wei_per_day: u128,
    /// Signs whatever it is asked. For tests and demonstrations on worthless chains only.
    pub danger_everything: bool,
}

/// The wallet of one device.
pub struct Wallet {
    pub(crate) config: HostConfig,
    pub(crate) device: Device,
    pub(crate) dapp: Dapp,
    pub(crate) stored: Stored,
    next_effect: EffectId,
}

impl Wallet {
    /// Opens the wallet from everything that the store holds.
    ///
    /// `remembered` is what [`Effect::Remember`] put away before the process was restarted; with it the
    /// vault is open at once, unless its owner was away for too long. Records that cannot be used lead to [`crate::view::Phase::Unusable`], never to an
    /// error: nothing is overwritten and the owner is told.
    pub fn open(
        config: HostConfig,
        records: Vec<Record>,
        remembered: Option<Remembered>,
        now: Timestamp,
        rng: &mut dyn CryptoRngCore,
    ) -> (Self, Vec<Effect>) {
        let (dapp, read) = Dapp::load(&config, &records);
        let mut device = Device::load(&config, &records);
        if let Err(error) = read {
            device.stay_closed(error.into());
        }
        let mut this = Self { device, dapp, stored: Stored::load(&records), config, next_effect: 0 };
        let mut next_effect = this.next_effect;
        let mut cx = Context::new(now, rng, &mut next_effect);
        this.device_opened(&mut cx, remembered);
        this.dapp_opened(&mut cx);
        this.device_flush(&mut cx);
        this.arm_alarm(&mut cx);
        cx.view_changed();
        let effects = cx.finish();
        this.stored.note_effects(&effects);
        this.next_effect = next_effect;
        (this, effects)
    }

    /// Takes an event and says what is to be done, in order.
    pub fn handle(&mut self, event: Event, now: Timestamp, rng: &mut dyn CryptoRngCore) -> Vec<Effect> {
        let mut next_effect = self.next_effect;
        let mut cx = Context::new(now, rng, &mut next_effect);
        if !matches!(event, Event::StoreFailed { .. }) {
            self.stored.next_turn();
            self.dapp_next_turn();
            self.tick_auto_lock(&mut cx);
        }
        match event {
            Event::Command { reply, command } => self.on_command(&mut cx, reply, command),
            Event::Fetched { id, outcome } => self.on_fetched(&mut cx, id, outcome),
            Event::KeyDerived { id, key } => self.on_key_derived(&mut cx, id, key),
            Event::Provider(call) => self.on_provider(&mut cx, call),
            Event::ProviderGone { client } => self.on_provider_gone(&mut cx, client),
            Event::ProviderHere { client, origin } => self.on_provider_here(&mut cx, client, origin),
            Event::Relay(RelayEvent::Closed) => self.on_relay_closed(&mut cx),
            Event::Relay(RelayEvent::Connected) => self.on_relay_connected(&mut cx),
            Event::Relay(RelayEvent::Frame(frame)) => self.on_relay_frame(&mut cx, &frame),
            Event::StoreFailed { error } => {
                self.dapp_store_failed(&mut cx);
                self.on_store_failed(&mut cx, error);
            }
            Event::SystemLocked => self.lock(&mut cx),
            Event::Wake => {
                self.device_tick(&mut cx);
                self.dapp_tick(&mut cx);
            }
        }
        self.device_flush(&mut cx);
        self.arm_alarm(&mut cx);
        let mut effects = cx.finish();
        self.stored.note_effects(&effects);
        // If this is not stored either, nothing behind it is done, and the notice comes again.
        if saves_an_order(&effects) && self.device.store_works() {
            effects.push(Effect::ViewChanged);
        }
        self.next_effect = next_effect;
        effects
    }

    /// What the screens show now.
    pub fn view(&self, now: Timestamp) -> View {
        let mut view = self.device_view(now);
        self.dapp_view(now, &mut view);
        view
    }

    /// Takes a message as if it had come over the channel of `from`, a paired device that may say anything.
    /// Bytes that are no message are ignored, as they are there.
    #[cfg(feature = "testing")]
    pub fn hear(
        &mut self,
        from: symbolon_mpc::DeviceId,
        message: &[u8],
        now: Timestamp,
        rng: &mut dyn CryptoRngCore,
    ) -> Vec<Effect> {
        let mut next_effect = self.next_effect;
        let mut cx = Context::new(now, rng, &mut next_effect);
        self.stored.next_turn();
        if let Some(message) = crate::device::peer::PeerMessage::decode(message) {
            self.peer_said(&mut cx, from, message);
        }
        self.device_flush(&mut cx);
        self.arm_alarm(&mut cx);
        let effects = cx.finish();
        self.stored.note_effects(&effects);
        self.next_effect = next_effect;
        effects
    }

    /// Wallet id and epoch of the active key.
    #[cfg(feature = "testing")]
    pub fn key_in_use(&self) -> Option<([u8; 32], u32)> {
        self.key().map(|key| (key.wallet, key.epoch))
    }

    fn arm_alarm(&mut self, cx: &mut Context<'_>) {
        if let Some(at) = [self.device_deadline(), self.dapp_deadline()].into_iter().flatten().min() {
            cx.push(Effect::Alarm { at: at.max(cx.now) });
        }
    }
}

/// Whether an order of the owner is done once what these effects store is durable.
fn saves_an_order(effects: &[Effect]) -> bool {
    let stores = effects.iter().position(|effect| matches!(effect, Effect::Store(_)));
    stores
        .and_then(|at| effects.get(at..))
        .is_some_and(|rest| rest.iter().any(|effect| matches!(effect, Effect::Reply { outcome: Ok(()), .. })))
}
