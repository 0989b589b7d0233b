//! The socket to the relay: opened while somebody is to be heard, kept alive, opened again with patience.

use std::collections::{BTreeMap, BTreeSet};

use symbolon_link::mailbox::{
    ClientFrame, MailboxId, RELAY_VERSION, ReadToken, Refusal, RelayFrame, WriteToken,
};

use crate::context::Context;
use crate::effect::RelayCommand;
use crate::event::Timestamp;
use crate::view::{RelayView, Severity};
use crate::wallet::Wallet;

const CONNECT_MS: u64 = 15_000;
const FIRST_WAIT_MS: u64 = 1_000;
const LAST_WAIT_MS: u64 = 30_000;
/// A worker of a browser dies after 30 seconds without a message.
const PING_MS: u64 = 20_000;
const SILENCE_MS: u64 = 50_000;

/// The socket as this side knows it.
#[derive(Default)]
pub(super) struct RelayLink {
    state: State,
    url: String,
    /// Tries that failed in a row.
    failed: u32,
    open: BTreeMap<MailboxId, ReadToken>,
    /// Opened by another connection: not opened again before the next one of ours.
    lost: BTreeSet<MailboxId>,
    acknowledge: BTreeMap<MailboxId, u64>,
    last_put: u64,
    last_sent: Timestamp,
    last_heard: Timestamp,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Off,
    /// The host opens the socket.
    Connecting {
        until: Timestamp,
    },
    /// Our `Hello` is sent.
    Greeting {
        until: Timestamp,
    },
    Online,
    /// Closed; tried again later.
    Waiting {
        until: Timestamp,
    },
}

impl RelayLink {
    pub(super) fn is_online(&self) -> bool {
        self.state == State::Online
    }

