//! Who a device is: a signing key that names it, and a Diffie–Hellman key bound to it by signature.

mod card;

use core::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

pub use card::{BadCard, BadName, DeviceCard, MAX_NAME_BYTES};

/// What a device is known by: its Ed25519 public key, 32 bytes as in RFC 8032.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub [u8; 32]);

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device {:02x}{:02x}{:02x}{:02x}", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// A device's static X25519 public key, 32 bytes as in RFC 7748: the `s` of its Noise handshakes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoiseKey(pub [u8; 32]);

/// An Ed25519 signature, 64 bytes as in RFC 8032.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signature {
    r: [u8; 32],
    s: [u8; 32],
}

impl Signature {
    /// The signature with this encoding, R ‖ S. Whether it is valid, only [`verify`] says.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        r.copy_from_slice(&bytes[..32]);
        s.copy_from_slice(&bytes[32..]);
        Self { r, s }
    }

    /// Its encoding, R ‖ S.
    pub fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }
}

/// A device's secret keys: one to sign with, one for Noise handshakes.
///
/// Wiped on drop, printed as `<redacted>`.
pub struct Identity {
    signing: SigningKey,
    noise: StaticSecret,
}

impl Identity {
    /// Draws a new identity.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let signing = SigningKey::from_bytes(&seed);
        rng.fill_bytes(&mut *seed);
        Self { signing, noise: StaticSecret::from(*seed) }
    }

    /// The name of the device.
    pub fn id(&self) -> DeviceId {
        DeviceId(self.signing.verifying_key().to_bytes())
    }

    /// The public half of its Noise key.
    pub fn noise_key(&self) -> NoiseKey {
        NoiseKey(PublicKey::from(&self.noise).to_bytes())
    }

    /// Signs `message` for the purpose `context`; a signature for one context is invalid in every other.
    ///
    /// What is signed is [`SIGNATURE_TAG`] ‖ length of `context`, 2 bytes little-endian ‖ `context` ‖ `message`.
    pub fn sign(&self, context: &'static str, message: &[u8]) -> Signature {
        Signature::from_bytes(self.signing.sign(&signed_bytes(context, message)).to_bytes())
    }

    /// The card that this device shows to others under `name`.
    ///
    /// # Errors
    /// [`BadName`] if the name is empty, longer than [`MAX_NAME_BYTES`], or holds control or
    /// direction-changing characters.
    pub fn card(&self, name: &str) -> Result<DeviceCard, BadName> {
        DeviceCard::sign(self, name)
    }

    /// The secret keys for the vault: version, Ed25519 seed, X25519 secret; 65 bytes.
    pub fn encode_secret(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES));
        bytes.push(SECRET_VERSION);
        bytes.extend_from_slice(self.signing.as_bytes());
        bytes.extend_from_slice(self.noise.as_bytes());
        bytes
    }

    /// Reads what [`Identity::encode_secret`] wrote.
    ///
    /// # Errors
    /// [`BadIdentity`] for another version or length.
    pub fn decode_secret(bytes: &[u8]) -> Result<Self, BadIdentity> {
        let (version, rest) = bytes.split_first().ok_or(BadIdentity::Malformed)?;
        if *version != SECRET_VERSION {
            return Err(BadIdentity::OtherVersion { theirs: *version });
        }
        let (seed, noise) = rest.split_at_checked(32).ok_or(BadIdentity::Malformed)?;
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| BadIdentity::Malformed)?);
        let mut noise = <[u8; 32]>::try_from(noise).map_err(|_| BadIdentity::Malformed)?;
        let identity = Self { signing: SigningKey::from_bytes(&seed), noise: StaticSecret::from(noise) };
        noise.zeroize();
        Ok(identity)
    }

    pub(crate) fn noise_secret(&self) -> &[u8; 32] {
        self.noise.as_bytes()
    }
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { signing: self.signing.clone(), noise: self.noise.clone() }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// Whether `signature` is one by `signer` over `message` for the purpose `context`.
///
/// Strict: small-order keys and non-canonical encodings are refused (`verify_strict` of ed25519-dalek).
pub fn verify(signer: &DeviceId, context: &'static str, message: &[u8], signature: &Signature) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&signer.0) else { return false };
    let signature = ed25519_dalek::Signature::from_bytes(&signature.to_bytes());
    key.verify_strict(&signed_bytes(context, message), &signature).is_ok()
}

/// Why bytes are not an [`Identity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    /// The bytes are cut short, too long, or something else.
    #[error("not the secret keys of a device")]
    Malformed,
    /// The bytes were written by another version.
    #[error("secret keys of a device in format {theirs}")]
    OtherVersion {
        /// The version found.
        theirs: u8,
    },
}

fn signed_bytes(context: &'static str, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIGNATURE_TAG.len() + 2 + context.len() + message.len());
    bytes.extend_from_slice(SIGNATURE_TAG);
    // Contexts are short literals of ours; one longer than 65,535 bytes would be cut alike by both sides.
    bytes.extend_from_slice(&(context.len() as u16).to_le_bytes());
    bytes.extend_from_slice(context.as_bytes());
    bytes.extend_from_slice(message);
    bytes
}

/// What every signed message begins with.
pub const SIGNATURE_TAG: &[u8] = b"symbolon/signature/1";

const SECRET_VERSION: u8 = 1;
const SECRET_BYTES: usize = 65;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn an_identity_survives_the_vault() {
        let identity = Identity::draw(&mut ChaCha20Rng::seed_from_u64(1));
        let again = Identity::decode_secret(&identity.encode_secret()).unwrap();
        assert_eq!((again.id(), again.noise_key()), (identity.id(), identity.noise_key()));
        assert_eq!(again.noise_secret(), identity.noise_secret());
    }

    #[test]
    fn a_cut_or_foreign_secret_is_refused() {
        let bytes = Identity::draw(&mut ChaCha20Rng::seed_from_u64(1)).encode_secret();
        for length in 0..bytes.len() {
            assert_eq!(Identity::decode_secret(&bytes[..length]).unwrap_err(), BadIdentity::Malformed);
        }
        let mut longer = bytes.to_vec();
        longer.push(0);
        assert_eq!(Identity::decode_secret(&longer).unwrap_err(), BadIdentity::Malformed);
        let mut other = bytes.to_vec();
        other[0] = 2;
        assert_eq!(Identity::decode_secret(&other).unwrap_err(), BadIdentity::OtherVersion { theirs: 2 });
    }

    #[test]
    fn a_signature_holds_for_its_signer_context_and_message_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (one, two) = (Identity::draw(&mut rng), Identity::draw(&mut rng));
        let signature = one.sign("test/a", b"message");
        assert!(verify(&one.id(), "test/a", b"message", &signature));
        assert!(!verify(&two.id(), "test/a", b"message", &signature));
        assert!(!verify(&one.id(), "test/b", b"message", &signature));
        assert!(!verify(&one.id(), "test/a", b"massage", &signature));
        // Moving a byte across the border of context and message must not help.
        assert!(!verify(&one.id(), "test/am", b"essage", &signature));
    }
}
