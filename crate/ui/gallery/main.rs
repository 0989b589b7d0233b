//! Writes every state of the screens as JSON, `{ "name": { "screen": …, "view": …, "press": … }, … }`, for the gallery's page.
//! What is pressed are test ids, one after the other, where a state is not of the view alone.

#[allow(dead_code, reason = "tests use the rest")]
mod sample;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use symbolon_wallet::view::*;

fn main() {
    let mut states: BTreeMap<&str, Value> = BTreeMap::new();
    let mut add_pressed = |name: &'static str, screen: &str, view: View, press: &[&str]| {
        states.insert(name, json!({ "screen": screen, "view": view, "press": press }));
    };
    add_recovery(&mut add_pressed);
    let mut add = |name: &'static str, screen: &str, view: View| add_pressed(name, screen, view, &[]);
    let ready = || sample::view(Phase::Ready);
    let linking = || sample::view(Phase::Linking);

    add("welcome", "onboarding", sample::view(Phase::Fresh));
    add("unlock", "popup", sample::view(Phase::Locked));
    add("unusable", "popup", {
        let mut view = sample::view(Phase::Unusable);
        view.notices = vec![sample::notice(
            1,
            "store/damaged",
            "The record of this device's share fails its check. Restore this browser profile, or join again from another device.",
            Severity::Danger,
        )];
        view
    });
    add("linking-alone", "onboarding", View { devices: sample::devices()[..1].to_vec(), ..linking() });
    add("linking-two", "onboarding", View { devices: sample::devices()[..2].to_vec(), ..linking() });
    add("linking-three", "onboarding", linking());
    add("linking-phone", "phone", linking());
    for (name, stage) in [
        ("pair-waiting", PairingStage::Waiting),
        ("pair-connecting", PairingStage::Connecting),
        ("pair-compare", PairingStage::Compare),
        ("pair-waiting-peer", PairingStage::WaitingForPeer),
        (
            "pair-failed",
            PairingStage::Failed {
                code: "pairing/expired".into(),
                message: "The invitation is older than two minutes. Nothing was shared; make a new one."
                    .into(),
            },
        ),
    ] {
        add(name, "onboarding", View { pairing: Some(sample::pairing(stage)), ..linking() });
    }
    add("roster", "onboarding", View { roster: Some(sample::roster(false)), ..linking() });
    add("roster-confirmed", "phone", View { roster: Some(sample::roster(true)), ..linking() });
    add("keygen", "onboarding", View { keygen: Some(sample::keygen(None)), ..linking() });
    let failed =
        sample::keygen(Some("Home server stopped answering. No key was made, and nothing was lost."));
    add("keygen-failed", "onboarding", View { keygen: Some(failed), ..linking() });

    let with_newcomer = || {
        let mut devices = sample::devices();
        devices.push(sample::newcomer());
        devices
    };
    let change = |stage, agreed| Some(sample::change(stage, agreed));
    add("change-asked", "full", View { change: change(ChangeStage::Asked, false), ..ready() });
    add("change-joining", "phone", View { change: change(ChangeStage::Dealing, true), ..linking() });
    add(
        "devices-due",
        "full",
        View {
            devices: with_newcomer(),
            rotation: ready().rotation.map(|rotation| RotationView { due: true, ..rotation }),
            ..ready()
        },
    );

    let busy = || View { activity: sample::activities(), sites: sample::sites(), ..ready() };
    add("home", "popup", busy());
    add("home-full", "full", busy());
    add("home-phone", "phone", busy());
    add("home-empty", "popup", {
        let mut view = ready();
        view.balances.truncate(1);
        view.balances[0].amount = None;
        view.chain_id = 8453;
        view.relay = RelayView::Unreachable;
        view.notices = vec![sample::notice(
            7,
            "device/version",
            "Home server runs version 0.0.9. Update it.",
            Severity::Info,
        )];
        view
    });

    let asked = |request: RequestView| View { requests: vec![request], ..ready() };
    add("approval", "approval", asked(sample::request("r1")));
    add("approval-phone", "phone", {
        let mut request = sample::request("r1");
        request.relayed_by = Some("Work laptop".into());
        request.card.fee.iter_mut().for_each(|fee| fee.editable = false);
        asked(request)
    });
    add("approval-danger", "approval", asked(sample::dangerous("r1")));
    add("approval-typed", "approval", asked(sample::typed_data("r1")));
    add("approval-connect", "approval", asked(sample::connect("r1")));
    add(
        "approval-queue",
        "popup",
        View { requests: (0..10).map(|index| sample::request(&format!("r{index}"))).collect(), ..ready() },
    );
    for (name, status, decides) in [
        ("approval-preparing", RequestStatus::Preparing, false),
        (
            "approval-prepare-failed",
            RequestStatus::PrepareFailed {
                message:
                    "This account has 0.1 ETH; the transfer and its fee need 0.5 ETH. Nothing was signed."
                        .into(),
            },
            false,
        ),
        ("approval-waiting", RequestStatus::WaitingForOthers, false),
        ("approval-signing", RequestStatus::Signing, false),
        ("approval-broadcasting", RequestStatus::Broadcasting, false),
        (
            "approval-broadcast-failed",
            RequestStatus::BroadcastFailed {
                message:
                    "Ethereum does not answer. The signed transaction is kept here and can be sent again."
                        .into(),
            },
            false,
        ),
        (
            "approval-stalled",
            RequestStatus::Stalled { message: "Pixel phone went away while signing.".into() },
            false,
        ),
    ] {
        let mut request = sample::request("r1");
        request.status = status;
        request.can_decide = decides;
        request.devices[0].state = DeviceState::Approved;
        add(name, "approval", asked(request));
    }
    add("approval-offline", "approval", {
        let mut request = sample::request("r1");
        request.devices[1] = sample::strip("Pixel phone", false, true, DeviceState::Offline);
        asked(request)
    });
    add("approval-reverts", "approval", {
        let mut request = sample::request("r1");
        request.card.simulation = Some(sample::not_simulated(
            SimulationStatus::Reverts,
            "This would fail, and its fee would be lost. The contract says: too late",
        ));
        asked(request)
    });
    println!("{}", serde_json::to_string(&states).expect("views are plain data"));
}

