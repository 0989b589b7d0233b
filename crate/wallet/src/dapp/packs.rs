//! The owner's pack of descriptors (ERC-7730): loaded from a file, named by its hash, taken away again.
//!
//! There is one pack or none; a new one takes the place of the one before. Its text is stored as it came, beside what
//! the screens say of it, and is only read once something is to be decoded: a start does not wait for it. A text that
//! is no longer what was loaded is not used, and the settings say so; nothing else stops working for it.
//!
//! # Security
//! A pack names things: what is judged and signed is read from the bytes alone. What it describes is no longer warned of
//! as unknown, and that is all that it changes of the warnings; an owner loads a pack that they trust. Devices tell each
//! other their pack's hash, so that a card can say where two of them may word things differently.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use symbolon_chain::clear::{BadPack, Library, Pack, pack};
use symbolon_chain::intent::Action;
use symbolon_chain::{B256, Intent, digest_words};

use super::record::{self, Unreadable};
use super::requests::Entry;
use crate::context::Context;
use crate::event::Timestamp;
use crate::messages;
use crate::store::Batch;
use crate::view::PackView;
use crate::wallet::Wallet;

/// The pack in use, if there is one.
#[derive(Debug, Default)]
pub(crate) struct OwnPack {
    facts: Option<Facts>,
    text: String,
    /// What the text says, once it was read; nothing if it is not what was loaded.
    library: OnceLock<Option<Arc<Library>>>,
}

/// What is known of a pack without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Where it comes from, in its maker's words.
    source: String,
    hash: [u8; 32],
    loaded_at: Timestamp,
    usable: u32,
    /// How many cannot be used.
    unusable: u32,
    /// Some of those: which, and why.
    reasons: Vec<(String, String)>,
}

impl OwnPack {
    pub(super) fn load_facts(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        self.facts = Some(record::decode(bytes)?);
        Ok(())
    }

    /// Takes the stored text. A damaged one is no reason to refuse all service: it is not used.
    pub(super) fn load_text(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        self.text = match record::decode(bytes) {
            Ok(text) => text,
            Err(Unreadable::Damaged) => String::new(),
            Err(newer) => return Err(newer),
        };
        Ok(())
    }

    /// The descriptors, if there are any to be used.
    pub(super) fn library(&self) -> Option<Arc<Library>> {
        let facts = self.facts.as_ref()?;
        self.library
            .get_or_init(|| {
                let pack = Pack::parse(self.text.as_bytes()).ok()?;
                (pack.hash.0 == facts.hash).then(|| Arc::new(pack.library))
            })
            .clone()
    }

    /// Whether it was read and found to be another than was loaded.
    fn is_damaged(&self) -> bool {
        matches!(self.library.get(), Some(None))
    }

    /// SHA-256 of the pack in use.
    pub(super) fn hash(&self) -> Option<[u8; 32]> {
        self.facts.as_ref().filter(|_| !self.is_damaged()).map(|facts| facts.hash)
    }

    pub(super) fn view(&self) -> Option<PackView> {
        let facts = self.facts.as_ref()?;
        Some(PackView {
            damaged: self.is_damaged(),
            hash: hex::encode(facts.hash),
            loaded_at: facts.loaded_at,
            source: facts.source.clone(),
            unusable: facts.unusable,
            unusable_reasons: facts.reasons.clone(),
            usable: facts.usable,
            words: digest_words(&B256::from(facts.hash)).map(str::to_owned).to_vec(),
        })
    }
}

impl Wallet {
    /// Puts a pack in the place of the one before, whole or not at all.
    pub(super) fn load_pack(&mut self, cx: &mut Context<'_>, text: String) -> super::command::Outcome {
        let pack = Pack::parse(text.as_bytes()).map_err(refused)?;
        if pack.library.is_empty() {
            return Err(("pack/nothing-usable", messages::PACK_NOTHING_USABLE.to_owned()));
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let reasons = pack.unusable.iter().take(MAX_REASONS);
        let facts = Facts {
            source: pack.source,
            hash: pack.hash.0,
            loaded_at: cx.now,
            usable: count(pack.library.len()),
            unusable: count(pack.unusable.len()),
            reasons: reasons.map(|(id, reason)| (id.clone(), reason.to_string())).collect(),
        };
        let mut batch = Batch::default();
        batch.put(record::PACK, record::encode(&facts));
        batch.put(record::PACK_TEXT, record::encode(&text));
        cx.store(batch);
        self.dapp.pack = OwnPack { facts: Some(facts), text, library: Some(Arc::new(pack.library)).into() };
        self.tell_pack(cx);
        Ok(())
    }

    /// Takes the pack away; what ships with the wallet stays.
    pub(super) fn remove_pack(&mut self, cx: &mut Context<'_>) -> super::command::Outcome {
        if self.dapp.pack.facts.is_none() {
            return Err(("pack/none", messages::PACK_NONE.to_owned()));
        }
        let mut batch = Batch::default();
        batch.delete(record::PACK);
        batch.delete(record::PACK_TEXT);
        cx.store(batch);
        self.dapp.pack = OwnPack::default();
        self.tell_pack(cx);
        Ok(())
    }

    /// Signers whose pack is another than this device's, where descriptors can word the request: a sentence for each.
    pub(super) fn pack_differences(&self, entry: &Entry, intent: &Intent) -> Vec<String> {
        if !matches!(intent.action, Action::Call { .. } | Action::SignTypedData(_)) {
            return Vec::new();
        }
        let ours = self.dapp.pack.hash();
        let others = self.packs_of(&entry.id).into_iter().filter(|(_, theirs)| *theirs != ours);
        let words = |hash: Option<[u8; 32]>| hash.map(|hash| digest_words(&B256::from(hash)).join(" "));
        others.map(|(name, theirs)| messages::other_pack(&name, words(theirs), words(ours))).collect()
    }
}

fn refused(error: BadPack) -> (&'static str, String) {
    match error {
        BadPack::NotCanonical => ("pack/not-canonical", messages::PACK_NOT_CANONICAL.to_owned()),
        BadPack::Shape => ("pack/not-a-pack", messages::PACK_SHAPE.to_owned()),
        BadPack::TooLarge => ("pack/too-large", messages::pack_too_large(pack::MAX_PACK)),
        BadPack::TooMany => ("pack/too-many", messages::pack_too_many(pack::MAX_DESCRIPTORS)),
        BadPack::Version(version) => ("pack/version", messages::pack_version(version)),
    }
}

/// Unusable descriptors that are kept to be shown.
const MAX_REASONS: usize = 20;
