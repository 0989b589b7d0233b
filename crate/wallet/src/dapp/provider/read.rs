//! Reads pass through to the active network's node.

use serde_json::Value;
use symbolon_chain::rpc::{self, RpcError};

use super::super::rpc::Purpose;
use super::{Reply, error};
use crate::context::Context;
use crate::effect::ProviderError;
use crate::event::{FetchError, ProviderCall};
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn pass_through(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        let Some(body) = rpc::pass_through_body(1, &call.method, params) else {
            return Some(Err(error::invalid("The parameters are malformed or too large.")));
        };
        let reads = self.dapp.fetches.values().filter(|purpose| matches!(purpose, Purpose::Read { .. }));
        if reads.count() >= MAX_READS {
            return Some(Err(error::limit()));
        }
        let network = self.active_network();
        let chain_id = network.chain_id;
        self.ask(cx, &network, &body, Purpose::Read { client: call.client, id: call.id.clone(), chain_id });
        None
    }
}

/// The node's answer as the page gets it; a refusal keeps the node's own code and words.
pub(crate) fn result(outcome: Result<Vec<u8>, FetchError>) -> Result<String, ProviderError> {
    let response = outcome.map_err(|_| error::chain_down())?;
    match rpc::pass_through_result(1, &response) {
        Ok(result) => Ok(result.to_string()),
        Err(RpcError::Node { code, message, data }) => {
            let data = data.map(|data| Value::String(data).to_string());
            Err(ProviderError { code, message, data })
        }
        Err(_) => Err(error::chain_down()),
    }
}

/// Most reads under way.
const MAX_READS: usize = 256;
