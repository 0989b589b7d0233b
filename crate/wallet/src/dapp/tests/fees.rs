use serde_json::{Value, json};
use symbolon_chain::evm::tx::Fees;

use super::queue::transaction;
use super::rig::{OTHER, Rig};
use crate::command::{Command, FeeChoice};
use crate::view::{FeeSpeed, RequestStatus};

fn send(rig: &mut Rig, fields: Value) -> String {
    let mut object = json!({ "from": rig.me(), "to": OTHER, "value": "0x1" });
    for (name, value) in fields.as_object().unwrap() {
        object[name] = value.clone();
    }
    rig.call("eth_sendTransaction", &json!([object]))
}

#[test]
fn fees_come_from_what_blocks_paid_in_three_speeds() {
    let mut rig = Rig::connected();
    send(&mut rig, json!({}));
    let task = rig.stand_in().started[0].clone();
    // the middle tip of the scripted blocks, and base fee with room to rise
    let Fees::Dynamic { max_fee_per_gas, max_priority_fee_per_gas } = transaction(&task).fees else {
        panic!("EIP-1559")
    };
    assert_eq!(max_priority_fee_per_gas, 1000);
    assert!(max_fee_per_gas > 1_000_000_000 + 1000);
    let fee = rig.first().card.fee.unwrap();
    assert_eq!(fee.speed, Some(FeeSpeed::Normal));
    assert_eq!(fee.speeds.len(), 3);
    assert_eq!(fee.gas_limit, 21_000);
    // 21000 × (1 gwei + 1000 wei)
    assert_eq!(fee.estimate, "0.000021000021 ETH");
}

#[test]
fn each_speed_has_a_likely_and_a_highest_fee_by_the_gas_that_the_simulation_used() {
    let mut rig = Rig::connected();
    rig.node.estimate = Ok(40_000);
    rig.node.simulation =
        Some(json!([{ "returnData": "0x", "status": "0x1", "logs": [], "gasUsed": "0x7530" }]));
    send(&mut rig, json!({ "data": "0x01" }));
    let fee = rig.first().card.fee.unwrap();
    assert_eq!((fee.gas_expected, fee.gas_simulated, fee.gas_limit), (Some(30_000), true, 50_000));
    let shown: Vec<_> =
        fee.speeds.iter().map(|it| (it.speed, it.expected.as_str(), it.maximum.as_str())).collect();
    // 30000 × (1 gwei + tip), and 50000 × (room for the base fee to rise + tip); tips of 100, 1000 and 10000 wei
    assert_eq!(
        shown,
        [
            (FeeSpeed::Slow, "0.000030000003 ETH", "0.000062500005 ETH"),
            (FeeSpeed::Normal, "0.00003000003 ETH", "0.00008125005 ETH"),
            (FeeSpeed::Fast, "0.0000300003 ETH", "0.0001250005 ETH"),
        ]
    );
    assert_eq!((fee.estimate.as_str(), fee.maximum.as_str()), ("0.00003000003 ETH", "0.00008125005 ETH"));
}

#[test]
fn without_a_simulation_the_estimate_counts_and_without_either_the_limit() {
    let mut rig = Rig::connected();
    rig.node.estimate = Ok(40_000);
    let reverts = json!([{ "returnData": "0x", "status": "0x0", "logs": [], "gasUsed": "0x7530" }]);
    for simulation in [None, Some(reverts)] {
        rig.node.simulation = simulation;
        send(&mut rig, json!({ "data": "0x01" }));
        let fee = rig.first().card.fee.unwrap();
        assert_eq!((fee.gas_expected, fee.gas_simulated), (Some(40_000), false));
        assert_eq!(fee.estimate, "0.00004000004 ETH");
        rig.command(Command::RejectAll).unwrap();
    }
    // a cosigner is told no estimate
    let proposal = super::arrive::proposal(&rig, 1, 1, 5);
    rig.seam(|wallet, cx| wallet.request_arrived(cx, super::rig::PEER, &proposal)).unwrap();
    let fee = rig.first().card.fee.unwrap();
    assert_eq!((fee.gas_expected, fee.gas_simulated), (None, false));
    assert_eq!(fee.estimate, fee.maximum);
}

#[test]
fn a_chain_without_eip_1559_pays_one_price() {
    let mut rig = Rig::connected();
    rig.node.base_fee = None;
    send(&mut rig, json!({}));
    let task = rig.stand_in().started[0].clone();
    assert_eq!(transaction(&task).fees, Fees::Price { gas_price: 7_000_000_000, access_list: false });
    assert_eq!(rig.first().card.fee.unwrap().priority_fee_gwei, "");
}

#[test]
fn what_the_page_gives_is_honoured() {
    let mut rig = Rig::connected();
    for (fields, fees) in [
        (
            json!({ "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x5" }),
            Fees::Dynamic { max_fee_per_gas: 2_000_000_000, max_priority_fee_per_gas: 5 },
        ),
        (
            json!({ "type": "0x0", "gasPrice": "0x77359400" }),
            Fees::Price { gas_price: 2_000_000_000, access_list: false },
        ),
        (json!({ "gasPrice": "0x77359400" }), Fees::Price { gas_price: 2_000_000_000, access_list: false }),
        (
            json!({ "type": "0x1", "gasPrice": "0x77359400", "accessList": [] }),
            Fees::Price { gas_price: 2_000_000_000, access_list: true },
        ),
    ] {
        send(&mut rig, fields.clone());
        let task = rig.stand_in().started.last().unwrap().clone();
        assert_eq!(transaction(&task).fees, fees, "{fields}");
        rig.command(Command::RejectAll).unwrap();
    }
    send(&mut rig, json!({ "gasLimit": "0x7530", "nonce": "0x9" }));
    let task = rig.stand_in().started.last().unwrap().clone();
    assert_eq!((transaction(&task).gas_limit, transaction(&task).nonce), (30_000, 9));
}

