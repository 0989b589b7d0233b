//! The receiving half of a session: order, reassembly, and acknowledgement.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::sender::{FRAGMENT_BYTES, GREETING, LAST, MORE, WINDOW};
use super::wire::Sealed;
use super::{Dropped, MAX_PAYLOAD_BYTES, Plain};
use crate::seal::OpenKey;

pub(super) struct Receiver {
    data: OpenKey,
    acks: OpenKey,
    /// The number of the next frame in order.
    next: u64,
    ahead: BTreeMap<u64, (u8, Plain)>,
    partial: Plain,
    /// The number that the next acknowledgement must at least have.
    next_ack: u64,
    unacknowledged: u32,
    ack_at: Option<u64>,
}

/// What an authentic frame brought.
pub(super) struct Received {
    /// The peer has everything below this number.
    pub(super) acknowledged: u64,
    /// Payloads that are complete now, in order.
    pub(super) payloads: Vec<Vec<u8>>,
}

impl Receiver {
    pub(super) fn new(data: &[u8; 32], acks: &[u8; 32]) -> Self {
        Self {
            data: OpenKey::new(data),
            acks: OpenKey::new(acks),
            next: 0,
            ahead: BTreeMap::new(),
            partial: Zeroizing::new(vec![]),
            next_ack: 0,
            unacknowledged: 0,
            ack_at: None,
        }
    }

    pub(super) fn data(&mut self, sealed: &Sealed<'_>, now: u64, dropped: &mut Dropped) -> Option<Received> {
        if sealed.number >= self.next.saturating_add(WINDOW) {
            dropped.stale += 1;
            return None;
        }
        let Some(plain) = self.data.open(sealed.number, sealed.header, sealed.body) else {
            dropped.unauthenticated += 1;
            return None;
        };
        if sealed.number < self.next || self.ahead.contains_key(&sealed.number) {
            dropped.stale += 1;
            // The peer repeats itself: it misses an acknowledgement.
            self.ack_at = Some(now);
            return None;
        }
        let (part, rest) = plain.split_first()?;
        let (acknowledged, fragment) = rest.split_at_checked(8)?;
        if fragment.len() > FRAGMENT_BYTES {
            return None;
        }
        let acknowledged = u64::from_le_bytes(acknowledged.try_into().ok()?);
        self.ahead.insert(sealed.number, (*part, Zeroizing::new(fragment.to_vec())));
        self.ack_soon(now);
        Some(Received { acknowledged, payloads: self.take_in_order() })
    }

    pub(super) fn ack(&mut self, sealed: &Sealed<'_>, dropped: &mut Dropped) -> Option<Received> {
        if sealed.number < self.next_ack {
            dropped.stale += 1;
            return None;
        }
        let Some(plain) = self.acks.open(sealed.number, sealed.header, sealed.body) else {
            dropped.unauthenticated += 1;
            return None;
        };
        let acknowledged = u64::from_le_bytes(plain.as_slice().try_into().ok()?);
        self.next_ack = sealed.number.saturating_add(1);
        Some(Received { acknowledged, payloads: vec![] })
    }

    /// Everything below this number has been received.
    pub(super) fn acknowledged(&self) -> u64 {
        self.next
    }

    /// When an acknowledgement must go out by itself.
    pub(super) fn ack_due(&self) -> Option<u64> {
        self.ack_at
    }

    pub(super) fn ack_sent(&mut self) {
        self.unacknowledged = 0;
        self.ack_at = None;
    }

    fn ack_soon(&mut self, now: u64) {
        self.unacknowledged += 1;
        if self.unacknowledged >= ACK_EVERY {
            self.ack_at = Some(now);
        } else if self.ack_at.is_none() {
            self.ack_at = Some(now.saturating_add(ACK_DELAY_MS));
        }
    }

    fn take_in_order(&mut self) -> Vec<Vec<u8>> {
        let mut payloads = vec![];
        while let Some((part, mut fragment)) = self.ahead.remove(&self.next) {
            self.next += 1;
            if part == GREETING || self.partial.len() + fragment.len() > MAX_PAYLOAD_BYTES {
                // Longer than any honest peer sends: what is too long is lost, the rest goes on.
                self.partial.clear();
                continue;
            }
            self.partial.append(&mut fragment);
            match part {
                LAST => payloads.push(core::mem::take(&mut *self.partial)),
                MORE => {}
                _ => self.partial.clear(),
            }
        }
        payloads
    }
}

const ACK_DELAY_MS: u64 = 100;
const ACK_EVERY: u32 = 8;
