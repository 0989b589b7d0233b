//! Parties, devices and quorums.
//!
//! A [`Quorum`] can only be built from values that satisfy 2 ≤ t ≤ n with distinct, non-zero indices, so
//! that from here on these are facts and not checks.

use core::fmt;
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

/// Largest number of parties in a quorum.
pub const MAX_PARTIES: usize = 32;

/// A party's number within a quorum: the x-coordinate of its share, from 1.
///
/// A replaced device gets a new index; an index is never given to another device of the same wallet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartyIndex(NonZeroU16);

impl PartyIndex {
    /// The index `value`, or `None` for zero (zero is where the key itself would be).
    pub fn new(value: u16) -> Option<Self> {
        NonZeroU16::new(value).map(Self)
    }

    /// The index as a number, 1 or more.
    pub fn value(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Debug for PartyIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "party {}", self.0)
    }
}

impl fmt::Display for PartyIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a device is known by: its long-lived Ed25519 identity key, 32 bytes as in RFC 8032.
///
/// To this crate it is only a name that goes into session ids; `symbolon-link` proves possession.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub [u8; 32]);

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device {:02x}{:02x}{:02x}{:02x}", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// A party of a quorum and the device that it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Its number, the x-coordinate of its share.
    pub index: PartyIndex,
    /// Its device.
    pub device: DeviceId,
}

/// The parties of a key, sorted by index, and how many of them must sign.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawQuorum", into = "RawQuorum")]
pub struct Quorum {
    threshold: u16,
    parties: Vec<Party>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RawQuorum {
    threshold: u16,
    parties: Vec<Party>,
}

/// Why a list of parties is no quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuorum {
    /// Two parties have the same device.
    #[error("a device stands twice in the quorum")]
    DuplicateDevice,
    /// Two parties have the same index.
    #[error("an index stands twice in the quorum")]
    DuplicateIndex,
    /// The threshold is below 2 or above the number of parties.
    #[error("threshold {threshold} does not fit {parties} parties")]
    Threshold {
        /// The threshold asked for.
        threshold: u16,
        /// The number of parties given.
        parties: usize,
    },
    /// More parties than [`MAX_PARTIES`].
    #[error("too many parties")]
    TooMany,
}

impl Quorum {
    /// A quorum of `parties` (in any order) of which `threshold` must sign.
    ///
    /// # Errors
    /// [`InvalidQuorum`] unless 2 ≤ t ≤ n ≤ [`MAX_PARTIES`] and indices and devices are distinct.
    pub fn new(threshold: u16, mut parties: Vec<Party>) -> Result<Self, InvalidQuorum> {
        if parties.len() > MAX_PARTIES {
            return Err(InvalidQuorum::TooMany);
        }
        if threshold < 2 || usize::from(threshold) > parties.len() {
            return Err(InvalidQuorum::Threshold { threshold, parties: parties.len() });
        }
        parties.sort();
        if parties.windows(2).any(|pair| pair[0].index == pair[1].index) {
            return Err(InvalidQuorum::DuplicateIndex);
        }
        let mut devices: Vec<_> = parties.iter().map(|party| party.device).collect();
        devices.sort();
        if devices.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(InvalidQuorum::DuplicateDevice);
        }
        Ok(Self { threshold, parties })
    }

    /// How many parties must sign: t, at least 2.
    pub fn threshold(&self) -> u16 {
        self.threshold
    }

    /// All parties, sorted by index.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// All indices, ascending.
    pub fn indices(&self) -> impl Iterator<Item = PartyIndex> + '_ {
        self.parties.iter().map(|party| party.index)
    }

    /// Whether `index` is a party of this quorum.
    pub fn contains(&self, index: PartyIndex) -> bool {
        self.indices().any(|other| other == index)
    }

    /// The party that runs on `device`, if there is one.
    pub fn party_of(&self, device: DeviceId) -> Option<Party> {
        self.parties.iter().copied().find(|party| party.device == device)
    }

    /// The device of the party `index`.
    pub fn device_of(&self, index: PartyIndex) -> Option<DeviceId> {
        self.parties.iter().find(|party| party.index == index).map(|party| party.device)
    }
}

impl TryFrom<RawQuorum> for Quorum {
    type Error = InvalidQuorum;

    fn try_from(raw: RawQuorum) -> Result<Self, InvalidQuorum> {
        Self::new(raw.threshold, raw.parties)
    }
}

impl From<Quorum> for RawQuorum {
    fn from(quorum: Quorum) -> Self {
        Self { threshold: quorum.threshold, parties: quorum.parties }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(index: u16) -> Party {
        Party { index: PartyIndex::new(index).unwrap(), device: DeviceId([index as u8; 32]) }
    }

    #[test]
    fn a_quorum_knows_its_parties_by_index_and_by_device_and_no_others() {
        let quorum = Quorum::new(2, [1, 3, 4].map(party).to_vec()).unwrap();
        for Party { index, device } in [1, 3, 4].map(party) {
            assert!(quorum.contains(index));
            assert_eq!(quorum.device_of(index), Some(device));
            assert_eq!(quorum.party_of(device), Some(Party { index, device }));
        }
        for Party { index, device } in [2, 5].map(party) {
            assert!(!quorum.contains(index));
            assert_eq!((quorum.device_of(index), quorum.party_of(device)), (None, None));
        }
    }

    #[test]
    fn indices_and_devices_are_distinct_and_the_threshold_fits() {
        let of = |threshold, parties: &[Party]| Quorum::new(threshold, parties.to_vec()).map(|_| ());
        let [one, two, three] = [1, 2, 3].map(party);
        let index_again = Party { index: one.index, device: three.device };
        let device_again = Party { index: three.index, device: one.device };
        assert_eq!(of(2, &[one, two, index_again]), Err(InvalidQuorum::DuplicateIndex));
        assert_eq!(of(2, &[one, two, device_again]), Err(InvalidQuorum::DuplicateDevice));
        for (threshold, taken) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
            let refused = Err(InvalidQuorum::Threshold { threshold, parties: 3 });
            assert_eq!(of(threshold, &[one, two, three]), if taken { Ok(()) } else { refused });
        }
        for count in [MAX_PARTIES, MAX_PARTIES + 1] {
            let parties: Vec<_> = (1..=count as u16).map(party).collect();
            assert_eq!(of(2, &parties).is_ok(), count == MAX_PARTIES);
        }
    }
}
