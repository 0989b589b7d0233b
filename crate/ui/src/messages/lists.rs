//! What the owner loads from files: packs of descriptors, lists of sites that steal.

pub const FILE_UNREADABLE: &str = "The file could not be read. Nothing was changed.";
pub const LOADED: &str = "Loaded";
pub const PACKS: &str = "Descriptions of contracts";
pub const PACK_DAMAGED: &str =
    "What is stored of this pack is no longer what was loaded, so it is not used. Load it again.";
pub const PACK_FILE: &str = "Load a pack from a file";
pub const PACK_HASH: &str = "SHA-256";
pub const PACK_HINT: &str =
    "Takes the place of the present one. Load the same file on each of your devices, and compare the words.";
pub const PACK_REMOVE: &str = "Remove this pack";
pub const PACK_SOURCE: &str = "Pack";
pub const PACK_TEXT: &str = "Symbolon describes some contracts by itself. A pack adds descriptions of others (ERC-7730), so that requests are shown in their words. What it describes is no longer called unknown; all other warnings stay. Load only a pack that you trust.";
pub const PACK_USABLE: &str = "Descriptors in use";
pub const PACK_WORDS: &str = "Hash in words";
pub const PHISHING: &str = "Sites that steal";
pub const PHISHING_FILE: &str = "Load a list from a file";
pub const PHISHING_FILE_HINT: &str =
    "A text with one site a line. Takes the place of your present list; the one that ships stays.";
pub const PHISHING_HINT: &str =
    "A name such as example.com stands for everything below it. What follows a # is left out.";
pub const PHISHING_LIST: &str = "One site a line";
pub const PHISHING_REMOVE: &str = "Remove my list";
pub const PHISHING_SAVE: &str = "Use this list";
pub const PHISHING_SET: &str = "Write a list";

/// How many more there are than are shown.
pub fn and_more(count: usize) -> String {
    format!("And {count} more.")
}

/// A file that is not read at all.
pub fn file_too_large(most_bytes: usize) -> String {
    let most = match most_bytes / 1024 {
        kilobytes @ 0..1024 => format!("{kilobytes} kB"),
        kilobytes => format!("{} MB", kilobytes / 1024),
    };
    format!("The file is larger than {most}, which is the most that can be loaded. Nothing was changed.")
}

pub fn pack_unusable(count: u32) -> String {
    match count {
        1 => "1 descriptor cannot be used".to_owned(),
        _ => format!("{count} descriptors cannot be used"),
    }
}

/// Which lists of sites are used; `since` is a date.
pub fn phishing_sites(shipped: usize, own: usize, since: Option<&str>) -> String {
    let since = since.map(|date| format!(" (loaded on {date})")).unwrap_or_default();
    match own {
        0 => format!("The list that ships with Symbolon is used: {}.", sites(shipped)),
        _ => format!(
            "The list that ships with Symbolon is used ({}), and your own: {}{since}.",
            sites(shipped),
            sites(own),
        ),
    }
}

fn sites(count: usize) -> String {
    if count == 1 { "1 site".to_owned() } else { format!("{count} sites") }
}
