//! What other devices and relays send: decoders, pairing, and the channel.

use std::collections::VecDeque;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_link::channel::{Channel, ChannelEvent};
use symbolon_link::identity::{DeviceCard, Identity};
use symbolon_link::introduction::{Introduction, introduce};
use symbolon_link::mailbox::{ClientFrame, Limits, MailboxId, ReadToken, Refusal, RelayFrame, WriteToken};
use symbolon_link::pairing::{Invitation, Inviter, Joiner, Paired, PairingEvent};

use crate::Row;
use crate::input::{Input, alter};

pub(crate) const TARGETS: &[Row] = &[
    ("client_frame", client_frame, client_frames, 50_000),
    ("relay_frame", relay_frame, relay_frames, 50_000),
    ("card", card, cards, 5000),
    ("identity", identity, identities, 10_000),
    ("introduction", introduction, introductions, 3000),
    ("invitation", invitation, invitations, 30_000),
    ("pairing_machine", pairing_machine, programs, 300),
    ("channel_machine", channel_machine, programs, 300),
];

const NOW: u64 = 1_700_000_000_000;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(11)
}

fn client_frame(data: &[u8]) {
    if let Ok(frame) = ClientFrame::decode(data) {
        assert_eq!(ClientFrame::decode(&frame.encode().unwrap()), Ok(frame));
    }
}

fn client_frames() -> Vec<Vec<u8>> {
    let write_token = WriteToken::from_bytes([0xaa; 32]);
    let frames = [
        ClientFrame::Hello { version: 1 },
        ClientFrame::Open { read_token: ReadToken::from_bytes([0xaa; 32]) },
        ClientFrame::Close { mailbox: MailboxId([0xbb; 32]) },
        ClientFrame::Put { write_token, id: 300, body: vec![7; 40] },
        ClientFrame::Ack { mailbox: MailboxId([0xbb; 32]), up_to: 5 },
        ClientFrame::Ping,
    ];
    frames.iter().map(|frame| frame.encode().unwrap()).collect()
}

fn relay_frame(data: &[u8]) {
    if let Ok(frame) = RelayFrame::decode(data) {
        assert_eq!(RelayFrame::decode(&frame.encode().unwrap()), Ok(frame));
    }
}

pub(crate) fn relay_frames() -> Vec<Vec<u8>> {
    let mailbox = MailboxId([0xbb; 32]);
    let limits =
        Limits { frame_bytes: 262_144, mailbox_messages: 64, mailbox_bytes: 4_194_304, ttl_ms: 600_000 };
    let frames = [
        RelayFrame::Welcome { version: 1, limits },
        RelayFrame::Opened { mailbox, waiting: 2 },
        RelayFrame::Deliver { mailbox, number: 7, body: vec![9; 50] },
        RelayFrame::Accepted { id: 300 },
        RelayFrame::Refused { id: Some(300), reason: Refusal::MailboxFull },
        RelayFrame::Refused { id: None, reason: Refusal::UnsupportedVersion },
        RelayFrame::Pong,
    ];
    frames.iter().map(|frame| frame.encode().unwrap()).collect()
}

fn card(data: &[u8]) {
    if let Ok(card) = DeviceCard::decode(data) {
        assert_eq!(DeviceCard::decode(&card.encode()).as_ref(), Ok(&card));
        assert!((1..=64).contains(&card.name().len()) && !card.name().chars().any(char::is_control));
    }
}

fn cards() -> Vec<Vec<u8>> {
    let mut rng = rng();
    ["phone", "Żółty telefon", &"x".repeat(64)]
        .map(|name| Identity::draw(&mut rng).card(name).unwrap().encode())
        .into()
}

fn identity(data: &[u8]) {
    if let Ok(identity) = Identity::decode_secret(data) {
        assert_eq!(*identity.encode_secret(), data);
    }
}

