//! The cases: keygen, first signature (with set-up), next signature; for each quorum.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;
use symbolon_ecdsa::{Pairs, Sign, SignItem, SignPlan};
use symbolon_mpc::dealing::{Dealt, KeygenPlan, keygen};
use symbolon_mpc::derive::Path;
use symbolon_mpc::{Ceremony, CeremonyId, DeviceId, KeyShare, Party, PartyIndex, Quorum, Scheme, Step};

use crate::cost::{Clock, Cost, run};

/// The quorums that are measured.
pub const QUORUMS: [(u16, u16); 3] = [(2, 2), (2, 3), (3, 5)];

/// One line of the table: medians of the busiest party.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `2 of 3`.
    pub quorum: String,
    /// Which case.
    pub case: &'static str,
    /// CPU time per party, ms.
    pub cpu_ms: f64,
    /// Of which from the approval on, ms; zero for keygen.
    pub after_approval_ms: f64,
    /// Bytes a party sends to one peer.
    pub bytes_per_peer: usize,
    /// Bytes a party sends in all.
    pub bytes_sent: usize,
    /// Messages to each peer, echoes included.
    pub messages: usize,
}

/// All cases, each the median of `runs` runs.
pub fn table(runs: u64, clock: Clock<'_>) -> Vec<Row> {
    QUORUMS.iter().flat_map(|&(threshold, parties)| quorum_rows(threshold, parties, runs, clock)).collect()
}

fn quorum_rows(threshold: u16, parties: u16, runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let mut costs: [Vec<Cost>; 3] = Default::default();
    for seed in 0..runs {
        let mut rngs = generators(parties, seed);
        let (shares, keygen) = deal(threshold, parties, seed, &mut rngs, clock);
        costs[0].push(keygen);
        let mut memory = BTreeMap::new();
        for (session, costs) in costs[1..].iter_mut().enumerate() {
            costs.push(sign(&shares, threshold, 2 * seed + session as u64, &mut memory, &mut rngs, clock));
        }
    }
    let name = format!("{threshold} of {parties}");
    let peers = [parties - 1, threshold - 1, threshold - 1];
    let cases = ["keygen", "first signature", "next signature"];
    costs
        .into_iter()
        .zip(cases)
        .zip(peers)
        .map(|((costs, case), peers)| row(name.clone(), case, usize::from(peers), costs))
        .collect()
}

fn row(quorum: String, case: &'static str, peers: usize, mut costs: Vec<Cost>) -> Row {
    let median = |costs: &mut Vec<Cost>, of: fn(&Cost) -> f64| {
        costs.sort_by(|one, other| of(one).total_cmp(&of(other)));
        costs.get(costs.len() / 2).map_or(0.0, of)
    };
    let after_approval_ms = median(&mut costs, |cost| cost.after_approval_ms);
    let cpu_ms = median(&mut costs, |cost| cost.cpu_ms);
    let bytes_sent = costs.iter().map(|cost| cost.bytes_sent).max().unwrap_or_default();
    let messages = costs.iter().map(|cost| cost.messages).max().unwrap_or_default();
    Row { quorum, case, cpu_ms, after_approval_ms, bytes_per_peer: bytes_sent / peers, bytes_sent, messages }
}

/// One keygen; the shares and the busiest party's cost.
pub fn deal(
    threshold: u16,
    parties: u16,
    seed: u64,
    rngs: &mut BTreeMap<PartyIndex, ChaCha20Rng>,
    clock: Clock<'_>,
) -> (Vec<KeyShare>, Cost) {
    let quorum = Quorum::new(threshold, all(parties).map(party).collect()).expect("a valid quorum");
    let plan = KeygenPlan {
        ceremony: id(seed),
        wallet: WALLET,
        epoch: 1,
        quorum,
        roots: vec![Scheme::EcdsaSecp256k1],
    };
    let ceremonies = all(parties)
        .map(|index| {
            (index, Keeper { inner: keygen(plan.clone(), index).expect("a valid plan"), shares: Vec::new() })
        })
        .collect();
    let ended = run(ceremonies, rngs, clock);
    let cost = busiest(ended.values().map(|(_, cost)| *cost));
    (ended.into_values().flat_map(|(shares, _)| shares).collect(), cost)
}

