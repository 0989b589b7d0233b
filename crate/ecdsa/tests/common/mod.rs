//! Shares by a trusted dealer, plans and runs.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use k256::elliptic_curve::Field;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use k256::{ProjectivePoint, Scalar};
use symbolon_ecdsa::testing::deal_pairs;
use symbolon_ecdsa::{Pairs, Sign, SignItem, SignPlan, Signature, Signed};
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::secret::Secret;
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Simulator, generator};
use symbolon_mpc::testing::{index, quorum};
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, KeyShare, PartyIndex, Scheme, Secp256k1};

pub const WALLET: [u8; 32] = [0x77; 32];

/// Shares of a `threshold`-of-`parties` key at `epoch`, dealt in the open; the key depends on `seed` alone.
pub fn deal_epoch(threshold: u16, parties: u16, seed: u64, epoch: u32) -> Vec<KeyShare> {
    let mut key_rng = generator(seed, 0xffff);
    let mut rng = generator(seed, epoch as u16);
    let mut polynomial = vec![Scalar::random(&mut key_rng)];
    polynomial.extend((1..threshold).map(|_| Scalar::random(&mut rng)));
    let at = |x: u16| {
        let x = Scalar::from(u32::from(x));
        polynomial.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient)
    };
    let point = |scalar: Scalar| {
        (ProjectivePoint::GENERATOR * scalar).to_affine().to_encoded_point(true).as_bytes().to_vec()
    };
    let info = KeyInfo::new(KeyInfoParts {
        scheme: Scheme::EcdsaSecp256k1,
        wallet: WALLET,
        epoch,
        quorum: quorum(threshold, parties),
        public_key: point(polynomial[0]),
        verification_shares: (1..=parties).map(|x| point(at(x))).collect(),
        chain_code: [0x33; 32],
    })
    .unwrap();
    let share =
        |x| KeyShare::from_parts(index(x), Secret::new(at(x).to_bytes().into()), info.clone()).unwrap();
    (1..=parties).map(share).collect()
}

pub fn deal(threshold: u16, parties: u16, seed: u64) -> Vec<KeyShare> {
    deal_epoch(threshold, parties, seed, 1)
}

/// A plan for `signers` with `count` items; everything in it depends on `session`.
pub fn plan(signers: &[u16], count: usize, session: u64) -> SignPlan {
    let mut ceremony = [0xce; 32];
    ceremony[..8].copy_from_slice(&session.to_be_bytes());
    let item = |place: usize| {
        let mut digest = [0x5a; 32];
        digest[0] = place as u8;
        digest[8..16].copy_from_slice(&session.to_be_bytes());
        SignItem { path: Path::new(vec![44, 60, 0, 0, place as u32]).unwrap(), digest }
    };
    SignPlan {
        ceremony: CeremonyId(ceremony),
        wallet: WALLET,
        epoch: 1,
        signers: signers.iter().map(|signer| index(*signer)).collect(),
        intent: [0x11; 32],
        items: (0..count).map(item).collect(),
    }
}

/// What each party's process keeps.
pub type Memory = BTreeMap<PartyIndex, Pairs>;

pub fn device(party: PartyIndex) -> DeviceId {
    quorum(2, 32).device_of(party).unwrap()
}

/// Set-ups of these parties with each other, dealt in the open; `but` are pairs that have none.
pub fn dealt(signers: &[u16], epoch: u32, seed: u64, but: &[[u16; 2]]) -> Memory {
    let mut rng = generator(seed, 1000);
    let mut memory = Memory::new();
    for (place, one) in signers.iter().enumerate() {
        for other in signers.iter().skip(place + 1).filter(|other| !but.contains(&[*one, **other])) {
            let devices = [one, other].map(|party| device(index(*party)));
            let both = deal_pairs(WALLET, epoch, devices, &mut rng);
            for (party, pairs) in [one, other].into_iter().zip(both) {
                memory.entry(index(*party)).or_default().put(pairs);
            }
        }
    }
    memory
}

/// The ceremonies of all signers of `plan`.
pub fn ceremonies(plan: &SignPlan, shares: &[KeyShare], memory: &mut Memory) -> Vec<(PartyIndex, Sign)> {
    let peers: Vec<_> = plan.signers.iter().map(|signer| device(*signer)).collect();
    let signers = shares.iter().filter(|share| plan.signers.contains(&share.index()));
    signers
        .map(|share| {
            let held = memory.entry(share.index()).or_default();
            let pairs = held.take(plan.wallet, plan.epoch, &peers);
            (share.index(), Sign::start(plan.clone(), share, pairs).unwrap())
        })
        .collect()
}

/// Signs over a network and puts the set-ups back.
pub fn run(
    plan: &SignPlan,
    shares: &[KeyShare],
    memory: &mut Memory,
    seed: u64,
    network: Network,
) -> Report<Signed> {
    let mut report = Simulator::new(ceremonies(plan, shares, memory), seed, network).run();
    keep(&mut report, memory);
    report
}

/// Puts the set-ups of those who ended well back into memory.
pub fn keep(report: &mut Report<Signed>, memory: &mut Memory) {
    for (party, outcome) in &mut report.outcomes {
        if let Outcome::Done(signed) = outcome {
            memory.entry(*party).or_default().put(std::mem::take(&mut signed.pairs));
        }
    }
}

/// The signatures, which all signers must have alike.
pub fn signatures(report: &Report<Signed>) -> Vec<Signature> {
    let mut all = report.outcomes.values().map(|outcome| match outcome {
        Outcome::Done(signed) => signed.signatures.clone(),
        other => panic!("no signature: {other:?}"),
    });
    let first = all.next().unwrap();
    assert!(all.all(|other| other == first));
    first
}

/// Checks signatures by others' code: k256's verifier, and libsecp256k1's verifier and recovery.
pub fn verify(plan: &SignPlan, info: &KeyInfo, signatures: &[Signature]) {
    use k256::ecdsa::signature::hazmat::PrehashVerifier;
    use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
    use secp256k1::{Message, PublicKey, Secp256k1 as Libsecp256k1};

    let secp = Libsecp256k1::new();

    assert_eq!(signatures.len(), plan.items.len());
    for (item, signature) in plan.items.iter().zip(signatures) {
        let key = derive::<Secp256k1>(info, &item.path).unwrap().public_key.to_affine();
        let bytes = signature.to_bytes();

        let verifier = k256::ecdsa::VerifyingKey::from_affine(key).unwrap();
        let parsed = k256::ecdsa::Signature::from_slice(&bytes).unwrap();
        verifier.verify_prehash(&item.digest, &parsed).unwrap();
        assert!(parsed.normalize_s().is_none(), "s is low");

        let key = PublicKey::from_slice(key.to_encoded_point(true).as_bytes()).unwrap();
        let message = Message::from_digest(item.digest);
        // libsecp256k1's verifier refuses a high s.
        let parsed = secp256k1::ecdsa::Signature::from_compact(&bytes).unwrap();
        secp.verify_ecdsa(message, &parsed, &key).unwrap();
        let id = RecoveryId::try_from(i32::from(signature.recovery_id)).unwrap();
        let recoverable = RecoverableSignature::from_compact(&bytes, id).unwrap();
        assert_eq!(secp.recover_ecdsa(message, &recoverable).unwrap(), key);
    }
}
