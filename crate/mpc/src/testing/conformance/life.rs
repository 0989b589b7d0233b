//! The life of a key that signs: keygen → sign → rotate → sign → replace → sign → change t → sign → move → sign; and
//! that of a wallet with a recovery share: keygen → sign → rotate → lose a device → recover → sign.

use std::collections::BTreeMap;

use super::QUORUMS;
use crate::ceremony::CeremonyId;
use crate::dealing::{ResharePlan, reshare};
use crate::derive::Path;
use crate::group::Scheme;
use crate::party::{PartyIndex, Quorum};
use crate::recovery::SealedShare;
use crate::share::{KeyInfo, KeyShare};
use crate::testing::sim::{Network, Simulator};
use crate::testing::{
    deal_plan, index, keygen_plan, keygen_plan_with_absent, quorum, recovery_secret, stored, with_absent,
};

/// A scheme that can sign, as [`signing`] drives it.
pub trait SigningScheme {
    /// The scheme.
    const SCHEME: Scheme;

    /// Signs `message` with the key at `path`: a ceremony among the holders of `shares`, everybody approving, under
    /// the epoch of the first. Gives the signature when others' code has taken it under the derived key, and
    /// `None` if a signer refused to start or the ceremony ended without a signature.
    ///
    /// # Panics
    /// If the signers end with different signatures, or others' code refuses one.
    fn sign(shares: &[&KeyShare], path: &Path, message: &[u8; 32], session: u64) -> Option<Vec<u8>>;
}

/// Checks the life of keys of a scheme that signs, for every quorum of [`QUORUMS`].
///
/// # Panics
/// If one does not live as it should.
pub fn signing<S: SigningScheme>() {
    for (threshold, parties) in QUORUMS {
        live::<S>(threshold, parties);
    }
    for (threshold, parties) in [(2, 3), (3, 4)] {
        recover::<S>(threshold, parties);
    }
}

/// The last party is absent; then the first is lost, and another device and another recovery share take their places.
fn recover<S: SigningScheme>(threshold: u16, parties: u16) {
    let mut session = Sessions(1000);
    let plan = keygen_plan_with_absent(threshold, parties, &[parties], &Scheme::ALL, 7);
    let (born, first_file) = deal_plan(&plan, 7);
    let devices: Vec<u16> = (1..parties).collect();
    let recovery = index(parties);
    sign_with::<S>(&born, &mut session);

    let same = plan.quorum.clone();
    let (mut holders, file) = change_with_absent(&born, &devices, same, &[parties], session.next());
    let keys: Vec<KeyInfo> = holders[&index(1)].iter().map(|share| share.info().clone()).collect();
    let unseal = |file: &SealedShare| file.unseal(&keys, &recovery_secret(parties));
    assert!(unseal(&first_file[0]).is_err(), "the file of the first epoch does not fit any more");
    let lost = holders.remove(&index(1)).unwrap();
    holders.insert(recovery, unseal(&file[0]).unwrap());
    // The share of the file signs like any other.
    sign_with::<S>(&holders, &mut session);

    let (new, new_recovery) = (parties + 1, parties + 2);
    let indices = [&devices[1..], &[new, new_recovery]].concat();
    let to = with_absent(&quorum_of(threshold, &indices), &[new_recovery]);
    let dealers = [&devices[1..], &[parties]].concat();
    let (recovered, _) = change_with_absent(&holders, &dealers, to, &[new_recovery], session.next());
    assert!(recovered.keys().copied().eq(indices.iter().take(devices.len()).copied().map(index)));
    for (recovered, born) in recovered.values().flatten().zip(born[&index(1)].iter().cycle()) {
        assert_eq!(recovered.info().public_key(), born.info().public_key());
        assert_eq!(recovered.info().chain_code(), born.info().chain_code());
    }
    sign_with::<S>(&recovered, &mut session);
    // What was lost, and the old file, are of no use with what there is now.
    holders.insert(index(1), lost);
    nobody_signs_across_epochs::<S>(&shares_of::<S>(&holders), &shares_of::<S>(&recovered), &mut session);
}

fn sign_with<S: SigningScheme>(holders: &Holders, session: &mut Sessions) {
    let shares = shares_of::<S>(holders);
    let threshold = usize::from(shares[0].info().quorum().threshold());
    let path: Path = "m/44/60/0/0/7".parse().unwrap();
    assert!(S::sign(&shares[shares.len() - threshold..], &path, &[4; 32], session.next()).is_some());
}

/// A reshare of all roots to a quorum of which some are absent, over a bad network.
fn change_with_absent(
    old: &Holders,
    dealers: &[u16],
    to: Quorum,
    absent: &[u16],
    session: u64,
) -> (Holders, Vec<SealedShare>) {
    let [dealers, absent] = [dealers, absent].map(|numbers| numbers.iter().copied().map(index).collect());
    run_change(old, &ResharePlan { dealers, absent, ..change_plan(old, to, session) }, session)
}

/// What each holder of one epoch has: one share for each of [`Scheme::ALL`].
type Holders = BTreeMap<PartyIndex, Vec<KeyShare>>;

