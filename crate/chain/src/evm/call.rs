//! Calls that move or release tokens.

use alloy_primitives::{Address, Bytes, U256};

use super::abi::{self, Layout};
use super::nested;
use super::permit;
use super::typed::find;
use crate::context::{Context, TokenStandard};
use crate::intent::{Action, Allowance, ApprovalKind, Function, Quantity, Row, Token, Value};

/// A token of the context, its symbol rendered inert.
pub(crate) fn token(chain_id: u64, contract: Address, context: &Context) -> Token {
    let info = context.tokens.get(&(chain_id, contract)).map(|info| {
        let mut info = info.clone();
        info.symbol = crate::text::inert_name(&info.symbol);
        info
    });
    Token { contract, info }
}

/// Whether an amount is as good as no limit: the widest that some token's field takes, or more than any supply.
pub(crate) fn is_unlimited(amount: U256) -> bool {
    // 2^128 of the smallest unit is 3.4 × 10^20 tokens of 18 decimals. Some tokens count in 96 bits.
    amount.bit_len() > 127 || amount == U256::from((1u128 << 96) - 1)
}

/// One allowance, judged.
pub(crate) fn allowance(token: Token, quantity: Quantity) -> Allowance {
    let unlimited = match &quantity {
        Quantity::Amount(amount) | Quantity::AmountOrItem(amount) => is_unlimited(*amount),
        Quantity::Item(_) | Quantity::Items(_) => false,
    };
    Allowance { token, quantity, unlimited }
}

/// A call of a contract that may be a token.
pub(super) struct TokenCall<'a> {
    pub(super) chain_id: u64,
    pub(super) contract: Address,
    /// Who calls.
    pub(super) account: Address,
    pub(super) context: &'a Context,
}

