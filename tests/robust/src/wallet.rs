//! What a wallet reads: other devices' messages, pages' calls, relays' frames, and its own disk.

use std::sync::OnceLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::json;
use symbolon_chain::evm::params::TxParams;
use symbolon_chain::evm::tx::{Fees, UnsignedTransaction};
use symbolon_chain::request::{EvmRequest, EvmSubject};
use symbolon_chain::{Address, Request, U256};
use symbolon_link::identity::Identity;
use symbolon_link::introduction::introduce;
use symbolon_mpc::group::Scheme;
use symbolon_mpc::{CeremonyId, DeviceId};
use symbolon_tests::setup::config;
use symbolon_tests::{Snapshot, World};
use symbolon_wallet::event::{Event, RelayEvent};
use symbolon_wallet::request::{Claims, NetworkHint, Proposal, RawSignature, RequestId};
use symbolon_wallet::testing::{
    Binding, Header, Hello, PeerMessage, ProvenKey, RosterProposal, Standing, Test, VaultKey,
};
use symbolon_wallet::view::{DeviceKind, DeviceState, Phase};
use symbolon_wallet::{Secret, Wallet};

use crate::Row;
use crate::input::{Input, alter};

pub(crate) const TARGETS: &[Row] = &[
    ("peer_message", peer_message, peer_messages, 30_000),
    ("vault_header", vault_header, vault_headers, 30_000),
    ("sealed_record", sealed_record, sealed_records, 5000),
    ("wallet_peer", wallet_peer, peer_programs, 40),
    ("wallet_page", wallet_page, page_calls, 100),
    ("wallet_relay", wallet_relay, relay_programs, 60),
    ("wallet_disk", wallet_disk, disk_programs, 150),
];

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(21)
}

/// Two devices with a key, ready to sign.
fn snapshot() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| Snapshot::of(World::wallet(7, 2, 2), 7))
}

/// What names a ready wallet's key and devices.
struct Facts {
    wallet: [u8; 32],
    epoch: u32,
    peer: DeviceId,
    account: Address,
    now: u64,
    disk: Vec<symbolon_wallet::store::Record>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let world = snapshot().world();
        let view = world.view(0);
        let (wallet, epoch) = world.devices[0].wallet.as_ref().unwrap().key_in_use().unwrap();
        let peer = view.devices.iter().find(|device| !device.me).unwrap();
        let peer = (0..32).map(|at| u8::from_str_radix(&peer.id[2 * at..2 * at + 2], 16).unwrap());
        let peer = DeviceId(peer.collect::<Vec<_>>().try_into().unwrap());
        let account = view.accounts[0].address.parse().unwrap();
        let disk = world.devices[0].store.records();
        Facts { wallet, epoch, peer, account, now: world.now, disk }
    })
}

fn peer_message(data: &[u8]) {
    if let Some(message) = PeerMessage::decode(data) {
        assert_eq!(PeerMessage::decode(&message.encode()), Some(message));
    }
}

