use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::evm::{address, params};
use symbolon_chain::request::{EvmRequest, EvmSubject};
use symbolon_chain::{Bytes, Request, U256};
use symbolon_mpc::{CeremonyId, DeviceId};

use super::rig::{OTHER, PEER, Rig};
use crate::command::Command;
use crate::messages;
use crate::request::{Claims, NetworkHint, Proposal, RequestId};
use crate::view::{DeviceState, Outcome, RequestStatus};

/// What another device would propose: sends `value` wei on `chain_id`.
pub(super) fn proposal(rig: &Rig, number: u8, chain_id: u64, value: u64) -> Proposal {
    let transaction = UnsignedTransaction {
        chain_id,
        nonce: u64::from(number),
        gas_limit: 21_000,
        fees: Fees::Dynamic { max_fee_per_gas: 2, max_priority_fee_per_gas: 1 },
        to: Some(address::parse_any_case(OTHER).unwrap()),
        value: U256::from(value),
        data: Bytes::new(),
        access_list: Default::default(),
    };
    let body = Request::Evm(params::transaction_request(&transaction, rig.account(0)).unwrap());
    wrap(rig, number, chain_id, body)
}

pub(super) fn wrap(rig: &Rig, number: u8, chain_id: u64, body: Request) -> Proposal {
    Proposal {
        request: RequestId([number; 16]),
        ceremony: CeremonyId([number; 32]),
        wallet: [7; 32],
        epoch: 1,
        signers: vec![1, 2],
        claims: crate::dapp::claims::of(&body, "m/44/60/0/0/0"),
        body,
        path: "m/44/60/0/0/0".to_owned(),
        origin: "https://app.example.org".to_owned(),
        network: NetworkHint {
            chain_id,
            name: "Ethereum".to_owned(),
            rpc_url: "https://rpc.example.org".to_owned(),
            symbol: "ETH".to_owned(),
            explorer_url: String::new(),
        },
        created_at: rig.now,
        expires_at: rig.now + 600_000,
    }
}

fn arrive(rig: &mut Rig, proposal: &Proposal) -> Result<[u8; 32], String> {
    rig.seam(|wallet, cx| wallet.request_arrived(cx, PEER, proposal))
}

#[test]
fn a_proposal_is_read_journalled_and_shown_before_it_is_approved() {
    let mut rig = Rig::ready();
    let proposal = proposal(&rig, 1, 1, 5);
    let digest = arrive(&mut rig, &proposal).unwrap();
    assert_eq!(symbolon_chain::digest(&proposal.body).unwrap().0, digest);
    let shown = rig.first();
    assert_eq!(shown.card.headline, "Send 0.000000000000000005 ETH to 0x7099…79C8");
    assert_eq!(shown.card.digest, format!("0x{}", hex::encode(digest)));
    assert_eq!(shown.relayed_by.as_deref(), Some("device 9"));
    assert_eq!(shown.status, RequestStatus::Review);
    assert!(!shown.card.fee.unwrap().editable);
    assert!(rig.store.keys().any(|key| key.starts_with("dapp/request/")));
    assert_eq!(rig.stand_in().states, [(proposal.request, DeviceState::Notified)]);
    assert!(rig.stand_in().approved.is_empty());
    rig.approve_first();
    assert_eq!(rig.stand_in().approved, [(proposal.request, digest)]);
    assert!(rig.stand_in().started.is_empty(), "a cosigner starts nothing");
}

#[test]
fn a_claim_that_is_not_what_the_bytes_say_is_refused_by_name() {
    let mut rig = Rig::ready();
    let honest = proposal(&rig, 1, 1, 5);
    let other = proposal(&rig, 1, 1, 6).claims;
    let elsewhere = "0x000000000000000000000000000000000000dEaD".to_owned();
    for (claims, sentence) in [
        (
            Claims { summary: "Send 1 ETH to 0x7099…79C8".to_owned(), ..honest.claims.clone() },
            "device 9 says that the summary is Send 1 ETH to 0x7099…79C8, but what it wants signed says Send \
             0.000000000000000005 ETH to 0x7099…79C8.",
        ),
        (
            Claims { amount: other.amount, ..honest.claims.clone() },
            "device 9 says that the amount is 6 wei, but what it wants signed says 5 wei.",
        ),
        (
            Claims { chain: "10".to_owned(), ..honest.claims.clone() },
            "device 9 says that the network's number is 10, but what it wants signed says 1.",
        ),
        (
            Claims { to: elsewhere, ..honest.claims.clone() },
            "device 9 says that the recipient is 0x000000000000000000000000000000000000dEaD, but what it wants signed \
             says 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.",
        ),
        (
            Claims { to: String::new(), ..honest.claims.clone() },
            "device 9 says that the recipient is nothing, but what it wants signed says \
             0x70997970C51812dc3A010C7d01b50e0d17dc79C8.",
        ),
        (
            Claims { path: "m/44/60/0/0/1".to_owned(), ..honest.claims.clone() },
            "device 9 says that the derivation path is m/44/60/0/0/1, but what it wants signed says m/44/60/0/0/0.",
        ),
        (
            Claims { fee: "1 wei at most".to_owned(), ..honest.claims.clone() },
            "device 9 says that the fee is 1 wei at most, but what it wants signed says 42000 wei at most.",
        ),
    ] {
        let lie = Proposal { claims, ..honest.clone() };
        assert_eq!(arrive(&mut rig, &lie), Err(sentence.to_owned()));
    }
    // The other way round: what its owner saw is claimed, and other bytes are sent.
    let lie = Proposal { body: proposal(&rig, 1, 1, 6).body, ..honest.clone() };
    assert!(arrive(&mut rig, &lie).unwrap_err().starts_with("device 9 says that the amount is 5 wei"));
    let lie =
        Proposal { claims: Claims { to: "x".repeat(10_000), ..honest.claims.clone() }, ..honest.clone() };
    assert_eq!(arrive(&mut rig, &lie), Err(messages::REFUSE_SIZE.to_owned()));
    assert!(rig.view().requests.is_empty());
    assert!(arrive(&mut rig, &honest).is_ok());
}

