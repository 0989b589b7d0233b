//! Counts, and only counts: nothing that tells one client from another.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use symbolon_link::mailbox::Refusal;

use crate::mailbox::Fill;

#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) connections: AtomicU64,
    pub(crate) connections_open: AtomicU64,
    pub(crate) connections_refused: AtomicU64,
    pub(crate) messages_put: AtomicU64,
    pub(crate) messages_delivered: AtomicU64,
    pub(crate) frames_malformed: AtomicU64,
    refused: [AtomicU64; REASONS.len()],
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl Metrics {
    pub(crate) fn refused(&self, reason: Refusal) {
        if let Some((_, counter)) =
            REASONS.iter().zip(&self.refused).find(|((present, _), _)| *present == reason)
        {
            count(counter);
        }
    }

    /// The Prometheus text format, version 0.0.4.
    pub(crate) fn text(&self, fill: Fill) -> String {
        let mut text = String::new();
        let mut line = |kind: &str, name: &str, help: &str, values: &[(&str, u64)]| {
            let _ =
                writeln!(text, "# HELP symbolon_relay_{name} {help}\n# TYPE symbolon_relay_{name} {kind}");
            for (label, value) in values {
                let _ = writeln!(text, "symbolon_relay_{name}{label} {value}");
            }
        };
        let of = |counter: &AtomicU64| counter.load(Relaxed);
        line("gauge", "connections_open", "WebSockets open now.", &[("", of(&self.connections_open))]);
        line("counter", "connections_total", "Connections accepted.", &[("", of(&self.connections))]);
        line(
            "counter",
            "connections_refused_total",
            "Connections refused by a limit.",
            &[("", of(&self.connections_refused))],
        );
        line(
            "counter",
            "messages_put_total",
            "Messages taken into mailboxes.",
            &[("", of(&self.messages_put))],
        );
        line(
            "counter",
            "messages_delivered_total",
            "Messages handed to readers, repeats included.",
            &[("", of(&self.messages_delivered))],
        );
        line(
            "counter",
            "messages_expired_total",
            "Messages forgotten after their time.",
            &[("", fill.expired)],
        );
        line(
            "counter",
            "frames_malformed_total",
            "Frames that were none.",
            &[("", of(&self.frames_malformed))],
        );
        let refused: Vec<(String, u64)> = REASONS
            .iter()
            .zip(&self.refused)
            .map(|((_, name), counter)| (format!("{{reason=\"{name}\"}}"), of(counter)))
            .collect();
        let refused: Vec<(&str, u64)> =
            refused.iter().map(|(label, value)| (label.as_str(), *value)).collect();
        line("counter", "refused_total", "Frames refused, by reason.", &refused);
        line(
            "gauge",
            "mailboxes",
            "Mailboxes that are open or hold messages.",
            &[("", fill.mailboxes as u64)],
        );
        line("gauge", "messages", "Messages that wait.", &[("", fill.messages as u64)]);
        line("gauge", "bytes", "Bytes that mailboxes hold, with their overhead.", &[("", fill.bytes as u64)]);
        text
    }
}

const REASONS: [(Refusal, &str); 7] = [
    (Refusal::MailboxFull, "mailbox_full"),
    (Refusal::OpenedElsewhere, "opened_elsewhere"),
    (Refusal::Overloaded, "overloaded"),
    (Refusal::TooFast, "too_fast"),
    (Refusal::TooManyMailboxes, "too_many_mailboxes"),
    (Refusal::UnsupportedVersion, "unsupported_version"),
    (Refusal::OutOfOrder, "out_of_order"),
];
