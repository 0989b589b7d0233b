//! What protects secrets at rest.
//!
//! A password is stretched by Argon2id into a key that opens one thing: the random *vault key*, wrapped in the
//! [`Header`]. A [`Passkey`] may open it too, beside the password and never instead of it. Every secret record is sealed with AES-256-GCM under a data key of its own, drawn afresh at every
//! write and wrapped under the vault key; name and [`Binding`] of the record are authenticated with it, so that no record can
//! take another's place. Changing the password wraps the vault key anew and touches nothing else.
//!
//! Nothing here decides when the vault is open; `crate::device` does.

mod header;
mod passkey;
mod seal;
mod slot;

use rand_core::CryptoRngCore;
use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

pub use header::Header;
pub use passkey::Passkey;
pub use seal::Binding;

/// Why something in the vault cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The bytes are not what was written, or stand where another record belongs.
    #[error("stored data is damaged")]
    Damaged,
    /// The cost of stretching is below what is safe, or above what any device of ours would write.
    #[error("the vault asks for an unacceptable cost of password stretching")]
    Parameters,
    /// Written by a later version than this one.
    #[error("stored data is of a newer version, {0}")]
    Version(u8),
    /// The passkey does not open the vault.
    #[error("the passkey is wrong")]
    WrongPasskey,
    /// The password does not open the vault.
    #[error("the password is wrong")]
    WrongPassword,
}

/// The key of an open vault. Wiped on drop.
pub struct VaultKey(Secret<[u8; 32]>);

impl VaultKey {
    /// Draws the key of a new vault.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self(Secret::new(*key))
    }

    /// The key that was remembered while the vault was open.
    pub fn from_remembered(key: Secret<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A copy for `Effect::Remember`.
    pub fn to_remember(&self) -> Secret<[u8; 32]> {
        // EXPOSE: copied into another wiped value, which the host keeps in memory only.
        self.0.expose(|key| Secret::new(*key))
    }

    /// Seals `plain` as the record `key`.
    pub fn seal(&self, key: &str, binding: &Binding, plain: &[u8], rng: &mut dyn CryptoRngCore) -> Vec<u8> {
        // EXPOSE: the cipher takes its key by reference.
        self.0.expose(|vault_key| seal::seal(vault_key, key, binding, plain, rng))
    }

    /// Opens the record `key`.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if a single bit differs, or if the record was sealed under another name.
    pub fn open(&self, key: &str, sealed: &[u8]) -> Result<(Binding, Zeroizing<Vec<u8>>), VaultError> {
        // EXPOSE: the cipher takes its key by reference.
        self.0.expose(|vault_key| seal::open(vault_key, key, sealed))
    }
}

impl core::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("<redacted>")
    }
}
