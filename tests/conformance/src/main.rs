//! The suite natively: `cargo run -p symbolon-conformance`, as JSON.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("{}", serde_json::to_string(&symbolon_conformance::run()).unwrap_or_default());
}

#[cfg(target_arch = "wasm32")]
fn main() {}
