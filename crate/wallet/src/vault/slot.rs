//! A slot of the header: the vault key, wrapped under one of the keys that open the vault.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use rand_core::CryptoRngCore;
use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

use super::VaultKey;

/// Bytes of a slot: nonce, sealed key, tag.
pub(super) const SLOT: usize = 12 + 48;

/// The vault key under AES-256-GCM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    nonce: [u8; 12],
    wrapped: [u8; 48],
}

impl Slot {
    /// Wraps the vault key under `key`, and authenticates `aad` with it.
    pub(super) fn wrap(
        vault_key: &VaultKey,
        key: &Secret<[u8; 32]>,
        aad: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let mut nonce = [0; 12];
        rng.fill_bytes(&mut nonce);
        // EXPOSE: the cipher takes key and plaintext by reference.
        let sealed = key.expose(|key| {
            vault_key.0.expose(|vault_key| {
                Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
                    .encrypt(Nonce::from_slice(&nonce), Payload { msg: vault_key, aad })
                    .expect("32 bytes can be sealed")
            })
        });
        let mut wrapped = [0; 48];
        wrapped.copy_from_slice(&sealed);
        Self { nonce, wrapped }
    }

    /// The vault key; `None` under another key, or if a bit of slot or `aad` differs.
    pub(super) fn unwrap(&self, key: &Secret<[u8; 32]>, aad: &[u8]) -> Option<VaultKey> {
        // EXPOSE: the cipher takes its key by reference.
        let opened = key.expose(|key| {
            Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
                .decrypt(Nonce::from_slice(&self.nonce), Payload { msg: &self.wrapped, aad })
        });
        let opened = Zeroizing::new(opened.ok()?);
        Some(VaultKey(Secret::new(<[u8; 32]>::try_from(opened.as_slice()).ok()?)))
    }

    pub(super) fn encode(&self) -> [u8; SLOT] {
        let mut bytes = [0; SLOT];
        bytes[..12].copy_from_slice(&self.nonce);
        bytes[12..].copy_from_slice(&self.wrapped);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; SLOT]) -> Self {
        let (mut nonce, mut wrapped) = ([0; 12], [0; 48]);
        nonce.copy_from_slice(&bytes[..12]);
        wrapped.copy_from_slice(&bytes[12..]);
        Self { nonce, wrapped }
    }
}
