//! Sentences about what the owner loads from files: packs of descriptors, lists of sites that steal.

/// A list that names no site, where one was to be loaded.
pub const LIST_EMPTY: &str = "This list names no site. Nothing was changed.";
/// The owner wants their list of sites taken away, and there is none.
pub const LIST_NONE: &str = "No list of your own is loaded.";
/// The list of sites is too long.
pub const LIST_TOO_LONG: &str = "The list is too long: 20,000 sites and 512 kB at most. Nothing was changed.";
/// The owner wants a pack taken away, and there is none.
pub const PACK_NONE: &str = "No pack is loaded.";
/// A pack whose bytes are not those that its maker's tool writes.
pub const PACK_NOT_CANONICAL: &str = "This pack was changed after it was made, so its hash could not be compared between devices. Make it anew, \
     or get it again. Nothing was changed here.";
/// A pack of which this build understands nothing.
pub const PACK_NOTHING_USABLE: &str =
    "This wallet can use none of the descriptors in this pack. Nothing was changed.";
/// Bytes that are no pack, or only a part of one.
pub const PACK_SHAPE: &str =
    "This file is not a pack of descriptors, or a part of it is missing. Nothing was changed.";

/// A line of the list of sites is no site.
#[must_use]
pub fn list_line(line: usize) -> String {
    format!("Line {line} is not the name of a site, such as example.com. Nothing was changed.")
}

/// A pack of too many bytes.
#[must_use]
pub fn pack_too_large(most: usize) -> String {
    format!("A pack has {} MB at most; this one is larger. Nothing was changed.", most / (1024 * 1024))
}

/// A pack of too many descriptors.
#[must_use]
pub fn pack_too_many(most: usize) -> String {
    format!("A pack has {most} descriptors at most; this one has more. Nothing was changed.")
}

/// A pack of a version that this build does not know.
#[must_use]
pub fn pack_version(version: u64) -> String {
    format!(
        "This pack is of version {version}, which this wallet does not know. Update the wallet. Nothing was changed."
    )
}

/// Another device words requests by another pack, which is named by its words; nothing where there is no pack.
#[must_use]
pub fn other_pack(device: &str, theirs: Option<String>, ours: Option<String>) -> String {
    let device = super::capital(super::named(device));
    let differs = match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            format!("{device} uses another pack of descriptors ({theirs}) than this device ({ours}).")
        }
        (Some(theirs), None) => {
            format!("{device} uses a pack of descriptors ({theirs}), and this device has none.")
        }
        (None, ours) => {
            let ours = ours.unwrap_or_default();
            format!("{device} has no pack of descriptors, and this device uses one ({ours}).")
        }
    };
    format!("{differs} Each reads the request for itself, but the two may word it differently.")
}
