//! Plays host, page, node and owner.

use std::collections::{BTreeMap, VecDeque};

use k256::ecdsa::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};
use symbolon_chain::Address;
use symbolon_chain::evm::address;
use symbolon_mpc::DeviceId;

use super::node::Node;
use crate::command::Command;
use crate::context::Context;
use crate::effect::{CommandError, Effect, ProviderError};
use crate::event::{Event, FetchError, Origin, ProviderCall};
use crate::request::{RawSignature, RequestId, SigningTask};
use crate::store::{Change, Record};
use crate::view::{
    DeviceKind, DeviceState, Phase, RelayView, RequestStatus, RequestView, SettingsView, Theme, View,
};
use crate::wallet::{HostConfig, Unattended, Wallet};

/// Plays the device side.
#[derive(Default)]
pub(crate) struct StandIn {
    pub open: bool,
    pub key: Option<BTreeMap<String, SigningKey>>,
    pub started: Vec<SigningTask>,
    pub approved: Vec<(RequestId, [u8; 32])>,
    pub cancelled: Vec<(RequestId, String)>,
    pub states: Vec<(RequestId, DeviceState)>,
    /// Packs of the other signers.
    pub packs: Vec<(String, Option<[u8; 32]>)>,
}

impl StandIn {
    pub fn child(&self, path: &str) -> Option<[u8; 65]> {
        let key = self.key.as_ref()?.get(path)?;
        key.verifying_key().to_encoded_point(false).as_bytes().try_into().ok()
    }

    fn with_key() -> Self {
        let keys = (0..3u8)
            .map(|index| (format!("m/44/60/0/0/{index}"), SigningKey::from_slice(&[index + 1; 32]).unwrap()));
        Self { open: true, key: Some(keys.collect()), ..Self::default() }
    }
}

/// A wallet, and the world around it.
pub(super) struct Rig {
    pub wallet: Wallet,
    pub now: u64,
    pub node: Node,
    pub store: BTreeMap<String, Vec<u8>>,
    /// Answers to pages, in order: client, call id, outcome.
    pub answers: Vec<(u64, String, Result<Value, ProviderError>)>,
    /// Events to pages and answers, in order, by name.
    pub order: Vec<String>,
    pub emitted: Vec<(String, Value)>,
    pub replies: Vec<Result<(), CommandError>>,
    pub shown: u32,
    /// Batches and approvals in order: what was durable before what.
    pub journal: Vec<String>,
    rng: ChaCha20Rng,
    seam_ids: u64,
    calls: u64,
}

pub(super) const PAGE: &str = "https://app.example.org";
pub(super) const OTHER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
pub(super) const PEER: DeviceId = DeviceId([9; 32]);

impl Rig {
    /// Nothing set up.
    pub fn fresh() -> Self {
        Self::open(BTreeMap::new(), None, None)
    }

    /// A key, the vault open.
    pub fn ready() -> Self {
        let mut rig = Self::open(BTreeMap::new(), Some(StandIn::with_key()), None);
        rig.seam(|wallet, cx| wallet.key_activated(cx));
        rig
    }

    pub fn unattended(policy: Unattended) -> Self {
        let mut rig = Self::open(BTreeMap::new(), Some(StandIn::with_key()), Some(policy));
        rig.seam(|wallet, cx| wallet.key_activated(cx));
        rig
    }

    /// A key, and the page connected.
    pub fn connected() -> Self {
        let mut rig = Self::ready();
        rig.call("eth_requestAccounts", &json!([]));
        rig.approve_first();
        rig.answers.clear();
        rig.order.clear();
        rig.emitted.clear();
        rig
    }

    /// The process dies; what is durable remains, and the vault is open again.
    pub fn restart(self) -> Self {
        let mut rig = self.restart_locked();
        rig.unlock();
        rig
    }

    pub fn restart_locked(self) -> Self {
        let unattended = self.wallet.config.unattended.clone();
        let mut stand_in = StandIn::with_key();
        stand_in.open = false;
        let mut rig = Self::open(self.store, None, unattended);
        rig.wallet.dapp.stand_in = Some(stand_in);
        rig.node = self.node;
        rig.now = self.now;
        rig.calls = self.calls;
        rig
    }

