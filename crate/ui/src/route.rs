//! Which screen is to be seen, as a function of the view and of where the owner went.

use std::collections::BTreeSet;

use symbolon_wallet::view::{
    ActivityView, CardKind, ChangeStage, Outcome, PairingStage, Phase, RequestView, View,
};

use crate::wire::ScreenKind;

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A request, by id.
    Approval(String),
    /// A change of who holds shares waits for the owner's word, or gives this device its first share.
    Change,
    /// How a request ended, by id.
    Done(String),
    /// The approval window has nothing left to show.
    Idle,
    /// The recovery file is saved and chosen again, before any page of the wallet.
    KeepFile,
    /// The key is being made.
    Keygen,
    /// Identity and vault exist: pair devices, then make the key.
    Linking,
    /// An invitation or a join goes on.
    Pairing,
    /// A wallet is recovered on this device, from a recovery file and its code.
    Recover,
    /// A recovery code is drawn, put on paper, and typed in again.
    RecoveryCode,
    /// All devices compare words.
    Roster,
    /// First run.
    SetUp,
    /// A page of the open wallet.
    Tab(Tab),
    /// The vault is closed.
    Unlock,
    /// Stored data cannot be used.
    Unusable,
    /// Create or join.
    Welcome,
    /// The link of another device is entered or scanned.
    Join,
}

/// A page of the open wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What was decided.
    Activity,
    /// What the account lets others take.
    Allowances,
    /// The address book.
    Contacts,
    /// This wallet's devices.
    Devices,
    /// Balance, address, tokens.
    #[default]
    Home,
    /// The address as QR.
    Receive,
    /// A recovery file: saved, and chosen again: the one of [`Place::party`].
    RecoveryFile,
    /// What to do when something is lost.
    RecoveryMatrix,
    /// A transfer of the owner's own.
    Send,
    /// Settings.
    Settings,
    /// What one site has asked: the one of [`Place::site`].
    Site,
    /// Connected sites.
    Sites,
}

/// First-run choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstStep {
    /// A new wallet.
    Create,
    /// A wallet that another device has.
    Join,
    /// A wallet whose recovery file its owner has.
    Recover,
}

/// Where the owner went; lives in the page only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The request that is on screen, or was when it ended.
    pub current: Option<String>,
    /// What the owner chose on the first screen.
    pub first: Option<FirstStep>,
    /// The screen that draws a recovery code is open.
    pub drawing: bool,
    /// The form for another device's link is open.
    pub joining: bool,
    /// Requests put aside with "Later".
    pub later: BTreeSet<String>,
    /// The recovery share whose file is looked at, by party.
    pub party: u16,
    /// Requests that were rejected here: their owner knows how they ended.
    pub rejected: BTreeSet<String>,
    /// The recovery share in whose place the drawn code shall stand, by party; none if it is one more.
    pub replaces: Option<u16>,
    /// Origin of the site whose requests are looked at.
    pub site: String,
    /// Page of the open wallet.
    pub tab: Tab,
    /// How many shall sign, where the owner chose it before the key is made.
    pub threshold: Option<u16>,
}

impl Screen {
    /// Name for tests, and for the style sheet.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Approval(_) => "approval",
            Self::Change => "change",
            Self::Done(_) => "done",
            Self::Idle => "idle",
            Self::Join => "join",
            Self::KeepFile => "keep-file",
            Self::Keygen => "keygen",
            Self::Linking => "linking",
            Self::Pairing => "pairing",
            Self::Recover => "recover",
            Self::RecoveryCode => "recovery-code",
            Self::Roster => "roster",
            Self::SetUp => "set-up",
            Self::Tab(tab) => tab.name(),
            Self::Unlock => "unlock",
            Self::Unusable => "unusable",
            Self::Welcome => "welcome",
        }
    }
}

impl Tab {
    /// Name for tests, and for the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Allowances => "allowances",
            Self::Contacts => "contacts",
            Self::Devices => "devices",
            Self::Home => "home",
            Self::Receive => "receive",
            Self::RecoveryFile => "recovery-file",
            Self::RecoveryMatrix => "recovery-matrix",
            Self::Send => "send",
            Self::Settings => "settings",
            Self::Site => "site",
            Self::Sites => "sites",
        }
    }
}

/// The screen for this view and place.
pub fn screen(view: &View, kind: ScreenKind, place: &Place) -> Screen {
    match view.phase {
        Phase::Unusable => Screen::Unusable,
        Phase::Fresh if place.first.is_some() => Screen::SetUp,
        Phase::Fresh => Screen::Welcome,
        Phase::Locked => Screen::Unlock,
        Phase::Linking if place.drawing && !devices_act(view) => Screen::RecoveryCode,
        Phase::Linking if view.keygen.is_some() => Screen::Keygen,
        Phase::Linking if view.roster.is_some() => Screen::Roster,
        Phase::Linking if view.change.is_some() => Screen::Change,
        Phase::Linking if pairing_goes_on(view) => Screen::Pairing,
        // The form for a link has done its work once a device is paired.
        Phase::Linking if place.joining && !has_paired(view) => Screen::Join,
        Phase::Linking if recovers(view, place) => Screen::Recover,
        Phase::Linking => Screen::Linking,
        Phase::Ready => ready(view, kind, place),
    }
}

