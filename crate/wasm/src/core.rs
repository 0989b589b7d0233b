//! The one class that JavaScript sees.

use std::cell::RefCell;

use serde::Deserialize;
use symbolon_wallet::effect::Remembered;
use symbolon_wallet::store::Store;
use symbolon_wallet::view::DeviceKind;
use symbolon_wallet::{HostConfig, Wallet};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::clock;
use crate::executor::Executor;
use crate::host::Host;
use crate::message::Message;
use crate::rng::PlatformRng;
use crate::store::BrowserStore;

/// A wallet that runs in this worker.
#[wasm_bindgen]
pub struct Core {
    executor: Executor,
}

#[wasm_bindgen]
impl Core {
    /// Opens the wallet that this origin's database holds, or a fresh one.
    ///
    /// `config` is JSON: `{"appVersion","database","defaultRelay","kind"}`; `remembered` is what the host was told
    /// to remember before the worker was restarted.
    ///
    /// # Errors
    /// An error whose message is `storage is blocked`, `storage is full`, `storage is damaged` or `storage failed`:
    /// nothing was overwritten, and the platform may try again.
    pub async fn open(host: Host, config: &str, remembered: Option<Vec<u8>>) -> Result<Core, JsError> {
        die_loudly(host.clone());
        let config: Config = serde_json::from_str(config)?;
        let remembered = remembered.map(Zeroizing::new).and_then(|bytes| Remembered::decode(&bytes));
        let store = BrowserStore::open(&config.database).await?;
        let records = store.load("").await?;
        let (wallet, effects) =
            Wallet::open(config.into(), records, remembered, clock::now(), &mut PlatformRng);
        Ok(Self { executor: Executor::start(wallet, Some(store), host, effects) })
    }

    /// Takes an event as JSON, `{"type":"command",…}`, and so on.
    ///
    /// # Errors
    /// If it is not one. Nothing happened then.
    pub fn dispatch(&self, message: String) -> Result<(), JsError> {
        // Passwords are in some of them: this copy is wiped.
        let message = Zeroizing::new(message);
        let message: Message =
            serde_json::from_str(&message).map_err(|_| JsError::new("not a message of a host"))?;
        self.executor.push(message.into());
        Ok(())
    }

    /// What the screens show now, as JSON.
    pub fn view(&self) -> String {
        self.executor.with_wallet(|wallet| serde_json::json!(wallet.view(clock::now())).to_string())
    }
}

/// What a host decides once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    app_version: String,
    database: String,
    default_relay: String,
    kind: DeviceKind,
}

impl From<Config> for HostConfig {
    fn from(config: Config) -> Self {
        Self {
            app_version: config.app_version,
            default_relay: config.default_relay,
            kind: config.kind,
            kdf_memory_kib: KDF_MEMORY_KIB,
            unattended: None,
        }
    }
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// A panic ends this instance and every session in it, never the extension: the host starts another instance, which
/// finds all requests in the store.
fn die_loudly(host: Host) {
    HOST.set(Some(host));
    std::panic::set_hook(Box::new(|panic| {
        // Where it happened, not what the payload says: a payload may quote data.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        HOST.with_borrow(|host| host.as_ref().map(|host| host.died(&place)));
    }));
}

/// Argon2id's memory for new passwords, in KiB: 64 MiB, 310 ms on the machine it was measured on.
const KDF_MEMORY_KIB: u32 = 64 * 1024;
