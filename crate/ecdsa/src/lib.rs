//! symbolon-ecdsa
