//! dkls23-core: keygen, which sets up every pair as well; both of its refreshes; a signature.

use std::collections::BTreeMap;

use dkls23_core::protocols::signing::SignData;
use dkls23_core::protocols::{Abort, Parameters, Party, PartyIndex};
use dkls23_core::{DkgSession, SignSession};
use k256_of_dkls::{Scalar, Secp256k1};
use symbolon_bench::Row;
use symbolon_bench::cost::{Clock, Cost};

use crate::account::Accounts;

type Parties = Vec<Party<Secp256k1>>;

/// Keygen, the refresh that keeps the set-ups of multiplication, the one that makes new ones, and a signature; of all
/// but the last a fifth of `runs`, because they take seconds.
pub fn rows((threshold, parties): (u16, u16), runs: u64, clock: Clock<'_>) -> Vec<Row> {
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for seed in 0..runs.div_ceil(5) {
        let (keys, keygen) = keygen(threshold as u8, parties as u8, seed, clock);
        let (_, fast) = refresh(&keys, seed, clock).expect("honest parties");
        let (fresh, complete) = refresh_complete(&keys, seed, clock).expect("honest parties");
        for (costs, cost) in costs.iter_mut().zip([keygen, fast, complete]) {
            costs.push(cost);
        }
        let signatures = (5 * seed..runs.min(5 * seed + 5))
            .map(|session| sign(&fresh[..threshold.into()], session, clock).expect("honest parties"));
        costs[3].extend(signatures);
    }
    let cases = [
        ("keygen, ECDSA with set-up", parties),
        ("rotation, ECDSA, old set-up", parties),
        ("rotation, ECDSA, new set-up", parties),
        ("ECDSA, next", threshold),
    ];
    let rows = cases.into_iter().zip(costs);
    rows.map(|((case, talking), costs)| {
        Row::new((threshold, parties), case, "dkls23-core 0.6.2", talking, costs)
    })
    .collect()
}

fn keygen(threshold: u8, parties: u8, seed: u64, clock: Clock<'_>) -> (Parties, Cost) {
    let mut accounts = Accounts::new(parties.into(), clock);
    let parameters = Parameters::new(threshold, parties).expect("a quorum");
    let all: Vec<PartyIndex> = (1..=parties).map(|index| PartyIndex::new(index).expect("not zero")).collect();
    let mut sessions: Vec<DkgSession<Secp256k1>> =
        all.iter().map(|index| DkgSession::new(parameters.clone(), *index, sid(1, seed))).collect();

    let dealt = sessions.iter().enumerate().map(|(me, session)| accounts.charge(me, || session.phase1()));
    let dealt: Vec<Vec<Scalar>> = dealt.collect();
    let fragments = deal(&dealt, &mut accounts);

    let (mut proofs, mut zero_2, mut chain_2) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (me, session) in sessions.iter_mut().enumerate() {
        let (proof, zero, chain) =
            accounts.charge(me, || session.phase2(&fragments[me])).expect("honest parties");
        accounts.broadcast(me, &proof);
        accounts.broadcast(me, &chain);
        zero.iter().for_each(|message| accounts.send(me, message));
        proofs.push(proof);
        zero_2.extend(zero);
        chain_2.insert(all[me], chain);
    }
    accounts.round();

    let (mut zero_3, mut mul_3, mut chain_3) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (me, session) in sessions.iter_mut().enumerate() {
        let (zero, mul, chain) = accounts.charge(me, || session.phase3()).expect("honest parties");
        accounts.broadcast(me, &chain);
        zero.iter().for_each(|message| accounts.send(me, message));
        mul.iter().for_each(|message| accounts.send(me, message));
        zero_3.extend(zero);
        mul_3.extend(mul);
        chain_3.insert(all[me], chain);
    }
    accounts.round();

    let mut made = Vec::new();
    for (me, session) in sessions.into_iter().enumerate() {
        let zero_2 = to(&zero_2, |message| message.parties.receiver == all[me]);
        let zero_3 = to(&zero_3, |message| message.parties.receiver == all[me]);
        let mul_3 = to(&mul_3, |message| message.parties.receiver == all[me]);
        let (party, _) = accounts
            .charge(me, || {
                session.phase4(&proofs, &zero_2, &zero_3, &mul_3, &chain_2, &chain_3, |_| String::new())
            })
            .expect("honest parties");
        made.push(party);
    }
    (made, accounts.busiest())
}

/// Its "faster refresh": shares and seeds are new, the set-ups of multiplication are the old ones.
fn refresh(parties: &[Party<Secp256k1>], seed: u64, clock: Clock<'_>) -> Result<(Parties, Cost), Abort> {
    let mut accounts = Accounts::new(parties.len(), clock);
    let sid = sid(2, seed);
    let dealt = parties.iter().enumerate();
    let dealt = dealt.map(|(me, party)| accounts.charge(me, || party.refresh_phase1())).collect::<Vec<_>>();
    let fragments = deal(&dealt, &mut accounts);

    let (mut corrections, mut proofs, mut kept, mut said_2) = (vec![], vec![], vec![], vec![]);
    for (me, party) in parties.iter().enumerate() {
        let (correction, proof, keep, say) =
            accounts.charge(me, || party.refresh_phase2(&sid, &fragments[me]));
        accounts.broadcast(me, &proof);
        say.iter().for_each(|message| accounts.send(me, message));
        corrections.push(correction);
        proofs.push(proof);
        kept.push(keep);
        said_2.extend(say);
    }
    accounts.round();

    let (mut kept_3, mut said_3) = (vec![], vec![]);
    for (me, party) in parties.iter().enumerate() {
        let (keep, say) = accounts.charge(me, || party.refresh_phase3(&kept[me]));
        say.iter().for_each(|message| accounts.send(me, message));
        kept_3.push(keep);
        said_3.extend(say);
    }
    accounts.round();

    let mut made = Vec::new();
    for (me, party) in parties.iter().enumerate() {
        let said_2 = to(&said_2, |message| message.parties.receiver == party.party_index);
        let said_3 = to(&said_3, |message| message.parties.receiver == party.party_index);
        made.push(accounts.charge(me, || {
            party.refresh_phase4(&sid, &corrections[me], &proofs, &kept_3[me], &said_2, &said_3)
        })?);
    }
    Ok((made, accounts.busiest()))
}

