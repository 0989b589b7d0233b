//! What is no key share, and what is.

#![allow(clippy::unwrap_used, clippy::panic)]

use symbolon_mpc::secret::Secret;
use symbolon_mpc::share::{InvalidKeyInfo, InvalidKeyShare, KeyInfoParts, lagrange_coefficient};
use symbolon_mpc::testing::{deal, index, quorum};
use symbolon_mpc::{Group, KeyInfo, KeyShare, Scheme, Secp256k1};

const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

fn shares() -> Vec<KeyShare> {
    deal(2, 3, Scheme::EcdsaSecp256k1, 1)
}

fn scalar_of(share: &KeyShare) -> [u8; 32] {
    // EXPOSE: a test's share.
    share.expose::<Secp256k1, _>(Secp256k1::encode_scalar).unwrap()
}

fn from_parts(party: u16, scalar: [u8; 32], info: &KeyInfo) -> Option<InvalidKeyShare> {
    KeyShare::from_parts(index(party), Secret::new(scalar), info.clone()).err()
}

#[test]
fn a_share_fits_its_verification_share_only() {
    let shares = shares();
    let info = shares[0].info();
    let scalar = scalar_of(&shares[0]);
    assert_eq!(from_parts(1, scalar, info), None);
    assert_eq!(from_parts(2, scalar, info), Some(InvalidKeyShare::Mismatch));
    assert_eq!(from_parts(4, scalar, info), Some(InvalidKeyShare::UnknownParty));
    let order: [u8; 32] = hex::decode(ORDER).unwrap().try_into().unwrap();
    for wrong in [[0; 32], [1; 32], [0xff; 32], order, scalar_of(&shares[1])] {
        assert_eq!(from_parts(1, wrong, info), Some(InvalidKeyShare::Mismatch));
    }
}

#[test]
fn verification_shares_must_lie_on_one_polynomial_through_the_public_key() {
    let parts = || shares()[0].info().parts().clone();
    let other = deal(2, 3, Scheme::EcdsaSecp256k1, 2)[0].info().parts().clone();
    let edit = |change: &dyn Fn(&mut KeyInfoParts)| {
        let mut parts = parts();
        change(&mut parts);
        KeyInfo::new(parts).err()
    };
    assert_eq!(edit(&|_| ()), None);
    assert_eq!(
        edit(&|parts| parts.public_key = other.public_key.clone()),
        Some(InvalidKeyInfo::Inconsistent)
    );
    for party in 0..3 {
        let change = |parts: &mut KeyInfoParts| {
            parts.verification_shares[party] = other.verification_shares[party].clone();
        };
        assert_eq!(edit(&change), Some(InvalidKeyInfo::Inconsistent));
        let clear = |parts: &mut KeyInfoParts| parts.verification_shares[party] = vec![0; 33];
        assert_eq!(edit(&clear), Some(InvalidKeyInfo::Point));
    }
    assert_eq!(edit(&|parts| parts.verification_shares.swap(0, 1)), Some(InvalidKeyInfo::Inconsistent));
    assert_eq!(edit(&|parts| parts.public_key.clear()), Some(InvalidKeyInfo::Point));
    assert_eq!(edit(&|parts| parts.verification_shares.truncate(2)), Some(InvalidKeyInfo::Count));
    assert_eq!(edit(&|parts| parts.verification_shares.clear()), Some(InvalidKeyInfo::Count));
    assert_eq!(edit(&|parts| parts.verification_shares.push(vec![2; 33])), Some(InvalidKeyInfo::Count));
}

#[test]
fn a_lower_threshold_does_not_fit_and_neither_does_another_quorum() {
    let three = deal(3, 4, Scheme::EcdsaSecp256k1, 1)[0].info().parts().clone();
    let lower = KeyInfoParts { quorum: quorum(2, 4), ..three.clone() };
    assert_eq!(KeyInfo::new(lower), Err(InvalidKeyInfo::Inconsistent));
    let fewer = KeyInfoParts { quorum: quorum(3, 3), ..three };
    assert_eq!(KeyInfo::new(fewer), Err(InvalidKeyInfo::Count));
}

