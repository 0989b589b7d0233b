//! What to pay for gas, from what blocks paid lately: whole-number arithmetic throughout.
//!
//! The tip of each speed is the median, over the last blocks with anything in them, of one percentile of the tips that
//! were paid in each; above the next block's base fee there is room for it to rise (by an eighth a block at most,
//! EIP-1559).

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evm::quantity;

/// Percentiles to ask `eth_feeHistory` for, one for each speed.
pub const PERCENTILES: [u8; 3] = [10, 50, 90];
/// Blocks to ask `eth_feeHistory` for.
pub const BLOCKS: u64 = 20;

/// What `eth_feeHistory` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeHistory {
    /// Base fee of the block that comes next, in wei.
    pub next_base_fee: u128,
    /// Tips paid in each block that was not empty, at [`PERCENTILES`], in wei.
    pub tips: Vec<[u128; 3]>,
}

/// Fees for a transaction, in wei for a unit of gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeChoice {
    /// Most it pays.
    pub max_fee_per_gas: u128,
    /// Most of that which is tip.
    pub max_priority_fee_per_gas: u128,
}

/// A choice for each speed; a faster one is never cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speeds {
    /// Within minutes, if the base fee does not rise much.
    pub slow: FeeChoice,
    /// Within a few blocks.
    pub normal: FeeChoice,
    /// In the next block, most likely.
    pub fast: FeeChoice,
}

/// An answer to `eth_feeHistory` that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fee history of the node is malformed")]
pub struct BadFeeHistory;

impl FeeHistory {
    /// Reads the result of `eth_feeHistory`. Nodes that leave the tips out are tolerated.
    ///
    /// # Errors
    /// [`BadFeeHistory`] if it has no base fee, or anything is not a number.
    pub fn parse(result: &Value) -> Result<Self, BadFeeHistory> {
        let base_fees = result.get("baseFeePerGas").and_then(Value::as_array).ok_or(BadFeeHistory)?;
        let next_base_fee = fee(base_fees.last().ok_or(BadFeeHistory)?)?;
        let ratios = result.get("gasUsedRatio").and_then(Value::as_array);
        let is_empty = |index: usize| {
            let ratio = ratios.and_then(|ratios| ratios.get(index)).and_then(Value::as_f64);
            ratio.is_some_and(|ratio| ratio <= 0.0)
        };
        let mut tips = Vec::new();
        let blocks = result.get("reward").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (index, block) in blocks.iter().enumerate().take(MAX_BLOCKS) {
            if is_empty(index) {
                continue;
            }
            let Some([slow, normal, fast, ..]) = block.as_array().map(Vec::as_slice) else { continue };
            tips.push([fee(slow)?, fee(normal)?, fee(fast)?]);
        }
        Ok(Self { next_base_fee, tips })
    }

    /// A choice for each speed. `tip` is the node's own advice (`eth_maxPriorityFeePerGas`), for a chain without
    /// transactions to learn from.
    #[must_use]
    pub fn suggest(&self, tip: Option<u128>) -> Speeds {
        let advice = tip.unwrap_or_default();
        let at = |index: usize| {
            let mut column: Vec<u128> =
                self.tips.iter().filter_map(|tips| tips.get(index).copied()).collect();
            column.sort_unstable();
            column.get(column.len() / 2).copied().unwrap_or(advice)
        };
        let slow = at(0);
        let normal = at(1).max(slow);
        let fast = at(2).max(normal);
        let [slow_room, normal_room, fast_room] = HEADROOM;
        Speeds {
            slow: self.choice(slow, slow_room),
            normal: self.choice(normal, normal_room),
            fast: self.choice(fast, fast_room),
        }
    }

    fn choice(&self, tip: u128, eighths: u128) -> FeeChoice {
        // rounded up, so that a base fee of a few wei has room too
        let base_fee = self.next_base_fee.saturating_mul(eighths).div_ceil(8);
        FeeChoice { max_fee_per_gas: base_fee.saturating_add(tip), max_priority_fee_per_gas: tip }
    }
}

impl Speeds {
    /// The base fee that these choices were made for, in wei.
    #[must_use]
    pub fn base_fee(&self) -> u128 {
        let room = self.normal.max_fee_per_gas.saturating_sub(self.normal.max_priority_fee_per_gas);
        // what was rounded up is less than an eighth of it, so that rounding down gives the number itself
        room.saturating_mul(8) / HEADROOM[1]
    }
}

impl FeeChoice {
    /// What a unit of gas would cost at this choice in a block of this base fee, in wei.
    #[must_use]
    pub fn price(&self, base_fee: u128) -> u128 {
        base_fee.saturating_add(self.max_priority_fee_per_gas).min(self.max_fee_per_gas)
    }

    /// Fees that replace a pending transaction: at least an eighth above its own, and not below this choice. Nodes ask
    /// for a tenth.
    #[must_use]
    pub fn replacing(self, pending: FeeChoice) -> FeeChoice {
        let raised = |fee: u128| fee.saturating_add(fee.div_ceil(8)).max(1);
        let tip = self.max_priority_fee_per_gas.max(raised(pending.max_priority_fee_per_gas));
        let max = self.max_fee_per_gas.max(raised(pending.max_fee_per_gas)).max(tip);
        FeeChoice { max_fee_per_gas: max, max_priority_fee_per_gas: tip }
    }
}

