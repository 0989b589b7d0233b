//! Calls within calls: batches, Safes, smart accounts, timelocks, routers.
//!
//! Known by signature alone: whichever contract it is, what is carried along is looked at. What a contract does beside
//! is not known here.

use alloy_primitives::{Address, Bytes, U256, address};

use super::commands::{self, Step};
use super::typed::find;
use super::{abi, fragment::Fragment, functions};
use crate::intent::{Row, Value};

/// What a call carries.
pub(crate) struct Parts {
    pub(crate) parts: Vec<Part>,
    /// Something in it could not be read, or is laid out oddly.
    pub(crate) odd: bool,
}

/// One thing that a call carries.
pub(crate) enum Part {
    /// A call to a contract.
    Call(Call),
    /// A step of a router.
    Step(Step),
}

/// A call that is carried along.
pub(crate) struct Call {
    pub(crate) how: How,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
}

/// In whose name a carried call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By the contract that carries it.
    Contract,
    /// On the contract itself, still in the name of who called it.
    Same,
    /// Foreign code on the contract's own account.
    Delegate,
}

/// Finds what a call carries; `None` if its function carries nothing that is known.
pub(crate) fn parts(contract: Address, signature: &str, rows: &[Row]) -> Option<Parts> {
    let calls = match signature {
        "multicall(bytes[])" | "multicall(uint256,bytes[])" | "multicall(bytes32,bytes[])" => {
            let list = rows_of(find(rows, "data")?)?;
            let call = |row: &Row| {
                Some(Call { how: How::Same, to: contract, value: U256::ZERO, data: bytes(&row.value)? })
            };
            list.iter().map(call).collect()
        }
        "aggregate((address,bytes)[])"
        | "aggregate3((address,bool,bytes)[])"
        | "aggregate3Value((address,bool,uint256,bytes)[])"
        | "batchExecute((address,uint256,bytes)[])"
        | "blockAndAggregate((address,bytes)[])"
        | "execute((address,uint256,bytes)[])"
        | "executeBatch((address,uint256,bytes)[])"
        | "tryAggregate(bool,(address,bytes)[])"
        | "tryBlockAndAggregate(bool,(address,bytes)[])" => structures(find(rows, "calls")?),
        "executeBatch(address[],bytes[])" => lists(find(rows, "targets")?, None, find(rows, "data")?),
        "executeBatch(address[],uint256[],bytes[])" => {
            lists(find(rows, "targets")?, find(rows, "values"), find(rows, "data")?)
        }
        "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)"
        | "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)" => {
            lists(find(rows, "targets")?, find(rows, "values"), find(rows, "payloads")?)
        }
        "exec(address,address,uint256,address,bytes)"
        | "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
        | "execTransactionFromModule(address,uint256,bytes,uint8)"
        | "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)"
        | "execute(address,uint256,bytes)"
        | "execute(address,uint256,bytes,bytes32,bytes32)"
        | "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
        | "submitTransaction(address,uint256,bytes)" => structure(rows).map(|call| vec![call]),
        "permitAndCall(bytes,bytes)" => bytes(find(rows, "action")?)
            .map(|data| vec![Call { how: How::Same, to: contract, value: U256::ZERO, data }]),
        "upgradeToAndCall(address,bytes)" => delegate(rows, "newImplementation"),
        "simulateAndRevert(address,bytes)" => delegate(rows, "targetContract"),
        "setup(address[],uint256,address,bytes,address,address,uint256,address)" => {
            match (find(rows, "to")?, find(rows, "data")?) {
                (Value::Address(to), _) if to.is_zero() => Some(Vec::new()),
                (Value::Address(to), Value::Bytes(data)) => {
                    Some(vec![Call { how: How::Delegate, to: *to, value: U256::ZERO, data: data.clone() }])
                }
                _ => None,
            }
        }
        "multiSend(bytes)" => bytes(find(rows, "transactions")?).and_then(|data| packed(&data)),
        "execute(bytes32,bytes)" => modular(rows),
        "execute(bytes,bytes[])" | "execute(bytes,bytes[],uint256)" => {
            let commands = bytes(find(rows, "commands")?)?;
            let (steps, odd) = commands::read(&commands, rows_of(find(rows, "inputs")?)?, 2);
            let parts = steps.into_iter().map(Part::Step).collect();
            return Some(Parts { parts, odd });
        }
        _ => return None,
    };
    Some(match calls {
        Some(calls) => Parts { parts: calls.into_iter().map(Part::Call).collect(), odd: false },
        None => Parts { parts: Vec::new(), odd: true },
    })
}

/// The call that a Safe's transaction, or its signed form, is.
pub(crate) fn structure(rows: &[Row]) -> Option<Call> {
    let to = ["to", "target", "destination"].iter().find_map(|name| find(rows, name))?;
    let data = ["data", "callData", "payload"].iter().find_map(|name| find(rows, name))?;
    let Value::Address(to) = to else { return None };
    let how = match number(rows, "operation") {
        None => How::Contract,
        Some(operation) if operation.is_zero() => How::Contract,
        Some(_) => How::Delegate,
    };
    Some(Call { how, to: *to, value: number(rows, "value").unwrap_or_default(), data: bytes(data)? })
}

