//! The provider router: a page's JSON-RPC calls (EIP-1193, 2255, 3085, 3326, 747, 5792, 712, 191).
//!
//! The origin is what the browser says. What can be answered at once is; what the owner must see becomes a
//! request; reads pass through to the active network's node by an allow-list.

pub(crate) mod answers;
pub(crate) mod calls;
pub(crate) mod chain;
pub(crate) mod error;
pub(crate) mod permissions;
pub(crate) mod read;
pub(crate) mod sign;

use serde_json::{Value, json};
use symbolon_chain::evm::{address, message, params};
use symbolon_chain::request::TypedDataVersion;

use super::requests::{Entry, Source};
use crate::context::Context;
use crate::effect::{Effect, ProviderError};
use crate::event::{Origin, ProviderCall};
use crate::messages;
use crate::wallet::Wallet;

/// A call's immediate answer: JSON text or an error; nothing where it comes later.
pub(crate) type Reply = Option<Result<String, ProviderError>>;

impl Wallet {
    pub(super) fn provider_call(&mut self, cx: &mut Context<'_>, call: ProviderCall) {
        let params: Value = match serde_json::from_str(&call.params) {
            Ok(params) if call.params.len() <= MAX_PARAMS => params,
            _ => {
                let outcome = Err(error::invalid("The parameters are malformed or too large."));
                return cx.answer(call.client, &call.id, outcome);
            }
        };
        if let Some(outcome) = self.immediate(&call, &params) {
            return cx.answer(call.client, &call.id, outcome);
        }
        if self.dapp.unusable {
            return cx.answer(call.client, &call.id, Err(error::internal(messages::PAGE_UNUSABLE)));
        }
        // The same call again: a page's relay replays what was in flight when the worker died.
        if let Some(outcome) = self.dapp.answers.find(&call.origin, &call.id) {
            return cx.answer(call.client, &call.id, outcome);
        }
        if self.pick_up(cx, &call) {
            return;
        }
        if let Some(outcome) = self.route(cx, &call, &params) {
            cx.answer(call.client, &call.id, outcome);
        }
    }

    /// What never waits for anything: not while locked, not before there is a key, not while data is unusable.
    fn immediate(&self, call: &ProviderCall, params: &Value) -> Reply {
        let chain_id = self.dapp.networks.active;
        let result = match call.method.as_str() {
            "eth_chainId" => json!(format!("{chain_id:#x}")),
            "net_version" => json!(chain_id.to_string()),
            "eth_accounts" => json!(self.permitted(&call.origin)),
            "eth_coinbase" => json!(self.permitted(&call.origin).first()),
            "wallet_getPermissions" => {
                self.dapp.sites.get(&call.origin).map_or_else(|| json!([]), super::sites::Site::permissions)
            }
            "wallet_getCapabilities" => match self.capabilities_of(call, params) {
                Ok(capabilities) => capabilities,
                Err(error) => return Some(Err(error)),
            },
            "web3_clientVersion" => json!(format!("Symbolon/{}", self.config.app_version)),
            "personal_ecRecover" => return Some(recover(params)),
            "eth_sign" => return Some(Err(error::unknown_method(&call.method))),
            "eth_signTransaction" => return Some(Err(error::unsupported(messages::PAGE_SIGN_ONLY))),
            "eth_getEncryptionPublicKey" | "eth_decrypt" => {
                return Some(Err(error::unsupported(messages::PAGE_NO_SINGLE_KEY)));
            }
            _ => return None,
        };
        Some(Ok(result.to_string()))
    }

    fn route(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        if self.is_muted(&call.origin) && REACHES_OWNER.contains(&call.method.as_str()) {
            return Some(Err(error::rejected(messages::PAGE_MUTED)));
        }
        match call.method.as_str() {
            "eth_requestAccounts" => self.request_accounts(cx, call),
            "wallet_requestPermissions" => self.request_permissions(cx, call, params),
            "wallet_revokePermissions" => Some(self.revoke_permissions(cx, call, params)),
            "wallet_switchEthereumChain" => self.switch_chain(cx, call, params),
            "wallet_addEthereumChain" => self.add_chain(cx, call, params),
            "wallet_watchAsset" => self.watch_asset(cx, call, params),
            "eth_subscribe" => self.subscribe(cx, call, params),
            "eth_unsubscribe" => self.unsubscribe(cx, call, params),
            "wallet_getCallsStatus" => self.calls_status(cx, call, params),
            "wallet_sendCalls" => self.send_calls(cx, call, params),
            "wallet_showCallsStatus" => self.show_calls(cx, call, params),
            "eth_sendTransaction" => self.send_transaction(cx, call, params),
            "personal_sign" => self.personal_sign(cx, call, params),
            "eth_signTypedData" => self.sign_typed_data(cx, call, params, TypedDataVersion::V1),
            "eth_signTypedData_v3" => self.sign_typed_data(cx, call, params, TypedDataVersion::V3),
            "eth_signTypedData_v4" => self.sign_typed_data(cx, call, params, TypedDataVersion::V4),
            method if symbolon_chain::rpc::is_read_method(method) => self.pass_through(cx, call, params),
            method => Some(Err(error::unknown_method(method))),
        }
    }

    /// Attaches a replayed call to the request that it made before.
    pub(super) fn pick_up(&mut self, cx: &mut Context<'_>, call: &ProviderCall) -> bool {
        if let Some(bundle) = self.dapp.bundles.unanswered(&call.origin, &call.id) {
            bundle.live.client = Some(call.client);
            cx.push(Effect::ShowApproval);
            return true;
        }
        let pending = self.dapp.requests.iter_mut().find(|entry| {
            matches!(&entry.source, Source::Page { origin, id } if *origin == call.origin && *id == call.id)
        });
        let Some(entry) = pending else { return false };
        entry.live.client = Some(call.client);
        cx.push(Effect::ShowApproval);
        true
    }

    /// Whether this origin, or the wallet, has as many requests waiting as it may have.
    fn too_many(&self, call: &ProviderCall) -> bool {
        self.waiting_of(&call.origin) >= MAX_PER_ORIGIN || self.dapp.requests.len() >= MAX_WAITING
    }

    /// How many requests of an origin wait.
    fn waiting_of(&self, asking: &Origin) -> usize {
        let own = |entry: &&Entry| matches!(&entry.source, Source::Page { origin, .. } if origin == asking);
        self.dapp.requests.iter().filter(own).count()
    }
}

fn recover(params: &Value) -> Result<String, ProviderError> {
    let (text, signature) =
        params::personal_ec_recover(params).map_err(|error| error::invalid(&error.message))?;
    let signer = message::recover(&text, &signature).map_err(|error| error::invalid(&error.to_string()))?;
    Ok(json!(address::lower_case(&signer)).to_string())
}

/// Methods that the owner would hear of: silent for a muted site.
const REACHES_OWNER: [&str; 12] = [
    "eth_requestAccounts",
    "eth_sendTransaction",
    "eth_signTypedData",
    "eth_signTypedData_v3",
    "eth_signTypedData_v4",
    "personal_sign",
    "wallet_addEthereumChain",
    "wallet_requestPermissions",
    "wallet_sendCalls",
    "wallet_showCallsStatus",
    "wallet_switchEthereumChain",
    "wallet_watchAsset",
];
/// Largest parameters of a call, in bytes: 128 KiB of call data in hexadecimal digits, typed data, and room.
const MAX_PARAMS: usize = 512 * 1024;
/// Most requests of one origin that wait.
const MAX_PER_ORIGIN: usize = 30;
/// Most requests that wait.
pub(crate) const MAX_WAITING: usize = 100;
