//! A channel over a relay that does what it likes with the frames.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_range_loop)]

mod support;

use std::collections::HashMap;

use rand_core::RngCore;
use support::{NOW, Pair};
use symbolon_link::channel::ChannelEvent;

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
