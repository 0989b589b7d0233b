//! One WebSocket: frames in, frames out, one at a time.
//!
//! Nothing is queued for a client: its next message is taken from the store when the one before has been
//! written, and its next frame is read when the one before has been answered.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use symbolon_link::mailbox::{ClientFrame, Limits as Said, MailboxId, RELAY_VERSION, Refusal, RelayFrame};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep_until, timeout};

use crate::mailbox::{MailboxStore, Reader};
use crate::metrics::count;
use crate::server::{App, stopped};

pub(crate) struct Connection<S> {
    app: Arc<App<S>>,
    socket: WebSocket,
    address: IpAddr,
    reader: Reader,
    greeted: bool,
    /// Open mailboxes, each with the number of the last message delivered.
    open: BTreeMap<MailboxId, u64>,
    refusals: u32,
}

/// Why a connection ends.
enum End {
    /// The client closed it, broke it, or was too slow.
    Gone,
    /// The relay ends it, and says so.
    Close(u16),
}

impl<S: MailboxStore> Connection<S> {
    pub(crate) fn new(app: Arc<App<S>>, socket: WebSocket, address: IpAddr) -> Self {
        let reader = Reader { id: app.next_reader.fetch_add(1, Relaxed), wake: Arc::new(Notify::new()) };
        Self { app, socket, address, reader, greeted: false, open: BTreeMap::new(), refusals: 0 }
    }

