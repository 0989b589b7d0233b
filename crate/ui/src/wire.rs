//! What screens and host say to each other: one JSON object a message, tagged by `type`.

use serde::{Deserialize, Serialize};
use symbolon_wallet::command::Command;
use symbolon_wallet::view::View;

/// Number that a reply carries back to the command it answers.
pub type ReplyId = u64;

/// Page to host.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ToHost {
    /// An order of the owner.
    Command {
        /// Comes back in [`FromHost::Reply`].
        reply: ReplyId,
        /// The order.
        command: Command,
    },
    /// The first message of every page.
    Hello {
        /// Which page it is.
        screen: ScreenKind,
    },
}

/// Host to page.
///
/// Read as one flat object rather than as a tagged enum: a tag makes serde buffer what it reads, and compile all of the
/// view's decoding a second time for the buffer.
#[derive(Deserialize)]
pub struct FromHost {
    /// Why not, in a [`FromHostKind::Reply`].
    #[serde(default)]
    pub error: Option<Refusal>,
    /// What the command asked for, in a [`FromHostKind::Reply`]. May be a secret: a recovery code.
    #[serde(default)]
    pub given: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: FromHostKind,
    /// The command was done, in a [`FromHostKind::Reply`].
    #[serde(default)]
    pub ok: bool,
    /// As in [`ToHost::Command`], in a [`FromHostKind::Reply`].
    #[serde(default)]
    pub reply: ReplyId,
    /// All that the screens may show, in a [`FromHostKind::View`].
    #[serde(default)]
    pub view: Option<Box<View>>,
}

/// What a message of the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromHostKind {
    /// The worker is lost; the bridge connects again by itself and a view follows. Replies in flight never come.
    Gone,
    /// The answer to a command.
    Reply,
    /// A view, sent whenever it changed.
    View,
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// Pinned code, `vault/wrong-password`.
    pub code: String,
    /// Plain sentence.
    pub message: String,
}

/// Which page the screens are in: `data-screen` of the document's root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScreenKind {
    /// A window of its own for requests.
    Approval,
    /// The wallet in a tab.
    Full,
    /// First run, in a tab.
    Onboarding,
    /// The phone's page.
    Phone,
    /// Under the toolbar button.
    Popup,
}

