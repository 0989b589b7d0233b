//! Two paired devices and the mailboxes between them.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_link::channel::{Channel, ChannelEvent};
use symbolon_link::identity::{DeviceCard, Identity};
use symbolon_link::introduction::introduce;
use symbolon_link::mailbox::MAX_BODY_BYTES;
use symbolon_link::pairing::Paired;

pub const NOW: u64 = 1_700_000_000_000;

/// Two paired devices; `ends[0]` has the lower id.
pub struct Pair {
    pub identities: [Identity; 2],
    pub halves: [Paired; 2],
    pub ends: [Channel; 2],
    /// Frames on their way to each end.
    pub mailboxes: [VecDeque<Vec<u8>>; 2],
    pub events: [Vec<ChannelEvent>; 2],
    /// Every frame that ever left an end.
    pub sent: [Vec<Vec<u8>>; 2],
    pub now: u64,
    pub rng: ChaCha20Rng,
}

impl Pair {
    pub fn new(seed: u64) -> Self {
        Self::with_versions(seed, [1, 1])
    }

    pub fn with_versions(seed: u64, versions: [u16; 2]) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut identities = [Identity::draw(&mut rng), Identity::draw(&mut rng)];
        identities.sort_by_key(Identity::id);
        let cards: [DeviceCard; 2] =
            [identities[0].card("zero").unwrap(), identities[1].card("one").unwrap()];
        let (zero, one) = introduce(&cards[0], &cards[1], &mut rng);
        let halves = [zero.accept(), one.accept()];
        let ends = [0, 1].map(|i| Channel::new(identities[i].clone(), halves[i].clone(), versions[i]));
        Self {
            identities,
            halves,
            ends,
            mailboxes: Default::default(),
            events: Default::default(),
            sent: Default::default(),
            now: NOW,
            rng,
        }
    }

    pub fn connected(seed: u64) -> Self {
        let mut pair = Self::new(seed);
        pair.ends[0].connect(pair.now, &mut pair.rng);
        pair.carry();
        assert!(pair.ends.iter().all(Channel::is_up));
        for i in 0..2 {
            assert_eq!(core::mem::take(&mut pair.events[i]), [ChannelEvent::Up]);
        }
        pair
    }

    /// Takes what an end has to send and puts it into the other's mailbox.
    pub fn collect(&mut self, end: usize) {
        while let Some(frame) = self.ends[end].poll_outgoing() {
            assert!(frame.len() <= MAX_BODY_BYTES);
            self.sent[end].push(frame.clone());
            self.mailboxes[1 - end].push_back(frame);
        }
    }

    pub fn deliver(&mut self, end: usize, frame: &[u8]) {
        let events = self.ends[end].receive(frame, self.now, &mut self.rng);
        self.events[end].extend(events);
    }

    /// Carries everything faithfully until nothing moves.
    pub fn carry(&mut self) {
        loop {
            self.collect(0);
            self.collect(1);
            if self.mailboxes.iter().all(VecDeque::is_empty) {
                return;
            }
            for end in 0..2 {
                while let Some(frame) = self.mailboxes[end].pop_front() {
                    self.deliver(end, &frame);
                }
            }
        }
    }

    pub fn tick(&mut self, ms: u64) {
        self.now += ms;
        for end in 0..2 {
            self.ends[end].tick(self.now, &mut self.rng);
        }
    }

    /// The end's process dies and starts again.
    pub fn restart(&mut self, end: usize) {
        self.replace(end, 1);
    }

    /// The end's program is replaced by one of this version, and starts.
    pub fn replace(&mut self, end: usize, version: u16) {
        self.ends[end] = Channel::new(self.identities[end].clone(), self.halves[end].clone(), version);
        self.ends[end].connect(self.now, &mut self.rng);
    }

    pub fn messages(&self, end: usize) -> Vec<&[u8]> {
        self.events[end]
            .iter()
            .filter_map(|event| match event {
                ChannelEvent::Message(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .collect()
    }

    pub fn send(&mut self, end: usize, payload: &[u8]) {
        self.ends[end].send(payload, self.now).unwrap();
    }
}
