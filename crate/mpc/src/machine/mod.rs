//! The machine: turns a protocol written as rounds into a [`Ceremony`].
//!
//! A protocol says what its parties must agree on ([`Protocol::agreement`]) and is written as [`Round`]s, each
//! of which speaks once and listens once. The machine does everything that is the same for all of them:
//!
//! 1. *Round 0.* Every party sends 32 fresh random bytes and the hash of the agreement. From these everyone
//!    derives the [`SessionId`]; every later frame carries half of it, so that parties who disagree on anything
//!    part with [`Cause::SessionMismatch`], blaming nobody, before anything is checked or computed.
//! 2. *Order.* A round listens when every peer's frame is there. Frames that come early wait, at most one per
//!    party and step; the same bytes again are ignored; other bytes for the same step are [`Cause::Conflict`].
//! 3. *Echo.* After a reliable round all parties send each other the hash of all its broadcasts. Nobody goes on
//!    to listen, and so to say anything that depends on a secret, unless all hashes are equal.
//! 4. *Waiting for the owner.* A round that needs approval does not compute what it says before
//!    [`Ceremony::approve`]; a round after [`Next::store`] does not before [`Ceremony::stored`].
//! 5. *The end.* After an error every call gives the same error, after the outcome every frame is ignored, and
//!    in both cases nothing secret is left.
//!
//! The machine is moved by [`Ceremony::poll`] alone; [`Ceremony::receive`] only puts a frame in its place.

mod erased;
pub mod frame;
mod inbox;
mod round;

use core::mem;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};

pub use self::round::{Context, Heard, Next, Protocol, Round, Word};

use self::erased::AnyRound;
use self::frame::{Frame, step_of_echo, step_of_round};
use self::inbox::Inbox;
use self::round::Then;
use crate::abort::{Abort, Cause};
use crate::ceremony::{Ceremony, Outgoing, Step};
use crate::party::PartyIndex;
use crate::recovery::InvalidAbsent;
use crate::session::{Agreement, Salt, SessionId, SessionTag};
use crate::transcript::{Tag, VERSION};
use crate::wire;

/// One run of the protocol `P`.
pub struct Machine<P: Protocol> {
    agreement: Agreement,
    me: PartyIndex,
    parties: Vec<PartyIndex>,
    inbox: Inbox,
    approved: bool,
    stored: bool,
    state: State<P>,
    #[cfg(feature = "testing")]
    sent: Vec<crate::testing::fields::FrameFields>,
}

