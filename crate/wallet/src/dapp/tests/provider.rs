use serde_json::{Value, json};

use super::rig::{OTHER, PAGE, Rig};
use crate::command::Command;
use crate::event::{Event, Origin, ProviderCall};
use crate::view::RequestStatus;

#[test]
fn a_fresh_wallet_answers_at_once_what_pages_ask_on_load() {
    let mut rig = Rig::fresh();
    assert_eq!(rig.ask("eth_chainId", &json!([])), Ok(json!("0x1")));
    assert_eq!(rig.ask("net_version", &json!(null)), Ok(json!("1")));
    assert_eq!(rig.ask("eth_accounts", &json!([])), Ok(json!([])));
    assert_eq!(rig.ask("wallet_getPermissions", &json!([])), Ok(json!([])));
    assert_eq!(rig.ask("eth_coinbase", &json!([])), Ok(Value::Null));
    assert_eq!(rig.ask("web3_clientVersion", &json!([])), Ok(json!("Symbolon/1.0.0")));
    assert_eq!(rig.shown, 0);
}

#[test]
fn a_locked_wallet_still_tells_a_connected_page_its_accounts() {
    let mut rig = Rig::connected();
    let me = rig.me();
    rig.lock();
    assert_eq!(rig.ask("eth_accounts", &json!([])), Ok(json!([me])));
    let permissions = rig.ask("wallet_getPermissions", &json!([])).unwrap();
    assert_eq!(permissions[0]["caveats"][0]["value"], json!([me]));
    assert!(rig.emitted.is_empty(), "a lock is no disconnection");
}

#[test]
fn refusals_have_the_codes_that_libraries_know_and_open_no_window() {
    let mut rig = Rig::connected();
    let shown = rig.shown;
    let me = rig.me();
    for (method, params, code) in [
        ("eth_sign", json!([me, "0x00"]), -32601),
        ("eth_signTransaction", json!([{}]), -32004),
        ("eth_getEncryptionPublicKey", json!([me]), -32004),
        ("eth_decrypt", json!(["0x", me]), -32004),
        ("wallet_sendCalls", json!([]), -32602),
        ("eth_sendTransaction", json!([]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "type": "0x3" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "type": "0x4" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "type": "0x76" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "value": "1" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "gas": "0xzz" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": "invalid" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "data": "0x123" }]), -32602),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER, "authorizationList": [] }]), -32602),
        ("eth_sendTransaction", json!([{ "from": OTHER, "to": me }]), 4100),
        ("personal_sign", json!(["0x00"]), -32602),
        ("personal_sign", json!(["0x00", OTHER]), 4100),
        ("eth_signTypedData_v4", json!([me, "{}"]), -32602),
        ("wallet_switchEthereumChain", json!([{ "chainId": "0x539" }]), 4902),
        ("wallet_switchEthereumChain", json!([{ "chainId": "1" }]), -32602),
        ("wallet_switchEthereumChain", json!([{ "chainId": "0x01" }]), -32602),
        ("wallet_switchEthereumChain", json!([{ "chainId": 1 }]), -32602),
        ("wallet_switchEthereumChain", json!([{ "chainId": "0xa", "more": 1 }]), -32602),
        ("wallet_switchEthereumChain", json!([]), -32602),
        ("wallet_addEthereumChain", json!([{ "chainId": "0x539" }]), -32602),
        ("wallet_watchAsset", json!({ "type": "ERC721", "options": {} }), -32602),
        ("wallet_watchAsset", json!({ "type": "ERC20", "options": { "address": "0x1" } }), -32602),
        ("wallet_requestPermissions", json!([{ "wallet_snap": {} }]), -32602),
        ("wallet_revokePermissions", json!([]), -32602),
        ("personal_ecRecover", json!(["0x00", "0x00"]), -32602),
    ] {
        assert_eq!(rig.code(method, &params), code, "{method} {params}");
    }
    assert_eq!(rig.shown, shown);
    assert!(rig.view().requests.is_empty());
}

#[test]
fn an_unknown_method_is_answered_in_the_words_that_viem_depends_on() {
    let mut rig = Rig::fresh();
    let error = rig.ask("foo_bar", &json!([])).unwrap_err();
    assert_eq!(error.code, -32601);
    assert_eq!(error.message, "The method \"foo_bar\" does not exist / is not available.");
}

#[test]
fn a_page_that_is_not_connected_may_not_ask_for_signatures() {
    let mut rig = Rig::ready();
    let me = rig.me();
    for (method, params) in [
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER }])),
        ("eth_sendTransaction", json!([{ "nonsense": true }])),
        ("personal_sign", json!(["0x00", me])),
        ("eth_signTypedData_v4", json!([me, "{}"])),
    ] {
        assert_eq!(rig.code(method, &params), 4100, "{method}");
    }
}

