//! An honest run on record, and frames of it altered.

use std::collections::BTreeMap;

use super::fields::{Field, Inspect};
use super::harness::{Case, Scope};
use super::mutation::{Mutation, mutate};
use super::sim::{Network, Simulator, generator};
use crate::ceremony::Ceremony;
use crate::party::PartyIndex;

/// Frames of one run with the fields of each.
pub(super) struct Tape(BTreeMap<Place, Recorded>);

/// Sender, receiver, step.
pub(super) type Place = (PartyIndex, PartyIndex, u16);

/// A frame and its fields.
type Recorded = (Vec<u8>, Vec<Field>);

/// Altered frames and their places.
pub(super) type Altered = BTreeMap<Place, Vec<u8>>;

impl Tape {
    /// An honest run; `expand` gives the fields that are altered for each that a message has.
    pub(super) fn record<C: Ceremony + Inspect>(
        ceremonies: Vec<(PartyIndex, C)>,
        seed: u64,
        expand: impl Fn(&Field) -> Vec<Field>,
    ) -> Self {
        let (report, parties) = Simulator::new(ceremonies, seed, Network::GOOD).run_with_parties();
        assert!(report.all_done(), "an honest run ends with its outcome");
        let mut frames = BTreeMap::new();
        for sent in report.sent {
            let log = parties.get(&sent.from).map(|party| party.sent()).unwrap_or_default();
            let step = sent.step.unwrap();
            let fields = log.iter().find(|frame| frame.to == sent.to && frame.step == step).unwrap();
            let fields = fields.fields.iter().flat_map(&expand).collect();
            frames.insert((sent.from, sent.to, step), (sent.frame, fields));
        }
        Self(frames)
    }

    pub(super) fn frame(&self, place: &Place) -> Option<&Vec<u8>> {
        self.0.get(place).map(|(frame, _)| frame)
    }

    pub(super) fn of(&self, sender: PartyIndex) -> impl Iterator<Item = (Place, &Recorded)> {
        self.0.iter().filter(move |((from, _, _), _)| *from == sender).map(|(key, frame)| (*key, frame))
    }

    pub(super) fn receivers(&self, sender: PartyIndex, step: u16) -> Vec<PartyIndex> {
        self.of(sender).filter(|((_, _, other), _)| *other == step).map(|((_, to, _), _)| to).collect()
    }

    pub(super) fn last_step(&self) -> Option<u16> {
        self.0.keys().map(|(_, _, step)| *step).max()
    }

    /// The frames of `case`, altered. The same for every receiver, so that an altered broadcast is the same to
    /// all.
    pub(super) fn replace(&self, earlier: &Self, case: &Case, seed: u64) -> Altered {
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
            let mut rng = generator(seed, 1 + case.step);
            if let Some(altered) = mutate(frame, field, case.mutation, donor, &mut rng) {
                replaced.insert(key, altered);
            }
        }
        replaced
    }
}
