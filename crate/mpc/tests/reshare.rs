//! Reshare: every change of quorum keeps the key, and shares of two epochs never make it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod resharing;

use rand_core::RngCore;
use resharing::{
    Change, Holders, ceremonies, changes, check_same_keys, choose, hold, hold_roots, infos, make_the_key,
    plan, quorum_of, random_change, run, subsets,
};
use symbolon_mpc::dealing::{Dealt, ReshareMisuse, ResharePlan, reshare};
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::testing::sim::{Network, Outcome, Simulator, generator};
use symbolon_mpc::testing::{index, quorum};
use symbolon_mpc::{
    Abort, Cause, DeviceId, KeyInfo, KeyShare, Misuse, Party, PartyIndex, Quorum, Scheme, Step,
};

/// Quorums that every kind of change starts from.
const QUORUMS: [(u16, u16); 6] = [(2, 2), (2, 3), (3, 3), (2, 4), (3, 5), (4, 6)];

fn t_make_the_key_and_fewer_do_not(holders: &Holders) {
    let quorum = infos(holders)[0].quorum().clone();
    for root in 0..infos(holders).len() {
        let shares: Vec<&KeyShare> = holders.values().map(|shares| &shares[root]).collect();
        for subset in subsets(&shares) {
            let enough = subset.len() >= usize::from(quorum.threshold());
            assert_eq!(make_the_key(&subset), enough, "{} shares", subset.len());
        }
    }
}

/// All sets of shares, one of each index, that hold shares of both epochs and enough of neither.
///
/// (With enough of one epoch, others beside them can cancel out: for t = 2 the new shares of 1 and 4 and the old
/// ones of 2 and 3 interpolate to the key whatever the polynomials, because 4·1 − 1·4 = 0.)
fn mixtures<'a>(old: &'a Holders, new: &'a Holders) -> Vec<Vec<&'a KeyShare>> {
    let all: Vec<_> = old.values().chain(new.values()).map(|shares| &shares[0]).collect();
    let mut sets = subsets(&all);
    sets.retain(|set| {
        let mut indices: Vec<_> = set.iter().map(|share| share.index()).collect();
        indices.sort();
        indices.dedup();
        let is_short = |share: &&KeyShare| {
            let epoch = share.info().epoch();
            let count = set.iter().filter(|other| other.info().epoch() == epoch).count();
            (1..usize::from(share.info().quorum().threshold())).contains(&count)
        };
        let are_mixed = set.iter().any(|share| share.info().epoch() != set[0].info().epoch());
        indices.len() == set.len() && are_mixed && set.iter().all(is_short)
    });
    sets
}

#[test]
fn every_change_of_every_quorum_keeps_key_and_chain_code() {
    let mut runs = 0;
    for (threshold, parties) in QUORUMS {
        let old = hold_roots(threshold, parties, &Scheme::ALL, 1);
        for change in changes(threshold, parties) {
            let plan = plan(infos(&old), &change, 2);
            let new = check_same_keys(&plan, run(&plan, &old, 3, Network::GOOD));
            t_make_the_key_and_fewer_do_not(&new);
            runs += 1;
        }
    }
    println!("{runs} changes of {} quorums, {} roots each", QUORUMS.len(), Scheme::ALL.len());
}

#[test]
fn too_few_of_two_epochs_never_make_the_key_together() {
    let mut tried = 0;
    for (threshold, parties) in [(2, 2), (2, 3), (3, 3), (3, 4)] {
        let old = hold(threshold, parties, 1);
        for change in changes(threshold, parties) {
            let plan = plan(infos(&old), &change, 2);
            let new = check_same_keys(&plan, run(&plan, &old, 3, Network::GOOD));
            for mixture in mixtures(&old, &new) {
                assert!(!make_the_key(&mixture), "{}", change.name);
                tried += 1;
            }
        }
    }
    println!("{tried} mixtures of two epochs, none of them the key");
    assert!(tried > 1000);
}

