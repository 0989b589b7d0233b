//! Errors as pages know them (EIP-1193, EIP-1474, EIP-3326).

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