/// The request to show first: the one on screen as long as it waits (nothing may change under a finger), else the
/// oldest that this owner may decide, else the oldest; without those put aside.
pub fn front<'a>(view: &'a View, place: &Place) -> Option<&'a RequestView> {
    let waits = |request: &&RequestView| !place.later.contains(&request.id);
    let current = place.current.as_deref();
    view.requests
        .iter()
        .find(|request| Some(request.id.as_str()) == current && waits(request))
        .or_else(|| view.requests.iter().find(|request| request.can_decide && waits(request)))
        .or_else(|| view.requests.iter().find(waits))
}

fn ready(view: &View, kind: ScreenKind, place: &Place) -> Screen {
    // A code is seen once: nothing may take its place while it is being written down.
    if place.drawing {
        return Screen::RecoveryCode;
    }
    // Nothing can be received before its owner could lose a device.
    if view.recovery.must_keep {
        return Screen::KeepFile;
    }
    // What just ended stays on screen until the owner has seen how, and before the next request comes.
    if let Some(id) = &place.current
        && !place.later.contains(id)
        && !place.rejected.contains(id)
        && view.requests.iter().all(|request| request.id != *id)
        && view.activity.iter().any(|entry| entry.id == *id && worth_a_screen(entry))
    {
        return Screen::Done(id.clone());
    }
    if let Some(request) = front(view, place) {
        return Screen::Approval(request.id.clone());
    }
    if asks_change(view) && kind != ScreenKind::Approval {
        return Screen::Change;
    }
    if pairing_goes_on(view) {
        return Screen::Pairing;
    }
    match kind {
        ScreenKind::Approval => Screen::Idle,
        _ => Screen::Tab(place.tab),
    }
}

/// Whether an ending is news: a connection that was allowed shows in its page at once.
fn worth_a_screen(entry: &ActivityView) -> bool {
    let here_alone = matches!(entry.kind, CardKind::AddNetwork | CardKind::Connect | CardKind::WatchToken);
    !(here_alone && entry.outcome == Outcome::Signed)
}

/// Whether a change of who holds shares waits for this owner's word.
fn asks_change(view: &View) -> bool {
    view.change.as_ref().is_some_and(|change| change.stage == ChangeStage::Asked && !change.agreed)
}

/// Whether something goes on that all devices take part in: a comparison, the making of a key, a change.
fn devices_act(view: &View) -> bool {
    let makes_key = view.keygen.as_ref().is_some_and(|keygen| keygen.error.is_none());
    makes_key || view.roster.is_some() || view.change.is_some() || pairing_goes_on(view)
}

/// Whether a wallet is being recovered here.
fn recovers(view: &View, place: &Place) -> bool {
    place.first == Some(FirstStep::Recover) || view.recovery.opened.is_some()
}

/// Whether a pairing has just succeeded.
fn has_paired(view: &View) -> bool {
    view.pairing.as_ref().is_some_and(|pairing| pairing.stage == PairingStage::Done)
}

