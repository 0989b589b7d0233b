//! What a request would do, decoded: the material of the approval card and of policy.
//!
//! Every string in here that comes from a stranger has been through [`crate::text::inert`]. Amounts are raw (the token's
//! smallest unit); [`crate::units`] writes them with their decimals.

use alloy_primitives::{Address, B256, Bytes, I256, U256};
use serde::{Deserialize, Serialize};

use crate::context::{Currency, KnownName, TokenInfo};
use crate::evm::siwe::SignIn;
use crate::risk::{Risk, Severity};

/// What signing a request would do, as this device reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// EIP-155 chain id of the active chain.
    pub chain_id: u64,
    /// The account that would sign.
    pub account: Address,
    /// The chain's own coin.
    pub currency: Currency,
    /// What would be done.
    pub action: Action,
    /// Nonce, gas and fees, if it is a transaction.
    pub transaction: Option<TransactionTerms>,
    /// Every address that plays a part, the signing account left out.
    pub parties: Vec<Counterparty>,
    /// What deserves a warning, loudest first.
    pub risks: Vec<Risk>,
    /// The 32 bytes that would be signed.
    pub digest: B256,
    /// The same, in words to compare on two screens.
    pub digest_words: Vec<String>,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Let someone take tokens (ERC-20 `approve` and kin, EIP-2612 and DAI permits, Permit2).
    Approve {
        /// Whose tokens of what kind, and how many.
        allowances: Vec<Allowance>,
        /// Who may take them.
        spender: Address,
        /// By which door.
        kind: ApprovalKind,
        /// Until when, in seconds since 1970, for signed approvals that say so.
        deadline: Option<U256>,
        /// The whole message, for the ones that are signed rather than sent.
        rows: Vec<Row>,
    },
    /// Let someone take every item of a collection, or no longer (ERC-721, ERC-1155 `setApprovalForAll`).
    ApproveForAll {
        /// The collection.
        token: Token,
        /// Who may take.
        operator: Address,
        /// Granted, or taken back.
        approved: bool,
    },
    /// Call a contract.
    Call {
        /// The contract.
        contract: Address,
        /// Native coin sent along, in wei.
        value: U256,
        /// The function's selector, if there are four bytes of data.
        selector: Option<[u8; 4]>,
        /// The function and its arguments, if its interface is known and the data fits it exactly.
        function: Option<Function>,
        /// The call data.
        data: Bytes,
        /// The calls that it carries within it, and is known to make.
        calls: Vec<InnerCall>,
        /// What a descriptor of this very contract says of it.
        clear: Option<Clear>,
    },
    /// Create a contract.
    Deploy {
        /// Native coin sent along, in wei.
        value: U256,
        /// Bytes of creation code.
        code_size: usize,
        /// Keccak-256 of the creation code.
        code_hash: B256,
    },
    /// Send the chain's own coin.
    SendNative {
        /// Recipient.
        to: Address,
        /// Amount in wei.
        value: U256,
    },
    /// Sign in to a site (ERC-4361).
    SignIn(SignIn),
    /// Sign a message that is only a message.
    SignMessage(Message),
    /// Sign typed data that is not recognised as an approval.
    SignTypedData(TypedMessage),
    /// Move tokens (ERC-20 `transfer`, `transferFrom`; ERC-721 and ERC-1155 transfers).
    TransferToken {
        /// The token.
        token: Token,
        /// Whose tokens.
        from: Address,
        /// Recipient.
        to: Address,
        /// How many, or which.
        quantity: Quantity,
    },
}

/// One token and how much of it a spender may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// The token.
    pub token: Token,
    /// How much, or which.
    pub quantity: Quantity,
    /// No meaningful limit: the amount is as large as the field allows, or more than any supply.
    pub unlimited: bool,
}

/// A token contract and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its contract.
    pub contract: Address,
    /// Symbol and decimals, if they are known.
    pub info: Option<TokenInfo>,
}

/// How many, or which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// An amount in the token's smallest unit.
    Amount(U256),
    /// The one item of this number.
    Item(U256),
    /// Amounts of items: number, amount.
    Items(Vec<(U256, U256)>),
    /// An amount or an item's number: the call is the same for ERC-20 and ERC-721, and the contract is not known.
    AmountOrItem(U256),
}

