use serde_json::{Value, json};

use super::rig::{OTHER, Rig};
use crate::view::{Card, CardKind, Severity};

const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
/// A token that is on no list.
const TST: &str = "0x5555555555555555555555555555555555555555";

fn card(rig: &mut Rig, method: &str, params: &Value) -> Card {
    let id = rig.call(method, params);
    assert_eq!(rig.answer(&id), None, "{method} waits");
    let card = rig.first().card;
    rig.command(crate::command::Command::RejectAll).unwrap();
    card
}

fn transaction(rig: &mut Rig, to: &str, value: &str, data: &str) -> Card {
    let params = json!([{ "from": rig.me(), "to": to, "value": value, "data": data }]);
    card(rig, "eth_sendTransaction", &params)
}

fn lines(card: &Card) -> Vec<String> {
    card.rows
        .iter()
        .map(|row| format!("{}{}: {}", "  ".repeat(row.depth.into()), row.label, row.value))
        .collect()
}

fn codes(card: &Card) -> Vec<&str> {
    card.risks.iter().map(|risk| risk.code.as_str()).collect()
}

#[test]
fn a_transfer_shows_amount_recipient_and_terms() {
    let mut rig = Rig::connected();
    let card = transaction(&mut rig, OTHER, "0x14d1120d7b160000", "0x");
    assert_eq!(card.headline, "Send 1.5 ETH to 0x7099…79C8");
    assert_eq!(card.kind, CardKind::Send);
    assert_eq!(
        lines(&card),
        [
            "Amount: 1.5 ETH",
            "To: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "Nonce: 0",
            "Gas limit: 21000",
            "Transaction type: EIP-1559",
        ]
    );
    assert_eq!(codes(&card), ["risk/first-time"]);
    assert_eq!(card.digest_words.len(), 6);
    assert!(card.raw.starts_with("0x02"));
}

#[test]
fn sending_to_an_own_account_names_it() {
    let mut rig = Rig::connected();
    rig.command(crate::command::Command::AddAccount { name: "Savings".to_owned() }).unwrap();
    let savings = symbolon_chain::evm::address::lower_case(&rig.account(1));
    let card = transaction(&mut rig, &savings, "0x1", "0x");
    assert!(card.headline.ends_with("to your Savings"), "{}", card.headline);
    assert!(card.risks.is_empty());
}

#[test]
fn an_address_that_was_dealt_with_is_no_longer_new() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    rig.approve_first();
    rig.sign_first();
    let card = transaction(&mut rig, OTHER, "0x1", "0x");
    assert!(card.risks.is_empty());
}

#[test]
fn a_token_transfer_is_shown_in_whole_units_by_the_contracts_own_word() {
    let mut rig = Rig::connected();
    rig.node.token = ("TST".to_owned(), 6);
    let data = format!("0xa9059cbb{:0>64}{:064x}", &OTHER[2..], 250_000_000);
    let card = transaction(&mut rig, TST, "0x0", &data);
    assert_eq!(card.headline, "Send 250 TST to 0x7099…79C8");
    assert!(codes(&card).contains(&"risk/unknown-token"));
    rig.command(crate::command::Command::AddToken { address: TST.to_owned() }).unwrap();
    let card = transaction(&mut rig, TST, "0x0", &data);
    assert!(!codes(&card).contains(&"risk/unknown-token"));
    let own = format!("0xa9059cbb{:0>64}{:064x}", &TST[2..], 1);
    let card = transaction(&mut rig, TST, "0x0", &own);
    assert_eq!(card.risks[0].code, "risk/lost-recipient");
}

#[test]
fn a_listed_token_needs_nobodys_word_and_its_contract_is_not_believed_against_the_list() {
    let mut rig = Rig::connected();
    let data = format!("0xa9059cbb{:0>64}{:064x}", &OTHER[2..], 250_000_000);
    let card = transaction(&mut rig, USDC, "0x0", &data);
    assert_eq!(card.headline, "Send 250 USDC to 0x7099…79C8");
    assert_eq!(codes(&card), ["risk/first-time"]);
    let mut rig = Rig::connected();
    rig.node.token = ("USDC".to_owned(), 18);
    let card = transaction(&mut rig, USDC, "0x0", &data);
    assert_eq!(card.headline, "Send 250 USDC to 0x7099…79C8");
    let risk = &card.risks[0];
    assert_eq!((risk.code.as_str(), risk.severity), ("risk/token-disagrees", Severity::Danger));
    assert!(risk.message.contains("USDC with 6 decimals, but its contract says USDC with 18 decimals"));
}