#[test]
fn every_cut_extended_or_flipped_encoding_is_refused_or_another_key_info() {
    let share = &shares()[1];
    let bytes = share.encode();
    for length in 0..bytes.len() {
        assert!(KeyShare::decode(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(KeyShare::decode(&[&bytes[..], &[0]].concat()).is_err());
    let mut accepted = 0;
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[position] ^= 1 << bit;
            if let Ok(other) = KeyShare::decode(&flipped) {
                // Wallet, epoch, devices and chain code are not fixed by the points; the vault's seal binds
                // them. Whatever is accepted is a share of the same key, in the one encoding.
                assert_ne!(other.info(), share.info());
                assert_eq!(other.info().public_key(), share.info().public_key());
                assert_eq!(scalar_of(&other), scalar_of(share));
                assert_eq!(*other.encode(), flipped);
                accepted += 1;
            }
        }
    }
    assert!(accepted < 8 * bytes.len() - 8 * (3 + 32 + 4 * 33), "scalar, index or a point was not checked");
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = shares()[0].encode().to_vec();
    bytes[0] = 9;
    assert_eq!(KeyShare::decode(&bytes).err(), Some(InvalidKeyShare::Version(9)));
    assert_eq!(KeyShare::decode(&[]).err(), Some(InvalidKeyShare::Malformed));
}

#[test]
fn the_encoding_of_a_2_of_3_share_is_pinned() {
    // Version, index, scalar; then postcard: scheme, wallet, epoch, t, n, (index, device)…, key, shares, code.
    let shares = shares();
    let bytes = shares[0].encode();
    let info = shares[0].info();
    let mut expected = vec![1, 0, 1];
    expected.extend(scalar_of(&shares[0]));
    expected.push(0);
    expected.extend(info.wallet());
    expected.extend([1, 2, 3]);
    for party in info.quorum().parties() {
        expected.push(party.index.value() as u8);
        expected.extend(party.device.0);
    }
    expected.push(33);
    expected.extend(info.public_key());
    expected.push(3);
    for party in info.quorum().indices() {
        expected.push(33);
        expected.extend(info.verification_share(party).unwrap());
    }
    expected.extend(info.chain_code());
    assert_eq!(*bytes, expected);
}

#[test]
fn debug_output_holds_no_secret() {
    let share = &shares()[0];
    let printed = format!("{share:?} {share:#?}");
    assert!(printed.contains("<redacted>"));
    let scalar = scalar_of(share);
    assert!(!printed.contains(&hex::encode(scalar)));
    assert!(!printed.contains(&format!("{}, {}, {}", scalar[0], scalar[1], scalar[2])));
}

#[test]
fn lagrange_coefficients_exist_for_distinct_parties_only() {
    let parties = [index(1), index(2), index(5)];
    // f(x) = 3 + 5x + 7x² at 1, 2, 5 is 15, 41, 203.
    let values = [15, 41, 203].map(Secp256k1::small);
    for (at, expected) in [(0, 3), (1, 15), (2, 41), (3, 81), (10, 753)] {
        let value = parties.iter().zip(values).fold(Secp256k1::zero(), |sum, (party, value)| {
            sum + lagrange_coefficient::<Secp256k1>(*party, &parties, at).unwrap() * value
        });
        assert!(value == Secp256k1::small(expected));
    }
    assert!(lagrange_coefficient::<Secp256k1>(index(3), &parties, 0).is_none());
    assert!(lagrange_coefficient::<Secp256k1>(index(1), &[index(1), index(1)], 0).is_none());
    let twice = [index(1), index(2), index(2)];
    assert!(lagrange_coefficient::<Secp256k1>(index(1), &twice, 0).is_none());
}
