//! What waits to be put into the peer's mailbox, and what is put there again if nothing comes back.

use std::collections::VecDeque;

/// The messages of the present flight: sent once, and again (the same bytes) while no answer comes.
#[derive(Default)]
pub(super) struct Outbox {
    queue: VecDeque<Vec<u8>>,
    flight: Vec<Vec<u8>>,
    wait_ms: u64,
    resend_at: Option<u64>,
}

impl Outbox {
    /// Sends a message that answers what came before: the flight before it has arrived.
    pub(super) fn begin(&mut self, message: Vec<u8>, now: u64) {
        self.flight.clear();
        self.add(message, now);
    }

    /// Sends a message that belongs to the present flight.
    pub(super) fn add(&mut self, message: Vec<u8>, now: u64) {
        self.queue.push_back(message.clone());
        self.flight.push(message);
        self.wait_ms = FIRST_WAIT_MS;
        self.resend_at = Some(now.saturating_add(self.wait_ms));
    }

    /// Sends a message once, whatever becomes of it.
    pub(super) fn once(&mut self, message: Vec<u8>) {
        self.queue.push_back(message);
    }

    /// Sends the flight again at once.
    pub(super) fn again(&mut self, now: u64) {
        // What still waits has not been lost.
        if self.queue.is_empty() {
            self.queue.extend(self.flight.iter().cloned());
        }
        if !self.flight.is_empty() {
            self.resend_at = Some(now.saturating_add(self.wait_ms));
        }
    }

    /// Sends the flight again if it is time.
    pub(super) fn tick(&mut self, now: u64) {
        if self.resend_at.is_some_and(|at| at <= now) {
            self.wait_ms = (self.wait_ms * 2).min(LAST_WAIT_MS);
            self.again(now);
        }
    }

    /// Sends nothing again from now on; what waits is still sent.
    pub(super) fn rest(&mut self) {
        self.resend_at = None;
    }

    pub(super) fn next_tick(&self) -> Option<u64> {
        self.resend_at
    }

    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        self.queue.pop_front()
    }
}

const FIRST_WAIT_MS: u64 = 2_000;
const LAST_WAIT_MS: u64 = 15_000;
