//! One ceremony of each kind among honest parties, and what it cost the busiest of them.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_ecdsa::Pairs;
use symbolon_frost::{Suite, ed25519, taproot};
use symbolon_mpc::dealing::{Dealing, Dealt, KeygenPlan, ResharePlan, keygen, reshare};
use symbolon_mpc::derive::Path;
use symbolon_mpc::recovery::{ENTROPY_LENGTH, RecoverySecret};
use symbolon_mpc::{Abort, Ceremony, CeremonyId, DeviceId, KeyShare, Machine};
use symbolon_mpc::{Party, PartyIndex, Quorum, Scheme, Step};

use crate::cost::{Clock, Cost, busiest, run};

/// Seeded randomness of every party.
pub type Generators = BTreeMap<PartyIndex, ChaCha20Rng>;

/// What each party holds: a share of every root, in the order of [`Scheme::ALL`].
pub type Holders = BTreeMap<PartyIndex, Vec<KeyShare>>;

/// Set-ups that each party's process keeps in memory.
pub type Memory = BTreeMap<PartyIndex, Pairs>;

/// One keygen of all roots.
pub fn deal(
    threshold: u16,
    parties: u16,
    seed: u64,
    rngs: &mut Generators,
    clock: Clock<'_>,
) -> (Holders, Cost) {
    let quorum = Quorum::new(threshold, all(parties).map(party).collect()).expect("a valid quorum");
    let plan = KeygenPlan {
        ceremony: id(seed),
        wallet: WALLET,
        epoch: 1,
        quorum,
        roots: Scheme::ALL.to_vec(),
        absent: Vec::new(),
    };
    run_dealing(all(parties), |index| keygen(plan.clone(), index).expect("a valid plan"), rngs, clock)
}

/// One keygen of all roots, the last party of which is absent: its share is sealed to a recovery key.
pub fn deal_with_recovery(
    threshold: u16,
    parties: u16,
    seed: u64,
    rngs: &mut Generators,
    clock: Clock<'_>,
) -> Cost {
    let recovery = RecoverySecret::derive(&[0x5e; ENTROPY_LENGTH]).key().device();
    let of = |index: PartyIndex| match index.value() == parties {
        true => Party { index, device: recovery },
        false => party(index),
    };
    let quorum = Quorum::new(threshold, all(parties).map(of).collect()).expect("a valid quorum");
    let plan = KeygenPlan {
        ceremony: id(seed),
        wallet: WALLET,
        epoch: 1,
        quorum,
        roots: Scheme::ALL.to_vec(),
        absent: all(parties).skip(usize::from(parties) - 1).collect(),
    };
    let present = all(parties - 1);
    run_dealing(present, |index| keygen(plan.clone(), index).expect("a valid plan"), rngs, clock).1
}

/// A rotation of all roots: the first t deal new shares to the same quorum.
pub fn rotate(holders: &Holders, session: u64, rngs: &mut Generators, clock: Clock<'_>) -> (Holders, Cost) {
    let from: Vec<_> =
        holders.values().take(1).flatten().map(|share: &KeyShare| share.info().clone()).collect();
    let to = from.first().expect("a root").quorum().clone();
    let dealers = holders.keys().copied().take(to.threshold().into()).collect();
    let plan = ResharePlan { ceremony: id(session), from, dealers, to, absent: Vec::new() };
    let start = |index| reshare(&plan, index, &holders[&index]).expect("a valid plan");
    run_dealing(holders.keys().copied(), start, rngs, clock)
}

fn run_dealing(
    parties: impl Iterator<Item = PartyIndex>,
    start: impl Fn(PartyIndex) -> Machine<Dealing>,
    rngs: &mut Generators,
    clock: Clock<'_>,
) -> (Holders, Cost) {
    let start = |index| Keeper { inner: start(index), shares: Vec::new() };
    let ended = run(parties, start, rngs, clock);
    let cost = busiest(ended.values().map(|(_, cost)| *cost));
    (ended.into_iter().map(|(index, (shares, _))| (index, shares)).collect(), cost)
}

/// One ECDSA signature by the first t parties, with what they have in `memory`.
pub fn sign_ecdsa(
    holders: &Holders,
    session: u64,
    memory: &mut Memory,
    rngs: &mut Generators,
    clock: Clock<'_>,
) -> Cost {
    let shares = signers(holders, Scheme::EcdsaSecp256k1);
    let devices: Vec<_> = shares.keys().map(|index| party(*index).device).collect();
    let plan = symbolon_ecdsa::SignPlan {
        ceremony: id(session),
        wallet: WALLET,
        epoch: epoch_of(&shares),
        signers: shares.keys().copied().collect(),
        intent: [0x11; 32],
        items: vec![symbolon_ecdsa::SignItem { path: path(), digest: [0x5a; 32] }],
    };
    let taken: BTreeMap<_, _> = shares
        .keys()
        .map(|index| (*index, memory.entry(*index).or_default().take(WALLET, plan.epoch, &devices)))
        .collect();
    let taken = std::cell::RefCell::new(taken);
    let start = |index| {
        let pairs = taken.borrow_mut().remove(&index).unwrap_or_default();
        symbolon_ecdsa::Sign::start(plan.clone(), shares[&index], pairs).expect("a valid plan")
    };
    let mut costs = Vec::new();
    for (index, (signed, cost)) in run(plan.signers.iter().copied(), start, rngs, clock) {
        memory.entry(index).or_default().put(signed.pairs);
        costs.push(cost);
    }
    busiest(costs.into_iter())
}