/// Gas limit to set for an estimate: a quarter more, as contracts' needs change between estimate and block; the plain
/// transfer's 21000 is exact.
#[must_use]
pub fn gas_limit(estimate: u64) -> u64 {
    if estimate <= 21_000 { estimate } else { estimate.saturating_add(estimate / 4) }
}

/// Most that gas can cost, in wei.
#[must_use]
pub fn max_cost(gas_limit: u64, max_fee_per_gas: u128) -> U256 {
    U256::from(gas_limit).saturating_mul(U256::from(max_fee_per_gas))
}

fn fee(value: &Value) -> Result<u128, BadFeeHistory> {
    quantity::number_u128(value).map_err(|_| BadFeeHistory)
}

/// Eighths of the next base fee that each speed allows for: two, four and eight blocks of steepest rise, about.
const HEADROOM: [u128; 3] = [10, 13, 20];
/// Blocks looked at, whatever a node sends.
const MAX_BLOCKS: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn history() -> Value {
        json!({
            "oldestBlock": "0x1",
            "baseFeePerGas": ["0x64", "0x64", "0x64", "0x3e8"],
            "gasUsedRatio": [0.5, 0.0, 0.9],
            "reward": [["0x1", "0xa", "0x64"], ["0x0", "0x0", "0x0"], ["0x3", "0x14", "0xc8"]]
        })
    }

    #[test]
    fn tips_are_medians_and_empty_blocks_do_not_count() {
        let history = FeeHistory::parse(&history()).unwrap();
        assert_eq!(history.tips, vec![[1, 10, 100], [3, 20, 200]]);
        let speeds = history.suggest(None);
        assert_eq!(speeds.slow, FeeChoice { max_fee_per_gas: 1250 + 3, max_priority_fee_per_gas: 3 });
        assert_eq!(speeds.normal, FeeChoice { max_fee_per_gas: 1625 + 20, max_priority_fee_per_gas: 20 });
        assert_eq!(speeds.fast, FeeChoice { max_fee_per_gas: 2500 + 200, max_priority_fee_per_gas: 200 });
    }

    #[test]
    fn without_transactions_the_advice_of_the_node_is_the_tip() {
        let history = FeeHistory::parse(&json!({ "baseFeePerGas": ["0x8"] })).unwrap();
        let speeds = history.suggest(Some(5));
        assert_eq!(speeds.slow, FeeChoice { max_fee_per_gas: 15, max_priority_fee_per_gas: 5 });
        assert_eq!(history.suggest(None).fast.max_priority_fee_per_gas, 0);
    }

    #[test]
    fn a_malformed_history_is_refused() {
        for value in [
            json!(null),
            json!({}),
            json!({ "baseFeePerGas": [] }),
            json!({ "baseFeePerGas": ["x"] }),
            json!({ "baseFeePerGas": ["0x1"], "reward": [["0x1", "y", "0x2"]] }),
        ] {
            assert_eq!(FeeHistory::parse(&value), Err(BadFeeHistory), "{value}");
        }
    }

    #[test]
    fn a_replacement_pays_an_eighth_more_at_least() {
        let pending = FeeChoice { max_fee_per_gas: 80, max_priority_fee_per_gas: 8 };
        let low = FeeChoice { max_fee_per_gas: 1, max_priority_fee_per_gas: 1 };
        assert_eq!(low.replacing(pending), FeeChoice { max_fee_per_gas: 90, max_priority_fee_per_gas: 9 });
        let high = FeeChoice { max_fee_per_gas: 100, max_priority_fee_per_gas: 50 };
        assert_eq!(high.replacing(pending), high);
    }

    #[test]
    fn a_plain_transfer_gets_exactly_its_gas() {
        assert_eq!(gas_limit(21_000), 21_000);
        assert_eq!(gas_limit(40_000), 50_000);
        assert_eq!(gas_limit(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_price_is_base_fee_and_tip_and_never_above_the_most() {
        let choice = FeeChoice { max_fee_per_gas: 100, max_priority_fee_per_gas: 7 };
        assert_eq!((choice.price(50), choice.price(93), choice.price(94)), (57, 100, 100));
    }

    proptest! {
        #[test]
        fn the_base_fee_of_choices_is_the_one_that_they_were_made_for(
            next_base_fee: u64,
            tips in proptest::collection::vec(any::<[u64; 3]>().prop_map(|tips| tips.map(u128::from)), 0..5),
        ) {
            let history = FeeHistory { next_base_fee: next_base_fee.into(), tips };
            prop_assert_eq!(history.suggest(None).base_fee(), u128::from(next_base_fee));
        }

        #[test]
        fn a_faster_choice_is_never_cheaper_and_a_tip_never_above_its_fee(
            next_base_fee: u128,
            tips in proptest::collection::vec(any::<[u128; 3]>(), 0..30),
            tip: Option<u128>,
        ) {
            let speeds = FeeHistory { next_base_fee, tips }.suggest(tip);
            let order = [speeds.slow, speeds.normal, speeds.fast];
            for pair in order.windows(2) {
                prop_assert!(pair[0].max_fee_per_gas <= pair[1].max_fee_per_gas);
                prop_assert!(pair[0].max_priority_fee_per_gas <= pair[1].max_priority_fee_per_gas);
            }
            for choice in order {
                prop_assert!(choice.max_priority_fee_per_gas <= choice.max_fee_per_gas);
            }
        }
    }
}