/// By which door an approval is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalKind {
    /// `approve`: replaces what was allowed before; 0 takes it back.
    Approve,
    /// `decreaseAllowance`.
    Decrease,
    /// `increaseAllowance`.
    Increase,
    /// A signed EIP-2612 `Permit`, or the older one of DAI: no transaction of the owner is needed.
    Permit,
    /// A signed Permit2 message (`PermitSingle`, `PermitBatch`): no transaction of the owner is needed.
    Permit2,
    /// A signed Permit2 transfer (`PermitTransferFrom` and kin): good once.
    Permit2Transfer,
    /// `approve` of the Permit2 contract, sent as a transaction.
    Permit2Approve,
}

/// A call within a call, or a step that a contract is told to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InnerCall {
    /// Who calls, as the called contract sees it.
    pub sender: Address,
    /// Whose code runs on whose account.
    pub kind: InnerKind,
    /// What it does.
    pub action: Action,
}

/// Whose code an inner call runs on whose account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InnerKind {
    /// An ordinary call.
    Call,
    /// The called code runs as the caller: it may do anything that the caller may.
    Delegate,
    /// A contract's batch that is run by a contract known to do nothing else, on the caller's account.
    Batch,
    /// A command of a router, which the router carries out itself.
    Step,
}

/// What a descriptor (ERC-7730) says of a call or a message. Every string is rendered inert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clear {
    /// What is meant, as in `Swap`.
    pub intent: String,
    /// The same with values put in, if the descriptor has such a sentence.
    pub sentence: Option<String>,
    /// Whose contract it is, if the descriptor says.
    pub owner: Option<String>,
    /// What the contract is called, if the descriptor says.
    pub contract_name: Option<String>,
    /// The fields, in the descriptor's order.
    pub rows: Vec<ClearRow>,
}

/// One field as a descriptor shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearRow {
    /// How deep it stands in groups.
    pub depth: u8,
    /// Its name.
    pub label: String,
    /// Its value.
    pub value: ClearValue,
}

/// A value as a descriptor shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClearValue {
    /// An address, with the name that this device has for it.
    Address(Address, Option<String>),
    /// An amount with its unit.
    Amount(String),
    /// Bytes as hexadecimal digits.
    Code(String),
    /// A call that is carried along; it is read with the inner calls.
    Call(Address),
    /// Nothing: the row is a heading over those that follow and stand deeper.
    Heading,
    /// Any other text.
    Text(String),
}

/// A known function of a contract and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Name and types, as in `deposit(uint256,address)`.
    pub signature: String,
    /// The arguments in order.
    pub arguments: Vec<Row>,
}

/// A message to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Readable text, rendered inert.
    Text(String),
    /// Bytes that are not readable text.
    Binary(Bytes),
}

/// Typed data as it is hashed: the rows are the message, all of it, in the order of its types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedMessage {
    /// Name of the message's type (empty for version 1).
    pub primary_type: String,
    /// Domain: who verifies it, and where.
    pub domain: Vec<Row>,
    /// The contract that is to verify it, if the domain names one.
    pub verifying_contract: Option<Address>,
    /// The message.
    pub rows: Vec<Row>,
    /// The calls that it carries within it, and is known to allow.
    pub calls: Vec<InnerCall>,
    /// What a descriptor of this very domain says of it.
    pub clear: Option<Clear>,
}

/// A named, typed value: one line of a card, or a heading over more lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Field name, rendered inert; the index for items of a list.
    pub name: String,
    /// Type, as in `uint256` or `Person[]`.
    pub kind: String,
    /// The value.
    pub value: Value,
}

/// A decoded value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// An address.
    Address(Address),
    /// Yes or no.
    Bool(bool),
    /// Bytes, of fixed or any length.
    Bytes(Bytes),
    /// Nothing: an optional structure that is not there.
    Nothing,
    /// The fields of a structure, or the items of a list.
    Rows(Vec<Row>),
    /// A signed number.
    Signed(I256),
    /// Text, rendered inert.
    Text(String),
    /// An unsigned number.
    Unsigned(U256),
}

