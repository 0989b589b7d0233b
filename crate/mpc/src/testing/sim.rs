//! A network simulator: all parties of a ceremony and everything between them in one thread, from one seed.
//!
//! It does to frames what networks do (reorder, delay, duplicate, lose and resend, bring frames of strangers),
//! drives hosts that store and approve late, and checks of every ceremony what must hold of any: an error is
//! answered again and again, and after the end nothing happens any more.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

use crate::abort::Abort;
use crate::ceremony::{Ceremony, Outgoing, Step};
use crate::machine::frame::Frame;
use crate::party::PartyIndex;
use crate::testing::traffic;

/// How bad the network is; chances are in percent for each delivery.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// Whether frames between two parties may overtake each other.
    pub reorder: bool,
    /// Chance that a frame is delivered and comes again later.
    pub duplicate: u32,
    /// Chance that a frame is lost on its way; the channel sends the same bytes again.
    pub lose: u32,
    /// Chance that a stranger's frame arrives instead.
    pub foreign: u32,
}

impl Network {
    /// Nothing goes wrong.
    pub const GOOD: Self = Self { reorder: false, duplicate: 0, lose: 0, foreign: 0 };
    /// Everything does.
    pub const BAD: Self = Self { reorder: true, duplicate: 25, lose: 25, foreign: 10 };
}

/// How a party's ceremony ended.
#[derive(Debug)]
pub enum Outcome<O> {
    /// With its outcome.
    Done(O),
    /// With an error.
    Aborted(Abort),
    /// Not at all: it waits for these parties, and nothing is under way. Its host would cancel it.
    Stalled(Vec<PartyIndex>),
}

/// A frame as it was handed to the network.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The sender.
    pub from: PartyIndex,
    /// The receiver.
    pub to: PartyIndex,
    /// The step that the frame names; `None` if it is no frame.
    pub step: Option<u16>,
    /// The bytes.
    pub frame: Vec<u8>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report<O> {
    /// How each party ended.
    pub outcomes: BTreeMap<PartyIndex, Outcome<O>>,
    /// What each party was told to store.
    pub stored: BTreeMap<PartyIndex, O>,
    /// Every frame handed to the network, in order, before it was tampered with.
    pub sent: Vec<Sent>,
    /// How many deliveries there were.
    pub deliveries: usize,
}

impl<O> Report<O> {
    /// Whether every party ended with its outcome.
    pub fn all_done(&self) -> bool {
        self.outcomes.values().all(|outcome| matches!(outcome, Outcome::Done(_)))
    }

    /// The error that ended `party`, if one did.
    pub fn abort(&self, party: PartyIndex) -> Option<&Abort> {
        match self.outcomes.get(&party) {
            Some(Outcome::Aborted(abort)) => Some(abort),
            _ => None,
        }
    }

    /// Bytes that `party` handed to the network.
    pub fn bytes_sent(&self, party: PartyIndex) -> usize {
        self.sent.iter().filter(|sent| sent.from == party).map(|sent| sent.frame.len()).sum()
    }
}

/// What becomes of a frame: all of these are delivered in its place, in this order.
pub type Tamper<'a> = Box<dyn FnMut(&Sent) -> Vec<Delivery> + 'a>;

/// A frame on its way: sender as the channel tells it, receiver, bytes.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The sender.
    pub from: PartyIndex,
    /// The receiver.
    pub to: PartyIndex,
    /// The bytes.
    pub frame: Vec<u8>,
}

impl Sent {
    /// The frame unchanged.
    pub fn deliver(&self) -> Delivery {
        self.deliver_as(self.frame.clone())
    }

    /// Other bytes in its place.
    pub fn deliver_as(&self, frame: Vec<u8>) -> Delivery {
        Delivery { from: self.from, to: self.to, frame }
    }
}

/// A run in the making.
pub struct Simulator<'a, C: Ceremony> {
    nodes: BTreeMap<PartyIndex, Node<C>>,
    flights: Vec<Delivery>,
    network: Network,
    rng: ChaCha20Rng,
    tamper: Option<Tamper<'a>>,
    report: Report<C::Output>,
}

