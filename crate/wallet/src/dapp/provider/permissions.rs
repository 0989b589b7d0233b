//! Connecting, and permissions (EIP-1102, EIP-2255).

use serde_json::{Value, json};

use super::super::requests::{Ask, Entry, No, Source};
use super::{Reply, error};
use crate::context::Context;
use crate::effect::{Effect, ProviderError};
use crate::event::ProviderCall;
use crate::messages;
use crate::request::RequestId;
use crate::wallet::Wallet;

impl Wallet {
    pub(super) fn request_accounts(&mut self, cx: &mut Context<'_>, call: &ProviderCall) -> Reply {
        let permitted = self.permitted(&call.origin);
        if permitted.is_empty() {
            return self.ask_to_connect(cx, call, false);
        }
        if self.vault_open() {
            self.touch_site(cx, &call.origin);
            return Some(Ok(json!(permitted).to_string()));
        }
        let waiting = self.dapp.waiting_unlock.iter().find(|(_, origin, _)| *origin == call.origin);
        match waiting {
            Some((client, _, id)) if *client != call.client || *id != call.id => Some(Err(error::pending())),
            _ => {
                self.dapp.waiting_unlock.retain(|(_, origin, _)| *origin != call.origin);
                self.dapp.waiting_unlock.push((call.client, call.origin.clone(), call.id.clone()));
                cx.push(Effect::ShowApproval);
                None
            }
        }
    }

    /// The vault opened: sites that are permitted get what they asked for.
    pub(in super::super) fn answer_waiting_connects(&mut self, cx: &mut Context<'_>) {
        for (client, origin, id) in std::mem::take(&mut self.dapp.waiting_unlock) {
            let permitted = self.permitted(&origin);
            let outcome = if permitted.is_empty() {
                Err(error::rejected(messages::PAGE_REJECTED))
            } else {
                Ok(json!(permitted).to_string())
            };
            self.touch_site(cx, &origin);
            cx.answer(client, &id, outcome);
        }
    }

    pub(super) fn request_permissions(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Reply {
        match asked(params) {
            Ok(()) => self.ask_to_connect(cx, call, true),
            Err(error) => Some(Err(error)),
        }
    }

    pub(super) fn revoke_permissions(
        &mut self,
        cx: &mut Context<'_>,
        call: &ProviderCall,
        params: &Value,
    ) -> Result<String, ProviderError> {
        asked(params)?;
        self.disconnect_site(cx, &call.origin);
        Ok("null".to_owned())
    }

    fn ask_to_connect(&mut self, cx: &mut Context<'_>, call: &ProviderCall, permissions: bool) -> Reply {
        let pending = self.dapp.requests.iter_mut().find(|entry| {
            matches!(&entry.source, Source::Page { origin, .. } if *origin == call.origin)
                && matches!(entry.ask, Ask::Connect { .. })
        });
        if let Some(entry) = pending {
            let same = entry.ask == Ask::Connect { permissions };
            if entry.live.client.is_some() || !same {
                return Some(Err(error::pending()));
            }
            // The page that asked is gone, reloaded perhaps: this one takes its place.
            entry.source = Source::Page { origin: call.origin.clone(), id: call.id.clone() };
            entry.live.client = Some(call.client);
            let id = entry.id;
            self.store_entry(cx, &id);
            cx.push(Effect::ShowApproval);
            return None;
        }
        if self.too_many(call) {
            return Some(Err(error::limit()));
        }
        let source = Source::Page { origin: call.origin.clone(), id: call.id.clone() };
        self.journal(cx, source, Ask::Connect { permissions }, Some(call.client), None);
        None
    }

    /// The owner said yes to a connection.
    pub(in super::super) fn connect_approved(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some(account) = self.selected_account().map(|account| account.address) else { return };
        let headline = self.headline(id);
        let Some(entry) = self.close(cx, id) else { return };
        let (Source::Page { origin, .. }, Ask::Connect { permissions }) = (&entry.source, &entry.ask) else {
            return;
        };
        self.connect_site(cx, origin, account);
        let answer = match self.dapp.sites.get(origin) {
            Some(site) if *permissions => site.permissions(),
            _ => json!(self.permitted(origin)),
        };
        self.record_done(cx, &entry, headline, super::super::activity::Ending::Signed, Vec::new(), None);
        self.answer_page(cx, &entry, Ok(answer.to_string()));
    }

    /// The owner takes a site's permissions away: what it still asks is over.
    pub(in super::super) fn disconnect_command(
        &mut self,
        cx: &mut Context<'_>,
        shown: &str,
    ) -> Result<(), (&'static str, String)> {
        let site = self.dapp.sites.values().find(|site| site.view().origin == shown);
        let Some(origin) = site.map(|site| site.origin.clone()) else {
            return Err(("site/unknown", messages::REQUEST_UNKNOWN.to_owned()));
        };
        let its = |entry: &&Entry| matches!(&entry.source, Source::Page { origin: of, .. } if *of == origin);
        let unsigned = self.dapp.requests.iter().filter(its).filter(|entry| entry.signed.is_none());
        let ids: Vec<RequestId> = unsigned.map(|entry| entry.id).collect();
        for id in ids {
            self.reject(cx, &id, No::Owner);
        }
        self.disconnect_site(cx, &origin);
        Ok(())
    }
}

/// `[{"eth_accounts": {}}]`, perhaps with other permissions that are granted to everyone.
fn asked(params: &Value) -> Result<(), ProviderError> {
    let object = params
        .as_array()
        .and_then(|list| list.first())
        .and_then(Value::as_object)
        .ok_or_else(|| error::invalid("The first parameter must be an object of permissions."))?;
    let unknown = object.keys().any(|name| !KNOWN.contains(&name.as_str()));
    if unknown || !object.contains_key("eth_accounts") || !object.values().all(Value::is_object) {
        return Err(error::invalid("The only permission that can be asked for is \"eth_accounts\"."));
    }
    Ok(())
}

/// `endpoint:permitted-chains` is what some pages ask beside it; all networks are open to all sites.
const KNOWN: [&str; 2] = ["eth_accounts", "endowment:permitted-chains"];
