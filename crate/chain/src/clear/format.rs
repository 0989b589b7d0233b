//! Values as texts, and the small readers that go with them.

use alloy_primitives::{Address, I256, U256};
use serde_json::Value as Json;

use crate::evm::{Fragment, address};
use crate::intent::Value;
use crate::{text, units};

/// A constant of a descriptor as a value.
pub(super) fn literal(json: &Json) -> Option<Value> {
    match json {
        Json::Bool(yes) => Some(Value::Bool(*yes)),
        Json::Number(_) => number_of(json).map(Value::Unsigned),
        Json::String(written) => Some(match address::parse_any_case(written) {
            Ok(address) => Value::Address(address),
            Err(_) => match written.strip_prefix("0x").map(hex::decode) {
                Some(Ok(bytes)) => Value::Bytes(bytes.into()),
                _ => Value::Text(text::inert(written)),
            },
        }),
        _ => None,
    }
}

/// A number, in digits or as hexadecimal text.
pub(super) fn number_of(json: &Json) -> Option<U256> {
    match json {
        Json::Number(number) => number.as_u64().map(U256::from),
        Json::String(written) => match written.strip_prefix("0x") {
            Some("") => None,
            Some(digits) if digits.len() <= 64 => U256::from_str_radix(digits, 16).ok(),
            Some(_) => None,
            None if written.len() <= 78
                && written.bytes().all(|c| c.is_ascii_digit())
                && !written.is_empty() =>
            {
                U256::from_str_radix(written, 10).ok()
            }
            None => None,
        },
        _ => None,
    }
}

/// Whether a value is the one that a descriptor writes.
pub(super) fn same(value: &Value, json: &Json) -> bool {
    match (value, json) {
        (Value::Bool(value), Json::Bool(json)) => value == json,
        (Value::Unsigned(value), json) => number_of(json) == Some(*value),
        (Value::Signed(value), Json::Number(json)) => {
            json.as_i64().and_then(|json| I256::try_from(json).ok()) == Some(*value)
        }
        (Value::Text(value), Json::String(json)) => *value == text::inert_block(json),
        (Value::Address(_) | Value::Bytes(_), Json::String(json)) => {
            let bytes = match value {
                Value::Address(address) => address.to_vec(),
                Value::Bytes(bytes) => bytes.to_vec(),
                _ => return false,
            };
            json.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()) == Some(bytes)
        }
        (Value::Nothing, Json::Null) => true,
        _ => false,
    }
}

/// The text by which maps and enumerations know a value.
pub(super) fn map_keys(value: &Value) -> Vec<String> {
    match value {
        Value::Address(address) => vec![address::lower_case(address), address::checksummed(address)],
        Value::Bool(yes) => vec![yes.to_string()],
        Value::Bytes(bytes) => {
            let digits = format!("0x{}", hex::encode(bytes));
            let number = (bytes.len() <= 32).then(|| U256::from_be_slice(bytes).to_string());
            [Some(digits), number].into_iter().flatten().collect()
        }
        Value::Signed(number) => vec![number.to_string()],
        Value::Text(text) => vec![text.clone()],
        Value::Unsigned(number) => vec![number.to_string(), format!("0x{number:x}")],
        Value::Nothing | Value::Rows(_) => Vec::new(),
    }
}

/// An unsigned number, also one that is kept in bytes.
pub(super) fn unsigned(value: &Value) -> Option<U256> {
    match value {
        Value::Unsigned(number) => Some(*number),
        Value::Signed(number) if !number.is_negative() => Some(number.into_raw()),
        Value::Bytes(bytes) if bytes.len() <= 32 => Some(U256::from_be_slice(bytes)),
        _ => None,
    }
}

