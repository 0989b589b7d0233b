//! The world: devices, time, and everything between them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};
use symbolon_link::mailbox::MailboxId;
use symbolon_mpc::DeviceId;
use symbolon_mpc::secret::Secret;
use symbolon_wallet::command::Command;
use symbolon_wallet::effect::{CommandError, Effect, ProviderError, RelayCommand, Remembered};
use symbolon_wallet::event::{ClientId, Event, RelayEvent, Timestamp};
use symbolon_wallet::store::{MemoryStore, StoreError};
use symbolon_wallet::view::View;
use symbolon_wallet::{HostConfig, Wallet};

use crate::change::leaves_trace;
use crate::node::Node;
use crate::relay::{Connection, Done, Relay};
use crate::screens::Screens;

/// A device of the world.
pub type DeviceIndex = usize;

/// Milliseconds that a message takes from a device to the relay, or back.
const LATENCY_MS: u64 = 3;
/// Milliseconds that stretching a password takes.
const STRETCH_MS: u64 = 300;

/// Devices, their relay, their network, and the time.
pub struct World {
    /// The present.
    pub now: Timestamp,
    /// The relay.
    pub relay: Relay,
    /// Whether the relay can be reached.
    pub relay_is_up: bool,
    /// The devices.
    pub devices: Vec<Device>,
    /// The chain, as every network's node tells it.
    pub node: Node,
    rng: ChaCha20Rng,
    queue: BinaryHeap<Reverse<Entry>>,
    number: u64,
    connections: BTreeMap<Connection, DeviceIndex>,
    last_connection: Connection,
}

/// A device: its wallet while it runs, and what outlives it.
pub struct Device {
    config: HostConfig,
    /// The wallet, while the process lives.
    pub wallet: Option<Wallet>,
    /// What is on its disk.
    pub store: MemoryStore,
    /// What outlives the worker, but not the browser.
    pub remembered: Option<Remembered>,
    /// Effects done so far, over all its lives.
    pub effects: u64,
    /// Numbers of the effects that left a trace outside of the process: what was stored, remembered, or sent.
    pub traces: Vec<u64>,
    /// Die just before this effect.
    pub crash_at: Option<u64>,
    /// Every write fails with this.
    pub store_error: Option<StoreError>,
    /// Fail only the write of this number (counted from 1 in [`Device::writes`]).
    pub fail_write: Option<(u64, StoreError)>,
    /// Writes asked for so far.
    pub writes: u64,
    /// The program that its next starts run speaks this version to other devices; it must be locked then.
    pub peer_version: Option<u16>,
    /// What the way from the relay to it takes.
    pub latency_ms: u64,
    /// Its clock is ahead by so much (or behind).
    pub clock_ms: i64,
    /// Names of the records written, in order.
    pub written: Vec<String>,
    /// Answers to pages, in order.
    pub answers: Vec<(ClientId, String, Result<String, ProviderError>)>,
    /// Notifications shown.
    pub notifications: Vec<String>,
    rng: ChaCha20Rng,
    life: u64,
    socket: Option<Connection>,
    alarm: Option<Timestamp>,
    replies: BTreeMap<u64, Result<String, CommandError>>,
    last_reply: u64,
}

impl Device {
    /// Ends its process; what outlives it.
    pub fn into_disk(self) -> (HostConfig, MemoryStore, Option<Remembered>) {
        (self.config, self.store, self.remembered)
    }
}

struct Entry {
    at: Timestamp,
    number: u64,
    what: What,
}