fn peer_messages() -> Vec<Vec<u8>> {
    let Facts { wallet, epoch, peer, account, now, .. } = *facts();
    let (ceremony, request) = (CeremonyId([4; 32]), [3; 16]);
    let transaction = TxParams::send(account, Address::repeat_byte(0x22), U256::from(1_000_000));
    let fees = Fees::Dynamic { max_fee_per_gas: 30_000_000_000, max_priority_fee_per_gas: 1_000_000_000 };
    let transaction = UnsignedTransaction::build(&transaction, 1, 0, 21_000, fees).payload();
    let proposal = |subject| {
        let network = NetworkHint {
            chain_id: 1,
            name: "Ethereum".to_owned(),
            rpc_url: "https://node.example".to_owned(),
            symbol: "ETH".to_owned(),
            explorer_url: String::new(),
        };
        Box::new(Proposal {
            request: RequestId(request),
            ceremony,
            wallet,
            epoch,
            signers: vec![1, 2],
            body: Request::Evm(EvmRequest { chain_id: 1, account, subject }),
            path: "m/44/60/0/0/0".to_owned(),
            origin: "https://app.example.org".to_owned(),
            network,
            claims: Claims::default(),
            created_at: now,
            expires_at: now + 300_000,
        })
    };
    let mut rng = rng();
    let [one, two] = ["one", "two"].map(|name| Identity::draw(&mut rng).card(name).unwrap());
    let (introduction, _) = introduce(&one, &two, &mut rng);
    let hello = |key, pending| Hello {
        app_version: "0.1.0".to_owned(),
        kind: DeviceKind::Phone,
        key,
        pending,
        name: "phone".to_owned(),
        peers: vec![peer],
        pack: Some([5; 32]),
    };
    let quote = |text: &str| text.to_owned();
    let messages = [
        PeerMessage::Hello(hello(Some((wallet, epoch)), None)),
        PeerMessage::Hello(hello(None, Some((wallet, epoch + 1)))),
        PeerMessage::Frame { ceremony, frame: vec![0; 90] },
        PeerMessage::Propose(proposal(EvmSubject::Transaction(transaction.clone()))),
        PeerMessage::Propose(proposal(EvmSubject::PersonalMessage(b"hello".to_vec()))),
        PeerMessage::State { request, state: DeviceState::Approved },
        PeerMessage::Cancel { request, reason: quote("no") },
        PeerMessage::Signed {
            proposal: proposal(EvmSubject::Transaction(transaction)),
            signature: RawSignature { r: [1; 32], s: [2; 32], recovery_id: 0 },
        },
        PeerMessage::Abort { ceremony },
        PeerMessage::Introduce(introduction.encode().to_vec()),
        PeerMessage::Roster(RosterProposal {
            ceremony,
            wallet: [9; 32],
            threshold: 2,
            devices: vec![peer],
            recovery: Some(DeviceId([8; 32])),
            proposed_at: 300,
        }),
        PeerMessage::RosterConfirmed { ceremony },
        PeerMessage::RosterRefused { ceremony, reason: quote("no") },
        PeerMessage::TestSign { ceremony, wallet, epoch, test: Test { scheme: Scheme::Ed25519, quorum: 0 } },
        PeerMessage::Standing(Standing {
            held: vec![[5; 32]],
            used: 3,
            used_recovery: 0x8000,
            kept: vec![[6; 32]],
            opened: None,
            names: vec![(DeviceId([8; 32]), quote("phone"))],
        }),
        PeerMessage::TestChange { ceremony, key: [5; 32], test: Test { scheme: Scheme::Ed25519, quorum: 0 } },
        PeerMessage::Proven(Box::new(ProvenKey { infos: Vec::new(), proofs: Vec::new() })),
        PeerMessage::Beat,
        PeerMessage::Bye,
    ];
    messages.iter().map(PeerMessage::encode).collect()
}

fn vault_header(data: &[u8]) {
    if let Ok(header) = Header::decode(data) {
        assert_eq!(header.encode(), data);
        let parameters = header.parameters();
        assert!(parameters.memory_kib >= 64 * 1024 && parameters.passes >= 3, "cheaper than the floor");
    }
}

fn vault_headers() -> Vec<Vec<u8>> {
    let mut rng = rng();
    let key = VaultKey::draw(&mut rng);
    let parameters = Header::draw_parameters(0, &mut rng);
    vec![Header::wrap(&key, &Secret::new([1; 32]), parameters, &mut rng).encode()]
}

fn vault_key() -> VaultKey {
    VaultKey::from_remembered(Secret::new([6; 32]))
}

const PLAIN: &[u8] = b"what is sealed";

/// Nothing opens but what was sealed.
fn sealed_record(data: &[u8]) {
    if let Ok((binding, plain)) = vault_key().open("key/active", data) {
        assert_eq!((binding, plain.as_slice()), (Binding::default(), PLAIN));
        assert_eq!(sealed_records()[0], data);
    }
}

fn sealed_records() -> Vec<Vec<u8>> {
    vec![vault_key().seal("key/active", &Binding::default(), PLAIN, &mut rng())]
}

/// A ready wallet hears altered messages of a device that it is paired with, while it may be signing itself. It has
/// the same key afterwards, and answers its owner.
fn wallet_peer(data: &[u8]) {
    static MESSAGES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let messages = MESSAGES.get_or_init(peer_messages);
    let all: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let mut input = Input::new(data);
    let mut world = snapshot().world();
    for _ in 0..12 {
        match input.byte() % 8 {
            0 if input.is_empty() => break,
            0 => world.run(u64::from(input.byte()) * 20),
            1 => drop(world.order(
                0,
                symbolon_wallet::command::Command::Send {
                    to: symbolon_tests::signing::RECIPIENT.to_owned(),
                    amount: "0.01".to_owned(),
                    token: None,
                },
            )),
            2 => drop(world.approve_all(0)),
            3 => world.hear(0, facts().peer, messages[input.below(messages.len())].as_slice()),
            _ => {
                let message = alter(messages[input.below(messages.len())].as_slice(), &all, &mut input);
                world.hear(0, facts().peer, &message);
            }
        }
    }
    check_alive(&mut world);
}