fn live<S: SigningScheme>(threshold: u16, parties: u16) {
    let all: Vec<u16> = (1..=parties).collect();
    let new = parties + 1;
    let after_replacement = [&all[1..], &[new]].concat();
    // Without a party to spare, a higher threshold needs one more.
    let with_one_more =
        if threshold < parties { after_replacement.clone() } else { [&all[1..], &[new, new + 1]].concat() };
    let changes = [
        ("rotate", threshold, all.clone()),
        ("replace", threshold, after_replacement),
        ("change t", threshold + 1, with_one_more),
        ("move", 2, vec![new + 2, new + 3]),
    ];

    let mut session = Sessions(0);
    let mut holders = deal_all_schemes(threshold, parties);
    let born = shares_of::<S>(&holders)[0].info().clone();
    any_quorum_signs_and_nobody_else::<S>(&shares_of::<S>(&holders), &mut session);
    for (name, threshold, parties) in changes {
        let before = holders;
        holders = change(&before, quorum_of(threshold, &parties), session.next());
        let (old, shares) = (shares_of::<S>(&before), shares_of::<S>(&holders));
        let (key, epoch) = (shares[0].info(), old[0].info().epoch() + 1);
        assert_eq!((key.public_key(), key.chain_code()), (born.public_key(), born.chain_code()), "{name}");
        assert_eq!((key.epoch(), shares.len()), (epoch, parties.len()), "{name}");
        nobody_signs_across_epochs::<S>(&old, &shares, &mut session);
        any_quorum_signs_and_nobody_else::<S>(&shares, &mut session);
    }
}

/// The first and the last t sign, under the root and under a child; fewer or more do not, nor do shares of two keys.
fn any_quorum_signs_and_nobody_else<S: SigningScheme>(shares: &[&KeyShare], session: &mut Sessions) {
    let (threshold, parties) = (usize::from(shares[0].info().quorum().threshold()), shares.len());
    let child: Path = "m/44/60/0/0/7".parse().unwrap();
    let (first, last) = (&shares[..threshold], &shares[parties - threshold..]);
    let under_root = S::sign(first, &Path::root(), &[1; 32], session.next()).expect("the first signers sign");
    let under_child = S::sign(last, &child, &[1; 32], session.next()).expect("the last signers sign");
    assert_ne!(under_root, under_child);

    assert_eq!(S::sign(&first[1..], &child, &[2; 32], session.next()), None, "one signer too few");
    if parties > threshold {
        let more = &shares[..=threshold];
        assert_eq!(S::sign(more, &child, &[2; 32], session.next()), None, "one signer too many");
    }
    // The share of one signer under another wallet's name, of which it would be a share as well.
    let other = renamed(first[0]);
    let mixed: Vec<_> = core::iter::once(&other).chain(first[1..].iter().copied()).collect();
    assert_eq!(S::sign(&mixed, &child, &[2; 32], session.next()), None, "shares of two wallets");
}

/// As many as must sign, some with shares of the old epoch and some of the new one, under either.
fn nobody_signs_across_epochs<S: SigningScheme>(
    old: &[&KeyShare],
    new: &[&KeyShare],
    session: &mut Sessions,
) {
    let path = Path::root();
    for (leads, follow) in [(old, new), (new, old)] {
        let threshold = usize::from(leads[0].info().quorum().threshold());
        for from_leads in 1..threshold {
            let mut mixed: Vec<_> = leads[..from_leads].to_vec();
            let is_free =
                |share: &&&KeyShare| leads[..from_leads].iter().all(|one| one.index() != share.index());
            mixed.extend(follow.iter().filter(is_free).take(threshold - from_leads));
            assert_eq!(S::sign(&mixed, &path, &[3; 32], session.next()), None, "shares of two epochs");
        }
    }
}

/// A number for each session.
struct Sessions(u64);

impl Sessions {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

fn deal_all_schemes(threshold: u16, parties: u16) -> Holders {
    deal_plan(&keygen_plan(quorum(threshold, parties), Scheme::ALL.to_vec(), 7), 7).0
}

/// A reshare of all roots, dealt by the last t of the old quorum over a bad network.
fn change(old: &Holders, to: Quorum, session: u64) -> Holders {
    run_change(old, &change_plan(old, to, session), session).0
}

fn change_plan(old: &Holders, to: Quorum, session: u64) -> ResharePlan {
    let from: Vec<KeyInfo> = old.values().next().unwrap().iter().map(|share| share.info().clone()).collect();
    let mut dealers: Vec<_> = old.keys().rev().take(from[0].quorum().threshold().into()).copied().collect();
    dealers.sort();
    let mut id = [0x5e; 32];
    id[..8].copy_from_slice(&session.to_be_bytes());
    ResharePlan { ceremony: CeremonyId(id), from, dealers, to, absent: Vec::new() }
}

fn run_change(old: &Holders, plan: &ResharePlan, session: u64) -> (Holders, Vec<SealedShare>) {
    let ceremonies = plan.parties().unwrap().into_iter().map(|party| {
        let held = old.get(&party.index).map(Vec::as_slice).unwrap_or_default();
        (party.index, reshare(plan, party.index, held).unwrap())
    });
    stored(Simulator::new(ceremonies, session, Network::BAD).run())
}

/// The shares of one scheme, ascending by party.
fn shares_of<S: SigningScheme>(holders: &Holders) -> Vec<&KeyShare> {
    holders.values().flatten().filter(|share| share.scheme() == S::SCHEME).collect()
}

fn quorum_of(threshold: u16, indices: &[u16]) -> Quorum {
    let all = quorum(2, 32);
    let party = |value: &u16| *all.parties().iter().find(|party| party.index == index(*value)).unwrap();
    Quorum::new(threshold, indices.iter().map(party).collect()).unwrap()
}

fn renamed(share: &KeyShare) -> KeyShare {
    let mut parts = share.info().parts().clone();
    parts.wallet[0] ^= 1;
    let info = crate::wire::encode(&KeyInfo::new(parts).unwrap());
    let encoded = share.encode();
    let secret_part = encoded.len() - info.len();
    KeyShare::decode(&[&encoded[..secret_part], &info].concat()).unwrap()
}
