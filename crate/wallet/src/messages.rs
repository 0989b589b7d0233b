//! The wallet's own sentences: everything that owners and pages read and that no stranger wrote.
//!
//! One catalogue, so that they can be read over, corrected and translated in one place. Each says what happened,
//! what is safe, and what to do next.

pub mod change;
mod fees;
mod lists;
mod nonces;
pub mod recovery;

use symbolon_chain::risk::Risk;
use symbolon_chain::{Address, evm::address};

use crate::event::FetchError;

pub use self::fees::*;
pub use self::lists::*;
pub use self::nonces::*;

/// The origin of requests that the owner makes on the wallet's own screens.
pub const THIS_WALLET: &str = "this wallet";

/// Reason with which the initiating device ends a request on its cosigners after it was signed.
pub const REASON_SIGNED: &str = "signed";
/// Reason given to cosigners when the owner said no.
pub const REASON_REJECTED: &str = "The owner said no on the other device.";
/// Reason given to cosigners when nobody decided in time.
pub const REASON_EXPIRED: &str = "It was not decided in time.";

/// Notice while the journal is broken.
pub const JOURNAL_BROKEN: &str = "The record of decisions on this device was changed outside of the wallet. Your funds \
     are safe, and the list under Activity may be wrong. Look at it there, and at the other devices.";

// What pages read.

/// EIP-1193 4001.
pub const PAGE_REJECTED: &str = "User rejected the request.";
/// EIP-1193 4001, because nobody decided.
pub const PAGE_EXPIRED: &str = "The request expired before it was decided. Nothing was signed.";
/// EIP-1193 4100.
pub const PAGE_UNAUTHORIZED: &str =
    "The requested account and/or method has not been authorized by the user.";
/// EIP-1193 4901.
pub const PAGE_CHAIN_DOWN: &str = "The network cannot be reached. Nothing was signed or sent.";
/// EIP-3326 4902.
pub const PAGE_UNKNOWN_CHAIN: &str =
    "Unrecognized chain ID. Try adding the chain using wallet_addEthereumChain first.";
/// JSON-RPC -32002 for a second connect or network prompt.
pub const PAGE_PENDING: &str = "Request of this kind already pending for this origin. Please wait.";
/// JSON-RPC -32005.
pub const PAGE_LIMIT: &str = "Too many requests are waiting. Decide or reject some of them first.";
/// JSON-RPC -32603 while stored data cannot be used.
pub const PAGE_UNUSABLE: &str = "The wallet's stored data cannot be used on this device.";
/// JSON-RPC -32603 where the request could not be saved.
pub const PAGE_NOT_SAVED: &str = "The wallet could not save the request. Nothing was signed.";
/// JSON-RPC -32004 for methods that need a private key in one place.
pub const PAGE_NO_SINGLE_KEY: &str =
    "This method needs a private key in one place; this wallet's key never is in one place.";
/// JSON-RPC -32004 for `eth_signTransaction`.
pub const PAGE_SIGN_ONLY: &str = "This wallet signs transactions only to send them; use eth_sendTransaction.";

/// EIP-1193 4001, because the owner muted the site.
pub const PAGE_MUTED: &str = "The user has muted this site.";
/// EIP-5792 5710.
pub const PAGE_CALLS_CHAIN: &str = "The wallet does not know this chain.";
/// EIP-5792 5720.
pub const PAGE_CALLS_DUPLICATE: &str = "There is already a bundle submitted with this id.";
/// EIP-5792 5730.
pub const PAGE_CALLS_UNKNOWN: &str = "This bundle id is unknown or has not been submitted.";
/// EIP-5792 5740.
pub const PAGE_CALLS_TOO_MANY: &str = "The bundle has more calls than the wallet takes at once.";
/// EIP-5792 5760.
pub const PAGE_CALLS_ATOMIC: &str =
    "The wallet sends calls one after another; it cannot execute them as one. Set atomicRequired to false.";
/// -32602: the item is not the account's (EIP-747).
pub const PAGE_ITEM_NOT_OWNED: &str = "The item is not owned by the selected account.";

/// EIP-5792 5700.
#[must_use]
pub fn unsupported_capability(name: &str) -> String {
    let shown: String = name.chars().take(100).collect();
    format!("The wallet does not support the non-optional capability \"{shown}\".")
}

/// JSON-RPC -32601, in the words that libraries look for.
#[must_use]
pub fn unknown_method(method: &str) -> String {
    let shown: String = method.chars().take(100).collect();
    format!("The method \"{shown}\" does not exist / is not available.")
}

