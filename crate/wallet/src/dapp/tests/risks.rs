use serde_json::json;

use super::arrive::{proposal, wrap};
use super::rig::{OTHER, PEER, Rig};
use crate::command::Command;
use crate::view::{Card, RiskView, Severity};
use crate::wallet::Unattended;

const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const POISON: &str = "0x7099000000000000000000000000000000ba79c8";

fn codes(card: &Card) -> Vec<&str> {
    card.risks.iter().map(|risk| risk.code.as_str()).collect()
}

fn card_of(rig: &mut Rig, to: &str, data: &str) -> Card {
    let params = json!([{ "from": rig.me(), "to": to, "value": "0x0", "data": data }]);
    rig.call("eth_sendTransaction", &params);
    let card = rig.first().card;
    rig.command(Command::RejectAll).unwrap();
    card
}

fn connect_from(origin: &str) -> (Rig, Card) {
    let mut rig = Rig::ready();
    rig.call_as(origin, "c1", "eth_requestAccounts", &json!([]));
    let card = rig.first().card;
    (rig, card)
}

#[test]
fn a_known_thief_is_flagged_before_it_is_connected() {
    let (_, card) = connect_from("https://www.phishing.invalid");
    let RiskView { code, message, severity } = &card.risks[0];
    assert_eq!((code.as_str(), *severity), ("risk/known-phishing", Severity::Danger));
    assert_eq!(
        message,
        "This site is on a list of sites that steal (phishing.invalid). Do not connect or sign."
    );
}

#[test]
fn the_owners_list_replaces_the_one_before_and_is_remembered() {
    let (mut rig, card) = connect_from("https://evil.example");
    assert!(!codes(&card).contains(&"risk/known-phishing"));
    rig.command(Command::SetPhishingList { text: "evil.example # mine".to_owned() }).unwrap();
    assert!(codes(&rig.first().card).contains(&"risk/known-phishing"));
    assert_eq!((rig.view().phishing.own, rig.view().phishing.since), (1, Some(rig.now)));
    let refused = Command::SetPhishingList { text: "fine.example\nhttps://no".to_owned() };
    let refusal = rig.command(refused).unwrap_err();
    assert_eq!(refusal.code, "thieves/line");
    assert!(refusal.message.starts_with("Line 2 "));
    for (text, code) in [
        ("# only a remark\n".to_owned(), "thieves/empty"),
        ("a.example\n".repeat(60_000), "thieves/too-long"),
    ] {
        assert_eq!(rig.command(Command::SetPhishingList { text }).unwrap_err().code, code);
    }
    let since = rig.now;
    let mut rig = rig.restart();
    rig.later(60_000);
    assert_eq!((rig.view().phishing.own, rig.view().phishing.since), (1, Some(since)));
    assert!(rig.view().phishing.shipped > 0);
    rig.command(Command::RemovePhishingList).unwrap();
    assert_eq!((rig.view().phishing.own, rig.view().phishing.since), (0, None));
    assert_eq!(rig.command(Command::RemovePhishingList).unwrap_err().code, "thieves/none");
    let rig = rig.restart();
    assert_eq!(rig.view().phishing.own, 0);
    assert!(rig.store.keys().all(|key| !key.starts_with("dapp/thieves")), "nothing of it is left");
}

#[test]
fn a_name_in_disguise_and_a_bare_connection_are_told() {
    assert_eq!(codes(&connect_from("https://xn--80ak6aa92e.com").1)[0], "risk/disguised-site");
    assert!(codes(&connect_from("http://app.example").1).contains(&"risk/unprotected-site"));
    assert!(codes(&connect_from("https://xn--wgv71a119e.jp").1).contains(&"risk/foreign-site"));
}

#[test]
fn a_name_that_is_taken_for_a_connected_site_is_told() {
    let mut rig = Rig::connected();
    rig.call_as("https://app.examp1e.org", "c2", "eth_requestAccounts", &json!([]));
    let card = rig.first().card;
    assert_eq!(codes(&card)[0], "risk/resembles-site");
    assert!(card.risks[0].message.contains("app.example.org"));
}

#[test]
fn a_poisoned_address_is_flagged_once_the_real_one_was_dealt_with() {
    let mut rig = Rig::connected();
    assert_eq!(codes(&card_of(&mut rig, POISON, "0x")), ["risk/first-time"]);
    rig.send("0x1");
    rig.approve_first();
    rig.sign_first();
    let card = card_of(&mut rig, POISON, "0x");
    assert_eq!(codes(&card)[0], "risk/look-alike");
    assert_eq!(card.risks[0].severity, Severity::Danger);
    assert!(card.risks[0].message.contains("0x7099…79C8"));
}

#[test]
fn a_transfer_of_nothing_makes_nobody_known() {
    let mut rig = Rig::connected();
    let data = format!("0x23b872dd{:0>64}{:0>64}{:064x}", &OTHER[2..], &POISON[2..], 0);
    rig.command(Command::AddToken { address: USDC.to_owned() }).unwrap();
    let params = json!([{ "from": rig.me(), "to": USDC, "data": data }]);
    rig.call("eth_sendTransaction", &params);
    assert!(codes(&rig.first().card).contains(&"risk/nothing-moves"));
    rig.approve_first();
    rig.sign_first();
    assert!(codes(&card_of(&mut rig, POISON, "0x")).contains(&"risk/first-time"));
}

