//! A session: a sender and a receiver under the keys of one handshake.

use zeroize::Zeroizing;

use super::handshake::question;
use super::receiver::Receiver;
use super::sender::Sender;
use super::wire::{self, Sealed, SessionId};
use super::{Dropped, SendError};
use crate::noise::{Role, Split};
use crate::seal::derive;

pub(super) struct Session {
    id: SessionId,
    question: Option<[u8; 32]>,
    sender: Sender,
    receiver: Receiver,
}

impl Session {
    /// `question` is the hash of the first message that a responder has answered.
    pub(super) fn new(role: Role, split: &Split, question: Option<[u8; 32]>) -> Self {
        let mut id = SessionId::default();
        id.copy_from_slice(&derive(&split.hash, &[], "symbolon/channel/session")[..16]);
        let keys = |secret: &Zeroizing<[u8; 32]>| {
            let key = |label| derive(&**secret, &split.hash, label);
            (key("symbolon/channel/data"), key("symbolon/channel/ack"))
        };
        let (outgoing, incoming) = match role {
            Role::Initiator => (keys(&split.from_initiator), keys(&split.from_responder)),
            Role::Responder => (keys(&split.from_responder), keys(&split.from_initiator)),
        };
        Self {
            id,
            question,
            sender: Sender::new(id, &outgoing.0, &outgoing.1),
            receiver: Receiver::new(&incoming.0, &incoming.1),
        }
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    /// Whether this session answered that first message.
    pub(super) fn was_opened_by(&self, noise: &[u8]) -> bool {
        self.question.is_some_and(|opened_by| opened_by == question(noise))
    }

    pub(super) fn greet(&mut self, now: u64) {
        self.sender.greet(self.receiver.acknowledged(), now);
    }

    pub(super) fn send(&mut self, payload: &[u8], now: u64) -> Result<(), SendError> {
        self.sender.send(payload)?;
        self.pump(now);
        Ok(())
    }

    /// Opens a frame of this session: the payloads that are now complete. `None`, changing nothing, if it is
    /// not the peer's or not new.
    pub(super) fn receive(
        &mut self,
        sealed: &Sealed<'_>,
        now: u64,
        dropped: &mut Dropped,
    ) -> Option<Vec<Vec<u8>>> {
        let received = match sealed.kind {
            wire::DATA => self.receiver.data(sealed, now, dropped),
            _ => self.receiver.ack(sealed, dropped),
        };
        if let Some(received) = &received {
            self.sender.acknowledged(received.acknowledged, now);
        }
        // A repeated frame wants an acknowledgement, too.
        self.pump(now);
        received.map(|received| received.payloads)
    }

    pub(super) fn tick(&mut self, now: u64) {
        self.sender.tick(now);
        self.pump(now);
    }

    pub(super) fn next_tick(&self) -> Option<u64> {
        [self.sender.next_tick(), self.receiver.ack_due()].into_iter().flatten().min()
    }

    pub(super) fn resend_all(&mut self, now: u64) {
        self.sender.resend_all(now);
    }

    pub(super) fn is_settled(&self) -> bool {
        self.sender.is_settled()
    }

    pub(super) fn poll_outgoing(&mut self) -> Option<Vec<u8>> {
        self.sender.poll()
    }

    /// Seals what may go out, and an acknowledgement if one is due and nothing else carries it.
    fn pump(&mut self, now: u64) {
        if self.sender.seal_queued(self.receiver.acknowledged(), now) {
            self.receiver.ack_sent();
        } else if self.receiver.ack_due().is_some_and(|at| at <= now) {
            self.sender.seal_ack(self.receiver.acknowledged());
            self.receiver.ack_sent();
        }
    }
}
