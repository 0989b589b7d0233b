//! The program itself: its help, its end, and what it writes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::process::Stdio;

use futures_util::{SinkExt, StreamExt};
use support::token;
use symbolon_link::mailbox::{ClientFrame, RELAY_VERSION, RelayFrame};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn help_tells_what_it_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_symbolon-relay")).arg("--help").output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for word in ["--listen", "--static", "--tls-certificates", "--trust-proxy", "--log-json", "/metrics"] {
        assert!(help.contains(word), "{word} in {help}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_not_a_panic() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_symbolon-relay"))
        .args(["--listen", &taken.local_addr().unwrap().to_string()])
        .output()
        .await
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(log.contains("relay cannot run") && !log.contains("panicked"), "{log}");
}

/// Everything is logged, and everything that a client is known by is looked for in it.
#[tokio::test]
async fn it_ends_on_sigterm_and_its_log_names_nobody() {
    let mut relay = Command::new(env!("CARGO_BIN_EXE_symbolon-relay"))
        .args(["--listen", "127.0.0.1:0", "--log-json"])
        .env("RUST_LOG", "trace")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(relay.stderr.take().unwrap());
    let mut said = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).await.unwrap() > 0, "{said}");
        said.push_str(&line);
        if let Some((_, rest)) = line.split_once("\"listen\":\"") {
            break rest.split_once('"').unwrap().0.to_owned();
        }
    };
    let mut client = tokio_tungstenite::connect_async(format!("ws://{address}/v1/relay")).await.unwrap().0;
    let local = match client.get_ref() {
        tokio_tungstenite::MaybeTlsStream::Plain(stream) => stream.local_addr().unwrap(),
        _ => panic!("not plain"),
    };
    let read_token = token(0xd7);
    let body = b"a body that nobody should see".to_vec();
    for frame in [
        ClientFrame::Hello { version: RELAY_VERSION },
        ClientFrame::Put { write_token: read_token.write_token(), id: 7, body: body.clone() },
        ClientFrame::Open { read_token: read_token.clone() },
        ClientFrame::Ack { mailbox: token(9).mailbox(), up_to: 1 },
    ] {
        client.send(Message::Binary(frame.encode().unwrap().into())).await.unwrap();
    }
    let mut seen = vec![];
    while seen.len() < 5 {
        let Some(Ok(Message::Binary(bytes))) = client.next().await else { panic!("closed: {seen:?}") };
        seen.push(RelayFrame::decode(&bytes).unwrap());
    }
    assert!(seen.iter().any(|frame| matches!(frame, RelayFrame::Refused { id: None, .. })));

    let pid = relay.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let status = timeout(support::PATIENCE, relay.wait()).await.unwrap().unwrap();
    assert!(status.success());
    log.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("relay has stopped") && said.contains("frame refused"), "{said}");

    let tokens = [*read_token.as_bytes(), *read_token.write_token().as_bytes(), read_token.mailbox().0];
    for secret in tokens {
        assert!(!said.contains(&hex::encode(secret)[..8]), "hex");
        assert!(!said.contains(&format!("{:?}", &secret[..4])[1..14]), "list of numbers");
    }
    assert!(!said.contains("nobody should see"), "body");
    assert!(!said.contains(&local.to_string()) && !said.contains(&local.port().to_string()), "address");
}