#[test]
fn one_less_than_t_of_both_epochs_together_cannot_make_the_key() {
    let mut rng = generator(5, 0);
    let mut tried = 0;
    for (threshold, parties) in [(2, 3), (3, 5), (4, 6)] {
        let old = hold(threshold, parties, 1);
        for change in changes(threshold, parties) {
            let plan = plan(infos(&old), &change, 2);
            let new = check_same_keys(&plan, run(&plan, &old, 3, Network::GOOD));
            for _ in 0..4 {
                let few = |holders: &Holders, threshold: u16, rng: &mut dyn RngCore| {
                    let all: Vec<PartyIndex> = holders.keys().copied().collect();
                    choose(&all, usize::from(threshold) - 1, rng)
                };
                let of_old = few(&old, threshold, &mut rng);
                let of_new = few(&new, change.threshold, &mut rng);
                let held: Vec<&KeyShare> = of_old
                    .iter()
                    .map(|party| &old[party][0])
                    .chain(of_new.iter().map(|party| &new[party][0]))
                    .collect();
                for subset in subsets(&held) {
                    let mut indices: Vec<_> = subset.iter().map(|share| share.index()).collect();
                    indices.sort();
                    indices.dedup();
                    if indices.len() == subset.len() {
                        assert!(!make_the_key(&subset), "{}", change.name);
                        tried += 1;
                    }
                }
                // One more of either epoch, and it is there.
                let one_more = old.keys().find(|party| !of_old.contains(party)).unwrap();
                let enough: Vec<_> = of_old.iter().chain([one_more]).map(|party| &old[party][0]).collect();
                assert!(make_the_key(&enough));
            }
        }
    }
    println!("{tried} sets of t − 1 old and t′ − 1 new shares and less, none of them the key");
}

#[test]
fn ten_random_changes_in_a_row_keep_the_key() {
    let mut quorums = 0;
    for seed in 0..24 {
        let mut rng = generator(seed, 7);
        let (threshold, parties) = QUORUMS[seed as usize % QUORUMS.len()];
        // All schemes together, or one alone.
        let roots = [&Scheme::ALL[..], &Scheme::ALL[..1], &Scheme::ALL[1..2], &Scheme::ALL[2..]];
        let mut holders = hold_roots(threshold, parties, roots[seed as usize % 4], seed);
        let first = infos(&holders);
        let mut unused = parties + 1;
        for round in 0..10 {
            let change = random_change(infos(&holders)[0].quorum(), &mut unused, &mut rng);
            let plan = plan(infos(&holders), &change, seed * 100 + round);
            holders = check_same_keys(&plan, run(&plan, &holders, seed + round, Network::BAD));
            quorums += 1;
        }
        t_make_the_key_and_fewer_do_not(&holders);
        for (last, first) in infos(&holders).iter().zip(&first) {
            assert_eq!((last.public_key(), last.chain_code()), (first.public_key(), first.chain_code()));
            assert_eq!(last.epoch(), first.epoch() + 10);
        }
    }
    println!("{quorums} reshares in rows of ten");
}

#[test]
fn thousands_of_runs_over_bad_networks_end_in_the_same_key() {
    let (mut runs, mut deliveries) = (0, 0);
    for ((threshold, parties), seeds) in QUORUMS.into_iter().zip([500, 700, 300, 300, 150, 50]) {
        // Mostly one scheme; all three cost three times as much.
        let one = hold(threshold, parties, 1);
        let all = hold_roots(threshold, parties, &Scheme::ALL, 1);
        for seed in 0..seeds {
            let old = if seed % 16 == 0 { &all } else { &one };
            let mut unused = parties + 1;
            let change = random_change(infos(old)[0].quorum(), &mut unused, &mut generator(seed, 9));
            let plan = plan(infos(old), &change, seed);
            let report = run(&plan, old, seed, Network::BAD);
            deliveries += report.deliveries;
            check_same_keys(&plan, report);
            runs += 1;
        }
    }
    println!("{runs} runs, {deliveries} deliveries, all ended in the same key");
    assert!(runs >= 2000);
}

fn two_of_three() -> (Holders, Change) {
    let change = Change { name: "replace 3 by 4", dealers: vec![1, 2], threshold: 2, parties: vec![1, 2, 4] };
    (hold(2, 3, 1), change)
}

