//! What a transaction does: what it calls, and what is carried along, each call read as if it stood alone.

use alloy_primitives::{Address, Bytes, U256, keccak256};

use super::abi::Layout;
use super::call::{TokenCall, allowance, token};
use super::commands::Step;
use super::functions;
use super::nested::{self, How, Part};
use super::tx::UnsignedTransaction;
use crate::clear::{self, Container};
use crate::context::Context;
use crate::intent::{Action, ApprovalKind, InnerCall, InnerKind, Quantity};

/// What a call does, and what is odd about how it is written.
pub(crate) struct Reading {
    pub(crate) action: Action,
    /// Its data, or that of a call in it, goes on after the arguments.
    pub(crate) trailing: bool,
    /// Its data, or that of a call in it, is not laid out as an encoder does.
    pub(crate) odd: bool,
    /// Tokens that its rows speak of.
    pub(crate) tokens: Vec<(u64, Address)>,
}

/// Reads a transaction of the account.
pub(crate) fn transaction(tx: &UnsignedTransaction, account: Address, context: &Context) -> Reading {
    let mut reader = Reader::new(tx.chain_id, context);
    let action = match tx.to {
        Some(to) => reader.call(Frame { sender: account, own: to, code: to, depth: 0 }, tx.value, &tx.data),
        None => {
            let (code_size, code_hash) = (tx.data.len(), keccak256(&tx.data));
            Action::Deploy { value: tx.value, code_size, code_hash }
        }
    };
    reader.reading(action)
}

/// Reads the call that a signed message allows a contract to make.
pub(crate) fn carried(
    contract: Address,
    part: nested::Call,
    chain_id: u64,
    context: &Context,
) -> (InnerCall, Reading) {
    let mut reader = Reader::new(chain_id, context);
    let frame = Frame { sender: contract, own: contract, code: contract, depth: 0 };
    let inner = reader.inner(frame, part);
    let action = inner.action.clone();
    (inner, reader.reading(action))
}

/// Where a call runs.
#[derive(Clone, Copy)]
struct Frame {
    /// Who calls.
    sender: Address,
    /// On whose account the code runs.
    own: Address,
    /// Whose code it is.
    code: Address,
    depth: usize,
}

struct Reader<'a> {
    chain_id: u64,
    context: &'a Context,
    calls: usize,
    trailing: bool,
    odd: bool,
    tokens: Vec<(u64, Address)>,
}

impl<'a> Reader<'a> {
    fn new(chain_id: u64, context: &'a Context) -> Self {
        Self { chain_id, context, calls: 0, trailing: false, odd: false, tokens: Vec::new() }
    }

    fn reading(self, action: Action) -> Reading {
        Reading { action, trailing: self.trailing, odd: self.odd, tokens: self.tokens }
    }

    fn call(&mut self, frame: Frame, value: U256, data: &Bytes) -> Action {
        let delegated = frame.own != frame.code;
        let contract = frame.code;
        if data.is_empty() {
            return Action::SendNative { to: contract, value };
        }
        let unknown = |selector| Action::Call {
            contract,
            value,
            selector,
            function: None,
            data: data.clone(),
            calls: Vec::new(),
            clear: None,
        };
        let Some((selector, arguments)) = data.split_first_chunk::<4>() else { return unknown(None) };
        let token =
            TokenCall { chain_id: self.chain_id, contract, account: frame.sender, context: self.context };
        // foreign code with a token's selector is not a token: it may do anything
        if !delegated && let Some((action, used)) = token.read(*selector, arguments) {
            self.trailing |= arguments.len() > used;
            return action;
        }
        let container = Container {
            chain_id: self.chain_id,
            from: frame.sender,
            to: contract,
            value,
            context: self.context,
        };
        let described = if delegated { None } else { clear::call(&container, data) };
        let decoded = match &described {
            Some(described) => functions::apply(described.fragment, arguments),
            None => functions::decode(*selector, arguments),
        };
        let Some(decoded) = decoded else { return unknown(Some(*selector)) };
        self.trailing |= decoded.layout == Layout::Trailing;
        self.odd |= decoded.layout == Layout::Odd;
        let function = decoded.function;
        if let Some(action) = token.signed_elsewhere(&function) {
            return action;
        }
        let mut calls = Vec::new();
        if let Some(parts) = nested::parts(contract, &function.signature, &function.arguments) {
            self.odd |= parts.odd;
            for part in parts.parts {
                self.part(frame, part, &mut calls);
            }
        }
        let clear = described.map(|described| {
            if calls.is_empty() {
                let embedded = described.embedded.into_iter();
                calls.extend(embedded.map(|call| self.inner(frame, call)));
            }
            self.tokens.extend(described.tokens);
            described.clear
        });
        Action::Call {
            contract,
            value,
            selector: Some(*selector),
            function: Some(function),
            data: data.clone(),
            calls,
            clear,
        }
    }

