//! The device that reads the code.

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::compare::{Comparing, Sender};
use super::invitation::{INVITATION_TTL_MS, Invitation};
use super::message::{Envelope, Greeting, Message, Side, commitment, decode, encode};
use super::outbox::Outbox;
use super::{MAX_WRONG_HANDSHAKES, NotComparing, PAIRING_VERSION, PairingEvent, PairingFailure};
use crate::identity::{DeviceCard, Identity};
use crate::mailbox::{ReadToken, WriteToken};
use crate::noise::{Handshake, Role};

/// The pairing as the joining device sees it; driven like [`Inviter`](super::Inviter).
pub struct Joiner {
    identity: Identity,
    card: DeviceCard,
    invitation: Invitation,
    envelope: Envelope,
    outbox: Outbox,
    state: State,
    wrong: u32,
    deadline: u64,
}

enum State {
    /// The first message is out. The handshake is `None` only if it could not be begun.
    Asked(Option<Box<Handshake>>),
    /// The handshake is done.
    Comparing(Box<Comparing>),
    /// Over before it was done.
    Dead,
}

impl Joiner {
    /// Answers `invitation`; the first message is ready in [`Joiner::poll_outgoing`]. `card` is what the
    /// inviting device will be shown.
    pub fn new(
        identity: Identity,
        card: DeviceCard,
        invitation: Invitation,
        now: u64,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let envelope = Envelope::new(&invitation, Side::Joiner);
        let mut outbox = Outbox::default();
        let mut handshake = Handshake::pairing(Role::Initiator, &identity, invitation.secret(), rng);
        if let Some(first) = handshake.as_mut().and_then(|handshake| handshake.write(&[])) {
            outbox.begin(envelope.seal(&Message::First(first), rng), now);
        }
        let deadline = now.saturating_add(INVITATION_TTL_MS);
        let state = State::Asked(handshake.map(Box::new));
        Self { identity, card, invitation, envelope, outbox, state, wrong: 0, deadline }
    }

    /// The invitation that is answered.
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }

    /// Opens the mailbox to read.
    pub fn read_token(&self) -> ReadToken {
        self.invitation.joiner_mailbox()
    }

    /// Writes into the mailbox in which the inviter reads.
    pub fn write_token(&self) -> WriteToken {
        self.invitation.inviter_mailbox().write_token()
    }

    /// Takes a message out of the mailbox. What does not come from a holder of the code is ignored.
    pub fn receive(&mut self, bytes: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        let Some(message) = self.envelope.open(bytes) else { return vec![] };
        match (message, &mut self.state) {
            (Message::Second(noise), State::Asked(_)) => self.second(&noise, now, rng),
            (Message::Sealed { number, word }, State::Comparing(comparing)) => {
                let mut out = Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng };
                comparing.receive(number, &word, &mut out, now)
            }
            (Message::Refused(refused), State::Asked(_)) => vec![self.die(refused.into())],
            _ => vec![],
        }
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
        match &mut self.state {
            State::Comparing(comparing) => comparing
                .confirm(&mut Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng }, now),
            State::Asked(_) => Err(NotComparing::TooEarly),
            State::Dead => Err(NotComparing::Over),
        }
    }

    /// This device's owner says that the symbols differ, or gives up.
    ///
    /// # Errors
    /// [`NotComparing::Over`] after the end.
    pub fn deny(&mut self, now: u64, rng: &mut dyn CryptoRngCore) -> Result<Vec<PairingEvent>, NotComparing> {
        match &mut self.state {
            State::Comparing(comparing) => {
                comparing.deny(&mut Sender { envelope: &self.envelope, outbox: &mut self.outbox, rng }, now)
            }
            State::Asked(_) => Ok(vec![self.die(PairingFailure::Denied)]),
            State::Dead => Err(NotComparing::Over),
        }
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: u64) -> Vec<PairingEvent> {
        match &mut self.state {
            State::Comparing(comparing) => comparing.tick(&mut self.outbox, now),
            State::Asked(_) if now >= self.deadline => vec![self.die(PairingFailure::NoAnswer)],
            State::Asked(_) => {
                self.outbox.tick(now);
                vec![]
            }
            State::Dead => vec![],
        }
    }

    /// When to call [`Joiner::tick`] next.
    pub fn next_tick(&self) -> Option<u64> {
        match &self.state {
            State::Comparing(comparing) => comparing.next_tick(&self.outbox),
            State::Asked(_) => {
                Some(self.outbox.next_tick().map_or(self.deadline, |at| at.min(self.deadline)))
            }
            State::Dead => None,
        }
    }

    /// The relay lost its memory or the connection came back: what may be lost is sent again.
    pub fn carrier_restored(&mut self, now: u64) {
        self.outbox.again(now);
    }

    /// The next message to put into the inviter's mailbox.
    pub fn poll_outgoing(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop()
    }

    fn second(&mut self, noise: &[u8], now: u64, rng: &mut dyn CryptoRngCore) -> Vec<PairingEvent> {
        let State::Asked(asked) = &mut self.state else { return vec![] };
        // A failed read leaves the handshake as it was, so that the right answer may still come.
        let Some(plain) = asked.as_mut().and_then(|handshake| handshake.read(noise)) else {
            return self.count_wrong();
        };
        // From here on the handshake has moved and another second message cannot be read.
        let Some(mut handshake) = asked.take() else { return vec![] };
        let Some(greeting) = decode::<Greeting>(&plain) else {
            return vec![self.die(PairingFailure::Tampered)];
        };
        if handshake.peer_key() != Some(greeting.card.noise_key()) {
            return vec![self.die(PairingFailure::Tampered)];
        }
        if greeting.card.id() == self.identity.id() {
            return vec![self.die(PairingFailure::SameDevice)];
        }
        let theirs = greeting.version;
        let mut nonce = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *nonce);
        let read_token = ReadToken::draw(rng);
        let mine = Greeting {
            version: PAIRING_VERSION,
            card: self.card.clone(),
            write_token: read_token.write_token(),
            commitment: commitment(Side::Joiner, &nonce),
        };
        let third = handshake.write(&Zeroizing::new(encode(&mine)));
        let (Some(third), Some(split)) = (third, handshake.split()) else {
            return vec![self.die(PairingFailure::Tampered)];
        };
        // Sent even at a skew, so that the inviter can tell its owner too.
        self.outbox.begin(self.envelope.seal(&Message::Third(third), rng), now);
        if theirs != PAIRING_VERSION {
            self.state = State::Dead;
            self.outbox.rest();
            return vec![PairingEvent::Failed(PairingFailure::VersionSkew { theirs })];
        }
        let comparing = Comparing::new(Side::Joiner, &split, nonce, read_token, greeting, now);
        self.state = State::Comparing(Box::new(comparing));
        vec![]
    }

    fn count_wrong(&mut self) -> Vec<PairingEvent> {
        self.wrong += 1;
        if self.wrong < MAX_WRONG_HANDSHAKES {
            return vec![];
        }
        vec![self.die(PairingFailure::TooManyAttempts)]
    }

    fn die(&mut self, failure: PairingFailure) -> PairingEvent {
        self.state = State::Dead;
        self.outbox = Outbox::default();
        PairingEvent::Failed(failure)
    }
}
