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

use std::collections::BTreeMap;

use crate::ceremony::CeremonyId;
use crate::dealing::{Dealt, KeygenPlan, keygen};
use crate::group::Scheme;
use crate::party::{DeviceId, Party, PartyIndex, Quorum};
use crate::recovery::{ENTROPY_LENGTH, RecoverySecret, SealedShare};
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
    KeygenPlan { ceremony: CeremonyId(id), wallet, epoch: 1, quorum, roots, absent: Vec::new() }
}

/// What opens the recovery share of the party `value`, in tests.
pub fn recovery_secret(value: u16) -> RecoverySecret {
    let mut entropy = [0x5e; ENTROPY_LENGTH];
    entropy[..2].copy_from_slice(&value.to_be_bytes());
    RecoverySecret::derive(&entropy)
}

/// `quorum`, in which the parties `absent` have recovery keys in the place of devices.
pub fn with_absent(quorum: &Quorum, absent: &[u16]) -> Quorum {
    let of = |party: &Party| match absent.contains(&party.index.value()) {
        true => Party { device: recovery_secret(party.index.value()).key().device(), ..*party },
        false => *party,
    };
    Quorum::new(quorum.threshold(), quorum.parties().iter().map(of).collect()).unwrap()
}

/// A keygen plan for parties 1 to `parties`, of which some are absent; `seed` makes ceremony and wallet ids.
pub fn keygen_plan_with_absent(
    threshold: u16,
    parties: u16,
    absent: &[u16],
    roots: &[Scheme],
    seed: u64,
) -> KeygenPlan {
    let quorum = with_absent(&quorum(threshold, parties), absent);
    let absent = absent.iter().copied().map(index).collect();
    KeygenPlan { absent, ..keygen_plan(quorum, roots.to_vec(), seed) }
}

/// What each party that was present stored after a dealing, and the shares of those that were not.
///
/// # Panics
/// If it was not done, or if two were given different sealed shares.
pub fn stored(report: sim::Report<Dealt>) -> (BTreeMap<PartyIndex, Vec<KeyShare>>, Vec<SealedShare>) {
    assert!(report.all_done(), "{:?}", report.outcomes);
    let mut all_sealed: Option<Vec<SealedShare>> = None;
    let mut holders = BTreeMap::new();
    for (party, stored) in report.stored {
        let Dealt::Pending { shares, sealed } = stored else { panic!("shares are stored, not keys") };
        assert!(all_sealed.as_ref().is_none_or(|others| *others == sealed), "the same for all");
        all_sealed = Some(sealed);
        holders.insert(party, shares);
    }
    (holders, all_sealed.unwrap_or_default())
}

/// The outcome of `plan` over a good network; as [`stored`].
///
/// # Panics
/// As [`stored`].
pub fn deal_plan(plan: &KeygenPlan, seed: u64) -> (BTreeMap<PartyIndex, Vec<KeyShare>>, Vec<SealedShare>) {
    let present = plan.quorum.indices().filter(|party| !plan.absent.contains(party));
    let ceremonies = present.map(|party| (party, keygen(plan.clone(), party).unwrap()));
    stored(sim::Simulator::new(ceremonies, seed, sim::Network::GOOD).run())
}

/// One share for each party of a `threshold`-of-`parties` key, made by a keygen over a good network.
pub fn deal(threshold: u16, parties: u16, scheme: Scheme, seed: u64) -> Vec<KeyShare> {
    deal_all(threshold, parties, &[scheme], seed).pop().unwrap()
}

/// For each of `schemes` one share for each party, all made by one keygen over a good network.
pub fn deal_all(threshold: u16, parties: u16, schemes: &[Scheme], seed: u64) -> Vec<Vec<KeyShare>> {
    let plan = keygen_plan(quorum(threshold, parties), schemes.to_vec(), seed);
    let (holders, _) = deal_plan(&plan, seed);
    let mut roots: Vec<Vec<_>> = schemes.iter().map(|_| Vec::new()).collect();
    for shares in holders.into_values() {
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