/// One Ed25519 signature by the first t parties.
pub fn sign_ed25519(holders: &Holders, session: u64, rngs: &mut Generators, clock: Clock<'_>) -> Cost {
    let item = ed25519::SignItem { path: path(), message: vec![0x5a; 32] };
    sign_frost::<ed25519::Ed25519>(holders, item, session, rngs, clock)
}

/// One Taproot signature, along the key's path, by the first t parties.
pub fn sign_taproot(holders: &Holders, session: u64, rngs: &mut Generators, clock: Clock<'_>) -> Cost {
    let item = taproot::SignItem { path: path(), sighash: [0x5a; 32], merkle_root: None };
    sign_frost::<taproot::Taproot>(holders, item, session, rngs, clock)
}

fn sign_frost<S: Suite>(
    holders: &Holders,
    item: S::Item,
    session: u64,
    rngs: &mut Generators,
    clock: Clock<'_>,
) -> Cost {
    let shares = signers(holders, S::SCHEME);
    let plan = symbolon_frost::SignPlan {
        ceremony: id(session),
        wallet: WALLET,
        epoch: epoch_of(&shares),
        signers: shares.keys().copied().collect(),
        intent: [0x11; 32],
        items: vec![item],
    };
    let start = |index| symbolon_frost::Sign::<S>::start(plan.clone(), shares[&index]).expect("a valid plan");
    let ended = run(plan.signers.iter().copied(), start, rngs, clock);
    busiest(ended.values().map(|(_, cost)| *cost))
}

/// Seeded randomness for `parties` parties.
pub fn generators(parties: u16, seed: u64) -> Generators {
    all(parties)
        .map(|index| {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            rng.set_stream(u64::from(index.value()));
            (index, rng)
        })
        .collect()
}

/// A dealing that hands out the pending shares at its end.
struct Keeper {
    inner: Machine<Dealing>,
    shares: Vec<KeyShare>,
}

impl Ceremony for Keeper {
    type Output = Vec<KeyShare>;

    fn parties(&self) -> &[PartyIndex] {
        self.inner.parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        self.inner.receive(from, frame)
    }

    fn poll(&mut self, rng: &mut dyn rand_core::CryptoRngCore) -> Result<Step<Vec<KeyShare>>, Abort> {
        Ok(match self.inner.poll(rng)? {
            Step::Send(outgoing) => Step::Send(outgoing),
            Step::Wait(parties) => Step::Wait(parties),
            Step::Hold => Step::Hold,
            Step::Store(Dealt::Pending { shares, .. }) => {
                self.shares = shares;
                Step::Store(Vec::new())
            }
            Step::Store(Dealt::Acknowledged(_)) => Step::Store(Vec::new()),
            Step::Done(_) => Step::Done(core::mem::take(&mut self.shares)),
        })
    }

    fn stored(&mut self) {
        self.inner.stored();
    }
}

/// The first t parties' shares of one root.
fn signers(holders: &Holders, scheme: Scheme) -> BTreeMap<PartyIndex, &KeyShare> {
    let shares = holders.values().flatten().filter(|share| share.scheme() == scheme);
    let mut shares: BTreeMap<_, _> = shares.map(|share| (share.index(), share)).collect();
    let threshold = shares.values().next().map_or(0, |share| share.info().quorum().threshold());
    while shares.len() > usize::from(threshold) {
        shares.pop_last();
    }
    shares
}

fn epoch_of(shares: &BTreeMap<PartyIndex, &KeyShare>) -> u32 {
    shares.values().next().map_or(0, |share| share.info().epoch())
}

fn all(parties: u16) -> impl Iterator<Item = PartyIndex> {
    (1..=parties).filter_map(PartyIndex::new)
}

fn party(index: PartyIndex) -> Party {
    Party { index, device: DeviceId([index.value() as u8; 32]) }
}

fn path() -> Path {
    Path::new(vec![44, 60, 0, 0, 0]).expect("a path")
}

fn id(session: u64) -> CeremonyId {
    let mut id = [0xce; 32];
    id[..8].copy_from_slice(&session.to_be_bytes());
    CeremonyId(id)
}

const WALLET: [u8; 32] = [0x77; 32];
