use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_mpc::dealing::{Dealt, KeygenPlan, keygen};
use symbolon_mpc::{DeviceId, Party};

use super::*;
use crate::device::shares::Shares;

/// Runs a ceremony of two parties that lose nothing and lie about nothing.
fn run<C: Ceremony>(
    mut parties: [C; 2],
    mut store: impl FnMut(usize, C::Output) -> bool,
) -> [Option<C::Output>; 2] {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut outcomes = [None, None];
    while outcomes.iter().any(Option::is_none) {
        for me in 0..2 {
            match parties[me].poll(&mut rng).unwrap() {
                Step::Send(outgoing) => {
                    let from = parties[me].parties()[me];
                    for word in outgoing {
                        parties[1 - me].receive(from, &word.frame).unwrap();
                    }
                }
                Step::Hold => parties[me].approve(),
                Step::Store(outcome) => {
                    assert!(store(me, outcome));
                    parties[me].stored();
                }
                Step::Done(outcome) => outcomes[me] = Some(outcome),
                Step::Wait(_) => {}
            }
        }
    }
    outcomes
}

/// The shares of both parties of a fresh 2-of-2 key.
pub(in crate::device) fn deal(epoch: u32) -> [Vec<KeyShare>; 2] {
    let party =
        |number: u8| Party { index: PartyIndex::new(number.into()).unwrap(), device: DeviceId([number; 32]) };
    let quorum = Quorum::new(2, vec![party(1), party(2)]).unwrap();
    let plan = KeygenPlan {
        ceremony: CeremonyId([9; 32]),
        wallet: [8; 32],
        epoch,
        quorum,
        roots: Scheme::ALL.to_vec(),
        absent: Vec::new(),
    };
    let start = |number: u16| keygen(plan.clone(), PartyIndex::new(number).unwrap()).unwrap();
    let mut dealt = [Vec::new(), Vec::new()];
    run([start(1), start(2)], |me, outcome| match outcome {
        Dealt::Pending { shares, .. } => {
            dealt[me] = shares;
            true
        }
        Dealt::Acknowledged(_) => true,
    });
    dealt
}

fn sign(shares: &[Shares; 2], test: Test) -> Proof {
    let begin = |shares: &Shares| start(shares.of(test.scheme).unwrap(), CeremonyId([5; 32]), test).unwrap();
    let [tested, _] = run([begin(&shares[0]), begin(&shares[1])], |_, _| false);
    let tested = tested.unwrap();
    Proof { test, r: tested.r, s: tested.s }
}

#[test]
fn a_test_signature_of_every_root_holds_for_its_own_test_and_key_alone() {
    let shares = deal(1).map(|shares| Shares::new(shares).unwrap());
    let others = Shares::new(deal(2).into_iter().next().unwrap()).unwrap();
    let infos = shares[0].infos();
    assert_eq!(tests(infos[0].quorum()).count(), 3);
    for test in tests(infos[0].quorum()) {
        let proof = sign(&shares, test);
        assert!(proves(&infos, &proof), "{test:?}");
        assert!(!proves(&others.infos(), &proof), "{test:?}");
        assert!(!proves(&infos, &Proof { r: [1; 32], ..proof }), "{test:?}");
        let mut altered = proof;
        altered.s[7] ^= 1;
        assert!(!proves(&infos, &altered), "{test:?}");
        assert!(!proves(&infos, &Proof { test: Test { quorum: 1, ..test }, ..proof }), "{test:?}");
        for scheme in Scheme::ALL.into_iter().filter(|scheme| *scheme != test.scheme) {
            assert!(!proves(&infos, &Proof { test: Test { scheme, ..test }, ..proof }), "{test:?}");
        }
    }
}

#[test]
fn every_party_is_in_some_test_quorum() {
    for (threshold, count) in [(2, 2), (2, 3), (3, 5), (4, 6)] {
        let parties = (1..=count).map(|number: u8| Party {
            index: PartyIndex::new(number.into()).unwrap(),
            device: DeviceId([number; 32]),
        });
        let quorum = Quorum::new(threshold, parties.collect()).unwrap();
        let quorums = test_quorums(&quorum);
        assert!(quorums.iter().all(|signers| signers.len() == usize::from(threshold)));
        assert!(quorum.indices().all(|party| quorums.iter().any(|signers| signers.contains(&party))));
    }
}

#[test]
fn only_the_shares_of_one_dealing_go_together() {
    let [mut mine, theirs] = deal(1);
    let [later, _] = deal(2);
    let swap = |at: usize, with: KeyShare| {
        let [mut mixed, _] = deal(1);
        mixed[at] = with;
        Shares::new(mixed).is_some()
    };
    assert!(!swap(1, later.into_iter().nth(1).unwrap()), "another epoch");
    assert!(!swap(2, theirs.into_iter().nth(2).unwrap()), "another party");
    let last = mine.pop().unwrap();
    assert!(Shares::new(mine).is_none(), "one is missing");
    assert!(Shares::new(vec![last]).is_none());
}
