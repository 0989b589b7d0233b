//! The tables for node and the browser, as JSON. `now` is a clock that gives milliseconds.

use symbolon_bench::Row;
use wasm_bindgen::prelude::*;

/// One signer's.
#[wasm_bindgen]
pub fn floor(runs: u32, now: &js_sys::Function) -> String {
    json(crate::floor(u64::from(runs), &clock(now)))
}

/// Ours and everybody's for one quorum.
#[wasm_bindgen]
pub fn side_by_side(threshold: u16, parties: u16, runs: u32, now: &js_sys::Function) -> String {
    json(crate::table((threshold, parties), u64::from(runs), &clock(now)))
}

fn clock(now: &js_sys::Function) -> impl Fn() -> f64 {
    || now.call0(&JsValue::NULL).ok().and_then(|ms| ms.as_f64()).unwrap_or_default()
}

fn json(rows: Vec<Row>) -> String {
    serde_json::to_string(&rows).unwrap_or_default()
}
