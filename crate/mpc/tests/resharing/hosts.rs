//! A model of the hosts: what a device keeps, when it stores, pledges and drops, as docs/protocol.md, 2.2, says.
//!
//! Disks hold real, encoded shares; ceremonies are real. Only the test signature is a model: a set of devices
//! that released their part of it, each of which must hold its new share at that moment.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use symbolon_mpc::dealing::{Dealt, Reshare, ResharePlan, reshare};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::sim::generator;
use symbolon_mpc::transcript::sha256;
use symbolon_mpc::{Ceremony, CeremonyId, KeyInfo, KeyShare, PartyIndex, Step};

use crate::resharing::Holders;

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Nothing does.
    None,
    /// Before this delivery the process of this party is killed, and started again.
    Kill(usize, PartyIndex),
    /// Before this delivery the device of this party is lost with all that it stored.
    Die(usize, PartyIndex),
    /// This delivery never arrives.
    Lose(usize),
    /// This delivery arrives altered: its sender cheats.
    Spoil(usize),
    /// The process that makes this write is killed just before.
    KillBeforeWrite(usize),
    /// The process that makes this write is killed just after.
    KillAfterWrite(usize),
    /// This party says that it stored its share and does not store it.
    ForgeStored(PartyIndex),
}

/// What happened in a run.
#[derive(Debug, Default)]
pub struct Count {
    pub deliveries: usize,
    /// Whom each delivery was to.
    pub receivers: Vec<PartyIndex>,
    pub writes: usize,
    /// How often the invariant was checked.
    pub checks: usize,
}

/// A share on a disk, as it was encoded, with what its public half says.
#[derive(Clone)]
struct Kept {
    bytes: Vec<u8>,
    index: PartyIndex,
    key: KeyInfo,
    digest: Digest,
}

/// Everything durable on a device.
#[derive(Default)]
struct Disk {
    /// The share in use.
    active: Option<Kept>,
    /// New shares, of one attempt after the other.
    pending: Vec<Kept>,
    /// The place in `pending` of the share that this device last released a part of a test signature for.
    pledge: Option<usize>,
    /// A test signature that was seen.
    proof: Option<KeyInfo>,
}

/// Everything that dies with the process.
#[derive(Default)]
struct Memory {
    ceremony: Option<(CeremonyId, Reshare)>,
    /// Who said itself that it stored its share of a key.
    stored: BTreeMap<Digest, BTreeSet<PartyIndex>>,
    /// Whose parts of a test signature came.
    parts: BTreeMap<Digest, BTreeSet<PartyIndex>>,
}

#[derive(Clone)]
enum Message {
    Frame(CeremonyId, Vec<u8>),
    /// What devices tell each other when they meet: pending shares, and a test signature that was seen.
    Greeting(Vec<KeyInfo>, Option<KeyInfo>),
    /// One part of a test signature.
    Part(Digest),
    /// A test signature, which anybody can verify.
    Proof(KeyInfo),
}

/// What a message is, for those who choose which arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A frame of any step before the next two.
    Frame,
    /// The echo of the confirmations: who has all of them is told to store.
    Confirmed,
    /// "Stored".
    Stored,
    Greeting,
    Part,
    Proof,
}

struct Killed;

type Digest = [u8; 32];

/// All devices, and the messages between them.
pub struct World {
    disks: BTreeMap<PartyIndex, Disk>,
    memories: BTreeMap<PartyIndex, Memory>,
    rng: ChaCha20Rng,
    flights: VecDeque<(PartyIndex, PartyIndex, Message)>,
    /// Whether flights overtake each other.
    reorder: bool,
    faults: Vec<Fault>,
    pub count: Count,
}

impl World {
    pub fn new(old: &Holders, seed: u64, reorder: bool, faults: Vec<Fault>) -> Self {
        let disk = |shares: &Vec<KeyShare>| Disk { active: Some(Kept::new(&shares[0])), ..Disk::default() };
        Self {
            disks: old.iter().map(|(party, shares)| (*party, disk(shares))).collect(),
            memories: BTreeMap::new(),
            rng: generator(seed, 77),
            flights: VecDeque::new(),
            reorder,
            faults,
            count: Count::default(),
        }
    }

    /// Starts a reshare on every device that takes part, which gives up any earlier one, and runs until nothing
    /// moves.
    pub fn attempt(&mut self, plan: &ResharePlan) {
        self.attempt_for(plan, usize::MAX);
    }