/// Recovery shares: the code, the file, and a wallet that is recovered.
fn add_recovery(add: &mut impl FnMut(&'static str, &str, View, &[&str])) {
    let ready = || sample::view(Phase::Ready);
    let two = || View { devices: sample::devices()[..2].to_vec(), ..sample::view(Phase::Linking) };
    let linking = |recovery| View { recovery, ..two() };
    let opened =
        |missing| RecoveryView { opened: Some(sample::opened_share(missing)), ..RecoveryView::default() };
    add("key-choice-code-ready", "onboarding", linking(sample::recovery_draft(true, 1)), &[]);
    add("code-choose", "onboarding", two(), &["draw-code"]);
    add("code-shown", "onboarding", two(), &["draw-code", "code-draw"]);
    add("code-shown-phone", "phone", two(), &["draw-code", "code-draw"]);
    add("code-split", "onboarding", two(), &["draw-code", "code-kind=split", "code-draw"]);
    add("code-type-in", "phone", two(), &["draw-code", "code-draw", "code-written"]);
    add("code-left", "onboarding", linking(sample::recovery_draft(false, 2)), &["draw-code"]);
    add(
        "code-ready",
        "onboarding",
        two(),
        &["draw-code", "code-draw", "code-written", "code-input=1", "code-confirm"],
    );
    add("keep-file", "onboarding", View { recovery: sample::recovery(false), ..ready() }, &[]);
    add("keep-file-phone", "phone", View { recovery: sample::recovery(false), ..ready() }, &[]);
    add("keep-file-popup", "popup", View { recovery: sample::recovery(false), ..ready() }, &[]);
    let unkept = || {
        let mut recovery = sample::recovery(false);
        recovery.must_keep = false;
        View { recovery, ..ready() }
    };
    add("home-unkept", "popup", unkept(), &[]);
    add("recovery-file", "full", unkept(), &["file-keep"]);
    let kept = || View { recovery: sample::recovery(true), ..ready() };
    add("devices-recovery", "full", kept(), &["nav-devices"]);
    add("devices-recovery-popup", "popup", unkept(), &["nav-devices"]);
    add("devices-recovery-drop", "full", kept(), &["nav-devices", "recovery-remove"]);
    add(
        "matrix",
        "full",
        View { devices: sample::devices()[..2].to_vec(), ..kept() },
        &["nav-settings", "open-matrix"],
    );
    add(
        "matrix-without",
        "phone",
        View { devices: sample::devices()[..2].to_vec(), ..ready() },
        &["nav-settings", "open-matrix"],
    );
    let one = || View { devices: sample::devices()[..1].to_vec(), ..two() };
    add("recover-open", "phone", one(), &["recover", "code-add"]);
    add(
        "recover-missing",
        "onboarding",
        View { devices: two().devices[..1].to_vec(), ..linking(opened(1)) },
        &[],
    );
    add("recover-opened", "onboarding", linking(opened(0)), &[]);
    add(
        "recover-ask",
        "phone",
        linking(RecoveryView { opened: opened(0).opened, ..sample::recovery_draft(true, 1) }),
        &[],
    );
    let mut roster = sample::roster(false);
    roster.recovery = Some(sample::SHEET.into());
    add("roster-recovery", "onboarding", View { roster: Some(roster), ..two() }, &[]);
}
