//! symbolon-wasm