fn identities() -> Vec<Vec<u8>> {
    vec![Identity::draw(&mut rng()).encode_secret().to_vec()]
}

fn introduction(data: &[u8]) {
    if let Ok(introduction) = Introduction::decode(data) {
        assert_eq!(Introduction::decode(&introduction.encode()).as_ref(), Ok(&introduction));
        let paired = introduction.accept();
        assert_eq!(Paired::decode_secret(&paired.encode_secret()), Ok(paired));
    }
}

fn introductions() -> Vec<Vec<u8>> {
    let mut rng = rng();
    let [one, two] = ["one", "two"].map(|name| Identity::draw(&mut rng).card(name).unwrap());
    let (one, two) = introduce(&one, &two, &mut rng);
    vec![one.encode().to_vec(), two.encode().to_vec()]
}

fn invitation(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(invitation) = Invitation::parse(text) {
        assert_eq!(Invitation::parse(&invitation.link("https://page.example/")), Ok(invitation));
    }
}

fn draw_invitation() -> Invitation {
    Invitation::draw("wss://relay.example/v1/relay", NOW, &mut rng()).unwrap()
}

fn invitations() -> Vec<Vec<u8>> {
    vec![draw_invitation().link("https://page.example/app").as_bytes().to_vec()]
}

/// Programs of what a relay does to frames.
fn programs() -> Vec<Vec<u8>> {
    let kinds = (0..8).flat_map(|kind| (0..12).map(move |spared| (kind, spared)));
    kinds.map(|(kind, spared)| vec![spared, kind, 2, 50, 3, kind, 0, 7, 2, 1, 9, kind, 60, 4, 8, 1]).collect()
}

/// What a relay does: frames kept, altered, dropped, repeated, swapped. `honest` are spared first.
struct Relay<'a> {
    input: Input<'a>,
    spared: usize,
    seen: Vec<Vec<u8>>,
    meddled: bool,
}

impl<'a> Relay<'a> {
    fn new(data: &'a [u8]) -> Self {
        let mut input = Input::new(data);
        let spared = input.below(24);
        Self { input, spared, seen: Vec::new(), meddled: false }
    }

    fn carry(&mut self, frame: Vec<u8>) -> Vec<Vec<u8>> {
        self.seen.push(frame.clone());
        if self.spared > 0 || self.input.is_empty() {
            self.spared = self.spared.saturating_sub(1);
            return vec![frame];
        }
        let seen: Vec<&[u8]> = self.seen.iter().map(Vec::as_slice).collect();
        let kind = self.input.byte() % 8;
        self.meddled |= kind > 1;
        match kind {
            0 | 1 => vec![frame],
            2 => Vec::new(),
            3 => vec![frame.clone(), frame],
            4 => vec![alter(&frame, &seen, &mut self.input), frame],
            5 => vec![frame.clone(), alter(&frame, &seen, &mut self.input)],
            6 => vec![seen[self.input.below(seen.len())].to_vec(), frame],
            _ => vec![alter(&frame, &seen, &mut self.input)],
        }
    }
}

