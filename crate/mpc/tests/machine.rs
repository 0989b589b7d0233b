//! What the machine does for every protocol, shown on a small one.

#![allow(clippy::unwrap_used, clippy::panic)]

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::machine::{Context, Heard, Next, Protocol, Round, Word};
use symbolon_mpc::testing::sim::{Delivery, Network, Outcome, Report, Simulator, generator};
use symbolon_mpc::testing::{index, quorum};
use symbolon_mpc::{
    Abort, Agreement, Blame, Cause, Ceremony, CeremonyId, Machine, Misuse, Party, PartyIndex, Step,
};

/// Everybody says a number; the sum is stored; everybody says it again, but only with approval.
#[derive(Clone)]
struct Sum {
    parties: Vec<Party>,
    plan: u8,
}

struct Say {
    number: u64,
    beside: Vec<(PartyIndex, u8)>,
}

struct Confirm {
    sum: u64,
}

#[derive(Debug, PartialEq)]
struct Total(u64, &'static str);

#[derive(Serialize, Deserialize)]
struct Number {
    value: u64,
}

impl Protocol for Sum {
    type Output = Total;
    type Hello = u8;

    const LAST_ROUND: u16 = 2;
    const FRAME_LIMIT: usize = 300;

    fn agreement(&self) -> Agreement {
        Agreement {
            protocol: "sum",
            ceremony: CeremonyId([1; 32]),
            wallet: [2; 32],
            epoch: 1,
            quorum: quorum(2, 5),
            parties: self.parties.clone(),
            plan: [self.plan; 32],
        }
    }

    fn hello(&self, peer: PartyIndex) -> u8 {
        peer.value() as u8
    }

    fn start(
        self,
        _: &Context,
        hellos: Vec<(PartyIndex, u8)>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Total>, Abort> {
        Ok(Next::round(Say { number: rng.next_u64() >> 8, beside: hellos }))
    }
}

impl Round for Say {
    type Output = Total;
    type Broadcast = Number;
    type Private = u16;

    const NUMBER: u16 = 1;
    const RELIABLE: bool = true;

    fn speak(&mut self, context: &Context, _: &mut dyn CryptoRngCore) -> Result<Word<Number, u16>, Abort> {
        let private = context.peers().map(|peer| (peer, 1000 + peer.value())).collect();
        Ok(Word { broadcast: Number { value: self.number }, private })
    }

    fn listen(
        self,
        context: &Context,
        heard: Heard<Number, u16>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Total>, Abort> {
        let mut sum = self.number;
        for (from, number, private) in heard.iter() {
            if *private != 1000 + context.me().value() {
                return Err(Abort::party(from, Cause::Check("private")));
            }
            sum += number.value;
        }
        let me = context.me().value() as u8;
        assert!(self.beside.iter().all(|(_, beside)| *beside == me), "each hello came to whom it was for");
        Ok(Next::store(Total(sum, "pending"), Confirm { sum }))
    }
}

impl Round for Confirm {
    type Output = Total;
    type Broadcast = Number;
    type Private = ();

    const NUMBER: u16 = 2;
    const RELIABLE: bool = false;
    const NEEDS_APPROVAL: bool = true;

    fn speak(&mut self, context: &Context, _: &mut dyn CryptoRngCore) -> Result<Word<Number, ()>, Abort> {
        Ok(Word::to_all(context, Number { value: self.sum }))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Number, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Total>, Abort> {
        for (from, number, ()) in heard {
            if number.value != self.sum {
                return Err(Abort::party(from, Cause::Check("sum")));
            }
        }
        Ok(Next::done(Total(self.sum, "done")))
    }
}

type Run = Machine<Sum>;

fn sum(count: u16, me: u16) -> Run {
    Run::new(Sum { parties: quorum(2, count).parties().to_vec(), plan: 0 }, index(me)).unwrap()
}

fn all(count: u16) -> Vec<(PartyIndex, Run)> {
    (1..=count).map(|party| (index(party), sum(count, party))).collect()
}

fn sent_by(run: &mut Run, me: u16) -> Vec<Vec<u8>> {
    match run.poll(&mut generator(1, me)).unwrap() {
        Step::Send(outgoing) => outgoing.into_iter().map(|outgoing| outgoing.frame).collect(),
        step => panic!("{step:?}"),
    }
}

/// Two parties after round 0: each knows the session and has not spoken in round 1.
fn two_that_met() -> (Run, Run) {
    let (mut one, mut two) = (sum(2, 1), sum(2, 2));
    let hello_of_one = sent_by(&mut one, 1);
    let hello_of_two = sent_by(&mut two, 2);
    one.receive(index(2), &hello_of_two[0]).unwrap();
    two.receive(index(1), &hello_of_one[0]).unwrap();
    (one, two)
}

#[test]
fn an_honest_run_stores_and_ends_with_the_same_outcome_everywhere() {
    for count in 2..=5 {
        for seed in 0..200 {
            let report = Simulator::new(all(count), seed, Network::BAD).run();
            assert!(report.all_done(), "{:?}", report.outcomes);
            let totals: Vec<_> = report.outcomes.values().collect();
            let Outcome::Done(Total(first, "done")) = totals[0] else { panic!("{totals:?}") };
            assert!(totals.iter().all(|total| matches!(total, Outcome::Done(Total(sum, _)) if sum == first)));
            assert!(report.stored.values().all(|stored| *stored == Total(*first, "pending")));
        }
    }
}

#[test]
fn rounds_have_even_steps_and_echoes_odd_ones_that_two_parties_skip() {
    let steps = |count| {
        let report = Simulator::new(all(count), 1, Network::GOOD).run();
        let mut steps: Vec<_> = report.sent.into_iter().filter_map(|sent| sent.step).collect();
        steps.sort();
        steps.dedup();
        steps
    };
    assert_eq!(steps(2), [0, 2, 4]);
    assert_eq!(steps(3), [0, 2, 3, 4]);
}

#[test]
fn nothing_is_said_before_it_is_stored_and_approved() {
    let (mut one, mut two) = two_that_met();
    let say = sent_by(&mut two, 2);
    let _ = sent_by(&mut one, 1);
    one.receive(index(2), &say[0]).unwrap();
    let mut rng = generator(1, 1);
    assert!(matches!(one.poll(&mut rng), Ok(Step::Store(Total(_, "pending")))));
    assert!(matches!(one.poll(&mut rng), Ok(Step::Wait(missing)) if missing.is_empty()));
    one.stored();
    assert!(matches!(one.poll(&mut rng), Ok(Step::Hold)));
    assert!(matches!(one.poll(&mut rng), Ok(Step::Hold)));
    one.approve();
    assert!(matches!(one.poll(&mut rng), Ok(Step::Send(_))));
    assert!(matches!(one.poll(&mut rng), Ok(Step::Wait(missing)) if missing == [index(2)]));
}

#[test]
fn saying_stored_too_early_counts_for_nothing() {
    let (mut one, mut two) = two_that_met();
    let say = sent_by(&mut two, 2);
    let _ = sent_by(&mut one, 1);
    one.stored();
    one.receive(index(2), &say[0]).unwrap();
    let mut rng = generator(1, 1);
    assert!(matches!(one.poll(&mut rng), Ok(Step::Store(_))));
    assert!(matches!(one.poll(&mut rng), Ok(Step::Wait(_))));
}

#[test]
fn the_same_frame_again_is_ignored_and_another_blames_its_sender() {
    let (mut one, mut two) = two_that_met();
    let say = sent_by(&mut two, 2).remove(0);
    one.receive(index(2), &say).unwrap();
    one.receive(index(2), &say).unwrap();
    let mut other = Frame::decode(&say).unwrap();
    other.private = vec![7];
    let conflict = Abort::party(index(2), Cause::Conflict);
    assert_eq!(one.receive(index(2), &other.encode()), Err(conflict.clone()));
    // And so it stays.
    assert_eq!(one.receive(index(2), &say), Err(conflict.clone()));
    assert_eq!(one.poll(&mut generator(1, 1)).map(|_| ()), Err(conflict));
}

#[test]
fn a_conflict_is_found_after_the_first_frame_was_used() {
    let (mut one, mut two) = two_that_met();
    let say = sent_by(&mut two, 2).remove(0);
    let _ = sent_by(&mut one, 1);
    one.receive(index(2), &say).unwrap();
    assert!(matches!(one.poll(&mut generator(1, 1)), Ok(Step::Store(_))));
    one.receive(index(2), &say).unwrap();
    let mut other = Frame::decode(&say).unwrap();
    other.broadcast = vec![7];
    assert_eq!(one.receive(index(2), &other.encode()), Err(Abort::party(index(2), Cause::Conflict)));
}

#[test]
fn frames_of_strangers_and_of_oneself_are_ignored() {
    let (mut one, _) = two_that_met();
    for from in [1, 3, 65_535] {
        assert_eq!(one.receive(index(from), b"garbage"), Ok(()));
    }
    assert!(matches!(one.poll(&mut generator(1, 1)), Ok(Step::Send(_))));
}

#[test]
fn a_frame_of_another_session_blames_nobody_early_or_late() {
    let elsewhere = {
        let (mut one, mut two) = (sum(2, 1), sum(2, 2));
        let hello_of_one = sent_by(&mut one, 9);
        let _ = sent_by(&mut two, 2);
        two.receive(index(1), &hello_of_one[0]).unwrap();
        sent_by(&mut two, 2).remove(0)
    };
    let mismatch = Abort::nobody(Cause::SessionMismatch);

    let (mut late, _) = two_that_met();
    let _ = sent_by(&mut late, 1);
    assert_eq!(late.receive(index(2), &elsewhere), Err(mismatch.clone()));

    // Before the session is known the frame waits; then it is found out.
    let (mut early, mut two) = (sum(2, 1), sum(2, 2));
    let _ = sent_by(&mut early, 1);
    assert_eq!(early.receive(index(2), &elsewhere), Ok(()));
    early.receive(index(2), &sent_by(&mut two, 2)[0]).unwrap();
    assert_eq!(early.poll(&mut generator(1, 1)).map(|_| ()), Err(mismatch));
}

#[test]
fn parties_with_another_plan_part_blaming_nobody() {
    let parties = quorum(2, 2).parties().to_vec();
    let mut one = sum(2, 1);
    let mut two = Run::new(Sum { parties, plan: 1 }, index(2)).unwrap();
    let _ = sent_by(&mut one, 1);
    one.receive(index(2), &sent_by(&mut two, 2)[0]).unwrap();
    let abort = one.poll(&mut generator(1, 1)).map(|_| ()).unwrap_err();
    assert_eq!(abort, Abort::nobody(Cause::SessionMismatch));
}

#[test]
fn malformed_frames_blame_their_sender() {
    let good = || {
        let (_, mut two) = two_that_met();
        Frame::decode(&sent_by(&mut two, 2)[0]).unwrap()
    };
    let edit = |change: fn(&mut Frame)| {
        let mut frame = good();
        change(&mut frame);
        frame.encode()
    };
    let mut trailing = good().encode();
    trailing.push(0);
    let mut cut = good().encode();
    cut.pop();
    for (bytes, what) in [
        (Vec::new(), "frame"),
        (trailing, "frame"),
        (cut, "frame"),
        (vec![0; 301], "frame too large"),
        (edit(|frame| frame.step = 6), "step"),
        (edit(|frame| frame.step = u16::MAX), "step"),
        (edit(|frame| frame.broadcast.push(0)), "broadcast"),
        (edit(|frame| frame.broadcast.clear()), "broadcast"),
        (edit(|frame| frame.private.push(0)), "private part"),
    ] {
        let (mut one, _) = two_that_met();
        let _ = sent_by(&mut one, 1);
        let verdict = one.receive(index(2), &bytes).and_then(|()| one.poll(&mut generator(1, 1)).map(|_| ()));
        assert_eq!(verdict, Err(Abort::party(index(2), Cause::Malformed(what))));
    }
}

#[test]
fn any_bytes_at_all_never_panic() {
    let mut rng = generator(3, 0);
    for length in 0..300 {
        for _ in 0..20 {
            let (mut one, _) = two_that_met();
            let mut bytes = vec![0; length];
            rand_core::RngCore::fill_bytes(&mut rng, &mut bytes);
            let _ = one.receive(index(2), &bytes);
            let _ = one.poll(&mut generator(1, 1));
        }
    }
}

fn equivocate(count: u16, victim: u16) -> Report<Total> {
    Simulator::new(all(count), 4, Network::BAD)
        .tamper(|sent| {
            let mut frame = Frame::decode(&sent.frame).unwrap();
            if sent.from == index(1) && sent.to == index(victim) && frame.step == 2 {
                frame.broadcast = vec![7];
            }
            vec![sent.deliver_as(frame.encode())]
        })
        .run()
}

#[test]
fn a_broadcast_that_differs_is_found_before_anybody_goes_on() {
    for count in 3..=5 {
        let report = equivocate(count, 2);
        assert!(report.stored.is_empty());
        for party in 1..=count {
            let abort = report.abort(index(party)).unwrap();
            assert_eq!(*abort, Abort::nobody(Cause::Equivocation), "party {party} of {count}");
        }
    }
}

/// What is no echo at all proves its sender at fault; an echo of something else proves nobody.
#[test]
fn an_echo_of_another_length_or_with_a_private_part_blames_its_sender() {
    let longer = |frame: &mut Frame| frame.broadcast.push(0);
    let shorter = |frame: &mut Frame| frame.broadcast.truncate(31);
    let private = |frame: &mut Frame| frame.private.push(0);
    for alter in [longer as fn(&mut Frame), shorter, private] {
        let report = Simulator::new(all(3), 4, Network::GOOD)
            .tamper(|sent| {
                let mut frame = Frame::decode(&sent.frame).unwrap();
                if sent.from == index(1) && frame.step == 3 {
                    alter(&mut frame);
                }
                vec![sent.deliver_as(frame.encode())]
            })
            .run();
        for party in [2, 3] {
            let expected = Abort::party(index(1), Cause::Malformed("echo"));
            assert_eq!(report.abort(index(party)), Some(&expected));
        }
    }
}

#[test]
fn a_second_frame_for_a_step_is_refused_at_every_step() {
    for step in [0, 2, 3, 4] {
        let report = Simulator::new(all(3), 4, Network::GOOD)
            .tamper(|sent| {
                let mut frame = Frame::decode(&sent.frame).unwrap();
                if sent.from != index(1) || frame.step != step {
                    return vec![sent.deliver()];
                }
                frame.broadcast.push(0);
                vec![Delivery { frame: frame.encode(), ..sent.deliver() }, sent.deliver()]
            })
            .run();
        for party in [2, 3] {
            let abort = report.abort(index(party)).unwrap();
            assert_eq!(abort.blame, Blame::Party(index(1)), "step {step}");
        }
    }
}

#[test]
fn a_ceremony_needs_two_distinct_parties_and_this_one_among_them() {
    let parties = quorum(2, 3).parties().to_vec();
    let start = |parties: Vec<Party>, me| Run::new(Sum { parties, plan: 0 }, index(me)).err();
    assert_eq!(start(parties.clone(), 4), Some(Misuse::NotAParty));
    assert_eq!(start(parties[..1].to_vec(), 1), Some(Misuse::TooFewParties));
    assert_eq!(start(vec![parties[0], parties[0]], 1), Some(Misuse::DuplicateParty));
}
