//! Wire formats, pinned. A changed value here is a changed protocol: raise the version.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use symbolon_link::MAX_FRAME_BYTES;
use symbolon_link::channel::Channel;
use symbolon_link::identity::{DeviceCard, Identity};
use symbolon_link::introduction::Introduction;
use symbolon_link::mailbox::{
    BadFrame, ClientFrame, Limits, MAX_BODY_BYTES, MailboxId, ReadToken, Refusal, RelayFrame, WriteToken,
};
use symbolon_link::pairing::{Invitation, Inviter, Joiner, Paired, PairingEvent};

fn client_frames() -> Vec<(ClientFrame, String)> {
    let (a, b) = ("aa".repeat(32), "bb".repeat(32));
    vec![
        (ClientFrame::Hello { version: 1 }, "010001".into()),
        (ClientFrame::Open { read_token: ReadToken::from_bytes([0xaa; 32]) }, format!("0101{a}")),
        (ClientFrame::Close { mailbox: MailboxId([0xbb; 32]) }, format!("0102{b}")),
        (
            ClientFrame::Put {
                write_token: WriteToken::from_bytes([0xaa; 32]),
                id: 300,
                body: vec![1, 2, 3],
            },
            format!("0103{a}ac0203010203"),
        ),
        (ClientFrame::Ack { mailbox: MailboxId([0xbb; 32]), up_to: 5 }, format!("0104{b}05")),
        (ClientFrame::Ping, "0105".into()),
    ]
}

fn relay_frames() -> Vec<(RelayFrame, String)> {
    let b = "bb".repeat(32);
    let mailbox = MailboxId([0xbb; 32]);
    let limits =
        Limits { frame_bytes: 262_144, mailbox_messages: 64, mailbox_bytes: 4_194_304, ttl_ms: 600_000 };
    let mut frames = vec![
        (RelayFrame::Welcome { version: 1, limits }, "0100018080104080808002c0cf24".into()),
        (RelayFrame::Opened { mailbox, waiting: 2 }, format!("0101{b}02")),
        (RelayFrame::Deliver { mailbox, number: 7, body: vec![9] }, format!("0102{b}070109")),
        (RelayFrame::Accepted { id: 300 }, "0103ac02".into()),
        (RelayFrame::Pong, "0105".into()),
        (RelayFrame::Refused { id: Some(300), reason: Refusal::MailboxFull }, "010401ac0200".into()),
    ];
    let reasons = [
        Refusal::MailboxFull,
        Refusal::OpenedElsewhere,
        Refusal::Overloaded,
        Refusal::TooFast,
        Refusal::TooManyMailboxes,
        Refusal::UnsupportedVersion,
        Refusal::OutOfOrder,
    ];
    for (number, reason) in reasons.into_iter().enumerate() {
        frames.push((RelayFrame::Refused { id: None, reason }, format!("010400{number:02x}")));
    }
    frames
}

#[test]
fn relay_frames_are_these_bytes() {
    for (frame, bytes) in client_frames() {
        assert_eq!(hex::encode(frame.encode().unwrap()), bytes, "{frame:?}");
        assert_eq!(ClientFrame::decode(&hex::decode(bytes).unwrap()), Ok(frame));
    }
    for (frame, bytes) in relay_frames() {
        assert_eq!(hex::encode(frame.encode().unwrap()), bytes, "{frame:?}");
        assert_eq!(RelayFrame::decode(&hex::decode(bytes).unwrap()), Ok(frame));
    }
}

#[test]
fn a_frame_cut_continued_or_of_another_version_is_refused() {
    for (_, bytes) in client_frames() {
        let bytes = hex::decode(bytes).unwrap();
        for length in 0..bytes.len() {
            assert_eq!(ClientFrame::decode(&bytes[..length]), Err(BadFrame::Malformed));
        }
        assert_eq!(ClientFrame::decode(&[&bytes[..], &[0]].concat()), Err(BadFrame::Malformed));
        let other = [&[2], &bytes[1..]].concat();
        assert_eq!(ClientFrame::decode(&other), Err(BadFrame::OtherVersion { theirs: 2 }));
    }
    for (_, bytes) in relay_frames() {
        let bytes = hex::decode(bytes).unwrap();
        for length in 0..bytes.len() {
            assert_eq!(RelayFrame::decode(&bytes[..length]), Err(BadFrame::Malformed));
        }
        assert_eq!(RelayFrame::decode(&[&bytes[..], &[0]].concat()), Err(BadFrame::Malformed));
        let other = [&[2], &bytes[1..]].concat();
        assert_eq!(RelayFrame::decode(&other), Err(BadFrame::OtherVersion { theirs: 2 }));
    }
}

