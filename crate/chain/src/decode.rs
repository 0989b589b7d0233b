//! From a raw request to the intent that is shown and judged.

use alloy_primitives::{Address, B256, U256};

use crate::clear;
use crate::context::{Context, Currency, NameSource};
use crate::evm::siwe::SignIn;
use crate::evm::tx::{BadTransaction, Fees, UnsignedTransaction};
use crate::evm::typed::find;
use crate::evm::typed::{BadTypedData, TypedData};
use crate::evm::{call, message, nested, permit, reader};
use crate::intent::{
    Action, Allowance, ApprovalKind, Counterparty, Function, InnerCall, InnerKind, Intent, Message, Quantity,
    Role, Row, Token, TransactionTerms, TypedMessage, Value,
};
use crate::request::{EvmRequest, EvmSubject, Request, TooLarge};
use crate::risk::{self, Risk};
use crate::{text, words};

/// Why a request cannot be read, and so cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// The transaction.
    #[error(transparent)]
    Transaction(#[from] BadTransaction),
    /// The typed data.
    #[error("typed data cannot be signed: {0}")]
    TypedData(#[from] BadTypedData),
    /// Its size.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A transaction for another chain than the request says.
    #[error("the transaction is for chain {found}, the request for chain {asked}")]
    Chain {
        /// Chain id of the transaction.
        found: u64,
        /// Chain id of the request.
        asked: u64,
    },
}

/// Reads a request: what signing it would do, as this device sees it.
///
/// # Errors
/// [`BadRequest`] if it is not well-formed; such a request must not be signed.
pub fn decode(request: &Request, context: &Context) -> Result<Intent, BadRequest> {
    let Request::Evm(request) = request;
    request.check_size()?;
    match &request.subject {
        EvmSubject::Transaction(payload) => transaction(request, payload, context),
        EvmSubject::PersonalMessage(message) => Ok(personal_message(request, message, context)),
        EvmSubject::TypedData { json, version } => {
            let typed = TypedData::parse(json, *version, request.chain_id)?;
            Ok(typed_data(request, typed, context))
        }
    }
}

/// The 32 bytes that a signature of the request is over.
///
/// # Errors
/// [`BadRequest`], exactly where [`decode`] has one: what cannot be shown has no digest.
pub fn digest(request: &Request) -> Result<B256, BadRequest> {
    decode(request, &Context::default()).map(|intent| intent.digest)
}

fn transaction(request: &EvmRequest, payload: &[u8], context: &Context) -> Result<Intent, BadRequest> {
    let tx = UnsignedTransaction::decode(payload)?;
    if tx.chain_id != request.chain_id {
        return Err(BadRequest::Chain { found: tx.chain_id, asked: request.chain_id });
    }
    let reading = reader::transaction(&tx, request.account, context);
    let mut intent = Builder::new(request, context);
    intent.layout(&reading);
    intent.transaction = Some(terms(&tx, context));
    Ok(intent.finish(reading.action, tx.digest()))
}

fn terms(tx: &UnsignedTransaction, context: &Context) -> TransactionTerms {
    TransactionTerms {
        kind: tx.kind(),
        nonce: tx.nonce,
        gas_limit: tx.gas_limit,
        max_fee_per_gas: tx.max_fee_per_gas(),
        max_priority_fee_per_gas: match tx.fees {
            Fees::Dynamic { max_priority_fee_per_gas, .. } => Some(max_priority_fee_per_gas),
            Fees::Price { .. } => None,
        },
        l1_fee: context.l1_fee,
        max_fee: tx.max_gas_cost().saturating_add(context.l1_fee.unwrap_or_default()),
        value: tx.value,
        access_list_size: tx.access_list.0.len(),
    }
}

fn personal_message(request: &EvmRequest, bytes: &[u8], context: &Context) -> Intent {
    let mut intent = Builder::new(request, context);
    let action = match std::str::from_utf8(bytes) {
        // JSON-RPC hands texts over as bytes, so a message of control codes is bytes, not text.
        Ok(text) if is_readable(text) => {
            intent.judge_text(text);
            match SignIn::parse(text) {
                Some(sign_in) => Action::SignIn(sign_in),
                None => Action::SignMessage(Message::Text(text::inert_block(text))),
            }
        }
        _ => {
            // 32 bytes may be the hash of anything, and some contracts take it so; 0x05 begins an EIP-7702 authorisation
            if bytes.len() == 32 || bytes.first() == Some(&0x05) {
                intent.risks.push(Risk::OpaqueHash);
            }
            Action::SignMessage(Message::Binary(bytes.to_vec().into()))
        }
    };
    intent.finish(action, message::digest(bytes))
}

fn is_readable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn typed_data(request: &EvmRequest, typed: TypedData, context: &Context) -> Intent {
    let mut intent = Builder::new(request, context);
    intent.judge_rows(&typed.domain);
    intent.judge_rows(&typed.message);
    if !typed.bound_to_chain {
        intent.risks.push(Risk::AnyChain);
    }
    if typed.unsigned_fields {
        intent.risks.push(Risk::UnsignedFields);
    }
    if let Some(contract) = typed.verifying_contract {
        intent.party(contract, Role::Contract);
    }
    let action = match permit::recognise(&typed) {
        Some(permit) => {
            let permit2 = permit.kind != ApprovalKind::Permit;
            if permit2 && typed.verifying_contract != Some(permit::PERMIT2) {
                intent.risks.push(Risk::UnknownTypedData);
            }
            let allowances = permit.allowances.into_iter().map(|(contract, quantity)| {
                call::allowance(call::token(request.chain_id, contract, context), quantity)
            });
            Action::Approve {
                allowances: allowances.collect(),
                spender: permit.spender,
                kind: permit.kind,
                deadline: permit.deadline,
                rows: typed.message,
            }
        }
        None => {
            if typed.primary_type.contains("Order") {
                intent.risks.push(Risk::Order);
            }
            let described = clear::message(&typed, request, context);
            let mut embedded = Vec::new();
            let mut calls = Vec::new();
            if typed.type_text == SAFE_TRANSACTION {
                embedded.extend(nested::structure(&typed.message));
            } else if described.is_none() {
                intent.risks.push(Risk::UnknownTypedData);
            }
            let clear = described.map(|described| {
                if embedded.is_empty() {
                    embedded = described.embedded;
                }
                intent.tokens(&described.tokens);
                described.clear
            });
            if let Some(contract) = typed.verifying_contract {
                for call in embedded {
                    let (inner, reading) = reader::carried(contract, call, request.chain_id, context);
                    intent.layout(&reading);
                    calls.push(inner);
                }
            }
            Action::SignTypedData(TypedMessage {
                primary_type: typed.primary_type,
                domain: typed.domain,
                verifying_contract: typed.verifying_contract,
                rows: typed.message,
                calls,
                clear,
            })
        }
    };
    intent.finish(action, typed.digest)
}

struct Builder<'a> {
    request: &'a EvmRequest,
    context: &'a Context,
    parties: Vec<Counterparty>,
    risks: Vec<Risk>,
    transaction: Option<TransactionTerms>,
}

