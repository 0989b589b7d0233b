//! Reads that a page may make of the chain's node through the wallet.

use serde_json::Value;

use super::{RpcError, body, result};

/// Whether a page's method is a read that passes through to the node: everything else is the wallet's, or refused.
#[must_use]
pub fn is_read_method(method: &str) -> bool {
    READ_METHODS.binary_search(&method).is_ok()
}

/// The body to post for a page's read; `None` for methods that do not pass, and for parameters over
/// [`MAX_PARAMS`] bytes.
#[must_use]
pub fn pass_through_body(id: u64, method: &str, params: &Value) -> Option<Vec<u8>> {
    if !is_read_method(method) || !(params.is_array() || params.is_null()) {
        return None;
    }
    let body =
        if params.is_null() { body(id, method, &Value::Array(Vec::new())) } else { body(id, method, params) };
    (body.len() <= MAX_PARAMS).then_some(body)
}

/// The result of a page's read, as the node gave it.
///
/// # Errors
/// [`RpcError`]; a refusal of the node is for the page to see.
pub fn pass_through_result(id: u64, response: &[u8]) -> Result<Value, RpcError> {
    result(id, response)
}

/// Longest body of a page's read, in bytes: call data in hexadecimal digits fits.
pub const MAX_PARAMS: usize = 512 * 1024;

/// In order, for the search. Nothing here signs, sends, or configures the node.
const READ_METHODS: [&str; 41] = [
    "eth_blobBaseFee",
    "eth_blockNumber",
    "eth_call",
    "eth_createAccessList",
    "eth_estimateGas",
    "eth_feeHistory",
    "eth_gasPrice",
    "eth_getBalance",
    "eth_getBlockByHash",
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "eth_getBlockTransactionCountByHash",
    "eth_getBlockTransactionCountByNumber",
    "eth_getCode",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_getLogs",
    "eth_getProof",
    "eth_getStorageAt",
    "eth_getTransactionByBlockHashAndIndex",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_getUncleByBlockHashAndIndex",
    "eth_getUncleByBlockNumberAndIndex",
    "eth_getUncleCountByBlockHash",
    "eth_getUncleCountByBlockNumber",
    "eth_maxPriorityFeePerGas",
    "eth_newBlockFilter",
    "eth_newFilter",
    "eth_newPendingTransactionFilter",
    "eth_protocolVersion",
    "eth_simulateV1",
    "eth_syncing",
    "eth_uninstallFilter",
    "net_listening",
    "net_peerCount",
    "net_version",
    "web3_clientVersion",
    "web3_sha3",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_list_is_in_order_for_the_search() {
        assert!(READ_METHODS.is_sorted());
        assert!(READ_METHODS.iter().all(|method| is_read_method(method)));
    }

    #[test]
    fn nothing_that_signs_or_sends_or_configures_passes() {
        for method in [
            "eth_sendTransaction",
            "eth_sendRawTransaction",
            "eth_sign",
            "eth_signTransaction",
            "eth_accounts",
            "personal_unlockAccount",
            "anvil_setBalance",
            "evm_mine",
            "debug_traceCall",
            "hardhat_reset",
            "",
            "eth_",
        ] {
            assert!(!is_read_method(method), "{method}");
            assert_eq!(pass_through_body(1, method, &json!([])), None);
        }
    }

    #[test]
    fn parameters_are_a_list_and_bounded() {
        assert!(pass_through_body(1, "eth_call", &json!([{}, "latest"])).is_some());
        assert!(pass_through_body(1, "eth_blockNumber", &Value::Null).is_some());
        assert_eq!(pass_through_body(1, "eth_call", &json!({})), None);
        assert_eq!(pass_through_body(1, "eth_call", &json!(["x".repeat(MAX_PARAMS)])), None);
    }
}
