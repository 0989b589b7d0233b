use serde_json::{Value, json};

use super::arrive::proposal;
use super::rig::{OTHER, PEER, Rig};
use crate::command::Command;
use crate::view::{ChangeKind, Severity, SimulationStatus, SimulationView};

const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const COIN: &str = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

fn word(address: &str) -> String {
    format!("0x{:0>64}", &address[2..])
}

pub(super) fn transfer(emitter: &str, from: &str, to: &str, amount: u128) -> Value {
    json!({
        "address": emitter, "topics": [TRANSFER, word(from), word(to)], "data": format!("0x{amount:064x}"),
    })
}

fn simulation(rig: &Rig) -> SimulationView {
    rig.first().card.simulation.expect("it is a transaction")
}

fn texts(rig: &Rig) -> Vec<String> {
    simulation(rig).changes.into_iter().map(|change| change.text).collect()
}

fn codes(rig: &Rig) -> Vec<String> {
    rig.first().card.risks.into_iter().map(|risk| risk.code).collect()
}

#[test]
fn what_comes_and_goes_is_shown_with_names_and_decimals() {
    let mut rig = Rig::connected();
    let me = rig.me();
    rig.node.simulation = Some(json!([
        { "returnData": "0x", "status": "0x1", "logs": [
            transfer(COIN, &me, OTHER, 250_000_000_000_000_000), transfer(USDC, OTHER, &me, 430_000_000),
        ] },
    ]));
    rig.send("0x3782dace9d90000");
    let shown = simulation(&rig);
    assert_eq!(shown.status, SimulationStatus::Changes);
    assert_eq!(texts(&rig), ["−0.25 ETH", "+430 USDC"]);
    assert_eq!((shown.changes[0].kind, shown.changes[1].kind), (ChangeKind::Out, ChangeKind::In));
    assert!(shown.changes[1].note.is_some(), "the symbol is the contract's own word");
    rig.command(Command::RejectAll).unwrap();
    rig.command(Command::AddToken { address: USDC.to_owned() }).unwrap();
    rig.node.simulation = None;
    rig.node.trace = Some(json!({
        "from": me, "to": OTHER, "type": "CALL", "value": "0x0", "logs": [transfer(USDC, OTHER, &me, 430_000_000)],
    }));
    rig.send("0x0");
    assert_eq!(simulation(&rig).changes[0].note, None, "on the owner's list");
}

#[test]
fn a_node_that_cannot_simulate_is_asked_for_a_trace_and_remembered() {
    let mut rig = Rig::connected();
    let me = rig.me();
    rig.node.trace = Some(json!({ "from": me, "to": OTHER, "type": "CALL", "value": "0x5" }));
    rig.send("0x5");
    assert_eq!(texts(&rig), ["−0.000000000000000005 ETH"]);
    rig.command(Command::RejectAll).unwrap();
    rig.node.asked.clear();
    rig.send("0x5");
    assert_eq!(texts(&rig), ["−0.000000000000000005 ETH"]);
    assert!(!rig.node.asked.contains(&"eth_simulateV1".to_owned()));
}

#[test]
fn a_node_that_only_runs_is_said_to_tell_no_more() {
    let mut rig = Rig::connected();
    rig.send("0x5");
    assert_eq!(simulation(&rig).status, SimulationStatus::RunOnly);
    assert!(simulation(&rig).message.starts_with("Not simulated"));
    assert_eq!(texts(&rig), [""; 0]);
}

#[test]
fn a_predicted_revert_is_a_danger_with_its_reason_on_the_cosigner_too() {
    let mut rig = Rig::ready();
    let reason = format!("0x08c379a0{:064x}{:064x}6e6f{}", 32, 2, "0".repeat(60));
    rig.node.simulation = Some(json!([{ "returnData": reason, "status": "0x0", "logs": [] }]));
    let proposal = proposal(&rig, 1, 1, 5);
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &proposal)).unwrap();
    assert_eq!(simulation(&rig).status, SimulationStatus::Reverts);
    assert!(simulation(&rig).message.ends_with("The contract says: no"));
    let risk = rig.first().card.risks.remove(0);
    assert_eq!((risk.code.as_str(), risk.severity), ("risk/likely-to-fail", Severity::Danger));
    assert!(risk.message.ends_with("It says: no"));
    assert!(rig.first().can_decide, "its owner may want it all the same");
}

#[test]
fn a_silent_node_is_said_to_be_silent_and_asked_again_when_the_request_is_opened() {
    let mut rig = Rig::ready();
    rig.node.down = true;
    let proposal = proposal(&rig, 1, 1, 5);
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &proposal)).unwrap();
    assert_eq!(simulation(&rig).status, SimulationStatus::NotSimulated);
    rig.node.down = false;
    rig.node.trace = Some(json!({ "from": rig.me(), "to": OTHER, "type": "CALL", "value": "0x5" }));
    rig.command(Command::OpenRequest { request: rig.first().id }).unwrap();
    assert_eq!(simulation(&rig).status, SimulationStatus::Changes);
}

#[test]
fn the_node_that_another_device_names_is_not_believed_about_what_moves() {
    let mut rig = Rig::ready();
    rig.node.trace = Some(json!({ "from": rig.me(), "to": OTHER, "type": "CALL", "value": "0x0" }));
    let proposal = proposal(&rig, 1, 31337, 5);
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &proposal)).unwrap();
    assert_eq!(simulation(&rig).status, SimulationStatus::NotSimulated);
    assert!(simulation(&rig).message.contains("does not know this network"));
    assert!(!rig.node.asked.iter().any(|method| method.starts_with("debug")));
}

#[test]
fn another_fee_is_another_simulation() {
    let mut rig = Rig::connected();
    rig.send("0x5");
    let asked = |rig: &Rig| rig.node.asked.iter().filter(|method| *method == "eth_simulateV1").count();
    assert_eq!(asked(&rig), 1);
    rig.node.trace = Some(json!({ "from": rig.me(), "to": OTHER, "type": "CALL", "value": "0x5" }));
    let fee = crate::command::FeeChoice::Speed { speed: crate::view::FeeSpeed::Fast };
    rig.command(Command::EditFee { request: rig.first().id, fee }).unwrap();
    assert_eq!(simulation(&rig).status, SimulationStatus::RunOnly, "this node is known to have no trace");
    let rig = rig.restart();
    assert_eq!(rig.view().requests.len(), 1);
}

#[test]
fn an_allowance_that_changes_is_shown() {
    let mut rig = Rig::connected();
    let approval = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925";
    let log = json!({
        "address": USDC, "topics": [approval, word(&rig.me()), word(OTHER)], "data": format!("0x{:064x}", 5_000_000),
    });
    rig.node.trace =
        Some(json!({ "from": rig.me(), "to": USDC, "type": "CALL", "value": "0x0", "logs": [log] }));
    rig.send("0x0");
    assert_eq!(texts(&rig), ["0x7099…79C8 may take 5 USDC"]);
    assert_eq!(simulation(&rig).changes[0].kind, ChangeKind::Allowance);
}

#[test]
fn a_message_has_no_simulation() {
    let mut rig = Rig::connected();
    rig.call("personal_sign", &json!(["0x6869", rig.me()]));
    assert_eq!(rig.first().card.simulation, None);
    assert_eq!(codes(&rig), [""; 0]);
}
