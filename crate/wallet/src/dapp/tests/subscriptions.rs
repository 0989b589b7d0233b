//! `eth_subscribe`, by asking again and again.

use serde_json::{Value, json};

use super::rig::Rig;
use crate::command::Command;
use crate::event::Event;

fn news(rig: &Rig) -> Vec<&Value> {
    rig.emitted.iter().filter(|(name, _)| name == "message").map(|(_, data)| data).collect()
}

#[test]
fn each_new_block_is_told_once_as_a_message_of_eip_1193() {
    let mut rig = Rig::connected();
    let id = rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    assert!(news(&rig).is_empty(), "what was there before is no news");
    rig.node.height += 2;
    rig.later(4_000);
    rig.later(4_000);
    let told = news(&rig);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["type"], "eth_subscription");
    assert_eq!(told[0]["data"]["subscription"], id);
    assert_eq!(told[0]["data"]["result"]["number"], "0x11");
    assert_eq!(told[1]["data"]["result"]["number"], "0x12");
    assert_eq!(told[0]["data"]["result"].get("transactions"), None);
}

#[test]
fn logs_are_told_by_the_filter_and_for_new_blocks_only() {
    let mut rig = Rig::connected();
    let filter = json!({ "address": super::rig::OTHER, "topics": [null, "0x01"], "fromBlock": "0x0" });
    let id = rig.ask("eth_subscribe", &json!(["logs", filter])).unwrap();
    rig.node.height += 1;
    rig.later(4_000);
    let told = news(&rig);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["data"]["subscription"], id);
    // The node gives back what it was asked for.
    let asked = &told[0]["data"]["result"]["asked"];
    assert_eq!(asked["fromBlock"], "0x11");
    assert_eq!(asked["toBlock"], "0x11");
    assert_eq!(asked["topics"], json!([null, "0x01"]));
}

#[test]
fn an_ended_subscription_is_silent() {
    let mut rig = Rig::connected();
    let id = rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    assert_eq!(rig.ask("eth_unsubscribe", &json!([id])), Ok(json!(true)));
    assert_eq!(rig.ask("eth_unsubscribe", &json!([id])), Ok(json!(false)));
    rig.node.height += 1;
    rig.later(4_000);
    assert!(news(&rig).is_empty());
}

#[test]
fn nobody_ends_another_sites_subscription() {
    let mut rig = Rig::connected();
    let id = rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    rig.call_as("https://evil.example", "x", "eth_unsubscribe", &json!([id]));
    assert_eq!(rig.answer("x"), Some(&Ok(json!(false))));
}

#[test]
fn a_subscription_outlives_the_process_and_misses_nothing() {
    let mut rig = Rig::connected();
    rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    rig.node.height += 1;
    let mut rig = rig.restart_locked();
    rig.later(4_000);
    assert_eq!(news(&rig).len(), 1);
}

#[test]
fn a_subscription_ends_with_its_sites_pages_and_with_the_network() {
    let mut rig = Rig::connected();
    rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    rig.event(Event::ProviderGone { client: 1 });
    rig.later(6 * 60 * 1000);
    let asked = rig.node.asked.len();
    rig.later(60_000);
    assert!(!rig.node.asked[asked..].contains(&"eth_blockNumber".to_owned()));

    let mut rig = Rig::connected();
    let id = rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    rig.command(Command::SelectNetwork { chain_id: 10 }).unwrap();
    assert_eq!(rig.ask("eth_unsubscribe", &json!([id])), Ok(json!(false)));
}

#[test]
fn other_kinds_and_too_many_are_refused() {
    let mut rig = Rig::connected();
    assert_eq!(rig.code("eth_subscribe", &json!(["newPendingTransactions"])), -32602);
    assert_eq!(rig.code("eth_subscribe", &json!([])), -32602);
    assert_eq!(rig.code("eth_subscribe", &json!(["logs", 1])), -32602);
    for _ in 0..10 {
        rig.ask("eth_subscribe", &json!(["newHeads"])).unwrap();
    }
    assert_eq!(rig.code("eth_subscribe", &json!(["newHeads"])), -32005);
}
