//! The malicious-party harness: one party of a ceremony alters every field of every message in every way.
//!
//! Whatever the protocol, these are checked of each run: no honest party that got an altered frame ends with an
//! outcome; no honest party blames another honest one; two different frames for a step end in
//! [`Cause::Conflict`], naming the sender, unless the first one alone ended the ceremony before; the same frame
//! twice changes nothing. What more is provable is the protocol's own matter, and is left to the `judge` that it
//! hands in; what becomes of the parties afterwards, to [`Harness::afterwards`].

use std::collections::BTreeSet;
use std::fmt;

use super::fields::{Field, Inspect, Part};
use super::mutation::Mutation;
use super::sim::{Delivery, Network, Outcome, Report, Sent, Simulator};
use super::tape::{Altered, Tape};
use crate::abort::{Abort, Blame, Cause};
use crate::ceremony::Ceremony;
use crate::party::PartyIndex;

/// Whom an altered frame goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every peer gets the frame altered in the same way.
    All,
    /// This peer alone; the others get the honest frame.
    One(PartyIndex),
}

/// One thing that the malicious party did.
#[derive(Clone, Debug)]
pub struct Case {
    /// The malicious party.
    pub malicious: PartyIndex,
    /// The step whose frame it altered.
    pub step: u16,
    /// The field.
    pub field: Field,
    /// What it did to it.
    pub mutation: Mutation,
    /// Whom it sent it to.
    pub scope: Scope,
}

/// What the harness covered.
#[derive(Debug, Default)]
pub struct Coverage {
    /// How many runs there were, honest ones included.
    pub runs: usize,
    /// Every field altered at least once: step, part, path.
    pub fields: BTreeSet<(u16, Part, String)>,
    /// Every field that the messages have.
    pub all_fields: BTreeSet<(u16, Part, String)>,
    /// Mutations that applied to some field.
    pub mutations: BTreeSet<Mutation>,
    /// Frames that were sent twice and changed nothing.
    pub duplicates: usize,
    /// Honest sessions that followed, one for each step and mutation.
    pub afterwards: usize,
}

/// An attack in the making.
pub struct Harness<'a, C: Ceremony + Inspect> {
    make: Box<dyn Fn(u64) -> Vec<(PartyIndex, C)> + 'a>,
    malicious: PartyIndex,
    mutations: Vec<Mutation>,
    elements: &'a [(&'a str, usize)],
    sampled: bool,
    every_victim: bool,
    wanted: Wanted<'a>,
    afterwards: Option<Afterwards<'a, C::Output>>,
}

/// Whether a field of a step is altered.
type Wanted<'a> = Box<dyn Fn(u16, &Field) -> bool + 'a>;

/// What is done with the parties when a case is over.
type Afterwards<'a, O> = Box<dyn FnMut(&Case, Report<O>) + 'a>;

/// In which order an altered frame and the honest one for the same step are sent.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// The altered frame alone.
    Alone,
    AlteredFirst,
    HonestFirst,
}

/// Runs `make(session)` once for every field of every frame that `malicious` sends, every mutation and every
/// scope. `make` gives the ceremonies of a session; only ceremony ids and the like may depend on `session`.
///
/// # Panics
/// If an honest party that got an altered frame ends with an outcome, if one blames an honest one, and where
/// `judge` does.
pub fn alter_everything<C>(
    make: impl Fn(u64) -> Vec<(PartyIndex, C)>,
    malicious: PartyIndex,
    judge: impl FnMut(&Case, &Report<C::Output>),
) -> Coverage
where
    C: Ceremony + Inspect,
{
    Harness::new(make, malicious).run(judge)
}

impl<'a, C: Ceremony + Inspect> Harness<'a, C> {
    /// `malicious` alters what it sends in the ceremonies of `make(session)`; see [`alter_everything`].
    pub fn new(make: impl Fn(u64) -> Vec<(PartyIndex, C)> + 'a, malicious: PartyIndex) -> Self {
        Self {
            make: Box::new(make),
            malicious,
            mutations: Mutation::ALL.to_vec(),
            elements: &[],
            sampled: true,
            every_victim: true,
            wanted: Box::new(|_, _| true),
            afterwards: None,
        }
    }

    /// Other mutations than [`Mutation::ALL`].
    #[must_use]
    pub fn mutations(mut self, mutations: impl IntoIterator<Item = Mutation>) -> Self {
        self.mutations = mutations.into_iter().collect();
        self
    }

