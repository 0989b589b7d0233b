//! What is stored and agreed about keys: frames, key shares, key information, plans, paths.

use core::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use symbolon_mpc::dealing::{ResharePlan, reshare};
use symbolon_mpc::derive::{Path, derive};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::session::SessionTag;
use symbolon_mpc::testing::{deal_all, index, quorum};
use symbolon_mpc::{CeremonyId, Ed25519, KeyInfo, KeyShare, Quorum, Scheme, Secp256k1, wire};

use crate::Row;

pub(crate) const TARGETS: &[Row] = &[
    ("mpc_frame", frame, frames, 100_000),
    ("key_info", key_info, key_infos, 3000),
    ("key_share", key_share, key_shares, 3000),
    ("reshare_plan", reshare_plan, reshare_plans, 1000),
    ("path", path, paths, 50_000),
];

/// What decodes is the one encoding of its value.
fn canonical<T: Serialize + DeserializeOwned + PartialEq + Debug>(data: &[u8]) -> Option<T> {
    let value: T = wire::decode(data).ok()?;
    assert_eq!(*wire::encode(&value), data, "{value:?} has two encodings");
    Some(value)
}

fn frame(data: &[u8]) {
    if let Ok(frame) = Frame::decode(data) {
        assert_eq!(frame.encode(), data);
    }
    canonical::<Quorum>(data);
}

fn frames() -> Vec<Vec<u8>> {
    let frame = |step, broadcast: &[u8], private: &[u8]| {
        let session = [step as u8; size_of::<SessionTag>()];
        Frame { step, session, broadcast: broadcast.to_vec(), private: private.to_vec() }.encode()
    };
    let quorum = wire::encode(&quorum(2, 3)).to_vec();
    vec![frame(0, &[], &[]), frame(2, &[7; 200], &[8; 40]), frame(300, &[1; 32], &[]), quorum]
}

fn key_info(data: &[u8]) {
    let Some(info) = canonical::<KeyInfo>(data) else { return };
    let path: Path = "m/44/60/0/0/7".parse().unwrap();
    match info.scheme() {
        Scheme::Ed25519 => drop(derive::<Ed25519>(&info, &path).expect("every key has children")),
        _ => drop(derive::<Secp256k1>(&info, &path).expect("every key has children")),
    }
    assert_eq!(info.quorum().parties().len(), info.parts().verification_shares.len());
}

fn all_shares() -> Vec<KeyShare> {
    let mut roots = deal_all(2, 3, &Scheme::ALL, 3);
    roots.extend(deal_all(3, 4, &[Scheme::Ed25519], 4));
    roots.into_iter().flatten().collect()
}

fn key_infos() -> Vec<Vec<u8>> {
    all_shares().iter().map(|share| wire::encode(share.info()).to_vec()).collect()
}

fn key_share(data: &[u8]) {
    if let Ok(share) = KeyShare::decode(data) {
        assert_eq!(*share.encode(), data);
    }
}

fn key_shares() -> Vec<Vec<u8>> {
    all_shares().iter().map(|share| share.encode().to_vec()).collect()
}

/// A plan that passes its check can be started by whoever takes part and holds nothing, or says why not.
fn reshare_plan(data: &[u8]) {
    let Some(plan) = canonical::<ResharePlan>(data) else { return };
    if plan.check().is_ok() {
        plan.epoch().expect("a plan that was checked has an epoch");
        for party in plan.parties().expect("a plan that was checked has parties") {
            let started = reshare(&plan, party.index, &[]);
            assert_eq!(started.is_ok(), !plan.dealers.contains(&party.index), "who deals needs a share");
        }
    } else {
        assert!(reshare(&plan, index(1), &[]).is_err());
    }
}

fn reshare_plans() -> Vec<Vec<u8>> {
    let roots = deal_all(2, 3, &Scheme::ALL, 3);
    let plan = |to| ResharePlan {
        ceremony: CeremonyId([5; 32]),
        from: roots.iter().map(|shares| shares[0].info().clone()).collect(),
        dealers: vec![index(1), index(3)],
        to,
        absent: Vec::new(),
    };
    [plan(quorum(2, 3)), plan(quorum(3, 5))].iter().map(|plan| wire::encode(plan).to_vec()).collect()
}

fn path(data: &[u8]) {
    canonical::<Path>(data);
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(path) = text.parse::<Path>() {
        assert_eq!(path.to_string().parse(), Ok(path));
    }
}

fn paths() -> Vec<Vec<u8>> {
    let path: Path = "m/44/60/0/0/7".parse().unwrap();
    vec![b"m".to_vec(), b"m/44/60/0/0/2147483647".to_vec(), wire::encode(&path).to_vec()]
}