#[test]
fn a_summary_is_compared_between_devices_of_one_version_only() {
    let rig = Rig::ready();
    let honest = proposal(&rig, 1, 1, 5).claims;
    let newer = Claims { summary: "Give 5 wei away".to_owned(), ..honest.clone() };
    assert_eq!(crate::dapp::claims::contradiction(&newer, &honest, "phone", false), None);
    assert!(crate::dapp::claims::contradiction(&newer, &honest, "phone", true).is_some());
}

#[test]
fn lies_are_refused_with_a_sentence_and_nothing_is_kept() {
    let mut rig = Rig::ready();
    let honest = proposal(&rig, 1, 1, 5);
    let with = |change: &dyn Fn(&mut Proposal)| {
        let mut lie = honest.clone();
        change(&mut lie);
        lie
    };
    let evm = |proposal: &mut Proposal, change: &dyn Fn(&mut EvmRequest)| {
        let Request::Evm(body) = &mut proposal.body;
        change(body);
    };
    for (name, lie, sentence) in [
        ("another wallet", with(&|p| p.wallet = [8; 32]), messages::REFUSE_KEY),
        ("another epoch", with(&|p| p.epoch = 2), messages::REFUSE_KEY),
        ("another path", with(&|p| p.path = "m/44/60/0/0/1".to_owned()), messages::REFUSE_ACCOUNT),
        ("a path of no account", with(&|p| p.path = "m/0".to_owned()), messages::REFUSE_ACCOUNT),
        (
            "another account",
            with(&|p| evm(p, &|body| body.account = address::parse_any_case(OTHER).unwrap())),
            messages::REFUSE_ACCOUNT,
        ),
        ("another network's name", with(&|p| p.network.chain_id = 10), messages::REFUSE_CHAIN),
        ("expired", with(&|p| (p.created_at, p.expires_at) = (0, 600_000)), messages::REFUSE_EXPIRED),
        ("never expires", with(&|p| p.expires_at = u64::MAX), messages::REFUSE_EXPIRED),
        ("expires before it begins", with(&|p| p.created_at = p.expires_at + 1), messages::REFUSE_EXPIRED),
        ("a long origin", with(&|p| p.origin = "x".repeat(10_000)), messages::REFUSE_SIZE),
    ] {
        assert_eq!(arrive(&mut rig, &lie), Err(sentence.to_owned()), "{name}");
    }
    for (name, lie) in [
        ("another chain", with(&|p| evm(p, &|body| body.chain_id = 10))),
        ("no transaction", with(&|p| evm(p, &|body| body.subject = EvmSubject::Transaction(vec![2, 1, 2])))),
        (
            "a byte more",
            with(&|p| {
                evm(p, &|body| {
                    let EvmSubject::Transaction(payload) = &mut body.subject else { unreachable!() };
                    payload.push(0);
                })
            }),
        ),
    ] {
        let sentence = arrive(&mut rig, &lie).expect_err(name);
        assert!(sentence.starts_with("This device cannot read the request"), "{name}: {sentence}");
    }
    assert!(rig.view().requests.is_empty());
    assert!(rig.store.keys().all(|key| !key.starts_with("dapp/request/")));
    assert!(arrive(&mut rig, &honest).is_ok());
}

#[test]
fn a_locked_device_takes_no_proposal() {
    let mut rig = Rig::ready();
    let proposal = proposal(&rig, 1, 1, 5);
    rig.lock();
    assert_eq!(arrive(&mut rig, &proposal), Err(messages::REFUSE_LOCKED.to_owned()));
}

#[test]
fn the_same_proposal_again_is_the_same_request_and_its_approval_stands() {
    let mut rig = Rig::ready();
    let proposal = proposal(&rig, 1, 1, 5);
    let digest = arrive(&mut rig, &proposal).unwrap();
    rig.approve_first();
    let mut rig = rig.restart();
    assert_eq!(arrive(&mut rig, &proposal), Ok(digest));
    assert_eq!(rig.view().requests.len(), 1);
    assert_eq!(rig.stand_in().approved, [(proposal.request, digest)]);
}

