//! The device that shows the code.

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::compare::{Comparing, Sender};
use super::invitation::Invitation;
use super::message::{Envelope, Greeting, Message, Refused, Side, commitment, decode, encode};
use super::outbox::Outbox;
use super::{MAX_WRONG_HANDSHAKES, NotComparing, PAIRING_VERSION, PairingEvent, PairingFailure};
use crate::identity::{DeviceCard, Identity};
use crate::mailbox::{ReadToken, WriteToken};
use crate::noise::{Handshake, Role};

/// The pairing as the inviting device sees it.
///
/// Feed it what comes from the mailbox of [`Inviter::read_token`]; put what [`Inviter::poll_outgoing`] yields
/// into the mailbox of [`Inviter::write_token`]; call [`Inviter::tick`] when [`Inviter::next_tick`] says.
/// After [`PairingEvent::Paired`] or `Failed` keep it until the invitation has expired, if possible: it then
/// still answers a peer that missed the last word, and tells a second scanner why it is refused.
pub struct Inviter {
    identity: Identity,
    card: DeviceCard,
    invitation: Invitation,
    envelope: Envelope,
    outbox: Outbox,
    state: State,
    seen: Vec<[u8; 32]>,
    wrong: u32,
    refusals: u32,
}

enum State {
    /// Nobody has come yet, or the last one was wrong.
    Open,
    /// Somebody has sent a first message and got the second.
    Answered(Box<Answered>),
    /// The handshake is done: the invitation is used.
    Comparing(Box<Comparing>),
    /// The invitation was never used and cannot be any more.
    Dead(Refused),
}

struct Answered {
    handshake: Handshake,
    nonce: Zeroizing<[u8; 32]>,
    read_token: ReadToken,
    first: [u8; 32],
}

impl Inviter {
    /// Starts to wait for a device that has read `invitation`. `card` is what it will be shown.
    pub fn new(identity: Identity, card: DeviceCard, invitation: Invitation) -> Self {
        let envelope = Envelope::new(&invitation, Side::Inviter);
        Self {
            identity,
            card,
            invitation,
            envelope,
            outbox: Outbox::default(),
            state: State::Open,
            seen: vec![],
            wrong: 0,
            refusals: 0,
        }
    }