    /// The same, but stops after so many deliveries: what is under way then arrives during the next attempt.
    pub fn attempt_for(&mut self, plan: &ResharePlan, deliveries: usize) {
        self.begin(plan);
        self.run(deliveries);
        self.end_lives(self.count.deliveries);
        self.check();
    }

    /// Starts a reshare, of which nothing is delivered yet.
    pub fn begin(&mut self, plan: &ResharePlan) {
        for party in plan.parties().unwrap() {
            let share = self.disk(party.index).active.as_ref().map(Kept::share);
            let share: Vec<_> = share.into_iter().filter(|share| plan.from.contains(share.info())).collect();
            self.memories.entry(party.index).or_default().ceremony =
                Some((plan.ceremony, reshare(plan, party.index, &share).unwrap()));
        }
        let parties: Vec<_> = self.memories.keys().copied().collect();
        for party in parties {
            let outcome = self.drive(party);
            self.restart_if(party, outcome);
        }
    }

    /// Delivers everything of this kind to these parties, and what follows from it if it is the same.
    pub fn deliver(&mut self, kind: Kind, to: &[u16]) {
        let is_it = |(_, receiver, message): &(PartyIndex, PartyIndex, Message)| {
            message.kind() == kind && to.contains(&receiver.value())
        };
        while let Some(place) = self.flights.iter().position(is_it) {
            self.deliver_at(place);
        }
    }

    /// Loses everything that is under way but what is of these kinds to these parties.
    pub fn keep_only(&mut self, kept: &[(Kind, u16)]) {
        self.flights.retain(|(_, to, message)| kept.contains(&(message.kind(), to.value())));
    }

    /// All processes start again, and all devices greet each other; nothing goes wrong any more.
    pub fn meet(&mut self) {
        self.faults.clear();
        self.memories.clear();
        self.greet();
        self.run(usize::MAX);
    }

    /// All devices greet each other, beside whatever else is under way.
    pub fn greet(&mut self) {
        let parties: Vec<_> = self.disks.keys().copied().collect();
        for from in &parties {
            let disk = &self.disks[from];
            let pending = disk.pending.iter().map(|kept| kept.key.clone()).collect();
            let greeting = Message::Greeting(pending, disk.proof.clone());
            self.tell_all(*from, &greeting);
        }
    }

