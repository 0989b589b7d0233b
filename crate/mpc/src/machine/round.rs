//! What a protocol writes: its rounds.

use core::fmt;

use rand_core::CryptoRngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::abort::Abort;
use crate::party::PartyIndex;
use crate::session::{Agreement, SessionId};
use crate::transcript::{Tag, Transcript};

/// A protocol: what must be agreed, what goes along with the first frame, and the first round.
pub trait Protocol: Send + Sized {
    /// What it ends in.
    type Output: 'static;
    /// What it adds to the first frame to each peer, before the session exists; `()` for nothing.
    ///
    /// It is bound to no session and covered by no echo: nothing secret goes in, and nothing that comes out may
    /// be believed beyond "this is what that peer claims".
    type Hello: Serialize + DeserializeOwned;

    /// Number of the last round; frames of later ones are refused.
    const LAST_ROUND: u16;

    /// Largest frame it ever sends, in bytes; larger ones are refused. With the number of rounds and parties it
    /// bounds what early frames may occupy.
    const FRAME_LIMIT: usize = 256 * 1024;

    /// What all parties must agree on.
    fn agreement(&self) -> Agreement;

    /// The same for this run, where it depends on the plan.
    fn frame_limit(&self) -> usize {
        Self::FRAME_LIMIT
    }

    /// What goes along with the first frame to `peer`.
    fn hello(&self, peer: PartyIndex) -> Self::Hello;

    /// Begins, once the session is known; `hellos` are what each peer sent along, ascending.
    ///
    /// # Errors
    /// [`Abort`] if a peer's hello ends the ceremony.
    fn start(
        self,
        context: &Context,
        hellos: Vec<(PartyIndex, Self::Hello)>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Self::Output>, Abort>;
}

/// A round: first this party speaks, then it listens to all others.
///
/// The machine calls [`Round::speak`] once and then [`Round::listen`] once, which consumes the round. What the
/// round holds is dropped, and so wiped, with it.
pub trait Round: Send + Sized + 'static {
    /// What the protocol ends in.
    type Output: 'static;
    /// What a party says alike to all.
    type Broadcast: Serialize + DeserializeOwned;
    /// What a party says to one peer only; `()` for nothing.
    type Private: Serialize + DeserializeOwned;

    /// Its number, from 1. Rounds follow each other without a gap.
    const NUMBER: u16;
    /// Whether all parties compare, by an echo, that they were told the same before anybody listens. With two
    /// parties there is nobody to compare with, and no echo.
    const RELIABLE: bool;
    /// Whether what it says waits for the owner's approval. Nothing of it is computed before.
    const NEEDS_APPROVAL: bool = false;

    /// What this party says.
    ///
    /// # Errors
    /// [`Abort`] if there is nothing honest to say.
    fn speak(
        &mut self,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Word<Self::Broadcast, Self::Private>, Abort>;

    /// Checks what the others said and goes on.
    ///
    /// # Errors
    /// [`Abort`] if a check fails.
    fn listen(
        self,
        context: &Context,
        heard: Heard<Self::Broadcast, Self::Private>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Self::Output>, Abort>;
}

/// What a party says in a round: one broadcast, and one private message for each peer.
pub struct Word<B, P> {
    /// The part said alike to all.
    pub broadcast: B,
    /// The part for each peer, in any order.
    pub private: Vec<(PartyIndex, P)>,
}

impl<B> Word<B, ()> {
    /// A broadcast without private parts.
    pub fn to_all(context: &Context, broadcast: B) -> Self {
        Self { broadcast, private: context.peers().map(|peer| (peer, ())).collect() }
    }
}

/// What all peers said in a round: one entry for each, ascending. That none is missing is a fact.
pub struct Heard<B, P>(pub(super) Vec<(PartyIndex, B, P)>);

impl<B, P> Heard<B, P> {
    /// Peer, broadcast and private part, ascending by peer.
    pub fn iter(&self) -> impl Iterator<Item = (PartyIndex, &B, &P)> {
        self.0.iter().map(|(peer, broadcast, private)| (*peer, broadcast, private))
    }
}

impl<B, P> IntoIterator for Heard<B, P> {
    type Item = (PartyIndex, B, P);
    type IntoIter = std::vec::IntoIter<(PartyIndex, B, P)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What follows a round.
pub struct Next<O>(pub(super) Then<O>);

pub(super) enum Then<O> {
    Round(Box<dyn super::erased::AnyRound<O>>),
    Store(O, Box<dyn super::erased::AnyRound<O>>),
    Done(O),
}

impl<O: 'static> Next<O> {
    /// Another round.
    pub fn round(round: impl Round<Output = O>) -> Self {
        Self(Then::Round(Box::new(round)))
    }

    /// Another round, but only once the host has stored `outcome` durably.
    pub fn store(outcome: O, round: impl Round<Output = O>) -> Self {
        Self(Then::Store(outcome, Box::new(round)))
    }

    /// The end.
    pub fn done(outcome: O) -> Self {
        Self(Then::Done(outcome))
    }
}

/// Where a round runs: session, this party, all parties.
#[derive(Clone, Debug)]
pub struct Context {
    session: SessionId,
    me: PartyIndex,
    parties: Vec<PartyIndex>,
}

impl Context {
    /// A context of its own, for protocols that run beside a machine and for tests.
    pub fn new(session: SessionId, me: PartyIndex, mut parties: Vec<PartyIndex>) -> Self {
        parties.sort();
        Self { session, me, parties }
    }

    /// The session.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// This party.
    pub fn me(&self) -> PartyIndex {
        self.me
    }

    /// All parties that take part, this one included, ascending.
    pub fn parties(&self) -> &[PartyIndex] {
        &self.parties
    }

    /// All parties but this one, ascending.
    pub fn peers(&self) -> impl Iterator<Item = PartyIndex> + '_ {
        self.parties.iter().copied().filter(|party| *party != self.me)
    }

    /// A hash within this session, of what `from` says to `to` (`None`: to all) in `step`.
    pub fn transcript(
        &self,
        tag: Tag,
        from: Option<PartyIndex>,
        to: Option<PartyIndex>,
        step: u16,
    ) -> Transcript {
        Transcript::in_session(tag, &self.session, from, to, step)
    }
}

impl<O> fmt::Debug for Next<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Then::Round(_) => "Next::Round",
            Then::Store(..) => "Next::Store",
            Then::Done(_) => "Next::Done",
        })
    }
}
