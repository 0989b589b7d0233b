//! Sites that are known to steal.
//!
//! # Format
//! Text, one host a line, in the form that a browser hands over (`xn--…` where it has letters beyond ASCII). An entry
//! stands for the host and all below it. Empty lines and what follows a `#` are left out. Nothing is fetched: the list
//! that ships is part of the program, and an owner gives another as a file or pasted text.

use std::collections::BTreeSet;

/// Hosts that are known to steal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhishingList(BTreeSet<String>);

/// Why a text is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadList {
    /// More than [`MAX_TEXT`] bytes or [`MAX_HOSTS`] hosts.
    #[error("the list is too long")]
    TooLong,
    /// A line that is no host.
    #[error("line {line} of the list is not the name of a site")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
}

impl PhishingList {
    /// The list that ships with the wallet: a small part of what was reported to `MetaMask/eth-phishing-detect`, and
    /// the reserved name `phishing.invalid` to try it with.
    #[must_use]
    pub fn bundled() -> Self {
        Self::parse(BUNDLED).unwrap_or_default()
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`BadList`]; a list is taken whole or not at all.
    pub fn parse(text: &str) -> Result<Self, BadList> {
        if text.len() > MAX_TEXT {
            return Err(BadList::TooLong);
        }
        let mut hosts = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let host = line.split('#').next().unwrap_or_default().trim();
            if host.is_empty() {
                continue;
            }
            if !is_host(host) {
                return Err(BadList::Line { line: index + 1 });
            }
            hosts.insert(host.to_ascii_lowercase());
            if hosts.len() > MAX_HOSTS {
                return Err(BadList::TooLong);
            }
        }
        Ok(Self(hosts))
    }

    /// Number of hosts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no host.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry that a host falls under; `host` in lower case.
    #[must_use]
    pub fn entry_of(&self, host: &str) -> Option<&str> {
        let mut rest = host;
        loop {
            if let Some(entry) = self.0.get(rest) {
                return Some(entry);
            }
            (_, rest) = rest.split_once('.')?;
        }
    }
}

/// A name of two labels at least: an entry such as `com` would take everything.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let fits = !label.is_empty() && label.len() <= 63;
        let plain = label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
        fits && plain && !label.starts_with('-')
    };
    host.len() <= 255 && host.contains('.') && host.split('.').all(label)
}

/// Longest list, in bytes.
pub const MAX_TEXT: usize = 512 * 1024;
/// Most hosts of a list.
pub const MAX_HOSTS: usize = 20_000;

const BUNDLED: &str = include_str!("phishing.txt");
