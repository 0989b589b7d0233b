//! A relay on a free port, and clients to it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use symbolon_link::mailbox::{ClientFrame, RELAY_VERSION, ReadToken, RelayFrame};
use symbolon_relay::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Relay {
    pub address: SocketAddr,
    pub clock: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<std::io::Result<()>>,
}

impl Relay {
    pub async fn start(config: Config) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), config).await
    }

    pub async fn start_at(address: SocketAddr, mut config: Config) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let clock = Arc::new(AtomicU64::new(1_700_000_000_000));
        let shared = clock.clone();
        config.clock = Arc::new(move || shared.load(Relaxed));
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(async move {
            symbolon_relay::serve(config, listener, async {
                let _ = stopped.await;
            })
            .await
        });
        Self { address, clock, stop: Some(stop), done }
    }

    pub fn pass(&self, ms: u64) {
        self.clock.fetch_add(ms, Relaxed);
    }

    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        timeout(PATIENCE, self.done).await.unwrap().unwrap().unwrap();
    }

    pub async fn client(&self) -> Client {
        let mut client = self.silent_client(&[]).await.unwrap();
        client.send(&ClientFrame::Hello { version: RELAY_VERSION }).await;
        assert!(matches!(client.receive().await, RelayFrame::Welcome { version: RELAY_VERSION, .. }));
        client
    }

    /// A WebSocket that has said nothing yet.
    pub async fn silent_client(&self, headers: &[(&'static str, &str)]) -> Option<Client> {
        let mut request = format!("ws://{}/v1/relay", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.ok()?;
        Some(Client { socket })
    }

    /// Status line and headers, and body, of a GET.
    pub async fn http(&self, path: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![];
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end + 4..].to_vec())
    }
}

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.try_send(frame).await.unwrap();
    }

    pub async fn try_send(
        &mut self,
        frame: &ClientFrame,
    ) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.socket.send(Message::Binary(frame.encode().unwrap().into())).await
    }

    /// The next frame.
    pub async fn receive(&mut self) -> RelayFrame {
        match timeout(PATIENCE, self.socket.next()).await.expect("the relay answers").unwrap().unwrap() {
            Message::Binary(bytes) => RelayFrame::decode(&bytes).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Whether nothing more comes: everything before is answered when the pong is.
    pub async fn is_quiet(&mut self) -> bool {
        self.send(&ClientFrame::Ping).await;
        self.receive().await == RelayFrame::Pong
    }

    /// The close code with which the relay ends it; `None` if it just ends.
    pub async fn closed(&mut self) -> Option<u16> {
        timeout(PATIENCE, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return Some(frame.code.into()),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        })
        .await
        .expect("the relay closes")
    }

    pub async fn put(&mut self, token: &ReadToken, id: u64, body: &[u8]) -> RelayFrame {
        self.send(&ClientFrame::Put { write_token: token.write_token(), id, body: body.to_vec() }).await;
        self.receive().await
    }

    /// Opens a mailbox; how many messages wait.
    pub async fn open(&mut self, token: &ReadToken) -> u32 {
        self.send(&ClientFrame::Open { read_token: token.clone() }).await;
        match self.receive().await {
            RelayFrame::Opened { mailbox, waiting } if mailbox == token.mailbox() => waiting,
            other => panic!("{other:?}"),
        }
    }

    /// The next message delivered: its number and body.
    pub async fn delivered(&mut self) -> (u64, Vec<u8>) {
        match self.receive().await {
            RelayFrame::Deliver { number, body, .. } => (number, body),
            other => panic!("{other:?}"),
        }
    }
}

pub fn token(byte: u8) -> ReadToken {
    ReadToken::from_bytes([byte; 32])
}
