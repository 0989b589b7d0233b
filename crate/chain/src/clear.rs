//! Clear signing with descriptors (ERC-7730, schema versions 1 and 2).
//!
//! A descriptor says in words what a function of one contract, or a message for it, does. It names things; it decides
//! nothing: what is judged and signed is read from the bytes alone, and stays beside it on the card. A descriptor is
//! used whole or not at all: one that has anything this engine does not know is unusable, and one whose fields cannot
//! all be shown for a request is not used for that request.
//!
//! Nothing here asks a network. Descriptors that can only be bound by asking one (factories, schemas behind an address)
//! are unusable, and counted as such.

mod apply;
mod bind;
pub mod descriptor;
mod field;
mod format;
mod json;
mod library;
mod merge;
pub mod pack;
mod path;
mod sentence;
#[cfg(test)]
mod tests;

use alloy_primitives::{Address, U256};

use crate::context::Context;
use crate::evm::typed::TypedData;
use crate::evm::{Fragment, nested};
use crate::intent::Clear;
use crate::request::EvmRequest;

pub use descriptor::{BadDescriptor, Descriptor};
pub use library::{Library, bundled};
pub use merge::merge;
pub use pack::{BadPack, Pack};

/// What stands around the data that a descriptor is about: the transaction or message, as the descriptor may ask for it
/// (ERC-7730, "Container structure values").
pub(crate) struct Container<'a> {
    pub(crate) chain_id: u64,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) context: &'a Context,
}

/// What a descriptor says of a request, and what else it names.
pub(crate) struct Described<'a> {
    pub(crate) clear: Clear,
    /// The function as the descriptor writes it; of no meaning for a message.
    pub(crate) fragment: &'a Fragment,
    /// Calls that it says are carried along.
    pub(crate) embedded: Vec<nested::Call>,
    /// Tokens whose facts are used, or would be if they were known.
    pub(crate) tokens: Vec<(u64, Address)>,
}

/// What a descriptor of this very contract says of a call.
pub(crate) fn call<'a>(container: &Container<'a>, data: &[u8]) -> Option<Described<'a>> {
    let libraries = [Some(bundled()), container.context.descriptors.as_deref()];
    libraries.into_iter().flatten().find_map(|library| library.call(container, data))
}

/// What a descriptor of this very domain says of a message.
pub(crate) fn message<'a>(
    typed: &TypedData,
    request: &EvmRequest,
    context: &'a Context,
) -> Option<Described<'a>> {
    let libraries = [Some(bundled()), context.descriptors.as_deref()];
    libraries.into_iter().flatten().find_map(|library| library.message(typed, request, context))
}
