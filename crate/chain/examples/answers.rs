//! Says what this crate reads in a request: a line of JSON in, a line of JSON out, until the input ends. For
//! comparing it with implementations in other languages (`tests/differential`).
//!
//! | question | answer |
//! |---|---|
//! | `{"transaction": "0x…"}`, the unsigned payload | its fields and `digest` |
//! | `{"message": "0x…"}`, of a `personal_sign` | `digest` |
//! | `{"typed": "…", "version": "V1" or "V3" or "V4", "chain": 1}`, JSON as text | `digest` |
//! | `{"call": "0x…"}`, call data with its selector | `signature`, `values`, `odd`; `other` if it is more, or unknown |
//!
//! What is refused is answered with `refused` and the reason. Numbers are decimal text, bytes hexadecimal.

use std::io::{self, BufRead, Write};

use serde_json::{Value as Json, json};
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::intent::{Action, Row, Value};
use symbolon_chain::request::{EvmRequest, EvmSubject, TypedDataVersion};
use symbolon_chain::{Address, Bytes, Context, Request, U256, decode, digest};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let question: Json = serde_json::from_str(&line?).map_err(io::Error::other)?;
        let answer = answer(&question).ok_or_else(|| io::Error::other(format!("no question: {question}")))?;
        writeln!(out, "{}", answer.unwrap_or_else(|reason| json!({ "refused": reason })))?;
        // Whoever asks may wait for this answer before the next question.
        out.flush()?;
    }
    Ok(())
}

type Answer = Result<Json, String>;

fn answer(question: &Json) -> Option<Answer> {
    if let Some(payload) = question.get("transaction") {
        return Some(transaction(&bytes(payload)?));
    }
    if let Some(message) = question.get("message") {
        return Some(signed(1, EvmSubject::PersonalMessage(bytes(message)?)));
    }
    if let Some(data) = question.get("call") {
        return Some(call(&bytes(data)?));
    }
    let version = match question.get("version")?.as_str()? {
        "V1" => TypedDataVersion::V1,
        "V3" => TypedDataVersion::V3,
        "V4" => TypedDataVersion::V4,
        _ => return None,
    };
    let json = question.get("typed")?.as_str()?.to_owned();
    Some(signed(question.get("chain")?.as_u64()?, EvmSubject::TypedData { json, version }))
}

fn signed(chain_id: u64, subject: EvmSubject) -> Answer {
    let digest = digest(&request(chain_id, subject)).map_err(|error| error.to_string())?;
    Ok(json!({ "digest": digest }))
}

fn transaction(payload: &[u8]) -> Answer {
    let tx = UnsignedTransaction::decode(payload).map_err(|error| error.to_string())?;
    let digest = digest(&request(tx.chain_id, EvmSubject::Transaction(payload.to_vec())));
    let (kind, fees) = match tx.fees {
        Fees::Price { gas_price, access_list } => (u8::from(access_list), vec![gas_price.to_string()]),
        Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } => {
            (2, vec![max_fee_per_gas.to_string(), max_priority_fee_per_gas.to_string()])
        }
    };
    let announced = tx.access_list.iter().map(|item| json!([item.address, item.storage_keys]));
    Ok(json!({
        "type": kind,
        "chainId": tx.chain_id.to_string(),
        "nonce": tx.nonce.to_string(),
        "gasLimit": tx.gas_limit.to_string(),
        "fees": fees,
        "to": tx.to,
        "value": tx.value.to_string(),
        "data": tx.data,
        "accessList": announced.collect::<Vec<_>>(),
        "digest": digest.map_err(|error| error.to_string())?,
    }))
}

fn call(data: &[u8]) -> Answer {
    let tx = UnsignedTransaction {
        chain_id: 1,
        nonce: 0,
        gas_limit: 21_000,
        fees: Fees::Price { gas_price: 1, access_list: false },
        to: Some(Address::repeat_byte(9)),
        value: U256::ZERO,
        data: Bytes::copy_from_slice(data),
        access_list: Default::default(),
    };
    let request = request(1, EvmSubject::Transaction(tx.payload()));
    let intent = decode(&request, &Context::default()).map_err(|error| error.to_string())?;
    let odd = intent.risks.iter().any(|risk| ["odd-encoding", "trailing-data"].contains(&risk.code()));
    Ok(match intent.action {
        Action::Call { function: Some(function), .. } => {
            let values: Vec<Json> = function.arguments.iter().map(value).collect();
            json!({ "signature": function.signature, "values": values, "odd": odd })
        }
        _ => json!({ "other": true, "odd": odd }),
    })
}

fn value(row: &Row) -> Json {
    match &row.value {
        Value::Address(address) => json!(address),
        Value::Bool(yes) => json!(yes),
        Value::Bytes(bytes) => json!(bytes),
        Value::Nothing => Json::Null,
        Value::Rows(rows) => rows.iter().map(value).collect(),
        Value::Signed(number) => json!(number.to_string()),
        Value::Text(text) => json!(text),
        Value::Unsigned(number) => json!(number.to_string()),
    }
}

fn request(chain_id: u64, subject: EvmSubject) -> Request {
    Request::Evm(EvmRequest { chain_id, account: Address::repeat_byte(1), subject })
}

fn bytes(text: &Json) -> Option<Vec<u8>> {
    hex::decode(text.as_str()?.strip_prefix("0x")?).ok()
}
