//! symbolon-chain
