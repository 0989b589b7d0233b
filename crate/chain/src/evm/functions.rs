//! Functions that are known by their selector alone: their arguments can be named, on any contract.
//!
//! A selector says how the data is laid out, not what the contract does with it.

mod table;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::abi::{self, Layout};
use super::fragment::Fragment;
use crate::intent::Function;

/// A function with its arguments, and how they are laid out.
pub(crate) struct Decoded {
    pub(crate) function: Function,
    pub(crate) layout: Layout,
}

/// Decodes call data whose function is in the table; `None` if it is not, or the data does not fit.
pub(crate) fn decode(selector: [u8; 4], arguments: &[u8]) -> Option<Decoded> {
    apply(index().get(&selector)?, arguments)
}

/// Decodes call data of a function.
pub(crate) fn apply(fragment: &Fragment, arguments: &[u8]) -> Option<Decoded> {
    let decoded = abi::decode(&fragment.parameters, arguments)?;
    let function = Function { signature: fragment.signature.clone(), arguments: decoded.rows };
    Some(Decoded { function, layout: decoded.layout })
}

fn index() -> &'static BTreeMap<[u8; 4], Fragment> {
    static INDEX: OnceLock<BTreeMap<[u8; 4], Fragment>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let fragments = table::FUNCTIONS.iter().filter_map(|text| Fragment::parse(text));
        fragments.map(|fragment| (fragment.selector(), fragment)).collect()
    })
}

#[cfg(test)]
mod tests;
