//! What comes out.

use core::fmt;

/// A Schnorr signature, 64 bytes: R ‖ s of RFC 8032 for Ed25519, r ‖ s of BIP-340 for Taproot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    pub(crate) fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The bytes that chains take.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
