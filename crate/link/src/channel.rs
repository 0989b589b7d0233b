//! Ordered, exactly-once, authenticated messages between two paired devices, over mailboxes that may lose,
//! repeat, reorder, delay, alter and invent.
//!
//! Each process opens a session of its own by Noise KKpsk0; nothing of a session is stored. Every frame is
//! sealed once, kept until the peer acknowledges it, and sent again as the same bytes. What does not
//! authenticate, repeats, or belongs to no session is dropped without a word and counted.
//!
//! ```text
//! frame      = version ‖ kind ‖ rest
//! kind 1, 2  = first, second message of Noise KKpsk0; the payload is the protocol version, 2 bytes LE
//! kind 3     = session, 16 bytes ‖ number, 8 bytes LE ‖ sealed(part ‖ acknowledged, 8 bytes LE ‖ fragment)
//! kind 4     = session, 16 bytes ‖ number, 8 bytes LE ‖ sealed(acknowledged, 8 bytes LE)
//! ```
//!
//! The number is the nonce, the header (26 bytes) the associated data. Kinds 3 and 4 have keys of their own,
//! each for each direction.
//!
//! What the layer above must know: a payload handed to [`Channel::send`] arrives once and in order, unless
//! the session ends first; then [`ChannelEvent::Reset`] says that what was under way may or may not have
//! arrived, and what still matters must be said again after [`ChannelEvent::Up`].

mod handshake;
mod receiver;
mod sender;
mod session;
mod wire;

use std::collections::VecDeque;

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::identity::{DeviceCard, DeviceId, Identity};
use crate::mailbox::{ReadToken, WriteToken};
use crate::pairing::Paired;
use handshake::{Attempt, Pending};
use session::Session;
use wire::Frame;

/// Longest payload, in bytes: 1 MiB.
pub const MAX_PAYLOAD_BYTES: usize = 1024 * 1024;

/// Most bytes of payloads that wait to be sealed; beyond, [`Channel::send`] refuses.
pub const MAX_QUEUED_BYTES: usize = 4 * MAX_PAYLOAD_BYTES;

/// What a channel tells the layer above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelEvent {
    /// A payload of the peer.
    Message(Vec<u8>),
    /// The session that was up is gone, because either process began anew: payloads not yet delivered are
    /// lost. `Up` follows at once, or `VersionSkew`.
    Reset,
    /// A session is up: [`Channel::send`] works.
    Up,
    /// The peer's program speaks another version; no session is possible until one of the two is updated.
    VersionSkew {
        /// The version that the peer speaks.
        theirs: u16,
    },
}

/// Why a payload was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No session is up. Send after [`ChannelEvent::Up`].
    #[error("the peer is not connected")]
    Down,
    /// More than [`MAX_QUEUED_BYTES`] wait already.
    #[error("too much waits to be sent to the peer")]
    Full,
    /// The payload is longer than [`MAX_PAYLOAD_BYTES`].
    #[error("the message is too long")]
    TooLong,
}

/// What was dropped, by reason. For tests and diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Of another version, kind or shape.
    pub malformed: u64,
    /// Of a session that is not, or no longer, ours.
    pub foreign: u64,
    /// Seen before, or beyond the window.
    pub stale: u64,
    /// Not sealed by the peer.
    pub unauthenticated: u64,
}

/// A channel to one paired device, for the life of one process.
///
/// Feed it what comes from the mailbox of [`Channel::read_token`]; put what [`Channel::poll_outgoing`] yields
/// into the mailbox of [`Channel::write_token`]; call [`Channel::tick`] when [`Channel::next_tick`] says, and
/// [`Channel::carrier_restored`] when the relay is reached again. Call [`Channel::connect`] once at the start.
///
/// Whatever a channel yields comes from its peer: sender identity is [`Channel::peer`], never a field.
pub struct Channel {
    identity: Identity,
    paired: Paired,
    version: u16,
    attempt: Option<Attempt>,
    redial_at: Option<u64>,
    pending: VecDeque<Pending>,
    session: Option<Session>,
    handshakes: VecDeque<Vec<u8>>,
    last_heard: Option<u64>,
    dropped: Dropped,
}

impl Channel {
    /// A channel to `paired.peer`, not yet connected. `version` is that of the protocol spoken inside;
    /// devices with different ones get [`ChannelEvent::VersionSkew`].
    pub fn new(identity: Identity, paired: Paired, version: u16) -> Self {
        Self {
            identity,
            paired,
            version,
            attempt: None,
            redial_at: None,
            pending: VecDeque::new(),
            session: None,
            handshakes: VecDeque::new(),
            last_heard: None,
            dropped: Dropped::default(),
        }
    }