/// Why a ceremony cannot be started. The caller's fault, found before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// An index stands twice among the parties.
    #[error("a party stands twice in the ceremony")]
    DuplicateParty,
    /// This device takes no part.
    #[error("this party takes no part in the ceremony")]
    NotAParty,
    /// Parties of the quorum cannot be absent.
    #[error(transparent)]
    Absent(#[from] InvalidAbsent),
    /// A ceremony needs at least two parties.
    #[error("a ceremony needs at least two parties")]
    TooFewParties,
    /// The plan asks for what this version cannot do.
    #[error("the plan cannot be run: {0}")]
    Unsupported(&'static str),
}

enum State<P: Protocol> {
    /// Nothing is sent yet.
    Greet(P),
    /// Our salt is sent; the others' are awaited.
    Greeted(P, Salt),
    /// The session is known.
    Running(Context, Phase<P::Output>),
    /// The outcome was given.
    Over,
    /// Ended by an error.
    Failed(Abort),
}

type AnyRoundOf<O> = Box<dyn AnyRound<O>>;

enum Phase<O> {
    /// The round has not spoken yet.
    Speak(AnyRoundOf<O>),
    /// The round has spoken (its broadcast is kept for the echo); the others' frames are awaited.
    Listen(AnyRoundOf<O>, Vec<u8>),
    /// All frames of the round are here and our echo is sent; the others' echoes are awaited.
    Compare(AnyRoundOf<O>, Vec<(PartyIndex, Frame)>, [u8; 32]),
    /// The outcome was given to be stored; the round speaks when it is.
    Storing(AnyRoundOf<O>),
}

/// The broadcast part of round 0.
#[derive(Serialize, Deserialize)]
struct Hello {
    /// Version of all protocols and hashes.
    version: u16,
    /// Hash of the agreement.
    agreement: [u8; 32],
    /// This party's contribution to the session id.
    salt: Salt,
}

/// Where a turn leads, and what the host is told; nothing means that another turn follows at once.
type Turn<P> = (State<P>, Option<Step<<P as Protocol>::Output>>);

impl<P: Protocol> Machine<P> {
    /// A run of `protocol` by the party `me`.
    ///
    /// # Errors
    /// [`Misuse`] if the agreement's parties are not distinct, fewer than two, or lack `me`.
    pub fn new(protocol: P, me: PartyIndex) -> Result<Self, Misuse> {
        let agreement = protocol.agreement();
        let mut parties: Vec<_> = agreement.parties.iter().map(|party| party.index).collect();
        parties.sort();
        let count = parties.len();
        parties.dedup();
        if parties.len() != count {
            return Err(Misuse::DuplicateParty);
        }
        if count < 2 {
            return Err(Misuse::TooFewParties);
        }
        if !parties.contains(&me) {
            return Err(Misuse::NotAParty);
        }
        Ok(Self {
            agreement,
            me,
            parties,
            inbox: Inbox::new(step_of_echo(P::LAST_ROUND), protocol.frame_limit()),
            approved: false,
            stored: false,
            state: State::Greet(protocol),
            #[cfg(feature = "testing")]
            sent: Vec::new(),
        })
    }

    /// The party that this machine runs for.
    pub fn me(&self) -> PartyIndex {
        self.me
    }

    /// The session, from the moment that everybody's salt is here to the end.
    pub fn session(&self) -> Option<SessionId> {
        match &self.state {
            State::Running(context, _) => Some(*context.session()),
            _ => None,
        }
    }

    fn peers(&self) -> impl Iterator<Item = PartyIndex> + '_ {
        self.parties.iter().copied().filter(|party| *party != self.me)
    }

    fn missing(&self, step: u16) -> Vec<PartyIndex> {
        self.peers().filter(|peer| !self.inbox.has(step, *peer)).collect()
    }

    /// The frames of all peers for a step, if all are here; otherwise who is missing.
    fn collect(&mut self, step: u16) -> Result<Vec<(PartyIndex, Frame)>, Vec<PartyIndex>> {
        let missing = self.missing(step);
        if !missing.is_empty() {
            return Err(missing);
        }
        let peers: Vec<_> = self.peers().collect();
        Ok(peers.into_iter().filter_map(|peer| Some((peer, self.inbox.take(step, peer)?))).collect())
    }

    /// One turn: consumes the state and gives the next one. An error consumes it too, so that no half-advanced
    /// machine exists.
    fn turn(&mut self, state: State<P>, rng: &mut dyn CryptoRngCore) -> Result<Turn<P>, Abort> {
        match state {
            State::Greet(protocol) => Ok(self.greet(protocol, rng)),
            State::Greeted(protocol, salt) => match self.collect(step_of_round(0)) {
                Ok(frames) => self.begin(protocol, salt, frames, rng),
                Err(missing) => Ok((State::Greeted(protocol, salt), Some(Step::Wait(missing)))),
            },
            State::Running(context, phase) => match phase {
                Phase::Speak(round) => self.speak(context, round, rng),
                Phase::Listen(round, said) => self.hear(context, round, said, rng),
                Phase::Compare(round, frames, echo) => self.compare(context, round, frames, echo, rng),
                Phase::Storing(round) if mem::take(&mut self.stored) => {
                    Ok((State::Running(context, Phase::Speak(round)), None))
                }
                Phase::Storing(round) => {
                    Ok((State::Running(context, Phase::Storing(round)), Some(Step::Wait(Vec::new()))))
                }
            },
            State::Over => Ok((State::Over, Some(Step::Wait(Vec::new())))),
            State::Failed(abort) => Err(abort),
        }
    }

    /// Round 0, speaking.
    fn greet(&mut self, protocol: P, rng: &mut dyn CryptoRngCore) -> Turn<P> {
        let mut salt = Salt::default();
        rng.fill_bytes(&mut salt);
        let hello = Hello { version: VERSION, agreement: self.agreement.digest(), salt };
        let mut outgoing = Vec::new();
        let peers: Vec<_> = self.peers().collect();
        for peer in peers {
            let beside = protocol.hello(peer);
            let frame = Frame {
                step: step_of_round(0),
                session: SessionTag::default(),
                broadcast: mem::take(&mut *wire::encode(&hello)),
                private: mem::take(&mut *wire::encode(&beside)),
            };
            #[cfg(feature = "testing")]
            self.log(peer, &frame, crate::testing::fields::of_parts(&hello, &beside));
            outgoing.push(Outgoing { to: peer, frame: frame.encode() });
        }
        (State::Greeted(protocol, salt), Some(Step::Send(outgoing)))
    }

    /// Round 0, listening: the session comes to be.
    fn begin(
        &mut self,
        protocol: P,
        own_salt: Salt,
        frames: Vec<(PartyIndex, Frame)>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Turn<P>, Abort> {
        let mut salts = vec![(self.me, own_salt)];
        let mut besides = Vec::new();
        let mut disagree = false;
        for (from, frame) in frames {
            let malformed = |what| move |_| Abort::party(from, Cause::Malformed(what));
            let hello: Hello = wire::decode(&frame.broadcast).map_err(malformed("hello"))?;
            disagree |= hello.version != VERSION || hello.agreement != self.agreement.digest();
            besides.push((from, wire::decode(&frame.private).map_err(malformed("hello"))?));
            salts.push((from, hello.salt));
        }
        if disagree {
            return Err(Abort::nobody(Cause::SessionMismatch));
        }
        let session = SessionId::derive(&self.agreement, &salts);
        self.inbox.set_session(session.tag())?;
        let context = Context::new(session, self.me, self.parties.clone());
        let next = protocol.start(&context, besides, rng)?;
        Ok(Self::follow(context, next))
    }

    fn follow(context: Context, next: Next<P::Output>) -> Turn<P> {
        match next.0 {
            Then::Round(round) => (State::Running(context, Phase::Speak(round)), None),
            Then::Store(outcome, round) => {
                (State::Running(context, Phase::Storing(round)), Some(Step::Store(outcome)))
            }
            Then::Done(outcome) => (State::Over, Some(Step::Done(outcome))),
        }
    }

    /// A round speaks, if it may.
    fn speak(
        &mut self,
        context: Context,
        mut round: AnyRoundOf<P::Output>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Turn<P>, Abort> {
        debug_assert!(round.number() <= P::LAST_ROUND, "rounds end at the protocol's last");
        if round.needs_approval() && !self.approved {
            return Ok((State::Running(context, Phase::Speak(round)), Some(Step::Hold)));
        }
        let spoken = round.speak(&context, rng)?;
        let mut outgoing = Vec::new();
        for (to, mut private) in spoken.private {
            let frame = Frame {
                step: step_of_round(round.number()),
                session: context.session().tag(),
                broadcast: spoken.broadcast.clone(),
                private: mem::take(&mut *private),
            };
            #[cfg(feature = "testing")]
            for (_, fields) in spoken.fields.iter().filter(|(receiver, _)| *receiver == to) {
                self.log(to, &frame, fields.clone());
            }
            outgoing.push(Outgoing { to, frame: frame.encode() });
        }
        Ok((State::Running(context, Phase::Listen(round, spoken.broadcast)), Some(Step::Send(outgoing))))
    }

    /// When all frames of the round are here: echo them, or listen at once.
    fn hear(
        &mut self,
        context: Context,
        round: AnyRoundOf<P::Output>,
        said: Vec<u8>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Turn<P>, Abort> {
        let frames = match self.collect(step_of_round(round.number())) {
            Ok(frames) => frames,
            Err(missing) => {
                return Ok((State::Running(context, Phase::Listen(round, said)), Some(Step::Wait(missing))));
            }
        };
        if !round.is_reliable() || self.parties.len() == 2 {
            let next = round.listen(&context, frames, rng)?;
            return Ok(Self::follow(context, next));
        }
        let mut broadcasts: Vec<_> =
            frames.iter().map(|(from, frame)| (*from, frame.broadcast.as_slice())).collect();
        broadcasts.push((self.me, &said));
        broadcasts.sort();
        let mut echo = context.transcript(Tag::Echo, None, None, step_of_round(round.number()));
        for (from, broadcast) in broadcasts {
            echo.put(&from.value().to_be_bytes());
            echo.put(broadcast);
        }
        let echo = echo.finish32();
        let mut outgoing = Vec::new();
        for to in context.peers() {
            let frame = Frame {
                step: step_of_echo(round.number()),
                session: context.session().tag(),
                broadcast: echo.to_vec(),
                private: Vec::new(),
            };
            #[cfg(feature = "testing")]
            self.log(to, &frame, crate::testing::fields::of_parts(&echo, &()));
            outgoing.push(Outgoing { to, frame: frame.encode() });
        }
        Ok((State::Running(context, Phase::Compare(round, frames, echo)), Some(Step::Send(outgoing))))
    }

    /// When all echoes are here: compare, and listen only if they are equal.
    fn compare(
        &mut self,
        context: Context,
        round: AnyRoundOf<P::Output>,
        frames: Vec<(PartyIndex, Frame)>,
        echo: [u8; 32],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Turn<P>, Abort> {
        let echoes = match self.collect(step_of_echo(round.number())) {
            Ok(echoes) => echoes,
            Err(missing) => {
                let phase = Phase::Compare(round, frames, echo);
                return Ok((State::Running(context, phase), Some(Step::Wait(missing))));
            }
        };
        let mut differ = false;
        for (from, frame) in &echoes {
            if frame.broadcast.len() != echo.len() || !frame.private.is_empty() {
                return Err(Abort::party(*from, Cause::Malformed("echo")));
            }
            differ |= frame.broadcast != echo;
        }
        // Either somebody told us something else than it told the peer, or the peer lies about what it was
        // told: what we hold proves neither.
        if differ {
            return Err(Abort::nobody(Cause::Equivocation));
        }
        let next = round.listen(&context, frames, rng)?;
        Ok(Self::follow(context, next))
    }

    fn fail<T>(&mut self, abort: Abort) -> Result<T, Abort> {
        self.state = State::Failed(abort.clone());
        self.inbox.clear();
        Err(abort)
    }

    #[cfg(feature = "testing")]
    fn log(&mut self, to: PartyIndex, frame: &Frame, fields: Vec<crate::testing::fields::Field>) {
        self.sent.push(crate::testing::fields::FrameFields::new(to, frame, fields));
    }
}

#[cfg(feature = "testing")]
impl<P: Protocol> crate::testing::fields::Inspect for Machine<P> {
    fn sent(&self) -> &[crate::testing::fields::FrameFields] {
        &self.sent
    }
}

impl<P: Protocol> Ceremony for Machine<P> {
    type Output = P::Output;

    fn parties(&self) -> &[PartyIndex] {
        &self.parties
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        match &self.state {
            State::Failed(abort) => return Err(abort.clone()),
            State::Over => return Ok(()),
            State::Greet(_) | State::Greeted(..) | State::Running(..) => {}
        }
        if from == self.me || !self.parties.contains(&from) {
            return Ok(());
        }
        match self.inbox.put(from, frame) {
            Ok(()) => Ok(()),
            Err(abort) => self.fail(abort),
        }
    }

    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<P::Output>, Abort> {
        loop {
            let state = mem::replace(&mut self.state, State::Over);
            match self.turn(state, rng) {
                Ok((state, step)) => {
                    self.state = state;
                    if let Some(step) = step {
                        if matches!(self.state, State::Over) {
                            self.inbox.clear();
                        }
                        return Ok(step);
                    }
                }
                Err(abort) => return self.fail(abort),
            }
        }
    }

    fn stored(&mut self) {
        if matches!(self.state, State::Running(_, Phase::Storing(_))) {
            self.stored = true;
        }
    }

    fn approve(&mut self) {
        self.approved = true;
    }
}