fn refusal(plan: &ResharePlan, me: u16, shares: &[KeyShare]) -> Option<ReshareMisuse> {
    reshare(plan, index(me), shares).err()
}

fn with(info: &KeyInfo, change: impl FnOnce(&mut KeyInfoParts)) -> KeyInfo {
    let mut parts = info.parts().clone();
    change(&mut parts);
    KeyInfo::new(parts).unwrap()
}

#[test]
fn a_dealer_brings_a_share_of_every_root_and_it_is_of_this_party_key_and_epoch() {
    let (_, change) = two_of_three();
    let old = hold_roots(2, 3, &Scheme::ALL, 1);
    let good = plan(infos(&old), &change, 2);
    let one = index(1);
    assert_eq!(refusal(&good, 1, &old[&one]), None);
    let missing = |scheme| Some(ReshareMisuse::MissingShare(scheme));
    assert_eq!(refusal(&good, 1, &[]), missing(Scheme::EcdsaSecp256k1));
    assert_eq!(refusal(&good, 1, &old[&one][..2]), missing(Scheme::Ed25519));
    let other = Some(ReshareMisuse::OtherShare(Scheme::EcdsaSecp256k1));
    assert_eq!(refusal(&good, 1, &old[&index(2)]), other);
    let another_key = hold(2, 3, 8);
    assert_eq!(refusal(&good, 1, &another_key[&one]), other);
    // Who does not deal brings nothing, or what fits all the same.
    assert_eq!(refusal(&good, 4, &[]), None);
    assert_eq!(refusal(&good, 4, &old[&one]), other);
    let rotate = Change { name: "rotate", dealers: vec![1, 2], threshold: 2, parties: vec![1, 2, 3] };
    let rotate = plan(infos(&old), &rotate, 2);
    assert_eq!(refusal(&rotate, 3, &old[&index(3)]), None);
    assert_eq!(refusal(&rotate, 3, &another_key[&index(3)]), other);
}

#[test]
fn a_share_of_another_epoch_is_refused_by_name() {
    let (old, change) = two_of_three();
    let first = plan(infos(&old), &change, 2);
    let new = check_same_keys(&first, run(&first, &old, 3, Network::GOOD));
    let stale = Some(ReshareMisuse::StaleEpoch { held: 2, asked: 1 });
    assert_eq!(refusal(&first, 1, &new[&index(1)]), stale);
    let next = Change { name: "rotate", dealers: vec![1, 4], ..change };
    let second = plan(infos(&new), &next, 3);
    let stale = Some(ReshareMisuse::StaleEpoch { held: 1, asked: 2 });
    assert_eq!(refusal(&second, 1, &old[&index(1)]), stale);
    assert_eq!(refusal(&second, 1, &new[&index(1)]), None);
}

#[test]
fn a_plan_over_keys_that_do_not_belong_together_is_refused_by_name() {
    let (old, change) = two_of_three();
    let key = infos(&old).remove(0);
    let refused = |other: KeyInfo| plan(vec![key.clone(), other], &change, 2).check().err();
    assert_eq!(refused(with(&key, |parts| parts.epoch = 2)), Some(ReshareMisuse::MixedEpochs(1, 2)));
    assert_eq!(refused(with(&key, |parts| parts.wallet = [9; 32])), Some(ReshareMisuse::MixedWallets));
    let moved = with(&key, |parts| parts.quorum = moved_device(&parts.quorum));
    assert_eq!(refused(moved), Some(ReshareMisuse::MixedQuorums));
    assert_eq!(refused(key.clone()), Some(ReshareMisuse::Roots));
    assert_eq!(plan(vec![], &change, 2).check(), Err(ReshareMisuse::Roots));
    let last = with(&key, |parts| parts.epoch = u32::MAX);
    assert_eq!(plan(vec![last], &change, 2).check(), Err(ReshareMisuse::EpochsExhausted(u32::MAX)));
}

fn moved_device(quorum: &Quorum) -> Quorum {
    let mut parties = quorum.parties().to_vec();
    parties[2].device = DeviceId([7; 32]);
    Quorum::new(quorum.threshold(), parties).unwrap()
}

