//! Shares that no device holds: dealt to absent parties, opened, used.

#![allow(clippy::unwrap_used, clippy::panic)]

mod resharing;

use std::collections::BTreeMap;

use resharing::{Holders, choose, make_the_key, quorum_of, subsets};
use symbolon_mpc::dealing::{KeygenPlan, ReshareMisuse, ResharePlan, keygen, reshare};
use symbolon_mpc::recovery::{InvalidAbsent, MAX_ABSENT, RecoverySecret, SealedShare, UnsealError};
use symbolon_mpc::testing::sim::{Network, Simulator, generator};
use symbolon_mpc::testing::{
    deal_plan, index, keygen_plan_with_absent, quorum, recovery_secret, stored, with_absent,
};
use symbolon_mpc::{CeremonyId, KeyInfo, KeyShare, Misuse, PartyIndex, Scheme};

/// The keys of a dealing.
fn keys(holders: &Holders) -> Vec<KeyInfo> {
    holders.values().next().unwrap().iter().map(|share| share.info().clone()).collect()
}

/// Two devices and party 3, which is absent, with keys of all schemes.
fn two_and_recovery(seed: u64) -> (Holders, SealedShare) {
    let (holders, mut sealed) = deal_plan(&keygen_plan_with_absent(2, 3, &[3], &Scheme::ALL, seed), seed);
    (holders, sealed.remove(0))
}

fn unseal(holders: &Holders, sealed: &SealedShare) -> Vec<KeyShare> {
    sealed.verify(&keys(holders)).unwrap();
    sealed.unseal(&keys(holders), &recovery_secret(sealed.party.value())).unwrap()
}

/// A reshare by `dealers` to `parties`, of which some are absent, over a bad network.
fn change(
    old: &Holders,
    dealers: &[u16],
    threshold: u16,
    parties: &[u16],
    absent: &[u16],
    seed: u64,
) -> (Holders, Vec<SealedShare>) {
    let plan = reshare_plan(old, dealers, threshold, parties, absent, seed);
    let ceremonies = plan.parties().unwrap().into_iter().map(|party| {
        let held = old.get(&party.index).map(Vec::as_slice).unwrap_or_default();
        (party.index, reshare(&plan, party.index, held).unwrap())
    });
    stored(Simulator::new(ceremonies.collect::<Vec<_>>(), seed, Network::BAD).run())
}

fn reshare_plan(
    old: &Holders,
    dealers: &[u16],
    threshold: u16,
    parties: &[u16],
    absent: &[u16],
    seed: u64,
) -> ResharePlan {
    let mut id = [0x5f; 32];
    id[..8].copy_from_slice(&seed.to_be_bytes());
    let of = |numbers: &[u16]| numbers.iter().copied().map(index).collect();
    let to = with_absent(&quorum_of(threshold, parties), absent);
    ResharePlan { ceremony: CeremonyId(id), from: keys(old), dealers: of(dealers), to, absent: of(absent) }
}

/// Each root's shares of all holders.
fn by_root(holders: &Holders) -> Vec<Vec<&KeyShare>> {
    let roots = holders.values().next().unwrap().len();
    (0..roots).map(|root| holders.values().map(|shares| &shares[root]).collect()).collect()
}

#[test]
fn an_absent_partys_share_is_one_of_the_quorums() {
    for (threshold, parties, absent) in [
        (2, 3, vec![3]),
        (2, 3, vec![1]),
        (3, 5, vec![2, 5]),
        (2, 4, vec![1, 4]),
        (2, 10, (3..=10).collect()),
    ] {
        let plan = keygen_plan_with_absent(threshold, parties, &absent, &Scheme::ALL, 1);
        let (mut holders, sealed) = deal_plan(&plan, 1);
        assert!(sealed.iter().map(|share| share.party.value()).eq(absent.iter().copied()));
        let (present, dealers) = (keys(&holders), holders.len());
        for share in &sealed {
            assert_eq!(share.parts.len(), dealers, "every device deals, and nobody else");
            share.verify(&present).unwrap();
            let opened = share.unseal(&present, &recovery_secret(share.party.value())).unwrap();
            assert!(opened.iter().map(KeyShare::info).eq(&present));
            assert!(opened.iter().all(|opened| opened.index() == share.party));
            if parties < 10 {
                holders.insert(share.party, opened);
            }
        }
        if parties == 10 {
            continue;
        }
        for shares in by_root(&holders) {
            for subset in subsets(&shares) {
                assert_eq!(make_the_key(&subset), subset.len() >= usize::from(threshold));
            }
        }
    }
}