    /// Serves the connection until it ends.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.app.metrics.connections_open.fetch_add(1, Relaxed);
        let Err(end) = self.serve(&mut stop).await;
        for mailbox in self.open.keys() {
            self.app.store.close(*mailbox, self.reader.id).await;
        }
        self.app.metrics.connections_open.fetch_sub(1, Relaxed);
        if let End::Close(code) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: "".into() }));
            let _ = timeout(self.app.config.limits.write_timeout, self.socket.send(close)).await;
        }
    }

    async fn serve(&mut self, stop: &mut watch::Receiver<bool>) -> Result<std::convert::Infallible, End> {
        let limits = self.app.config.limits.clone();
        let mut deadline = tokio::time::Instant::now() + limits.header_timeout;
        loop {
            tokio::select! {
                biased;
                () = stopped(stop) => return Err(End::Close(close_code::AWAY)),
                () = sleep_until(deadline) => return Err(End::Close(close_code::POLICY)),
                message = self.socket.recv() => {
                    let message = message.ok_or(End::Gone)?.map_err(|_| End::Gone)?;
                    match message {
                        Message::Binary(bytes) => self.frame(&bytes).await?,
                        Message::Close(_) => return Err(End::Gone),
                        Message::Text(_) => return Err(End::Close(close_code::UNSUPPORTED)),
                        // Pings and pongs of WebSocket cost as frames do.
                        Message::Ping(bytes) | Message::Pong(bytes) => {
                            if !self.admit(bytes.len()) {
                                self.refuse(None, Refusal::TooFast).await?;
                            }
                        }
                    }
                    if self.greeted {
                        deadline = tokio::time::Instant::now() + limits.idle_timeout;
                    }
                }
                () = self.reader.wake.notified() => {}
            }
            self.deliver_one().await?;
        }
    }

    async fn frame(&mut self, bytes: &[u8]) -> Result<(), End> {
        let Ok(frame) = ClientFrame::decode(bytes) else {
            count(&self.app.metrics.frames_malformed);
            return Err(End::Close(close_code::POLICY));
        };
        let id = match &frame {
            ClientFrame::Put { id, .. } => Some(*id),
            _ => None,
        };
        if !self.admit(bytes.len()) {
            return self.refuse(id, Refusal::TooFast).await;
        }
        if !self.greeted && !matches!(frame, ClientFrame::Hello { .. }) {
            return self.refuse(id, Refusal::OutOfOrder).await;
        }
        match frame {
            ClientFrame::Hello { version: RELAY_VERSION } => {
                self.greeted = true;
                let limits = &self.app.config.limits;
                let limits = Said {
                    frame_bytes: limits.frame_bytes as u32,
                    mailbox_messages: limits.mailbox_messages as u32,
                    mailbox_bytes: limits.mailbox_bytes as u32,
                    ttl_ms: limits.ttl_ms as u32,
                };
                self.send(&RelayFrame::Welcome { version: RELAY_VERSION, limits }).await
            }
            ClientFrame::Hello { .. } => {
                self.refuse(None, Refusal::UnsupportedVersion).await?;
                Err(End::Close(close_code::POLICY))
            }
            ClientFrame::Open { read_token } => self.open(read_token.mailbox()).await,
            ClientFrame::Close { mailbox } => {
                if self.open.remove(&mailbox).is_some() {
                    self.app.store.close(mailbox, self.reader.id).await;
                }
                Ok(())
            }
            ClientFrame::Put { write_token, id, body } => {
                match self.app.store.put(write_token.mailbox(), &body, self.app.now_ms()).await {
                    Ok(()) => {
                        count(&self.app.metrics.messages_put);
                        self.send(&RelayFrame::Accepted { id }).await
                    }
                    Err(reason) => self.refuse(Some(id), reason).await,
                }
            }
            ClientFrame::Ack { mailbox, up_to } => {
                if !self.open.contains_key(&mailbox) {
                    return self.refuse(None, Refusal::OutOfOrder).await;
                }
                self.app.store.acknowledge(mailbox, self.reader.id, up_to).await;
                Ok(())
            }
            ClientFrame::Ping => self.send(&RelayFrame::Pong).await,
        }
    }

    async fn open(&mut self, mailbox: MailboxId) -> Result<(), End> {
        if self.open.len() >= self.app.config.limits.open_mailboxes && !self.open.contains_key(&mailbox) {
            return self.refuse(None, Refusal::TooManyMailboxes).await;
        }
        match self.app.store.open(mailbox, &self.reader, self.app.now_ms()).await {
            Ok(waiting) => {
                // From the start, also if it was open: what is not acknowledged comes again.
                self.open.insert(mailbox, 0);
                self.reader.wake.notify_one();
                self.send(&RelayFrame::Opened { mailbox, waiting: waiting as u32 }).await
            }
            Err(reason) => self.refuse(None, reason).await,
        }
    }

    /// Delivers one message, if one waits, and sees to it that this is called again.
    async fn deliver_one(&mut self) -> Result<(), End> {
        let now_ms = self.app.now_ms();
        let open: Vec<(MailboxId, u64)> =
            self.open.iter().map(|(mailbox, after)| (*mailbox, *after)).collect();
        for (mailbox, after) in open {
            match self.app.store.next(mailbox, self.reader.id, after, now_ms).await {
                Ok(None) => {}
                Ok(Some(message)) => {
                    self.open.insert(mailbox, message.number);
                    self.reader.wake.notify_one();
                    count(&self.app.metrics.messages_delivered);
                    let body = message.body.to_vec();
                    return self.send(&RelayFrame::Deliver { mailbox, number: message.number, body }).await;
                }
                Err(reason) => {
                    self.open.remove(&mailbox);
                    self.refuse(None, reason).await?;
                }
            }
        }
        Ok(())
    }

    fn admit(&self, bytes: usize) -> bool {
        self.app.addresses.frame(self.address, bytes, self.app.now_ms())
    }

    async fn refuse(&mut self, id: Option<u64>, reason: Refusal) -> Result<(), End> {
        self.app.metrics.refused(reason);
        tracing::debug!(?reason, "frame refused");
        self.refusals += 1;
        if self.refusals > MAX_REFUSALS {
            return Err(End::Close(close_code::POLICY));
        }
        self.send(&RelayFrame::Refused { id, reason }).await
    }

    async fn send(&mut self, frame: &RelayFrame) -> Result<(), End> {
        let bytes = frame.encode().map_err(|_| End::Gone)?;
        let limit = self.app.config.limits.write_timeout;
        timeout(limit, self.socket.send(Message::Binary(bytes.into())))
            .await
            .map_err(|_| End::Gone)?
            .map_err(|_| End::Gone)
    }
}

/// A client that is refused this often does not listen.
const MAX_REFUSALS: u32 = 1_000;