/// What a transaction costs at most, and where it stands in line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionTerms {
    /// EIP-2718 type.
    pub kind: TransactionKind,
    /// The account's transaction count it uses up.
    pub nonce: u64,
    /// Gas it may use.
    pub gas_limit: u64,
    /// Most it pays for a unit of gas, in wei (`gasPrice` for the older types).
    pub max_fee_per_gas: u128,
    /// Most of that which goes to the block's builder, in wei; `None` for the older types.
    pub max_priority_fee_per_gas: Option<u128>,
    /// What a rollup adds for its parent chain, in wei, if known.
    pub l1_fee: Option<U256>,
    /// Most that fees can come to, in wei: gas limit times fee, and the parent chain's part.
    pub max_fee: U256,
    /// Native coin sent along, in wei.
    pub value: U256,
    /// Addresses in the access list.
    pub access_list_size: usize,
}

/// EIP-2718 type of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransactionKind {
    /// EIP-155, one gas price.
    Legacy,
    /// EIP-2930, one gas price and an access list.
    AccessList,
    /// EIP-1559.
    DynamicFee,
}

/// An address that plays a part in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterparty {
    /// The address.
    pub address: Address,
    /// Its part.
    pub role: Role,
    /// Its name, if someone has given it one.
    pub name: Option<KnownName>,
    /// Whether the account has dealt with it on this chain.
    pub seen: bool,
}

/// The part an address plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The contract that is called, or that verifies a signature.
    Contract,
    /// May take tokens.
    Spender,
    /// Its tokens are moved.
    Source,
    /// Receives.
    Recipient,
    /// The token's contract.
    Token,
}

/// Something that may leave the account by one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outflow {
    /// Token contract; `None` for the chain's own coin.
    pub token: Option<Address>,
    /// Most that leaves, in the smallest unit; `None` where it has no limit or cannot be known.
    pub amount: Option<U256>,
}

impl Intent {
    /// The loudest of its risks, if it has any.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.risks.iter().map(Risk::severity).max()
    }

    /// Most that may leave the account by this signature, fees in.
    ///
    /// What cannot be bounded is listed without an amount: policy must take that as more than any limit. For a plain
    /// contract call, that is so for everything but the native coin, and the call is flagged [`Risk::UnknownCall`].
    #[must_use]
    pub fn outflow(&self) -> Vec<Outflow> {
        let mut out = Vec::new();
        if let Some(terms) = &self.transaction {
            out.push(Outflow { token: None, amount: terms.value.checked_add(terms.max_fee) });
        }
        self.action.outflow(self.account, &mut out);
        out
    }
}

impl Action {
    /// Tokens that may leave an account, inner calls in.
    fn outflow(&self, account: Address, out: &mut Vec<Outflow>) {
        match self {
            Self::Approve { allowances, kind, .. } if *kind != ApprovalKind::Decrease => {
                out.extend(allowances.iter().map(|allowance| Outflow {
                    token: Some(allowance.token.contract),
                    amount: if allowance.unlimited { None } else { allowance.quantity.amount() },
                }));
            }
            Self::ApproveForAll { token, approved: true, .. } => {
                out.push(Outflow { token: Some(token.contract), amount: None });
            }
            Self::TransferToken { token, from, quantity, .. } if *from == account => {
                out.push(Outflow { token: Some(token.contract), amount: quantity.amount() });
            }
            Self::Call { calls, .. } | Self::SignTypedData(TypedMessage { calls, .. }) => {
                for inner in calls.iter().filter(|inner| inner.sender == account) {
                    inner.action.outflow(account, out);
                }
            }
            Self::Approve { .. }
            | Self::ApproveForAll { .. }
            | Self::Deploy { .. }
            | Self::SendNative { .. }
            | Self::SignIn(_)
            | Self::SignMessage(_)
            | Self::TransferToken { .. } => {}
        }
    }
}

impl Action {
    /// Whether an approval is taken back: no power is given to anybody.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        match self {
            Self::Approve { allowances, .. } => {
                allowances.iter().all(|one| one.quantity.amount() == Some(U256::ZERO))
            }
            Self::ApproveForAll { approved, .. } => !approved,
            _ => false,
        }
    }
}

impl Quantity {
    /// Whether it is certain that nothing moves.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Amount(amount) => amount.is_zero(),
            Self::Items(items) => items.iter().all(|(_, amount)| amount.is_zero()),
            // the item of number zero is one
            Self::AmountOrItem(_) | Self::Item(_) => false,
        }
    }

    /// The amount, where it is certain to be one.
    #[must_use]
    pub fn amount(&self) -> Option<U256> {
        match self {
            Self::Amount(amount) => Some(*amount),
            Self::AmountOrItem(_) | Self::Item(_) | Self::Items(_) => None,
        }
    }
}
