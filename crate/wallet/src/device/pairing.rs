//! Two devices of one owner meet: the pairing of `symbolon_link`, with the owner's commands and sentences.

use symbolon_link::mailbox::{ReadToken, WriteToken};
use symbolon_link::pairing::{
    BadInvitation, Invitation, Inviter, Joiner, NotComparing, PairingEvent, PairingFailure,
};

use super::notices::refusal;
use super::records;
use super::settings::check_relay_url;
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::view::{PairingStage, PairingView, SymbolView};
use crate::wallet::Wallet;

/// An invitation or a join. Kept after its end, so that a peer that missed the last word still gets it.
pub(super) struct Pairing {
    side: Side,
    relay_url: String,
    /// What this device shows; only if it invites.
    link: Option<String>,
    expires_at: Option<Timestamp>,
    stage: PairingStage,
    peer_name: Option<String>,
    symbols: Vec<SymbolView>,
    /// Until when a finished pairing still answers.
    lingers_until: Option<Timestamp>,
    /// Nothing is answered any more.
    is_silent: bool,
}

/// How long a finished pairing still answers a device that missed the last word or comes too late.
const LINGER_MS: u64 = 2 * 60_000;

enum Side {
    Inviter(Box<Inviter>),
    Joiner(Box<Joiner>),
}

impl Pairing {
    fn is_over(&self) -> bool {
        matches!(self.stage, PairingStage::Done | PairingStage::Failed { .. })
    }

    /// Where to meet, while there is something to hear.
    pub(super) fn relay_url(&self) -> Option<String> {
        (!self.is_silent).then(|| self.relay_url.clone())
    }

    pub(super) fn read_token(&self) -> Option<ReadToken> {
        (!self.is_silent).then(|| match &self.side {
            Side::Inviter(inviter) => inviter.read_token(),
            Side::Joiner(joiner) => joiner.read_token(),
        })
    }

    pub(super) fn poll_outgoing(&mut self) -> Option<(WriteToken, Vec<u8>)> {
        match &mut self.side {
            Side::Inviter(inviter) => inviter.poll_outgoing().map(|message| (inviter.write_token(), message)),
            Side::Joiner(joiner) => joiner.poll_outgoing().map(|message| (joiner.write_token(), message)),
        }
    }

    pub(super) fn carrier_restored(&mut self, now: Timestamp) {
        match &mut self.side {
            Side::Inviter(inviter) => inviter.carrier_restored(now),
            Side::Joiner(joiner) => joiner.carrier_restored(now),
        }
    }

    fn next_tick(&self) -> Option<Timestamp> {
        match &self.side {
            Side::Inviter(inviter) => inviter.next_tick(),
            Side::Joiner(joiner) => joiner.next_tick(),
        }
    }

    fn fail(&mut self, code: &str, message: &str) {
        self.link = None;
        self.expires_at = None;
        self.symbols = Vec::new();
        self.stage = PairingStage::Failed { code: code.to_owned(), message: message.to_owned() };
    }

    pub(super) fn view(&self) -> PairingView {
        PairingView {
            expires_at: self.expires_at,
            link: self.link.clone(),
            peer_name: self.peer_name.clone(),
            stage: self.stage.clone(),
            symbols: self.symbols.clone(),
        }
    }
}

impl Wallet {
    pub(super) fn command_invite(&mut self, cx: &mut Context<'_>) -> Result<(), CommandError> {
        let url = self.may_pair()?;
        let invitation = Invitation::draw(&url, cx.now, cx.rng)
            .map_err(|_| refusal("relay/url", "The relay's address in the settings cannot be used."))?;
        let link = invitation.link(&page_of_relay(&url)).to_string();
        let open = self.opened()?;
        open.pairing = Some(Pairing {
            relay_url: url,
            link: Some(link),
            expires_at: Some(invitation.expires_ms()),
            side: Side::Inviter(Box::new(Inviter::new(open.identity.clone(), open.card.clone(), invitation))),
            stage: PairingStage::Waiting,
            peer_name: None,
            symbols: Vec::new(),
            lingers_until: None,
            is_silent: false,
        });
        cx.view_changed();
        Ok(())
    }