/// Seconds since 1970 as a date and time of day in UTC; beyond the year 9999 as the number.
pub(super) fn date(seconds: U256) -> String {
    let Some(seconds) = u64::try_from(seconds).ok().filter(|seconds| *seconds < END_OF_DATES) else {
        return format!("{seconds} (seconds since 1970, beyond any date)");
    };
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // the civil calendar from days since 1970, in eras of 400 years that begin on 1 March
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Seconds as hours, minutes and seconds.
pub(super) fn duration(seconds: U256) -> String {
    match u64::try_from(seconds) {
        Ok(seconds) => format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
        Err(_) => format!("{seconds} seconds"),
    }
}

/// A number with its unit, and an SI prefix where one is asked for.
pub(super) fn unit(number: U256, base: &str, decimals: u8, prefix: bool) -> String {
    if prefix {
        let digits = number.to_string().len();
        let whole = digits.saturating_sub(usize::from(decimals));
        let steps = [(13, 12, "T"), (10, 9, "G"), (7, 6, "M"), (4, 3, "k")];
        if let Some((_, shift, letter)) = steps.into_iter().find(|(least, _, _)| whole >= *least) {
            return format!("{}{letter}{base}", units::format(number, decimals.saturating_add(shift)));
        }
    }
    format!("{}{base}", units::format(number, decimals))
}

/// An address, short, for a sentence; the row beside it has all of it.
pub(super) fn short(address: &Address) -> String {
    let whole = address::checksummed(address);
    match (whole.get(..6), whole.get(whole.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => whole,
    }
}

/// A function of a JSON ABI.
pub(super) fn abi_function(json: &Json) -> Option<Fragment> {
    if json.get("type").is_some_and(|kind| kind != "function") {
        return None;
    }
    let name = json.get("name")?.as_str()?;
    Fragment::parse(&format!("{name}({})", parameters(json.get("inputs")?, 0)?))
}

fn parameters(inputs: &Json, depth: usize) -> Option<String> {
    if depth > 8 {
        return None;
    }
    let inputs = inputs.as_array()?.iter().map(|input| {
        let kind = input.get("type")?.as_str()?;
        let name = input.get("name").and_then(Json::as_str).unwrap_or_default();
        match kind.strip_prefix("tuple") {
            Some(suffix) => {
                Some(format!("({}){suffix} {name}", parameters(input.get("components")?, depth + 1)?))
            }
            None => Some(format!("{kind} {name}")),
        }
    });
    Some(inputs.collect::<Option<Vec<_>>>()?.join(","))
}

/// The type of a message, written out, from the types that version 1 keeps in the descriptor.
pub(super) fn type_text(schemas: Option<&Json>, primary: &str) -> Option<String> {
    let schemas = schemas?.as_array()?;
    let schema =
        schemas.iter().find(|schema| schema.get("primaryType").and_then(Json::as_str) == Some(primary))?;
    let types = schema.get("types")?.as_object()?;
    let mut used = std::collections::BTreeSet::new();
    let mut open = vec![primary.to_owned()];
    let written = |name: &str| -> Option<(String, Vec<String>)> {
        let mut inner = Vec::new();
        let fields = types.get(name)?.as_array()?.iter().map(|field| {
            let kind = field.get("type")?.as_str()?;
            inner.push(kind.split('[').next().unwrap_or_default().to_owned());
            Some(format!("{kind} {}", field.get("name")?.as_str()?))
        });
        let fields = fields.collect::<Option<Vec<_>>>()?.join(",");
        Some((format!("{name}({fields})"), inner))
    };
    let (mut out, _) = written(primary)?;
    while let Some(next) = open.pop() {
        for inner in written(&next)?.1 {
            if inner != primary && types.contains_key(&inner) && used.insert(inner.clone()) {
                open.push(inner);
            }
        }
    }
    for name in used {
        out.push_str(&written(&name)?.0);
    }
    Some(out)
}

/// Every path that is among the fields, groups in.
pub(super) fn paths(fields: &[Json]) -> Vec<String> {
    fn collect(fields: &[Json], prefix: &str, depth: usize, out: &mut Vec<String>) {
        for field in fields.iter().take(256) {
            let path = field.get("path").and_then(Json::as_str).unwrap_or_default();
            let whole = match (prefix, path) {
                ("", path) => path.to_owned(),
                (prefix, "") => prefix.to_owned(),
                (prefix, path) => format!("{prefix}.{path}"),
            };
            if let (Some(inner), true) = (field.get("fields").and_then(Json::as_array), depth < 8) {
                collect(inner, &whole, depth + 1, out);
            }
            out.push(whole);
        }
    }
    let mut out = Vec::new();
    collect(fields, "", 0, &mut out);
    out
}

/// 1 January 10000.
const END_OF_DATES: u64 = 253_402_300_800;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// ERC-7730, "Field formats", and dates by `date -u`.
    #[test]
    fn dates_durations_and_units_are_written_as_the_standard_has_them() {
        for (seconds, expected) in [
            (1_709_191_632u64, "2024-02-29 07:27:12 UTC"),
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(date(U256::from(seconds)), expected);
        }
        assert!(date(U256::MAX).contains("beyond"));
        assert_eq!(duration(U256::from(8250)), "02:17:30");
        assert_eq!(unit(U256::from(10), "h", 0, false), "10h");
        assert_eq!(unit(U256::from(15), "d", 1, false), "1.5d");
        assert_eq!(unit(U256::from(36_000), "s", 0, true), "36ks");
        assert_eq!(unit(U256::from(3000), "%", 4, false), "0.3%");
    }

    #[test]
    fn types_of_version_1_are_written_out_as_eip_712_does() {
        let schemas = json!([{ "primaryType": "Mail", "types": {
            "Mail": [{ "name": "from", "type": "Person" }, { "name": "to", "type": "Person[]" }],
            "Person": [{ "name": "name", "type": "string" }],
            "EIP712Domain": []
        } }]);
        assert_eq!(
            type_text(Some(&schemas), "Mail").as_deref(),
            Some("Mail(Person from,Person[] to)Person(string name)")
        );
    }
}
