//! An approval with the owner's own limit instead of none: other bytes, another digest, another signing.

use serde_json::{Value, json};
use symbolon_chain::evm::address;
use symbolon_chain::evm::params;
use symbolon_chain::evm::quantity::write_bytes;
use symbolon_chain::exact::limit_approval;
use symbolon_chain::intent::Action;
use symbolon_chain::{Intent, U256, units};

use super::requests::{Ask, Entry, Stage};
use crate::context::Context;
use crate::messages;
use crate::request::RequestId;
use crate::view::LimitView;
use crate::wallet::Wallet;

impl Wallet {
    /// What the owner may limit; only where the request began, and only what the token's decimals are known of.
    pub(super) fn limit_view(&self, entry: &Entry, intent: &Intent) -> Option<LimitView> {
        let ask = entry.sign()?;
        ask.transaction.as_ref()?;
        if entry.approved.is_some() || entry.signed.is_some() {
            return None;
        }
        let Action::Approve { allowances, .. } = &intent.action else { return None };
        let [allowance] = allowances.as_slice() else { return None };
        let info = allowance.token.info.as_ref().filter(|_| allowance.unlimited)?;
        let (params, _) = self.transaction_of(&entry.id)?;
        limit_approval(&params.data, U256::ONE)?;
        let has = self.dapp.balances.known(ask.chain_id, ask.account, Some(allowance.token.contract));
        Some(LimitView {
            suggestion: has.filter(|has| !has.is_zero()).map(|has| units::format(has, info.decimals)),
            symbol: info.symbol.clone(),
            token: address::checksummed(&allowance.token.contract),
        })
    }

    /// Puts the owner's limit into the approval; everything given so far no longer counts.
    pub(super) fn limit(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        amount: &str,
    ) -> Result<(), (&'static str, String)> {
        let not_here = || ("approval/not-here", messages::LIMIT_NOT_HERE.to_owned());
        let bad = || ("approval/amount", messages::AMOUNT.to_owned());
        let entry = self.entry(id).ok_or_else(not_here)?;
        let prepared = entry.prepared.as_ref().ok_or_else(not_here)?;
        let intent = self.intent(entry, &prepared.body).ok_or_else(not_here)?;
        self.limit_view(entry, &intent).ok_or_else(not_here)?;
        let Action::Approve { allowances, .. } = &intent.action else { return Err(not_here()) };
        let info = allowances.first().and_then(|one| one.token.info.as_ref()).ok_or_else(not_here)?;
        let amount = units::parse(amount.trim(), info.decimals).map_err(|_| bad())?;
        let (params, _) = self.transaction_of(id).ok_or_else(not_here)?;
        let data = limit_approval(&params.data, amount).ok_or_else(bad)?;
        let Some(entry) = self.entry_mut(id) else { return Err(not_here()) };
        let Ask::Sign(ask) = &mut entry.ask else { return Err(not_here()) };
        let text = ask.transaction.as_ref().ok_or_else(not_here)?;
        let mut transaction: Value = serde_json::from_str(text).map_err(|_| not_here())?;
        let fields = transaction.get_mut(0).and_then(Value::as_object_mut).ok_or_else(not_here)?;
        fields.remove("input");
        fields.insert("data".to_owned(), json!(write_bytes(&data)));
        // read back as it will be read when it is prepared
        params::send_transaction(&transaction, ask.chain_id).map_err(|_| not_here())?;
        ask.transaction = Some(transaction.to_string());
        entry.prepared = None;
        if entry.live.stage != Stage::Queued {
            entry.live.stage = Stage::Queued;
            entry.live.started = false;
        }
        self.store_entry(cx, id);
        cx.view_changed();
        Ok(())
    }
}
