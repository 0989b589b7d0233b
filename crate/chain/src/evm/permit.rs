//! Typed data that is an approval: permits (EIP-2612, DAI, ERC-4494) and Permit2.
//!
//! A permit is recognised by its fields as well as its name: one that is called so but looks otherwise stays unknown
//! typed data.

use alloy_primitives::{Address, U256, address};

use super::typed::{TypedData, find};
use crate::intent::{ApprovalKind, Quantity, Row, Value};

/// What a permit allows.
pub(crate) struct Permit {
    pub(crate) kind: ApprovalKind,
    pub(crate) spender: Address,
    /// Token contract and how much or which.
    pub(crate) allowances: Vec<(Address, Quantity)>,
    pub(crate) deadline: Option<U256>,
}

/// Reads a permit, or says that it is none.
pub(crate) fn recognise(typed: &TypedData) -> Option<Permit> {
    let rows = &typed.message;
    let spender = address_of(rows, "spender")?;
    match typed.primary_type.as_str() {
        "Permit" => {
            let token = typed.verifying_contract?;
            let (quantity, deadline) = if let Some(allowed) = find(rows, "allowed") {
                // DAI's own: all or nothing
                let Value::Bool(allowed) = allowed else { return None };
                address_of(rows, "holder")?;
                (Quantity::Amount(if *allowed { U256::MAX } else { U256::ZERO }), number(rows, "expiry"))
            } else if let Some(item) = number(rows, "tokenId") {
                (Quantity::Item(item), number(rows, "deadline"))
            } else {
                address_of(rows, "owner")?;
                (Quantity::Amount(number(rows, "value")?), number(rows, "deadline"))
            };
            Some(Permit {
                kind: ApprovalKind::Permit,
                spender,
                allowances: vec![(token, quantity)],
                deadline,
            })
        }
        "PermitSingle" | "PermitBatch" => {
            let allowances = details(find(rows, "details")?)?;
            Some(Permit {
                kind: ApprovalKind::Permit2,
                spender,
                allowances,
                deadline: number(rows, "sigDeadline"),
            })
        }
        "PermitTransferFrom"
        | "PermitBatchTransferFrom"
        | "PermitWitnessTransferFrom"
        | "PermitBatchWitnessTransferFrom" => {
            let allowances = details(find(rows, "permitted")?)?;
            let deadline = number(rows, "deadline");
            Some(Permit { kind: ApprovalKind::Permit2Transfer, spender, allowances, deadline })
        }
        _ => None,
    }
}

/// One `{token, amount}`, or a list of them.
fn details(value: &Value) -> Option<Vec<(Address, Quantity)>> {
    let Value::Rows(rows) = value else { return None };
    if find(rows, "token").is_some() {
        return Some(vec![detail(rows)?]);
    }
    rows.iter().map(|row| if let Value::Rows(rows) = &row.value { detail(rows) } else { None }).collect()
}

fn detail(rows: &[Row]) -> Option<(Address, Quantity)> {
    Some((address_of(rows, "token")?, Quantity::Amount(number(rows, "amount")?)))
}

fn address_of(rows: &[Row], name: &str) -> Option<Address> {
    match find(rows, name)? {
        Value::Address(address) => Some(*address),
        _ => None,
    }
}

fn number(rows: &[Row], name: &str) -> Option<U256> {
    match find(rows, name)? {
        Value::Unsigned(number) => Some(*number),
        _ => None,
    }
}

/// Uniswap's Permit2, at the same address on every chain.
pub(crate) const PERMIT2: Address = address!("000000000022D473030F116dDEE9F6B43aC78BA3");
