use alloy_primitives::{Bytes, address};
use proptest::prelude::*;

use super::*;
use crate::evm::tx::Fees;

const ACCOUNT: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const OTHER: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
const TOKEN: Address = address!("00000000000000000000000000000000c0ffee01");
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const APPROVAL: &str = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925";
const APPROVAL_FOR_ALL: &str = "0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31";

fn trial(measured: &[Address]) -> Trial {
    let tx = UnsignedTransaction {
        chain_id: 1,
        nonce: 0,
        gas_limit: 50_000,
        fees: Fees::Dynamic { max_fee_per_gas: 2, max_priority_fee_per_gas: 1 },
        to: Some(TOKEN),
        value: U256::from(9),
        data: Bytes::from_static(&[0]),
        access_list: Default::default(),
    };
    Trial::new(&tx, ACCOUNT, measured)
}

fn answer<T>(query: &Query<T>, result: &Value) -> Result<T, rpc::RpcError> {
    query.answer(1, &json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string().into_bytes())
}

fn outcome(trial: &Trial, calls: &Value) -> Outcome {
    let run = answer(&trial.simulation(), &json!([{ "number": "0x1", "calls": calls }])).unwrap();
    trial.outcome(&run).unwrap()
}

fn word(address: &Address) -> String {
    format!("{}", address.into_word())
}

fn log(emitter: &Address, topics: &[String], data: &str) -> Value {
    json!({ "address": emitter, "topics": topics, "data": data, "logIndex": "0x0", "removed": false })
}

fn succeeded(logs: &[Value]) -> Value {
    json!({ "returnData": "0x", "logs": logs, "gasUsed": "0x5208", "status": "0x1" })
}

fn returned(number: u64) -> Value {
    json!({ "returnData": format!("0x{number:064x}"), "logs": [], "gasUsed": "0x1", "status": "0x1" })
}

fn transfer(emitter: &Address, from: &Address, to: &Address, amount: u64) -> Value {
    log(emitter, &[TRANSFER.to_owned(), word(from), word(to)], &format!("0x{amount:064x}"))
}

fn change(asset: Asset, delta: i64) -> Change {
    Change { asset, delta: I256::try_from(delta).unwrap() }
}

