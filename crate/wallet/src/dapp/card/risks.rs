//! What to look at twice: found in the bytes, and known to this device alone.

use symbolon_chain::intent::{Action, Role};
use symbolon_chain::risk::{Risk, Severity as Loudness};
use symbolon_chain::{Address, Intent, text, tokens, units};

use super::super::knowledge::Code;
use super::super::requests::{Ask, Entry, Source};
use crate::messages;
use crate::view::{RiskView, Severity};
use crate::wallet::Wallet;

impl Wallet {
    /// Risks of a request, worst first.
    pub(super) fn risks(&self, entry: &Entry, intent: Option<&Intent>) -> Vec<RiskView> {
        let mut out: Vec<RiskView> = Vec::new();
        if let Some(intent) = intent {
            out.extend(intent.risks.iter().map(found));
            out.extend(self.learned(intent));
            let differences = self.pack_differences(entry, intent).into_iter();
            out.extend(differences.map(|message| view("other-pack", message, Severity::Warning)));
        }
        if let Ask::WatchToken { chain_id, token, symbol, .. } = &entry.ask {
            out.extend(watch_risks(*chain_id, token, symbol));
        }
        out.extend(self.site_risks(entry).iter().map(found));
        out.extend(self.parent_fee_risks(entry, intent));
        if let Some(reason) = self.predicted_failure(entry) {
            let message = match reason.as_str() {
                "" => messages::RISK_LIKELY_TO_FAIL.to_owned(),
                reason => format!("{} It says: {reason}", messages::RISK_LIKELY_TO_FAIL),
            };
            out.push(view("likely-to-fail", message, Severity::Danger));
        }
        if entry.origin_is_new {
            out.push(view("new-origin", messages::RISK_NEW_ORIGIN.to_owned(), Severity::Info));
        }
        if let Source::Device { device, .. } = &entry.source {
            let known = entry.chain_id().is_some_and(|chain_id| self.dapp.networks.find(chain_id).is_some());
            if !known {
                let message = messages::risk_suggested_network(&self.name_of(*device));
                out.push(view("suggested-network", message, Severity::Warning));
            }
        }
        out.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        out
    }

    /// What a listed token's contract says otherwise than the list; or a token by a listed one's name.
    fn disagreement(&self, chain_id: u64, token: &Address) -> Option<RiskView> {
        let (symbol, decimals) = self.dapp.knowledge.said(&(chain_id, *token));
        let listed = tokens::find(chain_id, token);
        let Some(listed) = listed else {
            let symbol = symbol.filter(|symbol| tokens::is_impostor(chain_id, token, symbol))?;
            let message = messages::risk_impostor(&text::inert_name(symbol));
            return Some(view("impostor", message, Severity::Danger));
        };
        let differs = symbol.is_some_and(|symbol| *symbol != listed.symbol)
            || decimals.is_some_and(|decimals| decimals != listed.decimals);
        let described = |symbol: &str, decimals: u8| format!("{symbol} with {decimals} decimals");
        differs.then(|| {
            let symbol = symbol.map_or(listed.symbol.clone(), |symbol| text::inert_name(symbol));
            let said = described(&symbol, decimals.unwrap_or(listed.decimals));
            let message = messages::risk_token_disagrees(&described(&listed.symbol, listed.decimals), &said);
            view("token-disagrees", message, Severity::Danger)
        })
    }

    /// A fee of which a part is not known, or that the account cannot pay with that part.
    fn parent_fee_risks(&self, entry: &Entry, intent: Option<&Intent>) -> Option<RiskView> {
        if self.lacks_l1_fee(entry) {
            let message = messages::RISK_PARENT_FEE_UNKNOWN.to_owned();
            return Some(view("parent-fee-unknown", message, Severity::Warning));
        }
        let intent = intent?;
        let terms = intent.transaction.as_ref().filter(|terms| terms.l1_fee.is_some())?;
        let has = entry.live.preparation.as_ref()?.balance()?;
        let needs = terms.value.saturating_add(terms.max_fee);
        let coin = |wei| units::format(wei, intent.currency.decimals);
        (has < needs).then(|| {
            let message = messages::risk_cannot_pay(&coin(has), &coin(needs), &intent.currency.symbol);
            view("cannot-pay", message, Severity::Warning)
        })
    }

    /// What this device's node says about the addresses of a request.
    fn learned(&self, intent: &Intent) -> Vec<RiskView> {
        let mut out = Vec::new();
        for party in &intent.parties {
            let code = self.dapp.knowledge.code(intent.chain_id, &party.address);
            match (party.role, code) {
                (Role::Spender, Some(Code::None | Code::Delegated)) if !intent.action.takes_back() => {
                    let message = messages::RISK_SPENDER_ACCOUNT.to_owned();
                    out.push(view("spender-is-account", message, Severity::Danger));
                }
                (Role::Contract, Some(Code::None)) if matches!(intent.action, Action::Call { .. }) => {
                    out.push(view("no-contract", messages::RISK_NO_CODE.to_owned(), Severity::Warning));
                }
                _ => {}
            }
            if party.role == Role::Token {
                out.extend(self.disagreement(intent.chain_id, &party.address));
            }
            if let Some(blocks) = self.dapp.knowledge.young(intent.chain_id, &party.address) {
                let message = messages::risk_young_contract(&party.address, blocks);
                out.push(view("young-contract", message, Severity::Warning));
            }
        }
        out
    }
}

/// A token that a site wants on the owner's list.
fn watch_risks(chain_id: u64, token: &Address, symbol: &str) -> Vec<RiskView> {
    let mut out = Vec::new();
    if tokens::is_impostor(chain_id, token, symbol) {
        let message = messages::risk_impostor(&text::inert_name(symbol));
        out.push(view("impostor", message, Severity::Danger));
    }
    let signs = text::signs(symbol);
    if signs.deceptive || signs.mixed_scripts || symbol.contains('⟨') {
        out.push(view("deceptive-text", messages::RISK_DECEPTIVE_SYMBOL.to_owned(), Severity::Danger));
    }
    if tokens::find(chain_id, token).is_none() && out.is_empty() {
        out.push(view(
            "unknown-token",
            messages::risk(&Risk::UnknownToken { contract: *token }),
            Severity::Warning,
        ));
    }
    out
}

fn found(risk: &Risk) -> RiskView {
    let severity = match risk.severity() {
        Loudness::Notice => Severity::Info,
        Loudness::Warning => Severity::Warning,
        Loudness::Danger | Loudness::Blocking => Severity::Danger,
    };
    view(risk.code(), messages::risk(risk), severity)
}

fn view(code: &str, message: String, severity: Severity) -> RiskView {
    RiskView { code: format!("risk/{code}"), message, severity }
}