/// Two devices pair through a relay that meddles. Nobody pairs before its owner said yes, and only once; two that
/// pair are paired with each other.
fn pairing_machine(data: &[u8]) {
    let (mut rng, mut relay) = (rng(), Relay::new(data));
    let [one, two] = [Identity::draw(&mut rng), Identity::draw(&mut rng)];
    let invitation = draw_invitation();
    let mut inviter = Inviter::new(one.clone(), one.card("laptop").unwrap(), invitation.clone());
    let mut joiner = Joiner::new(two.clone(), two.card("phone").unwrap(), invitation, NOW, &mut rng);
    let mut events: [Vec<PairingEvent>; 2] = Default::default();
    let mut now = NOW;
    for round in 0..30 {
        if round == 6 {
            let early = events.iter().flatten().any(|event| matches!(event, PairingEvent::Paired(_)));
            assert!(!early, "paired before the owners compared");
            events[0].extend(inviter.confirm(now, &mut rng).unwrap_or_default());
            events[1].extend(joiner.confirm(now, &mut rng).unwrap_or_default());
        }
        while let Some(frame) = joiner.poll_outgoing() {
            for frame in relay.carry(frame) {
                events[0].extend(inviter.receive(&frame, now, &mut rng));
            }
        }
        while let Some(frame) = inviter.poll_outgoing() {
            for frame in relay.carry(frame) {
                events[1].extend(joiner.receive(&frame, now, &mut rng));
            }
        }
        now += 1000;
        events[0].extend(inviter.tick(now));
        events[1].extend(joiner.tick(now));
    }
    let paired = events.each_ref().map(|events| {
        let mut paired = events.iter().filter_map(|event| match event {
            PairingEvent::Paired(paired) => Some((**paired).clone()),
            _ => None,
        });
        let first = paired.next();
        assert!(paired.next().is_none(), "paired twice");
        first
    });
    let symbols = events.each_ref().map(|events| {
        events.iter().find_map(|event| match event {
            PairingEvent::Symbols { symbols, .. } => Some(*symbols),
            _ => None,
        })
    });
    if let [Some(first), Some(second)] = &paired {
        assert_eq!((first.peer.id(), second.peer.id()), (two.id(), one.id()));
        assert_eq!(first.psk, second.psk);
        assert_eq!(symbols[0], symbols[1]);
    }
    assert!(relay.meddled || paired.iter().all(Option::is_some), "an honest relay stops nobody");
}

/// Two paired devices talk through a relay that meddles. What arrives is what was said, in order, once; and as soon
/// as the relay is honest again, everything does.
fn channel_machine(data: &[u8]) {
    let (mut rng, mut relay) = (rng(), Relay::new(data));
    let mut identities = [Identity::draw(&mut rng), Identity::draw(&mut rng)];
    identities.sort_by_key(Identity::id);
    let [one, two] = identities.each_ref().map(|identity| identity.card("name").unwrap());
    let (one, two) = introduce(&one, &two, &mut rng);
    let halves = [one.accept(), two.accept()];
    let mut ends = [0, 1].map(|end| Channel::new(identities[end].clone(), halves[end].clone(), 1));
    let mut now = NOW;
    ends[0].connect(now, &mut rng);
    let mut said: [VecDeque<Vec<u8>>; 2] = Default::default();
    let mut number = 0_u32;
    for round in 0..120 {
        if round == 30 {
            relay.input = Input::new(&[]);
        }
        for end in 0..2 {
            let payload = [&number.to_be_bytes()[..], &vec![0x55; (number as usize * 37) % 400]].concat();
            if round < 30 && ends[end].send(&payload, now).is_ok() {
                said[end].push_back(payload);
                number += 1;
            }
            while let Some(frame) = ends[end].poll_outgoing() {
                for frame in relay.carry(frame) {
                    let events = ends[1 - end].receive(&frame, now, &mut rng);
                    listen(&mut said, 1 - end, events);
                }
            }
        }
        now += 500;
        ends.iter_mut().for_each(|end| end.tick(now, &mut rng));
    }
    assert!(ends.iter().all(Channel::is_up), "an honest relay reconnects everybody");
    assert!(said.iter().all(VecDeque::is_empty), "everything arrives in the end");
}

fn listen(said: &mut [VecDeque<Vec<u8>>; 2], end: usize, events: Vec<ChannelEvent>) {
    for event in events {
        match event {
            ChannelEvent::Message(message) => assert_eq!(said[1 - end].pop_front(), Some(message)),
            // The session is gone, which only the end itself or its peer can bring about.
            ChannelEvent::Reset => panic!("no process began anew"),
            ChannelEvent::VersionSkew { theirs } => panic!("nobody speaks version {theirs}"),
            ChannelEvent::Up => {}
        }
    }
}
