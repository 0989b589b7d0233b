//! Answers of nodes that ran a transaction in advance: logs and call frames, bounded.

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use serde_json::Value;

use super::{Allowance, Allowed, Asset};
use crate::evm::permit::PERMIT2;
use crate::evm::quantity;
use crate::rpc::reason_of;

/// One call of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ran {
    /// It failed; the reason, if the contract gave one.
    pub reverted: Option<String>,
    pub returned: Bytes,
    /// Gas that it used, if the node says.
    pub gas_used: Option<u64>,
    pub happenings: Vec<Happening>,
    pub truncated: bool,
}

/// Something that a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    Allowed { owner: Address, allowed: Allowed },
    Moved { asset: Asset, from: Address, to: Address, amount: U256 },
}

impl Ran {
    /// The number that it returned, if it returned one.
    pub(super) fn number(&self) -> Option<U256> {
        if self.reverted.is_some() || self.returned.len() != 32 {
            return None;
        }
        self.returned.first_chunk::<32>().map(|word| U256::from_be_bytes(*word))
    }

    fn push(&mut self, happening: Happening) {
        if self.happenings.len() < MAX_HAPPENINGS {
            self.happenings.push(happening);
        } else {
            self.truncated = true;
        }
    }

    fn logs(&mut self, logs: &Value, coin: Option<Address>) -> Option<()> {
        for log in logs.as_array()? {
            self.log(log, coin)?;
        }
        Some(())
    }

    /// Reads an event that is known; others say nothing about balances.
    fn log(&mut self, log: &Value, coin: Option<Address>) -> Option<()> {
        let emitter = address_text(log.get("address")?)?;
        let topics = log.get("topics")?.as_array()?;
        let topics: Vec<B256> = topics.iter().take(4).map(topic).collect::<Option<_>>()?;
        let data = quantity::bytes(log.get("data")?, MAX_LOG).ok()?;
        let mut read = Vec::new();
        event(emitter, &topics, &data, coin, &mut read);
        for happening in read {
            self.push(happening);
        }
        Some(())
    }
}

/// The result of `eth_simulateV1` for one block.
pub(super) fn read_simulation(result: &Value) -> Option<Vec<Ran>> {
    let calls = result.get(0)?.get("calls")?.as_array()?;
    calls.iter().take(MAX_CALLS).map(read_call).collect()
}

fn read_call(call: &Value) -> Option<Ran> {
    let succeeded = quantity::number_u64(call.get("status")?).ok()? == 1;
    let returned = quantity::bytes(call.get("returnData")?, MAX_RETURNED).ok()?;
    let mut ran = Ran { gas_used: gas_used(call), ..Ran::default() };
    if succeeded {
        ran.logs(call.get("logs")?, Some(COIN))?;
    } else {
        // some nodes list what was undone: a failed call has moved nothing
        ran.reverted = Some(reason_of(&returned).unwrap_or_default());
    }
    ran.returned = returned;
    Some(ran)
}

fn gas_used(ran: &Value) -> Option<u64> {
    quantity::number_u64(ran.get("gasUsed")?).ok()
}

/// The result of `debug_traceCall` with the call tracer: frames in frames, the failed ones undone.
pub(super) fn read_trace(result: &Value) -> Option<Ran> {
    let mut ran = Ran { gas_used: gas_used(result), ..Ran::default() };
    result.get("from")?;
    if failed(result) {
        let output = result.get("output").and_then(|output| quantity::bytes(output, MAX_RETURNED).ok());
        ran.reverted = Some(output.and_then(|output| reason_of(&output)).unwrap_or_default());
        return Some(ran);
    }
    let mut waiting = vec![result];
    let mut frames = 0usize;
    while let Some(frame) = waiting.pop() {
        frames += 1;
        if frames > MAX_FRAMES {
            ran.truncated = true;
            break;
        }
        if failed(frame) {
            continue;
        }
        read_frame(&mut ran, frame)?;
        if let Some(inner) = frame.get("calls") {
            // the first call on top, so that what happens later is read later
            waiting.extend(inner.as_array()?.iter().rev());
        }
    }
    Some(ran)
}

fn read_frame(ran: &mut Ran, frame: &Value) -> Option<()> {
    let kind = frame.get("type")?.as_str()?;
    // the code of another contract in this one's place moves nothing by itself
    let moves = !matches!(kind, "DELEGATECALL" | "STATICCALL" | "CALLCODE");
    if let Some(value) = frame.get("value").filter(|value| moves && !value.is_null()) {
        let amount = quantity::number(value).ok()?;
        if !amount.is_zero() {
            let (from, to) = (address_text(frame.get("from")?)?, address_text(frame.get("to")?)?);
            ran.push(Happening::Moved { asset: Asset::Coin, from, to, amount });
        }
    }
    if let Some(logs) = frame.get("logs") {
        ran.logs(logs, None)?;
    }
    Some(())
}

fn failed(frame: &Value) -> bool {
    frame.get("error").is_some_and(|error| !error.is_null())
}

