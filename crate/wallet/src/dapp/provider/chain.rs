//! Networks and tokens that pages suggest (EIP-3326, EIP-3085, EIP-747).

use serde_json::{Map, Value};
use symbolon_chain::U256;
use symbolon_chain::evm::{address, quantity};
use symbolon_chain::networks::{Network, check_rpc_url};

use super::super::items::Item;
use super::super::networks::{self, Applicant};
use super::super::requests::{Ask, Source};
use super::{Reply, error};
use crate::context::Context;
use crate::effect::ProviderError;
use crate::event::ProviderCall;
use crate::messages;
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn switch_chain(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        let chain_id = match switch_params(params) {
            Ok(chain_id) => chain_id,
            Err(error) => return Some(Err(error)),
        };
        if chain_id == self.dapp.networks.active {
            return Some(Ok("null".to_owned()));
        }
        if self.dapp.networks.find(chain_id).is_none() {
            return Some(Err(error::unknown_chain()));
        }
        self.ask_here(cx, call, Ask::SwitchNetwork { chain_id })
    }

    pub(super) fn add_chain(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        let network = match add_params(params) {
            Ok(network) => network,
            Err(error) => return Some(Err(error)),
        };
        if network.chain_id == self.dapp.networks.active {
            return Some(Ok("null".to_owned()));
        }
        if self.dapp.networks.find(network.chain_id).is_some() {
            return self.ask_here(cx, call, Ask::SwitchNetwork { chain_id: network.chain_id });
        }
        if let Some(refusal) = self.refuse_here(call, &Ask::AddNetwork(network.clone())) {
            return Some(Err(refusal));
        }
        // Its RPC must belong to the chain before the owner is asked.
        self.check_network(cx, network, Applicant::Page(call.clone()));
        None
    }

    /// The RPC of a network to be added answered.
    pub(in super::super) fn network_checked(
        &mut self,
        cx: &mut Context<'_>,
        network: Network,
        applicant: Applicant,
        found: Option<u64>,
    ) {
        let fault = match found {
            None => Some(messages::NETWORK_SILENT.to_owned()),
            Some(found) if found != network.chain_id => {
                Some(messages::network_mismatch(network.chain_id, found))
            }
            Some(_) => None,
        };
        match (applicant, fault) {
            (Applicant::Owner { reply }, None) => {
                self.keep_network(cx, network);
                cx.reply(reply, Ok(()));
            }
            (Applicant::Owner { reply }, Some(fault)) => {
                let code = if found.is_some() { "network/mismatch" } else { "network/silent" };
                cx.reply(reply, Err(super::super::command::error(code, &fault)));
            }
            (Applicant::Page(call), None) => {
                // the page's relay may have replayed the call while its RPC was asked
                if self.pick_up(cx, &call) {
                    return;
                }
                if let Some(outcome) = self.ask_here(cx, &call, Ask::AddNetwork(network)) {
                    cx.answer(call.client, &call.id, outcome);
                }
            }
            (Applicant::Page(call), Some(fault)) => {
                cx.answer(call.client, &call.id, Err(error::invalid(&fault)));
            }
        }
    }

    pub(super) fn watch_asset(&mut self, cx: &mut Context<'_>, call: &ProviderCall, params: &Value) -> Reply {
        match asset_params(params, self.dapp.networks.active) {
            Ok(Ask::WatchItem(item)) => {
                // An item is the account's, and a site that may not see the account may not find that out.
                let refusal = self
                    .connected(call)
                    .err()
                    .or_else(|| self.refuse_here(call, &Ask::WatchItem(item.clone())));
                if let Some(refusal) = refusal {
                    return Some(Err(refusal));
                }
                self.check_item(cx, call, item);
                None
            }
            Ok(ask) => self.ask_here(cx, call, ask),
            Err(error) => Some(Err(error)),
        }
    }

    /// Asks the owner for something that concerns this device alone.
    pub(in super::super) fn ask_here(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        ask: Ask,
    ) -> Reply {
        if let Some(refusal) = self.refuse_here(call, &ask) {
            return Some(Err(refusal));
        }
        let source = Source::Page { origin: call.origin.clone(), id: call.id.clone() };
        self.journal(cx, source, ask, Some(call.client), None);
        None
    }

    /// One prompt about networks at a time for each origin.
    fn refuse_here(&self, call: &ProviderCall, ask: &Ask) -> Option<ProviderError> {
        let about_networks = |ask: &Ask| matches!(ask, Ask::AddNetwork(_) | Ask::SwitchNetwork { .. });
        let pending = self.dapp.requests.iter().any(|entry| {
            matches!(&entry.source, Source::Page { origin, .. } if *origin == call.origin)
                && about_networks(&entry.ask)
        });
        if pending && about_networks(ask) {
            return Some(error::pending());
        }
        self.too_many(call).then(error::limit)
    }
}

fn first(params: &Value) -> Result<&Map<String, Value>, ProviderError> {
    params
        .as_array()
        .and_then(|list| list.first())
        .and_then(Value::as_object)
        .ok_or_else(|| error::invalid("Expected a single object as the first parameter."))
}

