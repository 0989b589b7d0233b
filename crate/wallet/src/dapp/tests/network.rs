use serde_json::{Value, json};

use super::rig::Rig;
use crate::command::Command;
use crate::view::Phase;

fn anvil() -> Value {
    json!([{
        "chainId": "0x7a69", "chainName": "Anvil", "rpcUrls": ["http://127.0.0.1:8545"],
        "nativeCurrency": { "name": "Ether", "symbol": "ETH", "decimals": 18 }, "blockExplorerUrls": null,
    }])
}

#[test]
fn switching_is_visible_before_it_is_answered() {
    let mut rig = Rig::connected();
    let id = rig.call("wallet_switchEthereumChain", &json!([{ "chainId": "0xa" }]));
    assert_eq!(rig.first().card.headline, "Switch to OP Mainnet");
    rig.approve_first();
    assert_eq!(rig.answer(&id), Some(&Ok(Value::Null)));
    assert_eq!(rig.order, ["chainChanged", "networkChanged", "answer"]);
    assert_eq!(rig.emitted[0].1, json!("0xa"));
    assert_eq!(rig.emitted[1].1, json!("10"));
    assert_eq!(rig.ask("eth_chainId", &json!([])), Ok(json!("0xa")));
    assert_eq!(rig.ask("wallet_switchEthereumChain", &json!([{ "chainId": "0xa" }])), Ok(Value::Null));
}

#[test]
fn an_added_network_becomes_the_active_one_if_its_rpc_belongs_to_it() {
    let mut rig = Rig::connected();
    assert_eq!(rig.code("wallet_addEthereumChain", &anvil()), -32602);
    assert!(rig.view().requests.is_empty());
    rig.node.chain_id = 31337;
    let id = rig.call("wallet_addEthereumChain", &anvil());
    assert_eq!(rig.first().card.headline, "Add the network Anvil");
    rig.approve_first();
    assert_eq!(rig.answer(&id), Some(&Ok(Value::Null)));
    assert_eq!(rig.order.split_off(1), ["chainChanged", "networkChanged", "answer"]);
    assert_eq!(rig.ask("eth_chainId", &json!([])), Ok(json!("0x7a69")));
    let added = rig.view().networks.into_iter().find(|network| network.chain_id == 31337).unwrap();
    assert!(added.custom);
}

#[test]
fn a_network_whose_rpc_is_plain_http_elsewhere_is_refused() {
    let mut rig = Rig::connected();
    let mut params = anvil();
    params[0]["rpcUrls"] = json!(["http://rpc.example.org"]);
    assert_eq!(rig.code("wallet_addEthereumChain", &params), -32602);
    assert!(rig.node.asked.iter().all(|method| method != "eth_chainId"));
}

#[test]
fn the_owner_adds_and_removes_networks() {
    let mut rig = Rig::connected();
    let add = |chain_id| Command::AddNetwork {
        chain_id,
        name: "Anvil".to_owned(),
        rpc_url: "http://127.0.0.1:8545".to_owned(),
        symbol: "ETH".to_owned(),
        explorer_url: String::new(),
    };
    assert_eq!(rig.command(add(31337)).unwrap_err().code, "network/mismatch");
    rig.node.chain_id = 31337;
    rig.command(add(31337)).unwrap();
    rig.command(Command::SelectNetwork { chain_id: 31337 }).unwrap();
    assert_eq!(rig.view().chain_id, 31337);
    rig.command(Command::RemoveNetwork { chain_id: 31337 }).unwrap();
    assert_eq!(rig.view().chain_id, 1);
    assert_eq!(rig.command(Command::RemoveNetwork { chain_id: 1 }).unwrap_err().code, "network/shipped");
}

#[test]
fn an_unknown_balance_is_not_shown_as_zero() {
    let mut rig = Rig::ready();
    assert_eq!(rig.view().balances[0].amount.as_deref(), Some("10"));
    rig.node.down = true;
    rig.command(Command::SelectNetwork { chain_id: 10 }).unwrap();
    assert_eq!(rig.view().balances[0].amount, None);
    let notice = &rig.view().notices[0];
    assert_eq!(notice.code, "chain/unreachable");
    rig.command(Command::DismissNotice { notice: notice.id }).unwrap();
    assert!(rig.view().notices.is_empty());
}

#[test]
fn a_record_of_a_newer_version_makes_the_device_unusable_and_is_not_overwritten() {
    let mut rig = Rig::connected();
    rig.command(Command::SelectNetwork { chain_id: 10 }).unwrap();
    rig.store.get_mut("dapp/networks").unwrap()[0] = 2;
    let before = rig.store.clone();
    let mut rig = rig.restart();
    assert_eq!(rig.view().phase, Phase::Unusable);
    assert_eq!(rig.ask("eth_chainId", &json!([])), Ok(json!("0x1")));
    assert_eq!(rig.code("eth_requestAccounts", &json!([])), -32603);
    assert_eq!(rig.command(Command::Refresh).unwrap_err().code, "store/unusable");
    assert_eq!(rig.store, before);
}