#[test]
fn an_edited_fee_is_another_digest_and_another_session() {
    let mut rig = Rig::connected();
    send(&mut rig, json!({}));
    let before = rig.first();
    let edit =
        Command::EditFee { request: before.id.clone(), fee: FeeChoice::Speed { speed: FeeSpeed::Fast } };
    rig.command(edit.clone()).unwrap();
    let after = rig.first();
    assert_ne!(before.card.digest, after.card.digest);
    assert_eq!(after.card.fee.unwrap().speed, Some(FeeSpeed::Fast));
    assert_eq!(rig.stand_in().started.len(), 2);
    let stale = Command::Approve { request: before.id.clone(), digest: before.card.digest };
    assert_eq!(rig.command(stale).unwrap_err().code, "request/changed");
    rig.command(Command::EditFee {
        request: before.id.clone(),
        fee: FeeChoice::Custom {
            max_fee_gwei: "3.5".to_owned(),
            priority_fee_gwei: "0.5".to_owned(),
            gas_limit: 50_000,
        },
    })
    .unwrap();
    let task = rig.stand_in().started.last().unwrap().clone();
    let fees = Fees::Dynamic { max_fee_per_gas: 3_500_000_000, max_priority_fee_per_gas: 500_000_000 };
    assert_eq!((transaction(&task).fees, transaction(&task).gas_limit), (fees, 50_000));
    rig.approve_first();
    assert_eq!(rig.command(edit).unwrap_err().code, "request/approved");
}

#[test]
fn fees_that_are_no_fees_are_refused() {
    let mut rig = Rig::connected();
    send(&mut rig, json!({}));
    let request = rig.first().id;
    for (max, priority, gas_limit, code) in [
        ("x", "1", 21_000, "fee/form"),
        ("1", "2", 21_000, "fee/priority"),
        ("1", "1", 20_999, "fee/form"),
        ("-1", "", 21_000, "fee/form"),
    ] {
        let fee = FeeChoice::Custom {
            max_fee_gwei: max.to_owned(),
            priority_fee_gwei: priority.to_owned(),
            gas_limit,
        };
        assert_eq!(rig.command(Command::EditFee { request: request.clone(), fee }).unwrap_err().code, code);
    }
}

#[test]
fn an_account_that_cannot_pay_is_told_the_figures_and_nothing_is_signed() {
    let mut rig = Rig::connected();
    rig.node.balance = 1_000_000_000_000_000;
    rig.send("0xde0b6b3a7640000");
    let RequestStatus::PrepareFailed { message } = rig.statuses().remove(0) else { panic!("it fails") };
    assert!(message.starts_with("Insufficient funds: this needs up to 1.0000"), "{message}");
    assert!(message.contains("and the account has 0.001 ETH. Nothing was signed."), "{message}");
    assert!(rig.stand_in().started.is_empty());
    rig.node.balance *= 10_000;
    rig.command(Command::RetrySigning { request: rig.first().id }).unwrap();
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
}

#[test]
fn a_transaction_that_will_revert_is_sent_with_a_warning() {
    let mut rig = Rig::connected();
    rig.node.estimate = Err((3, "execution reverted".to_owned()));
    let id = send(&mut rig, json!({ "data": "0xdeadbeef" }));
    let request = rig.first();
    assert!(request.card.risks.iter().any(|risk| risk.code == "risk/likely-to-fail"));
    assert_eq!(request.status, RequestStatus::Review);
    rig.approve_first();
    rig.sign_first();
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn a_network_that_is_down_is_4901_once_the_owner_gives_up() {
    let mut rig = Rig::connected();
    rig.node.down = true;
    let id = rig.send("0x1");
    let RequestStatus::PrepareFailed { message } = rig.statuses().remove(0) else { panic!("it fails") };
    assert!(message.contains("Nothing was signed"), "{message}");
    assert_eq!(rig.answer(&id), None);
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    assert_eq!(rig.answer(&id).unwrap().clone().unwrap_err().code, 4901);
}

#[test]
fn a_network_that_is_down_at_broadcast_keeps_the_signed_transaction() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.node.down = true;
    rig.sign_first();
    assert!(matches!(rig.statuses()[0], RequestStatus::BroadcastFailed { .. }));
    assert_eq!(rig.answer(&id), None);
    rig.later(60 * 60 * 1000);
    assert_eq!(rig.statuses().len(), 1, "what is signed does not expire");
    rig.node.down = false;
    rig.command(Command::RetryBroadcast { request: rig.first().id }).unwrap();
    assert!(rig.answer(&id).unwrap().is_ok());
    assert_eq!(rig.node.sent.len(), 1);
}

#[test]
fn a_transaction_that_the_node_knows_already_is_a_success() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.node.refuses = Some("already known".to_owned());
    rig.sign_first();
    assert!(rig.answer(&id).unwrap().is_ok());
}

#[test]
fn a_transaction_whose_place_was_taken_is_not_a_success() {
    let mut rig = Rig::connected();
    let id = rig.send("0x1");
    rig.approve_first();
    rig.node.refuses = Some("nonce too low".to_owned());
    rig.sign_first();
    assert_eq!(rig.answer(&id), None);
    assert!(matches!(rig.statuses()[0], RequestStatus::BroadcastFailed { .. }));
}
