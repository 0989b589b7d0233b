//! Errors as pages know them (EIP-1193, EIP-1474, EIP-3326, EIP-5792).

use serde_json::json;

use crate::effect::ProviderError;
use crate::messages;

fn error(code: i64, message: &str) -> ProviderError {
    ProviderError { code, message: message.to_owned(), data: None }
}

/// 4001: the owner, another device or a policy said no, or nobody decided. `data.cause` tells which.
pub(crate) fn rejected(message: &str) -> ProviderError {
    let cause = match message {
        messages::PAGE_REJECTED => "rejected",
        messages::PAGE_EXPIRED => "expired",
        messages::PAGE_MUTED => "muted",
        _ => "device",
    };
    ProviderError {
        code: 4001,
        message: message.to_owned(),
        data: Some(json!({ "cause": cause }).to_string()),
    }
}

/// 4100.
pub(crate) fn unauthorized() -> ProviderError {
    error(4100, messages::PAGE_UNAUTHORIZED)
}

/// 4901.
pub(crate) fn chain_down() -> ProviderError {
    error(4901, messages::PAGE_CHAIN_DOWN)
}

/// 4902.
pub(crate) fn unknown_chain() -> ProviderError {
    error(4902, messages::PAGE_UNKNOWN_CHAIN)
}

/// 5700 (EIP-5792): a capability that the page cannot do without is not there.
pub(crate) fn unsupported_capability(name: &str) -> ProviderError {
    error(5700, &messages::unsupported_capability(name))
}

/// 5710 (EIP-5792).
pub(crate) fn unsupported_chain() -> ProviderError {
    error(5710, messages::PAGE_CALLS_CHAIN)
}

/// 5720 (EIP-5792).
pub(crate) fn duplicate_bundle() -> ProviderError {
    error(5720, messages::PAGE_CALLS_DUPLICATE)
}

/// 5730 (EIP-5792).
pub(crate) fn unknown_bundle() -> ProviderError {
    error(5730, messages::PAGE_CALLS_UNKNOWN)
}

/// 5740 (EIP-5792).
pub(crate) fn bundle_too_large() -> ProviderError {
    error(5740, messages::PAGE_CALLS_TOO_MANY)
}

/// 5760 (EIP-5792): accounts of this wallet cannot execute several calls as one.
pub(crate) fn not_atomic() -> ProviderError {
    error(5760, messages::PAGE_CALLS_ATOMIC)
}

/// -32002: a prompt of the same kind is open.
pub(crate) fn pending() -> ProviderError {
    error(-32002, messages::PAGE_PENDING)
}

/// -32004.
pub(crate) fn unsupported(message: &str) -> ProviderError {
    error(-32004, message)
}

/// -32005.
pub(crate) fn limit() -> ProviderError {
    error(-32005, messages::PAGE_LIMIT)
}

/// -32601.
pub(crate) fn unknown_method(method: &str) -> ProviderError {
    error(-32601, &messages::unknown_method(method))
}

/// -32602.
pub(crate) fn invalid(message: &str) -> ProviderError {
    error(-32602, message)
}

/// -32603.
pub(crate) fn internal(message: &str) -> ProviderError {
    error(-32603, message)
}
