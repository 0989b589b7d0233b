//! The line of an account's transactions.

use serde::{Deserialize, Serialize};

/// A place in the line of an account, or a gap in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NonceView {
    /// What waits with this nonce, oldest first: one of them gets into a block. Empty for a gap.
    pub entries: Vec<WaitingView>,
    /// Last nonce of a gap; else the same as [`NonceView::nonce`].
    pub last: u64,
    /// Plain sentence: what it waits for, or what the gap holds up; may be empty.
    pub message: String,
    /// The nonce, or the first of a gap.
    pub nonce: u64,
}

/// A transaction that is not known to be in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingView {
    /// Verb sentence.
    pub headline: String,
    /// The request's id.
    pub id: String,
    /// It can be sped up or cancelled.
    pub replaceable: bool,
    /// How far it is.
    pub state: WaitingState,
}

/// How far a transaction is that is not in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WaitingState {
    /// It waits for this wallet's devices.
    Asked,
    /// It is signed and on its way to the network.
    Sending,
    /// The network has it.
    Submitted,
}