fn structures(list: &Value) -> Option<Vec<Call>> {
    rows_of(list)?.iter().map(|row| structure(rows_of(&row.value)?)).collect()
}

fn lists(targets: &Value, values: Option<&Value>, data: &Value) -> Option<Vec<Call>> {
    let (targets, data) = (rows_of(targets)?, rows_of(data)?);
    let values = match values {
        Some(values) => rows_of(values)?,
        None => &[],
    };
    if targets.len() != data.len() || !(values.is_empty() || values.len() == targets.len()) {
        return None;
    }
    let call = |(index, (to, data)): (usize, (&Row, &Row))| {
        let Value::Address(to) = to.value else { return None };
        let value = match values.get(index).map(|row| &row.value) {
            Some(Value::Unsigned(value)) => *value,
            Some(_) => return None,
            None => U256::ZERO,
        };
        Some(Call { how: How::Contract, to, value, data: bytes(&data.value)? })
    };
    targets.iter().zip(data).enumerate().map(call).collect()
}

fn delegate(rows: &[Row], target: &str) -> Option<Vec<Call>> {
    let Value::Address(to) = find(rows, target)? else { return None };
    let data = ["data", "calldataPayload"].iter().find_map(|name| find(rows, name)).and_then(bytes)?;
    Some(vec![Call { how: How::Delegate, to: *to, value: U256::ZERO, data }])
}

/// Safe's `multiSend`: operation (1 byte), target (20), value (32), length (32), data, without padding
/// (`contracts/libraries/MultiSend.sol` of safe-smart-account).
fn packed(mut data: &[u8]) -> Option<Vec<Call>> {
    let mut out = Vec::new();
    while !data.is_empty() {
        let (operation, rest) = data.split_first()?;
        let (to, rest) = rest.split_first_chunk::<20>()?;
        let (value, rest) = rest.split_first_chunk::<32>()?;
        let (length, rest) = rest.split_first_chunk::<32>()?;
        let length = usize::try_from(U256::from_be_bytes(*length)).ok()?;
        let (call, rest) = rest.split_at_checked(length)?;
        out.push(Call {
            how: if *operation == 0 { How::Contract } else { How::Delegate },
            to: Address::from(*to),
            value: U256::from_be_bytes(*value),
            data: call.to_vec().into(),
        });
        data = rest;
    }
    Some(out)
}

/// ERC-7579's `execute`: the first byte of the mode says one call, a batch, or a delegatecall.
fn modular(rows: &[Row]) -> Option<Vec<Call>> {
    let (mode, data) = (bytes(find(rows, "mode")?)?, bytes(find(rows, "executionCalldata")?)?);
    match mode.first()? {
        0x00 => {
            let (to, rest) = data.split_first_chunk::<20>()?;
            let (value, data) = rest.split_first_chunk::<32>()?;
            let value = U256::from_be_bytes(*value);
            Some(vec![Call { how: How::Contract, to: Address::from(*to), value, data: data.to_vec().into() }])
        }
        0x01 => {
            let fragment = Fragment::parse("batch((address to,uint256 value,bytes data)[] calls)")?;
            let decoded = functions::apply(&fragment, &data)?;
            if decoded.layout == abi::Layout::Odd {
                return None;
            }
            structures(find(&decoded.function.arguments, "calls")?)
        }
        0xff => {
            let (to, data) = data.split_first_chunk::<20>()?;
            let data = data.to_vec().into();
            Some(vec![Call { how: How::Delegate, to: Address::from(*to), value: U256::ZERO, data }])
        }
        _ => None,
    }
}

pub(crate) fn rows_of(value: &Value) -> Option<&[Row]> {
    match value {
        Value::Rows(rows) => Some(rows),
        _ => None,
    }
}

pub(crate) fn number(rows: &[Row], name: &str) -> Option<U256> {
    match find(rows, name)? {
        Value::Unsigned(number) => Some(*number),
        _ => None,
    }
}

/// One `{token, amount}`, or a list of them.
pub(crate) fn token_amounts(value: &Value) -> Option<Vec<(Address, U256)>> {
    let rows = rows_of(value)?;
    let one = |rows: &[Row]| match find(rows, "token")? {
        Value::Address(token) => Some((*token, number(rows, "amount")?)),
        _ => None,
    };
    if find(rows, "token").is_some() {
        return Some(vec![one(rows)?]);
    }
    rows.iter().map(|row| one(rows_of(&row.value)?)).collect()
}

fn bytes(value: &Value) -> Option<Bytes> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// Safe's contracts that do nothing but make the calls of a batch, none of them a delegatecall (`MultiSendCallOnly`
/// 1.3.0, its EIP-155 deployment, and 1.4.1): deterministic deployments, the same code on every chain.
pub(crate) const BATCHERS: [Address; 3] = [
    address!("40A2aCCbd92BCA938b02010E17A5b8929b49130D"),
    address!("A1dabEF33b3B82c7814B6D82A79e50F4AC44102B"),
    address!("9641d764fc13c8B624c04430C7356C1C7C8102e2"),
];
