//! What deserves a warning, found in the bytes alone.
//!
//! The wallet adds what only it can know (look-alike addresses, limits, prices); those are its own types.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

/// Something about a request that its owner should see before saying yes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// Typed data is not bound to a chain: its domain has no chain id, so it is good on every chain.
    AnyChain,
    /// Someone may take every item of a collection.
    ApprovalForAll {
        /// Who may.
        operator: Address,
    },
    /// Someone may take tokens later, without asking again.
    Approval {
        /// Who may.
        spender: Address,
    },
    /// Control of a contract is handed on or changed: its owners, its code, who may act for it.
    Control {
        /// The contract.
        contract: Address,
    },
    /// Foreign code is run on the account of the contract that is called: it may take everything that is there.
    DelegateCall {
        /// Whose code.
        target: Address,
    },
    /// A text that came with the request holds characters that hide or reorder what is read.
    DeceptiveText,
    /// An address this account has not dealt with on this chain.
    FirstTime {
        /// The address.
        address: Address,
    },
    /// A text mixes letters of several scripts that look alike.
    MixedScripts,
    /// Call data that is not laid out as encoders do: its offsets cross, or its padding is not empty.
    OddEncoding,
    /// A message that can be the hash of anything, or an authorisation in disguise.
    OpaqueHash,
    /// Typed data that can be used as an order to give tokens away (a marketplace listing, for example).
    Order,
    /// The recipient is the token's own contract, or the zero address: what is sent there is lost.
    LostRecipient {
        /// The recipient.
        address: Address,
    },
    /// A sign-in message names another account.
    SignInAccount {
        /// The account it names.
        stated: Address,
    },
    /// A sign-in message names another chain.
    SignInChain {
        /// The chain id it names.
        stated: u64,
    },
    /// A sign-in message names another site than the one that asks.
    SignInDomain {
        /// The site it names, rendered inert.
        stated: String,
    },
    /// Tokens are moved out of an account by someone who was approved.
    ThirdPartyTransfer {
        /// Whose tokens.
        from: Address,
    },
    /// The data of a token call goes on after its arguments; a contract may read that too.
    TrailingData,
    /// A contract call whose function is not known, or whose arguments do not fit it.
    UnknownCall {
        /// The function selector, if the data is long enough to have one.
        selector: Option<[u8; 4]>,
    },
    /// A message that is not readable text.
    UnreadableMessage,
    /// A token whose symbol and decimals are not known, or not vouched for.
    UnknownToken {
        /// Its contract.
        contract: Address,
    },
    /// Typed data of a kind this wallet does not know.
    UnknownTypedData,
    /// An approval without a meaningful limit.
    UnlimitedApproval {
        /// Who may.
        spender: Address,
    },
    /// The message carries fields that its types do not name; they are not signed, and not shown.
    UnsignedFields,
}

/// How loud a [`Risk`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Worth a line.
    Notice,
    /// Worth a coloured line; never signed without a person.
    Warning,
    /// Must be acknowledged before the button works.
    Danger,
    /// Must not go through by the ordinary button at all.
    Blocking,
}

impl Risk {
    /// How loud this is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::FirstTime { .. } | Self::UnsignedFields => Severity::Notice,
            Self::AnyChain
            | Self::Approval { .. }
            | Self::MixedScripts
            | Self::SignInChain { .. }
            | Self::ThirdPartyTransfer { .. }
            | Self::TrailingData
            | Self::UnknownCall { .. }
            | Self::UnknownToken { .. }
            | Self::UnknownTypedData
            | Self::UnreadableMessage => Severity::Warning,
            Self::ApprovalForAll { .. }
            | Self::Control { .. }
            | Self::DeceptiveText
            | Self::DelegateCall { .. }
            | Self::LostRecipient { .. }
            | Self::OddEncoding
            | Self::Order
            | Self::UnlimitedApproval { .. } => Severity::Danger,
            Self::OpaqueHash | Self::SignInAccount { .. } | Self::SignInDomain { .. } => Severity::Blocking,
        }
    }

    /// A stable name for the message catalogue and the journal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AnyChain => "any-chain",
            Self::ApprovalForAll { .. } => "approval-for-all",
            Self::Approval { .. } => "approval",
            Self::Control { .. } => "control",
            Self::DeceptiveText => "deceptive-text",
            Self::DelegateCall { .. } => "delegate-call",
            Self::FirstTime { .. } => "first-time",
            Self::LostRecipient { .. } => "lost-recipient",
            Self::MixedScripts => "mixed-scripts",
            Self::OddEncoding => "odd-encoding",
            Self::OpaqueHash => "opaque-hash",
            Self::Order => "order",
            Self::SignInAccount { .. } => "sign-in-account",
            Self::SignInChain { .. } => "sign-in-chain",
            Self::SignInDomain { .. } => "sign-in-domain",
            Self::ThirdPartyTransfer { .. } => "third-party-transfer",
            Self::TrailingData => "trailing-data",
            Self::UnknownCall { .. } => "unknown-call",
            Self::UnknownToken { .. } => "unknown-token",
            Self::UnknownTypedData => "unknown-typed-data",
            Self::UnlimitedApproval { .. } => "unlimited-approval",
            Self::UnreadableMessage => "unreadable-message",
            Self::UnsignedFields => "unsigned-fields",
        }
    }

    /// Whether policy must ask the highest tier, whatever the amount (security requirement R17).
    #[must_use]
    pub fn needs_highest_tier(&self) -> bool {
        match self {
            Self::FirstTime { .. } | Self::UnsignedFields => false,
            Self::AnyChain
            | Self::ApprovalForAll { .. }
            | Self::Approval { .. }
            | Self::Control { .. }
            | Self::DeceptiveText
            | Self::DelegateCall { .. }
            | Self::LostRecipient { .. }
            | Self::MixedScripts
            | Self::OddEncoding
            | Self::OpaqueHash
            | Self::Order
            | Self::SignInAccount { .. }
            | Self::SignInChain { .. }
            | Self::SignInDomain { .. }
            | Self::ThirdPartyTransfer { .. }
            | Self::TrailingData
            | Self::UnknownCall { .. }
            | Self::UnknownToken { .. }
            | Self::UnknownTypedData
            | Self::UnlimitedApproval { .. }
            | Self::UnreadableMessage => true,
        }
    }
}