#[test]
fn a_token_by_a_listed_ones_name_is_an_impostor() {
    let mut rig = Rig::connected();
    let data = format!("0xa9059cbb{:0>64}{:064x}", &OTHER[2..], 250_000_000);
    let card = transaction(&mut rig, TST, "0x0", &data);
    assert_eq!((card.risks[0].code.as_str(), card.risks[0].severity), ("risk/impostor", Severity::Danger));
}

#[test]
fn an_unlimited_approval_is_dangerous_and_says_who_may_take_what() {
    let mut rig = Rig::connected();
    let data = format!("0x095ea7b3{:0>64}{}", &OTHER[2..], "f".repeat(64));
    let card = transaction(&mut rig, USDC, "0x0", &data);
    assert_eq!(card.headline, "Let 0x7099…79C8 take all your USDC");
    assert_eq!(card.kind, CardKind::Approval);
    assert_eq!(card.risks[0].severity, Severity::Danger);
    assert!(codes(&card).contains(&"risk/unlimited-approval"));
    assert!(codes(&card).contains(&"risk/spender-is-account"));
    rig.node.contracts.insert(OTHER.to_owned());
    let mut rig = rig.restart();
    let card = transaction(&mut rig, USDC, "0x0", &data);
    assert!(!codes(&card).contains(&"risk/spender-is-account"));
    let back = format!("0x095ea7b3{:0>64}{:064x}", &OTHER[2..], 0);
    assert_eq!(transaction(&mut rig, USDC, "0x0", &back).headline, "Stop 0x7099…79C8 from taking your USDC");
}

#[test]
fn taking_an_approval_back_gives_nobody_power() {
    let mut rig = Rig::connected();
    let back = format!("0x095ea7b3{:0>64}{:064x}", &OTHER[2..], 0);
    assert!(!codes(&transaction(&mut rig, USDC, "0x0", &back)).contains(&"risk/spender-is-account"));
    let none = format!("0xa22cb465{:0>64}{:064x}", &OTHER[2..], 0);
    assert!(!codes(&transaction(&mut rig, TST, "0x0", &none)).contains(&"risk/spender-is-account"));
}

#[test]
fn an_unknown_call_says_that_it_is_unknown() {
    let mut rig = Rig::connected();
    rig.node.contracts.insert(OTHER.to_owned());
    let card = transaction(&mut rig, OTHER, "0x1", "0xdeadbeef00");
    assert_eq!(card.headline, "Call a function of 0x7099…79C8 and send 0.000000000000000001 ETH");
    assert!(lines(&card).contains(&"Function: 0xdeadbeef (not known)".to_owned()));
    assert!(codes(&card).contains(&"risk/unknown-call"));
    assert!(!codes(&card).contains(&"risk/no-contract"));
}

#[test]
fn a_call_to_an_address_without_code_is_flagged() {
    let mut rig = Rig::connected();
    let card = transaction(&mut rig, OTHER, "0x1", "0xdeadbeef00");
    assert!(codes(&card).contains(&"risk/no-contract"));
}

#[test]
fn a_deployment_is_shown_as_one() {
    let mut rig = Rig::connected();
    let params = json!([{ "from": rig.me(), "data": "0x6001600155" }]);
    let card = card(&mut rig, "eth_sendTransaction", &params);
    assert_eq!(card.headline, "Create a contract");
    assert!(lines(&card).contains(&"Code: 5 bytes".to_owned()));
}

#[test]
fn a_message_is_shown_exactly_and_inert() {
    let mut rig = Rig::connected();
    let params = json!([format!("0x{}", hex::encode("pay \u{202e}Bob\nnow")), rig.me()]);
    let card = card(&mut rig, "personal_sign", &params);
    assert_eq!(card.headline, "Sign a message");
    assert_eq!(lines(&card), ["Message: pay ⟨U+202E⟩Bob\nnow"]);
    assert_eq!(card.risks[0].code, "risk/deceptive-text");
}

