//! What is served beside the mailboxes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use support::{Relay, token};
use symbolon_relay::Config;
use symbolon_relay::config::TlsFiles;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A directory of one test, removed when dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("relay-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn files_come_with_their_type_and_the_page_is_kept_alone() {
    let directory = Directory::new("pages");
    directory.write("index.html", b"<!doctype html>");
    directory.write("core.wasm", b"\0asm");
    directory.write("worker.js", b"1");
    directory.write("style.css", b"a{}");
    directory.write("manifest.webmanifest", b"{}");
    let relay = Relay::start(Config { static_dir: Some(directory.0.clone()), ..Config::default() }).await;
    for (path, kind) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/core.wasm", "application/wasm"),
        ("/worker.js", "text/javascript"),
        ("/style.css", "text/css"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ] {
        let (head, _) = relay.http(path).await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("\r\ncontent-type: {kind}")), "{path}: {head}");
        for header in [
            "content-security-policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data: blob:; connect-src 'self' http: https: ws: wss:; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "cache-control: no-cache",
            "cross-origin-opener-policy: same-origin",
            "permissions-policy: camera=(self), microphone=(), geolocation=()",
        ] {
            assert!(head.contains(&format!("\r\n{header}")), "{path}: {header} in {head}");
        }
        assert!(!head.contains("strict-transport-security"));
    }
    relay.stop().await;
}

#[tokio::test]
async fn nothing_outside_the_directory_is_served() {
    let directory = Directory::new("outside");
    directory.write("secret", b"secret");
    let inner = directory.0.join("inner");
    std::fs::create_dir_all(&inner).unwrap();
    let relay = Relay::start(Config { static_dir: Some(inner), ..Config::default() }).await;
    for path in ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/.%2e/secret", "/none"] {
        let (head, body) = relay.http(path).await;
        assert!(head.starts_with("http/1.1 4"), "{path}: {head}");
        assert!(!body.windows(6).any(|window| window == b"secret"), "{path}");
    }
    relay.stop().await;
}

#[tokio::test]
async fn the_policy_can_be_set() {
    let config = Config { content_security_policy: "default-src 'none'".to_owned(), ..Config::default() };
    let relay = Relay::start(config).await;
    let (head, body) = relay.http("/healthz").await;
    assert!(head.contains("\r\ncontent-security-policy: default-src 'none'\r\n"), "{head}");
    assert_eq!(body, b"ok\n");
    relay.stop().await;
}

#[tokio::test]
async fn metrics_count_and_can_be_switched_off() {
    let relay = Relay::start(Config::default()).await;
    let mut client = relay.client().await;
    client.put(&token(1), 1, b"x").await;
    let (head, body) = relay.http("/metrics").await;
    let text = String::from_utf8(body).unwrap();
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4"), "{head}");
    for line in [
        "symbolon_relay_connections_open 1",
        "symbolon_relay_messages_put_total 1",
        "symbolon_relay_mailboxes 1",
        "symbolon_relay_messages 1",
        "symbolon_relay_refused_total{reason=\"too_fast\"} 0",
    ] {
        assert!(text.lines().any(|present| present == line), "{line} in {text}");
    }
    relay.stop().await;
    let relay = Relay::start(Config { metrics: false, ..Config::default() }).await;
    assert!(relay.http("/metrics").await.0.starts_with("http/1.1 404"));
    relay.stop().await;
}

#[tokio::test]
async fn tls_by_certificate_files() {
    // Self-signed for localhost, made for this test by `openssl req -x509`; the key guards nothing.
    let files = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificates = files.join("test-only-chain.pem");
    let certificate = CertificateDer::from_pem_file(&certificates).unwrap();
    let tls = TlsFiles { certificates, key: files.join("test-only-key.pem") };
    let relay = Relay::start(Config { tls: Some(tls), ..Config::default() }).await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client =
        ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let stream = TcpStream::connect(relay.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security"));
    relay.stop().await;
}

#[tokio::test]
async fn certificate_files_that_are_not_there_are_named() {
    let tls = TlsFiles { certificates: "/none/chain.pem".into(), key: "/none/key.pem".into() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = symbolon_relay::serve(Config { tls: Some(tls), ..Config::default() }, listener, async {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/none/chain.pem"), "{error}");
}