/// `0x` and lower-case or upper-case digits without padding, at most 2^52 (so that it is exact in JavaScript).
fn chain_id(object: &Map<String, Value>) -> Result<u64, ProviderError> {
    let bad = || error::invalid("Expected 0x-prefixed, unpadded, non-zero hexadecimal string 'chainId'.");
    let text = object.get("chainId").and_then(Value::as_str).ok_or_else(bad)?;
    let number = quantity::number_u64(&Value::String(text.to_owned())).map_err(|_| bad())?;
    let unpadded = !text.starts_with("0x0");
    if number == 0 || !unpadded || number > MAX_CHAIN_ID { Err(bad()) } else { Ok(number) }
}

fn switch_params(params: &Value) -> Result<u64, ProviderError> {
    let object = first(params)?;
    if object.keys().any(|key| key != "chainId") {
        return Err(error::invalid("Received unexpected keys on object parameter."));
    }
    chain_id(object)
}

fn add_params(params: &Value) -> Result<Network, ProviderError> {
    let object = first(params)?;
    let chain_id = chain_id(object)?;
    let text =
        |value: Option<&Value>| value.and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned();
    let name = text(object.get("chainName"));
    if name.is_empty() {
        return Err(error::invalid("Expected non-empty string 'chainName'."));
    }
    let urls = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Some(_) => Err(error::invalid(&format!("Expected null or array '{key}'."))),
    };
    let rpc_urls: Vec<String> = urls("rpcUrls")?;
    let rpc_url = rpc_urls.into_iter().find(|url| check_rpc_url(url).is_ok()).ok_or_else(|| {
        error::invalid("Expected an array 'rpcUrls' with at least one https (or loopback http) URL.")
    })?;
    let explorer = urls("blockExplorerUrls")?.into_iter().next().unwrap_or_default();
    let currency = object.get("nativeCurrency").and_then(Value::as_object);
    let currency = currency.ok_or_else(|| error::invalid("Expected object 'nativeCurrency'."))?;
    let symbol = text(currency.get("symbol"));
    if symbol.is_empty() || symbol.chars().count() > MAX_SYMBOL {
        return Err(error::invalid("Expected a 'nativeCurrency.symbol' of 1 to 11 characters."));
    }
    if currency.get("decimals").and_then(Value::as_u64) != Some(18) {
        return Err(error::invalid("Expected the number 18 for 'nativeCurrency.decimals'."));
    }
    let coin = Some(text(currency.get("name"))).filter(|name| !name.is_empty()).unwrap_or(symbol.clone());
    Ok(networks::build(chain_id, &name, &coin, &symbol, &explorer, rpc_url))
}

fn asset_params(params: &Value, chain_id: u64) -> Result<Ask, ProviderError> {
    // EIP-747 gives an object; some libraries wrap it in a list
    let object = params.as_object().or_else(|| params.as_array()?.first()?.as_object());
    let object = object.ok_or_else(|| error::invalid("Expected an object with 'type' and 'options'."))?;
    let options = object.get("options").and_then(Value::as_object);
    let options = options.ok_or_else(|| error::invalid("Expected an object 'options'."))?;
    match object.get("type").and_then(Value::as_str) {
        Some("ERC20") => token_params(options, chain_id),
        Some("ERC721") => item_params(options, chain_id, false),
        Some("ERC1155") => item_params(options, chain_id, true),
        _ => Err(error::invalid("Only assets of type 'ERC20', 'ERC721' and 'ERC1155' can be watched.")),
    }
}

fn item_params(options: &Map<String, Value>, chain_id: u64, many: bool) -> Result<Ask, ProviderError> {
    let contract =
        options.get("address").and_then(Value::as_str).and_then(|text| address::parse_any_case(text).ok());
    let contract = contract.ok_or_else(|| error::invalid("'options.address' is not an address."))?;
    let number = match options.get("tokenId") {
        Some(Value::String(text)) if text.len() <= MAX_ITEM && text.bytes().all(|c| c.is_ascii_digit()) => {
            U256::from_str_radix(text, 10).ok().filter(|_| !text.is_empty())
        }
        Some(Value::Number(number)) => number.as_u64().map(U256::from),
        _ => None,
    };
    let number = number.ok_or_else(|| error::invalid("Expected a decimal 'options.tokenId'."))?;
    Ok(Ask::WatchItem(Item { chain_id, contract, number: number.to_be_bytes(), many }))
}

fn token_params(options: &Map<String, Value>, chain_id: u64) -> Result<Ask, ProviderError> {
    let token = options.get("address").and_then(Value::as_str);
    let token = token.and_then(|text| address::parse_any_case(text).ok());
    let token = token.ok_or_else(|| error::invalid("'options.address' is not an address."))?;
    let symbol = options.get("symbol").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if symbol.is_empty() || symbol.chars().count() > MAX_SYMBOL {
        return Err(error::invalid("Expected an 'options.symbol' of 1 to 11 characters."));
    }
    let decimals = match options.get("decimals") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
        None => None,
    };
    let decimals = decimals.and_then(|number| u8::try_from(number).ok()).filter(|number| *number <= 36);
    let decimals = decimals.ok_or_else(|| error::invalid("Expected 'options.decimals' between 0 and 36."))?;
    Ok(Ask::WatchToken { chain_id, token, symbol: symbolon_chain::text::inert_name(symbol), decimals })
}

/// Digits of the largest item number, 2^256.
const MAX_ITEM: usize = 78;
/// Largest chain id whose double and more is still exact in JavaScript.
const MAX_CHAIN_ID: u64 = 4_503_599_627_370_476;
const MAX_SYMBOL: usize = 11;
