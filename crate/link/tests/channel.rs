//! A channel, seen from outside: two devices and a relay that does what it likes with their frames.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_range_loop)]

use std::collections::{HashMap, VecDeque};

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use symbolon_link::channel::{Channel, ChannelEvent, MAX_PAYLOAD_BYTES, MAX_QUEUED_BYTES, SendError};
use symbolon_link::identity::{DeviceCard, Identity};
use symbolon_link::introduction::introduce;
use symbolon_link::mailbox::MAX_BODY_BYTES;
use symbolon_link::pairing::Paired;

const NOW: u64 = 1_700_000_000_000;

/// Two paired devices; `ends[0]` has the lower id.
struct Pair {
    identities: [Identity; 2],
    halves: [Paired; 2],
    ends: [Channel; 2],
    /// Frames on their way to each end.
    mailboxes: [VecDeque<Vec<u8>>; 2],
    events: [Vec<ChannelEvent>; 2],
    /// Every frame that ever left an end.
    sent: [Vec<Vec<u8>>; 2],
    now: u64,
    rng: ChaCha20Rng,
}

impl Pair {
    fn new(seed: u64) -> Self {
        Self::with_versions(seed, [1, 1])
    }

    fn with_versions(seed: u64, versions: [u16; 2]) -> Self {
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

    fn connected(seed: u64) -> Self {
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
    fn collect(&mut self, end: usize) {
        while let Some(frame) = self.ends[end].poll_outgoing() {
            assert!(frame.len() <= MAX_BODY_BYTES);
            self.sent[end].push(frame.clone());
            self.mailboxes[1 - end].push_back(frame);
        }
    }

    fn deliver(&mut self, end: usize, frame: &[u8]) {
        let events = self.ends[end].receive(frame, self.now, &mut self.rng);
        self.events[end].extend(events);
    }

    /// Carries everything faithfully until nothing moves.
    fn carry(&mut self) {
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

    fn tick(&mut self, ms: u64) {
        self.now += ms;
        for end in 0..2 {
            self.ends[end].tick(self.now, &mut self.rng);
        }
    }

    /// The end's process dies and starts again.
    fn restart(&mut self, end: usize) {
        self.ends[end] = Channel::new(self.identities[end].clone(), self.halves[end].clone(), 1);
        self.ends[end].connect(self.now, &mut self.rng);
    }

    fn messages(&self, end: usize) -> Vec<&[u8]> {
        self.events[end]
            .iter()
            .filter_map(|event| match event {
                ChannelEvent::Message(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .collect()
    }

    fn send(&mut self, end: usize, payload: &[u8]) {
        self.ends[end].send(payload, self.now).unwrap();
    }
}

#[test]
fn what_is_sent_arrives_in_order_both_ways() {
    let mut pair = Pair::connected(1);
    for i in 0..100u8 {
        pair.send(0, &[i]);
        pair.send(1, &[i, i]);
    }
    pair.carry();
    assert_eq!(pair.messages(1), (0..100).map(|i| vec![i]).collect::<Vec<_>>());
    assert_eq!(pair.messages(0), (0..100).map(|i| vec![i, i]).collect::<Vec<_>>());
    pair.tick(100);
    pair.carry();
    assert!(pair.ends.iter().all(Channel::is_settled));
}

#[test]
fn payloads_of_every_length_arrive_whole() {
    let mut pair = Pair::connected(2);
    let fragment = 64 * 1024;
    for length in [0, 1, fragment - 1, fragment, fragment + 1, 3 * fragment, MAX_PAYLOAD_BYTES] {
        let mut payload = vec![0; length];
        pair.rng.fill_bytes(&mut payload);
        pair.send(0, &payload);
        pair.carry();
        let Some(ChannelEvent::Message(received)) = pair.events[1].pop() else { panic!("nothing came") };
        assert!(received == payload, "{length}");
    }
    assert_eq!(pair.ends[0].send(&vec![0; MAX_PAYLOAD_BYTES + 1], NOW), Err(SendError::TooLong));
}

#[test]
fn nothing_is_taken_without_a_session_or_beyond_the_bound() {
    let mut pair = Pair::new(3);
    assert_eq!(pair.ends[0].send(b"x", NOW), Err(SendError::Down));
    let mut pair = Pair::connected(3);
    let payload = vec![0; MAX_PAYLOAD_BYTES];
    let taken = (0..20).take_while(|_| pair.ends[0].send(&payload, NOW).is_ok()).count();
    // The window holds nearly two more: the unacknowledged greeting has one of its 32 places.
    assert_eq!(taken, MAX_QUEUED_BYTES / MAX_PAYLOAD_BYTES + 1);
    assert_eq!(pair.ends[0].send(&payload, NOW), Err(SendError::Full));
    pair.carry();
    assert_eq!(pair.messages(1).len(), taken);
}

#[test]
fn both_asking_at_once_make_one_session() {
    let mut pair = Pair::new(4);
    for end in 0..2 {
        pair.ends[end].connect(NOW, &mut pair.rng);
    }
    pair.carry();
    assert_eq!(pair.events, [vec![ChannelEvent::Up], vec![ChannelEvent::Up]]);
    pair.send(0, b"a");
    pair.send(1, b"b");
    pair.carry();
    assert_eq!((pair.messages(1), pair.messages(0)), (vec![&b"a"[..]], vec![&b"b"[..]]));
}

#[test]
fn a_peer_that_is_away_is_asked_seldom() {
    let mut pair = Pair::new(5);
    pair.ends[0].connect(NOW, &mut pair.rng);
    for _ in 0..600 {
        pair.tick(1_000);
        pair.collect(0);
    }
    // 0, 5, 15, 35, 75, 135 … seconds; the relay forgets after ten minutes and holds 64.
    assert!(pair.mailboxes[1].len() <= 16, "{}", pair.mailboxes[1].len());
    assert!(pair.mailboxes[1].iter().all(|frame| *frame == pair.mailboxes[1][0]), "the same bytes");
    // The peer comes back and finds them all: one session.
    pair.ends[1].connect(pair.now, &mut pair.rng);
    pair.carry();
    assert_eq!(pair.events, [vec![ChannelEvent::Up], vec![ChannelEvent::Up]]);
}

#[test]
fn a_peer_that_shows_up_is_asked_again_at_once() {
    let mut pair = Pair::new(6);
    pair.ends[0].connect(NOW, &mut pair.rng);
    pair.collect(0);
    pair.mailboxes[1].clear();
    pair.tick(2_000);
    pair.ends[1].connect(pair.now, &mut pair.rng);
    pair.carry();
    assert!(pair.ends.iter().all(Channel::is_up));
}

#[test]
fn a_restart_of_either_side_resets_and_comes_up() {
    for end in 0..2 {
        let mut pair = Pair::connected(7);
        // Sent into a dead process.
        pair.send(1 - end, b"lost");
        pair.collect(1 - end);
        pair.restart(end);
        pair.carry();
        assert_eq!(pair.events[1 - end], [ChannelEvent::Reset, ChannelEvent::Up]);
        assert_eq!(pair.events[end], [ChannelEvent::Up]);
        pair.send(1 - end, b"again");
        pair.send(end, b"hello");
        pair.carry();
        assert_eq!(pair.messages(end), [b"again"]);
        assert_eq!(pair.messages(1 - end), [b"hello"]);
    }
}

#[test]
fn many_restarts_with_old_frames_still_in_the_mailboxes_end_in_one_session() {
    let mut pair = Pair::new(8);
    for round in 0..6 {
        pair.restart(round % 2);
        pair.collect(0);
        pair.collect(1);
        pair.tick(1_500);
    }
    pair.carry();
    for _ in 0..40 {
        pair.tick(5_000);
        pair.carry();
    }
    assert!(pair.ends.iter().all(Channel::is_up));
    pair.send(0, b"a");
    pair.send(1, b"b");
    pair.carry();
    assert_eq!(pair.messages(1).last(), Some(&&b"a"[..]));
    assert_eq!(pair.messages(0).last(), Some(&&b"b"[..]));
}

#[test]
fn a_lost_frame_is_sent_again_as_the_same_bytes() {
    let mut pair = Pair::connected(9);
    pair.tick(100);
    pair.carry();
    pair.send(0, b"payload");
    pair.collect(0);
    let lost = pair.mailboxes[1].pop_back().unwrap();
    assert_eq!(pair.ends[0].next_tick(), Some(pair.now + 2_000));
    pair.tick(2_000);
    pair.collect(0);
    assert_eq!(pair.mailboxes[1].pop_back(), Some(lost.clone()));
    pair.ends[0].carrier_restored(pair.now);
    pair.collect(0);
    assert_eq!(pair.mailboxes[1].pop_back(), Some(lost));
}

#[test]
fn a_relay_that_lost_its_memory_loses_nothing() {
    let mut pair = Pair::connected(10);
    for i in 0..20u8 {
        pair.send(0, &[i]);
    }
    pair.collect(0);
    pair.mailboxes[1].clear();
    pair.ends[0].carrier_restored(pair.now);
    pair.carry();
    assert_eq!(pair.messages(1).len(), 20);
}

#[test]
fn a_peer_that_is_away_does_not_find_its_mailbox_overflowing() {
    let mut pair = Pair::connected(11);
    for i in 0..20u8 {
        pair.send(0, &[i]);
    }
    for _ in 0..600 {
        pair.tick(1_000);
        pair.collect(0);
    }
    assert!(pair.mailboxes[1].len() <= 64, "{}", pair.mailboxes[1].len());
}

#[test]
fn replayed_frames_change_nothing() {
    let mut pair = Pair::connected(12);
    pair.send(0, b"pay 1");
    pair.send(1, b"ok");
    pair.carry();
    pair.tick(200);
    pair.carry();
    let events = pair.events.clone();
    for end in 0..2 {
        for frame in pair.sent[end].clone() {
            pair.deliver(1 - end, &frame);
            // Mirrored, too: an end must not take its own words for the peer's.
            pair.deliver(end, &frame);
        }
    }
    assert_eq!(pair.events, events);
    assert!(pair.ends.iter().all(Channel::is_up));
    // The session works as before.
    pair.send(0, b"pay 2");
    pair.carry();
    assert_eq!(pair.messages(1), [b"pay 1", b"pay 2"]);
}

#[test]
fn a_replayed_question_does_not_end_a_session() {
    let mut pair = Pair::connected(13);
    let old_question = pair.sent[0][0].clone();
    pair.restart(0);
    pair.carry();
    pair.events = Default::default();
    for _ in 0..10 {
        pair.deliver(1, &old_question);
    }
    pair.send(0, b"still here");
    pair.send(1, b"me too");
    pair.carry();
    assert_eq!(pair.events[1], [ChannelEvent::Message(b"still here".to_vec())]);
    assert_eq!(pair.events[0], [ChannelEvent::Message(b"me too".to_vec())]);
}

#[test]
fn frames_of_an_earlier_session_are_dropped() {
    let mut pair = Pair::connected(14);
    pair.send(0, b"old");
    pair.carry();
    let old = pair.sent.clone();
    pair.restart(0);
    pair.carry();
    pair.events = Default::default();
    let foreign = pair.ends[1].dropped().foreign;
    for frame in old[0].iter().filter(|frame| frame[1] >= 3) {
        pair.deliver(1, frame);
    }
    assert_eq!(pair.events[1], []);
    assert!(pair.ends[1].dropped().foreign > foreign);
}

#[test]
fn a_third_device_is_not_heard() {
    let mut pair = Pair::connected(15);
    let mut other = Pair::connected(16);
    other.send(0, b"forged");
    other.collect(0);
    let before = pair.ends[1].dropped();
    for frame in other.sent[0].clone() {
        pair.deliver(1, &frame);
    }
    assert_eq!(pair.events[1], []);
    let after = pair.ends[1].dropped();
    assert!(after.unauthenticated > before.unauthenticated && after.foreign > before.foreign);
}

/// The peer's keys without the pre-shared key are not enough, and the other way round.
#[test]
fn psk_and_keys_are_both_needed() {
    for swap_psk in [true, false] {
        let mut pair = Pair::new(17);
        let other = Pair::new(18);
        let mut half = pair.halves[0].clone();
        let mut identity = pair.identities[0].clone();
        if swap_psk {
            half.psk = other.halves[0].psk.clone();
        } else {
            identity = other.identities[0].clone();
        }
        pair.ends[0] = Channel::new(identity, half, 1);
        pair.ends[0].connect(NOW, &mut pair.rng);
        pair.carry();
        assert_eq!(pair.events, [vec![], vec![]]);
        assert_eq!(pair.ends[1].dropped().unauthenticated, 1);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let mut pair = Pair::connected(19);
    pair.send(0, b"some payload");
    pair.collect(0);
    let frame = pair.mailboxes[1].pop_back().unwrap();
    for bit in 0..frame.len() * 8 {
        let mut flipped = frame.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        pair.deliver(1, &flipped);
    }
    for length in 0..frame.len() {
        pair.deliver(1, &frame[..length]);
    }
    pair.deliver(1, &[&frame[..], &[0]].concat());
    pair.deliver(1, &vec![1; MAX_BODY_BYTES + 1]);
    assert_eq!(pair.events[1], []);
    pair.deliver(1, &frame);
    assert_eq!(pair.messages(1), [b"some payload"]);
}

#[test]
fn versions_that_differ_are_told_on_both_sides() {
    let mut pair = Pair::with_versions(20, [1, 7]);
    pair.ends[0].connect(NOW, &mut pair.rng);
    pair.carry();
    assert_eq!(pair.events[0], [ChannelEvent::VersionSkew { theirs: 7 }]);
    assert_eq!(pair.events[1], [ChannelEvent::VersionSkew { theirs: 1 }]);
    assert!(!pair.ends[0].is_up() && !pair.ends[1].is_up());
    // Asked again after a minute: the other may have been updated.
    assert_eq!(pair.ends[0].next_tick(), Some(NOW + 60_000));
}

#[test]
fn a_peer_that_went_silent_after_answering_is_asked_anew() {
    // One answers zero's question and dies; zero believes in a session that nobody has.
    let mut pair = Pair::new(21);
    pair.ends[0].connect(NOW, &mut pair.rng);
    pair.collect(0);
    let question = pair.mailboxes[1].pop_front().unwrap();
    pair.deliver(1, &question);
    pair.collect(1);
    let answer = pair.mailboxes[0].pop_front().unwrap();
    pair.restart(1);
    pair.deliver(0, &answer);
    for _ in 0..30 {
        pair.tick(1_000);
        pair.carry();
    }
    pair.send(0, b"a");
    pair.send(1, b"b");
    pair.carry();
    assert_eq!(pair.messages(1), [b"a"]);
    assert_eq!(pair.messages(0), [b"b"]);
}

/// What a bad relay does to one frame on its way.
fn mistreat(pair: &mut Pair, end: usize, frame: Vec<u8>) {
    let dice = pair.rng.next_u32() % 100;
    let mailbox = &mut pair.mailboxes[end];
    match dice {
        0..15 => {}
        15..25 => {
            mailbox.push_back(frame.clone());
            mailbox.push_back(frame);
        }
        25..35 => {
            let mut flipped = frame.clone();
            let at = pair.rng.next_u32() as usize % frame.len();
            flipped[at] ^= 1 << (pair.rng.next_u32() % 8);
            mailbox.push_back(flipped);
            mailbox.push_back(frame);
        }
        35..40 => {
            let length = pair.rng.next_u32() as usize % frame.len();
            mailbox.push_back(frame[..length].to_vec());
        }
        40..60 => {
            let at = pair.rng.next_u32() as usize % (mailbox.len() + 1);
            mailbox.insert(at, frame);
        }
        60..65 => {
            // A replay from history, of either direction.
            let from = pair.rng.next_u32() as usize % 2;
            let at = pair.rng.next_u32() as usize % pair.sent[from].len().max(1);
            let old = pair.sent[from].get(at).cloned();
            mailbox.extend(old);
            mailbox.push_back(frame);
        }
        _ => mailbox.push_back(frame),
    }
}

/// Numbers of one key are used for one plaintext: the same (session, kind, number, direction) is always the
/// same bytes. That is what "a nonce never repeats" looks like from the wire.
fn assert_no_nonce_repeats(sent: &[Vec<Vec<u8>>; 2]) {
    for frames in sent {
        let mut seen: HashMap<&[u8], &[u8]> = HashMap::new();
        for frame in frames.iter().filter(|frame| frame[1] >= 3) {
            let (header, body) = frame.split_at(26);
            assert_eq!(*seen.entry(header).or_insert(body), body);
        }
    }
}

#[test]
fn under_a_hostile_relay_everything_still_arrives_once_and_in_order() {
    for seed in 0..60 {
        let mut pair = Pair::new(1000 + seed);
        pair.ends[0].connect(NOW, &mut pair.rng);
        if seed % 2 == 0 {
            pair.ends[1].connect(NOW, &mut pair.rng);
        }
        let mut next: [u32; 2] = [0, 0];
        for step in 0..3_000 {
            pair.tick(250);
            for end in 0..2 {
                if step < 1_000
                    && pair.ends[end].is_up()
                    && next[end] < 40
                    && pair.rng.next_u32().is_multiple_of(4)
                {
                    let length = if next[end] == 20 { 200_000 } else { 4 };
                    let mut payload = vec![0; length];
                    payload[..4].copy_from_slice(&next[end].to_le_bytes());
                    pair.send(end, &payload);
                    next[end] += 1;
                }
                while let Some(frame) = pair.ends[end].poll_outgoing() {
                    pair.sent[end].push(frame.clone());
                    mistreat(&mut pair, 1 - end, frame);
                }
            }
            for end in 0..2 {
                let count = pair.rng.next_u32() as usize % 4;
                for _ in 0..count {
                    if let Some(frame) = pair.mailboxes[end].pop_front() {
                        pair.deliver(end, &frame);
                    }
                }
            }
        }
        for end in 0..2 {
            let resets = pair.events[end].iter().filter(|event| **event == ChannelEvent::Reset).count();
            assert_eq!(resets, 0, "seed {seed}");
            let numbers: Vec<u32> = pair
                .messages(end)
                .iter()
                .map(|payload| u32::from_le_bytes(payload[..4].try_into().unwrap()))
                .collect();
            assert_eq!(numbers, (0..next[1 - end]).collect::<Vec<_>>(), "seed {seed}");
            assert_eq!(next[end], 40, "seed {seed}");
            assert!(pair.ends[end].is_settled(), "seed {seed}");
        }
        assert_no_nonce_repeats(&pair.sent);
    }
}

#[test]
fn restarts_under_a_hostile_relay_never_repeat_or_reorder_within_a_session() {
    for seed in 0..40 {
        let mut pair = Pair::new(2000 + seed);
        pair.ends[0].connect(NOW, &mut pair.rng);
        pair.ends[1].connect(NOW, &mut pair.rng);
        let mut next = 0u32;
        for step in 0..2_000 {
            pair.tick(250);
            if step < 1_000 && pair.rng.next_u32().is_multiple_of(150) {
                let end = pair.rng.next_u32() as usize % 2;
                // Its memory is gone; what it had received stays received.
                pair.restart(end);
            }
            for end in 0..2 {
                if pair.rng.next_u32().is_multiple_of(8) && pair.ends[end].is_up() {
                    next += 1;
                    pair.send(end, &next.to_le_bytes());
                }
                while let Some(frame) = pair.ends[end].poll_outgoing() {
                    pair.sent[end].push(frame.clone());
                    mistreat(&mut pair, 1 - end, frame);
                }
                for _ in 0..3 {
                    if let Some(frame) = pair.mailboxes[end].pop_front() {
                        pair.deliver(end, &frame);
                    }
                }
            }
        }
        for end in 0..2 {
            let numbers: Vec<u32> =
                pair.messages(end).iter().map(|p| u32::from_le_bytes((*p).try_into().unwrap())).collect();
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "seed {seed}: {numbers:?}");
            assert!(pair.ends[end].is_up(), "seed {seed}");
        }
        // After the last restart the two find to one session.
        pair.events = Default::default();
        pair.mailboxes = Default::default();
        for _ in 0..100 {
            pair.tick(2_000);
            pair.carry();
        }
        pair.events = Default::default();
        pair.send(0, b"aaaa");
        pair.send(1, b"bbbb");
        pair.carry();
        assert_eq!(pair.messages(1).last(), Some(&&b"aaaa"[..]), "seed {seed}");
        assert_eq!(pair.messages(0).last(), Some(&&b"bbbb"[..]), "seed {seed}");
        assert_no_nonce_repeats(&pair.sent);
    }
}

proptest! {
    #[test]
    fn no_frames_make_a_channel_panic(frames in proptest::collection::vec(
        (0u8..3, 0u8..6, proptest::collection::vec(any::<u8>(), 0..200)), 0..20)) {
        let mut pair = Pair::connected(30);
        for (format, kind, rest) in frames {
            let frame = [&[format, kind], &rest[..]].concat();
            pair.deliver(0, &frame);
            pair.deliver(1, &frame);
        }
        prop_assert_eq!(&pair.events, &[vec![], vec![]]);
        pair.send(0, b"fine");
        pair.carry();
        prop_assert_eq!(pair.messages(1), [b"fine"]);
    }
}