#[test]
fn connecting_changes_the_state_then_emits_then_answers() {
    let mut rig = Rig::ready();
    let id = rig.call("eth_requestAccounts", &json!([]));
    assert_eq!(rig.answer(&id), None);
    assert_eq!(rig.shown, 1);
    assert_eq!(rig.first().card.headline, format!("Connect {PAGE}"));
    rig.approve_first();
    let me = rig.me();
    assert_eq!(rig.answer(&id), Some(&Ok(json!([me]))));
    assert_eq!(rig.emitted, vec![("accountsChanged".to_owned(), json!([me]))]);
    assert_eq!(rig.order, ["accountsChanged", "answer"]);
    assert!(me.chars().all(|c| !c.is_ascii_uppercase()));
    assert_eq!(rig.view().sites[0].origin, PAGE);
}

#[test]
fn a_second_connect_while_one_is_pending_is_refused_with_32002() {
    let mut rig = Rig::ready();
    let first = rig.call("eth_requestAccounts", &json!([]));
    assert_eq!(rig.code("eth_requestAccounts", &json!([])), -32002);
    assert_eq!(rig.code("wallet_requestPermissions", &json!([{ "eth_accounts": {} }])), -32002);
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    let error = rig.answer(&first).unwrap().clone().unwrap_err();
    assert_eq!(error.code, 4001);
    assert_eq!(error.data.as_deref(), Some("{\"cause\":\"rejected\"}"));
}

#[test]
fn permissions_have_the_shape_that_wagmi_reads() {
    let mut rig = Rig::ready();
    let id = rig.call("wallet_requestPermissions", &json!([{ "eth_accounts": {} }]));
    rig.approve_first();
    let granted = rig.answer(&id).unwrap().clone().unwrap();
    assert_eq!(granted[0]["parentCapability"], "eth_accounts");
    assert_eq!(granted[0]["invoker"], PAGE);
    assert_eq!(granted[0]["caveats"][0]["type"], "restrictReturnedAccounts");
    assert_eq!(granted[0]["caveats"][0]["value"], json!([rig.me()]));
    assert_eq!(rig.ask("wallet_getPermissions", &json!([])), Ok(granted));
}

#[test]
fn revoking_answers_null_at_once_and_emits_an_empty_list() {
    let mut rig = Rig::connected();
    assert_eq!(rig.ask("wallet_revokePermissions", &json!([{ "eth_accounts": {} }])), Ok(Value::Null));
    assert_eq!(rig.emitted, vec![("accountsChanged".to_owned(), json!([]))]);
    assert_eq!(rig.order, ["accountsChanged", "answer"]);
    assert_eq!(rig.ask("eth_accounts", &json!([])), Ok(json!([])));
    assert_eq!(rig.ask("wallet_revokePermissions", &json!([{ "eth_accounts": {} }])), Ok(Value::Null));
    assert_eq!(rig.emitted.len(), 1);
}

#[test]
fn a_permitted_page_that_connects_while_locked_is_answered_after_the_unlock() {
    let mut rig = Rig::connected();
    rig.lock();
    let shown = rig.shown;
    let id = rig.call("eth_requestAccounts", &json!([]));
    assert_eq!(rig.answer(&id), None);
    assert_eq!(rig.shown, shown + 1);
    assert_eq!(rig.code("eth_requestAccounts", &json!([])), -32002);
    rig.unlock();
    assert_eq!(rig.answer(&id), Some(&Ok(json!([rig.me()]))));
    assert!(rig.emitted.is_empty());
}

#[test]
fn one_origins_permission_is_not_another_ones() {
    let mut rig = Rig::connected();
    rig.call_as("https://evil.example", "x", "eth_accounts", &json!([]));
    assert_eq!(rig.answer("x"), Some(&Ok(json!([]))));
    let me = rig.me();
    rig.call_as("https://evil.example", "y", "personal_sign", &json!(["0x00", me]));
    assert_eq!(rig.answer("y").unwrap().clone().unwrap_err().code, 4100);
}