    pub fn open(
        store: BTreeMap<String, Vec<u8>>,
        stand_in: Option<StandIn>,
        unattended: Option<Unattended>,
    ) -> Self {
        let config = HostConfig {
            app_version: "1.0.0".to_owned(),
            default_relay: "wss://relay.example.org/v1/relay".to_owned(),
            kind: DeviceKind::Browser,
            kdf_memory_kib: 65536,
            unattended,
        };
        let records = store.iter().map(|(key, value)| Record { key: key.clone(), value: value.clone() });
        let mut rng = ChaCha20Rng::seed_from_u64(store.len() as u64);
        let now = 1_700_000_000_000;
        let (mut wallet, effects) = Wallet::open(config, records.collect(), None, now, &mut rng);
        wallet.dapp.stand_in = stand_in;
        let mut rig = Self {
            wallet,
            now,
            node: Node::default(),
            store,
            answers: Vec::new(),
            order: Vec::new(),
            emitted: Vec::new(),
            replies: Vec::new(),
            shown: 0,
            journal: Vec::new(),
            rng,
            seam_ids: 1 << 40,
            calls: 0,
        };
        rig.perform(effects);
        rig
    }

    pub fn event(&mut self, event: Event) {
        let effects = self.wallet.handle(event, self.now, &mut self.rng);
        self.perform(effects);
    }

