//! Planned attempts to break the machine, with frames in the wrong place: each on a real keygen.

#![allow(clippy::unwrap_used, clippy::panic)]

use rand_core::RngCore;
use symbolon_mpc::dealing::{Dealt, Keygen, keygen};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::sim::{Delivery, Network, Outcome, Report, Sent, Simulator, generator};
use symbolon_mpc::testing::{index, keygen_plan, quorum};
use symbolon_mpc::{Abort, Blame, Cause, Ceremony, KeyInfo, PartyIndex, Scheme, Step};

/// Steps of keygen: four rounds with echoes, after round 0.
const LAST_STEP: u16 = 9;
/// What keygen takes at most in a frame.
const FRAME_LIMIT: usize = 16 * 1024;

// What is unfinished can be neither copied nor written: no run can be resumed, and nothing said twice.
symbolon_mpc::lacks!(Keygen: Clone);
symbolon_mpc::lacks!(Keygen: serde::Serialize);

fn parties(count: u16) -> Vec<(PartyIndex, Keygen)> {
    let plan = keygen_plan(quorum(2, count), vec![Scheme::EcdsaSecp256k1], 1);
    plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap())).collect()
}

fn one_of(count: u16) -> Keygen {
    parties(count).remove(0).1
}

fn keys(report: &Report<Dealt>) -> Vec<KeyInfo> {
    match &report.outcomes[&index(1)] {
        Outcome::Done(Dealt::Acknowledged(keys)) => keys.clone(),
        other => panic!("{other:?}"),
    }
}

fn malformed(what: &'static str) -> Result<(), Abort> {
    Err(Abort::party(index(2), Cause::Malformed(what)))
}

#[test]
fn frames_after_the_end_change_nothing() {
    let (report, mut machines) = Simulator::new(parties(3), 1, Network::GOOD).run_with_parties();
    assert!(report.all_done());
    let machine = machines.get_mut(&index(1)).unwrap();
    for sent in report.sent.iter().filter(|sent| sent.to == index(1)) {
        // The same again, another for the same step, and no frame at all.
        let mut other = Frame::decode(&sent.frame).unwrap();
        other.broadcast.push(1);
        for frame in [sent.frame.clone(), other.encode(), b"garbage".to_vec(), vec![0; FRAME_LIMIT + 1]] {
            assert_eq!(machine.receive(sent.from, &frame), Ok(()));
            assert!(
                matches!(machine.poll(&mut generator(1, 1)), Ok(Step::Wait(missing)) if missing.is_empty())
            );
        }
    }
}

#[test]
fn frames_of_strangers_change_no_byte_of_what_is_said() {
    let quiet = Simulator::new(parties(3), 1, Network::GOOD).run();
    // Every frame comes first from a stranger, then altered from a stranger, then truly.
    let noisy = Simulator::new(parties(3), 1, Network::GOOD)
        .tamper(|sent| {
            let from = index(4 + sent.to.value());
            let mut altered = Frame::decode(&sent.frame).unwrap();
            altered.step = 2 * (altered.step / 2);
            altered.broadcast.push(9);
            let stranger = |frame| Delivery { from, to: sent.to, frame };
            vec![stranger(sent.frame.clone()), stranger(altered.encode()), sent.deliver()]
        })
        .run();
    assert!(noisy.deliveries == 3 * quiet.deliveries);
    assert_eq!(keys(&noisy), keys(&quiet));
    let sorted = |report: &Report<Dealt>| {
        let mut sent: Vec<_> =
            report.sent.iter().map(|sent| (sent.from, sent.to, sent.frame.clone())).collect();
        sent.sort();
        sent
    };
    assert_eq!(sorted(&noisy), sorted(&quiet));
}

#[test]
fn own_frames_that_come_back_under_the_own_name_are_ignored() {
    let report = Simulator::new(parties(3), 1, Network::GOOD)
        .tamper(|sent| vec![Delivery { to: sent.from, ..sent.deliver() }, sent.deliver()])
        .run();
    assert!(report.all_done());
}