#[test]
fn another_body_under_the_same_id_has_no_approval() {
    let mut rig = Rig::ready();
    let first = proposal(&rig, 1, 1, 5);
    arrive(&mut rig, &first).unwrap();
    rig.approve_first();
    let mut second = proposal(&rig, 1, 1, 6);
    second.request = first.request;
    arrive(&mut rig, &second).unwrap();
    assert_eq!(rig.statuses(), [RequestStatus::Review]);
    assert_eq!(rig.stand_in().approved.len(), 1);
}

#[test]
fn a_request_that_is_over_here_does_not_come_back() {
    let mut rig = Rig::ready();
    let proposal = proposal(&rig, 1, 1, 5);
    arrive(&mut rig, &proposal).unwrap();
    rig.command(Command::Reject { request: rig.first().id }).unwrap();
    assert_eq!(rig.stand_in().cancelled.len(), 1);
    assert_eq!(arrive(&mut rig, &proposal), Err(messages::REFUSE_OVER.to_owned()));
}

#[test]
fn an_unknown_network_is_flagged_as_another_devices_suggestion() {
    let mut rig = Rig::ready();
    let mut proposal = proposal(&rig, 1, 31337, 5);
    proposal.network.name = "Anvil".to_owned();
    arrive(&mut rig, &proposal).unwrap();
    let shown = rig.first();
    assert_eq!(shown.network, "Anvil");
    assert!(shown.card.risks.iter().any(|risk| risk.code == "risk/suggested-network"));
}

#[test]
fn only_the_device_that_proposed_may_withdraw() {
    let mut rig = Rig::ready();
    let proposal = proposal(&rig, 1, 1, 5);
    arrive(&mut rig, &proposal).unwrap();
    let request = proposal.request;
    rig.seam(|wallet, cx| wallet.request_cancelled(cx, DeviceId([3; 32]), &request, "no"));
    assert_eq!(rig.view().requests.len(), 1);
    rig.seam(|wallet, cx| wallet.request_cancelled(cx, PEER, &request, "It changed\u{202e} its mind."));
    assert!(rig.view().requests.is_empty());
    let message = "It changed⟨U+202E⟩ its mind.".to_owned();
    assert_eq!(rig.view().activity[0].outcome, Outcome::Rejected { message });
}

#[test]
fn a_cosigner_remembers_what_it_signed() {
    for by_signature in [true, false] {
        let mut rig = Rig::ready();
        let proposal = proposal(&rig, 1, 1, 5);
        let digest = arrive(&mut rig, &proposal).unwrap();
        rig.approve_first();
        if by_signature {
            let task = crate::request::SigningTask {
                request: proposal.request,
                body: proposal.body.clone(),
                digest,
                path: proposal.path.clone(),
                origin: proposal.origin.clone(),
                network: proposal.network.clone(),
                claims: proposal.claims.clone(),
                created_at: 0,
                expires_at: 0,
            };
            rig.sign(&task);
            assert!(rig.view().activity[0].transaction.is_some());
        } else {
            let request = proposal.request;
            rig.seam(|wallet, cx| wallet.request_cancelled(cx, PEER, &request, messages::REASON_SIGNED));
            assert_eq!(rig.view().activity[0].outcome, Outcome::Signed);
        }
        assert!(rig.view().requests.is_empty());
        assert!(rig.node.sent.is_empty(), "the device that began it broadcasts it");
    }
}

#[test]
fn token_facts_are_not_checked_until_this_devices_own_node_answers() {
    let mut rig = Rig::ready();
    rig.node.down = true;
    let token = address::parse_any_case("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48").unwrap();
    let data = symbolon_chain::evm::call::erc20_transfer(
        address::parse_any_case(OTHER).unwrap(),
        U256::from(2_500_000),
    );
    let transaction = UnsignedTransaction {
        chain_id: 1,
        nonce: 0,
        gas_limit: 60_000,
        fees: Fees::Dynamic { max_fee_per_gas: 2, max_priority_fee_per_gas: 1 },
        to: Some(token),
        value: U256::ZERO,
        data,
        access_list: Default::default(),
    };
    let body = Request::Evm(params::transaction_request(&transaction, rig.account(0)).unwrap());
    let proposal = wrap(&rig, 1, 1, body);
    arrive(&mut rig, &proposal).unwrap();
    let unchecked = rig.first();
    assert_eq!(unchecked.card.headline, "Send 2500000 smallest units of token 0xA0b8…eB48 to 0x7099…79C8");
    assert!(unchecked.card.rows.iter().any(|row| row.value == "not checked"));
    rig.node.down = false;
    arrive(&mut rig, &proposal).unwrap();
    rig.command(Command::OpenRequest { request: unchecked.id }).unwrap();
    assert_eq!(rig.first().card.headline, "Send 2.5 USDC to 0x7099…79C8");
    assert_eq!(rig.first().card.digest, unchecked.card.digest);
}
