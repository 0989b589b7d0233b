//! Words for what the view names: states, kinds, outcomes.

use symbolon_wallet::view::{
    AllowanceView, CardKind, DeviceKind, DeviceState, FeeSpeed, Outcome, RequestStatus,
};

use super::{
    APPROVE, APPROVE_CONNECT, APPROVE_NETWORK, APPROVE_TOKEN, FEE_FAST, FEE_NORMAL, FEE_SLOW, in_block,
};

/// Label of the account that would act.
pub fn acting_account(kind: CardKind, account: &str) -> String {
    match kind {
        CardKind::Approval | CardKind::ContractCall | CardKind::Send => format!("From {account}"),
        CardKind::Message | CardKind::SignIn | CardKind::TypedData => format!("Signed by {account}"),
        CardKind::AddNetwork | CardKind::Connect | CardKind::WatchToken => account.to_owned(),
    }
}

pub fn device_kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Browser => "Browser",
        DeviceKind::Cosigner => "Cosigner",
        DeviceKind::Phone => "Phone",
    }
}

/// What a device does with a request, in words.
pub fn device_state(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Approved => "Approved",
        DeviceState::Notified => "Notified",
        DeviceState::Offline => "Offline",
        DeviceState::Opened => "Reviewing",
        DeviceState::Rejected => "Rejected",
        DeviceState::Sent => "Sent",
    }
}

pub fn card_kind(kind: CardKind) -> &'static str {
    match kind {
        CardKind::AddNetwork => "Network",
        CardKind::Approval => "Token approval",
        CardKind::Connect => "Connection",
        CardKind::ContractCall => "Contract call",
        CardKind::Message => "Message",
        CardKind::Send => "Transfer",
        CardKind::SignIn => "Sign-in",
        CardKind::TypedData => "Typed data",
        CardKind::WatchToken => "Token",
    }
}

/// Word on the button that says yes.
pub fn approve(kind: CardKind) -> &'static str {
    match kind {
        CardKind::AddNetwork => APPROVE_NETWORK,
        CardKind::Connect => APPROVE_CONNECT,
        CardKind::WatchToken => APPROVE_TOKEN,
        _ => APPROVE,
    }
}

pub fn fee_speed(speed: FeeSpeed) -> &'static str {
    match speed {
        FeeSpeed::Slow => FEE_SLOW,
        FeeSpeed::Normal => FEE_NORMAL,
        FeeSpeed::Fast => FEE_FAST,
    }
}

/// Heading of a request's state. The wallet's own sentence follows where there is one.
pub fn request_status(status: &RequestStatus) -> &'static str {
    match status {
        RequestStatus::Broadcasting => "Signed. Sending it to the network…",
        RequestStatus::BroadcastFailed { .. } => "Signed, but not sent yet",
        RequestStatus::Preparing => "Reading nonce, fee and balances from the network…",
        RequestStatus::PrepareFailed { .. } => "This cannot be prepared",
        RequestStatus::Review => "",
        RequestStatus::Signing => "Approved. Signing together…",
        RequestStatus::Stalled { .. } => "The signing stopped",
        RequestStatus::WaitingForOthers => "Approved here",
    }
}

pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed { .. } => "Confirmed",
        Outcome::Expired => "Expired",
        Outcome::Failed { .. } => "Failed",
        Outcome::Rejected { .. } => "Rejected",
        Outcome::Replaced => "Replaced",
        Outcome::Signed => "Signed",
        Outcome::Submitted => "Sent",
    }
}

/// Heading of the screen that says how a request ended.
pub fn outcome_title(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed { .. } => "It is done",
        Outcome::Expired => "The request expired",
        Outcome::Failed { .. } => "The network refused it",
        Outcome::Rejected { .. } => "Rejected",
        Outcome::Replaced => "Replaced",
        Outcome::Signed => "Signed",
        Outcome::Submitted => "Sent",
    }
}

/// What the end of a request means for the owner.
pub fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Confirmed { block } => in_block(*block),
        Outcome::Expired => "It was not decided in time. Nothing was signed.".into(),
        Outcome::Failed { block } => {
            format!("The transaction is in block {block}, but was reverted: only its fee was paid.")
        }
        Outcome::Rejected { message } => message.clone(),
        Outcome::Replaced => "Another transaction took its place; this one never happened.".into(),
        Outcome::Signed => "The signature was handed over.".into(),
        Outcome::Submitted => "On its way: it is not in a block yet.".into(),
    }
}

/// What someone may take, in a sentence.
pub fn allowed(one: &AllowanceView) -> String {
    let token = one.symbol.clone().unwrap_or_else(|| format!("token {}", crate::format::short(&one.token)));
    let spender = one.spender_name.clone().unwrap_or_else(|| crate::format::short(&one.spender));
    let what = match (&one.amount, one.every) {
        _ if !one.known => return format!("{spender} was allowed to take {token}; not checked yet"),
        (_, true) => format!("every item of {token}"),
        (None, false) => format!("all your {token}"),
        (Some(amount), false) if one.symbol.is_some() => format!("{amount} {token}"),
        (Some(amount), false) => format!("{amount} smallest units of {token}"),
    };
    format!("{spender} may take {what}")
}
