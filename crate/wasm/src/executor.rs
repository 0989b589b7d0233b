//! Events in, effects out, one after the other.
//!
//! An event is handled when all effects of the one before it were begun, and what had to be durable is. So a
//! failed write is the very next thing that the wallet hears of, and nothing is sent that rests on it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use symbolon_wallet::Secret;
use symbolon_wallet::Wallet;
use symbolon_wallet::effect::{Effect, KdfParameters, ProviderError, RelayCommand};
use symbolon_wallet::event::{EffectId, Event, RelayEvent};
use symbolon_wallet::store::Store;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use zeroize::Zeroizing;

use crate::host::Host;
use crate::rng::PlatformRng;
use crate::socket::RelaySocket;
use crate::store::BrowserStore;
use crate::{clock, fetch};

/// A running wallet. Clones share it.
#[derive(Clone)]
pub(crate) struct Executor {
    inner: Rc<Inner>,
}

struct Inner {
    events: RefCell<VecDeque<Event>>,
    host: Host,
    running: Cell<bool>,
    socket: RefCell<Option<RelaySocket>>,
    /// Counts sockets, so that a word of an earlier one that is still queued is not taken for the present one's.
    socket_number: Cell<u64>,
    store: RefCell<Option<BrowserStore>>,
    wallet: RefCell<Wallet>,
}

impl Executor {
    /// Takes an opened wallet and begins with the effects that opening had.
    pub(crate) fn start(
        wallet: Wallet,
        store: Option<BrowserStore>,
        host: Host,
        effects: Vec<Effect>,
    ) -> Self {
        let this = Self {
            inner: Rc::new(Inner {
                events: RefCell::default(),
                host,
                running: Cell::new(true),
                socket: RefCell::default(),
                socket_number: Cell::new(0),
                store: RefCell::new(store),
                wallet: RefCell::new(wallet),
            }),
        };
        spawn_local(this.clone().run(effects));
        this
    }

    /// Queues an event.
    pub(crate) fn push(&self, event: Event) {
        self.inner.events.borrow_mut().push_back(event);
        if !self.inner.running.replace(true) {
            spawn_local(self.clone().run(Vec::new()));
        }
    }

    /// Reads something off the wallet.
    pub(crate) fn with_wallet<R>(&self, read: impl FnOnce(&Wallet) -> R) -> R {
        read(&self.inner.wallet.borrow())
    }

    async fn run(self, first: Vec<Effect>) {
        self.perform(first).await;
        let mut since_pause = js_sys::Date::now();
        while let Some(event) = self.next_event() {
            let effects = self.inner.wallet.borrow_mut().handle(event, clock::now(), &mut PlatformRng);
            self.perform(effects).await;
            // Sockets, ports and timers are served between tasks only; promises alone would starve them.
            if js_sys::Date::now() - since_pause > PAUSE_AFTER_MS {
                TimeoutFuture::new(0).await;
                since_pause = js_sys::Date::now();
            }
        }
    }

    fn next_event(&self) -> Option<Event> {
        let event = self.inner.events.borrow_mut().pop_front();
        if event.is_none() {
            self.inner.running.set(false);
        }
        event
    }

