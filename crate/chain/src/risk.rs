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
    /// A text that came with the request holds characters that hide or reorder what is read.
    DeceptiveText,
    /// The asking site's name is written in letters that make it read like another.
    DisguisedSite {
        /// How it reads, rendered inert.
        read: String,
    },
    /// An address this account has not dealt with on this chain.
    FirstTime {
        /// The address.
        address: Address,
    },
    /// The asking site's name is written in letters beyond ASCII.
    ForeignSite {
        /// How it reads, rendered inert.
        read: String,
    },
    /// The asking site is on a list of sites that steal.
    KnownPhishing {
        /// The entry.
        entry: String,
    },
    /// An unknown address that begins and ends like a known one.
    LookAlike {
        /// The address.
        address: Address,
        /// The one that it looks like.
        known: Address,
    },
    /// A text mixes letters of several scripts that look alike.
    MixedScripts,
    /// A transfer of nothing: it only puts an address into a history.
    NothingMoves,
    /// Typed data that can be used as an order to give tokens away (a marketplace listing, for example).
    Order,
    /// The recipient is the token's own contract, or the zero address: what is sent there is lost.
    LostRecipient {
        /// The recipient.
        address: Address,
    },
    /// The asking site's name is easily taken for that of a site that the owner knows.
    ResemblesSite {
        /// The site that the owner knows, rendered inert.
        known: String,
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
    /// The asking site came over a connection that anyone on the way can change.
    UnprotectedSite,
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
            | Self::ForeignSite { .. }
            | Self::MixedScripts
            | Self::NothingMoves
            | Self::SignInChain { .. }
            | Self::ThirdPartyTransfer { .. }
            | Self::TrailingData
            | Self::UnknownCall { .. }
            | Self::UnknownToken { .. }
            | Self::UnknownTypedData
            | Self::UnprotectedSite
            | Self::UnreadableMessage => Severity::Warning,
            Self::ApprovalForAll { .. }
            | Self::DeceptiveText
            | Self::DisguisedSite { .. }
            | Self::KnownPhishing { .. }
            | Self::LookAlike { .. }
            | Self::LostRecipient { .. }
            | Self::Order
            | Self::ResemblesSite { .. }
            | Self::UnlimitedApproval { .. } => Severity::Danger,
            Self::SignInAccount { .. } | Self::SignInDomain { .. } => Severity::Blocking,
        }
    }

    /// A stable name for the message catalogue and the journal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AnyChain => "any-chain",
            Self::ApprovalForAll { .. } => "approval-for-all",
            Self::Approval { .. } => "approval",
            Self::DeceptiveText => "deceptive-text",
            Self::DisguisedSite { .. } => "disguised-site",
            Self::FirstTime { .. } => "first-time",
            Self::ForeignSite { .. } => "foreign-site",
            Self::KnownPhishing { .. } => "known-phishing",
            Self::LookAlike { .. } => "look-alike",
            Self::LostRecipient { .. } => "lost-recipient",
            Self::MixedScripts => "mixed-scripts",
            Self::NothingMoves => "nothing-moves",
            Self::Order => "order",
            Self::ResemblesSite { .. } => "resembles-site",
            Self::SignInAccount { .. } => "sign-in-account",
            Self::SignInChain { .. } => "sign-in-chain",
            Self::SignInDomain { .. } => "sign-in-domain",
            Self::ThirdPartyTransfer { .. } => "third-party-transfer",
            Self::TrailingData => "trailing-data",
            Self::UnknownCall { .. } => "unknown-call",
            Self::UnknownToken { .. } => "unknown-token",
            Self::UnknownTypedData => "unknown-typed-data",
            Self::UnlimitedApproval { .. } => "unlimited-approval",
            Self::UnprotectedSite => "unprotected-site",
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
            | Self::DeceptiveText
            | Self::DisguisedSite { .. }
            | Self::ForeignSite { .. }
            | Self::KnownPhishing { .. }
            | Self::LookAlike { .. }
            | Self::LostRecipient { .. }
            | Self::MixedScripts
            | Self::NothingMoves
            | Self::Order
            | Self::ResemblesSite { .. }
            | Self::SignInAccount { .. }
            | Self::SignInChain { .. }
            | Self::SignInDomain { .. }
            | Self::ThirdPartyTransfer { .. }
            | Self::TrailingData
            | Self::UnknownCall { .. }
            | Self::UnknownToken { .. }
            | Self::UnknownTypedData
            | Self::UnlimitedApproval { .. }
            | Self::UnprotectedSite
            | Self::UnreadableMessage => true,
        }
    }
}

