//! The question for a session, and the answer to one.

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};

use super::session::Session;
use super::wire;
use crate::identity::{DeviceId, Identity};
use crate::noise::{Handshake, Role};
use crate::pairing::Paired;

/// A question that is out.
pub(super) struct Attempt {
    handshake: Handshake,
    first: Vec<u8>,
    sent_at: u64,
    wait_ms: u64,
}

impl Attempt {
    pub(super) fn begin(
        identity: &Identity,
        paired: &Paired,
        version: u16,
        now: u64,
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Self> {
        let prologue = prologue(&identity.id(), &paired.peer.id());
        let peer = paired.peer.noise_key();
        let psk = paired.psk.as_bytes();
        let mut handshake = Handshake::channel(Role::Initiator, identity, &peer, psk, &prologue, rng)?;
        let first = wire::handshake(wire::FIRST, &handshake.write(&version.to_le_bytes())?);
        Some(Self { handshake, first, sent_at: now, wait_ms: FIRST_WAIT_MS })
    }

    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }

    pub(super) fn due(&self) -> u64 {
        self.sent_at.saturating_add(self.wait_ms)
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.due() <= now
    }

    /// The same question again, and a longer wait after it.
    pub(super) fn again(&mut self, now: u64) -> Vec<u8> {
        self.sent_at = now;
        self.wait_ms = (self.wait_ms * 2).min(LAST_WAIT_MS);
        self.first.clone()
    }

    /// Whether the question is old enough to be repeated because the peer was seen.
    pub(super) fn may_hurry(&self, now: u64) -> bool {
        now.saturating_sub(self.sent_at) >= HURRY_MS
    }

    /// The same question again, because the peer was seen.
    pub(super) fn hurry(&mut self, now: u64) -> Vec<u8> {
        self.sent_at = now;
        self.wait_ms = FIRST_WAIT_MS;
        self.first.clone()
    }

    /// Reads an answer: the peer's version. `None`, changing nothing, if it is not one to this question.
    pub(super) fn read(&mut self, noise: &[u8]) -> Option<u16> {
        let payload = self.handshake.read(noise)?;
        Some(u16::from_le_bytes(payload.as_slice().try_into().ok()?))
    }

    /// The session, once the answer has been read. Its first frame tells the peer that it is up.
    pub(super) fn finish(self, now: u64) -> Option<Session> {
        let mut session = Session::new(Role::Initiator, &self.handshake.split()?, None);
        session.greet(now);
        Some(session)
    }
}

/// A session that we answered, but that the peer has not used yet.
pub(super) struct Pending {
    question: [u8; 32],
    pub(super) second: Vec<u8>,
    pub(super) session: Session,
}

impl Pending {
    /// Answers a question; with the version of who asks. `None` if it is not the peer's.
    pub(super) fn answer(
        identity: &Identity,
        paired: &Paired,
        version: u16,
        noise: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Option<(Self, u16)> {
        let prologue = prologue(&paired.peer.id(), &identity.id());
        let peer = paired.peer.noise_key();
        let psk = paired.psk.as_bytes();
        let mut handshake = Handshake::channel(Role::Responder, identity, &peer, psk, &prologue, rng)?;
        let payload = handshake.read(noise)?;
        let theirs = u16::from_le_bytes(payload.as_slice().try_into().ok()?);
        let second = wire::handshake(wire::SECOND, &handshake.write(&version.to_le_bytes())?);
        let question = question(noise);
        let session = Session::new(Role::Responder, &handshake.split()?, Some(question));
        Some((Self { question, second, session }, theirs))
    }

    /// Whether this is the answer to that question.
    pub(super) fn answers(&self, noise: &[u8]) -> bool {
        self.question == question(noise)
    }
}

/// What a question is recognised by.
pub(super) fn question(noise: &[u8]) -> [u8; 32] {
    Sha256::digest(noise).into()
}

fn prologue(initiator: &DeviceId, responder: &DeviceId) -> Vec<u8> {
    [b"symbolon/channel/1", &initiator.0[..], &responder.0[..]].concat()
}

const FIRST_WAIT_MS: u64 = 5_000;
const LAST_WAIT_MS: u64 = 60_000;
const HURRY_MS: u64 = 1_000;
