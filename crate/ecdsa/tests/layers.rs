//! Oblivious transfer and multiplication, layer by layer.
#![allow(clippy::unwrap_used, clippy::panic)]

use k256::Scalar;
use k256::elliptic_curve::Field;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use symbolon_ecdsa::direction::Direction;
use symbolon_ecdsa::ot::base::{self, ReceiverMessage, ReceiverSeeds, SenderMessage, SenderSeeds};
use symbolon_ecdsa::ot::extension::{self, ExtensionMessage};
use symbolon_ecdsa::vole::{Alice, Bob, VoleMessage};
use symbolon_mpc::{Cause, PartyIndex, SessionId};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn direction() -> Direction {
    Direction {
        session: SessionId([7; 32]),
        sender: PartyIndex::new(1).unwrap(),
        receiver: PartyIndex::new(3).unwrap(),
    }
}

/// Base transfers that serve the extension in `direction`, so the other way round.
fn base_for(direction: Direction, rng: &mut ChaCha20Rng) -> (SenderSeeds, ReceiverSeeds) {
    let (sender, from_sender) = base::Sender::start(direction.reversed(), rng);
    let (receiver, from_receiver) = base::Receiver::start(direction.reversed(), rng);
    (sender.finish(&from_receiver).unwrap(), receiver.finish(&from_sender).unwrap())
}

#[test]
fn the_receiver_has_the_key_of_its_choice_and_not_the_other() {
    let (sender, receiver) = base_for(direction(), &mut rng(1));
    for index in 0..base::COUNT {
        let choice = usize::from(receiver.choice(index));
        assert_eq!(receiver.seed(index), sender.seed(index, choice));
        assert_ne!(receiver.seed(index), sender.seed(index, 1 - choice));
    }
}

#[test]
fn base_keys_are_bound_to_session_and_direction() {
    let other_session = Direction { session: SessionId([8; 32]), ..direction() };
    for other in [other_session, direction().reversed()] {
        let mut rng = rng(2);
        let (sender, from_sender) = base::Sender::start(direction(), &mut rng);
        let (receiver, from_receiver) = base::Receiver::start(other, &mut rng);
        let sender = sender.finish(&from_receiver).unwrap();
        let receiver = receiver.finish(&from_sender).unwrap();
        for index in 0..base::COUNT {
            assert_ne!(receiver.seed(index), sender.seed(index, 0));
            assert_ne!(receiver.seed(index), sender.seed(index, 1));
        }
    }
}

/// R4: all-zero, identity, off-curve, non-canonical, too few, too many.
#[test]
fn bad_points_are_refused_by_the_sender() {
    let mut rng = rng(3);
    let (_, good) = base::Receiver::start(direction(), &mut rng);
    // The field's modulus p: x = p is x = 0 written in a second way; 1 is x of a point with y² = 8.
    let p = hex::decode("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f").unwrap();
    let with = |place: usize, bytes: &[u8]| {
        let mut points = good.points.clone();
        points[64 * place..][..bytes.len()].copy_from_slice(bytes);
        points
    };
    // x + p of a point whose x is below 2²⁵⁶ − p: x = 1, whose y is a root of 8.
    let y = hex::decode("4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee").unwrap();
    let mut one = vec![0; 32];
    one[31] = 1;
    let mut one_and_p = p.clone();
    one_and_p[31] += 1;
    let point = |x: &[u8], y: &[u8]| [x, y].concat();
    let cases = [
        ("identity as zeros", with(0, &[0; 64])),
        ("identity as zeros at the end", with(255, &[0; 64])),
        ("off the curve", with(17, &point(&one, &one))),
        ("non-canonical", with(17, &point(&one_and_p, &y))),
        ("all ones", with(254, &[0xff; 64])),
        ("one byte more", [&good.points[..], &[0]].concat()),
        ("one byte short", good.points[..good.points.len() - 1].to_vec()),
        ("one point short", good.points[..good.points.len() - 64].to_vec()),
        ("one point more", [&good.points[..], &good.points[..64]].concat()),
        ("empty", Vec::new()),
    ];
    for (case, points) in cases {
        let (sender, _) = base::Sender::start(direction(), &mut rng);
        let result = sender.finish(&ReceiverMessage { points }).map(|_| ());
        assert!(matches!(result, Err(Cause::Malformed(_))), "{case}");
    }
    // The canonical form of the non-canonical one is taken: it is the encoding that is refused.
    let (sender, _) = base::Sender::start(direction(), &mut rng);
    assert!(sender.finish(&ReceiverMessage { points: with(17, &point(&one, &y)) }).is_ok());
}