/// Rejected on another device.
#[must_use]
pub fn rejected_on(device: &str) -> String {
    format!("Rejected on {}. Nothing was signed.", named(device))
}

// What owners read.

/// The vault is closed.
pub const LOCKED: &str = "Unlock this device first.";
/// No such request.
pub const REQUEST_UNKNOWN: &str = "This request is over. Nothing more was signed.";
/// The request on screen is not the current one.
pub const REQUEST_CHANGED: &str =
    "The request changed since it was shown. Nothing was signed. Look at it again.";
/// It cannot be approved yet.
pub const REQUEST_NOT_READY: &str = "This request is not ready to be decided yet.";
/// Its fee can no longer change.
pub const REQUEST_APPROVED: &str = "You have approved this request; its fee can no longer be changed.";
/// Nothing to try again.
pub const REQUEST_NOTHING_TO_RETRY: &str = "There is nothing to try again.";
/// Stored data of a newer version, or damaged.
pub const UNUSABLE: &str = "This device holds data that this version cannot read. Nothing was changed. Update the app; \
    if that does not help, erase this device and pair it again from your other devices.";
/// Not an amount above zero.
pub const AMOUNT: &str = "Enter an amount, for example 1.5.";
/// Not an address.
pub const ADDRESS: &str = "This is not an address, or a character of it is wrong.";
/// A contract that is no ERC-20 token, or does not answer.
pub const NOT_A_TOKEN: &str = "This contract does not answer like a token on this network.";
/// Unknown network.
pub const NETWORK_UNKNOWN: &str = "This network is not known here. Add it first.";
/// A shipped network cannot be removed.
pub const NETWORK_SHIPPED: &str = "This network ships with the wallet and cannot be removed.";
/// Requests are waiting on it.
pub const NETWORK_IN_USE: &str = "Requests are waiting on this network. Decide them first.";
/// Not a URL that is allowed for an RPC.
pub const NETWORK_URL: &str = "The RPC address must start with https:// (or http:// on this computer).";
/// Its RPC does not answer.
pub const NETWORK_SILENT: &str = "The RPC does not answer. Nothing was changed. Check the address.";
/// A name or symbol is missing.
pub const NETWORK_NAME: &str = "The network needs a name and a currency symbol.";
/// No key yet.
pub const NO_KEY: &str = "This wallet has no key yet. Create one with your other devices first.";
/// Fee text is no number.
pub const FEE: &str = "Enter the fee in gwei, for example 1.5, and a gas limit of at least 21000.";
/// The tip is above the whole fee.
pub const FEE_PRIORITY: &str = "The priority fee cannot be above the maximum fee.";
/// Fees of requests that are no transactions of this device.
pub const FEE_NOT_HERE: &str = "The fee of this request cannot be changed on this device.";
/// The speeds are not known.
pub const FEE_UNKNOWN_SPEED: &str = "The network gave no fee suggestions. Enter the fee by hand.";
/// A name is empty or too long.
pub const NAME: &str = "Names have 1 to 40 characters.";
/// Title of the notification for a waiting request.
pub const NOTIFY_TITLE: &str = "A request waits for you";
/// Body of the notification for a waiting request.
pub const NOTIFY_BODY: &str = "Open the wallet to look at it.";
/// Title of the notification when a page asks to show calls that are through.
pub const NOTIFY_CALLS_TITLE: &str = "A site asks about its calls";
/// Body of it.
pub const NOTIFY_CALLS_BODY: &str = "They were sent. Open the wallet's activity to look at them.";
/// Title of the notification after an unattended signature.
pub const NOTIFY_UNATTENDED_TITLE: &str = "Signed without you";
/// Body of the notification after an unattended signature.
pub const NOTIFY_UNATTENDED_BODY: &str = "A request within your limit was signed on this device.";

/// The RPC answered another chain id.
#[must_use]
pub fn network_mismatch(expected: u64, found: u64) -> String {
    format!("The RPC belongs to chain {found}, not to chain {expected}. Nothing was changed.")
}

/// The active network's RPC is down.
#[must_use]
pub fn network_down(name: &str) -> String {
    format!(
        "{name} cannot be reached now. Balances may be old. Nothing is lost; it is tried again by itself."
    )
}

/// A transaction could not be prepared because the RPC failed.
#[must_use]
pub fn prepare_down(network: &str, error: FetchError) -> String {
    format!("{network} cannot be reached ({error}). Nothing was signed. Try again in a moment.")
}