/// One signature by the first t parties; the busiest party's cost.
pub fn sign(
    shares: &[KeyShare],
    threshold: u16,
    session: u64,
    memory: &mut BTreeMap<PartyIndex, Pairs>,
    rngs: &mut BTreeMap<PartyIndex, ChaCha20Rng>,
    clock: Clock<'_>,
) -> Cost {
    let plan = SignPlan {
        ceremony: id(session + 1_000_000),
        wallet: WALLET,
        epoch: 1,
        signers: all(threshold).collect(),
        intent: [0x11; 32],
        items: vec![SignItem { path: Path::new(vec![44, 60, 0, 0, 0]).expect("a path"), digest: [0x5a; 32] }],
    };
    let devices: Vec<_> = all(threshold).map(|index| party(index).device).collect();
    let started = clock();
    let ceremonies: Vec<_> = shares
        .iter()
        .filter(|share| plan.signers.contains(&share.index()))
        .map(|share| {
            let pairs = memory.entry(share.index()).or_default().take(WALLET, 1, &devices);
            (share.index(), Sign::start(plan.clone(), share, pairs).expect("a valid plan"))
        })
        .collect();
    let start = (clock() - started) / f64::from(threshold);
    let mut cost = Vec::new();
    for (index, (signed, of_party)) in run(ceremonies, rngs, clock) {
        memory.entry(index).or_default().put(signed.pairs);
        cost.push(of_party);
    }
    let mut cost = busiest(cost.into_iter());
    cost.cpu_ms += start;
    cost
}

/// Seeded randomness of every party.
pub fn generators(parties: u16, seed: u64) -> BTreeMap<PartyIndex, ChaCha20Rng> {
    all(parties)
        .map(|index| {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            rng.set_stream(u64::from(index.value()));
            (index, rng)
        })
        .collect()
}

/// A keygen that hands out the pending shares at its end.
struct Keeper {
    inner: symbolon_mpc::dealing::Keygen,
    shares: Vec<KeyShare>,
}

impl Ceremony for Keeper {
    type Output = Vec<KeyShare>;

    fn parties(&self) -> &[PartyIndex] {
        self.inner.parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), symbolon_mpc::Abort> {
        self.inner.receive(from, frame)
    }

    fn poll(
        &mut self,
        rng: &mut dyn rand_core::CryptoRngCore,
    ) -> Result<Step<Vec<KeyShare>>, symbolon_mpc::Abort> {
        Ok(match self.inner.poll(rng)? {
            Step::Send(outgoing) => Step::Send(outgoing),
            Step::Wait(parties) => Step::Wait(parties),
            Step::Hold => Step::Hold,
            Step::Store(Dealt::Pending(shares)) => {
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

fn busiest(costs: impl Iterator<Item = Cost>) -> Cost {
    costs.fold(Cost::default(), |worst, cost| Cost {
        cpu_ms: worst.cpu_ms.max(cost.cpu_ms),
        after_approval_ms: worst.after_approval_ms.max(cost.after_approval_ms),
        bytes_sent: worst.bytes_sent.max(cost.bytes_sent),
        messages: worst.messages.max(cost.messages),
    })
}

fn all(parties: u16) -> impl Iterator<Item = PartyIndex> {
    (1..=parties).filter_map(PartyIndex::new)
}

fn party(index: PartyIndex) -> Party {
    Party { index, device: DeviceId([index.value() as u8; 32]) }
}

fn id(seed: u64) -> CeremonyId {
    let mut id = [0xce; 32];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    CeremonyId(id)
}

const WALLET: [u8; 32] = [0x77; 32];