#[test]
fn exactly_t_distinct_holders_deal_in_order() {
    let (old, change) = two_of_three();
    for dealers in [vec![], vec![1], vec![1, 2, 3], vec![1, 1], vec![2, 1], vec![1, 4], vec![4, 5]] {
        let plan = plan(infos(&old), &Change { dealers: dealers.clone(), ..change.clone() }, 2);
        assert_eq!(plan.check(), Err(ReshareMisuse::Dealers { threshold: 2 }), "{dealers:?}");
    }
}

#[test]
fn a_device_keeps_its_index_and_an_index_its_device() {
    let (old, change) = two_of_three();
    let good = plan(infos(&old), &change, 2);
    let swap = |party: usize, edit: fn(&mut Party)| {
        let mut parties = good.to.parties().to_vec();
        edit(&mut parties[party]);
        ResharePlan { to: Quorum::new(2, parties).unwrap(), ..good.clone() }
    };
    // The new device under the index of a party that stays, or of the one that leaves.
    let taken = swap(1, |party| party.device = DeviceId([7; 32]));
    assert_eq!(taken.check(), Err(ReshareMisuse::IndexTaken(index(2))));
    let taken = swap(2, |party| party.index = index(3));
    assert_eq!(taken.check(), Err(ReshareMisuse::IndexTaken(index(3))));
    let moved = swap(1, |party| party.index = index(9));
    let device = quorum(2, 3).device_of(index(2)).unwrap();
    assert_eq!(moved.check(), Err(ReshareMisuse::DeviceMoved(device)));
}

#[test]
fn who_neither_deals_nor_receives_takes_no_part() {
    let (old, change) = two_of_three();
    let plan = plan(infos(&old), &change, 2);
    for stranger in [3, 9] {
        assert_eq!(refusal(&plan, stranger, &[]), Some(ReshareMisuse::Machine(Misuse::NotAParty)));
    }
}

#[test]
fn parties_with_different_plans_part_before_any_check_and_blame_nobody() {
    let (old, change) = two_of_three();
    let good = plan(infos(&old), &change, 2);
    let key = &infos(&old)[0];
    let others = [
        // What party 4, which is new, would believe of the key, was told wrongly.
        ResharePlan { from: vec![with(key, |parts| parts.chain_code = [9; 32])], ..good.clone() },
        ResharePlan { from: infos(&hold(2, 3, 8)), ..good.clone() },
        ResharePlan { from: vec![with(key, |parts| parts.epoch = 5)], ..good.clone() },
        ResharePlan { dealers: vec![index(1), index(3)], ..good.clone() },
        ResharePlan { to: quorum_of(3, &[1, 2, 4]), ..good.clone() },
        ResharePlan { to: quorum_of(2, &[1, 2, 4, 5]), ..good.clone() },
    ];
    for other in others {
        let mut ceremonies = ceremonies(&good, &old);
        ceremonies[2] = (index(4), reshare(&other, index(4), &[]).unwrap());
        let report = Simulator::new(ceremonies, 5, Network::GOOD).run();
        for party in [1, 2, 4] {
            // Where the other plan has more parties, its holder waits for them.
            if let Some(abort) = report.abort(index(party)) {
                assert_eq!(*abort, Abort::nobody(Cause::SessionMismatch));
            }
            assert!(!matches!(report.outcomes[&index(party)], Outcome::Done(_)));
        }
        assert_eq!(report.sent.iter().filter_map(|sent| sent.step).max(), Some(0));
    }
}

#[test]
fn a_leaving_dealer_stores_nothing_and_ends_when_all_others_stored() {
    let old = hold(2, 3, 1);
    let change = Change { name: "", dealers: vec![2, 3], threshold: 2, parties: vec![1, 2, 4] };
    let plan = plan(infos(&old), &change, 2);
    let leaving = index(3);
    for lost in [1, 2, 4] {
        let report = Simulator::new(ceremonies(&plan, &old), 3, Network::GOOD)
            .tamper(|sent| {
                let is_lost = sent.from == index(lost) && sent.step == Some(8);
                if is_lost { Vec::new() } else { vec![sent.deliver()] }
            })
            .run();
        assert!(!report.stored.contains_key(&leaving));
        assert!(matches!(&report.outcomes[&leaving], Outcome::Stalled(missing) if *missing == [index(lost)]));
    }
    let report = run(&plan, &old, 3, Network::GOOD);
    assert!(matches!(&report.outcomes[&leaving], Outcome::Done(Dealt::Acknowledged(_))));
}

