//! Mailboxes over the wire, and what a client may not do with them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::time::Duration;

use futures_util::SinkExt;
use support::{Relay, token};
use symbolon_link::mailbox::{ClientFrame, MAX_BODY_BYTES, ReadToken, Refusal, RelayFrame};
use symbolon_relay::Config;
use symbolon_relay::limits::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

fn config(limits: Limits) -> Config {
    Config { limits, ..Config::default() }
}

/// Too fast for nobody: tests do not wait.
fn generous() -> Limits {
    Limits { frames_per_second: 1_000_000, bytes_per_second: 1 << 30, ..Limits::default() }
}

#[tokio::test]
async fn a_message_put_before_or_after_the_reader_came_is_delivered() {
    let relay = Relay::start(config(generous())).await;
    let (mut writer, mut reader) = (relay.client().await, relay.client().await);
    assert_eq!(writer.put(&token(1), 7, b"before").await, RelayFrame::Accepted { id: 7 });
    assert_eq!(reader.open(&token(1)).await, 1);
    let (first, body) = reader.delivered().await;
    assert_eq!(body, b"before");
    assert_eq!(writer.put(&token(1), 8, b"after").await, RelayFrame::Accepted { id: 8 });
    let (second, body) = reader.delivered().await;
    assert_eq!(body, b"after");
    assert!(second > first);
    relay.stop().await;
}