/// A transaction could not be prepared because the RPC refused.
#[must_use]
pub fn prepare_refused(network: &str, message: &str) -> String {
    format!("{network} refused: {message}. Nothing was signed.")
}

/// The account has not enough for value and fee.
#[must_use]
pub fn insufficient_funds(has: &str, needs: &str, symbol: &str) -> String {
    format!(
        "Insufficient funds: this needs up to {needs} {symbol}, and the account has {has} {symbol}. Nothing was signed."
    )
}

/// A signed transaction did not reach the chain.
#[must_use]
pub fn broadcast_down(network: &str, error: FetchError) -> String {
    format!("Signed, but {network} cannot be reached ({error}). The transaction is kept. Try again.")
}

/// The chain refused a signed transaction.
#[must_use]
pub fn broadcast_refused(network: &str, message: &str) -> String {
    format!("Signed, but {network} refused it: {message}. The transaction is kept. Try again, or give it up.")
}

/// Storage failed.
pub const NOT_SAVED: &str = "This device could not save the request. Free some space, then try again.";

/// The signature that came back does not fit the request.
pub const SIGNATURE_WRONG: &str = "The signature does not fit the request, so it was thrown away. Try again.";

/// The rule that asks for a decision.
#[must_use]
pub fn rule(threshold: u16, devices: usize) -> String {
    let t = usize::from(threshold);
    match (t, devices) {
        (0, _) => String::new(),
        (2, 2) => "Both of your devices must agree.".to_owned(),
        (t, n) if t == n => format!("All {} of your devices must agree.", number(n)),
        (t, n) => format!("{} of your {} devices must agree.", capital(&number(t)), number(n)),
    }
}

/// The rule for what concerns this device alone.
pub const RULE_ALONE: &str = "This concerns this device only. Nothing is signed.";

// Why this device refuses another device's proposal.

/// Locked here.
pub const REFUSE_LOCKED: &str = "This device is locked.";
/// Another wallet or other shares.
pub const REFUSE_KEY: &str = "This device holds no share of that wallet and epoch.";
/// Cannot be decoded.
#[must_use]
pub fn refuse_unreadable(why: &str) -> String {
    format!("This device cannot read the request: {why}.")
}
/// The account is not the key's at that path.
pub const REFUSE_ACCOUNT: &str = "The request names an account that is not this wallet's.";
/// Chains differ.
pub const REFUSE_CHAIN: &str = "The request contradicts itself about its network.";
/// A claim is not what the bytes say.
#[must_use]
pub fn refuse_contradiction(device: &str, what: &str, claimed: &str, read: &str) -> String {
    format!("{device} says that {what} is {claimed}, but what it wants signed says {read}.")
}
/// Too late.
pub const REFUSE_EXPIRED: &str = "The request has expired.";
/// Decided already.
pub const REFUSE_OVER: &str = "This request is over on this device.";
/// Text too long.
pub const REFUSE_SIZE: &str = "The request is too large.";
/// Too many wait.
pub const REFUSE_LIMIT: &str = "Too many requests are waiting on this device.";

// Risks that only the wallet knows.

/// A listed token's contract says something else than the list.
#[must_use]
pub fn risk_token_disagrees(listed: &str, said: &str) -> String {
    format!(
        "This wallet's list calls the token {listed}, but its contract says {said}. Do not trust amounts of it."
    )
}
/// A token by the name of a listed one.
#[must_use]
pub fn risk_impostor(symbol: &str) -> String {
    format!("This is not the {symbol} that this wallet knows: another contract uses its name.")
}
/// A symbol with characters that deceive.
pub const RISK_DECEPTIVE_SYMBOL: &str =
    "The token's symbol holds characters that hide or reorder what you read.";

/// Simulation failed.
pub const RISK_LIKELY_TO_FAIL: &str = "The network expects this transaction to fail; its fee would be lost.";
/// First sight of an origin.
pub const RISK_NEW_ORIGIN: &str = "You have not dealt with this site before.";
/// A spender that is an ordinary account.
pub const RISK_SPENDER_ACCOUNT: &str =
    "Who is given power here is an ordinary account, not a contract. That is unusual.";
/// A contract call to an address without code.
pub const RISK_NO_CODE: &str =
    "There is no contract at this address: the call does nothing, and what is sent is gone.";

// What a transaction would move.

/// The node is asked.
pub const SIMULATING: &str = "Your network's node is asked what this would move…";
/// The changes are known.
pub const SIMULATED: &str =
    "What your network's node expects, fees left out. It can change until it happens.";
