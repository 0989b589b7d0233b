//! A node that answers what it is told to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha3::Digest;
use symbolon_chain::evm::quantity::write_bytes;

/// A chain of one block, as a node tells it.
pub(super) struct Node {
    pub chain_id: u64,
    pub balance: u128,
    pub nonce: u64,
    /// Next base fee; none for a chain without EIP-1559.
    pub base_fee: Option<u64>,
    pub estimate: Result<u64, (i64, String)>,
    pub contracts: BTreeSet<String>,
    pub token: (String, u8),
    /// How broadcasts are refused.
    pub refuses: Option<String>,
    pub sent: Vec<Vec<u8>>,
    pub receipts: BTreeMap<String, (bool, u64)>,
    pub down: bool,
    /// Who owns every item.
    pub owner: String,
    pub asked: Vec<String>,
    /// Calls that `eth_simulateV1` answers with; the method does not exist for none.
    pub simulation: Option<Value>,
    /// Frame that `debug_traceCall` answers with.
    pub trace: Option<Value>,
    /// Height of the chain, and contracts that were there from the start; nothing for a node without old states.
    pub height: u64,
    pub old_contracts: Option<BTreeSet<String>>,
    /// Accounts that borrow code (EIP-7702).
    pub delegated: BTreeSet<String>,
    /// What the gas price oracle of a rollup answers; nothing where there is none.
    pub l1_fee: Option<u128>,
    /// What every token says that everybody may take.
    pub allowance: u128,
    /// Widest range of blocks that logs are told of, and the logs.
    pub logs: Option<(u64, Value)>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            chain_id: 1,
            balance: 10_000_000_000_000_000_000,
            nonce: 0,
            base_fee: Some(1_000_000_000),
            estimate: Ok(21_000),
            contracts: BTreeSet::new(),
            token: ("USDC".to_owned(), 6),
            refuses: None,
            sent: Vec::new(),
            receipts: BTreeMap::new(),
            down: false,
            owner: format!("0x{}", "0".repeat(40)),
            asked: Vec::new(),
            simulation: None,
            trace: None,
            height: 16,
            old_contracts: None,
            delegated: BTreeSet::new(),
            l1_fee: None,
            allowance: 0,
            logs: None,
        }
    }
}

impl Node {
    pub fn answer(&mut self, body: &str) -> Vec<u8> {
        let call: Value = serde_json::from_str(body).unwrap();
        let method = call["method"].as_str().unwrap().to_owned();
        self.asked.push(method.clone());
        let mut answer = json!({ "jsonrpc": "2.0", "id": call["id"] });
        match self.result(&method, &call["params"]) {
            Ok(result) => answer["result"] = result,
            Err((code, message)) => answer["error"] = json!({ "code": code, "message": message }),
        }
        answer.to_string().into_bytes()
    }

