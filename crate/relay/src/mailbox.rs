//! Where messages wait: [`MailboxStore`], and the store that keeps them in memory.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symbolon_link::mailbox::{MailboxId, Refusal};
use tokio::sync::Notify;

use crate::limits::Limits;

/// A connection, as far as mailboxes are concerned.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Its number: no two connections of one relay have the same.
    pub id: u64,
    /// Told when something happened to a mailbox that it has open.
    pub wake: Arc<Notify>,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number: grows within a mailbox and is never given twice.
    pub number: u64,
    /// What the writer put.
    pub body: Arc<[u8]>,
}

/// How full a store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// Mailboxes that hold messages or are open.
    pub mailboxes: usize,
    /// Messages in them.
    pub messages: usize,
    /// Bytes counted against [`Limits::total_bytes`].
    pub bytes: usize,
    /// Messages that were forgotten because their time was over, since the start.
    pub expired: u64,
}

/// Keeps messages until they are acknowledged or their time is over.
///
/// Time is Unix milliseconds. Whether somebody may read or write is settled before these are called: the
/// [`MailboxId`] was derived from the token that was shown.
pub trait MailboxStore: Send + Sync + 'static {
    /// Puts a message into a mailbox and wakes its reader.
    ///
    /// # Errors
    /// [`Refusal::MailboxFull`] or [`Refusal::Overloaded`].
    fn put(
        &self,
        mailbox: MailboxId,
        body: &[u8],
        now_ms: u64,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Makes `reader` the reader of a mailbox, in place of another if there is one, which is woken. Yields how
    /// many messages wait.
    ///
    /// # Errors
    /// [`Refusal::Overloaded`].
    fn open(
        &self,
        mailbox: MailboxId,
        reader: &Reader,
        now_ms: u64,
    ) -> impl Future<Output = Result<usize, Refusal>> + Send;

    /// The first message with a number above `after`; it stays in the mailbox.
    ///
    /// # Errors
    /// [`Refusal::OpenedElsewhere`] if `reader` reads the mailbox no longer.
    fn next(
        &self,
        mailbox: MailboxId,
        reader: u64,
        after: u64,
        now_ms: u64,
    ) -> impl Future<Output = Result<Option<Message>, Refusal>> + Send;

    /// Forgets the messages up to a number.
    fn acknowledge(&self, mailbox: MailboxId, reader: u64, up_to: u64) -> impl Future<Output = ()> + Send;

    /// `reader` stops reading; messages stay.
    fn close(&self, mailbox: MailboxId, reader: u64) -> impl Future<Output = ()> + Send;

    /// Forgets what is over its time; yields how full the store is.
    fn sweep(&self, now_ms: u64) -> impl Future<Output = Fill> + Send;
}

/// Mailboxes in the memory of one process.
pub struct MemoryStore {
    limits: Limits,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    mailboxes: HashMap<MailboxId, Mailbox>,
    bytes: usize,
    expired: u64,
}

