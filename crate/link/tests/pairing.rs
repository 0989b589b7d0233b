//! Pairing, seen from outside: two devices, a relay that carries bytes, and whoever stands in between.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashSet;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use symbolon_link::identity::Identity;
use symbolon_link::pairing::{
    COMPARE_MS, INVITATION_TTL_MS, Invitation, Inviter, Joiner, NotComparing, Paired, PairingEvent,
    PairingFailure, Symbols,
};

const NOW: u64 = 1_700_000_000_000;

struct Meeting {
    rng: ChaCha20Rng,
    inviter: Inviter,
    joiner: Joiner,
    inviter_events: Vec<PairingEvent>,
    joiner_events: Vec<PairingEvent>,
}

fn identity(rng: &mut ChaCha20Rng) -> Identity {
    Identity::draw(rng)
}

fn inviter(rng: &mut ChaCha20Rng) -> Inviter {
    let identity = identity(rng);
    let card = identity.card("laptop").unwrap();
    Inviter::new(identity, card, Invitation::draw("wss://relay.example/v1/relay", NOW, rng).unwrap())
}

fn joiner(invitation: &Invitation, now: u64, rng: &mut ChaCha20Rng) -> Joiner {
    let link = invitation.link("https://wallet.example/");
    let identity = identity(rng);
    let card = identity.card("phone").unwrap();
    Joiner::new(identity, card, Invitation::parse(&link).unwrap(), now, rng)
}

impl Meeting {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let inviter = inviter(&mut rng);
        let joiner = joiner(inviter.invitation(), NOW, &mut rng);
        Self { rng, inviter, joiner, inviter_events: vec![], joiner_events: vec![] }
    }

    /// Carries everything both ways until nothing moves.
    fn carry(&mut self, now: u64) {
        loop {
            let mut moved = false;
            while let Some(message) = self.joiner.poll_outgoing() {
                moved = true;
                self.inviter_events.extend(self.inviter.receive(&message, now, &mut self.rng));
            }
            while let Some(message) = self.inviter.poll_outgoing() {
                moved = true;
                self.joiner_events.extend(self.joiner.receive(&message, now, &mut self.rng));
            }
            if !moved {
                return;
            }
        }
    }

    fn confirm_both(&mut self, now: u64) {
        let events = self.inviter.confirm(now, &mut self.rng).unwrap();
        self.inviter_events.extend(events);
        let events = self.joiner.confirm(now, &mut self.rng).unwrap();
        self.joiner_events.extend(events);
    }
}

fn symbols(events: &[PairingEvent]) -> Option<Symbols> {
    events.iter().find_map(|event| match event {
        PairingEvent::Symbols { symbols, .. } => Some(*symbols),
        _ => None,
    })
}

fn paired(events: &[PairingEvent]) -> Option<&Paired> {
    events.iter().find_map(|event| match event {
        PairingEvent::Paired(paired) => Some(&**paired),
        _ => None,
    })
}

fn failure(events: &[PairingEvent]) -> Option<PairingFailure> {
    events.iter().find_map(|event| match event {
        PairingEvent::Failed(failure) => Some(*failure),
        _ => None,
    })
}

#[test]
fn two_devices_show_the_same_symbols_and_end_with_fitting_halves() {
    let mut meeting = Meeting::new(1);
    meeting.carry(NOW);
    assert_eq!(symbols(&meeting.inviter_events), symbols(&meeting.joiner_events));
    assert!(symbols(&meeting.inviter_events).is_some());
    meeting.confirm_both(NOW);
    meeting.carry(NOW);
    let (of_inviter, of_joiner) =
        (paired(&meeting.inviter_events).unwrap(), paired(&meeting.joiner_events).unwrap());
    assert_eq!(of_inviter.psk, of_joiner.psk);
    assert_eq!(of_inviter.write_token, of_joiner.read_token.write_token());
    assert_eq!(of_joiner.write_token, of_inviter.read_token.write_token());
    assert_eq!((of_inviter.peer.name(), of_joiner.peer.name()), ("phone", "laptop"));
}

#[test]
fn a_pair_survives_the_vault() {
    let mut meeting = Meeting::new(2);
    meeting.carry(NOW);
    meeting.confirm_both(NOW);
    meeting.carry(NOW);
    let pair = paired(&meeting.inviter_events).unwrap();
    assert_eq!(&Paired::decode_secret(&pair.encode_secret()).unwrap(), pair);
    assert!(Paired::decode_secret(&pair.encode_secret()[1..]).is_err());
}