#[test]
fn the_question_runs_the_transaction_between_two_looks_at_the_balances() {
    let body: Value = serde_json::from_slice(&trial(&[TOKEN, TOKEN]).simulation().body(1)).unwrap();
    let calls = body["params"][0]["blockStateCalls"][0]["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3, "a token is measured once");
    assert_eq!(
        calls[1],
        json!({ "from": ACCOUNT, "to": TOKEN, "value": "0x9", "data": "0x00", "gas": "0xc350" })
    );
    assert_eq!(calls[0], calls[2]);
    assert!(calls[0]["data"].as_str().unwrap().starts_with("0x70a08231"));
    assert_eq!(body["params"][0]["traceTransfers"], true);
    assert_eq!(body["params"][0]["validation"], false, "an unpaid fee is not part of what is asked");
}

/// What anvil 1.7.1 answered to a call of a contract that announces a transfer and sends 5 wei on.
#[test]
fn coin_and_tokens_are_counted_as_anvil_tells_them() {
    let coin = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    let ran = succeeded(&[
        transfer(&coin, &ACCOUNT, &TOKEN, 9),
        transfer(&TOKEN, &ACCOUNT, &OTHER, 7),
        transfer(&coin, &TOKEN, &OTHER, 5),
    ]);
    let outcome = outcome(&trial(&[]), &json!([ran]));
    assert_eq!(outcome.reverted, None);
    assert_eq!(outcome.gas_used, Some(21_000));
    assert_eq!(outcome.changes, [change(Asset::Coin, -9), change(Asset::Token(TOKEN), -7)]);
}

/// The same call, as anvil 1.7.1 traces it.
#[test]
fn a_trace_tells_the_same() {
    let result = json!({
        "from": ACCOUNT, "gas": "0x1c97174", "gasUsed": "0x7d6a", "to": TOKEN, "input": "0x00",
        "calls": [
            { "from": TOKEN, "gas": "0x1", "gasUsed": "0x0", "to": OTHER, "input": "0x", "value": "0x5",
              "type": "CALL" },
            { "from": TOKEN, "to": ACCOUNT, "input": "0x", "value": "0x64", "type": "DELEGATECALL" },
            { "from": TOKEN, "to": ACCOUNT, "input": "0x", "value": "0x64", "type": "CALL", "error": "out of gas",
              "calls": [{ "from": TOKEN, "to": ACCOUNT, "value": "0x64", "type": "CALL" }] },
        ],
        "logs": [transfer(&TOKEN, &ACCOUNT, &OTHER, 7)], "value": "0x9", "type": "CALL",
    });
    let trial = trial(&[TOKEN]);
    let run = answer(&trial.trace(), &result).unwrap();
    let outcome = trial.outcome(&run).unwrap();
    assert_eq!(outcome.changes, [change(Asset::Coin, -9), change(Asset::Token(TOKEN), -7)]);
    assert_eq!(outcome.gas_used, Some(0x7d6a));
}

/// What anvil 1.7.1 answers for a revert with the reason `no`: it lists the transfer that was undone.
#[test]
fn a_failed_call_moves_nothing_and_says_why() {
    let coin = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    let reason = format!("0x08c379a0{:064x}{:064x}6e6f{}", 32, 2, "0".repeat(60));
    let calls = json!([{
        "returnData": reason, "logs": [transfer(&coin, &ACCOUNT, &TOKEN, 9)], "gasUsed": "0x5236",
        "status": "0x0", "error": { "code": -3200, "message": "execution failed" },
    }]);
    let failed = outcome(&trial(&[]), &calls);
    assert_eq!(failed.reverted.as_deref(), Some("no"));
    assert_eq!(failed.changes, []);
    let trace = json!({
        "from": ACCOUNT, "to": TOKEN, "type": "CALL", "value": "0x9", "error": "execution reverted",
        "output": reason, "revertReason": "no",
    });
    let trial = trial(&[]);
    let run = answer(&trial.trace(), &trace).unwrap();
    assert_eq!(trial.outcome(&run).unwrap(), failed);
}

#[test]
fn what_is_measured_counts_more_than_what_is_announced() {
    let announced = succeeded(&[transfer(&TOKEN, &OTHER, &ACCOUNT, 1_000_000)]);
    let calls = json!([returned(100), announced, returned(90)]);
    assert_eq!(outcome(&trial(&[TOKEN]), &calls).changes, [change(Asset::Token(TOKEN), -10)]);
    // silence about it changes nothing: wrapped ether announces a deposit, not a transfer
    let calls = json!([returned(100), succeeded(&[]), returned(150)]);
    assert_eq!(outcome(&trial(&[TOKEN]), &calls).changes, [change(Asset::Token(TOKEN), 50)]);
    let calls = json!([returned(100), announced, returned(100)]);
    assert_eq!(outcome(&trial(&[TOKEN]), &calls).changes, []);
}

#[test]
fn what_comes_and_goes_again_is_no_change() {
    let ran = succeeded(&[
        transfer(&TOKEN, &ACCOUNT, &OTHER, 7),
        transfer(&TOKEN, &OTHER, &ACCOUNT, 7),
        transfer(&TOKEN, &ACCOUNT, &ACCOUNT, 3),
        transfer(&TOKEN, &OTHER, &TOKEN, 3),
    ]);
    assert_eq!(outcome(&trial(&[]), &json!([ran])), Outcome { gas_used: Some(21_000), ..Outcome::default() });
}

#[test]
fn items_of_collections_are_told_by_number() {
    let item = format!("0x{:064x}", 42);
    let single = format!("0x{:064x}{:064x}", 5, 3);
    let batch = format!("0x{:064x}{:064x}{:064x}{:064x}{:064x}{:064x}", 64, 128, 1, 6, 1, 9);
    let of = |name: &str| alloy_primitives::keccak256(name).to_string();
    let ran = succeeded(&[
        log(&TOKEN, &[TRANSFER.to_owned(), word(&OTHER), word(&ACCOUNT), item], "0x"),
        log(
            &TOKEN,
            &[
                of("TransferSingle(address,address,address,uint256,uint256)"),
                word(&OTHER),
                word(&ACCOUNT),
                word(&OTHER),
            ],
            &single,
        ),
        log(
            &TOKEN,
            &[
                of("TransferBatch(address,address,address,uint256[],uint256[])"),
                word(&OTHER),
                word(&OTHER),
                word(&ACCOUNT),
            ],
            &batch,
        ),
    ]);
    let at = |number: u64| Asset::Item(TOKEN, U256::from(number));
    assert_eq!(
        outcome(&trial(&[]), &json!([ran])).changes,
        [change(at(42), 1), change(at(5), -3), change(at(6), 9)]
    );
}

#[test]
fn the_last_word_on_an_allowance_counts_and_only_the_accounts_own() {
    let approve = |owner: &Address, amount: u64| {
        log(&TOKEN, &[APPROVAL.to_owned(), word(owner), word(&OTHER)], &format!("0x{amount:064x}"))
    };
    let for_all =
        log(&TOKEN, &[APPROVAL_FOR_ALL.to_owned(), word(&ACCOUNT), word(&OTHER)], &format!("0x{:064x}", 1));
    let item = log(
        &TOKEN,
        &[APPROVAL.to_owned(), word(&ACCOUNT), word(&Address::ZERO), format!("0x{:064x}", 42)],
        "0x",
    );
    let permit2 = log(
        &crate::evm::permit::PERMIT2,
        &[
            alloy_primitives::keccak256("Approval(address,address,address,uint160,uint48)").to_string(),
            word(&ACCOUNT),
            word(&TOKEN),
            word(&ACCOUNT),
        ],
        &format!("0x{:064x}{:064x}", 8, 99),
    );
    let ran =
        succeeded(&[approve(&ACCOUNT, 5), approve(&OTHER, 6), approve(&ACCOUNT, 7), for_all, item, permit2]);
    let allowed = |spender: Address, what: Allowance| Allowed { token: TOKEN, spender, what };
    assert_eq!(
        outcome(&trial(&[]), &json!([ran])).allowances,
        [
            allowed(OTHER, Allowance::Amount(U256::from(7))),
            allowed(OTHER, Allowance::Every(true)),
            allowed(ACCOUNT, Allowance::Amount(U256::from(8))),
        ]
    );
}

#[test]
fn an_answer_to_something_else_is_none() {
    let trial = trial(&[TOKEN]);
    for calls in [json!([]), json!([returned(1), returned(1)]), json!([{ "status": "0x1" }]), json!(7)] {
        let run = answer(&trial.simulation(), &json!([{ "calls": calls }]));
        assert!(run.ok().and_then(|run| trial.outcome(&run)).is_none(), "{calls}");
    }
    assert!(answer(&trial.trace(), &json!({})).is_err());
    assert!(answer(&trial.simulation(), &json!([])).is_err());
}

#[test]
fn a_flood_of_events_is_cut_and_says_so() {
    let logs: Vec<Value> = (0..5000u64)
        .map(|number| {
            let token = Address::from_word(U256::from(number + 1).into());
            transfer(&token, &OTHER, &ACCOUNT, 1)
        })
        .collect();
    let outcome = outcome(&trial(&[]), &json!([succeeded(&logs)]));
    assert!(outcome.truncated);
    assert_eq!(outcome.changes.len(), MAX_SHOWN);
}

#[test]
fn nonsense_amounts_do_not_wrap_around() {
    let huge = format!("0x{}", "f".repeat(64));
    let come = log(&TOKEN, &[TRANSFER.to_owned(), word(&OTHER), word(&ACCOUNT)], &huge);
    let outcome = outcome(&trial(&[]), &json!([succeeded(&[come.clone(), come])]));
    assert_eq!(outcome.changes, [Change { asset: Asset::Token(TOKEN), delta: I256::MAX }]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!("0x1")),
        Just(json!("0x")),
        Just(json!(TRANSFER)),
        Just(json!(ACCOUNT)),
        Just(json!("CALL")),
        any::<u8>().prop_map(|it| json!(it)),
        "[0-9a-fx]{0,70}".prop_map(|it| json!(it)),
    ];
    leaf.prop_recursive(5, 60, 4, |inner| {
        let names = prop_oneof![
            Just("calls"),
            Just("logs"),
            Just("status"),
            Just("returnData"),
            Just("topics"),
            Just("data"),
            Just("address"),
            Just("type"),
            Just("value"),
            Just("from"),
            Just("to"),
            Just("error"),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((names, inner), 0..6)
                .prop_map(|it| Value::Object(it.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_of_a_node_makes_it_panic(result in any_json()) {
        let trial = trial(&[TOKEN]);
        for run in [answer(&trial.simulation(), &result), answer(&trial.trace(), &result)].into_iter().flatten() {
            let _ = trial.outcome(&run);
        }
    }

    #[test]
    fn no_event_makes_it_panic(data: Vec<u8>, emitter: [u8; 20], kind in 0..5usize) {
        let names = [
            "Transfer(address,address,uint256)",
            "TransferSingle(address,address,address,uint256,uint256)",
            "TransferBatch(address,address,address,uint256[],uint256[])",
            "Approval(address,address,uint256)",
            "ApprovalForAll(address,address,bool)",
        ];
        let topics = [alloy_primitives::keccak256(names[kind]).to_string(), word(&OTHER), word(&ACCOUNT), word(&OTHER)];
        for count in 1..=4 {
            let log = log(&Address::from(emitter), &topics[..count], &format!("0x{}", hex::encode(&data)));
            let calls = json!([succeeded(&[log])]);
            let _ = outcome(&trial(&[]), &calls);
        }
    }
}