/// Whether two different addresses begin and end alike, as people compare them: four hex digits at each end.
#[must_use]
pub fn look_alike(one: &Address, other: &Address) -> bool {
    let ends = |address: &Address| {
        let [a, b, .., y, z] = address.0.0;
        [a, b, y, z]
    };
    one != other && ends(one) == ends(other)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Bytes, U256, address};

    use super::*;
    use crate::context::{Context, KnownName, NameSource, TokenInfo, TokenStandard};
    use crate::evm::call::erc20_transfer;
    use crate::evm::params::transaction_request;
    use crate::evm::tx::{Fees, UnsignedTransaction};
    use crate::{Request, decode};

    #[test]
    fn addresses_that_begin_and_end_alike_look_alike() {
        let known = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
        assert!(look_alike(&address!("70990000000000000000000000000000000079c8"), &known));
        assert!(!look_alike(&known, &known));
        assert!(!look_alike(&address!("70980000000000000000000000000000000079c8"), &known));
        assert!(!look_alike(&address!("70990000000000000000000000000000000079c9"), &known));
    }

    const ME: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    const BOB: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
    const POISON: Address = address!("7099000000000000000000000000000000ba79c8");

    fn risks(context: &Context, to: Address, data: Bytes) -> Vec<Risk> {
        let tx = UnsignedTransaction {
            chain_id: 1,
            nonce: 0,
            gas_limit: 21_000,
            fees: Fees::Dynamic { max_fee_per_gas: 2, max_priority_fee_per_gas: 1 },
            to: Some(to),
            value: U256::ZERO,
            data,
            access_list: Default::default(),
        };
        let request = transaction_request(&tx, ME).unwrap();
        decode(&Request::Evm(request), context).unwrap().risks
    }

    #[test]
    fn an_address_that_could_be_taken_for_a_known_one_is_danger() {
        let flag = Risk::LookAlike { address: POISON, known: BOB };
        let found = |context: &Context| risks(context, POISON, Bytes::new()).contains(&flag);
        let mut context = Context::default();
        assert!(!found(&context));
        // dealt with on another chain counts too
        context.seen.insert((10, BOB));
        assert!(found(&context));
        assert!(!risks(&context, BOB, Bytes::new()).iter().any(|risk| risk.code() == "look-alike"));
        // having sent to it by mistake clears it only against what has no name
        context.seen.insert((1, POISON));
        assert!(!found(&context));
        let ada = KnownName { name: "Ada".to_owned(), source: NameSource::AddressBook };
        context.names.insert(BOB, ada);
        assert!(found(&context));
        assert_eq!((flag.severity(), flag.needs_highest_tier()), (Severity::Danger, true));
    }

    #[test]
    fn the_signing_account_itself_is_known() {
        let twin = address!("f39f000000000000000000000000000000002266");
        let flag = Risk::LookAlike { address: twin, known: ME };
        assert!(risks(&Context::default(), twin, Bytes::new()).contains(&flag));
    }

    #[test]
    fn a_token_transfer_of_nothing_is_told() {
        let token = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
        let of = |amount| risks(&Context::default(), token, erc20_transfer(BOB, U256::from(amount)));
        assert!(of(0).contains(&Risk::NothingMoves));
        assert!(!of(1).contains(&Risk::NothingMoves));
    }

    #[test]
    fn tokens_sent_to_the_contract_of_another_token_are_lost() {
        let (token, other) = (address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"), BOB);
        let mut context = Context::default();
        let lost = Risk::LostRecipient { address: other };
        let data = erc20_transfer(other, U256::ONE);
        assert!(!risks(&context, token, data.clone()).contains(&lost));
        let info = TokenInfo {
            standard: TokenStandard::Erc20,
            symbol: "DAI".to_owned(),
            decimals: 18,
            vouched: true,
        };
        context.tokens.insert((1, other), info);
        assert!(risks(&context, token, data).contains(&lost));
    }
}