/// Nothing changes.
pub const SIMULATED_NOTHING: &str =
    "Your network's node expects that this moves nothing of yours, fees left out.";
/// More than is shown.
pub const SIMULATED_MORE: &str = "More would change than fits here. Look at this one with special care.";
/// It runs, and that is all.
pub const SIMULATED_RUN_ONLY: &str =
    "Not simulated: your network's node cannot tell what this would move, only that it would not fail.";
/// A network that only another device named.
pub const NOT_SIMULATED_NETWORK: &str = "Not simulated: this device does not know this network.";
/// No node answers.
pub const NOT_SIMULATED_SILENT: &str = "Not simulated: the network's node did not answer.";
/// A token that nothing vouches for.
pub const UNLISTED_TOKEN: &str = "Not on your list; what its contract says.";

/// The node refuses to simulate.
#[must_use]
pub fn not_simulated_refused(words: &str) -> String {
    format!("Not simulated: the network's node refused ({words}).")
}

/// It would fail.
#[must_use]
pub fn simulated_revert(reason: &str) -> String {
    match reason {
        "" => "This would fail, and its fee would be lost.".to_owned(),
        reason => format!("This would fail, and its fee would be lost. The contract says: {reason}"),
    }
}

/// What a spender may take afterwards; nothing for an approval that is taken back.
#[must_use]
pub fn simulated_allowance(spender: &str, what: &str) -> String {
    match what {
        "" => format!("{spender} may no longer take it"),
        what => format!("{spender} may take {what}"),
    }
}

/// A contract that was created lately.
#[must_use]
pub fn risk_young_contract(contract: &Address, blocks: u64) -> String {
    format!("The contract {} is new: it was created within the last {blocks} blocks.", short(contract))
}

// The owner's own housekeeping.

/// The address book is full.
pub const BOOK_FULL: &str = "The address book is full: 500 names at most.";
/// No such name.
pub const CONTACT_UNKNOWN: &str = "This address is not in the address book.";
/// No such token.
pub const NOT_ON_LIST: &str = "This token is not on your list.";
/// Neither sped up nor cancelled any more.
pub const NOT_PENDING: &str = "This transaction is not waiting any more, or was not sent from this device.";
/// A replacement waits already.
pub const REPLACING: &str = "A transaction in its place waits for you already. Decide that one first.";
/// Nothing to limit.
pub const LIMIT_NOT_HERE: &str = "This approval cannot be limited on this device.";
/// Allowances are being looked for.
pub const ALLOWANCES_SEARCHING: &str = "The network is asked…";
/// The node gives no logs.
pub const ALLOWANCES_NOT_SEARCHED: &str = "The network's node does not tell of past approvals. Only those that were signed with this device are listed.";

/// How far back was looked.
#[must_use]
pub fn allowances_searched(blocks: u64) -> String {
    format!(
        "Listed: what was signed with this device, and what the node tells of the last {blocks} blocks. \
         There may be older approvals."
    )
}

/// A transfer of nothing in another transaction's place.
#[must_use]
pub fn cancelling(replaced: &str) -> String {
    format!("Cancel: {replaced}")
}

/// A fee by hand that is too low to take another's place.
#[must_use]
pub fn replacement_fee(max: &str, tip: &str) -> String {
    format!(
        "To take the other transaction's place this must pay {max} gwei at least, {tip} gwei of it as priority fee. \
         Nothing was signed."
    )
}

/// A network that only another device knows.
#[must_use]
pub fn risk_suggested_network(device: &str) -> String {
    format!("This network was suggested by {}; this device does not know it.", named(device))
}

