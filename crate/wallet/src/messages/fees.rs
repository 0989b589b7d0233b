//! Sentences about the part of a fee that a rollup takes for its parent chain.

/// The node did not tell it.
pub const RISK_PARENT_FEE_UNKNOWN: &str = "This network adds a fee for its parent chain, and your network's node did not tell it: it comes on top of the maximum.";

/// The account has enough for the gas, and not for all.
#[must_use]
pub fn risk_cannot_pay(has: &str, needs: &str, symbol: &str) -> String {
    format!(
        "With the fee for the parent chain this may cost {needs} {symbol}; the account has {has} {symbol}."
    )
}
