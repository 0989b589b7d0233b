//! What waits for a block, and what sites have asked.

use symbolon_wallet::view::WaitingState;

pub const SITE_HISTORY: &str = "What it asked";
pub const SITE_HISTORY_HINT: &str = "Of the last 200 requests of all sites and of your own, on this device.";
pub const SITE_HISTORY_NONE: &str = "This site has asked for no transaction and no signature here.";
pub const SITE_OPEN: &str = "Open";
pub const SITE_WAITING: &str = "Waits for you";
pub const WAITING_TEXT: &str =
    "The network takes an account's transactions in the order of their nonces, and leaves none out.";
pub const WAITING_TITLE: &str = "Waiting for a block";

/// The place, or the gap, in an account's line.
pub fn nonces(first: u64, last: u64) -> String {
    if first == last { format!("Nonce {first}") } else { format!("Nonces {first} to {last}") }
}

pub fn waiting_state(state: WaitingState) -> &'static str {
    match state {
        WaitingState::Asked => "Waits for your devices",
        WaitingState::Sending => "On its way to the network",
        WaitingState::Submitted => "Sent, not in a block yet",
    }
}
