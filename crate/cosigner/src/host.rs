//! Performs the wallet's effects, strictly in order, and feeds back what comes of them.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand_core::OsRng;
use symbolon_wallet::Secret;
use symbolon_wallet::command::Command;
use symbolon_wallet::effect::{Effect, KdfParameters, RelayCommand};
use symbolon_wallet::event::{EffectId, Event, FetchError, RelayEvent, Timestamp};
use symbolon_wallet::store::{Store, StoreError};
use symbolon_wallet::view::{DeviceKind, Phase, View};
use symbolon_wallet::{HostConfig, Wallet};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::options::Options;
use crate::relay::Socket;
use crate::store::FileStore;
use crate::terminal::Terminal;

/// Why a cosigner stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The password file cannot be read, or the terminal gave none.
    #[error("no password: {0}")]
    NoPassword(io::Error),
    /// The network client cannot be set up.
    #[error("no network client: {0}")]
    Network(#[from] reqwest::Error),
    /// The store cannot be used.
    #[error("{0}; nothing was changed{hint}", hint = hint(*.0))]
    Store(#[from] StoreError),
}

/// What to do about it.
fn hint(error: StoreError) -> &'static str {
    match error {
        StoreError::Blocked => {
            " (another cosigner may be running on the same folder, or a newer version wrote it: update this one)"
        }
        StoreError::Damaged => {
            ". Your other devices can still sign. To begin anew, put the folder aside, start, and replace this device on \
             another one"
        }
        StoreError::Full => ". Free some space, then start again",
        StoreError::Unavailable => ". Start again",
    }
}

/// The wallet and everything that performs its effects.
pub struct Host {
    wallet: Wallet,
    store: FileStore,
    effects: VecDeque<Effect>,
    http: reqwest::Client,
    socket: Option<Socket>,
    socket_number: u64,
    alarm: Option<Timestamp>,
    events: mpsc::UnboundedSender<Event>,
    relay_events: mpsc::UnboundedSender<(u64, RelayEvent)>,
    terminal: Terminal,
}

/// Runs a cosigner until it is told to stop (interrupt or terminate).
///
/// # Errors
/// [`Stopped`] if it cannot start.
pub async fn run(options: Options) -> Result<(), Stopped> {
    let password = password(&options).map_err(Stopped::NoPassword)?;
    let store = FileStore::open(&options.store)?;
    let records = store.load("").await?;
    let config = HostConfig {
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        default_relay: options.relay.clone(),
        kind: DeviceKind::Cosigner,
        kdf_memory_kib: 64 * 1024,
        unattended: options.unattended(),
    };
    let (events, mut event_queue) = mpsc::unbounded_channel();
    let (relay_events, mut relay_queue) = mpsc::unbounded_channel();
    let (wallet, effects) = Wallet::open(config, records, None, now(), &mut OsRng);
    #[cfg(feature = "testing")]
    let wallet = speaking(wallet, options.peer_version);
    let mut host = Host {
        wallet,
        store,
        effects: effects.into(),
        http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?,
        socket: None,
        socket_number: 0,
        alarm: None,
        events,
        relay_events,
        terminal: Terminal::new(&options, password),
    };
    let mut lines = Terminal::lines();
    let mut stop = std::pin::pin!(stopped());
    loop {
        host.perform().await;
        let commands = host.terminal.react(&host.wallet.view(now()));
        if !commands.is_empty() {
            for command in commands {
                host.command(command);
            }
            continue;
        }
        let alarm = host.alarm;
        tokio::select! {
            () = &mut stop => break,
            Some(event) = event_queue.recv() => host.handle(event),
            Some((number, event)) = relay_queue.recv() => {
                if number == host.socket_number {
                    host.handle(Event::Relay(event));
                }
            }
            Some(line) = lines.recv() => {
                if let Some(command) = host.terminal.read(&line, &host.wallet.view(now())) {
                    host.command(command);
                }
            }
            () = until(alarm) => {
                host.alarm = None;
                host.handle(Event::Wake);
            }
        }
    }
    host.handle(Event::SystemLocked);
    host.perform().await;
    Ok(())
}

