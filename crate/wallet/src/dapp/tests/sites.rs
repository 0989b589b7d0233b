//! Rules for sites, and items of collections.

use serde_json::{Value, json};

use super::rig::{OTHER, PAGE, Rig};
use crate::command::{Command, SiteRule};

fn set(rig: &mut Rig, rule: SiteRule) -> Result<(), crate::effect::CommandError> {
    rig.command(Command::SetSite { origin: PAGE.to_owned(), rule })
}

#[test]
fn a_muted_site_reaches_nobody_and_is_told_so_at_once() {
    let mut rig = Rig::connected();
    let me = rig.me();
    let waiting = rig.call("personal_sign", &json!(["0x00", me]));
    set(&mut rig, SiteRule::Muted { on: true }).unwrap();
    assert_eq!(rig.answer(&waiting).unwrap().clone().unwrap_err().code, 4001);
    let shown = rig.shown;
    for (method, params) in [
        ("personal_sign", json!(["0x00", me])),
        ("eth_sendTransaction", json!([{ "from": me, "to": OTHER }])),
        ("eth_requestAccounts", json!([])),
        ("wallet_switchEthereumChain", json!([{ "chainId": "0xa" }])),
        ("wallet_sendCalls", json!([])),
        ("wallet_watchAsset", json!({})),
    ] {
        let error = rig.ask(method, &params).unwrap_err();
        assert_eq!((error.code, error.data.as_deref()), (4001, Some("{\"cause\":\"muted\"}")), "{method}");
    }
    assert_eq!(rig.shown, shown);
    assert_eq!(rig.ask("eth_accounts", &json!([])), Ok(json!([me])), "it stays connected");
    assert_eq!(rig.ask("eth_blockNumber", &json!([])), Ok(json!("0x10")));
}

#[test]
fn a_site_may_be_muted_before_it_is_connected_and_heard_again() {
    let mut rig = Rig::ready();
    rig.call("eth_requestAccounts", &json!([]));
    set(&mut rig, SiteRule::Muted { on: true }).unwrap();
    assert!(rig.view().requests.is_empty());
    assert!(rig.view().sites[0].muted && rig.view().sites[0].accounts.is_empty());
    let mut rig = rig.restart();
    assert_eq!(rig.code("eth_requestAccounts", &json!([])), 4001);
    set(&mut rig, SiteRule::Muted { on: false }).unwrap();
    assert!(rig.view().sites.is_empty());
    let id = rig.call("eth_requestAccounts", &json!([]));
    assert_eq!(rig.answer(&id), None);
    assert_eq!(rig.view().requests.len(), 1);
}

#[test]
fn compatibility_and_frames_are_off_until_the_owner_turns_them_on() {
    let mut rig = Rig::connected();
    let site = rig.view().sites[0].clone();
    assert!(!site.compatibility && !site.frames && !site.muted);
    set(&mut rig, SiteRule::Compatibility { on: true }).unwrap();
    set(&mut rig, SiteRule::Frames { on: true }).unwrap();
    let rig = rig.restart();
    let site = rig.view().sites[0].clone();
    assert!(site.compatibility && site.frames && !site.muted);
}

#[test]
fn rules_are_set_for_known_sites_only() {
    let mut rig = Rig::ready();
    assert_eq!(set(&mut rig, SiteRule::Muted { on: true }).unwrap_err().code, "site/unknown");
}

#[test]
fn permissions_that_carry_caveats_of_their_own_are_understood() {
    let mut rig = Rig::ready();
    let asked = json!([{
        "eth_accounts": { "restrictReturnedAccounts": [OTHER] },
        "endowment:permitted-chains": { "caveats": [{ "type": "restrictNetworkSwitching", "value": ["0x1"] }] },
    }]);
    let id = rig.call("wallet_requestPermissions", &asked);
    rig.approve_first();
    let granted = rig.answer(&id).unwrap().clone().unwrap();
    assert_eq!(granted[0]["parentCapability"], "eth_accounts");
    assert_eq!(granted[0]["caveats"][0], json!({ "type": "restrictReturnedAccounts", "value": [rig.me()] }));
}

fn item(kind: &str, number: &Value) -> Value {
    json!({ "type": kind, "options": { "address": OTHER, "tokenId": number } })
}

#[test]
fn an_item_of_the_account_is_watched_after_the_owner_agreed() {
    for (kind, standard) in [("ERC721", "ERC-721"), ("ERC1155", "ERC-1155")] {
        let mut rig = Rig::connected();
        rig.node.owner = rig.me();
        let id = rig.call("wallet_watchAsset", &item(kind, &json!("1")));
        assert_eq!(rig.first().card.headline, "Watch item 1 of 0x7099…79C8");
        rig.approve_first();
        assert_eq!(rig.answer(&id), Some(&Ok(json!(true))));
        let rig = rig.restart();
        let items = rig.view().items;
        assert_eq!((items.len(), items[0].standard.as_str(), items[0].number.as_str()), (1, standard, "1"));
    }
}

#[test]
fn an_item_that_is_somebody_elses_is_refused_before_the_owner_is_asked() {
    let mut rig = Rig::connected();
    let shown = rig.shown;
    for kind in ["ERC721", "ERC1155"] {
        assert_eq!(rig.code("wallet_watchAsset", &item(kind, &json!("1"))), -32602, "{kind}");
    }
    for number in [json!(null), json!("0x1"), json!("-1"), json!(""), json!("9".repeat(79)), json!(1.5)] {
        assert_eq!(rig.code("wallet_watchAsset", &item("ERC721", &number)), -32602, "{number}");
    }
    rig.node.down = true;
    assert_eq!(rig.code("wallet_watchAsset", &item("ERC721", &json!("1"))), 4901);
    assert_eq!(rig.shown, shown);
}

#[test]
fn a_site_that_is_not_connected_learns_nothing_about_items() {
    let mut rig = Rig::ready();
    assert_eq!(rig.code("wallet_watchAsset", &item("ERC721", &json!("1"))), 4100);
}