#[test]
fn reads_pass_through_and_keep_the_nodes_own_refusal() {
    let mut rig = Rig::fresh();
    assert_eq!(rig.ask("eth_blockNumber", &json!([])), Ok(json!("0x10")));
    let error = rig.ask("eth_getProof", &json!([])).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (-32601, "the method does not exist"));
    rig.node.down = true;
    assert_eq!(rig.code("eth_blockNumber", &json!([])), 4901);
}

/// Example of web3.js' documentation, `web3.eth.accounts.recover` ("Some data").
#[test]
fn the_signer_of_a_message_is_told_in_lower_case() {
    let mut rig = Rig::fresh();
    let signature = "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c";
    let signer = rig.ask("personal_ecRecover", &json!(["Some data", signature]));
    assert_eq!(signer, Ok(json!("0x2c7536e3605d9c16a7a3d7b1898e529396a65c23")));
}

#[test]
fn a_message_is_answered_with_a_signature_of_the_account() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let id = rig.call("personal_sign", &json!(["0x68656c6c6f", me, "ignored"]));
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    rig.approve_first();
    assert_eq!(rig.statuses(), [RequestStatus::WaitingForOthers]);
    rig.sign_first();
    let signature = rig.answer(&id).unwrap().clone().unwrap();
    let text = signature.as_str().unwrap();
    assert_eq!(text.len(), 132);
    assert!(text.ends_with("1b") || text.ends_with("1c"));
    assert_eq!(rig.ask("personal_ecRecover", &json!(["hello", text])), Ok(json!(me)));
    assert_eq!(rig.view().activity.len(), 1);
    assert_eq!(rig.stand_in().cancelled.last().unwrap().1, "signed");
}

#[test]
fn a_flood_of_requests_is_limited() {
    let mut rig = Rig::connected();
    let me = rig.me();
    for _ in 0..30 {
        rig.call("personal_sign", &json!(["0x00", me]));
    }
    assert_eq!(rig.code("personal_sign", &json!(["0x00", me])), -32005);
    assert_eq!(rig.view().requests.len(), 30);
}

#[test]
fn parameters_that_are_not_json_or_too_large_are_refused() {
    let mut rig = Rig::connected();
    for (id, params) in [("a", "[".to_owned()), ("b", format!("[\"{}\"]", "0".repeat(600_000)))] {
        rig.event(Event::Provider(ProviderCall {
            client: 1,
            origin: Origin(PAGE.to_owned()),
            id: id.to_owned(),
            method: "personal_sign".to_owned(),
            params,
        }));
        assert_eq!(rig.answer(id).unwrap().clone().unwrap_err().code, -32602);
    }
}

#[test]
fn watching_a_token_answers_true_and_shows_its_balance() {
    let mut rig = Rig::connected();
    let params = json!({ "type": "ERC20", "options": { "address": OTHER, "symbol": "TST", "decimals": 4 } });
    let id = rig.call("wallet_watchAsset", &params);
    rig.approve_first();
    assert_eq!(rig.answer(&id), Some(&Ok(json!(true))));
    let balance = &rig.view().balances[1];
    assert_eq!((balance.symbol.as_str(), balance.amount.as_deref()), ("TST", Some("150")));
}

#[test]
fn disconnecting_a_site_rejects_what_it_still_asks() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let id = rig.call("personal_sign", &json!(["0x00", me]));
    rig.command(Command::DisconnectSite { origin: PAGE.to_owned() }).unwrap();
    assert_eq!(rig.answer(&id).unwrap().clone().unwrap_err().code, 4001);
    assert_eq!(rig.emitted, vec![("accountsChanged".to_owned(), json!([]))]);
    assert!(rig.view().sites.is_empty());
}

#[test]
fn a_reloaded_page_takes_up_the_connect_that_its_predecessor_left() {
    let mut rig = Rig::ready();
    rig.call("eth_requestAccounts", &json!([]));
    rig.event(Event::ProviderGone { client: 1 });
    let id = rig.call("eth_requestAccounts", &json!([]));
    assert_eq!(rig.view().requests.len(), 1);
    rig.approve_first();
    assert_eq!(rig.answer(&id), Some(&Ok(json!([rig.me()]))));
}

#[test]
fn an_account_that_a_page_was_not_given_is_not_its_to_use() {
    let mut rig = Rig::connected();
    rig.command(Command::AddAccount { name: String::new() }).unwrap();
    let other = symbolon_chain::evm::address::lower_case(&rig.account(1));
    assert_eq!(rig.code("personal_sign", &json!(["0x00", other])), 4100);
    assert_eq!(rig.code("eth_sendTransaction", &json!([{ "from": other, "to": OTHER }])), 4100);
}