/// A peer that has nothing of its own to say and returns what it is told, from the first frame or from a later
/// one on: commitments and proofs name their dealer, so that none of ours is good for it.
#[test]
fn own_frames_that_a_peer_returns_as_its_own_give_no_key() {
    for from_step in [0, 2, 4, 6, 8] {
        let mut said: Vec<Sent> = Vec::new();
        let reflect = |sent: &Sent| {
            if sent.from == index(1) {
                said.push(sent.clone());
                let back = Delivery { from: index(2), to: index(1), frame: sent.frame.clone() };
                return if sent.step >= Some(from_step) { vec![back] } else { vec![sent.deliver()] };
            }
            if sent.step >= Some(from_step) { Vec::new() } else { vec![sent.deliver()] }
        };
        let report = Simulator::new(parties(2), 1, Network::GOOD).tamper(reflect).run();
        if from_step >= 6 {
            // What is confirmed and acknowledged at the end is alike for all, and said by nobody in particular.
            assert!(matches!(report.outcomes[&index(1)], Outcome::Done(_)));
            continue;
        }
        let abort = report.abort(index(1)).unwrap();
        assert_eq!(*abort, Abort::party(index(2), Cause::Check("opening of the commitment")), "{from_step}");
        assert!(report.stored.is_empty());
    }
}

#[test]
fn a_step_that_the_protocol_does_not_have_blames_its_sender_at_any_time() {
    let honest = Simulator::new(parties(2), 1, Network::GOOD).run();
    let to_me: Vec<_> = honest.sent.iter().filter(|sent| sent.to == index(1)).collect();
    for progress in 0..to_me.len() {
        for step in [LAST_STEP + 1, 100, u16::MAX] {
            let mut machine = one_of(2);
            let mut rng = generator(1, 1);
            advance(&mut machine, &mut rng);
            for sent in &to_me[..progress] {
                machine.receive(index(2), &sent.frame).unwrap();
                advance(&mut machine, &mut rng);
            }
            let mut frame = Frame::decode(&to_me[progress].frame).unwrap();
            frame.step = step;
            assert_eq!(machine.receive(index(2), &frame.encode()), malformed("step"));
        }
    }
}

/// A frame for the last step that comes first of all waits for its turn, and holds its place: another one is
/// the sender's second word.
#[test]
fn a_frame_for_a_far_step_waits_and_cannot_be_taken_back() {
    let honest = Simulator::new(parties(2), 1, Network::GOOD).run();
    let last = honest.sent.iter().find(|sent| sent.from == index(2) && sent.step == Some(8)).unwrap();
    let mut machine = one_of(2);
    assert_eq!(machine.receive(index(2), &last.frame), Ok(()));
    assert_eq!(machine.receive(index(2), &last.frame), Ok(()));
    let mut other = Frame::decode(&last.frame).unwrap();
    other.broadcast[0] ^= 1;
    let conflict = Err(Abort::party(index(2), Cause::Conflict));
    assert_eq!(machine.receive(index(2), &other.encode()), conflict);
    // Undisturbed, it is used when its step comes.
    let early = Simulator::new(parties(2), 1, Network::GOOD)
        .tamper(|sent| match (sent.from == index(2), sent.step) {
            (true, Some(0)) => vec![last.deliver(), sent.deliver()],
            (true, Some(8)) => Vec::new(),
            _ => vec![sent.deliver()],
        })
        .run();
    assert!(matches!(early.outcomes[&index(1)], Outcome::Done(_)));
}

