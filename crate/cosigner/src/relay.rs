//! The socket to the relay: a task of its own, which reports what happens and never decides anything.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use symbolon_wallet::event::RelayEvent;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// An open (or opening) socket; dropping it closes it.
pub struct Socket {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
}

impl Socket {
    /// Opens a socket to `url`; what happens to it comes through `report`, tagged with `number`, so that the
    /// last words of a socket that was replaced are not taken for the new one's.
    pub fn open(url: String, number: u64, report: mpsc::UnboundedSender<(u64, RelayEvent)>) -> Self {
        let (outgoing, queue) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            if let Err(reason) = carry(&url, number, &report, queue).await {
                tracing::debug!(%reason, "relay socket ended");
            }
            let _ = report.send((number, RelayEvent::Closed));
        });
        Self { outgoing }
    }

    /// Sends a message; dropped where the socket is gone.
    pub fn send(&self, frame: Vec<u8>) {
        let _ = self.outgoing.send(frame);
    }
}

async fn carry(
    url: &str,
    number: u64,
    report: &mpsc::UnboundedSender<(u64, RelayEvent)>,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
) -> Result<(), String> {
    let limits =
        WebSocketConfig::default().max_message_size(Some(FRAME_LIMIT)).max_frame_size(Some(FRAME_LIMIT));
    let connecting = tokio_tungstenite::connect_async_with_config(url, Some(limits), true);
    let (socket, _) = timeout(CONNECT_WITHIN, connecting)
        .await
        .map_err(|_| "timed out".to_owned())?
        .map_err(|error| error.to_string())?;
    let _ = report.send((number, RelayEvent::Connected));
    let (mut writer, mut reader) = socket.split();
    loop {
        tokio::select! {
            frame = queue.recv() => match frame {
                Some(frame) => writer.send(Message::Binary(frame.into())).await.map_err(|error| error.to_string())?,
                None => return writer.close().await.map_err(|error| error.to_string()),
            },
            message = reader.next() => match message {
                Some(Ok(Message::Binary(frame))) => {
                    let _ = report.send((number, RelayEvent::Frame(frame.to_vec())));
                }
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
            },
        }
    }
}

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// A relay frame and its envelope.
const FRAME_LIMIT: usize = 300 * 1024;