    pub(super) fn command_join(&mut self, cx: &mut Context<'_>, link: &str) -> Result<(), CommandError> {
        let own_url = self.may_pair()?;
        let open = self.opened()?;
        if open.active.is_some() || open.pending.has_reshared() {
            let message = "This device belongs to a wallet already. To add a device to it, choose Add device here and \
                           scan the code with the new device.";
            return Err(refusal("pairing/wallet-complete", message));
        }
        let invitation = Invitation::parse(link).map_err(|error| match error {
            BadInvitation::OtherVersion { .. } => refusal(
                "pairing/other-version",
                "This invitation was made by another version of the wallet. Update both devices, then make a new one.",
            ),
            BadInvitation::Damaged => refusal(
                "pairing/not-an-invitation",
                "This invitation is incomplete. Copy the whole link, or scan the code again.",
            ),
            BadInvitation::NotAnInvitation | BadInvitation::RelayUrl => refusal(
                "pairing/not-an-invitation",
                "This is not an invitation. On your other device choose Add device, then scan the code that it shows.",
            ),
        })?;
        let url = invitation.relay_url().to_owned();
        check_relay_url(&url)?;
        let open = self.opened()?;
        if url != own_url && !open.peers.is_empty() {
            return Err(refusal(
                "pairing/other-relay",
                format!(
                    "The other device uses the relay {url}. Set the same relay on all devices, then try again."
                ),
            ));
        }
        open.pairing = Some(Pairing {
            side: Side::Joiner(Box::new(Joiner::new(
                open.identity.clone(),
                open.card.clone(),
                invitation,
                cx.now,
                cx.rng,
            ))),
            relay_url: url,
            link: None,
            expires_at: None,
            stage: PairingStage::Connecting,
            peer_name: None,
            symbols: Vec::new(),
            lingers_until: None,
            is_silent: false,
        });
        cx.view_changed();
        Ok(())
    }

    pub(super) fn command_confirm_pairing(
        &mut self,
        cx: &mut Context<'_>,
        same: bool,
    ) -> Result<(), CommandError> {
        let open = self.opened()?;
        let pairing = open.pairing.as_mut().ok_or_else(nothing_to_compare)?;
        let events = match (&mut pairing.side, same) {
            (Side::Inviter(inviter), true) => inviter.confirm(cx.now, cx.rng),
            (Side::Inviter(inviter), false) => inviter.deny(cx.now, cx.rng),
            (Side::Joiner(joiner), true) => joiner.confirm(cx.now, cx.rng),
            (Side::Joiner(joiner), false) => joiner.deny(cx.now, cx.rng),
        }
        .map_err(|error| match error {
            NotComparing::TooEarly | NotComparing::Over => nothing_to_compare(),
        })?;
        if same {
            pairing.stage = PairingStage::WaitingForPeer;
        }
        cx.view_changed();
        self.pairing_events(cx, events);
        Ok(())
    }

    /// Ends a pairing; once it is over, takes it off the screen.
    pub(super) fn command_cancel_pairing(&mut self, cx: &mut Context<'_>) -> Result<(), CommandError> {
        let open = self.opened()?;
        let Some(pairing) = &mut open.pairing else { return Ok(()) };
        cx.view_changed();
        if pairing.is_over() {
            open.pairing = None;
            return Ok(());
        }
        let denied = match &mut pairing.side {
            Side::Inviter(inviter) => inviter.deny(cx.now, cx.rng),
            Side::Joiner(joiner) => joiner.deny(cx.now, cx.rng),
        };
        if denied.is_ok() {
            pairing.fail("pairing/cancelled", "You cancelled the pairing. Nothing was paired.");
        } else {
            open.pairing = None;
        }
        Ok(())
    }

