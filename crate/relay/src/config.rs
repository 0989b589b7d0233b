//! How a relay is set up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::limits::Limits;

/// The content security policy for the phone's page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data: blob:; connect-src 'self' http: https: ws: wss:; \
     object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// How a relay is set up.
#[derive(Clone)]
pub struct Config {
    /// Directory of the files to serve beside the mailboxes; none if `None`.
    pub static_dir: Option<PathBuf>,
    /// Their content security policy.
    pub content_security_policy: String,
    /// Whether the last entry of `X-Forwarded-For` is the client's address. Only behind a proxy that sets it.
    pub trust_proxy: bool,
    /// Whether `/metrics` answers.
    pub metrics: bool,
    /// TLS by certificate files; plain if `None`.
    pub tls: Option<TlsFiles>,
    /// The bounds.
    pub limits: Limits,
    /// The clock, Unix milliseconds.
    pub clock: Clock,
}

/// Where the certificate chain and its key are, both in PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate chain, leaf first.
    pub certificates: PathBuf,
    /// The key of the leaf.
    pub key: PathBuf,
}

/// A source of time, Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

impl Default for Config {
    fn default() -> Self {
        Self {
            static_dir: None,
            content_security_policy: CONTENT_SECURITY_POLICY.to_owned(),
            trust_proxy: false,
            metrics: true,
            tls: None,
            limits: Limits::default(),
            clock: Arc::new(system_clock),
        }
    }
}

fn system_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_millis() as u64)
}
