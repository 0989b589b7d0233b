//! A finished secp256k1 signature, as EVM chains and pages take it.

use alloy_primitives::{Address, B256};
use k256::ecdsa::{RecoveryId, Signature as Ecdsa, VerifyingKey};

use super::address;

/// A signature with the parity that recovers its signer. Always canonical: `r` and `s` in range, `s` low (EIP-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    ecdsa: Ecdsa,
    y_odd: bool,
}

/// Why bytes are not a signature an EVM chain accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// Zero, or not below the group order.
    #[error("r or s is out of range")]
    Range,
    /// `s` is in the upper half (EIP-2).
    #[error("s is high")]
    HighS,
    /// The recovery id is not 0 or 1 (27 or 28).
    #[error("the recovery id is not 0 or 1")]
    RecoveryId,
    /// Not 65 bytes.
    #[error("a signature is 65 bytes")]
    Length,
    /// No public key signs so, or not the expected one.
    #[error("the signature is not that of the account")]
    Signer,
}

impl Signature {
    /// Takes the parts of a signature as a signer returns them.
    ///
    /// # Errors
    /// [`BadSignature::Range`], [`BadSignature::HighS`], [`BadSignature::RecoveryId`]: chains know no recovery id but
    /// 0 and 1, and the others do not happen in practice.
    pub fn from_parts(r: [u8; 32], s: [u8; 32], recovery_id: u8) -> Result<Self, BadSignature> {
        let ecdsa = Ecdsa::from_scalars(r, s).map_err(|_| BadSignature::Range)?;
        if ecdsa.normalize_s().is_some() {
            return Err(BadSignature::HighS);
        }
        match recovery_id {
            0 | 1 => Ok(Self { ecdsa, y_odd: recovery_id == 1 }),
            _ => Err(BadSignature::RecoveryId),
        }
    }

    /// Parses `r ‖ s ‖ v` with `v` of 27 or 28 (or 0 or 1), as pages hand it to `personal_ecRecover`.
    ///
    /// # Errors
    /// [`BadSignature`], by what is wrong.
    pub fn from_rsv(bytes: &[u8]) -> Result<Self, BadSignature> {
        let bytes: &[u8; 65] = bytes.try_into().map_err(|_| BadSignature::Length)?;
        let (r, rest) = bytes.split_first_chunk::<32>().ok_or(BadSignature::Length)?;
        let (s, v) = rest.split_first_chunk::<32>().ok_or(BadSignature::Length)?;
        let recovery_id = match v {
            [v @ (0 | 1)] => *v,
            [v @ (27 | 28)] => v - 27,
            _ => return Err(BadSignature::RecoveryId),
        };
        Self::from_parts(*r, *s, recovery_id)
    }

    /// `r ‖ s ‖ v`, 65 bytes with `v` of 27 or 28: what the signing methods answer.
    #[must_use]
    pub fn rsv(&self) -> [u8; 65] {
        let mut out = [0u8; 65];
        let (rs, v) = out.split_at_mut(64);
        rs.copy_from_slice(&self.ecdsa.to_bytes());
        v.fill(27 + u8::from(self.y_odd));
        out
    }

    /// Address that signed the digest.
    ///
    /// # Errors
    /// [`BadSignature::Signer`] if no key did.
    pub fn recover(&self, digest: &B256) -> Result<Address, BadSignature> {
        let id = RecoveryId::new(self.y_odd, false);
        let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &self.ecdsa, id)
            .map_err(|_| BadSignature::Signer)?;
        Ok(address::of_key(&key))
    }

    /// Checks that the account signed the digest.
    ///
    /// # Errors
    /// [`BadSignature::Signer`] if it did not.
    pub fn check(&self, digest: &B256, account: &Address) -> Result<(), BadSignature> {
        if self.recover(digest)? == *account { Ok(()) } else { Err(BadSignature::Signer) }
    }

    pub(crate) fn to_alloy(&self) -> alloy_primitives::Signature {
        let (r, s) = self.ecdsa.split_bytes();
        alloy_primitives::Signature::new(
            alloy_primitives::U256::from_be_slice(&r),
            alloy_primitives::U256::from_be_slice(&s),
            self.y_odd,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// secp256k1's group order (SEC 2, section 2.4.1).
    const ORDER: [u8; 32] =
        alloy_primitives::hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    #[test]
    fn what_is_out_of_range_is_refused() {
        let one = [1u8; 32];
        assert_eq!(Signature::from_parts([0; 32], one, 0), Err(BadSignature::Range));
        assert_eq!(Signature::from_parts(one, [0; 32], 0), Err(BadSignature::Range));
        assert_eq!(Signature::from_parts(ORDER, one, 0), Err(BadSignature::Range));
        assert_eq!(Signature::from_parts(one, ORDER, 0), Err(BadSignature::Range));
        assert_eq!(Signature::from_parts(one, one, 2), Err(BadSignature::RecoveryId));
    }

    #[test]
    fn a_high_s_is_refused() {
        let mut high = ORDER;
        high[31] -= 1;
        assert_eq!(Signature::from_parts([1; 32], high, 0), Err(BadSignature::HighS));
    }

    #[test]
    fn sixty_five_bytes_come_back_as_they_were() {
        let mut bytes = [1u8; 65];
        for v in [27, 28] {
            bytes[64] = v;
            assert_eq!(Signature::from_rsv(&bytes).unwrap().rsv(), bytes);
        }
        bytes[64] = 29;
        assert_eq!(Signature::from_rsv(&bytes), Err(BadSignature::RecoveryId));
        assert_eq!(Signature::from_rsv(&bytes[..64]), Err(BadSignature::Length));
    }
}