#[test]
fn one_owner_alone_pairs_nothing() {
    let mut meeting = Meeting::new(3);
    assert_eq!(meeting.inviter.confirm(NOW, &mut meeting.rng), Err(NotComparing::TooEarly));
    meeting.carry(NOW);
    let events = meeting.joiner.confirm(NOW, &mut meeting.rng).unwrap();
    assert_eq!(events, []);
    meeting.carry(NOW);
    assert_eq!(meeting.inviter_events.last(), Some(&PairingEvent::PeerConfirmed));
    assert!(paired(&meeting.inviter_events).is_none() && paired(&meeting.joiner_events).is_none());
}

#[test]
fn a_denial_ends_it_on_both_devices() {
    let mut meeting = Meeting::new(4);
    meeting.carry(NOW);
    meeting.joiner.confirm(NOW, &mut meeting.rng).unwrap();
    let events = meeting.inviter.deny(NOW, &mut meeting.rng).unwrap();
    assert_eq!(failure(&events), Some(PairingFailure::Denied));
    meeting.carry(NOW);
    assert_eq!(failure(&meeting.joiner_events), Some(PairingFailure::DeniedByPeer));
    assert_eq!(meeting.joiner.confirm(NOW, &mut meeting.rng), Err(NotComparing::Over));
    assert_eq!(meeting.inviter.confirm(NOW, &mut meeting.rng), Err(NotComparing::Over));
}

/// The man in the middle has the code: to each side he plays the other, honestly, with keys of his own.
#[test]
fn a_man_in_the_middle_who_has_the_code_makes_the_symbols_differ() {
    let mut seen = HashSet::new();
    for seed in 0..1_000 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut alice = inviter(&mut rng);
        let mut bob = joiner(alice.invitation(), NOW, &mut rng);
        let mallory = identity(&mut rng);
        let card = mallory.card("laptop").unwrap();
        let mut to_bob = Inviter::new(mallory, card, alice.invitation().clone());
        let mut to_alice = joiner(alice.invitation(), NOW, &mut rng);
        let (mut of_alice, mut of_bob) = (vec![], vec![]);
        for _ in 0..4 {
            while let Some(message) = bob.poll_outgoing() {
                to_bob.receive(&message, NOW, &mut rng);
            }
            while let Some(message) = to_bob.poll_outgoing() {
                of_bob.extend(bob.receive(&message, NOW, &mut rng));
            }
            while let Some(message) = to_alice.poll_outgoing() {
                of_alice.extend(alice.receive(&message, NOW, &mut rng));
            }
            while let Some(message) = alice.poll_outgoing() {
                to_alice.receive(&message, NOW, &mut rng);
            }
        }
        let (one, two) = (symbols(&of_alice).unwrap(), symbols(&of_bob).unwrap());
        assert_ne!(one, two);
        assert!(
            seen.insert(one) && seen.insert(two),
            "symbols of 36 bits repeat in two thousand only by a chance of 1 in 30,000"
        );
    }
}

#[test]
fn nobody_learns_a_nonce_before_having_committed() {
    // The inviter says nothing after the second message until the third, which holds the commitment; the
    // joiner nothing after the third until the inviter has revealed.
    let mut meeting = Meeting::new(5);
    let first = meeting.joiner.poll_outgoing().unwrap();
    meeting.inviter.receive(&first, NOW, &mut meeting.rng);
    let second = meeting.inviter.poll_outgoing().unwrap();
    assert_eq!(meeting.inviter.poll_outgoing(), None);
    assert_eq!(meeting.joiner.receive(&second, NOW, &mut meeting.rng), []);
    let third = meeting.joiner.poll_outgoing().unwrap();
    assert_eq!(meeting.joiner.poll_outgoing(), None);
    assert_eq!(meeting.inviter.receive(&third, NOW, &mut meeting.rng), []);
    let reveal = meeting.inviter.poll_outgoing().unwrap();
    assert!(symbols(&meeting.joiner.receive(&reveal, NOW, &mut meeting.rng)).is_some());
    let reveal = meeting.joiner.poll_outgoing().unwrap();
    assert!(symbols(&meeting.inviter.receive(&reveal, NOW, &mut meeting.rng)).is_some());
}

#[test]
fn a_second_scan_is_told_that_the_invitation_is_used() {
    let mut meeting = Meeting::new(6);
    let invitation = meeting.inviter.invitation().clone();
    meeting.carry(NOW);
    for confirmed in [false, true] {
        if confirmed {
            meeting.confirm_both(NOW);
            meeting.carry(NOW);
        }
        let mut second = joiner(&invitation, NOW, &mut meeting.rng);
        let first = second.poll_outgoing().unwrap();
        assert_eq!(meeting.inviter.receive(&first, NOW, &mut meeting.rng), []);
        let refusal = meeting.inviter.poll_outgoing().unwrap();
        let events = second.receive(&refusal, NOW, &mut meeting.rng);
        assert_eq!(failure(&events), Some(PairingFailure::Used));
    }
    assert!(paired(&meeting.inviter_events).is_some());
}

