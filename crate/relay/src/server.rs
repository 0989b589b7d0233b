//! Accepting connections, and ending.

mod tls;

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;

use crate::config::Config;
use crate::connection::Connection;
use crate::limits::Addresses;
use crate::mailbox::{MailboxStore, MemoryStore};
use crate::metrics::{Metrics, count};
use crate::pages::with_pages;

/// What all connections share.
pub(crate) struct App<S> {
    pub(crate) config: Config,
    pub(crate) store: S,
    pub(crate) addresses: Addresses,
    pub(crate) metrics: Metrics,
    pub(crate) next_reader: AtomicU64,
    stop: watch::Receiver<bool>,
}

impl<S> App<S> {
    pub(crate) fn now_ms(&self) -> u64 {
        (self.config.clock)()
    }
}

/// Serves mailboxes in memory on `listener` until `shutdown`; then says goodbye to every client and returns.
///
/// # Errors
/// If the set-up is not usable: certificate files, content security policy.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let store = MemoryStore::new(config.limits.clone());
    serve_with(config, store, listener, shutdown).await
}

/// Like [`serve`], with another store.
///
/// # Errors
/// If the set-up is not usable: certificate files, content security policy.
pub async fn serve_with<S: MailboxStore>(
    config: Config,
    store: S,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
    let (stop, stopped) = watch::channel(false);
    let limits = config.limits.clone();
    let app = Arc::new(App {
        addresses: Addresses::new(limits.clone()),
        store,
        metrics: Metrics::default(),
        next_reader: AtomicU64::new(1),
        stop: stopped.clone(),
        config,
    });
    let router = router(&app)?;
    let places = Arc::new(Semaphore::new(limits.connections));
    // Every connection holds a sender; when the last is dropped, all have ended.
    let (alive, mut ended) = mpsc::channel::<()>(1);
    let sweeper = tokio::spawn(sweep(app.clone(), stopped));

    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => (stream, peer.ip()),
                Err(_) => {
                    // Out of file descriptors, most likely: let some connections end.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (stream, address) = stream;
        let Ok(place) = places.clone().try_acquire_owned() else {
            count(&app.metrics.connections_refused);
            continue;
        };
        // Behind a proxy all connections come from it; there, they are counted when the request is known.
        let counted = if app.config.trust_proxy { None } else { Some(address) };
        let Some(ticket) = Ticket::admit(&app, counted, place, alive.clone()) else {
            count(&app.metrics.connections_refused);
            continue;
        };
        count(&app.metrics.connections);
        let _ = stream.set_nodelay(true);
        let client = Client { address, ticket: Arc::new(ticket) };
        let (router, app, tls) = (router.clone(), app.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, client, router, &app).await,
                Some(tls) => {
                    let accepted = timeout(app.config.limits.header_timeout, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = accepted {
                        connection(stream, client, router, &app).await;
                    }
                }
            }
        });
    }

    drop(listener);
    drop(alive);
    let _ = stop.send(true);
    let _ = timeout(limits.shutdown_timeout, ended.recv()).await;
    sweeper.abort();
    Ok(())
}

/// A client's connection: where it comes from, and its place among the connections.
struct Client<S> {
    address: IpAddr,
    ticket: Arc<Ticket<S>>,
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self { address: self.address, ticket: self.ticket.clone() }
    }
}

/// A place among the connections, given back when dropped.
struct Ticket<S> {
    app: Arc<App<S>>,
    address: Option<IpAddr>,
    _place: Option<OwnedSemaphorePermit>,
    _alive: mpsc::Sender<()>,
}

impl<S> Ticket<S> {
    fn admit(
        app: &Arc<App<S>>,
        address: Option<IpAddr>,
        place: impl Into<Option<OwnedSemaphorePermit>>,
        alive: mpsc::Sender<()>,
    ) -> Option<Self> {
        let admitted = address.is_none_or(|address| app.addresses.connect(address));
        admitted.then(|| Self { app: app.clone(), address, _place: place.into(), _alive: alive })
    }
}

impl<S> Drop for Ticket<S> {
    fn drop(&mut self) {
        if let Some(address) = self.address {
            self.app.addresses.disconnect(address);
        }
    }
}

async fn connection<S: MailboxStore>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    client: Client<S>,
    router: Router,
    app: &App<S>,
) {
    let limits = &app.config.limits;
    let service = TowerToHyperService::new(router.layer(Extension(client)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut stop = app.stop.clone();
    let ended = async {
        tokio::select! {
            _ = connection.as_mut() => {}
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.as_mut().await;
            }
        }
    };
    let _ = timeout(limits.request_timeout, ended).await;
}

fn router<S: MailboxStore>(app: &Arc<App<S>>) -> io::Result<Router> {
    let mut router =
        Router::new().route("/v1/relay", get(upgrade::<S>)).route("/healthz", get(async || "ok\n"));
    if app.config.metrics {
        router = router.route("/metrics", get(metrics::<S>));
    }
    Ok(with_pages(router, &app.config)?.with_state(app.clone()))
}

async fn upgrade<S: MailboxStore>(
    State(app): State<Arc<App<S>>>,
    Extension(client): Extension<Client<S>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let mut address = client.address;
    let mut forwarded = None;
    if app.config.trust_proxy {
        let Some(from) = forwarded_for(&headers) else { return StatusCode::BAD_REQUEST.into_response() };
        address = from;
        let alive = client.ticket._alive.clone();
        match Ticket::admit(&app, Some(from), None, alive) {
            Some(ticket) => forwarded = Some(ticket),
            None => {
                count(&app.metrics.connections_refused);
                return StatusCode::TOO_MANY_REQUESTS.into_response();
            }
        }
    }
    let limits = &app.config.limits;
    upgrade
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * limits.frame_bytes)
        .max_message_size(limits.frame_bytes)
        .max_frame_size(limits.frame_bytes)
        .on_upgrade(async move |socket| {
            let stop = app.stop.clone();
            Connection::new(app, socket, address).run(stop).await;
            drop((client, forwarded));
        })
}

async fn metrics<S: MailboxStore>(State(app): State<Arc<App<S>>>) -> Response {
    let fill = app.store.sweep(app.now_ms()).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text(fill)).into_response()
}

/// The address that the nearest proxy saw: the last entry. Those before it are the client's to invent.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Waits until the relay stops.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives until the relay has stopped; if it is gone, that is the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn sweep<S: MailboxStore>(app: Arc<App<S>>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        let now_ms = app.now_ms();
        app.addresses.sweep(now_ms);
        app.store.sweep(now_ms).await;
    }
}

const SWEEP_EVERY: Duration = Duration::from_secs(10);