    pub(super) fn pairing_delivered(&mut self, cx: &mut Context<'_>, body: &[u8]) {
        let Some(pairing) = self.device.open.as_mut().and_then(|open| open.pairing.as_mut()) else { return };
        let events = match &mut pairing.side {
            Side::Inviter(inviter) => inviter.receive(body, cx.now, cx.rng),
            Side::Joiner(joiner) => joiner.receive(body, cx.now, cx.rng),
        };
        self.pairing_events(cx, events);
    }

    pub(super) fn tick_pairing(&mut self, cx: &mut Context<'_>) {
        let Some(pairing) = self.device.open.as_mut().and_then(|open| open.pairing.as_mut()) else { return };
        if pairing.is_over() {
            let until = *pairing.lingers_until.get_or_insert(cx.now.saturating_add(LINGER_MS));
            pairing.is_silent = until <= cx.now;
        }
        if pairing.is_silent || pairing.next_tick().is_none_or(|at| at > cx.now) {
            return;
        }
        let events = match &mut pairing.side {
            Side::Inviter(inviter) => inviter.tick(cx.now),
            Side::Joiner(joiner) => joiner.tick(cx.now),
        };
        self.pairing_events(cx, events);
    }

    pub(super) fn pairing_deadline(&self) -> Option<Timestamp> {
        let pairing = self.device.open.as_ref()?.pairing.as_ref().filter(|pairing| !pairing.is_silent)?;
        // A pairing that has just ended is looked at once, to say until when it lingers.
        let lingers = pairing.is_over().then(|| pairing.lingers_until.unwrap_or_default());
        [pairing.next_tick(), lingers].into_iter().flatten().min()
    }

    /// Takes a finished pairing off the screen: the owner went on.
    pub(super) fn pairing_seen(&mut self) {
        if let Some(open) = &mut self.device.open {
            open.pairing.take_if(|pairing| pairing.is_over());
        }
    }

    fn pairing_events(&mut self, cx: &mut Context<'_>, events: Vec<PairingEvent>) {
        for event in events {
            self.pairing_event(cx, event);
        }
    }

    fn pairing_event(&mut self, cx: &mut Context<'_>, event: PairingEvent) {
        let relay_online = self.device.relay.is_online();
        let Some(pairing) = self.device.open.as_mut().and_then(|open| open.pairing.as_mut()) else { return };
        cx.view_changed();
        match event {
            PairingEvent::Symbols { symbols, peer_name } => {
                pairing.link = None;
                pairing.expires_at = None;
                pairing.peer_name = Some(peer_name);
                pairing.symbols = symbols
                    .symbols()
                    .iter()
                    .map(|symbol| SymbolView { emoji: symbol.emoji.to_owned(), name: symbol.name.to_owned() })
                    .collect();
                pairing.stage = PairingStage::Compare;
            }
            PairingEvent::PeerConfirmed => {}
            PairingEvent::Failed(failure) => {
                // A later trouble of an invitation that did its work is nobody's concern.
                if !pairing.is_over() {
                    let (code, message) = sentence(failure, relay_online);
                    pairing.fail(code, &message);
                }
            }
            PairingEvent::Paired(paired) => {
                pairing.stage = PairingStage::Done;
                pairing.symbols = Vec::new();
                let url = pairing.relay_url.clone();
                self.adopt_relay(cx, url);
                self.meets_again(cx, super::device_id(&paired.peer));
                self.add_peer(cx, *paired, None);
            }
        }
    }

    /// The first pairing decides which relay this device uses.
    fn adopt_relay(&mut self, cx: &mut Context<'_>, url: String) {
        if let Some(settings) = self.device.settings.as_mut().filter(|settings| settings.relay_url != url) {
            settings.relay_url = url;
            let mut batch = Batch::default();
            batch.put(records::SETTINGS, records::encode(settings));
            cx.store(batch);
        }
    }

