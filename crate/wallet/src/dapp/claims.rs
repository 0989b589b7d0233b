//! What the asking device says that a request does, compared with what the request itself says (R14).
//!
//! Nothing is signed by a claim: every device reads the bytes for itself. But the owner decides on two screens, and a
//! device whose words differ from the bytes is broken, of another version, or lies; the other one says in what.

use symbolon_chain::evm::address;
use symbolon_chain::evm::tx::UnsignedTransaction;
use symbolon_chain::request::EvmSubject;
use symbolon_chain::{Context, Request, text};

use super::card::headline;
use crate::messages;
use crate::request::Claims;

/// What the bytes say, without any name that only one device knows.
pub(super) fn of(body: &Request, path: &str) -> Claims {
    let Request::Evm(request) = body;
    let transaction = match &request.subject {
        EvmSubject::Transaction(payload) => UnsignedTransaction::decode(payload).ok(),
        EvmSubject::PersonalMessage(_) | EvmSubject::TypedData { .. } => None,
    };
    let intent = symbolon_chain::decode(body, &Context::default()).ok();
    Claims {
        account: address::checksummed(&request.account),
        amount: transaction.as_ref().map(|it| format!("{} wei", it.value)).unwrap_or_default(),
        chain: request.chain_id.to_string(),
        fee: transaction.as_ref().map(|it| format!("{} wei at most", it.max_gas_cost())).unwrap_or_default(),
        path: path.to_owned(),
        summary: intent.as_ref().map(headline::of).unwrap_or_default(),
        to: transaction.and_then(|it| it.to).map(|to| address::checksummed(&to)).unwrap_or_default(),
    }
}

/// The sentence that says in what a claim differs from the bytes; nothing if it does not.
///
/// The summary is compared between devices of one version only: a newer one may know more kinds of requests.
pub(super) fn contradiction(
    claimed: &Claims,
    read: &Claims,
    device: &str,
    same_version: bool,
) -> Option<String> {
    let facts = [
        ("the account", &claimed.account, &read.account, true),
        ("the derivation path", &claimed.path, &read.path, true),
        ("the network's number", &claimed.chain, &read.chain, true),
        ("the recipient", &claimed.to, &read.to, true),
        ("the amount", &claimed.amount, &read.amount, true),
        ("the fee", &claimed.fee, &read.fee, true),
        ("the summary", &claimed.summary, &read.summary, same_version),
    ];
    let (what, claimed, read, _) =
        facts.into_iter().find(|(_, claimed, read, is_compared)| *is_compared && claimed != read)?;
    Some(messages::refuse_contradiction(device, what, &shown(claimed), &shown(read)))
}

/// A stranger's words, made harmless and short.
fn shown(words: &str) -> String {
    match text::inert(words).chars().take(MAX_WORDS).collect::<String>() {
        words if words.is_empty() => "nothing".to_owned(),
        words => words,
    }
}

const MAX_WORDS: usize = 120;
