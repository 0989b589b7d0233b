//! The table for node and the browser.

use wasm_bindgen::prelude::*;

/// All cases as JSON, each the median of `runs` runs, by the clock `now` (a function that gives milliseconds).
#[wasm_bindgen]
pub fn table(runs: u32, now: &js_sys::Function) -> String {
    let clock = || now.call0(&JsValue::NULL).ok().and_then(|ms| ms.as_f64()).unwrap_or_default();
    serde_json::to_string(&crate::cases::table(u64::from(runs), &clock)).unwrap_or_default()
}