/// The wallet, as one of another version; it is locked still.
#[cfg(feature = "testing")]
fn speaking(mut wallet: Wallet, version: Option<u16>) -> Wallet {
    if let Some(version) = version {
        wallet.speak_peer_version(version);
    }
    wallet
}

impl Host {
    fn handle(&mut self, event: Event) {
        let effects = self.wallet.handle(event, now(), &mut OsRng);
        self.effects.extend(effects);
    }

    fn command(&mut self, command: Command) {
        let reply = self.terminal.next_reply();
        self.handle(Event::Command { reply, command });
    }

    async fn perform(&mut self) {
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Alarm { at } => self.alarm = Some(at),
                Effect::DeriveKey { id, password, parameters } => self.derive_key(id, password, parameters),
                Effect::Fetch { id, url, body, timeout_ms } => self.fetch(id, url, body, timeout_ms),
                Effect::Relay(RelayCommand::Connect { url }) => {
                    self.socket_number += 1;
                    self.socket = Some(Socket::open(url, self.socket_number, self.relay_events.clone()));
                }
                Effect::Relay(RelayCommand::Disconnect) => {
                    self.socket_number += 1;
                    self.socket = None;
                }
                Effect::Relay(RelayCommand::Send(frame)) => {
                    if let Some(socket) = &self.socket {
                        socket.send(frame);
                    }
                }
                Effect::Reply { reply, outcome } => self.terminal.reply(reply, outcome),
                Effect::Store(batch) => {
                    if let Err(error) = self.store.apply(batch).await {
                        // What came after it in the list must not happen: it may claim what is not durable.
                        self.effects.clear();
                        self.handle(Event::StoreFailed { error });
                    }
                }
                // No command of the terminal asks for a text. No pages, no windows, and the terminal looks at the view after every turn.
                Effect::Answer { .. }
                | Effect::Emit { .. }
                | Effect::Forget
                | Effect::Give { .. }
                | Effect::Notify { .. }
                | Effect::Remember(_)
                | Effect::ShowApproval
                | Effect::ViewChanged => {}
            }
        }
    }

    fn derive_key(&self, id: EffectId, password: Secret<Vec<u8>>, parameters: KdfParameters) {
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            let _ = events.send(Event::KeyDerived { id, key: stretch(&password, parameters) });
        });
    }

    fn fetch(&self, id: EffectId, url: String, body: String, timeout_ms: u32) {
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .timeout(Duration::from_millis(u64::from(timeout_ms)))
            .body(body);
        let events = self.events.clone();
        tokio::spawn(async move {
            let _ = events.send(Event::Fetched { id, outcome: answer(request).await });
        });
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Vec<u8>, FetchError> {
    let failed = |error: reqwest::Error| match error.is_timeout() {
        true => FetchError::Timeout,
        false => FetchError::Unreachable,
    };
    let mut response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(FetchError::Unreachable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Argon2id (RFC 9106) as `parameters` say; `None` if they are impossible or there is no memory for them.
pub fn stretch(password: &Secret<Vec<u8>>, parameters: KdfParameters) -> Option<Secret<[u8; 32]>> {
    let KdfParameters { salt, memory_kib, passes, lanes } = parameters;
    let params = argon2::Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Secret::new([0; 32]);
    // EXPOSE: the password is read in place, the key is written in place; neither is copied out.
    let done =
        password.expose(|password| key.expose_mut(|key| argon2.hash_password_into(password, &salt, key)));
    done.is_ok().then_some(key)
}

fn password(options: &Options) -> io::Result<Secret<Vec<u8>>> {
    let text = match &options.password_file {
        Some(file) => std::fs::read_to_string(file)?,
        None => rpassword::prompt_password("Password of this device: ")?,
    };
    Ok(Secret::new(text.lines().next().unwrap_or_default().as_bytes().to_vec()))
}

fn now() -> Timestamp {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Timestamp)
}

async fn until(alarm: Option<Timestamp>) {
    match alarm {
        Some(at) => sleep_until(Instant::now() + Duration::from_millis(at.saturating_sub(now()))).await,
        None => std::future::pending().await,
    }
}

async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Whether `view` is one in which the password is wanted.
pub(crate) fn wants_password(view: &View) -> bool {
    matches!(view.phase, Phase::Fresh | Phase::Locked)
}

const BODY_LIMIT: usize = 4 * 1024 * 1024;
