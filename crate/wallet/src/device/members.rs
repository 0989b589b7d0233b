//! Who of a quorum is a device, and so can be there.
//!
//! A share may be held by no device at all (a recovery share: an index, an id, and nobody who answers). Whatever
//! waits for the members of a quorum asks this module whom it waits for.

use symbolon_mpc::{DeviceId, Party, Quorum};

/// The parties that must be there when shares are dealt to this quorum, and that test what they got.
///
/// Every member is a device so far.
pub(super) fn must_be_online(quorum: &Quorum) -> impl Iterator<Item = Party> + '_ {
    quorum.parties().iter().copied()
}

/// Their devices but this one.
pub(super) fn others_online(quorum: &Quorum, me: DeviceId) -> impl Iterator<Item = DeviceId> + '_ {
    must_be_online(quorum).map(|party| party.device).filter(move |device| *device != me)
}
