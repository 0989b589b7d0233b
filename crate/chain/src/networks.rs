//! The networks that the wallet knows from the start.
//!
//! The nodes are public ones, open to anyone; the owner may put others in their place. A node sees the account's
//! addresses and the device's IP address.

use serde::{Deserialize, Serialize};

use crate::context::Currency;

/// An EVM network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// What people call it; rendered inert if it comes from a page.
    pub name: String,
    /// Its own coin.
    pub currency: Currency,
    /// JSON-RPC endpoints, the first one first.
    pub rpc_urls: Vec<String>,
    /// Web page of a block explorer, without a slash at the end.
    pub explorer_url: Option<String>,
    /// Whether its coin is worth nothing by design.
    pub testnet: bool,
    /// Whether publishing to a parent chain costs a fee of its own, beside gas (OP-stack rollups).
    pub l1_fee: bool,
}

/// Why a network's settings are not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNetwork {
    /// Neither https, nor http on this machine.
    #[error("an endpoint must start with https://, or be on this machine")]
    Url,
}

impl Network {
    /// The explorer's page on a transaction.
    #[must_use]
    pub fn transaction_url(&self, hash: &str) -> Option<String> {
        self.explorer_url.as_ref().map(|base| format!("{base}/tx/{hash}"))
    }

    /// The explorer's page on an address.
    #[must_use]
    pub fn address_url(&self, address: &str) -> Option<String> {
        self.explorer_url.as_ref().map(|base| format!("{base}/address/{address}"))
    }
}

/// The networks that the wallet knows from the start, mainnet first, the testnet last.
#[must_use]
pub fn defaults() -> Vec<Network> {
    BUILT_IN
        .iter()
        .map(|network| Network {
            chain_id: network.chain_id,
            name: network.name.to_owned(),
            currency: Currency {
                name: network.coin.0.to_owned(),
                symbol: network.coin.1.to_owned(),
                decimals: 18,
            },
            rpc_urls: network.rpc_urls.iter().map(|url| (*url).to_owned()).collect(),
            explorer_url: Some(network.explorer_url.to_owned()),
            testnet: network.testnet,
            l1_fee: network.l1_fee,
        })
        .collect()
}

/// Checks an endpoint that a page or the owner names: https, or http on this machine only.
///
/// # Errors
/// [`BadNetwork::Url`].
pub fn check_rpc_url(url: &str) -> Result<(), BadNetwork> {
    let (scheme, rest) = url.split_once("://").ok_or(BadNetwork::Url)?;
    if rest.len() > MAX_URL || !rest.bytes().all(|c| c.is_ascii_graphic()) || rest.contains('\\') {
        return Err(BadNetwork::Url);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // credentials before an @ make a host look like another
    if authority.is_empty() || authority.contains('@') {
        return Err(BadNetwork::Url);
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
        _ => authority,
    };
    if host.is_empty() {
        return Err(BadNetwork::Url);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(()),
        "http" if ["localhost", "127.0.0.1", "[::1]"].contains(&host.to_ascii_lowercase().as_str()) => Ok(()),
        _ => Err(BadNetwork::Url),
    }
}

struct BuiltIn {
    chain_id: u64,
    name: &'static str,
    coin: (&'static str, &'static str),
    rpc_urls: &'static [&'static str],
    explorer_url: &'static str,
    testnet: bool,
    l1_fee: bool,
}

const ETHER: (&str, &str) = ("Ether", "ETH");
const MAX_URL: usize = 2048;

const BUILT_IN: [BuiltIn; 9] = [
    BuiltIn {
        chain_id: 1,
        name: "Ethereum",
        coin: ETHER,
        rpc_urls: &["https://ethereum-rpc.publicnode.com", "https://eth.drpc.org"],
        explorer_url: "https://etherscan.io",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 42161,
        name: "Arbitrum One",
        coin: ETHER,
        rpc_urls: &["https://arb1.arbitrum.io/rpc", "https://arbitrum-one-rpc.publicnode.com"],
        explorer_url: "https://arbiscan.io",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 8453,
        name: "Base",
        coin: ETHER,
        rpc_urls: &["https://mainnet.base.org", "https://base-rpc.publicnode.com"],
        explorer_url: "https://basescan.org",
        testnet: false,
        l1_fee: true,
    },
    BuiltIn {
        chain_id: 10,
        name: "OP Mainnet",
        coin: ETHER,
        rpc_urls: &["https://mainnet.optimism.io", "https://optimism-rpc.publicnode.com"],
        explorer_url: "https://optimistic.etherscan.io",
        testnet: false,
        l1_fee: true,
    },
    BuiltIn {
        chain_id: 59144,
        name: "Linea",
        coin: ETHER,
        rpc_urls: &["https://rpc.linea.build", "https://linea-rpc.publicnode.com"],
        explorer_url: "https://lineascan.build",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 324,
        name: "zkSync Era",
        coin: ETHER,
        rpc_urls: &["https://mainnet.era.zksync.io"],
        explorer_url: "https://explorer.zksync.io",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 137,
        name: "Polygon",
        coin: ("POL", "POL"),
        rpc_urls: &["https://polygon-bor-rpc.publicnode.com", "https://polygon-rpc.com"],
        explorer_url: "https://polygonscan.com",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 56,
        name: "BNB Smart Chain",
        coin: ("BNB", "BNB"),
        rpc_urls: &["https://bsc-dataseed.bnbchain.org", "https://bsc-rpc.publicnode.com"],
        explorer_url: "https://bscscan.com",
        testnet: false,
        l1_fee: false,
    },
    BuiltIn {
        chain_id: 11155111,
        name: "Sepolia",
        coin: ("Sepolia Ether", "ETH"),
        rpc_urls: &["https://ethereum-sepolia-rpc.publicnode.com", "https://sepolia.drpc.org"],
        explorer_url: "https://sepolia.etherscan.io",
        testnet: true,
        l1_fee: false,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_defaults_have_different_chain_ids_and_endpoints_that_are_accepted() {
        let defaults = defaults();
        let ids: BTreeSet<u64> = defaults.iter().map(|network| network.chain_id).collect();
        assert_eq!(ids.len(), defaults.len());
        assert_eq!(defaults[0].chain_id, 1);
        for network in &defaults {
            assert!(!network.rpc_urls.is_empty());
            for url in &network.rpc_urls {
                assert_eq!(check_rpc_url(url), Ok(()), "{url}");
            }
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (url, ok) in [
            ("https://rpc.example", true),
            ("http://127.0.0.1:8545", true),
            ("http://localhost:8545/path", true),
            ("http://[::1]:8545", true),
            ("http://rpc.example", false),
            ("http://127.0.0.1.evil.org", false),
            ("http://localhost@evil.org", false),
            ("http://evil.org/127.0.0.1", false),
            ("http://evil.org#localhost", false),
            ("https://", false),
            ("https://:8545", false),
            ("ftp://rpc.example", false),
            ("javascript:alert(1)", false),
            ("https://rpc example", false),
        ] {
            assert_eq!(check_rpc_url(url).is_ok(), ok, "{url}");
        }
    }
}