    /// Byte strings that hold many things of one size: last word of the path, and the size. Their first, middle
    /// and last element are altered as fields of their own, besides the whole.
    #[must_use]
    pub fn elements(mut self, elements: &'a [(&'a str, usize)]) -> Self {
        self.elements = elements;
        self
    }

    /// Alters all elements and not only three of each byte string.
    #[must_use]
    pub fn every_element(mut self) -> Self {
        self.sampled = false;
        self
    }

    /// Where frames differ by receiver, lies to one peer only: to each in turn, from case to case.
    #[must_use]
    pub fn victims_in_turn(mut self) -> Self {
        self.every_victim = false;
        self
    }

    /// Alters only the fields of a step that `wanted` says.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(u16, &Field) -> bool + 'a) -> Self {
        self.wanted = Box::new(wanted);
        self
    }

    /// Calls `afterwards` with the outcome of one case for each step and mutation: for an honest session of the
    /// same parties.
    #[must_use]
    pub fn afterwards(mut self, afterwards: impl FnMut(&Case, Report<C::Output>) + 'a) -> Self {
        self.afterwards = Some(Box::new(afterwards));
        self
    }

    /// Runs it; `judge` is asked about every altered frame, but for duplicates.
    ///
    /// # Panics
    /// As [`alter_everything`].
    pub fn run(mut self, mut judge: impl FnMut(&Case, &Report<C::Output>)) -> Coverage {
        let tape = Tape::record((self.make)(SESSION), SESSION, |field| self.expand(field));
        let earlier = Tape::record((self.make)(EARLIER_SESSION), EARLIER_SESSION, |field| self.expand(field));
        let mut coverage = Coverage { runs: 2, ..Coverage::default() };
        let mut followed = BTreeSet::new();
        let mut turn = 0;
        for ((_, to, step), (_, fields)) in tape.of(self.malicious) {
            let receivers = tape.receivers(self.malicious, step);
            if receivers.first() == Some(&to) {
                self.send_twice(step);
                coverage.duplicates += 1;
                coverage.runs += 1;
            }
            for field in fields.iter().filter(|field| (self.wanted)(step, field)) {
                let name = (step, field.part, field.path.clone());
                coverage.all_fields.insert(name.clone());
                for mutation in &self.mutations {
                    turn += usize::from(receivers.first() == Some(&to));
                    for scope in self.scopes(&receivers, to, turn) {
                        let (malicious, field) = (self.malicious, field.clone());
                        let case = Case { malicious, step, field, mutation: *mutation, scope };
                        let replaced = tape.replace(&earlier, &case, SESSION);
                        if replaced.is_empty() {
                            continue;
                        }
                        coverage.fields.insert(name.clone());
                        coverage.mutations.insert(*mutation);
                        let report = self.run_case(&case, &replaced, &tape, &mut coverage, &mut judge);
                        let is_first = case.field.part != Part::Header && followed.insert((step, *mutation));
                        if let (Some(afterwards), true) = (&mut self.afterwards, is_first) {
                            afterwards(&case, report);
                            coverage.afterwards += 1;
                        }
                    }
                }
            }
        }
        coverage
    }

    fn expand(&self, field: &Field) -> Vec<Field> {
        let last = field.path.rsplit('.').next().unwrap_or_default();
        let size = self.elements.iter().find(|(name, _)| *name == last).map(|(_, size)| *size);
        let elements = size.map(|size| field.elements(size, self.sampled)).unwrap_or_default();
        // A size that went stale would leave elements out without a word.
        assert!(
            size.is_none() || !elements.is_empty(),
            "{} does not hold elements of {size:?} bytes",
            field.path
        );
        [vec![field.clone()], elements].concat()
    }

    /// Whom the frame that was found at the receiver `to` is altered for.
    fn scopes(&self, receivers: &[PartyIndex], to: PartyIndex, turn: usize) -> Vec<Scope> {
        let mut scopes = Vec::new();
        // "All" is the same run whichever receiver the frame was found at; with one receiver it is "one".
        if receivers.first() == Some(&to) {
            scopes.push(Scope::All);
        }
        let is_its_turn = self.every_victim || receivers.get(turn % receivers.len().max(1)) == Some(&to);
        if receivers.len() > 1 && is_its_turn {
            scopes.push(Scope::One(to));
        }
        scopes
    }

    fn run_case(
        &self,
        case: &Case,
        replaced: &Altered,
        tape: &Tape,
        coverage: &mut Coverage,
        judge: &mut impl FnMut(&Case, &Report<C::Output>),
    ) -> Report<C::Output> {
        let orders = match case.mutation {
            Mutation::Duplicate => [Order::HonestFirst, Order::AlteredFirst].as_slice(),
            _ => [Order::Alone].as_slice(),
        };
        let mut reports = orders.iter().map(|order| {
            let report = run_with((self.make)(SESSION), case, replaced, tape, *order);
            check(case, replaced, &report, *order, tape.last_step());
            coverage.runs += 1;
            report
        });
        let mut report = reports.next().expect("there is an order");
        report = reports.last().unwrap_or(report);
        if case.mutation != Mutation::Duplicate {
            judge(case, &report);
        }
        report
    }

    /// The same frame twice is one frame.
    fn send_twice(&self, step: u16) {
        let report = Simulator::new((self.make)(SESSION), SESSION, Network::GOOD)
            .tamper(|sent| {
                let is_it = sent.from == self.malicious && sent.step == Some(step);
                vec![sent.deliver(); if is_it { 2 } else { 1 }]
            })
            .run();
        assert!(report.all_done(), "step {step} sent twice: {:?}", aborts(&report));
    }
}

