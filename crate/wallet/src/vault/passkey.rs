//! The passkey's slot: a second way into a vault that a password opens, never the only one.
//!
//! A passkey's *pseudo-random function* (WebAuthn level 3, section 10.1.4, `prf`) turns the slot's salt into 32 bytes
//! that only the authenticator can make, and only after its owner proved to be there. They are the key material of
//! the slot's key, which is bound to the credential:
//!
//! ```text
//! key = HKDF-SHA-256(salt: the slot's salt, material: the passkey's 32 bytes, info: domain ‖ credential id)
//! ```

use hkdf::Hkdf;
use rand_core::CryptoRngCore;
use sha2::Sha256;
use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

use super::slot::{SLOT, Slot};
use super::{VaultError, VaultKey};

/// Longest credential id that an authenticator may have, in bytes (WebAuthn level 3, section 4, "Credential ID").
pub const MAX_CREDENTIAL: usize = 1023;

/// Which passkey opens the vault, and what it is asked. Public; all of it is authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    credential: Vec<u8>,
    salt: [u8; 32],
}

impl Passkey {
    /// A passkey by its credential id and the salt that its function was asked for; `None` for an id of no or too
    /// many bytes.
    pub fn new(credential: Vec<u8>, salt: [u8; 32]) -> Option<Self> {
        (1..=MAX_CREDENTIAL).contains(&credential.len()).then_some(Self { credential, salt })
    }

    /// The credential id.
    pub fn credential(&self) -> &[u8] {
        &self.credential
    }

    /// What its function is asked for.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    fn key(&self, output: &Secret<[u8; 32]>) -> Secret<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // EXPOSE: HKDF takes its material by reference.
        output.expose(|output| {
            Hkdf::<Sha256>::new(Some(&self.salt), output)
                .expand_multi_info(&[DOMAIN, &self.credential], &mut *key)
                .expect("32 bytes are less than 255 hashes")
        });
        Secret::new(*key)
    }

    fn encode(&self) -> Vec<u8> {
        let length = (self.credential.len() as u16).to_le_bytes();
        [&length, &self.credential[..], &self.salt].concat()
    }
}

/// The slot as it stands at the end of a header of format 2.
///
/// ```text
/// length of the credential id, 2 LE ‖ credential id ‖ salt, 32 ‖ nonce, 12 ‖ wrapped key, 48
/// ```
/// Associated data of the wrapping: domain ‖ all before the nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PasskeySlot {
    pub(super) passkey: Passkey,
    slot: Slot,
}

impl PasskeySlot {
    pub(super) fn wrap(
        vault_key: &VaultKey,
        passkey: Passkey,
        output: &Secret<[u8; 32]>,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let slot = Slot::wrap(vault_key, &passkey.key(output), &associated(&passkey), rng);
        Self { passkey, slot }
    }

    pub(super) fn unwrap(&self, output: &Secret<[u8; 32]>) -> Option<VaultKey> {
        self.slot.unwrap(&self.passkey.key(output), &associated(&self.passkey))
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.passkey.encode()[..], &self.slot.encode()].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, VaultError> {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(VaultError::Damaged)?;
        let length = usize::from(u16::from_le_bytes(*length));
        let (credential, rest) = rest.split_at_checked(length).ok_or(VaultError::Damaged)?;
        let (salt, rest) = rest.split_first_chunk::<32>().ok_or(VaultError::Damaged)?;
        let slot = <&[u8; SLOT]>::try_from(rest).map_err(|_| VaultError::Damaged)?;
        let passkey = Passkey::new(credential.to_vec(), *salt).ok_or(VaultError::Damaged)?;
        Ok(Self { passkey, slot: Slot::decode(slot) })
    }
}

fn associated(passkey: &Passkey) -> Vec<u8> {
    [DOMAIN, &passkey.encode()].concat()
}

const DOMAIN: &[u8] = b"symbolon/vault/passkey/1";
