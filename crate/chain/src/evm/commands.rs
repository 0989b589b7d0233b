//! Commands of Uniswap's Universal Router: one byte each, with arguments of its own
//! (`contracts/libraries/Commands.sol` of the Universal Router, versions 1 and 2).

use std::sync::OnceLock;

use alloy_primitives::{Address, U256};

use super::abi::Layout;
use super::fragment::Fragment;
use super::functions;
use super::nested::{number, rows_of, token_amounts};
use super::typed::find;
use crate::intent::{Function, Row, Value};

/// What a command does.
pub(crate) enum Step {
    /// Permit2 is told what a spender may take.
    Permit {
        /// Token and amount, each.
        details: Vec<(Address, U256)>,
        spender: Address,
        deadline: Option<U256>,
    },
    /// Tokens are taken from who calls, or from who is named.
    Take { token: Address, from: Option<Address>, to: Address, amount: U256 },
    /// Anything else that the router does with what it holds.
    Other(Function),
    /// A plan within the plan: commands and their inputs.
    Plan(Vec<Step>),
    /// A command that is not known, or whose arguments do not fit.
    Unknown(u8),
}

/// Reads `commands` and `inputs`; the second value says whether some input is laid out oddly.
pub(crate) fn read(commands: &[u8], inputs: &[Row], depth: usize) -> (Vec<Step>, bool) {
    let mut odd = commands.len() != inputs.len();
    let steps = commands.iter().zip(inputs).map(|(command, input)| {
        let Value::Bytes(input) = &input.value else { return Step::Unknown(*command) };
        step(*command, input, depth, &mut odd).unwrap_or(Step::Unknown(*command))
    });
    (steps.collect(), odd)
}

fn step(command: u8, input: &[u8], depth: usize, odd: &mut bool) -> Option<Step> {
    let (_, fragment) = table().iter().find(|(code, _)| *code == command & COMMAND)?;
    let decoded = functions::apply(fragment, input)?;
    *odd |= decoded.layout == Layout::Odd;
    let function = decoded.function;
    let rows = &function.arguments;
    match command & COMMAND {
        PERMIT2_PERMIT | PERMIT2_PERMIT_BATCH => {
            let permit = rows_of(find(rows, "permit")?)?;
            let Value::Address(spender) = find(permit, "spender")? else { return None };
            let details = token_amounts(find(permit, "details")?)?;
            Some(Step::Permit { details, spender: *spender, deadline: number(permit, "sigDeadline") })
        }
        PERMIT2_TRANSFER_FROM => {
            let (Value::Address(token), Value::Address(to)) =
                (find(rows, "token")?, find(rows, "recipient")?)
            else {
                return None;
            };
            Some(Step::Take { token: *token, from: None, to: *to, amount: number(rows, "amount")? })
        }
        PERMIT2_TRANSFER_FROM_BATCH => {
            let list = rows_of(find(rows, "transfers")?)?;
            let steps = list.iter().map(|row| {
                let rows = rows_of(&row.value)?;
                let address = |name| match find(rows, name)? {
                    Value::Address(address) => Some(*address),
                    _ => None,
                };
                Some(Step::Take {
                    token: address("token")?,
                    from: Some(address("from")?),
                    to: address("to")?,
                    amount: number(rows, "amount")?,
                })
            });
            Some(Step::Plan(steps.collect::<Option<_>>()?))
        }
        EXECUTE_SUB_PLAN if depth > 0 => {
            let Value::Bytes(commands) = find(rows, "commands")? else { return None };
            let (steps, inner) = read(commands, rows_of(find(rows, "inputs")?)?, depth - 1);
            *odd |= inner;
            Some(Step::Plan(steps))
        }
        EXECUTE_SUB_PLAN => None,
        _ => Some(Step::Other(function)),
    }
}

fn table() -> &'static [(u8, Fragment)] {
    static PARSED: OnceLock<Vec<(u8, Fragment)>> = OnceLock::new();
    PARSED.get_or_init(|| {
        COMMANDS.iter().filter_map(|(code, text)| Some((*code, Fragment::parse(text)?))).collect()
    })
}

/// The bits of a command that say which it is; the highest lets it fail.
const COMMAND: u8 = 0x3f;
const PERMIT2_TRANSFER_FROM: u8 = 0x02;
const PERMIT2_PERMIT_BATCH: u8 = 0x03;
const PERMIT2_PERMIT: u8 = 0x0a;
const PERMIT2_TRANSFER_FROM_BATCH: u8 = 0x0d;
const EXECUTE_SUB_PLAN: u8 = 0x21;

const COMMANDS: [(u8, &str); 17] = [
    (
        0x00,
        "V3_SWAP_EXACT_IN(address recipient,uint256 amountIn,uint256 amountOutMin,bytes path,bool payerIsUser)",
    ),
    (
        0x01,
        "V3_SWAP_EXACT_OUT(address recipient,uint256 amountOut,uint256 amountInMax,bytes path,bool payerIsUser)",
    ),
    (0x02, "PERMIT2_TRANSFER_FROM(address token,address recipient,uint160 amount)"),
    (
        0x03,
        "PERMIT2_PERMIT_BATCH(((address token,uint160 amount,uint48 expiration,uint48 nonce)[] details,address spender,uint256 sigDeadline) permit,bytes signature)",
    ),
    (0x04, "SWEEP(address token,address recipient,uint256 amountMin)"),
    (0x05, "TRANSFER(address token,address recipient,uint256 value)"),
    (0x06, "PAY_PORTION(address token,address recipient,uint256 bips)"),
    (
        0x08,
        "V2_SWAP_EXACT_IN(address recipient,uint256 amountIn,uint256 amountOutMin,address[] path,bool payerIsUser)",
    ),
    (
        0x09,
        "V2_SWAP_EXACT_OUT(address recipient,uint256 amountOut,uint256 amountInMax,address[] path,bool payerIsUser)",
    ),
    (
        0x0a,
        "PERMIT2_PERMIT(((address token,uint160 amount,uint48 expiration,uint48 nonce) details,address spender,uint256 sigDeadline) permit,bytes signature)",
    ),
    (0x0b, "WRAP_ETH(address recipient,uint256 amountMin)"),
    (0x0c, "UNWRAP_WETH(address recipient,uint256 amountMin)"),
    (0x0d, "PERMIT2_TRANSFER_FROM_BATCH((address from,address to,uint160 amount,address token)[] transfers)"),
    (0x0e, "BALANCE_CHECK_ERC20(address owner,address token,uint256 minBalance)"),
    (0x10, "V4_SWAP(bytes actions,bytes[] params)"),
    (
        0x13,
        "V4_INITIALIZE_POOL((address currency0,address currency1,uint24 fee,int24 tickSpacing,address hooks) poolKey,uint160 sqrtPriceX96)",
    ),
    (0x21, "EXECUTE_SUB_PLAN(bytes commands,bytes[] inputs)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_parses() {
        assert_eq!(table().len(), COMMANDS.len());
        assert!(table().iter().all(|(_, fragment)| fragment.is_named()));
    }
}
