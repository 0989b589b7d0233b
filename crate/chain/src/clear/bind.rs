//! Whether a descriptor is about a request.

use alloy_primitives::Address;

use super::descriptor::{Binding, Descriptor};
use super::format;
use crate::evm::typed::{TypedData, find};
use crate::intent::Value;

impl Descriptor {
    /// The contracts that it is bound to, by chain and address. For messages, those that verify them.
    #[must_use]
    pub fn places(&self) -> &[(u64, Address)] {
        match &self.binding {
            Binding::Contract(deployments) | Binding::Message { deployments, .. } => deployments,
        }
    }

    pub(super) fn is_for_contract(&self, chain_id: u64, contract: Address) -> bool {
        matches!(&self.binding, Binding::Contract(places) if places.contains(&(chain_id, contract)))
    }

    /// Whether a message's domain has everything that the descriptor asks of it.
    pub(super) fn is_for_message(&self, typed: &TypedData, chain_id: u64) -> bool {
        let Binding::Message { deployments, domain, separator } = &self.binding else { return false };
        // what is bound to no chain or no contract is good anywhere, and no descriptor can say what it does there
        let Some(contract) = typed.verifying_contract.filter(|_| typed.bound_to_chain) else { return false };
        if !deployments.is_empty() && !deployments.contains(&(chain_id, contract)) {
            return false;
        }
        if separator.is_some_and(|separator| separator != typed.domain_separator) {
            return false;
        }
        domain.iter().all(|(key, json)| match find(&typed.domain, key) {
            Some(Value::Address(address)) => format::same(&Value::Address(*address), json),
            Some(value) => format::same(value, json),
            None => false,
        })
    }
}
