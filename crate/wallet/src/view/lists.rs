//! What the owner has loaded from files.

use serde::{Deserialize, Serialize};

use crate::event::Timestamp;

/// A pack of descriptors (ERC-7730).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackView {
    /// What is stored is no longer what was loaded; it is not used.
    pub damaged: bool,
    /// SHA-256 of its bytes, hex.
    pub hash: String,
    /// When the owner loaded it.
    pub loaded_at: Timestamp,
    /// Where it comes from, in its maker's words.
    pub source: String,
    /// Descriptors that cannot be used.
    pub unusable: u32,
    /// Some of those, each with its reason.
    pub unusable_reasons: Vec<(String, String)>,
    /// Descriptors that are used.
    pub usable: u32,
    /// The hash in words, to be compared between devices.
    pub words: Vec<String>,
}

/// Lists of sites that steal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhishingView {
    /// Sites on the owner's own list.
    pub own: usize,
    /// Sites on the list that ships.
    pub shipped: usize,
    /// When the owner gave the list, if that is known.
    pub since: Option<Timestamp>,
}
