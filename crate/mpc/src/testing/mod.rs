//! What tests of any protocol on this floor share. Compiled with the feature `testing` only.
//!
//! [`sim`] runs a ceremony among parties over a bad network in one thread; [`harness`] alters every field of
//! every message of a party; [`conformance`] is the suite that every scheme passes.

// A test that finds a defect panics: that is what these modules are for.
#![allow(clippy::panic, clippy::unwrap_used)]

pub mod conformance;
pub mod fields;
pub mod harness;
pub mod mutation;
pub mod sim;
mod walker;

use crate::ceremony::CeremonyId;
use crate::dealing::{Dealt, KeygenPlan, keygen};
use crate::group::Scheme;
use crate::party::{DeviceId, Party, PartyIndex, Quorum};
use crate::share::KeyShare;

/// The index `value`, which is not zero.
pub fn index(value: u16) -> PartyIndex {
    PartyIndex::new(value).unwrap()
}

/// A quorum of parties 1 to `parties`, each on a device of its own.
pub fn quorum(threshold: u16, parties: u16) -> Quorum {
    let party = |value| {
        let mut device = [0xd0; 32];
        device[..2].copy_from_slice(&u16::to_be_bytes(value));
        Party { index: index(value), device: DeviceId(device) }
    };
    Quorum::new(threshold, (1..=parties).map(party).collect()).unwrap()
}

/// A keygen plan for `quorum`; `seed` makes ceremony and wallet ids.
pub fn keygen_plan(quorum: Quorum, roots: Vec<Scheme>, seed: u64) -> KeygenPlan {
    let mut id = [0xc0; 32];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    let mut wallet = id;
    wallet[31] = 0xa1;
    KeygenPlan { ceremony: CeremonyId(id), wallet, epoch: 1, quorum, roots }
}

/// One share for each party of a `threshold`-of-`parties` key, made by a keygen over a good network.
pub fn deal(threshold: u16, parties: u16, scheme: Scheme, seed: u64) -> Vec<KeyShare> {
    deal_all(threshold, parties, &[scheme], seed).pop().unwrap()
}

/// For each of `schemes` one share for each party, all made by one keygen over a good network.
pub fn deal_all(threshold: u16, parties: u16, schemes: &[Scheme], seed: u64) -> Vec<Vec<KeyShare>> {
    let plan = keygen_plan(quorum(threshold, parties), schemes.to_vec(), seed);
    let ceremonies = plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap()));
    let report = sim::Simulator::new(ceremonies, seed, sim::Network::GOOD).run();
    assert!(report.all_done(), "{:?}", report.outcomes);
    let mut roots: Vec<Vec<_>> = schemes.iter().map(|_| Vec::new()).collect();
    for stored in report.stored.into_values() {
        let Dealt::Pending(shares) = stored else { panic!("shares are stored, not keys") };
        assert_eq!(shares.len(), roots.len());
        for (root, share) in roots.iter_mut().zip(shares) {
            root.push(share);
        }
    }
    roots
}