/// Its "complete refresh": new set-ups of multiplication as well.
fn refresh_complete(
    parties: &[Party<Secp256k1>],
    seed: u64,
    clock: Clock<'_>,
) -> Result<(Parties, Cost), Abort> {
    let mut accounts = Accounts::new(parties.len(), clock);
    let sid = sid(3, seed);
    let dealt = parties.iter().enumerate();
    let dealt = dealt.map(|(me, party)| accounts.charge(me, || party.refresh_complete_phase1()));
    let dealt = dealt.collect::<Vec<_>>();
    let fragments = deal(&dealt, &mut accounts);

    let (mut corrections, mut proofs, mut kept, mut zero_2) = (vec![], vec![], vec![], vec![]);
    for (me, party) in parties.iter().enumerate() {
        let (correction, proof, keep, zero) =
            accounts.charge(me, || party.refresh_complete_phase2(&sid, &fragments[me]));
        accounts.broadcast(me, &proof);
        zero.iter().for_each(|message| accounts.send(me, message));
        corrections.push(correction);
        proofs.push(proof);
        kept.push(keep);
        zero_2.extend(zero);
    }
    accounts.round();

    let (mut zero_kept, mut zero_3, mut mul_kept, mut mul_3) = (vec![], vec![], vec![], vec![]);
    for (me, party) in parties.iter().enumerate() {
        let (keep_zero, zero, keep_mul, mul) =
            accounts.charge(me, || party.refresh_complete_phase3(&sid, &kept[me]));
        zero.iter().for_each(|message| accounts.send(me, message));
        mul.iter().for_each(|message| accounts.send(me, message));
        zero_kept.push(keep_zero);
        zero_3.extend(zero);
        mul_kept.push(keep_mul);
        mul_3.extend(mul);
    }
    accounts.round();

    let mut made = Vec::new();
    for (me, party) in parties.iter().enumerate() {
        let zero_2 = to(&zero_2, |message| message.parties.receiver == party.party_index);
        let zero_3 = to(&zero_3, |message| message.parties.receiver == party.party_index);
        let mul_3 = to(&mul_3, |message| message.parties.receiver == party.party_index);
        made.push(accounts.charge(me, || {
            party.refresh_complete_phase4(
                &sid,
                &corrections[me],
                &proofs,
                &zero_kept[me],
                &zero_2,
                &zero_3,
                &mul_kept[me],
                &mul_3,
            )
        })?);
    }
    Ok((made, accounts.busiest()))
}

fn sign(signers: &[Party<Secp256k1>], seed: u64, clock: Clock<'_>) -> Result<Cost, Abort> {
    let mut accounts = Accounts::new(signers.len(), clock);
    let (mut sessions, mut said_1) = (Vec::new(), Vec::new());
    for (me, party) in signers.iter().enumerate() {
        let others = signers.iter().map(|other| other.party_index);
        let data = SignData {
            sign_id: sid(4, seed),
            counterparties: others.filter(|other| *other != party.party_index).collect(),
            message_hash: [0x5a; 32],
        };
        let (session, say) = accounts.charge(me, || SignSession::new(party, data))?;
        say.iter().for_each(|message| accounts.send(me, message));
        sessions.push(session);
        said_1.extend(say);
    }
    accounts.round();

    let mut said_2 = Vec::new();
    for (me, session) in sessions.iter_mut().enumerate() {
        let received = to(&said_1, |message| message.parties.receiver == signers[me].party_index);
        let say = accounts.charge(me, || session.phase2(&received))?;
        say.iter().for_each(|message| accounts.send(me, message));
        said_2.extend(say);
    }
    accounts.round();

    let mut said_3 = Vec::new();
    for (me, session) in sessions.iter_mut().enumerate() {
        let received = to(&said_2, |message| message.parties.receiver == signers[me].party_index);
        let say = accounts.charge(me, || session.phase3(&received))?;
        accounts.broadcast(me, &say);
        said_3.push(say);
    }
    accounts.round();

    for (me, session) in sessions.into_iter().enumerate() {
        accounts.charge(me, || session.phase4(&said_3, true))?;
    }
    Ok(accounts.busiest())
}

/// Everybody's values for everybody, by receiver.
fn deal(dealt: &[Vec<Scalar>], accounts: &mut Accounts<'_>) -> Vec<Vec<Scalar>> {
    for (me, values) in dealt.iter().enumerate() {
        for (_, value) in values.iter().enumerate().filter(|(place, _)| *place != me) {
            accounts.send(me, value);
        }
    }
    accounts.round();
    (0..dealt.len()).map(|to| dealt.iter().map(|values| values[to]).collect()).collect()
}

fn to<M: Clone>(said: &[M], is_mine: impl Fn(&M) -> bool) -> Vec<M> {
    said.iter().filter(|message| is_mine(message)).cloned().collect()
}

fn sid(purpose: u8, seed: u64) -> Vec<u8> {
    let mut sid = vec![purpose; 32];
    sid[..8].copy_from_slice(&seed.to_be_bytes());
    sid
}
