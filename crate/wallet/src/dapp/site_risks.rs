//! What the name of the asking site says, and the owner's list of sites that steal.

use symbolon_chain::risk::Risk;
use symbolon_chain::site::{self, BadList, PhishingList};

use super::record;
use super::requests::{Entry, Source};
use crate::context::Context;
use crate::messages;
use crate::wallet::Wallet;

/// The owner's list: its text is stored, as it was given.
#[derive(Debug, Default)]
pub(crate) struct OwnList {
    list: PhishingList,
}

impl OwnList {
    /// Reads a stored list. It was checked when it came; should a later version refuse what this one took, the list
    /// that ships is still there.
    pub(crate) fn load(text: String) -> Self {
        Self { list: PhishingList::parse(&text).unwrap_or_default() }
    }

    /// Number of sites on it.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }
}

impl Wallet {
    /// Risks of the site that asks for something.
    pub(super) fn site_risks(&self, entry: &Entry) -> Vec<Risk> {
        match entry.source {
            Source::Wallet => Vec::new(),
            Source::Device { .. } | Source::Page { .. } => self.judge_site(entry.origin()),
        }
    }

    /// Risks of a site by its origin.
    pub(super) fn judge_site(&self, origin: &str) -> Vec<Risk> {
        if origin == messages::THIS_WALLET {
            return Vec::new();
        }
        let connected = self.dapp.sites.keys().map(|known| known.0.as_str());
        let signed_for = self.dapp.activity.iter().map(|done| done.origin.as_str());
        let lists = [&self.dapp.known_thieves, &self.dapp.thieves.list];
        site::judge(origin, connected.chain(signed_for), &lists)
    }

    /// Puts the owner's list in the place of the one before; an empty text takes it away.
    pub(super) fn set_thieves(
        &mut self,
        cx: &mut Context<'_>,
        text: &str,
    ) -> Result<(), (&'static str, String)> {
        let list = PhishingList::parse(text).map_err(|error| match error {
            BadList::TooLong => ("thieves/too-long", messages::LIST_TOO_LONG.to_owned()),
            BadList::Line { line } => ("thieves/line", messages::list_line(line)),
        })?;
        self.dapp.thieves = OwnList { list };
        cx.store(record::put(record::THIEVES, &text));
        cx.view_changed();
        Ok(())
    }
}
