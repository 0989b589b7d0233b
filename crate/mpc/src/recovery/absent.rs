//! Which parties of a quorum are absent: docs/recovery.md, 3.1.

use super::key::RecoveryKey;
use crate::party::{PartyIndex, Quorum};

/// Most absent parties in a quorum.
pub const MAX_ABSENT: usize = 8;

/// A party that is no device: its share is sealed to its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) index: PartyIndex,
    pub(crate) key: RecoveryKey,
}

/// Why parties of a quorum cannot be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAbsent {
    /// An absent party deals.
    #[error("an absent party cannot deal, and {0} would")]
    Deals(PartyIndex),
    /// What stands in the place of its device is no recovery key.
    #[error("{0} has no recovery key")]
    Key(PartyIndex),
    /// The indices are not ascending, or one stands twice.
    #[error("absent parties must be distinct and ascending")]
    Order,
    /// Fewer parties are present than must sign.
    #[error("fewer parties are present than must sign")]
    TooFewPresent,
    /// More than [`MAX_ABSENT`].
    #[error("too many absent parties")]
    TooMany,
    /// The quorum has no such party.
    #[error("the quorum has no {0}")]
    Unknown(PartyIndex),
}

/// The absent parties with their keys, if these may be absent from `quorum`.
pub(crate) fn check_absent(quorum: &Quorum, absent: &[PartyIndex]) -> Result<Vec<Absent>, InvalidAbsent> {
    if absent.len() > MAX_ABSENT {
        return Err(InvalidAbsent::TooMany);
    }
    if !absent.is_sorted_by(|one, other| one < other) {
        return Err(InvalidAbsent::Order);
    }
    let checked = absent.iter().map(|index| {
        let device = quorum.device_of(*index).ok_or(InvalidAbsent::Unknown(*index))?;
        let key = RecoveryKey::of_device(device).ok_or(InvalidAbsent::Key(*index))?;
        Ok(Absent { index: *index, key })
    });
    let checked = checked.collect::<Result<Vec<_>, _>>()?;
    if quorum.parties().len() - checked.len() < usize::from(quorum.threshold()) {
        return Err(InvalidAbsent::TooFewPresent);
    }
    Ok(checked)
}