/// Reads an event; `coin` is the stand-in address under which a node reports the chain's own coin.
fn event(emitter: Address, topics: &[B256], data: &[u8], coin: Option<Address>, out: &mut Vec<Happening>) {
    let (words, _) = data.as_chunks::<32>();
    let number = |index: usize| words.get(index).map(|word| U256::from_be_bytes(*word));
    let who = |topic: &B256| Address::from_word(*topic);
    let Some((name, rest)) = topics.split_first() else { return };
    match (name, rest) {
        (name, [from, to]) if *name == transfer() => {
            let asset = if Some(emitter) == coin { Asset::Coin } else { Asset::Token(emitter) };
            let Some(amount) = number(0) else { return };
            out.push(Happening::Moved { asset, from: who(from), to: who(to), amount });
        }
        (name, [from, to, item]) if *name == transfer() => {
            let asset = Asset::Item(emitter, (*item).into());
            out.push(Happening::Moved { asset, from: who(from), to: who(to), amount: U256::ONE });
        }
        (name, [_, from, to]) if *name == transfer_single() => {
            let (Some(item), Some(amount)) = (number(0), number(1)) else { return };
            out.push(Happening::Moved {
                asset: Asset::Item(emitter, item),
                from: who(from),
                to: who(to),
                amount,
            });
        }
        (name, [_, from, to]) if *name == transfer_batch() => {
            let (Some(items), Some(amounts)) = (list(words, 0), list(words, 1)) else { return };
            for (item, amount) in items.iter().zip(amounts) {
                let (item, amount) = (U256::from_be_bytes(*item), U256::from_be_bytes(*amount));
                let asset = Asset::Item(emitter, item);
                out.push(Happening::Moved { asset, from: who(from), to: who(to), amount });
            }
        }
        (name, [owner, spender]) if *name == approval() => {
            let Some(amount) = number(0) else { return };
            let allowed = Allowed { token: emitter, spender: who(spender), what: Allowance::Amount(amount) };
            out.push(Happening::Allowed { owner: who(owner), allowed });
        }
        (name, [owner, spender, item]) if *name == approval() => {
            let spender = who(spender);
            // also announced when an item moves: nobody may take it then
            if !spender.is_zero() {
                let allowed = Allowed { token: emitter, spender, what: Allowance::Item((*item).into()) };
                out.push(Happening::Allowed { owner: who(owner), allowed });
            }
        }
        (name, [owner, operator]) if *name == approval_for_all() => {
            let Some(yes) = number(0) else { return };
            let what = Allowance::Every(!yes.is_zero());
            let allowed = Allowed { token: emitter, spender: who(operator), what };
            out.push(Happening::Allowed { owner: who(owner), allowed });
        }
        (name, [owner, token, spender])
            if emitter == PERMIT2 && (*name == permit2_approval() || *name == permit2_permit()) =>
        {
            let Some(amount) = number(0) else { return };
            let allowed =
                Allowed { token: who(token), spender: who(spender), what: Allowance::Amount(amount) };
            out.push(Happening::Allowed { owner: who(owner), allowed });
        }
        _ => {}
    }
}

/// The list that a word of the head points to.
fn list(words: &[[u8; 32]], head: usize) -> Option<&[[u8; 32]]> {
    let small = |word: &[u8; 32]| usize::try_from(U256::from_be_bytes(*word)).ok();
    let offset = small(words.get(head)?)?;
    let (count, rest) = words.get(offset / 32..)?.split_first()?;
    rest.get(..small(count)?)
}

fn topic(value: &Value) -> Option<B256> {
    quantity::word(value).ok()
}

fn address_text(value: &Value) -> Option<Address> {
    crate::evm::address::parse_any_case(value.as_str()?).ok()
}

/// Topic of `Transfer`, the same for ERC-20 and ERC-721.
fn transfer() -> B256 {
    keccak256("Transfer(address,address,uint256)")
}

/// Topic of ERC-1155's `TransferSingle`.
fn transfer_single() -> B256 {
    keccak256("TransferSingle(address,address,address,uint256,uint256)")
}

/// Topic of ERC-1155's `TransferBatch`.
fn transfer_batch() -> B256 {
    keccak256("TransferBatch(address,address,address,uint256[],uint256[])")
}

/// Topic of `Approval`, the same for ERC-20 and ERC-721.
pub(crate) fn approval() -> B256 {
    keccak256("Approval(address,address,uint256)")
}

/// Topic of `ApprovalForAll` (ERC-721, ERC-1155).
pub(crate) fn approval_for_all() -> B256 {
    keccak256("ApprovalForAll(address,address,bool)")
}

fn permit2_approval() -> B256 {
    keccak256("Approval(address,address,address,uint160,uint48)")
}

fn permit2_permit() -> B256 {
    keccak256("Permit(address,address,address,uint160,uint48,uint48)")
}

/// Where `eth_simulateV1` reports transfers of the chain's own coin (execution-apis, "traceTransfers").
const COIN: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
const MAX_CALLS: usize = 64;
const MAX_FRAMES: usize = 4096;
const MAX_HAPPENINGS: usize = 2048;
const MAX_LOG: usize = 64 * 1024;
const MAX_RETURNED: usize = 256 * 1024;
