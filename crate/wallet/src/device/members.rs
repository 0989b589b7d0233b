//! Who of a quorum is a device, and so can be there.
//!
//! A share may be held by no device at all (a recovery share: an index, an id, and nobody who answers). Whatever
//! waits for the members of a quorum asks this module whom it waits for.

use symbolon_mpc::{DeviceId, Party, PartyIndex, Quorum};

/// The parties that must be there when shares are dealt to this quorum, and that test what they got.
///
/// Every member but the recovery shares.
pub(super) fn must_be_online(quorum: &Quorum) -> impl Iterator<Item = Party> + '_ {
    quorum.parties().iter().copied().filter(|party| !is_recovery(party.index))
}

/// The members that no device is: recovery shares.
pub(super) fn recovery_parties(quorum: &Quorum) -> impl Iterator<Item = Party> + '_ {
    quorum.parties().iter().copied().filter(|party| is_recovery(party.index))
}

/// Whether a party is a recovery share. Its index says so, and the index is in every hash that names a quorum: nobody can take
/// a device for a recovery share, or the other way round, and nothing else needs to be told or kept.
pub(super) fn is_recovery(index: PartyIndex) -> bool {
    index.value() >= FIRST_RECOVERY
}

/// The first index of recovery shares; those below are devices'.
pub(super) const FIRST_RECOVERY: u16 = 0x8000;

/// Their devices but this one.
pub(super) fn others_online(quorum: &Quorum, me: DeviceId) -> impl Iterator<Item = DeviceId> + '_ {
    must_be_online(quorum).map(|party| party.device).filter(move |device| *device != me)
}
