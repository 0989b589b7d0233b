//! The verb sentence of a card.

use symbolon_chain::context::NameSource;
use symbolon_chain::intent::{Action, ApprovalKind, Clear, Quantity, Token, TypedMessage};
use symbolon_chain::{Address, Intent, U256, units};

use crate::messages::short;
use crate::view::CardKind;

pub(in crate::dapp) fn of(intent: &Intent) -> String {
    of_action(intent, &intent.action)
}

/// The sentence of an action of the intent: its own, or one of the calls that it carries.
pub(super) fn of_action(intent: &Intent, action: &Action) -> String {
    let coin =
        |wei: U256| format!("{} {}", units::format(wei, intent.currency.decimals), intent.currency.symbol);
    let who = |address: &Address| who(intent, address);
    match action {
        Action::Approve { allowances, spender, kind, .. } => {
            let spender = who(spender);
            let what = match allowances.as_slice() {
                [one] if one.unlimited => format!("all your {}", symbol(&one.token)),
                [one] => quantity(&one.token, &one.quantity),
                many => format!("{} kinds of tokens", many.len()),
            };
            match kind {
                _ if action.takes_back() => match allowances.as_slice() {
                    [one] => format!("Stop {spender} from taking your {}", symbol(&one.token)),
                    _ => format!("Stop {spender} from taking your tokens"),
                },
                ApprovalKind::Decrease => format!("Let {spender} take {what} less"),
                ApprovalKind::Increase => format!("Let {spender} take {what} more"),
                ApprovalKind::Approve
                | ApprovalKind::Permit
                | ApprovalKind::Permit2
                | ApprovalKind::Permit2Approve
                | ApprovalKind::Permit2Transfer => format!("Let {spender} take {what}"),
            }
        }
        Action::ApproveForAll { token, operator, approved: true } => {
            format!("Let {} take every item of {}", who(operator), symbol(token))
        }
        Action::ApproveForAll { token, operator, approved: false } => {
            format!("Stop {} from taking items of {}", who(operator), symbol(token))
        }
        Action::Call { clear: Some(clear), value, .. } => {
            let said = said(clear);
            if value.is_zero() || clear.sentence.is_some() {
                said
            } else {
                format!("{said} and send {}", coin(*value))
            }
        }
        Action::Call { contract, value, function, .. } => {
            let call = match function {
                Some(function) => {
                    let name = function.signature.split('(').next().unwrap_or_default();
                    format!("Call {name} of {}", who(contract))
                }
                None => format!("Call a function of {}", who(contract)),
            };
            if value.is_zero() { call } else { format!("{call} and send {}", coin(*value)) }
        }
        Action::Deploy { value, .. } if value.is_zero() => "Create a contract".to_owned(),
        Action::Deploy { value, .. } => format!("Create a contract and send {}", coin(*value)),
        Action::SendNative { to, value } => format!("Send {} to {}", coin(*value), who(to)),
        Action::SignIn(sign_in) => format!("Sign in to {}", sign_in.domain),
        Action::SignMessage(_) => "Sign a message".to_owned(),
        Action::SignTypedData(TypedMessage { clear: Some(clear), .. }) => said(clear),
        Action::SignTypedData(typed) if typed.calls.len() == 1 => {
            let inner = typed.calls.iter().map(|call| {
                format!("Let {} do this: {}", who(&call.sender), of_action(intent, &call.action))
            });
            inner.collect()
        }
        Action::SignTypedData(typed) if typed.primary_type.is_empty() => "Sign data".to_owned(),
        Action::SignTypedData(typed) => format!("Sign {} data", typed.primary_type),
        Action::TransferToken { token, from, to, quantity: how_many } => {
            let what = quantity(token, how_many);
            if *from == intent.account {
                format!("Send {what} to {}", who(to))
            } else {
                format!("Move {what} from {} to {}", who(from), who(to))
            }
        }
    }
}

/// What a descriptor says, and whose words they are.
fn said(clear: &Clear) -> String {
    let words = clear.sentence.as_ref().unwrap_or(&clear.intent);
    match clear.owner.as_ref().or(clear.contract_name.as_ref()) {
        Some(owner) => format!("{owner}: {words}"),
        None => words.clone(),
    }
}

pub(super) fn kind(intent: &Intent) -> CardKind {
    match &intent.action {
        Action::Approve { .. } | Action::ApproveForAll { .. } => CardKind::Approval,
        Action::Call { .. } | Action::Deploy { .. } => CardKind::ContractCall,
        Action::SendNative { .. } | Action::TransferToken { .. } => CardKind::Send,
        Action::SignIn(_) => CardKind::SignIn,
        Action::SignMessage(_) => CardKind::Message,
        Action::SignTypedData(_) => CardKind::TypedData,
    }
}

/// A token's symbol, or its address while nothing vouches for one.
pub(super) fn symbol(token: &Token) -> String {
    token
        .info
        .as_ref()
        .map_or_else(|| format!("token {}", short(&token.contract)), |info| info.symbol.clone())
}

/// An amount in whole units where the decimals are known, and as it stands where they are not.
pub(super) fn quantity(token: &Token, quantity: &Quantity) -> String {
    let symbol = symbol(token);
    match (quantity, &token.info) {
        (Quantity::Amount(amount), Some(info)) => {
            format!("{} {symbol}", units::format(*amount, info.decimals))
        }
        (Quantity::Amount(amount), None) => format!("{amount} smallest units of {symbol}"),
        (Quantity::AmountOrItem(number), Some(info)) if info.decimals > 0 => {
            format!("{} {symbol}", units::format(*number, info.decimals))
        }
        (Quantity::AmountOrItem(number), _) => {
            format!("{number} (smallest units, or item number) of {symbol}")
        }
        (Quantity::Item(number), _) => format!("item {number} of {symbol}"),
        (Quantity::Items(items), _) => format!("{} kinds of items of {symbol}", items.len()),
    }
}

fn who(intent: &Intent, address: &Address) -> String {
    let party = intent.parties.iter().find(|party| party.address == *address);
    match party.and_then(|party| party.name.as_ref()) {
        Some(known) if known.source == NameSource::OwnAccount => format!("your {}", known.name),
        Some(known) => known.name.clone(),
        None => short(address),
    }
}