fn check_alive(world: &mut World) {
    world.run(1000);
    let view = world.view(0);
    assert!(serde_json::to_string(&view).is_ok());
    assert_eq!(view.phase, Phase::Ready);
    let key = world.devices[0].wallet.as_ref().unwrap().key_in_use();
    assert_eq!(key, Some((facts().wallet, facts().epoch)));
}

fn peer_programs() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = (0..16).map(|at| vec![3, at, 0, 10, 3, at, 0, 10]).collect();
    all.extend((0..16).map(|at| vec![1, 0, 20, 4, at, 0, 0, 30, 4, 2, 0, 10]));
    all
}

/// A page calls; it is answered at most once. The input is the method, a line end, and the parameters.
fn wallet_page(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let (method, parameters) = text.split_once('\n').unwrap_or((text, ""));
    let mut world = snapshot().world();
    world.call(0, 1, "1", method, parameters);
    world.run(2000);
    let answers = world.devices[0].answers.iter().filter(|(_, id, _)| id == "1").count();
    assert!(answers <= 1, "answered {answers} times");
    check_alive(&mut world);
}

fn page_calls() -> Vec<Vec<u8>> {
    let account = facts().account;
    let transaction = json!([{ "from": account, "to": account, "value": "0x1", "gas": "0x5208" }]);
    let chain = json!([{
        "chainId": "0x539", "chainName": "Test", "rpcUrls": ["https://node.example"],
        "nativeCurrency": { "name": "Ether", "symbol": "ETH", "decimals": 18 }
    }]);
    let typed = json!({
        "types": { "EIP712Domain": [], "M": [{ "name": "x", "type": "uint8[]" }] },
        "primaryType": "M", "domain": {}, "message": { "x": [1, 2] }
    });
    let calls = [
        ("eth_requestAccounts", json!([])),
        ("eth_accounts", json!([])),
        ("eth_chainId", json!(null)),
        ("eth_sendTransaction", transaction.clone()),
        ("eth_call", json!([transaction[0], "latest"])),
        ("personal_sign", json!(["0x68656c6c6f", account])),
        ("eth_signTypedData_v4", json!([account, typed.to_string()])),
        ("wallet_switchEthereumChain", json!([{ "chainId": "0x1" }])),
        ("wallet_addEthereumChain", chain),
        ("wallet_requestPermissions", json!([{ "eth_accounts": {} }])),
        (
            "wallet_watchAsset",
            json!({ "type": "ERC20", "options": { "address": account, "symbol": "T", "decimals": 6 } }),
        ),
        ("wallet_getCapabilities", json!([account, ["0x1"]])),
        ("wallet_sendCalls", json!([{ "version": "2.0.0", "chainId": "0x1", "calls": [] }])),
    ];
    calls.iter().map(|(method, parameters)| format!("{method}\n{parameters}").into_bytes()).collect()
}

/// A relay sends what it likes.
fn wallet_relay(data: &[u8]) {
    let seeds = crate::link::relay_frames();
    let all: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    let mut input = Input::new(data);
    let mut world = snapshot().world();
    for _ in 0..16 {
        if input.is_empty() {
            break;
        }
        let frame = alter(&seeds[input.below(seeds.len())], &all, &mut input);
        world.event(0, Event::Relay(RelayEvent::Frame(frame)));
        world.run(u64::from(input.byte()) * 10);
    }
    check_alive(&mut world);
}

fn relay_programs() -> Vec<Vec<u8>> {
    (0..7).map(|at| vec![at, 0, 0, 3, 1, 20, at, 1, 7, 0, 2, 3, 9]).collect()
}

/// A wallet opens from a disk one record of which is altered. It says so, or works; it does not die.
fn wallet_disk(data: &[u8]) {
    let facts = facts();
    let mut records = facts.disk.clone();
    let all: Vec<&[u8]> = facts.disk.iter().map(|record| record.value.as_slice()).collect();
    let mut input = Input::new(data);
    let at = input.below(records.len());
    records[at].value = alter(&records[at].value, &all, &mut input);
    if input.byte() == 1 {
        records.swap_remove(at);
    }
    let mut rng = rng();
    let (mut wallet, _) = Wallet::open(config(DeviceKind::Browser), records, None, facts.now, &mut rng);
    let _ = serde_json::to_string(&wallet.view(facts.now));
    for event in [Event::Wake, Event::Relay(RelayEvent::Connected), Event::SystemLocked] {
        drop(wallet.handle(event, facts.now + 1000, &mut rng));
    }
    let _ = wallet.view(facts.now + 2000);
}

fn disk_programs() -> Vec<Vec<u8>> {
    (0..40).flat_map(|at| [vec![at, 0, 0, 3, 1], vec![at, 0, 2, 0], vec![at, 0, 10, 1, 0, 1]]).collect()
}