impl ScreenKind {
    /// Reads `data-screen`; anything unknown is the wallet in a tab.
    pub fn named(name: &str) -> Self {
        match name {
            "approval" => Self::Approval,
            "onboarding" => Self::Onboarding,
            "phone" => Self::Phone,
            "popup" => Self::Popup,
            _ => Self::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use symbolon_wallet::command::{FeeChoice, Guardians, Setting, SiteRule};
    use symbolon_wallet::view::{FeeSpeed, Theme};

    use super::*;

    fn every_command() -> Vec<Command> {
        let text = || "x".to_owned();
        let mut all = vec![
            Command::AcceptDevice { device: text() },
            Command::AddAccount { name: text() },
            Command::AddNetwork {
                chain_id: 31_337,
                name: text(),
                rpc_url: text(),
                symbol: text(),
                explorer_url: String::new(),
            },
            Command::AddPasskey { credential: text(), salt: text(), output: text() },
            Command::AddToken { address: text() },
            Command::AllowPasskey { password: text() },
            Command::Approve { request: text(), digest: text() },
            Command::CancelPairing,
            Command::ChangePassword { old: text(), new: text() },
            Command::ChooseCosigners { request: text(), devices: vec![text()] },
            Command::ConfirmPairing { same: true },
            Command::ConfirmRoster { same: false },
            Command::CreateKey { threshold: 2, accept_no_spare: false, recovery: true },
            Command::CheckRecoveryFile { file: text() },
            Command::ConfirmRecoveryCode { codes: vec![text()], passkey: None },
            Command::DrawRecoveryCode {
                guardians: Some(Guardians { needed: 2, guardians: 3 }),
                passkey: None,
            },
            Command::ForgetRecovery,
            Command::GiveRecoveryFile { party: 7 },
            Command::OpenRecoveryFile { file: text(), codes: vec![text()], passkey: None },
            Command::DisconnectSite { origin: text() },
            Command::DismissNotice { notice: 7 },
            Command::EditFee { request: text(), fee: FeeChoice::Speed { speed: FeeSpeed::Fast } },
            Command::EditFee {
                request: text(),
                fee: FeeChoice::Custom {
                    max_fee_gwei: "1.5".into(),
                    priority_fee_gwei: "1".into(),
                    gas_limit: 21_000,
                },
            },
            Command::EraseDevice { confirmation: "erase".into() },
            Command::ForgetDevice { device: text() },
            Command::Invite,
            Command::JoinPairing { link: text() },
            Command::LoadPack { text: text() },
            Command::Lock,
            Command::OpenRequest { request: text() },
            Command::Refresh,
            Command::Reject { request: text() },
            Command::RejectAll,
            Command::RemoveNetwork { chain_id: 1 },
            Command::RemovePack,
            Command::RemovePasskey,
            Command::RemovePhishingList,
            Command::RestartJournal,
            Command::RetryBroadcast { request: text() },
            Command::RetrySigning { request: text() },
            Command::SelectAccount { index: 1 },
            Command::SelectNetwork { chain_id: 1 },
            Command::Send { to: text(), amount: text(), token: None },
            Command::SetPhishingList { text: text() },
            Command::SetSite { origin: text(), rule: SiteRule::Muted { on: true } },
            Command::SetUp { device_name: text(), password: text(), relay_url: text() },
            Command::Touch,
            Command::Unlock { password: text() },
            Command::UnlockWithPasskey { output: text() },
        ];
        all.extend(
            [
                Setting::AutoLock { minutes: 5 },
                Setting::DefaultProvider { on: true },
                Setting::DeviceName { name: text() },
                Setting::Relay { url: text() },
                Setting::Theme { theme: Theme::Dark },
            ]
            .map(|setting| Command::Set { setting }),
        );
        all
    }

    #[test]
    fn every_command_comes_back_from_json_unchanged() {
        for command in every_command() {
            let sent = serde_json::to_value(&command).unwrap();
            let back: Command = serde_json::from_value(sent.clone()).unwrap();
            assert_eq!(serde_json::to_value(&back).unwrap(), sent);
        }
    }

    #[test]
    fn a_command_is_sent_in_the_form_that_the_host_reads() {
        let message = ToHost::Command {
            reply: 3,
            command: Command::Approve { request: "r1".into(), digest: "0xab".into() },
        };
        assert_eq!(
            serde_json::to_value(&message).unwrap(),
            serde_json::json!({
                "type": "command",
                "reply": 3,
                "command": { "type": "approve", "request": "r1", "digest": "0xab" },
            })
        );
    }

    #[test]
    fn hello_names_the_page() {
        let message = ToHost::Hello { screen: ScreenKind::named("phone") };
        assert_eq!(serde_json::to_string(&message).unwrap(), r#"{"type":"hello","screen":"phone"}"#);
    }

    #[test]
    fn a_refusal_is_read_with_its_code() {
        let read: FromHost = serde_json::from_str(
            r#"{"type":"reply","reply":9,"error":{"code":"vault/wrong-password","message":"No."}}"#,
        )
        .unwrap();
        assert_eq!((read.kind, read.reply, read.ok), (FromHostKind::Reply, 9, false));
        let refusal = read.error.unwrap();
        assert_eq!(refusal.code, "vault/wrong-password");
    }

    #[test]
    fn what_a_command_asked_for_is_read() {
        let read: FromHost =
            serde_json::from_str(r#"{"type":"reply","reply":9,"ok":true,"given":"1ABC-DEFG"}"#).unwrap();
        assert_eq!((read.ok, read.given.as_deref()), (true, Some("1ABC-DEFG")));
        let read: FromHost = serde_json::from_str(r#"{"type":"reply","reply":9,"ok":true}"#).unwrap();
        assert_eq!((read.ok, read.given), (true, None));
    }

    #[test]
    fn a_view_is_read_as_the_host_writes_it() {
        let view = crate::sample::view(symbolon_wallet::view::Phase::Ready);
        let json = serde_json::json!({ "type": "view", "view": &view }).to_string();
        let read: FromHost = serde_json::from_str(&json).unwrap();
        assert_eq!(read.kind, FromHostKind::View);
        assert_eq!(*read.view.unwrap(), view);
    }
}
