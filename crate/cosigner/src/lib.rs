//! symbolon-cosigner