impl TokenCall<'_> {
    /// Reads the calls that move or release tokens. Contracts ignore what follows their arguments, so the call is read
    /// even if there is more; the second value is the length that was read.
    pub(super) fn read(&self, selector: [u8; 4], data: &[u8]) -> Option<(Action, usize)> {
        match selector {
            TRANSFER => {
                let [to, amount] = words(data)?;
                Some((self.transfer(self.account, abi::address(to)?, Quantity::Amount(number(amount))), 64))
            }
            TRANSFER_FROM => {
                let [from, to, amount] = words(data)?;
                Some((self.transfer(abi::address(from)?, abi::address(to)?, self.quantity(amount)), 96))
            }
            SAFE_TRANSFER_FROM => {
                let [from, to, item] = words(data)?;
                Some((
                    self.transfer(abi::address(from)?, abi::address(to)?, Quantity::Item(number(item))),
                    96,
                ))
            }
            SAFE_TRANSFER_FROM_DATA => {
                let [from, to, item, _, _] = words(data)?;
                let action =
                    self.transfer(abi::address(from)?, abi::address(to)?, Quantity::Item(number(item)));
                Some((action, data.len()))
            }
            SAFE_TRANSFER_FROM_1155 => {
                let [from, to, item, amount, _, _] = words(data)?;
                let items = Quantity::Items(vec![(number(item), number(amount))]);
                Some((self.transfer(abi::address(from)?, abi::address(to)?, items), data.len()))
            }
            SAFE_BATCH_TRANSFER_FROM => self.batch(data),
            APPROVE => {
                let [spender, amount] = words(data)?;
                Some((self.approve(spender, self.quantity(amount), ApprovalKind::Approve)?, 64))
            }
            INCREASE_ALLOWANCE | INCREASE_APPROVAL => {
                let [spender, amount] = words(data)?;
                let quantity = Quantity::Amount(number(amount));
                Some((self.approve(spender, quantity, ApprovalKind::Increase)?, 64))
            }
            DECREASE_ALLOWANCE | DECREASE_APPROVAL => {
                let [spender, amount] = words(data)?;
                let quantity = Quantity::Amount(number(amount));
                Some((self.approve(spender, quantity, ApprovalKind::Decrease)?, 64))
            }
            PERMIT2_APPROVE => {
                let [contract, spender, amount, expiration] = words(data)?;
                let token = token(self.chain_id, abi::address(contract)?, self.context);
                let action = Action::Approve {
                    allowances: vec![allowance(token, Quantity::Amount(number(amount)))],
                    spender: abi::address(spender)?,
                    kind: ApprovalKind::Permit2Approve,
                    deadline: Some(number(expiration)),
                    rows: Vec::new(),
                };
                Some((action, 128))
            }
            PERMIT2_TRANSFER_FROM => {
                let [from, to, amount, contract] = words(data)?;
                let action = Action::TransferToken {
                    token: token(self.chain_id, abi::address(contract)?, self.context),
                    from: abi::address(from)?,
                    to: abi::address(to)?,
                    quantity: Quantity::Amount(number(amount)),
                };
                Some((action, 128))
            }
            SET_APPROVAL_FOR_ALL => {
                let [operator, approved] = words(data)?;
                let action = Action::ApproveForAll {
                    token: self.token(),
                    operator: abi::address(operator)?,
                    approved: abi::boolean(approved)?,
                };
                Some((action, 64))
            }
            _ => None,
        }
    }

    /// An approval that the owner has signed already, and now hands in: Permit2's `permit`, by the owner's own call.
    pub(super) fn signed_elsewhere(&self, function: &Function) -> Option<Action> {
        if self.contract != permit::PERMIT2 || !function.signature.starts_with("permit(address,((") {
            return None;
        }
        let rows = &function.arguments;
        let permit = ["permitSingle", "permitBatch"].iter().find_map(|name| find(rows, name))?;
        let permit = nested::rows_of(permit)?;
        let Value::Address(spender) = find(permit, "spender")? else { return None };
        let allowances =
            nested::token_amounts(find(permit, "details")?)?.into_iter().map(|(contract, amount)| {
                allowance(token(self.chain_id, contract, self.context), Quantity::Amount(amount))
            });
        Some(Action::Approve {
            allowances: allowances.collect(),
            spender: *spender,
            kind: ApprovalKind::Permit2Approve,
            deadline: nested::number(permit, "sigDeadline"),
            rows: rows.clone(),
        })
    }

    fn token(&self) -> Token {
        token(self.chain_id, self.contract, self.context)
    }

    /// What the last argument of a call means that ERC-20 and ERC-721 share.
    fn quantity(&self, word: &[u8; 32]) -> Quantity {
        let number = number(word);
        match self.token().info.map(|info| info.standard) {
            Some(TokenStandard::Erc20) => Quantity::Amount(number),
            Some(TokenStandard::Erc721 | TokenStandard::Erc1155) => Quantity::Item(number),
            None => Quantity::AmountOrItem(number),
        }
    }

    fn transfer(&self, from: Address, to: Address, quantity: Quantity) -> Action {
        Action::TransferToken { token: self.token(), from, to, quantity }
    }

    fn approve(&self, spender: &[u8; 32], quantity: Quantity, kind: ApprovalKind) -> Option<Action> {
        let spender = abi::address(spender)?;
        let allowances = vec![allowance(self.token(), quantity)];
        Some(Action::Approve { allowances, spender, kind, deadline: None, rows: Vec::new() })
    }

    fn batch(&self, data: &[u8]) -> Option<(Action, usize)> {
        use super::kind::Kind::{Address, Array, Bytes, Uint};
        let list = || Array(Box::new(Uint(256)), None);
        let parameters =
            [("from", Address), ("to", Address), ("ids", list()), ("amounts", list()), ("data", Bytes)];
        let decoded = abi::decode(&parameters.map(|(name, kind)| (name.to_owned(), kind)), data)?;
        if decoded.layout == Layout::Odd {
            return None;
        }
        let rows = decoded.rows;
        let [from, to, ids, amounts, _] = rows.as_slice() else { return None };
        let (Value::Address(from), Value::Address(to)) = (&from.value, &to.value) else { return None };
        let (Value::Rows(ids), Value::Rows(amounts)) = (&ids.value, &amounts.value) else { return None };
        if ids.len() != amounts.len() {
            return None;
        }
        let items = ids.iter().zip(amounts).map(|pair| match pair {
            (Row { value: Value::Unsigned(id), .. }, Row { value: Value::Unsigned(amount), .. }) => {
                Some((*id, *amount))
            }
            _ => None,
        });
        let items = items.collect::<Option<Vec<_>>>()?;
        Some((self.transfer(*from, *to, Quantity::Items(items)), data.len()))
    }
}

/// Call data of an ERC-20 `transfer`, for the owner's own sends.
#[must_use]
pub fn erc20_transfer(to: Address, amount: U256) -> Bytes {
    let mut data = TRANSFER.to_vec();
    data.extend_from_slice(to.into_word().as_slice());
    data.extend_from_slice(&amount.to_be_bytes::<32>());
    data.into()
}