/// Whether a pairing needs a screen of its own.
fn pairing_goes_on(view: &View) -> bool {
    view.pairing.as_ref().is_some_and(|pairing| pairing.stage != PairingStage::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_fresh_device_asks_create_or_join() {
        let view = sample::view(Phase::Fresh);
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Welcome);
        let chosen = Place { first: Some(FirstStep::Join), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Full, &chosen), Screen::SetUp);
    }

    #[test]
    fn a_locked_device_shows_no_request() {
        let mut view = sample::view(Phase::Locked);
        view.requests.push(sample::request("a"));
        assert_eq!(screen(&view, ScreenKind::Approval, &Place::default()), Screen::Unlock);
    }

    #[test]
    fn the_oldest_request_comes_first() {
        let mut view = sample::view(Phase::Ready);
        view.requests = vec![sample::request("a"), sample::request("b")];
        assert_eq!(screen(&view, ScreenKind::Popup, &Place::default()), Screen::Approval("a".into()));
    }

    #[test]
    fn the_request_on_screen_is_not_replaced_while_it_waits() {
        let mut view = sample::view(Phase::Ready);
        view.requests = vec![sample::request("older"), sample::request("shown")];
        let place = Place { current: Some("shown".into()), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Popup, &place), Screen::Approval("shown".into()));
    }

    #[test]
    fn a_request_that_can_be_decided_comes_before_one_that_waits_for_others() {
        let mut view = sample::view(Phase::Ready);
        let mut waiting = sample::request("a");
        waiting.can_decide = false;
        view.requests = vec![waiting, sample::request("b")];
        assert_eq!(screen(&view, ScreenKind::Popup, &Place::default()), Screen::Approval("b".into()));
    }

    #[test]
    fn a_request_put_aside_leaves_the_wallet_usable() {
        let mut view = sample::view(Phase::Ready);
        view.requests = vec![sample::request("a")];
        let place = Place { later: BTreeSet::from(["a".to_owned()]), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Popup, &place), Screen::Tab(Tab::Home));
    }

    #[test]
    fn an_ended_request_shows_how_it_ended_before_the_next_one() {
        let mut view = sample::view(Phase::Ready);
        view.requests = vec![sample::request("next")];
        view.activity = vec![sample::activity("ended")];
        let place = Place { current: Some("ended".into()), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Popup, &place), Screen::Done("ended".into()));
    }

    #[test]
    fn what_was_rejected_here_needs_no_word_about_it() {
        let mut view = sample::view(Phase::Ready);
        view.activity = vec![sample::activity("ended")];
        let mut place = Place { current: Some("ended".into()), ..Place::default() };
        place.rejected.insert("ended".into());
        assert_eq!(screen(&view, ScreenKind::Popup, &place), Screen::Tab(Tab::Home));
    }

    #[test]
    fn an_allowed_connection_needs_no_word_about_it() {
        let mut view = sample::view(Phase::Ready);
        let mut entry = sample::activity("ended");
        entry.kind = CardKind::Connect;
        entry.outcome = Outcome::Signed;
        view.activity = vec![entry];
        let place = Place { current: Some("ended".into()), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Approval, &place), Screen::Idle);
    }

    #[test]
    fn a_failed_key_creation_stays_on_its_own_screen() {
        let mut view = sample::view(Phase::Linking);
        view.keygen = Some(sample::keygen(Some("It stopped.")));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Keygen);
    }

    #[test]
    fn a_change_is_asked_for_until_the_owner_has_answered() {
        let mut view = sample::view(Phase::Ready);
        view.change = Some(sample::change(ChangeStage::Asked, false));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Change);
        view.requests = vec![sample::request("a")];
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Approval("a".into()));
        view.requests.clear();
        view.change = Some(sample::change(ChangeStage::Asked, true));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Tab(Tab::Home));
        // A device that joins has nothing else to show.
        let mut view = sample::view(Phase::Linking);
        view.change = Some(sample::change(ChangeStage::Dealing, true));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Change);
    }

    #[test]
    fn the_recovery_file_comes_before_every_page_and_request() {
        let mut view = sample::view(Phase::Ready);
        view.recovery = sample::recovery(false);
        view.requests = vec![sample::request("a")];
        for kind in [ScreenKind::Full, ScreenKind::Phone, ScreenKind::Popup, ScreenKind::Approval] {
            assert_eq!(screen(&view, kind, &Place::default()), Screen::KeepFile);
        }
        view.recovery = sample::recovery(true);
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Approval("a".into()));
    }

    #[test]
    fn nothing_takes_the_place_of_a_code_that_is_written_down() {
        let place = Place { drawing: true, ..Place::default() };
        let mut view = sample::view(Phase::Ready);
        view.requests = vec![sample::request("a")];
        view.change = Some(sample::change(ChangeStage::Asked, false));
        assert_eq!(screen(&view, ScreenKind::Full, &place), Screen::RecoveryCode);
        let mut view = sample::view(Phase::Linking);
        view.keygen = Some(sample::keygen(Some("It stopped.")));
        assert_eq!(screen(&view, ScreenKind::Full, &place), Screen::RecoveryCode);
        // What all devices take part in waits for nobody.
        view.keygen = Some(sample::keygen(None));
        assert_eq!(screen(&view, ScreenKind::Full, &place), Screen::Keygen);
    }

    #[test]
    fn a_recovery_goes_on_where_it_was() {
        let mut view = sample::view(Phase::Linking);
        let place = Place { first: Some(FirstStep::Recover), ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Full, &place), Screen::Recover);
        // The page was loaded again: what is open in the wallet says it.
        view.recovery.opened = Some(sample::opened_share(1));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Recover);
        view.pairing = Some(sample::pairing(PairingStage::Compare));
        assert_eq!(screen(&view, ScreenKind::Full, &place), Screen::Pairing);
    }

    #[test]
    fn a_finished_pairing_returns_to_the_devices() {
        let mut view = sample::view(Phase::Linking);
        view.pairing = Some(sample::pairing(PairingStage::Done));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Linking);
        let joining = Place { joining: true, ..Place::default() };
        assert_eq!(screen(&view, ScreenKind::Phone, &joining), Screen::Linking);
        view.pairing = Some(sample::pairing(PairingStage::Compare));
        assert_eq!(screen(&view, ScreenKind::Full, &Place::default()), Screen::Pairing);
    }
}