#[tokio::test]
async fn the_longest_message_passes() {
    let relay = Relay::start(config(generous())).await;
    let (mut writer, mut reader) = (relay.client().await, relay.client().await);
    reader.open(&token(1)).await;
    let body = vec![0xab; MAX_BODY_BYTES];
    assert_eq!(writer.put(&token(1), 1, &body).await, RelayFrame::Accepted { id: 1 });
    assert!(reader.delivered().await.1 == body);
    relay.stop().await;
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again() {
    let relay = Relay::start(config(generous())).await;
    let mut writer = relay.client().await;
    for (id, body) in [b"a", b"b", b"c"].into_iter().enumerate() {
        writer.put(&token(1), id as u64, body).await;
    }
    let mut reader = relay.client().await;
    assert_eq!(reader.open(&token(1)).await, 3);
    let (number, _) = reader.delivered().await;
    reader.send(&ClientFrame::Ack { mailbox: token(1).mailbox(), up_to: number }).await;
    // Gone without a word after the second.
    assert_eq!(reader.delivered().await.1, b"b");
    assert_eq!(reader.delivered().await.1, b"c");
    assert!(reader.is_quiet().await);
    drop(reader);
    let mut again = relay.client().await;
    assert_eq!(again.open(&token(1)).await, 2);
    assert_eq!(again.delivered().await.1, b"b");
    assert_eq!(again.delivered().await.1, b"c");
    // Opening once more on the same connection begins anew, too.
    assert_eq!(again.open(&token(1)).await, 2);
    assert_eq!(again.delivered().await.1, b"b");
    relay.stop().await;
}

#[tokio::test]
async fn a_closed_mailbox_is_quiet_and_keeps_its_messages() {
    let relay = Relay::start(config(generous())).await;
    let (mut writer, mut reader) = (relay.client().await, relay.client().await);
    reader.open(&token(1)).await;
    reader.send(&ClientFrame::Close { mailbox: token(1).mailbox() }).await;
    assert!(reader.is_quiet().await);
    writer.put(&token(1), 1, b"x").await;
    assert!(reader.is_quiet().await);
    assert_eq!(reader.open(&token(1)).await, 1);
    relay.stop().await;
}

#[tokio::test]
async fn a_second_reader_takes_over() {
    let relay = Relay::start(config(generous())).await;
    let (mut first, mut second) = (relay.client().await, relay.client().await);
    first.open(&token(1)).await;
    second.open(&token(1)).await;
    let refused = RelayFrame::Refused { id: None, reason: Refusal::OpenedElsewhere };
    assert_eq!(first.receive().await, refused);
    let mut writer = relay.client().await;
    writer.put(&token(1), 1, b"x").await;
    assert_eq!(second.delivered().await.1, b"x");
    assert!(first.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn who_may_write_cannot_read_and_who_knows_the_name_can_do_nothing() {
    let relay = Relay::start(config(generous())).await;
    let (mut writer, mut spy) = (relay.client().await, relay.client().await);
    writer.put(&token(1), 1, b"secret").await;
    // The write token and the id, shown as if they were read tokens.
    for guess in [*token(1).write_token().as_bytes(), token(1).mailbox().0, [0; 32]] {
        spy.send(&ClientFrame::Open { read_token: ReadToken::from_bytes(guess) }).await;
        assert!(matches!(spy.receive().await, RelayFrame::Opened { waiting: 0, .. }));
    }
    let refused = RelayFrame::Refused { id: None, reason: Refusal::OutOfOrder };
    spy.send(&ClientFrame::Ack { mailbox: token(1).mailbox(), up_to: u64::MAX }).await;
    assert_eq!(spy.receive().await, refused);
    assert!(spy.is_quiet().await);
    let mut reader = relay.client().await;
    assert_eq!(reader.open(&token(1)).await, 1);
    relay.stop().await;
}

#[tokio::test]
async fn a_full_mailbox_refuses_and_others_do_not() {
    let relay = Relay::start(config(generous())).await;
    let mut writer = relay.client().await;
    for id in 0..64 {
        assert_eq!(writer.put(&token(1), id, b"x").await, RelayFrame::Accepted { id });
    }
    let full = |id| RelayFrame::Refused { id: Some(id), reason: Refusal::MailboxFull };
    assert_eq!(writer.put(&token(1), 64, b"x").await, full(64));
    assert_eq!(writer.put(&token(2), 65, b"x").await, RelayFrame::Accepted { id: 65 });
    // Four mebibytes are full sooner.
    let body = vec![0; MAX_BODY_BYTES];
    for id in 0..16 {
        assert_eq!(writer.put(&token(3), id, &body).await, RelayFrame::Accepted { id });
    }
    assert_eq!(writer.put(&token(3), 16, &body).await, full(16));
    relay.stop().await;
}

#[tokio::test]
async fn memory_is_bounded() {
    let relay = Relay::start(config(Limits { total_bytes: 1 << 20, ..generous() })).await;
    let mut writer = relay.client().await;
    let body = vec![0; 200_000];
    let mut answers = vec![];
    for id in 0..6 {
        answers.push(writer.put(&token(id as u8), id, &body).await);
    }
    assert_eq!(answers[4], RelayFrame::Accepted { id: 4 });
    assert_eq!(answers[5], RelayFrame::Refused { id: Some(5), reason: Refusal::Overloaded });
    relay.stop().await;
}

#[tokio::test]
async fn a_message_is_forgotten_after_its_time() {
    let relay = Relay::start(config(generous())).await;
    let mut client = relay.client().await;
    client.put(&token(1), 1, b"x").await;
    relay.pass(generous().ttl_ms - 1);
    assert_eq!(client.open(&token(1)).await, 1);
    assert_eq!(client.delivered().await.1, b"x");
    relay.pass(1);
    assert_eq!(client.open(&token(1)).await, 0);
    assert!(client.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn a_connection_has_its_number_of_mailboxes() {
    let relay = Relay::start(config(Limits { open_mailboxes: 2, ..generous() })).await;
    let mut client = relay.client().await;
    client.open(&token(1)).await;
    client.open(&token(2)).await;
    client.send(&ClientFrame::Open { read_token: token(3) }).await;
    assert_eq!(client.receive().await, RelayFrame::Refused { id: None, reason: Refusal::TooManyMailboxes });
    client.open(&token(2)).await;
    relay.stop().await;
}

#[tokio::test]
async fn a_flood_is_refused_and_time_forgives() {
    let limits = Limits { frames_per_second: 10, burst_seconds: 1, ..Limits::default() };
    let relay = Relay::start(config(limits)).await;
    let mut client = relay.client().await;
    let mut answers = vec![];
    for id in 0..20 {
        answers.push(client.put(&token(1), id, b"x").await);
    }
    let accepted = answers.iter().filter(|answer| matches!(answer, RelayFrame::Accepted { .. })).count();
    // The tenth was the hello.
    assert_eq!(accepted, 9);
    assert_eq!(answers[19], RelayFrame::Refused { id: Some(19), reason: Refusal::TooFast });
    // Another connection of the same address fares no better; after a second both do.
    relay.pass(1_000);
    assert_eq!(client.put(&token(1), 1, b"x").await, RelayFrame::Accepted { id: 1 });
    relay.stop().await;
}

#[tokio::test]
async fn who_never_stops_flooding_is_shut_out() {
    let limits = Limits { frames_per_second: 10, burst_seconds: 1, ..Limits::default() };
    let relay = Relay::start(config(limits)).await;
    let mut client = relay.client().await;
    for _ in 0..1_100 {
        if client.try_send(&ClientFrame::Ping).await.is_err() {
            break;
        }
    }
    let _ = client.closed().await;
    relay.pass(1_000);
    assert!(relay.client().await.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn an_address_has_its_number_of_connections() {
    let relay = Relay::start(config(Limits { connections_per_address: 2, ..generous() })).await;
    let first = relay.client().await;
    let _second = relay.client().await;
    assert!(relay.silent_client(&[]).await.is_none());
    drop(first);
    timeout(support::PATIENCE, async {
        while relay.silent_client(&[]).await.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the place is given back");
    relay.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_addresses_are_those_it_saw() {
    let limits = Limits { connections_per_address: 1, ..generous() };
    let relay = Relay::start(Config { trust_proxy: true, limits, ..Config::default() }).await;
    let from = async |chain: &str| relay.silent_client(&[("x-forwarded-for", chain)]).await;
    // A request that passed no proxy, or a strange one, is not served.
    assert!(relay.silent_client(&[]).await.is_none());
    assert!(from("nonsense").await.is_none());
    let _one = from("192.0.2.1").await.unwrap();
    // The first entries are the client's invention.
    assert!(from("198.51.100.9, 192.0.2.1").await.is_none());
    let _two = from("192.0.2.1, 192.0.2.2").await.unwrap();
    relay.stop().await;
}

#[tokio::test]
async fn connections_are_bounded_in_all() {
    let relay = Relay::start(config(Limits { connections: 3, ..generous() })).await;
    let mut clients = vec![];
    for _ in 0..3 {
        clients.push(relay.client().await);
    }
    assert!(relay.silent_client(&[]).await.is_none());
    assert!(clients[0].is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn a_frame_that_is_too_long_ends_the_connection_only() {
    let relay = Relay::start(config(generous())).await;
    let (mut bad, mut good) = (relay.client().await, relay.client().await);
    let _ = bad.socket.send(Message::Binary(vec![1; 300 * 1024].into())).await;
    bad.closed().await;
    assert!(good.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn what_is_no_frame_ends_the_connection_only() {
    let relay = Relay::start(config(generous())).await;
    let mut good = relay.client().await;
    for bytes in [vec![], vec![9], vec![1, 9], vec![1, 5, 0]] {
        let mut bad = relay.client().await;
        bad.socket.send(Message::Binary(bytes.into())).await.unwrap();
        assert_eq!(bad.closed().await, Some(1008));
    }
    let mut bad = relay.client().await;
    bad.socket.send(Message::Text("hello".into())).await.unwrap();
    assert_eq!(bad.closed().await, Some(1003));
    assert!(good.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn the_first_frame_is_a_hello_of_this_version() {
    let relay = Relay::start(config(generous())).await;
    let mut client = relay.silent_client(&[]).await.unwrap();
    client.send(&ClientFrame::Open { read_token: token(1) }).await;
    assert_eq!(client.receive().await, RelayFrame::Refused { id: None, reason: Refusal::OutOfOrder });
    client.send(&ClientFrame::Hello { version: 2 }).await;
    let refused = RelayFrame::Refused { id: None, reason: Refusal::UnsupportedVersion };
    assert_eq!(client.receive().await, refused);
    assert_eq!(client.closed().await, Some(1008));
    relay.stop().await;
}

fn hasty() -> Limits {
    Limits {
        header_timeout: Duration::from_millis(200),
        idle_timeout: Duration::from_millis(400),
        ..generous()
    }
}

#[tokio::test]
async fn who_does_not_finish_its_headers_is_cut_off() {
    let relay = Relay::start(config(hasty())).await;
    for said in ["", "GET /healthz HTTP/1.1\r\nHost: relay\r\n"] {
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answer = vec![];
        // One header a while, for ever: the time is for all of them.
        let cut = async {
            loop {
                tokio::select! {
                    read = stream.read_buf(&mut answer) => if !matches!(read, Ok(1..)) { break },
                    () = tokio::time::sleep(Duration::from_millis(50)) => {
                        if !said.is_empty() && stream.write_all(b"X-Slow: 1\r\n").await.is_err() { break }
                    }
                }
            }
        };
        timeout(Duration::from_secs(5), cut).await.expect("the relay cuts it off");
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    }
    relay.stop().await;
}

#[tokio::test]
async fn who_says_nothing_is_closed() {
    let relay = Relay::start(config(hasty())).await;
    let mut silent = relay.silent_client(&[]).await.unwrap();
    assert_eq!(silent.closed().await, Some(1008));
    let mut idle = relay.client().await;
    assert_eq!(idle.closed().await, Some(1008));
    relay.stop().await;
}

#[tokio::test]
async fn who_does_not_read_holds_nobody_up() {
    let limits = Limits { write_timeout: Duration::from_millis(200), total_bytes: 1 << 30, ..generous() };
    let relay = Relay::start(config(limits)).await;
    let mut writer = relay.client().await;
    let mut deaf = relay.client().await;
    let body = vec![0; MAX_BODY_BYTES];
    // More than the sockets between them hold.
    for byte in 0..30 {
        deaf.send(&ClientFrame::Open { read_token: token(byte) }).await;
    }
    for byte in 0..30 {
        for id in 0..8 {
            writer.put(&token(byte), id, &body).await;
        }
    }
    // The relay gives the deaf one up, and its mailboxes can be read by another.
    timeout(support::PATIENCE, async {
        for byte in 0..30 {
            assert_eq!(relay.client().await.open(&token(byte)).await, 8);
        }
    })
    .await
    .expect("others are served");
    // Only the given-up connection can still be counted beside the writer's.
    timeout(support::PATIENCE, async {
        while !metric(&relay, "connections_open 1").await {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the deaf one is given up");
    relay.stop().await;
}

async fn metric(relay: &Relay, line: &str) -> bool {
    let (_, body) = relay.http("/metrics").await;
    String::from_utf8(body).unwrap().contains(&format!("symbolon_relay_{line}\n"))
}

#[tokio::test]
async fn at_shutdown_clients_are_told_and_the_relay_returns() {
    let relay = Relay::start(config(generous())).await;
    let mut client = relay.client().await;
    client.open(&token(1)).await;
    let (_, code) = tokio::join!(relay.stop(), client.closed());
    assert_eq!(code, Some(1001));
}
