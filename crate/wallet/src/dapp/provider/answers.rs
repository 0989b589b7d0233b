//! Answers that were given, kept for a while: the same call of the same page gets the same answer again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::record;
use crate::context::Context;
use crate::effect::ProviderError;
use crate::event::{Origin, Timestamp};
use crate::store::Batch;

/// Answers by the hash of origin and call id.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    kept: BTreeMap<String, Kept>,
}

/// A kept answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    at: Timestamp,
    outcome: Result<String, (i64, String, Option<String>)>,
}

impl Answers {
    pub(crate) fn find(&self, origin: &Origin, id: &str) -> Option<Result<String, ProviderError>> {
        let kept = self.kept.get(&key(origin, id))?;
        Some(kept.outcome.clone().map_err(|(code, message, data)| ProviderError { code, message, data }))
    }

    pub(crate) fn load(&mut self, key: &str, kept: Kept) {
        self.kept.insert(key.to_owned(), kept);
    }

    pub(crate) fn keep(
        &mut self,
        cx: &mut Context<'_>,
        origin: &Origin,
        id: &str,
        outcome: &Result<String, ProviderError>,
    ) {
        let outcome = outcome.clone().map_err(|error| (error.code, error.message, error.data));
        let (key, kept) = (key(origin, id), Kept { at: cx.now, outcome });
        cx.store(record::put(key.clone(), &kept));
        self.kept.insert(key, kept);
        while self.kept.len() > MAX_KEPT {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.at).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            self.drop_key(cx, &oldest);
        }
    }

    pub(crate) fn expire(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        let due = self.kept.iter().filter(|(_, kept)| kept.at.saturating_add(LIFE) <= now);
        let due: Vec<String> = due.map(|(key, _)| key.clone()).collect();
        for key in due {
            self.drop_key(cx, &key);
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        self.kept.keys().cloned()
    }

    fn drop_key(&mut self, cx: &mut Context<'_>, key: &str) {
        self.kept.remove(key);
        let mut batch = Batch::default();
        batch.delete(key);
        cx.store(batch);
    }
}

fn key(origin: &Origin, id: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(u64::try_from(origin.0.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(origin.0.as_bytes());
    hash.update(id.as_bytes());
    format!("{}{}", record::ANSWER, hex::encode(hash.finalize()))
}

/// How long an answer is kept, in milliseconds.
const LIFE: u64 = 60 * 60 * 1000;
const MAX_KEPT: usize = 300;