#[test]
fn after_its_time_an_invitation_is_refused() {
    let mut meeting = Meeting::new(7);
    meeting.carry(NOW + INVITATION_TTL_MS);
    assert_eq!(failure(&meeting.inviter_events), Some(PairingFailure::Expired));
    assert_eq!(failure(&meeting.joiner_events), Some(PairingFailure::Expired));

    let mut meeting = Meeting::new(7);
    meeting.carry(NOW + INVITATION_TTL_MS - 1);
    assert!(symbols(&meeting.inviter_events).is_some());
}

#[test]
fn a_handshake_begun_in_time_but_not_finished_expires_too() {
    let mut meeting = Meeting::new(8);
    let first = meeting.joiner.poll_outgoing().unwrap();
    meeting.inviter.receive(&first, NOW, &mut meeting.rng);
    assert_eq!(failure(&meeting.inviter.tick(NOW + INVITATION_TTL_MS)), Some(PairingFailure::Expired));
}

#[test]
fn a_joiner_that_nobody_answers_gives_up() {
    let mut meeting = Meeting::new(9);
    assert_eq!(meeting.joiner.tick(NOW + INVITATION_TTL_MS - 1), []);
    assert_eq!(failure(&meeting.joiner.tick(NOW + INVITATION_TTL_MS)), Some(PairingFailure::NoAnswer));
}

#[test]
fn owners_who_do_not_answer_end_it() {
    let mut meeting = Meeting::new(10);
    meeting.carry(NOW);
    assert_eq!(failure(&meeting.inviter.tick(NOW + COMPARE_MS)), Some(PairingFailure::TimedOut));
    assert_eq!(failure(&meeting.joiner.tick(NOW + COMPARE_MS)), Some(PairingFailure::TimedOut));
}

#[test]
fn the_third_wrong_handshake_ends_the_invitation() {
    let mut meeting = Meeting::new(11);
    let invitation = meeting.inviter.invitation().clone();
    let mut events = vec![];
    // Each new first message means that the one before it came to nothing.
    for _ in 0..4 {
        assert_eq!(events, []);
        let first = joiner(&invitation, NOW, &mut meeting.rng).poll_outgoing().unwrap();
        events = meeting.inviter.receive(&first, NOW, &mut meeting.rng);
    }
    assert_eq!(failure(&events), Some(PairingFailure::TooManyAttempts));
    meeting.carry(NOW);
    assert_eq!(failure(&meeting.joiner_events), Some(PairingFailure::TooManyAttempts));
}

#[test]
fn a_page_reloaded_midway_may_join_again() {
    let mut meeting = Meeting::new(12);
    let first = meeting.joiner.poll_outgoing().unwrap();
    meeting.inviter.receive(&first, NOW, &mut meeting.rng);
    let invitation = meeting.inviter.invitation().clone();
    meeting.joiner = joiner(&invitation, NOW, &mut meeting.rng);
    // The answer to the first page is still in the mailbox.
    meeting.carry(NOW);
    assert_eq!(symbols(&meeting.inviter_events), symbols(&meeting.joiner_events));
    assert!(symbols(&meeting.joiner_events).is_some());
}

#[test]
fn noise_from_the_relay_is_ignored_and_costs_no_attempt() {
    let mut meeting = Meeting::new(13);
    for length in 0..200 {
        let mut bytes = vec![1; length];
        meeting.rng.fill_bytes(&mut bytes[length.min(1)..]);
        assert_eq!(meeting.inviter.receive(&bytes, NOW, &mut meeting.rng), []);
        assert_eq!(meeting.joiner.receive(&bytes, NOW, &mut meeting.rng), []);
    }
    meeting.carry(NOW);
    assert!(symbols(&meeting.joiner_events).is_some());
}

#[test]
fn every_message_may_come_twice_and_altered_copies_are_ignored() {
    let mut meeting = Meeting::new(14);
    for round in 0..12 {
        if round == 6 {
            meeting.confirm_both(NOW);
        }
        while let Some(message) = meeting.joiner.poll_outgoing() {
            let mut altered = message.clone();
            let last = altered.len() - 1;
            altered[last] ^= 1;
            for copy in [&altered, &message, &message, &altered] {
                meeting.inviter_events.extend(meeting.inviter.receive(copy, NOW, &mut meeting.rng));
            }
        }
        while let Some(message) = meeting.inviter.poll_outgoing() {
            let mut altered = message.clone();
            altered[20] ^= 1;
            for copy in [&altered, &message, &message, &altered] {
                meeting.joiner_events.extend(meeting.joiner.receive(copy, NOW, &mut meeting.rng));
            }
        }
    }
    assert_eq!(paired(&meeting.inviter_events).unwrap().psk, paired(&meeting.joiner_events).unwrap().psk);
}