    /// The invitation to show.
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }

    /// Opens the mailbox to read.
    pub fn read_token(&self) -> ReadToken {
        self.invitation.inviter_mailbox()
    }

    /// Writes into the mailbox in which the joiner reads.
    pub fn write_token(&self) -> WriteToken {
        self.invitation.joiner_mailbox().write_token()
    }

    /// Takes a message out of the mailbox. What does not come from a holder of the code is ignored.
    pub fn receive(&mut self, bytes: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        let mut events = self.expire(now);
        let Some(message) = self.envelope.open(bytes) else { return events };
        events.extend(match message {
            Message::First(noise) => self.first(&noise, now, rng),
            Message::Third(noise) => self.third(&noise, now, rng),
            Message::Sealed { number, word } => match &mut self.state {
                State::Comparing(comparing) => {
                    let mut out = Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng };
                    comparing.receive(number, &word, &mut out, now)
                }
                _ => vec![],
            },
            Message::Second(_) | Message::Refused(_) => vec![],
        });
        events
    }

    /// This device's owner says that both show the same symbols.
    ///
    /// # Errors
    /// [`NotComparing`] before the symbols have been shown and after the end.
    pub fn confirm(
        &mut self,
        now: u64,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Vec<PairingEvent>, NotComparing> {
        let State::Comparing(comparing) = &mut self.state else { return Err(self.not_comparing()) };
        comparing.confirm(&mut Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng }, now)
    }

    /// This device's owner says that the symbols differ, or gives up. Ends the invitation.
    ///
    /// # Errors
    /// [`NotComparing::Over`] after the end.
    pub fn deny(&mut self, now: u64, rng: &mut dyn CryptoRngCore) -> Result<Vec<PairingEvent>, NotComparing> {
        match &mut self.state {
            State::Comparing(comparing) => {
                comparing.deny(&mut Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng }, now)
            }
            State::Dead(_) => Err(NotComparing::Over),
            State::Open | State::Answered(_) => Ok(vec![self.die(Refused::Used, PairingFailure::Denied)]),
        }
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: u64) -> Vec<PairingEvent> {
        match &mut self.state {
            State::Comparing(comparing) => comparing.tick(&mut self.outbox, now),
            _ => {
                let events = self.expire(now);
                self.outbox.tick(now);
                events
            }
        }
    }

    /// When to call [`Inviter::tick`] next.
    pub fn next_tick(&self) -> Option<u64> {
        match &self.state {
            State::Comparing(comparing) => comparing.next_tick(&self.outbox),
            State::Dead(_) => None,
            State::Open | State::Answered(_) => {
                let expiry = self.invitation.expires_ms();
                Some(self.outbox.next_tick().map_or(expiry, |at| at.min(expiry)))
            }
        }
    }

    /// The relay lost its memory or the connection came back: what may be lost is sent again.
    pub fn carrier_restored(&mut self, now: u64) {
        self.outbox.again(now);
    }

    /// The next message to put into the joiner's mailbox.
    pub fn poll_outgoing(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop()
    }

    fn first(&mut self, noise: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        let first: [u8; 32] = Sha256::digest(noise).into();
        match &self.state {
            State::Answered(answered) if answered.first == first => {
                self.outbox.again(now);
                return vec![];
            }
            // The winner's own first message, late or repeated.
            _ if self.seen.contains(&first) => return vec![],
            State::Comparing(_) => return self.refuse(Refused::Used, rng),
            State::Dead(refused) => {
                let refused = *refused;
                return self.refuse(refused, rng);
            }
            State::Answered(_) => {
                // Another device, or the same after a reload. The one before it has failed.
                let events = self.count_wrong();
                if let State::Dead(refused) = self.state {
                    self.refuse(refused, rng);
                    return events;
                }
            }
            State::Open => {}
        }
        self.seen.push(first);
        match self.answer(noise, first, now, rng) {
            Some(()) => vec![],
            None => self.count_wrong(),
        }
    }

    fn answer(&mut self, noise: &[u8], first: [u8; 32], now: u64, rng: &mut dyn CryptoRngCore) -> Option<()> {
        let mut handshake =
            Handshake::pairing(Role::Responder, &self.identity, self.invitation.secret(), rng)?;
        handshake.read(noise).filter(|payload| payload.is_empty())?;
        let mut nonce = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *nonce);
        let read_token = ReadToken::draw(rng);
        let greeting = Greeting {
            version: PAIRING_VERSION,
            card: self.card.clone(),
            write_token: read_token.write_token(),
            commitment: commitment(Side::Inviter, &nonce),
        };
        let second = handshake.write(&Zeroizing::new(encode(&greeting)))?;
        self.outbox.begin(self.envelope.seal(&Message::Second(second), rng), now);
        self.state = State::Answered(Box::new(Answered { handshake, nonce, read_token, first }));
        Some(())
    }

    fn third(&mut self, noise: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        let answered = match core::mem::replace(&mut self.state, State::Open) {
            State::Answered(answered) => answered,
            other => {
                self.state = other;
                return vec![];
            }
        };
        let Answered { mut handshake, nonce, read_token, .. } = *answered;
        let Some(greeting) = handshake.read(noise).and_then(|plain| decode::<Greeting>(&plain)) else {
            return self.count_wrong();
        };
        if handshake.peer_key() != Some(greeting.card.noise_key()) {
            return self.count_wrong();
        }
        if greeting.version != PAIRING_VERSION {
            let theirs = greeting.version;
            return vec![self.die(Refused::Used, PairingFailure::VersionSkew { theirs })];
        }
        if greeting.card.id() == self.identity.id() {
            return vec![self.die(Refused::Used, PairingFailure::SameDevice)];
        }
        let Some(split) = handshake.split() else { return self.count_wrong() };
        let mut comparing = Comparing::new(Side::Inviter, &split, nonce, read_token, greeting, now);
        self.outbox = Outbox::default();
        comparing.reveal(&mut Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng }, now);
        self.state = State::Comparing(Box::new(comparing));
        vec![]
    }

    fn count_wrong(&mut self) -> Vec<PairingEvent> {
        self.wrong += 1;
        self.outbox = Outbox::default();
        self.state = State::Open;
        if self.wrong < MAX_WRONG_HANDSHAKES {
            return vec![];
        }
        vec![self.die(Refused::TooManyAttempts, PairingFailure::TooManyAttempts)]
    }

    fn expire(&mut self, now: u64) -> Vec<PairingEvent> {
        match self.state {
            State::Open | State::Answered(_) if now >= self.invitation.expires_ms() => {
                vec![self.die(Refused::Expired, PairingFailure::Expired)]
            }
            _ => vec![],
        }
    }

    fn die(&mut self, refused: Refused, failure: PairingFailure) -> PairingEvent {
        self.state = State::Dead(refused);
        self.outbox = Outbox::default();
        PairingEvent::Failed(failure)
    }

    fn refuse(&mut self, refused: Refused, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        // A holder of the code must not make us talk without end.
        if self.refusals < MAX_REFUSALS {
            self.refusals += 1;
            self.outbox.once(self.envelope.seal(&Message::Refused(refused), rng));
        }
        vec![]
    }

    fn not_comparing(&self) -> NotComparing {
        if matches!(self.state, State::Dead(_)) { NotComparing::Over } else { NotComparing::TooEarly }
    }
}

const MAX_REFUSALS: u32 = 16;
