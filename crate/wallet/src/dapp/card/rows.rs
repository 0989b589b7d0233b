//! Everything that was decoded, line by line.

use symbolon_chain::evm::address::checksummed;
use symbolon_chain::intent::{
    Action, Allowance, Clear, ClearValue, InnerCall, InnerKind, Message, Quantity, Role, Row, Token,
    TransactionKind, Value,
};
use symbolon_chain::{Address, Intent, U256, text, units};

use super::headline::{self, quantity, symbol};
use super::{cap, row};
use crate::view::{CardRow, RowStyle};

/// Rows of an intent. Nonce and gas of a transaction that is not complete are left out.
pub(super) fn of(intent: &Intent, complete: bool) -> Vec<CardRow> {
    let mut out = Rows { intent, base: 0, rows: Vec::new() };
    out.action(&intent.action);
    out.terms(complete);
    out.rows
}

struct Rows<'a> {
    intent: &'a Intent,
    /// How deep the rows stand: deeper for the calls within a call.
    base: u8,
    rows: Vec<CardRow>,
}

impl Rows<'_> {
    fn action(&mut self, action: &Action) {
        match action {
            Action::Approve { allowances, spender, deadline, rows, .. } => {
                self.address("Spender", spender);
                for allowance in allowances {
                    self.allowance(allowance);
                }
                if let Some(deadline) = deadline {
                    self.text("Until", &format!("{deadline} (seconds since 1970)"));
                }
                self.nested("Message", rows);
            }
            Action::ApproveForAll { token, operator, approved } => {
                self.token(token);
                self.address("Operator", operator);
                self.text("Allowed", if *approved { "every item, until taken back" } else { "no longer" });
            }
            Action::Call { contract, value, selector, function, data, calls, clear } => {
                self.clear(clear.as_ref());
                self.address("Contract", contract);
                self.coin("Amount", *value);
                self.calls(calls);
                if let Some(function) = function {
                    self.text("Function", &function.signature);
                    self.nested("Arguments", &function.arguments);
                } else if let Some(selector) = selector {
                    self.code("Function", &format!("0x{} (not known)", hex::encode(selector)));
                }
                self.code("Data", &format!("0x{}", hex::encode(data)));
            }
            Action::Deploy { value, code_size, code_hash } => {
                self.coin("Amount", *value);
                self.text("Code", &format!("{code_size} bytes"));
                self.code("Code hash", &format!("{code_hash}"));
            }
            Action::SendNative { to, value } => {
                self.coin("Amount", *value);
                self.address("To", to);
            }
            Action::SignIn(sign_in) => {
                self.text("Site", &sign_in.domain);
                self.address("Account", &sign_in.address);
                if let Some(statement) = &sign_in.statement {
                    self.text("Statement", statement);
                }
                self.text("For", &sign_in.uri);
                self.text("Chain id", &sign_in.chain_id.to_string());
                self.text("Issued", &sign_in.issued_at);
                if let Some(end) = &sign_in.expiration_time {
                    self.text("Ends", end);
                }
                for resource in &sign_in.resources {
                    self.text("Resource", resource);
                }
                self.message("Message", &sign_in.text);
            }
            Action::SignMessage(Message::Text(text)) => self.message("Message", text),
            Action::SignMessage(Message::Binary(bytes)) => {
                self.code("Message", &format!("0x{}", hex::encode(bytes)));
            }
            Action::SignTypedData(typed) => {
                self.clear(typed.clear.as_ref());
                self.calls(&typed.calls);
                self.nested("Domain", &typed.domain);
                let heading = if typed.primary_type.is_empty() { "Message" } else { &typed.primary_type };
                self.nested(heading, &typed.rows);
            }
            Action::TransferToken { token, from, to, quantity: how_many } => {
                self.amount("Amount", &quantity(token, how_many));
                if let Quantity::Items(items) = how_many {
                    for (number, amount) in items {
                        self.text("Item", &format!("{number} × {amount}"));
                    }
                }
                self.token(token);
                if *from != self.intent.account {
                    self.address("From", from);
                }
                self.address("To", to);
            }
        }
    }

    /// A descriptor's words; what was decoded stands below them, all of it.
    fn clear(&mut self, clear: Option<&Clear>) {
        let Some(clear) = clear else { return };
        if clear.sentence.is_some() {
            self.text("Action", &clear.intent);
        }
        if let Some(owner) = &clear.owner {
            self.text("Belongs to", owner);
        }
        if let Some(name) = &clear.contract_name {
            self.text("Called", name);
        }
        for field in &clear.rows {
            let (label, depth) = (&field.label, field.depth);
            match &field.value {
                ClearValue::Address(address, name) => {
                    self.put(depth, label, RowStyle::Address, &checksummed(address));
                    if let Some(name) = name {
                        self.put(depth.saturating_add(1), "Known as", RowStyle::Text, name);
                    }
                }
                ClearValue::Amount(amount) => self.put(depth, label, RowStyle::Amount, amount),
                ClearValue::Call(to) => self.put(depth, label, RowStyle::Address, &checksummed(to)),
                ClearValue::Code(code) => self.put(depth, label, RowStyle::Code, code),
                ClearValue::Heading => self.put(depth, label, RowStyle::Heading, ""),
                ClearValue::Text(text) => self.put(depth, label, RowStyle::Text, text),
            }
        }
    }

    /// The calls within a call, each with its own rows.
    fn calls(&mut self, calls: &[InnerCall]) {
        for (index, inner) in calls.iter().enumerate() {
            let heading = headline::of_action(self.intent, &inner.action);
            let what = match inner.kind {
                InnerKind::Batch | InnerKind::Call => "Call",
                InnerKind::Delegate => "Foreign code",
                InnerKind::Step => "Step",
            };
            self.put(0, &format!("{what} {} of {}", index + 1, calls.len()), RowStyle::Heading, &heading);
            self.base = self.base.saturating_add(1);
            self.action(&inner.action);
            self.base = self.base.saturating_sub(1);
        }
    }

    fn put(&mut self, depth: u8, label: &str, style: RowStyle, value: &str) {
        self.rows.push(row(self.base.saturating_add(depth), label, style, &cap(value, MAX_VALUE)));
    }

    fn terms(&mut self, complete: bool) {
        let Some(terms) = self.intent.transaction.as_ref().filter(|_| complete) else { return };
        let kind = match terms.kind {
            TransactionKind::AccessList => "with access list (EIP-2930)",
            TransactionKind::DynamicFee => "EIP-1559",
            TransactionKind::Legacy => "legacy (EIP-155)",
        };
        self.text("Nonce", &terms.nonce.to_string());
        self.text("Gas limit", &terms.gas_limit.to_string());
        if let Some(fee) = terms.l1_fee {
            self.coin("Fee for the parent chain", fee);
        }
        self.text("Transaction type", kind);
        if terms.access_list_size > 0 {
            self.text("Access list", &format!("{} addresses", terms.access_list_size));
        }
    }

    fn allowance(&mut self, allowance: &Allowance) {
        let what = if allowance.unlimited {
            format!("unlimited {}", symbol(&allowance.token))
        } else {
            quantity(&allowance.token, &allowance.quantity)
        };
        self.amount("May take", &what);
        self.token(&allowance.token);
    }

    fn token(&mut self, token: &Token) {
        self.address("Token", &token.contract);
        match &token.info {
            None => self.text("Token facts", "not checked"),
            Some(info) if !info.vouched => {
                self.text(
                    "Token facts",
                    &format!("{}, {} decimals, says its contract", info.symbol, info.decimals),
                );
            }
            Some(_) => {}
        }
    }

    fn coin(&mut self, label: &str, wei: U256) {
        let currency = &self.intent.currency;
        self.amount(label, &format!("{} {}", units::format(wei, currency.decimals), currency.symbol));
    }

    fn amount(&mut self, label: &str, value: &str) {
        self.rows.push(row(self.base, label, RowStyle::Amount, value));
    }

    fn text(&mut self, label: &str, value: &str) {
        self.rows.push(row(self.base, label, RowStyle::Text, value));
    }

    fn code(&mut self, label: &str, value: &str) {
        self.rows.push(row(self.base, label, RowStyle::Code, &cap(value, MAX_VALUE)));
    }

    fn message(&mut self, label: &str, value: &str) {
        self.rows.push(row(self.base, label, RowStyle::Message, &cap(value, MAX_MESSAGE)));
    }

    /// An address in full, with its name beside it where it has one.
    fn address(&mut self, label: &str, address: &Address) {
        self.rows.push(row(self.base, label, RowStyle::Address, &checksummed(address)));
        let its = |party: &&symbolon_chain::intent::Counterparty| {
            party.address == *address && party.role != Role::Token
        };
        let name = self.intent.parties.iter().find(its).and_then(|party| party.name.as_ref());
        if let Some(known) = name {
            self.rows.push(row(self.base.saturating_add(1), "Known as", RowStyle::Text, &known.name));
        }
    }

    fn nested(&mut self, heading: &str, rows: &[Row]) {
        if !rows.is_empty() {
            self.rows.push(row(self.base, heading, RowStyle::Heading, ""));
            self.fields(1, rows);
        }
    }

    fn fields(&mut self, depth: u8, rows: &[Row]) {
        for field in rows {
            let mut put = |style, value: &str| {
                self.rows.push(row(
                    self.base.saturating_add(depth),
                    &field.name,
                    style,
                    &cap(value, MAX_VALUE),
                ));
            };
            match &field.value {
                Value::Address(address) => put(RowStyle::Address, &checksummed(address)),
                Value::Bool(yes) => put(RowStyle::Text, if *yes { "yes" } else { "no" }),
                Value::Bytes(bytes) => put(RowStyle::Code, &format!("0x{}", hex::encode(bytes))),
                Value::Nothing => put(RowStyle::Text, "nothing"),
                Value::Rows(inner) => {
                    put(RowStyle::Heading, &text::inert_name(&field.kind));
                    self.fields(depth.saturating_add(1), inner);
                }
                Value::Signed(number) => put(RowStyle::Text, &number.to_string()),
                Value::Text(text) => put(RowStyle::Message, text),
                Value::Unsigned(number) => put(RowStyle::Text, &number.to_string()),
            }
        }
    }
}

/// Most characters of a value; the raw tab has more, and the digest covers all.
const MAX_VALUE: usize = 10_000;
/// A message is what is signed: shown whole, up to what any device accepts.
const MAX_MESSAGE: usize = 140_000;