#[test]
fn what_opens_is_for_its_secret_its_keys_and_its_epoch_alone() {
    let (holders, sealed) = two_and_recovery(1);
    let (others, other_sealed) = two_and_recovery(2);
    let (keys_here, keys_there) = (keys(&holders), keys(&others));
    let secret = recovery_secret(3);
    let refusal = |sealed: &SealedShare, keys: &[KeyInfo], secret: &RecoverySecret| {
        sealed.unseal(keys, secret).map(|_| ()).unwrap_err()
    };
    assert_eq!(refusal(&sealed, &keys_here, &recovery_secret(4)), UnsealError::WrongSecret);
    assert_eq!(refusal(&sealed, &keys_there, &secret), UnsealError::Sum);
    assert_eq!(refusal(&sealed, &[], &secret), UnsealError::Keys);
    assert_eq!(refusal(&sealed, &keys_here[..2], &secret), UnsealError::Malformed);
    let mixed = [keys_here[0].clone(), keys_there[1].clone(), keys_here[2].clone()];
    assert_eq!(refusal(&sealed, &mixed, &secret), UnsealError::Keys);
    // The same points in another session, and another wallet's or epoch's name over the same shares.
    let moved = SealedShare { session: other_sealed.session, ..sealed.clone() };
    let renamed = |rename: fn(&mut symbolon_mpc::share::KeyInfoParts)| -> Vec<KeyInfo> {
        let of = |key: &KeyInfo| {
            let mut parts = key.parts().clone();
            rename(&mut parts);
            KeyInfo::new(parts).unwrap()
        };
        keys_here.iter().map(of).collect()
    };
    let damaged = UnsealError::Damaged(index(1));
    for (sealed, keys) in [
        (&moved, keys_here.clone()),
        (&sealed, renamed(|parts| parts.wallet[0] ^= 1)),
        (&sealed, renamed(|parts| parts.epoch += 1)),
    ] {
        assert_eq!(refusal(sealed, &keys, &secret), damaged);
        assert_eq!(sealed.verify(&keys), Err(damaged));
    }
    // Another party of the quorum, and none.
    let others = [(1, UnsealError::Party(index(1))), (9, UnsealError::Party(index(9)))];
    for (party, refused) in others {
        let other = SealedShare { party: index(party), ..sealed.clone() };
        assert_eq!(refusal(&other, &keys_here, &secret), refused);
    }
    // A dealer's part left out, twice, in another order, or of another dealing.
    let parts = &sealed.parts;
    let with = |parts| SealedShare { parts, ..sealed.clone() };
    let all = [
        (with(vec![parts[0].clone()]), UnsealError::Sum),
        (with(vec![]), UnsealError::Malformed),
        (with(vec![parts[0].clone(), parts[0].clone()]), UnsealError::Malformed),
        (with(vec![parts[1].clone(), parts[0].clone()]), UnsealError::Malformed),
        (with(vec![parts[0].clone(), other_sealed.parts[1].clone()]), UnsealError::Sum),
    ];
    for (other, refused) in all {
        assert_eq!(refusal(&other, &keys_here, &secret), refused);
        assert_eq!(other.verify(&keys_here), Err(refused));
    }
    let mut swapped = parts.clone();
    swapped[0].evaluations = parts[1].evaluations.clone();
    assert_eq!(refusal(&with(swapped.clone()), &keys_here, &secret), damaged);
    assert_eq!(with(swapped).verify(&keys_here), Err(damaged));
    assert_eq!(unseal(&holders, &sealed).len(), 3);
}