#[test]
fn a_spender_that_only_borrows_code_is_an_account() {
    let mut rig = Rig::connected();
    rig.node.delegated.insert(OTHER.to_owned());
    let data = format!("0x095ea7b3{:0>64}{:064x}", &OTHER[2..], 5);
    assert!(codes(&card_of(&mut rig, USDC, &data)).contains(&"risk/spender-is-account"));
}

#[test]
fn a_young_contract_is_told_where_the_node_remembers() {
    for (height, old, young) in [
        (60_000, Some(vec![]), Some("within the last 100 blocks")),
        (60_000, Some(vec![OTHER]), None),
        (60_000, None, None),
        // a chain that young itself tells nothing
        (16, Some(vec![]), None),
        (5_000, Some(vec![]), Some("within the last 100 blocks")),
    ] {
        let mut rig = Rig::connected();
        rig.node.contracts.insert(OTHER.to_owned());
        rig.node.height = height;
        rig.node.old_contracts = old.map(|old| old.into_iter().map(str::to_owned).collect());
        let card = card_of(&mut rig, OTHER, "0xdeadbeef");
        let told = card.risks.iter().find(|risk| risk.code == "risk/young-contract");
        match young {
            None => assert_eq!(told, None),
            Some(words) => assert!(told.unwrap().message.contains(words)),
        }
    }
}

#[test]
fn what_a_suspect_site_asks_is_not_signed_unattended() {
    let policy = Unattended { chains: vec![1], max_wei_per_day: 1 << 60, danger_everything: false };
    for (origin, approvals) in [("https://app.example.org", 1), ("https://phishing.invalid", 0)] {
        let mut rig = Rig::unattended(policy.clone());
        let mut proposal = proposal(&rig, 1, 1, 5);
        proposal.origin = origin.to_owned();
        rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &proposal)).unwrap();
        assert_eq!(rig.stand_in().approved.len(), approvals, "{origin}");
    }
}

#[test]
fn a_look_alike_is_not_signed_unattended() {
    let policy = Unattended { chains: vec![1], max_wei_per_day: 1 << 60, danger_everything: false };
    let mut rig = Rig::unattended(policy);
    let contact = Command::SetContact { address: OTHER.to_owned(), name: "Ada".to_owned() };
    rig.command(contact).unwrap();
    let honest = proposal(&rig, 1, 1, 5);
    let symbolon_chain::Request::Evm(body) = &honest.body;
    let symbolon_chain::request::EvmSubject::Transaction(payload) = &body.subject else { unreachable!() };
    let mut tx = symbolon_chain::evm::tx::UnsignedTransaction::decode(payload).unwrap();
    tx.to = Some(symbolon_chain::evm::address::parse_any_case(POISON).unwrap());
    let body = symbolon_chain::evm::params::transaction_request(&tx, rig.account(0)).unwrap();
    let poisoned = wrap(&rig, 2, 1, symbolon_chain::Request::Evm(body));
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &poisoned)).unwrap();
    assert!(rig.stand_in().approved.is_empty());
    assert_eq!(codes(&rig.first().card)[0], "risk/look-alike");
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, &honest)).unwrap();
    assert_eq!(rig.stand_in().approved.len(), 1);
}

#[test]
fn an_unlimited_approval_can_be_given_a_limit_and_is_another_request_then() {
    let mut rig = Rig::connected();
    let data = format!("0x095ea7b3{:0>64}{}", &OTHER[2..], "f".repeat(64));
    rig.command(Command::AddToken { address: USDC.to_owned() }).unwrap();
    let params = json!([{ "from": rig.me(), "to": USDC, "input": data }]);
    let id = rig.call("eth_sendTransaction", &params);
    let before = rig.first();
    let limit = before.card.limit.clone().unwrap();
    assert_eq!((limit.symbol.as_str(), limit.suggestion.as_deref()), ("USDC", Some("1.5")));
    let command =
        |amount: &str| Command::LimitApproval { request: before.id.clone(), amount: amount.to_owned() };
    assert_eq!(rig.command(command("1.0000001")).unwrap_err().code, "approval/amount");
    rig.command(command("1.5")).unwrap();
    let after = rig.first();
    assert_eq!(after.card.headline, "Let 0x7099…79C8 take 1.5 USDC");
    assert!(!codes(&after.card).contains(&"risk/unlimited-approval"));
    assert_eq!(after.card.limit, None);
    assert_ne!(after.card.digest, before.card.digest);
    assert_eq!(rig.stand_in().started.len(), 2, "another digest is another session");
    let stale = Command::Approve { request: before.id.clone(), digest: before.card.digest };
    assert_eq!(rig.command(stale).unwrap_err().code, "request/changed");
    rig.approve_first();
    assert_eq!(rig.command(command("1")).unwrap_err().code, "approval/not-here");
    rig.sign_first();
    assert!(rig.answer(&id).unwrap().is_ok());
    assert!(hex::encode(&rig.node.sent[0]).contains(&format!("{:064x}", 1_500_000)));
}
