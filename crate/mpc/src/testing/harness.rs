//! The malicious-party harness: one party of a ceremony alters every field of every message in every way.
//!
//! Whatever the protocol, two things are checked of each run: no honest party that got an altered frame ends
//! with an outcome, and no honest party blames another honest one. What more is provable is the protocol's own
//! matter, and is left to the `judge` that it hands in.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Field, Inspect, Part};
use super::mutation::{Mutation, mutate};
use super::sim::{Delivery, Network, Outcome, Report, Sent, Simulator, generator};
use crate::abort::Blame;
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
    /// How many runs there were.
    pub runs: usize,
    /// Every field altered at least once: step, part, path.
    pub fields: BTreeSet<(u16, Part, String)>,
    /// Every field that the messages have.
    pub all_fields: BTreeSet<(u16, Part, String)>,
}

/// Frames of one run with the fields of each, by sender, receiver and step.
struct Tape(BTreeMap<Place, Recorded>);

/// Sender, receiver, step.
type Place = (PartyIndex, PartyIndex, u16);

/// A frame and its fields.
type Recorded = (Vec<u8>, Vec<Field>);

/// Altered frames and their places.
type Altered = BTreeMap<Place, Vec<u8>>;

/// Runs `make(session)` once for every field of every frame that `malicious` sends, every mutation and every
/// scope. `make` gives the ceremonies of a session; only ceremony ids and the like may depend on `session`.
///
/// # Panics
/// If an honest party that got an altered frame ends with an outcome, if one blames an honest one, and where
/// `judge` does.
pub fn alter_everything<C>(
    make: impl Fn(u64) -> Vec<(PartyIndex, C)>,
    malicious: PartyIndex,
    mut judge: impl FnMut(&Case, &Report<C::Output>),
) -> Coverage
where
    C: Ceremony + Inspect,
{
    let tape = Tape::record(make(SESSION), SESSION);
    let earlier = Tape::record(make(EARLIER_SESSION), EARLIER_SESSION);
    let mut coverage = Coverage::default();
    for ((_, to, step), (_, fields)) in tape.of(malicious) {
        for field in fields {
            let name = (step, field.part, field.path.clone());
            coverage.all_fields.insert(name.clone());
            for mutation in Mutation::ALL {
                for scope in [Scope::All, Scope::One(to)] {
                    let case = Case { malicious, step, field: field.clone(), mutation, scope };
                    // "All" is the same run whichever receiver the frame was found at.
                    if scope == Scope::All && Some(to) != tape.first_receiver(malicious, step) {
                        continue;
                    }
                    let replaced = tape.replace(&earlier, &case);
                    if replaced.is_empty() {
                        continue;
                    }
                    let report = run_with(make(SESSION), &case, &replaced, &tape);
                    check(&case, &replaced, &report);
                    judge(&case, &report);
                    coverage.runs += 1;
                    coverage.fields.insert(name.clone());
                }
            }
        }
    }
    coverage
}

fn run_with<C: Ceremony>(
    ceremonies: Vec<(PartyIndex, C)>,
    case: &Case,
    replaced: &Altered,
    tape: &Tape,
) -> Report<C::Output> {
    let echo = case.step + 1;
    let tamper = |sent: &Sent| {
        let place = (sent.from, sent.to, sent.step.unwrap_or(u16::MAX));
        if let Some(altered) = replaced.get(&place) {
            // The same seed makes the same frames up to here, so that the altered one fits into this session.
            assert_eq!(tape.0.get(&place).map(|(frame, _)| frame), Some(&sent.frame), "{place:?} moved");
            return vec![sent.deliver_as(altered.clone())];
        }
        if case.scope != Scope::All || !case.step.is_multiple_of(2) || sent.step != Some(echo) {
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

fn check<O>(case: &Case, replaced: &Altered, report: &Report<O>) {
    for (party, outcome) in &report.outcomes {
        if *party == case.malicious {
            continue;
        }
        match outcome {
            Outcome::Done(_) => {
                let was_told = replaced.keys().any(|(_, to, _)| to == party);
                assert!(!was_told, "{party} ended with an outcome: {case:?}");
            }
            Outcome::Aborted(abort) => {
                let is_fair = [Blame::Nobody, Blame::Party(case.malicious)].contains(&abort.blame);
                assert!(is_fair, "{party} blames an honest party: {abort:?} in {case:?}");
            }
            Outcome::Stalled(_) => {}
        }
    }
}

impl Tape {
    fn record<C: Ceremony + Inspect>(ceremonies: Vec<(PartyIndex, C)>, seed: u64) -> Self {
        let (report, parties) = Simulator::new(ceremonies, seed, Network::GOOD).run_with_parties();
        assert!(report.all_done(), "an honest run ends with its outcome");
        let mut frames = BTreeMap::new();
        for sent in report.sent {
            let log = parties.get(&sent.from).map(|party| party.sent()).unwrap_or_default();
            let step = sent.step.unwrap();
            let fields = log.iter().find(|frame| frame.to == sent.to && frame.step == step).unwrap();
            frames.insert((sent.from, sent.to, step), (sent.frame, fields.fields.clone()));
        }
        Self(frames)
    }

    fn of(&self, sender: PartyIndex) -> impl Iterator<Item = (Place, &Recorded)> {
        self.0.iter().filter(move |((from, _, _), _)| *from == sender).map(|(key, frame)| (*key, frame))
    }

    fn first_receiver(&self, sender: PartyIndex, step: u16) -> Option<PartyIndex> {
        self.of(sender).find(|((_, _, other), _)| *other == step).map(|((_, to, _), _)| to)
    }

    /// The frames of `case`, altered.
    fn replace(&self, earlier: &Self, case: &Case) -> Altered {
        let mut replaced = BTreeMap::new();
        for (key, (frame, fields)) in self.of(case.malicious) {
            let (_, to, step) = key;
            if step != case.step || !matches!(case.scope, Scope::All) && case.scope != Scope::One(to) {
                continue;
            }
            let is_it = |field: &&Field| field.part == case.field.part && field.path == case.field.path;
            let Some(field) = fields.iter().find(is_it) else { continue };
            let donor = match case.mutation {
                Mutation::Earlier => earlier.0.get(&key),
                Mutation::Other => self
                    .0
                    .iter()
                    .find(|((from, _, other), _)| *from != case.malicious && *other == step)
                    .map(|(_, frame)| frame),
                _ => None,
            };
            let donor =
                donor.and_then(|(frame, fields)| Some((frame.as_slice(), fields.iter().find(is_it)?)));
            // The same for every receiver, so that an altered broadcast is the same to all.
            let mut rng = generator(SESSION, 1 + case.step);
            if let Some(altered) = mutate(frame, field, case.mutation, donor, &mut rng) {
                replaced.insert(key, altered);
            }
        }
        replaced
    }
}

const SESSION: u64 = 2;
const EARLIER_SESSION: u64 = 1;