    /// Says so where an invitation cannot work because of the relay.
    pub(super) fn relay_unreachable(&mut self, cx: &mut Context<'_>) {
        if self.device.open.as_ref().is_some_and(|open| open.pairing.is_some()) {
            cx.view_changed();
        }
    }

    fn may_pair(&mut self) -> Result<String, CommandError> {
        let url = self.device.settings.as_ref().map(|settings| settings.relay_url.clone());
        let open = self.opened()?;
        if open.roster.is_some() || open.dealing.is_some() {
            let message = "A key is being made, or the devices are being changed. Wait until that is done.";
            return Err(refusal("pairing/busy", message));
        }
        url.ok_or_else(|| refusal("setup/needed", "Set this device up first."))
    }
}

fn nothing_to_compare() -> CommandError {
    refusal("pairing/nothing-to-confirm", "There is nothing to compare now.")
}

/// The page that the relay serves beside itself: `wss://host/v1/relay` → `https://host/`.
fn page_of_relay(url: &str) -> String {
    let page = url.strip_suffix("/v1/relay").unwrap_or(url);
    let page = match (page.strip_prefix("wss://"), page.strip_prefix("ws://")) {
        (Some(rest), _) => format!("https://{rest}"),
        (None, Some(rest)) => format!("http://{rest}"),
        (None, None) => page.to_owned(),
    };
    format!("{}/", page.trim_end_matches('/'))
}

fn sentence(failure: PairingFailure, relay_online: bool) -> (&'static str, String) {
    let new_one = "Nothing was paired. Make a new invitation and try again.";
    match failure {
        PairingFailure::Denied => (
            "pairing/different",
            "You said that the symbols differ. Nothing was paired: somebody may be between the two devices. Try \
             again, on another network if you can."
                .to_owned(),
        ),
        PairingFailure::DeniedByPeer => (
            "pairing/different",
            format!("The other device said that the symbols differ, or cancelled. {new_one}"),
        ),
        PairingFailure::Expired => ("pairing/expired", format!("The invitation has expired. {new_one}")),
        PairingFailure::NoAnswer if !relay_online => (
            "pairing/relay-unreachable",
            "The relay cannot be reached. Nothing was paired. Check the connection of this device, then try again."
                .to_owned(),
        ),
        PairingFailure::NoAnswer => (
            "pairing/no-answer",
            format!("The other device did not answer. Keep it open and connected. {new_one}"),
        ),
        PairingFailure::SameDevice => {
            ("pairing/same-device", "This invitation is of this very device. Open it on your other device.".to_owned())
        }
        PairingFailure::Tampered => (
            "pairing/tampered",
            "The other device broke the rules of pairing. Nothing was paired: somebody may be between the two \
             devices."
                .to_owned(),
        ),
        PairingFailure::TimedOut => ("pairing/timed-out", format!("Nobody compared the symbols in time. {new_one}")),
        PairingFailure::TooManyAttempts => (
            "pairing/too-many-attempts",
            format!("Somebody else tried to use this invitation. {new_one}"),
        ),
        PairingFailure::Used => (
            "pairing/used",
            format!("This invitation was used by another device already. If that was not yours, cancel there. {new_one}"),
        ),
        PairingFailure::VersionSkew { theirs } => (
            "pairing/other-version",
            if theirs > symbolon_link::pairing::PAIRING_VERSION {
                "The other device has a newer version of the wallet. Nothing was paired. Update this device.".to_owned()
            } else {
                "The other device has an older version of the wallet. Nothing was paired. Update it.".to_owned()
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_leads_to_the_page_that_the_relay_serves() {
        assert_eq!(page_of_relay("ws://127.0.0.1:8080/v1/relay"), "http://127.0.0.1:8080/");
        assert_eq!(page_of_relay("wss://relay.example.org/v1/relay"), "https://relay.example.org/");
        assert_eq!(page_of_relay("wss://example.org/deep/v1/relay"), "https://example.org/deep/");
    }
}
