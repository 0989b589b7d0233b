//! What tests of any protocol on this floor share. Compiled with the feature `testing` only.
//!
//! [`sim`] runs a ceremony among parties over a bad network in one thread; [`harness`] alters every field of
//! every message of a party; [`conformance`] is the suite that every scheme passes; [`traffic`] counts and hashes
//! what all of them say.

// A test that finds a defect panics: that is what these modules are for.
#![allow(clippy::panic, clippy::unwrap_used)]

pub mod conformance;
pub mod fields;
pub mod harness;
pub mod mutation;
pub mod sim;
mod tape;
pub mod traffic;
mod walker;
pub mod wiped;
mod wrong;

use crate::ceremony::CeremonyId;
use crate::dealing::{Dealt, KeygenPlan, keygen};
use crate::group::Scheme;
use crate::party::{DeviceId, Party, PartyIndex, Quorum};
use crate::share::KeyShare;
use crate::transcript::sha256;

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

/// Chain code and public key of an extended public key (BIP-32, "Serialization format"; Base58Check).
///
/// # Panics
/// If it is none.
pub fn read_xpub(text: &str) -> ([u8; 32], Vec<u8>) {
    const ALPHABET: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 82];
    for letter in text.chars() {
        let mut carry = ALPHABET.find(letter).unwrap();
        for byte in bytes.iter_mut().rev() {
            carry += 58 * usize::from(*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
        assert_eq!(carry, 0);
    }
    let (payload, checksum) = bytes.split_at(78);
    assert_eq!(sha256(&sha256(payload))[..4], *checksum);
    (payload[13..45].try_into().unwrap(), payload[45..].to_vec())
}
