//! Sealed records.
//!
//! ```text
//! record = version, 1 ‖ binding, 79 ‖ key nonce, 12 ‖ wrapped data key, 48 ‖ nonce, 12 ‖ sealed
//! ```
//! Associated data of both seals: domain ‖ length of the record's name, 2 LE ‖ name ‖ version ‖ binding.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::VaultError;

/// What a record is about, authenticated but not secret. Fields that do not apply are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// Wallet id.
    pub wallet: [u8; 32],
    /// Device whose record it is.
    pub device: [u8; 32],
    /// Party index.
    pub party: u16,
    /// What the key signs with: 1 is ECDSA over secp256k1, 2 Schnorr over it (BIP-340), 3 Ed25519; 0 for no key.
    pub scheme: u8,
    /// Epoch of the shares.
    pub epoch: u32,
    /// Grows with every write of the vault.
    pub counter: u64,
}

impl Binding {
    fn encode(&self) -> [u8; BINDING] {
        let mut bytes = [0; BINDING];
        bytes[..32].copy_from_slice(&self.wallet);
        bytes[32..64].copy_from_slice(&self.device);
        bytes[64..66].copy_from_slice(&self.party.to_le_bytes());
        bytes[66] = self.scheme;
        bytes[67..71].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[71..79].copy_from_slice(&self.counter.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; BINDING]) -> Self {
        let (mut wallet, mut device, mut epoch, mut counter) = ([0; 32], [0; 32], [0; 4], [0; 8]);
        wallet.copy_from_slice(&bytes[..32]);
        device.copy_from_slice(&bytes[32..64]);
        epoch.copy_from_slice(&bytes[67..71]);
        counter.copy_from_slice(&bytes[71..79]);
        Self {
            wallet,
            device,
            party: u16::from_le_bytes([bytes[64], bytes[65]]),
            scheme: bytes[66],
            epoch: u32::from_le_bytes(epoch),
            counter: u64::from_le_bytes(counter),
        }
    }
}

pub(super) fn seal(
    vault_key: &[u8; 32],
    name: &str,
    binding: &Binding,
    plain: &[u8],
    rng: &mut dyn CryptoRngCore,
) -> Vec<u8> {
    let binding = binding.encode();
    let aad = associated(name, &binding);
    let mut data_key = Zeroizing::new([0; 32]);
    let (mut key_nonce, mut nonce) = ([0; 12], [0; 12]);
    rng.fill_bytes(&mut *data_key);
    rng.fill_bytes(&mut key_nonce);
    rng.fill_bytes(&mut nonce);
    let wrapped = encrypt(vault_key, &key_nonce, &aad, &*data_key);
    let sealed = encrypt(&data_key, &nonce, &aad, plain);
    [&[FORMAT], &binding[..], &key_nonce, &wrapped, &nonce, &sealed].concat()
}

pub(super) fn open(
    vault_key: &[u8; 32],
    name: &str,
    record: &[u8],
) -> Result<(Binding, Zeroizing<Vec<u8>>), VaultError> {
    let (version, rest) = record.split_first().ok_or(VaultError::Damaged)?;
    match *version {
        FORMAT => {}
        0 => return Err(VaultError::Damaged),
        version => return Err(VaultError::Version(version)),
    }
    let (binding, rest) = rest.split_first_chunk::<BINDING>().ok_or(VaultError::Damaged)?;
    let (key_nonce, rest) = rest.split_first_chunk::<12>().ok_or(VaultError::Damaged)?;
    let (wrapped, rest) = rest.split_first_chunk::<48>().ok_or(VaultError::Damaged)?;
    let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or(VaultError::Damaged)?;
    let aad = associated(name, binding);
    let data_key = decrypt(vault_key, key_nonce, &aad, wrapped)?;
    let data_key = <&[u8; 32]>::try_from(data_key.as_slice()).map_err(|_| VaultError::Damaged)?;
    Ok((Binding::decode(binding), decrypt(data_key, nonce, &aad, sealed)?))
}

fn encrypt(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .encrypt(Nonce::from_slice(nonce), Payload { msg: plain, aad })
        .expect("records are far below the limit of AES-GCM")
}

fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Damaged)
}

fn associated(name: &str, binding: &[u8; BINDING]) -> Vec<u8> {
    // Names of records are literals and hex of ours, at most 200 bytes.
    let length = (name.len() as u16).to_le_bytes();
    [DOMAIN, &length, name.as_bytes(), &[FORMAT], binding].concat()
}

const FORMAT: u8 = 1;
const BINDING: usize = 32 + 32 + 2 + 1 + 4 + 8;
const DOMAIN: &[u8] = b"symbolon/vault/record/1";

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const BOUND: Binding =
        Binding { wallet: [1; 32], device: [2; 32], party: 3, scheme: 1, epoch: 4, counter: 5 };

    fn sealed(plain: &[u8]) -> Vec<u8> {
        seal(&KEY, "key/active", &BOUND, plain, &mut ChaCha20Rng::seed_from_u64(1))
    }

    #[test]
    fn a_record_comes_back_with_its_binding() {
        let (binding, plain) = open(&KEY, "key/active", &sealed(b"the share")).unwrap();
        assert_eq!((binding, plain.as_slice()), (BOUND, &b"the share"[..]));
    }

    #[test]
    fn every_flipped_bit_of_a_record_is_an_error() {
        let record = sealed(b"share");
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&KEY, "key/active", &flipped).is_err(), "bit {bit}");
        }
        for length in 0..record.len() {
            assert!(open(&KEY, "key/active", &record[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_record_under_another_name_or_key_is_refused() {
        let record = sealed(b"share");
        assert_eq!(open(&KEY, "key/pending", &record), Err(VaultError::Damaged));
        assert_eq!(open(&[8; 32], "key/active", &record), Err(VaultError::Damaged));
    }

    #[test]
    fn what_is_sealed_cannot_be_seen_and_never_looks_the_same() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let plain = [0xabu8; 64];
        let one = seal(&KEY, "k", &BOUND, &plain, &mut rng);
        let two = seal(&KEY, "k", &BOUND, &plain, &mut rng);
        assert!(!one.windows(8).any(|window| window == &plain[..8]));
        assert_ne!(one[BINDING + 1..], two[BINDING + 1..]);
    }
}