fn run_with<C: Ceremony>(
    ceremonies: Vec<(PartyIndex, C)>,
    case: &Case,
    replaced: &Altered,
    tape: &Tape,
    order: Order,
) -> Report<C::Output> {
    let echo = case.step + 1;
    let tamper = |sent: &Sent| {
        let place = (sent.from, sent.to, sent.step.unwrap_or(u16::MAX));
        if let Some(altered) = replaced.get(&place) {
            // The same seed makes the same frames up to here, so that the altered one fits into this session.
            assert_eq!(tape.frame(&place), Some(&sent.frame), "{place:?} moved");
            let altered = sent.deliver_as(altered.clone());
            return match order {
                Order::Alone => vec![altered],
                Order::AlteredFirst => vec![altered, sent.deliver()],
                Order::HonestFirst => vec![sent.deliver(), altered],
            };
        }
        let is_echo_of_the_lie = case.step.is_multiple_of(2) && sent.step == Some(echo);
        if case.scope != Scope::All || !is_echo_of_the_lie || order != Order::Alone {
            return vec![sent.deliver()];
        }
        // Who lies alike to all also echoes its lie: the honest hear their own echo from it, and its machine,
        // which knows nothing of the lie, hears its own from them, so that it goes on.
        match case.malicious {
            liar if sent.from == liar => vec![Delivery { from: sent.to, to: liar, ..sent.deliver() }],
            liar if sent.to == liar => Vec::new(),
            liar => vec![sent.deliver(), Delivery { from: liar, ..sent.deliver() }],
        }
    };
    Simulator::new(ceremonies, SESSION, Network::GOOD).tamper(tamper).run()
}

fn check<O>(case: &Case, replaced: &Altered, report: &Report<O>, order: Order, last_step: Option<u16>) {
    for (party, outcome) in &report.outcomes {
        if *party == case.malicious {
            continue;
        }
        let was_told = replaced.keys().any(|(_, to, _)| to == party);
        match outcome {
            Outcome::Done(_) => {
                // The honest frame was the last that it needed; what comes later is no matter to it.
                let is_over = order == Order::HonestFirst && last_step == Some(case.step);
                assert!(!was_told || is_over, "{party} ended with an outcome: {case:?}");
            }
            Outcome::Aborted(abort) => {
                let is_fair = [Blame::Nobody, Blame::Party(case.malicious)].contains(&abort.blame);
                assert!(is_fair, "{party} blames an honest party: {abort:?} in {case:?}");
                let is_conflict = *abort == Abort::party(case.malicious, Cause::Conflict);
                assert!(!was_told || order != Order::HonestFirst || is_conflict, "{abort:?} in {case:?}");
            }
            Outcome::Stalled(_) => {
                assert!(!was_told || order == Order::Alone, "{party} took two frames for a step: {case:?}");
            }
        }
    }
}

fn aborts<O>(report: &Report<O>) -> Vec<(PartyIndex, Option<&Abort>)> {
    report.outcomes.keys().map(|party| (*party, report.abort(*party))).collect()
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: BTreeSet<_> = self.all_fields.iter().map(|(step, _, _)| step).collect();
        write!(
            f,
            "{} runs, {} fields in {} steps, {} mutations, {} %",
            self.runs,
            self.all_fields.len(),
            steps.len(),
            self.mutations.len(),
            100 * self.fields.len() / self.all_fields.len().max(1),
        )?;
        write!(f, "; {} frames sent twice, {} honest sessions afterwards", self.duplicates, self.afterwards)
    }
}

const SESSION: u64 = 2;
const EARLIER_SESSION: u64 = 1;
