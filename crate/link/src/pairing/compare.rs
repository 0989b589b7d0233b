//! After the handshake, alike for both sides: reveal, compare, confirm.

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::message::{Envelope, Greeting, Message, Side, Word, commitment, decode, encode};
use super::outbox::Outbox;
use super::symbols::Symbols;
use super::{COMPARE_MS, ChannelPsk, NotComparing, Paired, PairingEvent, PairingFailure};
use crate::mailbox::ReadToken;
use crate::noise::Split;
use crate::seal::{OpenKey, SealKey, derive};

/// The handshake is done; the owners have not both spoken.
pub(super) struct Comparing {
    side: Side,
    handshake: [u8; 32],
    nonce: Zeroizing<[u8; 32]>,
    peer_commitment: [u8; 32],
    seal: SealKey,
    open: OpenKey,
    next: u64,
    paired: Paired,
    deadline: u64,
    shown: bool,
    revealed: bool,
    confirmed: bool,
    confirmed_by_peer: bool,
    over: bool,
}

impl Comparing {
    pub(super) fn new(
        side: Side,
        split: &Split,
        nonce: Zeroizing<[u8; 32]>,
        read_token: ReadToken,
        peer: Greeting,
        now: u64,
    ) -> Self {
        let secret = Zeroizing::new([*split.from_initiator, *split.from_responder].concat());
        let key = |label| derive(&secret, &split.hash, label);
        let (of_inviter, of_joiner) = (key("symbolon/pairing/inviter"), key("symbolon/pairing/joiner"));
        let (outgoing, incoming) = match side {
            Side::Inviter => (of_inviter, of_joiner),
            Side::Joiner => (of_joiner, of_inviter),
        };
        Self {
            side,
            handshake: split.hash,
            nonce,
            peer_commitment: peer.commitment,
            seal: SealKey::new(&outgoing),
            open: OpenKey::new(&incoming),
            next: 0,
            paired: Paired {
                peer: peer.card,
                psk: ChannelPsk::from_bytes(&key("symbolon/channel/psk")),
                read_token,
                write_token: peer.write_token,
            },
            deadline: now.saturating_add(COMPARE_MS),
            shown: false,
            revealed: false,
            confirmed: false,
            confirmed_by_peer: false,
            over: false,
        }
    }

    /// Reveals our nonce, if that has not been done. The peer's commitment is part of `self`, so it is known.
    pub(super) fn reveal(&mut self, out: &mut Sender<'_>, now: u64) {
        if !self.revealed {
            self.revealed = true;
            let word = Word::Reveal(*self.nonce);
            self.say(&word, out, now);
        }
    }

    /// Takes a message of the peer; whatever is not its next word is ignored.
    pub(super) fn receive(
        &mut self,
        number: u64,
        sealed: &[u8],
        out: &mut Sender<'_>,
        now: u64,
    ) -> Vec<PairingEvent> {
        let Some(word) = self.open.open(number, &[], sealed).and_then(|plain| decode::<Word>(&plain)) else {
            return vec![];
        };
        if number < self.next {
            // The peer repeats itself: it misses our answer. Only a finished side has no clock of its own.
            if self.over {
                out.outbox.again(now);
                out.outbox.rest();
            }
            return vec![];
        }
        if number > self.next || self.over {
            return vec![];
        }
        self.next += 1;
        match word {
            Word::Reveal(nonce) => self.peer_revealed(&nonce, out, now),
            Word::Confirmed if self.shown && !self.confirmed_by_peer => {
                self.confirmed_by_peer = true;
                match self.confirmed {
                    true => vec![self.pair(out)],
                    false => vec![PairingEvent::PeerConfirmed],
                }
            }
            Word::Confirmed => vec![],
            Word::Denied => vec![self.fail(PairingFailure::DeniedByPeer, out)],
        }
    }

    fn peer_revealed(&mut self, nonce: &[u8; 32], out: &mut Sender<'_>, now: u64) -> Vec<PairingEvent> {
        if self.shown {
            return vec![];
        }
        if commitment(self.side.other(), nonce) != self.peer_commitment {
            return vec![self.fail(PairingFailure::Tampered, out)];
        }
        self.reveal(out, now);
        self.shown = true;
        let (inviter, joiner) = match self.side {
            Side::Inviter => (&*self.nonce, nonce),
            Side::Joiner => (nonce, &*self.nonce),
        };
        let symbols = Symbols::of(&self.handshake, inviter, joiner);
        vec![PairingEvent::Symbols { symbols, peer_name: self.paired.peer.name().to_owned() }]
    }

