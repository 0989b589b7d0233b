//! A relay in memory: mailboxes as `symbolon_link::mailbox` describes them, with faults on demand.

use std::collections::{BTreeMap, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use symbolon_link::mailbox::{ClientFrame, Limits, MailboxId, RELAY_VERSION, Refusal, RelayFrame};

/// Number of a connection, never used twice.
pub type Connection = u64;

/// How often, in 1/1000, something happens to a message, and how late it may be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Messages that vanish.
    pub drop: u32,
    /// Messages that arrive twice.
    pub duplicate: u32,
    /// Messages that arrive after later ones.
    pub delay: u32,
    /// Longest delay of these, in milliseconds.
    pub delay_ms: u64,
    /// Messages with a flipped bit.
    pub flip: u32,
}

/// What the relay wants done.
#[derive(Debug)]
pub enum Done {
    /// Send a frame on a connection.
    Send(Connection, RelayFrame),
    /// Put this body into the mailbox, this much later.
    Later(u64, MailboxId, Vec<u8>),
}

#[derive(Default)]
struct Mailbox {
    waiting: VecDeque<(u64, Vec<u8>)>,
    last: u64,
    reader: Option<Connection>,
}

/// The relay.
#[derive(Default)]
pub struct Relay {
    mailboxes: BTreeMap<MailboxId, Mailbox>,
    /// What it does to messages.
    pub faults: Faults,
    /// Bytes of message bodies that it was given.
    pub bytes: u64,
    /// Messages that it was given.
    pub messages: u64,
}

const MAX_WAITING: usize = 64;

impl Relay {
    /// Takes a frame of a connection.
    pub fn receive(&mut self, from: Connection, frame: &[u8], rng: &mut ChaCha20Rng) -> Vec<Done> {
        let Ok(frame) = ClientFrame::decode(frame) else { return vec![] };
        match frame {
            ClientFrame::Hello { .. } => {
                let limits = Limits {
                    frame_bytes: 1 << 18,
                    mailbox_messages: 64,
                    mailbox_bytes: 1 << 22,
                    ttl_ms: 600_000,
                };
                vec![Done::Send(from, RelayFrame::Welcome { version: RELAY_VERSION, limits })]
            }
            ClientFrame::Open { read_token } => {
                let id = read_token.mailbox();
                let mailbox = self.mailboxes.entry(id).or_default();
                let mut done = Vec::new();
                if let Some(earlier) = mailbox.reader.replace(from).filter(|earlier| *earlier != from) {
                    let refused = RelayFrame::Refused { id: None, reason: Refusal::OpenedElsewhere };
                    done.push(Done::Send(earlier, refused));
                }
                let waiting = mailbox.waiting.len() as u32;
                done.push(Done::Send(from, RelayFrame::Opened { mailbox: id, waiting }));
                done.extend(mailbox.waiting.iter().map(|(number, body)| {
                    Done::Send(from, RelayFrame::Deliver { mailbox: id, number: *number, body: body.clone() })
                }));
                done
            }
            ClientFrame::Close { mailbox } => {
                if let Some(mailbox) = self.mailboxes.get_mut(&mailbox) {
                    mailbox.reader = mailbox.reader.filter(|reader| *reader != from);
                }
                vec![]
            }
            ClientFrame::Put { write_token, id, body } => {
                self.bytes += body.len() as u64;
                self.messages += 1;
                let mailbox = write_token.mailbox();
                if self.mailboxes.get(&mailbox).is_some_and(|mailbox| mailbox.waiting.len() >= MAX_WAITING) {
                    let refused = RelayFrame::Refused { id: Some(id), reason: Refusal::MailboxFull };
                    return vec![Done::Send(from, refused)];
                }
                let mut done = vec![Done::Send(from, RelayFrame::Accepted { id })];
                let mut hits = |rate: u32| rng.next_u32() % 1000 < rate;
                if hits(self.faults.drop) {
                    return done;
                }
                let (twice, late, flipped) =
                    (hits(self.faults.duplicate), hits(self.faults.delay), hits(self.faults.flip));
                let mut body = body;
                if flipped && !body.is_empty() {
                    let at = rng.next_u64() as usize % body.len();
                    body[at] ^= 1 << (rng.next_u32() % 8);
                }
                if twice {
                    done.push(Done::Later(
                        rng.next_u64() % (self.faults.delay_ms + 1),
                        mailbox,
                        body.clone(),
                    ));
                }
                let delay = if late { rng.next_u64() % (self.faults.delay_ms + 1) } else { 0 };
                done.push(Done::Later(delay, mailbox, body));
                done
            }
            ClientFrame::Ack { mailbox, up_to } => {
                if let Some(mailbox) = self.mailboxes.get_mut(&mailbox) {
                    mailbox.waiting.retain(|(number, _)| *number > up_to);
                }
                vec![]
            }
            ClientFrame::Ping => vec![Done::Send(from, RelayFrame::Pong)],
        }
    }

    /// Puts a body into a mailbox and hands it to the reader, if there is one.
    pub fn put(&mut self, id: MailboxId, body: Vec<u8>) -> Option<(Connection, RelayFrame)> {
        let mailbox = self.mailboxes.entry(id).or_default();
        mailbox.last += 1;
        let number = mailbox.last;
        mailbox.waiting.push_back((number, body.clone()));
        mailbox.reader.map(|reader| (reader, RelayFrame::Deliver { mailbox: id, number, body }))
    }

    /// A connection is gone.
    pub fn gone(&mut self, connection: Connection) {
        for mailbox in self.mailboxes.values_mut() {
            mailbox.reader = mailbox.reader.filter(|reader| *reader != connection);
        }
    }

    /// The relay was restarted: everything in its memory is lost.
    pub fn forget(&mut self) {
        self.mailboxes.clear();
    }
}