    /// Calls a function of the seam as the device side would.
    pub fn seam<T>(&mut self, act: impl FnOnce(&mut Wallet, &mut Context<'_>) -> T) -> T {
        let mut cx = Context::new(self.now, &mut self.rng, &mut self.seam_ids);
        let result = act(&mut self.wallet, &mut cx);
        let effects = cx.finish();
        self.perform(effects);
        result
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut waiting: VecDeque<Effect> = effects.into();
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Answer { client, id, outcome } => {
                    self.order.push("answer".to_owned());
                    let outcome = outcome.map(|text| serde_json::from_str(&text).unwrap());
                    self.answers.push((client, id, outcome));
                }
                Effect::Emit { name, data, .. } => {
                    self.order.push(name.clone());
                    self.emitted.push((name, serde_json::from_str(&data).unwrap()));
                }
                Effect::Fetch { id, body, .. } => {
                    let outcome = if self.node.down {
                        Err(FetchError::Unreachable)
                    } else {
                        Ok(self.node.answer(&body))
                    };
                    let more = self.wallet.handle(Event::Fetched { id, outcome }, self.now, &mut self.rng);
                    waiting.extend(more);
                }
                Effect::Reply { outcome, .. } => self.replies.push(outcome),
                Effect::ShowApproval => self.shown += 1,
                Effect::Store(batch) => {
                    for change in batch.changes {
                        match change {
                            Change::Put(record) => {
                                self.journal.push(format!("put {}", record.key));
                                self.store.insert(record.key, record.value);
                            }
                            Change::Delete(key) => {
                                self.journal.push(format!("delete {key}"));
                                self.store.remove(&key);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    pub fn call_as(&mut self, origin: &str, id: &str, method: &str, params: &Value) {
        let call = ProviderCall {
            client: 1,
            origin: Origin(origin.to_owned()),
            id: id.to_owned(),
            method: method.to_owned(),
            params: params.to_string(),
        };
        self.event(Event::Provider(call));
    }

    /// A call of the page, under a new id, which is returned.
    pub fn call(&mut self, method: &str, params: &Value) -> String {
        self.calls += 1;
        let id = format!("call-{}", self.calls);
        self.call_as(PAGE, &id, method, params);
        id
    }

    /// The answer to a call, once.
    pub fn answer(&self, id: &str) -> Option<&Result<Value, ProviderError>> {
        let mut answers = self.answers.iter().filter(|answer| answer.1 == id);
        let answer = answers.next().map(|answer| &answer.2);
        assert!(answers.next().is_none(), "{id} is answered once");
        answer
    }

    pub fn ask(&mut self, method: &str, params: &Value) -> Result<Value, ProviderError> {
        let id = self.call(method, params);
        self.answer(&id).unwrap_or_else(|| panic!("{method} hangs")).clone()
    }

    pub fn code(&mut self, method: &str, params: &Value) -> i64 {
        self.ask(method, params).expect_err(method).code
    }

    pub fn command(&mut self, command: Command) -> Result<(), CommandError> {
        let before = self.replies.len();
        self.event(Event::Command { reply: 1, command });
        assert_eq!(self.replies.len(), before + 1, "a command is answered once");
        self.replies.pop().unwrap()
    }

    pub fn view(&self) -> View {
        let mut view = View {
            accounts: Vec::new(),
            activity: Vec::new(),
            allowances: Default::default(),
            app_version: String::new(),
            balances: Vec::new(),
            chain_id: 0,
            change: None,
            contacts: Vec::new(),
            devices: Vec::new(),
            items: Vec::new(),
            journal: Default::default(),
            keygen: None,
            networks: Vec::new(),
            nonces: Vec::new(),
            notices: Vec::new(),
            now: self.now,
            pack: None,
            pairing: None,
            passkey: None,
            phishing: Default::default(),
            phase: Phase::Ready,
            relay: RelayView::Online,
            requests: Vec::new(),
            roster: None,
            recovery: Default::default(),
            rotation: None,
            selected_account: 0,
            settings: SettingsView {
                auto_lock_minutes: 5,
                default_provider: false,
                device_name: String::new(),
                relay_url: String::new(),
                theme: Theme::System,
            },
            sites: Vec::new(),
            threshold: 2,
        };
        self.wallet.dapp_view(self.now, &mut view);
        view
    }

    pub fn first(&self) -> RequestView {
        self.view().requests.into_iter().next().expect("a request waits")
    }

    pub fn statuses(&self) -> Vec<RequestStatus> {
        self.view().requests.into_iter().map(|request| request.status).collect()
    }

    pub fn approve_first(&mut self) {
        let request = self.first();
        self.command(Command::Approve { request: request.id, digest: request.card.digest }).unwrap();
    }

    pub fn stand_in(&mut self) -> &mut StandIn {
        self.wallet.dapp.stand_in.as_mut().unwrap()
    }

    pub fn unlock(&mut self) {
        self.stand_in().open = true;
        self.seam(|wallet, cx| wallet.dapp_unlocked(cx));
    }

    pub fn lock(&mut self) {
        self.stand_in().open = false;
        self.seam(|wallet, cx| wallet.dapp_locked(cx));
    }

    pub fn account(&self, index: u8) -> Address {
        let stand_in = self.wallet.dapp.stand_in.as_ref().unwrap();
        address::from_public_key(&stand_in.child(&format!("m/44/60/0/0/{index}")).unwrap()).unwrap()
    }

    pub fn me(&self) -> String {
        address::lower_case(&self.account(0))
    }

    /// The other devices agree: the session that runs gives its signature.
    pub fn sign_first(&mut self) {
        let task = self.stand_in().started.last().cloned().expect("a session runs");
        self.sign(&task);
    }

    pub fn sign(&mut self, task: &SigningTask) {
        let key = self.stand_in().key.as_ref().unwrap()[&task.path].clone();
        let (signature, id) = key.sign_prehash_recoverable(&task.digest).unwrap();
        let (r, s) = signature.split_bytes();
        let signature = RawSignature { r: r.into(), s: s.into(), recovery_id: id.to_byte() };
        let request = task.request;
        self.seam(|wallet, cx| wallet.request_signed(cx, &request, signature, &[DeviceId([1; 32]), PEER]));
    }

    pub fn later(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.event(Event::Wake);
    }

    /// A transaction of the page.
    pub fn send(&mut self, value: &str) -> String {
        let me = self.me();
        self.call("eth_sendTransaction", &json!([{ "from": me, "to": OTHER, "value": value }]))
    }
}