/// Call data of an ERC-20 `approve`, for exact amounts and for taking approvals back.
#[must_use]
pub fn erc20_approve(spender: Address, amount: U256) -> Bytes {
    let mut data = APPROVE.to_vec();
    data.extend_from_slice(spender.into_word().as_slice());
    data.extend_from_slice(&amount.to_be_bytes::<32>());
    data.into()
}

/// The first `N` words; `None` if there are fewer.
fn words<const N: usize>(data: &[u8]) -> Option<[&[u8; 32]; N]> {
    let (words, _) = data.as_chunks::<32>();
    let mut words = words.iter();
    let mut out = [&[0u8; 32]; N];
    for slot in &mut out {
        *slot = words.next()?;
    }
    Some(out)
}

fn number(word: &[u8; 32]) -> U256 {
    U256::from_be_bytes(*word)
}

// Selectors; a test computes them from the signatures.
const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];
const DECREASE_ALLOWANCE: [u8; 4] = [0xa4, 0x57, 0xc2, 0xd7];
const DECREASE_APPROVAL: [u8; 4] = [0x66, 0x18, 0x84, 0x63];
const INCREASE_ALLOWANCE: [u8; 4] = [0x39, 0x50, 0x93, 0x51];
const INCREASE_APPROVAL: [u8; 4] = [0xd7, 0x3d, 0xd6, 0x23];
const PERMIT2_APPROVE: [u8; 4] = [0x87, 0x51, 0x7c, 0x45];
const PERMIT2_TRANSFER_FROM: [u8; 4] = [0x36, 0xc7, 0x85, 0x16];
const SAFE_BATCH_TRANSFER_FROM: [u8; 4] = [0x2e, 0xb2, 0xc2, 0xd6];
const SAFE_TRANSFER_FROM: [u8; 4] = [0x42, 0x84, 0x2e, 0x0e];
const SAFE_TRANSFER_FROM_1155: [u8; 4] = [0xf2, 0x42, 0x43, 0x2a];
const SAFE_TRANSFER_FROM_DATA: [u8; 4] = [0xb8, 0x8d, 0x4f, 0xde];
const SET_APPROVAL_FOR_ALL: [u8; 4] = [0xa2, 0x2c, 0xb4, 0x65];
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const TRANSFER_FROM: [u8; 4] = [0x23, 0xb8, 0x72, 0xdd];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::selector_of;

    #[test]
    fn the_selectors_are_those_of_the_signatures() {
        for (selector, signature) in [
            (APPROVE, "approve(address,uint256)"),
            (DECREASE_ALLOWANCE, "decreaseAllowance(address,uint256)"),
            (DECREASE_APPROVAL, "decreaseApproval(address,uint256)"),
            (INCREASE_ALLOWANCE, "increaseAllowance(address,uint256)"),
            (INCREASE_APPROVAL, "increaseApproval(address,uint256)"),
            (PERMIT2_APPROVE, "approve(address,address,uint160,uint48)"),
            (PERMIT2_TRANSFER_FROM, "transferFrom(address,address,uint160,address)"),
            (SAFE_BATCH_TRANSFER_FROM, "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"),
            (SAFE_TRANSFER_FROM, "safeTransferFrom(address,address,uint256)"),
            (SAFE_TRANSFER_FROM_1155, "safeTransferFrom(address,address,uint256,uint256,bytes)"),
            (SAFE_TRANSFER_FROM_DATA, "safeTransferFrom(address,address,uint256,bytes)"),
            (SET_APPROVAL_FOR_ALL, "setApprovalForAll(address,bool)"),
            (TRANSFER, "transfer(address,uint256)"),
            (TRANSFER_FROM, "transferFrom(address,address,uint256)"),
        ] {
            assert_eq!(selector, selector_of(signature), "{signature}");
        }
    }

    #[test]
    fn the_widest_amounts_are_no_limit() {
        for bits in [128, 160, 255, 256] {
            assert!(is_unlimited(U256::MAX >> (256 - bits)), "{bits}");
        }
        assert!(is_unlimited(U256::from((1u128 << 96) - 1)));
        assert!(!is_unlimited(U256::from(1_000_000_000_000_000_000_000_000u128)));
    }
}