#[test]
fn a_bad_point_is_refused_by_the_receiver() {
    let mut rng = rng(4);
    let (_, good) = base::Sender::start(direction(), &mut rng);
    let mut other_tag = good.point.clone();
    other_tag[0] = 4;
    let x_not_canonical =
        hex::decode("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30").unwrap();
    // 5 is the x of no point.
    let mut off_curve = vec![0; 33];
    (off_curve[0], off_curve[32]) = (2, 5);
    let cases =
        [vec![0], vec![0; 33], other_tag, x_not_canonical, off_curve, good.point[..32].to_vec(), vec![]];
    for point in cases {
        let (receiver, _) = base::Receiver::start(direction(), &mut rng);
        let result = receiver.finish(&SenderMessage { point: point.clone() }).map(|_| ());
        assert!(matches!(result, Err(Cause::Malformed(_))), "{point:?}");
    }
}

#[test]
fn swapped_points_give_other_keys() {
    let mut rng = rng(5);
    let (sender, from_sender) = base::Sender::start(direction(), &mut rng);
    let (receiver, mut from_receiver) = base::Receiver::start(direction(), &mut rng);
    let (first, second) = from_receiver.points[..128].split_at_mut(64);
    first.swap_with_slice(second);
    let sender = sender.finish(&from_receiver).unwrap();
    let receiver = receiver.finish(&from_sender).unwrap();
    assert!((0..2).all(|role| sender.seed(0, role) != receiver.seed(0)));
}

#[test]
fn the_extension_gives_the_chosen_pads() {
    for bytes in [52, 124, 16, 1, 33] {
        let mut rng = rng(6);
        let (sender, receiver) = base_for(direction(), &mut rng);
        let mut choices = vec![0; bytes];
        rng.fill_bytes(&mut choices);
        let (message, chosen) = extension::receive(&sender, &direction(), &choices, &mut rng);
        let pads = extension::send(&receiver, &direction(), bytes, &message).unwrap();
        assert_eq!(chosen.0.len(), 8 * bytes);
        assert_eq!((pads.zero.len(), pads.one.len()), (8 * bytes, 8 * bytes));
        for (index, chosen) in chosen.0.iter().enumerate() {
            let (mine, other) = match (choices[index / 8] >> (index % 8)) & 1 {
                0 => (&pads.zero[index], &pads.one[index]),
                _ => (&pads.one[index], &pads.zero[index]),
            };
            assert_eq!(chosen, mine);
            assert!(chosen.iter().zip(other).all(|(chosen, other)| chosen != other));
        }
    }
}

/// The pads of two sessions over the same base transfers have nothing in common.
#[test]
fn pads_are_bound_to_the_session() {
    let mut rng = rng(7);
    let (sender, receiver) = base_for(direction(), &mut rng);
    let choices = [0; 52];
    let (message, pads) = extension::receive(&sender, &direction(), &choices, &mut rng);
    let other = Direction { session: SessionId([8; 32]), ..direction() };
    let (_, others) = extension::receive(&sender, &other, &choices, &mut rng);
    assert!(pads.0.iter().zip(others.0.iter()).all(|(pad, other)| pad != other));
    assert!(matches!(extension::send(&receiver, &other, 52, &message), Err(Cause::Leak)));
}

