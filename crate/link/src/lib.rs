//! symbolon-link
