//! Keys, changes of quorum and runs of reshare, for the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use rand_core::RngCore;
use symbolon_mpc::dealing::{Dealt, Reshare, ResharePlan, keygen, reshare};
use symbolon_mpc::share::lagrange_coefficient;
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Simulator};
use symbolon_mpc::testing::{index, keygen_plan, quorum};
use symbolon_mpc::{CeremonyId, Ed25519, Group, KeyInfo, KeyShare, PartyIndex, Quorum, Scheme, Secp256k1};

/// What each holder of one epoch has: one share per root.
pub type Holders = BTreeMap<PartyIndex, Vec<KeyShare>>;

/// A change of quorum. The device of index i is device i, so that a new index is a new device.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: &'static str,
    pub dealers: Vec<u16>,
    pub threshold: u16,
    pub parties: Vec<u16>,
}

/// A quorum of these indices.
pub fn quorum_of(threshold: u16, indices: &[u16]) -> Quorum {
    let all = quorum(2, 32);
    let of = |value: &u16| *all.parties().iter().find(|party| party.index == index(*value)).unwrap();
    Quorum::new(threshold, indices.iter().map(of).collect()).unwrap()
}

/// A key of one scheme, ECDSA, among parties 1 to `parties`.
pub fn hold(threshold: u16, parties: u16, seed: u64) -> Holders {
    hold_roots(threshold, parties, &[Scheme::EcdsaSecp256k1], seed)
}

/// Keys of these schemes among parties 1 to `parties`.
pub fn hold_roots(threshold: u16, parties: u16, roots: &[Scheme], seed: u64) -> Holders {
    let plan = keygen_plan(quorum(threshold, parties), roots.to_vec(), seed);
    let ceremonies = plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap()));
    stored(Simulator::new(ceremonies, seed, Network::GOOD).run())
}

/// The shares that each receiver was told to store.
pub fn stored(report: Report<Dealt>) -> Holders {
    let shares = |stored| match stored {
        Dealt::Pending { shares, .. } => shares,
        Dealt::Acknowledged(_) => panic!("shares are stored, not keys"),
    };
    report.stored.into_iter().map(|(party, stored)| (party, shares(stored))).collect()
}

pub fn infos(holders: &Holders) -> Vec<KeyInfo> {
    holders.values().next().unwrap().iter().map(|share| share.info().clone()).collect()
}

/// Every kind of change that a `threshold`-of-`parties` quorum allows, each dealt by the first t and, where it
/// is another set, the last t.
pub fn changes(threshold: u16, parties: u16) -> Vec<Change> {
    let all: Vec<u16> = (1..=parties).collect();
    let with = |also: &[u16]| [&all[..], also].concat();
    let new = parties + 1;
    let mut kinds = vec![
        ("rotate", threshold, all.clone()),
        ("add", threshold, with(&[new])),
        ("add two and raise t", threshold + 2, with(&[new, new + 1])),
        ("replace the last", threshold, [&all[..all.len() - 1], &[new]].concat()),
        ("replace the first", threshold, [&all[1..], &[new]].concat()),
        ("replace all", threshold, (new..new + parties).collect()),
        ("move to 2-of-2", 2, vec![new, new + 1]),
    ];
    if parties > threshold {
        kinds.push(("remove the first", threshold, all[1..].to_vec()));
        kinds.push(("remove the last", threshold, all[..all.len() - 1].to_vec()));
        kinds.push(("raise t", threshold + 1, all.clone()));
    }
    if threshold > 2 {
        kinds.push(("lower t", threshold - 1, all.clone()));
        kinds.push(("lower t and remove", threshold - 1, all[1..].to_vec()));
    }
    let t = usize::from(threshold);
    let mut dealers = vec![all[..t].to_vec(), all[all.len() - t..].to_vec()];
    dealers.dedup();
    let each = |(name, threshold, parties): (_, _, Vec<u16>)| {
        let of = move |dealers: &Vec<u16>| Change {
            name,
            dealers: dealers.clone(),
            threshold,
            parties: parties.clone(),
        };
        dealers.iter().map(of).collect::<Vec<_>>()
    };
    kinds.into_iter().flat_map(each).collect()
}

