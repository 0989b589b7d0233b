//! Reading a descriptor's JSON strictly: every key is known, or the descriptor is not.

use serde_json::{Map, Value as Json};

use super::BadDescriptor;

/// An object whose keys are all among those named. Keys that begin with `$` have no meaning (ERC-7730, "Key naming
/// convention"), except where one is named.
pub(super) fn object<'a>(json: &'a Json, keys: &[&str]) -> Result<&'a Map<String, Json>, BadDescriptor> {
    let map = json.as_object().ok_or(BadDescriptor::Shape)?;
    for key in map.keys() {
        if !keys.contains(&key.as_str()) && !key.starts_with('$') {
            return Err(BadDescriptor::UnknownKey(crate::text::inert_name(key)));
        }
    }
    Ok(map)
}

/// A text, if there is one.
pub(super) fn text<'a>(map: &'a Map<String, Json>, key: &str) -> Result<Option<&'a str>, BadDescriptor> {
    match map.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.len() <= MAX_TEXT => Ok(Some(text)),
        Some(_) => Err(BadDescriptor::Shape),
    }
}

/// A list, empty if there is none.
pub(super) fn list<'a>(map: &'a Map<String, Json>, key: &str) -> Result<&'a [Json], BadDescriptor> {
    match map.get(key) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(BadDescriptor::Shape),
    }
}

/// The value at a path into the descriptor itself: `$.metadata.constants.name`.
pub(super) fn at<'a>(root: &'a Json, path: &str) -> Result<&'a Json, BadDescriptor> {
    let missing = || BadDescriptor::Reference(crate::text::inert_name(path));
    let rest = path.strip_prefix("$.").ok_or_else(missing)?;
    rest.split('.').try_fold(root, |json, key| json.get(key)).ok_or_else(missing)
}

const MAX_TEXT: usize = 2048;
