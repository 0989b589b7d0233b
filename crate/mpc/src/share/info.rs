//! The public half of a key.

use serde::{Deserialize, Serialize};

use super::lagrange::lagrange_coefficient;
use crate::group::{Group, Scheme, with_group};
use crate::party::{PartyIndex, Quorum};

/// The public half of a key: what every party of its quorum knows alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KeyInfoParts", into = "KeyInfoParts")]
pub struct KeyInfo(KeyInfoParts);

/// The parts of a [`KeyInfo`], unchecked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInfoParts {
    /// What the key signs with.
    pub scheme: Scheme,
    /// The wallet it belongs to.
    pub wallet: [u8; 32],
    /// Generation of the shares; +1 at each reshare.
    pub epoch: u32,
    /// The parties and how many must sign.
    pub quorum: Quorum,
    /// The public key, in the group's canonical encoding.
    pub public_key: Vec<u8>,
    /// xᵢ·G for the share xᵢ of each party, in the order of the quorum.
    pub verification_shares: Vec<Vec<u8>>,
    /// The chain code of BIP-32.
    pub chain_code: [u8; 32],
}

/// Why parts are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyInfo {
    /// The number of verification shares is not the number of parties.
    #[error("there must be one verification share for each party")]
    Count,
    /// The verification shares do not lie on one polynomial of degree t − 1 through the public key.
    #[error("verification shares and public key do not fit each other")]
    Inconsistent,
    /// A point is not the canonical encoding of a point other than the identity.
    #[error("a point is malformed")]
    Point,
    /// The key belongs to a scheme over another group.
    #[error("the key is of another scheme")]
    Scheme,
}

impl KeyInfo {
    /// A key of these parts.
    ///
    /// # Errors
    /// [`InvalidKeyInfo`] unless all points decode and the verification shares interpolate to the public key.
    pub fn new(parts: KeyInfoParts) -> Result<Self, InvalidKeyInfo> {
        with_group!(parts.scheme, G => check::<G>(&parts))?;
        Ok(Self(parts))
    }

    /// What the key signs with.
    pub fn scheme(&self) -> Scheme {
        self.0.scheme
    }

    /// The wallet it belongs to.
    pub fn wallet(&self) -> &[u8; 32] {
        &self.0.wallet
    }

    /// Generation of the shares.
    pub fn epoch(&self) -> u32 {
        self.0.epoch
    }

    /// The parties and how many must sign.
    pub fn quorum(&self) -> &Quorum {
        &self.0.quorum
    }

    /// The public key in the group's canonical encoding; for secp256k1 compressed, 33 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.0.public_key
    }

    /// The chain code of BIP-32. Not secret, but whoever has it can link all addresses.
    pub fn chain_code(&self) -> &[u8; 32] {
        &self.0.chain_code
    }

    /// The verification share of `party` in the group's canonical encoding.
    pub fn verification_share(&self, party: PartyIndex) -> Option<&[u8]> {
        let position = self.0.quorum.indices().position(|index| index == party)?;
        self.0.verification_shares.get(position).map(Vec::as_slice)
    }

    /// The public key as a point of `G`.
    ///
    /// # Errors
    /// [`InvalidKeyInfo::Scheme`] if the scheme is over another group.
    pub fn public_point<G: Group>(&self) -> Result<G::Point, InvalidKeyInfo> {
        self.check_group::<G>()?;
        G::decode_checked_point(self.public_key()).ok_or(InvalidKeyInfo::Point)
    }

    /// The verification share of `party` as a point of `G`; `None` if it is not in the quorum.
    ///
    /// # Errors
    /// [`InvalidKeyInfo::Scheme`] if the scheme is over another group.
    pub fn verification_point<G: Group>(
        &self,
        party: PartyIndex,
    ) -> Result<Option<G::Point>, InvalidKeyInfo> {
        self.check_group::<G>()?;
        self.verification_share(party)
            .map(|bytes| G::decode_checked_point(bytes).ok_or(InvalidKeyInfo::Point))
            .transpose()
    }

    /// The parts, as the checked constructor takes them.
    pub fn parts(&self) -> &KeyInfoParts {
        &self.0
    }

    pub(super) fn check_group<G: Group>(&self) -> Result<(), InvalidKeyInfo> {
        if self.scheme().is_over::<G>() { Ok(()) } else { Err(InvalidKeyInfo::Scheme) }
    }
}

/// Any t verification shares determine the polynomial; the public key and all other verification shares must
/// lie on it.
fn check<G: Group>(parts: &KeyInfoParts) -> Result<(), InvalidKeyInfo> {
    let indices: Vec<_> = parts.quorum.indices().collect();
    if parts.verification_shares.len() != indices.len() {
        return Err(InvalidKeyInfo::Count);
    }
    let decode = |bytes: &Vec<u8>| G::decode_point(bytes).ok_or(InvalidKeyInfo::Point);
    let public_key = decode(&parts.public_key)?;
    let points = parts.verification_shares.iter().map(decode).collect::<Result<Vec<_>, _>>()?;

    let threshold = usize::from(parts.quorum.threshold());
    let basis = indices.get(..threshold).ok_or(InvalidKeyInfo::Count)?;
    let value_at = |at: u16| {
        // Lengths were compared above: every index has its point.
        let terms = basis
            .iter()
            .zip(&points)
            .map(|(party, point)| Some((lagrange_coefficient::<G>(*party, basis, at)?, *point)))
            .collect::<Option<Vec<_>>>()?;
        Some(G::multi_scalar_mul_vartime(&terms))
    };
    let others = indices.iter().zip(&points).skip(threshold).map(|(party, point)| (party.value(), point));
    for (at, point) in core::iter::once((0, &public_key)).chain(others) {
        if value_at(at) != Some(*point) {
            return Err(InvalidKeyInfo::Inconsistent);
        }
    }
    Ok(())
}

impl TryFrom<KeyInfoParts> for KeyInfo {
    type Error = InvalidKeyInfo;

    fn try_from(parts: KeyInfoParts) -> Result<Self, InvalidKeyInfo> {
        Self::new(parts)
    }
}

impl From<KeyInfo> for KeyInfoParts {
    fn from(info: KeyInfo) -> Self {
        info.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{Ed25519, Secp256k1};
    use crate::testing::{deal, index};

    #[test]
    fn a_key_of_another_group_lends_neither_points_nor_shares() {
        let share = deal(2, 2, Scheme::Ed25519, 1).remove(0);
        let info = share.info();
        assert!(info.public_point::<Ed25519>().is_ok());
        assert_eq!(info.public_point::<Secp256k1>(), Err(InvalidKeyInfo::Scheme));
        assert_eq!(info.verification_point::<Secp256k1>(index(1)), Err(InvalidKeyInfo::Scheme));
        assert_eq!(share.expose::<Ed25519, _>(|_| ()), Ok(()));
        assert_eq!(share.expose::<Secp256k1, _>(|_| ()), Err(InvalidKeyInfo::Scheme));
    }
}
