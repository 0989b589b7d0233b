//! What a device may sign without its owner, and the ledger that it counts on (security requirements R17, R18).
//!
//! Only plain transfers of a chain's own coin can be bounded, so only they are signed unattended; everything else
//! waits for a person. What is approved is reserved durably before the approval is given, whether or not the
//! signature is ever used.

use serde::{Deserialize, Serialize};
use symbolon_chain::Intent;
use symbolon_chain::intent::Action;
use symbolon_chain::risk::Risk;

use super::record;
use crate::context::Context;
use crate::event::Timestamp;
use crate::wallet::{Unattended, Wallet};

/// What was approved without a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    reserved: Vec<Reserved>,
    /// Latest time ever seen: a clock that is set back frees nothing.
    latest: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reserved {
    at: Timestamp,
    digest: [u8; 32],
    wei: u128,
}

/// What policy says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Signed without a person; this much is to be reserved.
    Allow { wei: u128 },
    /// A person decides.
    Ask,
}

/// Judges a request by its intent and what was reserved before.
pub(crate) fn judge(
    policy: &Unattended,
    ledger: &Ledger,
    intent: &Intent,
    now: Timestamp,
    site_is_suspect: bool,
) -> Verdict {
    if policy.danger_everything {
        return Verdict::Allow { wei: 0 };
    }
    if site_is_suspect {
        return Verdict::Ask;
    }
    if !policy.chains.is_empty() && !policy.chains.contains(&intent.chain_id) {
        return Verdict::Ask;
    }
    let plain = matches!(intent.action, Action::SendNative { .. });
    if !plain || intent.risks.iter().any(Risk::needs_highest_tier) {
        return Verdict::Ask;
    }
    let Some(terms) = &intent.transaction else { return Verdict::Ask };
    let cost = terms.value.checked_add(terms.max_fee).and_then(|wei| u128::try_from(wei).ok());
    let Some(wei) = cost else { return Verdict::Ask };
    let digest = intent.digest.0;
    // The same transaction again costs nothing more: it can be mined once.
    if ledger.reserved.iter().any(|one| one.digest == digest) {
        return Verdict::Allow { wei: 0 };
    }
    let spent = ledger.spent(now);
    match spent.checked_add(wei) {
        Some(total) if total <= policy.max_wei_per_day => Verdict::Allow { wei },
        _ => Verdict::Ask,
    }
}

impl Ledger {
    /// Reserved within the last day.
    fn spent(&self, now: Timestamp) -> u128 {
        let now = self.latest.max(now);
        let recent = self.reserved.iter().filter(|one| one.at.saturating_add(DAY) > now);
        recent.fold(0, |sum, one| sum.saturating_add(one.wei))
    }

    fn reserve(&mut self, digest: [u8; 32], wei: u128, now: Timestamp) {
        self.latest = self.latest.max(now);
        let latest = self.latest;
        self.reserved.retain(|one| one.at.saturating_add(DAY) > latest);
        self.reserved.push(Reserved { at: latest, digest, wei });
    }
}

impl Wallet {
    /// Whether this device approves by itself; what it approves is reserved first.
    pub(super) fn approves_unattended(
        &mut self,
        cx: &mut Context<'_>,
        intent: &Intent,
        origin: &str,
    ) -> bool {
        let suspect = self.judge_site(origin).iter().any(Risk::needs_highest_tier);
        let Some(policy) = &self.config.unattended else { return false };
        match judge(policy, &self.dapp.ledger, intent, cx.now, suspect) {
            Verdict::Ask => false,
            Verdict::Allow { wei } => {
                if wei > 0 {
                    self.dapp.ledger.reserve(intent.digest.0, wei, cx.now);
                    cx.store(record::put(record::LEDGER, &self.dapp.ledger));
                }
                true
            }
        }
    }
}

/// A day in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;