    pub(super) fn view(&self) -> RelayView {
        match self.state {
            State::Off => RelayView::Off,
            State::Online => RelayView::Online,
            _ if self.failed > 0 => RelayView::Unreachable,
            _ => RelayView::Connecting,
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        match self.state {
            State::Off => None,
            State::Connecting { until } | State::Greeting { until } | State::Waiting { until } => Some(until),
            State::Online => Some((self.last_sent + PING_MS).min(self.last_heard + SILENCE_MS)),
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, frame: &ClientFrame) {
        if let Ok(bytes) = frame.encode() {
            self.last_sent = cx.now;
            cx.relay(RelayCommand::Send(bytes));
        }
    }

    fn forget_socket(&mut self) {
        self.open.clear();
        self.lost.clear();
        self.acknowledge.clear();
    }

    fn wait(&mut self, cx: &mut Context<'_>) {
        self.forget_socket();
        let wait = FIRST_WAIT_MS.saturating_mul(1 << self.failed.min(5)).min(LAST_WAIT_MS);
        self.failed = self.failed.saturating_add(1);
        // Between half of it and all of it, so that devices do not come back in step.
        let jitter = cx.rng.next_u64() % (wait / 2 + 1);
        self.state = State::Waiting { until: cx.now.saturating_add(wait / 2 + jitter) };
        cx.view_changed();
    }
}

impl Wallet {
    pub(crate) fn on_relay_connected(&mut self, cx: &mut Context<'_>) {
        let link = &mut self.device.relay;
        if !matches!(link.state, State::Connecting { .. }) {
            return;
        }
        link.state = State::Greeting { until: cx.now.saturating_add(CONNECT_MS) };
        link.last_heard = cx.now;
        link.send(cx, &ClientFrame::Hello { version: RELAY_VERSION });
    }

    pub(crate) fn on_relay_closed(&mut self, cx: &mut Context<'_>) {
        match self.device.relay.state {
            State::Off | State::Waiting { .. } => {}
            State::Connecting { .. } | State::Greeting { .. } | State::Online => {
                self.device.relay.wait(cx);
                self.relay_unreachable(cx);
            }
        }
    }

    pub(crate) fn on_relay_frame(&mut self, cx: &mut Context<'_>, frame: &[u8]) {
        // A socket that we gave up may still deliver.
        if !matches!(self.device.relay.state, State::Greeting { .. } | State::Online) {
            return;
        }
        let Ok(frame) = RelayFrame::decode(frame) else { return };
        self.device.relay.last_heard = cx.now;
        match frame {
            RelayFrame::Welcome { .. } => {
                self.device.relay.state = State::Online;
                self.device.relay.failed = 0;
                self.device.notices.over("relay/version");
                cx.view_changed();
                self.carrier_restored(cx);
            }
            RelayFrame::Deliver { mailbox, number, body } => {
                self.device.relay.acknowledge.insert(mailbox, number);
                self.delivered(cx, mailbox, &body);
            }
            RelayFrame::Refused { reason, .. } => self.refused(cx, reason),
            RelayFrame::Accepted { .. } | RelayFrame::Opened { .. } | RelayFrame::Pong => {}
        }
    }

    fn refused(&mut self, cx: &mut Context<'_>, reason: Refusal) {
        match reason {
            // Channels and pairings repeat what was not acknowledged.
            Refusal::MailboxFull | Refusal::Overloaded | Refusal::TooFast => {}
            Refusal::OpenedElsewhere => {
                let lost: Vec<_> = self.device.relay.open.keys().copied().collect();
                self.device.relay.lost.extend(lost);
                self.notice(
                    cx,
                    "relay/opened-elsewhere",
                    Severity::Warning,
                    "Another program uses this device's identity at the relay. If you did not open the wallet twice, \
                     somebody may have copied this device: move your funds.",
                );
            }
            Refusal::UnsupportedVersion => {
                self.notice(
                    cx,
                    "relay/version",
                    Severity::Warning,
                    "The relay speaks another version. Update this wallet, or choose another relay in the settings.",
                );
                cx.relay(RelayCommand::Disconnect);
                self.device.relay.failed = self.device.relay.failed.max(5);
                self.device.relay.wait(cx);
            }
            Refusal::OutOfOrder | Refusal::TooManyMailboxes => {}
        }
    }

    pub(super) fn relay_deadline(&self) -> Option<Timestamp> {
        self.device.relay.deadline()
    }

    pub(super) fn tick_relay(&mut self, cx: &mut Context<'_>) {
        let link = &mut self.device.relay;
        match link.state {
            State::Off => {}
            State::Connecting { until } | State::Greeting { until } if until <= cx.now => {
                cx.relay(RelayCommand::Disconnect);
                link.wait(cx);
                self.relay_unreachable(cx);
            }
            State::Waiting { until } if until <= cx.now => {
                link.state = State::Connecting { until: cx.now.saturating_add(CONNECT_MS) };
                cx.relay(RelayCommand::Connect { url: link.url.clone() });
                cx.view_changed();
            }
            State::Online if cx.now.saturating_sub(link.last_heard) >= SILENCE_MS => {
                cx.relay(RelayCommand::Disconnect);
                link.wait(cx);
            }
            State::Online if cx.now.saturating_sub(link.last_sent) >= PING_MS => {
                link.send(cx, &ClientFrame::Ping)
            }
            State::Connecting { .. } | State::Greeting { .. } | State::Waiting { .. } | State::Online => {}
        }
    }

    /// Opens or closes the socket as wanted, opens mailboxes, acknowledges, and puts what waits.
    pub(super) fn flush_relay(&mut self, cx: &mut Context<'_>) {
        let wanted = self.relay_wanted();
        let link = &mut self.device.relay;
        match (wanted, link.state) {
            (None, State::Off) => return,
            (None, _) => {
                link.state = State::Off;
                link.failed = 0;
                link.forget_socket();
                cx.relay(RelayCommand::Disconnect);
                cx.view_changed();
                return;
            }
            (Some(url), state) if state == State::Off || url != link.url => {
                link.forget_socket();
                link.failed = 0;
                link.state = State::Connecting { until: cx.now.saturating_add(CONNECT_MS) };
                link.url.clone_from(&url);
                cx.relay(RelayCommand::Connect { url });
                cx.view_changed();
                return;
            }
            (Some(_), State::Online) => {}
            (Some(_), _) => return,
        }
        let listened = self.listened();
        let link = &mut self.device.relay;
        let closed: Vec<_> =
            link.open.keys().filter(|mailbox| !listened.contains_key(mailbox)).copied().collect();
        for mailbox in closed {
            link.open.remove(&mailbox);
            link.acknowledge.remove(&mailbox);
            link.send(cx, &ClientFrame::Close { mailbox });
        }
        for (mailbox, read_token) in listened {
            if !link.open.contains_key(&mailbox) && !link.lost.contains(&mailbox) {
                link.open.insert(mailbox, read_token.clone());
                link.send(cx, &ClientFrame::Open { read_token });
            }
        }
        for (mailbox, up_to) in core::mem::take(&mut link.acknowledge) {
            link.send(cx, &ClientFrame::Ack { mailbox, up_to });
        }
        while let Some((write_token, body)) = self.next_outgoing() {
            let link = &mut self.device.relay;
            link.last_put += 1;
            let id = link.last_put;
            link.send(cx, &ClientFrame::Put { write_token, id, body });
        }
    }

    /// Where to connect to, if there is anybody to hear.
    fn relay_wanted(&self) -> Option<String> {
        let open = self.device.open.as_ref()?;
        let pairing = open.pairing.as_ref().and_then(|pairing| pairing.relay_url());
        match (pairing, open.peers.is_empty()) {
            (Some(url), _) => Some(url),
            (None, false) => self.device.settings.as_ref().map(|settings| settings.relay_url.clone()),
            (None, true) => None,
        }
    }

    fn listened(&self) -> BTreeMap<MailboxId, ReadToken> {
        let Some(open) = &self.device.open else { return BTreeMap::new() };
        let peers = open.peers.values().map(|peer| peer.channel.read_token().clone());
        let pairing = open.pairing.as_ref().and_then(|pairing| pairing.read_token());
        peers.chain(pairing).map(|token| (token.mailbox(), token)).collect()
    }

    fn next_outgoing(&mut self) -> Option<(WriteToken, Vec<u8>)> {
        let open = self.device.open.as_mut()?;
        if let Some(outgoing) = open.pairing.as_mut().and_then(|pairing| pairing.poll_outgoing()) {
            return Some(outgoing);
        }
        open.peers.values_mut().find_map(|peer| {
            peer.channel.poll_outgoing().map(|frame| (peer.channel.write_token().clone(), frame))
        })
    }

    fn delivered(&mut self, cx: &mut Context<'_>, mailbox: MailboxId, body: &[u8]) {
        let Some(open) = self.device.open.as_ref() else { return };
        if open
            .pairing
            .as_ref()
            .and_then(|pairing| pairing.read_token())
            .is_some_and(|token| token.mailbox() == mailbox)
        {
            return self.pairing_delivered(cx, body);
        }
        let peer = open
            .peers
            .values()
            .find(|peer| peer.channel.read_token().mailbox() == mailbox)
            .map(|peer| peer.id());
        if let Some(peer) = peer {
            self.peer_delivered(cx, peer, body);
        }
    }
}
