//! `symbolon-relay`: mailboxes and the phone's page, on one port.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use symbolon_relay::config::{CONTENT_SECURITY_POLICY, Config, TlsFiles};
use symbolon_relay::limits::Limits;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Relay of the Symbolon wallet: carries sealed messages between devices and serves the phone's page.
///
/// Mailboxes live in memory and only for minutes; a restart empties them, and devices send again what had not
/// arrived. The WebSocket is at /v1/relay, health at /healthz, counts for Prometheus at /metrics.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to listen on.
    #[arg(long, env = "SYMBOLON_RELAY_LISTEN", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,

    /// Directory with the built page to serve.
    #[arg(long, value_name = "DIR", env = "SYMBOLON_RELAY_STATIC")]
    r#static: Option<PathBuf>,

    /// Content security policy of the page.
    #[arg(long, value_name = "POLICY", default_value = CONTENT_SECURITY_POLICY, hide_default_value = true)]
    content_security_policy: String,

    /// Certificate chain, PEM, for TLS without a proxy.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificates: Option<PathBuf>,

    /// Key of the certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificates")]
    tls_key: Option<PathBuf>,

    /// Take the client's address from the last entry of X-Forwarded-For. Only behind a proxy that sets it.
    #[arg(long)]
    trust_proxy: bool,

    /// Do not answer at /metrics.
    #[arg(long)]
    no_metrics: bool,

    /// Write logs as JSON, one object a line. RUST_LOG sets what is logged (default: info).
    #[arg(long)]
    log_json: bool,

    /// Memory for all mailboxes, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().total_bytes / MIB)]
    max_memory: usize,

    /// Most connections.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    max_connections: usize,

    /// Most connections from one address.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections_per_address)]
    max_connections_per_address: usize,

    /// Frames a second from one address.
    #[arg(long, value_name = "N", default_value_t = Limits::default().frames_per_second)]
    max_frames_per_second: u32,
}

const MIB: usize = 1024 * 1024;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    log_to_stderr(args.log_json);
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "relay cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> std::io::Result<()> {
    let config = Config {
        static_dir: args.r#static,
        content_security_policy: args.content_security_policy,
        trust_proxy: args.trust_proxy,
        metrics: !args.no_metrics,
        tls: args
            .tls_certificates
            .zip(args.tls_key)
            .map(|(certificates, key)| TlsFiles { certificates, key }),
        limits: Limits {
            total_bytes: args.max_memory.saturating_mul(MIB),
            connections: args.max_connections,
            connections_per_address: args.max_connections_per_address,
            frames_per_second: args.max_frames_per_second,
            ..Limits::default()
        },
        ..Config::default()
    };
    // Before the port is open, so that no signal is missed.
    let stop = stop_signal()?;
    let listener = TcpListener::bind(args.listen).await?;
    tracing::info!(listen = %listener.local_addr()?, tls = config.tls.is_some(), "relay is ready");
    symbolon_relay::serve(config, listener, stop).await?;
    tracing::info!("relay has stopped");
    Ok(())
}

/// Ends on the first SIGINT or SIGTERM.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("relay is stopping");
    })
}

/// Ends on the first Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("relay is stopping");
    })
}

fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { builder.json().init() } else { builder.init() }
}
