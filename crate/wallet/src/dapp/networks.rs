//! Networks: those that ship, those that were added, and which one is active.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use symbolon_chain::context::Currency;
use symbolon_chain::networks::{Network, check_rpc_url, defaults};
use symbolon_chain::text;

use super::record;
use super::rpc::Purpose;
use crate::context::Context;
use crate::event::EffectId;
use crate::messages;
use crate::request::NetworkHint;
use crate::view::NetworkView;
use crate::wallet::Wallet;

/// Networks of this wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Networks {
    /// Chain id of the active one.
    pub active: u64,
    /// Those that the owner or a site added; one with the chain id of a shipped network takes its place.
    custom: Vec<Network>,
    /// Whether each answered last time.
    #[serde(skip)]
    pub reachable: BTreeMap<u64, bool>,
}

impl Default for Networks {
    fn default() -> Self {
        Self { active: 1, custom: Vec::new(), reachable: BTreeMap::new() }
    }
}

impl Networks {
    pub(crate) fn find(&self, chain_id: u64) -> Option<Network> {
        let is_it = |network: &&Network| network.chain_id == chain_id;
        self.custom.iter().find(is_it).cloned().or_else(|| defaults().iter().find(is_it).cloned())
    }

    pub(crate) fn is_custom(&self, chain_id: u64) -> bool {
        self.custom.iter().any(|network| network.chain_id == chain_id)
    }

    /// Shipped ones first, in their order; replaced ones in place.
    pub(crate) fn all(&self) -> Vec<Network> {
        let shipped = defaults();
        let added = self
            .custom
            .iter()
            .filter(|one| !shipped.iter().any(|other| other.chain_id == one.chain_id))
            .cloned();
        let shipped = shipped.iter().filter_map(|network| self.find(network.chain_id));
        shipped.chain(added).collect()
    }

    pub(crate) fn add(&mut self, network: Network) {
        self.custom.retain(|one| one.chain_id != network.chain_id);
        self.custom.push(network);
    }

    fn remove(&mut self, chain_id: u64) {
        self.custom.retain(|one| one.chain_id != chain_id);
        self.reachable.remove(&chain_id);
    }

    pub(crate) fn views(&self) -> Vec<NetworkView> {
        let view = |network: Network| NetworkView {
            chain_id: network.chain_id,
            custom: self.is_custom(network.chain_id),
            explorer_url: network.explorer_url.unwrap_or_default(),
            name: network.name,
            reachable: self.reachable.get(&network.chain_id).copied(),
            rpc_url: network.rpc_urls.into_iter().next().unwrap_or_default(),
            symbol: network.currency.symbol,
            testnet: network.testnet,
        };
        self.all().into_iter().map(view).collect()
    }
}

/// The endpoint that is asked.
pub(crate) fn endpoint(network: &Network) -> &str {
    network.rpc_urls.first().map_or("", String::as_str)
}

pub(crate) fn hint(network: &Network) -> NetworkHint {
    NetworkHint {
        chain_id: network.chain_id,
        name: network.name.clone(),
        rpc_url: endpoint(network).to_owned(),
        symbol: network.currency.symbol.clone(),
        explorer_url: network.explorer_url.clone().unwrap_or_default(),
    }
}

/// A network as another device names it: for reads and names only.
pub(crate) fn from_hint(hint: &NetworkHint) -> Network {
    let url_is_fine = check_rpc_url(&hint.rpc_url).is_ok();
    build(hint.chain_id, &hint.name, &hint.symbol, &hint.symbol, &hint.explorer_url, {
        if url_is_fine { hint.rpc_url.clone() } else { String::new() }
    })
}

