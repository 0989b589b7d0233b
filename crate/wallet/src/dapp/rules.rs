//! What the owner set for a site, connected or not: compatibility, frames, silence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record;
use super::requests::{Entry, No, Source};
use crate::command::SiteRule;
use crate::context::Context;
use crate::event::Origin;
use crate::messages;
use crate::request::RequestId;
use crate::view::SiteView;
use crate::wallet::Wallet;

/// Rules by origin; those that are all off are not kept.
pub(crate) type Rules = BTreeMap<Origin, Rule>;

/// The owner's rules for a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    /// The provider says `isMetaMask` there.
    pub compatibility: bool,
    /// Frames of this origin inside of other pages are served.
    pub frames: bool,
    /// Nothing of it reaches the owner.
    pub muted: bool,
}

impl Wallet {
    /// Whether a method of this origin may not reach the owner.
    pub(super) fn is_muted(&self, origin: &Origin) -> bool {
        self.dapp.rules.get(origin).is_some_and(|rule| rule.muted)
    }

    /// The owner sets a rule for a site that is known: connected, asking, or with rules already.
    pub(super) fn set_rule(
        &mut self,
        cx: &mut Context<'_>,
        shown: &str,
        wanted: SiteRule,
    ) -> Result<(), (&'static str, String)> {
        let known = self.known_origins().find(|origin| symbolon_chain::text::inert(&origin.0) == shown);
        let Some(origin) = known.cloned() else {
            return Err(("site/unknown", messages::REQUEST_UNKNOWN.to_owned()));
        };
        let mut rule = self.dapp.rules.get(&origin).copied().unwrap_or_default();
        match wanted {
            SiteRule::Compatibility { on } => rule.compatibility = on,
            SiteRule::Frames { on } => rule.frames = on,
            SiteRule::Muted { on } => rule.muted = on,
        }
        if rule == Rule::default() {
            self.dapp.rules.remove(&origin);
        } else {
            self.dapp.rules.insert(origin.clone(), rule);
        }
        cx.store(record::put(record::RULES, &self.dapp.rules));
        self.note_policy(cx);
        if rule.muted {
            self.silence(cx, &origin);
        }
        cx.view_changed();
        Ok(())
    }

    /// What a muted site still asks is over, as far as it is not signed.
    fn silence(&mut self, cx: &mut Context<'_>, origin: &Origin) {
        let its = |entry: &&Entry| matches!(&entry.source, Source::Page { origin: of, .. } if of == origin);
        let unsigned = self.dapp.requests.iter().filter(its).filter(|entry| entry.signed.is_none());
        let ids: Vec<RequestId> = unsigned.map(|entry| entry.id).collect();
        for id in ids {
            self.reject(cx, &id, No::Owner);
        }
    }

    /// Connected sites, and those that only have rules.
    pub(super) fn site_views(&self) -> Vec<SiteView> {
        let connected = self.dapp.sites.values().map(super::sites::Site::view);
        let others = self.dapp.rules.keys().filter(|origin| !self.dapp.sites.contains_key(*origin));
        let others = others.map(|origin| SiteView {
            accounts: Vec::new(),
            compatibility: false,
            connected_at: 0,
            frames: false,
            last_used: 0,
            muted: false,
            origin: symbolon_chain::text::inert(&origin.0),
        });
        let origins = self
            .dapp
            .sites
            .keys()
            .chain(self.dapp.rules.keys().filter(|origin| !self.dapp.sites.contains_key(*origin)));
        let with_rules = connected.chain(others).zip(origins).map(|(view, origin)| {
            let rule = self.dapp.rules.get(origin).copied().unwrap_or_default();
            SiteView { compatibility: rule.compatibility, frames: rule.frames, muted: rule.muted, ..view }
        });
        with_rules.collect()
    }

    fn known_origins(&self) -> impl Iterator<Item = &Origin> {
        let asking = self.dapp.requests.iter().filter_map(|entry| match &entry.source {
            Source::Page { origin, .. } => Some(origin),
            Source::Device { .. } | Source::Wallet => None,
        });
        self.dapp.sites.keys().chain(self.dapp.rules.keys()).chain(asking)
    }
}
