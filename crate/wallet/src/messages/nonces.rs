//! Sentences about the line of an account's transactions.

/// The next in line, by the node's word.
pub const NONCE_NEXT: &str = "This comes next.";
/// A nonce that is used up, of a transaction whose receipt is not here.
pub const NONCE_TAKEN: &str = "A transaction with this nonce is in a block already: this one, or another in its place. The network is asked which.";

/// Nonces with which nothing waits here, before some with which something does.
#[must_use]
pub fn nonce_gap(first: u64, last: u64) -> String {
    if first == last {
        format!(
            "Nothing with nonce {first} waits here. Nothing after it can be mined until a transaction with nonce {first} is."
        )
    } else {
        format!(
            "Nothing with the nonces {first} to {last} waits here. Nothing after {last} can be mined until transactions with all of them are."
        )
    }
}

/// A place behind another.
#[must_use]
pub fn nonce_after(before: u64) -> String {
    format!("Can be mined once {before} is.")
}
