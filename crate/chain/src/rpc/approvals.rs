//! What an account lets others take: questions about allowances, and the events that tell of them.

use alloy_primitives::{Address, B256, U256, keccak256};
use serde_json::{Value, json};

use super::Query;
use super::call::contract;
use crate::evm::address;
use crate::evm::quantity::{self, write_number};

/// Someone was allowed to take something of an account, once; whether it still holds is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The token's contract.
    pub token: Address,
    /// Who may take.
    pub spender: Address,
    /// Every item of a collection, instead of an amount.
    pub every: bool,
}

/// `eth_getLogs` for the approvals that an account gave between two blocks, both included. Approvals of single items
/// are left out: they end when the item moves.
#[must_use]
pub fn approvals(account: &Address, first: u64, last: u64) -> Query<Vec<Granted>> {
    let number = |block: u64| write_number(U256::from(block));
    let filter = json!({
        "fromBlock": number(first),
        "toBlock": number(last),
        "topics": [[approval(), approval_for_all()], account.into_word()],
    });
    Query::new("eth_getLogs", json!([filter]), read)
}

/// ERC-721's and ERC-1155's `isApprovedForAll`.
#[must_use]
pub fn approved_for_all(token: &Address, owner: &Address, operator: &Address) -> Query<U256> {
    let arguments = [owner.into_word(), operator.into_word()];
    contract("isApprovedForAll(address,address)", token, &arguments, super::call::read_number)
}

fn read(result: &Value) -> Option<Vec<Granted>> {
    let mut out: Vec<Granted> = Vec::new();
    for log in result.as_array()? {
        let token = address::parse_any_case(log.get("address")?.as_str()?).ok()?;
        let topics = log.get("topics")?.as_array()?;
        // ERC-721 announces single items with a fourth topic
        let [name, _, spender] = topics.as_slice() else { continue };
        let spender = Address::from_word(quantity::word(spender).ok()?);
        let every = quantity::word(name).ok()? == approval_for_all();
        let granted = Granted { token, spender, every };
        if !out.contains(&granted) && out.len() < MAX_GRANTED {
            out.push(granted);
        }
    }
    Some(out)
}

fn approval() -> B256 {
    keccak256("Approval(address,address,uint256)")
}

fn approval_for_all() -> B256 {
    keccak256("ApprovalForAll(address,address,bool)")
}

/// Approvals that are read from one answer.
pub const MAX_GRANTED: usize = 500;

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    const ME: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    const BOB: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
    const TOKEN: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");

    #[test]
    fn approvals_of_the_account_are_asked_for_by_topic_in_a_range() {
        let body: Value = serde_json::from_slice(&approvals(&ME, 7, 16).body(1)).unwrap();
        let filter = &body["params"][0];
        assert_eq!((&filter["fromBlock"], &filter["toBlock"]), (&json!("0x7"), &json!("0x10")));
        // as block explorers show them
        assert_eq!(
            filter["topics"],
            json!([
                [
                    "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925",
                    "0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31"
                ],
                "0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
            ])
        );
    }

    #[test]
    fn each_grant_is_read_once_and_single_items_are_left_out() {
        let log = |topics: Value| json!({ "address": TOKEN, "topics": topics, "data": "0x" });
        let amount = log(json!([approval(), ME.into_word(), BOB.into_word()]));
        let every = log(json!([approval_for_all(), ME.into_word(), BOB.into_word()]));
        let item = log(json!([approval(), ME.into_word(), BOB.into_word(), B256::ZERO]));
        let answer = json!({ "jsonrpc": "2.0", "id": 1, "result": [amount, amount, every, item] });
        let read = approvals(&ME, 0, 1).answer(1, answer.to_string().as_bytes()).unwrap();
        let granted = |every| Granted { token: TOKEN, spender: BOB, every };
        assert_eq!(read, [granted(false), granted(true)]);
    }
}