impl<'a> Builder<'a> {
    fn new(request: &'a EvmRequest, context: &'a Context) -> Self {
        Self { request, context, parties: Vec::new(), risks: Vec::new(), transaction: None }
    }

    fn finish(mut self, action: Action, digest: B256) -> Intent {
        let account = self.request.account;
        self.judge(&action, account);
        self.risks.sort_by_key(|risk| std::cmp::Reverse(risk.severity()));
        let mut risks = Vec::new();
        for risk in self.risks {
            if !risks.contains(&risk) {
                risks.push(risk);
            }
        }
        Intent {
            chain_id: self.request.chain_id,
            account: self.request.account,
            currency: self.context.currency.clone().unwrap_or_else(Currency::ether),
            action,
            transaction: self.transaction,
            parties: self.parties,
            risks,
            digest,
            digest_words: words::of(&digest).iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    fn layout(&mut self, reading: &reader::Reading) {
        if reading.trailing {
            self.risks.push(Risk::TrailingData);
        }
        if reading.odd {
            self.risks.push(Risk::OddEncoding);
        }
        self.tokens(&reading.tokens);
    }

    /// Tokens that a descriptor speaks of: their facts are needed, and are told where they are missing.
    fn tokens(&mut self, tokens: &[(u64, Address)]) {
        for (chain_id, contract) in tokens.iter().filter(|(chain_id, _)| *chain_id == self.request.chain_id) {
            self.token(&call::token(*chain_id, *contract, self.context));
        }
    }

    /// Judges what is done in the name of `sender`: the account, or a contract that it moves.
    fn judge(&mut self, action: &Action, sender: Address) {
        match action {
            Action::Approve { allowances, spender, kind, .. } => {
                self.party(*spender, Role::Spender);
                for allowance in allowances {
                    self.token(&allowance.token);
                    self.judge_allowance(allowance, *spender, *kind);
                }
            }
            Action::ApproveForAll { token, operator, approved } => {
                self.party(*operator, Role::Spender);
                self.token(token);
                if *approved {
                    self.risks.push(Risk::ApprovalForAll { operator: *operator });
                }
            }
            Action::Call { contract, selector, function, calls, clear, .. } => {
                self.party(*contract, Role::Contract);
                match function {
                    Some(function) => {
                        self.judge_function(*contract, function);
                        if clear.is_none() && calls.is_empty() && self.is_stranger(contract) {
                            self.risks.push(Risk::UnknownContract { contract: *contract });
                        }
                    }
                    None => self.risks.push(Risk::UnknownCall { selector: *selector }),
                }
                self.judge_calls(calls);
            }
            Action::Deploy { .. } => self.risks.push(Risk::UnknownCall { selector: None }),
            Action::SendNative { to, .. } => {
                self.party(*to, Role::Recipient);
                if to.is_zero() {
                    self.risks.push(Risk::LostRecipient { address: *to });
                }
            }
            Action::SignIn(sign_in) => self.judge_sign_in(sign_in),
            Action::SignMessage(Message::Binary(_)) => self.risks.push(Risk::UnreadableMessage),
            Action::SignMessage(Message::Text(text)) => {
                if text.contains(SIGN_IN) {
                    self.risks.push(Risk::BrokenSignIn);
                }
            }
            Action::SignTypedData(typed) => self.judge_calls(&typed.calls),
            Action::TransferToken { token, from, to, quantity } => {
                self.party(*to, Role::Recipient);
                if quantity.is_nothing() {
                    self.risks.push(Risk::NothingMoves);
                }
                if *from != sender {
                    self.party(*from, Role::Source);
                    self.risks.push(match *from == self.request.account {
                        true => Risk::TakesTokens { to: *to },
                        false => Risk::ThirdPartyTransfer { from: *from },
                    });
                }
                self.token(token);
                let is_token = self.context.tokens.contains_key(&(self.request.chain_id, *to));
                if to.is_zero() || *to == token.contract || is_token {
                    self.risks.push(Risk::LostRecipient { address: *to });
                }
            }
        }
    }

    fn judge_calls(&mut self, calls: &[InnerCall]) {
        for inner in calls {
            if inner.kind == InnerKind::Delegate {
                let target = match &inner.action {
                    Action::Call { contract, .. } => *contract,
                    Action::SendNative { to, .. } => *to,
                    _ => inner.sender,
                };
                self.risks.push(Risk::DelegateCall { target });
            }
            // A transfer that the request's own sentence does not speak of.
            if let Action::TransferToken { from, to, .. } = &inner.action
                && *from == self.request.account
                && *to != inner.sender
                && !is_marker(to)
                && !self.is_own(to)
            {
                self.risks.push(Risk::TakesTokens { to: *to });
            }
            self.judge(&inner.action, inner.sender);
        }
    }

    fn judge_function(&mut self, contract: Address, function: &Function) {
        self.judge_rows(&function.arguments);
        let name = function.signature.split('(').next().unwrap_or_default();
        if CONTROL.contains(&name) {
            self.risks.push(Risk::Control { contract });
        }
        self.named_parties(&function.arguments);
        if name == "approveDelegation"
            && let Some(Value::Address(spender)) = find(&function.arguments, "delegatee")
        {
            self.risks.push(Risk::Approval { spender: *spender });
        }
    }

    /// Addresses that the names of parameters give a part to.
    fn named_parties(&mut self, rows: &[Row]) {
        for row in rows {
            match &row.value {
                Value::Rows(rows) => self.named_parties(rows),
                Value::Address(address) if !is_marker(address) => {
                    if RECIPIENTS.contains(&row.name.as_str()) {
                        self.party(*address, Role::Recipient);
                        if !self.is_own(address) {
                            self.risks.push(Risk::OtherRecipient { address: *address });
                        }
                    } else if SPENDERS.contains(&row.name.as_str()) {
                        self.party(*address, Role::Spender);
                    }
                }
                _ => {}
            }
        }
    }

    fn judge_allowance(&mut self, allowance: &Allowance, spender: Address, kind: ApprovalKind) {
        let taken_back = match allowance.quantity {
            Quantity::Amount(amount) => amount.is_zero(),
            // the approved address of an item is reset by approving nobody
            Quantity::AmountOrItem(_) | Quantity::Item(_) | Quantity::Items(_) => spender.is_zero(),
        };
        if taken_back || kind == ApprovalKind::Decrease {
            return;
        }
        self.risks.push(Risk::Approval { spender });
        if allowance.unlimited {
            self.risks.push(Risk::UnlimitedApproval { spender });
        }
    }

    fn judge_sign_in(&mut self, sign_in: &SignIn) {
        // Without an origin there is nothing the domain could match.
        if !self.context.origin.as_ref().is_some_and(|origin| sign_in.is_for(origin)) {
            self.risks.push(Risk::SignInDomain { stated: sign_in.domain.clone() });
        }
        if sign_in.address != self.request.account {
            self.risks.push(Risk::SignInAccount { stated: sign_in.address });
        }
        if sign_in.chain_id != self.request.chain_id {
            self.risks.push(Risk::SignInChain { stated: sign_in.chain_id });
        }
    }

    fn token(&mut self, token: &Token) {
        self.party(token.contract, Role::Token);
        if let Some(info) = &token.info {
            self.judge_text(&info.symbol);
        }
        if !token.info.as_ref().is_some_and(|info| info.vouched) {
            self.risks.push(Risk::UnknownToken { contract: token.contract });
        }
    }

    /// One of the owner's accounts.
    fn is_own(&self, address: &Address) -> bool {
        let name = self.context.names.get(address);
        *address == self.request.account || name.is_some_and(|known| known.source == NameSource::OwnAccount)
    }

    /// Nobody has a name for it, and the account has not dealt with it.
    fn is_stranger(&self, address: &Address) -> bool {
        let seen = self.context.seen.contains(&(self.request.chain_id, *address));
        let token = self.context.tokens.get(&(self.request.chain_id, *address));
        !seen && !self.context.names.contains_key(address) && !token.is_some_and(|info| info.vouched)
    }

    fn party(&mut self, address: Address, role: Role) {
        if self.parties.iter().any(|party| party.address == address && party.role == role) {
            return;
        }
        let name = self.context.names.get(&address).map(|known| {
            let mut known = known.clone();
            known.name = text::inert_name(&known.name);
            known
        });
        let seen = self.is_own(&address) || self.context.seen.contains(&(self.request.chain_id, address));
        if !seen && role != Role::Token && role != Role::Source {
            self.risks.push(Risk::FirstTime { address });
        }
        if let Some(known) = self.looks_like(&address, seen, name.is_some()) {
            self.risks.push(Risk::LookAlike { address, known });
        }
        self.parties.push(Counterparty { address, role, name, seen });
    }

    /// The known address that this one could be taken for. A name is the owner's own word; having dealt with an address
    /// clears it only against others that have no more than that.
    fn looks_like(&self, address: &Address, seen: bool, named: bool) -> Option<Address> {
        if named || address.is_zero() {
            return None;
        }
        let names = self.context.names.keys();
        let dealt = self.context.seen.iter().map(|(_, address)| address).filter(|_| !seen);
        let account = core::iter::once(&self.request.account);
        account.chain(names).chain(dealt).find(|known| risk::look_alike(known, address)).copied()
    }

    /// Rows have been rendered already: what was hidden stands there written out, in brackets nobody can forge.
    fn judge_rows(&mut self, rows: &[Row]) {
        for row in rows {
            match &row.value {
                Value::Rows(rows) => self.judge_rows(rows),
                Value::Text(text) => self.judge_text(text),
                _ => {}
            }
        }
    }

    fn judge_text(&mut self, text: &str) {
        let signs = text::signs(text);
        if signs.deceptive || text.contains('⟨') {
            self.risks.push(Risk::DeceptiveText);
        }
        if signs.mixed_scripts {
            self.risks.push(Risk::MixedScripts);
        }
    }
}

/// Addresses that stand for something else: nobody, whoever calls (1), the contract itself (2).
fn is_marker(address: &Address) -> bool {
    address.as_slice().iter().take(19).all(|byte| *byte == 0)
}

/// Type of the messages that a Safe's owners sign (`SAFE_TX_TYPEHASH` of safe-smart-account 1.3.0 and later).
const SAFE_TRANSACTION: &str = "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,\
uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)";
/// Functions that change who, or whose code, decides over a contract.
const CONTROL: [&str; 22] = [
    "acceptOwnership",
    "addOwnerWithThreshold",
    "changeAdmin",
    "changeThreshold",
    "enableModule",
    "grantRole",
    "removeOwner",
    "renounceOwnership",
    "renounceRole",
    "revokeRole",
    "setApproved",
    "setFallbackHandler",
    "setGuard",
    "setOwner",
    "setResolver",
    "setup",
    "swapOwner",
    "transferOwnership",
    "upgrade",
    "upgradeAndCall",
    "upgradeTo",
    "upgradeToAndCall",
];
/// Names of parameters that receive something.
const RECIPIENTS: [&str; 11] = [
    "account",
    "beneficiary",
    "destination",
    "dst",
    "dstReceiver",
    "onBehalfOf",
    "owner",
    "receiver",
    "recipient",
    "refundAddress",
    "to",
];
/// What the first line of a sign-in ends in (ERC-4361, "ABNF Message Format").
const SIGN_IN: &str = "wants you to sign in with your Ethereum account";
/// Names of parameters that may act later.
const SPENDERS: [&str; 5] = ["delegatee", "newAdmin", "newOwner", "operator", "spender"];

impl Currency {
    /// Ether, 18 decimals.
    #[must_use]
    pub fn ether() -> Self {
        Self { name: "Ether".to_owned(), symbol: "ETH".to_owned(), decimals: 18 }
    }

    /// One whole coin in its smallest unit; nothing if that does not fit.
    #[must_use]
    pub fn unit(&self) -> Option<U256> {
        U256::from(10).checked_pow(U256::from(self.decimals))
    }
}

#[cfg(test)]
mod tests;
