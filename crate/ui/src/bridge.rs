//! The pipe to the host: `globalThis.symbolonBridge`, given by the page's own script.
//!
//! It carries JSON text both ways ([`crate::wire`]). Commands are numbered; the answer to each goes to the closure
//! that waits for it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Function, Reflect};
use symbolon_wallet::command::Command;
use symbolon_wallet::view::View;
use wasm_bindgen::prelude::*;

use crate::messages;
use crate::wire::{FromHost, FromHostKind, Refusal, ReplyId, ScreenKind, ToHost};

/// What came of a command: done, with what it asked for where it asked for something, or refused.
pub type Outcome = Result<Option<String>, Refusal>;

type Waiting = Box<dyn FnOnce(Outcome)>;

/// One end of the pipe to the host.
#[derive(Clone)]
pub struct Bridge {
    inner: Rc<Inner>,
}

struct Inner {
    send: RefCell<Option<(JsValue, Function)>>,
    next: Cell<ReplyId>,
    waiting: RefCell<BTreeMap<ReplyId, Waiting>>,
}

/// What comes out of the pipe, answers aside.
pub enum News {
    /// The worker is lost; a view follows once it is back.
    Gone,
    /// A new view.
    View(Box<View>),
}

impl Bridge {
    /// Connects, and says which page this is. `on_news` is called for every view.
    ///
    /// # Errors
    /// Whatever JavaScript threw, or a text if the page's script gave no bridge.
    pub fn connect(kind: ScreenKind, on_news: impl Fn(News) + 'static) -> Result<Self, JsValue> {
        let host = Reflect::get(&js_sys::global(), &"symbolonBridge".into())?;
        let connect: Function = Reflect::get(&host, &"connect".into())?.dyn_into()?;
        let inner = Rc::new(Inner {
            send: RefCell::new(None),
            next: Cell::new(1),
            waiting: RefCell::new(BTreeMap::new()),
        });
        let bridge = Self { inner };
        let receiver = bridge.clone();
        let on_message =
            Closure::<dyn Fn(String)>::new(move |json: String| receiver.receive(&json, &on_news));
        let port = connect.call1(&host, on_message.as_ref())?;
        on_message.forget(); // lives as long as the page
        let send: Function = Reflect::get(&port, &"send".into())?.dyn_into()?;
        *bridge.inner.send.borrow_mut() = Some((port, send));
        bridge.post(&ToHost::Hello { screen: kind });
        Ok(bridge)
    }

    /// Gives an order; `then` is called with its outcome, or with a refusal if the worker was lost meanwhile.
    pub fn command(&self, command: Command, then: impl FnOnce(Outcome) + 'static) {
        let reply = self.inner.next.get();
        self.inner.next.set(reply + 1);
        self.inner.waiting.borrow_mut().insert(reply, Box::new(then));
        self.post(&ToHost::Command { reply, command });
    }

    fn post(&self, message: &ToHost) {
        let Ok(json) = serde_json::to_string(message) else { return };
        if let Some((port, send)) = &*self.inner.send.borrow() {
            // A throw means that the worker is gone: the bridge says so by itself.
            let _ = send.call1(port, &json.into());
        }
    }

    fn receive(&self, json: &str, on_news: &impl Fn(News)) {
        let Ok(message) = serde_json::from_str::<FromHost>(json) else {
            // A host of another version: the view that we have stays on screen, marked as old.
            on_news(News::Gone);
            return;
        };
        match message.kind {
            FromHostKind::View => {
                if let Some(view) = message.view {
                    on_news(News::View(view));
                }
            }
            FromHostKind::Reply => {
                let waiting = self.inner.waiting.borrow_mut().remove(&message.reply);
                if let Some(then) = waiting {
                    then(match message.error {
                        Some(refusal) => Err(refusal),
                        None if message.ok => Ok(message.given),
                        None => Err(lost()),
                    });
                }
            }
            FromHostKind::Gone => {
                let waiting = std::mem::take(&mut *self.inner.waiting.borrow_mut());
                for then in waiting.into_values() {
                    then(Err(lost()));
                }
                on_news(News::Gone);
            }
        }
    }
}

fn lost() -> Refusal {
    Refusal { code: "ui/gone".into(), message: messages::WORKER_LOST.into() }
}