enum What {
    /// To a device, if it still lives the same life.
    Device {
        device: DeviceIndex,
        life: u64,
        event: Event,
    },
    Alarm {
        device: DeviceIndex,
        at: Timestamp,
    },
    /// A socket's attempt to open has come to its end.
    Socket {
        device: DeviceIndex,
        life: u64,
        connection: Connection,
    },
    ToRelay {
        connection: Connection,
        frame: Vec<u8>,
    },
    FromRelay {
        connection: Connection,
        frame: Vec<u8>,
    },
    /// The device's end of it was closed; everything that was sent before has come.
    Gone {
        connection: Connection,
    },
    Put {
        mailbox: MailboxId,
        body: Vec<u8>,
    },
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl World {
    /// An empty world; everything random in it comes from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            now: 1_800_000_000_000,
            relay: Relay::default(),
            relay_is_up: true,
            devices: Vec::new(),
            node: Node::default(),
            rng: ChaCha20Rng::seed_from_u64(seed),
            queue: BinaryHeap::new(),
            number: 0,
            connections: BTreeMap::new(),
            last_connection: 0,
        }
    }

    /// Adds a device with an empty disk and starts it.
    pub fn add(&mut self, config: HostConfig) -> DeviceIndex {
        self.add_with_disk(config, MemoryStore::new(), None)
    }

    /// Adds a device that lived before, and starts it.
    pub fn add_with_disk(
        &mut self,
        config: HostConfig,
        store: MemoryStore,
        remembered: Option<Remembered>,
    ) -> DeviceIndex {
        let rng = ChaCha20Rng::seed_from_u64(self.rng.next_u64());
        self.devices.push(Device {
            config,
            wallet: None,
            store,
            remembered,
            effects: 0,
            traces: Vec::new(),
            crash_at: None,
            store_error: None,
            fail_write: None,
            writes: 0,
            peer_version: None,
            latency_ms: LATENCY_MS,
            clock_ms: 0,
            written: Vec::new(),
            answers: Vec::new(),
            notifications: Vec::new(),
            rng,
            life: 0,
            socket: None,
            alarm: None,
            replies: BTreeMap::new(),
            last_reply: 0,
        });
        let index = self.devices.len() - 1;
        self.start(index);
        index
    }

    /// Starts a device's process from what its disk (and its session memory) holds.
    pub fn start(&mut self, index: DeviceIndex) {
        let now = self.clock(index);
        let device = &mut self.devices[index];
        assert!(device.wallet.is_none(), "the device runs already");
        device.life += 1;
        let remembered = device.remembered.clone();
        let (mut wallet, effects) =
            Wallet::open(device.config.clone(), device.store.records(), remembered, now, &mut device.rng);
        if let Some(version) = device.peer_version {
            assert!(device.remembered.is_none(), "the channels are made already");
            wallet.speak_peer_version(version);
        }
        device.wallet = Some(wallet);
        self.perform(index, effects);
    }

    /// Kills a device's process: memory, socket and effects that were not done are gone. What it sent is still under way.
    pub fn kill(&mut self, index: DeviceIndex) {
        let device = &mut self.devices[index];
        device.wallet = None;
        device.alarm = None;
        device.replies.clear();
        self.disconnect(index);
    }

    /// Kills a device and forgets what its session memory held: the browser was closed.
    pub fn close(&mut self, index: DeviceIndex) {
        self.kill(index);
        self.devices[index].remembered = None;
    }

    /// The relay goes away: sockets close, and what was in its memory is lost.
    pub fn stop_relay(&mut self) {
        self.relay_is_up = false;
        self.relay.forget();
        for (connection, device) in std::mem::take(&mut self.connections) {
            let here = &mut self.devices[device];
            if here.socket == Some(connection) {
                here.socket = None;
                let life = here.life;
                self.push(0, What::Device { device, life, event: Event::Relay(RelayEvent::Closed) });
            }
        }
    }

    /// The time on a device's clock.
    pub fn clock(&self, index: DeviceIndex) -> Timestamp {
        self.now.saturating_add_signed(self.devices[index].clock_ms)
    }

    /// What a device's screens show.
    pub fn view(&self, index: DeviceIndex) -> View {
        let wallet = self.devices[index].wallet.as_ref().expect("the device runs");
        wallet.view(self.clock(index))
    }

    /// Hands an event to a device at once. Nothing happens if it does not run.
    pub fn event(&mut self, index: DeviceIndex, event: Event) {
        let now = self.clock(index);
        let device = &mut self.devices[index];
        let Some(wallet) = &mut device.wallet else { return };
        let screens = Screens::of(wallet, now);
        let effects = wallet.handle(event, now, &mut device.rng);
        screens.were_told(&effects, wallet, now);
        self.perform(index, effects);
    }

    /// A device hears bytes as if a device that it is paired with had sent them over their channel.
    pub fn hear(&mut self, index: DeviceIndex, from: DeviceId, message: &[u8]) {
        let now = self.clock(index);
        let device = &mut self.devices[index];
        let Some(wallet) = &mut device.wallet else { return };
        let effects = wallet.hear(from, message, now, &mut device.rng);
        self.perform(index, effects);
    }

    /// Gives a command without waiting for its answer; the number is for [`World::reply`].
    pub fn order(&mut self, index: DeviceIndex, command: Command) -> u64 {
        let device = &mut self.devices[index];
        device.last_reply += 1;
        let reply = device.last_reply;
        self.event(index, Event::Command { reply, command });
        reply
    }

    /// The answer to a command, once it came.
    pub fn reply(&mut self, index: DeviceIndex, reply: u64) -> Option<Result<(), CommandError>> {
        Some(self.devices[index].replies.remove(&reply)?.map(|_| ()))
    }

    /// Gives a command and lets time pass until it is answered.
    ///
    /// # Errors
    /// The wallet's answer; `world/dead` if the device died over it.
    pub fn command(&mut self, index: DeviceIndex, command: Command) -> Result<(), CommandError> {
        self.ask(index, command).map(|_| ())
    }

    /// Gives a command that asks for something, and lets time pass until it is given.
    ///
    /// # Errors
    /// As [`World::command`].
    pub fn ask(&mut self, index: DeviceIndex, command: Command) -> Result<String, CommandError> {
        let reply = self.order(index, command);
        for _ in 0..100_000 {
            if let Some(outcome) = self.devices[index].replies.remove(&reply) {
                return outcome;
            }
            if self.devices[index].wallet.is_none() {
                return Err(CommandError { code: "world/dead".to_owned(), message: String::new() });
            }
            assert!(self.step(), "a command was never answered");
        }
        Err(CommandError { code: "world/unanswered".to_owned(), message: String::new() })
    }

    /// Lets time pass until `done`, at most `limit_ms`; whether it came to that.
    pub fn run_until(&mut self, limit_ms: u64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let limit = self.now + limit_ms;
        while !done(self) {
            if self.queue.peek().is_none_or(|Reverse(next)| next.at > limit) || !self.step() {
                self.now = limit;
                return done(self);
            }
        }
        true
    }

    /// Lets so much time pass.
    pub fn run(&mut self, ms: u64) {
        self.run_until(ms, |_| false);
    }

    /// The next thing happens; false if nothing is left to happen.
    pub fn step(&mut self) -> bool {
        let Some(Reverse(entry)) = self.queue.pop() else { return false };
        self.now = self.now.max(entry.at);
        match entry.what {
            What::Device { device, life, event } => {
                if self.devices[device].life == life {
                    self.event(device, event);
                }
            }
            What::Alarm { device, at } => {
                if self.devices[device].alarm.take_if(|alarm| *alarm == at).is_some() {
                    self.event(device, Event::Wake);
                }
            }
            What::Socket { device, life, connection } => self.open_socket(device, life, connection),
            What::ToRelay { connection, frame } => {
                if self.connections.contains_key(&connection) {
                    let done = self.relay.receive(connection, &frame, &mut self.rng);
                    self.relay_done(done);
                }
            }
            What::FromRelay { connection, frame } => {
                if let Some(device) = self.connections.get(&connection).copied()
                    && self.devices[device].socket == Some(connection)
                {
                    self.event(device, Event::Relay(RelayEvent::Frame(frame)));
                }
            }
            What::Gone { connection } => {
                self.connections.remove(&connection);
                self.relay.gone(connection);
            }
            What::Put { mailbox, body } => {
                if self.relay_is_up
                    && let Some((connection, frame)) = self.relay.put(mailbox, body)
                {
                    self.relay_done(vec![Done::Send(connection, frame)]);
                }
            }
        }
        true
    }

    fn open_socket(&mut self, device: DeviceIndex, life: u64, connection: Connection) {
        let here = &mut self.devices[device];
        if here.life != life || here.socket != Some(connection) {
            return;
        }
        let event = if self.relay_is_up {
            self.connections.insert(connection, device);
            RelayEvent::Connected
        } else {
            here.socket = None;
            RelayEvent::Closed
        };
        self.event(device, Event::Relay(event));
    }

    fn relay_done(&mut self, done: Vec<Done>) {
        for one in done {
            match one {
                Done::Send(connection, frame) => {
                    let frame = frame.encode().expect("the relay's frames are small");
                    let device = self.connections.get(&connection).map(|index| &self.devices[*index]);
                    let latency = device.map_or(LATENCY_MS, |device| device.latency_ms);
                    self.push(latency, What::FromRelay { connection, frame });
                }
                Done::Later(delay, mailbox, body) => self.push(delay, What::Put { mailbox, body }),
            }
        }
    }

    /// Performs effects in order. A crash loses the rest.
    fn perform(&mut self, index: DeviceIndex, effects: Vec<Effect>) {
        for effect in effects {
            let device = &mut self.devices[index];
            if device.crash_at == Some(device.effects) {
                device.crash_at = None;
                self.kill(index);
                return;
            }
            device.traces.extend(leaves_trace(&effect).then_some(device.effects));
            device.effects += 1;
            if !self.perform_one(index, effect) {
                return;
            }
        }
    }

    /// Whether the rest may go on.
    fn perform_one(&mut self, index: DeviceIndex, effect: Effect) -> bool {
        let device = &mut self.devices[index];
        let life = device.life;
        match effect {
            Effect::Alarm { at } => {
                let at = at.saturating_add_signed(-device.clock_ms).max(self.now);
                device.alarm = Some(at);
                self.push(at - self.now, What::Alarm { device: index, at });
            }
            Effect::Answer { client, id, outcome } => device.answers.push((client, id, outcome)),
            Effect::DeriveKey { id, password, parameters } => {
                // Stands in for Argon2id, which a simulator need not wait for.
                let key = password.expose(|password| {
                    Sha256::new().chain_update(parameters.salt).chain_update(password).finalize().into()
                });
                let event = Event::KeyDerived { id, key: Some(Secret::new(key)) };
                self.push(STRETCH_MS, What::Device { device: index, life, event });
            }
            Effect::Fetch { id, body, .. } => {
                let outcome = self.node.answer(&body);
                self.push(10, What::Device { device: index, life, event: Event::Fetched { id, outcome } });
            }
            Effect::Forget => device.remembered = None,
            Effect::Notify { title, body } => device.notifications.push(format!("{title}\n{body}")),
            Effect::Relay(RelayCommand::Connect { .. }) => {
                self.disconnect(index);
                self.last_connection += 1;
                let connection = self.last_connection;
                self.devices[index].socket = Some(connection);
                self.push(LATENCY_MS * 2, What::Socket { device: index, life, connection });
            }
            Effect::Relay(RelayCommand::Disconnect) => self.disconnect(index),
            Effect::Relay(RelayCommand::Send(frame)) => {
                if let Some(connection) = device.socket {
                    self.push(LATENCY_MS, What::ToRelay { connection, frame });
                }
            }
            Effect::Remember(remembered) => device.remembered = Some(remembered),
            Effect::Give { reply, text } => {
                device.replies.insert(reply, Ok(text.to_string()));
            }
            Effect::Reply { reply, outcome } => {
                device.replies.insert(reply, outcome.map(|()| String::new()));
            }
            Effect::Store(batch) => {
                device.writes += 1;
                let error = device
                    .store_error
                    .or(device.fail_write.filter(|(at, _)| *at == device.writes).map(|(_, e)| e));
                if let Some(error) = error {
                    self.event(index, Event::StoreFailed { error });
                    return false;
                }
                for change in &batch.changes {
                    let name = match change {
                        symbolon_wallet::store::Change::Delete(key) => format!("-{key}"),
                        symbolon_wallet::store::Change::Put(record) => record.key.clone(),
                    };
                    device.written.push(name);
                }
                device.store.apply_now(batch);
            }
            Effect::Emit { .. } | Effect::ShowApproval | Effect::ViewChanged => {}
        }
        true
    }

    fn disconnect(&mut self, index: DeviceIndex) {
        if let Some(connection) = self.devices[index].socket.take() {
            // What was sent before is still under way; the close comes after it.
            self.push(LATENCY_MS, What::Gone { connection });
        }
    }

    fn push(&mut self, delay: u64, what: What) {
        self.number += 1;
        self.queue.push(Reverse(Entry { at: self.now + delay, number: self.number, what }));
    }
}
