//! The activity as a file: JSON for programs, CSV for tables.

use symbolon_wallet::view::ActivityView;
use wasm_bindgen::{JsCast, JsValue};

use crate::screen::outcome_name;

/// The activity as JSON, as the view has it.
pub fn json(activity: &[ActivityView]) -> String {
    serde_json::to_string_pretty(activity).unwrap_or_default()
}

/// The activity as comma-separated values (RFC 4180), one line an entry.
pub fn csv(activity: &[ActivityView]) -> String {
    let mut out = String::from("time,chain,kind,outcome,headline,origin,devices,nonce,transaction\r\n");
    for entry in activity {
        let kind = serde_json::to_value(entry.kind).unwrap_or_default();
        let cells = [
            time(entry.at),
            entry.chain_id.to_string(),
            kind.as_str().unwrap_or_default().to_owned(),
            outcome_name(&entry.outcome).to_owned(),
            entry.headline.clone(),
            entry.origin.clone(),
            entry.devices.join("; "),
            entry.nonce.map(|nonce| nonce.to_string()).unwrap_or_default(),
            entry.transaction.clone().unwrap_or_default(),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// Hands a text to the browser as a file to keep.
pub fn download(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    save(name, &web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?)
}

/// Hands bytes to the browser as a file to keep.
pub fn download_bytes(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    save(name, &web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)?)
}

fn save(name: &str, blob: &web_sys::Blob) -> Result<(), JsValue> {
    let url = web_sys::Url::create_object_url_with_blob(blob)?;
    let document = leptos::prelude::document();
    let link = document.create_element("a")?.unchecked_into::<web_sys::HtmlElement>();
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

/// A cell in quotes. What a table program would take for a formula is made text by an apostrophe.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

/// A time as RFC 3339, in UTC.
pub fn time(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    // a clock that is far off costs no time here
    let (days, rest) = ((seconds / 86_400).min(LAST_DAY), seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Days since 1970 as a date of the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length || month == 12 {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

/// 31 December 9999, in days since 1970.
const LAST_DAY: u64 = 2_932_896;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_time_is_written_as_other_programs_read_it() {
        // `date -u -d @… +%FT%TZ`
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(time(sample::NOW), "2026-11-22T12:00:00Z");
        assert!(time(u64::MAX).starts_with("9999-12-31T"));
    }

    #[test]
    fn a_table_has_a_line_for_each_entry_and_no_formula() {
        let mut entry = sample::activity("a");
        entry.headline = "=HYPERLINK(\"https://evil.example\")".into();
        let table = csv(&[entry, sample::activity("b")]);
        let lines: Vec<&str> = table.split("\r\n").collect();
        assert_eq!(lines.len(), 4, "a heading, two entries, an end");
        assert!(lines[1].contains("\"'=HYPERLINK(\"\"https://evil.example\"\")\""));
        assert!(lines[2].starts_with("\"2026-11-22T11:56:00Z\",\"1\",\"send\",\"confirmed\","));
    }

    #[test]
    fn the_json_reads_back_as_it_was() {
        let all = sample::activities();
        let read: Vec<ActivityView> = serde_json::from_str(&json(&all)).unwrap();
        assert_eq!(read, all);
    }
}
