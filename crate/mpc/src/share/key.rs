//! One party's share.

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::info::{InvalidKeyInfo, KeyInfo};
use crate::group::{Group, Scheme, with_group};
use crate::party::PartyIndex;
use crate::secret::Secret;
use crate::wire;

/// One party's share of a key. Neither `Clone` nor `Serialize`; leaves memory only through [`KeyShare::encode`],
/// whose bytes the vault seals.
pub struct KeyShare {
    index: PartyIndex,
    scalar: Secret<[u8; 32]>,
    info: KeyInfo,
}

/// Why parts or bytes are no key share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyShare {
    /// The public part is wrong.
    #[error(transparent)]
    Info(#[from] InvalidKeyInfo),
    /// The bytes are cut, too long, or not the one encoding.
    #[error("the encoding is malformed")]
    Malformed,
    /// The share is not the one that its verification share stands for, or is out of range.
    #[error("the share does not fit its verification share")]
    Mismatch,
    /// The quorum has no such party.
    #[error("the quorum has no such party")]
    UnknownParty,
    /// Written by a version that this one does not read.
    #[error("unknown version {0}")]
    Version(u8),
}

impl KeyShare {
    /// The share `scalar` (encoded as the group does) of the party `index` of the key `info`.
    ///
    /// # Errors
    /// [`InvalidKeyShare`] unless the party is in the quorum and `scalar` times the generator is its
    /// verification share.
    pub fn from_parts(
        index: PartyIndex,
        scalar: Secret<[u8; 32]>,
        info: KeyInfo,
    ) -> Result<Self, InvalidKeyShare> {
        with_group!(info.scheme(), G => check::<G>(index, &scalar, &info))?;
        Ok(Self { index, scalar, info })
    }

    /// The party that holds it.
    pub fn index(&self) -> PartyIndex {
        self.index
    }

    /// The public half.
    pub fn info(&self) -> &KeyInfo {
        &self.info
    }

    /// What the key signs with.
    pub fn scheme(&self) -> Scheme {
        self.info.scheme()
    }

    /// Lends the share as a scalar of `G`, which is wiped afterwards. Each call site says why in an
    /// `// EXPOSE:` comment.
    ///
    /// # Errors
    /// [`InvalidKeyInfo::Scheme`] if the scheme is over another group.
    pub fn expose<G: Group, R>(&self, use_it: impl FnOnce(&G::Scalar) -> R) -> Result<R, InvalidKeyInfo> {
        self.info.check_group::<G>()?;
        // EXPOSE: decoded into a scalar that is wiped when the closure returns.
        let scalar = self.scalar.expose(G::decode_scalar).ok_or(InvalidKeyInfo::Scheme)?;
        Ok(use_it(&Zeroizing::new(scalar)))
    }

    /// Lends the share's bytes, in the encoding of its group, to what hashes them.
    pub(crate) fn expose_bytes<R>(&self, use_it: impl FnOnce(&[u8; 32]) -> R) -> R {
        // EXPOSE: the caller's reason.
        self.scalar.expose(use_it)
    }

    /// The bytes that the vault seals: version, index, scalar, public half.
    ///
    /// # Security
    /// They hold the share in clear. They are wiped when dropped; whoever copies them wipes the copy.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let info = wire::encode(&self.info);
        // Of the full size from the start, so that no moved-from copy stays in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER_LENGTH + info.len()));
        bytes.push(ENCODING_VERSION);
        bytes.extend_from_slice(&self.index.value().to_be_bytes());
        // EXPOSE: these are the bytes that are sealed.
        self.scalar.expose(|scalar| bytes.extend_from_slice(scalar));
        bytes.extend_from_slice(&info);
        bytes
    }

    /// Reads what [`KeyShare::encode`] wrote, with every check of [`KeyShare::from_parts`].
    ///
    /// # Errors
    /// [`InvalidKeyShare`].
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidKeyShare> {
        let (version, rest) = bytes.split_first().ok_or(InvalidKeyShare::Malformed)?;
        if *version != ENCODING_VERSION {
            return Err(InvalidKeyShare::Version(*version));
        }
        let (index, rest) = rest.split_first_chunk::<2>().ok_or(InvalidKeyShare::Malformed)?;
        let (scalar, info) = rest.split_first_chunk::<32>().ok_or(InvalidKeyShare::Malformed)?;
        let index = PartyIndex::new(u16::from_be_bytes(*index)).ok_or(InvalidKeyShare::UnknownParty)?;
        let info = wire::decode(info).map_err(|_| InvalidKeyShare::Malformed)?;
        Self::from_parts(index, Secret::new(*scalar), info)
    }
}

fn check<G: Group>(
    index: PartyIndex,
    scalar: &Secret<[u8; 32]>,
    info: &KeyInfo,
) -> Result<(), InvalidKeyShare> {
    let expected = info.verification_point::<G>(index)?.ok_or(InvalidKeyShare::UnknownParty)?;
    // EXPOSE: multiplied in constant time and wiped; only the public point is compared.
    let mut scalar = scalar.expose(G::decode_scalar).ok_or(InvalidKeyShare::Mismatch)?;
    let point = G::generator_mul(&scalar);
    scalar.zeroize();
    if point == expected { Ok(()) } else { Err(InvalidKeyShare::Mismatch) }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyShare")
            .field("index", &self.index)
            .field("scalar", &"<redacted>")
            .finish_non_exhaustive()
    }
}

const ENCODING_VERSION: u8 = 1;
const HEADER_LENGTH: usize = 1 + 2 + 32;

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(KeyShare, KeyShare { scalar } but { index, info });
}