/// What a peer can make a machine keep: one frame for each step, each below the limit, and nothing more,
/// whatever it sends; the others' places are their own.
#[test]
fn what_a_flooding_peer_occupies_is_bounded() {
    let mut rng = generator(1, 5);
    for attempt in 0..50 {
        let mut machine = one_of(3);
        let mut kept = [0_usize; 2];
        let mut kept_bytes = 0;
        let mut blamed = false;
        for number in 0..10_000_u32 {
            let peer = rng.next_u32() as usize % 2;
            // Large frames, no two alike, for every step there is.
            let mut frame = Frame {
                step: (rng.next_u32() % u32::from(LAST_STEP + 1)) as u16,
                session: [attempt; 16],
                broadcast: vec![0; FRAME_LIMIT - 100],
                private: number.to_be_bytes().to_vec(),
            };
            if frame.step == 0 {
                frame.session = [0; 16];
            }
            let bytes = frame.encode();
            match machine.receive(index(peer as u16 + 2), &bytes) {
                Ok(()) => {
                    kept[peer] += 1;
                    kept_bytes += bytes.len();
                }
                Err(abort) => {
                    // The first second word for a step ends it, at the latest after one for each.
                    assert_eq!(abort, Abort::party(index(peer as u16 + 2), Cause::Conflict));
                    assert_eq!(machine.receive(index(3), &bytes), Err(abort));
                    blamed = true;
                    break;
                }
            }
        }
        assert!(blamed);
        assert!(kept.iter().all(|kept| *kept <= usize::from(LAST_STEP) + 1), "{kept:?}");
        assert!(kept_bytes <= 2 * usize::from(LAST_STEP + 1) * FRAME_LIMIT);
    }
}

#[test]
fn a_frame_of_a_byte_too_many_is_not_kept() {
    let frame = |length| {
        let empty = Frame { step: 2, session: [1; 16], broadcast: Vec::new(), private: Vec::new() };
        // The longer length takes one byte more.
        let broadcast = vec![0; length - empty.encode().len() - 1];
        let frame = Frame { step: 2, session: [1; 16], broadcast, private: Vec::new() }.encode();
        assert_eq!(frame.len(), length);
        frame
    };
    assert_eq!(one_of(2).receive(index(2), &frame(FRAME_LIMIT)), Ok(()));
    assert_eq!(one_of(2).receive(index(2), &frame(FRAME_LIMIT + 1)), malformed("frame too large"));
}

/// Whoever holds the frames of a run and the identity of no party gets nowhere: under any other party's name
/// each is refused as that party's, and the culprit is who sent it, never who made it.
#[test]
fn a_frame_under_another_partys_name_blames_who_sent_it() {
    let honest = Simulator::new(parties(3), 1, Network::GOOD).run();
    for step in [2, 4] {
        let of_three = honest
            .sent
            .iter()
            .find(|sent| sent.from == index(3) && sent.to == index(1) && sent.step == Some(step))
            .unwrap();
        // Party 2 says to all what party 3 says, in the round and in its echo.
        let report = Simulator::new(parties(3), 1, Network::GOOD)
            .tamper(|sent| match (sent.from.value(), sent.step) {
                (2, Some(other)) if other == step => vec![sent.deliver_as(of_three.frame.clone())],
                (2, Some(other)) if other == step + 1 => {
                    vec![Delivery { from: sent.to, to: index(2), ..sent.deliver() }]
                }
                (_, Some(other)) if other == step + 1 && sent.to == index(2) => Vec::new(),
                (_, Some(other)) if other == step + 1 => {
                    vec![sent.deliver(), Delivery { from: index(2), ..sent.deliver() }]
                }
                _ => vec![sent.deliver()],
            })
            .run();
        for party in [1, 3] {
            let abort = report.abort(index(party)).unwrap();
            assert_eq!(abort.blame, Blame::Party(index(2)), "step {step}: {abort:?}");
        }
    }
}

/// Polls until there is nothing to do but wait; what is to be stored is stored.
fn advance(machine: &mut Keygen, rng: &mut rand_chacha::ChaCha20Rng) {
    loop {
        match machine.poll(rng).unwrap() {
            Step::Send(_) => {}
            Step::Store(_) => machine.stored(),
            Step::Wait(_) | Step::Done(_) | Step::Hold => return,
        }
    }
}