    /// The device at the other end.
    pub fn peer(&self) -> &DeviceCard {
        &self.paired.peer
    }

    /// Opens the mailbox in which this device finds what the peer sends.
    pub fn read_token(&self) -> &ReadToken {
        &self.paired.read_token
    }

    /// Writes into the mailbox in which the peer reads.
    pub fn write_token(&self) -> &WriteToken {
        &self.paired.write_token
    }

    /// Whether a session is up.
    pub fn is_up(&self) -> bool {
        self.session.is_some()
    }

    /// When something authentic last came from the peer, Unix milliseconds.
    pub fn last_heard(&self) -> Option<u64> {
        self.last_heard
    }

    /// What has been dropped so far.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Whether everything sent has been acknowledged by the peer.
    pub fn is_settled(&self) -> bool {
        self.session.as_ref().is_none_or(Session::is_settled)
    }

    /// Begins to ask the peer for a session, unless that is under way. A session that is up stays up until
    /// the new one replaces it.
    pub fn connect(&mut self, now: u64, rng: &mut dyn CryptoRngCore) {
        self.redial_at = None;
        if self.attempt.is_none() {
            self.attempt = Attempt::begin(&self.identity, &self.paired, self.version, now, rng);
            if let Some(attempt) = &self.attempt {
                self.handshakes.push_back(attempt.first().to_vec());
            }
        }
    }