/// A plain sentence for a risk found in the bytes.
#[must_use]
pub fn risk(risk: &Risk) -> String {
    match risk {
        Risk::AnyChain => "This signature is good on every network, not only on this one.".to_owned(),
        Risk::Approval { spender } => {
            format!("{} could take these tokens later, without asking again.", short(spender))
        }
        Risk::ApprovalForAll { operator } => {
            format!("{} could take every item of this collection, at any time.", short(operator))
        }
        Risk::BrokenSignIn => {
            "This reads like a sign-in, but is not written as one: which site it is for is not checked.".to_owned()
        }
        Risk::Control { contract } => {
            format!("This changes who, or whose code, decides over the contract {}.", short(contract))
        }
        Risk::DelegateCall { target } => {
            format!(
                "Foreign code ({}) would run on the account: it can take everything in it.",
                short(target)
            )
        }
        Risk::DeceptiveText => {
            "A text in this request holds characters that hide or reorder what you read.".to_owned()
        }
        Risk::DisguisedSite { read } => {
            format!("The site's name reads “{read}”, but is written in other letters. It may imitate another site.")
        }
        Risk::FirstTime { address } => format!("This account has not dealt with {} before.", short(address)),
        Risk::ForeignSite { read } => {
            format!("The site's name reads “{read}”. Make sure that it is the site you mean.")
        }
        Risk::KnownPhishing { entry } => {
            format!("This site is on a list of sites that steal ({entry}). Do not connect or sign.")
        }
        Risk::LookAlike { address, known } => format!(
            "{} begins and ends like {}, which you know, but is another address. This is how payments are stolen.",
            short(address),
            short(known)
        ),
        Risk::LostRecipient { .. } => {
            "The recipient is a token's contract or the empty address: what is sent there is lost."
                .to_owned()
        }
        Risk::MixedScripts => "A text mixes letters of different alphabets that look alike.".to_owned(),
        Risk::OddEncoding => {
            "The call is not written as ordinary tools write it: it may do other than it seems to.".to_owned()
        }
        Risk::OpaqueHash => {
            "This is a bare hash or an authorisation: nobody can see what it would be used for.".to_owned()
        }
        Risk::NothingMoves => {
            "This moves nothing. Such transfers only put an address into your history, where it may be copied from."
                .to_owned()
        }
        Risk::Order => {
            "This may be an order to give your tokens away, such as a marketplace listing.".to_owned()
        }
        Risk::ResemblesSite { known } => {
            format!("This is not {known}, which you know, but its name is easily taken for it.")
        }
        Risk::OtherRecipient { address } => {
            format!("What comes of this goes to {}, not to this account.", short(address))
        }
        Risk::SignInAccount { .. } => "The sign-in names another account than this one.".to_owned(),
        Risk::SignInChain { stated } => format!("The sign-in names another network (chain {stated})."),
        Risk::SignInDomain { stated } => {
            format!("The sign-in is for {stated}, but another site asks. This is how accounts are stolen.")
        }
        Risk::TakesTokens { to } => {
            format!("This takes tokens out of your account for {}, by an approval that was given.", short(to))
        }
        Risk::ThirdPartyTransfer { .. } => {
            "This moves tokens out of an account that is not the signing one.".to_owned()
        }
        Risk::TrailingData => "The call carries more data than its function takes.".to_owned(),
        Risk::UnknownContract { contract } => {
            format!("Nobody vouches for {}: what its function is called says nothing about what it does.", short(contract))
        }
        Risk::UnknownCall { .. } => "This wallet does not know what this contract call does.".to_owned(),
        Risk::UnknownToken { .. } => {
            "This token is not on your list; its name and decimals are what its contract says.".to_owned()
        }
        Risk::UnknownTypedData => "This wallet does not know what this data can be used for.".to_owned(),
        Risk::UnlimitedApproval { spender } => {
            format!("{} could take all of these tokens, now and in the future.", short(spender))
        }
        Risk::UnprotectedSite => {
            "The connection to this site is not protected: anyone on the way can change what it asks.".to_owned()
        }
        Risk::UnreadableMessage => "The message is not readable text.".to_owned(),
        Risk::UnsignedFields => {
            "The request carries fields that are not signed, and so are not shown.".to_owned()
        }
    }
}

/// An address shortened for a sentence; cards show it in full beside.
#[must_use]
pub fn short(account: &Address) -> String {
    let full = address::checksummed(account);
    match (full.get(..6), full.get(full.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => full,
    }
}

fn named(device: &str) -> &str {
    if device.is_empty() { "another device" } else { device }
}

fn number(n: usize) -> String {
    match n {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        4 => "four".to_owned(),
        5 => "five".to_owned(),
        6 => "six".to_owned(),
        7 => "seven".to_owned(),
        n => n.to_string(),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_a_sentence_about_the_owners_devices() {
        assert_eq!(rule(2, 2), "Both of your devices must agree.");
        assert_eq!(rule(2, 3), "Two of your three devices must agree.");
        assert_eq!(rule(3, 5), "Three of your five devices must agree.");
        assert_eq!(rule(3, 3), "All three of your devices must agree.");
    }

    #[test]
    fn an_unknown_method_is_answered_in_the_words_that_viem_looks_for() {
        assert_eq!(unknown_method("eth_foo"), "The method \"eth_foo\" does not exist / is not available.");
    }
}
