//! What the name of the asking site says, and the owner's list of sites that steal.

use symbolon_chain::risk::Risk;
use symbolon_chain::site::{self, BadList, PhishingList};

use super::command::Outcome;
use super::record::{self, Unreadable};
use super::requests::{Entry, Source};
use crate::context::Context;
use crate::event::Timestamp;
use crate::messages;
use crate::store::Batch;
use crate::view::PhishingView;
use crate::wallet::Wallet;

/// The owner's list: its text is stored, as it was given, and when.
#[derive(Debug, Default)]
pub(crate) struct OwnList {
    list: PhishingList,
    /// When the owner gave it; not known of those that were stored by a build without it.
    since: Option<Timestamp>,
}

impl OwnList {
    /// Reads a stored list. It was checked when it came; should a later version refuse what this one took, the list
    /// that ships is still there.
    pub(super) fn load_text(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        self.list = PhishingList::parse(&record::decode::<String>(bytes)?).unwrap_or_default();
        Ok(())
    }

    pub(super) fn load_since(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        self.since = Some(record::decode(bytes)?);
        Ok(())
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

    /// Puts the owner's list in the place of the one before, whole or not at all.
    pub(super) fn set_thieves(&mut self, cx: &mut Context<'_>, text: &str) -> Outcome {
        let list = PhishingList::parse(text).map_err(|error| match error {
            BadList::TooLong => ("thieves/too-long", messages::LIST_TOO_LONG.to_owned()),
            BadList::Line { line } => ("thieves/line", messages::list_line(line)),
        })?;
        if list.is_empty() {
            return Err(("thieves/empty", messages::LIST_EMPTY.to_owned()));
        }
        self.dapp.thieves = OwnList { list, since: Some(cx.now) };
        let mut batch = Batch::default();
        batch.put(record::THIEVES, record::encode(&text));
        batch.put(record::THIEVES_SINCE, record::encode(&cx.now));
        cx.store(batch);
        cx.view_changed();
        Ok(())
    }

    /// Takes the owner's list away; the one that ships stays.
    pub(super) fn remove_thieves(&mut self, cx: &mut Context<'_>) -> Outcome {
        if self.dapp.thieves.list.is_empty() {
            return Err(("thieves/none", messages::LIST_NONE.to_owned()));
        }
        self.dapp.thieves = OwnList::default();
        let mut batch = Batch::default();
        batch.delete(record::THIEVES);
        batch.delete(record::THIEVES_SINCE);
        cx.store(batch);
        cx.view_changed();
        Ok(())
    }

    pub(super) fn phishing_view(&self) -> PhishingView {
        PhishingView {
            own: self.dapp.thieves.list.len(),
            shipped: self.dapp.known_thieves.len(),
            since: self.dapp.thieves.since,
        }
    }
}
