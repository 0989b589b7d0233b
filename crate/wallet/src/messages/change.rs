//! Sentences about changes of who holds shares.

/// After every reason why a change did not come about.
pub const NOTHING_CHANGED: &str =
    "Nothing changed: your wallet works as before, with the shares that it had. You can try again.";
/// A change came about.
pub const DONE: &str = "Your devices have new shares and have tested them with a signature. The old ones are worthless. \
                        Your addresses are the same.";
/// This device is none of the wallet's any more.
pub const REMOVED: &str = "This device was removed from the wallet, and its share is deleted. The other devices go on \
                           without it.";
/// It is none any more and keeps its share.
pub const LEFT_PLEDGED: &str = "This device was removed from the wallet while it took part in another change. It keeps an \
                                old share, which is worthless alone. Erase this device to be rid of it.";
/// Its shares are older than the wallet's, and it never got the new ones.
pub const FELL_BEHIND: &str = "This device holds an old share: it was set back, or lost what it had stored. It cannot sign. \
                               Your other devices can. Replace this device from one of them.";
/// It held a share of this very epoch, and holds none.
pub const SHARE_GONE: &str = "This device held a share of your wallet, and it is gone from this device's storage. Your other \
                              devices can still sign. Erase this device, and replace it from one of them.";
/// A change was under way when another one was done.
pub const OTHER_CAME_FIRST: &str = "Another change of the devices came first.";
/// Nobody decided in time.
pub const NOT_ANSWERED: &str = "The change was not agreed to on every device in time.";
/// There is nothing to change yet.
pub const NO_KEY: &str = "There is no key yet. Make it first.";
/// A change waits or runs here.
pub const BUSY: &str =
    "A change of the devices is under way already. Finish it, or refuse it, then try again.";
/// No such device.
pub const UNKNOWN_DEVICE: &str = "There is no such device. Link it with this one first.";
/// It has a share already.
pub const HOLDS_SHARE: &str = "This device holds a share already.";
/// The wallet has given all indices away.
pub const NO_INDEX: &str = "This wallet cannot take in another device.";
/// The new quorum has no spare device.
pub const NO_SPARE: &str = "After this change every device must sign, and losing one of them loses the funds. Accept that, \
                            or keep a spare device.";
/// The proposal that was answered is not there any more.
pub const OVER: &str = "This change is over. Nothing changed.";
/// A device that joins cannot make a key of its own.
pub const IS_JOINING: &str =
    "This device is about to join a wallet. To make a key of its own, erase it and set it up again.";

/// Title of the notification about a proposal.
pub const NOTIFY_TITLE: &str = "A change of your devices waits";
/// Its body.
pub const NOTIFY_BODY: &str = "Open Symbolon to see what changes.";

// What follows "refused:" on the proposing device.

/// The owner said no.
pub const OWNER_REFUSED: &str = "its owner said no";
/// Locked.
pub const IS_LOCKED: &str = "it is locked";
/// Busy with another dealing.
pub const IS_BUSY: &str = "it makes another key or change just now";
/// The run of this proposal was stopped by some device.
pub const IS_OVER: &str = "it heard that another device stopped this";
/// Another proposal was first.
pub const OTHER_WAITS: &str = "another change was proposed at the same time";
/// Not a party of the plan.
pub const TAKES_NO_PART: &str = "the plan gives it no part";
/// The proposer is no holder.
pub const PROPOSER_HOLDS_NONE: &str = "only a device that holds a share may propose a change";
/// Not the same wallet, or other keys than this device knows.
pub const OTHER_WALLET: &str = "it holds shares of another wallet";
/// The plan names this device as a holder, and it holds nothing.
pub const HAS_NO_SHARE: &str = "it holds no share of this wallet";

/// A key of its own was made on it and never came into use.
pub const HAS_OWN_KEY: &str =
    "it holds a share of an unfinished key of its own; erase it and set it up again";

// What changes.

/// The very same devices.
pub const ROTATE: &str = "New shares for the same devices";
/// On a device that leaves.
pub const LEAVES_HERE: &str = "This device will hold no share any more";

/// A device leaves.
#[must_use]
pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

/// A device joins.
#[must_use]
pub fn add(name: &str) -> String {
    format!("Add {name}")
}

/// One leaves, one joins.
#[must_use]
pub fn replace(left: &str, joined: &str) -> String {
    format!("Replace {left} with {joined}")
}

/// How many must sign of how many, before and after.
#[must_use]
pub fn becomes(old: (u16, usize), new: (u16, usize)) -> String {
    format!("{} of {} becomes {} of {}", old.0, old.1, new.0, new.1)
}

/// Not a quorum.
#[must_use]
pub fn threshold(devices: usize) -> String {
    match devices {
        0 | 1 => "A wallet needs two devices or more.".to_owned(),
        _ => format!("Of {devices} devices, between 2 and {devices} can be asked to sign."),
    }
}

/// Devices that must be there are not.
#[must_use]
pub fn away(names: &[String]) -> String {
    format!(
        "Open the wallet on {}, then try again. All devices that keep or get a share must be there.",
        names.join(" and ")
    )
}

/// Devices whose program knows no changes.
#[must_use]
pub fn old_version(names: &[String]) -> String {
    format!(
        "Update the wallet on {} first: its version cannot change the devices of a wallet.",
        names.join(" and ")
    )
}

/// A device said no, for its owner or for itself. Without the full stop.
#[must_use]
pub fn refused(name: &str, reason: &str) -> String {
    format!("{name} refused: {reason}")
}

/// A device began and stopped. Without the full stop.
#[must_use]
pub fn stopped(name: &str) -> String {
    format!("{name} stopped it")
}

/// A plan that breaks a rule.
#[must_use]
pub fn malformed(why: &str) -> String {
    format!("the plan is malformed: {why}")
}

/// Devices that this one was never introduced to.
#[must_use]
pub fn strangers(count: usize) -> String {
    format!("it does not know {count} of the devices yet; wait a moment and try again")
}

/// An index that was another device's.
#[must_use]
pub fn index_used(index: u16) -> String {
    format!("number {index} was given to a device before, and is not given again; try again")
}

/// Two devices are at different epochs.
#[must_use]
pub fn stale_epoch(held: u32, asked: u32) -> String {
    if held < asked {
        format!(
            "its share is of epoch {held}, and {asked} is asked for: leave it open until it has caught up, or replace it"
        )
    } else {
        format!(
            "it holds shares of epoch {held} already, and epoch {asked} is over: leave the asking device open until it has caught up"
        )
    }
}
