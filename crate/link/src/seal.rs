//! Sealing under keys that count their nonces, and key derivation.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key to seal with. Each number is used once: the key counts them itself.
pub(crate) struct SealKey {
    cipher: ChaCha20Poly1305,
    next: u64,
}

impl SealKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { cipher: ChaCha20Poly1305::new(Key::from_slice(key)), next: 0 }
    }

    /// The number that the next call of [`SealKey::seal`] uses.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Seals under the next number; `aad` is made from that number. `None` when the numbers are used up.
    pub(crate) fn seal(&mut self, aad: impl FnOnce(u64) -> Vec<u8>, plain: &[u8]) -> Option<Vec<u8>> {
        let number = self.next;
        self.next = number.checked_add(1)?;
        let header = aad(number);
        let sealed = self.cipher.encrypt(&nonce(number), Payload { msg: plain, aad: &header }).ok()?;
        Some([header, sealed].concat())
    }
}

/// A key to open with.
pub(crate) struct OpenKey(ChaCha20Poly1305);

impl OpenKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(Key::from_slice(key)))
    }

    /// Opens what was sealed under `number` with the header `aad`.
    pub(crate) fn open(&self, number: u64, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.decrypt(&nonce(number), Payload { msg: sealed, aad }).ok().map(Zeroizing::new)
    }
}

/// HKDF-SHA256 (RFC 5869): 32 bytes for `label`.
pub(crate) fn derive(secret: &[u8], salt: &[u8], label: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(label.as_bytes(), &mut *key)
        .expect("32 bytes are within what HKDF-SHA256 can give");
    key
}

/// Noise's encoding of a nonce for ChaChaPoly: four zero bytes, then the number, little-endian.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_le_bytes());
    nonce.into()
}