    /// From now on nothing else goes wrong than these.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.faults = faults;
    }

    /// The devices that are not lost and hold an active share of the key in this epoch.
    pub fn active_in(&self, epoch: u32) -> Vec<PartyIndex> {
        let is_it = |disk: &Disk| disk.active.as_ref().is_some_and(|kept| kept.key.epoch() == epoch);
        self.disks.iter().filter(|(_, disk)| is_it(disk)).map(|(party, _)| *party).collect()
    }

    /// The key whose test signature some device has seen.
    pub fn proven(&self) -> Option<KeyInfo> {
        self.disks.values().find_map(|disk| disk.proof.clone())
    }

    fn run(&mut self, deliveries: usize) {
        let end = self.count.deliveries.saturating_add(deliveries);
        while !self.flights.is_empty() && self.count.deliveries < end {
            let place = match self.reorder {
                true => self.rng.next_u32() as usize % self.flights.len(),
                false => 0,
            };
            self.deliver_at(place);
        }
    }

    fn deliver_at(&mut self, place: usize) {
        let (from, to, message) = self.flights.remove(place).unwrap();
        let now = self.count.deliveries;
        self.count.deliveries += 1;
        self.count.receivers.push(to);
        self.end_lives(now);
        if let Some(message) = self.afflict(now, message)
            && self.disks.contains_key(&to)
        {
            let outcome = self.receive(from, to, message);
            self.restart_if(to, outcome);
        }
        self.check();
    }

    /// Ends processes and devices whose time has come.
    fn end_lives(&mut self, now: usize) {
        for fault in self.faults.clone() {
            match fault {
                Fault::Kill(at, party) if at == now => {
                    self.memories.remove(&party);
                }
                Fault::Die(at, party) if at == now => {
                    self.memories.remove(&party);
                    self.disks.remove(&party);
                }
                _ => {}
            }
        }
    }

    /// What arrives of a message.
    fn afflict(&mut self, now: usize, mut message: Message) -> Option<Message> {
        for fault in &self.faults {
            match (fault, &mut message) {
                (Fault::Lose(at), _) if *at == now => return None,
                (Fault::Spoil(at), Message::Frame(_, bytes)) if *at == now => *bytes.last_mut()? ^= 1,
                _ => {}
            }
        }
        Some(message)
    }

    fn restart_if(&mut self, party: PartyIndex, outcome: Result<(), Killed>) {
        if outcome.is_err() {
            self.memories.remove(&party);
        }
    }

    fn disk(&mut self, party: PartyIndex) -> &mut Disk {
        self.disks.entry(party).or_default()
    }

    /// A write is all or nothing, and the process may die on either side of it.
    fn write(&mut self, party: PartyIndex, change: impl FnOnce(&mut Disk)) -> Result<(), Killed> {
        let now = self.count.writes;
        self.count.writes += 1;
        let dies = |before| {
            move |fault: &Fault| match fault {
                Fault::KillBeforeWrite(at) => before && *at == now,
                Fault::KillAfterWrite(at) => !before && *at == now,
                _ => false,
            }
        };
        if self.faults.iter().any(dies(true)) {
            return Err(Killed);
        }
        change(self.disk(party));
        self.check();
        if self.faults.iter().any(dies(false)) { Err(Killed) } else { Ok(()) }
    }

    fn tell(&mut self, from: PartyIndex, to: PartyIndex, message: Message) {
        self.flights.push_back((from, to, message));
    }

    fn tell_all(&mut self, from: PartyIndex, message: &Message) {
        let others: Vec<_> = self.disks.keys().copied().filter(|party| *party != from).collect();
        for to in others {
            self.tell(from, to, message.clone());
        }
    }

    fn receive(&mut self, from: PartyIndex, me: PartyIndex, message: Message) -> Result<(), Killed> {
        match message {
            Message::Frame(id, frame) => {
                let memory = self.memories.entry(me).or_default();
                match &mut memory.ceremony {
                    Some((current, ceremony)) if *current == id => {
                        if ceremony.receive(from, &frame).is_ok() {
                            return self.drive(me);
                        }
                        memory.ceremony = None;
                    }
                    _ => {}
                }
                Ok(())
            }
            Message::Greeting(pending, proof) => {
                for key in pending {
                    let said = self.memories.entry(me).or_default().stored.entry(digest(&key)).or_default();
                    said.insert(from);
                    let others = said.clone();
                    if key.quorum().indices().all(|party| party == me || others.contains(&party)) {
                        self.acknowledged(me, &key)?;
                    }
                }
                proof.map_or(Ok(()), |key| self.prove(me, &key))
            }
            Message::Part(key) => {
                self.memories.entry(me).or_default().parts.entry(key).or_default().insert(from);
                self.sign(me, key)
            }
            Message::Proof(key) => self.prove(me, &key),
        }
    }

    fn drive(&mut self, me: PartyIndex) -> Result<(), Killed> {
        let mut rng = generator(self.rng.next_u64(), me.value());
        loop {
            let Some((id, ceremony)) = self.memories.entry(me).or_default().ceremony.as_mut() else {
                return Ok(());
            };
            let id = *id;
            match ceremony.poll(&mut rng) {
                Ok(Step::Send(outgoing)) => {
                    for word in outgoing {
                        self.tell(me, word.to, Message::Frame(id, word.frame));
                    }
                }
                Ok(Step::Store(Dealt::Pending { shares, .. })) => {
                    let forges = |fault: &Fault| matches!(fault, Fault::ForgeStored(party) if *party == me);
                    if !self.faults.iter().any(forges) {
                        // Rule 1: beside the active share, before "stored" is said.
                        self.write(me, |disk| disk.pending.push(Kept::new(&shares[0])))?;
                    }
                    self.memories.get_mut(&me).unwrap().ceremony.as_mut().unwrap().1.stored();
                }
                Ok(Step::Done(Dealt::Acknowledged(keys))) => {
                    self.memories.get_mut(&me).unwrap().ceremony = None;
                    return self.acknowledged(me, &keys[0]);
                }
                Ok(Step::Wait(_)) => return Ok(()),
                Ok(other) => panic!("{other:?}"),
                Err(_) => {
                    self.memories.get_mut(&me).unwrap().ceremony = None;
                    return Ok(());
                }
            }
        }
    }

    /// Rules 2 and 3: every receiver said itself that it stored. Pledge, then release this party's part of the
    /// test signature; never for a share older than one that was pledged before.
    fn acknowledged(&mut self, me: PartyIndex, key: &KeyInfo) -> Result<(), Killed> {
        let disk = self.disk(me);
        let Some(place) = disk.pending.iter().position(|kept| kept.key == *key) else { return Ok(()) };
        if disk.pledge.is_some_and(|pledge| pledge > place) {
            return Ok(());
        }
        self.write(me, |disk| disk.pledge = Some(place))?;
        let key_digest = digest(key);
        self.memories.entry(me).or_default().parts.entry(key_digest).or_default().insert(me);
        for to in key.quorum().indices().filter(|party| *party != me) {
            self.tell(me, to, Message::Part(key_digest));
        }
        self.sign(me, key_digest)
    }

    /// Puts a test signature together, if this party gave its part and enough others did.
    fn sign(&mut self, me: PartyIndex, key: Digest) -> Result<(), Killed> {
        let parts = self.memories.entry(me).or_default().parts.entry(key).or_default().clone();
        let Some(kept) = self.disk(me).pending.iter().find(|kept| kept.digest == key) else { return Ok(()) };
        let info = kept.key.clone();
        if !parts.contains(&me) || parts.len() < usize::from(info.quorum().threshold()) {
            return Ok(());
        }
        self.prove(me, &info)
    }

    /// Rule 4: on a test signature the new share becomes active and everything else is dropped.
    fn prove(&mut self, me: PartyIndex, key: &KeyInfo) -> Result<(), Killed> {
        let disk = self.disk(me);
        let held = disk.active.as_ref().map(|kept| kept.key.clone());
        if held.as_ref().is_some_and(|held| held.epoch() >= key.epoch()) {
            return Ok(());
        }
        match disk.pending.iter().position(|kept| kept.key == *key) {
            Some(place) if disk.pledge.is_none_or(|pledge| pledge <= place) => {
                self.write(me, |disk| {
                    let active = disk.pending.swap_remove(place);
                    *disk = Disk { active: Some(active), proof: Some(key.clone()), ..Disk::default() };
                })?;
            }
            None if held.is_some() && !key.quorum().contains(me) => {
                self.write(me, |disk| *disk = Disk { proof: Some(key.clone()), ..Disk::default() })?;
            }
            // Pledged to a later one, or one that never got its share: it keeps what it has.
            _ => return Ok(()),
        }
        self.tell_all(me, &Message::Proof(key.clone()));
        Ok(())
    }

    /// The invariant: some epoch can sign, whatever happened.
    fn check(&mut self) {
        self.count.checks += 1;
        let mut holders: BTreeMap<Digest, (u16, BTreeSet<PartyIndex>)> = BTreeMap::new();
        for kept in self.disks.values().flat_map(|disk| disk.active.iter().chain(&disk.pending)) {
            let threshold = kept.key.quorum().threshold();
            holders.entry(kept.digest).or_insert((threshold, BTreeSet::new())).1.insert(kept.index);
        }
        let can_sign = holders.values().any(|(threshold, parties)| parties.len() >= usize::from(*threshold));
        assert!(can_sign, "no epoch can sign: {:?}", self.faults);
    }
}

impl Message {
    fn kind(&self) -> Kind {
        match self {
            Self::Frame(_, bytes) => match Frame::decode(bytes).map(|frame| frame.step) {
                Ok(7) => Kind::Confirmed,
                Ok(8) => Kind::Stored,
                _ => Kind::Frame,
            },
            Self::Greeting(..) => Kind::Greeting,
            Self::Part(_) => Kind::Part,
            Self::Proof(_) => Kind::Proof,
        }
    }
}

impl Kept {
    /// Decoding proves that the share is the one that the key's verification share stands for.
    fn new(share: &KeyShare) -> Self {
        let bytes = share.encode().to_vec();
        let share = KeyShare::decode(&bytes).unwrap();
        let key = share.info().clone();
        Self { bytes, index: share.index(), digest: digest(&key), key }
    }

    fn share(&self) -> KeyShare {
        KeyShare::decode(&self.bytes).unwrap()
    }
}

fn digest(key: &KeyInfo) -> Digest {
    sha256(&symbolon_mpc::wire::encode(key))
}
