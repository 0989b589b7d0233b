use super::*;

const NOW: u64 = 1_700_000_000_000;
const BOX: MailboxId = MailboxId([1; 32]);
const OTHER: MailboxId = MailboxId([2; 32]);

fn store(limits: Limits) -> MemoryStore {
    MemoryStore::new(limits)
}

fn reader(id: u64) -> Reader {
    Reader { id, wake: Arc::new(Notify::new()) }
}

async fn read_all(store: &MemoryStore, reader: u64, mut after: u64) -> Vec<Message> {
    let mut messages = vec![];
    while let Some(message) = store.next(BOX, reader, after, NOW).await.unwrap() {
        after = message.number;
        messages.push(message);
    }
    messages
}

#[tokio::test]
async fn messages_wait_for_a_reader_and_come_in_order() {
    let store = store(Limits::default());
    for body in [b"a", b"b", b"c"] {
        store.put(BOX, body, NOW).await.unwrap();
    }
    assert_eq!(store.open(BOX, &reader(1), NOW).await, Ok(3));
    let bodies: Vec<_> = read_all(&store, 1, 0).await.iter().map(|message| message.body.to_vec()).collect();
    assert_eq!(bodies, [b"a", b"b", b"c"]);
}

#[tokio::test]
async fn a_message_is_delivered_again_until_it_is_acknowledged() {
    let store = store(Limits::default());
    for body in [b"a", b"b"] {
        store.put(BOX, body, NOW).await.unwrap();
    }
    store.open(BOX, &reader(1), NOW).await.unwrap();
    let first = read_all(&store, 1, 0).await;
    store.close(BOX, 1).await;
    store.open(BOX, &reader(2), NOW).await.unwrap();
    assert_eq!(read_all(&store, 2, 0).await, first);
    store.acknowledge(BOX, 2, first[0].number).await;
    store.close(BOX, 2).await;
    assert_eq!(store.open(BOX, &reader(3), NOW).await, Ok(1));
    assert_eq!(read_all(&store, 3, 0).await, first[1..]);
}

#[tokio::test]
async fn only_the_reader_of_a_mailbox_can_empty_it() {
    let store = store(Limits::default());
    store.put(BOX, b"a", NOW).await.unwrap();
    store.open(BOX, &reader(1), NOW).await.unwrap();
    store.acknowledge(BOX, 9, u64::MAX).await;
    assert_eq!(store.next(BOX, 9, 0, NOW).await, Err(Refusal::OpenedElsewhere));
    assert_eq!(read_all(&store, 1, 0).await.len(), 1);
}

#[tokio::test]
async fn a_second_reader_takes_over_and_the_first_is_told() {
    let store = store(Limits::default());
    let first = reader(1);
    store.open(BOX, &first, NOW).await.unwrap();
    store.open(BOX, &reader(2), NOW).await.unwrap();
    first.wake.notified().await;
    assert_eq!(store.next(BOX, 1, 0, NOW).await, Err(Refusal::OpenedElsewhere));
    // The first one's end must not close what the second one reads.
    store.close(BOX, 1).await;
    assert_eq!(store.next(BOX, 2, 0, NOW).await, Ok(None));
}

#[tokio::test]
async fn a_mailbox_holds_so_many_messages_and_bytes() {
    let store = store(Limits { mailbox_messages: 3, mailbox_bytes: 10, ..Limits::default() });
    for _ in 0..3 {
        store.put(BOX, b"x", NOW).await.unwrap();
    }
    assert_eq!(store.put(BOX, b"x", NOW).await, Err(Refusal::MailboxFull));
    store.put(OTHER, b"0123456789", NOW).await.unwrap();
    assert_eq!(store.put(OTHER, b"x", NOW).await, Err(Refusal::MailboxFull));
    // What is acknowledged makes room.
    store.open(BOX, &reader(1), NOW).await.unwrap();
    let number = read_all(&store, 1, 0).await[0].number;
    store.acknowledge(BOX, 1, number).await;
    assert_eq!(store.put(BOX, b"x", NOW).await, Ok(()));
}

#[tokio::test]
async fn all_mailboxes_together_are_bounded_and_give_back_all_they_took() {
    let store = store(Limits { total_bytes: 10_000, ..Limits::default() });
    let mut taken = 0u8;
    let refusal = loop {
        match store.put(MailboxId([taken; 32]), &[0; 1000], NOW).await {
            Ok(()) => taken += 1,
            Err(refusal) => break refusal,
        }
    };
    assert_eq!((taken, refusal), (7, Refusal::Overloaded));
    // Opening empty mailboxes costs, too.
    let opened = reader(1);
    let mut count = 0;
    while store.open(MailboxId([100 + count; 32]), &opened, NOW).await.is_ok() {
        count += 1;
    }
    assert_eq!(count, 1);
    store.close(MailboxId([100; 32]), 1).await;
    assert!(store.sweep(NOW).await.bytes > 0);
    let fill = store.sweep(NOW + Limits::default().ttl_ms).await;
    assert_eq!(fill, Fill { mailboxes: 0, messages: 0, bytes: 0, expired: 7 });
}

#[tokio::test]
async fn a_message_is_forgotten_when_its_time_is_over() {
    let store = store(Limits::default());
    let ttl = Limits::default().ttl_ms;
    store.put(BOX, b"old", NOW).await.unwrap();
    store.put(BOX, b"new", NOW + 1).await.unwrap();
    store.open(BOX, &reader(1), NOW + ttl - 1).await.unwrap();
    assert_eq!(&*store.next(BOX, 1, 0, NOW + ttl - 1).await.unwrap().unwrap().body, b"old");
    assert_eq!(&*store.next(BOX, 1, 0, NOW + ttl).await.unwrap().unwrap().body, b"new");
    assert_eq!(store.sweep(NOW + ttl).await.messages, 1);
    assert_eq!(store.next(BOX, 1, 0, NOW + ttl + 1).await, Ok(None));
}

#[tokio::test]
async fn a_late_acknowledgement_forgets_nothing_new() {
    let store = store(Limits::default());
    store.put(BOX, b"old", NOW).await.unwrap();
    store.open(BOX, &reader(1), NOW).await.unwrap();
    let number = read_all(&store, 1, 0).await[0].number;
    store.close(BOX, 1).await;
    let later = NOW + Limits::default().ttl_ms;
    store.sweep(later).await;
    store.put(BOX, b"new", later).await.unwrap();
    store.open(BOX, &reader(2), later).await.unwrap();
    store.acknowledge(BOX, 2, number + 1000).await;
    assert_eq!(&*store.next(BOX, 2, 0, later).await.unwrap().unwrap().body, b"new");
}
