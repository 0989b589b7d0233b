//! The suite for node.

use wasm_bindgen::prelude::*;

/// All parts as JSON.
#[wasm_bindgen]
pub fn run() -> String {
    // What a failed assertion says would be lost with the trap that it ends in.
    std::panic::set_hook(Box::new(|failure| report(&failure.to_string())));
    serde_json::to_string(&crate::run()).unwrap_or_default()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn report(text: &str);
}
