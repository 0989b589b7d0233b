//! The dApp side's records: postcard behind a version byte, public, under `dapp/`.
//!
//! A record of a newer version, or a damaged one, makes the device unusable rather than being overwritten.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::Batch;
use crate::vault::VaultError;

/// Version that this build writes.
pub(crate) const VERSION: u8 = 1;
/// What all keys of the dApp side begin with.
pub(crate) const PREFIX: &str = "dapp/";
pub(crate) const ACCOUNTS: &str = "dapp/accounts";
pub(crate) const ACTIVITY: &str = "dapp/activity/";
pub(crate) const ALLOWANCES: &str = "dapp/allowances";
pub(crate) const ANSWER: &str = "dapp/answer/";
pub(crate) const BOOK: &str = "dapp/book";
pub(crate) const BUNDLE: &str = "dapp/bundle/";
pub(crate) const ITEMS: &str = "dapp/items";
pub(crate) const LEDGER: &str = "dapp/ledger";
/// Below it one record for each entry, by its number as 16 hex digits.
pub(crate) const JOURNAL: &str = "dapp/journal/";
pub(crate) const JOURNAL_BASE: &str = "dapp/journal-base";
pub(crate) const NETWORKS: &str = "dapp/networks";
pub(crate) const PACK: &str = "dapp/pack";
pub(crate) const PACK_TEXT: &str = "dapp/pack-text";
pub(crate) const PENDING: &str = "dapp/pending/";
/// The policy that the journal's last entry about it is of.
pub(crate) const POLICY: &str = "dapp/policy";
pub(crate) const REQUEST: &str = "dapp/request/";
pub(crate) const RULES: &str = "dapp/rules";
pub(crate) const SEEN: &str = "dapp/seen";
pub(crate) const SETTINGS: &str = "dapp/settings";
pub(crate) const SITE: &str = "dapp/site/";
pub(crate) const THIEVES: &str = "dapp/thieves";
pub(crate) const THIEVES_SINCE: &str = "dapp/thieves-since";
pub(crate) const SUBSCRIPTIONS: &str = "dapp/subscriptions";
pub(crate) const TOKENS: &str = "dapp/tokens";

/// Why a record cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the record is damaged")]
    Damaged,
    #[error("the record has version {0}")]
    Newer(u8),
}

impl From<Unreadable> for VaultError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Damaged => Self::Damaged,
            Unreadable::Newer(version) => Self::Version(version),
        }
    }
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Plain data of our own: postcard has no reason to fail on it, and an empty record would read as damaged.
    let body = postcard::to_allocvec(value).unwrap_or_default();
    let mut out = Vec::with_capacity(body.len() + 1);
    out.push(VERSION);
    out.extend_from_slice(&body);
    out
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match bytes.split_first() {
        Some((&VERSION, body)) => match postcard::take_from_bytes(body) {
            Ok((value, [])) => Ok(value),
            _ => Err(Unreadable::Damaged),
        },
        Some((&version, _)) if version > VERSION => Err(Unreadable::Newer(version)),
        _ => Err(Unreadable::Damaged),
    }
}

/// A batch with one write.
pub(crate) fn put<T: Serialize>(key: impl Into<String>, value: &T) -> Batch {
    let mut batch = Batch::default();
    batch.put(key, encode(value));
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_told_from_damage() {
        let mut bytes = encode(&7u32);
        assert_eq!(decode::<u32>(&bytes), Ok(7));
        bytes.push(0);
        assert_eq!(decode::<u32>(&bytes), Err(Unreadable::Damaged));
        bytes[0] = 9;
        assert_eq!(decode::<u32>(&bytes), Err(Unreadable::Newer(9)));
        assert_eq!(decode::<u32>(&[]), Err(Unreadable::Damaged));
    }
}