    /// This device's owner says that the symbols are the same.
    pub(super) fn confirm(
        &mut self,
        out: &mut Sender<'_>,
        now: u64,
    ) -> Result<Vec<PairingEvent>, NotComparing> {
        if self.over {
            return Err(NotComparing::Over);
        }
        if !self.shown {
            return Err(NotComparing::TooEarly);
        }
        if self.confirmed {
            return Ok(vec![]);
        }
        self.confirmed = true;
        self.say(&Word::Confirmed, out, now);
        Ok(if self.confirmed_by_peer { vec![self.pair(out)] } else { vec![] })
    }

    /// This device's owner says that they differ, or gives up.
    pub(super) fn deny(&mut self, out: &mut Sender<'_>, now: u64) -> Result<Vec<PairingEvent>, NotComparing> {
        if self.over {
            return Err(NotComparing::Over);
        }
        self.say(&Word::Denied, out, now);
        Ok(vec![self.fail(PairingFailure::Denied, out)])
    }

    pub(super) fn tick(&mut self, out: &mut Outbox, now: u64) -> Vec<PairingEvent> {
        if self.over {
            return vec![];
        }
        if now >= self.deadline {
            self.over = true;
            out.rest();
            return vec![PairingEvent::Failed(PairingFailure::TimedOut)];
        }
        out.tick(now);
        vec![]
    }

    pub(super) fn next_tick(&self, out: &Outbox) -> Option<u64> {
        if self.over { None } else { Some(out.next_tick().map_or(self.deadline, |at| at.min(self.deadline))) }
    }

    fn pair(&mut self, out: &mut Sender<'_>) -> PairingEvent {
        self.over = true;
        // Kept, not repeated by the clock: the peer asks by repeating itself.
        out.outbox.rest();
        PairingEvent::Paired(Box::new(self.paired.clone()))
    }

    fn fail(&mut self, failure: PairingFailure, out: &mut Sender<'_>) -> PairingEvent {
        self.over = true;
        out.outbox.rest();
        PairingEvent::Failed(failure)
    }

    fn say(&mut self, word: &Word, out: &mut Sender<'_>, now: u64) {
        let number = self.seal.next();
        let plain = Zeroizing::new(encode(word));
        if let Some(word) = self.seal.seal(|_| vec![], &plain) {
            let message = out.envelope.seal(&Message::Sealed { number, word }, out.rng);
            out.outbox.add(message, now);
        }
    }
}

/// What is needed to send.
pub(super) struct Sender<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) outbox: &'a mut Outbox,
    pub(super) rng: &'a mut dyn CryptoRngCore,
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::identity::Identity;
    use crate::pairing::{Invitation, PAIRING_VERSION};

    /// One side after a handshake: it will reveal `nonce`; its peer has committed to `committed`.
    fn side(side: Side, nonce: u8, committed: u8) -> (Comparing, Envelope) {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let invitation = Invitation::draw("wss://relay.example/", 0, &mut rng).unwrap();
        let peer = Identity::draw(&mut rng).card("peer").unwrap();
        let read_token = ReadToken::draw(&mut rng);
        let greeting = Greeting {
            version: PAIRING_VERSION,
            card: peer,
            write_token: read_token.write_token(),
            commitment: commitment(side.other(), &[committed; 32]),
        };
        let key = |byte| Zeroizing::new([byte; 32]);
        let split = Split { hash: [3; 32], from_initiator: key(4), from_responder: key(5) };
        (Comparing::new(side, &split, key(nonce), read_token, greeting, 0), Envelope::new(&invitation, side))
    }

    /// What the inviter says when the joiner had committed to `committed` and reveals `revealed`.
    fn inviter_hears(committed: u8, revealed: u8) -> Vec<PairingEvent> {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (mut inviter, inviter_envelope) = side(Side::Inviter, 1, committed);
        let (mut joiner, joiner_envelope) = side(Side::Joiner, revealed, 1);
        let mut outbox = Outbox::default();
        joiner.reveal(&mut Sender { envelope: &joiner_envelope, outbox: &mut outbox, rng: &mut rng }, 0);
        let Some(Message::Sealed { number, word }) = inviter_envelope.open(&outbox.pop().unwrap()) else {
            panic!("not a word")
        };
        let mut out = Sender { envelope: &inviter_envelope, outbox: &mut outbox, rng: &mut rng };
        inviter.receive(number, &word, &mut out, 0)
    }

    #[test]
    fn a_nonce_other_than_the_committed_one_ends_the_pairing() {
        assert!(matches!(inviter_hears(2, 2)[..], [PairingEvent::Symbols { .. }]));
        assert_eq!(inviter_hears(2, 3), [PairingEvent::Failed(PairingFailure::Tampered)]);
    }

    #[test]
    fn a_commitment_cannot_be_mirrored() {
        assert_ne!(commitment(Side::Inviter, &[1; 32]), commitment(Side::Joiner, &[1; 32]));
    }
}