    /// Takes a payload of at most [`MAX_PAYLOAD_BYTES`] to the peer.
    ///
    /// # Errors
    /// [`SendError`]; the payload has then not been taken.
    pub fn send(&mut self, payload: &[u8], now: u64) -> Result<(), SendError> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(SendError::TooLong);
        }
        self.session.as_mut().ok_or(SendError::Down)?.send(payload, now)
    }

    /// Takes a frame out of the mailbox.
    pub fn receive(&mut self, frame: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<ChannelEvent> {
        match Frame::decode(frame) {
            Some(Frame::First(noise)) => self.first(noise, now, rng),
            Some(Frame::Second(noise)) => self.second(noise, now),
            Some(Frame::Sealed(sealed)) => {
                if let Some(session) = self.session.as_mut().filter(|session| session.id() == sealed.session)
                {
                    let Some(payloads) = session.receive(&sealed, now, &mut self.dropped) else {
                        return vec![];
                    };
                    self.last_heard = Some(now);
                    // Whoever asked in another version does not speak in this session.
                    self.redial_at = None;
                    return payloads.into_iter().map(ChannelEvent::Message).collect();
                }
                if let Some(at) =
                    self.pending.iter().position(|pending| pending.session.id() == sealed.session)
                {
                    return self.promote(at, &sealed, now);
                }
                self.dropped.foreign += 1;
                self.peer_seems_lost(now, rng);
                vec![]
            }
            None => {
                self.dropped.malformed += 1;
                vec![]
            }
        }
    }

    /// Lets time pass: repeats what was not acknowledged, asks again for a session.
    pub fn tick(&mut self, now: u64, rng: &mut dyn CryptoRngCore) {
        if self.redial_at.is_some_and(|at| at <= now) {
            self.connect(now, rng);
        }
        if let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.is_due(now))
            && self.handshakes.is_empty()
        {
            self.handshakes.push_back(attempt.again(now));
        }
        if let Some(session) = &mut self.session {
            session.tick(now);
        }
    }

    /// When to call [`Channel::tick`] next.
    pub fn next_tick(&self) -> Option<u64> {
        let attempt = self.attempt.as_ref().map(Attempt::due);
        let session = self.session.as_ref().and_then(Session::next_tick);
        [self.redial_at, attempt, session].into_iter().flatten().min()
    }

    /// The relay is reached again and may have lost what it held: what is not acknowledged is sent again.
    pub fn carrier_restored(&mut self, now: u64) {
        self.ask_again(now);
        if let Some(session) = &mut self.session {
            session.resend_all(now);
        }
    }

    /// The next frame to put into the peer's mailbox.
    pub fn poll_outgoing(&mut self) -> Option<Vec<u8>> {
        self.handshakes.pop_front().or_else(|| self.session.as_mut().and_then(Session::poll_outgoing))
    }

    fn first(&mut self, noise: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<ChannelEvent> {
        if let Some(pending) = self.pending.iter().find(|pending| pending.answers(noise)) {
            // The peer has not got our answer. The same bytes again, so that this costs and changes nothing.
            let second = pending.second.clone();
            self.answer(second);
            return vec![];
        }
        if self.session.as_ref().is_some_and(|session| session.was_opened_by(noise)) {
            self.dropped.stale += 1;
            return vec![];
        }
        if self.attempt.is_some() && self.identity.id() < self.peer_id() {
            // Both ask at once: the lower id's question stands. But the peer must have it: it is awake now.
            self.ask_again(now);
            return vec![];
        }
        let Some((pending, theirs)) = Pending::answer(&self.identity, &self.paired, self.version, noise, rng)
        else {
            self.dropped.unauthenticated += 1;
            return vec![];
        };
        self.answer(pending.second.clone());
        if theirs != self.version {
            if !self.is_up() {
                return vec![ChannelEvent::VersionSkew { theirs }];
            }
            // A repeated old question must not disturb a session that works; but if the peer's program was
            // replaced, nothing comes in this session any more, and the answer to a question of ours says so.
            self.redial_at.get_or_insert(now.saturating_add(SILENCE_MS));
            return vec![];
        }
        self.pending.push_back(pending);
        if self.pending.len() > MAX_PENDING {
            self.pending.pop_front();
        }
        vec![]
    }

    fn second(&mut self, noise: &[u8], now: u64) -> Vec<ChannelEvent> {
        let Some(attempt) = &mut self.attempt else {
            self.dropped.stale += 1;
            return vec![];
        };
        let Some(theirs) = attempt.read(noise) else {
            self.dropped.unauthenticated += 1;
            return vec![];
        };
        let attempt = self.attempt.take();
        self.last_heard = Some(now);
        if theirs != self.version {
            self.redial_at = Some(now.saturating_add(SKEW_REDIAL_MS));
            // This answer is to a fresh question: whatever was up, the peer has it no longer.
            let reset = self.session.take().map(|_| ChannelEvent::Reset);
            return reset.into_iter().chain([ChannelEvent::VersionSkew { theirs }]).collect();
        }
        let Some(session) = attempt.and_then(|attempt| attempt.finish(now)) else { return vec![] };
        self.pending.clear();
        self.replace(session)
    }

    /// The first authentic frame of a session that we answered makes it the session.
    fn promote(&mut self, at: usize, sealed: &wire::Sealed<'_>, now: u64) -> Vec<ChannelEvent> {
        let Some(pending) = self.pending.get_mut(at) else { return vec![] };
        let Some(payloads) = pending.session.receive(sealed, now, &mut self.dropped) else { return vec![] };
        self.last_heard = Some(now);
        // Older answers go to questions from before this one.
        let mut newer = self.pending.split_off(at);
        let Some(pending) = newer.pop_front() else { return vec![] };
        self.pending = newer;
        self.attempt = None;
        let mut events = self.replace(pending.session);
        events.extend(payloads.into_iter().map(ChannelEvent::Message));
        events
    }

    fn replace(&mut self, session: Session) -> Vec<ChannelEvent> {
        self.redial_at = None;
        match self.session.replace(session) {
            Some(_) => vec![ChannelEvent::Reset, ChannelEvent::Up],
            None => vec![ChannelEvent::Up],
        }
    }

    /// Somebody sends into a session we do not have. If ours is dead silent, too, ask for a new one.
    fn peer_seems_lost(&mut self, now: u64, rng: &mut dyn CryptoRngCore) {
        match &self.session {
            None => self.ask_again(now),
            Some(session) => {
                let silent = self.last_heard.is_none_or(|at| now.saturating_sub(at) >= SILENCE_MS);
                if silent && !session.is_settled() && self.attempt.is_none() {
                    self.connect(now, rng);
                }
            }
        }
    }

    /// Repeats our question at once, if it was not asked just now.
    fn ask_again(&mut self, now: u64) {
        if let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.may_hurry(now))
            && self.handshakes.is_empty()
        {
            self.handshakes.push_back(attempt.hurry(now));
        }
    }

    fn answer(&mut self, second: Vec<u8>) {
        if self.handshakes.len() < MAX_HANDSHAKES_QUEUED {
            self.handshakes.push_back(second);
        }
    }

    fn peer_id(&self) -> DeviceId {
        self.paired.peer.id()
    }
}

/// Bytes that are wiped when dropped.
type Plain = Zeroizing<Vec<u8>>;

const MAX_PENDING: usize = 4;
const MAX_HANDSHAKES_QUEUED: usize = 8;
const SKEW_REDIAL_MS: u64 = 60_000;
const SILENCE_MS: u64 = 10_000;
