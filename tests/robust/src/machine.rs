//! One honest party of a ceremony whose other parties' frames are on record, but that one of them lies.
//!
//! Everything is drawn from fixed seeds, so that the honest frames on record are what the honest party would be
//! sent, until the liar's first lie. Only one party is computed: that is what makes it fast.

use core::fmt::Debug;
use core::sync::atomic::{AtomicUsize, Ordering};

use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Sent, Simulator, generator};
use symbolon_mpc::{Abort, Blame, Ceremony, PartyIndex, Step};

use crate::input::{Input, alter};

/// How ceremonies ended so far in this process: all of them, those with a lie in them, those aborted, those done.
pub static ENDS: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

/// An honest run on record.
pub(crate) struct Scene {
    parties: Vec<PartyIndex>,
    seed: u64,
    sent: Vec<Sent>,
}

impl Scene {
    /// Runs `ceremonies` over a good network.
    pub(crate) fn record<C: Ceremony<Output: Debug>>(ceremonies: Vec<(PartyIndex, C)>, seed: u64) -> Self {
        let parties = ceremonies.iter().map(|(party, _)| *party).collect();
        let report = Simulator::new(ceremonies, seed, Network::GOOD).run();
        assert!(report.all_done(), "{:?}", report.outcomes);
        Self { parties, seed, sent: report.sent }
    }

    /// One party, started by `start`, and a liar among its peers that does what `input` says: all but its first
    /// frames, as many as the input's third byte says, may be altered. `check` looks at each outcome.
    pub(crate) fn play<C: Ceremony>(
        &self,
        start: impl FnOnce(PartyIndex) -> C,
        check: impl FnMut(&C::Output),
        input: &mut Input<'_>,
    ) {
        let party = self.parties[input.below(self.parties.len())];
        let peers: Vec<_> = self.parties.iter().copied().filter(|other| *other != party).collect();
        let liar = peers[input.below(peers.len())];
        let mut honest = input.below(16);
        let ceremony = start(party);
        let rng = generator(self.seed, party.value());
        let mut run = Run { ceremony, rng, check, party, liar, lied: false, state: State::Moves };
        run.advance();
        for sent in self.sent.iter().filter(|sent| sent.to == party) {
            if sent.from == liar && honest == 0 && !input.is_empty() {
                self.lie(&mut run, sent, input);
            } else {
                honest = honest.saturating_sub(usize::from(sent.from == liar));
                run.receive(sent.from, &sent.frame);
            }
            // The end of all that is known: what comes still changes nothing.
            run.advance();
        }
        run.end(&peers);
    }

    fn lie<C: Ceremony, F: FnMut(&C::Output)>(
        &self,
        run: &mut Run<C, F>,
        sent: &Sent,
        input: &mut Input<'_>,
    ) {
        let frames: Vec<&[u8]> = self.sent.iter().map(|sent| sent.frame.as_slice()).collect();
        let (from, honest) = (sent.from, sent.frame.as_slice());
        match input.byte() % 10 {
            0 => run.receive(from, honest),
            // Not the liar's fault, and nobody's business.
            1 => {
                run.receive(index(40_000), &alter(honest, &frames, input));
                run.receive(run.party, &alter(honest, &frames, input));
                run.receive(from, honest);
                run.receive(from, honest);
            }
            2 => run.lied = true, // Says nothing.
            3 => run.receive_lie(from, honest, &alter(honest, &frames, input)),
            4 => {
                run.receive(from, honest);
                run.receive_lie(from, honest, &alter(honest, &frames, input));
            }
            kind => {
                let mut frame = Frame::decode(honest).unwrap();
                let donor = Frame::decode(frames[input.below(frames.len())]).unwrap();
                match kind {
                    5 => frame.step = frame.step.wrapping_add(u16::from(input.byte()) % 12),
                    6 => frame.session[input.below(16)] ^= 1 << input.below(8),
                    7 | 8 => frame.broadcast = alter(&frame.broadcast, &[&donor.broadcast], input),
                    _ => frame.private = alter(&frame.private, &[&donor.private], input),
                }
                run.receive_lie(from, honest, &frame.encode());
            }
        }
    }
}

struct Run<C, F> {
    ceremony: C,
    rng: rand_chacha::ChaCha20Rng,
    check: F,
    party: PartyIndex,
    liar: PartyIndex,
    lied: bool,
    state: State,
}

#[derive(Debug, PartialEq)]
enum State {
    Moves,
    Waits(Vec<PartyIndex>),
    Done,
    Failed(Abort),
}

impl<C: Ceremony, F: FnMut(&C::Output)> Run<C, F> {
    fn receive_lie(&mut self, from: PartyIndex, honest: &[u8], frame: &[u8]) {
        self.lied |= frame != honest;
        self.receive(from, frame);
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) {
        let received = self.ceremony.receive(from, frame);
        match (&self.state, received) {
            (State::Failed(first), again) => assert_eq!(again.as_ref(), Err(first), "it stays aborted"),
            (State::Done, received) => assert_eq!(received, Ok(()), "it stays done"),
            (_, Err(abort)) => self.fail(abort),
            (State::Moves | State::Waits(_), Ok(())) => {}
        }
    }

    fn fail(&mut self, abort: Abort) {
        assert!(self.lied, "{abort:?}, and nobody had lied");
        let accused = match abort.blame {
            Blame::Nobody => None,
            Blame::Party(party) => Some(party),
        };
        assert!(accused.is_none_or(|party| party == self.liar), "{abort:?}, but {} had lied", self.liar);
        assert!(!abort.to_string().is_empty());
        self.state = State::Failed(abort);
    }

    fn advance(&mut self) {
        loop {
            let step = self.ceremony.poll(&mut self.rng);
            match (&self.state, step) {
                (State::Failed(first), Err(again)) => return assert_eq!(*first, again, "it stays aborted"),
                (State::Failed(first), Ok(_)) => panic!("it went on after {first:?}"),
                (State::Done, Ok(Step::Wait(missing))) => return assert_eq!(missing, [], "it stays done"),
                (State::Done, _) => panic!("it went on after its end"),
                (_, Err(abort)) => return self.fail(abort),
                (_, Ok(Step::Send(_))) => {}
                (_, Ok(Step::Wait(missing))) => return self.state = State::Waits(missing),
                (_, Ok(Step::Hold)) => self.ceremony.approve(),
                (_, Ok(Step::Store(outcome))) => {
                    (self.check)(&outcome);
                    self.ceremony.stored();
                }
                (_, Ok(Step::Done(outcome))) => {
                    (self.check)(&outcome);
                    self.state = State::Done;
                }
            }
        }
    }

    /// Everything on record was delivered: who was told no lie is done, and nobody waits for an honest party.
    fn end(mut self, peers: &[PartyIndex]) {
        let failed = matches!(self.state, State::Failed(_));
        for (count, is_so) in ENDS.iter().zip([true, self.lied, failed, self.state == State::Done]) {
            count.fetch_add(usize::from(is_so), Ordering::Relaxed);
        }
        if !self.lied {
            assert_eq!(self.state, State::Done, "nobody had lied");
        }
        if let State::Waits(missing) = &self.state {
            assert!(missing.iter().all(|party| *party == self.liar), "waits for {missing:?}");
        }
        if matches!(self.state, State::Done | State::Failed(_)) {
            for peer in peers {
                self.receive(*peer, b"late");
            }
            self.advance();
        }
    }
}