/// A network from a stranger's words, rendered inert.
pub(crate) fn build(
    chain_id: u64,
    name: &str,
    currency: &str,
    symbol: &str,
    explorer_url: &str,
    rpc_url: String,
) -> Network {
    // an explorer is only ever a link, but a link may be anything
    let explorer = check_rpc_url(explorer_url).is_ok().then(|| explorer_url.trim_end_matches('/').to_owned());
    Network {
        chain_id,
        name: text::inert_name(name),
        currency: Currency {
            name: text::inert_name(currency),
            symbol: text::inert_name(symbol),
            decimals: 18,
        },
        rpc_urls: vec![rpc_url],
        explorer_url: explorer,
        testnet: false,
        l1_fee: false,
    }
}

/// A new network on its way in: its RPC is asked for its chain id first.
#[derive(Debug)]
pub(crate) enum Applicant {
    /// The owner's own command.
    Owner { reply: EffectId },
    /// A page's `wallet_addEthereumChain`.
    Page(crate::event::ProviderCall),
}

impl Wallet {
    pub(super) fn active_network(&self) -> Network {
        self.dapp.networks.find(self.dapp.networks.active).unwrap_or_else(|| {
            // the active network always exists: removing it activates another
            build(self.dapp.networks.active, "", "", "", "", String::new())
        })
    }

    /// Asks the RPC of a network to be added for its chain id.
    pub(super) fn check_network(&mut self, cx: &mut Context<'_>, network: Network, applicant: Applicant) {
        let query = symbolon_chain::rpc::chain_id();
        let url = endpoint(&network).to_owned();
        self.ask_url(cx, &url, &query.body(1), Purpose::CheckNetwork(Box::new((network, applicant)), query));
    }

    pub(super) fn add_network_command(
        &mut self,
        cx: &mut Context<'_>,
        reply: EffectId,
        network: Network,
    ) -> Result<(), (&'static str, String)> {
        if check_rpc_url(endpoint(&network)).is_err() {
            return Err(("network/url", messages::NETWORK_URL.to_owned()));
        }
        if network.chain_id == 0
            || network.name.trim().is_empty()
            || network.currency.symbol.trim().is_empty()
        {
            return Err(("network/name", messages::NETWORK_NAME.to_owned()));
        }
        self.check_network(cx, network, Applicant::Owner { reply });
        Ok(())
    }

    pub(super) fn remove_network(
        &mut self,
        cx: &mut Context<'_>,
        chain_id: u64,
    ) -> Result<(), (&'static str, String)> {
        if !self.dapp.networks.is_custom(chain_id) {
            return Err(("network/shipped", messages::NETWORK_SHIPPED.to_owned()));
        }
        if self.dapp.requests.iter().any(|entry| entry.chain_id() == Some(chain_id)) {
            return Err(("network/in-use", messages::NETWORK_IN_USE.to_owned()));
        }
        self.dapp.networks.remove(chain_id);
        self.store_networks(cx);
        if self.dapp.networks.find(self.dapp.networks.active).is_none() {
            self.activate_network(cx, 1);
        }
        cx.view_changed();
        Ok(())
    }

    pub(super) fn keep_network(&mut self, cx: &mut Context<'_>, network: Network) {
        self.dapp.networks.reachable.insert(network.chain_id, true);
        self.dapp.networks.add(network);
        self.store_networks(cx);
        cx.view_changed();
    }

    /// Makes a network the active one: state first, then events, so that a page that hears of it asks in vain
    /// for nothing old.
    pub(super) fn activate_network(&mut self, cx: &mut Context<'_>, chain_id: u64) {
        if self.dapp.networks.active == chain_id {
            return;
        }
        self.dapp.networks.active = chain_id;
        self.store_networks(cx);
        self.end_subscriptions(cx);
        cx.emit(None, "chainChanged", format!("\"{chain_id:#x}\""));
        cx.emit(None, "networkChanged", format!("\"{chain_id}\""));
        self.refresh_balances(cx);
        cx.view_changed();
    }

    pub(super) fn store_networks(&self, cx: &mut Context<'_>) {
        cx.store(record::put(record::NETWORKS, &self.dapp.networks));
    }
}
