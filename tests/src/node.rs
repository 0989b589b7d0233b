//! A chain's node, as far as wallets ask: it mines whatever is valid at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha3::{Digest, Keccak256};
use symbolon_chain::Address;
use symbolon_wallet::event::FetchError;

/// A chain with one account of interest.
pub struct Node {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Balance of every account, in wei.
    pub balance: u128,
    /// Addresses that have code, lower-case `0x` hex.
    pub contracts: BTreeSet<String>,
    /// Transactions taken, in order: raw, as sent.
    pub sent: Vec<Vec<u8>>,
    /// Whether it can be reached.
    pub is_up: bool,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            chain_id: 1,
            balance: 10u128.pow(19),
            contracts: BTreeSet::new(),
            sent: Vec::new(),
            is_up: true,
        }
    }
}

impl Node {
    /// Answers a JSON-RPC call.
    ///
    /// # Errors
    /// [`FetchError::Unreachable`] while it is down.
    pub fn answer(&mut self, body: &str) -> Result<Vec<u8>, FetchError> {
        if !self.is_up {
            return Err(FetchError::Unreachable);
        }
        let call: Value = serde_json::from_str(body).map_err(|_| FetchError::Status(400))?;
        let mut answer = json!({ "jsonrpc": "2.0", "id": call["id"] });
        match self.result(call["method"].as_str().unwrap_or_default(), &call["params"]) {
            Some(result) => answer["result"] = result,
            None => answer["error"] = json!({ "code": -32601, "message": "the method does not exist" }),
        }
        Ok(answer.to_string().into_bytes())
    }

    fn result(&mut self, method: &str, params: &Value) -> Option<Value> {
        let number = |number: u128| Some(json!(format!("{number:#x}")));
        match method {
            "eth_chainId" => number(self.chain_id.into()),
            "eth_blockNumber" => number(self.sent.len() as u128 + 1),
            "eth_getBalance" => number(self.balance),
            "eth_getTransactionCount" => number(self.sent.len() as u128),
            "eth_gasPrice" => number(2_000_000_000),
            "eth_maxPriorityFeePerGas" => number(1_000_000),
            "eth_feeHistory" => Some(json!({
                "oldestBlock": "0x1",
                "baseFeePerGas": ["0x3b9aca00", "0x3b9aca00"],
                "gasUsedRatio": [0.5],
                "reward": [["0x64", "0x3e8", "0x2710"]],
            })),
            "eth_estimateGas" => number(21_000),
            "eth_getCode" if self.contracts.contains(params[0].as_str()?) => Some(json!("0x6001")),
            "eth_getCode" | "eth_call" => Some(json!("0x")),
            "eth_sendRawTransaction" => {
                let raw = hex::decode(params[0].as_str()?.trim_start_matches("0x")).ok()?;
                if !self.sent.contains(&raw) {
                    self.sent.push(raw.clone());
                }
                Some(json!(hash(&raw)))
            }
            "eth_getTransactionByHash" | "eth_getTransactionReceipt" => {
                let wanted = params[0].as_str()?;
                let block = self.sent.iter().position(|raw| hash(raw) == wanted);
                Some(block.map_or(Value::Null, |block| {
                    json!({
                        "hash": wanted, "transactionHash": wanted, "blockNumber": format!("{:#x}", block + 1),
                        "gasUsed": "0x5208", "status": "0x1",
                    })
                }))
            }
            _ => None,
        }
    }
}

fn hash(raw: &[u8]) -> String {
    format!("0x{}", hex::encode(Keccak256::digest(raw)))
}

/// The account that a compressed or uncompressed SEC1 public key stands for.
///
/// # Panics
/// If it is no public key.
pub fn address_of(public_key: &[u8]) -> Address {
    symbolon_chain::evm::address::from_public_key(public_key).expect("a public key has an address")
}