fn sign_in(domain: &str, account: &str) -> String {
    format!(
        "{domain} wants you to sign in with your Ethereum account:\n{account}\n\nWelcome.\n\nURI: https://{domain}\n\
         Version: 1\nChain ID: 1\nNonce: 32891756\nIssued At: 2021-09-30T16:25:24Z"
    )
}

#[test]
fn a_sign_in_for_another_site_is_a_danger() {
    let mut rig = Rig::connected();
    let account = symbolon_chain::evm::address::checksummed(&rig.account(0));
    let me = rig.me();
    let own = card(&mut rig, "personal_sign", &json!([sign_in("app.example.org", &account), me]));
    assert_eq!((own.headline.as_str(), own.kind), ("Sign in to app.example.org", CardKind::SignIn));
    assert!(own.risks.is_empty());
    let other = card(&mut rig, "personal_sign", &json!([sign_in("bank.example", &account), me]));
    assert_eq!(other.risks[0].code, "risk/sign-in-domain");
    assert_eq!(other.risks[0].severity, Severity::Danger);
}

#[test]
fn typed_data_is_shown_field_by_field() {
    let mut rig = Rig::connected();
    let data = json!({
        "types": {
            "EIP712Domain": [{ "name": "name", "type": "string" }, { "name": "chainId", "type": "uint256" }],
            "Mail": [{ "name": "to", "type": "Person" }, { "name": "contents", "type": "string" }],
            "Person": [{ "name": "wallet", "type": "address" }],
        },
        "primaryType": "Mail",
        "domain": { "name": "Ether Mail", "chainId": 1 },
        "message": { "to": { "wallet": OTHER }, "contents": "Hello" },
    });
    let params = json!([rig.me(), data.to_string()]);
    let card = card(&mut rig, "eth_signTypedData_v4", &params);
    assert_eq!(card.headline, "Sign Mail data");
    assert_eq!(
        lines(&card),
        [
            "Domain: ",
            "  name: Ether Mail",
            "  chainId: 1",
            "Mail: ",
            "  to: Person",
            "    wallet: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "  contents: Hello",
        ]
    );
    assert!(codes(&card).contains(&"risk/unknown-typed-data"));
}

#[test]
fn typed_data_for_another_chain_is_refused() {
    let mut rig = Rig::connected();
    let data = json!({
        "types": { "EIP712Domain": [{ "name": "chainId", "type": "uint256" }], "A": [{ "name": "b", "type": "bool" }] },
        "primaryType": "A", "domain": { "chainId": 10 }, "message": { "b": true },
    });
    let me = rig.me();
    assert_eq!(rig.code("eth_signTypedData_v4", &json!([me, data.to_string()])), -32602);
}

#[test]
fn the_same_bytes_give_the_same_card() {
    let mut rig = Rig::connected();
    rig.send("0x1");
    assert_eq!(rig.first().card, rig.first().card);
    let before = rig.first().card;
    let rig = rig.restart();
    assert_eq!(rig.first().card, before);
}

#[test]
fn what_concerns_this_device_alone_has_no_digest() {
    let mut rig = Rig::ready();
    rig.call("eth_requestAccounts", &json!([]));
    let card = rig.first().card;
    assert_eq!(card.digest, "");
    assert_eq!(card.rule, crate::messages::RULE_ALONE);
    assert_eq!(codes(&card), ["risk/new-origin"]);
}

/// `multicall(bytes[])` with one `approve(address,uint256)` of everything in it, as viem encodes it.
#[test]
fn an_approval_within_a_call_is_shown_and_told_as_what_it_is() {
    let mut rig = Rig::connected();
    let approval = format!("095ea7b3{:0>64}{:f>64}", &OTHER[2..], "");
    let data = format!("0xac9650d8{:064x}{:064x}{:064x}{:064x}{approval:0<192}", 32, 1, 32, 68);
    let card = transaction(&mut rig, USDC, "0x0", &data);
    assert_eq!(card.headline, "Call multicall of 0xA0b8…eB48");
    assert!(codes(&card).contains(&"risk/unlimited-approval"), "{:?}", codes(&card));
    let lines = lines(&card);
    assert!(lines.contains(&"Call 1 of 1: Let 0x7099…79C8 take all your USDC".to_owned()), "{lines:?}");
    assert!(lines.contains(&"  Spender: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8".to_owned()), "{lines:?}");
}
