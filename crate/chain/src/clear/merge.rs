//! Descriptors that include another one (ERC-7730, "Organizing files").

use serde_json::{Map, Value as Json};

/// Puts a descriptor over the one it includes: keys of both are merged, its own win; fields of a format are merged by
/// their path, its own new ones come last.
#[must_use]
pub fn merge(included: &Json, including: &Json) -> Json {
    let (Json::Object(base), Json::Object(over)) = (included, including) else { return including.clone() };
    let mut out: Map<String, Json> = base.clone();
    for (key, value) in over {
        let merged = match (out.get(key), value) {
            (Some(Json::Array(base)), Json::Array(over)) if key == "fields" => fields(base, over),
            (Some(base @ Json::Object(_)), Json::Object(_)) => merge(base, value),
            _ => value.clone(),
        };
        out.insert(key.clone(), merged);
    }
    out.remove("includes");
    Json::Object(out)
}

fn fields(base: &[Json], over: &[Json]) -> Json {
    let mut out = base.to_vec();
    for field in over {
        let path = field.get("path");
        match out.iter_mut().find(|known| path.is_some() && known.get("path") == path) {
            Some(known) => *known = merge(known, field),
            None => out.push(field.clone()),
        }
    }
    Json::Array(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of ERC-7730, "Organizing files".
    #[test]
    fn the_including_file_wins_field_by_field() {
        let included = json!({ "display": { "formats": { "approve(address spender,uint256 value)": {
            "intent": "Approve",
            "fields": [
                { "path": "spender", "label": "Spender" },
                { "path": "value", "label": "Amount", "params": { "tokenPath": "@.to", "threshold": "0x80" } }
            ]
        } } } });
        let including = json!({ "includes": "./erc20.json", "display": { "formats": {
            "approve(address spender,uint256 value)": {
                "fields": [{ "path": "value", "params": { "threshold": "0xff" } }, { "path": "more" }]
            }
        } } });
        let merged = merge(&included, &including);
        let format = &merged["display"]["formats"]["approve(address spender,uint256 value)"];
        assert_eq!(format["intent"], "Approve");
        assert_eq!(
            format["fields"],
            json!([
                { "path": "spender", "label": "Spender" },
                { "path": "value", "label": "Amount", "params": { "tokenPath": "@.to", "threshold": "0xff" } },
                { "path": "more" }
            ])
        );
        assert_eq!(merged.get("includes"), None);
    }
}
