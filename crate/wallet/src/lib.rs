//! symbolon-wallet
