//! Tokens that the wallet vouches for: those with most users, by chain and contract.
//!
//! Short on purpose. A token that is not here is shown by what its contract says of itself, and is said to be unlisted;
//! a contract that says something else than this list is flagged.

use std::sync::OnceLock;

use alloy_primitives::Address;

use crate::context::{TokenInfo, TokenStandard};
use crate::evm::address;

/// Chain id (EIP-155), contract (EIP-55), symbol, decimals.
const TOKENS: &[(u64, &str, &str, u8)] = &[
    (1, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDC", 6),
    (1, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "USDT", 6),
    (1, "0x6B175474E89094C44Da98b954EedeAC495271d0F", "DAI", 18),
    (1, "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", "WETH", 18),
    (1, "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599", "WBTC", 8),
    (1, "0x514910771AF9Ca656af840dff83E8264EcF986CA", "LINK", 18),
    (1, "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984", "UNI", 18),
    (1, "0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9", "AAVE", 18),
    (1, "0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84", "stETH", 18),
    (1, "0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0", "wstETH", 18),
    (10, "0x4200000000000000000000000000000000000006", "WETH", 18),
    (10, "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "USDC", 6),
    (10, "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58", "USDT", 6),
    (10, "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", "DAI", 18),
    (137, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", "USDC", 6),
    (137, "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", "USDT", 6),
    (8453, "0x4200000000000000000000000000000000000006", "WETH", 18),
    (8453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USDC", 6),
    (42161, "0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "WETH", 18),
    (42161, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "USDC", 6),
    (42161, "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9", "USDT", 6),
    (42161, "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", "DAI", 18),
];

/// The list with its addresses read, once: every card asks for it.
fn listed() -> &'static [(u64, Address, TokenInfo)] {
    static LISTED: OnceLock<Vec<(u64, Address, TokenInfo)>> = OnceLock::new();
    LISTED.get_or_init(|| {
        let read = |(chain, contract, symbol, decimals): &(u64, &str, &str, u8)| {
            let info = TokenInfo {
                standard: TokenStandard::Erc20,
                symbol: (*symbol).to_owned(),
                decimals: *decimals,
                vouched: true,
            };
            Some((*chain, address::parse_any_case(contract).ok()?, info))
        };
        TOKENS.iter().filter_map(read).collect()
    })
}

/// The tokens of a chain.
pub fn of_chain(chain_id: u64) -> impl Iterator<Item = (Address, TokenInfo)> {
    let of_it = listed().iter().filter(move |(chain, ..)| *chain == chain_id);
    of_it.map(|(_, contract, info)| (*contract, info.clone()))
}

/// A token of a chain.
#[must_use]
pub fn find(chain_id: u64, contract: &Address) -> Option<TokenInfo> {
    of_chain(chain_id).find(|(address, _)| address == contract).map(|(_, info)| info)
}

/// Whether a symbol is one of these tokens' on the chain, in whatever case, and `contract` is another token.
#[must_use]
pub fn is_impostor(chain_id: u64, contract: &Address, symbol: &str) -> bool {
    let is_taken = of_chain(chain_id).any(|(_, info)| info.symbol.eq_ignore_ascii_case(symbol.trim()));
    is_taken && find(chain_id, contract).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_its_checksum() {
        for (chain, contract, ..) in TOKENS {
            let parsed = address::parse_any_case(contract).unwrap();
            assert_eq!(address::checksummed(&parsed), *contract, "chain {chain}");
            assert_eq!(of_chain(*chain).filter(|(address, _)| *address == parsed).count(), 1);
        }
    }

    #[test]
    fn another_contract_by_a_listed_name_is_an_impostor() {
        let other = Address::repeat_byte(7);
        assert!(is_impostor(1, &other, " usdc"));
        assert!(!is_impostor(1, &other, "USDCx"));
        let (usdc, info) = of_chain(1).next().unwrap();
        assert!(!is_impostor(1, &usdc, &info.symbol));
        assert!(!is_impostor(5, &other, "USDC"), "a chain without a list has no names to steal");
    }
}
