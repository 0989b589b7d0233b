//! The suite that every scheme passes: [`dealing`] of each, [`dealing_together`] of all, and the life of a key that
//! signs, [`signing`].

mod life;
mod once;

pub use self::life::{SigningScheme, signing};
pub use self::once::sign_once;

use super::{deal, deal_all, index, keygen_plan, quorum, sim};
use crate::dealing::keygen;
use crate::derive::{Path, derive};
use crate::group::{Group, Scheme, with_group};
use crate::party::PartyIndex;
use crate::share::{KeyShare, lagrange_coefficient};

/// Checks that keys of `scheme` over `G` are what dealing promises, for every quorum up to 5 parties.
///
/// # Panics
/// If one is not.
pub fn dealing<G: Group>(scheme: Scheme) {
    assert!(scheme.is_over::<G>());
    for parties in 2..=5 {
        for threshold in 2..=parties {
            let shares = deal(threshold, parties, scheme, 7);
            shares_are_of_one_key::<G>(&shares, threshold, parties);
        }
    }
    two_ceremonies_make_two_keys(scheme);
    a_stranger_cannot_start(scheme);
}

/// Checks that one keygen makes a key of each of `schemes`, each of which is what dealing promises.
///
/// # Panics
/// If one is not.
pub fn dealing_together(schemes: &[Scheme]) {
    for (threshold, parties) in QUORUMS {
        let roots = deal_all(threshold, parties, schemes, 7);
        for (scheme, shares) in schemes.iter().zip(&roots) {
            assert!(shares.iter().all(|share| share.scheme() == *scheme));
            with_group!(*scheme, G => shares_are_of_one_key::<G>(shares, threshold, parties));
        }
        for (place, shares) in roots.iter().enumerate() {
            for other in &roots[place + 1..] {
                assert_ne!(shares[0].info().public_key(), other[0].info().public_key());
                assert_ne!(shares[0].info().chain_code(), other[0].info().chain_code());
            }
        }
    }
}

fn shares_are_of_one_key<G: Group>(shares: &[KeyShare], threshold: u16, parties: u16) {
    all_agree_on_the_key(shares, threshold, parties);
    t_shares_make_the_key_and_fewer_do_not::<G>(shares, threshold);
    shares_survive_encoding::<G>(shares);
    children_are_keys_of_tweaked_shares::<G>(shares);
}

fn all_agree_on_the_key(shares: &[KeyShare], threshold: u16, parties: u16) {
    assert_eq!(shares.len(), usize::from(parties));
    for (share, position) in shares.iter().zip(1..) {
        assert_eq!(share.info(), shares[0].info());
        assert_eq!(share.index(), index(position));
    }
    assert_eq!(*shares[0].info().quorum(), quorum(threshold, parties));
}

fn t_shares_make_the_key_and_fewer_do_not<G: Group>(shares: &[KeyShare], threshold: u16) {
    let key = shares[0].info().public_point::<G>().unwrap();
    for subset in subsets(shares) {
        let made = G::generator_mul(&interpolate::<G>(&subset)) == key;
        assert_eq!(made, subset.len() >= usize::from(threshold), "{} shares", subset.len());
    }
}

fn shares_survive_encoding<G: Group>(shares: &[KeyShare]) {
    for share in shares {
        let again = KeyShare::decode(&share.encode()).unwrap();
        assert_eq!((again.index(), again.info()), (share.index(), share.info()));
        assert!(scalar::<G>(&again) == scalar::<G>(share));
    }
}

fn children_are_keys_of_tweaked_shares<G: Group>(shares: &[KeyShare]) {
    let path: Path = "m/44/60/0/0/7".parse().unwrap();
    let child = derive::<G>(shares[0].info(), &path).unwrap();
    let all: Vec<_> = shares.iter().collect();
    assert!(G::generator_mul(&(interpolate::<G>(&all) + child.tweak)) == child.public_key);
}

fn two_ceremonies_make_two_keys(scheme: Scheme) {
    // The same generator of randomness for both: only the ceremony id differs.
    let [one, other] = [1, 2].map(|seed| {
        let plan = keygen_plan(quorum(2, 2), vec![scheme], seed);
        let ceremonies = plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap()));
        let report = sim::Simulator::new(ceremonies, 0, sim::Network::GOOD).run();
        assert!(report.all_done());
        let crate::dealing::Dealt::Pending { shares, .. } = &report.stored[&index(1)] else {
            panic!("no shares")
        };
        shares[0].info().clone()
    });
    assert_ne!(one.public_key(), other.public_key());
    assert_ne!(one.chain_code(), other.chain_code());
}

fn a_stranger_cannot_start(scheme: Scheme) {
    let plan = keygen_plan(quorum(2, 3), vec![scheme], 1);
    assert!(keygen(plan, index(4)).is_err());
}

fn interpolate<G: Group>(shares: &[&KeyShare]) -> G::Scalar {
    let indices: Vec<PartyIndex> = shares.iter().map(|share| share.index()).collect();
    shares.iter().fold(G::zero(), |sum, share| {
        let weight = lagrange_coefficient::<G>(share.index(), &indices, 0).unwrap();
        sum + weight * scalar::<G>(share)
    })
}

fn scalar<G: Group>(share: &KeyShare) -> G::Scalar {
    // EXPOSE: a test's share.
    share.expose::<G, _>(|scalar| *scalar).unwrap()
}

fn subsets(shares: &[KeyShare]) -> Vec<Vec<&KeyShare>> {
    let chosen = |mask: u32| {
        shares.iter().enumerate().filter(|(bit, _)| (mask >> bit) & 1 == 1).map(|(_, share)| share).collect()
    };
    (1..1 << shares.len()).map(chosen).collect()
}

/// The quorums, t of n, that the suites of all schemes run with.
pub const QUORUMS: [(u16, u16); 4] = [(2, 2), (2, 3), (3, 5), (4, 6)];