    fn part(&mut self, frame: Frame, part: Part, out: &mut Vec<InnerCall>) {
        match part {
            Part::Call(call) => out.push(self.inner(frame, call)),
            Part::Step(Step::Plan(steps)) => {
                for step in steps {
                    self.part(frame, Part::Step(step), out);
                }
            }
            Part::Step(step) => {
                let action = self.step(frame, step);
                out.push(InnerCall { sender: frame.sender, kind: InnerKind::Step, action });
            }
        }
    }

    fn inner(&mut self, frame: Frame, call: nested::Call) -> InnerCall {
        self.calls += 1;
        let next = Frame { depth: frame.depth + 1, ..frame };
        let (next, kind) = match call.how {
            How::Contract => {
                (Frame { sender: frame.own, own: call.to, code: call.to, ..next }, InnerKind::Call)
            }
            How::Same => (next, InnerKind::Call),
            How::Delegate if nested::BATCHERS.contains(&call.to) => {
                (Frame { code: call.to, ..next }, InnerKind::Batch)
            }
            How::Delegate => (Frame { code: call.to, ..next }, InnerKind::Delegate),
        };
        let action = if next.depth > MAX_DEPTH || self.calls > MAX_CALLS {
            Action::Call {
                contract: call.to,
                value: call.value,
                selector: call.data.first_chunk::<4>().copied(),
                function: None,
                data: call.data,
                calls: Vec::new(),
                clear: None,
            }
        } else {
            self.call(next, call.value, &call.data)
        };
        let kind = match (&kind, &action) {
            // the batcher does nothing but batches
            (InnerKind::Batch, Action::Call { function: Some(function), .. })
                if function.signature != MULTI_SEND =>
            {
                InnerKind::Delegate
            }
            (InnerKind::Batch, action) if !matches!(action, Action::Call { function: Some(_), .. }) => {
                InnerKind::Delegate
            }
            _ => kind,
        };
        InnerCall { sender: next.sender, kind, action }
    }

    fn step(&mut self, frame: Frame, step: Step) -> Action {
        let token = |contract| token(self.chain_id, contract, self.context);
        match step {
            Step::Permit { details, spender, deadline } => {
                let allowances = details
                    .into_iter()
                    .map(|(contract, amount)| allowance(token(contract), Quantity::Amount(amount)));
                Action::Approve {
                    allowances: allowances.collect(),
                    spender,
                    kind: ApprovalKind::Permit2Approve,
                    deadline,
                    rows: Vec::new(),
                }
            }
            Step::Take { token: contract, from, to, amount } => Action::TransferToken {
                token: token(contract),
                from: from.unwrap_or(frame.sender),
                to,
                quantity: Quantity::Amount(amount),
            },
            Step::Other(function) => Action::Call {
                contract: frame.own,
                value: U256::ZERO,
                selector: None,
                function: Some(function),
                data: Bytes::new(),
                calls: Vec::new(),
                clear: None,
            },
            Step::Unknown(command) => Action::Call {
                contract: frame.own,
                value: U256::ZERO,
                selector: None,
                function: None,
                data: vec![command].into(),
                calls: Vec::new(),
                clear: None,
            },
            // taken apart before
            Step::Plan(_) => Action::SendNative { to: frame.own, value: U256::ZERO },
        }
    }
}

/// Most calls within each other.
const MAX_DEPTH: usize = 5;
/// Most calls in one transaction; those beyond are shown as unknown.
const MAX_CALLS: usize = 100;
const MULTI_SEND: &str = "multiSend(bytes)";