#[test]
fn a_lost_device_is_replaced_by_the_others_and_the_recovery_share() {
    let (mut holders, sealed) = two_and_recovery(1);
    let old = keys(&holders);
    // Device 2 is lost: device 1 and the opened share deal to device 1, a new device 4, and a new recovery key 5.
    let lost = holders.remove(&index(2)).unwrap();
    holders.insert(index(3), sealed.unseal(&old, &recovery_secret(3)).unwrap());
    let (mut new, new_sealed) = change(&holders, &[1, 3], 2, &[1, 4, 5], &[5], 7);
    assert!(new.keys().copied().eq([index(1), index(4)]));
    for (new, old) in keys(&new).iter().zip(&old) {
        assert_eq!((new.public_key(), new.chain_code()), (old.public_key(), old.chain_code()));
        assert_eq!(new.epoch(), old.epoch() + 1);
    }
    // The old file is no share of the new epoch, nor does what it opened to fit any new share.
    assert_eq!(sealed.verify(&keys(&new)), Err(UnsealError::Party(index(3))));
    let stale = reshare(&reshare_plan(&new, &[1, 4], 2, &[1, 6], &[], 8), index(1), &holders[&index(1)]);
    assert!(matches!(stale, Err(ReshareMisuse::StaleEpoch { held: 1, asked: 2 })));
    let opened = unseal(&new, &new_sealed[0]);
    new.insert(index(5), opened);
    for (root, shares) in by_root(&new).into_iter().enumerate() {
        for subset in subsets(&shares) {
            assert_eq!(make_the_key(&subset), subset.len() >= 2);
        }
        for old in [&lost[root], &holders[&index(3)][root]] {
            assert!(shares.iter().all(|share| share.index() == old.index() || !make_the_key(&[share, old])));
        }
    }
}

#[test]
fn a_rotation_seals_a_new_share_to_the_same_recovery_key() {
    let (holders, sealed) = two_and_recovery(1);
    let (new, new_sealed) = change(&holders, &[1, 2], 2, &[1, 2, 3], &[3], 7);
    let (before, after) = (unseal(&holders, &sealed), unseal(&new, &new_sealed[0]));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.info().public_key(), after.info().public_key());
        assert!(before.encode()[3..35] != after.encode()[3..35], "another share");
    }
    // Each of the two files opens under its own epoch's keys only.
    assert_eq!(sealed.verify(&keys(&new)), Err(UnsealError::Sum));
    assert_eq!(new_sealed[0].verify(&keys(&holders)), Err(UnsealError::Sum));
}

/// Random lives: devices and recovery parties come and go; after each change exactly t of all shares are the key.
#[test]
fn any_t_of_devices_and_recovery_shares_are_the_key_through_random_lives() {
    let mut rng = generator(5, 0);
    let roots = [Scheme::SchnorrSecp256k1, Scheme::Ed25519];
    let (mut lives, mut sets) = (0, 0);
    for seed in 0..6 {
        let (mut present, sealed) = deal_plan(&keygen_plan_with_absent(2, 4, &[3, 4], &roots, seed), seed);
        let mut all = with_opened(&mut present, &sealed);
        let mut unused = 5;
        for step in 0..3 {
            let threshold = 2 + (step % 2);
            let indices: Vec<u16> = all.keys().map(|party| party.value()).collect();
            let old_threshold = keys(&all)[0].quorum().threshold();
            let dealers = choose(&indices, old_threshold.into(), &mut rng);
            let recovery: Vec<u16> = vec![unused, unused + 1];
            // All who dealt from a file are gone; enough devices stay or are new.
            let mut devices: Vec<u16> = present.keys().map(|party| party.value()).collect();
            devices = choose(&devices, 1, &mut rng);
            devices.extend(unused + 2..unused + 1 + threshold);
            unused += 1 + threshold;
            let parties = [&devices[..], &recovery].concat();
            let old = std::mem::take(&mut all);
            let (new, sealed) =
                change(&old, &dealers, threshold, &parties, &recovery, 100 * seed + u64::from(step));
            present = new;
            all = with_opened(&mut present, &sealed);
            for shares in by_root(&all) {
                for subset in subsets(&shares) {
                    assert_eq!(make_the_key(&subset), subset.len() >= usize::from(threshold));
                    sets += 1;
                }
            }
            lives += 1;
        }
    }
    println!("{lives} changes of quorum, {sets} sets of shares");
}