    fn result(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)> {
        let hex = |number: u128| json!(format!("{number:#x}"));
        let missing = || Err((-32601, "the method does not exist".to_owned()));
        match method {
            "eth_chainId" => Ok(hex(self.chain_id.into())),
            "eth_blockNumber" => Ok(hex(self.height.into())),
            "eth_getLogs" => {
                let block =
                    |name: &str| u64::from_str_radix(&params[0][name].as_str().unwrap()[2..], 16).unwrap();
                match &self.logs {
                    Some((range, logs)) if block("toBlock") - block("fromBlock") < *range => Ok(logs.clone()),
                    Some(_) => Err((-32005, "query exceeds max block range".to_owned())),
                    None => Ok(json!([{ "asked": params[0] }])),
                }
            }
            "eth_simulateV1" => self.simulation.clone().map_or_else(missing, |ran| {
                // what is measured around it is no token of this node
                let calls = params[0]["blockStateCalls"][0]["calls"].as_array().unwrap().len();
                let silent = json!({ "returnData": "0x", "status": "0x1", "logs": [] });
                let mut all = vec![silent; calls];
                all[calls / 2] = ran[0].clone();
                Ok(json!([{ "calls": all }]))
            }),
            "debug_traceCall" => self.trace.clone().map_or_else(missing, Ok),
            "eth_getBlockByNumber" => Ok(json!({ "number": params[0], "hash": "0x01", "transactions": [] })),
            "eth_getBalance" => Ok(hex(self.balance)),
            "eth_getTransactionCount" => Ok(hex(self.nonce.into())),
            "eth_gasPrice" => Ok(hex(7_000_000_000)),
            "eth_maxPriorityFeePerGas" if self.base_fee.is_some() => Ok(hex(1_000_000)),
            "eth_feeHistory" => match self.base_fee {
                Some(base) => Ok(json!({
                    "oldestBlock": "0x1",
                    "baseFeePerGas": [format!("{base:#x}"), format!("{base:#x}")],
                    "gasUsedRatio": [0.5],
                    "reward": [["0x64", "0x3e8", "0x2710"]],
                })),
                None => missing(),
            },
            "eth_estimateGas" => self.estimate.clone().map(|gas| hex(gas.into())),
            "eth_getCode" => {
                let address = params[0].as_str().unwrap().to_lowercase();
                if params[1] != "latest" {
                    let old = self.old_contracts.as_ref().ok_or((-32000, "missing trie node".to_owned()))?;
                    return Ok(json!(if old.contains(&address) { "0x6001" } else { "0x" }));
                }
                if self.delegated.contains(&address) {
                    return Ok(json!(format!("0xef0100{}", "11".repeat(20))));
                }
                Ok(json!(if self.contracts.contains(&address) { "0x6001" } else { "0x" }))
            }
            "eth_call" => {
                let data = params[0]["data"].as_str().unwrap_or_default();
                let word = |number: u128| format!("{number:064x}");
                Ok(json!(match data.get(..10).unwrap_or_default() {
                    "0x313ce567" => format!("0x{}", word(self.token.1.into())),
                    "0x95d89b41" => {
                        let text = hex::encode(&self.token.0);
                        format!("0x{}{}{text:0<64}", word(32), word(self.token.0.len() as u128))
                    }
                    "0xdd62ed3e" => format!("0x{}", word(self.allowance)),
                    // ownerOf, and balanceOf of ERC-1155
                    "0x6352211e" => format!("0x{:0>64}", &self.owner[2..]),
                    "0x00fdd58e" => {
                        let asked = data.get(34..74).unwrap_or_default();
                        format!("0x{}", word(u128::from(asked == &self.owner[2..])))
                    }
                    "0x49948e0e" => {
                        self.l1_fee.map_or_else(|| "0x".to_owned(), |fee| format!("0x{}", word(fee)))
                    }
                    "0x70a08231" => format!("0x{}", word(1_500_000)),
                    _ => "0x".to_owned(),
                }))
            }
            "eth_sendRawTransaction" => match &self.refuses {
                Some(message) => Err((-32000, message.clone())),
                None => {
                    let raw = hex::decode(&params[0].as_str().unwrap()[2..]).unwrap();
                    let hash = hash(&raw);
                    self.sent.push(raw);
                    Ok(json!(hash))
                }
            },
            "eth_getTransactionByHash" => {
                let asked = params[0].as_str().unwrap();
                let known = self.sent.iter().any(|raw| hash(raw) == asked);
                Ok(if known { json!({ "hash": asked }) } else { Value::Null })
            }
            "eth_getTransactionReceipt" => {
                let hash = params[0].as_str().unwrap();
                Ok(self.receipts.get(hash).map_or(Value::Null, |(succeeded, block)| {
                    json!({
                        "transactionHash": hash, "blockNumber": format!("{block:#x}"), "gasUsed": "0x5208",
                        "status": if *succeeded { "0x1" } else { "0x0" },
                    })
                }))
            }
            _ => missing(),
        }
    }
}

fn hash(raw: &[u8]) -> String {
    write_bytes(&sha3::Keccak256::digest(raw))
}
