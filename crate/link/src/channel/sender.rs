//! The sending half of a session: fragments, the window, and repetition.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::wire::{self, SessionId};
use super::{MAX_QUEUED_BYTES, Plain, SendError};
use crate::seal::SealKey;

/// Bytes of a payload in one frame.
pub(super) const FRAGMENT_BYTES: usize = 64 * 1024;

/// Frames that may be under way, unacknowledged: half of what a mailbox holds.
pub(super) const WINDOW: u64 = 32;

/// More of the payload follows; this was its last part; the peer may take the session for up.
pub(super) const MORE: u8 = 0;
pub(super) const LAST: u8 = 1;
pub(super) const GREETING: u8 = 2;

pub(super) struct Sender {
    session: SessionId,
    data: SealKey,
    acks: SealKey,
    queue: VecDeque<(u8, Plain)>,
    queued_bytes: usize,
    unacknowledged: VecDeque<Vec<u8>>,
    /// The number of the first frame in `unacknowledged`.
    base: u64,
    outgoing: VecDeque<Vec<u8>>,
    ack: Option<Vec<u8>>,
    wait_ms: u64,
    resend_at: Option<u64>,
    /// Frames below this number were sent before the last timeout: they may all be lost.
    suspect: u64,
}

impl Sender {
    pub(super) fn new(session: SessionId, data: &[u8; 32], acks: &[u8; 32]) -> Self {
        Self {
            session,
            data: SealKey::new(data),
            acks: SealKey::new(acks),
            queue: VecDeque::new(),
            queued_bytes: 0,
            unacknowledged: VecDeque::new(),
            base: 0,
            outgoing: VecDeque::new(),
            ack: None,
            wait_ms: FIRST_WAIT_MS,
            resend_at: None,
            suspect: 0,
        }
    }

    /// Queues the empty frame that tells the peer that the session is up.
    pub(super) fn greet(&mut self, acknowledged: u64, now: u64) {
        self.queue.push_back((GREETING, Zeroizing::new(vec![])));
        self.seal_queued(acknowledged, now);
    }

    pub(super) fn send(&mut self, payload: &[u8]) -> Result<(), SendError> {
        if self.queued_bytes + payload.len() > MAX_QUEUED_BYTES || self.queue.len() > MAX_QUEUED_FRAGMENTS {
            return Err(SendError::Full);
        }
        self.queued_bytes += payload.len();
        let mut rest = payload;
        while let Some((fragment, after)) =
            rest.split_at_checked(FRAGMENT_BYTES).filter(|(_, after)| !after.is_empty())
        {
            self.queue.push_back((MORE, Zeroizing::new(fragment.to_vec())));
            rest = after;
        }
        self.queue.push_back((LAST, Zeroizing::new(rest.to_vec())));
        Ok(())
    }

    /// Seals what the window admits; whether anything was.
    pub(super) fn seal_queued(&mut self, acknowledged: u64, now: u64) -> bool {
        let mut sealed_any = false;
        while (self.unacknowledged.len() as u64) < WINDOW {
            let Some((part, fragment)) = self.queue.pop_front() else { break };
            self.queued_bytes = self.queued_bytes.saturating_sub(fragment.len());
            let plain = Zeroizing::new([&[part], &acknowledged.to_le_bytes()[..], &fragment].concat());
            let Some(frame) =
                self.data.seal(|number| wire::header(wire::DATA, &self.session, number), &plain)
            else {
                break;
            };
            self.outgoing.push_back(frame.clone());
            self.unacknowledged.push_back(frame);
            sealed_any = true;
        }
        if sealed_any && self.resend_at.is_none() {
            self.resend_at = Some(now.saturating_add(self.wait_ms));
        }
        sealed_any
    }

    /// Seals an acknowledgement that nothing else carries. Only the newest waits.
    pub(super) fn seal_ack(&mut self, acknowledged: u64) {
        self.ack = self
            .acks
            .seal(|number| wire::header(wire::ACK, &self.session, number), &acknowledged.to_le_bytes());
    }

    /// The peer has everything below `up_to`.
    pub(super) fn acknowledged(&mut self, up_to: u64, now: u64) {
        if up_to <= self.base || up_to > self.data.next() {
            return;
        }
        for _ in self.base..up_to {
            self.unacknowledged.pop_front();
        }
        self.base = up_to;
        self.wait_ms = FIRST_WAIT_MS;
        self.resend_at = (!self.unacknowledged.is_empty()).then(|| now.saturating_add(self.wait_ms));
        if self.base < self.suspect {
            self.resend(BURST);
        }
    }

    pub(super) fn tick(&mut self, now: u64) {
        if self.resend_at.is_some_and(|at| at <= now) {
            self.wait_ms = (self.wait_ms * 2).min(LAST_WAIT_MS);
            self.resend_at = Some(now.saturating_add(self.wait_ms));
            self.suspect = self.data.next();
            // The mailbox of a peer that is away still holds them, most likely: one is enough to ask, and the
            // answer says what else is missing.
            self.resend(1);
        }
    }

    pub(super) fn resend_all(&mut self, now: u64) {
        self.resend(self.unacknowledged.len());
        self.wait_ms = FIRST_WAIT_MS;
        self.resend_at = (!self.unacknowledged.is_empty()).then(|| now.saturating_add(self.wait_ms));
    }

    pub(super) fn next_tick(&self) -> Option<u64> {
        self.resend_at
    }

    pub(super) fn is_settled(&self) -> bool {
        self.unacknowledged.is_empty() && self.queue.is_empty()
    }

    pub(super) fn poll(&mut self) -> Option<Vec<u8>> {
        self.outgoing.pop_front().or_else(|| self.ack.take())
    }

    fn resend(&mut self, frames: usize) {
        // What has not even left is not lost.
        if self.outgoing.is_empty() {
            self.outgoing.extend(self.unacknowledged.iter().take(frames).cloned());
        }
    }
}

const FIRST_WAIT_MS: u64 = 2_000;
const LAST_WAIT_MS: u64 = 60_000;
const BURST: usize = 4;
const MAX_QUEUED_FRAGMENTS: usize = 4096;