/// A change that this quorum allows, of any kind, with random dealers. `unused` is the lowest index that the
/// wallet never used.
pub fn random_change(old: &Quorum, unused: &mut u16, rng: &mut dyn RngCore) -> Change {
    let mut pick = |below: usize| rng.next_u32() as usize % below;
    let indices: Vec<u16> = old.indices().map(PartyIndex::value).collect();
    let mut dealers = indices.clone();
    while dealers.len() > old.threshold().into() {
        dealers.remove(pick(dealers.len()));
    }
    let mut parties = indices;
    for _ in 0..pick(3) {
        parties.remove(pick(parties.len()));
    }
    while parties.len() < 2 || parties.len() < 6 && pick(2) == 0 {
        parties.push(*unused);
        *unused += 1;
    }
    let threshold = 2 + pick(parties.len() - 1) as u16;
    Change { name: "random", dealers, threshold, parties }
}

pub fn plan(from: Vec<KeyInfo>, change: &Change, seed: u64) -> ResharePlan {
    let mut id = [0x5e; 32];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    ResharePlan {
        ceremony: CeremonyId(id),
        from,
        dealers: change.dealers.iter().map(|dealer| index(*dealer)).collect(),
        to: quorum_of(change.threshold, &change.parties),
        absent: Vec::new(),
    }
}

/// The ceremonies of all parties of `plan`; who holds shares brings them, dealer or not.
pub fn ceremonies(plan: &ResharePlan, holders: &Holders) -> Vec<(PartyIndex, Reshare)> {
    let shares = |party| holders.get(&party).map(Vec::as_slice).unwrap_or_default();
    let parties = plan.parties().unwrap().into_iter().map(|party| party.index);
    parties.map(|party| (party, reshare(plan, party, shares(party)).unwrap())).collect()
}

pub fn run(plan: &ResharePlan, holders: &Holders, seed: u64, network: Network) -> Report<Dealt> {
    Simulator::new(ceremonies(plan, holders), seed, network).run()
}

/// Checks that all parties ended with the same keys as before in the hands of the new quorum, and gives the
/// new shares.
pub fn check_same_keys(plan: &ResharePlan, report: Report<Dealt>) -> Holders {
    for (party, outcome) in &report.outcomes {
        let Outcome::Done(Dealt::Acknowledged(keys)) = outcome else { panic!("{party}: {outcome:?}") };
        assert_eq!(keys.len(), plan.from.len());
        for (new, old) in keys.iter().zip(&plan.from) {
            assert_eq!((new.scheme(), new.wallet()), (old.scheme(), old.wallet()));
            assert_eq!((new.public_key(), new.chain_code()), (old.public_key(), old.chain_code()));
            assert_eq!((new.epoch(), new.quorum()), (old.epoch() + 1, &plan.to));
        }
    }
    let keys: Vec<_> = report.outcomes.values().map(|outcome| format!("{outcome:?}")).collect();
    assert!(keys.iter().all(|other| *other == keys[0]), "all know the same keys");
    let Some(Outcome::Done(Dealt::Acknowledged(keys))) = report.outcomes.values().next() else { panic!() };
    let keys = keys.clone();
    let holders = stored(report);
    assert!(holders.keys().copied().eq(plan.to.indices()), "exactly the new quorum stores");
    for (party, shares) in &holders {
        assert!(shares.iter().all(|share| share.index() == *party));
        assert!(shares.iter().map(KeyShare::info).eq(&keys));
    }
    holders
}

/// Whether these shares of one root, of whatever epochs, interpolate to its key. Their indices are distinct.
pub fn make_the_key(shares: &[&KeyShare]) -> bool {
    match shares[0].scheme() {
        Scheme::EcdsaSecp256k1 | Scheme::SchnorrSecp256k1 => interpolate::<Secp256k1>(shares),
        Scheme::Ed25519 => interpolate::<Ed25519>(shares),
        other => panic!("{other:?}"),
    }
}

fn interpolate<G: Group>(shares: &[&KeyShare]) -> bool {
    let indices: Vec<_> = shares.iter().map(|share| share.index()).collect();
    let sum = shares.iter().fold(G::zero(), |sum, share| {
        let weight = lagrange_coefficient::<G>(share.index(), &indices, 0).unwrap();
        // EXPOSE: a test's share.
        share.expose::<G, _>(|scalar| sum + weight * *scalar).unwrap()
    });
    G::generator_mul(&sum) == shares[0].info().public_point::<G>().unwrap()
}

/// All subsets but the empty one.
pub fn subsets<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let chosen =
        |mask: u32| (0..items.len()).filter(|bit| (mask >> bit) & 1 == 1).map(|bit| items[bit]).collect();
    (1..1 << items.len()).map(chosen).collect()
}

/// `count` of `items`, at random.
pub fn choose<T: Copy>(items: &[T], count: usize, rng: &mut dyn RngCore) -> Vec<T> {
    let mut chosen = items.to_vec();
    while chosen.len() > count {
        chosen.remove(rng.next_u32() as usize % chosen.len());
    }
    chosen
}