/// The extension's check passes for a receiver whose columns disagree on its choices only if it guesses Δ.
#[test]
fn a_receiver_that_answers_inconsistently_is_caught() {
    let mut rng = rng(8);
    let (sender, receiver) = base_for(direction(), &mut rng);
    let (message, _) = extension::receive(&sender, &direction(), &[0x5a; 52], &mut rng);
    let length = message.columns.len() / base::COUNT;
    for column in 0..base::COUNT {
        // One bit of one column: the challenge changes with it, so every column's check fails by itself.
        let mut altered = message.clone();
        altered.columns[column * length + 3] ^= 0x10;
        assert!(matches!(extension::send(&receiver, &direction(), 52, &altered), Err(Cause::Leak)));
    }
    type Field = fn(&mut ExtensionMessage) -> &mut Vec<u8>;
    let fields: [Field; 2] = [|message| &mut message.choices, |message| &mut message.folds];
    for field in fields {
        let mut altered = message.clone();
        field(&mut altered)[5] ^= 1;
        assert!(matches!(extension::send(&receiver, &direction(), 52, &altered), Err(Cause::Leak)));
        let mut short = message.clone();
        field(&mut short).pop();
        assert!(matches!(extension::send(&receiver, &direction(), 52, &short), Err(Cause::Malformed(_))));
        for more in [1, 16] {
            let mut long = message.clone();
            field(&mut long).extend(vec![0; more]);
            let refused = extension::send(&receiver, &direction(), 52, &long);
            assert!(matches!(refused, Err(Cause::Malformed(_))));
        }
    }
    assert!(matches!(extension::send(&receiver, &direction(), 53, &message), Err(Cause::Malformed(_))));
    assert!(extension::send(&receiver, &direction(), 52, &message).is_ok());
}

fn multiplications(count: usize, seed: u64) -> (Alice, Bob, ChaCha20Rng) {
    let mut rng = rng(seed);
    let (sender, receiver) = base_for(direction(), &mut rng);
    let (bob, message) = Bob::start(&sender, direction(), count, &mut rng);
    let alice = Alice::start(&receiver, direction(), count, &message).unwrap();
    (alice, bob, rng)
}

#[test]
fn shares_add_up_to_the_products() {
    let (alice, bob, mut rng) = multiplications(3, 9);
    let edge = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE];
    for (item, edge) in edge.into_iter().enumerate() {
        let inputs = [Scalar::random(&mut rng), edge];
        let (c, message) = alice.multiply(item, &inputs, &mut rng);
        let d = bob.finish(item, &message).unwrap();
        let b = bob.factor(item);
        for place in 0..2 {
            assert_eq!(c[place] + d[place], inputs[place] * *b);
        }
    }
    assert_ne!(*bob.factor(0), *bob.factor(1));
}

#[test]
fn an_answer_to_another_multiplication_is_refused() {
    let (alice, bob, mut rng) = multiplications(2, 10);
    let (_, message) = alice.multiply(0, &[Scalar::ONE, Scalar::ONE], &mut rng);
    assert!(matches!(bob.finish(1, &message), Err(Cause::Leak)));
}

#[test]
fn an_altered_answer_is_refused() {
    let (alice, bob, mut rng) = multiplications(1, 11);
    let (_, good) = alice.multiply(0, &[Scalar::ONE, Scalar::ONE], &mut rng);
    type Alter = fn(&mut VoleMessage);
    let leaks: [Alter; 4] = [
        |message| message.masked[31] ^= 1,
        |message| *message.masked.last_mut().unwrap() ^= 1,
        |message| message.eta[31] ^= 1,
        |message| message.mu[0] ^= 1,
    ];
    for alter in leaks {
        let mut message = good.clone();
        alter(&mut message);
        assert!(matches!(bob.finish(0, &message), Err(Cause::Leak)));
    }
    let malformed: [Alter; 9] = [
        |message| message.masked.push(0),
        |message| message.mu.push(0),
        |message| message.masked.truncate(488 * 3 * 32 - 1),
        |message| message.masked.truncate(487 * 3 * 32),
        |message| message.masked.extend([0; 32]),
        |message| message.masked[..32].fill(0xff),
        |message| message.eta.fill(0xff),
        |message| message.eta.truncate(31),
        |message| message.mu.truncate(0),
    ];
    for alter in malformed {
        let mut message = good.clone();
        alter(&mut message);
        assert!(matches!(bob.finish(0, &message), Err(Cause::Malformed(_))));
    }
}