#[test]
fn a_relay_that_loses_every_other_message_only_delays() {
    let mut meeting = Meeting::new(15);
    let mut lost = false;
    let mut confirmed = (false, false);
    for second in 0..90 {
        let now = NOW + second * 1000;
        let events = meeting.inviter.tick(now);
        meeting.inviter_events.extend(events);
        let events = meeting.joiner.tick(now);
        meeting.joiner_events.extend(events);
        while let Some(message) = meeting.joiner.poll_outgoing() {
            lost = !lost;
            if !lost {
                meeting.inviter_events.extend(meeting.inviter.receive(&message, now, &mut meeting.rng));
            }
        }
        while let Some(message) = meeting.inviter.poll_outgoing() {
            lost = !lost;
            if !lost {
                meeting.joiner_events.extend(meeting.joiner.receive(&message, now, &mut meeting.rng));
            }
        }
        if symbols(&meeting.inviter_events).is_some() && !confirmed.0 {
            confirmed.0 = true;
            let events = meeting.inviter.confirm(now, &mut meeting.rng).unwrap();
            meeting.inviter_events.extend(events);
        }
        if symbols(&meeting.joiner_events).is_some() && !confirmed.1 {
            confirmed.1 = true;
            let events = meeting.joiner.confirm(now, &mut meeting.rng).unwrap();
            meeting.joiner_events.extend(events);
        }
    }
    assert!(paired(&meeting.inviter_events).is_some(), "{:?}", meeting.inviter_events);
    assert!(paired(&meeting.joiner_events).is_some(), "{:?}", meeting.joiner_events);
}

#[test]
fn the_last_word_lost_is_said_again() {
    let mut meeting = Meeting::new(16);
    meeting.carry(NOW);
    meeting.confirm_both(NOW);
    // The inviter's word arrives; the joiner is done. The joiner's is lost with the relay.
    while let Some(message) = meeting.inviter.poll_outgoing() {
        meeting.joiner_events.extend(meeting.joiner.receive(&message, NOW, &mut meeting.rng));
    }
    while meeting.joiner.poll_outgoing().is_some() {}
    assert!(paired(&meeting.joiner_events).is_some() && paired(&meeting.inviter_events).is_none());
    meeting.inviter.tick(NOW + 10_000);
    meeting.carry(NOW + 10_000);
    assert!(paired(&meeting.inviter_events).is_some());
}

#[test]
fn a_device_cannot_pair_with_itself() {
    let mut rng = ChaCha20Rng::seed_from_u64(17);
    let identity = identity(&mut rng);
    let card = identity.card("me").unwrap();
    let invitation = Invitation::draw("wss://relay.example/", NOW, &mut rng).unwrap();
    let mut inviter = Inviter::new(identity.clone(), card.clone(), invitation.clone());
    let mut joiner = Joiner::new(identity, card, invitation, NOW, &mut rng);
    inviter.receive(&joiner.poll_outgoing().unwrap(), NOW, &mut rng);
    let events = joiner.receive(&inviter.poll_outgoing().unwrap(), NOW, &mut rng);
    assert_eq!(failure(&events), Some(PairingFailure::SameDevice));
}

#[test]
fn a_card_of_another_device_is_refused() {
    // Mallory has the code and shows a valid card that is not hers: the handshake proves another key.
    let mut rng = ChaCha20Rng::seed_from_u64(18);
    let mut alice = inviter(&mut rng);
    let victim = identity(&mut rng).card("phone").unwrap();
    let mallory = identity(&mut rng);
    let mut joiner = Joiner::new(mallory, victim, alice.invitation().clone(), NOW, &mut rng);
    alice.receive(&joiner.poll_outgoing().unwrap(), NOW, &mut rng);
    joiner.receive(&alice.poll_outgoing().unwrap(), NOW, &mut rng);
    alice.receive(&joiner.poll_outgoing().unwrap(), NOW, &mut rng);
    assert_eq!(alice.poll_outgoing(), None);
    assert_eq!(alice.confirm(NOW, &mut rng), Err(NotComparing::TooEarly));
}

proptest! {
    #[test]
    fn no_bytes_make_a_pairing_or_a_link_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in ".{0,200}") {
        let mut meeting = Meeting::new(19);
        meeting.inviter.receive(&bytes, NOW, &mut meeting.rng);
        meeting.joiner.receive(&bytes, NOW, &mut meeting.rng);
        let _ = Invitation::parse(&text);
        let _ = Invitation::parse(&format!("#pair={text}"));
    }
}
