//! A channel, seen from outside: two devices and the mailboxes between them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_range_loop)]

mod support;

use proptest::prelude::*;
use rand_core::RngCore;
use support::{NOW, Pair};
use symbolon_link::channel::{Channel, ChannelEvent, MAX_PAYLOAD_BYTES, MAX_QUEUED_BYTES, SendError};
use symbolon_link::mailbox::MAX_BODY_BYTES;

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
    let stale = [0, 1].map(|end| pair.ends[end].dropped().stale);
    for end in 0..2 {
        for frame in pair.sent[end].clone() {
            pair.deliver(1 - end, &frame);
        }
    }
    assert_eq!(pair.events, events);
    assert!(pair.ends.iter().all(Channel::is_up));
    // Each is known for what it is, acknowledgements and handshakes, too; nothing is kept of it.
    for end in 0..2 {
        let replayed = pair.sent[1 - end].len() as u64;
        assert_eq!(pair.ends[end].dropped().stale - stale[end], replayed);
    }
    // Mirrored, too: an end must not take its own words for the peer's.
    for end in 0..2 {
        for frame in pair.sent[end].clone() {
            pair.deliver(end, &frame);
        }
    }
    assert_eq!(pair.events, events);
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
fn a_peer_that_is_replaced_by_another_version_is_found_out_by_a_session_that_is_up() {
    for replaced in 0..2 {
        let mut pair = Pair::connected(22);
        let other = 1 - replaced;
        pair.replace(replaced, 7);
        pair.carry();
        for _ in 0..12 {
            pair.tick(1_000);
            pair.carry();
        }
        assert_eq!(pair.events[replaced][0], ChannelEvent::VersionSkew { theirs: 1 });
        assert_eq!(pair.events[other], [ChannelEvent::Reset, ChannelEvent::VersionSkew { theirs: 7 }]);
        assert!(!pair.ends[other].is_up());
        // And back again: the session comes by itself.
        pair.restart(replaced);
        pair.carry();
        assert!(pair.ends.iter().all(Channel::is_up));
    }
}

#[test]
fn an_old_question_of_another_version_does_not_disturb_a_session_that_is_used() {
    let mut pair = Pair::new(23);
    pair.replace(0, 7);
    pair.collect(0);
    let old = pair.mailboxes[1].pop_front().unwrap();
    pair.restart(0);
    pair.carry();
    pair.events = Default::default();
    for _ in 0..30 {
        pair.deliver(1, &old);
        pair.send(0, b"still here");
        pair.tick(1_000);
        pair.carry();
    }
    assert_eq!(pair.messages(1).len(), 30);
    assert_eq!(pair.events[1].len(), 30, "nothing but messages");
    assert_eq!(pair.events[0], []);
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