#[test]
fn a_body_may_be_as_long_as_said_and_no_longer() {
    let put = |length| ClientFrame::Put {
        write_token: WriteToken::from_bytes([0; 32]),
        id: u64::MAX,
        body: vec![0; length],
    };
    let deliver =
        |length| RelayFrame::Deliver { mailbox: MailboxId([0; 32]), number: u64::MAX, body: vec![0; length] };
    let longest = put(MAX_BODY_BYTES);
    assert_eq!(ClientFrame::decode(&longest.encode().unwrap()), Ok(longest));
    let longest = deliver(MAX_BODY_BYTES);
    assert_eq!(RelayFrame::decode(&longest.encode().unwrap()), Ok(longest));
    assert_eq!(put(MAX_BODY_BYTES + 1).encode(), Err(BadFrame::TooLong));
    assert_eq!(deliver(MAX_BODY_BYTES + 1).encode(), Err(BadFrame::TooLong));
    assert_eq!(ClientFrame::decode(&vec![1; MAX_FRAME_BYTES + 1]), Err(BadFrame::TooLong));
}

/// The secret record is version ‖ seed ‖ X25519 secret, the card id ‖ Noise key ‖ name ‖ signature. Public keys
/// and signature were computed by OpenSSL (through the Python package `cryptography`).
#[test]
fn an_identity_is_these_bytes() {
    let identity = Identity::decode_secret(&hex::decode(SECRET).unwrap()).unwrap();
    assert_eq!(
        hex::encode(identity.id().0),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    assert_eq!(
        hex::encode(identity.noise_key().0),
        "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"
    );
    assert_eq!(hex::encode(&*identity.encode_secret()), SECRET);
    assert_eq!(hex::encode(identity.card("phone").unwrap().encode()), CARD);
    assert_eq!(DeviceCard::decode(&hex::decode(CARD).unwrap()), Ok(identity.card("phone").unwrap()));
}

const SECRET: &str = "\
    019d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f\
    60000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e\
    1f";
const CARD: &str = "\
    d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\
    8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f\
    0570686f6e6539a8e2263b3fbfe1dac5bebe63f65a86eefa7165f5e502a9ed41\
    22cfc6e7a911332ca6c384e0a2b2806e37f56d56af5c3287bc59dda8f598fe24\
    5b8ae4a72309";

/// The frames of a seeded pairing and of the channel after it, by their hash: taken from the first release.
#[test]
fn the_frames_of_pairing_and_channel_are_these_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let mut frames = vec![];
    let [one, two] = [Identity::draw(&mut rng), Identity::draw(&mut rng)];
    let invitation = Invitation::draw("wss://relay.example/v1/relay", 0, &mut rng).unwrap();
    let mut inviter = Inviter::new(one.clone(), one.card("laptop").unwrap(), invitation.clone());
    let mut joiner = Joiner::new(two.clone(), two.card("phone").unwrap(), invitation.clone(), 0, &mut rng);
    let mut halves = vec![];
    for round in 0..4 {
        if round == 3 {
            inviter.confirm(0, &mut rng).unwrap();
            joiner.confirm(0, &mut rng).unwrap();
        }
        while let Some(frame) = joiner.poll_outgoing() {
            halves.extend(inviter.receive(&frame, 0, &mut rng));
            frames.push(frame);
        }
        while let Some(frame) = inviter.poll_outgoing() {
            halves.extend(joiner.receive(&frame, 0, &mut rng));
            frames.push(frame);
        }
    }
    let mut halves = halves.into_iter().filter_map(|event| match event {
        PairingEvent::Paired(paired) => Some(*paired),
        _ => None,
    });
    let mut initiator = Channel::new(one, halves.next().unwrap(), 1);
    let mut responder = Channel::new(two, halves.next().unwrap(), 1);
    initiator.connect(0, &mut rng);
    for round in 0..3 {
        if round == 1 {
            initiator.send(b"payload", 0).unwrap();
        }
        while let Some(frame) = initiator.poll_outgoing() {
            responder.receive(&frame, 0, &mut rng);
            frames.push(frame);
        }
        responder.tick(200, &mut rng);
        while let Some(frame) = responder.poll_outgoing() {
            initiator.receive(&frame, 0, &mut rng);
            frames.push(frame);
        }
    }
    let mut hash = Sha256::new();
    let lengths: Vec<usize> = frames.iter().map(Vec::len).collect();
    frames.iter().for_each(|frame| hash.update(frame));
    assert_eq!(*invitation.link("https://x/"), LINK);
    assert_eq!(lengths, [79, 328, 295, 81, 81, 49, 49, 52, 52, 51, 58, 50]);
    assert_eq!(
        hex::encode(hash.finalize()),
        "aee612661b0fe4941c327f7994f1e4ff395fe73428056c1c293f3b06e4d134fd"
    );
}

const LINK: &str =
    "https://x/#pair=AcIIFW-hcLanFIUGkQVJhnuMRijc6Ho18Il50tEMdU4bHHdzczovL3JlbGF5LmV4YW1wbGUvdjEvcmVsYXnAqQc";

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for bytes in [bytes.clone(), [&[1], &bytes[..]].concat()] {
            if let Ok(frame) = ClientFrame::decode(&bytes) {
                prop_assert!(ClientFrame::decode(&frame.encode().unwrap()) == Ok(frame));
            }
            if let Ok(frame) = RelayFrame::decode(&bytes) {
                prop_assert!(RelayFrame::decode(&frame.encode().unwrap()) == Ok(frame));
            }
            let _ = DeviceCard::decode(&bytes);
            let _ = Identity::decode_secret(&bytes);
            let _ = Paired::decode_secret(&bytes);
            let _ = Introduction::decode(&bytes);
        }
    }
}