struct Mailbox {
    messages: VecDeque<(u64, Message)>,
    bytes: usize,
    next_number: u64,
    reader: Option<Reader>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { limits, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock; if it did, the counts would be a little off, no more.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MailboxStore for MemoryStore {
    async fn put(&self, mailbox: MailboxId, body: &[u8], now_ms: u64) -> Result<(), Refusal> {
        let mut inner = self.inner();
        inner.forget_expired(mailbox, now_ms);
        let (count, bytes) =
            inner.mailboxes.get(&mailbox).map_or((0, 0), |mailbox| (mailbox.messages.len(), mailbox.bytes));
        if count >= self.limits.mailbox_messages || bytes + body.len() > self.limits.mailbox_bytes {
            return Err(Refusal::MailboxFull);
        }
        let cost = body.len() + MESSAGE_COST;
        if inner.bytes + cost > self.limits.total_bytes {
            return Err(Refusal::Overloaded);
        }
        let entry = inner.entry(mailbox, now_ms, self.limits.total_bytes)?;
        let number = entry.next_number;
        entry.next_number += 1;
        entry.bytes += body.len();
        let expires_ms = now_ms.saturating_add(self.limits.ttl_ms);
        entry.messages.push_back((expires_ms, Message { number, body: body.into() }));
        if let Some(reader) = &entry.reader {
            reader.wake.notify_one();
        }
        inner.bytes += cost;
        Ok(())
    }

    async fn open(&self, mailbox: MailboxId, reader: &Reader, now_ms: u64) -> Result<usize, Refusal> {
        let mut inner = self.inner();
        inner.forget_expired(mailbox, now_ms);
        let entry = inner.entry(mailbox, now_ms, self.limits.total_bytes)?;
        if let Some(before) = entry.reader.replace(reader.clone()).filter(|before| before.id != reader.id) {
            before.wake.notify_one();
        }
        Ok(entry.messages.len())
    }

    async fn next(
        &self,
        mailbox: MailboxId,
        reader: u64,
        after: u64,
        now_ms: u64,
    ) -> Result<Option<Message>, Refusal> {
        let inner = self.inner();
        let entry = inner.mailboxes.get(&mailbox).ok_or(Refusal::OpenedElsewhere)?;
        if entry.reader.as_ref().is_none_or(|present| present.id != reader) {
            return Err(Refusal::OpenedElsewhere);
        }
        let fresh = entry.messages.iter().find(|(at, message)| message.number > after && *at > now_ms);
        Ok(fresh.map(|(_, message)| message.clone()))
    }

    async fn acknowledge(&self, mailbox: MailboxId, reader: u64, up_to: u64) {
        let mut inner = self.inner();
        let Some(entry) = inner.mailboxes.get_mut(&mailbox) else { return };
        if entry.reader.as_ref().is_none_or(|present| present.id != reader) {
            return;
        }
        let freed = entry.forget(|_, message| message.number <= up_to).0;
        inner.bytes = inner.bytes.saturating_sub(freed);
    }

    async fn close(&self, mailbox: MailboxId, reader: u64) {
        let mut inner = self.inner();
        let Some(entry) = inner.mailboxes.get_mut(&mailbox) else { return };
        if entry.reader.as_ref().is_some_and(|present| present.id == reader) {
            entry.reader = None;
        }
        inner.drop_if_idle(mailbox);
    }

    async fn sweep(&self, now_ms: u64) -> Fill {
        let mut inner = self.inner();
        let all: Vec<MailboxId> = inner.mailboxes.keys().copied().collect();
        for mailbox in all {
            inner.forget_expired(mailbox, now_ms);
            inner.drop_if_idle(mailbox);
        }
        Fill {
            mailboxes: inner.mailboxes.len(),
            messages: inner.mailboxes.values().map(|mailbox| mailbox.messages.len()).sum(),
            bytes: inner.bytes,
            expired: inner.expired,
        }
    }
}

impl Inner {
    fn entry(&mut self, mailbox: MailboxId, now_ms: u64, total: usize) -> Result<&mut Mailbox, Refusal> {
        use std::collections::hash_map::Entry;
        match self.mailboxes.entry(mailbox) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                if self.bytes + MAILBOX_COST > total {
                    return Err(Refusal::Overloaded);
                }
                self.bytes += MAILBOX_COST;
                // A mailbox that comes into being again, even after a restart, begins above the numbers it
                // gave before, so that a late acknowledgement of those forgets nothing new.
                let next_number = now_ms.saturating_mul(1 << 20).max(1);
                Ok(entry.insert(Mailbox { messages: VecDeque::new(), bytes: 0, next_number, reader: None }))
            }
        }
    }

    fn forget_expired(&mut self, mailbox: MailboxId, now_ms: u64) {
        if let Some(entry) = self.mailboxes.get_mut(&mailbox) {
            let (freed, count) = entry.forget(|expires_ms, _| expires_ms <= now_ms);
            self.bytes = self.bytes.saturating_sub(freed);
            self.expired += count;
        }
    }

    fn drop_if_idle(&mut self, mailbox: MailboxId) {
        let idle = |entry: &Mailbox| entry.messages.is_empty() && entry.reader.is_none();
        if self.mailboxes.get(&mailbox).is_some_and(idle) {
            self.mailboxes.remove(&mailbox);
            self.bytes = self.bytes.saturating_sub(MAILBOX_COST);
        }
    }
}

impl Mailbox {
    /// Forgets from the front while `over` holds; the cost that is freed, and how many messages.
    fn forget(&mut self, over: impl Fn(u64, &Message) -> bool) -> (usize, u64) {
        let (mut freed, mut count) = (0, 0);
        while self.messages.front().is_some_and(|(expires_ms, message)| over(*expires_ms, message)) {
            if let Some((_, message)) = self.messages.pop_front() {
                self.bytes = self.bytes.saturating_sub(message.body.len());
                freed += message.body.len() + MESSAGE_COST;
                count += 1;
            }
        }
        (freed, count)
    }
}

/// What a message and a mailbox cost beside the body, about, in bytes.
const MESSAGE_COST: usize = 128;
const MAILBOX_COST: usize = 256;

#[cfg(test)]
mod tests;
