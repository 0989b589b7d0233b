//! The owner's commands that concern this side.

use symbolon_chain::evm::address;
use symbolon_chain::units;
use symbolon_mpc::DeviceId;

use super::journal::Rule;
use super::requests::{Ask, Entry, FeeWish, No, Source, Stage};
use super::{networks, record};
use crate::command::{Command, FeeChoice, Setting};
use crate::context::Context;
use crate::effect::CommandError;
use crate::event::EffectId;
use crate::messages;
use crate::request::RequestId;
use crate::view::DeviceState;
use crate::wallet::Wallet;

/// What went wrong, as a pinned code and a sentence.
pub(super) type Outcome = Result<(), (&'static str, String)>;

pub(super) fn error(code: &str, message: &str) -> CommandError {
    CommandError { code: code.to_owned(), message: message.to_owned() }
}

impl Wallet {
    pub(super) fn dapp_command(&mut self, cx: &mut Context<'_>, reply: EffectId, command: Command) {
        if self.dapp.unusable {
            return cx.reply(reply, Err(error("store/unusable", messages::UNUSABLE)));
        }
        let changes_settings_only = matches!(command, Command::Set { .. } | Command::DismissNotice { .. });
        if !changes_settings_only && !self.vault_open() {
            return cx.reply(reply, Err(error("vault/locked", messages::LOCKED)));
        }
        let outcome = match command {
            // These answer by themselves, after a node was asked.
            Command::AddNetwork { chain_id, name, rpc_url, symbol, explorer_url } => {
                let network = networks::build(chain_id, &name, &symbol, &symbol, &explorer_url, rpc_url);
                match self.add_network_command(cx, reply, network) {
                    Ok(()) => return,
                    outcome => outcome,
                }
            }
            Command::AddToken { address } => match address::parse(&address) {
                Ok(token) => return self.add_token(cx, reply, token),
                Err(_) => Err(("token/address", messages::ADDRESS.to_owned())),
            },
            Command::AddAccount { name } => self.add_account(cx, &name),
            Command::Approve { request, digest } => self.approve(cx, &request, &digest),
            Command::ChooseCosigners { request, devices } => match self.choose(cx, &request, &devices) {
                Ok(()) => Ok(()),
                Err(error) => return cx.reply(reply, Err(error)),
            },
            Command::DisconnectSite { origin } => self.disconnect_command(cx, &origin),
            Command::DismissNotice { notice } => {
                self.dapp.dismissed.insert(notice.wrapping_sub(super::view::NOTICE_BASE));
                Ok(())
            }
            Command::EditFee { request, fee } => self.edit_fee_command(cx, &request, &fee),
            Command::RestartJournal => {
                self.restart_journal(cx);
                Ok(())
            }
            Command::OpenRequest { request } => self.with(&request, |wallet, id| {
                wallet.tell_state(cx, &id, DeviceState::Opened);
                wallet.look_up(cx, &id);
                Ok(())
            }),
            Command::Refresh => {
                self.refresh_balances(cx);
                self.hurry_receipts(cx);
                Ok(())
            }
            Command::Reject { request } => self.with(&request, |wallet, id| {
                wallet.reject(cx, &id, No::Owner);
                Ok(())
            }),
            Command::RejectAll => {
                let waiting = self.dapp.requests.iter().filter(|entry| entry.signed.is_none());
                let ids: Vec<RequestId> = waiting.map(|entry| entry.id).collect();
                for id in ids {
                    self.reject(cx, &id, No::Owner);
                }
                Ok(())
            }
            Command::RemoveNetwork { chain_id } => self.remove_network(cx, chain_id),
            Command::RetryBroadcast { request } => {
                self.with(&request, |wallet, id| wallet.retry_broadcast(cx, &id))
            }
            Command::RetrySigning { request } => {
                self.with(&request, |wallet, id| wallet.retry_signing(cx, &id))
            }
            Command::SelectAccount { index } => self.select_account(cx, index),
            Command::SelectNetwork { chain_id } => {
                if self.dapp.networks.find(chain_id).is_some() {
                    self.activate_network(cx, chain_id);
                    Ok(())
                } else {
                    Err(("network/unknown", messages::NETWORK_UNKNOWN.to_owned()))
                }
            }
            Command::Send { to, amount, token } => self.send(cx, &to, &amount, token.as_deref()),
            Command::SetSite { origin, rule } => self.set_rule(cx, &origin, rule),
            Command::Set { setting } => {
                self.set(cx, setting);
                Ok(())
            }
            Command::CancelTransaction { id } => self.replace(cx, &id, true),
            Command::FindAllowances => self.find_allowances(cx),
            Command::LimitApproval { request, amount } => {
                self.with(&request, |wallet, id| wallet.limit(cx, &id, &amount))
            }
            Command::LoadPack { text } => self.load_pack(cx, text),
            Command::RemovePack => self.remove_pack(cx),
            Command::RemoveContact { address } => self.remove_contact(cx, &address),
            Command::RemoveToken { address } => self.remove_token(cx, &address),
            Command::Revoke { token, spender, every } => self.revoke(cx, &token, &spender, every),
            Command::SetContact { address, name } => self.set_contact(cx, &address, &name),
            Command::SpeedUp { id } => self.replace(cx, &id, false),
            Command::RemovePhishingList => self.remove_thieves(cx),
            Command::SetPhishingList { text } => self.set_thieves(cx, &text),
            // The device side's commands do not come here.
            _ => Ok(()),
        };
        cx.view_changed();
        cx.reply(reply, outcome.map_err(|(code, message)| error(code, &message)));
    }

    fn set(&mut self, cx: &mut Context<'_>, setting: Setting) {
        match setting {
            Setting::DefaultProvider { on } => self.dapp.settings.default_provider = on,
            Setting::Theme { theme } => self.dapp.settings.theme = theme,
            Setting::AutoLock { .. } | Setting::DeviceName { .. } | Setting::Relay { .. } => return,
        }
        cx.store(record::put(record::SETTINGS, &self.dapp.settings));
    }

    fn with(&mut self, request: &str, act: impl FnOnce(&mut Self, RequestId) -> Outcome) -> Outcome {
        match self.find(request) {
            Some(id) => act(self, id),
            None => Err(("request/unknown", messages::REQUEST_UNKNOWN.to_owned())),
        }
    }

    fn find(&self, request: &str) -> Option<RequestId> {
        let id: RequestId = request.parse().ok()?;
        self.entry(&id).map(|entry| entry.id)
    }

    fn choose(
        &mut self,
        cx: &mut Context<'_>,
        request: &str,
        devices: &[String],
    ) -> Result<(), CommandError> {
        let unknown = || error("request/unknown", messages::REQUEST_UNKNOWN);
        let id = self.find(request).ok_or_else(unknown)?;
        let devices: Option<Vec<DeviceId>> = devices
            .iter()
            .map(|text| {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).ok().map(|()| DeviceId(bytes))
            })
            .collect();
        self.choose_cosigners(cx, &id, devices.ok_or_else(unknown)?)?;
        if let Some(entry) = self.entry_mut(&id).filter(|entry| entry.in_line()) {
            // other signers, another session
            entry.live.started = false;
            if matches!(entry.live.stage, Stage::Stalled(_)) {
                entry.live.stage = Stage::Ready;
            }
        }
        Ok(())
    }

    /// The owner approves what the screen showed, and nothing else.
    fn approve(&mut self, cx: &mut Context<'_>, request: &str, shown: &str) -> Outcome {
        let id =
            self.find(request).ok_or_else(|| ("request/unknown", messages::REQUEST_UNKNOWN.to_owned()))?;
        let Some(entry) = self.entry_mut(&id) else { return Ok(()) };
        let current = entry.prepared.as_ref().map(|prepared| prepared.digest);
        let current_text = current.map(|digest| format!("0x{}", hex::encode(digest))).unwrap_or_default();
        if entry.sign().is_some() && current.is_none() {
            return Err(("request/not-ready", messages::REQUEST_NOT_READY.to_owned()));
        }
        if !shown.eq_ignore_ascii_case(&current_text) {
            return Err(("request/changed", messages::REQUEST_CHANGED.to_owned()));
        }
        if entry.approved.is_some() {
            return Ok(());
        }
        if entry.live.stage != Stage::Ready || entry.expires_at <= cx.now {
            return Err(("request/not-ready", messages::REQUEST_NOT_READY.to_owned()));
        }
        match current {
            Some(digest) => {
                // Only what runs can be approved: the head of the line, or what another device proposed.
                let runs = entry.live.started || matches!(entry.source, Source::Device { .. });
                if !runs {
                    return Err(("request/not-ready", messages::REQUEST_NOT_READY.to_owned()));
                }
                entry.approved = Some(digest);
                self.store_entry(cx, &id);
                self.journal_approved(cx, &id, Rule::Owner);
                self.approve_signing(cx, &id, digest);
                Ok(())
            }
            None => self.approve_here(cx, &id),
        }
    }

    /// What concerns this device alone happens now.
    fn approve_here(&mut self, cx: &mut Context<'_>, id: &RequestId) -> Outcome {
        let Some(ask) = self.entry(id).map(|entry| entry.ask.clone()) else { return Ok(()) };
        let result = match ask {
            Ask::Connect { .. } => {
                if self.selected_account().is_none() {
                    return Err(("account/no-key", messages::NO_KEY.to_owned()));
                }
                self.connect_approved(cx, id);
                return Ok(());
            }
            Ask::AddNetwork(network) => {
                let chain_id = network.chain_id;
                self.keep_network(cx, network);
                self.activate_network(cx, chain_id);
                "null"
            }
            Ask::SwitchNetwork { chain_id } => {
                if self.dapp.networks.find(chain_id).is_none() {
                    return Err(("network/unknown", messages::NETWORK_UNKNOWN.to_owned()));
                }
                self.activate_network(cx, chain_id);
                "null"
            }
            Ask::WatchToken { chain_id, token, symbol, decimals } => {
                self.watch_token(cx, chain_id, token, &symbol, decimals);
                "true"
            }
            Ask::WatchItem(item) => {
                self.watch_item(cx, item);
                "true"
            }
            Ask::Sign(_) => return Ok(()),
        };
        if let Some(entry) = self.close(cx, id) {
            self.answer_page(cx, &entry, Ok(result.to_owned()));
        }
        Ok(())
    }

    fn retry_signing(&mut self, cx: &mut Context<'_>, id: &RequestId) -> Outcome {
        let Some(entry) = self.entry_mut(id) else { return Ok(()) };
        match entry.live.stage {
            Stage::Stalled(_) => {
                entry.live.stage = Stage::Ready;
                entry.live.started = false;
            }
            Stage::PrepareFailed(_) => {
                entry.live.stage = Stage::Queued;
                entry.live.preparation = None;
            }
            _ => return Err(("request/nothing-to-retry", messages::REQUEST_NOTHING_TO_RETRY.to_owned())),
        }
        cx.view_changed();
        Ok(())
    }

    fn edit_fee_command(&mut self, cx: &mut Context<'_>, request: &str, fee: &FeeChoice) -> Outcome {
        let gwei = |text: &str| {
            units::parse(text, 9)
                .ok()
                .and_then(|wei| u128::try_from(wei).ok())
                .ok_or_else(|| ("fee/form", messages::FEE.to_owned()))
        };
        let wish = match fee {
            FeeChoice::Custom { max_fee_gwei, priority_fee_gwei, gas_limit } => {
                let max_fee = gwei(max_fee_gwei)?;
                let empty = priority_fee_gwei.trim().is_empty();
                let priority = if empty { None } else { Some(gwei(priority_fee_gwei)?) };
                if *gas_limit < 21_000 {
                    return Err(("fee/form", messages::FEE.to_owned()));
                }
                if priority.is_some_and(|priority| priority > max_fee) {
                    return Err(("fee/priority", messages::FEE_PRIORITY.to_owned()));
                }
                FeeWish::Custom { max_fee, priority, gas_limit: *gas_limit }
            }
            FeeChoice::Speed { speed } => FeeWish::Speed(*speed),
        };
        let unknown_speed = |entry: &Entry| {
            let fee = entry.prepared.as_ref().and_then(|prepared| prepared.fee.as_ref());
            matches!(wish, FeeWish::Speed(_)) && fee.is_some_and(|fee| fee.speeds.is_none())
        };
        self.with(request, |wallet, id| {
            if wallet.entry(&id).is_some_and(unknown_speed) {
                return Err(("fee/unknown-speed", messages::FEE_UNKNOWN_SPEED.to_owned()));
            }
            wallet.edit_fee(cx, &id, wish)
        })
    }
}
