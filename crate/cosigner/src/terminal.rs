//! The owner's side of a headless device: what it says, and what the owner types.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use serde_json::json;
use symbolon_wallet::Secret;
use symbolon_wallet::command::{Command, MAX_PACK_BYTES};
use symbolon_wallet::effect::CommandError;
use symbolon_wallet::event::EffectId;
use symbolon_wallet::view::{ChangeStage, DeviceView, PairingStage, Phase, View};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;

use crate::host::wants_password;
use crate::options::{AboutChange, Options};

/// Says what changed, once, and turns lines into commands.
pub struct Terminal {
    options: Options,
    password: Secret<Vec<u8>>,
    said: BTreeSet<String>,
    replies: EffectId,
    opening: bool,
    joined: bool,
    failed: bool,
}

impl Terminal {
    pub(crate) fn new(options: &Options, password: Secret<Vec<u8>>) -> Self {
        Self {
            options: options.clone(),
            password,
            said: BTreeSet::new(),
            replies: 0,
            opening: false,
            joined: false,
            failed: false,
        }
    }

    /// Lines of standard input, until it ends. A closed or missing input is fine.
    pub(crate) fn lines() -> mpsc::UnboundedReceiver<String> {
        let (sender, lines) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut input = BufReader::new(tokio::io::stdin()).lines();
            while let Ok(Some(line)) = input.next_line().await {
                if sender.send(line).is_err() {
                    return;
                }
            }
            // Keeps the channel open: an ended input is no reason to stop.
            sender.closed().await;
        });
        lines
    }

    /// Says what is new in `view` and gives the commands that follow from the options.
    pub(crate) fn react(&mut self, view: &View) -> Vec<Command> {
        let mut commands = Vec::new();
        self.say_once(&format!("phase {:?}", view.phase), json!({"event": "phase", "phase": view.phase}));
        self.say_once(&format!("relay {:?}", view.relay), json!({"event": "relay", "relay": view.relay}));
        self.said.retain(|said| {
            !(said.starts_with("phase ") && *said != format!("phase {:?}", view.phase)
                || said.starts_with("relay ") && *said != format!("relay {:?}", view.relay))
        });
        for notice in &view.notices {
            self.say_once(&format!("notice {}", notice.id), json!({"event": "notice", "notice": notice}));
        }
        if wants_password(view) && !self.opening && !self.failed {
            self.opening = true;
            commands.push(self.open(view.phase));
        }
        if !wants_password(view) {
            self.opening = false;
            if let Some(link) = self.options.join.clone().filter(|_| !self.joined && view.devices.len() < 2) {
                self.joined = true;
                commands.push(Command::JoinPairing { link });
            }
        }
        self.react_to_pairing(view, &mut commands);
        self.react_to_key(view, &mut commands);
        self.react_to_change(view, &mut commands);
        self.say_fallen(view);
        for request in &view.requests {
            let say = json!({"event": "request", "id": request.id, "origin": request.origin, "headline": request.card.headline,
                "network": request.network, "digest": request.card.digest, "words": request.card.digest_words,
                "rows": request.card.rows, "risks": request.card.risks, "can_decide": request.can_decide});
            self.say_once(
                &format!("request {} {} {}", request.id, request.card.digest, request.can_decide),
                say,
            );
            let say = json!({"event": "status", "id": request.id, "status": request.status});
            self.say_once(&format!("status {} {:?}", request.id, request.status), say);
        }
        if let Some(pack) = &view.pack {
            let say = json!({"event": "pack", "source": pack.source, "hash": pack.hash, "words": pack.words,
                "usable": pack.usable, "unusable": pack.unusable, "damaged": pack.damaged});
            self.say_once(&format!("pack {} {}", pack.hash, pack.damaged), say);
        }
        for entry in &view.activity {
            let say = json!({"event": "activity", "entry": entry});
            self.say_once(&format!("activity {} {:?}", entry.id, entry.outcome), say);
        }
        commands
    }

    fn react_to_pairing(&mut self, view: &View, commands: &mut Vec<Command>) {
        let Some(pairing) = &view.pairing else { return };
        let name = pairing.peer_name.clone().unwrap_or_default();
        match &pairing.stage {
            PairingStage::Compare => {
                let symbols: Vec<_> = pairing
                    .symbols
                    .iter()
                    .map(|symbol| format!("{} {}", symbol.emoji, symbol.name))
                    .collect();
                let key = format!("symbols {}", symbols.join(" "));
                if self.say_once(&key, json!({"event": "symbols", "peer": name, "symbols": symbols, "answer": "same / different"}))
                    && self.options.danger_accept_symbols
                {
                    commands.push(Command::ConfirmPairing { same: true });
                }
            }
            PairingStage::Failed { code, message } => {
                self.say_once(
                    &format!("pairing {code}"),
                    json!({"event": "pairing-failed", "code": code, "message": message}),
                );
            }
            PairingStage::Done => {
                self.say_once(&format!("paired {name}"), json!({"event": "paired", "peer": name}));
            }
            PairingStage::Connecting | PairingStage::Waiting | PairingStage::WaitingForPeer => {}
        }
    }

    fn react_to_key(&mut self, view: &View, commands: &mut Vec<Command>) {
        if let Some(roster) = view.roster.as_ref().filter(|roster| !roster.confirmed) {
            let key = format!("roster {}", roster.words.join(" "));
            let say = json!({"event": "roster", "words": roster.words, "devices": roster.devices, "threshold": roster.threshold,
                "answer": "same / different"});
            if self.say_once(&key, say) && self.options.danger_accept_symbols {
                commands.push(Command::ConfirmRoster { same: true });
            }
        }
        if let Some(keygen) = &view.keygen {
            let key = format!("keygen {} {:?} {}", keygen.done, keygen.error, keygen.stage);
            self.say_once(&key, json!({"event": "keygen", "keygen": keygen}));
        }
        for account in &view.accounts {
            self.say_once(
                &format!("address {}", account.address),
                json!({"event": "address", "address": account.address}),
            );
        }
    }

    /// A change of the wallet's devices: asked about, agreed to or refused as the options say.
    fn react_to_change(&mut self, view: &View, commands: &mut Vec<Command>) {
        let Some(change) = &view.change else { return };
        if change.stage != ChangeStage::Asked || change.agreed {
            let key = format!("change {:?} {} of {}", change.stage, change.done, change.total);
            self.say_once(&key, json!({"event": "change-progress", "change": change}));
            return;
        }
        let say = json!({"event": "change", "id": change.id, "proposer": change.proposer, "lines": change.lines,
            "devices": change.devices, "words": change.words, "answer": "agree ID / refuse ID"});
        if self.say_once(&format!("change {}", change.id), say) {
            let answer = |agree| Command::ConfirmChange { change: change.id.clone(), agree };
            match self.options.about_change(change.rotation) {
                AboutChange::Agree => commands.push(answer(true)),
                AboutChange::Ask => {}
                AboutChange::Refuse => commands.push(answer(false)),
            }
        }
    }

    /// Devices with which nothing is signed, because they were put back to an earlier state or exist twice. Only an owner
    /// who types it accepts one; no option does.
    fn say_fallen(&mut self, view: &View) {
        let key = |device: &DeviceView| format!("fell-back {}", device.id);
        let fallen: BTreeSet<_> = view.devices.iter().filter(|device| device.fell_back).map(key).collect();
        // One that was accepted may fall back again.
        self.said.retain(|said| !said.starts_with("fell-back ") || fallen.contains(said));
        for device in view.devices.iter().filter(|device| device.fell_back) {
            let say =
                json!({"event": "fell-back", "id": device.id, "device": device.name, "answer": "accept ID"});
            self.say_once(&key(device), say);
        }
    }

    fn open(&self, phase: Phase) -> Command {
        // EXPOSE: the command carries the password as text to the vault of this very process.
        let password = self.password.expose(|password| String::from_utf8_lossy(password).into_owned());
        match phase {
            Phase::Fresh => Command::SetUp {
                device_name: self.options.name.clone(),
                password,
                relay_url: self.options.relay.clone(),
            },
            _ => Command::Unlock { password },
        }
    }

    /// Understands a line: JSON commands, or `same`, `different`, `approve ID`, `reject ID`, `agree ID`, `refuse ID`,
    /// `accept ID`, `join LINK`, `pack FILE`, `pack none`.
    pub(crate) fn read(&mut self, line: &str, view: &View) -> Option<Command> {
        let line = line.trim();
        if self.options.json && line.starts_with('{') {
            let command = serde_json::from_str(line);
            if command.is_err() {
                self.say(&json!({"event": "error", "message": "not a command"}));
            }
            return command.ok();
        }
        let mut words = line.split_whitespace();
        let command = match (words.next()?, words.next()) {
            (answer @ ("same" | "different"), None) => {
                let same = answer == "same";
                match &view.roster {
                    Some(roster) if !roster.confirmed => Some(Command::ConfirmRoster { same }),
                    _ => Some(Command::ConfirmPairing { same }),
                }
            }
            ("approve", Some(id)) => {
                let shown = view.requests.iter().find(|request| request.id.starts_with(id));
                shown.map(|request| Command::Approve {
                    request: request.id.clone(),
                    digest: request.card.digest.clone(),
                })
            }
            ("reject", Some(id)) => {
                let shown = view.requests.iter().find(|request| request.id.starts_with(id));
                shown.map(|request| Command::Reject { request: request.id.clone() })
            }
            (answer @ ("agree" | "refuse"), Some(id)) => {
                let shown = view.change.as_ref().filter(|change| change.id.starts_with(id));
                shown.map(|change| Command::ConfirmChange {
                    change: change.id.clone(),
                    agree: answer == "agree",
                })
            }
            ("accept", Some(id)) => {
                let mut fits =
                    view.devices.iter().filter(|device| device.fell_back && device.id.starts_with(id));
                // Of two that fit neither is meant.
                fits.next()
                    .filter(|_| fits.next().is_none())
                    .map(|device| Command::AcceptDevice { device: device.id.clone() })
            }
            ("pack", Some("none")) => Some(Command::RemovePack),
            ("pack", Some(_)) => {
                // a name may have spaces
                let file = line.strip_prefix("pack").unwrap_or_default().trim();
                let Some(text) = pack_text(file) else {
                    self.say(&json!({"event": "error", "message": "this file cannot be read, or is too large for a pack"}));
                    return None;
                };
                Some(Command::LoadPack { text })
            }
            ("join", Some(link)) => Some(Command::JoinPairing { link: link.to_owned() }),
            _ => None,
        };
        if command.is_none() {
            self.say(
                &json!({"event": "help", "message": "same | different | approve ID | reject ID | agree ID | refuse ID | accept ID | join LINK | pack FILE | pack none"}),
            );
        }
        command
    }

    pub(crate) fn next_reply(&mut self) -> EffectId {
        self.replies += 1;
        self.replies
    }

    pub(crate) fn reply(&mut self, reply: EffectId, outcome: Result<(), CommandError>) {
        match outcome {
            Ok(()) => self.say(&json!({"event": "reply", "reply": reply, "ok": true})),
            Err(error) => {
                // A wrong password is not tried again and again.
                self.failed |= self.opening;
                self.say(&json!({"event": "reply", "reply": reply, "error": error}));
            }
        }
    }

    fn say_once(&mut self, key: &str, value: serde_json::Value) -> bool {
        let new = self.said.insert(key.to_owned());
        if new {
            self.say(&value);
        }
        new
    }

    fn say(&self, value: &serde_json::Value) {
        let mut out = std::io::stdout().lock();
        let line = if self.options.json { value.to_string() } else { plain(value) };
        // A closed terminal does not stop a cosigner.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// The text of a pack; nothing where the file cannot be read, or is longer than any pack.
fn pack_text(file: &str) -> Option<String> {
    let most = u64::try_from(MAX_PACK_BYTES).ok()?;
    let mut text = String::new();
    let read = std::fs::File::open(file).ok()?.take(most.saturating_add(1)).read_to_string(&mut text).ok()?;
    (read <= MAX_PACK_BYTES).then_some(text)
}

fn plain(value: &serde_json::Value) -> String {
    let mut line = value.get("event").and_then(|event| event.as_str()).unwrap_or_default().to_owned();
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "event") {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line.push_str(&format!("\n    {name}: {text}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use symbolon_wallet::view::DeviceKind;
    use symbolon_wallet::{HostConfig, Wallet};

    use super::*;
    use crate::options::{Action, Cli};

    fn terminal() -> Terminal {
        let line = ["symbolon-cosigner", "run", "--store", "x"];
        let Action::Run(options) = <Cli as clap::Parser>::parse_from(line).action;
        Terminal::new(&options, Secret::new(Vec::new()))
    }

    /// What a device shows that knows others by these ids, of which those marked fell back.
    fn view(devices: &[(&str, bool)]) -> View {
        let config = HostConfig {
            app_version: String::new(),
            default_relay: String::new(),
            kind: DeviceKind::Cosigner,
            kdf_memory_kib: 64 * 1024,
            unattended: None,
        };
        let (wallet, _) = Wallet::open(config, Vec::new(), None, 0, &mut rand_core::OsRng);
        let mut view = wallet.view(0);
        view.devices = devices
            .iter()
            .map(|(id, fell_back)| DeviceView {
                app_version: None,
                behind: false,
                epoch: None,
                fell_back: *fell_back,
                former: false,
                id: (*id).to_owned(),
                kind: DeviceKind::Phone,
                last_seen: None,
                me: false,
                name: "Phone".to_owned(),
                online: true,
                party: None,
                tested_at: None,
            })
            .collect();
        view
    }

    #[test]
    fn a_device_that_fell_back_is_accepted_by_the_first_characters_of_its_id() {
        let shown = view(&[("ab12", true), ("ab34", false), ("cd12", true), ("cd34", true)]);
        let accepted = |line: &str| match terminal().read(line, &shown) {
            Some(Command::AcceptDevice { device }) => Some(device),
            _ => None,
        };
        assert_eq!(accepted("accept ab").as_deref(), Some("ab12"), "the other did not fall back");
        assert_eq!(accepted("accept cd3").as_deref(), Some("cd34"));
        for refused in ["accept", "accept cd", "accept ab3", "accept ef"] {
            assert_eq!(accepted(refused), None, "{refused}");
        }
    }

    #[test]
    fn each_time_that_a_device_falls_back_is_said_once() {
        let mut terminal = terminal();
        let says = |terminal: &mut Terminal, fell_back| {
            terminal.react(&view(&[("ab12", fell_back)]));
            terminal.said.contains("fell-back ab12")
        };
        assert_eq!(
            [true, true, false, true].map(|fell_back| says(&mut terminal, fell_back)),
            [true, true, false, true]
        );
    }

    #[test]
    fn a_pack_is_read_from_a_file_that_is_no_longer_than_a_pack() {
        let folder = std::env::temp_dir().join(format!("symbolon-pack-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        std::fs::write(path("good"), "{}").unwrap();
        std::fs::write(path("longest"), vec![b' '; MAX_PACK_BYTES]).unwrap();
        std::fs::write(path("too long"), vec![b' '; MAX_PACK_BYTES + 1]).unwrap();
        std::fs::write(path("no text"), [0xff, 0xfe]).unwrap();
        assert_eq!(pack_text(&path("good")).as_deref(), Some("{}"));
        assert_eq!(pack_text(&path("longest")).map(|text| text.len()), Some(MAX_PACK_BYTES));
        for refused in ["too long", "no text", "missing"] {
            assert_eq!(pack_text(&path(refused)), None, "{refused}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