    async fn perform(&self, effects: Vec<Effect>) {
        let host = &self.inner.host;
        for effect in effects {
            // A host's methods do not throw; if one does, the platform is gone and there is nobody to tell.
            let _ = match effect {
                Effect::Alarm { at } => host.alarm(at as f64),
                Effect::Answer { client, id, outcome } => {
                    host.answer(client as f64, &id, &answer_json(outcome))
                }
                Effect::DeriveKey { id, password, parameters } => {
                    spawn_local(self.clone().derive_key(id, password, parameters));
                    Ok(())
                }
                Effect::Emit { origin, name, data } => host.emit(origin.map(|origin| origin.0), &name, &data),
                Effect::Fetch { id, url, body, timeout_ms } => {
                    spawn_local(self.clone().fetch(id, url, body, timeout_ms));
                    Ok(())
                }
                Effect::Forget => host.forget(),
                Effect::Give { reply, text } => host.reply(reply as f64, None, Some(&text)),
                Effect::Notify { title, body } => host.notify(&title, &body),
                Effect::Relay(command) => {
                    self.relay(command);
                    Ok(())
                }
                // The platform keeps it for the next instance, in memory.
                Effect::Remember(remembered) => host.remember(&remembered.encode()),
                Effect::Reply { reply, outcome } => {
                    let error = outcome.err().map(|error| serde_json::json!(error).to_string());
                    host.reply(reply as f64, error, None)
                }
                Effect::ShowApproval => host.show_approval(),
                Effect::Store(batch) => {
                    if let Err(error) = self.store(batch).await {
                        // Ahead of everything that is queued: those events do not know yet.
                        self.inner.events.borrow_mut().push_front(Event::StoreFailed { error });
                        return;
                    }
                    Ok(())
                }
                Effect::ViewChanged => host.view_changed(),
            };
        }
    }

    // Only `run` gets here, and it is one task: nobody else wants the store while it is borrowed.
    #[allow(clippy::await_holding_refcell_ref)]
    async fn store(
        &self,
        batch: symbolon_wallet::store::Batch,
    ) -> Result<(), symbolon_wallet::store::StoreError> {
        match self.inner.store.borrow_mut().as_mut() {
            Some(store) => store.apply(batch).await,
            None => Err(symbolon_wallet::store::StoreError::Blocked),
        }
    }

    async fn fetch(self, id: EffectId, url: String, body: String, timeout_ms: u32) {
        let outcome = fetch::post_json(&url, &body, timeout_ms).await;
        self.push(Event::Fetched { id, outcome });
    }

    async fn derive_key(self, id: EffectId, password: Secret<Vec<u8>>, parameters: KdfParameters) {
        let KdfParameters { salt, memory_kib, passes, lanes } = parameters;
        let host = self.inner.host.clone();
        // EXPOSE: the password goes to the throw-away instance, which is the only one that has room for Argon2.
        let derived = password.expose(|password| {
            let password = Zeroizing::new(password.clone());
            async move { host.derive_key(&password, &salt, memory_kib, passes, lanes).await }
        });
        let key = derived.await.ok().as_ref().and_then(key_of);
        self.push(Event::KeyDerived { id, key });
    }

    fn relay(&self, command: RelayCommand) {
        match command {
            RelayCommand::Connect { url } => {
                let number = self.inner.socket_number.get() + 1;
                self.inner.socket_number.set(number);
                self.inner.socket.replace(None);
                let this = self.clone();
                let report = Rc::new(move |event| {
                    if this.inner.socket_number.get() == number {
                        this.push(Event::Relay(event));
                    }
                });
                let socket = RelaySocket::open(&url, report);
                if socket.is_none() {
                    self.push(Event::Relay(RelayEvent::Closed));
                }
                self.inner.socket.replace(socket);
            }
            RelayCommand::Disconnect => drop(self.inner.socket.replace(None)),
            RelayCommand::Send(bytes) => {
                if let Some(socket) = self.inner.socket.borrow().as_ref() {
                    socket.send(&bytes);
                }
            }
        }
    }
}

fn answer_json(outcome: Result<String, ProviderError>) -> String {
    match outcome {
        Ok(result) => format!("{{\"result\":{result}}}"),
        Err(ProviderError { code, message, data }) => {
            let message = serde_json::Value::from(message);
            let data = data.map(|data| format!(",\"data\":{data}")).unwrap_or_default();
            format!("{{\"error\":{{\"code\":{code},\"message\":{message}{data}}}}}")
        }
    }
}

fn key_of(value: &JsValue) -> Option<Secret<[u8; 32]>> {
    let bytes = value.dyn_ref::<Uint8Array>()?;
    let copied = Zeroizing::new(bytes.to_vec());
    bytes.fill(0, 0, bytes.length());
    Some(Secret::new(<[u8; 32]>::try_from(copied.as_slice()).ok()?))
}

/// Work goes on without a pause for this long, in milliseconds.
const PAUSE_AFTER_MS: f64 = 40.0;
