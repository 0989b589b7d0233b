//! What a change is, in words: computed by every device from the plan, never told by another one.

use symbolon_mpc::recovery::RecoveryKey;
use symbolon_mpc::{DeviceId, Party, Quorum};

use crate::backup::sheet_name;
use crate::device::members::{must_be_online, recovery_parties};
use crate::messages::change as messages;
use crate::messages::recovery;

/// One line for each thing that changes.
pub(super) fn lines(
    old: &Quorum,
    new: &Quorum,
    me: DeviceId,
    name: impl Fn(DeviceId) -> String,
) -> Vec<String> {
    let names = |of: &Quorum, but: &Quorum| -> Vec<String> {
        let parties = must_be_online(of).map(|party| party.device);
        parties.filter(|device| but.party_of(*device).is_none()).map(&name).collect()
    };
    let (left, joined) = (names(old, new), names(new, old));
    let mut lines = Vec::new();
    match (left.as_slice(), joined.as_slice()) {
        ([left], [joined]) => lines.push(messages::replace(left, joined)),
        _ => {
            lines.extend(left.iter().map(|name| messages::remove(name)));
            lines.extend(joined.iter().map(|name| messages::add(name)));
        }
    }
    let sheets = |of: &Quorum| -> Vec<(DeviceId, String)> {
        let key = |party: Party| Some((party.device, sheet_name(&RecoveryKey::of_device(party.device)?)));
        recovery_parties(of).filter_map(key).collect()
    };
    let is_in = |of: &Quorum, device: DeviceId| of.party_of(device).is_some();
    let ends = sheets(old).into_iter().filter(|(device, _)| !is_in(new, *device));
    lines.extend(ends.map(|(_, sheet)| recovery::dropped(&sheet)));
    for (device, sheet) in sheets(new) {
        lines.push(if is_in(old, device) { recovery::renewed(&sheet) } else { recovery::added(&sheet) });
    }
    let count = |quorum: &Quorum| (quorum.threshold(), quorum.parties().len());
    if count(old) != count(new) {
        lines.push(messages::becomes(count(old), count(new)));
    }
    if is_rotation(old, new) {
        lines.push(messages::ROTATE.to_owned());
    }
    if old.party_of(me).is_some() && new.party_of(me).is_none() {
        lines.push(messages::LEAVES_HERE.to_owned());
    }
    lines
}

/// Whether the very same devices get new shares: then no power moves.
pub(super) fn is_rotation(old: &Quorum, new: &Quorum) -> bool {
    old == new
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use symbolon_mpc::PartyIndex;

    use super::*;

    fn quorum(threshold: u16, indices: &[u16]) -> Quorum {
        let party = |index: &u16| Party {
            index: PartyIndex::new(*index).unwrap(),
            device: DeviceId([*index as u8; 32]),
        };
        Quorum::new(threshold, indices.iter().map(party).collect()).unwrap()
    }

    fn said(old: (u16, &[u16]), new: (u16, &[u16]), me: u8) -> Vec<String> {
        let name = |device: DeviceId| format!("device {}", device.0[0]);
        lines(&quorum(old.0, old.1), &quorum(new.0, new.1), DeviceId([me; 32]), name)
    }

    #[test]
    fn a_change_is_said_in_plain_words() {
        let old: (u16, &[u16]) = (2, &[1, 2, 3]);
        assert_eq!(said(old, old, 1), [messages::ROTATE]);
        assert_eq!(said(old, (2, &[1, 2, 4]), 1), ["Replace device 3 with device 4"]);
        assert_eq!(said(old, (2, &[1, 2]), 1), ["Remove device 3", "2 of 3 becomes 2 of 2"]);
        assert_eq!(said(old, (3, &[1, 2, 3, 4]), 1), ["Add device 4", "2 of 3 becomes 3 of 4"]);
        assert_eq!(said(old, (3, &[1, 2, 3]), 1), ["2 of 3 becomes 3 of 3"]);
    }

    #[test]
    fn a_device_that_leaves_says_so_on_itself() {
        let lines = said((2, &[1, 2, 3]), (2, &[1, 2]), 3);
        assert_eq!(lines.last().unwrap(), messages::LEAVES_HERE);
    }
}
