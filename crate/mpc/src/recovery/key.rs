//! What a recovery share is sealed to, and what opens it.

use core::fmt;

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use zeroize::Zeroizing;

use crate::party::DeviceId;
use crate::secret::Secret;
use crate::transcript::{Tag, Transcript};

/// What a recovery share is sealed to: a point of ristretto255, canonical and not the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecoveryKey {
    point: RistrettoPoint,
    encoded: CompressedRistretto,
}

/// What opens a recovery share: a number modulo the order of ristretto255.
pub struct RecoverySecret(Secret<Scalar>);

impl RecoveryKey {
    /// The key with this encoding (RFC 9496, 4.3.2), or `None` for any but a canonical one, and for the identity.
    pub fn decode(bytes: &[u8; 32]) -> Option<Self> {
        let encoded = CompressedRistretto(*bytes);
        let point = encoded.decompress()?;
        (!point.is_identity()).then_some(Self { point, encoded })
    }

    /// Its 32 bytes.
    pub fn encode(&self) -> [u8; 32] {
        self.encoded.to_bytes()
    }

    /// The key that a quorum names in a device's place (docs/recovery.md, 1.3), if it is one.
    pub fn of_device(device: DeviceId) -> Option<Self> {
        Self::decode(&device.0)
    }

    /// What stands for the key in a device's place in a quorum.
    pub fn device(&self) -> DeviceId {
        DeviceId(self.encode())
    }

    pub(super) fn point(&self) -> &RistrettoPoint {
        &self.point
    }
}

impl RecoverySecret {
    /// The secret of a code with this entropy (docs/recovery.md, 1.2).
    ///
    /// # Security
    /// The entropy is uniform: nothing here makes up for bits that it lacks.
    pub fn derive(entropy: &[u8; ENTROPY_LENGTH]) -> Self {
        let wide = Zeroizing::new(Transcript::new(Tag::RecoveryKey).field(entropy).finish64());
        Self(Secret::new(Scalar::from_bytes_mod_order_wide(&wide)))
    }

    /// The key that is sealed to. A secret of zero, which no code is known to have, would give the identity, which
    /// no plan takes.
    pub fn key(&self) -> RecoveryKey {
        // EXPOSE: multiplied in constant time; the product is public.
        let point = self.0.expose(RistrettoPoint::mul_base);
        RecoveryKey { point, encoded: point.compress() }
    }

    /// The secret times a point, encoded; `None` for the identity.
    pub(super) fn shared(&self, point: &RistrettoPoint) -> Option<Zeroizing<[u8; 32]>> {
        // EXPOSE: multiplied in constant time; the product is wiped.
        let shared = Zeroizing::new(self.0.expose(|secret| secret * point));
        (!shared.is_identity()).then(|| Zeroizing::new(shared.compress().to_bytes()))
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, two, three, four, ..] = self.encode();
        write!(f, "recovery key {one:02x}{two:02x}{three:02x}{four:02x}")
    }
}

impl fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// Bytes of entropy in a recovery code.
pub const ENTROPY_LENGTH: usize = 20;

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(RecoverySecret, RecoverySecret { 0 } but {});
}
