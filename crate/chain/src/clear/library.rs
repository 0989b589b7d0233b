//! Many descriptors, found by the contract they are about.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use alloy_primitives::Address;
use serde_json::Value as Json;

use super::apply::apply;
use super::descriptor::{Binding, Descriptor};
use super::{BadDescriptor, Container, Described};
use crate::context::Context;
use crate::evm::{self, typed::TypedData};
use crate::request::EvmRequest;

/// Descriptors that are usable, in order: the first that fits is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    descriptors: Vec<Descriptor>,
    /// Positions by chain and contract.
    places: BTreeMap<(u64, Address), Vec<usize>>,
    /// Positions of those that are bound by their domain alone.
    domains: Vec<usize>,
}

impl Library {
    /// A library of descriptors.
    #[must_use]
    pub fn new(descriptors: Vec<Descriptor>) -> Self {
        let mut library = Self::default();
        for (index, descriptor) in descriptors.iter().enumerate() {
            if descriptor.places().is_empty() {
                library.domains.push(index);
            }
            for place in descriptor.places() {
                library.places.entry(*place).or_default().push(index);
            }
        }
        library.descriptors = descriptors;
        library
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.descriptors.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.descriptors.is_empty()
    }

    pub(super) fn call(&self, container: &Container<'_>, data: &[u8]) -> Option<Described<'_>> {
        let (selector, arguments) = data.split_first_chunk::<4>()?;
        let places = self.places.get(&(container.chain_id, container.to))?;
        let descriptors = places.iter().filter_map(|index| self.descriptors.get(*index));
        for descriptor in descriptors.filter(|it| it.is_for_contract(container.chain_id, container.to)) {
            let format = descriptor.formats.iter().find(|format| format.fragment.selector() == *selector);
            let described = format.and_then(|format| {
                let decoded = evm::apply(&format.fragment, arguments)?;
                apply(descriptor, format, &decoded.function.arguments, container)
            });
            if described.is_some() {
                return described;
            }
        }
        None
    }

    pub(super) fn message(
        &self,
        typed: &TypedData,
        request: &EvmRequest,
        context: &Context,
    ) -> Option<Described<'_>> {
        let to = typed.verifying_contract?;
        let chain_id = request.chain_id;
        let places = self.places.get(&(chain_id, to)).map(Vec::as_slice).unwrap_or_default();
        let value = alloy_primitives::U256::ZERO;
        let container = Container { chain_id, from: request.account, to, value, context };
        for index in places.iter().chain(&self.domains) {
            let Some(descriptor) = self.descriptors.get(*index) else { continue };
            if !matches!(descriptor.binding, Binding::Message { .. })
                || !descriptor.is_for_message(typed, chain_id)
            {
                continue;
            }
            let format = descriptor.formats.iter().find(|format| format.type_text == typed.type_text);
            let described = format.and_then(|format| apply(descriptor, format, &typed.message, &container));
            if described.is_some() {
                return described;
            }
        }
        None
    }
}

/// Parses descriptors of one text: a list of them, or one.
fn parse(text: &str) -> Vec<Result<Descriptor, BadDescriptor>> {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Array(items)) => items.iter().map(Descriptor::parse).collect(),
        Ok(one) => vec![Descriptor::parse(&one)],
        Err(_) => vec![Err(BadDescriptor::Shape)],
    }
}

/// The descriptors that come with the wallet.
#[must_use]
pub fn bundled() -> &'static Library {
    static BUNDLED: OnceLock<Library> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let descriptors = TEXTS.iter().flat_map(|text| parse(text)).filter_map(Result::ok);
        Library::new(descriptors.collect())
    })
}

/// Written for this wallet from the contracts' public interfaces; a test parses each.
const TEXTS: &[&str] = &[
    include_str!("bundled/0x-exchange-proxy.json"),
    include_str!("bundled/1inch-v5.json"),
    include_str!("bundled/1inch-v6.json"),
    include_str!("bundled/aave-v3.json"),
    include_str!("bundled/across.json"),
    include_str!("bundled/arbitrum-bridge.json"),
    include_str!("bundled/cow.json"),
    include_str!("bundled/lido.json"),
    include_str!("bundled/op-bridges.json"),
    include_str!("bundled/op-withdrawals.json"),
    include_str!("bundled/permit2.json"),
    include_str!("bundled/seaport.json"),
    include_str!("bundled/stargate.json"),
    include_str!("bundled/uniswap-v2-router.json"),
    include_str!("bundled/uniswap-v3-router-2.json"),
    include_str!("bundled/uniswap-v3-router.json"),
    include_str!("bundled/weth.json"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_descriptor_is_usable() {
        for text in TEXTS {
            for descriptor in parse(text) {
                assert!(descriptor.is_ok(), "{descriptor:?} in {text}");
            }
        }
    }
}
