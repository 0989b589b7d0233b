//! What tests of any protocol on this floor share. Compiled with the feature `testing` only.

pub mod fields;
mod walker;
