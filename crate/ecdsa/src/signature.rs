//! What comes out.

use core::fmt;

/// An ECDSA signature over secp256k1 in low-s form, with what recovers the public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// r, big-endian.
    pub r: [u8; 32],
    /// s, big-endian, at most (q − 1) / 2 (BIP-62, EIP-2).
    pub s: [u8; 32],
    /// 0 to 3: bit 0 is the parity of the nonce point's y, bit 1 whether its x was reduced modulo q (SEC 1,
    /// section 4.1.6).
    pub recovery_id: u8,
}

impl Signature {
    /// r ‖ s.
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }

    /// r ‖ s ‖ v with v = 27 + recovery id, as `personal_sign` and typed data want it (EIP-191, EIP-712).
    pub fn to_ethereum_bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&self.to_bytes());
        bytes[64] = 27 + self.recovery_id;
        bytes
    }

    /// Whether the nonce point's y is odd: `yParity` of EIP-1559 transactions.
    pub fn y_is_odd(&self) -> bool {
        self.recovery_id & 1 == 1
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, ", {})", self.recovery_id)
    }
}