/// All shares, those of absent parties opened; `present` gets its own back.
fn with_opened(present: &mut Holders, sealed: &[SealedShare]) -> Holders {
    let copy = |shares: &Vec<KeyShare>| -> Vec<KeyShare> {
        shares.iter().map(|share| KeyShare::decode(&share.encode()).unwrap()).collect()
    };
    let mut all: BTreeMap<PartyIndex, Vec<KeyShare>> =
        present.iter().map(|(party, shares)| (*party, copy(shares))).collect();
    for share in sealed {
        all.insert(share.party, unseal(present, share));
    }
    all
}

#[test]
fn plans_whose_absent_parties_cannot_be_absent_are_refused() {
    let good = keygen_plan_with_absent(2, 4, &[3, 4], &[Scheme::Ed25519], 1);
    let refusal = |plan: KeygenPlan| keygen(plan, index(1)).err();
    let with =
        |absent: &[u16]| KeygenPlan { absent: absent.iter().copied().map(index).collect(), ..good.clone() };
    assert_eq!(refusal(good.clone()), None);
    for (absent, refused) in [
        (&[4, 3][..], InvalidAbsent::Order),
        (&[3, 3], InvalidAbsent::Order),
        (&[3, 9], InvalidAbsent::Unknown(index(9))),
        // Its device is a device.
        (&[2, 3], InvalidAbsent::Key(index(2))),
    ] {
        assert_eq!(refusal(with(absent)), Some(Misuse::Absent(refused)));
    }
    // Nobody is left to sign.
    let none_left = keygen_plan_with_absent(3, 4, &[3, 4], &[Scheme::Ed25519], 1);
    assert_eq!(refusal(none_left), Some(Misuse::Absent(InvalidAbsent::TooFewPresent)));
    let too_many: Vec<u16> = (3..=3 + MAX_ABSENT as u16).collect();
    let plan = keygen_plan_with_absent(2, 12, &too_many, &[Scheme::Ed25519], 1);
    assert_eq!(refusal(plan), Some(Misuse::Absent(InvalidAbsent::TooMany)));
    assert_eq!(keygen(good, index(3)).err(), Some(Misuse::NotAParty));

    let (holders, _) = two_and_recovery(1);
    let plan = reshare_plan(&holders, &[1, 3], 2, &[1, 3, 4], &[3], 1);
    assert_eq!(plan.check(), Err(InvalidAbsent::Deals(index(3)).into()));
    let plan = ResharePlan { absent: vec![index(4)], ..plan };
    assert_eq!(plan.check(), Err(InvalidAbsent::Key(index(4)).into()));
    let plan = reshare_plan(&holders, &[1, 2], 2, &[1, 3, 4], &[3, 4], 1);
    assert_eq!(plan.check(), Err(InvalidAbsent::TooFewPresent.into()));
}

#[test]
fn parties_that_disagree_on_who_is_absent_part_before_any_check() {
    let plan = keygen_plan_with_absent(2, 4, &[3, 4], &[Scheme::Ed25519], 1);
    let other = KeygenPlan { absent: vec![index(4)], ..plan.clone() };
    let ceremonies =
        [(index(1), plan), (index(2), other)].map(|(party, plan)| (party, keygen(plan, party).unwrap()));
    let report = Simulator::new(ceremonies, 1, Network::GOOD).run();
    let mismatch = symbolon_mpc::Abort::nobody(symbolon_mpc::Cause::SessionMismatch);
    assert_eq!(report.abort(index(1)), Some(&mismatch));
}

#[test]
fn a_frame_with_sealed_parts_stays_below_its_limit() {
    for (absent, limit) in [(vec![3], 28 * 1024), ((3..=10).collect::<Vec<_>>(), 112 * 1024)] {
        let parties = 2 + absent.len() as u16;
        let plan = keygen_plan_with_absent(2, parties, &absent, &Scheme::ALL, 1);
        let ceremonies = [1, 2].map(index).map(|party| (party, keygen(plan.clone(), party).unwrap()));
        let report = Simulator::new(ceremonies, 1, Network::GOOD).run();
        let largest = report.sent.iter().map(|sent| sent.frame.len()).max().unwrap();
        println!("{} absent: the largest frame has {largest} bytes", absent.len());
        assert!(report.all_done() && largest < limit && largest > 10_000 * absent.len());
    }
    assert_eq!(quorum(2, 3).parties().len(), 3);
}
