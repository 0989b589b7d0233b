//! The relay socket.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use symbolon_wallet::event::RelayEvent;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// An open socket, or one on its way to be opened. Dropping it closes it, and nothing is heard of it any more.
pub struct RelaySocket {
    socket: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut()>,
}

impl RelaySocket {
    /// Opens a socket; what happens on it goes to `report`. Of several closing signs only one is reported.
    ///
    /// Gives nothing where the browser refuses the URL outright; the caller reports that as closed.
    pub fn open(url: &str, report: Rc<dyn Fn(RelayEvent)>) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = {
            let report = report.clone();
            Closure::new(move || report(RelayEvent::Connected))
        };
        let message = {
            let report = report.clone();
            Closure::new(move |event: MessageEvent| {
                // The protocol is binary; text from a relay means nothing here.
                if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                    report(RelayEvent::Frame(Uint8Array::new(&buffer).to_vec()));
                }
            })
        };
        // `close` follows every `error` (WHATWG WebSockets, "fail the connection"), so one handler is enough.
        let closed = Closure::new(move || report(RelayEvent::Closed));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self { socket, _opened: opened, _message: message, _closed: closed })
    }

    /// Sends a binary message if the socket is open, and drops it otherwise.
    pub fn send(&self, bytes: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            // A failure shows as `close`, which is reported.
            let _ = self.socket.send_with_u8_array(bytes);
        }
    }
}

impl Drop for RelaySocket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