struct Node<C> {
    ceremony: C,
    rng: ChaCha20Rng,
    next: Next,
}

/// What a host does next.
#[derive(Clone, PartialEq)]
enum Next {
    Poll,
    Wait(Vec<PartyIndex>),
    Approve,
    Store,
    Over,
}

enum Action {
    Move(PartyIndex),
    Deliver(usize),
}

impl<'a, C: Ceremony> Simulator<'a, C> {
    /// A run of these ceremonies. Each party has its own generator of randomness, made from `seed` and its
    /// index: what it draws depends on neither network nor peers.
    pub fn new(ceremonies: impl IntoIterator<Item = (PartyIndex, C)>, seed: u64, network: Network) -> Self {
        let nodes = ceremonies.into_iter().map(|(party, ceremony)| {
            let rng = generator(seed, party.value());
            (party, Node { ceremony, rng, next: Next::Poll })
        });
        Self {
            nodes: nodes.collect(),
            flights: Vec::new(),
            network,
            rng: generator(seed, 0),
            tamper: None,
            report: Report {
                outcomes: BTreeMap::new(),
                stored: BTreeMap::new(),
                sent: Vec::new(),
                deliveries: 0,
            },
        }
    }

    /// Lets `tamper` replace each frame on its way.
    pub fn tamper(mut self, tamper: impl FnMut(&Sent) -> Vec<Delivery> + 'a) -> Self {
        self.tamper = Some(Box::new(tamper));
        self
    }

    /// Runs until nothing moves any more.
    pub fn run(self) -> Report<C::Output> {
        self.run_with_parties().0
    }

    /// Runs until nothing moves any more, and gives the ceremonies back.
    pub fn run_with_parties(mut self) -> (Report<C::Output>, BTreeMap<PartyIndex, C>) {
        traffic::run_began();
        while let Some(action) = self.choose() {
            match action {
                Action::Move(party) => self.advance(party),
                Action::Deliver(flight) => self.deliver(flight),
            }
        }
        for (party, node) in &mut self.nodes {
            match &node.next {
                Next::Wait(missing) => {
                    self.report.outcomes.insert(*party, Outcome::Stalled(missing.clone()));
                }
                Next::Over => check_end(*party, node, self.report.outcomes.get(party)),
                Next::Poll | Next::Approve | Next::Store => unreachable!("these can move"),
            }
        }
        (self.report, self.nodes.into_iter().map(|(party, node)| (party, node.ceremony)).collect())
    }

    fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.next_u32() % 100 < percent
    }

    fn choose(&mut self) -> Option<Action> {
        let can_move = |node: &Node<C>| matches!(node.next, Next::Poll | Next::Approve | Next::Store);
        let movable: Vec<_> =
            self.nodes.iter().filter(|(_, node)| can_move(node)).map(|(party, _)| *party).collect();
        let choices = movable.len() + self.flights.len();
        if choices == 0 {
            return None;
        }
        let choice = self.rng.next_u32() as usize % choices;
        Some(match movable.get(choice) {
            Some(party) => Action::Move(*party),
            None => Action::Deliver(self.in_order(choice - movable.len())),
        })
    }

    /// The chosen flight or, on a network that keeps order, the first one between the same two parties.
    fn in_order(&self, choice: usize) -> usize {
        let chosen = &self.flights[choice];
        let same = |flight: &Delivery| flight.from == chosen.from && flight.to == chosen.to;
        if self.network.reorder { choice } else { self.flights.iter().position(same).unwrap_or(choice) }
    }

    fn deliver(&mut self, flight: usize) {
        if self.chance(self.network.lose) {
            return; // lost; it is still among the flights, to be sent again
        }
        self.report.deliveries += 1;
        if self.chance(self.network.foreign) {
            self.deliver_foreign(flight);
            return;
        }
        let Delivery { from, to, frame } = if self.chance(self.network.duplicate) {
            self.flights[flight].clone()
        } else {
            self.flights.remove(flight)
        };
        self.hand_over(from, to, &frame);
    }

    /// A frame, genuine or garbage, from a party that takes no part, or from the receiver itself.
    fn deliver_foreign(&mut self, flight: usize) {
        let (to, genuine) = (self.flights[flight].to, self.flights[flight].frame.clone());
        let stranger = super::index(40_000 + (self.rng.next_u32() % 1000) as u16);
        let garbage = genuine.iter().map(|byte| byte ^ self.rng.next_u32() as u8).collect();
        let from = if self.chance(50) { stranger } else { to };
        let frame = if self.chance(50) { genuine } else { garbage };
        self.hand_over(from, to, &frame);
    }

    fn hand_over(&mut self, from: PartyIndex, to: PartyIndex, frame: &[u8]) {
        let Some(node) = self.nodes.get_mut(&to) else { return };
        let ended = self.report.abort(to).cloned();
        match node.ceremony.receive(from, frame) {
            Err(abort) => {
                assert!(ended.is_none_or(|first| first == abort), "{to} changed its error");
                node.next = Next::Over;
                self.report.outcomes.insert(to, Outcome::Aborted(abort));
            }
            Ok(()) => {
                assert!(ended.is_none(), "{to} took a frame after its error");
                if matches!(node.next, Next::Wait(_)) {
                    node.next = Next::Poll;
                }
            }
        }
    }

    fn advance(&mut self, party: PartyIndex) {
        let Some(node) = self.nodes.get_mut(&party) else { return };
        match node.next {
            Next::Approve => node.ceremony.approve(),
            Next::Store => node.ceremony.stored(),
            _ => {}
        }
        node.next = Next::Poll;
        match node.ceremony.poll(&mut node.rng) {
            Ok(Step::Send(outgoing)) => self.send(party, outgoing),
            Ok(Step::Wait(missing)) => node.next = Next::Wait(missing),
            Ok(Step::Hold) => node.next = Next::Approve,
            Ok(Step::Store(outcome)) => {
                node.next = Next::Store;
                assert!(self.report.stored.insert(party, outcome).is_none(), "{party} stored twice");
            }
            Ok(Step::Done(outcome)) => {
                node.next = Next::Over;
                self.report.outcomes.insert(party, Outcome::Done(outcome));
            }
            Err(abort) => {
                node.next = Next::Over;
                self.report.outcomes.insert(party, Outcome::Aborted(abort));
            }
        }
    }

    fn send(&mut self, from: PartyIndex, outgoing: Vec<Outgoing>) {
        for Outgoing { to, frame } in outgoing {
            let step = Frame::decode(&frame).ok().map(|frame| frame.step);
            traffic::sent(from, to, &frame);
            let sent = Sent { from, to, step, frame };
            match &mut self.tamper {
                Some(tamper) => self.flights.extend(tamper(&sent)),
                None => self.flights.push(sent.deliver()),
            }
            self.report.sent.push(sent);
        }
    }
}

/// What must hold of a ceremony that has ended.
fn check_end<C: Ceremony>(party: PartyIndex, node: &mut Node<C>, outcome: Option<&Outcome<C::Output>>) {
    let peer = node.ceremony.parties().iter().copied().find(|other| *other != party);
    let late = peer.map(|peer| node.ceremony.receive(peer, b"late"));
    match (outcome, node.ceremony.poll(&mut node.rng)) {
        (Some(Outcome::Aborted(first)), Err(again)) => {
            assert_eq!(*first, again, "{party} changed its error");
            assert_eq!(late, Some(Err(again)), "{party} took a frame after its error");
        }
        (Some(Outcome::Done(_)), Ok(Step::Wait(missing))) => {
            assert!(missing.is_empty(), "{party} waits after its end");
            assert_eq!(late, Some(Ok(())), "{party} failed after its end");
        }
        _ => panic!("{party} is alive after its end"),
    }
}

/// A generator of randomness for tests, made from two numbers.
pub fn generator(seed: u64, stream: u16) -> ChaCha20Rng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8..10].copy_from_slice(&stream.to_be_bytes());
    ChaCha20Rng::from_seed(bytes)
}
