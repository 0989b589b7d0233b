//! What a device may sign without its owner, and the ledger that it counts on (security requirements R17, R18).
//!
//! Only plain transfers of a chain's own coin can be bounded, so only they are signed unattended; everything else
//! waits for a person. What is approved is reserved durably before the approval is given, whether or not the
//! signature is ever used.
//!
//! Which policy holds is written into the journal whenever it becomes another one: what this device may sign by itself,
//! and the owner's rules for sites. So whoever witnesses the journal's head witnesses the policy, too (R28).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use symbolon_chain::Intent;
use symbolon_chain::intent::Action;
use symbolon_chain::risk::Risk;

use super::record;
use super::rules::Rules;
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

/// What the digest of a policy is made of.
#[derive(Serialize)]
struct Terms<'a> {
    /// Chains, most wei per day, whether everything is signed.
    unattended: Option<(&'a [u64], u128, bool)>,
    rules: &'a Rules,
}

impl Terms<'_> {
    fn digest(&self) -> [u8; 32] {
        // Plain data of our own: postcard has no reason to fail on it.
        let bytes = postcard::to_allocvec(self).unwrap_or_default();
        Sha256::new().chain_update(DOMAIN).chain_update(bytes).finalize().into()
    }
}

impl Wallet {
    /// Writes the policy into the journal if it is another one than before. A device begins without any.
    pub(super) fn note_policy(&mut self, cx: &mut Context<'_>) {
        let unattended = self.config.unattended.as_ref();
        let unattended =
            unattended.map(|it| (it.chains.as_slice(), it.max_wei_per_day, it.danger_everything));
        let digest = Terms { unattended, rules: &self.dapp.rules }.digest();
        let none = Terms { unattended: None, rules: &Rules::new() }.digest();
        self.journal_policy(cx, digest, none);
    }

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

const DOMAIN: &[u8] = b"symbolon/policy/1";
/// A day in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::rules::Rule;
    use super::*;
    use crate::event::Origin;

    /// SHA-256 of the domain and of the bytes spelled out here.
    fn digest_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest([b"symbolon/policy/1", bytes].concat()).into()
    }

    #[test]
    fn a_policy_has_always_the_same_digest() {
        let rule = Rule { compatibility: false, frames: true, muted: true };
        let rules = Rules::from([(Origin("https://a".to_owned()), rule)]);
        let chains = [1, 300];
        let terms = Terms { unattended: Some((&chains, 1_000, false)), rules: &rules };
        // some; two chains, wei, not everything; one rule, origin, its switches
        let bytes = [&[1, 2, 1, 0xac, 2, 0xe8, 7, 0, 1, 9][..], b"https://a", &[0, 1, 1]].concat();
        assert_eq!(terms.digest(), digest_of(&bytes));
        assert_eq!(Terms { unattended: None, rules: &Rules::new() }.digest(), digest_of(&[0, 0]));
    }

    #[test]
    fn every_switch_of_a_policy_changes_its_digest() {
        let rules = |compatibility, frames, muted| {
            Rules::from([(Origin("https://a".to_owned()), Rule { compatibility, frames, muted })])
        };
        let all = [
            rules(false, false, false),
            rules(true, false, false),
            rules(false, true, false),
            rules(false, false, true),
        ];
        let none = Rules::new();
        let unattended = [
            None,
            Some((&[][..], 0, false)),
            Some((&[1][..], 0, false)),
            Some((&[][..], 1, false)),
            Some((&[][..], 0, true)),
        ];
        let of_rules = all.iter().map(|rules| Terms { unattended: None, rules });
        let of_limits = unattended.into_iter().map(|unattended| Terms { unattended, rules: &none });
        let digests: BTreeSet<_> = of_rules.chain(of_limits).map(|terms| terms.digest()).collect();
        assert_eq!(digests.len(), 9);
    }
}
