//! What an owner types in and chooses from a disk when devices are lost: recovery codes and recovery files.

use std::sync::OnceLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use symbolon_mpc::recovery::{ENTROPY_LENGTH, SealedShare};
use symbolon_mpc::testing::{deal_plan, index, keygen_plan, quorum};
use symbolon_mpc::{KeyInfo, KeyShare, Party, Quorum, Scheme, Tag, Transcript, wire};
use symbolon_wallet::backup::{FileError, GuardianCode, RecoveryCode, RecoveryFile, join, split};

use crate::Row;

pub(crate) const TARGETS: &[Row] = &[
    ("recovery_code", recovery_code, recovery_codes, 50_000),
    ("recovery_file", recovery_file, recovery_files, 1500),
    ("sealed_share", sealed_share, sealed_shares, 300),
];

/// A recovery share of Ed25519 alone, which takes least.
struct Facts {
    keys: Vec<KeyInfo>,
    sealed: SealedShare,
    share: Vec<u8>,
}

fn code() -> RecoveryCode {
    RecoveryCode::of_entropy(&[0x17; ENTROPY_LENGTH])
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let of = |party: &Party| match party.index == index(3) {
            true => Party { device: code().key().device(), ..*party },
            false => *party,
        };
        let quorum = Quorum::new(2, quorum(2, 3).parties().iter().map(of).collect()).unwrap();
        let mut plan = keygen_plan(quorum, vec![Scheme::Ed25519], 9);
        plan.absent = vec![index(3)];
        let (holders, mut sealed) = deal_plan(&plan, 9);
        let keys: Vec<_> = holders[&index(1)].iter().map(|share| share.info().clone()).collect();
        let sealed = sealed.remove(0);
        let share = sealed.unseal(&keys, &code().secret()).unwrap()[0].encode().to_vec();
        Facts { keys, sealed, share }
    })
}

/// A text that is read as a code is written back as the one that reads the same.
fn recovery_code(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(code) = RecoveryCode::read(text) {
        let written = code.write();
        assert_eq!(*RecoveryCode::read(&written).unwrap().write(), *written);
    }
    if let Ok(code) = GuardianCode::read(text) {
        let written = code.write();
        let again = GuardianCode::read(&written).unwrap();
        assert_eq!(*again.write(), *written);
        assert!(join(&[again, code]).is_err(), "the same one twice");
    }
}

fn recovery_codes() -> Vec<Vec<u8>> {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let guardians = split(&code(), 2, 3, &mut rng).unwrap();
    let mut all: Vec<_> = guardians.iter().map(|code| code.write().as_bytes().to_vec()).collect();
    all.push(code().write().as_bytes().to_vec());
    all.push(code().write().to_lowercase().replace('-', " ").into_bytes());
    all
}

/// The file as it is, and with the hash that its bytes have: what opens is the share, or nothing is.
fn recovery_file(data: &[u8]) {
    let mut rehashed = data.to_vec();
    if let Some((head, hash)) = rehashed.split_last_chunk_mut::<32>() {
        *hash = Transcript::new(Tag::RecoveryFile).field(head).finish32();
    }
    for bytes in [data, &rehashed] {
        let Ok(file) = RecoveryFile::decode(bytes) else { continue };
        assert_eq!(file.encode(), bytes, "a file has two encodings");
        match file.open(&code()) {
            Ok(shares) => check_share(&shares),
            Err(error) => assert!([FileError::Altered, FileError::WrongCode].contains(&error), "{error}"),
        }
    }
}

/// The scalar is the one that was dealt, whatever else an altered file says.
fn check_share(shares: &[KeyShare]) {
    let scalar = |bytes: &[u8]| bytes[3..35].to_vec();
    assert_eq!(scalar(&shares[0].encode()), scalar(&facts().share));
}

fn recovery_files() -> Vec<Vec<u8>> {
    let Facts { keys, sealed, .. } = facts();
    vec![RecoveryFile::new(1, keys.clone(), sealed.clone()).unwrap().encode()]
}

/// What verifies opens, and nothing that does not verify is anything but the share or refused.
fn sealed_share(data: &[u8]) {
    let Ok(sealed) = wire::decode::<SealedShare>(data) else { return };
    let is_proven = sealed.verify(&facts().keys).is_ok();
    match sealed.unseal(&facts().keys, &code().secret()) {
        Ok(shares) => check_share(&shares),
        Err(error) => assert!(!is_proven, "proven, and yet: {error}"),
    }
    assert!(!is_proven || sealed == facts().sealed, "a second proof of the same, made by altering bytes");
}

fn sealed_shares() -> Vec<Vec<u8>> {
    vec![wire::encode(&facts().sealed).to_vec()]
}
