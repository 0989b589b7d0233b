//! A pack: descriptors of a registry, as the owner loads them.
//!
//! A pack is a text in one canonical form, so that two devices that hold the same descriptors have the same hash to
//! show. What is in it and cannot be used stays in it, and is counted.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::{BadDescriptor, Descriptor, Library, merge};
use crate::text;

/// A pack of descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Where it comes from, in its maker's words (a repository and its commit), rendered inert.
    pub source: String,
    /// The usable descriptors.
    pub library: Library,
    /// Those that are not, by their id, and why.
    pub unusable: Vec<(String, BadDescriptor)>,
    /// SHA-256 of the pack's bytes: the same on two devices exactly if they hold the same pack.
    pub hash: B256,
}

/// Why bytes are not a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPack {
    /// Over [`MAX_PACK`] bytes.
    #[error("the pack is too large")]
    TooLarge,
    /// Over [`MAX_DESCRIPTORS`] descriptors.
    #[error("the pack has too many descriptors")]
    TooMany,
    /// Not of the shape that [`write`] gives it.
    #[error("this is not a pack of descriptors")]
    Shape,
    /// Of a version that this wallet does not know.
    #[error("packs of version {0} are not known")]
    Version(u64),
    /// The same content in another form: its hash would not be comparable.
    #[error("the pack is not in its canonical form")]
    NotCanonical,
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// [`BadPack`]. Descriptors that cannot be used are no error: they are listed.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPack> {
        if bytes.len() > MAX_PACK {
            return Err(BadPack::TooLarge);
        }
        let root: Json = serde_json::from_slice(bytes).map_err(|_| BadPack::Shape)?;
        if canonical(&root).as_bytes() != bytes {
            return Err(BadPack::NotCanonical);
        }
        let map = root.as_object().filter(|map| map.len() == 3).ok_or(BadPack::Shape)?;
        match map.get("symbolonPack").and_then(Json::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(BadPack::Version(other)),
            None => return Err(BadPack::Shape),
        }
        let source = map.get("source").and_then(Json::as_str).ok_or(BadPack::Shape)?;
        let entries = map.get("descriptors").and_then(Json::as_object).ok_or(BadPack::Shape)?;
        if entries.len() > MAX_DESCRIPTORS {
            return Err(BadPack::TooMany);
        }
        let (mut usable, mut unusable) = (Vec::new(), Vec::new());
        for (id, json) in entries {
            match Descriptor::parse(json) {
                Ok(descriptor) => usable.push(descriptor),
                Err(error) => unusable.push((text::inert_name(id), error)),
            }
        }
        Ok(Self {
            source: text::inert_name(source),
            library: Library::new(usable),
            unusable,
            hash: B256::from(<[u8; 32]>::from(Sha256::digest(bytes))),
        })
    }
}

/// Writes a pack: descriptors by their id, their includes merged ([`super::merge`]).
#[must_use]
pub fn write(source: &str, descriptors: impl IntoIterator<Item = (String, Json)>) -> String {
    let mut map = Map::new();
    map.insert("symbolonPack".to_owned(), VERSION.into());
    map.insert("source".to_owned(), source.into());
    map.insert("descriptors".to_owned(), Json::Object(descriptors.into_iter().collect()));
    canonical(&Json::Object(map))
}

/// Descriptors of a registry's checkout, their includes merged: every file that says what it is about. `files` are JSON
/// texts by their path from the top, with slashes; what cannot be read comes back as a reason.
#[must_use]
pub fn gather(files: &BTreeMap<String, String>) -> BTreeMap<String, Result<Json, BadDescriptor>> {
    let parsed: BTreeMap<&str, Json> = files
        .iter()
        .filter_map(|(path, text)| Some((path.as_str(), serde_json::from_str(text).ok()?)))
        .collect();
    let mut out = BTreeMap::new();
    for (path, text) in files {
        match parsed.get(path.as_str()) {
            None if text.contains("\"display\"") => {
                out.insert(path.clone(), Err(BadDescriptor::Shape));
            }
            Some(json) => match merged(&parsed, path, json, 0) {
                // what has one of the two is only there to be included
                Ok(merged) if merged.get("context").is_none() || merged.get("display").is_none() => {}
                merged => {
                    out.insert(path.clone(), merged);
                }
            },
            None => {}
        }
    }
    out
}

fn merged(
    files: &BTreeMap<&str, Json>,
    path: &str,
    json: &Json,
    depth: usize,
) -> Result<Json, BadDescriptor> {
    let Some(include) = json.get("includes") else { return Ok(json.clone()) };
    let target = include.as_str().filter(|_| depth < MAX_INCLUDES).ok_or(BadDescriptor::Include)?;
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop().ok_or(BadDescriptor::Include)?;
            }
            part => parts.push(part),
        }
    }
    let target = parts.join("/");
    let included = files.get(target.as_str()).ok_or(BadDescriptor::Include)?;
    Ok(merge(&merged(files, &target, included, depth + 1)?, json))
}

/// JSON in one form: keys sorted by their bytes, no spaces.
fn canonical(json: &Json) -> String {
    match json {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let field = |key: &&String| {
                let value = map.get(*key).map(canonical).unwrap_or_default();
                format!("{}:{value}", Json::String((*key).clone()))
            };
            let fields: Vec<String> = keys.iter().map(field).collect();
            format!("{{{}}}", fields.join(","))
        }
        leaf => leaf.to_string(),
    }
}

/// Longest pack, in bytes: the registry of August 2026 makes one of 1.2 MB.
pub const MAX_PACK: usize = 8 * 1024 * 1024;
/// Most descriptors of a pack: that registry has 356.
pub const MAX_DESCRIPTORS: usize = 4096;
const MAX_INCLUDES: usize = 4;
const VERSION: u64 = 1;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pack() -> String {
        let good = json!({
            "context": { "contract": { "deployments": [
                { "chainId": 1, "address": "0x0000000000000000000000000000000000000001" }] } },
            "display": { "formats": { "claim()": { "intent": "Claim", "fields": [] } } }
        });
        let factory = json!({
            "context": { "contract": { "factory": {} } }, "display": { "formats": {} }
        });
        write("registry 3b66ba2", [("b".to_owned(), good), ("a".to_owned(), factory)])
    }

    #[test]
    fn a_pack_is_read_back_and_what_is_unusable_is_counted() {
        let text = pack();
        let read = Pack::parse(text.as_bytes()).unwrap();
        assert_eq!(read.library.len(), 1);
        assert_eq!(read.unusable, [("a".to_owned(), BadDescriptor::NeedsNetwork)]);
        assert_eq!(read.source, "registry 3b66ba2");
        assert_eq!(read.hash.0, <[u8; 32]>::from(Sha256::digest(text.as_bytes())));
    }

    #[test]
    fn a_pack_in_another_form_is_refused() {
        let text = pack();
        assert_eq!(Pack::parse(format!("{text} ").as_bytes()), Err(BadPack::NotCanonical));
        let other = text.replace("\"source\":", "\"source\": ");
        assert_eq!(Pack::parse(other.as_bytes()), Err(BadPack::NotCanonical));
        assert_eq!(Pack::parse(b"{}"), Err(BadPack::Shape));
        let newer = text.replace("\"symbolonPack\":1", "\"symbolonPack\":2");
        assert_eq!(Pack::parse(newer.as_bytes()), Err(BadPack::Version(2)));
    }
}