#[test]
fn evaluations_go_from_dealers_to_receivers_alone() {
    let old = hold(2, 4, 1);
    let change = Change { name: "", dealers: vec![2, 3], threshold: 2, parties: vec![1, 2, 5] };
    let plan = plan(infos(&old), &change, 2);
    let report = run(&plan, &old, 3, Network::GOOD);
    for sent in report.sent.iter().filter(|sent| sent.step == Some(4)) {
        let frame = symbolon_mpc::machine::frame::Frame::decode(&sent.frame).unwrap();
        let is_dealt = [2, 3].contains(&sent.from.value()) && sent.to != index(3);
        let expected = if is_dealt { 2 + 32 } else { 1 };
        assert_eq!(frame.private.len(), expected, "{} to {}", sent.from, sent.to);
    }
}

#[test]
fn two_reshares_with_the_same_randomness_give_unrelated_shares() {
    // The session is hashed into all that is drawn: a retry on devices whose randomness repeats itself is no
    // copy of the first attempt.
    let old = hold(2, 2, 1);
    let change = Change { name: "rotate", dealers: vec![1, 2], threshold: 2, parties: vec![1, 2] };
    let new = |seed| {
        let plan = plan(infos(&old), &change, seed);
        check_same_keys(&plan, run(&plan, &old, 0, Network::GOOD))
    };
    let (one, other) = (new(1), new(2));
    assert_ne!(infos(&one), infos(&other));
}

#[test]
fn a_reshare_stops_where_the_host_does() {
    // Nothing is said in round 4 before the share is stored.
    let (old, change) = two_of_three();
    let plan = plan(infos(&old), &change, 2);
    let report = Simulator::new(ceremonies(&plan, &old), 3, Network::GOOD)
        .tamper(|sent| if sent.step == Some(8) { Vec::new() } else { vec![sent.deliver()] })
        .run();
    assert_eq!(report.stored.len(), 3);
    assert!(report.outcomes.values().all(|outcome| matches!(outcome, Outcome::Stalled(_))));
    let mut alone = reshare(&plan, index(4), &[]).unwrap();
    symbolon_mpc::Ceremony::stored(&mut alone);
    let first = symbolon_mpc::Ceremony::poll(&mut alone, &mut generator(1, 1));
    assert!(matches!(first, Ok(Step::Send(_))));
}

#[test]
fn a_plan_survives_its_encoding() {
    let (old, change) = two_of_three();
    let plan = plan(infos(&old), &change, 2);
    let bytes = symbolon_mpc::wire::encode(&plan);
    assert_eq!(symbolon_mpc::wire::decode::<ResharePlan>(&bytes), Ok(plan));
    assert!(symbolon_mpc::wire::decode::<ResharePlan>(&bytes[1..]).is_err());
}

#[test]
fn a_2_of_3_rotation_sends_as_little_as_a_keygen() {
    let rotate = Change { name: "rotate", dealers: vec![1, 2], threshold: 2, parties: vec![1, 2, 3] };
    for (roots, limit) in [(&Scheme::ALL[..1], 2_000), (&Scheme::ALL[..], 3_000)] {
        let old = hold_roots(2, 3, roots, 1);
        let plan = plan(infos(&old), &rotate, 2);
        let report = run(&plan, &old, 3, Network::GOOD);
        let [dealer, receiver] = [1, 3].map(|party| report.bytes_sent(index(party)));
        println!(
            "2-of-3 rotation of {} roots: a dealer sends {dealer} bytes, the other {receiver}",
            roots.len()
        );
        assert!(receiver < dealer && dealer < limit);
    }
}
